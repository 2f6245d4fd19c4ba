"""What statistics count people by, as it was when the meeting was over."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.tables import Instant, one_of, values
from app.entities.lifecycle import Gender, Level


class CountedRegistration(SQLModel, table=True):
    """Gender and level that count for a registration, whatever the directory says later.

    Written when the meeting is adjourned, or before the person is anonymized; a trigger refuses
    every change. None for who had not agreed to be counted by it.
    """

    __tablename__ = "counted_registrations"
    __table_args__ = (one_of("gender", Gender), one_of("level", Level))

    registration_id: UUID = Field(primary_key=True, foreign_key="registrations.id")
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    gender: Gender | None = Field(default=None, sa_type=values(Gender))
    level: Level | None = Field(default=None, sa_type=values(Level))
    counted_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
