"""Writing many rows in few statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
CHUNK = 2_000
"""Rows of one statement: enough to be quick, and few enough to be held in memory twice."""


async def insert_many(
    session: AsyncSession,
    kind: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    pass_over: bool = False,
) -> set[UUID]:
    """Insert the rows in their order; the ids of those that were written.

    All have the same members. Where told to `pass_over`, a row whose key is taken is left out; it
    waits for whoever is writing the same key, so such rows come in an order that all writers keep.
    """
    otherwise = "ON CONFLICT DO NOTHING" if pass_over else ""
    table = kind.__table__  # type: ignore[attr-defined]  # every table class has it
    written: set[UUID] = set()
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        names = ", ".join(f'"{name}"' for name in chunk[0] if name in table.columns)
        # names are those of the program's own tables and columns
        statement = text(
            f"INSERT INTO {table.name} ({names})"  # noqa: S608
            f" SELECT {names} FROM jsonb_populate_recordset(NULL::{table.name},"
            f" CAST(:rows AS jsonb)) {otherwise} RETURNING id"
        )
        found = await session.execute(statement, {"rows": as_json(chunk)})
        written.update(found.scalars())
    return written


async def update_many(
    session: AsyncSession, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Set the members of the rows, each found by its `id`; all have the same members."""
    table = kind.__table__  # type: ignore[attr-defined]  # every table class has it
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        columns = [table.columns[name] for name in chunk[0]]
        # names and types are those of the program's own tables and columns
        typed = ", ".join(f'"{each.name}" {each.type.compile(_POSTGRESQL)}' for each in columns)
        sets = ", ".join(
            f'"{each.name}" = new."{each.name}"' for each in columns if each.name != "id"
        )
        statement = text(
            f"UPDATE {table.name} AS old SET {sets}"  # noqa: S608
            f" FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new ({typed})"
            " WHERE old.id = new.id"
        )
        await session.execute(statement, {"rows": as_json(chunk)})


async def set_numbers(
    session: AsyncSession, kind: type[SQLModel], name: str, numbers: Mapping[UUID, int]
) -> None:
    """Set one member of many rows, found by their ids: quicker than `update_many` is."""
    table = kind.__table__  # type: ignore[attr-defined]  # every table class has it
    statement = text(
        f'UPDATE {table.name} AS old SET "{name}" = new.number'  # noqa: S608  # our own names
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[])) AS new (id, number)"
        " WHERE old.id = new.id"
    )
    rows = {"ids": list(numbers), "numbers": list(numbers.values())}
    await session.execute(statement, rows)


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as the parameter of a statement that reads them back by their types."""
    return to_json(list(rows)).decode()
