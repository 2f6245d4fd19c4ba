"""The plain tree: everything that an organizer says of items, as JSON or YAML."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import yaml
from pydantic_core import to_json

from app.core.sheets import SheetUnreadable, Value
from app.core.zones import to_local
from app.exchange.lifecycle import AgendaFileKind
from app.exchange.outline import Line, Outline, Reading, Shown, check_count

COMPUTED: Final = ("number", "starts", "ends")
"""Members that follow from the others; they are for readers and not read."""
MOST_PARTS: Final = 1000
"""Members of an item, and what lies in them: each that is wrong would be told of by itself."""
_DESCRIBED: Final = frozenset({"meeting", "version", "sittings", "items"})


_LIKE_A_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, text: str) -> yaml.ScalarNode:
        """In quotes also where only JSON, by whose rules we read, has a number: `1e3`."""
        style = "'" if _LIKE_A_NUMBER.fullmatch(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.text)


def document_of(outline: Outline) -> dict[str, Any]:
    document: dict[str, Any] = {
        "meeting": {
            "handle": outline.handle,
            "title": outline.title,
            "timezone": outline.zone,
        },
        "version": outline.version,
    }
    if outline.sittings is not None:
        document["sittings"] = outline.sittings
    top: list[Any] = []
    under = [top]
    for item in outline.items:
        del under[item.depth :]
        written = members_of(item, outline.zone)
        under[-1].append(written)
        under.append(written["items"])
    return document | {"items": top}


def members_of(item: Shown, zone: str) -> dict[str, Any]:
    """All members of an item, those that are empty too, so that a file says everything."""
    said = dict(item.said)
    return {
        "guid": str(item.guid),
        "number": item.number,
        "kind": said.pop("kind"),
        "title": said.pop("title"),
        "starts": wall(item.starts_at, zone),
        "ends": wall(item.ends_at, zone),
        **said,
        "items": [],
    }


def wall(instant: datetime, zone: str) -> str:
    """Instants in the timetable are whole minutes where the meeting begins on one."""
    local = to_local(instant, zone)
    return local.isoformat(timespec="minutes" if local == _minute(local) else "seconds")


def write_json(outline: Outline) -> bytes:
    return to_json(document_of(outline), indent=2) + b"\n"


def write_yaml(outline: Outline) -> bytes:
    return dumped(document_of(outline))


def dumped(document: dict[str, Any]) -> bytes:
    """As YAML that is read back as it was: no aliases, quotes where there could be doubt."""
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    return text.encode()


def read_tree(document: dict[str, Value]) -> Reading:
    """The items of a document in reading order; raises `SheetUnreadable`."""
    unknown = sorted(document.keys() - _DESCRIBED)
    if unknown:
        known = ", ".join(sorted(_DESCRIBED))
        raise SheetUnreadable(f"There are {known}, not {unknown[0]!a}.")
    if "items" not in document:
        raise SheetUnreadable("The file has no items.")
    sittings = document.get("sittings")
    if sittings is not None and not isinstance(sittings, list):
        raise SheetUnreadable("The sittings must be a list.")
    lines: list[Line] = []
    _add_lines(lines, document["items"], "", None)
    return Reading(AgendaFileKind.TREE, lines, sittings)


def _add_lines(lines: list[Line], items: Value, place: str, above: int | None) -> None:
    """As deep as the reader of documents lets anything lie."""
    if not isinstance(items, list):
        raise SheetUnreadable(f"{place}/items must be a list.")
    for position, item in enumerate(items):
        here = f"{place}/items/{position}"
        if not isinstance(item, dict):
            raise SheetUnreadable(f"{here} must be a mapping.")
        values = {name: value for name, value in item.items() if name not in COMPUTED}
        below = values.pop("items", [])
        own = len(lines)
        if _parts(values) > MOST_PARTS:
            raise SheetUnreadable(f"{here} has more than {MOST_PARTS} parts.")
        lines.append(Line(here, own + 1, values, above))
        check_count(lines)
        _add_lines(lines, below, here, own)


def _parts(value: Value) -> int:
    """How many there are, counted no further than they may be."""
    if not isinstance(value, dict | list):
        return 0
    count = len(value)
    for each in value.values() if isinstance(value, dict) else value:
        if count > MOST_PARTS:
            break
        count += _parts(each)
    return count


def _minute(local: datetime) -> datetime:
    return local - timedelta(seconds=local.second, microseconds=local.microsecond)
