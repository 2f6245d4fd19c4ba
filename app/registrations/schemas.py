"""Registrations as they cross the wire."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from app.committees.rules import ApprovalReason
from app.core.choices import Choice
from app.core.fields import (
    PARAGRAPHS,
    Email,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    Schema,
    ShortLine,
    visible,
)
from app.core.imports import ImportMode, MemberName, RowReport, TableReport, errors_of
from app.core.problems import FieldError
from app.entities.duplicates import MAX_SHOWN, PossibleDuplicate
from app.registrations.answer_schemas import AnswerId, Answers, Needs, NeedsPatch
from app.registrations.lifecycle import (
    ApprovalDecision,
    Listed,
    Participation,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
    WaitingLine,
)

Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=PARAGRAPHS),
    AfterValidator(visible),
    Field(
        description="Stands in the log, which never changes: name nobody in it.",
        examples=["The meeting is for heads of delegation."],
    ),
]


class Follower(Choice):
    """What may go over with a seat."""

    PANEL = "panel"
    """The person's place on a panel, matched by the address."""


class NewPerson(Schema):
    """Somebody by name and address; an address that the directory knows is that person."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["Ms."])
    job_title: ShortLine | None = Field(None, examples=["Programme Officer"])
    rank: ShortLine | None = Field(None, examples=["D-1"])
    at_headquarters: bool | None = Field(None, description="Or elsewhere; null if not known.")
    email: Email
    language: Language | None = None


class Named(Schema):
    """Somebody: `person_id` of the directory, or a `person`."""

    person_id: UUID | None = None
    person: NewPerson | None = None
    answers: Answers = Field(default_factory=dict)
    needs: Needs | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.person_id is None) is (self.person is None):
            raise ValueError("give either person_id or person")
        return self


LISTED = (
    "Whether the person agreed to stand in a list of participants that others read; the meeting's "
    "`participants_list` says what follows from that."
)


class RegistrationCreate(Named):
    """Name somebody: `person_id` of the directory, or a `person`."""

    entity: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle; only needed by callers who act for more than one.",
        examples=["unodc"],
    )
    role: RegistrationRole = RegistrationRole.REPRESENTATIVE
    listed: Listed = Field(Listed.NOT_ASKED, description=LISTED)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A row of a list that says nothing that could be done, and where."""

    errors: list[FieldError]


def _apart(value: Any, read: ValidatorFunctionWrapHandler) -> RegistrationCreate | Malformed:
    """A malformed row is reported with its number, and keeps nobody else out."""
    try:
        return cast("RegistrationCreate", read(value))
    except ValidationError as error:
        return Malformed(errors_of(error)[:100])


EachRegistration = Annotated[RegistrationCreate, WrapValidator(_apart)]
"""In the document a registration; read, it may also be `Malformed`."""


class SubstituteCreate(Named):
    """Name whoever comes instead: `person_id` of the directory, or a `person`."""

    role: RegistrationRole | None = Field(
        None,
        description="As the person comes; by default what the one replaced would have come as.",
        examples=["alternate"],
    )
    follow: list[Follower] = Field(
        default_factory=list,
        max_length=5,
        description="What else of the person at this meeting goes over to the one who comes; "
        "nothing if left out.",
        examples=[["panel"]],
    )
    override_reason: Reason | None = Field(
        None, description="Within the freeze before the meeting, why an organizer does it still."
    )
    listed: Listed = Field(
        Listed.NOT_ASKED, description="As in registering: nobody inherits it from the one replaced."
    )


def _an_answer(listed: Listed | None) -> Listed:
    """Removing the answer is not having asked."""
    return listed or Listed.NOT_ASKED


def _a_role(role: RegistrationRole | None) -> RegistrationRole:
    """A merge patch removes with null, and a registration has a role."""
    if role is None:
        raise ValueError("is one of the roles")
    return role


class RegistrationPatch(Schema):
    role: Annotated[RegistrationRole | SkipJsonSchema[None], AfterValidator(_a_role)] = None
    needs: NeedsPatch | None = Field(None, description="Null takes all of them back.")
    listed: Annotated[Listed | SkipJsonSchema[None], AfterValidator(_an_answer)] = None


