"""Office documents are ZIP archives: looked into without unpacking them anywhere."""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.parsers import expat

from app.documents.kinds import OPEN_DOCUMENT, OPEN_XML, Kind
from app.documents.problems import FileRefused

MOST_MEMBERS = 5_000
MOST_UNPACKED = 512 * 1024 * 1024
"""Bytes of all members together."""
MOST_RATIO = 200
"""Times that a member may be larger than it is packed, from `RATIO_FROM` bytes on."""
RATIO_FROM = 1024 * 1024
MOST_DIRECTORY = 4 * 1024 * 1024
"""Bytes of the list of members."""
PIECE = 65_536
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s2HHHHLLLHH")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
_MACROS: Final = re.compile(
    r"(?i)(^|/)(vbaproject|vbadata|macros?|activex|basic|scripts|object replacements\.exe)"
    r"([^/]*\.(bin|xml|exe))?(/|$)|\.(exe|dll|js|vbs|bat|cmd|ps1|scr|com|jar|hta|lnk)$"
)
_PROGRAM_TYPES: Final = re.compile(r"(?i)macroenabled|vbaproject|vbadata|activex")
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(ValueError, KeyError, EOFError, OSError, NotImplementedError),
)
"""What the standard library raises for archives that are none."""
_CONTENT_TYPES, _MIMETYPE = "[Content_Types].xml", "mimetype"


def check_package(content: IO[bytes], size: int, kind: Kind) -> None:
    """Raises `FileRefused` for anything but a sound document of this kind.

    Each member is inflated once, a piece at a time, no further than it says that it goes: what says
    less than it is, is a bomb and refused at that place.
    """
    _check_ends(content, size)
    try:
        with zipfile.ZipFile(content) as package:
            members = package.infolist()
            _check_members(members)
            _check_kind(package, kind)
    except _DAMAGED:
        raise FileRefused("The file is damaged.") from None
    _check_places(content, members)


def _check_ends(content: IO[bytes], size: int) -> None:
    """Nothing stands before the first member, and nothing behind the end."""
    content.seek(max(0, size - 65_557))
    tail = content.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise FileRefused("The file is damaged: it has no end.")
    _, disk, first, here, total, length, begins, comment = _END.unpack_from(tail, place)
    if place + _END.size + comment != len(tail):
        raise FileRefused("Something comes after the end of the file.")
    if disk or first or here != total or total > MOST_MEMBERS or length > MOST_DIRECTORY:
        raise FileRefused("The file has too many members.")
    if comment:
        raise FileRefused("Something comes after the list of the file's members.")
    if begins + length != size - len(tail) + place:
        raise FileRefused("Something stands before the beginning of the file.")


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [unicodedata.normalize("NFC", member.filename).casefold() for member in members]
    if len(set(names)) < len(names):
        raise FileRefused("Two members of the file have one name.")
    if any(not _is_plain(member.orig_filename) for member in members):
        raise FileRefused("A member of the file has a name that leads out of it.")
    if any(_is_link(member) for member in members):
        raise FileRefused("A member of the file is a link to another file.")
    if any(_MACROS.search(member.filename.rstrip(" .")) for member in members):
        raise FileRefused("The file has macros or programs in it: save it without.")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise FileRefused("The file unpacks to far too much.")
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise FileRefused("The file is protected by a password.")
        if member.compress_type not in {_STORED, _DEFLATED}:
            raise FileRefused("The file is packed in a way that is not taken.")
        if member.file_size > max(RATIO_FROM, MOST_RATIO * member.compress_size):
            raise FileRefused("The file unpacks to far more than it is.")


def _is_link(member: zipfile.ZipInfo) -> bool:
    """By the mode that Unix keeps there, whatever system the member says it comes from."""
    return stat.S_ISLNK(member.external_attr >> 16)


