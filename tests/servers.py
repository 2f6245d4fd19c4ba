"""Real server processes for tests of what happens between processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
SECRET = "a secret of tests, long enough to be one"


@contextmanager
def serving(
    database_url: str, data: Path, *, processes: int = 3, application: str = "app.main:create_app"
) -> Iterator[list[str]]:
    """Addresses of API processes over one database, until the end of the block."""
    started = [_start(database_url, data, application) for _ in range(processes)]
    try:
        yield [_ready(process, url) for process, url in started]
    finally:
        for process, _ in started:
            process.terminate()
        for process, _ in started:
            process.wait(20)


def _start(database_url: str, data: Path, application: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "SECRETARIAT_DATA": str(data),
        "SECRETARIAT_SECRET_KEY": SECRET,
        "SECRETARIAT_RATE_LIMIT": "off",
        "SECRETARIAT_DATABASE_WAIT": "15",
        "SECRETARIAT_LOCK_TIMEOUT": "30000",
        "SECRETARIAT_STATEMENT_TIMEOUT": "30000",
        "SECRETARIAT_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", application, "--port", str(port)]
    options = ["--log-level", "error", "--no-access-log", "--backlog", "2048"]
    process = subprocess.Popen([*command, *options], cwd=ROOT, env=environment)
    return process, f"http://127.0.0.1:{port}"


def _ready(process: subprocess.Popen[bytes], url: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/livez").is_success:
                return url
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError("a server process did not start")
