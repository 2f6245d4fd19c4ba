"""Making, changing and removing meetings and their rooms; the meeting's row is locked by then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core.problems import FieldError, Invalid, MoveForbidden
from app.events import announce, record
from app.meetings import policy, queries
from app.meetings.events import (
    MeetingChanged,
    MeetingCreated,
    MeetingDeleted,
    MeetingRoomChanged,
    SeatsCut,
)
from app.meetings.lifecycle import MEETING, OVER, UNCHANGEABLE, MeetingStatus
from app.meetings.policy import UNSAID, Fault, Telling, Times
from app.meetings.problems import CapacityBelowTaken, MeetingClosed, TimesAnnounced, below_taken
from app.meetings.tables import ConferenceRoom, Meeting

CLOSES_AT = "registration_closes_at"


def settled(members: Mapping[str, Any]) -> tuple[dict[str, Any], Times]:
    """The columns that the writable members mean; raises `Invalid` with every fault of them."""
    found = policy.fixed_times(*(members[name] for name in policy.TIME_MEMBERS))
    times, faults = (found, []) if isinstance(found, Times) else (None, found)
    opens_at, closes_at = members["registration_opens_at"], members[CLOSES_AT]
    faults += policy.language_faults(members["title"], members["languages"])
    place = "registration_deadline" if members["registration_deadline"] else CLOSES_AT
    faults += policy.window_faults(opens_at, closes_at, times.ends_at if times else None, place)
    if times is None or faults:
        raise refused(faults)
    rest = {name: members[name] for name in members.keys() - set(policy.TIME_MEMBERS)}
    return rest | asdict(times), times


def refused(faults: Sequence[Fault]) -> Invalid:
    errors = [FieldError(pointer=f"/{member}", detail=detail) for member, detail in faults]
    return Invalid(" ".join(detail for _, detail in faults), errors=errors)


async def create_meeting(
    session: AsyncSession,
    committee: Committee,
    number: int | None,
    handle: str | None,
    members: Mapping[str, Any],
) -> Meeting:
    """A draft; the committee's row is locked, so that two at once get two numbers."""
    number = number or await queries.next_number(session, committee.id)
    handle = handle or f"{committee.handle}-{number}"
    if len(handle) > 80:
        raise Invalid.at("/handle", "The committee's handle is too long to be numbered: give one.")
    meeting = Meeting(committee_id=committee.id, number=number, handle=handle, **members)
    session.add(meeting)
    await session.flush()
    event = MeetingCreated(
        handle=handle, number=number, series_id=meeting.series_id, **about(meeting)
    )
    record(session, event)
    return meeting


async def change_meeting(
    session: AsyncSession,
    meeting: Meeting,
    members: Mapping[str, Any],
    changes: Mapping[str, Any],
    told: Telling = UNSAID,
) -> None:
    """Set the members that `changes` says differ.

    Raises `MeetingClosed`, `TimesAnnounced` and `CapacityBelowTaken`. The seats of a raised
    capacity are given away in the same transaction by those who react to the announcement.
    """
    check_changeable(meeting)
    _check_times_free(meeting, changes)
    capacity = members["capacity"]
    if capacity is not None and capacity < meeting.seats_taken:
        taken = meeting.seats_taken
        raise CapacityBelowTaken(below_taken(taken, over=meeting.status in OVER), taken=taken)
    if not changes:
        return
    for name, value in members.items():
        setattr(meeting, name, value)
    event = MeetingChanged(
        changes=_for_log(changes),
        calendar_sequence=raised_sequence(meeting, changes),
        note=told.note,
        silent=told.silent,
        **about(meeting),
    )
    await announce(session, event)
    await session.flush()


async def make_room(
    session: AsyncSession,
    meeting: Meeting,
    capacity: int | None,
    leaving: Literal["latest"] | Sequence[UUID] | None,
) -> None:
    """Let those leave who must, where it is planned who does, before the capacity shrinks.

    Once the meeting is over nobody leaves a seat any more.
    """
    check_changeable(meeting)
    needed = max(0, meeting.seats_taken - capacity) if capacity is not None else 0
    if leaving is None or (needed and meeting.status in OVER):
        return
    named = None if leaving == "latest" else [UUID(str(each)) for each in leaving]
    if needed or named:
        await announce(session, SeatsCut(needed=needed, leaving=named, **about(meeting)))


