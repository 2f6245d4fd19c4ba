"""Where the bytes of documents lie: a folder, or a bucket of an S3-compatible store."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.core.ids import new_id
from app.core.problems import Unavailable

PIECE = 262_144
"""Bytes that are read of an object at once."""
PART = 5 * 1024 * 1024
"""Bytes of a part of a multipart upload: the least that S3 takes."""
PATIENCE = 20.0
"""Seconds within which a store begins to answer."""
SLOWEST = 100_000
"""Bytes a second that a store takes at least."""
DOCUMENTS, UPLOADS = "documents", "uploads"


class StoreFailed(Exception):
    """The store does not answer, or answers that it cannot; what it said is the cause."""


class BytesMissing(StoreFailed):
    """The store answers, and has no such object."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Of an S3-compatible store; what is None is looked for where AWS's own tools look."""

    name: str
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An object of the store."""

    key: str
    size: int
    changed_at: datetime
    """By the store's clock, which is no clock of the service."""


class Storage:
    """Objects under keys that are never written twice."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    @classmethod
    def folder(cls, path: Path) -> "Storage":
        """The folder is made where there is none, for the owner only."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(LocalStore(path), path)

    @classmethod
    def bucket(cls, bucket: Bucket) -> "Storage":
        config: dict[str, Any] = {
            "endpoint": bucket.endpoint,
            "region": bucket.region,
            "access_key_id": bucket.access_key_id,
            "secret_access_key": bucket.secret_access_key,
            "disable_bulk_delete": True,  # which not every store that speaks S3 has
        }
        plain = (bucket.endpoint or "").startswith("http://")
        known = {name: value for name, value in config.items() if value is not None}
        return cls(
            S3Store(
                bucket.name,
                client_options={"allow_http": plain, "timeout": "600s", "connect_timeout": "5s"},
                retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
                **known,
            )
        )

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Write an object, whole or not at all; raises `StoreFailed`."""
        longest = PATIENCE + content.seek(0, os.SEEK_END) / SLOWEST
        content.seek(0)
        try:
            async with asyncio.timeout(longest):
                await obstore.put_async(
                    self._store, key, content, chunk_size=PART, max_concurrency=1
                )
        except (BaseError, OSError) as error:
            raise StoreFailed(f"{key} could not be written") from error

    async def read(
        self, key: str, begins: int, ends: int, piece: int = PIECE
    ) -> AsyncIterator[bytes]:
        """The bytes from `begins` to before `ends`, in pieces.

        It has been opened when this returns: raises `BytesMissing` and `StoreFailed`.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                found = await obstore.get_async(self._store, key, options={"range": (begins, ends)})
        except FileNotFoundError as error:
            raise BytesMissing(key) from error
        except (BaseError, OSError) as error:
            raise StoreFailed(f"{key} could not be read") from error
        return _pieces(found, piece)

    async def delete(self, key: str) -> None:
        """What is not there is deleted already."""
        try:
            async with asyncio.timeout(PATIENCE):
                await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreFailed(f"{key} could not be deleted") from error

    async def size(self, key: str) -> int:
        """Of an object; raises `BytesMissing` and `StoreFailed`."""
        try:
            async with asyncio.timeout(PATIENCE):
                return (await obstore.head_async(self._store, key))["size"]
        except FileNotFoundError as error:
            raise BytesMissing(key) from error
        except (BaseError, OSError) as error:
            raise StoreFailed(f"{key} could not be looked at") from error

    def sweep(self, oldest: datetime) -> None:
        """Remove what a process that was killed had begun to write into a folder; a bucket has a
        rule of its own for parts that were never completed.
        """
        if self._folder is None:
            return
        for begun in self._folder.glob("*/**/*#*"):
            with suppress(FileNotFoundError):
                if begun.is_file() and begun.stat().st_mtime <= oldest.timestamp():
                    begun.unlink()

    async def list(self, prefix: str) -> AsyncIterator[list[Found]]:
        """What lies under a prefix, in batches."""
        try:
            async for batch in obstore.list(self._store, prefix, chunk_size=500):
                yield [Found(each["path"], each["size"], each["last_modified"]) for each in batch]
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreFailed(f"{prefix} could not be listed") from error


async def _pieces(found: Any, piece: int) -> AsyncIterator[bytes]:
    try:
        async for each in found.stream(min_chunk_size=piece):
            yield bytes(each)
    except (BaseError, OSError) as error:
        raise StoreFailed("an object could not be read to its end") from error


def document_key(sha256: str) -> str:
    """Named by its content, and by this writing of it.

    Two documents with the same bytes have two objects: nobody learns from the service that
    somebody else has handed in the same, and what is collected is never what comes in just now.
    """
    return f"{DOCUMENTS}/{sha256[:2]}/{sha256}-{new_id()}"


def part_key() -> str:
    return f"{UPLOADS}/{new_id()}"


def unavailable() -> Unavailable:
    """How callers are told of a `StoreFailed`."""
    return Unavailable(
        "The store of documents does not take or give bytes now; nothing was changed."
    )
