"""Recurrence rules as they cross the wire."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.core.fields import Day, Schema, Whole
from app.series.lifecycle import Frequency
from app.series.recurrence import Rule

WEEKDAY = r"^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$"


def _not_zero(day: int) -> int:
    if day == 0:
        raise ValueError("is a day of the month, negative from its end")
    return day


ByDay = Annotated[
    list[Annotated[str, StringConstraints(min_length=2, max_length=4, pattern=WEEKDAY)]],
    Field(
        max_length=35,
        description="Days of the week, in monthly and yearly rules also the nth of a month: `2TU`, "
        "`-1FR`.",
        examples=[["2TU"]],
    ),
]
ByMonthDay = Annotated[
    list[Annotated[int, Field(ge=-31, le=31), Whole, AfterValidator(_not_zero)]],
    Field(max_length=62, description="Days of the month; -1 is the last one."),
]
ByMonth = Annotated[
    list[Annotated[int, Field(ge=1, le=12), Whole]],
    Field(max_length=12, description="Only in these months, 1 for January."),
]
Interval = Annotated[
    int, Field(ge=1, le=60, description="2 for every second week, and so on."), Whole
]
Count = Annotated[
    int,
    Field(ge=1, le=1000, description="How many dates it gives, those that are skipped included."),
    Whole,
]


class SeriesRule(Schema):
    """A recurrence rule: parts of RRULE (RFC 5545 section 3.3.10) under their names there.

    Its dates are days in the zone of the series. A week begins on Monday.
    """

    frequency: Frequency
    starts_on: Day = Field(description="It gives no day before this one.", examples=["2021-10-08"])
    interval: Interval = 1
    by_day: ByDay = Field(default_factory=list)
    by_month_day: ByMonthDay = Field(default_factory=list)
    by_month: ByMonth = Field(default_factory=list)
    count: Count | None = None
    until: Day | None = Field(None, description="The last day that it may give.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        faults = Rule.read(self.model_dump(mode="json")).faults()
        if faults:
            raise ValueError(" ".join(f"{member}: {detail}" for member, detail in faults))
        return self


class SeriesRulePatch(Schema):
    """Of a rule that there is, any member."""

    frequency: Frequency | None = None
    starts_on: Day | None = None
    interval: Interval | None = None
    by_day: ByDay | None = None
    by_month_day: ByMonthDay | None = None
    by_month: ByMonth | None = None
    count: Count | None = None
    until: Day | None = None
