"""Entities, their directory of people, and their focal points."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Json, Row, TextList, nothing, one_of, values
from app.entities.lifecycle import MOST_ADDRESSES, FocalPointKind, Gender, Level


class Entity(Row, table=True):
    """An organization."""

    __tablename__ = "entities"

    handle: str = Field(sa_type=Text, unique=True)
    abbreviation: str = Field(sa_type=Text, unique=True)
    name: dict[str, Any] = Field(sa_type=Json)
    category: str = Field(default="other", sa_type=Text)
    city: str | None = Field(default=None, sa_type=Text)
    timezone: str = Field(default="UTC", sa_type=Text)
    language: str = Field(default="en", sa_type=Text)
    """In which its people are written to unless they have their own."""


class Person(Row, table=True):
    """Somebody in an entity's directory: registered once, named again and again.

    Mails go to `email`; `addresses` are others by which the person is recognized. No two people of
    one directory share any: a trigger keeps them in `person_addresses`, and what lists are searched
    by in `search_text`. Who was merged into somebody else is in the directory no longer, nor is
    their address taken; who has left or moved still is, for the record.
    """

    __tablename__ = "people"
    __table_args__ = (
        one_of("level", Level),
        one_of("gender", Gender),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(f"cardinality(addresses) <= {MOST_ADDRESSES}", name="addresses"),
        CheckConstraint(
            "(level IS NULL AND gender IS NULL) OR statistics_consent_at IS NOT NULL",
            name="consent",
        ),
        CheckConstraint("merged_into <> id", name="merged_into"),
        Index(
            "uq_people_entity_id_email",
            "entity_id",
            "email",
            unique=True,
            postgresql_where=text("merged_into IS NULL"),
        ),
        Index("ix_people_name", "entity_id", "name", "id"),
        Index("ix_people_grams", text("grams(search_text)"), postgresql_using="gin"),
    )

    entity_id: UUID = Field(foreign_key="entities.id")
    name: str = Field(sa_type=Text)
    honorific: str | None = Field(default=None, sa_type=Text)
    job_title: str | None = Field(default=None, sa_type=Text)
    email: str = Field(sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    """In which the person is written to."""
    addresses: list[str] = Field(
        default_factory=nothing, sa_type=TextList, sa_column_kwargs={"server_default": text("'{}'")}
    )
    languages: list[str] = Field(
        default_factory=nothing, sa_type=TextList, sa_column_kwargs={"server_default": text("'{}'")}
    )
    """That the person speaks."""
    rank: str | None = Field(default=None, sa_type=Text)
    level: Level | None = Field(default=None, sa_type=values(Level))
    gender: Gender | None = Field(default=None, sa_type=values(Gender))
    statistics_consent_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when level and gender may be kept."""
    at_headquarters: bool | None = None
    duty_station: str | None = Field(default=None, sa_type=Text)
    left_on: date | None = None
    """The first day on which the person was no longer there."""
    merged_into: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    moved_to: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    """Of another entity's directory; shown to nobody."""
    anonymized_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when nothing here says who it was; a trigger lets nothing of it change any more."""
    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    search_text: str = Field(
        default="", sa_type=Text, sa_column_kwargs={"server_default": text("''")}
    )
    """Name and addresses without accents and letter case; written by a trigger."""

    @property
    def statistics_consent(self) -> bool:
        return self.statistics_consent_at is not None


class PersonAddress(SQLModel, table=True):
    """An address by which somebody of a directory is recognized; written by a trigger only."""

    __tablename__ = "person_addresses"

    entity_id: UUID = Field(primary_key=True)
    address: str = Field(sa_type=Text, primary_key=True)
    person_id: UUID = Field(
        index=True, sa_column_args=[ForeignKey("people.id", ondelete="CASCADE")]
    )


class PersonMerge(Row, table=True):
    """That one entry of a directory was merged into another: all that is needed to take it back.

    `moved` has the ids of the rows that followed, by table; `before` the members of the one kept
    that were changed, as they were.
    """

    __tablename__ = "person_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two"),
        Index(
            "uq_person_merges_live",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    kept_id: UUID = Field(foreign_key="people.id", index=True)
    merged_id: UUID = Field(foreign_key="people.id")
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """The same members as the merge left them: those corrected since are not taken back."""
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class FocalPoint(Row, table=True):
    """A person who acts for an entity, for one committee or for all, until `ended_at`."""

    __tablename__ = "focal_points"
    __table_args__ = (
        one_of("kind", FocalPointKind),
        Index(
            "uq_focal_points_live",
            "entity_id",
            "person_id",
            "committee_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    entity_id: UUID = Field(foreign_key="entities.id")
    person_id: UUID = Field(foreign_key="people.id", index=True)
    committee_id: UUID | None = Field(default=None, foreign_key="committees.id")
    kind: FocalPointKind = Field(sa_type=values(FocalPointKind))
    grant_id: UUID = Field(foreign_key="grants.id")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
