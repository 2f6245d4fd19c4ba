"""What each meeting of a series begins as, as it crosses the wire."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.agenda.lifecycle import ItemAccess, ItemKind
from app.core.fields import (
    ClockTime,
    Email,
    Flag,
    Language,
    Line,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Paragraphs,
    Schema,
    Seats,
    ShortLine,
    Whole,
)
from app.meetings.lifecycle import MeetingFormat
from app.meetings.templates import MeetingTemplate
from app.series.policy import unknown_placeholders


class TemplateItem(Schema):
    """An agenda item of each meeting, with all that lies under it."""

    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText = Field(default_factory=dict)
    duration: Minutes | None = None
    access: ItemAccess = ItemAccess.PUBLIC
    working_group: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the committee that gives the briefing.",
        examples=["resource-mobilization"],
    )
    presenter: ShortLine | None = Field(None, examples=["Li Wei"])
    items: list["TemplateItem"] = Field(default_factory=list, max_length=500)


Agenda = Annotated[
    list[TemplateItem],
    Field(max_length=500, description="Each meeting begins with a working agenda of its own."),
]


class SeriesTemplate(MeetingTemplate):
    """What each meeting of the series begins as; each can be changed by itself then.

    In the title `{number}` stands for the meeting's number, `{ordinal}` for the same as it is said
    (6th, 6e, 6.ª), `{year}` for the year in which it is held.
    """

    agenda: Agenda = Field(default_factory=list)

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        if unknown := unknown_placeholders(self.title):
            names = ", ".join(f"{{{name}}}" for _, name in unknown)
            raise ValueError(f"the title names what nothing stands for: {names[:200]}")
        return self


class TemplatePatch(Schema):
    """Any member of the template; the agenda as a whole."""

    title: dict[Language, Line | None] | None = Field(None, max_length=20)
    description: dict[Language, Paragraphs | None] | None = Field(None, max_length=20)
    format: MeetingFormat | None = None
    languages: list[Language] | None = Field(None, max_length=20)
    seat_quota: Seats | None = None
    capacity: Seats | None = None
    registration_deadline: "DeadlinePatch | None" = None
    venue: Line | None = None
    contacts: list["ContactPatch"] | None = Field(None, max_length=20)
    public: Flag | None = None
    links_bound: Flag | None = None
    agenda: Agenda | None = None


class DeadlinePatch(Schema):
    """Of a rule that there is, any member; to count in other days, null for the old ones."""

    days_before: Annotated[int, Field(ge=1, le=365), Whole] | None = None
    working_days_before: Annotated[int, Field(ge=1, le=100), Whole] | None = None
    time: ClockTime | None = None


class ContactPatch(Schema):
    """Somebody to be asked; of the list all are given."""

    name: ShortLine
    role: ShortLine | None = None
    email: Email | None = None


def walked(items: list[TemplateItem], pointer: str = "") -> Iterator[tuple[str, TemplateItem]]:
    """Each item with its place in the body, parents before what lies under them."""
    for place, item in enumerate(items):
        here = f"{pointer}/{place}"
        yield here, item
        yield from walked(item.items, f"{here}/items")
