"""Runs an instance of the service whose clock stands in autumn 2021, and walks through it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from app.core import clock
from app.core.database import Database
from app.core.database_settings import DatabaseSettings
from app.demo.stage import Post, Stage
from app.demo.walk import walk
from app.identity import service as identity
from app.identity.lifecycle import AccountKind, Role, Scope
from app.settings import get_settings

FIRST_OF_SEPTEMBER = datetime(2021, 9, 1, 13, 0, tzinfo=UTC)
ATTEMPTS = 3
Say = Callable[[str], None]


class NotStarted(RuntimeError):
    """API or worker ended by itself, or did not become ready in time."""


async def load(database_url: str, data: Path, say: Say) -> str:
    """Let the 6th meeting of the coordination committee happen in this migrated database.

    Mails go into the Maildir `data/mail`. The clock is a file that only this instance follows, so
    the service itself runs at real time afterwards. Gives the meeting's handle.
    """
    data.mkdir(parents=True, exist_ok=True)
    clock_file = data.absolute() / "rehearsal-clock"
    clock.set_file(clock_file, FIRST_OF_SEPTEMBER)
    environment = _environment(database_url, data, clock_file)
    try:
        async with _instance(environment) as url:
            token = await _administrator(database_url, clock_file)
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
                post_box = Post(data / "mail")
                stage = Stage(client, post_box, lambda t: clock.set_file(clock_file, t), say)
                return await walk(stage)
    finally:
        clock_file.unlink(missing_ok=True)


def _environment(database_url: str, data: Path, clock_file: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database_url,
        "SECRETARIAT_DATA": str(data.absolute()),
        "SECRETARIAT_CLOCK": f"file:{clock_file}",
        "SECRETARIAT_ENVIRONMENT": "development",
        "SECRETARIAT_RATE_LIMIT": "off",
        "SECRETARIAT_SMTP_HOST": "",
        "SECRETARIAT_PUBLIC_URL": get_settings().url,
        "SECRETARIAT_LOG_LEVEL": "warning",
    }


@asynccontextmanager
async def _instance(environment: dict[str, str]) -> AsyncIterator[str]:
    """API and worker on a free port, until the walk is over.

    Another program may take the port between its choice and its use: then it is another one.
    """
    for left in reversed(range(ATTEMPTS)):
        url, processes = await _launch(environment)
        ready = False
        try:
            await _until_ready(url, processes)
            ready = True
        except NotStarted:
            if not left:
                raise
        finally:
            if not ready:
                await _end(processes)
        if ready:
            break
    try:
        yield url
    finally:
        await _end(processes)


async def _launch(environment: dict[str, str]) -> tuple[str, list[asyncio.subprocess.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = ["uvicorn", "--factory", "app.main:create_app", "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log"]
    processes = [
        await _start("-m", *api, *quiet, environment=environment),
        await _start("-m", "app.worker", environment=environment),
    ]
    return f"http://127.0.0.1:{port}", processes


async def _end(processes: list[asyncio.subprocess.Process]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    await asyncio.gather(*(process.wait() for process in processes))


async def _start(*arguments: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, start_new_session=True
    )


async def _until_ready(url: str, processes: list[asyncio.subprocess.Process]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 60
    async with httpx.AsyncClient() as client:
        while loop.time() < deadline:
            if any(process.returncode is not None for process in processes):
                break
            with suppress(httpx.TransportError):
                if (await client.get(f"{url}/readyz")).is_success:
                    return
            await asyncio.sleep(0.05)
    raise NotStarted("The instance for the rehearsal did not start.")


async def _administrator(database_url: str, clock_file: Path) -> str:
    """A token of the walk's own administrator, good for the two months that the walk spans."""
    database = Database(DatabaseSettings(database_url.partition("://")[2], pool=1))
    clock.use(f"file:{clock_file}")
    try:
        async with database.transaction() as session:
            account = await identity.create_account(
                session, AccountKind.SERVICE, "Rehearsal of the reference meeting"
            )
            await session.flush()
            await identity.grant_role(session, account.id, Role.ADMINISTRATOR)
            expires = clock.now() + timedelta(days=60)
            _, token = await identity.create_token(session, account.id, "rehearsal", Scope, expires)
            return token
    finally:
        clock.use("real")
        await database.close()
