"""Rescheduling, cancelling, registering and withdrawing at once: calendars follow in one order."""

import asyncio
import email
import email.policy
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import httpx
import icalendar
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Database
from app.events.relay import Following, Relay
from app.jobs.queue import Patience
from app.mail.listeners import FOLLOWER, Planner
from app.mail.mime import Envelope
from app.mail.sending import Sender
from app.meetings import queries as meetings
from app.meetings.tables import Meeting
from app.registrations import queries as registrations
from tests.mail.stage import DAY, HOUSE
from tests.meetings.board import address, entries, refusal
from tests.unlocked import lock_nothing
from tests.world import World, named, post

ROUNDS = 6
REGISTERED = 3
"""People who are registered before it begins; the first of them is withdrawn in it."""
NEW = 4
SEATS = 5
ALTERING = {"meeting.rescheduled", "meeting.cancelled"}
JOINING = {"registration.confirmed", "registration.waiting", "registration.promoted"}


@pytest.fixture(autouse=True)
def five_weeks_before(set_clock) -> None:
    """Mails about meetings of the past would be moot."""
    set_clock(DAY)


Call = tuple[str, str, dict[str, Any] | None]
"""Verb, path below the meeting, body."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mail did to the calendar of its reader."""

    method: str
    sequence: int
    starts: datetime


@dataclass
class Outbox:
    """A transport that keeps the calendar entries of each UID, in the order of sending."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    async def close(self) -> None: ...

    async def send(self, envelope: Envelope) -> None:
        mail = email.message_from_bytes(envelope.data, policy=email.policy.default)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                calendar = icalendar.Calendar.from_ical(part.get_content())
                (event,) = calendar.walk("VEVENT")
                start = event.decoded("DTSTART").astimezone(UTC)
                entry = Entry(str(calendar["METHOD"]), int(event.decoded("SEQUENCE")), start)
                self.entries[str(event["UID"])].append(entry)


@dataclass
class Worker:
    """Plans and sends mails, as the worker's process does, for as long as it is let."""

    database: Database
    outbox: Outbox = field(default_factory=Outbox)
    relay: Relay = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, [Following(FOLLOWER, Planner(HOUSE.domain))])
        self.sender = Sender(self.database, self.outbox, HOUSE, Patience())

    async def work_until(self, done: asyncio.Event) -> None:
        while not done.is_set():
            await self.work()
        while await self.work():
            pass

    async def work(self) -> bool:
        """One pass; whether anything was there to be done."""
        more = await self.relay.advance()
        async with self.database.transaction() as session:
            due = text("SELECT id FROM messages WHERE state = 'planned' ORDER BY id")
            found = (await session.execute(due)).scalars().all()
        for message_id in found:
            await self.sender.send(message_id)
        return more or bool(found)


