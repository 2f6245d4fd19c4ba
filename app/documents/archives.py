"""Several documents as one ZIP archive, whose every byte but the files' own is known beforehand.

Files are stored and not deflated, as most kinds of them are deflated already; so the archive's size
follows from the rows, and memory holds one piece of one file.
"""

import re
import struct
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.documents.kinds import is_device
from app.documents.storage import Storage

MOST_FILES = 2_000
MOST_BYTES = 4_000_000_000
"""Below what needs ZIP64, which some programs cannot read."""
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8: Final = 0x800
_NEEDS: Final = 20
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive; `content` where it is not in the store."""

    name: str
    size: int
    crc32: int
    changed_at: datetime
    storage_key: str = ""
    content: bytes | None = None

    @classmethod
    def of_text(cls, name: str, text: str, changed_at: datetime) -> "Entry":
        content = text.encode()
        return cls(name, len(content), zlib.crc32(content), changed_at, content=content)


def plain_name(symbol: str) -> str:
    """A symbol as a part of a file's name."""
    return _UNSAFE.sub("_", symbol).strip(" .") or "document"


def free_name(stem: str, ending: str, taken: set[str]) -> str:
    """A name that no other file of the archive has, whatever its letter case; `A/1` and `A_1` would
    have one. It is then among the `taken`, and no device of Windows.
    """
    stem = f"_{stem}" if is_device(f"{stem}.{ending}") else stem
    name, number = f"{stem}.{ending}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}.{ending}"
    taken.add(name.casefold())
    return name


def archive_size(entries: Sequence[Entry]) -> int:
    names = sum(2 * len(each.name.encode()) for each in entries)
    heads = len(entries) * (_LOCAL.size + _CENTRAL.size)
    return sum(each.size for each in entries) + names + heads + _END.size


async def archive(entries: Sequence[Entry], storage: Storage) -> AsyncIterator[bytes]:
    """The archive's bytes; a file that is not what its row says ends it before its end, so that
    nobody takes half an archive for a whole one.
    """
    directory, begins = [], 0
    for entry in entries:
        head = _local_head(entry)
        yield head
        if entry.content is not None:
            yield entry.content
        else:
            async for piece in await storage.read(entry.storage_key, 0, entry.size):
                yield piece
        directory.append(_central_head(entry, begins))
        begins += len(head) + entry.size
    central = b"".join(directory)
    yield central
    yield _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), len(central), begins, 0)


def _local_head(entry: Entry) -> bytes:
    name = entry.name.encode()
    time, day = _moment(entry.changed_at)
    sizes = (entry.crc32, entry.size, entry.size)
    head = _LOCAL.pack(b"PK\x03\x04", _NEEDS, _UTF8, 0, time, day, *sizes, len(name), 0)
    return head + name


def _central_head(entry: Entry, begins: int) -> bytes:
    name = entry.name.encode()
    time, day = _moment(entry.changed_at)
    sizes = (entry.crc32, entry.size, entry.size)
    head = _CENTRAL.pack(
        b"PK\x01\x02", _NEEDS, _NEEDS, _UTF8, 0, time, day, *sizes, len(name), 0, 0, 0, 0, 0, begins
    )
    return head + name


def _moment(at: datetime) -> tuple[int, int]:
    """As MS-DOS writes it: two seconds are the least, and 1980 the first year."""
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    return time, max(0, at.year - 1980) << 9 | at.month << 5 | at.day
