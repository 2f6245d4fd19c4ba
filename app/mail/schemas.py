"""Mails as they cross the wire: who was told what, and whether it went out; never the links."""

from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Language, Schema
from app.mail.lifecycle import MessageKind, MessageState, MessageVerb, verbs_of
from app.mail.tables import Message


class MessageOut(Schema):
    """A mail and its delivery."""

    id: UUID
    kind: MessageKind
    state: MessageState = Field(
        description="`suppressed` has nothing to do with suppressed addresses: mails to those are "
        "`bounced`."
    )
    meeting_id: UUID
    invitation_id: UUID | None = Field(description="The invitation that it is about.")
    registration_id: UUID | None = Field(description="The registration that it is about.")
    briefing_id: UUID | None = Field(
        description="The briefing that it is about; without a person and an account it goes to "
        "whom that names."
    )
    event_id: UUID = Field(description="The entry of the log that it followed from.")
    person_id: UUID | None = Field(description="To whom, of an entity's directory.")
    account_id: UUID | None = Field(description="To whom, where it goes to an account.")
    panellist_id: UUID | None = Field(description="To whom, where it goes to a panellist.")
    recipient: str = Field(
        max_length=254, description="The address.", examples=["a.rossi@example.org"]
    )
    language: Language
    message_id: str = Field(
        max_length=400,
        description="The header `Message-ID`, for looking it up in mail servers' logs; a "
        "repetition has the same. The API's own id is `id`.",
        examples=["<01890a5d-ac96-774b-bcce-b302099a8057@example.org>"],
    )
    attempts: int = Field(
        ge=0, le=1_000_000, description="How often it was tried to send it.", examples=[1]
    )
    created_at: InstantField
    due_at: InstantField = Field(description="It is sent from then on.")
    sent_at: InstantField | None = Field(description="When a mail server took it.")
    opened_at: InstantField | None = Field(
        description="When it was first opened; only where the committee tracks that."
    )
    allowed: list[MessageVerb] = Field(max_length=5, description="What you may do with it now.")
    last_error: str | None = Field(
        max_length=1000, description="Why it did not go out.", examples=["450 try again later"]
    )

    @classmethod
    def shown(cls, message: Message) -> Self:
        """The row, with what may be done with it."""
        members = {name: getattr(message, name) for name in cls.model_fields if name != "allowed"}
        return cls(**members, allowed=verbs_of(message.state))


class SuppressedAddressOut(Schema):
    """An address that refused a mail for good, and gets none until this is lifted."""

    id: UUID
    address: str = Field(max_length=254, examples=["a.rossi@example.org"])
    since: InstantField = Field(description="When it refused the mail.")
    reason: str = Field(
        max_length=1000,
        description="What its server or the report said.",
        examples=["550 5.1.1 no such user"],
    )
    message_id: UUID = Field(
        description="The mail that it refused: its `id` in `GET /v1/messages`."
    )


class SuppressedAddressSort(StrEnum):
    SINCE = "since"
    SINCE_DOWN = "-since"


class MessageSort(StrEnum):
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"
