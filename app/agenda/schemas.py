"""The agenda as it crosses the wire: as it is worked on, and as it is issued."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.agenda.lifecycle import (
    ChildrenRun,
    ItemAccess,
    ItemAddition,
    ItemChangeKind,
    ItemKind,
    ItemOpenness,
    ItemPurpose,
    ItemStanding,
    VersionStatus,
)
from app.agenda.sitting_schemas import SittingOut
from app.agenda.times import ComputedInstant, ComputedWallTime, TimetableProblemOut
from app.core.fields import (
    Flag,
    Handle,
    InstantField,
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
    ZoneName,
    example,
)
from app.meetings.lifecycle import MeetingFormat

Position = Annotated[
    int, Field(ge=0, le=1000, description="Place among the siblings, from 0.", examples=[0])
]
Symbol = Annotated[
    ShortLine,
    Field(description="The document symbol.", examples=["COORDINATION-COMMITTEE-6/1/Rev.1"]),
]
Number = Annotated[
    str | None,
    Field(
        max_length=200,
        description="By its place, in the style of the meeting; breaks have none, nor has what was "
        "withdrawn before it was ever issued.",
        examples=["2(a)"],
    ),
]
Depth = Annotated[int, Field(ge=1, le=10, description="1 at the top.", examples=[1])]


EntityRef = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        description="Id or handle of the entity that leads on it.",
        examples=["unodc"],
    ),
]
Addition = Annotated[
    ItemAddition | None,
    Field(
        description="How it came onto an agenda that had been issued; null for an item of the "
        "first version.",
    ),
]
MergedInto = Annotated[
    UUID | None, Field(description="The item that has taken it in, where it was merged.")
]


class ItemWrite(Schema):
    """What an organizer says about an item; number and times follow from its place."""

    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText = Field(default_factory=dict)
    minutes: Minutes | None = Field(
        None, description="Minutes of its own, without those of the items under it."
    )
    pinned_start: WallTimeField | None = Field(
        None,
        description="Wall time in the meeting's zone at which it must begin; moves along.",
    )
    access: ItemAccess = Field(
        ItemAccess.PUBLIC, description="A restricted item hides all that lies under it too."
    )
    working_group: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the committee that gives the briefing.",
        examples=["resource-mobilization"],
    )
    lead_entity: EntityRef | None = None
    presenter: ShortLine | None = Field(None, examples=["Li Wei"])
    purpose: ItemPurpose | None = Field(
        None, description="What the meeting is asked to do with it."
    )
    openness: ItemOpenness = Field(
        ItemOpenness.CLOSED, description="Who may be in the room for it."
    )
    annotation: LocalizedText = Field(
        default_factory=dict, description="What the annotated agenda says beside the title."
    )
    children_run: ChildrenRun = Field(
        ChildrenRun.IN_SEQUENCE,
        description="Whether the items under it follow each other or are on at the same time.",
    )
    flexible: Flag = Field(
        False, description="It has no minutes of its own: it takes what its sitting has left."
    )
    room: ShortLine | None = Field(None, examples=["Conference Room 4"])
    sitting_id: UUID | None = Field(
        None, description="Id of the sitting with which it begins at the earliest."
    )
    addition: ItemAddition | None = Field(
        None,
        description="What a new item is to an agenda that was issued: by default `supplementary`. "
        "Null leaves it as it is.",
    )

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.flexible and self.minutes is not None:
            words = (
                "a flexible item takes what is left: leave minutes out, or null where it has some"
            )
            raise WrongMember("minutes", words)
        return self


class ItemCreate(ItemWrite):
    model_config = example(
        kind="panel", title={"en": "Shared registers", "fr": "Registres communs"}, minutes=45
    )

    parent_id: UUID | None = Field(None, description="Null for the top of the agenda.")
    position: Position | None = Field(None, description="By default behind the last.")


class ItemPatch(Schema):
    """Members as in `ItemCreate`; null takes away what an item can be without."""

    model_config = example(minutes=50, title={"fr": "Registres partagés"}, room=None)

    kind: ItemKind | None = None
    title: dict[str, str | None] | None = Field(None, max_length=20)
    note: dict[str, str | None] | None = Field(None, max_length=20)
    minutes: Minutes | None = None
    pinned_start: WallTimeField | None = None
    access: ItemAccess | None = None
    working_group: str | None = Field(None, min_length=1, max_length=80)
    lead_entity: EntityRef | None = None
    presenter: ShortLine | None = None
    purpose: ItemPurpose | None = None
    openness: ItemOpenness | None = None
    annotation: dict[str, str | None] | None = Field(None, max_length=20)
    children_run: ChildrenRun | None = None
    flexible: Flag | None = None
    room: ShortLine | None = None
    sitting_id: UUID | None = None
    addition: ItemAddition | None = None


class ItemMerge(Schema):
    model_config = example(into_id="018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b")

    into_id: UUID = Field(description="The item that takes it in; it must be on the agenda.")


class ItemMove(Schema):
    """The new place: under which item, and where among its children."""

    model_config = example(parent_id=None, position=0)

    parent_id: UUID | None = Field(None, description="Null for the top of the agenda.")
    position: Position


class TreeItem(ItemWrite):
    """An item with all that lies under it."""

    id: UUID | None = Field(None, description="Of an item that is kept; null for a new one.")
    items: list["TreeItem"] = Field(default_factory=list, max_length=1000)


class AgendaWrite(Schema):
    """The whole agenda, in its order; items that are left out are deleted.

    At most 1,000 items over all levels, at most ten levels deep. What stood in an issued version
    cannot be left out.
    """

    model_config = example(
        items=[
            {"kind": "opening", "title": {"en": "Opening"}, "minutes": 10},
            {
                "kind": "panel",
                "title": {"en": "Shared registers"},
                "minutes": 45,
                "items": [{"kind": "discussion", "title": {"en": "Questions"}, "flexible": True}],
            },
        ]
    )

    items: list[TreeItem] = Field(max_length=1000)


class WorkingGroupOut(Schema):
    """Who gives a briefing."""

    id: UUID
    handle: Handle
    name: LocalizedLine


class LeadEntityOut(Schema):
    """Who leads on an item."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    name: LocalizedLine


