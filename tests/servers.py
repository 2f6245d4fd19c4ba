"""Real processes of the service, for tests of what happens between processes, and its commands.

They are forked from a process that has imported the application: to import it again takes each of
them longer than most tests do.
"""

import multiprocessing
import os
import runpy
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from uuid import uuid4

import httpx
import uvicorn

ROOT = Path(__file__).parent.parent
SECRET = "a secret of tests, long enough to be one"
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["app.main", "app.cli", "uvicorn"])


@contextmanager
def serving(
    database_url: str, data: Path, *, processes: int = 3, application: str = "app.main:create_app"
) -> Iterator[list[str]]:
    """Addresses of API processes over one database, until the end of the block."""
    settings = {
        "SECRETARIAT_DATABASE_WAIT": "15",
        "SECRETARIAT_LOCK_TIMEOUT": "30000",
        "SECRETARIAT_STATEMENT_TIMEOUT": "30000",
    }
    started = [start(database_url, data, application, settings) for _ in range(processes)]
    try:
        yield [ready(process, url) for process, url in started]
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.join(20)


def start(
    database_url: str, data: Path, application: str, settings: Mapping[str, str]
) -> tuple[BaseProcess, str]:
    """A process that serves an application, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SECRETARIAT_DATA": str(data),
        "SECRETARIAT_SECRET_KEY": SECRET,
        "SECRETARIAT_RATE_LIMIT": "off",
        "SECRETARIAT_LOG_LEVEL": "error",
        **settings,
    }
    process = _forks.Process(target=_serve, args=(application, port, environment), daemon=True)
    process.start()
    return process, f"http://127.0.0.1:{port}"


def ready(process: BaseProcess, url: str) -> str:
    """The address, once it answers."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.is_alive():
        try:
            if httpx.get(f"{url}/livez").is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.02)
    process.kill()
    process.join()
    raise RuntimeError("a server process did not start")


def ran(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> CompletedProcess[str]:
    """What `python -m app` with these arguments came to; `folder` is for what it says."""
    told = [folder / f"{uuid4().hex}.{name}" for name in ("out", "err")]
    process = _forks.Process(target=_run, args=(arguments, dict(environment), told))
    process.start()
    process.join(120)
    if process.exitcode is None:
        process.kill()
        raise TimeoutExpired(arguments, 120)
    out, err = [each.read_text() for each in told]
    return CompletedProcess(arguments, process.exitcode, out, err)


def _run(arguments: Sequence[str], environment: dict[str, str], told: Sequence[Path]) -> None:
    for number, file in enumerate(told, 1):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["", *arguments]
    runpy.run_module("app", run_name="__main__", alter_sys=True)


def _serve(application: str, port: int, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    options = {"log_level": "error", "access_log": False, "backlog": 2048}
    uvicorn.run(application, factory=True, port=port, **options)  # type: ignore[arg-type]  # mixed
