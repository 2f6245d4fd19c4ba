"""Agendas as files have them, what became of each item, and declared conflicts."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.agenda.lifecycle import (
    ChildrenRun,
    ItemAccess,
    ItemAddition,
    ItemKind,
    ItemOpenness,
    ItemPurpose,
    ItemStanding,
)
from app.core.fields import (
    Day,
    Flag,
    Language,
    Line,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Paragraphs,
    Schema,
    ShortLine,
    WallTimeField,
    WrongMember,
    example,
)
from app.core.headings import TableColumn
from app.core.imports import RowOutcome
from app.core.problems import Cut, FieldError
from app.exchange.lifecycle import AgendaFileKind, AgendaImportMode, ConflictPriority
from app.panels.lifecycle import PanelRole

CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
ClockMinute = Annotated[str, Field(pattern=CLOCK, max_length=5, examples=["09:00"])]
Ref = Annotated[str, Field(min_length=1, max_length=80, examples=["resource-mobilization"])]


class FileSitting(Schema):
    """A sitting by the clock on the wall in the meeting's zone."""

    day: Day
    begins: ClockMinute
    ends: ClockMinute
    name: dict[Language, Line] = Field(default_factory=dict, max_length=20)
    longest_stretch: int | None = Field(None, ge=15, le=1440)

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.ends <= self.begins:
            raise WrongMember("ends", "ends before it begins")
        return self


class FilePerson(Schema):
    """Somebody on a panel; files have no addresses."""

    name: ShortLine
    role: PanelRole = PanelRole.PANELLIST
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    affiliation: ShortLine | None = None
    minutes: Minutes | None = None


MOST_PEOPLE = 50
"""Of one panel."""


class FilePanel(Schema):
    title: LocalizedLine
    concept_note: LocalizedText = Field(default_factory=dict)
    people: list[FilePerson] = Field(default_factory=list, max_length=MOST_PEOPLE)


class FileItem(Schema):
    """An item as a file says it; what lies under it is looked at by itself."""

    guid: UUID | None = None
    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText = Field(default_factory=dict)
    annotation: LocalizedText = Field(default_factory=dict)
    minutes: Minutes | None = None
    flexible: Flag = False
    pinned_start: WallTimeField | None = None
    sitting_start: WallTimeField | None = None
    children_run: ChildrenRun = ChildrenRun.IN_SEQUENCE
    room: ShortLine | None = None
    access: ItemAccess = ItemAccess.PUBLIC
    openness: ItemOpenness = ItemOpenness.CLOSED
    purpose: ItemPurpose | None = None
    addition: ItemAddition | None = None
    standing: ItemStanding = ItemStanding.STANDING
    merged_into_guid: UUID | None = None
    working_group: Ref | None = None
    lead_entity: Ref | None = None
    presenter: ShortLine | None = None
    panel: FilePanel | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.flexible and self.minutes is not None:
            raise WrongMember("minutes", "a flexible item takes what is left: leave minutes out")
        if (self.merged_into_guid is not None) is not (self.standing is ItemStanding.MERGED):
            raise WrongMember("merged_into_guid", "an item is merged into another, or not merged")
        if self.panel is not None and self.kind is not ItemKind.PANEL:
            raise WrongMember("panel", "only an item of the kind panel has people")
        return self


class AgendaImportItem(Schema):
    """What became of one item of the file, or would."""

    row: int = Field(ge=1, le=1_000_000, description="As a person counts: row, or place in it.")
    place: Cut = Field(description="Pointer into the file, or row of the table.")
    outcome: RowOutcome
    guid: UUID | None = Field(description="What programs call it.")
    item_id: UUID | None = Field(description="What it is on the agenda; null where refused.")
    number: str | None = Field(max_length=200, description="Which it has, or would have.")
    errors: list[FieldError] = Field(max_length=100)


