"""Invitations as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.choices import Choice
from app.core.fields import (
    Email,
    Flag,
    Handle,
    InstantField,
    LocalizedLine,
    MoveToWaiting,
    Paragraphs,
    Schema,
    Seats,
    ShortLine,
)
from app.invitations.lifecycle import Answer, CredentialsState, InvitationStatus, InvitationVerb

EntityReference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(description="Id, handle or abbreviation.", examples=["unodc"]),
]


Mails = Annotated[int, Field(ge=0, le=1_000_000, examples=[1])]


class InvitationsCreate(Schema):
    """Invite every entity of the committee, or the ones named; also from outside it."""

    all_members: Flag = Field(
        False, description="Every entity that belongs to the committee on the meeting's day."
    )
    entities: list[EntityReference] = Field(default_factory=list, max_length=1000)
    seat_quota: Seats | None = Field(
        None, description="By default the meeting's; of entities that take from a pool none."
    )
    pool_id: UUID | None = Field(
        None,
        description="The pool that they take their seats from; observers of the committee by "
        "default from the one for observers, if there is one.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.all_members is bool(self.entities):
            raise ValueError("give either all_members or entities")
        return self


class InvitationOutcome(StrEnum):
    INVITED = "invited"
    ALREADY_INVITED = "already_invited"
    UNKNOWN_ENTITY = "unknown_entity"


class InvitationResult(Schema):
    """What became of one entity."""

    entity: str = Field(max_length=200, examples=["unodc"])
    outcome: InvitationOutcome
    invitation_id: UUID | None = None


class InvitationsResult(Schema):
    """A result for each entity."""

    dry_run: bool
    invited: int = Field(ge=0, le=100_000)
    results: list[InvitationResult] = Field(max_length=10_000)


class SendRequest(Schema):
    """Which drafts to send: the ones named, or all."""

    all_drafts: Flag = Field(False, description="Every draft of the meeting.")
    invitations: list[UUID] = Field(
        default_factory=list, max_length=1000, description="Their ids, instead of all."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.all_drafts is bool(self.invitations):
            raise ValueError("give either all_drafts or invitations")
        return self


class SendOutcome(Choice):
    SENT = "sent"
    """The mails follow."""
    SENT_BEFORE = "sent_before"
    """It is a draft no longer; nothing was done."""
    UNKNOWN = "unknown"
    """This meeting has no such invitation."""


class SendResult(Schema):
    invitation_id: UUID
    outcome: SendOutcome


class SendResults(Schema):
    """A result for each invitation; the mails follow by the worker."""

    dry_run: bool
    sent: int = Field(ge=0, le=100_000, description="How many have the outcome `sent`.")
    results: list[SendResult] = Field(max_length=10_000)


class AnswerRequest(Schema):
    """What the entity says."""

    answer: Answer
    note: Paragraphs | None = Field(None, description="A word to the organizer.")


class InvitationPatch(Schema):
    seat_quota: Seats | None = Field(
        None, description="Null: only the pool bounds it; without one it has a quota."
    )
    pool_id: UUID | None = Field(
        None, description="The pool that it takes its seats from; null for none."
    )
    move_to_waiting: MoveToWaiting | None = Field(None, exclude=True)


class SharedSeats(Schema):
    """The pool that an invitation takes its seats from."""

    id: UUID
    name: ShortLine
    seats: Seats
    seats_taken: Seats = Field(description="By all that share it.")


class InvitedEntity(Schema):
    """The entity, as lists show it."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    name: LocalizedLine


class Answers(Schema):
    """How many of the registered with a seat have answered what in their calendars."""

    needs_action: int = Field(ge=0, le=1_000_000)
    accepted: int = Field(ge=0, le=1_000_000)
    declined: int = Field(ge=0, le=1_000_000)
    tentative: int = Field(ge=0, le=1_000_000)


class LastMessage(Schema):
    """The newest mail about the invitation."""

    kind: str = Field(max_length=100, description="A `MessageKind`.", examples=["invitation"])
    state: str = Field(max_length=100, description="A `MessageState`.", examples=["sent"])
    sent_at: InstantField | None = Field(description="When a mail server took it.")
    opened_at: InstantField | None = Field(
        description="When it was first opened; only where the committee tracks that."
    )


