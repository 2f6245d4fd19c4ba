"""Meetings, their rooms and what they lack, as they cross the wire."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.committees.numbering import AgendaNumbering
from app.committees.rule_schemas import (
    ApprovalRule,
    ApprovalRulePatch,
    Freeze,
    OfferWindow,
    RegistrationRules,
    RegistrationRulesPatch,
)
from app.committees.tables import Committee
from app.core.fields import (
    ClockTime,
    Email,
    EntityOrder,
    Flag,
    Handle,
    InstantField,
    Language,
    Line,
    LocalizedLine,
    LocalizedText,
    LongestStretch,
    MoveToWaiting,
    Paragraphs,
    RetentionDays,
    Schema,
    Seats,
    ShortLine,
    WallTimeField,
    WebAddress,
    Whole,
    ZoneName,
)
from app.meetings.lifecycle import (
    MEETING,
    MeetingFormat,
    MeetingStatus,
    MeetingVerb,
    ParticipantsList,
)
from app.meetings.policy import Times
from app.meetings.readiness import MissingCode, Severity
from app.meetings.tables import Meeting


def _whole_seconds(local: datetime) -> datetime:
    if local.microsecond:
        raise ValueError("must be a whole second")
    return local


def _minimal(offset: str) -> str:
    """`+02:00:00` says no more than `+02:00`."""
    return offset.removesuffix(":00") if len(offset) == 9 else offset


MeetingTime = Annotated[WallTimeField, AfterValidator(_whole_seconds)]
Offset = Annotated[
    str,
    StringConstraints(min_length=6, max_length=9, pattern=r"^[+-](0\d|1[0-5]):[0-5]\d(:[0-5]\d)?$"),
    AfterValidator(_minimal),
    Field(
        description="Offset from UTC at the wall time; only a repeated hour needs it named.",
        examples=["-04:00"],
    ),
]
Languages = Annotated[
    list[Language],
    Field(min_length=1, max_length=20, description="Of the meeting.", examples=[["en", "fr"]]),
]


DaysBefore = Annotated[
    int, Field(ge=1, le=365, description="Days before the first one of the meeting."), Whole
]
WorkingDaysBefore = Annotated[
    int,
    Field(
        ge=1,
        le=100,
        description="Working days before it: days that the committee works on and that are no "
        "official holidays of its duty station.",
        examples=[3],
    ),
    Whole,
]


NeedsRetention = Annotated[
    int,
    Field(
        ge=0,
        le=3650,
        description="Days after the end of the meeting for which the needs of those registered "
        "(interpretation, accessibility) are kept.",
    ),
    Whole,
]


OfDay = Annotated[
    str,
    StringConstraints(min_length=5, max_length=5, pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"),
    Field(examples=["07:00"]),
]


UNTIL_BRIEFERS_ARE_NAMED = (
    "Days before the start until which working groups name and change who briefs for them"
)
BriefersDue = Annotated[int, Field(ge=0, le=365, examples=[7]), Whole]


class DecentHours(Schema):
    """From when until when people are asked to speak, by the clock where each of them is.

    Nothing is refused for lying outside; `GET .../agenda/conflicts` reports it.
    """

    earliest: OfDay = "07:00"
    latest: OfDay = Field("22:00", description="24:00 for the end of the day.")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.earliest >= self.latest:
            raise ValueError("earliest must be before latest")
        return self


class DecentHoursPatch(Schema):
    """Either member; null goes back to the default."""

    earliest: OfDay | None = None
    latest: OfDay | None = None


class Contact(Schema):
    """Somebody to be asked about the meeting, by anybody who may see it."""

    name: ShortLine = Field(examples=["Public Information Officer"])
    role: ShortLine | None = Field(None, examples=["Media enquiries"])
    email: Email | None = None


class RegistrationDeadline(Schema):
    """A deadline counted back from the meeting's first day, which does not count itself.

    It moves with the meeting, and with the official holidays of the committee's duty station. A
    wall time that the clocks jump over means the moment of the jump; a repeated one the first.
    """

    days_before: DaysBefore | None = None
    working_days_before: WorkingDaysBefore | None = None
    time: ClockTime

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.days_before is None) is (self.working_days_before is None):
            raise ValueError("give either days_before or working_days_before; null removes one")
        return self


class RegistrationDeadlinePatch(Schema):
    """Of a rule that there is, any member; to count in other days, null for the old ones."""

    days_before: DaysBefore | None = None
    working_days_before: WorkingDaysBefore | None = None
    time: ClockTime | None = None


Contacts = Annotated[list[Contact], Field(max_length=20)]
ORDER = (
    "Handles of entities, in the order in which lists by protocol have them; null: as the "
    "committee has it."
)


BY_DEFAULT = "If left out, as the committee has it."


def committee_defaults(committee: Committee, said: Collection[str]) -> dict[str, Any]:
    """Of what holds for delegations, that of which nothing was said, not even null."""
    names = (
        *("approval", "longest_stretch", "needs_credentials", "offer_window"),
        *("registration_rules", "substitution_freeze"),
    )
    return {name: getattr(committee, f"default_{name}") for name in names if name not in said}


class MeetingSettings(Schema):
    """What an organizer says of a meeting beside its times; also of all that follow a template."""

    title: LocalizedLine = Field(description="In one of the meeting's languages at least.")
    description: LocalizedText = Field(default_factory=dict)
    format: MeetingFormat = MeetingFormat.VIRTUAL
    capacity: Seats | None = Field(None, description="Seats in all; no limit if left out.")
    offer_window: OfferWindow | None = Field(
        None,
        description="Minutes for which a seat that falls free is held for the first of the waiting "
        f"list, who accepts it or not; null: the seat is theirs at once. {BY_DEFAULT}",
    )
    registration_deadline: RegistrationDeadline | None = Field(
        None,
        description="The rule that `registration_closes_at` follows from. Of the two the last one "
        "given counts; null lets the instant stay as it is.",
    )
    venue: Line | None = Field(None, examples=["Conference Room 4"])
    decent_hours: DecentHours = Field(default_factory=DecentHours)
    briefers_due: BriefersDue | None = Field(
        None, description=f"{UNTIL_BRIEFERS_ARE_NAMED}; null: until the start."
    )
    contacts: Contacts = Field(default_factory=list)
    public: Flag = Field(
        default=False, description="Whether everybody may see it once it is announced."
    )
    needs_retention_days: NeedsRetention = 30
    links_bound: Flag | None = Field(
        None,
        description="Whether a link to answer works only with a code from the mailbox that it "
        "went to; null: as the committee has it.",
    )
    retention_days: RetentionDays | None = Field(None, description="Null: as the committee has it.")
    approval: ApprovalRule | None = Field(
        None,
        description="Which registrations wait for an organizer's decision; null for none. "
        f"{BY_DEFAULT}",
    )
    registration_rules: RegistrationRules | None = Field(
        None, description=f"Rules for every delegation; null for none. {BY_DEFAULT}"
    )
    substitution_freeze: Freeze | None = Field(
        None,
        description="So many minutes before the start, and from then on, only an organizer "
        f"substitutes people, with a reason; null for never. {BY_DEFAULT}",
    )
    needs_credentials: Flag = Field(
        False,
        description=f"Whether each delegation hands in a letter that is checked off. {BY_DEFAULT}",
    )

    longest_stretch: LongestStretch | None = Field(
        None,
        description="Minutes that interpreters work without a pause of ten minutes, in sittings "
        f"without a limit of their own; null: nobody is warned. {BY_DEFAULT}",
    )
    participants_list: ParticipantsList = ParticipantsList.CONSENTED
    chatham_house: Flag = Field(
        default=False,
        description="The Chatham House rule: nobody learns who took part, so no list of "
        "participants is published, not even to them.",
    )
    protocol_order: EntityOrder | None = Field(None, description=ORDER)
    agenda_numbering: AgendaNumbering | None = Field(
        None, description="Null: as the committee has it."
    )


class MeetingMembers(MeetingSettings):
    """What an organizer says of a meeting, whatever the committee's defaults."""

    local_start: MeetingTime
    start_offset: Offset | None = None
    local_end: MeetingTime
    end_offset: Offset | None = None
    registration_opens_at: InstantField | None = None
    registration_closes_at: InstantField | None = Field(
        None, description="After it opens, and by the end of the meeting."
    )