class ItemOut(Schema):
    """An item with its number, its times and all that lies under it."""

    id: UUID
    parent_id: UUID | None = Field(description="Null at the top of the agenda.")
    position: int = Field(ge=0, le=1000)
    number: Number
    depth: Depth
    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText
    minutes: Minutes | None = Field(description="Its own, without those of the items under it.")
    pinned_start: ComputedWallTime | None = Field(
        description="Wall time in the meeting's zone at which it must begin; also with `shown_in`."
    )
    access: ItemAccess
    working_group: WorkingGroupOut | None
    lead_entity: LeadEntityOut | None
    presenter: ShortLine | None = Field(description="The person who presents it.")
    purpose: ItemPurpose | None
    openness: ItemOpenness
    annotation: LocalizedText
    children_run: ChildrenRun
    flexible: Flag = Field(description="Whether it takes what its sitting has left.")
    room: ShortLine | None
    sitting_id: UUID | None = Field(description="With which it begins at the earliest.")
    in_sitting_id: UUID | None = Field(description="In which it begins by the timetable.")
    addition: Addition
    standing: ItemStanding
    merged_into_id: MergedInto
    starts_at: ComputedInstant = Field(description="As planned, by what comes before it.")
    ends_at: ComputedInstant = Field(description="The end of everything under the item.")
    local_start: ComputedWallTime = Field(description="By the clocks of `shown_in`.")
    local_end: ComputedWallTime = Field(description="By the clocks of `shown_in`.")
    actual_start: InstantField | None = Field(description="When it was started.")
    actual_end: InstantField | None = Field(description="When it was ended.")
    items: list["ItemOut"] = Field(max_length=1000)


class AgendaOut(Schema):
    """The working agenda."""

    meeting_id: UUID
    meeting: Handle
    timezone: ZoneName
    shown_in: ZoneName = Field(
        description="Zone of `local_start` and `local_end`: the meeting's, unless you name yours."
    )
    starts_at: ComputedInstant = Field(description="The meeting's start.")
    ends_at: ComputedInstant = Field(description="When the last item ends.")
    symbol: str | None = Field(
        max_length=200, description="Of the latest issued version; null before the first."
    )
    sittings: list[SittingOut] = Field(
        max_length=100, description="In their order; none: the meeting is the one sitting."
    )
    revision: int | None = Field(
        ge=0,
        le=2_147_483_647,
        description="How many edits there were, for organizers and observers; null for everybody "
        "else. `GET .../agenda/changes` has them.",
        examples=[12],
    )
    items: list[ItemOut] = Field(max_length=1000)
    problems: list[TimetableProblemOut] | None = Field(
        max_length=5000, description="For organizers; null for everybody else."
    )


