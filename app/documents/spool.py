"""What comes in, in a file without a name that ends with the request, counted and digested."""

import hashlib
import tempfile
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from app.documents.storage import unavailable


@dataclass(frozen=True, slots=True)
class Digests:
    """What is known of bytes once all of them have come."""

    size: int
    sha256: str
    crc32: int


class Spool:
    """Bytes on the disk, of which memory never holds more than a piece.

    A disk that is full, or a folder that cannot be written, is `Unavailable`.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # see __exit__
        except OSError as error:
            raise unavailable() from error
        self._sha256, self._crc32, self.size = hashlib.sha256(), 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with suppress(OSError):  # nobody wants the rest of what a full disk did not take
            self.file.close()

    def flush(self) -> None:
        try:
            self.file.flush()
        except OSError as error:
            raise unavailable() from error

    def write(self, piece: bytes) -> None:
        try:
            self.file.write(piece)
        except OSError as error:
            raise unavailable() from error
        self._sha256.update(piece)
        self._crc32 = zlib.crc32(piece, self._crc32)
        self.size += len(piece)

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            self.write(piece)

    @property
    def digests(self) -> Digests:
        return Digests(self.size, self._sha256.hexdigest(), self._crc32)
