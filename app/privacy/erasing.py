"""From what is declared to the statements that count, read and erase it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.privacy.declared import TABLES, Declared

MOST_ROWS = 10_000
"""Of one table that an export shows."""


@dataclass(frozen=True, slots=True)
class Subject:
    """People, and everything else that stands for them in some table."""

    people: tuple[UUID, ...]
    registrations: tuple[UUID, ...] = ()
    links: tuple[UUID, ...] = ()
    accounts: tuple[UUID, ...] = ()
    files: tuple[UUID, ...] = ()
    emails: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the conditions."""
        ids = {name: list(getattr(self, name)) for name in _IDS}
        return {
            **ids,
            "ids": [each for known in ids.values() for each in known],
            "emails": list(self.emails),
            "now": clock.now(),
        }


_IDS = ("people", "registrations", "links", "accounts", "files")
_TYPED = {name: f"CAST(:{name} AS uuid[])" for name in (*_IDS, "ids")}
"""So that the database knows the type of a list also where it is empty."""


async def count_of(session: AsyncSession, subject: Subject) -> dict[str, int]:
    """How many rows of each table would be erased."""
    found: dict[str, int] = {}
    for each in TABLES:
        if (condition := _erased_with(each)) is not None:
            statement = f"SELECT count(*) FROM {each.table} WHERE {condition}"  # noqa: S608  # made of declarations
            rows = (await session.execute(_text(statement), subject.values)).scalar_one()
            found |= {each.table: rows} if rows else {}
    return found


async def erase_people(session: AsyncSession, subject: Subject) -> dict[str, int]:
    """Erase what is about them in every table, in the order of the declaration, in which rows
    come before those that they point to; how many rows of each it was.
    """
    found: dict[str, int] = {}
    for each in TABLES:
        if (condition := _erased_with(each)) is not None:
            statement = _erasure(each, condition, each.emptied())
            rows = await _execute(session, statement, subject.values)
            found |= {each.table: rows} if rows else {}
    return found


async def erase_some_of_meeting(
    session: AsyncSession, meeting_id: UUID, batch: int, spared: Subject
) -> dict[str, int]:
    """Erase at most so many rows of what a meeting kept about people, but for those who are
    spared; none when all is done.
    """
    found: dict[str, int] = {}
    values = spared.values | {"meeting": meeting_id}
    for each in TABLES:
        if each.of_meeting is None:
            continue
        left = batch - sum(found.values())
        rows_of = f"({each.of_meeting})"
        if spared.people and each.of_people is not None:
            rows_of += f" AND ({each.of_people}) IS NOT TRUE"
        condition = _where(each, rows_of, each.emptied(with_meeting=True))
        some = (
            f"id IN (SELECT id FROM {each.table} WHERE {condition} ORDER BY id LIMIT :left"  # noqa: S608  # made of declarations
            " FOR UPDATE)"
        )
        statement = _erasure(each, some, each.emptied(with_meeting=True))
        rows = await _execute(session, statement, values | {"left": left})
        found |= {each.table: rows} if rows else {}
        if sum(found.values()) >= batch:
            break
    return found


async def held(
    session: AsyncSession, declared: Declared, subject: Subject, *, for_entity: bool = False
) -> Sequence[Mapping[str, Any]]:
    """The rows of a table that are about them, without what is withheld; for the entity without
    what is the organizers' alone.
    """
    assert declared.of_people is not None, "only such tables are asked for"
    withheld = [name for name, each in declared.personal.items() if each.withheld]
    read = declared.entity_reads if for_entity and declared.entity_reads else "true"
    others = "".join(
        f" || CASE WHEN {each.where} THEN '{{}}' ELSE jsonb_build_object('{name}', NULL) END"
        for name, each in declared.personal.items()
        if each.where is not None and not each.withheld
    )
    statement = (
        f"SELECT to_jsonb(t) - CAST(:withheld AS text[]){others} FROM {declared.table} AS t"  # noqa: S608  # made of declarations
        f" WHERE ({declared.of_people}) AND ({read}) LIMIT :most"
    )
    values = subject.values | {"withheld": withheld, "most": MOST_ROWS}
    return (await session.execute(_text(statement), values)).scalars().all()


def _erased_with(declared: Declared) -> str | None:
    """The rows that are erased with people, as far as there is something left in them."""
    if declared.of_people is None or not (declared.deleted or declared.emptied()):
        return None
    condition = declared.of_people
    if declared.mentions is not None:
        condition = f"{condition} OR {declared.mentions}"
    return _where(declared, condition, declared.emptied())


def _where(declared: Declared, condition: str, emptied: Mapping[str, str]) -> str:
    """With an end to it: what was erased is not found again."""
    if declared.deleted:
        return f"({condition})"
    left = " OR ".join(f"{name} IS DISTINCT FROM {value}" for name, value in emptied.items())
    return f"({condition}) AND ({left})"


def _erasure(declared: Declared, condition: str, emptied: Mapping[str, str]) -> str:
    if declared.deleted:
        return f"DELETE FROM {declared.table} WHERE {condition}"  # noqa: S608  # made of declarations
    changes = {**emptied, **declared.settled}
    members = ", ".join(f"{name} = {value}" for name, value in changes.items())
    return f"UPDATE {declared.table} SET {members} WHERE {condition}"  # noqa: S608  # made of declarations


async def _execute(session: AsyncSession, statement: str, values: Mapping[str, Any]) -> int:
    result = await session.execute(_text(statement), values)
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE or DELETE has it


def _text(statement: str) -> Any:
    for name, typed in _TYPED.items():
        for before in ("(", "&& "):
            statement = statement.replace(f"{before}:{name}", f"{before}{typed}")
    return text(statement)
