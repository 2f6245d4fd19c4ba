"""What a reader gets out of a calendar object, and how it is kept from guessing."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Protocol

_TZID = re.compile(rb"^(TZID:|(?:DTSTART|DTEND);TZID=)([^:\r\n]+)", re.MULTILINE)
_serial = count()


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One VEVENT, with its ends as instants in UTC."""

    uid: str
    sequence: int
    start: datetime
    end: datetime

    def __str__(self) -> str:
        times = f"{self.start:%Y-%m-%dT%H:%M:%SZ} to {self.end:%Y-%m-%dT%H:%M:%SZ}"
        return f"{self.uid} #{self.sequence} {times}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole object."""

    method: str | None
    events: tuple[Event, ...]

    def __str__(self) -> str:
        return "; ".join((f"{self.method} of {len(self.events)}", *map(str, self.events)))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reader gave up, and said why."""

    why: str

    def __str__(self) -> str:
        return f"unreadable: {self.why}"


class Reader(Protocol):
    """A calendar program's parser."""

    @property
    def name(self) -> str: ...

    def read(self, objects: Sequence[bytes]) -> list[Reading | Unreadable]: ...


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A reader that is a function."""

    name: str
    function: Callable[[str], Reading]

    def read(self, objects: Sequence[bytes]) -> list[Reading | Unreadable]:
        return [self._reading(each) for each in objects]

    def _reading(self, body: bytes) -> Reading | Unreadable:
        try:
            return self.function(body.decode())
        except Exception as error:  # noqa: BLE001  # however another's parser fails, it has failed
            return Unreadable(f"{type(error).__name__}: {error}")


def with_private_names(body: bytes) -> bytes:
    """The same object under zone names that nobody knows, so that the definition must be read.

    No name is used twice: some readers keep definitions by name.
    """
    names: dict[bytes, bytes] = {}

    def renamed(match: re.Match[bytes]) -> bytes:
        opening, key = match.groups()
        if key not in names:
            names[key] = b"X-Private-%d" % next(_serial)
        return bytes(opening + names[key])

    return _TZID.sub(renamed, body)


def in_utc(moment: date | None) -> datetime:
    """Refuses floating times, which would be taken for the machine's own."""
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise ValueError(f"{moment} floats")
    return moment.astimezone(UTC)
