"""Official holidays as they cross the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.core.fields import Day, Handle, LocalizedLine, Schema

Count = Annotated[int, Field(ge=0, le=100_000, examples=[9])]


class Holiday(Schema):
    """A day on which the duty station does not work, beside its weekends."""

    day: Day = Field(examples=["2020-04-10"])
    name: LocalizedLine = Field(examples=[{"en": "Good Friday", "fr": "Vendredi saint"}])


class HolidayOut(Schema):
    """A day on which the duty station does not work."""

    day: Day
    name: LocalizedLine


class HolidaysWrite(Schema):
    """All holidays of one year; what the list leaves out is none any more."""

    holidays: list[Holiday] = Field(max_length=100, description="In any order, each day once.")


class HolidaysOut(Schema):
    """The list of one year, earliest first."""

    duty_station: Handle
    year: int = Field(ge=1970, le=2199, examples=[2020])
    holidays: list[HolidayOut] = Field(max_length=366)


class DutyStationOut(Schema):
    """A duty station of which holidays are known."""

    duty_station: Handle = Field(examples=["new-york"])
    holidays: Count = Field(description="How many days are known.")
    first_day: Day = Field(description="The first holiday that is known.")
    last_day: Day = Field(
        description="The last one. Years after it have no list yet: only weekends count."
    )


def faults(year: int, holidays: list[Holiday]) -> list[tuple[str, str]]:
    """Days of other years, and days that stand there twice, each with its place."""
    found: list[tuple[str, str]] = []
    seen: set[date] = set()
    for place, holiday in enumerate(holidays):
        if holiday.day.year != year:
            found.append((f"/holidays/{place}/day", f"Is not in {year}."))
        elif holiday.day in seen:
            found.append((f"/holidays/{place}/day", "Is in the list twice."))
        seen.add(holiday.day)
    return found
