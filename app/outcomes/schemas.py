"""Decisions, action items and the report as they cross the wire."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from app.attendance.lifecycle import EntityAttendance
from app.committees.lifecycle import Standing
from app.core.fields import (
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    LocalizedText,
    Paragraphs,
    Schema,
    ShortLine,
    WallTimeField,
    ZoneName,
)
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.outcomes.lifecycle import ActionStatus

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(value: Any) -> Any:
    """Numbers are no days, not even as text (pydantic would take them for Unix time)."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("must be a day such as 2022-03-31")
    return value


def _year(day: date) -> date:
    if not 1970 <= day.year <= 2199:
        raise ValueError("must lie between 1970 and 2199")
    return day


Day = Annotated[
    date,
    BeforeValidator(_written),
    AfterValidator(_year),
    Field(examples=["2022-03-31"]),
]
Number = Annotated[int, Field(ge=1, le=1_000_000, description="Counted in the meeting, from 1.")]


class DecisionWords(Schema):
    """What the meeting decided, and on which item."""

    title: LocalizedLine = Field(examples=[{"en": "Work plan adopted"}])
    text: LocalizedText = Field(default_factory=dict)
    item_id: UUID | None = Field(None, description="The agenda item that it was decided under.")


class DecisionMembers(DecisionWords):
    adopted_at: InstantField


class DecisionCreate(DecisionWords):
    adopted_at: InstantField | None = Field(None, description="By default now.")


class DecisionPatch(Schema):
    title: dict[str, str | None] | None = None
    text: dict[str, str | None] | None = None
    item_id: UUID | None = None
    adopted_at: InstantField | None = None


class DecisionOut(DecisionMembers):
    id: UUID
    meeting_id: UUID
    number: Number
    created_at: InstantField


class ActionMembers(Schema):
    """What is to be done, by whom, until when, and how far it has come."""

    title: LocalizedLine = Field(examples=[{"en": "Circulate the work plan"}])
    decision_id: UUID | None = Field(None, description="The decision that it follows from.")
    owner_entity: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Handle (or, when you send it, id) of the entity that does it.",
        examples=["unodc"],
    )
    due_on: Day | None = None
    status: ActionStatus = ActionStatus.OPEN
    progress_note: Paragraphs | None = Field(None, examples=["Draft circulated."])


class ActionPatch(Schema):
    title: dict[str, str | None] | None = None
    decision_id: UUID | None = None
    owner_entity: str | None = Field(None, min_length=1, max_length=80)
    due_on: Day | None = None
    status: ActionStatus | None = None
    progress_note: Paragraphs | None = None


class ActionOut(ActionMembers):
    id: UUID
    meeting_id: UUID
    number: Number
    owner_entity_id: UUID | None
    created_at: InstantField


class NumberSort(StrEnum):
    NUMBER = "number"
    NUMBER_DOWN = "-number"


class ReportedMeeting(Schema):
    """The meeting that the figures are of."""

    id: UUID
    handle: Handle
    number: int = Field(ge=1, le=2_147_483_647, examples=[6])
    title: LocalizedLine
    status: MeetingStatus
    format: MeetingFormat
    timezone: ZoneName
    local_start: WallTimeField
    local_end: WallTimeField
    starts_at: InstantField
    ends_at: InstantField


class ReportedQuorum(Schema):
    """A majority of the member entities."""

    needed: int = Field(ge=1, le=100_000, examples=[22])
    present: int = Field(ge=0, le=100_000, examples=[23])
    reached: bool


class ReportedGroup(Schema):
    """Who came of entities that are no members."""

    representatives: int = Field(ge=0, le=1_000_000, examples=[3])
    entities: int = Field(ge=0, le=100_000, examples=[2])


class ReportedFigures(Schema):
    """The figures; representatives are those present in a role other than support."""

    representatives: int = Field(
        ge=0, le=1_000_000, description="Of member entities.", examples=[95]
    )
    entities: int = Field(
        ge=0, le=100_000, description="Member entities with somebody present.", examples=[23]
    )
    members: int = Field(ge=0, le=100_000, description="Member entities on the day.", examples=[43])
    share_percent: float | None = Field(
        ge=0, le=100, description="Null for a committee without members.", examples=[53.5]
    )
    quorum: ReportedQuorum
    observers: ReportedGroup = Field(description="Of observer entities.")
    others: ReportedGroup = Field(description="Of entities outside the committee.")


class ReportedEntity(Schema):
    """One entity's presence."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    standing: Standing | None
    attendance: EntityAttendance
    representatives: int = Field(ge=0, le=1_000_000, examples=[3])


class ReportOut(ReportedFigures):
    """The account of a meeting, as far as the record stands."""

    meeting: ReportedMeeting
    press_line: str = Field(max_length=200, examples=["95 representatives of 23 member entities"])
    press_lines: dict[Language, str] = Field(
        max_length=20,
        examples=[
            {
                "en": "95 representatives of 23 member entities",
                "fr": "95 représentants de 23 entités membres",
            }
        ],
    )
    by_entity: list[ReportedEntity] = Field(
        max_length=1000,
        description="By abbreviation; of more than 1000, `/attendance/by-entity` has the rest.",
    )


class VerificationOut(Schema):
    """The figures twice: as reported, and recomputed from the log alone."""

    report: ReportedFigures
    recomputed: ReportedFigures
    equal: bool
