"""iCalendar objects (RFC 5545, 5546, 7986, 9074) from plain values: same input, same bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from unicodedata import category
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from app.calendar.zones import EARLIEST, LATEST_YEAR, is_utc, reads_one_way, vtimezone

LINE_OCTETS = 75
URI_SAFE = ":/?#[]@!$&'()*+,;=%"
MAILBOX_SAFE = "@!$'()*+"

_LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ONE_LINE = re.compile("(?<! ) *\n[ \n]*")
_NAME_BREAKERS = re.compile("[;:,= ]+")
_TEXT_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_PARAMETER_ESCAPES = str.maketrans({"^": "^^", '"': "^'", "\\": "/"})

Parameters = Sequence[tuple[str, str | Sequence[str] | None]]


class Method(StrEnum):
    """What the object asks for (RFC 5546); the MIME header repeats it letter for letter."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    DECLINECOUNTER = "DECLINECOUNTER"


class EntryStatus(StrEnum):
    """STATUS of an entry (RFC 5545 section 3.8.1.11)."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class AttendeeRole(StrEnum):
    """ROLE of an attendee (RFC 5545 section 3.2.16)."""

    CHAIR = "CHAIR"
    REQUIRED = "REQ-PARTICIPANT"
    OPTIONAL = "OPT-PARTICIPANT"
    INFORMED = "NON-PARTICIPANT"


class Participation(StrEnum):
    """PARTSTAT of an attendee (RFC 5545 section 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


BUSY_STATUS = {
    EntryStatus.CONFIRMED: "BUSY",
    EntryStatus.TENTATIVE: "TENTATIVE",
    EntryStatus.CANCELLED: "FREE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organizer:
    """Who calls the meeting; replies go to `address`."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """The one person an entry is for."""

    name: str
    address: str
    role: AttendeeRole = AttendeeRole.REQUIRED
    participation: Participation = Participation.NEEDS_ACTION
    rsvp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """A way in (RFC 7986 section 5.11); many programs show only LOCATION and DESCRIPTION."""

    uri: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEntry:
    """One meeting in one calendar.

    `start` and `end` are wall times of `zone` without tzinfo, their `fold` is honoured; the
    three stamps carry a zone. `status` is None only in a CANCEL that takes out one person of a
    meeting that goes on (RFC 5546 section 3.2.5). `alarms` are minutes before the start, for
    the entry of one person only: nobody's calendar rings because of a public feed.
    Raises ValueError for what no calendar could hold.
    """

    uid: str
    sequence: int
    stamp: datetime
    created: datetime
    last_modified: datetime
    zone: ZoneInfo
    start: datetime
    end: datetime
    summary: str
    organizer: Organizer
    status: EntryStatus | None = EntryStatus.CONFIRMED
    description: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    url: str = ""
    conferences: tuple[Conference, ...] = ()
    contacts: tuple[str, ...] = ()
    """Whom to ask, one line each (RFC 5545 section 3.8.4.2)."""
    attendee: Attendee | None = None
    alarms: tuple[int, ...] = ()
    language: str = ""
    part_of: str = ""
    """UID of the entry that this one is a part of (RFC 5545 section 3.8.4.5). It leaves out what
    is the same without being said, as there may be hundreds."""

    def __post_init__(self) -> None:
        if not self.uid or self.uid != plain(self.uid):
            raise ValueError("an entry needs a UID of one line without control characters")
        if self.sequence < 0 or any(minutes < 0 for minutes in self.alarms):
            raise ValueError("SEQUENCE and alarms count upwards from zero")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("start and end are wall times without tzinfo")
        if not EARLIEST.year <= self.start.year <= self.end.year <= LATEST_YEAR:
            raise ValueError(f"meetings lie between {EARLIEST.year} and {LATEST_YEAR}")
        if None in (self.stamp.tzinfo, self.created.tzinfo, self.last_modified.tzinfo):
            raise ValueError("stamp, created and last_modified need a zone")
        if _instant(self, self.start) >= _instant(self, self.end):
            raise ValueError("an entry ends after it starts")


def calendar(
    entries: Sequence[MeetingEntry],
    *,
    method: Method | None,
    prodid: str,
    name: str | None = None,
    refresh_interval: timedelta | None = None,
    source: str | None = None,
) -> bytes:
    """The object as sent.

    `name`, `refresh_interval` and `source` describe a feed; leave them out of a REQUEST or
    CANCEL, as programs make a calendar of its own for an object that has a name.
    An empty feed holds a definition of UTC, because RFC 5545 section 3.4 wants one component.
    Raises ValueError for what RFC 5546 forbids under the method.
    """
    _check_method(entries, method)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        _text("PRODID", prodid),
        "CALSCALE:GREGORIAN",
    ]
    lines += [f"METHOD:{method.value}"] if method else []
    lines += _feed(name, refresh_interval, source)
    if method is Method.DECLINECOUNTER:
        lines += [line for entry in entries for line in _declined_counter(entry)]
    else:
        lines += _zones(entries)
        lines += [line for entry in entries for line in _event(entry, method)]
    return "".join(fold(line) + "\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def plain(text: str, *, multiline: bool = False) -> str:
    """Text that cannot leave its property: every kind of line break is a newline, or a space
    where `multiline` is false, a tab is a space, other control characters are dropped, and
    half a surrogate pair, which UTF-8 cannot hold, is a replacement character.
    """
    text = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    return (text if multiline else _ONE_LINE.sub(" ", text)).strip(" \n")


def fold(line: str) -> str:
    """RFC 5545 section 3.1: no line is longer than 75 octets, no code point is cut in two and,
    where possible, neither is a character of several code points.
    """
    rows: list[str] = []
    start, room = 0, LINE_OCTETS
    while start < len(line) or not rows:
        end = _cut(line, start, room)
        rows.append(line[start:end])
        start, room = end, LINE_OCTETS - 1
    return "\r\n ".join(rows)


def _cut(line: str, start: int, room: int) -> int:
    end = start
    while end < len(line) and (room := room - len(line[end].encode())) >= 0:
        end += 1
    if end == len(line):
        return end
    later_half = range(end, (start + end) // 2, -1)
    return next((cut for cut in later_half if _is_seam(line[cut - 1], line[cut])), end)


def _is_seam(before: str, after: str) -> bool:
    """Not inside an escape or a composed character, and not beside a space, which transports
    and careless readers strip from the ends of a line.
    """
    joined = before == "\u200d" or category(after)[0] == "M" or category(after) == "Cf"
    skin_tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    flag = _is_flag_letter(before) and _is_flag_letter(after)
    return not (joined or skin_tone or flag or before in "\\ " or after == " ")


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _check_method(entries: Sequence[MeetingEntry], method: Method | None) -> None:
    if len({entry.uid for entry in entries}) != len(entries):
        raise ValueError("two entries have the same UID")
    if method in (Method.REQUEST, Method.CANCEL, Method.DECLINECOUNTER) and (
        len(entries) != 1 or entries[0].attendee is None
    ):
        raise ValueError(f"a {method} is one entry for one attendee")
    if method is Method.PUBLISH and any(entry.attendee for entry in entries):
        raise ValueError("PUBLISH names no attendee")
    if method is Method.CANCEL and entries[0].status not in (EntryStatus.CANCELLED, None):
        raise ValueError("a CANCEL says CANCELLED, or nothing where the meeting goes on")


def _feed(
    name: str | None, refresh_interval: timedelta | None, source: str | None
) -> Iterable[str]:
    if name and plain(name):
        yield _text("NAME", name)
        yield _text("X-WR-CALNAME", name)
    if source:
        yield _line("SOURCE", _uri(source), [("VALUE", "URI")])
    if refresh_interval:
        yield _line("REFRESH-INTERVAL", _duration(refresh_interval), [("VALUE", "DURATION")])
        yield _line("X-PUBLISHED-TTL", _duration(refresh_interval))


def _zones(entries: Sequence[MeetingEntry]) -> list[str]:
    """One definition for each TZID in use, wide enough for all entries that refer to it."""
    windows: dict[str, tuple[ZoneInfo, datetime, datetime]] = {}
    for entry in entries:
        if _in_utc(entry):
            continue
        _, first, last = windows.get(entry.zone.key, (None, entry.start, entry.end))
        window = entry.zone, min(first, entry.start), max(last, entry.end)
        windows[entry.zone.key] = window
    if not entries:
        return vtimezone(ZoneInfo("UTC"), EARLIEST, EARLIEST)
    return [line for key in sorted(windows) for line in vtimezone(*windows[key])]


def _event(entry: MeetingEntry, method: Method | None) -> list[str]:
    rings = method is not Method.CANCEL and entry.status is not EntryStatus.CANCELLED
    alarms = sorted(set(entry.alarms)) if rings else []
    return [
        "BEGIN:VEVENT",
        _text("UID", entry.uid),
        _line("DTSTAMP", _utc(entry.stamp)),
        _line("SEQUENCE", str(entry.sequence)),
        *([] if entry.part_of else [_line("CREATED", _utc(entry.created))]),
        *_last_modified(entry),
        _time("DTSTART", entry, entry.start),
        _time("DTEND", entry, entry.end),
        *_words(entry),
        *_standing(entry),
        *_people(entry),
        *_places(entry),
        *([_text("RELATED-TO", entry.part_of, [("RELTYPE", "PARENT")])] if entry.part_of else []),
        *[line for minutes in alarms for line in _alarm(entry, minutes)],
        "END:VEVENT",
    ]


def _last_modified(entry: MeetingEntry) -> Iterable[str]:
    """A part says it only where it is another time than its DTSTAMP."""
    if not entry.part_of or entry.last_modified != entry.stamp:
        yield _line("LAST-MODIFIED", _utc(entry.last_modified))


def _declined_counter(entry: MeetingEntry) -> list[str]:
    """Nothing but which entry stays as it is (RFC 5546 section 3.2.8)."""
    organizer = entry.organizer
    return [
        "BEGIN:VEVENT",
        _text("UID", entry.uid),
        _line("DTSTAMP", _utc(entry.stamp)),
        _line("SEQUENCE", str(entry.sequence)),
        _line("ORGANIZER", _mailto(organizer.address), [("CN", _common_name(organizer.name))]),
        "END:VEVENT",
    ]


def _in_utc(entry: MeetingEntry) -> bool:
    """Wall times that exist twice or not at all are written as instants, so that no reader
    has to guess.
    """
    ends = (entry.start, entry.end)
    return is_utc(entry.zone) or not all(reads_one_way(entry.zone, wall) for wall in ends)


def _time(name: str, entry: MeetingEntry, wall: datetime) -> str:
    if _in_utc(entry):
        return _line(name, _utc(_instant(entry, wall)))
    return _line(name, _stamp(wall), [("TZID", entry.zone.key)])


def _instant(entry: MeetingEntry, wall: datetime) -> datetime:
    return wall.replace(tzinfo=entry.zone).astimezone(UTC)


def _words(entry: MeetingEntry) -> Iterable[str]:
    language: Parameters = [("LANGUAGE", entry.language)]
    yield _text("SUMMARY", entry.summary, language)
    if plain(entry.description):
        yield _text("DESCRIPTION", entry.description, language, multiline=True)
    if plain(entry.location):
        yield _text("LOCATION", entry.location, language)
    if categories := [_escaped(plain(word)) for word in entry.categories if plain(word)]:
        yield _line("CATEGORIES", ",".join(categories), language)
    for contact in filter(plain, entry.contacts):
        yield _text("CONTACT", contact, language)


def _standing(entry: MeetingEntry) -> Iterable[str]:
    """A part that is confirmed takes time without saying so (RFC 5545 section 3.8.2.7)."""
    status = entry.status
    if status is None:
        return
    yield _line("STATUS", status.value)
    if entry.part_of and status is EntryStatus.CONFIRMED:
        return
    yield _line("TRANSP", "TRANSPARENT" if status is EntryStatus.CANCELLED else "OPAQUE")
    yield _line("X-MICROSOFT-CDO-BUSYSTATUS", BUSY_STATUS[status])


def _people(entry: MeetingEntry) -> Iterable[str]:
    organizer, attendee = entry.organizer, entry.attendee
    yield _line("ORGANIZER", _mailto(organizer.address), [("CN", _common_name(organizer.name))])
    if attendee:
        parameters: Parameters = [
            ("CUTYPE", "INDIVIDUAL"),
            ("ROLE", attendee.role.value),
            ("PARTSTAT", attendee.participation.value),
            ("RSVP", "TRUE" if attendee.rsvp else "FALSE"),
            ("CN", _common_name(attendee.name)),
        ]
        yield _line("ATTENDEE", _mailto(attendee.address), parameters)


def _places(entry: MeetingEntry) -> Iterable[str]:
    if entry.url:
        yield _line("URL", _uri(entry.url))
    for conference in entry.conferences:
        parameters: Parameters = [
            ("VALUE", "URI"),
            ("FEATURE", ("AUDIO", "VIDEO")),
            ("LABEL", conference.label),
            ("LANGUAGE", entry.language if conference.label else None),
        ]
        yield _line("CONFERENCE", _uri(conference.uri), parameters)


def _alarm(entry: MeetingEntry, minutes: int) -> list[str]:
    """A UID that follows from the entry's own, so that a second sending rings once."""
    return [
        "BEGIN:VALARM",
        _text("UID", str(uuid5(NAMESPACE_URL, f"{entry.uid}#alarm-{minutes}"))),
        "ACTION:DISPLAY",
        _line("TRIGGER", ("-" if minutes else "") + _duration(timedelta(minutes=minutes))),
        _text("DESCRIPTION", entry.summary),
        "END:VALARM",
    ]


def _common_name(name: str) -> str:
    """CN without the characters that some programs break on even when quoted."""
    return _NAME_BREAKERS.sub(" ", plain(name).replace('"', "'")).strip()


def _text(name: str, value: str, parameters: Parameters = (), *, multiline: bool = False) -> str:
    return _line(name, _escaped(plain(value, multiline=multiline)), parameters)


def _escaped(text: str) -> str:
    return text.translate(_TEXT_ESCAPES)


def _line(name: str, value: str, parameters: Parameters = ()) -> str:
    """An unfolded content line; empty parameters are left out."""
    written = [(key, _parameter(held)) for key, held in parameters]
    return name + "".join(f";{key}={text}" for key, text in written if text) + f":{value}"


def _parameter(value: str | Sequence[str] | None) -> str:
    """RFC 5545 section 3.2 with the escapes of RFC 6868.

    A backslash means nothing here, yet some readers let one at the end swallow the delimiter
    and so take a part of the address for the name: it is written as a slash. A `=` needs no
    quotes either, but outside of them some readers strip the spaces around it.
    """
    if not isinstance(value, str):
        return ",".join(_parameter(word) for word in value or ())
    text = plain(value).translate(_PARAMETER_ESCAPES)
    return f'"{text}"' if set(text) & set(":;,=") else text


def _uri(value: str) -> str:
    """A URI value is not escaped, so whatever RFC 3986 does not allow is percent-encoded."""
    return quote(plain(value), safe=URI_SAFE)


def _mailto(address: str) -> str:
    """RFC 6068 section 2: a `?` of the address must not begin header fields."""
    return "mailto:" + quote(plain(address), safe=MAILBOX_SAFE)


def _utc(moment: datetime) -> str:
    return _stamp(moment.astimezone(UTC)) + "Z"


def _stamp(wall: datetime) -> str:
    """ISO rather than `strftime`, which drops the zeros of early years on some systems."""
    return wall.replace(microsecond=0, tzinfo=None).isoformat().replace("-", "").replace(":", "")


def _duration(length: timedelta) -> str:
    """RFC 5545 section 3.3.6 in whole seconds and never in days: a day there is a calendar
    day, which has 23 or 25 hours when the clocks change.
    """
    hours, seconds = divmod(int(length.total_seconds()), 3600)
    parts = ((hours, "H"), (seconds // 60, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
