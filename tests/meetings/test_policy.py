"""Times, languages, registration windows and readiness: the pure rules."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.zones import offset_at, to_local
from app.meetings import policy, readiness
from app.meetings.lifecycle import MEETING, TRANSITIONS, MeetingFormat, MeetingStatus, MeetingVerb
from app.meetings.policy import Times, fixed_times, language_faults, window_faults
from app.meetings.readiness import MissingCode, Plan, Severity

ZONES = ["America/New_York", "Asia/Tashkent", "Europe/Vienna", "Australia/Lord_Howe", "UTC"]
INSTANTS = st.datetimes(datetime(1975, 1, 1), datetime(2150, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
LENGTHS = st.timedeltas(timedelta(minutes=1), policy.LONGEST).map(
    lambda length: timedelta(seconds=int(length.total_seconds()))
)
START, END = datetime(2021, 10, 8, 10), datetime(2021, 10, 8, 13)
NOW = datetime(2021, 9, 1, tzinfo=UTC)


def faults(found: Times | list[policy.Fault]) -> list[str]:
    assert isinstance(found, list)
    return [member for member, _ in found]


@settings(max_examples=60)
@given(starts_at=INSTANTS, length=LENGTHS, zone=st.sampled_from(ZONES))
def test_wall_times_with_their_offsets_mean_the_instants_that_they_came_from(
    starts_at: datetime, length: timedelta, zone: str
) -> None:
    ends_at = starts_at + length
    shown = Times(zone, to_local(starts_at, zone), to_local(ends_at, zone), starts_at, ends_at)
    again = fixed_times(
        zone, shown.local_start, shown.local_end, shown.start_offset, shown.end_offset
    )
    assert again == shown


@pytest.mark.parametrize(
    ("day", "geneva", "tashkent"),
    [((2021, 3, 17), 15, 19), ((2021, 10, 8), 16, 19), ((2021, 12, 14), 16, 20)],
)
def test_ten_in_new_york_elsewhere(day: tuple[int, int, int], geneva: int, tashkent: int) -> None:
    start = datetime(*day, 10)
    times = fixed_times("America/New_York", start, start + timedelta(hours=3))
    assert isinstance(times, Times)
    assert to_local(times.starts_at, "Europe/Zurich").hour == geneva
    assert to_local(times.starts_at, "Asia/Tashkent").hour == tashkent


def test_an_end_must_follow_its_start_within_fourteen_days() -> None:
    zone, day = "America/New_York", timedelta(days=1)
    assert isinstance(fixed_times(zone, START, START + 14 * day), Times)
    assert faults(fixed_times(zone, START, START + 14 * day + timedelta(seconds=1))) == [
        "local_end"
    ]
    assert faults(fixed_times(zone, START, START)) == ["local_end"]
    assert faults(fixed_times(zone, END, START)) == ["local_end"]


def test_the_clocks_may_go_back_within_a_meeting() -> None:
    """From 01:30 to 01:15 by the clocks on the wall, and 45 minutes in truth."""
    times = fixed_times(
        "America/New_York",
        datetime(2021, 11, 7, 1, 30),
        datetime(2021, 11, 7, 1, 15),
        "-04:00",
        "-05:00",
    )
    assert isinstance(times, Times)
    assert times.ends_at - times.starts_at == timedelta(minutes=45)


def test_every_wrong_time_is_named() -> None:
    skipped, repeated = datetime(2021, 3, 14, 2, 30), datetime(2021, 11, 7, 1, 30)
    assert faults(fixed_times("America/New_York", skipped, repeated)) == [
        "local_start",
        "local_end",
    ]
    assert faults(fixed_times("America/New_York", START, END, "+02:00", "-05:00")) == [
        "start_offset",
        "end_offset",
    ]


def test_instants_stay_within_the_years_that_are_shown() -> None:
    early = datetime(1970, 1, 1)
    late = datetime(2199, 12, 31, 23)
    assert faults(fixed_times("Asia/Tokyo", early, early + timedelta(hours=12))) == ["local_start"]
    assert faults(fixed_times("America/New_York", late - timedelta(hours=9), late)) == ["local_end"]


def test_a_title_needs_a_language_of_the_meeting() -> None:
    assert language_faults({"en": "Sixth", "fr": "Sixième"}, ["fr", "es"]) == []
    assert [m for m, _ in language_faults({"en": "Sixth"}, ["fr", "fr"])] == ["languages", "title"]


def test_registration_closes_after_it_opens_and_by_the_end() -> None:
    opens, ends = NOW, NOW + timedelta(days=30)
    second = timedelta(seconds=1)
    assert window_faults(opens, ends, ends) == []
    assert window_faults(opens, None, ends) == []
    assert window_faults(None, ends, ends) == []
    for closes in (opens, ends + second):
        assert [m for m, _ in window_faults(opens, closes, ends)] == ["registration_closes_at"]


@given(verbs=st.lists(st.sampled_from(MeetingVerb), max_size=12))
@settings(max_examples=60)
def test_no_walk_through_life_leaves_the_table(verbs: list[MeetingVerb]) -> None:
    state = MeetingStatus.DRAFT
    for verb in verbs:
        if verb.value in MEETING.allowed(state):
            state = MEETING.move(state, verb)
            assert state in TRANSITIONS.values()
    if state in {MeetingStatus.CLOSED, MeetingStatus.CANCELLED}:
        assert MEETING.allowed(state) == []


def test_only_what_was_announced_reaches_calendars() -> None:
    altering = {move for move in TRANSITIONS if policy.alters_calendars(*move)}
    state, verb = MeetingStatus, MeetingVerb
    assert altering == {
        (state.SCHEDULED, verb.RESCHEDULE),
        (state.SCHEDULED, verb.POSTPONE),
        (state.SCHEDULED, verb.CANCEL),
        (state.POSTPONED, verb.RESCHEDULE),
        (state.POSTPONED, verb.CANCEL),
    }


def plan(**members: object) -> Plan:
    """One that lacks nothing, but for the members given."""
    whole = {
        "meeting_id": uuid4(),
        "status": MeetingStatus.DRAFT,
        "format": MeetingFormat.HYBRID,
        "title": {"en": "Sixth meeting"},
        "languages": ["en"],
        "venue": "Conference Room 4",
        "contacts": 1,
        "starts_at": NOW + timedelta(days=37),
        "registration_closes_at": NOW + timedelta(days=30),
        "has_room": True,
        "agenda_items": 8,
        "agenda_versions": 1,
        "invitations": {"accepted": 43},
    }
    return Plan(**(whole | members))  # type: ignore[arg-type]  # the test's own members


@pytest.mark.parametrize(
    ("lacking", "code", "severity"),
    [
        ({"title": {"fr": "Sixième"}}, MissingCode.TITLE_LANGUAGE, Severity.BLOCKING),
        ({"languages": ["en", "fr"]}, MissingCode.TITLE_TRANSLATIONS, Severity.ADVISORY),
        ({"has_room": False}, MissingCode.CONFERENCE_ROOM, Severity.BLOCKING),
        ({"venue": None}, MissingCode.VENUE, Severity.BLOCKING),
        ({"contacts": 0}, MissingCode.CONTACTS, Severity.ADVISORY),
        ({"starts_at": NOW}, MissingCode.START_PASSED, Severity.ADVISORY),
        ({"registration_closes_at": None}, MissingCode.REGISTRATION_WINDOW, Severity.ADVISORY),
        ({"registration_closes_at": NOW}, MissingCode.REGISTRATION_OVER, Severity.ADVISORY),
        ({"agenda_items": 0}, MissingCode.AGENDA_ITEMS, Severity.ADVISORY),
        ({"agenda_versions": 0}, MissingCode.AGENDA_ISSUED, Severity.ADVISORY),
        ({"invitations": {"withdrawn": 2}}, MissingCode.INVITATIONS, Severity.ADVISORY),
        ({"invitations": {"draft": 2}}, MissingCode.INVITATIONS_UNSENT, Severity.ADVISORY),
        ({"invitations": {"sent": 2}}, MissingCode.INVITATIONS_UNANSWERED, Severity.ADVISORY),
    ],
)
def test_each_thing_that_is_missing_is_named(
    lacking: dict[str, object], code: MissingCode, severity: Severity
) -> None:
    (found,) = readiness.missing(plan(**lacking), NOW)
    assert (found.code, found.severity) == (code, severity)


@pytest.mark.parametrize(
    ("format_", "codes"),
    [
        (MeetingFormat.VIRTUAL, ["conference_room"]),
        (MeetingFormat.IN_PERSON, ["venue"]),
        (MeetingFormat.HYBRID, ["conference_room", "venue"]),
    ],
)
def test_a_meeting_needs_the_places_of_its_format(format_: MeetingFormat, codes: list[str]) -> None:
    bare = plan(format=format_, has_room=False, venue=None)
    assert [found.code for found in readiness.missing(bare, NOW)] == codes


def test_nothing_is_missing_of_a_whole_plan_nor_once_it_is_over() -> None:
    assert readiness.missing(plan(), NOW) == []
    for status in (MeetingStatus.ADJOURNED, MeetingStatus.CLOSED, MeetingStatus.CANCELLED):
        assert readiness.missing(plan(status=status, has_room=False, venue=None), NOW) == []


def test_offsets_are_those_of_the_zone() -> None:
    times = fixed_times("Asia/Kolkata", START, END)
    assert isinstance(times, Times)
    assert times.start_offset == "+05:30"
    assert offset_at(times.starts_at, times.timezone) == timedelta(hours=5, minutes=30)
