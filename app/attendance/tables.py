"""When registered people were present."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.attendance.lifecycle import CheckInSource
from app.core.tables import Instant, Row, one_of, values


class Attendance(Row, table=True):
    """An interval in which somebody was present; still open while `left_at` is missing."""

    __tablename__ = "attendance"
    __table_args__ = (
        one_of("source", CheckInSource),
        CheckConstraint("left_at >= joined_at", name="period"),
        Index(
            "uq_attendance_open",
            "registration_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    registration_id: UUID = Field(foreign_key="registrations.id", index=True)
    joined_at: datetime = Field(sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    source: CheckInSource = Field(sa_type=values(CheckInSource))
