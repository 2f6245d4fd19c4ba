"""`serve` from the first start to the last process: what runs, what is written, what remains."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.protocol import HEAD_LIMIT
from tests.cli.conftest import ROOT, environment

SECONDS = 120.0
COMMAND = [sys.executable, "-m", "app", "serve", "--no-demo"]


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """A process that has ended but was not waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += parents.get(found[-1], [])
    return found


@contextmanager
def served(data: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The service once it has said where it is; killed if the test leaves it running."""
    given = {"SECRETARIAT_DATA": str(data), "SECRETARIAT_PORT": "0"} | settings
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=environment(**given),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_told(process: subprocess.Popen[str]) -> str:
    """What it printed until it was ready."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C stops the service" in line:
            return "".join(said)
    raise AssertionError("".join(said))


def run_file(data: Path) -> dict[str, Any]:
    return dict(json.loads((data / "run.json").read_text()))


def call(run: dict[str, Any], role: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {run['tokens'][role]}"}
    return httpx.get(f"{run['url']}/v1/me", headers=headers, trust_env=False, timeout=30)


def answer_to_a_large_head(run: dict[str, Any]) -> bytes:
    """To just one byte too many, as it would be lost with what is sent after it."""
    address = httpx.URL(run["url"])
    assert address.port is not None
    with socket.create_connection((address.host, address.port), timeout=30) as connection:
        connection.sendall(b"GET /livez?".ljust(HEAD_LIMIT + 1, b"x"))
        return connection.recv(12, socket.MSG_WAITALL)


@pytest.mark.timeout(400)
def test_from_the_first_start_to_the_second_stop(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data, SECRETARIAT_PROCESSES="2") as process:
        said = wait_until_told(process)
        run = run_file(data)
        assert stat.S_IMODE((data / "run.json").stat().st_mode) == 0o600
        assert list(run) == ["url", "tokens", "meeting"]
        assert list(run["tokens"]) == ["administrator", "organizer", "focal_point", "observer"]
        assert f"{run['url']}/docs" in said
        assert run["tokens"]["administrator"] in said
        assert call(run, "administrator").json()["roles"][0]["role"] == "administrator"
        assert call(run, "observer").json()["scopes"] == ["read"]
        everybody = family(process.pid)
        assert len(everybody) > 5, "the API's two processes, the worker and PostgreSQL's own"

        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
        until(lambda: not any(map(lives, everybody)))

    with served(data) as process:
        wait_until_told(process)
        again = run_file(data)
        assert again["tokens"] == run["tokens"], "they still work"
        assert call(again, "administrator").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0


@pytest.mark.timeout(300)
def test_nothing_outlives_a_service_that_is_killed(tmp_path: Path) -> None:
    with served(tmp_path / "data") as process:
        wait_until_told(process)
        everybody = family(process.pid)
        process.kill()
        until(lambda: not any(map(lives, everybody)))


@pytest.mark.timeout(300)
def test_a_process_that_dies_ends_the_whole(tmp_path: Path) -> None:
    with served(tmp_path / "data") as process:
        wait_until_told(process)
        everybody = family(process.pid)
        (worker,) = [
            pid
            for pid in everybody
            if b"app.process\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        os.kill(worker, signal.SIGKILL)
        said, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 1
        assert "Error: The worker process ended by itself with status -9" in said
        until(lambda: not any(map(lives, everybody)))


def test_a_taken_port_is_said_before_anything_long(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with served(tmp_path / "data", SECRETARIAT_PORT=port) as process:
            said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert said.startswith(f"Error: Port {port} of 127.0.0.1 is taken by another program")
    assert not (tmp_path / "data").exists()


def test_a_database_of_ones_own_is_served_without_an_embedded_one(
    database_url: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with served(data, DATABASE_URL=database_url) as process:
        wait_until_told(process)
        run = run_file(data)
        assert call(run, "administrator").status_code == 200
        assert answer_to_a_large_head(run) == b"HTTP/1.1 431"
        assert not (data / "postgres").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0


def test_a_production_service_hands_out_no_tokens(database_url: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = {
        "DATABASE_URL": database_url,
        "SECRETARIAT_ENVIRONMENT": "production",
        "SECRETARIAT_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    }
    with served(data, **settings) as process:
        wait_until_told(process)
        assert set(run_file(data)["tokens"].values()) == {None}
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
