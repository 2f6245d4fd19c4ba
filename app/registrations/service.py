"""Registering, withdrawing and promoting people: the verbs that move seats."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from app.core import clock
from app.core.ids import new_id
from app.core.problems import NotFound
from app.events import Event, record
from app.events.log import entry_values
from app.identity import service as identity
from app.invitations.events import InvitationAnswered
from app.invitations.lifecycle import LIVE as LIVE_INVITATIONS
from app.invitations.lifecycle import InvitationStatus
from app.invitations.policy import Window
from app.invitations.tables import Invitation, SeatPool
from app.meetings.lifecycle import OPEN_TO_REGISTRATION, OVER
from app.meetings.tables import Meeting
from app.registrations import queries
from app.registrations.events import (
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationPending,
    RegistrationPromoted,
    RegistrationReplied,
    RegistrationWaiting,
    RegistrationWithdrawn,
)
from app.registrations.facts import about
from app.registrations.lifecycle import (
    HOLDING,
    LIVE,
    REGISTRATION,
    Participation,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)
from app.registrations.policy import seat_decision, takes_seat
from app.registrations.problems import (
    NoSeatFree,
    NotInvited,
    RegistrationClosed,
    RegistrationNotOpen,
)
from app.registrations.seating import confirm, count, promote, seats_of
from app.registrations.tables import Registration


async def lock_seats(
    session: AsyncSession, meeting_id: UUID, invitation_id: UUID
) -> tuple[Meeting, Invitation]:
    """Everything that changes seats begins here; raises `NotFound` if the invitation is gone."""
    found = await queries.lock_seats(session, meeting_id, invitation_id)
    if found is None:
        raise NotFound
    return found


def check_open(
    meeting: Meeting, invitation: Invitation, now: datetime, *, for_organizer: bool
) -> None:
    """Raise the reason why nobody can be registered under this invitation now.

    Organizers may register outside the window, while the meeting is not over.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    if meeting.status not in OPEN_TO_REGISTRATION:
        raise RegistrationNotOpen(f"The meeting is {meeting.status.value}.")
    if invitation.status not in LIVE_INVITATIONS:
        raise NotInvited(f"The invitation is {invitation.status.value}.")
    window = Window(meeting.registration_opens_at, meeting.registration_closes_at)
    if not for_organizer and not window.has_opened(now):
        raise RegistrationNotOpen("The registration window has not opened yet.")
    if not for_organizer and window.has_closed(now):
        raise RegistrationClosed("The registration deadline has passed: ask the organizer.")


async def register(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    person_id: UUID,
    role: RegistrationRole,
) -> Registration:
    """Give the person a seat or a place in the waiting list; it accepts the invitation.

    Both rows are locked and `check_open` has passed. The two objects are told of the new counters,
    so that a list of people can be registered one after the other. What is given back shows what
    was written, and is no part of the session.
    """
    pool = invitation.pool
    made, facts = decide(meeting, invitation, person_id, role)
    values = {
        "id": made.id,
        "now": made.created_at,
        "person_id": person_id,
        "role": role.value,
        "status": made.status.value,
        "takes_seat": made.takes_seat,
        "confirmed_at": made.confirmed_at,
        "quota_taken": invitation.seats_taken,
        "capacity_taken": meeting.seats_taken,
        "invitation_id": invitation.id,
        "invitation_status": invitation.status.value,
        "answered_at": invitation.answered_at,
    }
    if pool is not None:
        values |= {"pool_id": pool.id, "pool_taken": pool.seats_taken}
    made.queue_number = await queries.write_registration(
        session, values | _log_values(session, facts)
    )
    return made


def decide(
    meeting: Meeting, invitation: Invitation, person_id: UUID, role: RegistrationRole
) -> tuple[Registration, list[Event]]:
    """The registration as it is to be written, and its facts; the rows show the new counters.

    They are not written with the rows but by the statement that writes the registration.
    """
    now = clock.now()
    status = seat_decision(role, seats_of(meeting, invitation))
    seated = takes_seat(role) and status is RegistrationStatus.CONFIRMED
    made = Registration(
        id=new_id(),
        created_at=now,
        meeting_id=meeting.id,
        invitation_id=invitation.id,
        entity_id=invitation.entity_id,
        person_id=person_id,
        role=role,
        status=status,
        takes_seat=takes_seat(role),
        queue_number=0,  # until it is drawn
        confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
        participation=Participation.NEEDS_ACTION,
    )
    facts: list[Event] = [EVENT_OF[status](**about(meeting, made))]
    if invitation.status is not InvitationStatus.ACCEPTED:
        facts.append(acceptance(meeting, invitation))
        _tell(invitation, status=InvitationStatus.ACCEPTED, answered_at=now)
    for counter in (meeting, invitation, invitation.pool):
        if counter is not None:
            _tell(counter, seats_taken=counter.seats_taken + seated)
    return made, facts


