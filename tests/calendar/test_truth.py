"""Calendar truth on a sample: parsers of other makers get what we mean, and see what is wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest

from tests.calendar.truth.judge import cases, judge
from tests.calendar.truth.objects import Emitted, emitted
from tests.calendar.truth.readers import ALWAYS, available
from tests.calendar.truth.reading import Reader, with_private_names
from tests.calendar.truth.sittings import NOTED, Sitting, sittings
from tests.calendar.truth.zones import MANY, ODD, changes, chosen
from tests.zones import zone_names

READERS = available()
EVERY = {reader.name for reader in READERS}
BY_REAL_NAME = [reader for reader in ALWAYS if reader.name != "vobject"]
"""vobject keeps the first definition that it meets under a name, and other tests meet some too."""

SUMMER = Sitting(
    "Europe/Zurich", datetime(2021, 4, 10, 10), datetime(2021, 4, 10, 12), "a summer day"
)
ONE_LIST = """\
BEGIN:STANDARD
DTSTART:20201025T030000
RDATE:20211031T030000,20221030T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20210328T020000
RDATE:20220327T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
""".replace("\n", "\r\n")


@cache
def sample() -> list[tuple[Sitting, Emitted]]:
    """A sitting of each odd zone, of another kind from zone to zone, and the noted changes."""
    odd = [sittings(zone)[number % 6] for number, zone in enumerate(ODD)]
    noted = [sittings(zone)[number % 2 + 2] for number, zone in enumerate(NOTED)]
    return cases(list(dict.fromkeys([*odd, *noted])))


@pytest.mark.parametrize("reader", ALWAYS, ids=lambda reader: reader.name)
def test_parsers_get_every_instant_of_what_is_emitted(reader: Reader):
    assert len(sample()) >= 4 * 38
    assert judge(sample(), [reader]) == []


def test_libical_does_too():
    fifth = [reader for reader in READERS if reader not in ALWAYS]
    if not fifth:
        pytest.skip("libical3 is not installed here")
    assert judge(sample(), fifth) == []


@pytest.mark.parametrize("reader", BY_REAL_NAME, ids=lambda reader: reader.name)
def test_parsers_agree_with_themselves_where_they_know_the_names_of_zones(reader: Reader):
    assert reader.read([each.body for _, each in sample()]) == [each.truth for _, each in sample()]


def test_the_same_sitting_is_emitted_in_the_same_bytes():
    assert emitted(SUMMER, []) == emitted(SUMMER, [])


def wrong_for(spoil: Callable[[bytes], bytes]) -> set[str]:
    """Who notices: the readers for whom a spoiled object no longer says what is meant."""
    good, *_ = emitted(SUMMER, [])
    bad = Emitted(good.label, spoil(good.body), good.truth)
    assert bad.body != good.body
    assert judge([(SUMMER, good)], READERS) == []
    return {wrong.reader for wrong in judge([(SUMMER, bad)], READERS)}


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(old, new)


def with_observances(text: str) -> Callable[[bytes], bytes]:
    def spoil(body: bytes) -> bytes:
        start, end = body.index(b"BEGIN:STANDARD"), body.index(b"END:VTIMEZONE")
        return body[:start] + text.encode() + body[end:]

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(replacing(b":20210328T020000", b":20210418T020000"), id="onset too late"),
        pytest.param(replacing(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300"), id="offset"),
        pytest.param(replacing(b"BEGIN:VTIMEZONE\r\nTZID:Europe/Zurich", b"BEGIN:VTIMEZONE\r\n"
                               b"TZID:Europe/Paris"), id="definition of another zone"),
        pytest.param(replacing(b"T100000\r\n", b"T110000\r\n"), id="start"),
        pytest.param(replacing(b"T120000\r\n", b"T113000\r\n"), id="end"),
        pytest.param(replacing(b"\r\nMETHOD:PUBLISH", b"\r\nMETHOD:REQUEST"), id="method"),
        pytest.param(replacing(b"\r\nSEQUENCE:", b"\r\nSEQUENCE:9"), id="sequence"),
        pytest.param(replacing(b"\r\nUID:", b"\r\nUID:x"), id="uid"),
        pytest.param(replacing(b"VEVENT", b"VTODO"), id="no event"),
    ],
)  # fmt: skip
def test_every_parser_notices(spoil: Callable[[bytes], bytes]):
    assert wrong_for(spoil) == EVERY


def test_onsets_in_one_list_are_read_in_part_by_some():
    """Why there is one sub-component for each change, with its onset in DTSTART and RDATE."""
    assert wrong_for(with_observances(ONE_LIST)) == {"ical", "ical.js"}


def test_onsets_in_dtstart_alone_are_ignored_by_one():
    dtstart_alone = "".join(
        line for line in ONE_LIST.splitlines(keepends=True) if "RDATE" not in line
    )
    assert wrong_for(with_observances(dtstart_alone)) == {"ical"}


def test_private_names_touch_nothing_but_zones():
    body = (
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n"
        b"DTSTART;TZID=Europe/Paris:20210101T100000\r\nDESCRIPTION:DTEND;TZID=Europe/Paris:x\r\n"
        b"DTEND:20210101T100000Z\r\n"
    )
    hidden = with_private_names(body)
    name = hidden.split(b"TZID:")[1].split(b"\r\n")[0]
    assert name.startswith(b"X-Private-")
    assert hidden.replace(b"TZID:" + name, b"TZID:Europe/Paris").replace(
        b"DTSTART;TZID=" + name, b"DTSTART;TZID=Europe/Paris"
    ) == body  # fmt: skip


def test_odd_zones_and_noted_months_exist():
    assert set(ODD) <= zone_names()
    assert set(NOTED) <= set(ODD)
    for zone, months in NOTED.items():
        assert set(months) <= {f"{change.at:%Y-%m}" for change in changes(zone)}


def test_the_campaign_has_six_sittings_in_each_of_four_hundred_zones():
    names = chosen()
    assert len(set(names)) == MANY
    assert set(ODD) <= set(names)
    assert {name for name in zone_names() if changes(name)} <= set(names)
    for name in ODD:
        held = sittings(name)
        assert len(set(held)) == 6
        assert all(timedelta() < sitting.ends_at - sitting.starts_at for sitting in held)
        assert all(2007 <= sitting.start.year <= 2037 for sitting in held)
