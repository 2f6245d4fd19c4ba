"""The worker ends answers and needs when their time is over, and spares what is held."""

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from app.privacy import running
from app.privacy.running import Terms
from tests.questions.conftest import Asking, asking, question

TERMS = Terms(retention_days=730, unmatched_days=90, answers_hours=48)
__all__ = ["asking"]


async def kept(asking: Asking, made: dict[str, Any]) -> tuple[list[str], Any]:
    """The questions that are answered of somebody, and what they need."""
    answers = (await asking.answers(made))["given"]
    needs = (await asking.registration(made))["needs"]
    return [each["question"] for each in answers], needs and needs["captioning"]


async def hold(asking: Asking, path: str) -> None:
    put = await asking.world.administrator.put(f"{path}/legal-hold", json={"reason": "An inquiry."})
    assert put.is_success, put.text


async def release(asking: Asking, path: str) -> None:
    freed = await asking.world.administrator.delete(f"{path}/legal-hold")
    assert freed.is_success, freed.text


async def test_answers_and_needs_end_by_the_clock_but_for_what_is_held(
    app: FastAPI, asking: Asking, set_clock: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(running, "ROWS", 2)
    await asking.ask(question("diet", retention_days=3), question("note", retention_days=300))
    said = {"answers": {"diet": "Vegan.", "note": "Kept."}, "needs": {"captioning": True}}
    made = [await asking.register(number, **said) for number in range(4)]
    person = f"/v1/entities/{asking.entity['id']}/people/{made[0]['person']['id']}"
    database, all_of_it = app.state.database, (["diet", "note"], True)
    await hold(asking, person)
    await hold(asking, asking.path)
    set_clock(datetime(2021, 12, 1, tzinfo=UTC))
    await running.look(database, TERMS)
    assert [await kept(asking, each) for each in made] == [all_of_it] * 4
    await release(asking, asking.path)
    await running.look(database, TERMS)
    assert [await kept(asking, each) for each in made] == [all_of_it, *[(["note"], None)] * 3]
    await release(asking, person)
    await running.look(database, TERMS)
    assert [await kept(asking, each) for each in made] == [(["note"], None)] * 4
    path = f"{asking.path}/events?name=answers.ended"
    told = [each["data"] for each in (await asking.organizer.get(path)).json()["items"]]
    await running.look(database, TERMS)
    assert told == [each["data"] for each in (await asking.organizer.get(path)).json()["items"]]
    assert sum(each["questions"].get("diet", 0) for each in told) == 4
    assert sum(each["needs"] for each in told) == 4
