"""Plans for facts that come in hundreds: a few statements for all of them together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.queries import committee_line
from app.core import clock
from app.entities.queries import focal_people_of
from app.entities.tables import Person
from app.events.tables import LogEntry
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.mail import queries
from app.mail.lifecycle import MessageKind
from app.mail.policy import join_link_expires_at, link_expires_at
from app.mail.queries import Addressee
from app.mail.tables import Message
from app.meetings.tables import Meeting
from app.registrations.lifecycle import RegistrationStatus

ONCE = ("event_id", "person_id", "account_id", "panellist_id", "briefing_id", "kind")
"""What tells messages apart: one fact tells one person once."""


class Rows(Protocol):
    """Whoever makes rows of messages."""

    def row(
        self,
        entry: LogEntry,
        kind: MessageKind,
        meeting_id: UUID,
        addressee: Addressee,
        now: datetime,
    ) -> dict[str, Any]:
        """A planned message."""


async def store(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> set[tuple[UUID, UUID | None]]:
    """Add those messages that there are not yet; event and person of each that was added."""
    if not rows:
        return set()
    statement = (
        insert(Message)
        .on_conflict_do_nothing(index_elements=ONCE)
        .returning(col(Message.event_id), col(Message.person_id))
    )
    return {(row[0], row[1]) for row in await session.execute(statement, list(rows))}


async def invitations_sent(rows: Rows, session: AsyncSession, entries: Sequence[LogEntry]) -> None:
    """A mail and a link of their own for each focal point of the entities, both or neither."""
    now = clock.now()
    invited = await queries.find_all_invited(session, [entry.subject_id for entry in entries])
    acting = await _acting(session, [meeting for _, _, meeting in invited.values()], invited)
    planned: list[dict[str, Any]] = []
    for entry in entries:
        if entry.subject_id not in invited:
            continue
        invitation, entity, meeting = invited[entry.subject_id]
        for person in acting.get((meeting.committee_id, entity.id), []):
            addressee = Addressee(person, entity.language, invitation_id=invitation.id)
            planned.append(rows.row(entry, MessageKind.INVITATION, meeting.id, addressee, now))
    added = await store(session, planned)
    for row in planned:
        if (row["event_id"], row["person_id"]) in added:
            meeting = invited[row["invitation_id"]][2]
            expires_at = link_expires_at(meeting.registration_closes_at, meeting.ends_at, now)
            purpose, about = LinkPurpose.ANSWER_INVITATION, row["invitation_id"]
            identity.create_link(session, purpose, about, row["person_id"], expires_at)


async def registrations_confirmed(
    rows: Rows, session: AsyncSession, entries: Sequence[LogEntry]
) -> None:
    """A mail for each, and one personal link a registration, whatever happens to its meeting."""
    now, kind = clock.now(), MessageKind.REGISTRATION_CONFIRMED
    found = await queries.find_all_registered(session, [entry.subject_id for entry in entries])
    known = [entry for entry in entries if entry.subject_id in found]
    meetings = {
        meeting_id: await session.get_one(Meeting, meeting_id)
        for meeting_id in {found[entry.subject_id][0].meeting_id for entry in known}
    }
    planned = [
        rows.row(entry, kind, registration.meeting_id, addressee, now)
        for entry in known
        for registration, addressee in [found[entry.subject_id]]
    ]
    added = await store(session, planned)
    fresh = {
        row["registration_id"] for row in planned if (row["event_id"], row["person_id"]) in added
    }
    linked = await queries.linked_to_join(session, fresh)
    for registration_id in _in_order(fresh - linked, known):
        registration, addressee = found[registration_id]
        if registration.status is RegistrationStatus.CONFIRMED:
            expires_at = join_link_expires_at(meetings[registration.meeting_id].ends_at)
            purpose, person_id = LinkPurpose.JOIN_MEETING, addressee.person.id
            identity.create_link(session, purpose, registration_id, person_id, expires_at)


async def _acting(
    session: AsyncSession,
    meetings: Iterable[Meeting],
    invited: Mapping[UUID, queries.Invited],
) -> dict[tuple[UUID, UUID], list[Person]]:
    """Who acts for the entities, by committee and entity; locked, see `focal_people`."""
    acting: dict[tuple[UUID, UUID], list[Person]] = {}
    for committee_id in sorted({meeting.committee_id for meeting in meetings}):
        line = await committee_line(session, committee_id)
        entities = {e.id for _, e, m in invited.values() if m.committee_id == committee_id}
        people = await focal_people_of(session, entities, line, lock=True)
        acting |= {(committee_id, entity_id): each for entity_id, each in people.items()}
    return acting


def _in_order(wanted: Collection[UUID], entries: Iterable[LogEntry]) -> list[UUID]:
    """As the log has them, each once."""
    return [each for each in dict.fromkeys(e.subject_id for e in entries) if each in wanted]
