"""The service keeps its OpenAPI document's word, whatever is sent to it.

`SCHEMATHESIS_EXAMPLES=100` in the environment makes a long campaign of it, with so many cases for
each operation, every case that follows from the document, and two seeds.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from tests.contract.calls import operations
from tests.contract.process import ApiProcess
from tests.contract.scene import DAY, EARLY, Part
from tests.world import World

LONG = "SCHEMATHESIS_EXAMPLES" in os.environ
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
SEEDS = (20211008, 6)
SYSTEMATIC, RANDOM, SHORT = "examples,coverage", "fuzzing,stateful", "examples,fuzzing,stateful"
RUNS = [(SEEDS[0], SHORT)]
"""What every test run does: hundreds of operations are covered systematically in campaigns."""
if LONG:
    RUNS = [(seed, phases) for phases in (SYSTEMATIC, RANDOM) for seed in SEEDS]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ONE_UNKNOWN_METHOD = '[phases.coverage]\nunexpected-methods = ["trace"]\n'
"""Routing refuses them all alike."""
SERIALIZERS = """import schemathesis

KINDS = ("text", "spreadsheet", "presentation")
OFFICE = ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")


@schemathesis.serializer(
    "message/rfc822",
    "text/tab-separated-values",
    "application/pdf",
    "image/png",
    "image/jpeg",
    "video/mp4",
    "application/offset+octet-stream",
    "application/vnd.c3voc.schedule+xml",
    *(f"application/vnd.oasis.opendocument.{kind}" for kind in KINDS),
    *(f"application/vnd.openxmlformats-officedocument.{kind}" for kind in OFFICE),
)
def as_it_is(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""
"""For media types that the tool does not know."""
TESTED = re.compile(r"Operations:\s+(\d+) selected")


@dataclass
class Target:
    """A served scene and the organizer of its meeting."""

    url: str
    organizer: httpx.AsyncClient
    part: Part

    def configuration(self) -> str:
        """Paths lead to what there is, else nearly every answer would be 404."""
        known = "".join(f'"path.{name}" = "{value}"\n' for name, value in self.part.ids.items())
        return f"[parameters]\n{known}\n{ONE_UNKNOWN_METHOD}"


@pytest.fixture
async def target(
    world: World,
    settings: Settings,
    set_clock: Callable[[datetime], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Target]:
    set_clock(EARLY)
    part = await Part.made(world)
    set_clock(DAY)
    await part.open()
    assert settings.database_url is not None
    monkeypatch.setenv("SECRETARIAT_CLOCK", settings.clock)
    url = settings.database_url.get_secret_value()
    with ApiProcess(url, tmp_path / "data") as api:
        async with httpx.AsyncClient(timeout=120) as client:
            await client.get(f"{api.url}/openapi.json")  # a busy machine takes its time to make it
        yield Target(api.url, await world.organizer(part.committee), part)


@pytest.mark.timeout(0 if LONG else 600)
@pytest.mark.parametrize(("seed", "phases"), RUNS)
async def test_every_operation_answers_as_documented(
    target: Target, world: World, tmp_path: Path, seed: int, phases: str
) -> None:
    (tmp_path / "schemathesis.toml").write_text(target.configuration())
    (tmp_path / "serializers.py").write_text(SERIALIZERS)
    authorization = target.organizer.headers["authorization"]
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "st",
        *("run", f"{target.url}/openapi.json", "--url", target.url),
        *("--header", f"Authorization: {authorization}"),
        *("--phases", phases, "--seed", str(seed), "--max-examples", EXAMPLES),
        *("--checks", ",".join(CHECKS), "--continue-on-failure", "--no-shrink"),
        *("--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "30"),
        *("--workers", "1", "--generation-database", "none", "--no-color"),
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "serializers"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    [selected] = TESTED.findall(output)
    assert int(selected) == len(operations(world.app.openapi()))
    still = await target.organizer.get("/v1/me")
    assert still.status_code == 200, "the run took its own token away and saw nothing but 401"
