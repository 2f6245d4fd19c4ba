"""A large day and a large conference: taken in, checked and retimed; prints how long each takes.

`python -m tests.exchange.campaign` starts a database server of its own. The times are those that
the service takes for a request, medians of several.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from app.embedded import EmbeddedServer, remove_cluster
from app.settings import Settings
from tests.agenda.planning import Planning
from tests.conftest import Server, app_of, migrate, running
from tests.exchange.conferences import (
    Conference,
    conference,
    conflicts,
    day,
    expected,
)
from tests.exchange.files import TYPES
from tests.world import World

ROUNDS = 5
Took = tuple[float, float]
Step = Callable[[], Awaitable[httpx.Response]]


@asynccontextmanager
async def worlds() -> AsyncIterator[World]:
    """A world in a new database, on a server as an operator has it."""
    folder = Path(tempfile.mkdtemp())
    with EmbeddedServer.start(folder) as embedded:
        url = await Server(embedded.url("postgres")).create()
        migrate(url)
        settings = Settings(
            _env_file=None,
            DATABASE_URL=url,
            data=folder / "data",
            secret_key="a secret of tests, long enough to be one",
            rate_limit="off",
        )
        async with running(app_of(settings)) as app, World.of(app) as world:
            yield world
    remove_cluster(folder)


async def timed(step: Step) -> tuple[Took, httpx.Response]:
    """`at work` is the time of this process's processor, in which a busy machine does not count;
    what the database works beside it does not count either.
    """
    began, worked = time.perf_counter(), time.process_time()
    answer = await step()
    took = time.perf_counter() - began, time.process_time() - worked
    assert answer.is_success, answer.text
    return took, answer


async def measure(
    world: World, name: str, made: Conference, declared: list[Any]
) -> dict[str, Took]:
    """Each step on a new meeting in every round; asserts that what is found is right."""
    rounds: dict[str, list[Took]] = {}
    for number in range(ROUNDS):
        planning = await Planning.of(world, handle=f"{name}-{number}")
        for step, took in (await steps(planning, made, declared)).items():
            rounds.setdefault(step, []).append(took)
    return {
        step: (statistics.median(s for s, _ in each), statistics.median(w for _, w in each))
        for step, each in rounds.items()
    }


async def steps(planning: Planning, made: Conference, declared: list[Any]) -> dict[str, Took]:
    client, agenda = planning.organizer, planning.agenda
    xml, later = made.xml(), made.later(15).xml()
    headers = {"Content-Type": TYPES["xml"]}
    path = f"{agenda}/declared-conflicts"
    found: dict[str, Took] = {}

    found["imported"], taken = await timed(
        lambda: client.post(f"{agenda}/import?mode=replace", content=xml, headers=headers)
    )
    assert (taken.json()["refused"], taken.json()["removed"]) == (0, 0)
    match = {"If-Match": (await client.get(path)).headers["etag"]}
    found["conflicts declared"], told = await timed(
        lambda: client.put(path, json={"conflicts": declared}, headers=match)
    )
    assert len(told.json()["conflicts"]) == len(declared)
    found["declared conflicts checked"], checked = await timed(lambda: client.get(f"{path}/check"))
    counts = {name: each["violated"] for name, each in checked.json()["counts"].items()}
    assert counts == expected(made, declared), counts
    found["double bookings checked"], _ = await timed(lambda: client.get(f"{agenda}/conflicts"))
    found["retimed by a new file"], again = await timed(
        lambda: client.post(f"{agenda}/import?mode=replace", content=later, headers=headers)
    )
    assert again.json()["changed"] >= len(made.talks)
    for form in ("schedule.xml", "schedule.json", "export.json", "export.csv"):
        found[f"written as {form}"], _ = await timed(partial(client.get, f"{agenda}/{form}"))
    return found


async def main() -> None:
    async with worlds() as world:
        for name, made in (("day", day()), ("conference", conference())):
            found = await measure(world, name, made, conflicts(made))
            rooms = len({talk.room for talk in made.talks})
            say(f"{len(made.talks)} sessions in {rooms} rooms, 1337 declared conflicts:")
            for step, (seconds, at_work) in found.items():
                say(f"  {step:30} {seconds * 1000:6.0f} ms, {at_work * 1000:6.0f} ms at work")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
