"""iCalendar objects of others, read within bounds: content lines, events, the people in them.

Nothing is expanded, nothing is guessed, and every fault is an `Unreadable`. The work grows with the
length of the object, which is bounded.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from app.calendar.foreign_zones import Observance, offset_between, zone_named
from app.core.fields import normalised_email

MAX_OCTETS = 256_000
MAX_LINES = 5_000
MAX_DEPTH = 8
MAX_VALUE = 20_000
"""Characters of a value that are kept; descriptions may be longer."""

MAX_NAMED = 10
"""Delegates of one attendee that are kept; one is what the standard means."""

_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,64})=")
_PARAMETER_VALUE = re.compile(r'"([^"]*)"|([^";:,]*)')
_CARET = re.compile(r"\^([n^'])")
_CARET_MEANS = {"n": "\n", "^": "^", "'": '"'}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FOLD = re.compile(rb"\n[ \t]")
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")
_DATE_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_RECURRING = frozenset({"RRULE", "RDATE", "EXRULE", "EXDATE"})
_ONCE = frozenset({"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "RECURRENCE-ID"})
LARGEST = 2**31 - 1


class Unreadable(ValueError):
    """It is no iCalendar object that can be understood."""


class TooLarge(Unreadable):
    """It is larger, longer or deeper than anything that answers an invitation."""


class ContentLine(NamedTuple):
    """One unfolded line (RFC 5545 section 3.1)."""

    name: str
    parameters: Mapping[str, Sequence[str]]
    value: str

    def parameter(self, name: str) -> str:
        return next(iter(self.parameters.get(name, ())), "")

    @property
    def text(self) -> str:
        """The value as TEXT, without its escapes (section 3.3.11)."""
        return _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], self.value)


@dataclass(frozen=True, slots=True)
class Time:
    """A date, or a date with a time; `offset` is known for all but floating times and dates."""

    wall: datetime
    is_date: bool = False
    instant: datetime | None = None
    """None where only the reader's own place would tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An ATTENDEE; addresses are in the form in which they are compared."""

    address: str
    status: str = "NEEDS-ACTION"
    sent_by: str = ""
    delegated_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A VEVENT, as far as answers to invitations need it."""

    uid: str
    sequence: int
    stamp: datetime | None
    start: Time | None
    end: Time | None
    organizer: str
    attendees: tuple[Participant, ...]
    comment: str
    recurs: bool
    """It has a rule or dates of recurrence, or speaks of one occurrence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarObject:
    """A VCALENDAR with its method, in capitals, and its events."""

    method: str
    events: tuple[Event, ...]


@dataclass(slots=True)
class _Component:
    name: str
    lines: list[ContentLine] = field(default_factory=list)
    parts: list["_Component"] = field(default_factory=list)


def read(data: bytes) -> CalendarObject:
    """The one object of the data; raises `Unreadable`, and nothing else."""
    whole = _tree(content_lines(data))
    zones = _observances(whole)
    method = "".join(line.value for line in whole.lines if line.name == "METHOD").strip().upper()
    events = tuple(_event(part, zones) for part in whole.parts if part.name == "VEVENT")
    return CalendarObject(method=method[:64], events=events)


def content_lines(data: bytes) -> Iterator[ContentLine]:
    """The unfolded lines; octets that are no UTF-8 are replaced."""
    if len(data) > MAX_OCTETS:
        raise TooLarge(f"An object may have {MAX_OCTETS} octets.")
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data.count(b"\n") > MAX_LINES:
        raise TooLarge(f"An object may have {MAX_LINES} lines.")
    for row in _FOLD.sub(b"", data).split(b"\n"):
        if row.strip():
            yield _content_line(_without_nul(row.decode("utf-8", "replace")))


def _content_line(row: str) -> ContentLine:
    found = _NAME.match(row)
    if found is None:
        raise Unreadable("A line has no name.")
    place, parameters = found.end(), dict[str, list[str]]()
    while place < len(row) and row[place] == ";":
        named = _PARAMETER.match(row, place)
        if named is None:
            raise Unreadable("A parameter has no name.")
        held, place = _parameter_values(row, named.end())
        parameters.setdefault(named[1].upper(), []).extend(held)
    if place >= len(row) or row[place] != ":":
        raise Unreadable("A line has no value.")
    return ContentLine(found[0].upper(), parameters, row[place + 1 :][:MAX_VALUE])


def _parameter_values(row: str, place: int) -> tuple[list[str], int]:
    held: list[str] = []
    while True:
        found = _PARAMETER_VALUE.match(row, place)
        assert found is not None, "it matches nothing too"
        text = found[1] if found[1] is not None else found[2]
        held.append(_CARET.sub(lambda m: _CARET_MEANS[m[1]], text))
        place = found.end()
        if place >= len(row) or row[place] != ",":
            return held, place
        place += 1


