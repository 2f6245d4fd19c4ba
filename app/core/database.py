"""One engine a process, one transaction a request."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from pydantic_core import from_json
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.core.database_settings import DatabaseSettings

RETRYABLE = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: nothing was done, so the work may be repeated."""

UNAVAILABLE = frozenset(
    {
        "08000", "08001", "08003", "08004", "08006", "25006", "53000", "53100", "53200", "53300",
        "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58030",
    }
)  # fmt: skip
"""Connection lost, server starting or stopping, read-only, disk or memory full, timed out."""


class Database:
    """The engine of one process and a small pool for reads that need no session."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.engine: AsyncEngine = engine_for(
            settings.address,
            {"timeout": settings.wait, "server_settings": self._server_settings()},
            pool_size=settings.pool,
            max_overflow=0,
            pool_timeout=settings.wait,
            pool_use_lifo=True,
        )
        self._admission = Admission(settings.pool, settings.wait)
        self._reads: asyncpg.Pool[asyncpg.Record] | None = None
        self.before_commit: Callable[[AsyncSession], Awaitable[None]] | None = None
        """What every transaction ends with."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose changes are committed at the end, or none of them.

        The connection is taken from the pool only with the first statement, so that work before it
        (a key set to fetch, a body to read) holds none.
        """
        async with (
            self._admission,
            AsyncSession(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            if self.before_commit is not None:
                await self.before_commit(session)

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of the caller's own, in neither pool."""
        return await asyncpg.connect(
            f"postgresql://{self.settings.address}",
            timeout=self.settings.wait,
            server_settings=self._server_settings(),
        )

    async def reads(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool for single statements that fetch finished bytes."""
        if self._reads is None:
            self._reads = await asyncpg.create_pool(
                f"postgresql://{self.settings.address}",
                min_size=0,
                max_size=4,
                timeout=self.settings.wait,
                server_settings=self._server_settings(),
            )
        return self._reads

    async def close(self) -> None:
        """Give every connection back to the server."""
        await self.engine.dispose()
        if self._reads is not None:
            await self._reads.close()

    def _server_settings(self) -> dict[str, str]:
        return {
            "application_name": "secretariat",
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": str(self.settings.statement_timeout),
            "lock_timeout": str(self.settings.lock_timeout),
            "idle_in_transaction_session_timeout": "30000",
        }


def engine_for(address: str, connecting: Mapping[str, Any], **options: Any) -> AsyncEngine:
    """An engine for `user:password@host:port/name?parameters`.

    The driver reads the address itself, so that it may have the parameters that PostgreSQL's own
    programs know, such as `sslmode`; SQLAlchemy would refuse them.
    """
    connect = partial(asyncpg.connect, f"postgresql://{address}", **connecting)
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        hide_parameters=True,  # errors go to the log, and what people wrote does not
        json_deserializer=from_json,
        **options,
    )


class Admission:
    """A queue in front of the pool: first come, first served, for as long as it moves.

    Many requests at once are no fault, so they wait here, holding no connection. When nobody has
    left for the time that a connection may take, the database is stuck, and `TimeoutError` says so.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._patience = patience
        self._moved = 0.0

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        place = asyncio.ensure_future(self._places.acquire())
        try:
            while not (await asyncio.wait({place}, timeout=self._patience))[0]:
                if time.monotonic() - self._moved > self._patience:
                    raise TimeoutError("no transaction has ended for too long")
        except BaseException:
            if not place.cancel() and not place.cancelled():
                self._places.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._moved = time.monotonic()
        self._places.release()


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind a database error, where the server gave one."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlstate", None) or getattr(
        getattr(original, "__cause__", None), "sqlstate", None
    )
    return code if isinstance(code, str) else None


def constraint(error: DBAPIError) -> str | None:
    """Name of the constraint that refused the change."""
    driver = getattr(error, "driver_exception", None)
    name: Any = getattr(driver, "constraint_name", None) or getattr(
        getattr(error.orig, "__cause__", None), "constraint_name", None
    )
    return name if isinstance(name, str) else None


def is_unavailable(error: BaseException) -> bool:
    """Whether the database, rather than the request, is at fault."""
    if isinstance(error, PoolTimeout | OSError | TimeoutError):
        return True
    code = sqlstate(error)
    if code is not None:
        return code in UNAVAILABLE
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)
    return isinstance(error, asyncpg.InterfaceError | asyncpg.PostgresConnectionError)
