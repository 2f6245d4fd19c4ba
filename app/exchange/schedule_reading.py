"""Reading `schedule.xml` and `schedule.json` of any maker into lines of an agenda.

Each day becomes an item whose rooms run in parallel, each room one whose events follow each other.
Every event begins when the file says, whatever comes before it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from app.agenda.lifecycle import ChildrenRun, ItemKind
from app.core.fields import LANGUAGE, json_names
from app.core.languages import is_language
from app.core.sheets import SheetUnreadable, Value
from app.core.zones import ZoneTrouble, canonical_zone, to_instant, to_local
from app.exchange.lifecycle import AgendaFileKind
from app.exchange.markup import Node
from app.exchange.outline import Foreign, Line, Reading, check_count
from app.exchange.prose import as_prose
from app.exchange.schedule_files import GENERATOR

GROUPS: Final = UUID("5d1c1f4e-2d0b-5d4f-8a52-0b6c9d7e3f10")
"""Names the items of days and rooms, so that the next file finds them again."""
_DAY: Final = 24 * 60
_LENGTH: Final = re.compile("([0-9]{1,3}):([0-5][0-9])(:00?)?")
_CLOCK: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_LOCAL_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER: Final = re.compile("[0-9]{1,9}")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f]")
_LONGEST: Final = 1000
"""Characters of a foreign name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What of the meeting decides how a schedule is read."""

    zone: str
    language: str
    """Of texts whose language the file does not say."""
    room: str
    """That of items without a room."""


@dataclass(frozen=True, slots=True)
class Conference:
    """What of its conference an event needs that says less by itself."""

    acronym: str
    zone: str | None
    day_change: time
    """Before that hour it is still the day before, as pentabarf has it."""
    ours: bool
    """Written by this program: what looks like HTML is then what somebody wrote."""


@dataclass(slots=True)
class Said:
    """An event as a file has it: `of` gives the text of a member, empty where there is none."""

    place: str
    row: int
    of: Callable[[str], str]
    people: list[str]
    day: str
    room: str
    conference: Conference


def read_schedule_xml(top: Node, setting: Setting) -> Reading:
    """Raises `SheetUnreadable`."""
    if top.name != "schedule":
        raise SheetUnreadable(f"The file is no schedule: at its top is {top.name[:60]!a}.")
    found = top.first("conference")
    generator = top.first("generator")
    maker = "" if generator is None else generator.attributes.get("name", "")
    conference = _conference(lambda name: "" if found is None else found.said(name), maker)
    return _reading(_events_of_xml(top, conference), setting)


def read_schedule_json(document: Mapping[str, Value], setting: Setting) -> Reading:
    """Raises `SheetUnreadable`."""
    found = _mapping(_mapping(document["schedule"], "schedule").get("conference"), "conference")
    generator = document.get("generator")
    maker = _text(generator.get("name")) if isinstance(generator, dict) else ""
    return _reading(_events_of_json(found, _conference(_of_mapping(found), maker)), setting)


def _conference(of: Callable[[str], str], maker: str) -> Conference:
    change = of("day_change").strip()
    return Conference(
        acronym=of("acronym"),
        zone=_zone(of("time_zone_name")),
        day_change=time.fromisoformat(change) if _CLOCK.fullmatch(change) else time(),
        ours=maker == GENERATOR,
    )


def _events_of_xml(top: Node, conference: Conference) -> Iterator[Said]:
    row = 0
    for d, day in enumerate(top.all("day"), start=1):
        for r, room in enumerate(day.all("room"), start=1):
            for e, event in enumerate(room.all("event"), start=1):
                row += 1
                persons = event.first("persons")
                people = [] if persons is None else [p.text for p in persons.all("person")]
                yield Said(
                    place=f"/schedule/day[{d}]/room[{r}]/event[{e}]",
                    row=row,
                    of=_of_node(event),
                    people=people,
                    day=day.attributes.get("date", ""),
                    room=event.said("room") or room.attributes.get("name", ""),
                    conference=conference,
                )


def _of_node(event: Node) -> Callable[[str], str]:
    return lambda name: event.attributes.get(name) or event.raw(name)


def _events_of_json(found: Mapping[str, Value], conference: Conference) -> Iterator[Said]:
    row = 0
    for d, raw in enumerate(_list(found.get("days"), "days")):
        day = _mapping(raw, f"days/{d}")
        for name, events in _mapping(day.get("rooms"), f"days/{d}/rooms").items():
            for e, each in enumerate(_list(events, f"days/{d}/rooms/{name[:60]}")):
                row += 1
                place = json_names(["schedule", "conference", "days", d, "rooms", name, e])
                event = _mapping(each, place)
                yield Said(
                    place=place,
                    row=row,
                    of=_of_mapping(event),
                    people=_people(event.get("persons")),
                    day=_text(day.get("date")),
                    room=_text(event.get("room")) or name,
                    conference=conference,
                )


def _of_mapping(event: Mapping[str, Value]) -> Callable[[str], str]:
    return lambda name: _text(event.get(name))


def _people(persons: Value) -> list[str]:
    if not isinstance(persons, list):
        return []
    found = []
    for person in persons:
        if isinstance(person, dict):
            names = (_text(person.get(name)) for name in ("public_name", "name"))
            found.append(next(filter(None, names), ""))
    return found


def _reading(events: Iterable[Said], setting: Setting) -> Reading:
    lines: list[Line] = []
    groups: dict[tuple[str, ...], int] = {}
    numbered: set[int] = set()
    for said in events:
        line = _line(said, setting)
        number = line.foreign.number if line.foreign else None
        if line.values["guid"] is None and number is not None and number not in numbered:
            line.values["guid"] = str(uuid5(GROUPS, f"{said.conference.acronym}\n{number}"))
            numbered.add(number)
        day, room = _day_of(line, said, setting), line.values.get("room")
        above = _group(lines, groups, (day,), None, setting, said)
        named = room or setting.room
        line.above = _group(lines, groups, (day, named), above, setting, said)
        lines.append(line)
        check_count(lines)
    return Reading(AgendaFileKind.SCHEDULE, lines)


def _day_of(line: Line, said: Said, setting: Setting) -> str:
    """By the clock of the meeting, whichever day the file counts a night to."""
    if line.starts_at is None:
        return said.day
    return to_local(line.starts_at, setting.zone).date().isoformat()


def _group(
    lines: list[Line],
    groups: dict[tuple[str, ...], int],
    names: tuple[str, ...],
    above: int | None,
    setting: Setting,
    said: Said,
) -> int:
    """The item of a day, or of a room on a day; made where it is not there yet."""
    if names not in groups:
        is_day = len(names) == 1
        groups[names] = len(lines)
        run = ChildrenRun.IN_PARALLEL if is_day else ChildrenRun.IN_SEQUENCE
        values = {
            "guid": str(uuid5(GROUPS, "\n".join(names))),
            "kind": ItemKind.DISCUSSION,
            "children_run": run,
        }
        line = Line(said.place, said.row, values, above)
        line.group = True
        line.texts = {"title": {setting.language: names[-1] or "-"}}
        line.sitting_day = names[0] if is_day else None
        lines.append(line)
    return groups[names]


def _line(said: Said, setting: Setting) -> Line:
    line = Line(said.place, said.row, {"guid": said.of("guid").strip() or None})
    line.people = [_one_line(name) for name in said.people if name.strip()]
    name, code, kind, track, subtitle = (
        _CONTROLS.sub(" ", _one_line(said.of(each)))[:_LONGEST]
        for each in ("slug", "code", "type", "track", "subtitle")
    )
    number = _number(said.of("id").strip())
    line.foreign = Foreign(number, code or None, name or None, kind, track, subtitle)
    line.values["kind"] = _kind(kind, line.people)
    if line.values["kind"] is not ItemKind.PANEL and line.people:
        line.values["presenter"] = ", ".join(line.people)
    room = _one_line(said.room)
    line.values["room"] = None if room == setting.room else room or None
    line.values["minutes"] = _duration(line, said.of("duration").strip())
    line.starts_at = _start(line, said, setting)
    tag = said.of("language").strip()
    known = re.fullmatch(LANGUAGE, tag) and is_language(tag)
    language = tag if known else setting.language
    line.texts = {
        "title": {language: _one_line(said.of("title")) or None},
        "note": {language: _prose(said, "abstract")},
        "annotation": {language: _prose(said, "description")},
    }
    return line


def _prose(said: Said, member: str) -> str | None:
    text = said.of(member)
    return (text if said.conference.ours else as_prose(text)) or None


def _kind(said: str | None, people: list[str]) -> ItemKind:
    """Ours where it is one of ours; else a panel where somebody speaks."""
    try:
        return ItemKind(said or "")
    except ValueError:
        return ItemKind.PANEL if people else ItemKind.DISCUSSION


def _duration(line: Line, text: str) -> int | None:
    found = _LENGTH.fullmatch(text)
    minutes = None if found is None else int(found[1]) * 60 + int(found[2])
    if minutes is None or minutes > _DAY:
        line.fault("duration", "It is hours and whole minutes such as 01:30, at most 24:00.")
        return None
    return minutes


def _start(line: Line, said: Said, setting: Setting) -> datetime | None:
    """The `date`, an instant; without it `start` by the clock of the conference on its day, which
    goes on until `day_change`.
    """
    written, start = said.of("date").strip(), said.of("start").strip()
    try:
        if written:
            moment = datetime.fromisoformat(written)
            if moment.tzinfo is not None and 1970 <= moment.year <= 2199:
                return moment
            line.fault(
                "date", "It is an instant with its offset, such as 2021-10-08T10:00:00-04:00."
            )
            return None
        if not _LOCAL_DATE.fullmatch(said.day) or not _CLOCK.fullmatch(start):
            line.fault(
                "start", "There is neither date nor the day's date and a start such as 10:00."
            )
            return None
        local = datetime.fromisoformat(f"{said.day}T{start}")
        if local.time() < said.conference.day_change:
            local += timedelta(days=1)
        return to_instant(local, said.conference.zone or setting.zone)
    except (ValueError, OverflowError, ZoneTrouble) as trouble:
        line.fault("date" if written else "start", str(trouble)[:300])
        return None


def _one_line(text: str) -> str:
    """As it is, but for text that was broken into lines to be read."""
    return " ".join(text.split()) if re.search(r"[\r\n\t]", text) else text


def _number(text: str) -> int | None:
    return int(text) or None if _NUMBER.fullmatch(text) else None


def _zone(name: str) -> str | None:
    try:
        return canonical_zone(name)
    except ZoneTrouble:
        return None


def _text(value: Value) -> str:
    """Texts and numbers; everything else is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _mapping(value: Value, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SheetUnreadable(f"{place} must be a mapping.")
    return value


def _list(value: Value, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise SheetUnreadable(f"{place} must be a list.")
    return value
