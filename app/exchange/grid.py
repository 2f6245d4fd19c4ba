"""The table: one row an item, in reading order, with a column for each language of a text."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any, Final

from app.core.headings import TableColumn
from app.core.sheets import Row, SheetUnreadable, read_rows
from app.exchange.cells import guarded, unguarded
from app.exchange.lifecycle import AgendaFileKind
from app.exchange.outline import Line, Outline, Reading
from app.exchange.tree import COMPUTED, members_of

TEXTS: Final = ("title", "note", "annotation")
PEOPLE: Final = "people"
_PLACES: Final = ("guid", "number", "depth", "parent")
_MEMBERS: Final = (
    *("kind", "minutes", "flexible", "pinned_start", "sitting_start", "children_run", "room"),
    *("access", "openness", "purpose", "addition", "standing", "merged_into_guid"),
    *("working_group", "lead_entity", "presenter"),
)
_TEXT_COLUMN: Final = re.compile(f"({'|'.join(TEXTS)})_([a-z]{{2,3}}(?:_[a-z0-9]+)*)")
_WHOLE: Final = re.compile("[0-9]{1,6}")
_EMPTY: Final[Mapping[str, Any]] = {
    "flexible": False,
    "children_run": "in_sequence",
    "access": "public",
    "openness": "closed",
    "standing": "standing",
}
"""What an empty cell means of members that are never nothing."""
MAX_ROWS: Final = 1000


def write_csv(outline: Outline) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark, as Excel needs it."""
    rows = [members_of(item, outline.zone) for item in outline.items]
    languages = _languages(outline, rows)
    heads = [*_PLACES, "kind", *(f"title_{tag}" for tag in languages["title"]), "starts", "ends"]
    heads += [name for name in _MEMBERS if name != "kind"]
    heads += [PEOPLE, *(f"{name}_{t}" for name in TEXTS[1:] for t in languages[name])]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    above: list[str] = []
    for item, row in zip(outline.items, rows, strict=True):
        del above[item.depth - 1 :]
        cells = {f"{name}_{tag}": words for name in TEXTS for tag, words in row[name].items()}
        cells |= row | {"depth": item.depth, "parent": above[-1] if above else None}
        cells[PEOPLE] = _names(row["panel"])
        writer.writerow([_cell(cells.get(head)) for head in heads])
        above.append(item.number or str(item.guid))
    return text.getvalue().encode("utf-8-sig")


