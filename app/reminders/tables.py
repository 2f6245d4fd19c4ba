"""Plans of reminders, what became of their steps, and digests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Instant, Json, Row, one_of, values
from app.reminders.lifecycle import RunOutcome


class ReminderPlan(Row, table=True):
    """The steps of a committee's meetings, or of one meeting, which then has no others."""

    __tablename__ = "reminder_plans"
    __table_args__ = (
        CheckConstraint("(committee_id IS NULL) <> (meeting_id IS NULL)", name="owner"),
    )

    committee_id: UUID | None = Field(
        default=None, foreign_key="committees.id", ondelete="CASCADE", unique=True
    )
    meeting_id: UUID | None = Field(
        default=None, foreign_key="meetings.id", ondelete="CASCADE", unique=True
    )
    steps: list[dict[str, Any]] = Field(sa_type=Json, nullable=False)


class ReminderRun(Row, table=True):
    """What became of a step for a meeting; the unique key lets it happen once."""

    __tablename__ = "reminder_runs"
    __table_args__ = (
        UniqueConstraint("meeting_id", "step_key"),
        one_of("outcome", RunOutcome),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    step_key: str = Field(sa_type=Text)
    due_at: datetime = Field(sa_type=Instant)
    outcome: RunOutcome = Field(sa_type=values(RunOutcome))
    reason: str | None = Field(default=None, sa_type=Text)
    event_id: UUID
    """The entry of the log that the mails follow from."""


class DigestRun(Row, table=True):
    """A committee's digest of one day; the unique key lets it happen once."""

    __tablename__ = "digest_runs"
    __table_args__ = (UniqueConstraint("committee_id", "day"),)

    committee_id: UUID = Field(foreign_key="committees.id", ondelete="CASCADE")
    day: date


class DigestChoice(Row, table=True):
    """An account that wants no digests of a committee; they come without a row."""

    __tablename__ = "digest_choices"
    __table_args__ = (UniqueConstraint("account_id", "committee_id"),)

    account_id: UUID = Field(foreign_key="accounts.id")
    committee_id: UUID = Field(foreign_key="committees.id", ondelete="CASCADE")
