"""Briefings as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.agenda.times import ComputedInstant
from app.briefings.lifecycle import BriefingHolder, BriefingLacking, BriefingStatus, BriefingVerb
from app.core.choices import Choice
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
    WrongMember,
    ZoneName,
    example,
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
OF_A_MAIL = "AZq3vT..."
LinkTokenText = Annotated[
    str, Field(min_length=1, max_length=200, description="From the mail.", examples=[OF_A_MAIL])
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

    model_config = example(
        ask=[
            {
                "item_id": "018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b",
                "contact": {"name": "Chair of the working group", "email": "chair@example.org"},
            }
        ]
    )

    ask: list[BriefingAsk] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.item_id for each in self.ask}) < len(self.ask):
            raise WrongMember("ask", "names an item twice")
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

    model_config = example(contact={"email": "new.chair@example.org"}, weight=2)

    contact: BriefingContactPatch | None = None
    weight: Weight | None = None


class Briefer(Schema):
    """Who briefs for the group."""

    model_config = example(
        name="Amina Rossi",
        job_title="Vice-Chair of the working group",
        affiliation="UNODC",
        email="a.rossi@example.org",
        timezone="Europe/Vienna",
    )

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
    starts_at: ComputedInstant | None = Field(description="Null while the item takes no time.")
    ends_at: ComputedInstant | None = Field(description="Null while the item takes no time.")
    local_start: LocalTime | None = Field(description="In the briefer's zone, once one is named.")
    local_end: LocalTime | None = Field(
        description="In the zone of the briefer, once one is named."
    )


class BriefingState(Schema):
    """How far one briefing is; also of an item about which nobody was asked yet."""

    id: UUID | None = Field(description="Null: the group was not asked yet.")
    status: BriefingStatus | None = Field(description="Null: nobody was asked yet.")
    item: BriefingItem
    working_group: BriefingGroup
    weight: Weight
    contact: BriefingContact | None = Field(
        description="Who is asked; shown to organizers and the group."
    )
    briefer: Briefer | None = Field(description="Null until one is named.")
    papers: int = Field(ge=0, le=100_000, description="Documents of the item that have bytes.")
    lacking: list[BriefingLacking] = Field(max_length=5, description="What is missing still.")
    due_at: InstantField = Field(description="Until when the group names and changes its briefer.")
    asked_at: InstantField | None = Field(description="Null before.")
    reminded_at: InstantField | None = Field(description="The last time; null before.")
    named_at: InstantField | None = Field(description="Null before.")
    answered_at: InstantField | None = Field(
        description="When who is named confirmed or declined; null before."
    )
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
        max_length=100,
        description="On the item. Organizers see all; the group and who briefs for it see what it "
        "has sent, and what they may read.",
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

    due_at: InstantField = Field(
        description="Until when the groups name and change their briefers."
    )
    minutes: int = Field(ge=0, le=1_000_000, description="Of all together.", examples=[80])
    counts: BriefingCounts
    briefings: list[BriefingState] = Field(max_length=2000)


class BriefingSort(StrEnum):
    ASKED = "asked_at"
    ASKED_DOWN = "-asked_at"


class BriefingWeight(Schema):
    item_id: UUID
    weight: Weight


class BriefingMinutes(Schema):
    item_id: UUID
    minutes: ItemMinutes


class BriefingTimeToShare(Schema):
    """How to share: equally unless weights say otherwise."""

    model_config = example(minutes=80)

    minutes: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="In all. By default what the briefings have now, and what is left of the "
        "meeting's time.",
        examples=[80],
    )
    item_ids: list[UUID] = Field(
        default_factory=list, max_length=500, description="By default every briefing."
    )
    weights: list[BriefingWeight] = Field(
        default_factory=list, max_length=500, description="Instead of the briefings' own, once."
    )
    keep: list[BriefingMinutes] = Field(
        default_factory=list,
        max_length=500,
        description="Who has so many minutes in any case, such as who gives time back: the others "
        "share the rest.",
    )


class BriefingTimeOfItem(Schema):
    item_id: UUID
    before_minutes: Minutes = Field(description="What it had.")
    minutes: Minutes = Field(description="What it has now, or would have.")


class BriefingTimeOut(Schema):
    """Whole minutes that make up the total; equal weights differ by one at most."""

    dry_run: bool
    minutes: int = Field(ge=0, le=1_000_000, description="Of all together.", examples=[80])
    items: list[BriefingTimeOfItem] = Field(max_length=2000)


class BriefingTimeBack(Schema):
    model_config = example(minutes=5, to_others=True)

    minutes: Annotated[int, Field(ge=1, le=1440, examples=[5]), Whole]
    to_others: Flag = Field(True, description="Whether the other briefings get them.")


class BriefingLink(Schema):
    """The token of a mail that asks a group for its briefer, or a briefer to come."""

    model_config = example(token=OF_A_MAIL)

    token: LinkTokenText


class BrieferByLink(BriefingLink):
    model_config = example(
        token=OF_A_MAIL,
        briefer={
            "name": "Amina Rossi",
            "email": "a.rossi@example.org",
            "timezone": "Europe/Vienna",
        },
    )

    briefer: Briefer


class BriefingLinkAnswer(Choice):
    """What the holder of a link says."""

    CONFIRM = "confirm"
    """Who is named comes."""
    DECLINE = "decline"
    """Who is named does not come; of a group's link, that the group does not brief."""


class BriefingAnswerByLink(BriefingLink):
    model_config = example(token=OF_A_MAIL, answer="confirm")

    answer: BriefingLinkAnswer


class BriefingByLink(Schema):
    """What the holder of a link sees: the one briefing, and nothing else of the meeting."""

    holder: BriefingHolder
    briefing: BriefingOut
    starts_at: InstantField = Field(description="Of the meeting.")
    timezone: ZoneName = Field(description="Of the meeting.")
    too_late: bool = Field(description="Whether the group's deadline has passed.")
