"""Joining by a personal link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance import queries, service
from app.attendance.lifecycle import CheckInSource
from app.attendance.policy import DOORS_OPEN, Entry, entry
from app.attendance.problems import MeetingOver, RegistrationNotConfirmed, TooEarly
from app.core import clock
from app.entities.tables import Person
from app.events import Actor
from app.identity import service as identity
from app.identity.tokens import read_link_token
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import ConferenceRoom, Meeting
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the holder of a personal link finds at the door."""

    meeting: Meeting
    person: Person
    room: ConferenceRoom | None
    checked_in_at: datetime | None


async def join_by_link(session: AsyncSession, secret: bytes, token: str) -> Entrance:
    """Check the holder of a personal link in, or show the room before the opening.

    Raises `LinkUnknown`, `LinkSpent`, `TooEarly`, `MeetingOver`, `RegistrationNotConfirmed`.
    """
    link_id = read_link_token(secret, token)
    meeting = await queries.share_meeting_of_link(session, link_id) if link_id else None
    step = entry(meeting.status, meeting.starts_at, clock.now()) if meeting else None
    if meeting is not None and step is Entry.OVER:
        raise MeetingOver(f"The meeting is {meeting.status.value}.", state=meeting.status.value)
    link = await identity.find_join_link(session, secret, token)
    assert meeting is not None, "a join link has a registration and thereby a meeting"
    registration, person, room, interval = await queries.find_entrance(session, link.resource_id)
    if registration.status is not RegistrationStatus.CONFIRMED:
        state = registration.status.value
        raise RegistrationNotConfirmed(f"Your registration is {state}.", state=state)
    if step is Entry.TOO_EARLY:
        raise _come_back(meeting)
    joined = interval.joined_at if interval else None
    if step is Entry.CHECK_IN and joined is None:
        joined = await _let_in(session, meeting, registration)
    return Entrance(meeting, person, room, joined)


async def _let_in(session: AsyncSession, meeting: Meeting, registration: Registration) -> datetime:
    """The instant from which the person is present; a request at the same time may be first."""
    now, source = clock.now(), CheckInSource.LINK
    new = await queries.add_intervals(session, [registration], source, now, None, now)
    if registration.id not in new:
        row = await queries.find_entrance(session, registration.id)
        return row[3].joined_at if row[3] else now
    caller: Actor | None = session.info.get("actor")
    request_id = caller.request_id if caller else None
    session.info["actor"] = Actor("link", registration.person_id, request_id)
    service.record_check_in(session, meeting, registration, new[registration.id], source)
    await session.flush()
    return now


def _come_back(meeting: Meeting) -> TooEarly:
    state = meeting.status.value
    if meeting.status is not MeetingStatus.SCHEDULED:
        return TooEarly(f"The meeting is {state}: its time is not fixed.", state=state)
    doors = clock.written(meeting.starts_at - DOORS_OPEN)
    return TooEarly(f"The room is shown from {doors}.", state=state)
