"""Merging, moving and leaving as they cross the wire."""

from uuid import UUID

from pydantic import Field

from app.core.fields import Day, Email, Handle, InstantField, LocalizedLine, Schema
from app.meetings.lifecycle import MeetingStatus
from app.people.merging import MergedMember
from app.registrations.lifecycle import RegistrationRole, RegistrationStatus


class MergeRequest(Schema):
    """The other entry, and what of it is right."""

    other: UUID = Field(description="Who is the same person, in the same directory.")
    take: list[MergedMember] = Field(
        default_factory=list,
        max_length=20,
        description="Members to take from the other; all others stay as they are.",
        examples=[["job_title", "email"]],
    )


class UnmergeRequest(Schema):
    other: UUID = Field(description="Who was merged into this person.")


class MergeOut(Schema):
    """What followed from the one entry to the other, or went back."""

    dry_run: bool
    kept_id: UUID
    merged_id: UUID
    registrations: list[UUID] = Field(max_length=100_000)
    focal_points: list[UUID] = Field(max_length=100_000, description="Offices, ended ones too.")
    feeds: list[UUID] = Field(max_length=100_000)
    people: list[UUID] = Field(max_length=100_000, description="Merged into the other before.")
    links: int = Field(ge=0, le=1_000_000, description="How many, dead ones too.")
    messages: int = Field(ge=0, le=1_000_000, description="How many mails.")


class PersonLeaveRequest(Schema):
    on: Day | None = Field(
        None, description="The first day without the person; today, where the entity is, if null."
    )
    withdraw: bool = Field(False, description="From all meetings to come, too.")


class PersonMoveRequest(Schema):
    entity: str = Field(
        min_length=1, max_length=80, description="Where to: id or handle.", examples=["undp"]
    )
    email: Email | None = Field(None, description="At the new entity, if it is another.")
    withdraw: bool = Field(False, description="From all meetings to come for the old entity.")


class ToSubstitute(Schema):
    """A place that somebody has who is not there any more."""

    registration_id: UUID
    meeting_id: UUID
    meeting: Handle
    title: LocalizedLine
    starts_at: InstantField
    role: RegistrationRole
    status: RegistrationStatus


class PersonLeaveOut(Schema):
    left_on: Day
    withdrawn: list[UUID] = Field(max_length=10_000, description="Registrations.")
    to_substitute: list[ToSubstitute] = Field(
        max_length=10_000,
        description="Still registered: name somebody else in their place, or withdraw them.",
    )


class PersonMoveOut(Schema):
    """Who the person is in the other directory."""

    entity_id: UUID
    person_id: UUID
    was_known: bool = Field(description="That directory had somebody with the address already.")
    withdrawn: list[UUID] = Field(max_length=10_000, description="Registrations.")


class PersonReturnOut(Schema):
    person_id: UUID
    left_on: Day | None


class HistoryRow(Schema):
    """What somebody was at one meeting."""

    registration_id: UUID
    entity_id: UUID = Field(description="For which entity.")
    meeting_id: UUID
    meeting: Handle
    title: LocalizedLine
    meeting_status: MeetingStatus
    starts_at: InstantField
    role: RegistrationRole
    status: RegistrationStatus
    named_at: InstantField
    confirmed_at: InstantField | None
    attended: bool
    joined_at: InstantField | None = Field(description="First.")
    left_at: InstantField | None = Field(description="Last; null while the person is there.")
