"""Meetings and their conference rooms."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    Sequence,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Json, Row, TextList, WallTime, nothing, one_of, values
from app.meetings.lifecycle import MeetingFormat, MeetingStatus, ParticipantsList

PUBLIC_CHANGES = Sequence("public_changes", metadata=SQLModel.metadata)
"""Counts the changes of what everybody may see; see `app/meetings/triggers.py`."""
DECENT_HOURS = {"earliest": "07:00", "latest": "22:00"}


class Meeting(Row, table=True):
    """One sitting of a committee.

    `local_start` and `local_end` in `timezone` are the truth; the instants are derived from them.
    `seats_taken` counts the registrations that have a seat, or are offered one, and changes only
    under this row's lock; `calendar_sequence` rises with every change that calendars must show,
    cancellation too.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        one_of("status", MeetingStatus),
        one_of("format", MeetingFormat),
        one_of("participants_list", ParticipantsList),
        UniqueConstraint("committee_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("seat_quota >= 0", name="seat_quota"),
        CheckConstraint("seats_taken >= 0", name="seats_taken"),
        CheckConstraint("offer_window > 0", name="offer_window"),
        CheckConstraint("form_version > 0", name="form_version"),
        CheckConstraint("needs_retention_days BETWEEN 0 AND 3650", name="needs_retention_days"),
        CheckConstraint("capacity IS NULL OR seats_taken <= capacity", name="capacity"),
        CheckConstraint("registration_closes_at > registration_opens_at", name="registration"),
        CheckConstraint("substitution_freeze > 0", name="substitution_freeze"),
        CheckConstraint("briefers_due BETWEEN 0 AND 365", name="briefers_due"),
        CheckConstraint("longest_stretch BETWEEN 15 AND 1440", name="longest_stretch"),
        CheckConstraint("(series_id IS NULL) = (series_date IS NULL)", name="series"),
        UniqueConstraint("series_id", "series_date"),
        CheckConstraint("retention_days BETWEEN 1 AND 36500", name="retention_days"),
        Index("ix_meetings_starts_at", "starts_at", "id"),
    )

    committee_id: UUID = Field(foreign_key="committees.id")
    handle: str = Field(sa_type=Text, unique=True)
    number: int
    title: dict[str, Any] = Field(sa_type=Json)
    description: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    status: MeetingStatus = Field(default=MeetingStatus.DRAFT, sa_type=values(MeetingStatus))
    format: MeetingFormat = Field(sa_type=values(MeetingFormat))
    timezone: str = Field(sa_type=Text)
    local_start: datetime = Field(sa_type=WallTime)
    local_end: datetime = Field(sa_type=WallTime)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    languages: list[str] = Field(sa_type=TextList)
    seat_quota: int
    decent_hours: dict[str, Any] = Field(
        default_factory=lambda: dict(DECENT_HOURS),
        sa_type=Json,
        sa_column_kwargs={"server_default": text('\'{"earliest": "07:00", "latest": "22:00"}\'')},
    )
    """From when until when, on their own clocks, people are asked to speak."""
    briefers_due: int | None = None
    """Days before the start until which groups name their briefers; None: until the start."""
    capacity: int | None = None
    seats_taken: int = 0
    offer_window: int | None = None
    """Minutes for which a seat that falls free is offered; None: it is given at once."""
    last_letter: int = 0
    """Number of the formal letter that was sent last."""
    registration_opens_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_closes_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_deadline: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The rule that `registration_closes_at` follows from, where it is one."""
    venue: str | None = Field(default=None, sa_type=Text)
    form_version: int | None = None
    """The version of its form that counts; None where it has never asked anything."""
    needs_retention_days: int = Field(default=30, sa_column_kwargs={"server_default": "30"})
    """Days after its end for which the needs of those registered are kept."""
    contacts: list[dict[str, Any]] = Field(default_factory=nothing, sa_type=Json)
    public: bool = False
    """Whether `/v1/public` shows it."""
    links_bound: bool | None = None
    """Whether links to answer need a code from their mailbox; None: as the committee has it."""
    approval: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """Which registrations wait for an organizer's decision; see `rules.Approval`."""
    registration_rules: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """Who may be named and what may still change when; see `rules.Rules`."""
    substitution_freeze: int | None = None
    """Minutes before the start in which only an organizer substitutes people, with a reason."""
    longest_stretch: int | None = None
    """Minutes that interpreters work without a pause, in sittings that have no such limit."""
    needs_credentials: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether each delegation hands in a letter that an organizer checks off."""
    participants_list: ParticipantsList = Field(
        default=ParticipantsList.CONSENTED,
        sa_type=values(ParticipantsList),
        sa_column_kwargs={"server_default": ParticipantsList.CONSENTED.value},
    )
    participants_published_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when the list of participants may be read by others, unless `chatham_house` forbids."""
    chatham_house: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Nobody learns who took part: there is no list of participants."""
    protocol_order: list[str] | None = Field(default=None, sa_type=TextList)
    """None: as the committee has it."""
    agenda_numbering: Any = Field(default=None, sa_type=Json, nullable=True)
    """None: as the committee has it."""
    series_id: UUID | None = Field(default=None, foreign_key="series.id")
    series_date: date | None = None
    """The date of the series that it was made for, wherever it is held; one meeting a date."""
    retention_days: int | None = None
    """How long after its end personal data is kept; None: as the committee has it."""
    anonymized_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the last personal data of it that had an end was erased."""
    calendar_sequence: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    adjourned_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def place(self) -> str | None:
        """Where one can go; the conference room's address is a secret and no place."""
        return None if self.format is MeetingFormat.VIRTUAL else self.venue or None


class ConferenceRoom(SQLModel, table=True):
    """Where a virtual meeting is held: secrets, told only to those registered."""

    __tablename__ = "conference_rooms"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id", ondelete="CASCADE")
    label: str = Field(sa_type=Text)
    join_address: str = Field(sa_type=Text)
    passcode: str | None = Field(default=None, sa_type=Text)
    dial_in: str | None = Field(default=None, sa_type=Text)


class PublicPage(SQLModel, table=True):
    """What everybody may see of a meeting, as finished bytes.

    Triggers delete what a change makes untrue; the transaction of the change writes it anew, and
    where it did not, whoever reads first does.
    """

    __tablename__ = "public_pages"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id", ondelete="CASCADE")
    kind: str = Field(primary_key=True, sa_type=Text)
    language: str = Field(primary_key=True, sa_type=Text)
    """Which one it is for; empty where one page has all of them."""
    place: int
    """0 for the page of a reader who knows none of the languages."""
    content: bytes = Field(sa_type=LargeBinary)
    etag: str = Field(sa_type=Text)
    content_language: str | None = Field(default=None, sa_type=Text)
    made_by: str = Field(sa_type=Text)
    """Under which settings, and by which program: pages of another one are made anew."""
