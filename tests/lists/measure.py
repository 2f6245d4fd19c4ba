"""How fast lists of twenty thousand are: `python -m tests.lists.measure`.

Prints the times of pages of registrations (the first, one in the middle, the last) by order, filter
and search, those of lists, and the time, size and memory of files of all. The embedded server with
its usual safety (fsync) is used; times are medians, as seen by a caller within the process.
"""

import asyncio
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import httpx

from app.embedded import EmbeddedServer, remove_cluster
from app.main import create_app
from app.settings import Settings
from tests.conftest import migrate, running
from tests.lists.crowd import register_crowd
from tests.world import World

TIMES = 5
PAGES: dict[str, dict[str, Any]] = {
    "by arrival": {},
    "by name": {"sort": "name"},
    "by name, down": {"sort": "-name"},
    "of one entity": {"entity": "crowd-7"},
    "of one entity, by name": {"entity": "crowd-7", "sort": "name"},
    "who waits": {"status": "waiting"},
    "who has a seat": {"status": "confirmed"},
    "who has a seat, by name": {"status": "confirmed", "sort": "name"},
    "heads": {"role": "head_of_delegation"},
    "heads, by name": {"role": "head_of_delegation", "sort": "name"},
    "who declined": {"participation": "declined"},
    "search: rossi 19": {"search": "rossi 19"},
    "search: alvarez": {"search": "alvarez"},
    "search: alvarez, by name": {"search": "alvarez", "sort": "name"},
    "search: Иванова": {"search": "Иванова"},
    "search: 王": {"search": "王"},
    "search: attendee19999@": {"search": "attendee19999@"},
    "search: nobody there": {"search": "nobody there"},
    "search: o": {"search": "o"},
    "search: ~": {"search": "~"},
}
LISTS: dict[str, dict[str, Any]] = {
    "delegations": {},
    "delegations by protocol": {"order": "protocol"},
    "delegations by name": {"order": "name"},
    "delegations of one": {"entity": "crowd-7"},
    "participants": {},
    "participants by name": {"order": "name"},
}


async def measure(url: str, folder: Path, number: int) -> None:
    settings = Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=folder / "data",
        secret_key="a secret of measurements, long enough",
        rate_limit="off",
        guess_limit="off",
    )
    async with running(create_app(settings)) as app, World.of(app) as world:
        meeting = await world.meeting(await world.committee())
        async with world.app.state.database.transaction() as session:
            await register_crowd(session, meeting["id"], number)
        path = f"/v1/meetings/{meeting['id']}"
        for words, query in PAGES.items():
            await pages(world.administrator, f"{path}/registrations", words, query)
        for words, query in LISTS.items():
            kind = words.partition(" ")[0]
            await pages(world.administrator, f"{path}/lists/{kind}", f"list of {words}", query)
        for kind in ("delegations", "participants", "attendance", "name-plates"):
            for suffix in ("xlsx", "csv"):
                await file(world.administrator, f"{path}/lists/{kind}.{suffix}", {})
        await file(world.administrator, f"{path}/lists/delegations.pdf", {"entity": "crowd-7"})


async def pages(client: httpx.AsyncClient, path: str, words: str, query: dict[str, Any]) -> None:
    """The first page, one in the middle, and the last, of 50 each."""
    cursors: list[dict[str, Any]] = [{}]
    found = (await client.get(path, params=query | {"limit": 200})).json()
    rows = len(found["items"])
    while found["next_cursor"]:
        cursors.append({"cursor": found["next_cursor"]})
        found = (await client.get(path, params=query | {"limit": 200} | cursors[-1])).json()
        rows += len(found["items"])
    times = [
        await timed(client, path, query | cursors[place])
        for place in (0, len(cursors) // 2, len(cursors) - 1)
    ]
    shown = " ".join(f"{each * 1000:6.1f}" for each in times)
    sys.stdout.write(f"{words:32} {rows:6} rows   ms a page: {shown}\n")


async def timed(client: httpx.AsyncClient, path: str, query: dict[str, Any]) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = await client.get(path, params=query)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return statistics.median(taken)


async def file(client: httpx.AsyncClient, path: str, query: dict[str, Any]) -> None:
    taken, size = [], 0
    for _ in range(3):
        began = time.perf_counter()
        async with client.stream("GET", path, params=query) as answer:
            size = sum([len(chunk) async for chunk in answer.aiter_bytes()])
        taken.append(time.perf_counter() - began)
    tracemalloc.start()
    async with client.stream("GET", path, params=query) as answer:
        size = sum([len(chunk) async for chunk in answer.aiter_bytes()])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    name = path.rpartition("/")[2]
    sys.stdout.write(
        f"{name:32} {size / 1e6:6.2f} MB in {statistics.median(taken):5.2f} s, "
        f"{peak / 1e6:5.1f} MB of memory at most\n"
    )


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
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
