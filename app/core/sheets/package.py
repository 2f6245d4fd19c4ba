"""The zip around a workbook: what must not be inside, and what is left of it.

A small file can make a reader allocate without end: by what it inflates to, by one cell in the
last corner of the sheet (the reader allocates the whole rectangle, and the process dies), or by
one long text that a million cells share. So every part is read here first, within bounds, and
only parts that passed are handed on, in a new and uncompressed zip. Where rows are read apart, a
cell that no reader could read is handed on as a text that says so.
"""

import io
import secrets
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from app.core.sheets.model import Limits, SheetUnreadable
from app.core.sheets.survey import BadCell, Survey, Texts, survey

MAX_PARTS: Final = 1_000
MAX_INFLATED: Final = 100_000_000
MAX_RATIO: Final = 100

_SMALL: Final = 1_000_000
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_CENTRAL_ENTRY: Final = b"PK\x01\x02"


@dataclass(frozen=True, slots=True)
class Package:
    """The parts that may be read, and why a sheet was left out, if one was."""

    content: bytes
    refusal: SheetUnreadable | None
    mark: str
    """What the text of a cell begins with that could not be read; the rest says why."""


def repack(content: bytes, limits: Limits) -> Package:
    """The XML of a workbook; raises `SheetUnreadable` where the whole file is refused.

    A sheet beyond the limits is left out, as it need not be the first one.
    """
    parts = _xml_parts(content)
    texts, mark = Texts(), f"{secrets.token_hex(16)} "
    refusal = None
    kept = io.BytesIO()
    first = sorted(parts, key=lambda name: not name.lower().endswith("sharedstrings.xml"))
    surveys = {name: survey(parts[name], limits, texts) for name in first}
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as package:
        for name, part in parts.items():
            trouble = _trouble_with(surveys[name], texts)
            refusal = refusal or trouble
            if trouble is None:
                package.writestr(name, _marked(part, surveys[name].bad, mark))
    return Package(kept.getvalue(), refusal, mark)


def _marked(part: bytes, bad: list[BadCell], mark: str) -> bytes:
    """The part with what cannot be read written as text."""
    kept, place = [], 0
    for cell in bad:
        colon = cell.tag.rpartition("c")[0]
        written = (
            f'<{cell.tag} r="{cell.reference}" t="str">'
            f"<{colon}v>{mark}{cell.detail}</{colon}v></{cell.tag}>"
        )
        kept += [part[place : cell.start], written.encode()]
        place = cell.end
    return b"".join([*kept, part[place:]]) if bad else part


def _trouble_with(found: Survey, texts: Texts) -> SheetUnreadable | None:
    if found.refusal is None and texts.total(found.shared) > MAX_INFLATED:
        return SheetUnreadable("The cells together hold too much text.")
    return found.refusal


def _xml_parts(content: bytes) -> dict[str, bytes]:
    """All XML of the package, nothing of which is larger than it says."""
    if content.startswith(_OLE):
        raise SheetUnreadable("The workbook has a password or an old format: save it as XLSX.")
    if not content.startswith(_ZIP):
        raise SheetUnreadable("The file is not an XLSX workbook.")
    if content.count(_CENTRAL_ENTRY) > MAX_PARTS:
        raise SheetUnreadable(f"The workbook has more than {MAX_PARTS} parts.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_parts(package.infolist())
            return _read_parts(package)
    except SheetUnreadable:
        raise
    except _DAMAGE:
        raise SheetUnreadable("The workbook is damaged.") from None


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if len(names) < len(parts):
        raise SheetUnreadable("The workbook has two parts of one name.")
    if sum(part.file_size for part in parts) > MAX_INFLATED:
        raise SheetUnreadable(f"The workbook inflates to more than {MAX_INFLATED} bytes.")
    for part in parts:
        _check_part(part)


def _check_part(part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    if "vbaproject" in name or "macrosheets/" in name:
        raise SheetUnreadable("The workbook has macros: save it as XLSX without them.")
    if "embeddings/" in name:
        raise SheetUnreadable("The workbook has files embedded in it.")
    if part.flag_bits & 1:
        raise SheetUnreadable("The workbook has a password.")
    if part.compress_type not in _METHODS or ".." in name or name.startswith("/"):
        raise SheetUnreadable("The file is not an XLSX workbook.")
    if part.file_size > max(_SMALL, MAX_RATIO * part.compress_size):
        raise SheetUnreadable("A part of the workbook inflates too much.")


def _read_parts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """The XML parts; pictures and the like are looked at and left out."""
    parts = {}
    for part in package.infolist():
        inside = package.read(part)
        if inside.startswith((_ZIP, _OLE)):
            raise SheetUnreadable("The workbook has files embedded in it.")
        if part.filename.lower().endswith((".xml", ".rels")):
            parts[part.filename] = inside
        if part.filename == "[Content_Types].xml" and b"macroenabled" in inside.lower():
            raise SheetUnreadable("The workbook has macros: save it as XLSX without them.")
    return parts
