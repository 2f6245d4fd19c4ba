"""Every mail is a row before it is a mail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.tables import Instant, Row, one_of, values
from app.mail.lifecycle import MessageKind, MessageState


class Message(Row, table=True):
    """One mail to one person because of one fact; its Message-ID never changes.

    What it says is rendered from the present state when it is sent; one fact tells one person
    once, however often the log is followed again.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("kind", MessageKind),
        one_of("state", MessageState),
        UniqueConstraint("event_id", "person_id", "kind"),
        Index("ix_messages_due", "id", postgresql_where=text("state IN ('planned', 'delayed')")),
    )

    event_id: UUID
    kind: MessageKind = Field(sa_type=values(MessageKind))
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    invitation_id: UUID | None = Field(default=None, foreign_key="invitations.id", index=True)
    registration_id: UUID | None = Field(default=None, foreign_key="registrations.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    recipient: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text, unique=True)
    state: MessageState = Field(default=MessageState.PLANNED, sa_type=values(MessageState))
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    last_error: str | None = Field(default=None, sa_type=Text)