def _is_plain(name: str) -> bool:
    parts = name.rstrip("/").split("/")
    strange = any(each in name for each in ("\\", "\x00", ":"))
    return not strange and not any(part in {"", ".", ".."} for part in parts)


def _check_kind(package: zipfile.ZipFile, kind: Kind) -> None:
    names = set(package.namelist())
    if kind.media_type in OPEN_DOCUMENT:
        first = next(iter(package.infolist()), None)
        said = package.read(first) if first and first.file_size < 200 else b""
        called = first and first.filename
        if called != _MIMETYPE or said.decode("ascii", "replace") != kind.media_type:
            raise FileRefused(f"The file is no {kind.words}.")
        return
    found = [each for member, each in OPEN_XML.items() if member in names]
    if _CONTENT_TYPES not in names or found != [kind]:
        raise FileRefused(f"The file is no {kind.words}.")
    if package.getinfo(_CONTENT_TYPES).file_size > RATIO_FROM:
        raise FileRefused("The file is damaged.")
    if any(_PROGRAM_TYPES.search(each) for each in _types_said(package.read(_CONTENT_TYPES))):
        raise FileRefused("The file has macros in it: save it without.")


def _types_said(content: bytes) -> list[str]:
    """Every media type in the list of them, read as XML: in whatever encoding it is, and with its
    characters written out or not.
    """
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _, said: found.append(said.get("ContentType", ""))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)  # a positional flag of the standard library
    except (expat.ExpatError, LookupError, ValueError):
        raise FileRefused("The file is damaged.") from None
    return found


def _refuse_doctype(*_: object) -> None:
    raise FileRefused("The file is damaged.")


def _check_places(content: IO[bytes], members: list[zipfile.ZipInfo]) -> None:
    """Members lie one behind the other, each is called the same at its own place, and each is what
    the list says of it.
    """
    behind = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        content.seek(member.header_offset)
        head = content.read(_LOCAL.size)
        if (
            len(head) < _LOCAL.size
            or member.header_offset < behind
            or (behind == 0 and member.header_offset)
        ):
            raise FileRefused("Members of the file lie over each other.")
        magic, _, flags, method, _, _, _, _, _, name, extra = _LOCAL.unpack(head)
        same = content.read(name) == _raw_name(member)
        if magic != b"PK\x03\x04" or method != member.compress_type or not same:
            raise FileRefused("The file says two things about a member.")
        if flags & _ENCRYPTED:
            raise FileRefused("The file is protected by a password.")
        content.seek(extra, 1)
        behind = content.tell() + member.compress_size
        _check_content(content, member)


def _raw_name(member: zipfile.ZipInfo) -> bytes:
    return member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")


def _check_content(content: IO[bytes], member: zipfile.ZipInfo) -> None:
    found, crc = 0, 0
    for piece in _unpacked(content, member):
        found += len(piece)
        crc = zlib.crc32(piece, crc)
        if found > member.file_size:
            raise FileRefused("The file unpacks to more than it says.")
    if found != member.file_size or crc != member.CRC:
        raise FileRefused("The file is damaged.")


def _unpacked(content: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member in pieces, each of them small, however much it would inflate to."""
    left = member.compress_size
    inflate = zlib.decompressobj(-15) if member.compress_type == _DEFLATED else None
    while left:
        packed = content.read(min(PIECE, left))
        if not packed:
            raise FileRefused("The file is damaged.")
        left -= len(packed)
        yield from [packed] if inflate is None else _inflated(inflate, packed)
    if inflate is not None and (not inflate.eof or inflate.unused_data):
        raise FileRefused("The file is damaged.")


def _inflated(inflate: Any, packed: bytes) -> Iterator[bytes]:
    more = True
    while more:
        try:
            piece = inflate.decompress(packed, PIECE)
        except zlib.error:
            raise FileRefused("The file is damaged.") from None
        packed = inflate.unconsumed_tail
        more = bool(packed) or (len(piece) == PIECE and not inflate.eof)
        yield piece
