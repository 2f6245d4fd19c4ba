"""Whether a file is what it is said to be, and nothing else besides."""

import codecs
import mmap
import re
import struct
from collections.abc import Callable, Mapping
from typing import IO, Final

import puremagic

from app.core.problems import UnsupportedMediaType
from app.documents import kinds
from app.documents.kinds import KINDS, Kind
from app.documents.packages import check_package
from app.documents.problems import FileRefused

HEAD = 4096
TAIL = 65_557
"""Bytes within which a ZIP archive says that it ends: its record, and the longest comment."""
END_OF_ZIP = b"PK\x05\x06"
_END_OF_ZIP: Final = struct.Struct("<4s4H2LH")
_IN_ZIP64: Final = 0xFFFFFFFF
"""A length that stands elsewhere, in the record that ZIP64 has before this one."""
MOST_PARTS = 100_000
"""Chunks of a PNG, segments of a JPEG, boxes of an MP4."""
_MARKUP = re.compile(rb"(?i)<(!doctype\s+html|html|head|body|script|iframe|svg|\?php)[\s>/]")
_CONTROL = re.compile(r"[\x00-\x08\x0B\x0E-\x1F\x7F]")
_BRANDS = re.compile(rb"(isom|iso[2-9]|mp4[12]|avc1|dash|M4V |M4A |MSNV|f4v )")


def check(content: IO[bytes], said: str) -> Kind:
    """The kind of a file that was said to be of this media type.

    Raises `UnsupportedMediaType` where the bytes are of another kind or none that is taken, and
    `FileRefused` where they are of it and something more. Memory holds a few pages, whatever the
    file's size.
    """
    kind = kind_of(said)
    content.seek(0)
    if not content.read(1):
        raise FileRefused("The file is empty.")
    with mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ) as data:
        looks = _looks_like(data)
        if looks != kind.media_type and looks not in _ALIKE.get(kind.media_type, ()):
            raise _another(kind, data)
        if looks != _ZIP:
            _no_archive_behind(data)
        _CHECKS[kind.media_type](data, content, kind)
    return kind


def kind_of(said: str) -> Kind:
    """The kind by its media type; raises `UnsupportedMediaType` for one that is not taken."""
    kind = KINDS.get(said)
    if kind is None:
        words = ", ".join(each.words for each in KINDS.values())
        raise UnsupportedMediaType(f"Send {words}.", headers={"Accept": ", ".join(KINDS)})
    return kind


_ZIP = "application/zip"
_ALIKE: Final[Mapping[str, tuple[str, ...]]] = {
    **{kind.media_type: (_ZIP,) for kind in KINDS.values() if "opendocument" in kind.media_type},
    **{kind.media_type: (_ZIP,) for kind in KINDS.values() if "openxml" in kind.media_type},
    kinds.CSV.media_type: (kinds.TEXT.media_type,),
}
"""What files of a kind look like at their beginning, where that is not the kind itself."""
_BEGINNINGS: Final = (
    (b"%PDF-", kinds.PDF.media_type),
    (b"\x89PNG\r\n\x1a\n", kinds.PNG.media_type),
    (b"\xff\xd8\xff", kinds.JPEG.media_type),
    (b"PK\x03\x04", _ZIP),
)


def _looks_like(data: mmap.mmap) -> str | None:
    """A media type by the first bytes; plain text for what is neither markup nor known."""
    head = data[:HEAD]
    for begins, media_type in _BEGINNINGS:
        if head.startswith(begins):
            return media_type
    if head[4:8] == b"ftyp":
        return kinds.MP4.media_type
    if _MARKUP.search(head[:1024]) or b"\x00" in head or b"%PDF-" in head[:1024]:
        return None
    return kinds.TEXT.media_type


