"""Inviting entities and hearing their answers: the verbs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import MoveForbidden
from app.events import announce, record
from app.identity import service as identity
from app.identity.events import LinkRevoked
from app.identity.tables import Link
from app.invitations import queries
from app.invitations.events import (
    InvitationAnswered,
    InvitationCreated,
    InvitationDeleted,
    InvitationRenewed,
    InvitationSent,
    InvitationWithdrawn,
)
from app.invitations.lifecycle import (
    INVITATION,
    LIVE,
    VERB_OF,
    Answer,
    InvitationStatus,
    InvitationVerb,
)
from app.invitations.policy import Window
from app.invitations.problems import (
    AnswersClosed,
    DelegationRegistered,
    MeetingNotAnnounced,
)
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OPEN_TO_REGISTRATION, OVER, UNCHANGEABLE
from app.meetings.problems import MeetingClosed
from app.meetings.tables import Meeting


async def invite(
    session: AsyncSession,
    meeting: Meeting,
    entities: Sequence[UUID],
    seat_quota: int | None,
    pools: Mapping[UUID, UUID] = MappingProxyType({}),
) -> list[Invitation]:
    """Draft an invitation for each entity; the meeting's row is locked by the caller.

    `pools` says which entities take from which pool: they have a quota only where one is named.
    A withdrawn one becomes a draft again: a meeting and an entity have one invitation.
    """
    if meeting.status in OVER:
        raise MeetingClosed(f"The meeting is {meeting.status.value}: nobody is invited any more.")
    withdrawn = await queries.lock_withdrawn(session, meeting.id, entities)
    fresh = [
        Invitation(meeting_id=meeting.id, entity_id=entity_id, seat_quota=0)
        for entity_id in entities
        if entity_id not in withdrawn
    ]
    for invitation in withdrawn.values():
        _renew(invitation)
    invitations = [*withdrawn.values(), *fresh]
    for invitation in invitations:
        invitation.pool_id = pools.get(invitation.entity_id)
        pooled = invitation.pool_id is not None
        invitation.seat_quota = (
            meeting.seat_quota if seat_quota is None and not pooled else seat_quota
        )
    session.add_all(fresh)
    await session.flush()
    for invitation in invitations:
        kind = InvitationRenewed if invitation.entity_id in withdrawn else InvitationCreated
        quota, pool_id = invitation.seat_quota, invitation.pool_id
        record(session, kind(seat_quota=quota, pool_id=pool_id, **about(meeting, invitation)))
    return invitations


def _renew(invitation: Invitation) -> None:
    """As it was before it was sent; its links and its delegation went with the withdrawal."""
    invitation.status = INVITATION.move(invitation.status, InvitationVerb.INVITE_AGAIN)
    invitation.sent_at = invitation.answered_at = invitation.withdrawn_at = None
    invitation.answer_note = invitation.letter_number = None
    invitation.reminded_at = None


async def send(session: AsyncSession, meeting: Meeting, *invitations: Invitation) -> None:
    """The focal points get their mails from the worker, which follows the log.

    Each gets the next letter number of the meeting, whose row is locked by the caller; no number
    is given twice, whatever becomes of its letter.
    """
    check_announced(meeting)
    for invitation in invitations:
        invitation.status = INVITATION.move(invitation.status, InvitationVerb.SEND)
        meeting.last_letter += 1
        invitation.sent_at, invitation.letter_number = clock.now(), meeting.last_letter
        sent = InvitationSent(letter_number=meeting.last_letter, **about(meeting, invitation))
        record(session, sent)


def check_announced(meeting: Meeting) -> None:
    """Raise `MeetingNotAnnounced` when invitations to this meeting cannot be sent now."""
    if meeting.status not in OPEN_TO_REGISTRATION:
        raise MeetingNotAnnounced(
            f"The meeting is {meeting.status.value}: schedule it before inviting to it.",
            state=meeting.status.value,
        )


async def answer(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    said: Answer,
    note: str | None,
    *,
    for_organizer: bool,
) -> None:
    """Take the entity's answer; the last one counts, until the registration deadline.

    An organizer may record an answer after the deadline too. Both rows are locked by the caller.
    """
    check_window(meeting, clock.now(), for_organizer=for_organizer)
    was = invitation.status
    status = INVITATION.move(was, VERB_OF[said])
    if said is Answer.DECLINED and await queries.count_live_registrations(session, invitation.id):
        raise DelegationRegistered("Withdraw the registrations of the entity first.")
    invitation.status, invitation.answer_note = status, note
    invitation.answered_at = clock.now()
    record(session, InvitationAnswered(was=was, answer=status, **about(meeting, invitation)))


def takes_answers(meeting: Meeting) -> bool:
    """Whether the entity itself may still answer."""
    window = Window(meeting.registration_opens_at, meeting.registration_closes_at)
    return meeting.status not in OVER and not window.has_closed(clock.now())


def check_window(meeting: Meeting, now: datetime, *, for_organizer: bool) -> None:
    """Raise `AnswersClosed` when this meeting takes no answer from this caller now."""
    if meeting.status in OVER:
        raise AnswersClosed(f"The meeting is {meeting.status.value}.", state=meeting.status.value)
    window = Window(meeting.registration_opens_at, meeting.registration_closes_at)
    if window.has_closed(now) and not for_organizer:
        closed = meeting.registration_closes_at
        assert closed is not None
        raise AnswersClosed(f"The deadline was {clock.written(closed)}: ask the organizer.")


async def withdraw(session: AsyncSession, meeting: Meeting, invitation: Invitation) -> None:
    """Take the invitation back; its links die and, by the announcement, its delegation goes.

    Raises `MeetingClosed` once the meeting is over: who took part in it is history then.
    """
    if meeting.status in OVER:
        raise MeetingClosed(f"The meeting is {meeting.status.value}: its delegations stay.")
    was = invitation.status
    invitation.status = INVITATION.move(was, InvitationVerb.WITHDRAW)
    invitation.withdrawn_at = clock.now()
    await identity.revoke_links(session, invitation.id)
    await announce(session, InvitationWithdrawn(was=was, **about(meeting, invitation)))


def revoke_link(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, link: Link
) -> None:
    """Let one link die, and the session made from it. Twice is once."""
    if link.revoked_at is None:
        identity.revoke_link(link)
        record(
            session,
            LinkRevoked(
                purpose=link.purpose,
                resource_id=link.resource_id,
                person_id=link.person_id,
                **about(meeting, invitation) | {"subject_id": link.id},
            ),
        )


def renew_link(session: AsyncSession, invitation: Invitation, link: Link) -> None:
    """Have a fresh link sent to the person of this one, also where it was revoked."""
    if invitation.status not in LIVE:
        state = invitation.status.value
        raise MoveForbidden(f"The invitation is {state}: nobody answers it.", state=state)
    identity.send_fresh_link(session, link)


async def delete(session: AsyncSession, meeting: Meeting, invitation: Invitation) -> None:
    """Only a draft, which nobody has heard of, and not once nothing changes any more."""
    if meeting.status in UNCHANGEABLE:
        raise MeetingClosed(f"The meeting is {meeting.status.value}.")
    if invitation.status is not InvitationStatus.DRAFT:
        INVITATION.move(invitation.status, InvitationVerb.SEND)
    record(session, InvitationDeleted(**about(meeting, invitation)))
    await session.delete(invitation)
    await session.flush()


def about(meeting: Meeting, invitation: Invitation) -> dict[str, Any]:
    """The ids that every fact about an invitation carries."""
    return {
        "subject_id": invitation.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "entity_id": invitation.entity_id,
    }
