"""Every select about invitations."""

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core import clock
from app.entities.tables import Entity, Person
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation, SeatPool
from app.meetings.tables import Meeting

_registrations = table(
    "registrations",
    column("invitation_id"),
    column("person_id"),
    column("role"),
    column("status"),
    column("participation"),
    column("answers_missing"),
)
_credentials = table("credentials", column("invitation_id"), column("status"))
_exceptions = table(
    "registration_exceptions",
    column("invitation_id"),
    column("persons"),
    column("used"),
    column("until", DateTime(timezone=True)),
    column("revoked_at"),
)
_messages = table(
    "messages",
    column("id"),
    column("invitation_id"),
    column("kind"),
    column("state"),
    column("sent_at"),
    column("opened_at"),
)
_incoming = table("incoming_mails", column("invitation_id"), column("state"))
"""Registrations and mails lie to the right: their columns are named here, nothing is imported."""

"""Named without the members that rules ask for: see `_named`."""
MOST_PLACES = 1_000_000
"""For late ones, as the board shows them."""
_LIVE = ("pending", "confirmed", "waiting", "offered")

MAIL_STATES = ("planned", "sent", "delayed", "bounced", "failed")
"""As the board counts them; what was suppressed is of no interest to it."""
PARTICIPATION = ("needs_action", "accepted", "declined", "tentative")


def list_invitations(
    meeting_id: UUID,
    *,
    entities: Collection[UUID] | None = None,
    visible: Collection[InvitationStatus] | None = None,
    statuses: Collection[InvitationStatus] | None = None,
    credentials: str | None = None,
) -> Select[Any]:
    """Rows of (Invitation, Entity, waiting, last message or None, mails by state, answers of the
    confirmed, mails about it that wait to be read, pool or None, pending, who is named or None,
    state of the credentials or None, places for late ones, registrations without required
    answers); three of them as JSON objects, one as a list.

    `entities` and `visible` limit what the caller may see, `statuses` what was asked for.
    """
    waiting = (
        select(func.count())
        .select_from(_registrations)
        .where(
            _registrations.c.invitation_id == col(Invitation.id),
            _registrations.c.status == "waiting",
        )
        .scalar_subquery()
    )
    message = (
        select(
            func.json_build_object(
                *("kind", _messages.c.kind, "state", _messages.c.state),
                *("sent_at", _messages.c.sent_at, "opened_at", _messages.c.opened_at),
            )
        )
        .where(_messages.c.invitation_id == col(Invitation.id))
        .order_by(_messages.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement: Select[Any] = (
        select(
            Invitation,
            Entity,
            waiting,
            message,
            _mails().scalar_subquery(),
            _answers().scalar_subquery(),
            _unread().scalar_subquery(),
            SeatPool,
            _pending().scalar_subquery(),
            _named().scalar_subquery(),
            _credentials_state(),
            _late_places().scalar_subquery(),
            _unanswered().scalar_subquery(),
        )
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .outerjoin(SeatPool, col(SeatPool.id) == col(Invitation.pool_id))
        .where(col(Invitation.meeting_id) == meeting_id)
    )
    if entities is not None:
        statement = statement.where(col(Invitation.entity_id).in_(entities))
    if visible is not None:
        statement = statement.where(col(Invitation.status).in_(visible))
    if statuses:
        statement = statement.where(col(Invitation.status).in_(statuses))
    if credentials is not None:
        state = func.coalesce(_credentials_state(), "missing")
        statement = statement.where(state == credentials)
    return statement


def _credentials_state() -> Any:
    return (
        select(_credentials.c.status)
        .where(_credentials.c.invitation_id == col(Invitation.id))
        .scalar_subquery()
    )


def _pending() -> Select[Any]:
    return (
        select(func.count())
        .select_from(_registrations)
        .where(
            _registrations.c.invitation_id == col(Invitation.id),
            _registrations.c.status == "pending",
        )
    )


def _named() -> Select[Any]:
    """What the meeting's rules know of whoever is named, where it has rules."""
    rules = (
        select(col(Meeting.registration_rules))
        .where(col(Meeting.id) == col(Invitation.meeting_id))
        .correlate(Invitation)
    )
    return (
        select(
            func.json_agg(
                func.json_build_object(
                    *("role", _registrations.c.role),
                    *("rank", col(Person.rank)),
                    *("at_headquarters", col(Person.at_headquarters)),
                )
            )
        )
        .select_from(_registrations.join(Person, col(Person.id) == _registrations.c.person_id))
        .where(
            _registrations.c.invitation_id == col(Invitation.id),
            _registrations.c.status.in_(_LIVE),
            rules.scalar_subquery().is_not(None),
        )
    )


def _late_places() -> Select[Any]:
    """How many an entity may register late now, by exceptions."""
    places = func.coalesce(func.sum(_exceptions.c.persons - _exceptions.c.used), 0)
    return (
        select(func.least(places, MOST_PLACES))
        .select_from(_exceptions)
        .where(
            _exceptions.c.invitation_id == col(Invitation.id),
            _exceptions.c.revoked_at.is_(None),
            _exceptions.c.until > clock.now(),
        )
    )


def _mails() -> Select[Any]:
    """How many mails about the invitation are in which state."""
    counted = ((state, func.count().filter(_messages.c.state == state)) for state in MAIL_STATES)
    return select(func.json_build_object(*chain.from_iterable(counted))).where(
        _messages.c.invitation_id == col(Invitation.id)
    )


def _answers() -> Select[Any]:
    """How many of the confirmed have answered what in their calendars."""
    said = _registrations.c.participation
    counted = ((word, func.count().filter(said == word)) for word in PARTICIPATION)
    return select(func.json_build_object(*chain.from_iterable(counted))).where(
        _registrations.c.invitation_id == col(Invitation.id), _registrations.c.status == "confirmed"
    )


def _unanswered() -> Select[Any]:
    """Registrations that lack required answers."""
    return (
        select(func.count())
        .select_from(_registrations)
        .where(
            _registrations.c.invitation_id == col(Invitation.id),
            _registrations.c.status.in_(["pending", "confirmed", "waiting", "offered"]),
            func.cardinality(_registrations.c.answers_missing) > 0,
        )
    )


def _unread() -> Select[Any]:
    return select(func.count()).where(
        _incoming.c.invitation_id == col(Invitation.id), _incoming.c.state.in_(["held", "filed"])
    )


async def find_row(session: AsyncSession, meeting_id: UUID, invitation_id: UUID) -> Any | None:
    """One row of `list_invitations`, as it is in the database now."""
    statement = list_invitations(meeting_id).where(col(Invitation.id) == invitation_id)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).one_or_none()


async def find_invitation(
    session: AsyncSession, meeting_id: UUID, invitation_id: UUID, *, lock: bool = False
) -> Invitation | None:
    statement = select(Invitation).where(
        col(Invitation.id) == invitation_id, col(Invitation.meeting_id) == meeting_id
    )
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.execute(statement)).scalar_one_or_none()