class MeetingWrite(MeetingMembers):
    """Every writable member, as a merge patch finds them."""

    timezone: ZoneName
    languages: Languages
    seat_quota: Seats = Field(description="Seats of each entity that is invited.")

    @classmethod
    def of_meeting(cls, meeting: Meeting) -> Self:
        members = cls.model_fields.keys() - {"start_offset", "end_offset"}
        return cls.model_validate(
            {name: getattr(meeting, name) for name in members} | _offsets(meeting)
        )

    def without_stale_offsets(self, sent: Iterable[str]) -> Self:
        """The present members under a patch: an offset counts only for the time that it was of."""
        names = set(sent)
        stale: dict[str, None] = {}
        for end in ("start", "end"):
            moved = names & {f"local_{end}", "timezone"}
            if moved and f"{end}_offset" not in names:
                stale[f"{end}_offset"] = None
        return self.model_copy(update=stale)

    def without_replaced_deadline(self, sent: Iterable[str]) -> Self:
        """The present members under a patch: an instant takes the place of a rule."""
        names = set(sent)
        replaced = "registration_closes_at" in names and "registration_deadline" not in names
        return self.model_copy(update={"registration_deadline": None} if replaced else {})

    def with_offsets(self, times: Times) -> Self:
        update = {"start_offset": times.start_offset, "end_offset": times.end_offset}
        return self.model_copy(update=update)

    def closing_at(self, closes_at: datetime | None) -> Self:
        return self.model_copy(update={"registration_closes_at": closes_at})

    @classmethod
    def of_create(cls, body: "MeetingCreate", committee: Committee) -> Self:
        """With the committee's defaults where the caller named nothing."""
        defaults = {
            "timezone": committee.timezone,
            "languages": committee.languages,
            "seat_quota": committee.default_seat_quota,
        }
        named = body.model_dump(exclude={"committee", "number", "handle"})
        named |= {name: value for name, value in defaults.items() if named[name] is None}
        return cls.model_validate(named | committee_defaults(committee, body.model_fields_set))


