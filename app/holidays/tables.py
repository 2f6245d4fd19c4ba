"""Official holidays."""

from datetime import date
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from app.core.tables import Json, Row


class OfficialHoliday(Row, table=True):
    """A day on which a duty station does not work, beside its weekends."""

    __tablename__ = "official_holidays"
    __table_args__ = (UniqueConstraint("duty_station", "day"),)

    duty_station: str = Field(sa_type=Text)
    day: date
    name: dict[str, Any] = Field(sa_type=Json)
