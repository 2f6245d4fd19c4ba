"""A load client that costs little: raw connections kept alive, answers looked at only as needed."""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self, cast

_CONNECT_SECONDS = 60.0
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(slots=True)
class Run:
    """What came of one measurement."""

    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    """How many of each status."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers.total() / self.seconds


class Connection(asyncio.Protocol):
    """One request at a time; an answer is complete after as many bytes as it announces."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""
        self._length = -1
        self._waiter: asyncio.Future[Answer] | None = None

    @classmethod
    async def to(cls, port: int) -> Self:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if self._length < 0:
            self._length = _announced(self._received)
        if 0 <= self._length <= len(self._received) and self._waiter is not None:
            head, _, body = self._received.partition(b"\r\n\r\n")
            self._received, self._length = b"", -1
            self._waiter.set_result(Answer(int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error or ConnectionError("the service hung up"))

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        assert self._transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiter

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def request(
    method: str,
    path: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: object = None,
) -> bytes:
    """The bytes of a request; a body goes as JSON."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if content:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


async def connect(port: int, number: int, processes: int) -> list[Connection]:
    """As many connections to each process.

    The kernel gives a connection to whichever process is quicker, and one of them may still be
    starting, so that some have to be let go.
    """
    each = number // processes
    held: dict[int, list[Connection]] = {}
    end = time.monotonic() + _CONNECT_SECONDS
    while sum(map(len, held.values())) < each * processes:
        if time.monotonic() > end:
            raise RuntimeError("one process of the service takes all connections")
        fresh = [await Connection.to(port) for _ in range(_AT_ONCE)]
        question = request("GET", "/bare/process")
        answers = await asyncio.gather(*(connection.ask(question) for connection in fresh))
        for connection, answer in zip(fresh, answers, strict=True):
            of_process = held.setdefault(json.loads(answer.body)["pid"], [])
            if len(of_process) < each:
                of_process.append(connection)
            else:
                connection.close()
    return [connection for connections in held.values() for connection in connections]


async def ask_for(connections: Sequence[Connection], question: bytes, seconds: float) -> Run:
    """The same question over all connections, again as soon as it is answered (closed loop)."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    run = Run()

    async def keep_asking(connection: Connection) -> None:
        while loop.time() < end:
            run.answers[(await connection.ask(question)).status] += 1

    await _timed(run, [keep_asking(connection) for connection in connections])
    return run


async def ask_all(connections: Sequence[Connection], questions: Iterable[bytes]) -> Run:
    """Every question once, each connection taking the next one (closed loop)."""
    left = deque(questions)
    run = Run()

    async def take_turns(connection: Connection) -> None:
        while left:
            run.answers[(await connection.ask(left.popleft())).status] += 1

    await _timed(run, [take_turns(connection) for connection in connections])
    return run


async def _timed(run: Run, loops: Iterable[Awaitable[None]]) -> None:
    started = time.perf_counter()
    await asyncio.gather(*loops)
    run.seconds = time.perf_counter() - started


def _announced(received: bytes) -> int:
    """Bytes of the whole answer; -1 until its head is complete."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return -1
    start = received.find(b"content-length: ", 0, end)
    if start < 0:
        return end + 4
    return end + 4 + int(received[start + 16 : received.find(b"\r\n", start)])