def _another(kind: Kind, data: mmap.mmap) -> UnsupportedMediaType:
    try:
        found = puremagic.from_string(bytes(data[:HEAD]), mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    words = f"The bytes look like {found}" if found else "The bytes are of another kind"
    return UnsupportedMediaType(
        f"{words}, not like {kind.words}.", headers={"Accept": kind.media_type}
    )


def _no_archive_behind(data: mmap.mmap) -> None:
    """Programs look for an archive from its end: it may lie in the last part of any file.

    The bytes may also come about by chance; then no list of members lies where they say.
    """
    place = max(0, len(data) - TAIL)
    while (place := data.find(END_OF_ZIP, place)) >= 0:
        if _ends_archive(data, place):
            raise FileRefused("The file is an archive as well.")
        place += 1


def _ends_archive(data: mmap.mmap, place: int) -> bool:
    """Whether the list of members ends there, whatever stands before the archive."""
    if place + _END_OF_ZIP.size > len(data):
        return False
    *_, length, _, _ = _END_OF_ZIP.unpack(data[place : place + _END_OF_ZIP.size])
    begins = max(0, place - length)
    return length in {0, _IN_ZIP64} or data[begins : begins + 4] == b"PK\x01\x02"


def _pdf(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    if _MARKUP.search(data[:1024]):
        raise FileRefused("The file begins like a web page as well.")
    end = data.rfind(b"%%EOF", max(0, len(data) - HEAD))
    if end < 0:
        raise FileRefused("The PDF has no end: it is damaged.")
    if data[end + 5 :].strip(b"\r\n\t \x00"):
        raise FileRefused("Something comes after the end of the PDF.")


def _png(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    place = 8
    for number in range(MOST_PARTS):
        if place + 12 > len(data):
            break
        size, name = struct.unpack(">I4s", data[place : place + 8])
        if number == 0 and name != b"IHDR":
            break
        place += 12 + size
        if name == b"IEND":
            if place == len(data):
                return
            raise FileRefused("Something comes after the end of the picture.")
    raise FileRefused("The picture is damaged.")


def _jpeg(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    """From marker to marker, and through the data of each scan, to the end."""
    place = 2
    for _ in range(MOST_PARTS):
        fill = _FILL.match(data, place)
        place = fill.end() if fill else place
        if not fill or place >= len(data):
            break
        marker = data[place]
        place += 1
        if marker == 0xD9:
            if data[place:].strip(b"\x00"):
                raise FileRefused("Something comes after the end of the picture.")
            return
        if marker in _ALONE:
            continue
        if place + 2 > len(data):
            break
        (size,) = struct.unpack(">H", data[place : place + 2])
        place += size
        if marker == 0xDA:
            place = _after_scan(data, place)
    raise FileRefused("The picture is damaged.")


_FILL = re.compile(rb"\xff+")
"""What a marker begins with, as often as its writer likes."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that no length follows."""
_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _after_scan(data: mmap.mmap, place: int) -> int:
    found = _IN_SCAN.search(data, place)
    return len(data) if found is None else found.start()


def _mp4(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    if not _BRANDS.search(data[8:64]):
        raise FileRefused("The film is of a kind that is not taken.")
    place = 0
    for _ in range(MOST_PARTS):
        if place == len(data):
            return
        if place + 8 > len(data):
            break
        (size,) = struct.unpack(">I", data[place : place + 4])
        if size == 1 and place + 16 <= len(data):
            (size,) = struct.unpack(">Q", data[place + 8 : place + 16])
        if size < 8:
            break
        place += size
    raise FileRefused("The film is damaged, or something comes after its end.")


def _text(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    """UTF-8 without control characters, read piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for place in range(0, len(data), 1_048_576):
            last = place + 1_048_576 >= len(data)
            if _CONTROL.search(decoder.decode(data[place : place + 1_048_576], final=last)):
                raise FileRefused("The text has characters that are none of a text.")
    except UnicodeDecodeError:
        raise FileRefused("The text is not UTF-8: save it so.") from None


def _package(data: mmap.mmap, content: IO[bytes], kind: Kind) -> None:
    check_package(content, len(data), kind)


_CHECKS: Final[Mapping[str, Callable[[mmap.mmap, IO[bytes], Kind], None]]] = {
    **dict.fromkeys(KINDS, _package),
    kinds.PDF.media_type: _pdf,
    kinds.PNG.media_type: _png,
    kinds.JPEG.media_type: _jpeg,
    kinds.TEXT.media_type: _text,
    kinds.CSV.media_type: _text,
    kinds.MP4.media_type: _mp4,
}
