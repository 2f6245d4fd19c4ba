"""Selects over the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select
from sqlmodel import col

from app.committees.tables import Committee
from app.entities.queries import by_ref
from app.entities.tables import Entity, Person
from app.events.tables import LogEntry
from app.identity.tables import Account
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class Filters:
    """What the caller looks for; references are ids or handles."""

    name: str | None = None
    committee: str | None = None
    meeting: str | None = None
    entity: str | None = None
    actor_id: UUID | None = None
    recorded_after: datetime | None = None
    recorded_before: datetime | None = None


def list_entries_of_meeting(
    meeting_id: UUID, entities: Collection[UUID] | None, name: str | None, since: datetime | None
) -> Select[Any]:
    """Rows of (LogEntry, actor's name or None) about a meeting, or about these entities in it.

    An entity's reader learns the names of its own people only: a seat that falls free to it was
    given up by somebody of another entity, who acts in that entry.
    """
    statement = _entries(entities).where(col(LogEntry.meeting_id) == meeting_id)
    if entities is not None:
        statement = statement.where(col(LogEntry.entity_id).in_(entities))
    if name is not None:
        statement = statement.where(col(LogEntry.name) == name)
    if since is not None:
        statement = statement.where(col(LogEntry.recorded_at) >= since)
    return statement


def list_entries(committees: Collection[UUID] | None, filters: Filters) -> Select[Any]:
    """Rows of (LogEntry, actor's name or None) about these committees and their working groups.

    None stands for everything. What a filter names and nobody knows has no entries.
    """
    statement = _entries(None)
    if committees is not None:
        statement = statement.where(_within(committees))
    if filters.name is not None:
        statement = statement.where(col(LogEntry.name) == filters.name)
    if filters.committee is not None:
        statement = statement.where(_refers(LogEntry.committee_id, Committee, filters.committee))
    if filters.meeting is not None:
        statement = statement.where(_refers(LogEntry.meeting_id, Meeting, filters.meeting))
    if filters.entity is not None:
        statement = statement.where(_refers(LogEntry.entity_id, Entity, filters.entity))
    if filters.actor_id is not None:
        statement = statement.where(col(LogEntry.actor_id) == filters.actor_id)
    if filters.recorded_after is not None:
        statement = statement.where(col(LogEntry.recorded_at) > filters.recorded_after)
    if filters.recorded_before is not None:
        statement = statement.where(col(LogEntry.recorded_at) < filters.recorded_before)
    return statement


def _entries(entities: Collection[UUID] | None) -> Select[Any]:
    columns: list[Any] = [LogEntry, _actor_name(entities)]
    return select(*columns)


def _actor_name(entities: Collection[UUID] | None) -> Any:
    """The name of who acted; with `entities`, only of their people."""
    actor, kind = col(LogEntry.actor_id), col(LogEntry.actor_kind)
    account = select(col(Account.name)).where(col(Account.id) == actor).scalar_subquery()
    person = select(col(Person.name)).where(col(Person.id) == actor).scalar_subquery()
    if entities is None:
        return case((kind == "account", account), (kind == "link", person), else_=None)
    own = exists().where(
        col(Person.entity_id).in_(entities),
        or_(
            and_(kind == "account", col(Person.account_id) == actor),
            and_(kind == "link", col(Person.id) == actor),
        ),
    )
    return case(
        (and_(own, kind == "account"), account), (and_(own, kind == "link"), person), else_=None
    )


def _within(committees: Collection[UUID]) -> ColumnElement[bool]:
    if not committees:
        return false()
    reached = select(col(Committee.id)).where(
        or_(col(Committee.id).in_(committees), col(Committee.parent_id).in_(committees))
    )
    return col(LogEntry.committee_id).in_(reached)


def _refers(column: Any, table: Any, ref: str) -> ColumnElement[bool]:
    return col(column).in_(select(col(table.id)).where(by_ref(table, ref)))
