"""Conflicts of people as they are shown: of a meeting that the caller may not know of, only the
time that it has in common with the one that they plan.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer, WithJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.times import ComputedInstant
from app.core.fields import WALL_TIME, Flag, Handle, Schema, ShortLine, ZoneName
from app.core.zones import to_local
from app.identity.policy import Caller
from app.meetings.queries import visible_among
from app.panels.conflicts import Conflicts, Slot
from app.panels.seats import Elsewhere

MOST = 1000
"""Of each kind."""

LocalTime = Annotated[
    datetime,
    PlainSerializer(lambda local: local.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": WALL_TIME,
            "maxLength": 19,
            "description": "Wall time where the person is.",
            "examples": ["2021-10-08T23:00:00"],
        }
    ),
]


class PersonBooking(Schema):
    """Where a person is at a time: on a panel, at its rehearsal, or giving a briefing.

    Of a meeting that the caller may not know of, only the time that the two have in common.
    """

    meeting_id: UUID | None
    meeting: Handle | None
    item_id: UUID | None
    panel_id: UUID | None
    panellist_id: UUID | None
    briefing_id: UUID | None
    rehearsal: Flag = Field(description="Whether it is the rehearsal of the panel.")
    starts_at: ComputedInstant
    ends_at: ComputedInstant


class DoubleBooking(Schema):
    """A person, told by mail address or else by name, on two items at overlapping times."""

    name: ShortLine
    first: PersonBooking
    second: PersonBooking


class OutsideHours(Schema):
    """A person on an item outside the meeting's `decent_hours`, by the clock where they are."""

    name: ShortLine
    booking: PersonBooking
    timezone: ZoneName = Field(description="Theirs: of `local_start` and `local_end`.")
    local_start: LocalTime
    local_end: LocalTime


class MeetingThere(Schema):
    """Another meeting at which the person has a place.

    Of one that the caller may not know of, only the time that it has in common with the booking.
    """

    meeting_id: UUID | None
    meeting: Handle | None
    starts_at: ComputedInstant
    ends_at: ComputedInstant


class AlsoRegistered(Schema):
    """A person on an item here who is registered and confirmed elsewhere at that time."""

    name: ShortLine
    booking: PersonBooking
    registration: MeetingThere


class PeopleConflicts(Schema):
    """What does not fit together about people; each list in the order of time, the first thousand.

    The header `Conflicts` of an answer counts those of the whole meeting, ten thousand of a kind
    at most.
    """

    bookings: list[DoubleBooking] = Field(
        max_length=MOST, description="The same person is at two places at once."
    )
    hours: list[OutsideHours] = Field(
        max_length=MOST, description="Somebody is on outside decent hours of their zone."
    )
    registrations: list[AlsoRegistered] = Field(
        max_length=MOST, description="Somebody takes part in another meeting at that time."
    )


async def shown(session: AsyncSession, caller: Caller, found: Conflicts) -> PeopleConflicts:
    bookings, registrations = found.bookings[:MOST], found.registrations[:MOST]
    meetings = {slot.seat.meeting.id for pair in bookings for slot in pair}
    meetings |= {there.meeting.id for _, there in registrations}
    known = await visible_among(session, caller, meetings) if meetings else set()
    return PeopleConflicts(
        bookings=[_double_booking(first, second, known) for first, second in bookings],
        hours=[_outside_hours(slot) for slot in found.hours[:MOST]],
        registrations=[_also_registered(slot, there, known) for slot, there in registrations],
    )


def _double_booking(first: Slot, second: Slot, known: set[UUID]) -> DoubleBooking:
    return DoubleBooking(
        name=(first if first.seat.meeting.id in known else second).seat.name,
        first=_booking(first, second, known),
        second=_booking(second, first, known),
    )


def _booking(slot: Slot, beside: Slot, known: set[UUID]) -> PersonBooking:
    seat = slot.seat
    if seat.meeting.id not in known:
        return PersonBooking(
            meeting_id=None,
            meeting=None,
            item_id=None,
            panel_id=None,
            panellist_id=None,
            briefing_id=None,
            rehearsal=False,
            starts_at=max(slot.starts_at, beside.starts_at),
            ends_at=min(slot.ends_at, beside.ends_at),
        )
    return _whole(slot)


def _whole(slot: Slot) -> PersonBooking:
    return PersonBooking(
        meeting_id=slot.seat.meeting.id,
        meeting=slot.seat.meeting.handle,
        item_id=slot.seat.item_id,
        panel_id=slot.seat.panel_id,
        panellist_id=slot.seat.panellist_id,
        briefing_id=slot.seat.briefing_id,
        rehearsal=slot.rehearsal,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )


def _outside_hours(slot: Slot) -> OutsideHours:
    zone = slot.seat.timezone
    return OutsideHours(
        name=slot.seat.name,
        booking=_whole(slot),
        timezone=zone,
        local_start=to_local(slot.starts_at, zone),
        local_end=to_local(slot.ends_at, zone),
    )


def _also_registered(slot: Slot, there: Elsewhere, known: set[UUID]) -> AlsoRegistered:
    meeting = there.meeting
    told = meeting.id in known
    return AlsoRegistered(
        name=slot.seat.name,
        booking=_whole(slot),
        registration=MeetingThere(
            meeting_id=meeting.id if told else None,
            meeting=meeting.handle if told else None,
            starts_at=meeting.starts_at if told else max(meeting.starts_at, slot.starts_at),
            ends_at=meeting.ends_at if told else min(meeting.ends_at, slot.ends_at),
        ),
    )
