"""Who counts as present, whether there is a quorum, and the figures of the press line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.attendance.lifecycle import EntityAttendance
from app.committees.lifecycle import Standing
from app.invitations.lifecycle import InvitationStatus
from app.meetings.lifecycle import OVER, UNDER_WAY, MeetingStatus

DOORS_OPEN = timedelta(minutes=60)
"""How long before the start a personal link shows the room."""


class Entry(StrEnum):
    """What a personal link is good for at a moment."""

    CHECK_IN = "check_in"
    ROOM_ONLY = "room_only"
    TOO_EARLY = "too_early"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of one entity at one meeting."""

    entity_id: UUID
    standing: Standing | None = None
    invitation: InvitationStatus | None = None
    registered: int = 0
    """Its confirmed registrations."""
    present: int = 0
    """Its people who were there, each counted once."""
    representatives: int = 0
    """Those of them who came in a role other than support."""
    in_room: int = 0
    """Those who are there at this moment."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """A majority of the committee's member entities."""

    members: int
    needed: int
    present: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The people and entities present of one kind of entities."""

    representatives: int
    entities: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a meeting: of member entities, and beside them of all others."""

    representatives: int
    entities: int
    share_percent: float | None
    quorum: Quorum
    observers: Group
    others: Group


def entry(status: MeetingStatus, starts_at: datetime, now: datetime) -> Entry:
    """What a personal link does now; a postponed meeting is too early at any time."""
    if status in UNDER_WAY:
        return Entry.CHECK_IN
    if status in OVER:
        return Entry.OVER
    if status is MeetingStatus.SCHEDULED and now >= starts_at - DOORS_OPEN:
        return Entry.ROOM_ONLY
    return Entry.TOO_EARLY


def end_of(left_at: datetime | None, adjourned_at: datetime | None) -> datetime | None:
    """When an interval ended: whoever was still there at the adjournment left with it."""
    return left_at or adjourned_at


def entity_attendance(presence: Presence) -> EntityAttendance:
    """Presence outweighs every answer; only an entity that declined is excused."""
    if presence.present:
        return EntityAttendance.PRESENT
    match presence.invitation:
        case InvitationStatus.DECLINED:
            return EntityAttendance.EXCUSED
        case InvitationStatus.ACCEPTED | InvitationStatus.TENTATIVE:
            return EntityAttendance.ABSENT
        case _:
            return EntityAttendance.ABSENT if presence.registered else EntityAttendance.UNACCOUNTED


def quorum(members: int, present: int) -> Quorum:
    """More than half of the members: 22 of 43, 22 of 42."""
    needed = members // 2 + 1
    return Quorum(members, needed, present, present >= needed)


def share_percent(part: int, whole: int) -> float | None:
    """Percent with one decimal, half up, in whole numbers so that no half is lost; None of none."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else None


def figures(presences: Iterable[Presence]) -> Figures:
    """The figures of a meeting from every entity that was a member, was asked or came."""
    presences = list(presences)
    members = [each for each in presences if each.standing is Standing.MEMBER]
    there = _group(members)
    return Figures(
        representatives=there.representatives,
        entities=there.entities,
        share_percent=share_percent(there.entities, len(members)),
        quorum=quorum(len(members), there.entities),
        observers=_group(each for each in presences if each.standing is Standing.OBSERVER),
        others=_group(each for each in presences if each.standing is None),
    )


def _group(presences: Iterable[Presence]) -> Group:
    there = [each for each in presences if each.present]
    return Group(sum(each.representatives for each in there), len(there))
