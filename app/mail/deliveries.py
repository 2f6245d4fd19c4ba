"""What organizers do with mails that did not arrive."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.queries import committee_line
from app.committees.tables import Committee
from app.core import clock
from app.entities.queries import focal_people
from app.entities.tables import Person
from app.events import record
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Account
from app.mail import queries
from app.mail.bounces import find_suppressed, told
from app.mail.events import AddressReleased, MessageOpened, MessageRetried
from app.mail.letters import LINKS
from app.mail.lifecycle import RETRIABLE, MessageState, verbs_of
from app.mail.places import find_asked
from app.mail.policy import link_expires_at
from app.mail.problems import MessageNotRetriable, RecipientSuppressed
from app.mail.speaking import link_to_page
from app.mail.tables import Message, SuppressedAddress
from app.meetings.tables import Meeting
from app.panels.tables import Panellist


async def retry(session: AsyncSession, message: Message, meeting: Meeting) -> None:
    """Plan the locked message again, at once and to the person's present address.

    It keeps its Message-ID and its count of attempts. Raises `MessageNotRetriable` or
    `RecipientSuppressed`.
    """
    before = message.state
    if before not in RETRIABLE:
        raise MessageNotRetriable(
            f"The mail is {before.value}.", state=before.value, allowed=verbs_of(before)
        )
    message.recipient = await _present_address(session, message) or message.recipient
    suppressed = await find_suppressed(session, message.recipient)
    if suppressed is not None:
        raise RecipientSuppressed(told(suppressed))
    if LINKS.get(message.kind) is LinkPurpose.ANSWER_INVITATION:
        await _ensure_answer_link(session, message, meeting)
    if LINKS.get(message.kind) is LinkPurpose.SPEAK_ON_PANEL:
        await _ensure_page_link(session, message)
    message.state, message.due_at = MessageState.PLANNED, clock.now()
    record(
        session,
        MessageRetried(
            subject_id=message.id,
            committee_id=meeting.committee_id,
            meeting_id=meeting.id,
            kind=message.kind,
            before=before,
            person_id=message.person_id,
        ),
    )
    await session.flush()


async def release(session: AsyncSession, address: SuppressedAddress) -> None:
    """Let mails go to the address again."""
    address.lifted_at = clock.now()
    record(session, AddressReleased(subject_id=address.id))
    await session.flush()


async def note_opening(session: AsyncSession, message: Message, committee: Committee) -> None:
    """A mail was opened; the first time counts, and only where the committee wants to know."""
    if not committee.track_opening:
        return
    first = (
        update(Message)
        .where(col(Message.id) == message.id, col(Message.opened_at).is_(None))
        .values(opened_at=clock.now())
        .returning(col(Message.id))
    )
    if (await session.execute(first)).scalar_one_or_none() is None:
        return
    record(
        session,
        MessageOpened(
            subject_id=message.id,
            committee_id=committee.id,
            meeting_id=message.meeting_id,
            kind=message.kind,
            person_id=message.person_id,
        ),
    )


async def _present_address(session: AsyncSession, message: Message) -> str | None:
    if message.person_id is not None:
        return (await session.get_one(Person, message.person_id)).email
    if message.panellist_id is not None:
        return (await session.get_one(Panellist, message.panellist_id)).email
    return (await session.get_one(Account, message.account_id)).email


async def _ensure_answer_link(session: AsyncSession, message: Message, meeting: Meeting) -> None:
    """A fresh link where the old one has expired, for whoever still acts for the entity."""
    invited = message.invitation_id and await queries.find_invited(session, message.invitation_id)
    if not invited or message.person_id is None:
        return
    invitation, entity, _ = invited
    now, purpose = clock.now(), LinkPurpose.ANSWER_INVITATION
    link = await queries.find_live_link(session, purpose, invitation.id, message.person_id)
    if link is not None and link.expires_at > now:
        return
    line = await committee_line(session, meeting.committee_id)
    acting = await focal_people(session, entity.id, line, lock=True)
    if any(person.id == message.person_id for person in acting):
        expires_at = link_expires_at(meeting.registration_closes_at, meeting.ends_at, now)
        identity.create_link(session, purpose, invitation.id, message.person_id, expires_at)


async def _ensure_page_link(session: AsyncSession, message: Message) -> None:
    """A fresh link where the old one has expired."""
    assert message.panellist_id is not None, "such mails go to panellists"
    asked = await find_asked(session, message.panellist_id)
    purpose = LinkPurpose.SPEAK_ON_PANEL
    link = await queries.find_live_link(session, purpose, message.panellist_id, None)
    if asked is not None and (link is None or link.expires_at <= clock.now()):
        link_to_page(session, asked)
