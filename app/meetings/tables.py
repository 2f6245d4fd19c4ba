"""Meetings and their conference rooms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Json, Row, TextList, WallTime, one_of, values
from app.meetings.lifecycle import MeetingFormat, MeetingStatus, ParticipantsList


class Meeting(Row, table=True):
    """One sitting of a committee.

    `local_start` and `local_end` in `timezone` are the truth; the instants are derived from them.
    `seats_taken` counts the confirmed seat-taking registrations and changes only under this row's
    lock; `calendar_sequence` rises with every change that calendars must show, cancellation too.
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
        CheckConstraint("capacity IS NULL OR seats_taken <= capacity", name="capacity"),
        CheckConstraint("registration_closes_at > registration_opens_at", name="registration"),
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
    capacity: int | None = None
    seats_taken: int = 0
    last_letter: int = 0
    """Number of the formal letter that was sent last."""
    registration_opens_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_closes_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_deadline: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The rule that `registration_closes_at` follows from, where it is one."""
    venue: str | None = Field(default=None, sa_type=Text)
    contacts: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    public: bool = False
    """Whether `/v1/public` shows it."""
    links_bound: bool | None = None
    """Whether links to answer need a code from their mailbox; None: as the committee has it."""
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
    calendar_sequence: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    adjourned_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class ConferenceRoom(SQLModel, table=True):
    """Where a virtual meeting is held: secrets, told only to those registered."""

    __tablename__ = "conference_rooms"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id", ondelete="CASCADE")
    label: str = Field(sa_type=Text)
    join_address: str = Field(sa_type=Text)
    passcode: str | None = Field(default=None, sa_type=Text)
    dial_in: str | None = Field(default=None, sa_type=Text)
