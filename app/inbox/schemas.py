"""Mails that came in, as they cross the wire."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Schema
from app.inbox.lifecycle import IncomingKind, IncomingState, IncomingVerb, Reason, Way


class CalendarAnswer(Schema):
    """What a calendar program says."""

    method: str = Field(
        max_length=64, description="METHOD (RFC 5546), as it came.", examples=["REPLY"]
    )
    attendee: str | None = Field(
        max_length=254, description="For whom it answers.", examples=["a.rossi@example.org"]
    )
    participation: str | None = Field(
        max_length=64,
        description="PARTSTAT, as it came; `participation` of the registration is what counts.",
        examples=["DECLINED"],
    )
    sequence: int = Field(
        ge=0,
        le=2**31 - 1,
        description="Of the entry that it answers; the meeting's present one is its "
        "`calendar_sequence`.",
        examples=[1],
    )
    stamp: InstantField | None = Field(description="When it was made, by its program's clock.")
    proposed_start: InstantField | None = Field(description="Of a counter-proposal.")
    proposed_end: InstantField | None = Field(description="Of a counter-proposal.")
    delegate: str | None = Field(
        max_length=254, description="Who is to come instead.", examples=["b.abdi@example.org"]
    )
    comment: str | None = Field(max_length=2000, description="What the person added.")


class DeliveryReport(Schema):
    """What a mail server says."""

    recipient: str = Field(
        max_length=254, description="To whom the mail was.", examples=["a.rossi@example.org"]
    )
    action: str = Field(
        max_length=40, description="`Action` (RFC 3464), as it came.", examples=["failed"]
    )
    status: str = Field(
        max_length=20, description="`Status` (RFC 3463), as it came.", examples=["5.1.1"]
    )
    diagnosis: str | None = Field(max_length=300, description="What the server said.")


class DeliveredMail(Schema):
    """What became of a mail that was handed over."""

    id: UUID
    kind: IncomingKind
    state: IncomingState
    reason: Reason | None = Field(
        description="Why it was not simply applied; null where it was, or where there is no more "
        "to say."
    )


class IncomingMailOut(DeliveredMail):
    """A mail that came in."""

    received_at: InstantField
    via: Way
    sender: str = Field(
        max_length=254,
        description="Of the header `From`, which anybody can write.",
        examples=["a.rossi@example.org"],
    )
    subject: str = Field(max_length=500, examples=["Declined: 6th meeting"])
    message_id: str = Field(
        max_length=500,
        description="Its own header `Message-ID`: no id of the API.",
        examples=["<1@example.org>"],
    )
    meeting_id: UUID | None = Field(description="Null for what belongs to no meeting.")
    invitation_id: UUID | None = Field(description="The invitation that it is about.")
    registration_id: UUID | None = Field(description="The registration that it is about.")
    answers_message_id: UUID | None = Field(
        description="The mail that it answers: its `id` in `GET /v1/messages`."
    )
    excerpt: str = Field(max_length=10_000, description="The beginning of its plain text.")
    size: int = Field(ge=0, le=2**31 - 1, description="Octets of the whole mail.")
    calendar: CalendarAnswer | None = Field(description="Null where no calendar program answers.")
    report: DeliveryReport | None = Field(description="Null where no mail server reports.")
    allowed: list[IncomingVerb] = Field(max_length=10, description="What you may do with it now.")


class IncomingMailSort(StrEnum):
    RECEIVED = "received_at"
    RECEIVED_DOWN = "-received_at"
