"""Committees and dated memberships."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Text,
    Uuid,
    column,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.committees.lifecycle import LetterDelivery, Office, Standing
from app.core.tables import Json, NumberList, Row, TextList, nothing, one_of, values


class Committee(Row, table=True):
    """A standing body that meets; a working group has its committee as parent."""

    __tablename__ = "committees"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        CheckConstraint("default_seat_quota >= 0", name="default_seat_quota"),
        CheckConstraint("default_offer_window > 0", name="default_offer_window"),
        CheckConstraint("default_substitution_freeze > 0", name="default_substitution_freeze"),
        CheckConstraint(
            "default_longest_stretch BETWEEN 15 AND 1440", name="default_longest_stretch"
        ),
        CheckConstraint("notice_window BETWEEN 0 AND 86400", name="notice_window"),
        one_of("letter_delivery", LetterDelivery),
        CheckConstraint("retention_days BETWEEN 1 AND 36500", name="retention_days"),
        CheckConstraint(
            "working_days <@ ARRAY[1,2,3,4,5,6,7] AND working_days <> '{}'", name="working_days"
        ),
        Index(
            "uq_committees_number",
            "parent_id",
            "number",
            unique=True,
            postgresql_where=text("number IS NOT NULL"),
        ),
    )

    handle: str = Field(sa_type=Text, unique=True)
    name: dict[str, Any] = Field(sa_type=Json)
    parent_id: UUID | None = Field(default=None, foreign_key="committees.id")
    number: int | None = None
    """Of a working group within its committee."""
    timezone: str = Field(default="UTC", sa_type=Text)
    languages: list[str] = Field(default_factory=lambda: ["en"], sa_type=TextList)
    default_seat_quota: int = 5
    default_offer_window: int | None = None
    default_approval: dict[str, Any] | None = Field(default=None, sa_type=Json)
    default_registration_rules: dict[str, Any] | None = Field(default=None, sa_type=Json)
    default_substitution_freeze: int | None = None
    default_longest_stretch: int | None = None
    default_needs_credentials: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )
    """These are copied by each meeting that is created, and may be changed there."""
    contact_email: str | None = Field(default=None, sa_type=Text)
    notice_window: int = 60
    """Seconds for which mails about changes of its meetings wait, so that several become one."""
    track_opening: bool = False
    """Whether its mails tell when they are opened."""
    links_bound: bool = False
    """Whether links to answer need a code from the mailbox that they went to."""
    letter_signatory: str | None = Field(default=None, sa_type=Text)
    """Who signs the formal letters; without one it is the secretariat alone."""
    letter_signatory_title: dict[str, Any] | None = Field(default=None, sa_type=Json)
    letter_delivery: LetterDelivery = Field(
        default=LetterDelivery.ATTACHED, sa_type=values(LetterDelivery)
    )
    retention_days: int | None = None
    """How long after a meeting's end personal data is kept; None: as the service has it."""
    duty_station: str | None = Field(default=None, sa_type=Text)
    """Its official holidays are no working days."""
    working_days: list[int] = Field(
        default_factory=lambda: [1, 2, 3, 4, 5], sa_type=NumberList, nullable=False
    )
    """Days of the week by ISO 8601: 1 for Monday."""
    protocol_order: list[str] = Field(
        default_factory=nothing,
        sa_type=TextList,
        nullable=False,
        sa_column_kwargs={"server_default": text("'{}'")},
    )
    """Handles of the entities that lists by protocol begin with."""
    agenda_numbering: Any = Field(
        default="un", sa_type=Json, nullable=False, sa_column_kwargs={"server_default": '"un"'}
    )
    """A name or levels; see `numbering.AgendaNumbering`."""


class Membership(Row, table=True):
    """An entity in a committee from the day `since` until the day before `until`."""

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("standing", Standing),
        one_of("office", Office),
        CheckConstraint("until > since", name="period"),
        ExcludeConstraint(
            (column("committee_id"), "="),
            (column("entity_id"), "="),
            (func.daterange(column("since"), column("until")), "&&"),
            name="ex_memberships_period",
            using="gist",
        ),
    )

    committee_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("committees.id"), nullable=False))
    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    standing: Standing = Field(sa_type=values(Standing))
    office: Office | None = Field(default=None, sa_type=values(Office))
    since: date
    until: date | None = None
