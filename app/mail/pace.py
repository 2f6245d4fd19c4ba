"""How fast mails go out: limits of each recipient's domain, and rests where one was asked for."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from limits import parse
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.jobs.queue import Patience
from app.mail.answers import Reach
from app.mail.policy import wait_before_retry
from app.mail.tables import Message, RestingDomain

SERVER = "*"
"""Stands for all domains: the mail server itself."""
MANY = 1_000_000
BATCH = 500

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('secretariat mails', 0))")
_DUE = text(
    """
    WITH jobs AS MATERIALIZED (
        SELECT (args ->> 'key')::uuid AS id
          FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')
    ), due AS MATERIALIZED (
        SELECT id, due_at, lower(split_part(recipient, '@', -1)) AS domain,
               id IN (SELECT id FROM jobs) AS in_hand
          FROM messages WHERE state IN ('planned', 'delayed') AND due_at <= :now
    ), busy AS (
        SELECT domain, count(*) AS mails FROM due WHERE in_hand GROUP BY domain
    ), lately AS (
        SELECT lower(split_part(recipient, '@', -1)) AS domain, count(*) AS mails
          FROM messages WHERE attempted_at > :since GROUP BY 1
    ), waiting AS (
        SELECT *, row_number() OVER (PARTITION BY domain ORDER BY due_at, id) AS place
          FROM due
         WHERE NOT in_hand
           AND NOT EXISTS (SELECT FROM resting_domains r
                            WHERE r.domain IN (due.domain, '*') AND r.until > :now)
    )
    SELECT ARRAY(
        SELECT id FROM waiting LEFT JOIN busy USING (domain) LEFT JOIN lately USING (domain)
         WHERE place <= least(:connections, :rate - coalesce(lately.mails, 0))
                        - coalesce(busy.mails, 0)
         ORDER BY due_at, id LIMIT :batch
    ) AS ids, (SELECT count(*) FROM waiting) AS waiting
    """
)
_SENT = text(
    """
    WITH ended AS (
        DELETE FROM resting_domains WHERE domain IN (:domain, '*') AND until <= :now
    )
    UPDATE messages SET sent_at = :now,
           state = CASE WHEN state IN ('bounced', 'failed') THEN state ELSE 'sent' END,
           last_error = CASE WHEN state IN ('bounced', 'failed') THEN last_error END
     WHERE id = :id
    """
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recipient's domain gets, from all workers together."""

    connections: int = MANY
    """Mails under way at once."""
    rate: int = MANY
    window: timedelta = timedelta()
    """So many attempts in so long."""


def limits_of(connections: int, rate: str) -> Limits:
    """From settings: `60/minute` and the like, or `off`."""
    if rate == "off":
        return Limits(connections)
    parsed = parse(rate)
    return Limits(connections, parsed.amount, timedelta(seconds=parsed.get_expiry()))


def domain_of_address(address: str) -> str:
    return address.rpartition("@")[2].lower()


async def take_turns(session: AsyncSession) -> bool:
    """Whether this process may queue mails until its transaction ends; one may at a time."""
    return bool((await session.execute(_LOCK)).scalar_one())


@dataclass(slots=True)
class Turns:
    """Tells whoever queues mails that one has had its turn, while others wait for that."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: bool = True

    def ended(self) -> None:
        if self.wanted:
            self.event.set()


async def list_unqueued(
    session: AsyncSession, task: str, now: datetime, limits: Limits, batch: int = BATCH
) -> tuple[Sequence[UUID], bool]:
    """Messages that may be sent now and have no job that would do it, and whether others wait
    for their end.

    As many for each domain as it takes at once, less those under way; none where it rests. So no
    job ever waits for its domain.
    """
    parameters = {
        "task": task,
        "now": now,
        "since": now - limits.window,
        "connections": limits.connections,
        "rate": limits.rate,
        "batch": batch,
    }
    ids, waiting = (await session.execute(_DUE, parameters)).one()
    return ids, waiting > len(ids)


async def let_rest(
    session: AsyncSession,
    address: str,
    reach: Reach,
    now: datetime,
    patience: Patience,
    chance: Callable[[], float],
) -> None:
    """Let the domain, or all of them, be for a while; of several refusals at once one counts."""
    if reach is Reach.MAIL:
        return
    server = reach is Reach.SERVER
    domain = SERVER if server else domain_of_address(address)
    longest = patience.longest_outage if server else patience.longest_rest
    await session.execute(
        insert(RestingDomain)
        .values(domain=domain, until=now, strikes=0)
        .on_conflict_do_nothing(index_elements=["domain"])
    )
    statement = select(RestingDomain).where(
        col(RestingDomain.domain) == domain, col(RestingDomain.until) <= now
    )
    found = (await session.execute(statement.with_for_update())).scalar_one_or_none()
    if found is not None:
        found.strikes += 1
        found.until = now + wait_before_retry(
            found.strikes,
            timedelta(seconds=patience.first_rest),
            timedelta(seconds=longest),
            chance(),
        )


async def record_sent(session: AsyncSession, message: Message, now: datetime) -> None:
    """A mail was taken: what rested takes mails again; no rest is cut short by it.

    A mail whose report of failure was quicker than we are stays as that says.
    """
    domain = domain_of_address(message.recipient)
    await session.execute(_SENT, {"id": message.id, "domain": domain, "now": now})
