"""Steps are repeated, failures outlived, and a stop is heard at once."""

import asyncio

from app.jobs.repeating import repeat


async def test_a_full_step_is_repeated_at_once() -> None:
    stop = asyncio.Event()
    answers = [True, True, True]

    async def step() -> bool:
        if answers:
            return answers.pop()
        stop.set()
        return False

    async with asyncio.timeout(5):
        await repeat("test", step, stop, pause=3600)
    assert answers == []


async def test_failures_are_outlived() -> None:
    stop = asyncio.Event()
    faults: list[Exception] = [ConnectionError("gone"), ValueError("wrong"), TimeoutError()]

    async def step() -> bool:
        if faults:
            raise faults.pop(0)
        stop.set()
        return False

    async with asyncio.timeout(5):
        await repeat("test", step, stop, pause=3600)
    assert faults == []


async def test_a_stop_ends_a_pause() -> None:
    stop, paused = asyncio.Event(), asyncio.Event()

    async def step() -> bool:
        paused.set()
        return False

    task = asyncio.create_task(repeat("test", step, stop, pause=3600))
    await paused.wait()
    stop.set()
    async with asyncio.timeout(5):
        await task