class RegisteredEntity(Schema):
    """The entity, as lists show it."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine


class RegisteredPerson(Schema):
    """The person; the address is for organizers and the own entity."""

    id: UUID
    name: ShortLine
    honorific: ShortLine | None
    job_title: ShortLine | None
    email: Email | None


class DecidedBy(Schema):
    """The organizer who decided."""

    id: UUID
    name: ShortLine


class ApprovalDecisionOut(Schema):
    """A decision about a registration that needed one."""

    decision: ApprovalDecision
    decided_at: InstantField
    decided_by: DecidedBy | None = Field(
        description="For organizers and observers; null for everybody else."
    )
    reason: str | None = Field(max_length=2000)


class RegistrationOut(Schema):
    """A registration."""

    id: UUID
    meeting_id: UUID
    invitation_id: UUID
    entity: RegisteredEntity
    person: RegisteredPerson
    role: RegistrationRole
    status: RegistrationStatus
    waiting_position: int | None = Field(
        ge=1, le=1_000_000, description="Place in the entity's waiting list, from 1."
    )
    waiting_in_meeting: int | None = Field(
        ge=1, le=1_000_000, description="Place in the meeting's waiting list, from 1."
    )
    waiting_in_pool: int | None = Field(
        ge=1, le=1_000_000, description="Place among all who wait for a seat of the pool, from 1."
    )
    offer_ends_at: InstantField | None = Field(
        description="Until then a seat is held for it; of an expired one, when that was over."
    )
    created_at: InstantField
    confirmed_at: InstantField | None
    withdrawn_at: InstantField | None
    substituted_at: InstantField | None
    predecessor_id: UUID | None = Field(description="The registration whose place this one took.")
    successor_id: UUID | None = Field(description="The registration that took this one's place.")
    pending_since: InstantField | None = Field(
        description="Since when it waits, or waited, for an organizer's decision."
    )
    pending_because: list[ApprovalReason] = Field(
        max_length=10, description="Why it needs, or needed, a decision."
    )
    decision: ApprovalDecisionOut | None = Field(
        description="What an organizer has said; null before."
    )
    participation: Participation = Field(
        description="What the person's calendar program last answered; no seat moves because of it."
    )
    answers_missing: list[AnswerId] = Field(
        max_length=100,
        description="Required questions of the meeting's form that have no answer; empty for "
        "observers.",
    )
    needs: Needs | None = Field(
        description="Null where nothing was said, and for observers.",
    )
    listed: Listed = Field(description=LISTED)
    allowed: list[RegistrationVerb] = Field(
        max_length=20, description="What may be done with it now."
    )


class LineMove(Schema):
    """A place in a waiting list."""

    position: int = Field(
        ge=1, le=1_000_000, description="From 1; beyond the end of the list is its end."
    )
    line: WaitingLine = Field(
        WaitingLine.MEETING,
        description="Whose list: those in it change places, all others keep theirs.",
    )


class BulkOutcome(StrEnum):
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    PENDING = "pending"
    REFUSED = "refused"


class BulkRow(Schema):
    """What became of one of many, in the order in which they came."""

    row: int = Field(ge=0, le=1000, description="Place in the list, from 0.")
    outcome: BulkOutcome
    registration_id: UUID | None = None
    problem: str | None = Field(
        None,
        max_length=100,
        description="Name of the problem type.",
        examples=["already-registered"],
    )
    detail: str | None = Field(
        None,
        max_length=2000,
        description="The refusal in words.",
        examples=["This person is registered already."],
    )
    errors: list[FieldError] = Field(default_factory=list, max_length=100)


class BulkResult(Schema):
    """A result for each registration of a list; those refused keep nobody else out."""

    dry_run: bool
    confirmed: int = Field(ge=0, le=1000)
    waiting: int = Field(ge=0, le=1000)
    pending: int = Field(ge=0, le=1000)
    refused: int = Field(ge=0, le=1000)
    rows: list[BulkRow] = Field(max_length=1000)


class ImportOutcome(Choice):
    """What became of somebody of a list, or would."""

    CONFIRMED = "confirmed"
    """With a seat, or in a role that needs none."""
    WAITING = "waiting"
    """All seats are taken: in the waiting list."""
    PENDING = "pending"
    """The meeting's organizers approve registrations."""
    ALREADY_THERE = "already_there"
    """Registered before, or by a row above; nothing of it is changed."""
    REFUSED = "refused"