class MeetingCreate(MeetingMembers):
    committee: str = Field(
        min_length=1,
        max_length=80,
        description="Handle or id of the committee that meets.",
        examples=["coordination-committee"],
    )
    number: Annotated[int, Field(ge=1, le=1_000_000), Whole] | None = Field(
        None, description="By default the committee's next.", examples=[6]
    )
    handle: Handle | None = Field(
        None,
        description="By default the committee's handle and the number.",
        examples=["coordination-committee-6"],
    )
    timezone: ZoneName | None = Field(None, description="By default the committee's.")
    languages: Languages | None = Field(None, description="By default the committee's.")
    seat_quota: Seats | None = Field(None, description="By default the committee's.")

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        _check_one_deadline(self.registration_closes_at, self.registration_deadline)
        return self


class MeetingSettingsPatch(Schema):
    """What a template can hold too."""

    title: dict[Language, Line | None] | None = Field(None, max_length=20)
    description: dict[Language, Paragraphs | None] | None = Field(None, max_length=20)
    format: MeetingFormat | None = None
    languages: Languages | None = None
    seat_quota: Seats | None = None
    capacity: Seats | None = None
    offer_window: OfferWindow | None = None
    registration_deadline: RegistrationDeadlinePatch | None = None
    venue: Line | None = None
    decent_hours: DecentHoursPatch | None = None
    briefers_due: BriefersDue | None = None
    contacts: Contacts | None = None
    public: Flag | None = None
    needs_retention_days: NeedsRetention | None = None
    links_bound: Flag | None = None
    approval: ApprovalRulePatch | None = None
    registration_rules: RegistrationRulesPatch | None = None
    substitution_freeze: Freeze | None = None
    needs_credentials: Flag | None = None
    longest_stretch: LongestStretch | None = None
    participants_list: ParticipantsList | None = None
    chatham_house: Flag | None = None
    protocol_order: EntityOrder | None = None
    agenda_numbering: AgendaNumbering | None = None
    retention_days: RetentionDays | None = None


