"""Letters as PDF: A4, tagged (PDF/UA-1), the same bytes for the same letter.

Typst sets them, with fonts from packages alone. One thread of the process does it: a compiler works
on one letter at a time, lets other threads run meanwhile, and needs a few milliseconds.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import resources
from typing import Any, cast

import typst

from app.letters.fonts import FAMILIES, FOLDERS, characters
from app.letters.glyphs import Glyphs, direction_of, parts
from app.letters.words import LetterLanguage, Runs
from app.letters.writing import Letter

KEPT = 128
"""Letters that a process keeps, so that the focal points of an entity get the same one."""
WHOLE = 48
"""Characters that fit into the narrowest line; what is longer may be broken anywhere."""
Shown = Callable[[str], str]
Content = Callable[[Shown], dict[str, Any]]
"""What a template reads, from texts as they can be set."""
_SOURCE = resources.files("app.letters").joinpath("template.typ").read_bytes()
_LEADING = {LetterLanguage.AR: 0.8, LetterLanguage.ZH: 0.85}
_SIZE = {LetterLanguage.AR: 12}
"""Amiri is smaller than its size says."""


class Press:
    """A compiler with its fonts, and the letters that it has set last."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder) for folder in FOLDERS],
        )
        self._compiler = typst.Compiler(root=str(FOLDERS[0]), font_paths=fonts)
        self._glyphs = Glyphs(characters())
        self._kept: OrderedDict[Letter, bytes] = OrderedDict()

    def set(self, letter: Letter) -> bytes:
        """The letter as PDF; characters that no font has are shown as empty boxes."""
        found = self._kept.pop(letter, None)
        if found is None:
            found = self.document(
                _SOURCE, "letter", lambda shown: _content(letter, shown), letter.day
            )
        self._kept[letter] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def document(self, source: bytes, name: str, content: Content, day: date) -> bytes:
        """Any document of a template, which reads what it says as the input of this name."""
        try:
            return self._compiled(source, {name: content(self._glyphs.shown)}, day)
        except typst.TypstError:  # a mark on a letter of another script, for one
            return self._compiled(source, {name: content(self._glyphs.shown_bare)}, day)

    def _compiled(self, source: bytes, inputs: dict[str, Any], day: date) -> bytes:
        made = self._compiler.compile(
            source,
            format="pdf",
            sys_inputs={
                name: json.dumps(each, ensure_ascii=False) for name, each in inputs.items()
            },
            pdf_standards=["ua-1"],
            timestamp=datetime.combine(day, time(12), UTC),
        )
        return cast("bytes", made)


async def print_letter(letter: Letter) -> bytes:
    """The letter as PDF, set in the thread of the press."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREAD, lambda: _press().set(letter))


async def print_document(source: bytes, name: str, content: Content, day: date) -> bytes:
    """Another document as PDF, set in the same thread."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(
        _THREAD, lambda: _press().document(source, name, content, day)
    )


_THREAD = ThreadPoolExecutor(1, thread_name_prefix="letters")


@cache
def _press() -> Press:
    """Made in its own thread, when the first letter is wanted."""
    return Press()


def _content(letter: Letter, shown: Shown) -> dict[str, Any]:
    """What the template reads: lines with their direction, and their runs cut into parts."""

    def said(line: Runs) -> dict[str, Any]:
        texts = [shown(run.text) for run in line]
        runs = [
            {"parts": parts(text), "lang": run.language, "whole": run.whole and len(text) <= WHOLE}
            for run, text in zip(line, texts, strict=True)
        ]
        return {"dir": direction_of("".join(texts), letter.direction), "runs": runs}

    members: dict[str, Any] = {
        "lang": letter.language.value,
        "dir": letter.direction,
        "fonts": FAMILIES[letter.language],
        "size": _SIZE.get(letter.language, 10.5),
        "leading": _LEADING.get(letter.language, 0.68),
        "year": letter.day.year,
        "month": letter.day.month,
        "day": letter.day.day,
        "title": shown(letter.title),
        "author": shown(letter.author),
    }
    for name in ("letterhead", "secretariat", "reference", "number", "dated", "subject"):
        members[name] = said(getattr(letter, name))
    for name in ("addressee", "opening", "closing", "signature"):
        members[name] = [said(line) for line in getattr(letter, name)]
    members["facts"] = [
        {"label": said(label), "lines": [said(line) for line in lines]}
        for label, lines in letter.facts
    ]
    return members
