"""The C library that GNOME and KDE read calendars with, where the system has it (`libical3`)."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_int64, c_void_p
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.calendar.truth.reading import Event, Reading

LIBRARY = "libical.so.3"


class Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = (
        *((part, c_int) for part in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", c_int),
        ("is_daylight", c_int),
        ("zone", c_void_p),
    )


SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "icalparser_parse_string": (c_void_p, [c_char_p]),
    "icalcomponent_free": (None, [c_void_p]),
    "icalcomponent_string_to_kind": (c_int, [c_char_p]),
    "icalcomponent_get_first_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_first_property": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_uid": (c_char_p, [c_void_p]),
    "icalcomponent_get_sequence": (c_int, [c_void_p]),
    "icalcomponent_count_errors": (c_int, [c_void_p]),
    "icalproperty_string_to_kind": (c_int, [c_char_p]),
    "icalproperty_get_value_as_string": (c_char_p, [c_void_p]),
    "icalproperty_get_datetime_with_component": (Time, [c_void_p, c_void_p]),
    "icaltime_as_timet_with_zone": (c_int64, [Time, c_void_p]),
}


def installed() -> bool:
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


def read(text: str) -> Reading:
    lib = _library()
    with _parsed(text) as calendar:
        if lib.icalcomponent_count_errors(calendar):
            raise ValueError("libical found errors")
        method = _property(calendar, b"METHOD")
        value = lib.icalproperty_get_value_as_string(method).decode() if method else None
        return Reading(value, tuple(_event(each, calendar) for each in _events(calendar)))


def _event(event: int, calendar: int) -> Event:
    lib = _library()
    return Event(
        lib.icalcomponent_get_uid(event).decode(),
        lib.icalcomponent_get_sequence(event),
        _instant(_property(event, b"DTSTART"), calendar),
        _instant(_property(event, b"DTEND"), calendar),
    )


def _instant(held: int, calendar: int) -> datetime:
    lib = _library()
    time = lib.icalproperty_get_datetime_with_component(held, calendar)
    if not time.zone:
        raise ValueError("a time floats")
    return datetime.fromtimestamp(lib.icaltime_as_timet_with_zone(time, time.zone), UTC)


def _events(calendar: int) -> Iterator[int]:
    lib = _library()
    kind = lib.icalcomponent_string_to_kind(b"VEVENT")
    event = lib.icalcomponent_get_first_component(calendar, kind)
    while event:
        yield event
        event = lib.icalcomponent_get_next_component(calendar, kind)


def _property(component: int, name: bytes) -> int:
    lib = _library()
    kind = lib.icalproperty_string_to_kind(name)
    return int(lib.icalcomponent_get_first_property(component, kind) or 0)


@contextmanager
def _parsed(text: str) -> Iterator[int]:
    lib = _library()
    calendar = lib.icalparser_parse_string(text.encode())
    if not calendar:
        raise ValueError("libical reads no calendar")
    try:
        yield calendar
    finally:
        lib.icalcomponent_free(calendar)


@cache
def _library() -> Any:
    library = ctypes.CDLL(LIBRARY)
    for name, (answer, arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = answer, arguments
    return library