def _languages(outline: Outline, rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Of each text, those of the meeting first, then others as they come."""
    found = {}
    for name in TEXTS:
        tags = dict.fromkeys(tag for row in rows for tag in row[name])
        ours = [tag for tag in outline.languages if name == "title" or tag in tags]
        found[name] = [*ours, *(tag for tag in sorted(tags) if tag not in ours)]
    return found


def _names(panel: Mapping[str, Any] | None) -> str | None:
    """One below the other; the line break at the end tells one name from several in a line."""
    names = [person["name"] for person in panel["people"]] if panel else []
    return "\n".join(names) + ("\n" if len(names) == 1 and ";" in names[0] else "") or None


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return guarded(str(value))


def read_csv(content: bytes, media_type: str) -> Reading:
    """The rows as lines, each under its parent; raises `SheetUnreadable`."""
    rows = read_rows(content, media_type, max_rows=MAX_ROWS, max_columns=100)
    heads = list(rows[0].values) if rows else []
    for head in heads:
        if _meaning(head) is None:
            known = ", ".join((*_PLACES, *_MEMBERS, PEOPLE, "title_en", "note_en", "..."))
            raise SheetUnreadable(f"The columns are {known}.", row=1, column=head)
    lines = [_line(row) for row in rows]
    if "parent" in heads:
        _hang_by_parents(rows, lines)
        _check_depths(rows, lines)
    elif "depth" in heads:
        _hang_by_depths(rows, lines)
    columns = [
        TableColumn(heading=head, member=None if head in COMPUTED[1:] else _meaning(head))
        for head in heads
    ]
    return Reading(AgendaFileKind.TABLE, lines, columns=columns)


def _meaning(head: str) -> str | None:
    text = _TEXT_COLUMN.fullmatch(head)
    if text is not None:
        return text[1]
    return head if head in {*_PLACES, *_MEMBERS, *COMPUTED, PEOPLE} else None


def _line(row: Row) -> Line:
    values: dict[str, Any] = {}
    texts: dict[str, dict[str, str | None]] = {}
    for head, raw in row.values.items():
        cell = unguarded(raw) if isinstance(raw, str) else raw
        text = _TEXT_COLUMN.fullmatch(head)
        if text is not None:
            words = None if cell is None else str(cell)
            texts.setdefault(text[1], {})[text[2].replace("_", "-")] = words
        elif head in _MEMBERS or head == "guid":
            values[head] = _EMPTY.get(head) if cell is None else cell
    line = Line(f"/{row.number}", row.number, values)
    line.people = _people(row.values.get(PEOPLE))
    line.texts = texts
    return line


def _people(cell: Any) -> list[str]:
    text = "" if cell is None else unguarded(str(cell))
    names = re.split(r"[\r\n]+", text) if re.search(r"[\r\n]", text) else text.split(";")
    return [name.strip() for name in names if name.strip()]


def _hang_by_parents(rows: list[Row], lines: list[Line]) -> None:
    """By the number or the guid of the parent, wherever in the table it stands."""
    known: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        for name in ("number", "guid"):
            if row.values.get(name) is not None:
                known.setdefault(_name(row.values[name]), []).append(place)
    for place, row in enumerate(rows):
        wanted = row.values.get("parent")
        if wanted is None:
            continue
        found = known.get(_name(wanted), [])
        if len(found) == 1:
            lines[place].above = found[0]
        else:
            places = ", ".join(str(rows[each].number) for each in found)
            lines[place].fault(
                "parent",
                f"It stands in the rows {places}." if found else "No row has it as its number.",
            )
    _break_cycles(lines)


def _name(cell: Any) -> str:
    return unguarded(str(cell)).strip().lower()


def _break_cycles(lines: list[Line]) -> None:
    """Each line is walked over once: what is known to come to an end is not walked again."""
    ends: set[int] = set()
    for place in range(len(lines)):
        walk: list[int] = []
        seen: set[int] = set()
        here: int | None = place
        while here is not None and here not in ends and here not in seen:
            walk.append(here)
            seen.add(here)
            here = lines[here].above
        if here is not None and here not in ends:
            lines[here].above = None
            lines[here].fault("parent", "The item lies under itself.")
        ends.update(walk)


def _check_depths(rows: list[Row], lines: list[Line]) -> None:
    """Where a table says both, a changed depth must not be passed over."""
    for row, line in zip(rows, lines, strict=True):
        said = row.values.get("depth")
        if said is not None and not line.errors and _depth(said) != (depth := _deep(lines, line)):
            line.fault("depth", f"Under its parent it is {depth}: change the parent instead.")


def _deep(lines: list[Line], line: Line) -> int:
    """Counted no further than agendas go."""
    depth = 1
    while line.above is not None and depth < 100:
        line, depth = lines[line.above], depth + 1
    return depth


def _hang_by_depths(rows: list[Row], lines: list[Line]) -> None:
    """The rows are in reading order; each lies under the last that is less deep."""
    above: list[int] = []
    for place, row in enumerate(rows):
        depth = _depth(row.values.get("depth"))
        if depth is None or depth > len(above) + 1:
            lines[place].fault("depth", f"It is a whole number from 1 to {len(above) + 1} here.")
            depth = min(depth or 1, len(above) + 1)
        del above[depth - 1 :]
        lines[place].above = above[-1] if above else None
        above.append(place)


def _depth(cell: Any) -> int | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not _WHOLE.fullmatch(str(cell)):
        return None
    return int(str(cell)) or None
