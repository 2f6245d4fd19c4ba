"""Abstracts and descriptions of other programs, which are often HTML, as the text that they say."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

_MARKED: Final = re.compile(
    r"</?(?:p|br|div|[ou]l|li|h[1-6]|a|b|i|em|strong|span)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:[\s/][^<>]*)?>")
_BLOCKS: Final = frozenset({"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSAID: Final = frozenset({"script", "style"})
_MANY_LINES: Final = re.compile(r"\n{3,}")


def as_prose(text: str) -> str:
    """Without its tags where it is HTML: blocks and points stand on lines of their own.

    In time that grows with the text alone, whatever is opened and never closed.
    """
    if _MARKED.search(text) is None:
        return text
    lines = (" ".join(line.split()) for line in "".join(_said(text)).split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _said(text: str) -> Iterator[str]:
    said, end = True, 0
    for tag in _TAG.finditer(text):
        if said:
            yield _flowing(text[end : tag.start()])
        closes, name = bool(tag[1]), tag[2].lower()
        end = tag.end()
        if name in _UNSAID:
            said = closes
        elif said:
            yield _break(name, closes=closes)
    if said:
        yield _flowing(text[end:])


def _flowing(text: str) -> str:
    """In HTML the end of a line is a space."""
    return unescape(text.replace("\n", " "))


def _break(name: str, *, closes: bool) -> str:
    if name == "li":
        return "" if closes else "\n• "
    if name == "br":
        return "\n"
    return "\n\n" if name in _BLOCKS else ""