class MeetingPatch(MeetingSettingsPatch):
    """Members as in `MeetingCreate`; null removes: what has a default there goes back to it."""

    timezone: ZoneName | None = None
    local_start: MeetingTime | None = None
    start_offset: Offset | None = None
    local_end: MeetingTime | None = None
    end_offset: Offset | None = None
    registration_opens_at: InstantField | None = None
    registration_closes_at: InstantField | None = None
    move_to_waiting: MoveToWaiting | None = Field(None, exclude=True)

    @model_validator(mode="after")
    def _one_deadline(self) -> Self:
        _check_one_deadline(self.registration_closes_at, self.registration_deadline)
        return self


class MeetingCommittee(Schema):
    """The committee that meets, as lists show it."""

    id: UUID
    handle: Handle
    name: LocalizedLine


class MeetingShown(Schema):
    """What everybody who may see a meeting sees of it."""

    id: UUID
    handle: Handle
    committee_id: UUID
    committee: MeetingCommittee
    number: int = Field(
        ge=1, le=2_147_483_647, description="Counted in the committee, from 1.", examples=[6]
    )
    series_id: UUID | None = Field(description="The series that it belongs to, if any.")
    status: MeetingStatus
    title: LocalizedLine
    description: LocalizedText
    format: MeetingFormat
    timezone: ZoneName
    local_start: WallTimeField
    start_offset: Offset
    local_end: WallTimeField
    end_offset: Offset
    starts_at: InstantField = Field(
        description="The instant of `local_start`; of a postponed meeting the old one, still."
    )
    ends_at: InstantField
    languages: Languages
    venue: Line | None
    contacts: Contacts
    chatham_house: bool = Field(
        description="Whether nobody learns who took part, by the Chatham House rule."
    )


class PublicMeetingOut(MeetingShown):
    """A public meeting, as everybody sees it."""

    @classmethod
    def of_meeting(cls, meeting: Meeting, committee: Committee) -> Self:
        return cls.model_validate(_shown(cls, meeting, {"committee": _named(committee)}))


class MeetingOut(MeetingShown):
    seat_quota: Seats
    capacity: Seats | None = Field(description="Seats in all; null for no limit.")
    decent_hours: DecentHours
    briefers_due: BriefersDue | None = Field(
        description=f"{UNTIL_BRIEFERS_ARE_NAMED}; null: until the start."
    )
    offer_window: OfferWindow | None = Field(
        description="Minutes for which a free seat is offered; null: it is given at once."
    )
    registration_opens_at: InstantField | None = Field(description="Null: once it is announced.")
    registration_closes_at: InstantField | None = Field(
        description="The deadline as an instant, also where a rule gives it; null for none."
    )
    registration_deadline: RegistrationDeadline | None = Field(
        description="The rule that `registration_closes_at` follows from; null where there is none."
    )
    public: bool = Field(description="Whether everybody may see it once it is announced.")
    needs_retention_days: NeedsRetention
    form_version: int | None = Field(
        ge=1, le=2_147_483_647, description="Of the questions at `GET .../form`; null for none."
    )
    links_bound: bool | None = Field(description="Null: as the committee has it.")
    approval: ApprovalRule | None = Field(
        description="Which registrations wait for an organizer's decision; null for none."
    )
    registration_rules: RegistrationRules | None = Field(
        description="Rules for every delegation; null for none."
    )
    substitution_freeze: Freeze | None = Field(
        description="So many minutes before the start, and from then on, only an organizer "
        "substitutes people; null for never."
    )
    needs_credentials: bool = Field(
        description="Whether each delegation hands in a letter that is checked off."
    )
    longest_stretch: LongestStretch | None = Field(
        description="Minutes that interpreters work without a pause of ten minutes; null for none."
    )
    participants_list: ParticipantsList
    participants_published_at: InstantField | None = Field(
        description="Since when others may read the list of participants; null: not published."
    )
    protocol_order: EntityOrder | None = Field(description=ORDER)
    agenda_numbering: AgendaNumbering | None = Field(description="Null: as the committee has it.")
    retention_days: RetentionDays | None = Field(description="Null: as the committee has it.")
    anonymized_at: InstantField | None = Field(
        description="When the personal data that had an end was erased."
    )
    calendar_sequence: int = Field(
        ge=0,
        le=2_147_483_647,
        description="Rises with every change that calendars must show, once the meeting is "
        "announced, and with its cancellation (RFC 5545 SEQUENCE).",
        examples=[0],
    )
    opened_at: InstantField | None
    adjourned_at: InstantField | None
    closed_at: InstantField | None
    created_at: InstantField
    allowed: list[MeetingVerb] = Field(
        max_length=10, description="The moves that the state permits; empty for who may make none."
    )

    @classmethod
    def of_meeting(cls, meeting: Meeting, committee: Committee, *, organizes: bool) -> Self:
        allowed = MEETING.allowed(meeting.status) if organizes else []
        members = {"committee": _named(committee), "allowed": allowed}
        return cls.model_validate(_shown(cls, meeting, members))


