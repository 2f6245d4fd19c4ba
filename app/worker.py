"""The other process: follows the log, plans mails and sends them."""

import asyncio
import signal
from functools import partial

import structlog

from app import schema
from app.calendar.entries import domain_of
from app.core import clock
from app.core.database import Database
from app.deployment import (
    configure_logging,
    database_address,
    database_settings,
    secret_key,
)
from app.events.relay import Following, Relay
from app.jobs import queue as jobs
from app.jobs.queue import Patience, make_queue
from app.jobs.repeating import repeat
from app.mail.house import house_of
from app.mail.listeners import FOLLOWER, Planner
from app.mail.sending import Sender, queue_due, register
from app.mail.transports import transport_for
from app.settings import Settings, get_settings

POLL = 0.2
"""Seconds between two looks at the log; a full batch is followed by the next one at once."""

log = structlog.get_logger()


async def work(settings: Settings, stop: asyncio.Event, patience: Patience | None = None) -> None:
    """Work until the stop; outages of the database and of the mail server are outlived.

    Any number of workers may run: one at a time relays, all of them send.
    """
    assert schema.metadata.tables, "every table is known before the first statement"
    patience = patience or Patience()
    database = Database(database_settings(settings))
    queue = make_queue(database_address(settings))
    house = house_of(settings, secret_key(settings))
    register(queue, Sender(database, transport_for(settings), house, patience))
    relay = Relay(database, [Following(FOLLOWER, Planner(domain_of(settings.mail_from)))])

    async def follow_and_queue() -> bool:
        more = await relay.advance()
        return await queue_due(database, queue) or more

    log.info("worker started")
    async with queue.open_async(), asyncio.TaskGroup() as group:
        group.create_task(repeat("relay", follow_and_queue, stop, pause=POLL))
        group.create_task(
            repeat("queue", partial(jobs.run, queue, patience, stop), stop, pause=POLL)
        )
        group.create_task(
            repeat(
                "rescue", partial(jobs.rescue, queue, patience), stop, pause=patience.dead_after / 4
            )
        )
    await database.close()
    log.info("worker stopped")


async def run(settings: Settings, patience: Patience | None = None) -> None:
    """Work as a process of its own, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(settings, stop, patience)


def main() -> None:
    settings = get_settings()
    configure_logging(settings)
    clock.use(settings.clock)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
