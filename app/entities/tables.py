"""Entities, their directory of people, and their focal points."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.tables import Instant, Json, Row, one_of, values
from app.entities.lifecycle import FocalPointKind


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
    """Somebody in an entity's directory: registered once, named again and again."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("entity_id", "email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_people_name", "entity_id", "name", "id"),
    )

    entity_id: UUID = Field(foreign_key="entities.id")
    name: str = Field(sa_type=Text)
    honorific: str | None = Field(default=None, sa_type=Text)
    job_title: str | None = Field(default=None, sa_type=Text)
    email: str = Field(sa_type=Text)
    language: str | None = Field(default=None, sa_type=Text)
    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)


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
