"""Limits of a domain, and rests: one bad receiver delays nobody."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core import clock
from app.core.database import Database
from app.core.ids import new_id
from app.jobs.queue import Patience
from app.mail import pace
from app.mail.answers import Reach
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.pace import Limits, domain_of_address, limits_of
from app.mail.sending import TASK, Sender
from app.mail.smtp import SmtpTransport
from app.mail.tables import Message, RestingDomain
from app.settings import Settings
from app.worker import work
from tests.mail.sink import sink
from tests.mail.stage import DAY, HOUSE, Stage
from tests.waiting import until

SECOND = timedelta(seconds=1)


async def plan(stage: Stage, *addresses: str, **members: Any) -> list[UUID]:
    """A message to each address, as if from facts of its own."""
    async with stage.database.transaction() as session:
        messages = [
            Message(
                event_id=new_id(),
                kind=MessageKind.REGISTRATION_WITHDRAWN,
                meeting_id=stage.meeting.id,
                person_id=stage.focal_point.id,
                recipient=address,
                language="en",
                message_id=f"<{new_id()}@example.org>",
                **members,
            )
            for address in addresses
        ]
        session.add_all(messages)
    return [message.id for message in messages]


async def queued(stage: Stage, limits: Limits) -> tuple[Counter[str], bool]:
    """Domains of what may be queued now, and whether anything must wait."""
    async with stage.database.transaction() as session:
        ids, left = await pace.list_unqueued(session, TASK, clock.now(), limits)
        found = [await session.get_one(Message, each) for each in ids]
    return Counter(domain_of_address(message.recipient) for message in found), left


async def rest(stage: Stage, address: str, reach: Reach = Reach.DOMAIN) -> float:
    """Seconds until mails go there again."""
    async with stage.database.transaction() as session:
        now = clock.now()
        await pace.let_rest(session, address, reach, now, Patience(), lambda: 1.0)
        domain = "*" if reach is Reach.SERVER else domain_of_address(address)
        found = await session.get(RestingDomain, domain)
    return (found.until - now).total_seconds() if found else 0.0


async def test_each_domain_gets_its_connections(stage: Stage) -> None:
    await plan(stage, *(f"{n}@A.example.org" for n in range(5)), "1@b.example.org")
    assert await queued(stage, Limits(2)) == ({"a.example.org": 2, "b.example.org": 1}, True)
    assert await queued(stage, Limits()) == ({"a.example.org": 5, "b.example.org": 1}, False)


async def test_each_domain_gets_its_rate(stage: Stage, set_clock) -> None:
    limits = limits_of(10, "3/minute")
    tried = {"attempted_at": clock.now(), "state": MessageState.SENT}
    await plan(stage, "0@a.example.org", "1@a.example.org", **tried)
    await plan(stage, "2@a.example.org", "3@a.example.org", "0@b.example.org")
    assert await queued(stage, limits) == ({"a.example.org": 1, "b.example.org": 1}, True)
    set_clock(DAY + timedelta(minutes=2))
    assert await queued(stage, limits) == ({"a.example.org": 2, "b.example.org": 1}, False)


@pytest.mark.parametrize("rate", ["1/second", "60/minute", "1000/hour", "5000/day", "off"])
def test_rates_are_read(rate: str) -> None:
    number, _, window = rate.partition("/")
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "": 0}[window]
    limits = limits_of(2, rate)
    assert limits.window == seconds * SECOND
    assert limits.rate == (pace.MANY if rate == "off" else int(number))


async def test_a_domain_rests_longer_each_time_and_alone(stage: Stage, set_clock) -> None:
    await plan(stage, "1@a.example.org", "1@b.example.org")
    assert await rest(stage, "x@A.example.org") == pytest.approx(1)
    assert await queued(stage, Limits()) == ({"b.example.org": 1}, False)
    together = await asyncio.gather(*(rest(stage, "x@a.example.org") for _ in range(4)))
    assert max(together) <= 1, "while it rests, another refusal changes nothing"
    set_clock(DAY + timedelta(minutes=1))
    assert await queued(stage, Limits()) == ({"a.example.org": 1, "b.example.org": 1}, False)
    assert await rest(stage, "x@a.example.org") == pytest.approx(3)
    set_clock(DAY + timedelta(minutes=2))
    (message, _) = await stage.messages()
    async with stage.database.transaction() as session:
        await pace.record_sent(session, message, clock.now())
    assert await rest(stage, "x@a.example.org") == pytest.approx(1)


async def test_all_domains_rest_with_the_server_and_not_for_long(stage: Stage, set_clock) -> None:
    await plan(stage, "1@a.example.org", "1@b.example.org")
    waits = []
    for minute in range(2, 12, 2):
        set_clock(DAY + timedelta(minutes=minute))
        waits.append(await rest(stage, "1@a.example.org", Reach.SERVER))
        assert await queued(stage, Limits()) == ({}, False)
    assert waits == pytest.approx([1, 3, 9, 27, 60])


async def test_an_answer_about_one_mail_lets_nobody_rest(stage: Stage) -> None:
    assert await rest(stage, "1@a.example.org", Reach.MAIL) == 0


async def test_a_job_that_is_there_already_does_not_break_the_rest(
    stage: Stage, database: Database, set_clock
) -> None:
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    await rest(stage, message.recipient)
    async with sink() as server:
        transport = SmtpTransport(host="127.0.0.1", port=server.port, security="none")
        post = Sender(database, transport, HOUSE, Patience())
        await post.send(message.id)
        assert (server.connections, (await stage.messages())[0].attempts) == (0, 0)
        set_clock(DAY + timedelta(minutes=1))
        await post.send(message.id)
        await transport.close()
    assert (await stage.messages())[0].state is MessageState.SENT


async def test_a_domain_that_hangs_delays_nobody_else(stage: Stage, settings: Settings) -> None:
    """More mails to it than there are hands; all others arrive while it still hangs."""
    await stage.send()
    for n in range(24):
        await stage.register(email=f"{n}@{'slow' if n < 12 else 'quick'}.example.org")
    async with sink() as server:
        server.hanging = "slow.example.org"
        posting = settings.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "smtp_security": "none",
            }
        )
        stop = asyncio.Event()
        worker = asyncio.create_task(work(posting, stop, Patience(shutdown=0.1)))

        async def quick_ones_arrived() -> bool:
            done = [m for m in await stage.messages() if m.state is MessageState.SENT]
            return sum("slow" not in m.recipient for m in done) == 13

        await until(quick_ones_arrived)
        tried = [m for m in await stage.messages() if m.attempts and "slow" in m.recipient]
        assert len(tried) == 2
        server.released.set()
        stop.set()
        await worker


@pytest.mark.parametrize("reported", [MessageState.BOUNCED, MessageState.FAILED])
async def test_a_report_that_is_quicker_than_our_note_counts(
    stage: Stage, reported: MessageState
) -> None:
    await plan(stage, "1@a.example.org")
    (message,) = await stage.messages()
    async with stage.database.transaction() as session:
        held = await session.get_one(Message, message.id)
        held.state, held.last_error = reported, "mailbox full"
    async with stage.database.transaction() as session:
        await pace.record_sent(session, message, clock.now())
    (message,) = await stage.messages()
    assert (message.state, message.last_error) == (reported, "mailbox full")