class AgendaImportResult(Schema):
    """What an import did, or would do."""

    dry_run: bool
    mode: AgendaImportMode
    kind: AgendaFileKind = Field(description="What the file was read as.")
    created: int = Field(ge=0, le=100_000)
    changed: int = Field(ge=0, le=100_000)
    unchanged: int = Field(ge=0, le=100_000)
    removed: int = Field(ge=0, le=100_000, description="Items that the file does not have.")
    withdrawn: int = Field(
        ge=0, le=100_000, description="Items that the file does not have, but a version has."
    )
    refused: int = Field(ge=0, le=100_000)
    sittings_created: int = Field(ge=0, le=1000)
    sittings_changed: int = Field(ge=0, le=1000)
    sittings_removed: int = Field(ge=0, le=1000)
    panels_removed: int = Field(
        ge=0, le=100_000, description="Of items that are gone, where nobody was asked yet."
    )
    panels_created: int = Field(ge=0, le=100_000)
    people_proposed: int = Field(ge=0, le=100_000)
    columns: list[TableColumn] = Field(
        max_length=1000, description="Of a table: what each column was read as."
    )
    items: list[AgendaImportItem] = Field(max_length=10_000)


ConflictSide = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        description="An item of the agenda, by its id, its guid or its number.",
        examples=["2(a)"],
    ),
]
Reason = Annotated[Paragraphs, Field(max_length=2000)]


class DeclaredConflictWrite(Schema):
    """An item, and what is not to be at the same time: one of the other four members."""

    item: ConflictSide
    other_item: ConflictSide | None = None
    working_group: Ref | None = Field(
        None, description="Id or handle: whatever this committee leads."
    )
    entity: Ref | None = Field(
        None, description="Id or handle: whatever this entity leads.", examples=["unodc"]
    )
    panellist_id: UUID | None = Field(None, description="Whatever this person of a panel is on.")
    priority: ConflictPriority
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one_other(self) -> Self:
        others = (self.other_item, self.working_group, self.entity, self.panellist_id)
        if sum(other is not None for other in others) != 1:
            raise ValueError("needs one of other_item, working_group, entity and panellist_id")
        return self


class DeclaredConflictsWrite(Schema):
    """All declared conflicts of the agenda; those that are left out are gone."""

    model_config = example(
        conflicts=[
            {
                "item": "2",
                "other_item": "3(a)",
                "priority": "must_not",
                "reason": "The same group briefs.",
            }
        ]
    )

    conflicts: list[DeclaredConflictWrite] = Field(max_length=5000)


class DeclaredConflictOut(Schema):
    id: UUID
    item_id: UUID
    other_item_id: UUID | None = Field(
        description="Another item; of this and the next three one is not null."
    )
    working_group: Ref | None = Field(description="Handle: whatever this committee leads.")
    entity: Ref | None = Field(description="Handle: whatever this entity leads.")
    panellist_id: UUID | None = Field(description="Whatever this person of a panel is on.")
    priority: ConflictPriority
    reason: Reason | None


class ConflictCount(Schema):
    """Of one priority."""

    declared: int = Field(ge=0, le=5000)
    violated: int = Field(ge=0, le=5000, description="How many of them the timetable breaks.")


class ConflictCounts(Schema):
    must_not: ConflictCount
    should_not: ConflictCount
    better_not: ConflictCount


class DeclaredConflictsOut(Schema):
    """The declared conflicts, the gravest first, then in the order of the agenda."""

    meeting_id: UUID
    conflicts: list[DeclaredConflictOut] = Field(max_length=5000)


class ViolationOut(Schema):
    """Two items that share time although a conflict was declared."""

    conflict: DeclaredConflictOut
    first_id: UUID = Field(description="The item that begins first.")
    first_number: str | None = Field(max_length=200)
    second_id: UUID = Field(description="The other item.")
    second_number: str | None = Field(max_length=200)
    starts_at: datetime = Field(description="From when on both are on.")
    ends_at: datetime = Field(description="Until when both are on.")


class ConflictsChecked(Schema):
    """What of the declared conflicts the timetable has, the gravest first, then by time."""

    counts: ConflictCounts
    violations: list[ViolationOut] = Field(
        max_length=2000,
        description="The first two thousand, of each conflict twenty; the counts count all.",
    )
