"""The kinds of files that documents are made of, and safe names for them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class Kind:
    """A media type, how names of its files end, and what people call it."""

    media_type: str
    endings: tuple[str, ...]
    words: str


PDF = Kind("application/pdf", (".pdf",), "PDF")
DOCX = Kind(f"{_OPEN_XML}wordprocessingml.document", (".docx",), "Word (.docx)")
XLSX = Kind(f"{_OPEN_XML}spreadsheetml.sheet", (".xlsx",), "Excel (.xlsx)")
PPTX = Kind(f"{_OPEN_XML}presentationml.presentation", (".pptx",), "PowerPoint (.pptx)")
ODT = Kind(f"{_OPEN_DOCUMENT}text", (".odt",), "OpenDocument text")
ODS = Kind(f"{_OPEN_DOCUMENT}spreadsheet", (".ods",), "OpenDocument spreadsheet")
ODP = Kind(f"{_OPEN_DOCUMENT}presentation", (".odp",), "OpenDocument presentation")
PNG = Kind("image/png", (".png",), "PNG")
JPEG = Kind("image/jpeg", (".jpg", ".jpeg"), "JPEG")
TEXT = Kind("text/plain", (".txt",), "text in UTF-8")
CSV = Kind("text/csv", (".csv",), "CSV in UTF-8")
MP4 = Kind("video/mp4", (".mp4",), "MP4")

KINDS: Final[Mapping[str, Kind]] = {
    kind.media_type: kind
    for kind in (PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, TEXT, CSV, MP4)
}
OPEN_XML: Final[Mapping[str, Kind]] = {
    "word/document.xml": DOCX,
    "xl/workbook.xml": XLSX,
    "ppt/presentation.xml": PPTX,
}
"""By the member that every file of the kind has."""
OPEN_DOCUMENT: Final[Mapping[str, Kind]] = {kind.media_type: kind for kind in (ODT, ODS, ODP)}
_UNSAFE = re.compile(r'[/\\:*?"<>|;%]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\.|$)")
"""Names that are devices on Windows, whatever follows the dot."""
_LONGEST = 190
_MOST_BYTES = 235
"""Of UTF-8 without the ending: file systems take 255 for all of a name."""


def safe_name(name: str, kind: Kind) -> str:
    """A name to save under: no path, no hidden characters, and the ending of its kind."""
    plain = unicodedata.normalize("NFC", name)
    kept = "".join(c for c in plain if unicodedata.category(c) not in {"Cf", "Cc", "Zl", "Zp"})
    kept = _UNSAFE.sub("_", kept).strip(" ._") or "document"
    if is_device(kept):
        kept = f"_{kept}"
    if not kept.lower().endswith(kind.endings):
        kept += kind.endings[0]
    stem, dot, ending = kept.rpartition(".")
    return f"{_shortened(stem)}{dot}{ending}"


def is_device(name: str) -> bool:
    """Whether Windows takes a file of this name for a device."""
    return _RESERVED.match(name) is not None


def _shortened(stem: str) -> str:
    """No longer than a file system takes it, in whole characters with what belongs to each; what is
    left may be a device, where only blanks came after it.
    """
    kept = stem[:_LONGEST].encode()[:_MOST_BYTES].decode(errors="ignore")
    while kept not in {"", stem} and unicodedata.combining(stem[len(kept)]):
        kept = kept[:-1]
    kept = kept.rstrip(" .") or "document"
    return f"_{kept}" if is_device(kept) else kept
