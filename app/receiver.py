"""A process of its own: takes in answers and delivery reports by LMTP or SMTP."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from app import schema
from app.calendar.entries import domain_of
from app.core.database import Database
from app.deployment import NotConfigured, database_settings, secret_key
from app.inbox.intake import Postbox
from app.inbox.lifecycle import Way
from app.inbox.smtp import Postmaster
from app.settings import Settings

DRAIN_SECONDS = 10.0
"""For mails that are on their way in when the receiver is told to stop."""

log = structlog.get_logger()


@asynccontextmanager
async def listening(settings: Settings, database: Database) -> AsyncIterator[tuple[str, int]]:
    """The receiver, and where it listens; raises `NotConfigured` without an address to receive."""
    assert schema.metadata.tables, "every table is known before the first statement"
    if settings.reply_address is None:
        raise NotConfigured("The receiver needs SECRETARIAT_REPLY_ADDRESS.")
    # The library writes addresses into its log, and ours are secrets.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    postmaster = Postmaster(
        database=database,
        postbox=Postbox(
            reply_address=settings.reply_address,
            secret=secret_key(settings),
            domain=domain_of(settings.mail_from),
        ),
        limit=settings.inbound_limit,
        via=Way(settings.receiver_protocol),
        authserv_id=settings.authserv_id,
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        postmaster.connection, settings.receiver_host, settings.receiver_port
    )
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        server.close()
        await _drained(postmaster)


async def receive(settings: Settings, stop: asyncio.Event) -> None:
    """Receive until the stop; while the database is away, senders are told to try again."""
    database = Database(database_settings(settings))
    async with listening(settings, database) as (host, port):
        log.info("receiver started", host=host, port=port, protocol=settings.receiver_protocol)
        await stop.wait()
    await database.close()
    log.info("receiver stopped")


async def run(settings: Settings) -> None:
    """Receive as a process of its own, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await receive(settings, stop)


async def _drained(postmaster: Postmaster) -> None:
    """Wait for mails in hand; an idle connection is nobody's to wait for."""
    give_up = asyncio.get_running_loop().time() + DRAIN_SECONDS
    while postmaster.octets and asyncio.get_running_loop().time() < give_up:  # noqa: ASYNC110  # the counter belongs to many connections
        await asyncio.sleep(0.05)
