"""A small campaign: mails through faults, with the worker killed once; and that it can fail."""

from collections import Counter
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.events.relay import Following, Relay
from app.identity.tables import Link
from app.mail.listeners import FOLLOWER, Planner
from app.mail.tables import Message
from tests.mail.campaign import Outcome, Plan, campaign, prepare, send_all
from tests.statements import counted

QUICKLY = """
import asyncio
from app.core import clock
from app.deployment import configure_logging
from app.jobs.queue import Patience
from app.settings import get_settings
from app.worker import run
configure_logging(get_settings())
asyncio.run(run(get_settings(), Patience(
    heartbeat=0.2, dead_after=1.0, first_retry=0.1, longest_retry=0.5, first_rest=0.1, shutdown=5
)))
"""


async def test_every_recipient_gets_one_mail_through_faults_and_a_kill(
    database_url: str, tmp_path: Path
) -> None:
    plan = Plan(recipients=50, entities=25, kills=1, program=("-c", QUICKLY))
    outcome = await campaign(plan, database_url, tmp_path)
    assert outcome.wrongs == []
    assert outcome.faults, "or it proves nothing"
    assert outcome.report[-1].startswith("50 recipients, ")
    assert outcome.report[-1].endswith(", 0 wrong")


async def test_many_invitations_are_planned_in_a_few_statements(app: FastAPI) -> None:
    """One by one they would take several hundred."""
    database = app.state.database
    recipients = await prepare(database, Plan(recipients=120, entities=60))
    await send_all(database)
    relay = Relay(database, [Following(FOLLOWER, Planner("example.org"))])
    with counted(app) as statements:
        while await relay.advance():
            pass
    async with database.transaction() as session:
        planned = (await session.execute(select(Message))).scalars().all()
        links = (await session.execute(select(Link))).scalars().all()
    assert {message.recipient for message in planned} == recipients
    assert {(link.resource_id, link.person_id) for link in links} == {
        (message.invitation_id, message.person_id) for message in planned
    }
    assert (len(planned), len(links), len(statements) < 30) == (120, 120, True)


@pytest.mark.parametrize(
    ("taken", "message", "wrong"),
    [
        ({("a@example.org", "<1>"): 2}, ("<1>", "sent"), []),
        ({}, ("<1>", "sent"), ["a@example.org: [] taken, <1> is sent"]),
        (
            {("a@example.org", "<1>"): 1, ("a@example.org", "<2>"): 1},
            ("<1>", "sent"),
            ["a@example.org: ['<1>', '<2>'] taken, <1> is sent"],
        ),
        (
            {("a@example.org", "<1>"): 1},
            ("<1>", "delayed"),
            ["a@example.org: ['<1>'] taken, <1> is delayed"],
        ),
        (
            {("a@example.org", "<1>"): 1, ("b@example.org", "<1>"): 1},
            ("<1>", "sent"),
            ["b@example.org: a stranger"],
        ),
    ],
)
def test_what_is_wrong_is_told(
    taken: dict[tuple[str, str], int], message: tuple[str, str], wrong: list[str]
) -> None:
    outcome = Outcome(
        planned_in=1,
        delivered_in=1,
        taken=Counter(taken),
        faults=Counter(),
        messages={"a@example.org": message},
        recipients=frozenset({"a@example.org"}),
    )
    assert outcome.wrongs == wrong
    assert outcome.report[-1].endswith(f" {len(wrong)} wrong")
