"""Series as they cross the wire."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from app.core.fields import (
    ClockTime,
    Day,
    Email,
    Handle,
    InstantField,
    Language,
    Line,
    LocalizedLine,
    Paragraphs,
    Schema,
    ShortLine,
    WallTimeField,
    Whole,
    ZoneName,
)
from app.core.problems import FieldError
from app.meetings.lifecycle import MeetingStatus
from app.meetings.templates import Room
from app.registrations.answer_schemas import Answers
from app.registrations.lifecycle import RegistrationRole
from app.series.lifecycle import (
    AtClockChange,
    OnDayOff,
    RegisteredOutcome,
    SeriesDateOutcome,
    SeriesDateReason,
    Weekday,
)
from app.series.rules import SeriesRule, SeriesRulePatch
from app.series.template import SeriesTemplate, SeriesTemplatePatch


def _in_order(days: list[date]) -> list[date]:
    if len(set(days)) < len(days):
        raise ValueError("names a day twice")
    return sorted(days)


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

MeetingName = Annotated[str, Field(min_length=1, max_length=80)]


class SeriesMembers(Schema):
    """What an organizer says of a series: either a rule or a list of dates."""

    name: LocalizedLine = Field(examples=[{"en": "Quarterly meetings"}])
    rule: SeriesRule | None = None
    dates: Dates | None = Field(None, description="Instead of a rule.")
    on_day_off: OnDayOff = OnDayOff.KEEP
    at_clock_change: AtClockChange = AtClockChange.REFUSE
    start_time: ClockTime
    minutes: Length
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
    rule: SeriesRulePatch | None = None
    dates: Dates | None = None
    on_day_off: OnDayOff | None = None
    at_clock_change: AtClockChange | None = None
    timezone: ZoneName | None = None
    start_time: ClockTime | None = None
    minutes: Length | None = None
    template: SeriesTemplatePatch | None = None


class SeriesOut(Schema):
    """A series."""

    id: UUID
    committee_id: UUID
    name: LocalizedLine
    rule: SeriesRule | None
    dates: Dates | None
    on_day_off: OnDayOff
    at_clock_change: AtClockChange
    timezone: ZoneName
    start_time: ClockTime
    minutes: Length
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
    outcome: SeriesDateOutcome
    reason: SeriesDateReason | None
    detail: str | None = Field(max_length=2000, description="The reason in words, for some.")
    held_on: Day | None = Field(
        description="The day of its meeting, where that is not the date itself."
    )
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


class SeriesMakeRequest(Schema):
    """For which dates there shall be meetings."""

    count: HowMany
    since: Day | None = Field(None, description="From this date on; by default from today on.")
    room: Room | None = Field(
        None, description="The conference room of those that are made; not kept in the series."
    )


class SeriesActRequest(Schema):
    """Which meetings of the series, and a word to those who are told."""

    from_meeting: FromMeeting = None
    note: Paragraphs | None = Field(None, examples=["The room is needed by the General Assembly."])


class SeriesShiftRequest(SeriesActRequest):
    """What changes; whatever is left out stays as each meeting has it.

    Further meetings of the series are made with the new time, length and zone; for other days its
    rule is changed.
    """

    start_time: ClockTime | None = None
    minutes: Length | None = None
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


SHIFTS = ("start_time", "minutes", "timezone", "weekday", "shift_days")


class LeftMeeting(SeriesMeeting):
    """A meeting that stays as it is."""

    reason: str = Field(max_length=500, examples=["The meeting is in_session."])


class SeriesActResult(Schema):
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
    answers: dict[MeetingName, Answers] = Field(
        default_factory=dict,
        max_length=1000,
        description="What the questions of meetings are answered with, by id or handle of the "
        "meeting.",
        examples=[{"coordination-committee-7": {"diet": "vegetarian"}}],
    )

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
    errors: list[FieldError] = Field(
        default_factory=list, max_length=100, description="Places of the registration there."
    )


class SeriesRegistered(Schema):
    """A result for each meeting that is open; those refused keep nobody out of the others."""

    dry_run: bool
    meetings: list[RegisteredMeeting] = Field(max_length=1000)
