"""The written object, as bytes and as other readers see it, for kind and for hostile values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.calendar.entries import cancelled
from app.calendar.writer import (
    Attendee,
    AttendeeRole,
    Conference,
    EntryStatus,
    MeetingEntry,
    Method,
    Organizer,
    Participation,
    calendar,
    fold,
    plain,
)

STAMP = datetime(2021, 9, 1, 12, tzinfo=UTC)
PRODID = "-//Secretariat//Calendar//EN"
MEETING = MeetingEntry(
    uid="0190a0b1-meeting@secretariat.example.org",
    sequence=2,
    stamp=STAMP,
    created=datetime(2021, 8, 1, 9, tzinfo=UTC),
    last_modified=datetime(2021, 9, 1, 14, tzinfo=ZoneInfo("Europe/Vienna")),
    zone=ZoneInfo("Asia/Tashkent"),
    start=datetime(2021, 10, 8, 19),
    end=datetime(2021, 10, 8, 22),
    summary="6th meeting of the Coordination Committee",
    description="Panel; briefings, by eight working groups.\nJoin: https://meet.example.org/j/1?a=b,c",
    location="Online, https://meet.example.org/j/1",
    organizer=Organizer(name="Secretariat", address="secretariat+6@example.org"),
    categories=("Coordination Committee", "Virtual, plenary"),
    url="https://meetings.example.org/m/6",
    conferences=(Conference(uri="https://meet.example.org/j/1?a=b,c", label="Join; as José"),),
    attendee=Attendee(
        name="Ñandú, José",
        address="jose@unodc.example.org",
        role=AttendeeRole.REQUIRED,
        participation=Participation.ACCEPTED,
    ),
    alarms=(1440, 15, 15),
    language="en",
)
PUBLIC = replace(MEETING, attendee=None, alarms=())

AS_SENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Secretariat//Calendar//EN
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Asia/Tashkent
BEGIN:STANDARD
DTSTART:19910929T030000
RDATE:19910929T030000
TZOFFSETFROM:+0600
TZOFFSETTO:+0500
TZNAME:+05
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:0190a0b1-meeting@secretariat.example.org
DTSTAMP:20210901T120000Z
SEQUENCE:2
CREATED:20210801T090000Z
LAST-MODIFIED:20210901T120000Z
DTSTART;TZID=Asia/Tashkent:20211008T190000
DTEND;TZID=Asia/Tashkent:20211008T220000
SUMMARY;LANGUAGE=en:6th meeting of the Coordination Committee
DESCRIPTION;LANGUAGE=en:Panel\\; briefings\\, by eight working groups.\\nJoin
 : https://meet.example.org/j/1?a=b\\,c
LOCATION;LANGUAGE=en:Online\\, https://meet.example.org/j/1
CATEGORIES;LANGUAGE=en:Coordination Committee,Virtual\\, plenary
STATUS:CONFIRMED
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
ORGANIZER;CN=Secretariat:mailto:secretariat+6@example.org
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALS
 E;CN=Ñandú José:mailto:jose@unodc.example.org
URL:https://meetings.example.org/m/6
CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="Join; as José";LANGUAGE=en
 :https://meet.example.org/j/1?a=b,c
BEGIN:VALARM
UID:{alarm_15}
ACTION:DISPLAY
TRIGGER:-PT15M
DESCRIPTION:6th meeting of the Coordination Committee
END:VALARM
BEGIN:VALARM
UID:{alarm_1440}
ACTION:DISPLAY
TRIGGER:-PT24H
DESCRIPTION:6th meeting of the Coordination Committee
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_a_cancelled_entry_asks_for_no_answer() -> None:
    attendee = Attendee(name="José", address="jose@unodc.example.org", rsvp=True)
    entry = cancelled(replace(MEETING, attendee=attendee))
    data = calendar([entry], method=Method.CANCEL, prodid=PRODID)
    lines = data.decode().replace("\r\n ", "").splitlines()
    (said,) = [line for line in lines if line.startswith("ATTENDEE")]
    assert "RSVP=FALSE" in said
    assert "STATUS:CANCELLED" in lines


INJECTIONS = [
    "\r\nATTENDEE:mailto:evil@example.org",
    "\nBEGIN:VALARM\nEND:VALARM",
    "\rX-EVIL:1",
    "\u2028X-EVIL:1",
    "\x85X-EVIL:1",
    "\\",
    "\\n",
    '"',
    '";X-EVIL=1:mailto:evil@example.org\r\n',
    "^n^'^^",
    ";X-EVIL=1",
    " = ",
    ":",
    ",",
    "\x00\x1b\x7f\t",
    "\ud800",
    "\ufeff\u202e\u200d",
    "END:VEVENT\r\nEND:VCALENDAR",
    "é" * 40,
    "👩🏽‍🚀🇺🇳" * 12,
    "اللجنة",
]
words = st.lists(
    st.one_of(st.text(st.characters(), max_size=30), st.sampled_from(INJECTIONS)), max_size=4
).map("".join)


def read(data: bytes) -> Any:
    return icalendar.Calendar.from_ical(data)


def event(data: bytes) -> Any:
    return read(data).walk("VEVENT")[0]


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def names(data: bytes) -> list[str]:
    """What stands before the first `;` or `:` of each content line; components with theirs."""
    lines = unfolded(data)
    return [line if line[:4] in ("BEGI", "END:") else named(line) for line in lines]


def named(line: str) -> str:
    return line.replace(":", ";").split(";")[0]


def request(entry: MeetingEntry) -> bytes:
    return calendar([entry], method=Method.REQUEST, prodid=PRODID)


def test_a_personal_entry_as_sent():
    data = request(MEETING)
    first, second = (alarm["UID"] for alarm in read(data).walk("VALARM"))
    expected = AS_SENT.replace("{alarm_15}", first).replace("{alarm_1440}", second)
    assert data.decode() == expected.replace("\n", "\r\n")
    assert first != second


def test_same_input_same_bytes():
    assert request(replace(MEETING, alarms=(15, 1440))) == request(MEETING)


def test_icalendar_reads_every_value_back():
    data = request(MEETING)
    read_back = event(data)
    assert {
        "summary": str(read_back["SUMMARY"]),
        "description": str(read_back["DESCRIPTION"]),
        "location": str(read_back["LOCATION"]),
        "categories": [str(word) for word in read_back["CATEGORIES"].cats],
        "conference": (str(read_back["CONFERENCE"]), read_back["CONFERENCE"].params["LABEL"]),
        "features": read_back["CONFERENCE"].params["FEATURE"],
        "organizer": (str(read_back["ORGANIZER"]), read_back["ORGANIZER"].params["CN"]),
        "attendee": (str(read_back["ATTENDEE"]), read_back["ATTENDEE"].params["CN"]),
        "alarms": [alarm["TRIGGER"].dt for alarm in read(data).walk("VALARM")],
    } == {
        "summary": MEETING.summary,
        "description": MEETING.description,
        "location": MEETING.location,
        "categories": list(MEETING.categories),
        "conference": ("https://meet.example.org/j/1?a=b,c", "Join; as José"),
        "features": ["AUDIO", "VIDEO"],
        "organizer": ("mailto:secretariat+6@example.org", "Secretariat"),
        "attendee": ("mailto:jose@unodc.example.org", "Ñandú José"),
        "alarms": [timedelta(minutes=-15), timedelta(days=-1)],
    }


def test_vobject_reads_the_texts_back():
    read_back = vobject.readOne(request(MEETING).decode()).vevent
    assert (read_back.summary.value, read_back.description.value, read_back.location.value) == (
        MEETING.summary,
        MEETING.description,
        MEETING.location,
    )


def test_a_feed_tells_its_name_and_how_often_to_ask():
    data = calendar(
        [PUBLIC],
        method=Method.PUBLISH,
        prodid=PRODID,
        name="Coordination; Committee",
        refresh_interval=timedelta(days=1, minutes=30),
        source="https://meetings.example.org/calendar.ics",
    )
    assert unfolded(data)[1:10] == [
        "VERSION:2.0",
        "PRODID:-//Secretariat//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Coordination\\; Committee",
        "X-WR-CALNAME:Coordination\\; Committee",
        "SOURCE;VALUE=URI:https://meetings.example.org/calendar.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT24H30M",
        "X-PUBLISHED-TTL:PT24H30M",
    ]


def test_an_empty_feed_holds_one_component():
    data = calendar([], method=None, prodid=PRODID)
    assert [part.name for part in read(data).subcomponents] == ["VTIMEZONE"]


@pytest.mark.parametrize(
    ("status", "lines"),
    [
        (
            EntryStatus.TENTATIVE,
            ["STATUS:TENTATIVE", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"],
        ),
        (
            EntryStatus.CANCELLED,
            ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"],
        ),
        (None, []),
    ],
)
def test_standing(status: EntryStatus | None, lines: list[str]):
    data = calendar([replace(MEETING, status=status)], method=None, prodid=PRODID)
    standing = ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")
    assert [line for line in unfolded(data) if named(line) in standing] == lines


@pytest.mark.parametrize(
    ("method", "status", "alarms"),
    [
        (Method.REQUEST, EntryStatus.CONFIRMED, 2),
        (Method.REQUEST, EntryStatus.CANCELLED, 0),
        (Method.CANCEL, EntryStatus.CANCELLED, 0),
        (Method.CANCEL, None, 0),
    ],
)
def test_nothing_rings_for_a_meeting_one_is_not_at(
    method: Method, status: EntryStatus | None, alarms: int
):
    data = calendar([replace(MEETING, status=status)], method=method, prodid=PRODID)
    assert names(data).count("BEGIN:VALARM") == alarms


def test_an_alarm_at_the_start_has_no_sign():
    data = request(replace(MEETING, alarms=(0,)))
    assert [line for line in unfolded(data) if named(line) == "TRIGGER"] == ["TRIGGER:PT0S"]


@pytest.mark.parametrize(
    ("entries", "method", "reason"),
    [
        ([MEETING, MEETING], None, "same UID"),
        ([], Method.REQUEST, "one entry for one attendee"),
        ([PUBLIC], Method.REQUEST, "one entry for one attendee"),
        ([PUBLIC], Method.CANCEL, "one entry for one attendee"),
        ([MEETING], Method.CANCEL, "says CANCELLED"),
        ([MEETING], Method.PUBLISH, "no attendee"),
    ],
)
def test_what_a_method_forbids(entries: list[MeetingEntry], method: Method | None, reason: str):
    with pytest.raises(ValueError, match=reason):
        calendar(entries, method=method, prodid=PRODID)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"uid": ""}, "UID"),
        ({"uid": "a\r\nb"}, "UID"),
        ({"sequence": -1}, "upwards"),
        ({"alarms": (-5,)}, "upwards"),
        ({"start": STAMP}, "without tzinfo"),
        ({"stamp": datetime(2021, 9, 1)}, "need a zone"),
        ({"end": MEETING.start}, "ends after"),
        ({"start": datetime(1969, 1, 1)}, "between"),
        ({"end": datetime(9999, 1, 1)}, "between"),
    ],
)
def test_what_no_calendar_could_hold(wrong: dict[str, Any], reason: str):
    with pytest.raises(ValueError, match=reason):
        replace(MEETING, **wrong)


@settings(max_examples=150, deadline=None)
@given(words, words, words, words, words, words)
@example(*INJECTIONS[:6])
def test_no_text_ever_becomes_a_property(
    summary: str, description: str, location: str, name: str, label: str, category: str
):
    data = request(
        replace(
            MEETING,
            summary=summary,
            description="d" + description,
            location="l" + location,
            organizer=Organizer(name=name, address="secretariat+6@example.org"),
            attendee=Attendee(name=name, address="jose@unodc.example.org"),
            conferences=(Conference(uri="https://meet.example.org/j/1", label="j" + label),),
            categories=("c" + category, category),
            language="en",
        )
    )
    assert names(data) == names(request(MEETING))
    assert_lines_are_well_formed(data)
    read_back = event(data)
    assert str(read_back["SUMMARY"]) == plain(summary)
    assert str(read_back["DESCRIPTION"]) == plain("d" + description, multiline=True)
    assert str(read_back["LOCATION"]) == plain("l" + location)
    assert read_back["CONFERENCE"].params["LABEL"] == plain("j" + label).replace("\\", "/")
    assert str(read_back["ATTENDEE"]) == "mailto:jose@unodc.example.org"
    assert set(read_back["ATTENDEE"].params) - {"CN"} == {"CUTYPE", "ROLE", "PARTSTAT", "RSVP"}


@settings(max_examples=100, deadline=None)
@given(words)
def test_common_names_hold_nothing_that_programs_break_on(name: str):
    attendee = Attendee(name="n" + name, address="jose@unodc.example.org")
    data = request(replace(MEETING, attendee=attendee))
    line = next(line for line in unfolded(data) if named(line) == "ATTENDEE")
    assert line.startswith("ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=")
    assert line.endswith(":mailto:jose@unodc.example.org")
    written = line.split("CN=")[1].removesuffix(":mailto:jose@unodc.example.org")
    assert not set(written) & set('";:,\\')
    assert [char for char in written if ord(char) < 32 or 127 <= ord(char) < 160] == []


@settings(max_examples=100, deadline=None)
@given(words, words)
def test_no_address_ever_becomes_a_property(address: str, uri: str):
    data = request(
        replace(
            MEETING,
            organizer=Organizer(name="Secretariat", address=address),
            attendee=Attendee(name="José", address=address),
            conferences=(Conference(uri="https:" + uri, label="Join"),),
            url="https:" + uri,
        )
    )
    assert names(data) == names(request(MEETING))
    assert_lines_are_well_formed(data)


def test_a_feed_name_and_a_product_name_stay_in_their_lines():
    hostile = "".join(INJECTIONS)
    kind, wicked = (
        calendar(
            [PUBLIC], method=None, prodid=text, name=text, source="https://a.example.org/" + text
        )
        for text in ("x", hostile)
    )
    assert names(wicked) == names(kind)
    assert_lines_are_well_formed(wicked)


def test_values_of_nothing_but_controls_leave_no_empty_property():
    empty = replace(
        PUBLIC, description="\x00", location="\r\n", categories=("\t",), language="\x07"
    )
    none = replace(PUBLIC, description="", location="", categories=(), language="")
    assert calendar([empty], method=None, prodid="p", name="\n") == calendar(
        [none], method=None, prodid="p"
    )


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a+tag@example.org", "mailto:a+tag@example.org"),
        ("a?bcc=b@example.org", "mailto:a%3Fbcc%3Db@example.org"),
        ("a\r\nBCC:b@example.org", "mailto:a%20BCC%3Ab@example.org"),
        ("josé@example.org", "mailto:jos%C3%A9@example.org"),
    ],
)
def test_addresses(address: str, written: str):
    organizer = Organizer(name="", address=address)
    lines = unfolded(calendar([replace(PUBLIC, organizer=organizer)], method=None, prodid="p"))
    assert [line for line in lines if named(line) == "ORGANIZER"] == [f"ORGANIZER:{written}"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=400))
def test_folding_is_undone_by_unfolding(line: str):
    rows = fold(line).split("\r\n")
    assert [len(row.encode()) <= 75 for row in rows] == [True] * len(rows)
    assert rows[0] + "".join(row[1:] for row in rows[1:]) == line
    assert [row[0] for row in rows[1:]] == [" "] * len(rows[1:])


@pytest.mark.parametrize("unit", ["e\u0301", "👩🏽‍🚀", "\\n", "🇺🇳x"])
def test_folding_keeps_together_what_belongs_together(unit: str):
    later_halves = ("\u0301", "🏽", "\u200d", "🚀", "n", "🇳")
    for offset in range(80):
        rows = fold("x" * offset + unit * 60).split("\r\n ")
        assert [row for row in rows[1:] if row.startswith(later_halves)] == []


def test_folding_leaves_no_space_at_the_ends_of_a_line():
    for offset in range(80):
        rows = fold("x" * offset + "some words " * 30 + "x").split("\r\n ")
        assert [row for row in rows if row != row.strip()] == []


def test_an_endless_composed_character_is_folded_between_code_points():
    rows = fold("e" + "\u0301" * 200).split("\r\n ")
    assert [len(row.encode()) <= 74 for row in rows[1:]] == [True] * len(rows[1:])


@pytest.mark.parametrize("name", ["José\\", "\\", 'a\\"', "a^"])
def test_the_end_of_a_name_never_swallows_the_address(name: str):
    attendee = Attendee(name=name, address="jose@unodc.example.org")
    data = request(replace(MEETING, attendee=attendee))
    assert str(event(data)["ATTENDEE"]) == "mailto:jose@unodc.example.org"
    assert vobject.readOne(data.decode()).vevent.attendee.value == "mailto:jose@unodc.example.org"


def assert_lines_are_well_formed(data: bytes) -> None:
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.removesuffix(b"\r\n").split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        assert not set(line) & {0, *range(1, 32), 127}
        assert line.decode().encode() == line
