"""Doing something again and again until told to stop, whatever happens in between."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.core.database import is_unavailable

FIRST_REST = 0.1
LONGEST_REST = 2.0
"""Seconds between tries while a step fails, from the first to the longest."""

Step = Callable[[], Awaitable[bool]]
"""Says whether there may be more to do at once."""

log = structlog.get_logger()


async def repeat(
    name: str,
    step: Step,
    stop: asyncio.Event,
    *,
    pause: float,
    wake: asyncio.Event | None = None,
) -> None:
    """Do the step, then again at once, when woken, or after `pause` seconds; failures are outlived.

    `wake` is cleared before each step, so that what happens during one leads to another.
    """
    failures = 0
    while not stop.is_set():
        if wake is not None:
            wake.clear()
        try:
            more = await step()
        except Exception as error:  # noqa: BLE001  # a worker goes on, or nothing is ever sent
            _tell(name, failures, error)
            rest = min(LONGEST_REST, FIRST_REST * 2 ** min(failures, 10))
            failures += 1
            await rest_or_stop(rest, stop)
        else:
            failures = 0
            await rest_or_stop(0 if more else pause, stop, wake)


async def rest_or_stop(
    seconds: float, stop: asyncio.Event, wake: asyncio.Event | None = None
) -> None:
    """Wait, but not a moment longer than until the stop, or until woken."""
    waits = [asyncio.create_task(each.wait()) for each in (stop, wake) if each is not None]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _tell(name: str, failures: int, error: Exception) -> None:
    """An outage is told once; a fault every time, with where it is."""
    if not is_unavailable(error):
        log.error("a step failed", step=name, exc_info=error)
    elif failures == 0:
        log.warning("the database does not answer", step=name, error=type(error).__name__)