class RegistrationImported(RowReport):
    """What became of a row."""

    outcome: ImportOutcome
    entity: Handle | None = None
    registration_id: UUID | None = Field(None, description="Null for a new one in a dry run.")
    person_id: UUID | None = Field(None, description="Null for a new person in a dry run.")
    new_person: bool = Field(
        default=False, description="Whether the directory does not have the address yet."
    )
    waiting_position: int | None = Field(
        None, ge=1, le=1_000_000, description="Place in the entity's waiting list, from 1."
    )
    same_as_row: int | None = Field(
        None, ge=1, le=1_000_000, description="An earlier row that names the same person."
    )
    differs: list[MemberName] = Field(
        default_factory=list,
        max_length=20,
        description="Members that are known otherwise; they stay as they are.",
        examples=[["job_title"]],
    )
    possible_duplicates: list[PossibleDuplicate] = Field(
        default_factory=list,
        max_length=MAX_SHOWN,
        description="Whom a new person looks like; only in a dry run.",
    )


class Counts(BaseModel):
    """How many rows came to what."""

    confirmed: int = Field(ge=0, le=10_000)
    waiting: int = Field(ge=0, le=10_000)
    pending: int = Field(ge=0, le=10_000)
    already_there: int = Field(ge=0, le=10_000)
    refused: int = Field(ge=0, le=10_000)


class RegistrationsImported(Counts, TableReport):
    """What an import of registrations did, or would do."""

    new_people: int = Field(ge=0, le=10_000)
    alike: int = Field(ge=0, le=10_000, description="New people who look like somebody else.")
    rows: list[RegistrationImported] = Field(max_length=10_000)


class DelegationCopy(Schema):
    """Whom to register: the delegation of an earlier meeting, or some of it."""

    meeting: str = Field(
        min_length=1,
        max_length=80,
        description="Id or handle of the earlier meeting.",
        examples=["coordination-committee-5"],
    )
    entity: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle; only needed by callers who act for more than one.",
        examples=["unodc"],
    )
    leave_out: list[UUID] = Field(
        default_factory=list, max_length=2_000, description="People who shall not come this time."
    )
    answers: dict[UUID, Answers] = Field(
        default_factory=dict,
        max_length=2_000,
        description="What the meeting's questions are answered with, by person; no files.",
        examples=[{"01900000-0000-7000-8000-000000000001": {"diet": "vegetarian"}}],
    )


class EarlierDelegation(Schema):
    """The delegation of the entity at another meeting of the committee, to be copied."""

    meeting_id: UUID
    meeting: Handle
    number: int = Field(ge=1, le=2_147_483_647, examples=[5])
    title: LocalizedLine
    starts_at: InstantField
    people: int = Field(ge=1, le=100_000, description="Who were confirmed, as far as known still.")


class CopiedPerson(Schema):
    """Somebody of the earlier delegation."""

    id: UUID
    name: str = Field(max_length=200)


class RegistrationCopied(RegistrationImported):
    """What became of somebody of the earlier delegation; `row` counts in its order of arrival."""

    person: CopiedPerson
    role: RegistrationRole = Field(description="The one of last time, which is kept.")


class DelegationCopied(Counts):
    """What a copy did, or would do."""

    dry_run: bool
    mode: ImportMode
    left_out: int = Field(ge=0, le=10_000)
    rows: list[RegistrationCopied] = Field(max_length=10_000)


class RegistrationSort(Choice):
    ARRIVAL = "arrival"
    """First come first, whatever became of them."""
    ARRIVAL_DOWN = "-arrival"
    NAME = "name"
    NAME_DOWN = "-name"
    LINE = "line"
    """As people stand in waiting lists, also where an organizer has changed the order."""
    LINE_DOWN = "-line"
