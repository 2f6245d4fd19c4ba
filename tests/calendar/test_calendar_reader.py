"""Objects of other programs are read within bounds, or refused by name."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.calendar import reader
from app.calendar.foreign_zones import zone_named
from app.calendar.reader import MAX_LINES, MAX_OCTETS, TooLarge, Unreadable, content_lines, read

OUTLOOK = b"""BEGIN:VCALENDAR\r
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\r
VERSION:2.0\r
METHOD:COUNTER\r
BEGIN:VTIMEZONE\r
TZID:W. Europe Standard Time\r
BEGIN:STANDARD\r
DTSTART:16011028T030000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010325T020000\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ATTENDEE;CN="Rossi; Amina^'s: \xc3\xa9";PARTSTAT=TENTATIVE;SENT-BY="mailto:Desk@example.org":\r
 MAILTO:A%2BRossi@Example.org\r
COMMENT;LANGUAGE=en:One\\, two\\; \\\\three\\n\xc3\r
 \xa9\r
UID:1@example.org\r
DTSTAMP:20211001T100000Z\r
DTSTART;TZID=W. Europe Standard Time:%s\r
DTEND;TZID="/example.org/2021/America/New_York":20211008T130000\r
SEQUENCE:2\r
END:VEVENT\r
END:VCALENDAR\r
"""


def outlook(start: str = "20211008T160000"):
    return read(OUTLOOK.replace(b"%s", start.encode()))


def test_what_a_program_says_is_read() -> None:
    found = outlook()
    (event,) = found.events
    (attendee,) = event.attendees
    assert (found.method, event.uid, event.sequence) == ("COUNTER", "1@example.org", 2)
    assert event.stamp == datetime(2021, 10, 1, 10, tzinfo=UTC)
    assert event.comment == "One, two; \\three\né"
    assert (attendee.address, attendee.status) == ("a+rossi@example.org", "TENTATIVE")
    assert attendee.sent_by == "desk@example.org"
    assert event.start is not None
    assert event.end is not None
    assert event.start.instant == datetime(2021, 10, 8, 14, tzinfo=UTC)
    assert event.end.instant == datetime(2021, 10, 8, 17, tzinfo=UTC)
    assert not event.recurs


@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        ("20210101T120000", 1),
        ("20210328T015900", 1),
        ("20210328T030000", 2),
        ("20211031T015900", 2),
        ("20211031T030000", 1),
        ("20371231T120000", 1),
        ("16010101T000000", 1),
    ],
)
def test_a_zone_by_its_own_definition(wall: str, hours: int) -> None:
    start = outlook(wall).events[0].start
    assert start is not None
    assert start.instant is not None
    assert start.wall.replace(tzinfo=UTC) - start.instant == timedelta(hours=hours)


def one(*lines: str) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
    ).encode()


@pytest.mark.parametrize(
    ("line", "instant"),
    [
        ("DTSTART:20211008T140000Z", datetime(2021, 10, 8, 14, tzinfo=UTC)),
        ("DTSTART;TZID=Europe/Kiev:20211008T170000", datetime(2021, 10, 8, 14, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20211008", None),
        ("DTSTART:20211008T140000", None),
        ("DTSTART;TZID=Nowhere:20211008T140000", None),
        ("DTSTART:20211008T235960Z", datetime(2021, 10, 8, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times_of_every_kind(line: str, instant: datetime | None) -> None:
    start = read(one(line)).events[0].start
    assert start is not None
    assert (start.instant, start.is_date) == (instant, "VALUE=DATE" in line)


@pytest.mark.parametrize("name", ["RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID"])
def test_what_recurs_is_marked_and_never_expanded(name: str) -> None:
    assert read(one(f"{name}:FREQ=SECONDLY")).events[0].recurs


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\nEND:VEVENT",
        b"END:VCALENDAR",
        b"BEGIN:VEVENT\nEND:VEVENT",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\n" * 2,
        b"X:1\nBEGIN:VCALENDAR\nEND:VCALENDAR",
        one("no value"),
        one("X;=1:2"),
        one('X;A="1:2'),
        one("UID:1", "UID:2"),
        one("SEQUENCE:1", "SEQUENCE:2"),
        one("SEQUENCE:-1"),
        one("SEQUENCE:99999999999"),
        one("SEQUENCE:\u0663"),
        one("DTSTAMP:20210230T100000Z"),
        one("DTSTAMP:yesterday"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"X" * (MAX_OCTETS + 1),
        b"X:1\n" * (MAX_LINES + 1),
        b"BEGIN:VCALENDAR\n" * (reader.MAX_DEPTH + 1),
    ],
)
def test_what_is_too_large_is_refused(data: bytes) -> None:
    with pytest.raises(TooLarge):
        read(data)


def test_the_longest_lines_are_read_at_once() -> None:
    """A quarter of a megabyte of parameters, of values of one, of folds: nothing is quadratic."""
    for line in (";A=b" * 60_000, ";A=b" + ",c" * 120_000, ";A=" + '"x",' * 60_000 + "y"):
        (found,) = content_lines(f"X{line}:1".encode())
        assert len(found.parameters["A"]) > 50_000
    folded = b"X:" + b"\r\n " * 4_000 + b"1"
    assert [line.value for line in content_lines(folded)] == ["1"]


def test_a_day_of_the_month_has_two_digits_at_most() -> None:
    rule = f"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY={'9' * 5000}"
    text = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\n"
        f"DTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n{rule}\n"
        "END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=X:20210901T120000\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    (event,) = read(text.encode()).events
    assert event.start is not None
    assert event.start.instant == datetime(2021, 9, 1, 10, tzinfo=UTC)


def test_only_known_zones_are_known() -> None:
    known = {"Europe/Zurich": "Europe/Zurich", "/x/America/Argentina/Ushuaia": None}
    found = {name: zone_named(name) for name in known}
    assert {name: zone and zone.key for name, zone in found.items()} == {
        "Europe/Zurich": "Europe/Zurich",
        "/x/America/Argentina/Ushuaia": "America/Argentina/Ushuaia",
    }
    assert [zone_named(name) for name in ("", "/", "../etc/passwd", "EST", "x" * 10_000)] == (
        [None] * 5
    )


PIECES = st.sampled_from(
    [
        b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n",
        b"BEGIN:VTIMEZONE\r\n", b"END:VTIMEZONE\r\n", b"BEGIN:DAYLIGHT\r\n", b"END:DAYLIGHT\r\n",
        b"TZID:Z\r\n", b"DTSTART;TZID=Z:20210101T000000\r\n", b"DTSTART:00010101T000000\r\n",
        b"RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=5SU\r\n", b"TZOFFSETFROM:+2359\r\n",
        b"TZOFFSETTO:-2359\r\n", b"DTSTAMP:99991231T235959Z\r\n", b"SEQUENCE:0\r\n",
        b"ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.org\r\n", b"METHOD:REPLY\r\n", b" \r\n",
    ]
)  # fmt: skip


@given(
    st.binary(max_size=300) | st.lists(PIECES | st.binary(max_size=30), max_size=40).map(b"".join)
)
@example(OUTLOOK)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        read(data)
