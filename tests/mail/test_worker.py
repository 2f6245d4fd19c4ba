"""The worker as a process: from the log to the mail, across kills and outages."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from app.jobs.queue import Patience
from app.mail.lifecycle import MessageState
from app.settings import Settings
from app.worker import work
from tests.mail.sink import Sink, sink
from tests.mail.stage import Stage
from tests.waiting import until

ROOT = Path(__file__).parent.parent.parent
QUICK = Patience(heartbeat=0.2, dead_after=1.0, first_retry=0.05, longest_retry=0.1, shutdown=5)
PROGRAM = """
import asyncio, sys
from app.core import clock
from app.jobs.queue import Patience
from app.settings import get_settings
from app.worker import run
clock.use(get_settings().clock)
asyncio.run(run(get_settings(), Patience(heartbeat=0.2, dead_after=1.0, shutdown=5)))
"""


@pytest.fixture
async def mail_server() -> AsyncIterator[Sink]:
    async with sink() as server:
        yield server


@pytest.fixture
def posting(settings: Settings, mail_server: Sink) -> Settings:
    """Settings that send through the sink."""
    return settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "smtp_port": mail_server.port,
            "smtp_security": "none",
        }
    )


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(settings, stop, QUICK))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task


@contextmanager
def process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own; killed at the end if it still runs."""
    assert settings.database_url is not None
    assert settings.secret_key is not None
    environment = os.environ | {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SECRETARIAT_SECRET_KEY": settings.secret_key.get_secret_value(),
        "SECRETARIAT_CLOCK": settings.clock,
        "SECRETARIAT_DATA": str(settings.data),
        "SECRETARIAT_SMTP_HOST": settings.smtp_host or "",
        "SECRETARIAT_SMTP_PORT": str(settings.smtp_port),
        "SECRETARIAT_SMTP_SECURITY": settings.smtp_security,
        "SECRETARIAT_PUBLIC_URL": settings.url,
    }
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


async def all_sent(stage: Stage, count: int) -> bool:
    messages = await stage.messages()
    return len(messages) == count and {m.state for m in messages} == {MessageState.SENT}


async def test_from_the_log_to_the_mail(stage: Stage, posting: Settings, mail_server: Sink) -> None:
    await stage.send()
    await stage.register()
    mail_server.at_recipient = ["450 later", "421 later still"]
    async with working(posting):
        await until(lambda: all_sent(stage, 2))
        await stage.cancel()
        await until(lambda: all_sent(stage, 4))
    assert len(set(mail_server.message_ids)) == len(mail_server.message_ids) == 4


async def test_a_worker_outlives_its_connections(
    stage: Stage, posting: Settings, mail_server: Sink, database_url: str
) -> None:
    async with working(posting):
        for round_ in range(1, 4):
            await stage.register()
            connection = await asyncpg.connect(database_url)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await connection.close()
            await stage.database.engine.dispose()
            await until(partial(all_sent, stage, round_))
    assert {m.message_id for m in await stage.messages()} == set(mail_server.message_ids)


async def test_a_worker_killed_in_the_middle_of_a_mail_sends_the_same_again(
    stage: Stage, posting: Settings, mail_server: Sink
) -> None:
    await stage.send()
    mail_server.at_data = ["hang"]
    with process(posting) as first:
        async with asyncio.timeout(60):
            await mail_server.arrived.wait()
        first.send_signal(signal.SIGKILL)
        first.wait()
    (message,) = await stage.messages()
    assert (message.state, message.attempts) == (MessageState.PLANNED, 1)
    mail_server.released.set()
    with process(posting) as second:
        await until(lambda: all_sent(stage, 1))
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, 20) == 0
    assert mail_server.message_ids == [message.message_id] * 2


async def test_two_workers_send_each_mail_once(
    stage: Stage, posting: Settings, mail_server: Sink
) -> None:
    await stage.send()
    async with working(posting), working(posting):
        for _ in range(6):
            await stage.register()
        await until(lambda: all_sent(stage, 7))
    assert len(mail_server.mails) == len(set(mail_server.message_ids)) == 7
