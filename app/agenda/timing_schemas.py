"""Edits of many times at once, and what happens of an agenda, as they cross the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.agenda.projection import ItemProgress
from app.agenda.retiming import ShiftReach
from app.agenda.schemas import Number
from app.agenda.times import ComputedInstant, ComputedWallTime, TimetableProblemOut
from app.core.fields import Flag, InstantField, Minutes, Schema, Whole, ZoneName, example


class FitRequest(Schema):
    """Which items, and how."""

    model_config = example(fill=False)

    sitting_id: UUID | None = Field(
        None, description="Only those of this sitting; by default all items of the meeting."
    )
    fill: Flag = Field(
        False, description="Whether durations are stretched too, where there is time left."
    )


class ShiftRequest(Schema):
    model_config = example(
        item_id="018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b", minutes=15, reach="sitting"
    )

    item_id: UUID = Field(description="That begins later, or earlier.")
    minutes: Annotated[
        int, Field(ge=-1440, le=1440, description="Negative for earlier.", examples=[15]), Whole
    ]
    reach: ShiftReach = Field(
        ShiftReach.SITTING,
        description="How far pins move along: up to the beginning of the next sitting, or to the "
        "end of the meeting.",
    )


class SwapRequest(Schema):
    """Two items that change places; pins and sittings belong to the places."""

    model_config = example(
        item_id="018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b",
        other_item_id="018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5c",
    )

    item_id: UUID
    other_item_id: UUID


class ItemMoment(Schema):
    """When it happened."""

    model_config = example(at="2021-10-08T14:05:00Z")

    at: InstantField | None = Field(
        None, description="By default now; not later, nor before the meeting was opened."
    )


class ItemTimes(Schema):
    number: Number
    minutes: Minutes | None = Field(description="Its own.")
    pinned_start: ComputedWallTime | None
    starts_at: ComputedInstant
    ends_at: ComputedInstant
    local_start: ComputedWallTime
    local_end: ComputedWallTime


class RetimedItem(Schema):
    """An item whose number, minutes, pin or times change."""

    id: UUID
    before: ItemTimes
    after: ItemTimes


class RetimedAgenda(Schema):
    """What the edit changes, or would change."""

    dry_run: bool
    timezone: ZoneName = Field(description="The meeting's, of all local times here.")
    ends_before: ComputedInstant = Field(description="When the last item ended before.")
    ends_after: ComputedInstant = Field(description="When the last item ends now, or would.")
    items: list[RetimedItem] = Field(
        max_length=1000, description="Those that change, in the order of the agenda afterwards."
    )
    problems: list[TimetableProblemOut] = Field(max_length=5000, description="Afterwards.")


class ProjectedItemOut(Schema):
    """An item as planned, as it happened and as it will be."""

    id: UUID
    number: Number
    progress: ItemProgress
    planned_start: ComputedInstant = Field(description="`starts_at` of the agenda.")
    planned_end: ComputedInstant = Field(description="`ends_at` of the agenda.")
    actual_start: InstantField | None = Field(description="When it was started; null before.")
    actual_end: InstantField | None = Field(description="When it was ended; null before.")
    projected_start: ComputedInstant | None = Field(
        description="What happened, where it has; null for what takes no time any more."
    )
    projected_end: ComputedInstant | None
    local_start: ComputedWallTime | None = Field(
        description="Of `projected_start`, by the clocks of `shown_in`."
    )
    local_end: ComputedWallTime | None = Field(
        description="Of `projected_end`, by the clocks of `shown_in`."
    )


class ProjectionOut(Schema):
    """When the rest of the agenda will be on, by what has happened so far.

    While the meeting is not under way it is what is planned.
    """

    as_of: InstantField = Field(
        description="The clock of the service: the projection is of this moment."
    )
    in_session: bool = Field(description="Whether the meeting is under way.")
    shown_in: ZoneName = Field(description="Zone of the local times.")
    running_ids: list[UUID] = Field(
        max_length=1000, description="Items that are on, with those that they lie under."
    )
    late_minutes: int = Field(
        ge=-1_000_000,
        le=1_000_000,
        description="Minutes by which the agenda will end later than planned.",
        examples=[12],
    )
    planned_end: ComputedInstant = Field(description="When the last item ends by the agenda.")
    projected_end: ComputedInstant = Field(description="When the last item will end.")
    items: list[ProjectedItemOut] = Field(max_length=1000)
