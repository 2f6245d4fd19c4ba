"""One command that serves everything: database, API and worker, in this order, and back again."""

import asyncio
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.callers import TRIED, Tokens, tokens_for_trying
from app.core import clock
from app.deployment import secret_key
from app.provisioning import Say, provided, transaction
from app.settings import Environment, Settings

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
BACKLOG = 2048
_POLL_SECONDS = 0.05


class CannotServe(RuntimeError):
    """The service cannot start or go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What to leave out; by default nothing."""

    worker: bool = True
    migrate: bool = True
    demo: bool = True


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the service; `name` is for people."""

    name: str
    process: subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Running:
    """What callers need to know, and the processes that answer them."""

    url: str
    tokens: Tokens
    meeting: str | None
    mails: str
    children: Sequence[Child]


@contextmanager
def serving(settings: Settings, parts: Parts, say: Say) -> Iterator[Running]:
    """Everything runs from here to the end of the context, where it stops in the reverse order.

    The port is taken first, so that nothing long happens when another program has it. Raises
    `CannotServe` and `EmbeddedServerError`, leaving no process behind.
    """
    with _listening(settings) as listener:
        port = int(listener.getsockname()[1])
        settings = settings.model_copy(update={"port": port, "data": settings.data.absolute()})
        with provided(settings, say, migrating=parts.migrate, loading=parts.demo) as ready:
            clock.use(settings.clock)  # a load has its own
            tokens, meeting = asyncio.run(_tokens(ready))
            secret_key(ready)
            with _children(ready, listener, worker=parts.worker) as children:
                listener.close()
                say("Waiting for the API")
                _wait_until_ready(ready, children)
                running = Running(ready.url, tokens, meeting, _mails(ready), children)
                write_run_file(ready.data, running)
                yield running


def watch(children: Sequence[Child]) -> None:
    """Sleep as long as all of them live; raises `CannotServe` when one has ended."""
    while True:
        _check_alive(children)
        time.sleep(4 * _POLL_SECONDS)


def write_run_file(data: Path, running: Running) -> None:
    """For programs: address, tokens and meeting; whole or not at all, and for the owner only."""
    content = {"url": running.url, "tokens": running.tokens, "meeting": running.meeting}
    data.mkdir(parents=True, exist_ok=True)  # nothing else has made it where all is configured
    fresh = data / f"run.json.{os.getpid()}"
    with suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    fresh.replace(data / "run.json")


def read_run_file(data: Path) -> dict[str, Any]:
    """What the last start wrote; empty where there is none, or none that can be read."""
    try:
        content = json.loads((data / "run.json").read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as refusal:
            if refusal.errno != errno.EADDRINUSE:
                raise CannotServe(f"{settings.host}: {refusal.strerror}.") from refusal
            raise CannotServe(
                f"Port {settings.port} of {settings.host} is taken by another program: stop that "
                "one, or set SECRETARIAT_PORT to another port (0 takes any free one)."
            ) from refusal
        yield listener


async def _tokens(settings: Settings) -> tuple[Tokens, str | None]:
    """A production service hands out none by itself: `token create` does."""
    if settings.environment is Environment.PRODUCTION:
        return dict.fromkeys(TRIED, None), None
    known = read_run_file(settings.data)
    async with transaction(settings) as session:
        return await tokens_for_trying(session, known.get("tokens") or {}, known.get("meeting"))


@contextmanager
def _children(
    settings: Settings, listener: socket.socket, *, worker: bool
) -> Iterator[Sequence[Child]]:
    """The worker, the receiver of mails and the API's processes; in a session of their own, so
    that Ctrl-C reaches only this process, which stops them in order. They also end when this one
    is killed.
    """
    held, leash = os.pipe()
    started: list[Child] = []
    try:
        if worker:
            started.append(_start(settings, "worker", held))
        if settings.receiver_port:
            started.append(_start(settings, "receiver", held))
        number, socket_ = settings.processes, listener.fileno()
        started.extend(_start(settings, "api", held, socket_) for _ in range(number))
        yield started
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for kind in ("receiver", "api", "worker"):
            _stop([child for child in started if child.name == kind])
        os.close(held)
        os.close(leash)


def _start(settings: Settings, name: str, *descriptors: int) -> Child:
    assert settings.database_url is not None, "it has been provided"
    environment = os.environ | {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SECRETARIAT_DATA": str(settings.data),
        "SECRETARIAT_PORT": str(settings.port),
    }
    command = [sys.executable, "-m", "app.process", name, *map(str, descriptors)]
    process = subprocess.Popen(  # noqa: S603  # this very program
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        pass_fds=descriptors,
        start_new_session=True,
    )
    return Child(name, process)


def _stop(children: Sequence[Child]) -> None:
    """Ask all at once, wait, and kill what does not end in time."""
    for child in children:
        child.process.terminate()
    give_up = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.0, give_up - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _wait_until_ready(settings: Settings, children: Sequence[Child]) -> None:
    give_up = time.monotonic() + READY_SECONDS
    answer = "nothing"
    with httpx.Client(trust_env=False, timeout=5.0) as client:
        while time.monotonic() < give_up:
            _check_alive(children)
            with suppress(httpx.TransportError):
                response = client.get(f"http://{_own_address(settings)}/readyz")
                if response.is_success:
                    return
                answer = response.text
            time.sleep(_POLL_SECONDS)
    raise CannotServe(f"The API did not become ready; it answered {answer}")


def _check_alive(children: Sequence[Child]) -> None:
    for child in children:
        status = child.process.poll()
        if status is not None:
            raise CannotServe(
                f"The {child.name} process ended by itself with status {status}; what it wrote "
                "stands above."
            )


def _own_address(settings: Settings) -> str:
    """Where this machine reaches the API, also when it listens on every address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # read, not bound
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def _mails(settings: Settings) -> str:
    if settings.smtp_host:
        return f"{settings.smtp_host}:{settings.smtp_port}"
    return str(settings.data / "mail")