async def lock_invitations(
    session: AsyncSession, meeting_id: UUID, ids: Sequence[UUID] | None
) -> Sequence[Invitation]:
    """The named ones, or every draft, locked in the order of their ids."""
    statement = select(Invitation).where(col(Invitation.meeting_id) == meeting_id)
    if ids is None:
        statement = statement.where(col(Invitation.status) == InvitationStatus.DRAFT)
    else:
        statement = statement.where(col(Invitation.id).in_(ids))
    statement = statement.order_by(col(Invitation.id)).with_for_update(key_share=True)
    statement = statement.execution_options(populate_existing=True)
    return (await session.execute(statement)).scalars().all()


async def invited_entities(session: AsyncSession, meeting_id: UUID) -> dict[UUID, UUID]:
    """Entities that have an invitation which was not withdrawn, with its id."""
    statement = select(col(Invitation.entity_id), col(Invitation.id)).where(
        col(Invitation.meeting_id) == meeting_id,
        col(Invitation.status) != InvitationStatus.WITHDRAWN,
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def lock_withdrawn(
    session: AsyncSession, meeting_id: UUID, entities: Collection[UUID]
) -> dict[UUID, Invitation]:
    """The withdrawn invitations of these entities, locked in the order of their ids."""
    statement = (
        select(Invitation)
        .where(
            col(Invitation.meeting_id) == meeting_id,
            col(Invitation.entity_id).in_(entities),
            col(Invitation.status) == InvitationStatus.WITHDRAWN,
        )
        .order_by(col(Invitation.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).scalars()
    return {invitation.entity_id: invitation for invitation in found}


async def count_live_registrations(session: AsyncSession, invitation_id: UUID) -> int:
    statement = (
        select(func.count())
        .select_from(_registrations)
        .where(
            _registrations.c.invitation_id == invitation_id,
            _registrations.c.status.in_(_LIVE),
        )
    )
    return int((await session.execute(statement)).scalar_one())


def list_links(invitation_id: UUID) -> Select[Any]:
    """Rows of (Link, Person): the links by which it is answered, live or not."""
    columns: list[Any] = [Link, Person]
    return (
        select(*columns)
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(
            col(Link.resource_id) == invitation_id,
            col(Link.purpose) == LinkPurpose.ANSWER_INVITATION,
        )
    )


async def lock_link(
    session: AsyncSession, invitation_id: UUID, link_id: UUID
) -> tuple[Link, Person] | None:
    statement = list_links(invitation_id).where(col(Link.id) == link_id).with_for_update(of=Link)
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


async def lock_answer_links(
    session: AsyncSession, entity_id: UUID, person_id: UUID
) -> Sequence[tuple[Link, UUID]]:
    """The person's live links to answer for the entity, each with the committee that meets."""
    columns: list[Any] = [Link, Meeting.committee_id]
    statement: Select[Any] = (
        select(*columns)
        .join(Invitation, col(Invitation.id) == col(Link.resource_id))
        .join(Meeting, col(Meeting.id) == col(Invitation.meeting_id))
        .where(
            col(Link.purpose) == LinkPurpose.ANSWER_INVITATION,
            col(Link.person_id) == person_id,
            col(Link.revoked_at).is_(None),
            col(Invitation.entity_id) == entity_id,
        )
        .order_by(col(Link.id))
        .with_for_update(of=Link)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
