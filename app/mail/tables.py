"""Every mail is a row before it is a mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.tables import Instant, Json, Row, one_of, values
from app.mail.lifecycle import MailLanguage, MessageKind, MessageState
from app.mail.wordings import Spoken


class Message(Row, table=True):
    """One mail to one person because of one fact; its Message-ID never changes.

    It goes to somebody of a directory, to an account, such as an organizer's, to a panellist, or to
    whom a briefing names. What it says is rendered from the present state when it is sent, not
    before `due_at`; one fact tells one person once, however often the log is followed again.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("kind", MessageKind),
        one_of("state", MessageState),
        UniqueConstraint(
            "event_id",
            "person_id",
            "account_id",
            "panellist_id",
            "briefing_id",
            "kind",
            name="uq_messages_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "num_nonnulls(person_id, account_id, panellist_id) = 1"
            " OR (num_nonnulls(person_id, account_id, panellist_id) = 0"
            " AND briefing_id IS NOT NULL)",
            name="recipient",
        ),
        Index(
            "ix_messages_due",
            "due_at",
            "id",
            postgresql_where=text("state IN ('planned', 'delayed')"),
        ),
        Index("ix_messages_recipient", func.lower(text("recipient"))),
    )

    event_id: UUID
    kind: MessageKind = Field(sa_type=values(MessageKind))
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    invitation_id: UUID | None = Field(default=None, foreign_key="invitations.id", index=True)
    registration_id: UUID | None = Field(default=None, foreign_key="registrations.id", index=True)
    person_id: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    panellist_id: UUID | None = Field(default=None, foreign_key="panellists.id", index=True)
    briefing_id: UUID | None = Field(default=None, index=True)
    """What it is about, which may be gone; of no person and no account, whom its kind goes to."""
    recipient: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text, unique=True)
    state: MessageState = Field(default=MessageState.PLANNED, sa_type=values(MessageState))
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What its kind needs beyond the rows that it is about; no secrets."""
    due_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
    """It is sent from then on, so that several changes become one mail."""
    attempts: int = 0
    attempted_at: datetime | None = Field(default=None, index=True, sa_type=Instant)
    """When it was last rendered to be sent: what it says is the state of then."""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    """When its reader was first seen to open it; only where the organizers want to know."""
    last_error: str | None = Field(default=None, sa_type=Text)


class SuppressedAddress(Row, table=True):
    """An address that takes no mail: it gets none until somebody lifts this.

    An address that bounces again after that has its row taken up again.
    """

    __tablename__ = "suppressed_addresses"
    __table_args__ = (CheckConstraint("address = lower(address)", name="address"),)

    address: str = Field(sa_type=Text, unique=True)
    since: datetime = Field(sa_type=Instant)
    reason: str = Field(sa_type=Text)
    message_id: UUID = Field(foreign_key="messages.id", index=True)
    """The mail that it refused."""
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)


class RestingDomain(SQLModel, table=True):
    """A domain whose receiver asked for patience, or `*` for the mail server itself.

    Nothing is sent there before `until`. The row goes with the first mail that is taken after it.
    """

    __tablename__ = "resting_domains"

    domain: str = Field(sa_type=Text, primary_key=True)
    until: datetime = Field(sa_type=Instant)
    strikes: int
    """How often it asked since it last took a mail: each rest is longer than the one before."""


class Wording(Row, table=True):
    """What mails of one kind say in one language for a committee, instead of the standard words.

    No CHECK on the kind: kinds are added often, and a wording of one that is gone is never read.
    """

    __tablename__ = "wordings"
    __table_args__ = (
        one_of("language", MailLanguage),
        UniqueConstraint("committee_id", "kind", "language"),
        CheckConstraint(
            "jsonb_array_length(paragraphs) BETWEEN 1 AND 10",
            name="paragraphs",
        ),
    )

    committee_id: UUID = Field(foreign_key="committees.id", ondelete="CASCADE")
    kind: str = Field(sa_type=Text)
    language: MailLanguage = Field(sa_type=values(MailLanguage))
    subject: str = Field(sa_type=Text)
    paragraphs: list[str] = Field(sa_type=Json)
    closing: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(default_factory=clock.now, sa_type=Instant)

    @property
    def spoken(self) -> Spoken:
        return Spoken(subject=self.subject, paragraphs=self.paragraphs, closing=self.closing)
