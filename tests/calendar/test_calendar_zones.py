"""Instants read back from the written VTIMEZONE by readers of other makers and by one of our own.

Every TZID is renamed before reading, so that a reader cannot look the zone up by its name.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from app.calendar.writer import MeetingEntry, Method, Organizer, calendar
from app.calendar.zones import STEP, observances, reads_one_way, vtimezone

ZONES = [
    "Africa/Abidjan", "Africa/Addis_Ababa", "Africa/Cairo", "Africa/Casablanca",
    "Africa/El_Aaiun", "Africa/Johannesburg", "Africa/Juba", "Africa/Khartoum", "Africa/Lagos",
    "Africa/Monrovia", "Africa/Nairobi", "Africa/Sao_Tome", "Africa/Tripoli", "Africa/Windhoek",
    "America/Argentina/Buenos_Aires", "America/Bogota", "America/Caracas", "America/Godthab",
    "America/Havana", "America/Mexico_City", "America/Montevideo", "America/New_York",
    "America/Port-au-Prince", "America/Santiago", "America/Sao_Paulo", "America/St_Johns",
    "Antarctica/Troll", "Asia/Almaty", "Asia/Amman", "Asia/Ashgabat", "Asia/Baghdad",
    "Asia/Beirut", "Asia/Bishkek", "Asia/Damascus", "Asia/Dhaka", "Asia/Dushanbe", "Asia/Gaza",
    "Asia/Hong_Kong", "Asia/Jerusalem", "Asia/Kabul", "Asia/Karachi", "Asia/Kathmandu",
    "Asia/Kolkata", "Asia/Pyongyang", "Asia/Tashkent", "Asia/Tehran", "Asia/Tokyo",
    "Asia/Ulaanbaatar", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney",
    "Etc/GMT+12", "Europe/Dublin", "Europe/Istanbul", "Europe/Kyiv", "Europe/London",
    "Europe/Moscow", "Europe/Vienna", "Europe/Volgograd", "Europe/Zurich", "Pacific/Apia",
    "Pacific/Chatham", "Pacific/Easter", "Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Norfolk",
    "UTC",
]  # fmt: skip
YEARS = (2007, 2011, 2018, 2021, 2026, 2037)
HOURS_AROUND = (-26, -1, 0, 1, 3)
STAMP = datetime(2021, 9, 1, 12, tzinfo=UTC)

Instants = list[tuple[datetime, datetime]]
Reader = Callable[[str], Instants]
serial = count()


def entry(zone: ZoneInfo, start: datetime, end: datetime | None = None) -> MeetingEntry:
    return MeetingEntry(
        uid=f"{start:%Y%m%dT%H%M%S}.{start.fold}@example.org",
        sequence=0,
        stamp=STAMP,
        created=STAMP,
        last_modified=STAMP,
        zone=zone,
        start=start,
        end=end or start + timedelta(hours=3),
        summary="Meeting",
        organizer=Organizer(name="Secretariat", address="secretariat@example.org"),
    )


def text_of(*entries: MeetingEntry) -> str:
    return calendar(entries, method=Method.PUBLISH, prodid="-//Example//EN").decode()


def renamed(text: str, key: str) -> str:
    name = f"X-Custom-{next(serial)}"
    return text.replace(f"TZID:{key}\r\n", f"TZID:{name}\r\n").replace(
        f"TZID={key}:", f"TZID={name}:"
    )


def by_icalendar(text: str) -> Instants:
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [(in_utc(event.decoded("DTSTART")), in_utc(event.decoded("DTEND"))) for event in events]


def by_icalendar_pytz(text: str) -> Instants:
    """The same parser with its other provider, which reads the definitions by itself."""
    with pytz_provider():
        return by_icalendar(text)


@contextmanager
def pytz_provider() -> Iterator[None]:
    icalendar.use_pytz()
    try:
        yield
    finally:
        icalendar.use_zoneinfo()


def by_vobject(text: str) -> Instants:
    """Told the definition beforehand: vobject takes a zone for UTC, and then does not know its
    name, when what it says of the years 2000 to 2019 is UTC, as for London in 2030.
    """
    begin, end = "BEGIN:VTIMEZONE\r\n", "END:VTIMEZONE\r\n"
    if begin in text:
        body = text[text.index(begin) : text.index(end) + len(end)]
        held = vobject.readOne(f"BEGIN:VCALENDAR\r\n{body}END:VCALENDAR\r\n").vtimezone.tzinfo
        vobject.icalendar.registerTzid(held._tzid, held)
    events = vobject.readOne(text).contents.get("vevent", [])
    return [(in_utc(event.dtstart.value), in_utc(event.dtend.value)) for event in events]


def by_the_book(text: str) -> Instants:
    """RFC 5545 section 3.6.5 and nothing else: the latest onset not after the wall time."""
    onsets: list[tuple[datetime, timedelta]] = []
    starts: list[datetime] = []
    ends: list[datetime] = []
    block = ""
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            block = value
        elif name == "DTSTART" and block in ("STANDARD", "DAYLIGHT"):
            onset = datetime.fromisoformat(value)
        elif name == "TZOFFSETTO":
            onsets.append((onset, offset_of(value)))
        elif name.startswith("DTSTART"):
            starts.append(resolved(value, onsets))
        elif name.startswith("DTEND"):
            ends.append(resolved(value, onsets))
    return list(zip(starts, ends, strict=True))


def offset_of(text: str) -> timedelta:
    hours, minutes, seconds = int(text[1:3]), int(text[3:5]), int(text[5:] or 0)
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -size if text[0] == "-" else size


def resolved(value: str, onsets: list[tuple[datetime, timedelta]]) -> datetime:
    wall = datetime.fromisoformat(value[:15])
    if value.endswith("Z"):
        return wall.replace(tzinfo=UTC)
    _, offset = max(held for held in onsets if held[0] <= wall)
    return (wall - offset).replace(tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


READERS = [by_the_book, by_icalendar, by_icalendar_pytz, by_vobject]


def rules_in_file(key: str) -> list[tuple[int, int]]:
    """Second and new offset of every change since 1970 in the zone's file, read with nothing but
    RFC 9636 section 3.2.
    """
    data = resources.files("tzdata.zoneinfo").joinpath(key).read_bytes()
    is_ut, is_std, leap, times, types, chars = struct.unpack(">6l", data[20:44])
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + is_std + is_ut
    _, _, _, times, types, _ = struct.unpack(">6l", data[at + 20 : at + 44])
    at += 44
    seconds = struct.unpack(f">{times}q", data[at : at + 8 * times])
    kinds = data[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", data[at + 6 * n : at + 6 * n + 4])[0] for n in range(types)]
    told = list(zip(seconds, (offsets[kind] for kind in kinds), strict=True))
    return [
        (second, new)
        for (_, old), (second, new) in pairwise([(-(2**62), offsets[0]), *told])
        if old != new and second >= 0
    ]


def walls(zone: ZoneInfo, year: int) -> list[datetime]:
    """Two days in winter and summer, and the hours around each change of the year; wall times
    that exist twice come with both meanings.
    """
    found = {datetime(year, month, 14, 10) for month in (1, 3, 7, 10)}
    for change in observances(zone, datetime(year, 6, 1), datetime(year, 6, 1)):
        if change.onset.year == year:
            found |= {change.onset + timedelta(hours=hours) for hours in HOURS_AROUND}
            found |= {change.onset - timedelta(minutes=10)}
    both = [wall.replace(fold=1) for wall in found if not reads_one_way(zone, wall)]
    return sorted([*found, *both], key=lambda wall: (wall, wall.fold))


def truth(zone: ZoneInfo, wall: datetime) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def true_end(zone: ZoneInfo, held: MeetingEntry) -> datetime:
    return truth(zone, held.end)


@pytest.mark.parametrize("key", ZONES)
def test_other_readers_get_every_instant_right(key: str):
    zone = ZoneInfo(key)
    for year in YEARS:
        entries = [
            entry(zone, wall)
            for wall in walls(zone, year)
            if truth(zone, wall) < truth(zone, wall + timedelta(hours=3))
        ]
        expected = [(truth(zone, held.start), truth(zone, held.end)) for held in entries]
        text = renamed(text_of(*entries), key)
        got = {reader.__name__: reader(text) for reader in READERS}
        assert got == {reader.__name__: expected for reader in READERS}


@pytest.mark.parametrize("key", ZONES)
def test_a_single_meeting_of_any_month_is_covered_by_its_own_definition(key: str):
    zone = ZoneInfo(key)
    for year in range(2007, 2038, 3):
        for month in (2, 4, 8, 11):
            held = entry(zone, datetime(year, month, 8, 10))
            expected = [(truth(zone, held.start), truth(zone, held.end))]
            assert by_the_book(renamed(text_of(held), key)) == expected


@pytest.mark.parametrize("reader", READERS)
def test_the_readers_use_our_definition(reader: Reader):
    """The control: a definition made wrong is read wrong."""
    text = renamed(text_of(entry(ZoneInfo("Asia/Tashkent"), datetime(2021, 10, 8, 19))), "?")
    text = renamed(text, "Asia/Tashkent").replace("TZOFFSETTO:+0500", "TZOFFSETTO:+0545")
    assert reader(text)[0][0] == datetime(2021, 10, 8, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize("key", ["Europe/London", "Europe/Dublin", "America/New_York"])
def test_vobject_reads_the_real_name_of_zones_that_are_utc_in_winter(key: str):
    held = entry(ZoneInfo(key), datetime(2030, 7, 8, 10))
    event = vobject.readOne(text_of(held)).vevent
    assert in_utc(event.dtstart.value) == truth(held.zone, held.start)


@pytest.mark.parametrize(
    ("key", "wall", "instant"),
    [
        ("America/New_York", "2021-10-08T10:00", "2021-10-08T14:00"),
        ("America/New_York", "2021-12-14T10:00", "2021-12-14T15:00"),
        ("America/New_York", "2021-03-17T10:00", "2021-03-17T14:00"),
        ("Europe/Zurich", "2021-10-08T16:00", "2021-10-08T14:00"),
        ("Europe/Zurich", "2021-03-17T15:00", "2021-03-17T14:00"),
        ("Asia/Tashkent", "2021-12-14T20:00", "2021-12-14T15:00"),
        ("Asia/Ashgabat", "2021-10-08T19:00", "2021-10-08T14:00"),
        ("Africa/Casablanca", "2021-04-20T10:00", "2021-04-20T10:00"),
        ("Africa/Casablanca", "2021-07-10T10:00", "2021-07-10T09:00"),
        ("Asia/Gaza", "2021-07-10T10:00", "2021-07-10T07:00"),
        ("Australia/Lord_Howe", "2021-01-10T10:00", "2021-01-09T23:00"),
        ("Australia/Lord_Howe", "2021-07-10T10:00", "2021-07-09T23:30"),
        ("Europe/Dublin", "2021-01-10T10:00", "2021-01-10T10:00"),
        ("Europe/Dublin", "2021-07-10T10:00", "2021-07-10T09:00"),
        ("Pacific/Apia", "2011-12-29T10:00", "2011-12-29T20:00"),
        ("Pacific/Apia", "2011-12-31T10:00", "2011-12-30T20:00"),
        ("Asia/Kathmandu", "2021-07-10T10:00", "2021-07-10T04:15"),
        ("UTC", "2021-07-10T10:00", "2021-07-10T10:00"),
    ],
)
def test_known_instants(key: str, wall: str, instant: str):
    """From published tables rather than from the zone rules this program reads."""
    text = renamed(text_of(entry(ZoneInfo(key), datetime.fromisoformat(wall))), key)
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert [reader(text)[0][0] for reader in READERS] == [expected] * len(READERS)


@pytest.mark.parametrize("key", ZONES)
def test_every_change_in_the_zone_file_is_found(key: str):
    with resources.files("tzdata.zoneinfo").joinpath(key).open("rb") as file:
        zone = ZoneInfo.from_file(file, key=key)
    found = observances(zone, datetime(1970, 1, 1), datetime(2036, 1, 1))[1:]
    told = [
        rule
        for rule in rules_in_file(key)
        if rule[0] < datetime(2038, 1, 1, tzinfo=UTC).timestamp()
    ]
    assert [
        (
            int((change.onset - change.offset_from).replace(tzinfo=UTC).timestamp()),
            int(change.offset_to.total_seconds()),
        )
        for change in found
    ][: len(told)] == told


def test_no_change_of_any_zone_hides_between_two_looks():
    keys = resources.files("tzdata").joinpath("zones").read_text().split()
    seconds = [[second for second, _ in rules_in_file(key)] for key in keys]
    assert min(later - sooner for told in seconds for sooner, later in pairwise(told)) > 2 * STEP


@pytest.mark.parametrize(
    ("key", "year"),
    [("Europe/Dublin", 2021), ("Africa/Casablanca", 2021), ("Africa/Windhoek", 2013)],
)
def test_daylight_is_the_higher_offset_where_the_law_says_the_reverse(key: str, year: int):
    day = datetime(year, 6, 1)
    first, *changes = observances(ZoneInfo(key), day, day)
    rising = [change.offset_to > change.offset_from for change in changes]
    assert [change.daylight for change in changes] == rising
    assert not first.daylight


@pytest.mark.parametrize("key", ZONES)
def test_a_definition_opens_with_standard_before_its_years(key: str):
    for year in range(2007, 2038):
        first, *_ = observances(ZoneInfo(key), datetime(year, 1, 1), datetime(year, 1, 2))
        assert not first.daylight
        assert first.onset < datetime(year - 1, 1, 1)


def test_utc_needs_no_definition():
    text = text_of(entry(ZoneInfo("Etc/UTC"), datetime(2021, 10, 8, 10)))
    assert "VTIMEZONE" not in text
    assert "\r\nDTSTART:20211008T100000Z\r\nDTEND:20211008T130000Z\r\n" in text


@pytest.mark.parametrize(
    ("key", "wall", "fold", "written"),
    [
        ("America/New_York", "2021-11-07T01:30", 0, "20211107T053000Z"),
        ("America/New_York", "2021-11-07T01:30", 1, "20211107T063000Z"),
        ("America/New_York", "2021-03-14T02:30", 0, "20210314T073000Z"),
        ("Pacific/Apia", "2011-12-30T10:00", 0, "20111230T200000Z"),
    ],
)
def test_walls_that_exist_twice_or_never_are_written_as_instants(
    key: str, wall: str, fold: int, written: str
):
    start = datetime.fromisoformat(wall).replace(fold=fold)
    text = text_of(entry(ZoneInfo(key), start, start + timedelta(days=2)))
    assert f"\r\nDTSTART:{written}\r\n" in text
    assert "TZID" not in text


def test_one_definition_for_entries_years_apart():
    zone = ZoneInfo("Europe/Vienna")
    entries = [entry(zone, datetime(year, 7, 8, 10)) for year in (2025, 2021)]
    text = text_of(*entries)
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert by_the_book(text) == [(truth(zone, e.start), true_end(zone, e)) for e in entries]


def test_definition_stays_the_same_when_a_meeting_moves_within_its_year():
    zone = ZoneInfo("America/New_York")
    first, second = datetime(2021, 10, 8, 10), datetime(2021, 12, 14, 10)
    assert vtimezone(zone, first, first) == vtimezone(zone, second, second)


def test_a_fixed_zone_has_one_standard_component():
    assert vtimezone(ZoneInfo("Asia/Kolkata"), datetime(2021, 1, 1), datetime(2021, 1, 1)) == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Kolkata",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "RDATE:19700101T000000",
        "TZOFFSETFROM:+0530",
        "TZOFFSETTO:+0530",
        "TZNAME:IST",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def test_seconds_of_an_old_offset_are_kept():
    lines = vtimezone(ZoneInfo("Africa/Monrovia"), datetime(1971, 1, 1), datetime(1971, 1, 1))
    assert [line for line in lines if line.startswith("TZOFFSET")] == [
        "TZOFFSETFROM:-004430",
        "TZOFFSETTO:-004430",
        "TZOFFSETFROM:-004430",
        "TZOFFSETTO:+0000",
    ]


@pytest.mark.parametrize("year", [1969, 9999])
def test_years_without_rules_are_refused(year: int):
    with pytest.raises(ValueError, match="no zone rules"):
        vtimezone(ZoneInfo("Europe/Vienna"), datetime(year, 1, 1), datetime(year, 1, 1))
