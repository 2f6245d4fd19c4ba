"""Counting people, and writing down for good what they are counted by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.queries import facts_of_meeting
from app.events import record
from app.meetings.lifecycle import OVER
from app.meetings.service import about
from app.meetings.tables import Meeting
from app.statistics import queries
from app.statistics.cells import table_of
from app.statistics.events import StatisticsSettled
from app.statistics.policy import Table
from app.statistics.recount import cells_of


@dataclass(frozen=True, slots=True)
class Verification:
    """The figures twice, and whether the log vouches for what people are counted by."""

    counted: Table
    recomputed: Table
    vouched: bool | None
    """None while nothing is written down yet."""

    @property
    def equal(self) -> bool:
        return self.counted == self.recomputed and self.vouched is not False


async def tables_of(session: AsyncSession, meetings: Sequence[Meeting]) -> dict[UUID, Table]:
    """The figures of each meeting, with every entity that was asked; in two statements."""
    ids = [each.id for each in meetings]
    cells = await queries.list_cells(session, ids)
    asked = await queries.list_asked(session, ids)
    return {each: table_of(cells[each], asked[each]) for each in ids}


async def settle(session: AsyncSession, meeting: Meeting) -> None:
    """Write down what everybody of a meeting is counted by, for good."""
    await queries.settle(session, meeting.id)
    await _vouch(session, meeting)


async def settle_people(session: AsyncSession, meeting: Meeting, people: Collection[UUID]) -> None:
    """The same before people are anonymized; of a meeting that is over, everybody's at once."""
    if meeting.status in OVER:
        before = await queries.digest(session, meeting.id)
        await queries.settle(session, meeting.id)
        if before != await queries.digest(session, meeting.id):
            await _vouch(session, meeting)
    else:
        await queries.settle(session, meeting.id, people)


async def verify(session: AsyncSession, meeting: Meeting) -> Verification:
    """Count again from the log.

    Who was registered and came, for whom and as what, the log says itself. Gender and level are
    not in it: it vouches for the rows that have them.
    """
    asked = (await queries.list_asked(session, [meeting.id]))[meeting.id]
    counted = (await tables_of(session, [meeting]))[meeting.id]
    settled = await queries.last_settled(session, meeting.id)
    vouched = None
    if settled is not None:
        rows, digest = await queries.digest(session, meeting.id)
        vouched = (rows, digest) == (settled["registrations"], settled["digest"])
    facts = await facts_of_meeting(session, meeting.id)
    traits = await queries.list_traits(session, meeting.id)
    if settled is None:
        traits = {**await queries.list_present_traits(session, meeting.id), **traits}
    merged = await queries.list_merged(session, meeting.id)
    recomputed = table_of(cells_of(facts, meeting.format, traits, merged), asked)
    return Verification(counted, recomputed, vouched)


async def _vouch(session: AsyncSession, meeting: Meeting) -> None:
    registrations, digest = await queries.digest(session, meeting.id)
    if not registrations:
        return
    record(
        session,
        StatisticsSettled(registrations=registrations, digest=digest, **about(meeting)),
    )
    await session.flush()
