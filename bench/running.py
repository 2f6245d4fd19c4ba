"""The parts that are measured: a durable PostgreSQL, the service's two processes, `pgbench`."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from app.embedded import EmbeddedServer, remove_cluster
from app.embedded.server import free_port

ROOT = Path(__file__).parent.parent
PROCESSES = 2
DATABASE = "bench"
SECRET = "a secret of the benchmark, long enough"
_POSTGRES = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}
_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_TRANSACTIONS = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_TPS = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")


@contextmanager
def database(folder: Path) -> Iterator[tuple[EmbeddedServer, str]]:
    """A migrated database on a server of its own, and its address; gone afterwards."""
    with EmbeddedServer.start(folder, settings=_POSTGRES) as server:
        server.create_database(DATABASE)
        url = server.url(DATABASE)
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield server, url
    remove_cluster(folder)


@contextmanager
def service(
    url: str, folder: Path, size: int, *, processes: int = PROCESSES, cache: bool = True
) -> Iterator[int]:
    """The port of the service with its comparison routes, as it is served in production; it keeps
    public answers or asks the database for each.
    """
    port = free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(processes)]
    options += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    options += ["--no-proxy-headers", "--no-server-header", "--log-level", "error"]
    options += ["--timeout-keep-alive", "3600", "--timeout-graceful-shutdown", "5"]
    options += ["--timeout-worker-healthcheck", "60"]
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRETARIAT_DATA": str(folder),
        "SECRETARIAT_SECRET_KEY": SECRET,
        "SECRETARIAT_RATE_LIMIT": "off",
        "SECRETARIAT_DATABASE_WAIT": "30",
        "SECRETARIAT_PUBLIC_CACHE": "32" if cache else "0",
        "BENCH_BYTES": str(size),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "--factory", "bench.service:create_app", *options],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port)
        yield port
    finally:
        _end(process)


def pgbench(server: EmbeddedServer, script: Path, clients: int, transactions: int) -> float:
    """Committed transactions per second of a script that each client runs so many times."""
    address = urlsplit(server.url(DATABASE))
    environment = os.environ | {
        "PGPASSWORD": address.password or "",
        "PGOPTIONS": "-c jit=off -c timezone=UTC",
        "LC_ALL": "C",
    }
    command = [str(server.bin / "pgbench"), "-n", "-M", "prepared", "-f", str(script)]
    command += ["-c", str(clients), "-j", str(PROCESSES), "-t", str(transactions)]
    command += ["-D", "turn=0", "-D", f"clients={clients}"]
    command += ["-h", "127.0.0.1", "-p", str(address.port), "-U", address.username or "", DATABASE]
    done = subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    processed, failed, tps = (find.search(done.stdout) for find in (_TRANSACTIONS, _FAILED, _TPS))
    if done.returncode or not (processed and tps) or int(processed[1]) != clients * transactions:
        raise RuntimeError(f"pgbench failed: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    if failed and int(failed[1]):
        raise RuntimeError(f"pgbench: {failed[1]} transactions failed")
    return float(tps[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """The supervisor and its processes, which have a session of their own."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the service did not start")
