"""Committees and memberships as they cross the wire."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from app.committees.lifecycle import LetterDelivery, Office, Standing
from app.committees.numbering import AgendaNumbering, NumberingPreset
from app.committees.rule_schemas import (
    ApprovalRule,
    ApprovalRulePatch,
    Freeze,
    OfferWindow,
    RegistrationRules,
    RegistrationRulesPatch,
)
from app.core.fields import (
    Day,
    Email,
    EntityOrder,
    Flag,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    LongestStretch,
    RetentionDays,
    Schema,
    Seats,
    ShortLine,
    Whole,
    ZoneName,
)


def _each_once(tags: list[str]) -> list[str]:
    if len(set(tags)) != len(tags):
        raise ValueError("names a language twice")
    return tags


def _a_week(days: list[int]) -> list[int]:
    if len(set(days)) != len(days):
        raise ValueError("names a day twice")
    return sorted(days)


Languages = Annotated[
    list[Language],
    AfterValidator(_each_once),
    Field(min_length=1, max_length=20, examples=[["en", "fr"]]),
]
WorkingDays = Annotated[
    list[Annotated[int, Field(ge=1, le=7), Whole]],
    AfterValidator(_a_week),
    Field(
        min_length=1,
        max_length=7,
        description="Days of the week that are worked, 1 for Monday to 7 for Sunday.",
        examples=[[1, 2, 3, 4, 5]],
    ),
]
DutyStation = Annotated[
    Handle,
    Field(
        description="Whose official holidays count when working days are counted; see "
        "`/v1/duty-stations`.",
        examples=["new-york"],
    ),
]
Number = Annotated[
    int,
    Field(ge=1, le=1000, description="Of a working group within its committee.", examples=[1]),
    Whole,
]
NoticeWindow = Annotated[
    int,
    Field(
        ge=0,
        le=86_400,
        description="Seconds for which mails about changes of its meetings wait, so that several "
        "changes become one mail a person.",
        examples=[60],
    ),
    Whole,
]
EntityName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="Id, handle or abbreviation of an entity.",
        examples=["UNODC"],
    ),
]


OF_MEETINGS = "What meetings created from now on have as their"


class CommitteeWrite(Schema):
    """What describes a standing body."""

    name: LocalizedLine
    number: Number | None = None
    timezone: ZoneName = "UTC"
    languages: Languages = Field(default_factory=lambda: ["en"])
    default_seat_quota: Seats = 5
    default_offer_window: OfferWindow | None = Field(
        None, description=f"{OF_MEETINGS} `offer_window`."
    )
    default_approval: ApprovalRule | None = Field(None, description=f"{OF_MEETINGS} `approval`.")
    default_registration_rules: RegistrationRules | None = Field(
        None, description=f"{OF_MEETINGS} `registration_rules`."
    )
    default_substitution_freeze: Freeze | None = Field(
        None, description=f"{OF_MEETINGS} `substitution_freeze`."
    )
    default_needs_credentials: Flag = Field(
        False, description=f"{OF_MEETINGS} `needs_credentials`."
    )
    default_longest_stretch: LongestStretch | None = Field(
        None, description=f"{OF_MEETINGS} `longest_stretch`."
    )
    contact_email: Email | None = None
    notice_window: NoticeWindow = 60
    track_opening: Flag = Field(
        False,
        description="Whether mails of its meetings tell organizers when they are first opened. "
        "They say so to their readers.",
    )
    links_bound: Flag = Field(
        default=False,
        description="Whether a link to answer works only with a code from the mailbox that it "
        "went to, so that forwarding it is no use; a meeting may say otherwise.",
    )
    letter_signatory: ShortLine | None = Field(
        None,
        description="Who signs the formal letters of invitation.",
        examples=["Helen Okoye"],
    )
    letter_signatory_title: LocalizedLine | None = Field(
        None,
        description="As what; stands below the name.",
        examples=[{"en": "Secretary of the Committee", "fr": "Secrétaire du Comité"}],
    )
    letter_delivery: LetterDelivery = Field(
        LetterDelivery.ATTACHED,
        description="Whether the formal letter is attached to the mail that invites, or that mail "
        "says that the page behind its link has it, or neither.",
    )
    retention_days: RetentionDays | None = Field(
        None, description="Null: as the service has it. A meeting may say otherwise."
    )
    duty_station: DutyStation | None = None
    working_days: WorkingDays = Field(default_factory=lambda: [1, 2, 3, 4, 5])
    protocol_order: EntityOrder = Field(default_factory=list)
    agenda_numbering: AgendaNumbering = NumberingPreset.UN


class CommitteeCreate(CommitteeWrite):
    handle: Handle | None = Field(
        None, description="By default made of the name.", examples=["coordination-committee"]
    )
    parent: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the committee whose working group this is.",
        examples=["coordination-committee"],
    )


class CommitteePatch(Schema):
    """Members as in `CommitteeCreate`; null removes: what has a default there goes back to it."""

    name: Annotated[dict[str, str | None], Field(max_length=20)] | None = None
    number: Number | None = None
    timezone: ZoneName | None = None
    languages: Languages | None = None
    default_seat_quota: Seats | None = None
    default_offer_window: OfferWindow | None = None
    default_approval: ApprovalRulePatch | None = None
    default_registration_rules: RegistrationRulesPatch | None = None
    default_substitution_freeze: Freeze | None = None
    default_needs_credentials: Flag | None = None
    default_longest_stretch: LongestStretch | None = None
    contact_email: Email | None = None
    notice_window: NoticeWindow | None = None
    track_opening: Flag | None = None
    links_bound: Flag | None = None
    letter_signatory: ShortLine | None = None
    letter_signatory_title: Annotated[dict[str, str | None], Field(max_length=20)] | None = None
    letter_delivery: LetterDelivery | None = None
    retention_days: RetentionDays | None = None
    duty_station: DutyStation | None = None
    working_days: WorkingDays | None = None
    protocol_order: EntityOrder | None = None
    agenda_numbering: AgendaNumbering | None = None


class CommitteeOut(CommitteeWrite):
    id: UUID
    handle: Handle
    parent_id: UUID | None
    created_at: InstantField


class CommitteeSort(StrEnum):
    HANDLE = "handle"
    HANDLE_DOWN = "-handle"
    NUMBER = "number"
    NUMBER_DOWN = "-number"


class MembershipWrite(Schema):
    """How an entity stands in a committee, and when that ends."""

    standing: Standing = Standing.MEMBER
    office: Office | None = None
    until: Day | None = Field(None, description="First day on which the entity is in it no more.")


class MembershipCreate(MembershipWrite):
    entity: EntityName
    since: Day | None = Field(
        None, description="First day in the committee; today where it is at home if left out."
    )


class MembershipPatch(Schema):
    standing: Standing | None = None
    office: Office | None = None
    until: Day | None = None


class MemberEntity(Schema):
    """As much of an entity as a list of members shows."""

    id: UUID
    handle: Handle
    abbreviation: ShortLine
    name: LocalizedLine


class MembershipOut(MembershipWrite):
    id: UUID
    committee_id: UUID
    entity: MemberEntity
    since: Day
    created_at: InstantField
