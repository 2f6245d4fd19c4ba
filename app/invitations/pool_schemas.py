"""Pools of seats as they cross the wire."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.fields import Flag, InstantField, MoveToWaiting, Schema, Seats, ShortLine


class PoolWrite(Schema):
    """Every writable member, as a merge patch finds them."""

    name: ShortLine = Field(description="Unique in the meeting.", examples=["Small offices"])
    seats: Seats
    for_observers: Flag = Field(
        default=False,
        description="Entities that are observers of the committee on the meeting's day are invited "
        "into it; one pool of a meeting may be so.",
    )


class PoolCreate(PoolWrite):
    """Seats that several invited entities share."""


class PoolPatch(Schema):
    name: ShortLine | None = None
    seats: Seats | None = None
    for_observers: Flag | None = None
    move_to_waiting: MoveToWaiting | None = Field(None, exclude=True)


class PoolOut(Schema):
    """A pool with what is taken of it."""

    id: UUID
    meeting_id: UUID
    name: ShortLine
    seats: Seats
    seats_taken: Seats = Field(description="By all of its invitations together.")
    for_observers: bool
    invitations: int = Field(ge=0, le=100_000, description="How many take from it.")
    created_at: InstantField


class PoolTakeIn(Schema):
    """Which invitations take from the pool from now on."""

    invitations: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    seat_quota: Seats | None = Field(
        None, description="What bounds each of them besides; null: only the pool does."
    )


class PoolSort(StrEnum):
    NAME = "name"
    NAME_DOWN = "-name"
