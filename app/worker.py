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
    NotConfigured,
    configure_logging,
    database_address,
    database_settings,
    secret_key,
    storage_of,
)
from app.documents import running as documents
from app.documents.receiving import spool_folder
from app.documents.running import Caretaker
from app.documents.scanning import Scanner
from app.events.relay import Following, Relay
from app.jobs import queue as jobs
from app.jobs.queue import Patience, make_queue
from app.jobs.repeating import repeat
from app.mail.dkim import KeyUnusable, Signer, read_signer
from app.mail.house import house_of
from app.mail.listeners import FOLLOWER, Planner
from app.mail.pace import Limits, limits_of
from app.mail.sending import Sender, queue_due, register
from app.mail.transports import transport_for
from app.privacy import running as privacy
from app.privacy.running import Terms
from app.registrations import offers
from app.reminders import running as reminders
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
    transport, signer = transport_for(settings), signer_for(settings)
    house = house_of(settings, secret_key(settings))
    sender = Sender(database, transport, house, patience, signer=signer)
    register(queue, sender)
    relay = Relay(database, [Following(FOLLOWER, Planner(domain_of(settings.mail_from)))])
    limits = limits_for(settings)
    caretaker = caretaker_for(settings, database)

    async def follow() -> bool:
        more = await relay.advance()
        sender.turns.event.set()
        return more

    log.info("worker started")
    async with queue.open_async(), asyncio.TaskGroup() as group:
        group.create_task(repeat("relay", follow, stop, pause=POLL))
        group.create_task(
            repeat(
                "queueing",
                partial(queue_due, database, queue, limits, sender.turns),
                stop,
                pause=POLL,
                wake=sender.turns.event,
            )
        )
        group.create_task(
            repeat("reminders", partial(reminders.look, database), stop, pause=reminders.PAUSE)
        )
        group.create_task(
            repeat("offers", partial(offers.look, database), stop, pause=offers.PAUSE)
        )
        group.create_task(
            repeat(
                "privacy",
                partial(privacy.look, database, terms_of(settings)),
                stop,
                pause=privacy.PAUSE,
            )
        )
        group.create_task(repeat("documents", caretaker.look, stop, pause=documents.PAUSE))
        group.create_task(
            repeat("left over", caretaker.collect, stop, pause=documents.COLLECTING_PAUSE)
        )
        group.create_task(
            repeat("queue", partial(jobs.run, queue, patience, stop), stop, pause=POLL)
        )
        group.create_task(
            repeat(
                "rescue", partial(jobs.rescue, queue, patience), stop, pause=patience.dead_after / 4
            )
        )
    await transport.close()
    await database.close()
    log.info("worker stopped")


def limits_for(settings: Settings) -> Limits:
    """A Maildir takes all that comes."""
    if settings.smtp_host is None:
        return Limits()
    return limits_of(settings.mail_domain_connections, settings.mail_domain_rate)


def caretaker_for(settings: Settings, database: Database) -> Caretaker:
    scanner = None
    if settings.scanner is not None:
        scanner = Scanner.of(settings.scanner, settings.scan_seconds)
    return Caretaker(database, storage_of(settings), spool_folder(settings), scanner)


def terms_of(settings: Settings) -> Terms:
    return Terms(settings.retention_days, settings.unmatched_days, settings.answers_hours)


def signer_for(settings: Settings) -> Signer | None:
    """Raises `NotConfigured` where the key cannot be used."""
    if settings.dkim_domain is None:
        return None
    assert settings.dkim_selector is not None, "the settings go together"
    assert settings.dkim_key is not None, "the settings go together"
    try:
        return read_signer(settings.dkim_domain, settings.dkim_selector, settings.dkim_key)
    except KeyUnusable as error:
        raise NotConfigured(str(error)) from None


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
