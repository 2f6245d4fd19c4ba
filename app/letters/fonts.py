"""The fonts of letters, from packages, and which characters they have."""

import struct
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import cast

from app.letters.words import LetterLanguage

FOLDERS = tuple(
    cast("Path", resources.files(package)) / folder
    for package, folder in (
        ("fontpkg_noto_serif", "files"),
        ("fontpkg_amiri", "files"),
        ("justmytype_intl_cjk", "fonts/ofl/notosanssc"),
    )
)
_LATIN, _ARABIC, _CHINESE = "Noto Serif", "Amiri", "Noto Sans SC"
FAMILIES = {language: [_LATIN, _ARABIC, _CHINESE] for language in LetterLanguage} | {
    LetterLanguage.AR: [_ARABIC, _LATIN, _CHINESE],
    LetterLanguage.ZH: [_CHINESE, _LATIN, _ARABIC],
}
"""Where a letter looks for a character, in this order."""


def characters() -> frozenset[int]:
    """The code points that all styles of at least one family have."""
    found = set[int]()
    for folder in FOLDERS:
        styles = [set(_mapped(path.read_bytes())) for path in sorted(folder.glob("*.ttf"))]
        found |= set.intersection(*styles)
    return frozenset(found)


def _mapped(font: bytes) -> Iterator[int]:
    """The code points of the `cmap` table (OpenType), from its format 4 and 12 subtables."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(tables))
    base = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, base + 2)
    for number in range(subtables):
        platform, encoding, offset = struct.unpack_from(">HHI", font, base + 4 + 8 * number)
        if (platform, encoding) not in {(3, 1), (3, 10)}:
            continue
        (kind,) = struct.unpack_from(">H", font, base + offset)
        if kind == 4:
            yield from _segments(font, base + offset)
        elif kind == 12:
            yield from _groups(font, base + offset)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    ranges = struct.unpack_from(f">{count}H", font, ranges_at)
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if ranges[place]:
                where = ranges_at + 2 * place + ranges[place] + 2 * (code - start)
                (glyph,) = struct.unpack_from(">H", font, where)
                if glyph == 0:
                    continue
            if (glyph + deltas[place]) & 0xFFFF and code != 0xFFFF:
                yield code


def _groups(font: bytes, at: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">I", font, at + 12)
    for number in range(count):
        start, end, glyph = struct.unpack_from(">III", font, at + 16 + 12 * number)
        yield from range(start if glyph else start + 1, end + 1)
