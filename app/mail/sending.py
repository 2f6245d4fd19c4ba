"""Sends one message: claim it, let go of the database, hand it over, record what came of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.lifecycle import LetterDelivery
from app.committees.service import today_in
from app.core import clock
from app.core.database import Database
from app.identity.policy import takes_code
from app.jobs.queue import QUEUE, Again, Patience, TryLater, enqueue
from app.letters.press import print_letter
from app.letters.queries import load_record
from app.letters.words import language_for
from app.letters.writing import Letter as FormalLetter
from app.letters.writing import write as write_letter
from app.mail import queries
from app.mail.letters import Attachment, House, delivery_of, purpose_of, write
from app.mail.lifecycle import MessageState
from app.mail.mime import Envelope, Heading, enclose
from app.mail.policy import GIVE_UP_AFTER, STALE_AFTER, Present, moot, wait_before_retry
from app.mail.queries import Case
from app.mail.tables import Message
from app.mail.transports import Refused, Transport, Undelivered

TASK = "send_message"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sender:
    """Everything that sending needs."""

    database: Database
    transport: Transport
    house: House
    patience: Patience
    chance: Callable[[], float] = random.random

    async def send(self, message_id: UUID) -> None:
        """Send the message if it still is to be sent and still is true.

        At least once: a crash behind the handing over repeats it under the same Message-ID. Raises
        `TryLater` when it did not go out this time.
        """
        claimed = await self._claim(message_id)
        if claimed is None:
            return
        case, formal = claimed
        try:
            attachments = () if formal is None else (await _attached(formal),)
            await self.transport.send(self._enclosed(case, attachments))
        except Refused as error:
            await self._record(message_id, MessageState.FAILED, str(error))
        except Undelivered as error:
            await self._put_off(case.message, str(error))
        except Exception as error:
            log.exception("a mail could not be made", message=str(message_id))
            await self._put_off(case.message, type(error).__name__)
        else:
            await self._record(message_id, MessageState.SENT, None)

    async def _claim(self, message_id: UUID) -> tuple[Case, FormalLetter | None] | None:
        """The case as it is now, with the attempt counted, and the formal letter that goes with it;
        None where there is nothing to send.
        """
        async with self.database.transaction() as session:
            message = await queries.lock_due(session, message_id)
            if message is None:
                return None
            case = await queries.load_case(session, message, purpose_of(message.kind))
            reason = moot(message.kind, _present(case))
            if reason is not None:
                message.state, message.last_error = MessageState.SUPPRESSED, reason
                log.info("mail suppressed", message=str(message.id), reason=reason)
                return None
            message.attempts += 1
            message.attempted_at = clock.now()
            message.recipient = case.address
            return case, await _formal_letter(session, case)

    def _enclosed(self, case: Case, attachments: tuple[Attachment, ...]) -> Envelope:
        message = case.message
        heading = Heading(
            key=message.id,
            message_id=message.message_id,
            refers_to=case.first_message_id,
            sender=self.house.mail_from,
            reply_to=case.committee.contact_email,
            recipient=message.recipient,
            recipient_name=case.name,
            date=clock.now(),
        )
        return enclose(replace(write(case, self.house), attachments=attachments), heading)

    async def _put_off(self, message: Message, error: str) -> None:
        if message.attempts >= GIVE_UP_AFTER:
            await self._record(message.id, MessageState.FAILED, error)
            return
        await self._record(message.id, MessageState.DELAYED, error)
        raise TryLater(
            wait_before_retry(
                message.attempts,
                timedelta(seconds=self.patience.first_retry),
                timedelta(seconds=self.patience.longest_retry),
                self.chance(),
            )
        )

    async def _record(self, message_id: UUID, state: MessageState, error: str | None) -> None:
        sent_at = clock.now() if state is MessageState.SENT else None
        async with self.database.transaction() as session:
            await queries.record_outcome(session, message_id, state, error, sent_at)
        log.info("mail", message=str(message_id), state=state.value)


def register(queue: App, sender: Sender) -> None:
    """Let the queue know the task."""

    @queue.task(name=TASK, queue=QUEUE, retry=Again())
    async def send_message(key: str) -> None:
        await sender.send(UUID(key))


async def queue_due(database: Database, queue: App) -> bool:
    """A job for every message that is to be sent and has none; how a plan becomes a job, and how
    a job that got lost is replaced.
    """
    async with database.transaction() as session:
        due = await queries.list_unqueued(session, TASK, clock.now())
    await enqueue(queue, TASK, [str(message_id) for message_id in due])
    return bool(due)


async def _formal_letter(session: AsyncSession, case: Case) -> FormalLetter | None:
    """The letter that the committee wants attached."""
    if case.invitation is None or delivery_of(case) is not LetterDelivery.ATTACHED:
        return None
    record = await load_record(session, case.invitation.id)
    return write_letter(record, language_for([case.message.language]), today_in(case.committee))


async def _attached(formal: FormalLetter) -> Attachment:
    """Printed while no session is open; focal points of one entity get the same bytes."""
    data = await print_letter(formal)
    return Attachment(file_name=formal.file_name, media_type="application/pdf", data=data)


def _present(case: Case) -> Present:
    now = clock.now()
    link = case.link
    return Present(
        meeting=case.meeting.status,
        stale=now > case.meeting.ends_at + STALE_AFTER,
        invitation=case.invitation.status if case.invitation else None,
        registration=case.registration.status if case.registration else None,
        link_alive=link is not None and link.expires_at > now,
        said_again=case.said_again,
        heard_before=case.heard_before,
        code_good=case.code_asked_at is not None and takes_code(now, case.code_asked_at, 0),
    )