async def withdraw(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, registration: Registration
) -> None:
    """Take a person out; a seat that falls free goes to the first of the waiting list, once."""
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    await take_out(session, meeting, invitation, registration)
    await promote(session, meeting)


async def take_out(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, registration: Registration
) -> None:
    """Withdraw without promoting, for whole delegations."""
    was = registration.status
    registration.status = REGISTRATION.move(was, RegistrationVerb.WITHDRAW)
    registration.withdrawn_at = clock.now()
    registration.offer_ends_at = None
    registration.calendar_sequence += 1
    if registration.takes_seat and was in HOLDING:
        count(meeting, invitation, -1)
    await identity.revoke_links(session, registration.id)
    record(session, RegistrationWithdrawn(was=was, **about(meeting, registration)))
    await session.flush()


async def change_role(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    role: RegistrationRole,
    *,
    for_organizer: bool,
) -> None:
    """Change what somebody comes as; giving up a seat frees it, needing one takes a free one,
    under the same conditions as registering.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    was = registration.role
    if registration.status not in LIVE or role is was:
        REGISTRATION.move(registration.status, RegistrationVerb.WITHDRAW)
        return
    if takes_seat(role) and not registration.takes_seat:
        check_open(meeting, invitation, clock.now(), for_organizer=for_organizer)
    await _move_seat(session, meeting, invitation, registration, role)
    registration.role, registration.takes_seat = role, takes_seat(role)
    record(session, RegistrationChanged(was_role=was, **about(meeting, registration)))
    await session.flush()
    await promote(session, meeting)


def take_reply(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    participation: Participation,
    sequence: int,
    stamp: datetime,
) -> None:
    """Keep what the person's calendar answered, and by what it is the latest; the row is locked.

    A seat is the entity's: whoever declines keeps it until the entity gives it up.
    """
    was = registration.participation
    registration.participation = participation
    registration.replied_sequence, registration.replied_stamp = sequence, stamp
    event = RegistrationReplied(
        was=was,
        participation=participation,
        sequence=sequence,
        **about(meeting, registration),
    )
    record(session, event)


async def _move_seat(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    role: RegistrationRole,
) -> None:
    """Who waited for a seat, or was offered one, and needs none any more is confirmed."""
    holds = registration.status in HOLDING
    needs, has = takes_seat(role), registration.takes_seat
    if holds and needs and not has:
        if not seats_of(meeting, invitation).free:
            raise NoSeatFree("The new role takes a seat and none is free.")
        count(meeting, invitation, 1)
    elif holds and has and not needs:
        count(meeting, invitation, -1)
    if not needs and registration.status in _CONFIRMED_BY:
        confirm(registration, _CONFIRMED_BY[registration.status], clock.now())
        record(session, RegistrationPromoted(**about(meeting, registration) | {"role": role}))


_CONFIRMED_BY = {
    RegistrationStatus.WAITING: RegistrationVerb.PROMOTE,
    RegistrationStatus.OFFERED: RegistrationVerb.ACCEPT_OFFER,
}


EVENT_OF: dict[RegistrationStatus, type[Any]] = {
    RegistrationStatus.PENDING: RegistrationPending,
    RegistrationStatus.CONFIRMED: RegistrationConfirmed,
    RegistrationStatus.WAITING: RegistrationWaiting,
}


def acceptance(meeting: Meeting, invitation: Invitation) -> InvitationAnswered:
    """The fact that naming somebody accepts the invitation."""
    return InvitationAnswered(
        subject_id=invitation.id,
        meeting_id=meeting.id,
        committee_id=meeting.committee_id,
        entity_id=invitation.entity_id,
        was=invitation.status,
        answer=InvitationStatus.ACCEPTED,
        by_registration=True,
    )


def _log_values(session: AsyncSession, facts: list[Any]) -> dict[str, Any]:
    """The statement's parameters for the log: what all facts share, and one object for each."""
    entries = [entry_values(session, fact) for fact in facts]
    shared = {
        name: entries[0][name]
        for name in (
            "actor_kind",
            "actor_id",
            "request_id",
            "committee_id",
            "meeting_id",
            "entity_id",
        )
    }
    own = [
        {
            "id": str(new_id()),
            "name": entry["name"],
            "subject_id": str(entry["subject_id"]),
            "data": entry["data"],
        }
        for entry in entries
    ]
    return shared | {"events": json.dumps(own)}


def _tell(row: Meeting | Invitation | SeatPool, **values: Any) -> None:
    """Let a loaded object show what a statement wrote, without writing it again."""
    for name, value in values.items():
        set_committed_value(row, name, value)
