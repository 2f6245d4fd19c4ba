"""Mails that came in, as they cross the wire."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Schema
from app.inbox.lifecycle import IncomingKind, IncomingState, IncomingVerb, Reason, Way


class CalendarAnswer(Schema):
    """What a calendar program says."""

    method: str = Field(max_length=64, examples=["REPLY"])
    attendee: str | None = Field(max_length=254, examples=["a.rossi@example.org"])
    participation: str | None = Field(max_length=64, examples=["DECLINED"])
    sequence: int = Field(ge=0, le=2**31 - 1, examples=[1])
    stamp: InstantField | None = Field(description="When it was made, by its program's clock.")
    proposed_start: InstantField | None = Field(description="Of a counter-proposal.")
    proposed_end: InstantField | None
    delegate: str | None = Field(
        max_length=254, description="Who is to come instead.", examples=["b.abdi@example.org"]
    )
    comment: str | None = Field(max_length=2000)


class DeliveryReport(Schema):
    """What a mail server says."""

    recipient: str = Field(max_length=254, examples=["a.rossi@example.org"])
    action: str = Field(max_length=40, examples=["failed"])
    status: str = Field(max_length=20, examples=["5.1.1"])
    diagnosis: str | None = Field(max_length=300)


class DeliveredMail(Schema):
    """What became of a mail that was handed over."""

    id: UUID
    kind: IncomingKind
    state: IncomingState
    reason: Reason | None = Field(description="Why it was not simply applied.")


class IncomingMailOut(DeliveredMail):
    """A mail that came in."""

    received_at: InstantField
    via: Way
    sender: str = Field(max_length=254, examples=["a.rossi@example.org"])
    subject: str = Field(max_length=500, examples=["Declined: 6th meeting"])
    message_id: str = Field(max_length=500, examples=["<1@example.org>"])
    meeting_id: UUID | None
    invitation_id: UUID | None
    registration_id: UUID | None
    answers_message_id: UUID | None = Field(description="The message that it answers.")
    excerpt: str = Field(max_length=10_000, description="The beginning of its plain text.")
    size: int = Field(ge=0, le=2**31 - 1, description="Octets of the whole mail.")
    calendar: CalendarAnswer | None
    report: DeliveryReport | None
    allowed: list[IncomingVerb] = Field(max_length=10, description="What you may do with it now.")


class IncomingMailSort(StrEnum):
    RECEIVED = "received_at"
    RECEIVED_DOWN = "-received_at"
