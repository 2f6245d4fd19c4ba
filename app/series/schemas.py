"""Series as they cross the wire."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.agenda.lifecycle import ItemAccess, ItemKind
from app.core.fields import (
    ClockTime,
    Day,
    Email,
    Flag,
    Handle,
    InstantField,
    Language,
    Line,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Paragraphs,
    Schema,
    Seats,
    ShortLine,
    WallTimeField,
    Whole,
    ZoneName,
)
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.templates import MeetingTemplate, Room
from app.registrations.lifecycle import RegistrationRole
from app.series.lifecycle import (
    AtClockChange,
    DateOutcome,
    DateReason,
    Frequency,
    OnDayOff,
    RegisteredOutcome,
    Weekday,
)
from app.series.policy import unknown_placeholders
from app.series.recurrence import Rule

WEEKDAY = r"^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$"


def _not_zero(day: int) -> int:
    if day == 0:
        raise ValueError("is a day of the month, negative from its end")
    return day


def _in_order(days: list[date]) -> list[date]:
    if len(set(days)) < len(days):
        raise ValueError("names a day twice")
    return sorted(days)


ByDay = Annotated[
    list[Annotated[str, StringConstraints(min_length=2, max_length=4, pattern=WEEKDAY)]],
    Field(
        max_length=35,
        description="Days of the week, in monthly and yearly rules also the nth of a month: `2TU`, "
        "`-1FR`.",
        examples=[["2TU"]],
    ),
]
ByMonthDay = Annotated[
    list[Annotated[int, Field(ge=-31, le=31), Whole, AfterValidator(_not_zero)]],
    Field(max_length=62, description="Days of the month; -1 is the last one."),
]
ByMonth = Annotated[
    list[Annotated[int, Field(ge=1, le=12), Whole]],
    Field(max_length=12, description="Only in these months, 1 for January."),
]
Interval = Annotated[
    int, Field(ge=1, le=60, description="2 for every second week, and so on."), Whole
]
Count = Annotated[
    int,
    Field(ge=1, le=1000, description="How many dates it gives, those that are skipped included."),
    Whole,
]
Length = Annotated[
    int, Field(ge=5, le=20_160, description="Minutes from start to end.", examples=[180]), Whole
]
Dates = Annotated[
    list[Day],
    AfterValidator(_in_order),
    Field(min_length=1, max_length=500, examples=[["2021-10-08", "2021-12-14"]]),
]
FromMeeting = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=80,
        description="Id or handle of a meeting of the series: only this and those behind it.",
        examples=["coordination-committee-8"],
    ),
]


class RuleWrite(Schema):
    """A recurrence rule: parts of RRULE (RFC 5545 section 3.3.10) under their names there.

    Its dates are days in the zone of the series. A week begins on Monday.
    """

    frequency: Frequency
    starts_on: Day = Field(description="It gives no day before this one.", examples=["2021-10-08"])
    interval: Interval = 1
    by_day: ByDay = Field(default_factory=list)
    by_month_day: ByMonthDay = Field(default_factory=list)
    by_month: ByMonth = Field(default_factory=list)
    count: Count | None = None
    until: Day | None = Field(None, description="The last day that it may give.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        faults = Rule.read(self.model_dump(mode="json")).faults()
        if faults:
            raise ValueError(" ".join(f"{member}: {detail}" for member, detail in faults))
        return self


class RulePatch(Schema):
    """Of a rule that there is, any member."""

    frequency: Frequency | None = None
    starts_on: Day | None = None
    interval: Interval | None = None
    by_day: ByDay | None = None
    by_month_day: ByMonthDay | None = None
    by_month: ByMonth | None = None
    count: Count | None = None
    until: Day | None = None


class TemplateItem(Schema):
    """An agenda item of each meeting, with all that lies under it."""

    kind: ItemKind
    title: LocalizedLine
    note: LocalizedText = Field(default_factory=dict)
    duration: Minutes | None = None
    access: ItemAccess = ItemAccess.PUBLIC
    working_group: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle of the committee that gives the briefing.",
        examples=["resource-mobilization"],
    )
    presenter: ShortLine | None = Field(None, examples=["Li Wei"])
    items: list["TemplateItem"] = Field(default_factory=list, max_length=500)


Agenda = Annotated[
    list[TemplateItem],
    Field(max_length=500, description="Each meeting begins with a working agenda of its own."),
]


class SeriesTemplate(MeetingTemplate):
    """What each meeting of the series begins as; each can be changed by itself then.

    In the title `{number}` stands for the meeting's number, `{ordinal}` for the same as it is said
    (6th, 6e, 6.ª), `{year}` for the year in which it is held.
    """

    agenda: Agenda = Field(default_factory=list)

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        if unknown := unknown_placeholders(self.title):
            names = ", ".join(f"{{{name}}}" for _, name in unknown)
            raise ValueError(f"the title names what nothing stands for: {names[:200]}")
        return self


class TemplatePatch(Schema):
    """Any member of the template; the agenda as a whole."""

    title: dict[Language, Line | None] | None = Field(None, max_length=20)
    description: dict[Language, Paragraphs | None] | None = Field(None, max_length=20)
    format: MeetingFormat | None = None
    languages: list[Language] | None = Field(None, max_length=20)
    seat_quota: Seats | None = None
    capacity: Seats | None = None
    registration_deadline: "DeadlinePatch | None" = None
    venue: Line | None = None
    contacts: list["ContactPatch"] | None = Field(None, max_length=20)
    public: Flag | None = None
    links_bound: Flag | None = None
    agenda: Agenda | None = None


class DeadlinePatch(Schema):
    """Of a rule that there is, any member; to count in other days, null for the old ones."""

    days_before: Annotated[int, Field(ge=1, le=365), Whole] | None = None
    working_days_before: Annotated[int, Field(ge=1, le=100), Whole] | None = None
    time: ClockTime | None = None


class ContactPatch(Schema):
    """Somebody to be asked; of the list all are given."""

    name: ShortLine
    role: ShortLine | None = None
    email: Email | None = None


class SeriesMembers(Schema):
    """What an organizer says of a series: either a rule or a list of dates."""

    name: LocalizedLine = Field(examples=[{"en": "Quarterly meetings"}])
    rule: RuleWrite | None = None
    dates: Dates | None = Field(None, description="Instead of a rule.")
    on_day_off: OnDayOff = OnDayOff.KEEP
    at_clock_change: AtClockChange = AtClockChange.REFUSE
    start_time: ClockTime
    duration: Length
    template: SeriesTemplate

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.rule is None) is (self.dates is None):
            raise ValueError("give either rule or dates")
        return self


class SeriesWrite(SeriesMembers):
    """Every writable member, as a merge patch finds them."""

    timezone: ZoneName


class SeriesCreate(SeriesMembers):
    timezone: ZoneName | None = Field(None, description="By default the committee's.")


class SeriesPatch(Schema):
    """Members as in `SeriesCreate`. Meetings that were made already stay as they are."""

    name: dict[Language, Line | None] | None = Field(None, max_length=20)
    rule: RulePatch | None = None
    dates: Dates | None = None
    on_day_off: OnDayOff | None = None
    at_clock_change: AtClockChange | None = None
    timezone: ZoneName | None = None
    start_time: ClockTime | None = None
    duration: Length | None = None
    template: TemplatePatch | None = None


class SeriesOut(Schema):
    """A series."""

    id: UUID
    committee_id: UUID
    name: LocalizedLine
    rule: RuleWrite | None
    dates: Dates | None
    on_day_off: OnDayOff
    at_clock_change: AtClockChange
    timezone: ZoneName
    start_time: ClockTime
    duration: Length
    template: SeriesTemplate | None = Field(
        description="For organizers and observers; null for everybody else."
    )
    created_at: InstantField


class SeriesMeeting(Schema):
    """A meeting of the series, in short."""

    id: UUID
    handle: Handle
    number: int = Field(ge=1, le=2_147_483_647, examples=[6])
    date: Day = Field(description="Of the series, wherever the meeting is held now.")
    status: MeetingStatus
    title: LocalizedLine
    timezone: ZoneName
    local_start: WallTimeField
    local_end: WallTimeField
    starts_at: InstantField
    ends_at: InstantField


class SeriesDate(Schema):
    """A date of the series, with what becomes of it."""

    date: Day
    outcome: DateOutcome
    reason: DateReason | None
    detail: str | None = Field(max_length=2000, description="The reason in words, for some.")
    held_on: Day | None = Field(description="Another day than the date where that is a day off.")
    local_start: WallTimeField | None
    local_end: WallTimeField | None
    starts_at: InstantField | None
    ends_at: InstantField | None
    meeting: SeriesMeeting | None


class SeriesDates(Schema):
    """The next dates of the series, earliest first."""

    made: int = Field(ge=0, le=100, description="How many meetings were made by this request.")
    dates: list[SeriesDate] = Field(max_length=1000)


HowMany = Annotated[
    int,
    Field(ge=1, le=100, description="So many dates; those that are skipped do not count."),
    Whole,
]


class MakeRequest(Schema):
    """For which dates there shall be meetings."""

    count: HowMany
    since: Day | None = Field(None, description="From this date on; by default from today on.")
    room: Room | None = Field(
        None, description="The conference room of those that are made; not kept in the series."
    )


class ActRequest(Schema):
    """Which meetings of the series, and a word to those who are told."""

    from_meeting: FromMeeting = None
    note: Paragraphs | None = Field(None, examples=["The room is needed by the General Assembly."])


class ShiftRequest(ActRequest):
    """What changes; whatever is left out stays as each meeting has it.

    Further meetings of the series are made with the new time, length and zone; for other days its
    rule is changed.
    """

    start_time: ClockTime | None = None
    duration: Length | None = None
    timezone: ZoneName | None = None
    weekday: Weekday | None = Field(
        None, description="The day of the same week, from Monday to Sunday."
    )
    shift_days: Annotated[int, Field(ge=-31, le=31), Whole] | None = Field(
        None, description="So many days later, or earlier where negative."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.weekday is not None and self.shift_days is not None:
            raise ValueError("give either weekday or shift_days")
        if all(getattr(self, name) is None for name in SHIFTS):
            raise ValueError(f"give at least one of {', '.join(SHIFTS)}")
        return self


SHIFTS = ("start_time", "duration", "timezone", "weekday", "shift_days")


class LeftMeeting(SeriesMeeting):
    """A meeting that stays as it is."""

    reason: str = Field(max_length=500, examples=["The meeting is in_session."])


class ActResult(Schema):
    """What became of an act on the series: all of it, or a refusal."""

    changed: list[SeriesMeeting] = Field(max_length=1000)
    left: list[LeftMeeting] = Field(max_length=1000, description="They stay as they are.")


class SeriesPerson(Schema):
    """Somebody by name and address; an address that the directory knows is that person."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = Field(None, examples=["Ms."])
    job_title: ShortLine | None = Field(None, examples=["Programme Officer"])
    email: Email
    language: Language | None = None


