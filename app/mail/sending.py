"""Sends one message: claim it, let go of the database, hand it over, record what came of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings.lifecycle import COMING
from app.briefings.service import due_at
from app.core import clock
from app.core.database import Database
from app.entities.service import has_left
from app.identity.policy import takes_code
from app.jobs.queue import QUEUE, Again, Patience, enqueue
from app.letters.writing import Letter as FormalLetter
from app.mail import pace, queries
from app.mail.addresses import Use
from app.mail.answers import Reach
from app.mail.bounces import find_suppressed, record_bounce, told
from app.mail.dkim import Signer
from app.mail.formal import attached, formal_letter
from app.mail.letters import Attachment, House, purpose_of, unsubscribe_address, write
from app.mail.lifecycle import MessageState
from app.mail.mime import Envelope, Heading, enclose
from app.mail.pace import Limits, Turns
from app.mail.policy import GIVE_UP_AFTER, STALE_AFTER, Present, moot, wait_before_retry
from app.mail.queries import Case
from app.mail.several import lead
from app.mail.tables import Message
from app.mail.transports import Bounced, Refused, Transport, Undelivered
from app.meetings.lifecycle import MeetingStatus
from app.registrations.tables import RegistrationException

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
    signer: Signer | None = None
    turns: Turns = field(default_factory=Turns)

    async def send(self, message_id: UUID) -> None:
        """Send the message if it still is to be sent and still is true.

        At least once: a crash behind the handing over repeats it under the same Message-ID. A
        message that did not go out this time is due again later.
        """
        try:
            claimed = await self._claim(message_id)
            if claimed is not None:
                await self._try(*claimed)
        finally:
            self.turns.ended()

    async def _try(self, case: Case, formal: FormalLetter | None) -> None:
        message = case.message
        try:
            await self.transport.send(self._enclosed(case, await attached(formal)))
        except Bounced as error:
            await self._bounced(message, str(error), hard=error.hard)
        except Refused as error:
            await self._failed(message, str(error))
        except Undelivered as error:
            await self._put_off(message, str(error), error.reach)
        except Exception as error:
            log.exception("a mail could not be made", message=str(message.id))
            await self._put_off(message, type(error).__name__, Reach.MAIL)
        else:
            await self._sent(message)

    async def _claim(self, message_id: UUID) -> tuple[Case, FormalLetter | None] | None:
        """The case as it is now, with the attempt counted, and the formal letter that goes with it;
        None where there is nothing to send.
        """
        now = clock.now()
        async with self.database.transaction() as session:
            message = await queries.lock_due(session, message_id, now)
            if message is None:
                return None
            await lead(session, message, now)
            case = await queries.load_case(session, message, purpose_of(message.kind))
            reason = moot(message.kind, _present(case))
            if reason is not None:
                message.state, message.last_error = MessageState.SUPPRESSED, reason
                log.info("mail suppressed", message=str(message.id), reason=reason)
                return None
            message.recipient = case.address
            if await self._is_suppressed(session, message):
                return None
            message.attempts += 1
            message.attempted_at = now
            return case, await formal_letter(session, case)

    async def _is_suppressed(self, session: AsyncSession, message: Message) -> bool:
        """Nothing goes to an address that bounced, until somebody lifts that."""
        suppressed = await find_suppressed(session, message.recipient)
        if suppressed is not None:
            await record_bounce(session, message, told(suppressed), hard=False)
            _tell(message)
        return suppressed is not None

    def _enclosed(self, case: Case, attachments: tuple[Attachment, ...]) -> Envelope:
        message = case.message
        heading = Heading(
            key=message.id,
            message_id=message.message_id,
            refers_to=case.first_message_id,
            sender=self.house.mail_from,
            reply_to=self.house.address_for(Use.ANSWER, message.id) or case.committee.contact_email,
            return_path=self.house.address_for(Use.BOUNCE, message.id),
            recipient=message.recipient,
            recipient_name=case.name,
            date=clock.now(),
            unsubscribe=unsubscribe_address(case, self.house),
        )
        letter = replace(write(case, self.house), attachments=attachments)
        envelope = enclose(letter, heading)
        if self.signer is None:
            return envelope
        return replace(envelope, data=self.signer.sign(envelope.data, heading.date))

    async def _sent(self, message: Message) -> None:
        async with self.database.transaction() as session:
            await pace.record_sent(session, message, clock.now())
        log.info("mail", message=str(message.id), state=MessageState.SENT.value)

    async def _bounced(self, message: Message, error: str, *, hard: bool) -> None:
        async with self.database.transaction() as session:
            held = await queries.lock_message(session, message.id)
            await record_bounce(session, held, error, hard=hard)
        _tell(held)

    async def _failed(self, message: Message, error: str) -> None:
        async with self.database.transaction() as session:
            held = await queries.lock_message(session, message.id)
            held.state, held.last_error = MessageState.FAILED, error
        _tell(held)

    async def _put_off(self, message: Message, error: str, reach: Reach) -> None:
        """Due again later, and others with it, as far as the answer reaches; or given up."""
        now = clock.now()
        async with self.database.transaction() as session:
            held = await queries.lock_message(session, message.id)
            held.state, held.last_error = MessageState.DELAYED, error
            held.due_at = now + self._wait(held.attempts)
            if held.attempts >= GIVE_UP_AFTER:
                held.state = MessageState.FAILED
            await pace.let_rest(session, held.recipient, reach, now, self.patience, self.chance)
        _tell(held)

    def _wait(self, attempts: int) -> timedelta:
        return wait_before_retry(
            attempts,
            timedelta(seconds=self.patience.first_retry),
            timedelta(seconds=self.patience.longest_retry),
            self.chance(),
        )


def register(queue: App, sender: Sender) -> None:
    """Let the queue know the task."""

    @queue.task(name=TASK, queue=QUEUE, retry=Again())
    async def send_message(key: str) -> None:
        await sender.send(UUID(key))


async def queue_due(database: Database, queue: App, limits: Limits, turns: Turns) -> bool:
    """A job for every message that may be sent now and has none; how a plan becomes a job, and
    how a job that got lost is replaced. True where there are more than were taken at once.

    The transaction stays open until the jobs are stored, so that two workers never count the same
    free place.
    """
    async with database.transaction() as session:
        if not await pace.take_turns(session):
            return False
        due, turns.wanted = await pace.list_unqueued(session, TASK, clock.now(), limits)
        await enqueue(queue, TASK, [str(message_id) for message_id in due])
    return len(due) == pace.BATCH


def _tell(message: Message) -> None:
    log.info("mail", message=str(message.id), state=message.state.value)


def _passed(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _lets_in(exception: RegistrationException | None, now: datetime) -> bool:
    """Whether somebody may still be registered under it."""
    if exception is None or exception.revoked_at is not None:
        return False
    return exception.until > now and exception.used < exception.persons


def _same_address(case: Case) -> bool:
    """Whether the reader has, again, the address that the mail is for."""
    reader = case.speaking.person if case.speaking else case.person
    return reader is not None and reader.email == case.message.recipient


def _present(case: Case) -> Present:
    now = clock.now()
    link, place = case.link, case.speaking
    return Present(
        meeting=case.meeting.status,
        stale=now > case.meeting.ends_at + STALE_AFTER,
        invitation=case.invitation.status if case.invitation else None,
        registration=case.registration.status if case.registration else None,
        participation=case.registration.participation if case.registration else None,
        same_address=_same_address(case),
        left=case.person is not None
        and case.entity is not None
        and has_left(case.person, case.entity),
        own=case.registration is None or case.own,
        link_alive=link is not None and link.expires_at > now,
        said_again=case.said_again,
        heard_before=case.heard_before,
        code_good=case.code_asked_at is not None and takes_code(now, case.code_asked_at, 0),
        deadline_passed=_passed(case.meeting.registration_closes_at, now),
        delegation=case.delegation,
        begun=_passed(case.meeting.starts_at, now),
        reads_digests=case.reads_digests,
        offer_over=_passed(case.registration.offer_ends_at if case.registration else None, now),
        lost_seat=case.lost_seat,
        credentials=case.credentials.status if case.credentials else None,
        exception_left=_lets_in(case.exception, now),
        slot_begun=_passed(place.panel.slot_starts_at, now) if place else False,
        unreachable=(place is not None or case.message.briefing_id is not None)
        and not case.address,
        briefing=case.briefing.status if case.briefing else None,
        briefers_due=_passed(due_at(case.meeting), now),
        left_address=case.leaves_address,
        organizes=case.organizes,
        **_of_speaker(case, now),
    )


def _of_speaker(case: Case, now: datetime) -> dict[str, Any]:
    """What holds of whoever it goes to, or tells of, on a panel or for a briefing."""
    place, named, briefing = case.speaking or case.told_of, case.named, case.briefing
    rehearsal = place.rehearsal if place else None
    takes_place = case.meeting.status is not MeetingStatus.CANCELLED
    return {
        "panellist": place.person.status if place else None,
        "has_entry": (place is not None and place.person.has_entry)
        or (named is not None and named.has_entry),
        "rehearsal_stands": place is not None
        and place.comes
        and rehearsal is not None
        and takes_place,
        "rehearsal_over": _passed(rehearsal.ends_at if rehearsal else None, now),
        "rehearsal_told": case.rehearsal_told,
        "named": named is not None
        and briefing is not None
        and briefing.email == named.email
        and briefing.status in COMING,
        "had_entry": bool(case.message.data.get("had_entry")),
    }
