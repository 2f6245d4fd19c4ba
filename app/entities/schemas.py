"""Entities, people and focal points as they cross the wire."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.core.fields import (
    Email,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    Schema,
    ShortLine,
    ZoneName,
)
from app.entities.lifecycle import FocalPointKind


class EntityWrite(Schema):
    """What describes an organization."""

    abbreviation: ShortLine = Field(examples=["UNODC"])
    name: LocalizedLine
    category: ShortLine = Field("other", examples=["un_secretariat"])
    city: ShortLine | None = Field(None, examples=["Vienna"])
    timezone: ZoneName = "UTC"
    language: Language = "en"


class EntityCreate(EntityWrite):
    handle: Handle | None = Field(
        None, description="By default made of the abbreviation.", examples=["unodc"]
    )


class EntityPatch(Schema):
    abbreviation: ShortLine | None = None
    name: dict[str, str | None] | None = None
    category: ShortLine | None = None
    city: ShortLine | None = None
    timezone: ZoneName | None = None
    language: Language | None = None


class EntityOut(EntityWrite):
    id: UUID
    handle: Handle
    created_at: InstantField


class EntitySort(StrEnum):
    HANDLE = "handle"
    HANDLE_DOWN = "-handle"
    ABBREVIATION = "abbreviation"
    ABBREVIATION_DOWN = "-abbreviation"


class PersonWrite(Schema):
    """Somebody in an entity's directory."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["Ms."])
    job_title: ShortLine | None = Field(None, examples=["Programme Officer"])
    email: Email
    language: Language | None = None


class PersonPatch(Schema):
    name: ShortLine | None = None
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    email: Email | None = None
    language: Language | None = None


class PersonOut(PersonWrite):
    id: UUID
    entity_id: UUID
    created_at: InstantField


class PersonSort(StrEnum):
    NAME = "name"
    NAME_DOWN = "-name"


class FocalPointCreate(Schema):
    """Name somebody of the directory by `person_id`, or give a new `person`."""

    person_id: UUID | None = None
    person: PersonWrite | None = None
    kind: FocalPointKind = FocalPointKind.PRINCIPAL
    committee: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Handle or id; for all committees if left out.",
        examples=["coordination-committee"],
    )


class FocalPointOut(Schema):
    id: UUID
    entity_id: UUID
    committee_id: UUID | None
    kind: FocalPointKind
    person: PersonOut
    created_at: InstantField
    ended_at: datetime | None
