"""Recording a fact in the transaction that makes it true."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many
from app.events.tables import LogEntry

_COLUMNS = frozenset({"subject_id", "committee_id", "meeting_id", "entity_id"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an account, a link's holder, or the service itself."""

    kind: str
    id: UUID | None = None
    request_id: str | None = None


SYSTEM = Actor("system")
_REACTIONS: dict[type[Any], list[Callable[[AsyncSession, Any], Awaitable[None]]]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense; members beyond the ids become the entry's `data`."""

    name: ClassVar[str]
    registry: ClassVar[dict[str, type["Event"]]] = {}

    subject_id: UUID
    committee_id: UUID | None = None
    meeting_id: UUID | None = None
    entity_id: UUID | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Event.registry[cls.name] = cls


class Written(NamedTuple):
    """What was written without an object of its table; it reads like a `LogEntry`."""

    id: UUID
    name: str
    recorded_at: datetime
    actor_kind: str
    actor_id: UUID | None
    request_id: str | None
    subject_id: UUID
    committee_id: UUID | None
    meeting_id: UUID | None
    entity_id: UUID | None
    data: dict[str, Any]
    sequence: int | None = None


AnyEvent = TypeVar("AnyEvent", bound=Event)


def record(session: AsyncSession, event: Event) -> LogEntry:
    """Add the fact to the session; it is written with the next flush and dies with a rollback.

    The actor is the one that the request's caller left in `session.info["actor"]`.
    """
    entry = LogEntry(**entry_values(session, event))
    session.add(entry)
    session.info.setdefault("recorded", []).append(entry)
    return entry


async def record_many(session: AsyncSession, events: Sequence[Event]) -> None:
    """Write the facts, in their order, in few statements."""
    rows = [{"id": new_id(), **entry_values(session, event)} for event in events]
    await insert_many(session, LogEntry, rows)


async def record_each(session: AsyncSession, events: Sequence[Event]) -> None:
    """As `record` does each, written at once and in one statement."""
    if not events:
        return
    rows = [{"id": new_id(), **entry_values(session, event)} for event in events]
    await session.flush()
    await insert_many(session, LogEntry, rows)
    session.info.setdefault("recorded", []).extend(Written(**row) for row in rows)


def recorded(session: AsyncSession) -> list[LogEntry]:
    """What was recorded in this session so far, in its order, to be read only."""
    return list(session.info.get("recorded", ()))


async def announce(session: AsyncSession, event: Event) -> LogEntry:
    """Record the fact, and let the domains to the right do what must happen in the same
    transaction, such as promoting somebody when a seat falls free.
    """
    entry = record(session, event)
    for reaction in _REACTIONS.get(type(event), ()):
        await session.flush()
        await reaction(session, event)
    return entry


def react_to(
    kind: type[AnyEvent],
) -> Callable[[Callable[[AsyncSession, AnyEvent], Awaitable[None]]], None]:
    """Register a listener that acts within the transaction of the fact."""

    def register(reaction: Callable[[AsyncSession, AnyEvent], Awaitable[None]]) -> None:
        _REACTIONS.setdefault(kind, []).append(reaction)

    return register


def entry_values(session: AsyncSession, event: Event) -> dict[str, Any]:
    """The columns of an entry, for statements that insert it beside other rows."""
    actor: Actor = session.info.get("actor", SYSTEM)
    members = {field.name: getattr(event, field.name) for field in fields(event)}
    return {
        "name": event.name,
        "recorded_at": clock.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "request_id": actor.request_id,
        **{name: members[name] for name in _COLUMNS},
        "data": {k: _plain(v) for k, v in members.items() if k not in _COLUMNS},
    }


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case _:
            return value
