"""Substitution at once with everything else that moves seats; calendars follow in one order."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
from app.registrations import queries
from app.registrations.tables import Registration
from tests.mail.calendars import Worker
from tests.mail.stage import DAY, HOUSE
from tests.meetings.board import refusal
from tests.unlocked import lock_nothing
from tests.world import World, named, post

AT_ONCE = 20
ROUNDS = 3
SEATS = 2
REGISTERED = 4
"""The first two are confirmed, the others wait."""

Place = tuple[str, str, int | None]
"""Name, status, place in the waiting list."""


@pytest.fixture(autouse=True)
def five_weeks_before(set_clock) -> None:
    """Mails about meetings of the past would be moot."""
    set_clock(DAY)


class Rush:
    """A delegation whose calendars are filled, and the worker that goes on to fill them."""

    def __init__(self, world: World, meeting: dict[str, Any], entity: dict[str, Any]) -> None:
        self.world, self.entity = world, entity
        self.path = f"/v1/meetings/{meeting['id']}/registrations"
        self.worker = Worker(world.app.state.database)
        self.ids: list[str] = []

    @classmethod
    async def of(cls, world: World, committee: dict[str, Any]) -> Self:
        meeting = await world.scheduled(await world.meeting(committee))
        entity = await world.entity()
        await world.invitation(meeting, entity, seat_quota=SEATS)
        rush = cls(world, meeting, entity)
        for number in range(REGISTERED):
            body = named(number, entity=entity["handle"])
            rush.ids.append((await post(world.administrator, rush.path, body))["id"])
        await rush.follow()
        return rush

    async def follow(self) -> None:
        while await self.worker.work():
            pass

    async def run(self, *calls: Coroutine[Any, Any, httpx.Response]) -> list[httpx.Response]:
        """All at once while mails go out; then the rest of the mails."""
        done = asyncio.Event()
        following = asyncio.create_task(self.worker.work_until(done))
        answers = await asyncio.gather(*calls)
        done.set()
        await following
        return answers

    async def substitute(self, place: int, number: int) -> httpx.Response:
        path = f"{self.path}/{self.ids[place]}/substitute"
        return await self.world.administrator.post(path, json=named(number))

    async def withdraw(self, place: int) -> httpx.Response:
        return await self.world.administrator.post(f"{self.path}/{self.ids[place]}/withdraw")

    async def standing(self) -> list[Place]:
        items = (await self.world.administrator.get(self.path)).json()["items"]
        return [
            (each["person"]["name"], each["status"], each["waiting_position"]) for each in items
        ]

    def methods(self, registration_id: str) -> list[tuple[str, int]]:
        """What the mails did to the entry of a registration: method and SEQUENCE."""
        sent = self.worker.outbox.entries.get(f"{registration_id}@{HOUSE.domain}", [])
        return [(entry.method, entry.sequence) for entry in sent]

    async def faults(self) -> list[str]:
        """What is wrong in the database, and in calendars of people."""
        async with self.world.app.state.database.transaction() as session:
            found = await wrongs(session)
            rows = text(
                "SELECT id, status, person_id, confirmed_at IS NOT NULL AS seated"
                " FROM registrations WHERE invitation_id ="
                " (SELECT invitation_id FROM registrations WHERE id = :id)"
            )
            kept = (await session.execute(rows, {"id": self.ids[0]})).all()
        entries: Counter[UUID] = Counter()
        for row in kept:
            sent = self.methods(str(row.id))
            live = row.status == "confirmed"
            entries[row.person_id] += live
            expected = [("REQUEST", 0)] if live else [("REQUEST", 0), ("CANCEL", 1)]
            if row.seated and sent not in (expected, expected[-1:]):
                found.append(f"somebody who is {row.status} was sent {sent}")
            if not row.seated and sent:
                found.append(f"somebody who had no seat was sent {sent}")
        return found + [f"{person} has {n} entries" for person, n in entries.items() if n > 1]


async def test_of_many_substitutions_of_one_person_one_is_done(world: World) -> None:
    rush = await Rush.of(world, await world.committee())
    answers = await rush.run(*(rush.substitute(0, 10 + n) for n in range(AT_ONCE)))
    (done,) = [answer.json() for answer in answers if answer.is_success]
    refused = Counter(refusal(answer) for answer in answers if not answer.is_success)
    assert refused == {(409, "move-forbidden"): AT_ONCE - 1}
    assert await rush.standing() == [
        ("Delegate 0", "substituted", None),
        (done["person"]["name"], "confirmed", None),
        ("Delegate 1", "confirmed", None),
        ("Delegate 2", "waiting", 1),
        ("Delegate 3", "waiting", 2),
    ]
    assert rush.methods(rush.ids[0]) == [("REQUEST", 0), ("CANCEL", 1)]
    assert rush.methods(done["id"]) == [("REQUEST", 0)]
    assert await rush.faults() == []
    people = f"/v1/entities/{rush.entity['id']}/people?limit=200"
    known = (await world.administrator.get(people)).json()["items"]
    assert len(known) == REGISTERED + 1, "who was refused is in no directory"


async def test_of_withdrawal_and_substitution_at_once_one_is_done(world: World) -> None:
    committee = await world.committee()
    for turn in range(ROUNDS):
        rush = await Rush.of(world, committee)
        calls = [rush.substitute(0, 10), rush.withdraw(0)]
        answers = await rush.run(*(reversed(calls) if turn % 2 else calls))
        substituted, withdrawn = reversed(answers) if turn % 2 else answers
        seats: list[Place]
        queue: list[Place]
        if substituted.is_success:
            seats = [("Delegate 0", "substituted", None), ("Delegate 10", "confirmed", None)]
            queue = [("Delegate 2", "waiting", 1), ("Delegate 3", "waiting", 2)]
        else:
            seats = [("Delegate 0", "withdrawn", None)]
            queue = [("Delegate 2", "confirmed", None), ("Delegate 3", "waiting", 1)]
        assert sorted([substituted.status_code, withdrawn.status_code]) in ([200, 409], [201, 409])
        assert await rush.standing() == [*seats, ("Delegate 1", "confirmed", None), *queue]
        assert rush.methods(rush.ids[0]) == [("REQUEST", 0), ("CANCEL", 1)]
        assert await rush.faults() == []


async def test_promotion_reaches_whoever_has_the_place_by_then(world: World) -> None:
    """The seat of one falls free while the first of the list is substituted: in either order the
    substitute has it.
    """
    committee = await world.committee()
    for turn in range(ROUNDS):
        rush = await Rush.of(world, committee)
        calls = [rush.substitute(2, 10), rush.withdraw(0)]
        answers = await rush.run(*(reversed(calls) if turn % 2 else calls))
        assert sorted(answer.status_code for answer in answers) == [200, 201]
        assert await rush.standing() == [
            ("Delegate 0", "withdrawn", None),
            ("Delegate 1", "confirmed", None),
            ("Delegate 2", "substituted", None),
            ("Delegate 10", "confirmed", None),
            ("Delegate 3", "waiting", 1),
        ]
        assert await rush.faults() == []


async def test_two_places_are_not_taken_by_one_person(world: World) -> None:
    rush = await Rush.of(world, await world.committee())
    answers = await rush.run(*(rush.substitute(place, 10) for place in range(REGISTERED)))
    refused = Counter(refusal(answer) for answer in answers if not answer.is_success)
    assert refused == {(409, "already-registered"): REGISTERED - 1}
    assert await rush.faults() == []


async def test_without_the_locks_a_withdrawn_seat_is_given_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the first who waited, and to the substitute, whose call had read before."""
    read, gone = asyncio.Event(), asyncio.Event()

    async def read_registration(session: AsyncSession, registration_id: UUID) -> Registration:
        found = await session.get_one(Registration, registration_id)
        if not read.is_set():
            read.set()
            await gone.wait()
        return found

    monkeypatch.setattr(queries, "lock_seats", lock_nothing)
    monkeypatch.setattr(queries, "lock_registration", read_registration)
    rush = await Rush.of(world, await world.committee())
    substituting = asyncio.create_task(rush.substitute(0, 10))
    await read.wait()
    assert (await rush.withdraw(0)).is_success
    gone.set()
    assert (await substituting).is_success
    faults = await rush.faults()
    assert [fault for fault in faults if fault.endswith(f"{SEATS} seats are noted as taken, 3 are")]
