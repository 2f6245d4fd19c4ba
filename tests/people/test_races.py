"""Nobody is named for a meeting while they become somebody else; without the lock they are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.check import wrongs
from app.entities import queries
from app.entities.tables import Person
from app.registrations import many_queries, service
from app.registrations.lifecycle import RegistrationRole
from tests.people.directory import Directory, problem
from tests.waiting import until

Look = Callable[..., Awaitable[Person | None]]
BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def between(directory: Directory, look: Look) -> tuple[Any, int]:
    """A merge asked for between looking somebody up and registering them; what it answered, and how
    many registrations are of somebody who is nobody any more.
    """
    kept, other = await directory.person(), await directory.person()
    await directory.register(kept)
    database = directory.world.app.state.database
    invitations = f"/v1/meetings/{directory.meetings[0]['id']}/invitations"
    (invitation,) = (await directory.administrator.get(invitations)).json()["items"]
    seats = (UUID(directory.meetings[0]["id"]), UUID(invitation["id"]))

    async def stopped() -> bool:
        if merging.done():
            return True
        async with database.transaction() as session:
            return bool((await session.execute(BLOCKED)).scalar_one())

    async with database.transaction() as session:
        person = await look(session, UUID(directory.entity["id"]), UUID(other["id"]))
        assert person is not None, "it was added"
        merging = asyncio.create_task(directory.do("merge", kept, other=other["id"]))
        await until(stopped)
        meeting, held = await service.lock_seats(session, *seats)
        await service.register(session, meeting, held, person.id, RegistrationRole.REPRESENTATIVE)
    answer = await merging
    async with database.transaction() as session:
        lost = text(
            "SELECT count(*) FROM registrations r JOIN people p ON p.id = r.person_id"
            " WHERE p.merged_into IS NOT NULL"
        )
        return answer, (await session.execute(lost)).scalar_one()


async def test_whoever_is_being_named_is_merged_after_that(directory: Directory) -> None:
    answer, lost = await between(directory, queries.hold_person)
    assert (problem(answer), lost) == ((409, "both-registered"), 0)


async def test_without_the_lock_somebody_is_registered_who_is_nobody(directory: Directory) -> None:
    answer, lost = await between(directory, queries.find_person)
    assert (answer.status_code, lost) == (200, 1)


@pytest.mark.parametrize("verb", ["leave", "merge"])
async def test_many_at_once_do_it_once(directory: Directory, verb: str) -> None:
    kept, other = await directory.person(), await directory.person()
    await directory.register(other)
    body = {"other": other["id"]} if verb == "merge" else {}
    answers = await asyncio.gather(*(directory.do(verb, kept, **body) for _ in range(6)))
    done = sum(answer.status_code == 200 for answer in answers)
    assert done == (1 if verb == "merge" else 6)
    assert {answer.status_code for answer in answers} <= {200, 409}


async def test_an_address_goes_to_one_of_many(directory: Directory) -> None:
    """As somebody's main address or another one, whichever came first."""
    free = await directory.person()
    calls = []
    for number in range(4):
        address = "same@example.org"
        body = {"name": f"N{number}", "email": f"n{number}@example.org", "addresses": [address]}
        calls.append(directory.administrator.post(directory.people, json=body))
        path = f"{directory.people}/{free['id']}"
        calls.append(directory.administrator.patch(path, json={"email": address}))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    async with directory.world.app.state.database.transaction() as session:
        statement = text("SELECT count(*) FROM person_addresses WHERE address = 'same@example.org'")
        assert (await session.execute(statement)).scalar_one() == 1


@pytest.mark.parametrize("held", [True, False])
async def test_whoever_is_copied_is_who_they_are_by_then(
    directory: Directory, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """Merged while the delegation is copied; without the lock they are registered nevertheless."""
    kept, other = await directory.person(), await directory.person()
    await directory.register(other, 0)
    await directory.register(kept, 1)
    database, copying = directory.world.app.state.database, asyncio.Event()
    look = many_queries.delegation_of

    async def looked(*args: Any, hold: bool) -> Any:
        found = await look(*args, hold=hold and held)
        copying.set()
        if not held:
            await until(lambda: _are(merging.done()))
        return found

    monkeypatch.setattr(many_queries, "delegation_of", looked)
    body = {"meeting": directory.meetings[0]["id"], "entity": directory.entity["id"]}
    path = f"/v1/meetings/{directory.meetings[1]['id']}/registrations/copy?mode=rows"

    async def merged() -> Any:
        await copying.wait()
        return await directory.do("merge", kept, other=other["id"])

    merging = asyncio.create_task(merged())
    answer = await directory.administrator.post(path, json=body)
    assert answer.status_code == 200, answer.text
    await merging
    async with database.transaction() as session:
        found = await wrongs(session)
    assert bool(found) is not held


async def _are(done: bool) -> bool:
    return done
