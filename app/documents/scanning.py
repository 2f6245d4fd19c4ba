"""The hook that looks for malware: a program, a clamd, or an address that takes the bytes."""

import asyncio
import contextlib
import shlex
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.documents.lifecycle import ScanState

_ANSWER = 4096
Asking = Callable[[AsyncIterator[bytes]], Coroutine[Any, Any, ScanState]]


@dataclass(frozen=True, slots=True)
class Scanner:
    """Asks the scanner about bytes; whatever goes wrong is `failed`, and no exception."""

    ask: Asking
    seconds: float

    @classmethod
    def of(cls, setting: str, seconds: float) -> "Scanner":
        kind, _, rest = setting.partition(":")
        if kind == "command":
            return cls(_Program(shlex.split(rest)), seconds)
        if kind == "clamd":
            return cls(_Clamd(setting), seconds)
        return cls(_Address(setting, seconds), seconds)

    async def scan(self, pieces: AsyncIterator[bytes]) -> ScanState:
        try:
            async with asyncio.timeout(self.seconds):
                return await self.ask(pieces)
        except (TimeoutError, OSError, ValueError, httpx.HTTPError, EOFError):
            return ScanState.FAILED


@dataclass(frozen=True, slots=True)
class _Program:
    """Takes the bytes on its standard input, and ends with 0 for clean and 1 for infected."""

    command: list[str]

    async def __call__(self, pieces: AsyncIterator[bytes]) -> ScanState:
        nowhere = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
        assert process.stdin is not None, "it was asked for"
        try:
            # A scanner may have seen enough before the end.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                async for piece in pieces:
                    process.stdin.write(piece)
                    await process.stdin.drain()
                process.stdin.close()
            status = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return {0: ScanState.CLEAN, 1: ScanState.INFECTED}.get(status, ScanState.FAILED)


@dataclass(frozen=True, slots=True)
class _Clamd:
    """The INSTREAM command of clamd, over TCP or a socket of this machine."""

    address: str

    async def __call__(self, pieces: AsyncIterator[bytes]) -> ScanState:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            async for piece in pieces:
                writer.write(struct.pack(">I", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            said = (await reader.read(_ANSWER)).rstrip(b"\0\n")
        finally:
            writer.close()
        if said.endswith(b"FOUND"):
            return ScanState.INFECTED
        return ScanState.CLEAN if said == b"stream: OK" else ScanState.FAILED

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.address)
        if where.hostname is None:
            return await asyncio.open_unix_connection(where.path)
        return await asyncio.open_connection(where.hostname, where.port)


@dataclass(frozen=True, slots=True)
class _Address:
    """Takes the bytes by POST, and answers 200 or 204 for clean and 406 for infected."""

    address: str
    seconds: float

    async def __call__(self, pieces: AsyncIterator[bytes]) -> ScanState:
        kind = {"Content-Type": "application/octet-stream"}
        async with (
            httpx.AsyncClient(timeout=self.seconds, trust_env=False) as client,
            client.stream("POST", self.address, content=pieces, headers=kind) as answer,
        ):
            status = answer.status_code  # whatever it says besides is not read
        found = {200: ScanState.CLEAN, 204: ScanState.CLEAN, 406: ScanState.INFECTED}
        return found.get(status, ScanState.FAILED)
