"""A paper as JSON: in one language, its words and times as readers see them."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from app.agenda.lifecycle import ItemKind, ItemStanding
from app.agenda.times import ComputedInstant
from app.core.fields import Flag, Handle, InstantField, Language, Schema, ZoneName
from app.letters.words import LetterLanguage, plain_text
from app.programme.lifecycle import PaperKind, PaperState
from app.programme.papers import Entry, Fact, Paper, Place, Reading, Speaker

Hours = Annotated[str, Field(max_length=60, examples=["10:00–10:15"])]
Said = Annotated[str, Field(max_length=500)]
Told = Annotated[str, Field(max_length=10_000)]
"""A paragraph, or what stands under a label."""


class PaperFactOut(Schema):
    """Something to know, under a label."""

    label: str = Field(max_length=200, examples=["Format and place"])
    lines: list[Told] = Field(max_length=5000, examples=[["Virtual"]])

    @classmethod
    def of_fact(cls, fact: Fact) -> Self:
        return cls(label=fact.label, lines=[plain_text(line) for line in fact.lines])


class PaperDocumentOut(Schema):
    """A published document of an item or of its panel."""

    id: UUID
    symbol: str = Field(max_length=120, examples=["COORDINATION-COMMITTEE-6/2"])
    title: str = Field(max_length=500)
    title_language: str | None = Field(
        max_length=20, description="Where it is not that of the paper."
    )
    languages: list[Language] = Field(
        max_length=100, description="In which it was published.", examples=[["en", "fr"]]
    )

    @classmethod
    def of_reading(cls, reading: Reading) -> Self:
        return cls(
            id=reading.id,
            symbol=reading.symbol,
            title=reading.title.text,
            title_language=reading.title.language,
            languages=list(reading.languages),
        )


class PaperSpeakerOut(Schema):
    """Somebody on a panel; the last four are empty but in a run of show."""

    role: str = Field(max_length=200, examples=["Moderator"])
    name: str = Field(max_length=500, examples=["Ms. Amina Rossi"])
    about: str = Field(max_length=500, description="Title and organization.")
    minutes: int | None = Field(ge=0, le=1440, description="Minutes to speak.")
    state: str = Field(max_length=200, description="Whether they have confirmed, where told.")
    at: str = Field(max_length=50, description="When they speak.", examples=["10:15"])
    there: str = Field(max_length=200, description="The same by their own clocks.")
    email: str = Field(max_length=300)


class PaperItemOut(Schema):
    """An item of a paper."""

    id: UUID
    parent_id: UUID | None
    number: str | None = Field(max_length=200, examples=["2(a)"])
    depth: int = Field(ge=1, le=1000)
    kind: ItemKind
    kind_name: str = Field(max_length=200, examples=["Briefing"])
    title: str = Field(max_length=500)
    title_language: str | None = Field(
        max_length=20, description="Where it is not that of the paper."
    )
    standing: ItemStanding
    starts_at: ComputedInstant
    ends_at: ComputedInstant
    day: date = Field(description="By the clocks of the paper's zone.")
    hours: Hours
    there: str = Field(
        max_length=60, description="The hours by the reader's clocks.", examples=["19:00–19:15"]
    )
    room: str | None = Field(max_length=200)
    marks: list[Said] = Field(max_length=20, examples=[["Briefing", "For information"]])
    news: list[Said] = Field(max_length=5, description="What is new of it in this version.")
    facts: list[PaperFactOut] = Field(max_length=20)
    documents: list[PaperDocumentOut] = Field(
        max_length=5000, description="By symbol; each is a line of the facts too."
    )
    panel: str | None = Field(max_length=500, description="Its title, where it is another.")
    speakers: list[PaperSpeakerOut] = Field(max_length=1000)
    notes: list[Told] = Field(max_length=20_000, description="Paragraphs.")

    @classmethod
    def of_entry(cls, entry: Entry) -> Self:
        return cls(
            id=UUID(entry.id),
            parent_id=UUID(entry.parent) if entry.parent else None,
            number=entry.number,
            depth=entry.depth,
            kind=ItemKind(entry.kind),
            kind_name=entry.kind_name,
            title=entry.title.text,
            title_language=entry.title.language,
            standing=ItemStanding(entry.standing),
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            day=entry.day,
            hours=entry.hours,
            there=entry.there,
            room=entry.room,
            marks=list(entry.marks),
            news=list(entry.news),
            facts=[PaperFactOut.of_fact(fact) for fact in entry.facts],
            documents=[PaperDocumentOut.of_reading(each) for each in entry.documents],
            panel=None if entry.panel is None else entry.panel.text,
            speakers=[_speaker(person) for person in entry.speakers],
            notes=[note.text for note in entry.notes],
        )


class PaperPlaceOut(Schema):
    """The hours of each day by the clocks of another place."""

    name: str = Field(max_length=200, examples=["Nairobi"])
    timezone: ZoneName
    offset: str = Field(max_length=20, examples=["UTC+03:00"])
    hours: list[Hours] = Field(max_length=5, examples=[["17:00–20:00"]])


class PaperOut(Schema):
    """An agenda or a programme in one language, ready to be shown."""

    kind: PaperKind
    state: PaperState
    version: int | None = Field(ge=1, le=1_000_000, description="Of the agenda; null for a draft.")
    symbol: str | None = Field(max_length=200)
    issued_at: InstantField | None
    draft: Flag = Field(description="Whether it is of the agenda as it is worked on.")
    language: LetterLanguage
    direction: Literal["ltr", "rtl"] = Field(description="Of the writing.")
    title: str = Field(max_length=500, examples=["Provisional agenda"])
    committee_name: str | None = Field(max_length=500, description="In the language of the paper.")
    meeting_title: str = Field(max_length=500, description="In the language of the paper.")
    meeting: Handle
    timezone: ZoneName
    reader_timezone: ZoneName | None = Field(
        description="The one that was asked for, whose clocks `there` shows."
    )
    starts_at: ComputedInstant
    ends_at: ComputedInstant
    notices: list[Said] = Field(max_length=10, description="To be read first.")
    facts: list[PaperFactOut] = Field(
        max_length=20, description="Of a run of show also the secret ways in, and whom to call."
    )
    places: list[PaperPlaceOut] = Field(
        max_length=20, description="The hours of the meeting elsewhere."
    )
    items: list[PaperItemOut] = Field(
        max_length=1000, description="In the order of the paper, one after the other."
    )

    @classmethod
    def of_paper(cls, paper: Paper) -> Self:
        return cls(
            kind=paper.kind,
            state=paper.state,
            version=paper.version,
            symbol=paper.symbol,
            issued_at=paper.issued_at,
            draft=paper.version is None,
            language=paper.language,
            direction="rtl" if paper.direction == "rtl" else "ltr",
            title=paper.title,
            committee_name=None if paper.committee is None else paper.committee.text,
            meeting_title=paper.meeting.text,
            meeting=paper.handle,
            timezone=paper.timezone,
            reader_timezone=paper.reader_timezone,
            starts_at=paper.starts_at,
            ends_at=paper.ends_at,
            notices=list(paper.notices),
            facts=[PaperFactOut.of_fact(fact) for fact in paper.facts],
            places=[_place(place) for place in paper.places],
            items=[PaperItemOut.of_entry(entry) for entry in paper.entries],
        )


def _speaker(person: Speaker) -> PaperSpeakerOut:
    names = PaperSpeakerOut.model_fields
    return PaperSpeakerOut(**{name: getattr(person, name) for name in names})


def _place(place: Place) -> PaperPlaceOut:
    return PaperPlaceOut(
        name=place.name, timezone=place.zone, offset=place.offset, hours=list(place.hours)
    )
