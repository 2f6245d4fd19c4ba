"""Lists as PDF: A4, tagged (PDF/UA-1), set by the press of letters, in the same thread."""

from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

from app.letters.fonts import FAMILIES
from app.letters.glyphs import direction_of, parts
from app.letters.press import Shown, print_document
from app.letters.words import LetterLanguage
from app.lists.writing import Cells, Head, grouped

MAX_ROWS = 2000
"""Of a PDF: it is set as a whole, and letters wait for it."""
_SOURCE = resources.files("app.lists").joinpath("template.typ").read_bytes()
_SIZE = {LetterLanguage.AR: 10.5}
_SPACE = {"signature": 9}
"""Points above and below a line, where somebody has to sign in it."""


async def print_list(head: Head, rows: Sequence[Cells]) -> bytes:
    """The list as PDF; characters that no font has are shown as empty boxes."""
    return await print_document(
        _SOURCE, "list", lambda shown: _content(head, rows, shown), head.day
    )


def _content(head: Head, rows: Sequence[Cells], shown: Shown) -> dict[str, Any]:
    """What the template reads; a grouped list has the group in a row of its own."""

    def said(text: str, otherwise: str = head.direction) -> dict[str, Any]:
        """In its own direction; what has none runs as the list does."""
        text = shown(text)
        return {"dir": direction_of(text, otherwise), "parts": parts(text)}

    def cells(row: Cells) -> list[dict[str, Any]]:
        """Numbers and times run from the left in every language."""
        return [said(cell, "ltr") for place, cell in enumerate(row) if place != head.group]

    columns = [column for place, column in enumerate(head.columns) if place != head.group]
    groups = grouped(rows, head)
    return {
        "lang": head.language.value,
        "dir": head.direction,
        "fonts": FAMILIES[head.language],
        "size": _SIZE.get(head.language, 9),
        "leading": 0.6,
        "inset": max((_SPACE.get(column.key, 3.5) for column in columns), default=3.5),
        "year": head.day.year,
        "month": head.day.month,
        "day": head.day.day,
        "title": shown(f"{head.title} – {head.meeting}"),
        "author": shown(head.meeting),
        "heading": said(head.title),
        "meeting": said(head.meeting),
        "when": said(head.when),
        "stamp": [said(part) for part in head.stamp.split("{}")],
        "at": said(head.at, "ltr"),
        "persons": said(head.persons.format(len(rows)) if rows else head.nobody),
        "columns": [{"heading": said(c.heading), "share": c.share} for c in columns],
        "rows": len(rows),
        "groups": [
            {"name": said(n) if n else None, "rows": _all(cells(r) for r in g)} for n, g in groups
        ],
    }


def _all(rows: Iterable[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    return list(rows)
