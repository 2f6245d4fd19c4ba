"""Four readers that are always there, and a fifth where libical is installed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream

from tests import node
from tests.calendar.truth import libical
from tests.calendar.truth.reading import Event, OneByOne, Reader, Reading, Unreadable, in_utc

BEGIN, END = "BEGIN:VTIMEZONE\r\n", "END:VTIMEZONE\r\n"


def by_icalendar(text: str) -> Reading:
    held = icalendar.Calendar.from_ical(text)
    method = held.get("METHOD")
    return Reading(
        None if method is None else str(method),
        tuple(
            Event(
                str(event["UID"]),
                int(event.decoded("SEQUENCE")),
                in_utc(event.decoded("DTSTART")),
                in_utc(event.decoded("DTEND")),
            )
            for event in held.walk("VEVENT")
        ),
    )


def by_vobject(text: str) -> Reading:
    """Told the definitions beforehand: vobject takes a zone for UTC, and then does not know its
    name, when what it says of the years 2000 to 2019 is UTC, as for London in 2030. With the
    zone's real name it does not come to that, since it looks the name up.
    """
    for definition in text.split(BEGIN)[1:]:
        body = definition.partition(END)[0]
        one = vobject.readOne(f"BEGIN:VCALENDAR\r\n{BEGIN}{body}{END}END:VCALENDAR\r\n")
        zone = one.vtimezone.tzinfo
        vobject.icalendar.registerTzid(zone._tzid, zone)
    held = vobject.readOne(text)
    method = held.contents.get("method")
    return Reading(
        method[0].value if method else None,
        tuple(
            Event(
                event.uid.value,
                int(event.sequence.value),
                in_utc(event.dtstart.value),
                in_utc(event.dtend.value),
            )
            for event in held.contents.get("vevent", [])
        ),
    )


def by_ical(text: str) -> Reading:
    held = IcsCalendarStream.calendar_from_ics(text)
    return Reading(
        held.method,
        tuple(
            Event(event.uid, event.sequence or 0, in_utc(event.dtstart), in_utc(event.dtend))
            for event in held.events
        ),
    )


class IcalJs:
    """Mozilla's reader, as Thunderbird has it; one process of Node.js for all objects."""

    name = "ical.js"

    def read(self, objects: Sequence[bytes]) -> list[Reading | Unreadable]:
        answers = node.run("icaljs.mjs", [each.decode() for each in objects])
        return [self._reading(answer) for answer in answers]

    def _reading(self, answer: dict[str, Any]) -> Reading | Unreadable:
        if "error" in answer:
            return Unreadable(answer["error"])
        events = (
            Event(each["uid"], each["sequence"], self._instant(each["start"]),
                  self._instant(each["end"]))
            for each in answer["events"]
        )  # fmt: skip
        return Reading(answer["method"], tuple(events))

    def _instant(self, second: int) -> datetime:
        return datetime.fromtimestamp(second, UTC)


ALWAYS: tuple[Reader, ...] = (
    OneByOne("icalendar", by_icalendar),
    OneByOne("vobject", by_vobject),
    OneByOne("ical", by_ical),
    IcalJs(),
)


def available() -> tuple[Reader, ...]:
    """Those that can run here."""
    fifth = (OneByOne("libical", libical.read),) if libical.installed() else ()
    return (*ALWAYS, *fifth)
