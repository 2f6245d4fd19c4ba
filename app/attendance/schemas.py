"""Presence as it crosses the wire."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.attendance.lifecycle import CheckInSource, EntityAttendance, RecordOutcome
from app.committees.lifecycle import Standing
from app.core.fields import Handle, InstantField, LocalizedLine, Schema, ShortLine
from app.invitations.lifecycle import InvitationStatus
from app.meetings.lifecycle import MeetingStatus
from app.registrations.lifecycle import RegistrationRole

COUNT = Field(ge=0, le=1_000_000, examples=[3])


class AttendingEntity(Schema):
    """The entity, as lists show it."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    name: LocalizedLine


class AttendingPerson(Schema):
    """The person, without the address."""

    id: UUID
    name: ShortLine


class AttendanceOut(Schema):
    """An interval in which somebody was present."""

    id: UUID
    registration_id: UUID
    entity: AttendingEntity
    person: AttendingPerson
    role: RegistrationRole
    joined_at: InstantField
    left_at: InstantField | None = Field(
        description="Null while they are there; at the latest the adjournment."
    )
    source: CheckInSource


class AttendanceSort(StrEnum):
    JOINED_AT = "joined_at"
    JOINED_AT_DOWN = "-joined_at"


class PresenceRequest(Schema):
    """Whose presence to record."""

    registration_ids: list[UUID] = Field(min_length=1, max_length=500)


class PresenceRow(Schema):
    """What became of one registration, in the order in which they came."""

    registration_id: UUID
    outcome: RecordOutcome
    attendance_id: UUID | None = Field(None, description="The interval that began or ended.")
    problem: str | None = Field(
        None,
        max_length=100,
        description="Name of the problem type.",
        examples=["registration-not-confirmed"],
    )


class PresenceResult(Schema):
    """A result for each registration; those refused keep nobody else out."""

    dry_run: bool
    recorded: int = Field(ge=0, le=500)
    unchanged: int = Field(ge=0, le=500)
    refused: int = Field(ge=0, le=500)
    rows: list[PresenceRow] = Field(max_length=500)


class EntityPresenceOut(Schema):
    """One entity's presence, as far as the record stands now."""

    entity: AttendingEntity
    standing: Standing | None = Field(description="In the committee on the day; null for others.")
    invitation: InvitationStatus | None = Field(description="Null where it was not asked.")
    attendance: EntityAttendance
    registered: int = COUNT
    present: int = COUNT
    representatives: int = Field(
        ge=0, le=1_000_000, description="Those present in a role other than support."
    )
    in_room: int = Field(ge=0, le=1_000_000, description="Those who are there at this moment.")


class QuorumOut(Schema):
    """A majority of the committee's member entities; observers do not count."""

    members: int = Field(ge=0, le=100_000, examples=[43])
    needed: int = Field(ge=1, le=100_000, examples=[22])
    present: int = Field(ge=0, le=100_000, examples=[23], description="Who came at any time.")
    reached: bool
    present_now: int = Field(ge=0, le=100_000, description="With somebody there at this moment.")
    reached_now: bool


class CheckInRequest(Schema):
    """The token of a personal link, from the mail to who is registered."""

    token: str = Field(min_length=1, max_length=200, examples=["AZq3vT0fcRq..."])


class JoinedMeeting(Schema):
    """The meeting that the link leads to."""

    handle: Handle
    title: LocalizedLine
    status: MeetingStatus
    starts_at: InstantField
    ends_at: InstantField


class EntranceOut(Schema):
    """Where to go; only who is registered is told."""

    meeting: JoinedMeeting
    name: ShortLine = Field(description="Whom the link is for.", examples=["Amina Rossi"])
    label: str | None = Field(max_length=10_000, examples=["Main room"])
    join_address: str | None = Field(
        max_length=10_000, examples=["https://conference.example.org/j/6"]
    )
    passcode: str | None = Field(max_length=10_000)
    dial_in: str | None = Field(max_length=10_000)
    checked_in_at: InstantField | None = Field(
        description="Since when you count as present; null before the opening."
    )
