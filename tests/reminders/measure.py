"""How long ten thousand reminders take: `python -m tests.reminders.measure`.

Prints the time of the look that finds the step due, and of planning a mail and a link for everybody
whom it concerns, for several meetings one after the other. The embedded server with its usual
safety (fsync) is used.
"""

import asyncio
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from app.core import clock
from app.embedded import EmbeddedServer, remove_cluster
from app.main import create_app
from app.reminders import running
from app.settings import Settings
from tests.conftest import migrate
from tests.conftest import running as served
from tests.reminders.crowd import invite_crowd
from tests.reminders.morning import ANSWER, ANSWER_DUE, START, Morning
from tests.world import World

ROUNDS = 3


async def measure(url: str, folder: Path, number: int) -> None:
    clock_file = folder / "clock"
    clock.set_file(clock_file, START)
    settings = Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=folder / "data",
        secret_key="a secret of measurements, long enough",
        clock=f"file:{clock_file}",
        rate_limit="off",
        guess_limit="off",
    )
    async with served(create_app(settings)) as app, World.of(app) as world:
        morning = Morning(world)
        for _ in range(ROUNDS):
            clock.set_file(clock_file, START)
            await morning.set(ANSWER)
            async with morning.database.transaction() as session:
                await invite_crowd(session, morning.meeting["id"], number, START)
            await morning.follow()
            clock.set_file(clock_file, ANSWER_DUE + timedelta(seconds=1))
            await timed(morning)


async def timed(morning: Morning) -> None:
    began = time.perf_counter()
    await running.look(morning.database)
    looked = time.perf_counter()
    await morning.follow()
    planned = time.perf_counter()
    told = (await morning.steps())[0]["told"]
    sys.stdout.write(
        f"{told} reminders: found due in {looked - began:.2f} s, planned in "
        f"{planned - looked:.2f} s, {planned - began:.2f} s together\n"
    )


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedServer.start(folder) as server:
            server.create_database("secretariat")
            url = server.url("secretariat")
            migrate(url)
            asyncio.run(measure(url, folder, number))
        remove_cluster(folder)


if __name__ == "__main__":
    main()
