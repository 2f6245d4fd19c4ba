"""Feeds as they cross the wire; an address is told when it is made, and to nobody else."""

from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Schema, ShortLine
from app.feeds.lifecycle import FeedKind


class FeedCreate(Schema):
    person_id: UUID | None = Field(
        None, description="Somebody of the directory; the entity's own feed if left out."
    )
    committee: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle: only meetings of this committee and its working groups. Left "
        "out, those of all committees, as far as your own right reaches; the session of a link "
        "reaches the committee that invited.",
        examples=["coordination-committee"],
    )
    label: ShortLine | None = Field(
        None, description="To recognize it by.", examples=["Front office"]
    )


class OwnFeedRequest(Schema):
    token: str = Field(
        min_length=1,
        max_length=200,
        description="What follows the # in the address of your personal link to join.",
        examples=["AZ1vL5kAcAC5rG3sZ7m0nHk2uJ8yT6wQ4eR1xV9bN3cM5dF7"],
    )


class FeedOut(Schema):
    id: UUID
    kind: FeedKind
    entity_id: UUID
    person_id: UUID | None = Field(description="Whose meetings; null for the entity's feed.")
    committee_id: UUID | None = Field(
        description="Only meetings of this one and its working groups; null for all."
    )
    own: bool = Field(
        description="Made by the person with a personal link; only such a feed shows personal "
        "links to join."
    )
    label: ShortLine | None = Field(description="To recognize it by.")
    created_at: InstantField
    created_by: UUID | None = Field(description="The account; null for who came by a link.")
    revoked_at: InstantField | None = Field(description="Null while its address works.")


class FeedMade(FeedOut):
    url: str = Field(
        max_length=500,
        description="The secret address.",
        examples=["https://secretariat.example.org/v1/feeds/AZ1vL5kAcAC5rG3sZ7m0.ics"],
    )
    webcal: str = Field(
        max_length=500,
        description="The same for the programs that subscribe when it is opened.",
        examples=["webcal://secretariat.example.org/v1/feeds/AZ1vL5kAcAC5rG3sZ7m0.ics"],
    )
