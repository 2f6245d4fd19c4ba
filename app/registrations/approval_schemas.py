"""Decisions, the queue that they empty, and exceptions, as they cross the wire."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.core.choices import Choice
from app.core.fields import InstantField, Schema, Whole
from app.invitations.lifecycle import CredentialsState
from app.registrations.schemas import DecidedBy, Reason, RegistrationOut


class RejectRequest(Schema):
    """Why; the person and the focal points are told."""

    reason: Reason


class ApprovalVerb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RECONSIDER = "reconsider"


class ApprovalWrite(Schema):
    """What becomes of a registration; a rejection has a reason."""

    registration_id: UUID
    decision: ApprovalVerb
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.decision is ApprovalVerb.REJECT and self.reason is None:
            raise ValueError("a rejection needs a reason")
        return self


class ApprovalOutcome(Choice):
    CONFIRMED = "confirmed"
    """Approved: it has a seat, or needs none."""
    WAITING = "waiting"
    """Approved: it waits for a seat."""
    REJECTED = "rejected"
    PENDING = "pending"
    """It is looked at again."""
    REFUSED = "refused"
    """Nothing was done."""


class ApprovalRow(Schema):
    """What became of one of many, in the order in which they came."""

    row: int = Field(ge=0, le=1000, description="Place in the list, from 0.")
    registration_id: UUID
    outcome: ApprovalOutcome
    problem: str | None = Field(None, max_length=100, description="Name of the problem type.")
    detail: str | None = Field(None, max_length=2000, description="The refusal in words.")


class ApprovalsResult(Schema):
    """A result for each decision of a list; those refused hinder no other."""

    dry_run: bool
    confirmed: int = Field(ge=0, le=1000)
    waiting: int = Field(ge=0, le=1000)
    rejected: int = Field(ge=0, le=1000)
    pending: int = Field(ge=0, le=1000)
    refused: int = Field(ge=0, le=1000)
    rows: list[ApprovalRow] = Field(max_length=1000)


class ExceptionCreate(Schema):
    """So many may be registered late, so long, for this reason."""

    persons: Annotated[int, Field(ge=1, le=1000, examples=[2]), Whole]
    until: InstantField
    reason: Reason


class ExceptionOut(Schema):
    """Late registration as an organizer has granted it."""

    id: UUID
    persons: int = Field(ge=1, le=1000)
    used: int = Field(ge=0, le=1000, description="Who has come under it.")
    left: int = Field(ge=0, le=1000, description="Who still may come under it, now.")
    until: InstantField
    reason: str = Field(max_length=2000)
    granted_by: DecidedBy | None = Field(description="For organizers; null for everybody else.")
    created_at: InstantField
    revoked_at: InstantField | None


class Seating(Choice):
    """What approval would give now."""

    CONFIRMED = "confirmed"
    """A seat is free, or none is needed."""
    WAITING = "waiting"
    """None is free."""


class PendingOut(Schema):
    """A registration that waits for a decision, with what it is decided by."""

    registration: RegistrationOut
    would_be: Seating
    seats_taken: int = Field(ge=0, le=100_000, description="Of the entity.")
    seat_quota: int | None = Field(
        ge=0, le=100_000, description="Of the entity; null where only a pool bounds it."
    )
    credentials: CredentialsState | None = Field(
        description="Of the delegation; null where none are needed."
    )
    pending_hours: int = Field(
        ge=0, le=1_000_000, description="Whole hours since it waits.", examples=[26]
    )