class MailCounts(Schema):
    """How many mails about the invitation are in which state."""

    planned: Mails
    sent: Mails
    delayed: Mails = Field(description="Tried again by itself.")
    bounced: Mails = Field(description="The address refused it.")
    failed: Mails = Field(description="Given up, or refused as it was.")


class LinkHolder(Schema):
    """To whom a link went."""

    id: UUID
    name: ShortLine
    email: Email


class AnswerLinkOut(Schema):
    """A link by which an invitation is answered; never what opens it."""

    id: UUID
    person: LinkHolder
    created_at: InstantField
    used_at: InstantField | None = Field(description="It works once.")
    expires_at: InstantField
    revoked_at: InstantField | None = Field(
        description="By an organizer, by a withdrawal, or because the person acts no longer."
    )


class LinkRenewalOut(Schema):
    detail: str = Field(
        max_length=400,
        examples=["If a.rossi@example.org still acts for the entity, a fresh link is on its way."],
    )


class FileOut(Schema):
    """A file that the entity has handed in; its bytes are at its own address."""

    id: UUID
    name: str = Field(max_length=210, examples=["note-verbale.pdf"])
    media_type: str = Field(max_length=100, examples=["application/pdf"])
    size: int = Field(ge=1, le=5_000_000, description="Bytes.", examples=[48_213])
    sha256: str = Field(
        min_length=64, max_length=64, pattern="^[0-9a-f]{64}$", description="Of the bytes."
    )
    created_at: InstantField


class LackOut(Schema):
    """A minimum that a delegation does not reach: a warning, which refuses nobody."""

    rule: str = Field(max_length=100, examples=["at_least.0"])
    detail: str = Field(
        max_length=20_000, examples=["Incomplete: no representative of headquarters."]
    )
    needed: int = Field(ge=1, le=100)
    found: int = Field(ge=0, le=100_000)


class InvitationOut(Schema):
    """An invitation with what the organizer's board shows."""

    id: UUID
    meeting_id: UUID
    entity: InvitedEntity
    reference: str | None = Field(
        max_length=120,
        description="Of the formal letter; null before it is sent.",
        examples=["COORDINATION-COMMITTEE/6/L.12"],
    )
    status: InvitationStatus
    seat_quota: Seats | None = Field(description="Null where only a pool bounds it.")
    seats_taken: Seats = Field(
        description="Seats that are taken or offered now; `support` and `interpreter` take none."
    )
    pool: SharedSeats | None = Field(description="Null where the entity has its seats for itself.")
    waiting: int = Field(ge=0, le=1_000_000, description="Registrations on the waiting list.")
    created_at: InstantField
    sent_at: InstantField | None
    reminded_at: InstantField | None = Field(description="When it was last reminded of.")
    answered_at: InstantField | None
    answer_note: str | None = Field(
        max_length=10_000, description="What the entity added to its last answer."
    )
    withdrawn_at: InstantField | None
    last_message: LastMessage | None = Field(
        description="For organizers and observers; null for everybody else."
    )
    mails: MailCounts | None = Field(
        description="For organizers and observers; null for everybody else. The mails themselves "
        "are at `GET /v1/messages?invitation_id=`."
    )
    participation: Answers
    pending: int = Field(
        ge=0, le=1_000_000, description="Registrations that wait for an organizer's decision."
    )
    incomplete: list[LackOut] = Field(
        max_length=20, description="What the meeting's rules ask of a delegation and it lacks."
    )
    credentials: CredentialsState | None = Field(
        description="Null where the meeting needs none; see `getCredentials`."
    )
    late_places: int = Field(
        ge=0,
        le=1_000_000,
        description="How many the entity may still register after the deadline, by exceptions.",
    )
    answers_missing: int = Field(
        ge=0, le=1_000_000, description="Registrations that lack required answers."
    )
    unread_replies: int | None = Field(
        ge=0,
        le=1_000_000,
        description="Mails about it that are `held` or `filed` at `GET /v1/incoming-mails`; for "
        "organizers and observers, null for everybody else.",
    )
    allowed: list[InvitationVerb] = Field(
        max_length=20,
        description="What you may do with it now, by its state and the meeting's. `accept`, "
        "`decline` and `answer_tentatively` are the three answers of `answer`.",
    )


class InvitationSort(StrEnum):
    ENTITY = "entity"
    ENTITY_DOWN = "-entity"
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"
