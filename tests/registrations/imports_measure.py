"""How long the import of ten thousand people takes and how much memory; prints one line.

`python -m tests.registrations.imports_measure` starts a database server and a server process with
the settings that they have by default.
"""

import asyncio
import csv
import io
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from app.core import clock
from app.embedded import EmbeddedServer, remove_cluster
from app.settings import Settings
from tests.conftest import Server, app_of, migrate, running
from tests.world import World

PEOPLE = 10_000
ENTITIES = 46
SECRET = "a secret of tests, long enough to be one"
FIRST = re.split(
    " ",
    "Amina Jonas Keiko Luis Olga Pia Ines Nadir Mohamed Li Wei Ana Maria John Fatima Yulia Ivan"
    " Jean-Pierre Marc Carla محمد فاطمة Юлия Иван Ελένη 小明 José Łukasz Nguyễn Søren",
)
STEP = dict[str, Any]


def names(count: int) -> list[str]:
    """Made-up names, some of them twice, in several scripts."""
    dice = random.Random(7)
    parts = [f"{a}{b}" for a in "bcdfglmnprstvz" for b in "aeiou"]
    last = ["".join(dice.choices(parts, k=dice.randint(2, 4))).title() for _ in range(3_000)]
    return [f"{dice.choice(FIRST)} {dice.choice(last)}" for _ in range(count)]


def table(entities: list[str]) -> bytes:
    """Ten thousand rows; entities in turn, where there are any."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["Name", "E-mail", "Title", "Role", "Entity"][: 5 if entities else 3])
    for number, name in enumerate(names(PEOPLE)):
        row = [name, f"person{number}@example.org", "Programme Officer"]
        if entities:
            role = "support" if number % 3 == 0 else "representative"
            row += [role, entities[number % len(entities)]]
        rows.writerow(row)
    return written.getvalue().encode()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Address and process id of a server process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app"]
    options = ["--port", str(port), "--log-level", "error", "--no-access-log"]
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRETARIAT_DATA": str(folder),
        "SECRETARIAT_SECRET_KEY": SECRET,
    }
    process = subprocess.Popen([*command, *options], env=environment)
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def megabytes(pid: int, what: str) -> int:
    """`VmRSS` is the memory now, `VmHWM` the most that it ever was."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(what))
    return int(line.split()[1]) // 1024


async def prepared(url: str, folder: Path) -> tuple[str, str, list[str]]:
    """A token, the path of an entity, and that of a meeting to which many entities are invited."""
    settings = Settings(_env_file=None, DATABASE_URL=url, data=folder, secret_key=SECRET)
    async with running(app_of(settings)) as app, World.of(app) as world:
        alone = await world.entity()
        committee = await world.committee()
        times = {"local_start": "2031-10-08T10:00:00", "local_end": "2031-10-08T13:00:00"}
        meeting = await world.scheduled(await world.meeting(committee, **times))
        entities = [await world.entity() for _ in range(ENTITIES)]
        for entity in entities:
            await world.invitation(meeting, entity, seat_quota=100)
        token = world.administrator.headers["authorization"]
        handles = [entity["handle"] for entity in entities]
        clock.use("real")
        return token, f"{alone['id']} {meeting['id']}", handles


def ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if client.get("/livez").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server process did not start")


def processor(pid: int) -> float:
    """Seconds that the process has been at work, in which a busy machine does not count."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(call: Callable[[], httpx.Response], expected: STEP, pid: int) -> str:
    start, worked = time.perf_counter(), processor(pid)
    answer = call()
    seconds, at_work = time.perf_counter() - start, processor(pid) - worked
    assert answer.status_code == 200, answer.text[:2000]
    found = {name: answer.json()[name] for name in expected}
    assert found == expected, found
    return f"{seconds:.1f} s ({at_work:.1f} s at work)"


def measured(
    client: httpx.Client, pid: int, path: str, content: bytes, new: STEP, known: STEP
) -> str:
    def send(**query: Any) -> Callable[[], httpx.Response]:
        headers = {"Content-Type": "text/csv"}
        return lambda: client.post(path, content=content, headers=headers, params=query)

    preview = timed(send(dry_run=True), new, pid)
    written = timed(send(), new, pid)
    again = timed(send(), known, pid)
    return f"previewed in {preview}, imported in {written}, again in {again}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedServer.start(folder / "server") as embedded:
            server = Server(embedded.url("postgres"))
            url = asyncio.run(server.create())
            migrate(url)
            token, ids, handles = asyncio.run(prepared(url, folder / "data"))
            entity, meeting = ids.split()
            with serving(url, folder / "data") as (base, pid):
                headers = {"Authorization": token}
                with httpx.Client(base_url=base, headers=headers, timeout=120) as client:
                    ready(client)
                    client.get("/v1/me")
                    before = megabytes(pid, "VmRSS")
                    people = measured(
                        client,
                        pid,
                        f"/v1/entities/{entity}/people/import",
                        table([]),
                        {"new": PEOPLE},
                        {"already_there": PEOPLE},
                    )
                    registrations = measured(
                        client,
                        pid,
                        f"/v1/meetings/{meeting}/registrations/import",
                        table(handles),
                        {"refused": 0, "already_there": 0, "new_people": PEOPLE},
                        {"already_there": PEOPLE},
                    )
                    most = megabytes(pid, "VmHWM")
        remove_cluster(folder / "server")
    sys.stdout.write(
        f"{PEOPLE} people: {people}; {PEOPLE} registrations: {registrations};"
        f" memory {most} MB, {most - before} MB more\n"
    )


if __name__ == "__main__":
    main()
