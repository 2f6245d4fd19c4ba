"""Panels and panellists as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from app.agenda.times import ComputedInstant, TimetableProblemOut
from app.core.fields import (
    Email,
    Flag,
    InstantField,
    Language,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Paragraphs,
    Schema,
    ShortLine,
    ZoneName,
    example,
)
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.tables import Meeting
from app.panels.balance import Balance
from app.panels.lifecycle import PANELLIST, PanellistStatus, PanellistVerb, PanelRole
from app.panels.queries import Tally
from app.panels.showing import MOST, PeopleConflicts
from app.panels.tables import Panel, Panellist

SpokenLanguages = Annotated[
    list[Language],
    Field(max_length=20, description="In which they can speak.", examples=[["en", "fr"]]),
]
Biography = Annotated[LocalizedText, Field(description="To be read out and published.")]
Place = Annotated[
    int, Field(ge=0, le=49, description="Place among the panel's people, from 0.", examples=[0])
]


class PanelWrite(Schema):
    """What a panel is about."""

    title: LocalizedLine
    concept_note: LocalizedText = Field(default_factory=dict)
    questions_minutes: Minutes | None = Field(
        None, description="Minutes for questions, beside those of the people."
    )


class PanelCreate(PanelWrite):
    model_config = example(
        item_id="018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b",
        title={"en": "Shared registers"},
        questions_minutes=10,
    )

    item_id: UUID = Field(description="An agenda item of the kind `panel`.")


class PanelPatch(Schema):
    """Members as in `PanelCreate`; null takes away what a panel can be without."""

    model_config = example(questions_minutes=15)

    title: dict[str, str | None] | None = Field(None, max_length=20)
    concept_note: dict[str, str | None] | None = Field(None, max_length=20)
    questions_minutes: Minutes | None = None


Count = Annotated[int, Field(ge=0, le=50)]


class PanelPeople(Schema):
    """How many people of a panel are in which state."""

    proposed: Count
    invited: Count
    confirmed: Count
    declined: Count
    withdrawn: Count


class PanelOut(PanelWrite):
    """A panel with its time: what is wanted of it, and what the agenda gives."""

    id: UUID
    meeting_id: UUID
    item_id: UUID
    created_at: InstantField
    slot_starts_at: ComputedInstant | None = Field(
        description="Of its item on the working agenda; null while that takes no time."
    )
    slot_ends_at: ComputedInstant | None = Field(description="Null as `slot_starts_at` is.")
    planned_minutes: int = Field(
        ge=0,
        le=100_000,
        description="Of all who have neither declined nor withdrawn, and of questions.",
        examples=[55],
    )
    over_minutes: int | None = Field(
        ge=-10_000_000,
        le=100_000,
        description="More than the item has, or less where negative; null without a slot.",
        examples=[-5],
    )

    people: PanelPeople | None = Field(
        description="The state of the panel at a glance, for organizers and observers."
    )

    @classmethod
    def shown(cls, panel: Panel, tally: Tally | None, *, full: bool) -> Self:
        """The row, with what there is to count of its people."""
        minutes, people = tally or Tally()
        found = Balance.of(panel, minutes)
        members = {name: getattr(panel, name) for name in cls.model_fields.keys() - _COUNTED}
        counts = {state.value: people.get(state, 0) for state in PanellistStatus}
        return cls(
            planned_minutes=found.planned,
            over_minutes=found.over,
            people=PanelPeople(**counts) if full else None,
            **members,
        )


_COUNTED = frozenset({"planned_minutes", "over_minutes", "people"})


class PanelSort(StrEnum):
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"


class PanellistWrite(Schema):
    """Somebody who speaks on the panel or leads it."""

    model_config = example(
        name="Amina Rossi",
        honorific="Ms.",
        job_title="Director",
        affiliation="Example Institute",
        email="a.rossi@example.org",
        timezone="Asia/Tashkent",
        minutes=10,
    )

    role: PanelRole = PanelRole.PANELLIST
    position: Place | None = Field(None, description="By default behind the last.")
    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["H.E. Ms."])
    job_title: ShortLine | None = Field(None, examples=["Permanent Representative"])
    affiliation: ShortLine | None = Field(None, examples=["Permanent Mission of Ruritania"])
    email: Email | None = None
    city: ShortLine | None = Field(None, examples=["Brussels"])
    timezone: ZoneName = Field(
        "UTC", description="Theirs: times in their mails and on their page are of this zone."
    )
    minutes: Minutes | None = Field(None, description="Minutes to speak.")
    language: Language | None = Field(
        None, description="Of their mails; null for the meeting's first one.", examples=["fr"]
    )
    biography: Biography = Field(default_factory=dict)
    spoken_languages: SpokenLanguages = Field(default_factory=list)
    equipment: Paragraphs | None = Field(None, examples=["A laptop with a headset."])
    needs: Paragraphs | None = Field(None, examples=["Live captions."])


class PanellistPatch(Schema):
    """Members as in `PanellistWrite`; null takes away what somebody can be without."""

    model_config = example(minutes=12, position=0)

    role: PanelRole | None = None
    position: Place | None = None
    name: ShortLine | None = None
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    affiliation: ShortLine | None = None
    email: Email | None = None
    city: ShortLine | None = None
    timezone: ZoneName | None = None
    minutes: Minutes | None = None
    language: Language | None = None
    biography: dict[str, str | None] | None = Field(None, max_length=20)
    spoken_languages: SpokenLanguages | None = None
    equipment: Paragraphs | None = None
    needs: Paragraphs | None = None


class PanellistReplacement(Schema):
    """Who comes in somebody's place, which keeps its role, its order and, unless others are given,
    its minutes.
    """

    model_config = example(
        name="Li Wei", email="li.wei@example.org", timezone="Asia/Shanghai", invite=True
    )

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    affiliation: ShortLine | None = None
    email: Email | None = None
    city: ShortLine | None = None
    timezone: ZoneName = "UTC"
    language: Language | None = None
    minutes: Minutes | None = None
    invite: Flag = Field(True, description="Ask them at once; else they are proposed.")


class PanellistOut(Schema):
    """Somebody on a panel.

    Address, equipment, needs, reasons and consent are shown to organizers; to others they are
    null, and the biography is empty until the person has confirmed.
    """

    id: UUID
    panel_id: UUID
    status: PanellistStatus
    role: PanelRole
    position: Place
    name: ShortLine
    honorific: ShortLine | None
    job_title: ShortLine | None
    affiliation: ShortLine | None
    email: Email | None
    city: ShortLine | None
    timezone: ZoneName = Field(description="Theirs.")
    minutes: Minutes | None = Field(description="Minutes to speak; null where nobody has said.")
    language: Language | None = Field(
        description="Of their mails; null for the meeting's first one."
    )
    biography: Biography
    spoken_languages: SpokenLanguages
    equipment: Paragraphs | None
    needs: Paragraphs | None
    recording_consent: bool | None = Field(
        description="Whether they agree to be recorded, in their own words on their page; null "
        "while they have not said."
    )
    recording_consent_at: InstantField | None = Field(description="When they said so.")
    reason: Paragraphs | None = Field(description="Why they declined or withdrew.")
    invited_at: InstantField | None = Field(description="Null before.")
    answered_at: InstantField | None = Field(
        description="When they confirmed, declined or withdrew; null before."
    )
    replaces_id: UUID | None = Field(description="The panellist whose place this is now.")
    created_at: InstantField
    allowed: list[PanellistVerb] = Field(
        max_length=4, description="What organizers may record now; empty for others."
    )

    @classmethod
    def shown(cls, person: Panellist, meeting: Meeting) -> Self:
        """As organizers see it; nothing is to be recorded once nothing of the meeting changes."""
        members = {name: getattr(person, name) for name in _OF_PERSON}
        closed = meeting.status in UNCHANGEABLE
        return cls(allowed=[] if closed else PANELLIST.allowed(person.status), **members)

    def for_others(self) -> Self:
        """As those see it who do not organize the meeting."""
        hidden: dict[str, Any] = dict.fromkeys(_ORGANIZERS) | {
            "spoken_languages": [],
            "allowed": [],
        }
        if self.status is not PanellistStatus.CONFIRMED:
            hidden["biography"] = {}
        return self.model_copy(update=hidden)


_OF_PERSON = PanellistOut.model_fields.keys() - {"allowed"}
_ORGANIZERS = (
    "email",
    "language",
    "equipment",
    "needs",
    "recording_consent",
    "recording_consent_at",
    "reason",
    "invited_at",
    "answered_at",
)


class PanellistSort(StrEnum):
    POSITION = "position"
    POSITION_DOWN = "-position"


class PanellistAnswer(PanellistOut):
    """What became of a panellist, and what that brings into conflict: nothing is refused for it."""

    conflicts: PeopleConflicts


class PanelOver(Schema):
    """A panel whose people and questions need more time than its item has."""

    panel_id: UUID
    item_id: UUID
    planned_minutes: int = Field(
        ge=0,
        le=10_000_000,
        description="Of all who have neither declined nor withdrawn, and of questions.",
    )
    over_minutes: int = Field(ge=1, le=10_000_000, description="More than the item has.")

    @classmethod
    def of_balance(cls, found: Balance) -> Self:
        members = {name: getattr(found, name) for name in ("panel_id", "item_id")}
        return cls(planned_minutes=found.planned, over_minutes=found.over or 0, **members)


class ConflictsOut(PeopleConflicts):
    """Everything that does not fit together; none of it forbids saving or issuing."""

    problems: list[TimetableProblemOut] = Field(max_length=5000, description="Of the timetable.")
    panels: list[PanelOver] = Field(max_length=MOST, description="Those with too little time.")
