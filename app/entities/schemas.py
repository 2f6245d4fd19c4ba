"""Entities, people and focal points as they cross the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from app.core.choices import Choice
from app.core.fields import (
    Day,
    Email,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    Schema,
    ShortLine,
    ZoneName,
    normalised_email,
)
from app.core.imports import MemberName, RowReport, TableReport
from app.entities.duplicates import MAX_SHOWN, PossibleDuplicate
from app.entities.lifecycle import MOST_ADDRESSES, FocalPointKind, Gender, Level
from app.entities.likeness import LikenessReason


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


def _each_once(addresses: list[str]) -> list[str]:
    return list(dict.fromkeys(normalised_email(each) for each in addresses))


Addresses = Annotated[
    list[Email],
    AfterValidator(_each_once),
    Field(
        max_length=MOST_ADDRESSES,
        description="Others by which the person is recognized; no mail goes there.",
        examples=[["amina.rossi@example.org"]],
    ),
]
Languages = Annotated[
    list[Language],
    Field(max_length=20, description="That the person speaks.", examples=[["fr", "ar"]]),
]
ForStatistics = "Only with `statistics_consent`, and only for figures."


class PersonWrite(Schema):
    """Somebody in an entity's directory; no two of its people share an address."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["Ms."])
    job_title: ShortLine | None = Field(None, examples=["Programme Officer"])
    email: Email = Field(description="Where mails go.")
    addresses: Addresses = Field(default_factory=list)
    language: Language | None = Field(None, description="In which mails are written.")
    languages: Languages = Field(default_factory=list)
    rank: ShortLine | None = Field(None, examples=["Assistant Secretary-General"])
    at_headquarters: bool | None = Field(None, description="Or elsewhere; null if not known.")
    duty_station: ShortLine | None = Field(None, examples=["Nairobi"])
    statistics_consent: bool = Field(
        False, description="The person agrees that level and gender are kept for figures."
    )
    level: Level | None = Field(None, description=ForStatistics)
    gender: Gender | None = Field(None, description=ForStatistics)

    @model_validator(mode="after")
    def _only_with_consent(self) -> Self:
        if not self.statistics_consent and (self.level or self.gender):
            raise ValueError("level and gender are kept with statistics_consent only")
        return self

    @model_validator(mode="after")
    def _others_only(self) -> Self:
        main = normalised_email(self.email)
        if main in self.addresses:
            self.addresses = [each for each in self.addresses if each != main]
        return self


class PersonPatch(Schema):
    name: ShortLine | None = None
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    email: Email | None = None
    addresses: Addresses | None = None
    language: Language | None = None
    languages: Languages | None = None
    rank: ShortLine | None = None
    at_headquarters: bool | None = None
    duty_station: ShortLine | None = None
    statistics_consent: bool | None = Field(
        None, description="What was kept for figures goes where this is taken back."
    )
    level: Level | None = None
    gender: Gender | None = None


class PersonOut(PersonWrite):
    id: UUID
    entity_id: UUID
    created_at: InstantField
    statistics_consent_at: InstantField | None
    left_on: Day | None = Field(description="The first day on which the person was not there.")
    merged_into_id: UUID | None = Field(
        validation_alias=AliasChoices("merged_into", "merged_into_id"),
        description="Who this is now; what names the one is taken for the other.",
    )


class PersonSort(StrEnum):
    NAME = "name"
    NAME_DOWN = "-name"


class PersonAlike(Schema):
    """Somebody of the directory, as pairs show them."""

    id: UUID
    name: str = Field(max_length=200)
    email: str = Field(max_length=254)


class PersonOutcome(Choice):
    """What became of somebody of a table, or would."""

    NEW = "new"
    ALREADY_THERE = "already_there"
    """The directory, or a row above, has the address; nothing of it is changed."""
    REFUSED = "refused"


class PersonImported(RowReport):
    """What became of a row of a table of people."""

    outcome: PersonOutcome
    person_id: UUID | None = Field(None, description="Null for a new one in a dry run.")
    same_as_row: int | None = Field(
        None, ge=1, le=1_000_000, description="An earlier row with the same address."
    )
    differs: list[MemberName] = Field(
        default_factory=list,
        max_length=20,
        description="Members that are known otherwise; they stay as they are.",
        examples=[["job_title"]],
    )
    possible_duplicates: list[PossibleDuplicate] = Field(
        default_factory=list,
        max_length=MAX_SHOWN,
        description="Whom a new one looks like; only in a dry run.",
    )


class PeopleImported(TableReport):
    """What an import of people did, or would do."""

    new: int = Field(ge=0, le=10_000)
    already_there: int = Field(ge=0, le=10_000)
    refused: int = Field(ge=0, le=10_000)
    alike: int = Field(ge=0, le=10_000, description="New ones who look like somebody else.")
    rows: list[PersonImported] = Field(max_length=10_000)


class DuplicatePair(Schema):
    """Two people of a directory who may be one; the first was there earlier."""

    first: PersonAlike
    second: PersonAlike
    score: int = Field(ge=0, le=100, description="How alike the two are.")
    reasons: list[LikenessReason] = Field(max_length=10)


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
