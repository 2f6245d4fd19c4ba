"""Zone names and wall times mean one thing or are refused."""

import zoneinfo
from datetime import UTC, datetime, timedelta, timezone
from importlib import metadata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.zones import (
    TZDATA_VERSION,
    OutsideCalendar,
    RepeatedWallTime,
    SkippedWallTime,
    UnknownZone,
    WrongOffset,
    canonical_zone,
    format_offset,
    offset_at,
    to_instant,
    to_local,
)
from tests.zones import zone_names

NEW_YORK = "America/New_York"
EST, EDT = timedelta(hours=-5), timedelta(hours=-4)

zones = st.sampled_from(sorted(zone_names()))
instants = st.datetimes(
    datetime(1970, 1, 1), datetime(2100, 12, 31, 23, 59, 59), timezones=st.just(UTC)
)


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Europe/Uzhgorod", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Eastern", NEW_YORK),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Australia/ACT", "Australia/Sydney"),
        ("Africa/Asmera", "Africa/Asmara"),
        ("Etc/Zulu", "UTC"),
        ("Etc/UTC", "UTC"),
        ("UTC", "UTC"),
        ("Etc/Greenwich", "Etc/GMT"),
        ("Etc/GMT-5", "Etc/GMT-5"),
    ],
)
def test_old_names_become_the_current_one(name: str, current: str) -> None:
    assert canonical_zone(name) == current


@pytest.mark.parametrize(
    "name",
    [
        "Africa/Addis_Ababa",
        "Africa/Asmara",
        "America/Argentina/Buenos_Aires",
        "Asia/Ashgabat",
        "Asia/Tashkent",
        "Atlantic/Reykjavik",
        "Europe/Amsterdam",
        "Europe/Brussels",
        "Europe/Kyiv",
        "Europe/Oslo",
        "Europe/Vienna",
        "Europe/Zurich",
        NEW_YORK,
    ],
)
def test_a_name_of_a_place_stays_even_where_rules_are_shared(name: str) -> None:
    assert canonical_zone(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "EST", "MST", "HST", "EST5EDT", "CET", "Factory", "localtime", "posixrules"),
        *("Japan", "GMT", "GMT+0", "Zulu", "Europe", "Europe/", "tzdata.zi", "zone.tab"),
        *("../x", "../../etc/passwd", "/etc/localtime", "Europe/../Europe/Zurich", "Etc/Unknown"),
        *("europe/zurich", "EUROPE/ZURICH", "Europe/Zurich ", " Europe/Zurich", "utc"),
        *("posix/Europe/Zurich", "right/Europe/Zurich", "SystemV/EST5", "US/Pacific-New"),
        *("Europe/Zurich\0", "\0", "Europe/Zürich", "\ud800", "+02:00", "A" * 1_000_000),
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone) as refusal:
        canonical_zone(name)
    assert len(str(refusal.value)) < 500
    assert str(refusal.value).isascii()


def test_every_current_name_is_its_own_current_name_and_loads() -> None:
    names = zone_names()
    assert {canonical_zone(name) for name in names} == names
    assert len(names) > 400
    assert {name for name in names if "/" not in name} == {"UTC"}
    for name in names:
        assert zoneinfo.ZoneInfo(name).key == name


