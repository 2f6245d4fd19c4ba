"""The log: append-only, one row for each fact."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from app.core.ids import new_id
from app.core.tables import Instant, Json


class LogEntry(SQLModel, table=True):
    """One fact, in the past tense.

    The relay gives each committed entry the next `sequence`, so that whoever follows the log by
    sequence never passes over an entry whose transaction was slow to commit. Ids name people;
    names and addresses stay out of the log. A trigger refuses every other change and all deletes.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_unnumbered", "id", postgresql_where=text("sequence IS NULL")),
        Index("ix_events_meeting_id", "meeting_id", "id"),
        Index("ix_events_committee_id", "committee_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    sequence: int | None = Field(default=None, sa_column=Column(BigInteger, unique=True))
    name: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Instant)
    actor_kind: str = Field(sa_type=Text)
    actor_id: UUID | None = None
    request_id: str | None = Field(default=None, sa_type=Text)
    subject_id: UUID
    committee_id: UUID | None = None
    meeting_id: UUID | None = None
    entity_id: UUID | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class Follower(SQLModel, table=True):
    """How far one follower of the log has come."""

    __tablename__ = "followers"

    name: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(default=0, sa_type=BigInteger)
