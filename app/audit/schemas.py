"""Entries of the log as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from app.core.fields import InstantField, Schema


class ActorKind(StrEnum):
    ACCOUNT = "account"
    LINK = "link"
    PANELLIST = "panellist"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


class LogActor(Schema):
    """Who did it: an account, the holder of a link, a panellist, nobody known, or the service
    itself.
    """

    kind: ActorKind
    id: UUID | None = Field(
        description="Of the account, or of the person whom the link is for; null as the name is."
    )
    name: str | None = Field(max_length=500, description="Null where you may not know it.")


class LogEntryOut(Schema):
    """One fact, in the past tense; it never changes."""

    id: UUID
    sequence: int | None = Field(
        ge=1,
        le=2**53 - 1,
        description="Its number in the log; null for a moment after it happened.",
    )
    name: str = Field(max_length=100, examples=["registration.confirmed"])
    recorded_at: InstantField
    actor: LogActor
    subject_id: UUID = Field(description="What it happened to.")
    committee_id: UUID | None
    meeting_id: UUID | None
    entity_id: UUID | None
    data: dict[str, Any] = Field(
        max_length=100, examples=[{"role": "representative", "was_role": "adviser"}]
    )


class LogSort(StrEnum):
    RECORDED = "recorded"
    RECORDED_DOWN = "-recorded"


EventName = Annotated[
    str | None,
    Query(
        min_length=3,
        max_length=100,
        pattern=r"^[a-z_]+\.[a-z_]+$",
        description="Only entries of this name.",
        examples=["registration.confirmed"],
    ),
]
Reference = Annotated[str | None, Query(min_length=1, max_length=80, description="Id or handle.")]
Since = Annotated[InstantField | None, Query(description="Only entries from this instant on.")]
After = Annotated[InstantField | None, Query(description="Only entries after this instant.")]
Before = Annotated[InstantField | None, Query(description="Only entries before this instant.")]