class VersionCreate(Schema):
    """What to issue; the first version is the provisional one, then come revisions."""

    model_config = example(note="Item 2 is new.")

    status: VersionStatus | None = Field(
        None, description="By default `provisional` first and `revised` then."
    )
    symbol: Symbol | None = Field(None, description="By default made of the meeting's handle.")
    note: Paragraphs | None = Field(None, description="A word to those who are told of it.")
    silent: Flag = Field(
        False, description="Write to nobody; calendars show it with the next mail."
    )


class VersionName(Schema):
    """How a version is called."""

    number: int = Field(ge=1, le=1_000_000, description="1 is the provisional agenda.")
    revision: int = Field(ge=0, le=1_000_000, description="1 for Rev.1; 0 before it.")
    status: VersionStatus
    symbol: Symbol
    issued_at: InstantField


class VersionLanguage(Schema):
    """A language that a version can be read in."""

    language: Language
    complete: bool = Field(description="Whether every text of the version is in this language.")
    missing: int = Field(
        ge=0, le=1_000_000, description="Texts that stand in it in another language.", examples=[0]
    )


class AdoptionOut(Schema):
    """That and how the meeting adopted its agenda."""

    adopted_at: InstantField
    of_number: int = Field(ge=1, le=1_000_000, description="The version that lay before it.")
    amended: bool = Field(description="Whether it was changed orally before.")
    item_id: UUID | None = Field(
        description="The item under which it was adopted; null too where it is not shown to you."
    )
    chair: ShortLine | None = Field(
        description="Who was in the chair; null where nobody was named, and for the public.",
        examples=["Amina Rossi"],
    )


class VersionOut(VersionName):
    """What is known of an issued version; its address has the agenda itself."""

    languages: list[VersionLanguage] = Field(
        max_length=50, description="Those that it can be read in, the meeting's own first."
    )
    adoption: AdoptionOut | None = Field(description="Where the meeting adopted this version.")


class MemberChange(Schema):
    """One member before and after, as the versions have it."""

    before: Annotated[Any, Field(description="In the earlier version.", examples=["2(a)"])]
    after: Annotated[Any, Field(description="In the later version.", examples=["2(b)"])]


class ItemGlance(Schema):
    """An item in one of the versions, in short."""

    number: Number
    title: LocalizedLine
    parent_id: UUID | None = Field(description="Null at the top of the agenda.")
    local_start: ComputedWallTime
    local_end: ComputedWallTime


class SittingGlance(Schema):
    """A sitting in one of the versions, in short."""

    name: LocalizedText = Field(examples=[{"en": "Morning"}])
    local_start: ComputedWallTime
    local_end: ComputedWallTime


class SittingChangeOut(Schema):
    """What became of one sitting."""

    id: UUID
    kinds: list[ItemChangeKind] = Field(
        max_length=20,
        description="Of `added`, `removed`, `retitled`, `retimed`, `changed` and `shifted`.",
    )
    before: SittingGlance | None = Field(description="Null for a sitting that is new.")
    after: SittingGlance | None = Field(description="Null for a sitting that is gone.")
    members: dict[str, MemberChange] = Field(
        max_length=50, description="What is different, by member of the issued sitting."
    )


class ItemChangeOut(Schema):
    """What became of one item."""

    id: UUID
    kinds: list[ItemChangeKind] = Field(max_length=20, description="All that happened to it.")
    before: ItemGlance | None = Field(description="Null for an item that is new.")
    after: ItemGlance | None = Field(description="Null for an item that is gone.")
    members: dict[str, MemberChange] = Field(
        max_length=50,
        description="What is different, by member of the issued item; `place` is its parent and "
        "its position under it.",
    )


class ChangesOut(Schema):
    """What is different between two versions."""

    since: VersionName | None = Field(description="The earlier one; null where there is none.")
    until: VersionName | None = Field(description="The later one; null for the working agenda.")
    meeting: dict[str, MemberChange] = Field(
        max_length=50, description="What is different about the meeting."
    )
    sittings: list[SittingChangeOut] = Field(
        max_length=200, description="In the order of the later version, then those that are gone."
    )
    items: list[ItemChangeOut] = Field(
        max_length=2000, description="In the order of the later version, then those that are gone."
    )


