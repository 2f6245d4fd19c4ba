"""What organizers do with mails that were held or filed: the verbs."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import record
from app.inbox import queries
from app.inbox.events import (
    CounterDeclined,
    IncomingMailApplied,
    IncomingMailDismissed,
)
from app.inbox.lifecycle import INCOMING, IncomingVerb
from app.inbox.policy import PARTICIPATION, moves, outdated
from app.inbox.problems import NotApplicable, ReplyOutdated
from app.inbox.tables import IncomingMail
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import service as registrations
from app.registrations.lifecycle import RegistrationStatus


async def apply(session: AsyncSession, mail: IncomingMail) -> None:
    """Have an answer count that was held; the mail's row is locked.

    Raises `MoveForbidden`, `NotApplicable`, and `ReplyOutdated` where it would not have counted
    either if it had been believed at once.
    """
    state = INCOMING.move(mail.state, IncomingVerb.APPLY)
    _check(mail, IncomingVerb.APPLY)
    said = mail.details.get("calendar", {})
    participation = PARTICIPATION.get(said.get("participation") or "")
    found = mail.registration_id and await queries.find_standing(session, mail.registration_id)
    if participation is None or not said.get("stamp") or not found:
        raise NotApplicable("The mail does not say what the person answers.")
    registration, meeting, _ = found
    current = meeting.calendar_sequence + registration.calendar_sequence
    sequence = min(int(said["sequence"]), current)
    stamp = min(datetime.fromisoformat(said["stamp"]), mail.received_at)
    if meeting.status in OVER:
        raise ReplyOutdated(f"The meeting is {meeting.status.value}.")
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise ReplyOutdated(f"The registration is {registration.status.value}.")
    if outdated(sequence, stamp, registration.replied_sequence, registration.replied_stamp):
        raise ReplyOutdated("A later answer came in, or the times were changed since.")
    registrations.take_reply(session, meeting, registration, participation, sequence, stamp)
    mail.state = state
    record(session, IncomingMailApplied(**await _about(session, mail)))


async def decline(session: AsyncSession, mail: IncomingMail) -> None:
    """Keep the time that a calendar wanted changed; its person is told by the worker."""
    state = INCOMING.move(mail.state, IncomingVerb.DECLINE)
    _check(mail, IncomingVerb.DECLINE)
    mail.state = state
    record(session, CounterDeclined(**await _about(session, mail)))


async def dismiss(session: AsyncSession, mail: IncomingMail) -> None:
    """Have done with it; it stays to be read."""
    mail.state = INCOMING.move(mail.state, IncomingVerb.DISMISS)
    record(session, IncomingMailDismissed(**await _about(session, mail)))


def _check(mail: IncomingMail, verb: IncomingVerb) -> None:
    if verb not in moves(mail.kind, mail.state, mail.reason):
        raise NotApplicable(f"There is nothing in this mail to {verb.value}.")


async def _about(session: AsyncSession, mail: IncomingMail) -> dict[str, Any]:
    meeting = await session.get(Meeting, mail.meeting_id) if mail.meeting_id else None
    return {
        "subject_id": mail.id,
        "meeting_id": mail.meeting_id,
        "committee_id": meeting.committee_id if meeting else None,
        "kind": mail.kind,
        "registration_id": mail.registration_id,
    }
