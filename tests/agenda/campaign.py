"""How fast agendas are edited, and bad ones refused: `python -m tests.agenda.campaign`.

Prints the median and the least of the time that a request takes within the process, from its first
byte to its answer; how much of it the processors work, for the service and for the database, which
is what remains of it on a machine with nothing else to do; and the number of SQL statements. The
embedded server with its usual safety (fsync) is used. Processor times of the database are those of
Linux.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.embedded import EmbeddedServer, remove_cluster
from app.main import create_app
from app.settings import Settings
from tests.agenda.planning import Planning, item
from tests.conftest import migrate, running
from tests.statements import counted
from tests.world import World

TIMES = 15
Ask = Callable[[], Awaitable[httpx.Response]]


def tree(*widths: int) -> list[dict[str, Any]]:
    """So many items at the top, each with so many under it, and so on."""
    if not widths:
        return []
    return [
        item(f"Item {n}", minutes=5, note={"en": "Twenty words " * 10}, items=tree(*widths[1:]))
        for n in range(widths[0])
    ]


class Moving:
    """Moves one item to and fro."""

    def __init__(self, planning: Planning, item_id: str, places: list[dict[str, Any]]) -> None:
        self.planning, self.path = planning, f"{planning.agenda}/items/{item_id}"
        self.places = self._places(places)
        self.match: dict[str, str] = {}

    def _places(self, places: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        while True:
            yield from places

    async def by_own_tag(self) -> None:
        answer = await self.planning.organizer.get(self.path)
        self.match = {"If-Match": answer.headers["etag"]}

    async def by_tag_of_agenda(self) -> None:
        _, self.match = await self.planning.read()

    async def move(self) -> httpx.Response:
        return await self.planning.organizer.post(
            f"{self.path}/move", json=next(self.places), headers=self.match
        )


async def backends(planning: Planning) -> list[Path]:
    """Where Linux tells how long the processes of this database have run."""
    async with planning.world.app.state.database.transaction() as session:
        statement = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = (await session.execute(statement)).scalars().all()
    return [path for pid in pids if (path := Path(f"/proc/{pid}/schedstat")).exists()]


def ran(processes: Iterable[Path]) -> float:
    """Seconds on a processor so far."""
    return sum(int(path.read_text().split()[0]) for path in processes) / 1e9


async def measured(
    planning: Planning, words: str, ask: Ask, before: Ask | Callable[[], Awaitable[None]]
) -> None:
    wall, cpu, database, statements = [], [], [], 0
    processes = await backends(planning)
    for _ in range(TIMES):
        await before()
        base = ran(processes)
        with counted(planning.world.app) as found:
            began, used = time.perf_counter(), time.process_time()
            answer = await ask()
            wall.append(time.perf_counter() - began)
            cpu.append(time.process_time() - used)
        database.append(ran(processes) - base)
        assert answer.is_success, answer.text
        statements = len(found)
    middle, works = statistics.median(wall) * 1000, statistics.median(cpu) * 1000
    sys.stdout.write(
        f"{words:42}{middle:7.1f} ms, least {min(wall) * 1000:6.1f}; processors {works:5.1f}"
        f" + {statistics.median(database) * 1000:4.1f} ms; {statements} statements\n"
    )


async def moves(planning: Planning) -> None:
    for shape, widths in (("10 items", (10,)), ("1,000 siblings", (1000,))):
        agenda = await planning.put(*tree(*widths))
        first = agenda["items"][0]["id"]
        moving = Moving(planning, first, [{"position": widths[0] - 1}, {"position": 0}])
        await measured(planning, f"{shape}: first to last and back", moving.move, moving.by_own_tag)
    agenda = await planning.put(*tree(10, 9, 10))
    leaf = agenda["items"][0]["items"][0]["items"][0]["id"]
    there = {"parent_id": agenda["items"][9]["items"][8]["id"], "position": 10}
    back = {"parent_id": agenda["items"][0]["items"][0]["id"], "position": 0}
    moving = Moving(planning, leaf, [there, back])
    await measured(planning, "tree of 1,000: a leaf", moving.move, moving.by_own_tag)
    await measured(
        planning, "tree of 1,000: a leaf, tag of the agenda", moving.move, moving.by_tag_of_agenda
    )
    branch = Moving(planning, agenda["items"][0]["id"], [{"position": 9}, {"position": 0}])
    await measured(planning, "tree of 1,000: a branch of 100", branch.move, branch.by_own_tag)

    async def read() -> httpx.Response:
        return await planning.organizer.get(planning.agenda)

    await measured(planning, "tree of 1,000: read", read, read)


async def refusals(planning: Planning) -> None:
    """Bodies that must be refused, and how long that takes."""
    agenda, match = await planning.read()
    known = agenda["items"][0]["id"]
    deep: dict[str, Any] = item("leaf")
    for _ in range(99):
        deep = item("above", items=[deep])
    bodies = {
        "10,000 items": json.dumps({"items": [item(items=[item()] * 999)] * 10}),
        "depth 100": json.dumps({"items": [deep]}),
        "100,000 brackets": '{"items": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "an id under itself": json.dumps(
            {"items": [item("A", id=known, items=[item("A", id=known)])]}
        ),
    }
    for words, body in bodies.items():
        began = time.perf_counter()
        answer = await planning.organizer.put(
            planning.agenda, content=body, headers=match | {"Content-Type": "application/json"}
        )
        took = time.perf_counter() - began
        slug = answer.json()["type"].rpartition("/")[2]
        sys.stdout.write(f"{words:42}{took * 1000:7.1f} ms, {answer.status_code} {slug}\n")


async def measure(url: str, folder: Path) -> None:
    settings = Settings(
        _env_file=None,
        DATABASE_URL=url,
        data=folder / "data",
        secret_key="a secret of measurements, long enough",
        rate_limit="off",
        guess_limit="off",
    )
    async with running(create_app(settings)) as app, World.of(app) as world:
        planning = await Planning.of(world)
        await moves(planning)
        await refusals(planning)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedServer.start(folder / "server") as server:
            url = server.url("postgres")
            migrate(url)
            asyncio.run(measure(url, folder))
        remove_cluster(folder / "server")
    return 0


if __name__ == "__main__":
    sys.exit(main())