class SeriesRegistration(Schema):
    """Name somebody for all meetings that are open: `person_id` of the directory, or a `person`."""

    person_id: UUID | None = None
    person: SeriesPerson | None = None
    entity: str | None = Field(
        None,
        min_length=1,
        max_length=80,
        description="Id or handle; only needed by callers who act for more than one.",
        examples=["unodc"],
    )
    role: RegistrationRole = RegistrationRole.REPRESENTATIVE
    from_meeting: FromMeeting = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.person_id is None) is (self.person is None):
            raise ValueError("give either person_id or person")
        return self


class RegisteredMeeting(Schema):
    """What became of the registration at one meeting."""

    meeting_id: UUID
    handle: Handle
    number: int = Field(ge=1, le=2_147_483_647)
    starts_at: InstantField
    outcome: RegisteredOutcome
    registration_id: UUID | None = None
    problem: str | None = Field(
        None,
        max_length=100,
        description="Name of the problem type.",
        examples=["already-registered"],
    )
    detail: str | None = Field(None, max_length=2000, description="The refusal in words.")


class SeriesRegistered(Schema):
    """A result for each meeting that is open; those refused keep nobody out of the others."""

    dry_run: bool
    meetings: list[RegisteredMeeting] = Field(max_length=1000)


def walked(items: list[TemplateItem], pointer: str = "") -> Iterator[tuple[str, TemplateItem]]:
    """Each item with its place in the body, parents before what lies under them."""
    for place, item in enumerate(items):
        here = f"{pointer}/{place}"
        yield here, item
        yield from walked(item.items, f"{here}/items")
