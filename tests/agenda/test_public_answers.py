"""Callers who ask for the same public agenda at once share statements, and miss nothing."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx

from app.core.finished import Answers, Found, Question
from app.core.handlers import as_problem
from app.core.problems import Unavailable
from tests.agenda.planning import Planning, item

QUESTION = Question("SELECT", "cc-6", ())


def ask(
    answers: Answers, database: "SlowDatabase", question: Question = QUESTION
) -> asyncio.Task[Any]:
    return asyncio.create_task(answers.to(question, cast(Any, database)))


@dataclass
class SlowDatabase:
    """Answers each statement, in its order, when it is told to."""

    wait: float = 60
    statements: list[asyncio.Future[Any]] = field(default_factory=list)

    @property
    def settings(self) -> SimpleNamespace:
        return SimpleNamespace(wait=self.wait)

    async def reads(self) -> "SlowDatabase":
        return self

    async def fetchrow(self, *_question: Any) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self.statements.append(answer)
        return await answer


def row(tag: str) -> tuple[str, bytes, None]:
    return tag, b"{}", None


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_comes_while_a_statement_runs_shares_the_next() -> None:
    answers, database = Answers(), SlowDatabase()

    first = [ask(answers, database), ask(answers, database)]
    await settle()
    late = [ask(answers, database), ask(answers, database)]
    other = ask(answers, database, Question("SELECT", "cc-7", ()))
    await settle()
    assert len(database.statements) == 2
    database.statements[0].set_result(row("before"))
    await settle()
    assert [each.result() for each in first] == [Found.of(*row("before"))] * 2
    assert [each.done() for each in late] == [False] * 2
    last = ask(answers, database)
    await settle()
    assert len(database.statements) == 3
    database.statements[1].set_result(row("other"))
    database.statements[2].set_result(row("after"))
    await settle()
    assert [each.result().etag for each in (*late, other)] == ["after", "after", "other"]
    database.statements[3].set_result(row("last"))
    assert (await last).etag == "last"
    assert (answers._running, answers._next) == ({}, {})


async def test_a_failure_is_told_to_all_who_wait_and_to_nobody_else() -> None:
    answers, database = Answers(), SlowDatabase()
    tasks = [ask(answers, database) for _ in range(2)]
    await settle()
    database.statements[0].set_exception(ConnectionResetError())
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [ConnectionResetError] * 2
    again = ask(answers, database)
    await settle()
    database.statements[1].set_result(row("well"))
    assert (await again).etag == "well"
    assert (answers._running, answers._next) == ({}, {})


async def test_nobody_waits_longer_than_for_a_connection() -> None:
    answers, database = Answers(), SlowDatabase(wait=0.05)
    first = ask(answers, database)
    await settle()
    second = ask(answers, database)
    found = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(as_problem(each)) for each in found] == [Unavailable] * 2  # type: ignore[arg-type]  # both are exceptions
    assert (answers._running, answers._next) == ({}, {})


async def test_a_caller_who_goes_away_takes_no_answer_from_others() -> None:
    answers, database = Answers(), SlowDatabase()
    gone, stays = (ask(answers, database) for _ in range(2))
    await settle()
    gone.cancel()
    await settle()
    database.statements[0].set_result(row("well"))
    assert (await stays).etag == "well"


async def test_what_was_issued_is_seen_by_all_who_ask_afterwards(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    await planning.put(item())
    await planning.issue()
    issued = 1
    seen: list[tuple[int, int]] = []

    async def read() -> None:
        for _ in range(15):
            before = issued
            seen.append((before, (await anonymous.get(planning.public)).json()["number"]))

    async def issue() -> None:
        nonlocal issued
        for _ in range(3):
            issued = (await planning.issue())["number"]

    await asyncio.gather(issue(), *(read() for _ in range(6)))
    assert [(before, number) for before, number in seen if number < before] == []
