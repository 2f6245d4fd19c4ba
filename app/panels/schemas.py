"""Panels and panellists as they cross the wire."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.agenda.times import TimetableProblemOut
from app.core.fields import (
    Email,
    InstantField,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Schema,
    ShortLine,
    ZoneName,
)
from app.panels.lifecycle import PanellistStatus, PanelRole
from app.panels.showing import PeopleConflicts

Place = Annotated[
    int, Field(ge=0, le=49, description="Place among the panel's people, from 0.", examples=[0])
]


class PanelWrite(Schema):
    """What a panel is about."""

    title: LocalizedLine
    concept_note: LocalizedText = Field(default_factory=dict)


class PanelCreate(PanelWrite):
    item_id: UUID = Field(description="An agenda item of the kind `panel`.")


class PanelPatch(Schema):
    title: dict[str, str | None] | None = Field(None, max_length=20)
    concept_note: dict[str, str | None] | None = Field(None, max_length=20)


class PanelOut(PanelWrite):
    id: UUID
    meeting_id: UUID
    item_id: UUID
    created_at: InstantField


class PanelSort(StrEnum):
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"


class PanellistWrite(Schema):
    """Somebody who speaks on the panel or leads it."""

    role: PanelRole = PanelRole.PANELLIST
    position: Place | None = Field(None, description="By default behind the last.")
    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["H.E. Ms."])
    job_title: ShortLine | None = Field(None, examples=["Permanent Representative"])
    affiliation: ShortLine | None = Field(None, examples=["Permanent Mission of Ruritania"])
    email: Email | None = None
    city: ShortLine | None = Field(None, examples=["Brussels"])
    timezone: ZoneName = "UTC"
    minutes: Minutes | None = Field(None, description="Minutes to speak.")


class PanellistPatch(Schema):
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


class PanellistOut(Schema):
    """Somebody on a panel; the address is shown to organizers, to others it is null."""

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
    timezone: ZoneName
    minutes: Minutes | None
    created_at: InstantField


class PanellistSort(StrEnum):
    POSITION = "position"
    POSITION_DOWN = "-position"


class PanellistAnswer(PanellistOut):
    """What became of a panellist, and what that brings into conflict: nothing is refused for it."""

    conflicts: PeopleConflicts


class ConflictsOut(PeopleConflicts):
    """Everything that does not fit together; none of it forbids saving or issuing."""

    problems: list[TimetableProblemOut] = Field(max_length=2000)
