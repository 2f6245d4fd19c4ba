"""A lease on what everybody may see: while a process holds it, none of that can change.

The lease is a lock of the database, shared, in a transaction that stays open. Whoever changes what
is public needs the same lock alone before the commit (`app/meetings/triggers.py`), so the commit
comes after the last lease. No two clocks are compared: the holder stops believing in its lease
`LENGTH` after it asked for it, and the server ends the transaction of a holder that has been silent
for `HELD`, which is longer and begins later.
"""

import asyncio
import select
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import asyncpg
import structlog

LENGTH: Final = 0.15
"""Seconds for which a lease is believed in."""
HELD: Final = 2.0
"""Seconds after which the server takes it from somebody who has stopped answering."""
PATIENCE: Final = 1.0
"""Seconds to ask for one; meanwhile callers wait, and afterwards they ask the database."""
_REFUSED: Final = 0.005
"""Seconds before the next question where somebody is changing something."""
_BROKEN: Final = 1.0
"""Seconds before the next question where there was no connection."""
_TAKE: Final = "SELECT take_public_lease($1)"
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
State = tuple[int, int]
"""Which connection it was, and how many changes there had been: equal ones saw the same."""
log = structlog.get_logger()


def running_time() -> float:
    """Seconds by a clock that nobody sets and that runs on while the machine sleeps."""
    return time.clock_gettime(_CLOCK)


class Lease:
    """That of one process, renewed only when somebody asks."""

    def __init__(self, connect: Connect, now: Callable[[], float] = running_time) -> None:
        self.state: State | None = None
        self._connect = connect
        self._now = now
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._connections = 0
        self._line: Any = None
        self._until = self._not_before = float("-inf")
        self._one_at_a_time = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self._end: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    def holds(self) -> bool:
        """Whether nothing public can have changed since `state`; without waiting."""
        return self._now() < self._until and not self._hung_up()

    async def renew(self) -> None:
        """Ask for it, together with all who ask meanwhile; `holds` says whether it was given."""
        if self._renewal is None:
            if self._now() < self._not_before:
                return
            self._renewal = asyncio.create_task(self._take())
            self._renewal.add_done_callback(self._renewed)
        await asyncio.shield(self._renewal)

    async def close(self) -> None:
        """Give it back for good."""
        self._not_before = float("inf")
        for task in (self._renewal, self._ending):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._not_before = float("inf")
        self._drop()

    def _renewed(self, _task: object) -> None:
        self._renewal = None

    async def _take(self) -> None:
        """Let go of the old one first: who waits to change something comes before us."""
        async with self._one_at_a_time:
            if self.holds():
                return
            self._until = float("-inf")
            self._not_before = self._now() + _BROKEN  # unless it turns out well
            try:
                async with asyncio.timeout(PATIENCE):
                    connection = await self._opened()
                    self._not_before = self._now() + _REFUSED
                    await self._ask(connection)
            except Exception as error:  # noqa: BLE001  # whatever it is, the database is asked
                log.warning("no lease on public reads", error=type(error).__name__)
                self._drop()
            except BaseException:
                self._drop()
                raise

    async def _ask(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        await connection.execute("ROLLBACK; BEGIN" if connection.is_in_transaction() else "BEGIN")
        asked = self._now()
        changes = await connection.fetchval(_TAKE, round(HELD * 1000))
        if changes is None:
            await connection.execute("ROLLBACK")
            self._not_before = self._now() + _REFUSED
            return
        self._not_before = float("-inf")
        self.state = (self._connections, changes)
        self._until = asked + LENGTH
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(LENGTH, self._ends)

    def _ends(self) -> None:
        """Nobody has asked of late: do not keep waiting who wants to change something."""
        self._ending = asyncio.create_task(self._let_go())

    async def _let_go(self) -> None:
        async with self._one_at_a_time:
            connection = self._connection
            if self.holds() or connection is None or not connection.is_in_transaction():
                return
            self._until = float("-inf")
            try:
                async with asyncio.timeout(PATIENCE):
                    await connection.execute("ROLLBACK")
            except BaseException as error:
                self._drop()
                if not isinstance(error, Exception):
                    raise

    async def _opened(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            self._drop()
            self._connection = await self._connect()
            self._connections += 1
            self._line = _line_of(self._connection)
        return self._connection

    def _drop(self) -> None:
        """What was seen through another connection does not count: another server may be behind."""
        self._until = float("-inf")
        self.state = None
        if self._end is not None:
            self._end.cancel()
        if self._connection is not None:
            self._connection.terminate()
        self._connection = self._line = None

    def _hung_up(self) -> bool:
        """Whether the server has said something unasked, or hung up: then the lock is gone, though
        the loop has not read so yet.
        """
        closed = self._connection is None or self._connection.is_closed()
        return closed or bool(self._line is not None and self._line.poll(0))


def _line_of(connection: "asyncpg.Connection[asyncpg.Record]") -> Any:
    """What is to be read from the server can be seen without reading it."""
    transport = getattr(connection, "_transport", None)  # the driver has no public way to it
    line = transport.get_extra_info("socket") if transport is not None else None
    if line is None or not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return poll
