"""Rehearsals as they cross the wire."""

from datetime import UTC, datetime
from typing import Self

from pydantic import Field, model_validator

from app.core.fields import (
    InstantField,
    Paragraphs,
    Schema,
    ShortLine,
    WallTimeField,
    WebAddress,
    WrongMember,
    ZoneName,
    example,
)
from app.core.problems import Invalid
from app.core.zones import ZoneTrouble, to_instant, to_local
from app.panels.tables import Rehearsal

AT_MOST_A_DAY = 24 * 60 * 60


class RehearsalWrite(Schema):
    """When it is: as two instants, or as two wall times in a zone; then how to get in."""

    model_config = example(
        local_start="2021-10-07T15:00:00",
        local_end="2021-10-07T15:30:00",
        join_address="https://conference.example.org/j/rehearsal",
        note="Please try your headset.",
    )

    starts_at: InstantField | None = Field(
        None, description="Or `local_start`; where both are given they are the same time."
    )
    ends_at: InstantField | None = Field(
        None, description="Or `local_end`; where both are given they are the same time."
    )
    local_start: WallTimeField | None = Field(
        None, description="Wall time in `timezone`, without an offset."
    )
    local_end: WallTimeField | None = Field(
        None, description="Wall time in `timezone`, without an offset."
    )
    timezone: ZoneName | None = Field(
        None, description="Of the wall times; null for that of the meeting."
    )
    join_address: WebAddress | None = Field(
        None, description="A secret: shown to organizers, and to those who have confirmed."
    )
    passcode: ShortLine | None = None
    note: Paragraphs | None = Field(None, examples=["Please try your headset."])

    @model_validator(mode="after")
    def _told(self) -> Self:
        for pair in (("starts_at", "ends_at"), ("local_start", "local_end")):
            missing = [name for name in pair if getattr(self, name) is None]
            if len(missing) == 1:
                raise WrongMember(missing[0], "a start has an end")
        if self.starts_at is None and self.local_start is None:
            words = "give starts_at and ends_at, or local_start and local_end"
            raise WrongMember("starts_at", words)
        return self

    def times(self, zone: str) -> tuple[datetime, datetime]:
        """The two instants, in a zone that counts unless another is named; raises `Invalid`."""
        zone = self.timezone or zone
        start = _instant("start", self.starts_at, self.local_start, zone)
        end = _instant("end", self.ends_at, self.local_end, zone)
        if not 0 < (end - start).total_seconds() <= AT_MOST_A_DAY:
            member = "local_end" if self.ends_at is None else "ends_at"
            raise Invalid.at(f"/{member}", "A rehearsal ends after it starts, within a day.")
        return start, end


class RehearsalOut(Schema):
    """A rehearsal, with its wall times in the zone in which it was given."""

    starts_at: InstantField
    ends_at: InstantField
    local_start: WallTimeField = Field(description="By the clocks of `timezone`.")
    local_end: WallTimeField = Field(description="By the clocks of `timezone`.")
    timezone: ZoneName = Field(
        description="In which it was given; on the page of a panellist theirs."
    )
    join_address: WebAddress | None = Field(description="Null for those who have not confirmed.")
    passcode: ShortLine | None = Field(
        description="Null for those who have not confirmed, and where there is none."
    )
    note: Paragraphs | None

    @classmethod
    def shown(cls, rehearsal: Rehearsal, zone: str | None = None) -> Self:
        """In the zone of a reader, or in its own."""
        zone = zone or rehearsal.timezone
        members = {
            name: getattr(rehearsal, name)
            for name in ("starts_at", "ends_at", "join_address", "passcode", "note")
        }
        return cls(
            local_start=to_local(rehearsal.starts_at, zone),
            local_end=to_local(rehearsal.ends_at, zone),
            timezone=zone,
            **members,
        )


def _instant(end: str, instant: datetime | None, wall: datetime | None, zone: str) -> datetime:
    """An instant decides; a wall time beside it must be the same."""
    if instant is not None:
        if wall is not None and to_local(instant, zone) != wall:
            raise Invalid.at(f"/local_{end}", f"Is not the same time in {zone}.")
        return instant.astimezone(UTC)
    assert wall is not None, "one of the two is given"
    try:
        return to_instant(wall, zone)
    except ZoneTrouble as trouble:
        raise Invalid.at(f"/local_{end}", str(trouble)) from None
