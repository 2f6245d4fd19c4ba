"""Sittings as they cross the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from app.agenda.sittings import MAX_SITTINGS, HeldSitting
from app.agenda.times import ComputedInstant, ComputedWallTime
from app.core.fields import LocalizedText, LongestStretch, Schema, WallTimeField, example

SittingName = Annotated[
    LocalizedText, Field(description="Text by BCP 47 tag.", examples=[{"en": "Morning"}])
]


class SittingWrite(Schema):
    """A part of the meeting on one day, by the clocks of its zone."""

    model_config = example(
        local_start="2021-10-08T10:00:00", local_end="2021-10-08T13:00:00", name={"en": "Morning"}
    )

    local_start: WallTimeField = Field(description="A whole minute.")
    local_end: WallTimeField = Field(
        description="On the same day; midnight at its end is that of the next one.",
        examples=["2021-10-08T13:00:00"],
    )
    name: SittingName = Field(default_factory=dict)
    longest_stretch: LongestStretch | None = Field(
        None,
        description="Minutes that interpreters work without a pause; null: as the meeting has it.",
    )

    @classmethod
    def of_held(cls, held: HeldSitting) -> Self:
        return cls.model_validate({name: getattr(held, name) for name in cls.model_fields})


class SittingPatch(Schema):
    """Members as in `SittingWrite`; null takes away what a sitting can be without."""

    model_config = example(local_end="2021-10-08T12:30:00")

    local_start: WallTimeField | None = None
    local_end: WallTimeField | None = None
    name: dict[str, str | None] | None = Field(None, max_length=20)
    longest_stretch: LongestStretch | None = None


class SittingReplaced(SittingWrite):
    """A sitting among all."""

    id: UUID | None = Field(None, description="Of a sitting that is kept; null for a new one.")


class SittingsWrite(Schema):
    """All sittings of the meeting; those left out are deleted."""

    model_config = example(
        sittings=[
            {
                "local_start": "2021-10-08T10:00:00",
                "local_end": "2021-10-08T13:00:00",
                "name": {"en": "Morning"},
            },
            {
                "local_start": "2021-10-08T15:00:00",
                "local_end": "2021-10-08T18:00:00",
                "name": {"en": "Afternoon"},
            },
        ]
    )

    sittings: list[SittingReplaced] = Field(max_length=MAX_SITTINGS)


class SittingOut(Schema):
    id: UUID
    day: int = Field(ge=0, le=31, description="Days after that on which the meeting starts.")
    name: SittingName
    longest_stretch: LongestStretch | None = Field(
        description="Minutes that interpreters work without a pause; null: as the meeting has it."
    )
    local_start: ComputedWallTime
    local_end: ComputedWallTime
    starts_at: ComputedInstant = Field(
        description="Of a wall time that happens twice the first; of one that the clocks have come "
        "to jump over the moment of the jump."
    )
    ends_at: ComputedInstant


class SittingsOut(Schema):
    """All sittings in their order."""

    sittings: list[SittingOut] = Field(max_length=MAX_SITTINGS)
