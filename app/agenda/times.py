"""Computed times and what does not fit among them, as the agenda and its panels show them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from app.agenda.findings import TimetableProblemKind
from app.agenda.mends import TimetableMendVerb
from app.core import clock
from app.core.fields import WALL_TIME, Schema

ComputedInstant = Annotated[
    datetime,
    PlainSerializer(
        clock.written,
        return_type=str,
        when_used="json",
    ),
    Field(json_schema_extra={"format": "date-time"}, examples=["2021-10-08T14:15:00Z"]),
]
"""An instant that follows from others, in whatever year it falls."""

ComputedWallTime = Annotated[
    datetime,
    PlainSerializer(lambda local: local.isoformat(), return_type=str, when_used="json"),
    Field(
        description="What the clocks show in the meeting's zone.",
        json_schema_extra={"pattern": WALL_TIME},
        examples=["2021-10-08T10:15:00"],
    ),
]


class TimetableMend(Schema):
    """A request that can be sent as it is."""

    verb: TimetableMendVerb
    method: Literal["POST", "PATCH"]
    path: str = Field(
        max_length=200,
        examples=["/v1/meetings/018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b/agenda/fit"],
    )
    body: dict[str, Any] = Field(max_length=20, examples=[{"minutes": 20}])
    if_match: str | None = Field(
        max_length=200,
        description="Path of the resource whose `ETag` goes into `If-Match`; null where none does.",
    )


class TimetableProblemOut(Schema):
    """One thing to mend in the timetable; none of it forbids saving or issuing."""

    kind: TimetableProblemKind
    item_id: UUID | None = Field(description="Null where it is a sitting's.")
    minutes: int = Field(
        ge=0,
        le=2_000_000,
        description="Size of the gap or overrun, how far it ends after the meeting or lies outside "
        "its sitting, how much too long people work, or how long a room is taken twice.",
        examples=[15],
    )
    sitting_id: UUID | None = Field(None, description="The sitting that it is about, if any.")
    other_item_id: UUID | None = Field(
        None, description="The item in the same room, or the one after which a pause has room."
    )
    mend: list[TimetableMend] = Field(
        default_factory=list,
        max_length=10,
        description="Requests that would mend it, the least change first.",
    )
