"""Numbers committed facts, and takes followers through them in order, each from its own place."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import exists, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core.database import RETRYABLE, Database, is_unavailable, sqlstate
from app.events.tables import Follower, LogEntry

BATCH = 200
TRIES = 5
"""How often a follower may stumble over the same entry before it is passed over."""

Handler = Callable[[AsyncSession, LogEntry], Awaitable[None]]


@runtime_checkable
class Together(Protocol):
    """A handler that has a quicker way for several entries than one after the other."""

    async def __call__(self, session: AsyncSession, entry: LogEntry) -> None: ...

    async def together(self, session: AsyncSession, entries: Sequence[LogEntry]) -> None:
        """Handle all of them, in their order, with the same effect as one by one."""


log = structlog.get_logger()

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('secretariat relay', 0))")
_NUMBER = text(
    """
    UPDATE events SET sequence = fresh.number
      FROM (SELECT id, row_number() OVER (ORDER BY id)
                       + (SELECT coalesce(max(sequence), 0) FROM events) AS number
              FROM (SELECT id FROM events WHERE sequence IS NULL ORDER BY id LIMIT :batch) AS due
           ) AS fresh
     WHERE events.id = fresh.id
    """
)


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody who follows the log under a name; handling an entry again must change nothing."""

    name: str
    handle: Handler


@dataclass(slots=True)
class Relay:
    """One pass after the other; several processes may run it, and one at a time gets through."""

    database: Database
    followings: Sequence[Following]
    batch: int = BATCH
    _stumbles: dict[str, int] = field(default_factory=dict)
    """How often each follower stumbled since it last got on."""
    _careful: dict[str, int] = field(default_factory=dict)
    """How many entries each takes one at a time, to find the one over which it stumbled."""

    async def advance(self) -> bool:
        """Number what was committed and let everybody follow; True where more may be waiting."""
        async with self.database.transaction() as session:
            more = await number(session, self.batch) == self.batch
        for following in self.followings:
            more = await self._follow(following) or more
        return more

    async def _follow(self, following: Following) -> bool:
        name = following.name
        careful = self._careful.get(name, 0)
        batch = 1 if careful else self.batch
        try:
            async with self.database.transaction() as session:
                done = await follow(session, name, following.handle, batch)
        except Exception as error:
            if is_unavailable(error) or sqlstate(error) in RETRYABLE:
                raise
            self._careful[name] = self.batch
            self._stumbles[name] = self._stumbles.get(name, 0) + 1
            if batch > 1 or self._stumbles[name] <= TRIES:
                raise
            await self._pass_over(name, error)
            done = 1
        self._stumbles.pop(name, None)
        self._careful[name] = max(0, careful - 1)
        return done == batch

    async def _pass_over(self, name: str, error: Exception) -> None:
        """One entry that cannot be handled must not hold up all that come after it.

        An operator who has mended the cause sets the follower's place back: handling entries
        again is harmless.
        """
        async with self.database.transaction() as session:
            await follow(session, name, _refrain(name, error), 1)


async def number(session: AsyncSession, batch: int = BATCH) -> int:
    """Give committed entries the next numbers, in the order of their ids; how many got one.

    A transaction that was slow to commit gets its numbers late, so nobody who follows by number
    passes over it. Only the holder of the lock numbers; others give none.
    """
    if not (await session.execute(_LOCK)).scalar_one():
        return 0
    result = await session.execute(_NUMBER, {"batch": batch})
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE has it


async def follow(session: AsyncSession, name: str, handle: Handler, batch: int = BATCH) -> int:
    """Handle the entries behind the follower's place; how many there were.

    The place moves in the same transaction, so an entry counts as handled exactly when what the
    handler did is stored. While another process follows under this name there is nothing to do.
    """
    if not await _has_more(session, name):
        return 0
    place = await _lock_place(session, name)
    if place is None:
        return 0
    statement = (
        select(LogEntry)
        .where(col(LogEntry.sequence) > place.sequence)
        .order_by(col(LogEntry.sequence))
        .limit(batch)
    )
    entries = (await session.execute(statement)).scalars().all()
    if isinstance(handle, Together):
        await handle.together(session, entries)
    else:
        for entry in entries:
            await handle(session, entry)
    if entries:
        assert entries[-1].sequence is not None, "only numbered entries are followed"
        place.sequence = entries[-1].sequence
    return len(entries)


async def _has_more(session: AsyncSession, name: str) -> bool:
    """Asked first, so that an idle follower locks nothing and writes nothing."""
    place = select(Follower.sequence).where(col(Follower.name) == name).scalar_subquery()
    behind = col(LogEntry.sequence) > func.coalesce(place, 0)
    return bool((await session.execute(select(exists().where(behind)))).scalar_one())


async def _lock_place(session: AsyncSession, name: str) -> Follower | None:
    """The follower's place; a new follower begins at the beginning. None while it is locked."""
    await session.execute(insert(Follower).values(name=name).on_conflict_do_nothing())
    statement = select(Follower).where(col(Follower.name) == name)
    locked = statement.with_for_update(skip_locked=True)
    return (await session.execute(locked)).scalar_one_or_none()


def _refrain(name: str, error: Exception) -> Handler:
    async def refrain(session: AsyncSession, entry: LogEntry) -> None:
        log.error("passed over an entry", follower=name, entry=str(entry.id), exc_info=error)

    return refrain
