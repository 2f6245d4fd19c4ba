"""Databases for tests: copied from a template once, and emptied after each test.

Copying takes ten times as long as emptying. A database is given up where something was left in it
that emptying does not take away: another connection, or a changed schema.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg

MOST_USES = 200
"""Dead rows pile up."""

_CONNECTED = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'
"""
_SCHEMA = """
    SELECT (SELECT md5(string_agg(concat(oid, relname, relkind), ',' ORDER BY oid))
              FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        || (SELECT md5(string_agg(concat(oid, tgname, tgenabled), ',' ORDER BY oid))
              FROM pg_trigger)
        || (SELECT md5(string_agg(concat(oid, conname), ',' ORDER BY oid)) FROM pg_constraint)
        || (SELECT md5(string_agg(concat(oid, md5(prosrc)), ',' ORDER BY oid))
              FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
        || (SELECT md5(string_agg(concat(a.attrelid, a.attname, a.attnotnull, a.atthasdef), ','
                                  ORDER BY a.attrelid, a.attnum))
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE c.relnamespace = 'public'::regnamespace)
        || (SELECT count(*) FROM pg_db_role_setting)
        || (SELECT string_agg(version_num, ',') FROM alembic_version)
"""
_TABLES = """
    SELECT quote_ident(relname) FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
_SEQUENCES = """
    SELECT format('setval(%L, %s, false)', seqrelid::regclass, seqstart) FROM pg_sequence
"""


class Makes(Protocol):
    """Where databases come from and go to."""

    async def create(self, template: str | None = None) -> str: ...
    async def drop(self, url: str) -> None: ...


@dataclass
class Databases:
    """Those of one process."""

    server: Makes
    template: str
    _idle: list[str] = field(default_factory=list)
    _uses: dict[str, int] = field(default_factory=dict)
    _schema: str = ""
    _clearing: str = ""

    async def take(self) -> str:
        url = self._idle.pop() if self._idle else await self.server.create(self.template)
        if not self._schema:
            await self._look(url)
        self._uses[url] = self._uses.get(url, 0) + 1
        return url

    async def give_back(self, url: str) -> None:
        if self._uses[url] < MOST_USES and await self._emptied(url):
            self._idle.append(url)
        else:
            await self.server.drop(url)

    async def close(self) -> None:
        for url in self._idle:
            await self.server.drop(url)

    async def _look(self, url: str) -> None:
        """What an untouched database is like; what the migrations wrote into it stays."""
        connection = await asyncpg.connect(url)
        try:
            self._schema = await connection.fetchval(_SCHEMA)
            names = [row[0] for row in await connection.fetch(_TABLES)]
            empty = [
                name
                for name in names
                if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608  # names of the catalogue
            ]
            resets = [row[0] for row in await connection.fetch(_SEQUENCES)]
        finally:
            await connection.close()
        deletes = "; ".join(f"DELETE FROM {name}" for name in empty)  # noqa: S608  # the same
        self._clearing = (
            f"SET session_replication_role = replica; {deletes}; SELECT {', '.join(resets)}"
        )

    async def _emptied(self, url: str) -> bool:
        connection: Any = None
        try:
            connection = await asyncpg.connect(url, timeout=10)
            if await connection.fetchval(_CONNECTED) or (
                await connection.fetchval(_SCHEMA) != self._schema
            ):
                return False
            await connection.execute(self._clearing, timeout=30)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        else:
            return True
        finally:
            if connection is not None:
                await connection.close()
