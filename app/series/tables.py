"""Series of meetings."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from app.core.tables import Json, Row, one_of, values
from app.series.lifecycle import AtClockChange, OnDayOff
from app.series.recurrence import Rule


class Series(Row, table=True):
    """A recurring set of meetings of a committee: on which days, at what time, and what they are.

    Its meetings know it by `series_id`, and the date for which they were made by `series_date`.
    """

    __tablename__ = "series"
    __table_args__ = (
        one_of("on_day_off", OnDayOff),
        one_of("at_clock_change", AtClockChange),
        CheckConstraint("(rule IS NULL) <> (dates IS NULL)", name="days"),
        CheckConstraint("duration BETWEEN 5 AND 20160", name="duration"),
    )

    committee_id: UUID = Field(foreign_key="committees.id", index=True)
    name: dict[str, Any] = Field(sa_type=Json)
    rule: dict[str, Any] | None = Field(default=None, sa_type=Json)
    dates: list[str] | None = Field(default=None, sa_type=Json)
    on_day_off: OnDayOff = Field(sa_type=values(OnDayOff))
    at_clock_change: AtClockChange = Field(sa_type=values(AtClockChange))
    timezone: str = Field(sa_type=Text)
    start_time: str = Field(sa_type=Text)
    minutes: int = Field(sa_column_kwargs={"name": "duration"})
    """Of each meeting, from start to end."""
    template: dict[str, Any] = Field(sa_type=Json)
    """Of its meetings, and their agenda."""

    @property
    def days(self) -> Iterator[date]:
        """Its dates in their order, by the rule or as they were listed."""
        if self.rule is not None:
            return Rule.read(self.rule).days()
        return map(date.fromisoformat, self.dates or ())

    @property
    def start(self) -> time:
        return time.fromisoformat(self.start_time)

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)