class MeetingSort(StrEnum):
    STARTS_AT = "starts_at"
    STARTS_AT_DOWN = "-starts_at"
    HANDLE = "handle"
    HANDLE_DOWN = "-handle"


def _always_told(silent: bool) -> bool:
    if silent:
        raise ValueError("a move of the meeting is always told")
    return silent


class MoveRequest(Schema):
    """Why, for the log and for those who are told; may be left out altogether."""

    note: Paragraphs | None = Field(None, examples=["The room is needed by the General Assembly."])
    silent: Annotated[Flag, AfterValidator(_always_told)] = Field(
        False,
        description="Only false is taken: whoever has the meeting in the calendar is told of its "
        "moves.",
    )


class RescheduleRequest(MoveRequest):
    """The new times."""

    timezone: ZoneName | None = Field(None, description="By default the meeting's present one.")
    local_start: MeetingTime
    start_offset: Offset | None = None
    local_end: MeetingTime
    end_offset: Offset | None = None


class RoomWrite(Schema):
    """Where a virtual meeting is held: secrets."""

    label: ShortLine = Field(examples=["Main room"])
    join_address: WebAddress
    passcode: ShortLine | None = Field(None, examples=["462 913"])
    dial_in: Line | None = Field(None, examples=["+1 555 0100, then 462913#"])


class RoomOut(Schema):
    label: ShortLine
    join_address: str = Field(
        max_length=2000,
        json_schema_extra={"format": "uri"},
        examples=["https://conference.example.org/j/6"],
    )
    passcode: ShortLine | None
    dial_in: Line | None


class MendOut(Schema):
    method: str = Field(max_length=10, examples=["PUT"])
    path: str = Field(
        max_length=200, examples=["/v1/meetings/018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b/room"]
    )


class MissingOut(Schema):
    code: MissingCode
    severity: Severity
    detail: str = Field(max_length=1000, examples=["Nobody is invited."])
    mend: MendOut = Field(description="The call that provides it.")


class ReadinessOut(Schema):
    """What is missing before a meeting can be announced or opened."""

    ready_to_schedule: bool = Field(description="Whether `schedule` would be done now.")
    ready_to_open: bool = Field(
        description="Whether the state permits to open and nothing blocking is missing."
    )
    missing: list[MissingOut] = Field(max_length=50, description="Blocking things first.")


def _shown(kind: type[MeetingShown], meeting: Meeting, members: dict[str, object]) -> object:
    known = members | _offsets(meeting)
    rest = kind.model_fields.keys() - known.keys()
    return known | {name: getattr(meeting, name) for name in rest}


def _check_one_deadline(closes_at: object, rule: object) -> None:
    if closes_at is not None and rule is not None:
        raise ValueError("give either registration_closes_at or registration_deadline")


def _named(committee: Committee) -> MeetingCommittee:
    return MeetingCommittee.of(
        {name: getattr(committee, name) for name in MeetingCommittee.model_fields}
    )


def _offsets(meeting: Meeting) -> dict[str, str]:
    times = Times(
        meeting.timezone,
        meeting.local_start,
        meeting.local_end,
        meeting.starts_at,
        meeting.ends_at,
    )
    return {"start_offset": times.start_offset, "end_offset": times.end_offset}
