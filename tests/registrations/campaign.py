"""A long campaign of histories of seats; the last line says how many were wrong, the one before it
how often each thing happened.

SEAT_HISTORIES says how many, SEAT_SEED which ones, SEAT_PROCESSES how many are played at a time;
with SEAT_UNLOCKED=1 the lock of the seats is off, and the campaign must fail. `make campaign-seats`
runs it.
"""

import asyncio
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounds

from app.embedded import EmbeddedServer, remove_cluster
from app.registrations import queries, together_queries
from app.settings import Settings
from tests.conftest import Server, migrate
from tests.registrations.seat_figures import told
from tests.registrations.seat_player import FIRST_DAY, opened
from tests.registrations.seat_steps import crowds, everything
from tests.unlocked import lock_no_delegations, lock_nothing

ROUND = 100
"""Histories on one database: the recount after each costs more the more there were."""


@dataclass(frozen=True, slots=True)
class Round:
    """Some of the histories, to be played by a process of its own."""

    server: str
    template: str
    histories: int
    seed: int
    locked: bool


@dataclass(frozen=True, slots=True)
class Played:
    seed: int
    histories: int
    steps: int
    happened: Counter[str]
    wrong: str | None
    """How the history went wrong that ended it."""


def main(histories: int, first_seed: int, processes: int, *, locked: bool = True) -> int:
    """Play them in rounds; how many rounds ended with a difference."""
    played = steps = wrong = 0
    happened: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (server, template):
        rounds = [
            Round(
                server.admin, template, min(ROUND, histories - start), first_seed + number, locked
            )
            for number, start in enumerate(range(0, histories, ROUND))
        ]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context) as pool:
            for done in as_completed([pool.submit(play_round, each) for each in rounds]):
                result = done.result()
                played, steps = played + result.histories, steps + result.steps
                happened.update(result.happened)
                if result.wrong is not None:
                    wrong += 1
                    sys.stderr.write(result.wrong)
                speed = steps / (time.monotonic() - began)
                say(
                    f"seed {result.seed}: {played} histories, {steps} steps so far, "
                    f"{speed:.0f} a second"
                )
    say(told(happened))
    say(f"{played} histories, {steps} steps, {wrong} wrong")
    return wrong


def play_round(each: Round) -> Played:
    """On a database of its own; however a history fails, it is a wrong one."""
    if not each.locked:
        queries.lock_seats = lock_nothing
        together_queries.lock_delegations = lock_no_delegations
    server, wrong = Server(each.server), None
    rules = bounds(
        max_examples=each.histories,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if each.locked else [Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    url = asyncio.run(server.create(each.template))
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(settings_of(url, Path(folder))) as (house, play),
    ):
        try:
            drawn = everything if each.locked else crowds
            seed(each.seed)(rules(given(drawn)(play)))()
        except Exception:  # noqa: BLE001  # as the docstring says
            wrong = traceback.format_exc()
    asyncio.run(server.drop(url))
    return Played(each.seed, house.histories, house.steps, house.happened, wrong)


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
        database_wait=60,  # a busy machine is no wrong answer
        lock_timeout=60_000,
        statement_timeout=60_000,
    )


if __name__ == "__main__":
    number = int(os.environ.get("SEAT_HISTORIES", "2000"))
    chosen = int(os.environ.get("SEAT_SEED", "0")) or random.randrange(1, 10**9)
    at_once = int(os.environ.get("SEAT_PROCESSES", "0")) or os.cpu_count() or 1
    safe = os.environ.get("SEAT_UNLOCKED", "") != "1"
    sys.exit(bool(main(number, chosen, at_once, locked=safe)))
