"""`python -m bench.stampede`: 500 clients register at the same moment, at three server processes.

On one entity with fewer seats than that, and spread over 46. Every answer is looked at, seats and
log are counted afterwards, and the times of the answers are printed. Exit code 1 if anything was
wrong or the slowest hundredth of the answers took longer than a second.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import uvloop

from bench import client, running
from bench.__main__ import prepare
from bench.client import Connection
from bench.transaction import registration
from bench.world import Seat, World

CLIENTS = 500
PROCESSES = 3
ROUNDS = 5
SEATS = 100
"""Of the one entity that all want a seat of."""
LIMIT = 1.0
"""Seconds that 99 of 100 answers take at most."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What came of one stampede."""

    statuses: Counter[int]
    states: Counter[str]
    times: list[float]
    """Seconds from the moment at which all began, sorted."""

    @property
    def slow(self) -> float:
        """What 99 of 100 stay below."""
        return self.times[int(len(self.times) * 0.99)]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="secretariat-stampede-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running.database(folder / "data") as (_, url):
            world = uvloop.run(prepare(url, folder, folder / "unused.sql"))
            size = len(world.agenda)
            with running.service(url, folder, size, processes=PROCESSES) as port:
                return uvloop.run(_measure(url, world, port))


async def _measure(url: str, world: World, port: int) -> int:
    connections = await client.connect(port, CLIENTS + 1, PROCESSES)
    connections = connections[:CLIENTS]
    hot = [seat for seat in world.seats if seat.entity_id == world.seats[0].entity_id][:CLIENTS]
    wrong = 0
    for name, seats, quota in (
        ("spread over 46 entities", world.seats[:CLIENTS], 50_000),
        ("on one entity", hot, SEATS),
    ):
        crowds = []
        for _ in range(ROUNDS + 1):
            await _begin(url, quota)
            crowds.append(await _stampede(connections, world, seats))
            wrong += await _wrongs(url, crowds[-1], min(quota, CLIENTS))
        crowds = crowds[1:]  # the first one warms up
        middle = statistics.median(statistics.median(crowd.times) for crowd in crowds)
        slow = statistics.median(crowd.slow for crowd in crowds)
        rate = statistics.median(CLIENTS / crowd.times[-1] for crowd in crowds)
        print(
            f"{CLIENTS} at once {name}, {ROUNDS} times: half of the answers within {middle:.2f} s,"
            f" 99 % within {slow:.2f} s, {rate:,.0f} registrations per second",
            flush=True,
        )
        wrong += slow > LIMIT
    print(f"{2 * (ROUNDS + 1) * CLIENTS} registrations, {wrong} wrong")
    return 1 if wrong else 0


async def _stampede(connections: list[Connection], world: World, seats: list[Seat]) -> Crowd:
    path = f"/v1/meetings/{world.handle}/registrations"
    headers = [("authorization", f"Bearer {world.token}")]
    questions = [
        client.request("POST", path, headers=headers, body=registration(seat)) for seat in seats
    ]
    began = time.perf_counter()

    async def ask(connection: Connection, question: bytes) -> tuple[int, str, float]:
        answer = await connection.ask(question)
        taken = time.perf_counter() - began
        return answer.status, json.loads(answer.body).get("status", ""), taken

    answers = await asyncio.gather(*map(ask, connections, questions))
    return Crowd(
        Counter(status for status, _, _ in answers),
        Counter(str(state) for _, state, _ in answers),
        sorted(taken for _, _, taken in answers),
    )


async def _begin(url: str, quota: int) -> None:
    """As before the first registration."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE registrations, events CASCADE")
        await connection.execute(
            "UPDATE invitations SET seats_taken = 0, status = 'accepted', answered_at = now(),"
            f" seat_quota = {quota}"
        )
        await connection.execute("UPDATE meetings SET seats_taken = 0")
        await connection.execute("VACUUM ANALYZE invitations, meetings, registrations, events")
    finally:
        await connection.close()


async def _wrongs(url: str, crowd: Crowd, seats: int) -> int:
    """How many of the statements about this crowd do not hold."""
    connection = await asyncpg.connect(url)
    try:
        counted = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM registrations WHERE status = 'confirmed') AS confirmed,"
            " (SELECT count(*) FROM registrations WHERE status = 'waiting') AS waiting,"
            " (SELECT seats_taken FROM meetings) AS taken,"
            " (SELECT sum(seats_taken) FROM invitations) AS quota_taken,"
            " (SELECT count(*) FROM events WHERE name LIKE 'registration.%') AS told,"
            " (SELECT max(queue_number) FROM registrations WHERE status = 'confirmed')"
            " - coalesce((SELECT min(queue_number) FROM registrations WHERE status = 'waiting'),"
            " 1000000000) AS passed_over"
        )
    finally:
        await connection.close()
    assert counted is not None
    expected = Counter(confirmed=seats)
    if seats < CLIENTS:
        expected["waiting"] = CLIENTS - seats
    held = (
        crowd.statuses == Counter({201: CLIENTS}),
        crowd.states == expected,
        counted["confirmed"] == counted["taken"] == counted["quota_taken"] == seats,
        counted["waiting"] == CLIENTS - seats,
        counted["told"] == CLIENTS,
        counted["passed_over"] < 0,
    )
    if not all(held):
        print(f"wrong: {crowd.statuses}, {crowd.states}, {dict(counted)}", file=sys.stderr)
    return held.count(False)


if __name__ == "__main__":
    sys.exit(main())
