"""A long campaign of histories of seats; the last line says how many were wrong.

SEAT_HISTORIES says how many, SEAT_SEED which ones; `make campaign-seats` runs it.
"""

import asyncio
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounds

from app.embedded import EmbeddedServer, remove_cluster
from app.settings import Settings
from tests.conftest import Server, migrate
from tests.registrations.seat_player import FIRST_DAY, opened
from tests.registrations.seat_steps import everything

ROUND = 100
"""Histories on one database: the recount after each costs more the more there were."""


def main(histories: int, first_seed: int) -> int:
    """Play them in rounds; how many rounds ended with a difference."""
    played = steps = wrong = 0
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (server, template):
        for number, start in enumerate(range(0, histories, ROUND)):
            url = asyncio.run(server.create(template))
            with opened(settings_of(url, Path(folder))) as (house, play):
                try:
                    rules = bounds(
                        max_examples=min(ROUND, histories - start),
                        database=None,
                        deadline=None,
                        phases=[Phase.generate, Phase.shrink],
                        report_multiple_bugs=False,
                        suppress_health_check=[HealthCheck.too_slow],
                    )
                    seed(first_seed + number)(rules(given(everything)(play)))()
                except Exception:  # noqa: BLE001  # however a history fails, it is a wrong one
                    wrong += 1
                    traceback.print_exc()
                played, steps = played + house.histories, steps + house.steps
            asyncio.run(server.drop(url))
            say(f"seed {first_seed + number}: {played} histories, {steps} steps")
    say(f"{played} histories, {steps} steps, {wrong} wrong")
    return wrong


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Server, str]]:
    """A PostgreSQL server in the folder, and the name of a migrated database to copy."""
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with EmbeddedServer.start(folder / "server", settings=settings) as embedded:
        server = Server(embedded.url("postgres"))
        url = asyncio.run(server.create())
        migrate(url)
        yield server, url.rpartition("/")[2]
    remove_cluster(folder / "server")


def settings_of(url: str, folder: Path) -> Settings:
    (folder / "clock").write_text(FIRST_DAY.isoformat(), encoding="ascii")
    return Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=folder / "data",
        secret_key="a secret of tests, long enough to be one",
        clock=f"file:{folder / 'clock'}",
        rate_limit="off",
        guess_limit="off",
    )


if __name__ == "__main__":
    number = int(os.environ.get("SEAT_HISTORIES", "2000"))
    chosen = int(os.environ.get("SEAT_SEED", "0")) or random.randrange(1, 10**9)
    sys.exit(bool(main(number, chosen)))