def _tree(lines: Iterator[ContentLine]) -> _Component:
    """Components within each other; raises unless there is exactly one, whole, at the top."""
    top = _Component("")
    path = [top]
    for line in lines:
        name = line.value.strip().upper()
        if line.name == "BEGIN":
            if len(path) > MAX_DEPTH:
                raise TooLarge("Its components lie too deep.")
            part = _Component(name)
            path[-1].parts.append(part)
            path.append(part)
        elif line.name == "END":
            if len(path) == 1 or path.pop().name != name:
                raise Unreadable("A component ends that did not begin.")
        elif len(path) == 1:
            raise Unreadable("A line stands outside of the object.")
        else:
            path[-1].lines.append(line)
    if len(path) > 1 or [part.name for part in top.parts] != ["VCALENDAR"]:
        raise Unreadable("It is not one whole VCALENDAR.")
    return top.parts[0]


def _event(part: _Component, zones: Mapping[str, Sequence[Observance]]) -> Event:
    first: dict[str, ContentLine] = {}
    for line in part.lines:
        if line.name in first and line.name in _ONCE:
            raise Unreadable(f"{line.name} stands there twice.")
        first.setdefault(line.name, line)
    stamp = _time(first.get("DTSTAMP"), zones)
    return Event(
        uid=_value(first, "UID")[:500],
        sequence=_whole(_value(first, "SEQUENCE") or "0"),
        stamp=(stamp.instant or stamp.wall.replace(tzinfo=UTC)) if stamp else None,
        start=_time(first.get("DTSTART"), zones),
        end=_time(first.get("DTEND"), zones),
        organizer=_address(_value(first, "ORGANIZER")),
        attendees=tuple(_participant(line) for line in part.lines if line.name == "ATTENDEE"),
        comment=first["COMMENT"].text[:2000] if "COMMENT" in first else "",
        recurs=not first.keys().isdisjoint(_RECURRING | {"RECURRENCE-ID"}),
    )


def _participant(line: ContentLine) -> Participant:
    return Participant(
        address=_address(line.value),
        status=line.parameter("PARTSTAT").upper()[:64] or "NEEDS-ACTION",
        sent_by=_address(line.parameter("SENT-BY")),
        delegated_to=tuple(map(_address, line.parameters.get("DELEGATED-TO", ())[:MAX_NAMED])),
    )


def _value(lines: Mapping[str, ContentLine], name: str) -> str:
    return lines[name].value.strip() if name in lines else ""


def _address(value: str) -> str:
    """Of a `mailto:` URI, or bare, as some programs write it."""
    value = value.strip()
    if value[:7].lower() == "mailto:":
        value = _without_nul(unquote(value[7:]))
    return normalised_email(value)[:254]


def _without_nul(text: str) -> str:
    """Nothing can hold a NUL; what had one is something else than what had none."""
    return text.replace("\0", "\ufffd")


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text) or not 0 <= int(text) <= LARGEST:
        raise Unreadable("SEQUENCE is no number.")
    return int(text)


def _time(line: ContentLine | None, zones: Mapping[str, Sequence[Observance]]) -> Time | None:
    if line is None:
        return None
    found = _DATE_TIME.fullmatch(line.value.strip())
    if found is None:
        raise Unreadable(f"{line.name} is no date and no time.")
    wall = _moment(found[1] + (found[2] or "000000"))
    if found[2] is None:
        return Time(wall, is_date=True)
    if found[3]:
        return Time(wall, instant=wall.replace(tzinfo=UTC))
    return Time(wall, instant=_instant(wall, line.parameter("TZID"), zones))


def _moment(digits: str) -> datetime:
    """A leap second is the second before it; `strptime` would take what is no digit."""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    hour, minute, second = int(digits[8:10]), int(digits[10:12]), min(int(digits[12:14]), 59)
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a wall time
    except ValueError:
        raise Unreadable("There is no such date or time.") from None


def _instant(
    wall: datetime, name: str, zones: Mapping[str, Sequence[Observance]]
) -> datetime | None:
    """By the zone's name where everybody knows it, else by the object's own definition."""
    if not name:
        return None
    try:
        if (zone := zone_named(name)) is not None:
            return wall.replace(tzinfo=zone).astimezone(UTC)
        offset = offset_between(wall, zones.get(name, ()))
        return None if offset is None else (wall - offset).replace(tzinfo=UTC)
    except OverflowError:
        return None


def _observances(whole: _Component) -> dict[str, list[Observance]]:
    """Of each VTIMEZONE by its TZID."""
    found: dict[str, list[Observance]] = {}
    for part in whole.parts:
        if part.name != "VTIMEZONE":
            continue
        name = "".join(line.value for line in part.lines if line.name == "TZID")
        found[name] = [
            known
            for each in part.parts
            if (known := Observance.of({line.name: line.value for line in each.lines})) is not None
        ]
    return found
