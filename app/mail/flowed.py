"""Paragraphs that fit a narrow window and flow in a wide one: `format=flowed` (RFC 3676)."""

import re
import unicodedata

WIDTH = 76
SIGNATURE = "-- "
_AFTER_SPACES = re.compile("(?<= )(?=[^ ])")
_TO_STUFF = (" ", ">", "From ")


def flow(text: str) -> str:
    """Each line cut at spaces into lines that end in one, which is where a reader joins them."""
    return "\n".join(row for line in text.split("\n") for row in _rows(line))


def _rows(line: str) -> list[str]:
    if line == SIGNATURE:
        return [line]
    rows, row = [], ""
    for word in _AFTER_SPACES.split(line.rstrip(" ")):
        if row.strip(" -") and _columns(row + word.rstrip(" ")) > WIDTH:
            rows.append(row)
            row = ""
        row += word
    return [f" {row}" if row.startswith(_TO_STUFF) else row for row in [*rows, row]]


def _columns(text: str) -> int:
    """How wide the text is in a window of characters of one width."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
