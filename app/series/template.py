"""What each meeting of a series begins as, as it crosses the wire."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.agenda.lifecycle import ChildrenRun, ItemAccess, ItemKind, ItemOpenness, ItemPurpose
from app.core.fields import (
    Flag,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Schema,
    ShortLine,
    WrongMember,
)
from app.meetings.templates import MeetingTemplate, TemplatePatch
from app.series.policy import unknown_placeholders


class TemplateItem(Schema):
    """An agenda item of each meeting, with all that lies under it."""

    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText = Field(default_factory=dict)
    minutes: Minutes | None = None
    access: ItemAccess = ItemAccess.PUBLIC
    working_group: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the committee that gives the briefing.",
        examples=["resource-mobilization"],
    )
    lead_entity: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the entity that leads on it.",
        examples=["unodc"],
    )
    presenter: ShortLine | None = Field(None, examples=["Li Wei"])
    purpose: ItemPurpose | None = None
    openness: ItemOpenness = ItemOpenness.CLOSED
    annotation: LocalizedText = Field(default_factory=dict)
    children_run: ChildrenRun = ChildrenRun.IN_SEQUENCE
    flexible: Flag = False
    room: ShortLine | None = Field(None, examples=["Conference Room 4"])
    items: list["TemplateItem"] = Field(default_factory=list, max_length=1000)

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.flexible and self.minutes is not None:
            raise WrongMember("minutes", "a flexible item takes what is left: leave minutes out")
        return self


Agenda = Annotated[
    list[TemplateItem],
    Field(max_length=1000, description="Each meeting begins with a working agenda of its own."),
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


class SeriesTemplatePatch(TemplatePatch):
    """Any member of the template; the agenda as a whole."""

    agenda: Agenda | None = None


def walked(items: list[TemplateItem], pointer: str = "") -> Iterator[tuple[str, TemplateItem]]:
    """Each item with its place in the body, parents before what lies under them."""
    for place, item in enumerate(items):
        here = f"{pointer}/{place}"
        yield here, item
        yield from walked(item.items, f"{here}/items")
