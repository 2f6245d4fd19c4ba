"""Plans a message for each of very many people, in one statement, without loading any of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Select, Uuid, cast, func, literal, select
from sqlalchemy.dialects.postgresql import BYTEA, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.core.tables import Json, values
from app.entities.tables import FocalPoint
from app.events.tables import LogEntry
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Account, Link
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import ONCE
from app.mail.tables import Message

_MESSAGES: Any = Message.__table__  # type: ignore[attr-defined]  # SQLModel has it
_LINKS: Any = Link.__table__  # type: ignore[attr-defined]  # as above


async def remind_focal_points(
    session: AsyncSession,
    entry: LogEntry,
    kind: MessageKind,
    people: Select[Any],
    domain: str,
    links_until: datetime,
) -> None:
    """A mail and a link of their own for each focal point of the select, both or neither.

    They act until the transaction ends: whoever ends one of them, or disables the account, waits,
    and then finds the link that was made meanwhile.
    """
    locked = people.with_for_update(read=True, of=[FocalPoint, Account]).cte("concerned")
    planned = _messages(entry, kind, _each_once(locked), "invitation_id", domain)
    fresh = planned.returning(_MESSAGES.c.invitation_id, _MESSAGES.c.person_id).cte("planned")
    now = clock.now()
    purpose = literal(LinkPurpose.ANSWER_INVITATION, values(LinkPurpose))
    columns = {
        "id": _fresh_id(),
        "created_at": literal(now),
        "purpose": purpose,
        "resource_id": fresh.c.invitation_id,
        "person_id": fresh.c.person_id,
        "expires_at": literal(links_until),
        "code_tries": literal(0),
        "codes_asked": literal(0),
    }
    rows = select(*columns.values())
    await session.execute(insert(_LINKS).from_select(list(columns), rows, include_defaults=False))


async def remind_registered(
    session: AsyncSession, entry: LogEntry, kind: MessageKind, people: Select[Any], domain: str
) -> None:
    """A mail for everybody of the select about their registration; their links they have."""
    each = _each_once(people.cte("concerned"))
    await session.execute(_messages(entry, kind, each, "registration_id", domain))


def _each_once(concerned: CTE) -> CTE:
    """Each person once, with the id of the message."""
    return (
        select(
            _fresh_id().label("id"),
            concerned.c.about_id,
            concerned.c.person_id,
            concerned.c.recipient,
            concerned.c.language,
        )
        .ext(distinct_on(concerned.c.person_id))
        .order_by(concerned.c.person_id, concerned.c.about_id)
        .cte("each_once")
    )


def _messages(entry: LogEntry, kind: MessageKind, each: CTE, about: str, domain: str) -> Any:
    now = clock.now()
    columns = {
        "id": each.c.id,
        "created_at": literal(now),
        "event_id": literal(entry.id, Uuid),
        "kind": literal(kind, values(MessageKind)),
        "meeting_id": literal(entry.meeting_id, Uuid),
        about: each.c.about_id,
        "person_id": each.c.person_id,
        "recipient": each.c.recipient,
        "language": each.c.language,
        "message_id": func.concat("<", each.c.id, f"@{domain}>"),
        "state": literal(MessageState.PLANNED, values(MessageState)),
        "data": literal({}, Json),
        "due_at": literal(now),
        "attempts": literal(0),
    }
    rows = select(*columns.values())
    return (
        insert(_MESSAGES)
        .from_select(list(columns), rows, include_defaults=False)
        .on_conflict_do_nothing(index_elements=ONCE)
    )


def _fresh_id() -> Any:
    """A UUIDv7 as `new_id` makes them, for every row: this process's milliseconds, then chance.

    PostgreSQL 15 has none: a version 4 whose first six bytes are the time and whose version
    becomes 7.
    """
    milliseconds = literal(new_id().bytes[:6], BYTEA)
    chance = func.uuid_send(func.gen_random_uuid())
    timed = func.overlay(chance, milliseconds, 1, 6)
    versioned = func.set_bit(func.set_bit(timed, 52, 1), 53, 1)
    return cast(func.encode(versioned, "hex"), Uuid)
