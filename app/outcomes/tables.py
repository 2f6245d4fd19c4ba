"""Decisions and action items."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Instant, Json, Row, one_of, values
from app.outcomes.lifecycle import ActionStatus


class Decision(Row, table=True):
    """What the meeting decided."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    meeting_id: UUID = Field(foreign_key="meetings.id")
    number: int
    item_id: UUID | None = Field(
        default=None, foreign_key="agenda_items.id", ondelete="SET NULL", index=True
    )
    title: dict[str, Any] = Field(sa_type=Json)
    text: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    adopted_at: datetime = Field(sa_type=Instant)


class ActionItem(Row, table=True):
    """What somebody is to do until when."""

    __tablename__ = "action_items"
    __table_args__ = (
        one_of("status", ActionStatus),
        UniqueConstraint("meeting_id", "number"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    number: int
    decision_id: UUID | None = Field(
        default=None, foreign_key="decisions.id", ondelete="SET NULL", index=True
    )
    title: dict[str, Any] = Field(sa_type=Json)
    owner_entity_id: UUID | None = Field(default=None, foreign_key="entities.id")
    due_on: date | None = None
    status: ActionStatus = Field(default=ActionStatus.OPEN, sa_type=values(ActionStatus))
    progress_note: str | None = Field(default=None, sa_type=Text)
