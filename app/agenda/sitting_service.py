"""Making, changing and removing sittings; the meeting's row is locked by the caller."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda import queries
from app.agenda.events import SittingsChanged
from app.agenda.problems import SittingsFull, SittingsOverlap
from app.agenda.saving import forget_saved, keep_revision
from app.agenda.sitting_schemas import SittingWrite
from app.agenda.sittings import (
    DAY,
    LAST_DAY,
    MAX_SITTINGS,
    HeldSitting,
    Members,
    SittingsEdit,
    day_and_minutes,
)
from app.agenda.tables import Sitting
from app.core import clock
from app.core.many import insert_many, update_many
from app.core.problems import FieldError, Invalid
from app.core.zones import RepeatedWallTime, ZoneTrouble, to_instant
from app.events import announce, record
from app.meetings.tables import Meeting


class Entry(NamedTuple):
    """A sitting as a body describes it; `pointer` is its place in the body."""

    id: UUID
    said: SittingWrite
    pointer: str = ""


async def keep_sittings(
    session: AsyncSession,
    meeting: Meeting,
    present: Sequence[HeldSitting],
    wanted: Sequence[Entry],
) -> list[HeldSitting]:
    """Make the meeting's sittings the wanted ones.

    Raises `Invalid` with everything that is wrong with a time, `SittingsOverlap`, `SittingsFull`.
    """
    if len(wanted) > MAX_SITTINGS:
        raise SittingsFull(f"A meeting has at most {MAX_SITTINGS} sittings.")
    rows = {entry.id: _row(meeting, entry) for entry in _checked(meeting, wanted)}
    _check_apart(wanted)
    before = {held.id: held.members for held in present}
    changed = await write_sittings(session, meeting, before, rows)
    forget_saved(session)
    if changed is not None:
        await keep_revision(session, changed, await announce(session, changed))
    return await held_sittings(session, meeting)


async def held_sittings(session: AsyncSession, meeting: Meeting) -> list[HeldSitting]:
    """As they are now."""
    found = await queries.list_sittings(session, [meeting.id])
    return [HeldSitting.of(meeting, sitting) for sitting in found.get(meeting.id, [])]


async def move_along(
    session: AsyncSession, meeting: Meeting, before: datetime, after: datetime
) -> None:
    """Let the sittings begin earlier or later as the meeting does, by the clock on the wall.

    Their days count from the meeting's first; where one would then lie over midnight all stay.
    Whoever keeps times of items follows the meeting, after this.
    """
    times = [each.hour * 60 + each.minute for each in (before, after)]
    minutes = times[1] - times[0]
    sittings = (await queries.list_sittings(session, [meeting.id])).get(meeting.id, [])
    fits = all(s.begins + minutes >= 0 and s.ends + minutes <= DAY for s in sittings)
    if not minutes or not sittings or not fits:
        return
    old = {s.id: _members(s) for s in sittings}
    new = {
        key: row | {"begins": row["begins"] + minutes, "ends": row["ends"] + minutes}
        for key, row in old.items()
    }
    changed = await write_sittings(session, meeting, old, new)
    if changed is not None:
        await keep_revision(session, changed, record(session, changed))


async def write_sittings(
    session: AsyncSession,
    meeting: Meeting,
    before: Mapping[UUID, Members],
    after: Mapping[UUID, Members],
) -> SittingsChanged | None:
    """One statement each for what is gone, changed and new; says what it was, if anything.

    The caller records it and keeps its revision.
    """
    added, changed, removed = edit = SittingsEdit.between(before, after)
    if not any(edit):
        return None
    if removed:
        statement = delete(Sitting).where(col(Sitting.id).in_(removed))
        await session.execute(statement.execution_options(synchronize_session=False))
    await update_many(session, Sitting, [{"id": key, **after[key]} for key in changed])
    about = {"meeting_id": meeting.id, "created_at": clock.now()}
    await insert_many(session, Sitting, [{"id": key, **after[key], **about} for key in added])
    return SittingsChanged(
        subject_id=meeting.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        added=added,
        changed={str(key): _differences(before[key], after[key]) for key in changed},
        removed=removed,
        revision=await queries.last_revision(session, meeting.id) + 1,
    )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"before": before[name], "after": value}
        for name, value in after.items()
        if before[name] != value
    }


def _checked(meeting: Meeting, wanted: Sequence[Entry]) -> Sequence[Entry]:
    errors = [error for entry in wanted for error in _faults(meeting, entry)]
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:100])
    return wanted


def _faults(meeting: Meeting, entry: Entry) -> list[FieldError]:
    start, end = entry.said.local_start, entry.said.local_end
    found: dict[str, str] = {}
    for name, wall in (("local_end", end), ("local_start", start)):
        if wall.second or wall.microsecond:
            found[name] = "Must be a whole minute."
        elif (trouble := _trouble(wall, meeting.timezone)) is not None:
            found[name] = trouble
    if not found:
        day, begins, ends = day_and_minutes(meeting, start, end)
        if ends <= begins:
            found["local_end"] = "A sitting must end after it begins."
        elif ends > DAY:
            found["local_end"] = "A sitting ends by midnight: make two of one that goes on."
        elif not 0 <= day <= LAST_DAY:
            found["local_start"] = "It must lie on the first day of the meeting or up to 31 later."
    return [
        FieldError(pointer=f"{entry.pointer}/{name}", detail=detail)
        for name, detail in found.items()
    ]


def _trouble(wall: datetime, zone: str) -> str | None:
    """Of a wall time that happens twice the first is meant."""
    try:
        to_instant(wall, zone)
    except RepeatedWallTime:
        return None
    except ZoneTrouble as trouble:
        return str(trouble)
    return None


def _check_apart(wanted: Sequence[Entry]) -> None:
    in_order = sorted(wanted, key=lambda each: (each.said.local_start, each.said.local_end))
    for one, other in pairwise(in_order):
        if other.said.local_start < one.said.local_end:
            detail = f"It overlaps the sitting from {one.said.local_start:%Y-%m-%d %H:%M}."
            raise SittingsOverlap.at(f"{other.pointer}/local_start", detail)


def _row(meeting: Meeting, entry: Entry) -> Members:
    said = entry.said
    day, begins, ends = day_and_minutes(meeting, said.local_start, said.local_end)
    name, longest = dict(said.name), said.longest_stretch
    return {"day": day, "begins": begins, "ends": ends, "name": name, "longest_stretch": longest}


def _members(sitting: Sitting) -> Members:
    names = ("day", "begins", "ends", "name", "longest_stretch")
    return {name: getattr(sitting, name) for name in names}
