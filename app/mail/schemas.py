"""Mails as they cross the wire: who was told what, and whether it went out; never the links."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Language, Schema
from app.mail.lifecycle import MessageKind, MessageState


class MessageOut(Schema):
    """A mail and its delivery."""

    id: UUID
    kind: MessageKind
    state: MessageState = Field(
        description="`suppressed`: what it would have said was no longer true; `bounced`: the "
        "address refused it; see `last_error`."
    )
    meeting_id: UUID
    invitation_id: UUID | None = Field(description="The invitation that it is about.")
    registration_id: UUID | None = Field(description="The registration that it is about.")
    event_id: UUID = Field(description="The entry of the log that it followed from.")
    person_id: UUID | None = Field(description="To whom, of an entity's directory.")
    account_id: UUID | None = Field(description="To whom, where it goes to an account.")
    recipient: str = Field(max_length=254, examples=["a.rossi@example.org"])
    language: Language
    message_id: str = Field(
        max_length=400,
        description="The mail's Message-ID; a repetition has the same.",
        examples=["<01890a5d-ac96-774b-bcce-b302099a8057@example.org>"],
    )
    attempts: int = Field(ge=0, le=1_000_000, examples=[1])
    created_at: InstantField
    due_at: InstantField = Field(description="It is sent from then on.")
    sent_at: InstantField | None
    last_error: str | None = Field(
        max_length=1000, description="Why it did not go out.", examples=["450 try again later"]
    )


class MessageSort(StrEnum):
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"
