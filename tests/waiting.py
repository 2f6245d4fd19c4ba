"""Waiting for what other tasks and processes do."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Ask again and again until the condition holds; raises TimeoutError at the deadline."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  # what it asks lies outside of this process
            await asyncio.sleep(0.02)
