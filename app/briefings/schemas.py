"""Briefings as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.agenda.times import ComputedInstant
from app.briefings.lifecycle import BriefingHolder, BriefingStatus, BriefingVerb, Lacking
from app.core.fields import (
    Email,
    Flag,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    Minutes,
    Schema,
    ShortLine,
    Whole,
    ZoneName,
)
from app.documents.lifecycle import DocumentStatus
from app.panels.showing import LocalTime, PeopleConflicts

Weight = Annotated[
    int,
    Field(ge=1, le=100, description="How much of the time it gets, beside the others."),
    Whole,
]
ItemMinutes = Annotated[int, Field(ge=0, le=1440, examples=[10]), Whole]
ItemNumber = Annotated[str, Field(max_length=100, examples=["4(b)"])]
LinkTokenText = Annotated[
    str, Field(min_length=1, max_length=200, description="From the mail.", examples=["AZq3vT..."])
]


class BriefingContact(Schema):
    """Who is asked by mail to name the briefer of a group."""

    name: ShortLine = Field(examples=["Chair of the working group"])
    email: Email
    language: Language | None = Field(None, description="By default the meeting's first.")


class BriefingAsk(Schema):
    item_id: UUID = Field(description="An item of the kind `briefing` with a working group.")
    contact: BriefingContact | None = Field(
        None,
        description="By default whoever has an account and acts for the group: its organizers and "
        "its focal points.",
    )


class BriefingsAsk(Schema):
    """Which groups to ask; with nothing named, all that were not asked yet."""

    ask: list[BriefingAsk] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.item_id for each in self.ask}) < len(self.ask):
            raise ValueError("names an item twice")
        return self


class BriefingWrite(Schema):
    contact: BriefingContact | None = None
    weight: Weight = 1


class BriefingContactPatch(Schema):
    name: ShortLine | None = None
    email: Email | None = None
    language: Language | None = None


class BriefingPatch(Schema):
    """Another contact is asked in their turn, and the old link opens nothing any more."""

    contact: BriefingContactPatch | None = None
    weight: Weight | None = None


class Briefer(Schema):
    """Who briefs for the group."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["Ms."])
    job_title: ShortLine | None = Field(None, examples=["Vice-Chair of the working group"])
    affiliation: ShortLine | None = Field(None, examples=["UNODC"])
    email: Email | None = Field(
        None, description="Where they are asked to confirm; shown to organizers and the group."
    )
    timezone: ZoneName = Field("UTC", description="Where they will be when they brief.")
    language: Language | None = Field(
        None, description="Of their mails; by default the meeting's first."
    )


class BriefingGroup(Schema):
    id: UUID
    handle: Handle
    name: LocalizedLine


class BriefingItem(Schema):
    """The item of the agenda that the briefing is on, and its time."""

    id: UUID
    number: ItemNumber | None
    title: LocalizedLine
    minutes: Minutes | None = Field(description="Of its own; null where it has none.")
    starts_at: ComputedInstant | None
    ends_at: ComputedInstant | None
    local_start: LocalTime | None = Field(description="In the briefer's zone, once one is named.")
    local_end: LocalTime | None


class BriefingState(Schema):
    """How far one briefing is; also of an item about which nobody was asked yet."""

    id: UUID | None = Field(description="Null: the group was not asked yet.")
    status: BriefingStatus | None
    item: BriefingItem
    group: BriefingGroup
    weight: Weight
    contact: BriefingContact | None = Field(
        description="Who is asked; shown to organizers and the group."
    )
    briefer: Briefer | None
    papers: int = Field(ge=0, le=100_000, description="Documents of the item that have bytes.")
    lacking: list[Lacking] = Field(max_length=5, description="What is missing still.")
    due_at: InstantField = Field(description="Until when the group names and changes its briefer.")
    asked_at: InstantField | None
    reminded_at: InstantField | None
    named_at: InstantField | None
    answered_at: InstantField | None
    allowed: list[BriefingVerb] = Field(max_length=3, description="What you may do with it now.")


class BriefingPaper(Schema):
    """A file of a document on the item."""

    document_id: UUID
    symbol: str = Field(max_length=120, examples=["COORDINATION-COMMITTEE-6/2"])
    status: DocumentStatus
    language: Language
    name: str = Field(max_length=210, examples=["borders.pdf"])
    size: int = Field(ge=1, le=10_000_000_000, description="Bytes.", examples=[48_213])


class BriefingOut(BriefingState):
    id: UUID
    meeting_id: UUID
    meeting: Handle
    meeting_title: LocalizedLine
    status: BriefingStatus
    files: list[BriefingPaper] = Field(
        max_length=100, description="The papers; shown to organizers and the group."
    )


class BriefingAnswer(BriefingOut):
    """What became of it, and what that brings into conflict: nothing is refused for it."""

    conflicts: PeopleConflicts


class BriefingCounts(Schema):
    """How many briefings are how far."""

    unasked: int = Field(ge=0, le=1000)
    asked: int = Field(ge=0, le=1000)
    named: int = Field(ge=0, le=1000)
    confirmed: int = Field(ge=0, le=1000)
    declined: int = Field(ge=0, le=1000)
    complete: int = Field(ge=0, le=1000, description="With nothing missing.")


class BriefingsOut(Schema):
    """All briefings of a meeting at a glance, in the order of the agenda."""

    due_at: InstantField
    minutes: int = Field(ge=0, le=1_000_000, description="Of all together.", examples=[80])
    counts: BriefingCounts
    briefings: list[BriefingState] = Field(max_length=2000)


class BriefingSort(StrEnum):
    ASKED = "asked_at"
    ASKED_DOWN = "-asked_at"


class OwnWeight(Schema):
    item_id: UUID
    weight: Weight


class OwnMinutes(Schema):
    item_id: UUID
    minutes: ItemMinutes


class TimeToShare(Schema):
    """How to share: equally unless weights say otherwise."""

    minutes: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="In all. By default what the briefings have now, and what is left of the "
        "meeting's time.",
        examples=[80],
    )
    items: list[UUID] = Field(
        default_factory=list, max_length=500, description="By default every briefing."
    )
    weights: list[OwnWeight] = Field(
        default_factory=list, max_length=500, description="Instead of the briefings' own, once."
    )
    keep: list[OwnMinutes] = Field(
        default_factory=list,
        max_length=500,
        description="Who has so many minutes in any case, such as who gives time back: the others "
        "share the rest.",
    )


class SharedItem(Schema):
    item_id: UUID
    before: Minutes
    minutes: Minutes


class SharedTime(Schema):
    """Whole minutes that make up the total; equal weights differ by one at most."""

    dry_run: bool
    total: int = Field(ge=0, le=1_000_000)
    items: list[SharedItem] = Field(max_length=2000)


class TimeBack(Schema):
    minutes: Annotated[int, Field(ge=1, le=1440, examples=[5]), Whole]
    to_others: Flag = Field(True, description="Whether the other briefings get them.")


class BriefingLink(Schema):
    """The token of a mail that asks a group for its briefer, or a briefer to come."""

    token: LinkTokenText


class BrieferByLink(BriefingLink):
    briefer: Briefer


class LinkAnswer(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"


class AnswerByLink(BriefingLink):
    answer: LinkAnswer


class BriefingByLink(Schema):
    """What the holder of a link sees: the one briefing, and nothing else of the meeting."""

    holder: BriefingHolder
    briefing: BriefingOut
    starts_at: InstantField = Field(description="Of the meeting.")
    timezone: ZoneName = Field(description="Of the meeting.")
    too_late: bool = Field(description="Whether the group's deadline has passed.")
