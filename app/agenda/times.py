"""Computed times and what does not fit among them, as the agenda and its panels show them."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer

from app.agenda.policy import ProblemKind
from app.core.fields import Schema

ComputedInstant = Annotated[
    datetime,
    PlainSerializer(
        lambda instant: instant.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        return_type=str,
        when_used="json",
    ),
    Field(json_schema_extra={"format": "date-time"}, examples=["2021-10-08T14:15:00Z"]),
]
"""An instant that follows from others, in whatever year it falls."""


class TimetableProblemOut(Schema):
    """One thing to mend in the timetable; none of it forbids saving or issuing."""

    kind: ProblemKind
    item_id: UUID
    minutes: int = Field(
        ge=0,
        le=2_000_000,
        description="Size of the gap or overrun, or how far it ends after the meeting.",
        examples=[15],
    )
