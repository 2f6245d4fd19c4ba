"""The interleaved rounds: every rate of a round is taken within the same seconds or so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.embedded import EmbeddedServer
from bench import client, running
from bench.client import Connection, Run
from bench.transaction import TABLE, registration
from bench.world import ENTITIES, World

PATH = "/v1/public/meetings/{handle}"


_KEPT = frozenset({"bare bytes", "agenda", "not modified", "meeting", "calendar"})
"""What is also asked of the service that keeps answers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int = 9
    seconds: float = 1.0
    """Of each kind of read in a round."""
    connections: int = 32
    """To the service, and clients of pgbench."""
    each: int = 23
    """Registrations in a round by a connection, on the average."""

    @property
    def registrations(self) -> int:
        """In a round; the same people for the service and for pgbench."""
        return self.connections * self.each


@dataclass(frozen=True, slots=True)
class Bench:
    """What the rounds run on."""

    server: EmbeddedServer
    url: str
    world: World
    script: Path
    connections: Sequence[Connection]
    keeping: Sequence[Connection]
    """To the service that keeps public answers in memory."""
    plan: Plan
    say: Callable[[str], None]


async def measure(bench: Bench) -> list[dict[str, float]]:
    """The rates per second of each round, by the names of what is measured."""
    await _number_people(bench)
    await _round(bench, bench.plan.seconds)
    rounds = []
    for number in range(1, bench.plan.rounds + 1):
        rates = await _round(bench, bench.plan.seconds)
        shown = ", ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items())
        bench.say(f"Round {number} of {bench.plan.rounds}: {shown}")
        rounds.append(rates)
    return rounds


async def _round(bench: Bench, seconds: float) -> dict[str, float]:
    rates: dict[str, float] = {}
    for name, (question, status) in _questions(bench.world).items():
        run = await client.ask_for(bench.connections, question, seconds)
        _check(name, run, status)
        rates[name] = run.rate
        if name in _KEPT:
            run = await client.ask_for(bench.keeping, question, seconds)
            _check(name, run, status)
            rates[f"kept {name}"] = run.rate
    rates["registrations"] = await _register(bench)
    rates["pgbench"] = await _register_by_pgbench(bench)
    return rates


def _questions(world: World) -> dict[str, tuple[bytes, int]]:
    meeting = PATH.format(handle=world.handle)
    path = f"{meeting}/agenda"
    known = [("if-none-match", world.etag)]
    return {
        "bare bytes": (client.request("GET", "/bare/agenda"), 200),
        "agenda": (client.request("GET", path), 200),
        "not modified": (client.request("GET", path, headers=known), 304),
        "meeting": (client.request("GET", meeting), 200),
        "calendar": (client.request("GET", f"{meeting}/calendar.ics"), 200),
        "agenda of objects": (client.request("GET", f"/orm/{world.handle}/agenda"), 200),
    }


async def _register(bench: Bench) -> float:
    """Through the service, over all connections."""
    await _nobody_registered(bench)
    path = f"/v1/meetings/{bench.world.handle}/registrations"
    headers = [("authorization", f"Bearer {bench.world.token}")]
    questions = [
        client.request("POST", path, headers=headers, body=registration(seat))
        for seat in bench.world.seats[: bench.plan.registrations]
    ]
    run = await client.ask_all(bench.connections, questions)
    _check("registrations", run, 201)
    await _check_seats(bench)
    return run.rate


async def _register_by_pgbench(bench: Bench) -> float:
    await _nobody_registered(bench)
    plan = bench.plan
    rate = running.pgbench(bench.server, bench.script, plan.connections, plan.each)
    await _check_seats(bench)
    return rate


async def _number_people(bench: Bench) -> None:
    """The same people in the same order for the script."""
    connection = await asyncpg.connect(bench.url)
    try:
        await connection.execute(
            f"CREATE TABLE {TABLE} (number int PRIMARY KEY, person_id uuid NOT NULL,"
            " entity_id uuid NOT NULL, invitation_id uuid NOT NULL)"
        )
        rows = [(number, *seat) for number, seat in enumerate(bench.world.seats)]
        await connection.copy_records_to_table(TABLE, records=rows)
        await connection.execute(f"VACUUM ANALYZE {TABLE}")
    finally:
        await connection.close()


async def _nobody_registered(bench: Bench) -> None:
    """As before the first registration, apart from every entity having accepted."""
    connection = await asyncpg.connect(bench.url)
    try:
        await connection.execute("TRUNCATE registrations CASCADE")
        await connection.execute(
            "UPDATE invitations SET seats_taken = 0, status = 'accepted', answered_at = now()"
        )
        await connection.execute("UPDATE meetings SET seats_taken = 0")
        await connection.execute("TRUNCATE events CASCADE")
        await connection.execute("VACUUM ANALYZE invitations, meetings, registrations, events")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _check_seats(bench: Bench) -> None:
    """Every registration is there, confirmed, counted and logged; whoever did it."""
    connection = await asyncpg.connect(bench.url)
    try:
        counted = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM registrations WHERE status = 'confirmed'),"
            " (SELECT seats_taken FROM meetings), (SELECT sum(seats_taken) FROM invitations),"
            " (SELECT count(*) FROM events WHERE name = 'registration.confirmed'),"
            " (SELECT count(DISTINCT entity_id) FROM registrations)"
        )
    finally:
        await connection.close()
    assert counted is not None
    expected = (*[bench.plan.registrations] * 4, ENTITIES)
    if tuple(counted) != expected:
        raise RuntimeError(f"counted {tuple(counted)}, expected {expected}")


def _check(name: str, run: Run, status: int) -> None:
    if set(run.answers) != {status}:
        raise RuntimeError(f"{name}: answers {dict(run.answers)}, expected only {status}")
