"""What one process of `serve` runs: `python -m app.process api|worker|receiver LEASH [SOCKET]`.

LEASH is the reading end of a pipe whose other end only the process that serves holds; when that
one dies, of whatever signal, the kernel closes the pipe and this process ends in good order.
SOCKET is the listening socket that all processes of the API share.
"""

import asyncio
import os
import signal
import socket
import sys
import threading

import uvicorn

from app.core import clock
from app.deployment import configure_logging
from app.protocol import bounded
from app.settings import get_settings

DRAIN_SECONDS = 20
"""For requests that are being answered when the API is told to stop."""


def run_api(listener: socket.socket) -> None:
    """Serve the application on a socket that listens already, until SIGTERM or SIGINT."""
    settings = get_settings()
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        loop="uvloop",
        http=bounded(settings.head_seconds, settings.url),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def run_worker() -> None:
    from app import worker  # noqa: PLC0415  # the API's processes do without the queue's driver

    settings = get_settings()
    clock.use(settings.clock)
    asyncio.run(worker.run(settings))


def run_receiver() -> None:
    from app import receiver  # noqa: PLC0415  # the API's processes do without it

    settings = get_settings()
    clock.use(settings.clock)
    asyncio.run(receiver.run(settings))


def end_with(leash: int) -> None:
    """Have this process stop as on SIGTERM once nobody holds the other end of the pipe."""

    def wait() -> None:
        os.read(leash, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="leash", daemon=True).start()


def main(arguments: list[str]) -> None:
    kind, leash, *rest = arguments
    end_with(int(leash))
    configure_logging(get_settings())
    if kind == "api":
        run_api(socket.socket(fileno=int(rest[0])))
    elif kind == "receiver":
        run_receiver()
    else:
        run_worker()


if __name__ == "__main__":
    main(sys.argv[1:])
