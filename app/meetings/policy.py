"""Rules of a meeting's description and times: pure functions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.core.zones import (
    WrongOffset,
    ZoneTrouble,
    format_offset,
    offset_at,
    to_instant,
)
from app.meetings.lifecycle import ANNOUNCED, OVER, MeetingFormat, MeetingStatus, MeetingVerb

LONGEST: Final = timedelta(days=14)
TIME_MEMBERS: Final = ("timezone", "local_start", "local_end", "start_offset", "end_offset")
SHOWN_IN_CALENDARS: Final = frozenset({"title", "venue", "format", "contacts", "room", "agenda"})
"""The room is: the personal link in each entry leads there; the agenda, once issued, too."""
YEARS: Final = range(1970, 2200)
"""Of an instant; a wall time in them may fall off either end in its zone."""
WITH_ROOM: Final = frozenset({MeetingFormat.VIRTUAL, MeetingFormat.HYBRID})
WITH_VENUE: Final = frozenset({MeetingFormat.IN_PERSON, MeetingFormat.HYBRID})

Fault = tuple[str, str]
"""The member at fault and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Times:
    """Wall times in their zone with the instants that they mean, in UTC."""

    timezone: str
    local_start: datetime
    local_end: datetime
    starts_at: datetime
    ends_at: datetime

    @property
    def start_offset(self) -> str:
        """From UTC, such as `-04:00`."""
        return format_offset(offset_at(self.starts_at, self.timezone))

    @property
    def end_offset(self) -> str:
        return format_offset(offset_at(self.ends_at, self.timezone))


@dataclass(frozen=True, slots=True)
class Telling:
    """What an organizer says of a change to those who are told of it.

    A silent one is in the log and in calendars that are fetched, but nobody is written to. Changes
    of the times are never silent.
    """

    note: str | None = None
    silent: bool = False


UNSAID: Final = Telling()


def fixed_times(
    timezone: str,
    local_start: datetime,
    local_end: datetime,
    start_offset: str | None = None,
    end_offset: str | None = None,
) -> Times | list[Fault]:
    """The times that are meant, or everything that is wrong with them.

    A wall time that the zone skips is refused; one that it repeats needs its offset.
    """
    starts_at = _instant("start", local_start, timezone, start_offset)
    ends_at = _instant("end", local_end, timezone, end_offset)
    if isinstance(starts_at, datetime) and isinstance(ends_at, datetime):
        fault = _length_fault(ends_at - starts_at)
        return [fault] if fault else Times(timezone, local_start, local_end, starts_at, ends_at)
    return [each for each in (starts_at, ends_at) if not isinstance(each, datetime)]


def language_faults(title: Mapping[str, str], languages: Collection[str]) -> list[Fault]:
    """The title must be readable in at least one language of the meeting, named once each."""
    faults: list[Fault] = []
    if len(set(languages)) < len(languages):
        faults.append(("languages", "Each language once."))
    if not set(title) & set(languages):
        faults.append(("title", f"Give the title in one of {', '.join(languages)}."))
    return faults


def window_faults(
    opens_at: datetime | None,
    closes_at: datetime | None,
    ends_at: datetime | None,
    place: str = "registration_closes_at",
) -> list[Fault]:
    """Registration closes after it opens and by the end of the meeting, where that is known."""
    if closes_at is None:
        return []
    if opens_at is not None and closes_at <= opens_at:
        return [(place, "Registration must close after it opens.")]
    if ends_at is not None and closes_at > ends_at:
        return [(place, f"Registration must close by the end of the meeting, {_z(ends_at)}.")]
    return []


def alters_calendars(status: MeetingStatus, verb: MeetingVerb) -> bool:
    """Whether a move must reach calendars; what was never announced stands in none."""
    tells = {MeetingVerb.RESCHEDULE, MeetingVerb.POSTPONE, MeetingVerb.CANCEL}
    return verb in tells and status is not MeetingStatus.DRAFT


def concerns_calendars(status: MeetingStatus, changed: Iterable[str]) -> bool:
    """Whether changed members must reach calendars; what was never announced stands in none.

    RFC 5546 lets an organizer keep SEQUENCE for such a change, but programs pass over an update
    that does not raise it.
    """
    return status in ANNOUNCED - OVER and not SHOWN_IN_CALENDARS.isdisjoint(changed)


def changed_times(changed: Iterable[str]) -> list[str]:
    """The members among the changed ones that only `reschedule` may change once announced."""
    return [member for member in TIME_MEMBERS if member in set(changed)]


def _instant(end: str, local: datetime, zone: str, offset: str | None) -> datetime | Fault:
    try:
        instant = to_instant(local, zone, fold_offset=_offset(offset))
    except WrongOffset as error:
        return f"{end}_offset", str(error)
    except ZoneTrouble as error:
        return f"local_{end}", str(error)
    if instant.year not in YEARS:
        return f"local_{end}", f"Must lie between {YEARS.start} and {YEARS.stop - 1} in UTC."
    return instant


def _offset(text: str | None) -> timedelta | None:
    """`-04:00`, of which the schema has checked the form."""
    if text is None:
        return None
    hours, minutes, *seconds = map(int, text[1:].split(":"))
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return -size if text.startswith("-") else size


def _length_fault(length: timedelta) -> Fault | None:
    if length <= timedelta():
        return "local_end", "The meeting must end after it starts."
    if length > LONGEST:
        return "local_end", f"A meeting lasts {LONGEST.days} days at most."
    return None


def _z(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