@dataclass
class Rush:
    """A meeting with people registered, on whom everything comes at once."""

    world: World
    worker: Worker
    meeting: dict[str, Any]
    entity: dict[str, Any]
    first: dict[str, Any]
    told: int
    """Entries of the log before it began."""
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)

    @classmethod
    async def of(cls, world: World, committee: dict[str, Any]) -> Self:
        meeting = await world.scheduled(await world.meeting(committee))
        entity = await world.entity()
        await world.invitation(meeting, entity, seat_quota=SEATS)
        path, handle = address(meeting, "/registrations"), entity["handle"]
        made = [
            await post(world.administrator, path, named(n, entity=handle))
            for n in range(REGISTERED)
        ]
        worker = Worker(world.app.state.database)
        told = len(await entries(world.app, meeting))
        return cls(world, worker, meeting, entity, made[0], told)

    async def run(self, turn: int) -> None:
        """All calls at once while mails go out; the cancellation begins after so many answers."""
        others: list[Call] = [
            ("reschedule", "/reschedule", _times(11)),
            ("withdraw", f"/registrations/{self.first['id']}/withdraw", None),
            *(("register", "/registrations", self._body(REGISTERED + n)) for n in range(NEW)),
            ("reschedule", "/reschedule", _times(12)),
            ("reschedule", "/reschedule", _times(13)),
        ]
        answered, cancelled, done = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

        async def call_other(call: Call) -> None:
            await self._call(call)
            answered.release()

        async def cancel() -> None:
            for _ in range(turn):
                await answered.acquire()
            await self._call(("cancel", "/cancel", None))
            cancelled.set()

        async def come_late() -> None:
            await cancelled.wait()
            await self._call(("register", "/registrations", self._body(REGISTERED + NEW)))

        following = asyncio.create_task(self.worker.work_until(done))
        await asyncio.gather(cancel(), come_late(), *(call_other(call) for call in others))
        done.set()
        await following

    async def _call(self, call: Call) -> None:
        verb, path, body = call
        answer = await self.world.administrator.post(address(self.meeting, path), json=body)
        self.answers.append((verb, answer))

    def _body(self, number: int) -> dict[str, Any]:
        return named(number, entity=self.entity["handle"])

    def registered(self) -> int:
        return sum(verb == "register" and answer.is_success for verb, answer in self.answers)

    async def faults(self) -> list[str]:
        """Everything that is not as it must be, whatever the order was."""
        log = (await entries(self.world.app, self.meeting))[self.told :]
        rows = await self._registrations()
        return [*self._of_answers(), *self._of_log(log), *self._of_calendars(log, rows)]

    def _of_answers(self) -> list[str]:
        """Done, or refused because the meeting was cancelled before."""
        refusals = {
            "reschedule": (409, "move-forbidden"),
            "withdraw": (409, "registration-closed"),
            "register": (409, "registration-closed"),
        }
        return [
            f"{verb} is answered by {answer.status_code} {answer.text}"
            for verb, answer in self.answers
            if not answer.is_success and refusal(answer) != refusals.get(verb)
        ]

    def _of_log(self, log: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        faults = []
        names = [name for name, _ in log]
        sequences = [data["calendar_sequence"] for name, data in log if name in ALTERING]
        done = [verb for verb, answer in self.answers if answer.is_success]
        if sequences != list(range(1, done.count("reschedule") + done.count("cancel") + 1)):
            faults.append(f"the sequences of the meeting are {sequences}")
        late = names[names.index("meeting.cancelled") + 1 :]
        if late:
            faults.append(f"after the cancellation: {late}")
        joined = sum(name in JOINING - {"registration.promoted"} for name in names)
        if joined != done.count("register"):
            faults.append(f"{joined} registrations are told of")
        return faults

    def _of_calendars(
        self,
        log: Sequence[tuple[str, dict[str, Any]]],
        rows: Sequence[tuple[UUID, str, int, bool, int]],
    ) -> list[str]:
        """Every seat was taken back once and last, and no other entry changed without a rise."""
        faults = []
        expected = {f"{row[0]}@{HOUSE.domain}" for row in rows if row[3]}
        if expected != set(self.worker.outbox.entries):
            faults.append("others have calendar entries than have had a seat")
        for registration_id, status, own, _, meeting_sequence in rows:
            sent = self.worker.outbox.entries.get(f"{registration_id}@{HOUSE.domain}", [])
            if own != (status == "withdrawn"):
                faults.append(f"a registration that is {status} has the sequence {own}")
            methods = [entry.method for entry in sent]
            if sent and (methods.count("CANCEL"), methods[-1]) != (1, "CANCEL"):
                faults.append(f"after the cancellation, or without one: {sent}")
            for earlier, later in zip(sent, sent[1:], strict=False):
                if later.sequence < earlier.sequence + (later != earlier):
                    faults.append(f"{earlier} is followed by {later}")
            if sent and status != "withdrawn" and sent[-1].sequence != meeting_sequence:
                faults.append(f"the last entry is {sent[-1]} of {meeting_sequence}")
        return faults

    async def _registrations(self) -> list[tuple[UUID, str, int, bool, int]]:
        statement = text(
            "SELECT r.id, r.status, r.calendar_sequence, r.confirmed_at IS NOT NULL,"
            " m.calendar_sequence FROM registrations r JOIN meetings m ON m.id = r.meeting_id"
            " WHERE m.id = :id ORDER BY r.queue_number"
        )
        async with self.world.app.state.database.transaction() as session:
            rows = await session.execute(statement, {"id": self.meeting["id"]})
            return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


async def test_calendars_follow_whatever_comes_first(world: World) -> None:
    committee = await world.committee()
    registered = 0
    for turn in range(ROUNDS):
        rush = await Rush.of(world, committee)
        await rush.run(turn)
        assert await rush.faults() == []
        registered += rush.registered()
        read = (await world.administrator.get(address(rush.meeting))).json()
        assert read["status"] == "cancelled"
    assert 0 < registered < ROUNDS * (NEW + 1), "the cancellation came after some, before others"


async def test_without_the_lock_of_the_meeting_they_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meetings, "lock_meeting", read_meeting)
    monkeypatch.setattr(registrations, "lock_seats", lock_nothing)
    committee = await world.committee()
    faults = []
    for turn in range(ROUNDS):
        rush = await Rush.of(world, committee)
        await rush.run(turn)
        faults += await rush.faults()
    assert any("the sequences of the meeting are" in fault for fault in faults)
    assert any("after the cancellation" in fault for fault in faults)


async def read_meeting(session: AsyncSession, meeting_id: UUID) -> Meeting:
    return await session.get_one(Meeting, meeting_id)


def _times(day: int) -> dict[str, str]:
    start = datetime(2021, 10, day, 10)
    return {
        "local_start": start.isoformat(),
        "local_end": (start + timedelta(hours=3)).isoformat(),
    }
