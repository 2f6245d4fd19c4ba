"""`python -m bench`: measure, write results and page; exit code 1 where a floor is missed."""

import argparse
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import uvloop
from pydantic import SecretStr

from app.embedded import EmbeddedServer
from app.main import create_app
from app.settings import Settings
from bench import client, report, running
from bench.measurements import Bench, Plan, measure
from bench.transaction import registration_script
from bench.world import ENTITIES, World, make_world


def main() -> int:
    plan = _plan()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="secretariat-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _say("Starting PostgreSQL")
        with running.database(folder / "data") as (server, url):
            script = folder / "registration.sql"
            _say("Making a meeting with 46 entities and 46,000 people")
            world = uvloop.run(prepare(url, folder, script))
            size = len(world.agenda)
            with (
                running.service(url, folder, size, cache=False) as port,
                running.service(url, folder, size) as keeping,
            ):
                _say("Measuring")
                ports = port, keeping
                rounds = uvloop.run(_measure(server, url, world, script, ports, plan))
    found = report.ratios(rounds)
    report.write_results(found)
    report.write_page(rounds, found, _about(plan, world))
    for each in found:
        word = "reached" if each.reached else "MISSED"
        _say(f"{each.name}: {each.ratio} (floor {each.floor}, {word})")
    return 0 if all(each.reached for each in found) else 1


def _plan() -> Plan:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    for name, value in asdict(usual).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    return Plan(**vars(parser.parse_args()))


def _say(text: str) -> None:
    print(text, flush=True)


async def prepare(url: str, folder: Path, script: Path) -> World:
    settings = Settings(
        _env_file=None,
        DATABASE_URL=SecretStr(url),
        data=folder,
        secret_key=SecretStr(running.SECRET),
        rate_limit="off",
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        world = await make_world(app, url)
        script.write_text(await registration_script(app, world), encoding="utf-8")
    return world


async def _measure(
    server: EmbeddedServer,
    url: str,
    world: World,
    script: Path,
    ports: tuple[int, int],
    plan: Plan,
) -> list[dict[str, float]]:
    asking, keeping = [
        await client.connect(port, plan.connections, running.PROCESSES) for port in ports
    ]
    return await measure(Bench(server, url, world, script, asking, keeping, plan, _say))


def _about(plan: Plan, world: World) -> list[str]:
    return [
        f"Machine: {report.machine()}. Medians of {plan.rounds} interleaved rounds:",
        f"{plan.connections} connections, {plan.seconds:g} s of each kind of read,",
        f"{plan.registrations:,} registrations of {ENTITIES} entities;",
        f"the agenda has {len(world.agenda):,} bytes, the calendar {len(world.calendar):,},",
        f"the meeting {len(world.meeting):,}.",
    ]


if __name__ == "__main__":
    sys.exit(main())
