"""Lists as they cross the wire."""

from typing import Generic, TypeVar
from uuid import UUID

from pydantic import Field

from app.core.fields import Email, Handle, InstantField, Line, Schema, ShortLine
from app.core.pages import Page
from app.letters.words import LetterLanguage
from app.lists.lifecycle import ListChangeKind
from app.registrations.lifecycle import Listed, RegistrationRole

Item = TypeVar("Item")


class ListedEntity(Schema):
    """An entity in the language of the list."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    name: Line


class ListedPerson(Schema):
    """Somebody who comes, as lists for others have it."""

    registration_id: UUID
    entity: ListedEntity
    role: RegistrationRole
    role_name: ShortLine = Field(
        description="In the language of the list.", examples=["Head of delegation"]
    )
    name: ShortLine
    honorific: ShortLine | None
    job_title: ShortLine | None


class DelegationRow(ListedPerson):
    """Somebody who comes, as organizers and the own entity see it."""

    rank: ShortLine | None = Field(examples=["D-1"])
    email: Email | None = Field(description="Null for observers of the committee.")
    listed: Listed | None = Field(
        description="Whether the person agreed to be named to others; null for observers."
    )


class AttendanceRow(ListedPerson):
    """Somebody who is expected, and when they were there."""

    first_in_at: InstantField | None = Field(description="Null for who has not come.")
    last_out_at: InstantField | None = Field(description="Null while the person is there.")
    in_room: bool


class ListPage(Page[Item], Generic[Item]):
    """One page of a list, with what stands above it."""

    title: Line = Field(examples=["List of participants"])
    language: LetterLanguage
    as_of: InstantField = Field(
        description="When the delegations last changed, as this page sees it; what comes later is "
        "told by `changes?since=`."
    )


class ReplacedPerson(Schema):
    """Whose place somebody has taken."""

    registration_id: UUID
    name: ShortLine | None = Field(description="Null where the name may not be told any more.")


class ListChangeOut(Schema):
    """How one person's place on the list differs."""

    kind: ListChangeKind
    registration_id: UUID
    entity: ListedEntity
    name: ShortLine | None = Field(description="Null where the name may not be told any more.")
    honorific: ShortLine | None
    job_title: ShortLine | None
    role: RegistrationRole
    was_role: RegistrationRole | None = Field(
        description="Of `role_changed` and `substituted`: the role on the old list."
    )
    replaced: ReplacedPerson | None = Field(description="Of `substituted`.")


class ListChangesOut(Schema):
    """What makes of the list as it was the list as it is.

    For each change take `replaced` or, where there is none, the registration itself off the old
    list; and put the registration on it in its `role`, unless it is `left`.
    """

    since: InstantField
    until: InstantField = Field(description="To ask from next time.")
    changes: list[ListChangeOut] = Field(max_length=5000)


class PublicationOut(Schema):
    """Whether others may read the list of participants."""

    participants_published_at: InstantField | None