class AdoptionCreate(Schema):
    """How the meeting adopts its agenda."""

    model_config = example(amended=False, chair="Amina Rossi")

    amended: Flag = Field(
        False,
        description="As orally amended: the working agenda becomes the adopted one. Otherwise it "
        "is the version in force, as it was issued.",
    )
    item_id: UUID | None = Field(
        None, description="By default the item for the adoption of the agenda, if there is one."
    )
    chair: ShortLine | None = Field(None, examples=["Amina Rossi"])
    symbol: Symbol | None = Field(None, description="By default made of the meeting's handle.")
    note: Paragraphs | None = Field(None, description="A word to those who are told of it.")
    silent: Flag = Field(True, description="Write to nobody: they were there.")


class VersionSort(StrEnum):
    NUMBER = "number"
    NUMBER_DOWN = "-number"


class IssuedMeeting(Schema):
    """The meeting as it was when the agenda was issued."""

    id: UUID
    handle: Handle
    title: LocalizedLine
    format: MeetingFormat
    venue: Line | None = Field(
        None,
        description="Where one can go; null where nobody has said, and of a virtual meeting. "
        "Versions that were issued before there was this member are without it.",
        examples=["Conference Room 4"],
    )
    timezone: ZoneName
    starts_at: ComputedInstant = Field(description="As planned when it was issued.")
    ends_at: ComputedInstant
    local_start: ComputedWallTime
    local_end: ComputedWallTime
    languages: list[Language] = Field(max_length=20)
    committee: "IssuedCommittee"


class IssuedCommittee(Schema):
    """The committee that meets, or a working group, as it was called then."""

    handle: Handle
    name: LocalizedLine


class IssuedSitting(Schema):
    """A part of the meeting on one day, as it was issued."""

    id: UUID
    name: LocalizedText = Field(examples=[{"en": "Morning"}])
    starts_at: ComputedInstant
    ends_at: ComputedInstant
    local_start: ComputedWallTime
    local_end: ComputedWallTime


class IssuedLeadEntity(Schema):
    handle: Handle
    abbreviation: ShortLine
    name: LocalizedLine


class IssuedBriefer(Schema):
    """Who is named to brief, without any address."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None
    job_title: ShortLine | None
    affiliation: ShortLine | None
    status: Literal["invited", "confirmed"] = Field(
        description="Of somebody invited it is still to be confirmed that they come."
    )


class IssuedPanellist(IssuedBriefer):
    """Somebody asked or confirmed, without any address."""

    position: int = Field(
        ge=0, le=1000, description="Place among the panel's people, from 0.", examples=[0]
    )
    role: Literal["moderator", "panellist"]
    minutes: Minutes | None = Field(description="Minutes to speak.")


class IssuedPanel(Schema):
    title: LocalizedLine
    panellists: list[IssuedPanellist] = Field(max_length=1000)


class IssuedItem(Schema):
    """An item as it was issued."""

    id: UUID
    number: Number
    depth: Depth
    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText
    minutes: Minutes | None = Field(description="Its own, without those of the items under it.")
    access: ItemAccess
    starts_at: ComputedInstant
    ends_at: ComputedInstant
    local_start: ComputedWallTime
    local_end: ComputedWallTime
    working_group: IssuedCommittee | None
    lead_entity: IssuedLeadEntity | None
    presenter: ShortLine | None
    purpose: ItemPurpose | None
    openness: ItemOpenness
    annotation: LocalizedText
    children_run: ChildrenRun
    room: ShortLine | None
    addition: Addition
    standing: ItemStanding
    merged_into_id: MergedInto
    panel: IssuedPanel | None
    briefer: IssuedBriefer | None
    items: list["IssuedItem"] = Field(max_length=1000)


class IssuedAgenda(Schema):
    """A version of the agenda, which never changes; the numbers are those of the full agenda."""

    meeting: IssuedMeeting
    symbol: Symbol
    status: VersionStatus
    number: int = Field(ge=1, le=1_000_000)
    revision: int = Field(ge=0, le=1_000_000)
    issued_at: InstantField
    sittings: list[IssuedSitting] = Field(max_length=100)
    items: list[IssuedItem] = Field(max_length=1000)