async def delete_meeting(session: AsyncSession, meeting: Meeting) -> None:
    """Only a draft that nobody is invited to; the database refuses what is referred to."""
    if meeting.status is not MeetingStatus.DRAFT:
        raise MoveForbidden(
            f"This meeting is {meeting.status.value}: only a draft can be deleted.",
            state=meeting.status.value,
            allowed=MEETING.allowed(meeting.status),
        )
    record(session, MeetingDeleted(handle=meeting.handle, **about(meeting)))
    await session.delete(meeting)
    await session.flush()


async def keep_room(
    session: AsyncSession,
    meeting: Meeting,
    room: ConferenceRoom | None,
    members: Mapping[str, Any],
    told: Telling = UNSAID,
) -> ConferenceRoom:
    """Set where the meeting is held; the log names the members that changed, not their values."""
    check_changeable(meeting)
    known = room or ConferenceRoom(meeting_id=meeting.id, label="", join_address="")
    changed = [name for name, value in members.items() if getattr(known, name) != value]
    for name in changed:
        setattr(known, name, members[name])
    session.add(known)
    if changed:
        _record_room_change(session, meeting, changed, told)
    await session.flush()
    return known


async def remove_room(
    session: AsyncSession, meeting: Meeting, room: ConferenceRoom, told: Telling = UNSAID
) -> None:
    check_changeable(meeting)
    members = sorted(room.model_dump(exclude={"meeting_id"}, exclude_none=True))
    _record_room_change(session, meeting, members, told)
    await session.delete(room)
    await session.flush()


def check_changeable(meeting: Meeting) -> None:
    """Nothing of a closed or cancelled meeting changes, nor of one that was erased, as nothing
    would erase it again: raises `MeetingClosed`.
    """
    if meeting.status in UNCHANGEABLE:
        state = meeting.status.value
        raise MeetingClosed(f"The meeting is {state}: nothing of it changes.", state=state)
    if meeting.anonymized_at is not None:
        detail = "What the meeting kept of people was erased: nothing of it changes."
        raise MeetingClosed(detail, state=meeting.status.value)


def about(meeting: Meeting) -> dict[str, Any]:
    """The ids that every fact about a meeting carries."""
    return {
        "subject_id": meeting.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
    }


def raised_sequence(meeting: Meeting, changed: Iterable[str]) -> int | None:
    """The sequence after a change that calendars must show; None for any other."""
    if not policy.concerns_calendars(meeting.status, changed):
        return None
    meeting.calendar_sequence += 1
    return meeting.calendar_sequence


def _record_room_change(
    session: AsyncSession, meeting: Meeting, members: list[str], told: Telling
) -> None:
    event = MeetingRoomChanged(
        members=members,
        calendar_sequence=raised_sequence(meeting, ["room"]),
        note=told.note,
        silent=told.silent,
        **about(meeting),
    )
    record(session, event)


def _check_times_free(meeting: Meeting, changes: Mapping[str, Any]) -> None:
    """The times of an announced meeting stand in calendars: raises `TimesAnnounced`."""
    touched = policy.changed_times(changes)
    if touched and meeting.status is not MeetingStatus.DRAFT:
        detail = f"The meeting is {meeting.status.value}: its times change by reschedule only."
        errors = [FieldError(pointer=f"/{name}", detail="Use reschedule.") for name in touched]
        allowed = MEETING.allowed(meeting.status)
        raise TimesAnnounced(detail, errors=errors, state=meeting.status.value, allowed=allowed)


def _for_log(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Contacts are people, who stay out of the log: only how many there were."""
    contacts = changes.get("contacts")
    if contacts is None:
        return dict(changes)
    return {**changes, "contacts": {when: len(named) for when, named in contacts.items()}}
