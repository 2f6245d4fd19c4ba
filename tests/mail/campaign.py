"""A thousand mails through a server with faults, by a worker that is killed three times.

`make campaign-mail` runs it on an embedded PostgreSQL with its usual settings; the last line
counts recipients, deliveries and what is wrong.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

from aiosmtpd.smtp import SMTP
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import schema
from app.committees.tables import Committee
from app.core.database import Database
from app.core.database_settings import DatabaseSettings
from app.embedded import EmbeddedServer
from app.entities.lifecycle import FocalPointKind
from app.entities.tables import Entity, FocalPoint, Person
from app.identity.lifecycle import AccountKind, Role
from app.identity.tables import Account, Grant
from app.invitations import service as invitations
from app.invitations.tables import Invitation
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.tables import ConferenceRoom, Meeting

ROOT = Path(__file__).parent.parent.parent
SEED = 20211008
WORKER = ("-m", "app.worker")
PATIENCE = 240.0
"""Seconds for the whole campaign."""
Program = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Plan:
    recipients: int = 1000
    entities: int = 500
    kills: int = 3
    program: Program = WORKER
    seed: int = SEED


@dataclass
class FaultySink:
    """A mail server that answers badly at random, and counts what it took."""

    chance: random.Random
    port: int = 0
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Recipient and Message-ID of each mail that was taken."""
    faults: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if fault := self._fault({"421 4.3.2 closing": 0.02, "450 4.2.1 busy": 0.03}):
            return fault
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  # as above
        fault = self._fault({"421 4.3.2 closing": 0.01, "450 4.3.0 no disk": 0.02, "drop": 0.03})
        if fault and fault != "drop":
            return fault
        mail = message_from_bytes(envelope.original_content)
        self.taken[envelope.rcpt_tos[0], str(mail["Message-ID"])] += 1
        if fault == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"

    @property
    def reached(self) -> int:
        return len({recipient for recipient, _ in self.taken})

    def _fault(self, weights: dict[str, float]) -> str | None:
        """One of them, or mostly none."""
        drawn = self.chance.random()
        for fault, weight in weights.items():
            if drawn < weight:
                self.faults[fault] += 1
                return fault
            drawn -= weight
        return None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a campaign."""

    planned_in: float
    delivered_in: float
    taken: Counter[tuple[str, str]]
    faults: Counter[str]
    messages: dict[str, tuple[str, str]]
    """Message-ID and state in the database, by recipient."""
    recipients: frozenset[str]

    @property
    def wrongs(self) -> list[str]:
        """Whoever was not reached, was reached as somebody else, or counts as not reached."""
        ids: dict[str, set[str]] = {}
        for recipient, message_id in self.taken:
            ids.setdefault(recipient, set()).add(message_id)
        wrong = [f"{stranger}: a stranger" for stranger in sorted(ids.keys() - self.recipients)]
        for recipient in sorted(self.recipients):
            message_id, state = self.messages.get(recipient, ("none", "planned by nobody"))
            if ids.get(recipient) != {message_id} or state != "sent":
                taken = sorted(ids.get(recipient, set()))
                wrong.append(f"{recipient}: {taken} taken, {message_id} is {state}")
        return wrong

    @property
    def report(self) -> list[str]:
        times = Counter(self.taken.values())
        deliveries = sum(self.taken.values())
        return [
            f"planned in {self.planned_in:.2f} s",
            f"handed over in {self.delivered_in:.2f} s",
            f"faults: {', '.join(f'{n} x {fault}' for fault, n in sorted(self.faults.items()))}",
            *(f"{n} mails delivered {often} times" for often, n in sorted(times.items())),
            f"{len({message_id for _, message_id in self.taken})} distinct Message-IDs",
            *self.wrongs,
            ", ".join(
                (
                    f"{len(self.recipients)} recipients",
                    f"{deliveries} deliveries",
                    f"{deliveries - len(self.taken)} repeated after a drop or a kill",
                    f"{len(self.wrongs)} wrong",
                )
            ),
        ]


async def campaign(plan: Plan, url: str, folder: Path) -> Outcome:
    """On a migrated, empty database."""
    database = Database(DatabaseSettings(address=url.partition("://")[2], pool=4))
    try:
        recipients = await prepare(database, plan)
        async with asyncio.timeout(PATIENCE), sink(plan.seed) as server:
            planned_in, delivered_in = await _run(database, plan, server, url, folder)
        messages = await _messages(database)
    finally:
        await database.close()
    return Outcome(
        planned_in=planned_in,
        delivered_in=delivered_in,
        taken=server.taken,
        faults=server.faults,
        messages=messages,
        recipients=recipients,
    )


async def prepare(database: Database, plan: Plan) -> frozenset[str]:
    """A meeting to come, entities with their focal points, and a draft for each; the addresses."""
    assert schema.metadata.tables, "every table is known before the first statement"
    start = (datetime.now(UTC) + timedelta(days=40)).replace(minute=0, second=0, microsecond=0)
    async with database.transaction() as session:
        committee = Committee(handle="committee", name={"en": "Committee"}, timezone="UTC")
        session.add(committee)
        await session.flush()
        meeting = Meeting(
            committee_id=committee.id,
            handle="committee-1",
            number=1,
            title={"en": "First meeting"},
            languages=["en"],
            timezone="UTC",
            local_start=start.replace(tzinfo=None),
            local_end=(start + timedelta(hours=3)).replace(tzinfo=None),
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            status=MeetingStatus.SCHEDULED,
            format=MeetingFormat.VIRTUAL,
            seat_quota=5,
        )
        session.add(meeting)
        await session.flush()
        session.add(
            ConferenceRoom(
                meeting_id=meeting.id,
                label="Room",
                join_address="https://conference.example.org/j/1",
            )
        )
        entities = [
            Entity(handle=f"e{n}", abbreviation=f"E{n}", name={"en": f"Entity {n}"}, timezone="UTC")
            for n in range(plan.entities)
        ]
        session.add_all(entities)
        await session.flush()
        await _focal_points(session, entities, plan)
        await invitations.invite(session, meeting, [entity.id for entity in entities], 5)
    return frozenset(_address(n, plan) for n in range(plan.recipients))


async def _focal_points(session: AsyncSession, entities: Sequence[Entity], plan: Plan) -> None:
    """Row by row of each table, parents first."""
    numbers = range(plan.recipients)
    homes = [entities[n % plan.entities] for n in numbers]
    addresses = [_address(n, plan) for n in numbers]
    accounts = [
        Account(kind=AccountKind.PERSON, name=f"Person {n}", email=addresses[n]) for n in numbers
    ]
    session.add_all(accounts)
    await session.flush()
    people = [
        Person(
            entity_id=homes[n].id,
            name=f"Person {n}",
            email=addresses[n],
            account_id=accounts[n].id,
        )
        for n in numbers
    ]
    grants = [
        Grant(account_id=accounts[n].id, role=Role.FOCAL_POINT, entity_id=homes[n].id)
        for n in numbers
    ]
    session.add_all([*people, *grants])
    await session.flush()
    session.add_all(
        FocalPoint(
            entity_id=homes[n].id,
            person_id=people[n].id,
            kind=FocalPointKind.ALTERNATE,
            grant_id=grants[n].id,
        )
        for n in numbers
    )
    await session.flush()


def _address(n: int, plan: Plan) -> str:
    return f"person{n}@e{n % plan.entities}.example.org"


async def _run(
    database: Database, plan: Plan, server: FaultySink, url: str, folder: Path
) -> tuple[float, float]:
    """Seconds until all was planned, and then until all was sent."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRETARIAT_SECRET_KEY": "a secret of campaigns, long enough to be one",
        "SECRETARIAT_DATA": str(folder),
        "SECRETARIAT_SMTP_HOST": "127.0.0.1",
        "SECRETARIAT_SMTP_PORT": str(server.port),
        "SECRETARIAT_SMTP_SECURITY": "none",
        "SECRETARIAT_LOG_LEVEL": os.environ.get("CAMPAIGN_LOG", "warning"),
    }
    marks = [plan.recipients * (n + 1) // (plan.kills + 1) for n in range(plan.kills)]
    with worker(plan.program, environment) as staff:
        await _until(database, "SELECT count(*) FROM procrastinate_workers", 1)
        await send_all(database)
        began = time.monotonic()
        await _until(database, "SELECT count(*) FROM messages", plan.recipients, pause=0.02)
        planned = time.monotonic()
        for mark in marks:
            await _reach(server, mark)
            staff.replace()
        sent = "SELECT count(*) FROM messages WHERE state = 'sent'"
        await _until(database, sent, plan.recipients)
    return planned - began, time.monotonic() - planned


async def send_all(database: Database) -> None:
    """All drafts in one transaction, as `POST /v1/meetings/{m}/invitations/send` does."""
    async with database.transaction() as session:
        (meeting,) = (await session.execute(text("SELECT id FROM meetings"))).scalars()
        held = await session.get_one(Meeting, meeting)
        for row in await session.execute(text("SELECT id FROM invitations ORDER BY id")):
            invitation = await session.get_one(Invitation, UUID(str(row[0])))
            await invitations.send(session, held, invitation)


async def _reach(server: FaultySink, mark: int) -> None:
    while server.reached < mark:  # noqa: ASYNC110  # the sink counts, and knows nobody to tell
        await asyncio.sleep(0.01)


async def _until(database: Database, statement: str, count: int, pause: float = 0.1) -> None:
    while True:
        async with database.transaction() as session:
            if (await session.execute(text(statement))).scalar_one() >= count:
                return
        await asyncio.sleep(pause)


async def _messages(database: Database) -> dict[str, tuple[str, str]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT recipient, message_id, state FROM messages"))
        return {row[0]: (row[1], row[2]) for row in rows}


@dataclass
class Staff:
    """One worker at a time."""

    program: Program
    environment: dict[str, str]
    child: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.child = self._hire()

    def replace(self) -> None:
        """Kill it in the middle of whatever it does, and begin another."""
        self.child.kill()
        self.child.wait()
        self.child = self._hire()

    def _hire(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *self.program], cwd=ROOT, env=self.environment)


@contextmanager
def worker(program: Program, environment: dict[str, str]) -> Iterator[Staff]:
    """Killed at the end if it still runs."""
    staff = Staff(program, environment)
    try:
        yield staff
    finally:
        staff.child.kill()
        staff.child.wait()


@asynccontextmanager
async def sink(seed: int) -> AsyncIterator[FaultySink]:
    handler = FaultySink(random.Random(seed))

    def connection() -> SMTP:
        return SMTP(handler, hostname="sink.example.org", enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()


def migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=Plan.recipients)
    parser.add_argument("--entities", type=int, default=Plan.entities)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    parser.add_argument("--seed", type=int, default=SEED)
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedServer.start(folder / "database") as embedded:
            embedded.create_database("campaign")
            url = embedded.url("campaign")
            migrate(url)
            outcome = asyncio.run(campaign(plan, url, folder))
    print("\n".join(outcome.report))  # noqa: T201  # it is what the command is for
    return 1 if outcome.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
