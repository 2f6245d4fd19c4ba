"""Versions of forms."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Json, Row


class FormVersion(Row, table=True):
    """The questions of a meeting from some moment on; they never change, a trigger sees to it.

    `meetings.form_version` says which version counts. Answers keep the one they were given to.
    """

    __tablename__ = "form_versions"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    number: int
    questions: list[dict[str, Any]] = Field(sa_type=Json)