def test_old_names_keep_their_clock() -> None:
    known = zoneinfo.available_timezones()
    moments = [datetime(1970 + n // 2, 1 + 6 * (n % 2), 15, tzinfo=UTC) for n in range(0, 150, 7)]
    for old in sorted(name for name in known - zone_names() if "/" in name):
        for moment in moments:
            assert moment.astimezone(zoneinfo.ZoneInfo(old)).utcoffset() == offset_at(moment, old)


def test_only_the_pinned_data_are_read() -> None:
    assert zoneinfo.TZPATH == ()
    year, release = metadata.version("tzdata").split(".")[:2]
    letter = chr(ord("a") + int(release) - 1)
    assert f"{year}{letter}" == TZDATA_VERSION


@pytest.mark.parametrize(
    ("zone", "date", "wall"),
    [
        ("Europe/Zurich", (2021, 10, 8), (16, 0)),
        ("Asia/Tashkent", (2021, 10, 8), (19, 0)),
        ("Asia/Ashgabat", (2021, 10, 8), (19, 0)),
        ("Europe/Zurich", (2021, 12, 14), (16, 0)),
        ("Asia/Tashkent", (2021, 12, 14), (20, 0)),
        ("Europe/Zurich", (2021, 3, 17), (15, 0)),
        ("Asia/Tashkent", (2021, 3, 17), (19, 0)),
    ],
)
def test_ten_in_new_york_elsewhere(
    zone: str, date: tuple[int, int, int], wall: tuple[int, int]
) -> None:
    instant = to_instant(datetime(*date, 10), NEW_YORK)
    assert to_local(instant, zone) == datetime(*date, *wall)


def test_a_skipped_time_is_refused_with_its_neighbours() -> None:
    for offset in (None, EST, EDT):
        with pytest.raises(SkippedWallTime) as refusal:
            to_instant(datetime(2021, 3, 14, 2, 30), NEW_YORK, fold_offset=offset)
        assert refusal.value.earlier == datetime(2021, 3, 14, 1, 30)
        assert refusal.value.later == datetime(2021, 3, 14, 3, 30)


def test_the_edges_of_a_gap_exist() -> None:
    just_before = to_instant(datetime(2021, 3, 14, 1, 59, 59), NEW_YORK)
    just_after = to_instant(datetime(2021, 3, 14, 3), NEW_YORK)
    assert just_after - just_before == timedelta(seconds=1)
    with pytest.raises(SkippedWallTime):
        to_instant(datetime(2021, 3, 14, 2), NEW_YORK)


def test_a_skipped_day_has_its_neighbours_a_day_away() -> None:
    with pytest.raises(SkippedWallTime) as refusal:
        to_instant(datetime(2011, 12, 30, 9), "Pacific/Apia")
    assert refusal.value.earlier == datetime(2011, 12, 29, 9)
    assert refusal.value.later == datetime(2011, 12, 31, 9)


def test_a_repeated_time_needs_its_offset() -> None:
    local = datetime(2021, 11, 7, 1, 30)
    with pytest.raises(RepeatedWallTime) as refusal:
        to_instant(local, NEW_YORK)
    assert refusal.value.offsets == (EDT, EST)
    assert str(refusal.value) == (
        "2021-11-07T01:30:00 happens twice in America/New_York: name the offset, -04:00 or -05:00."
    )
    assert to_instant(local, NEW_YORK, fold_offset=EDT) == datetime(2021, 11, 7, 5, 30, tzinfo=UTC)
    assert to_instant(local, NEW_YORK, fold_offset=EST) == datetime(2021, 11, 7, 6, 30, tzinfo=UTC)


def test_the_fold_of_a_datetime_does_not_stand_in_for_an_offset() -> None:
    with pytest.raises(RepeatedWallTime):
        to_instant(datetime(2021, 11, 7, 1, 30, fold=1), NEW_YORK)


@pytest.mark.parametrize(
    ("local", "offsets"),
    [(datetime(2021, 11, 7, 1, 30), (EDT, EST)), (datetime(2021, 7, 1, 10), (EDT,))],
)
def test_a_wrong_offset_is_refused(local: datetime, offsets: tuple[timedelta, ...]) -> None:
    with pytest.raises(WrongOffset) as refusal:
        to_instant(local, NEW_YORK, fold_offset=timedelta(hours=2))
    assert refusal.value.offsets == offsets


def test_a_right_offset_is_welcome_where_there_is_no_doubt() -> None:
    local = datetime(2021, 7, 1, 10)
    assert to_instant(local, NEW_YORK, fold_offset=EDT) == to_instant(local, NEW_YORK)


def test_an_old_name_serves_as_zone() -> None:
    local = datetime(2021, 10, 8, 10)
    assert to_instant(local, "Europe/Kiev") == to_instant(local, "Europe/Kyiv")


def test_both_ends_of_the_calendar_are_refused_by_name() -> None:
    with pytest.raises(OutsideCalendar):
        to_instant(datetime(9999, 12, 31, 23), NEW_YORK)
    with pytest.raises(OutsideCalendar):
        to_instant(datetime(1, 1, 1, 1), "Asia/Tokyo")
    with pytest.raises(OutsideCalendar):
        to_local(datetime(1, 1, 1, 1, tzinfo=UTC), NEW_YORK)


def test_wall_times_are_naive_and_instants_are_not() -> None:
    with pytest.raises(TypeError):
        to_instant(datetime(2021, 10, 8, tzinfo=UTC), NEW_YORK)
    with pytest.raises(TypeError):
        to_local(datetime(2021, 10, 8), NEW_YORK)


def test_instants_of_any_offset_are_shown() -> None:
    instant = datetime(2021, 10, 8, 19, tzinfo=timezone(timedelta(hours=5)))
    assert to_local(instant, NEW_YORK) == datetime(2021, 10, 8, 10)


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (timedelta(), "+00:00"),
        (timedelta(hours=5, minutes=45), "+05:45"),
        (timedelta(hours=-3, minutes=-30), "-03:30"),
        (timedelta(minutes=-44, seconds=-30), "-00:44:30"),
    ],
)
def test_offsets_are_written_as_in_rfc_3339(offset: timedelta, text: str) -> None:
    assert format_offset(offset) == text


@settings(max_examples=500, deadline=None)
@given(instant=instants, zone=zones)
def test_every_instant_comes_back_with_its_offset(instant: datetime, zone: str) -> None:
    local = to_local(instant, zone)
    assert local.tzinfo is None
    assert to_instant(local, zone, fold_offset=offset_at(instant, zone)) == instant


@settings(max_examples=500, deadline=None)
@given(local=st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30)), zone=zones)
def test_every_wall_time_comes_back_or_is_refused(local: datetime, zone: str) -> None:
    try:
        meant = [to_instant(local, zone)]
        expected = [local]
    except SkippedWallTime as gap:
        expected = [gap.earlier, gap.later]
        meant = [to_instant(neighbour, zone) for neighbour in expected]
    except RepeatedWallTime as fold:
        expected = [local, local]
        meant = [to_instant(local, zone, fold_offset=offset) for offset in fold.offsets]
    assert meant == sorted(set(meant))
    assert [to_local(instant, zone) for instant in meant] == expected


@settings(max_examples=300, deadline=None)
@given(name=st.text(max_size=40))
def test_made_up_names_are_refused_or_current(name: str) -> None:
    try:
        assert canonical_zone(name) in zone_names()
    except UnknownZone:
        assert name not in zone_names()
