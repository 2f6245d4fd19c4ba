"""Writing many registrations at once: people, registrations, counters, log; few statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.core.many import as_json, insert_many
from app.entities.adding import add_people
from app.events import Event
from app.events.log import record_many
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.tables import Meeting
from app.registrations import many_queries as queries
from app.registrations import service
from app.registrations.answer_tables import Answer
from app.registrations.arrivals import Arrivals
from app.registrations.candidates import Candidate
from app.registrations.events import ExceptionUsed, RegistrationListed
from app.registrations.lifecycle import Listed, RegistrationRole, RegistrationStatus
from app.registrations.policy import takes_seat
from app.registrations.set_answers import MeetingForm
from app.registrations.tables import Registration

_COUNT = text(
    """
    UPDATE invitations AS i
       SET seats_taken = c.taken, status = c.status, answered_at = c.answered_at
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS c(id uuid, taken integer, status text, answered_at timestamptz)
     WHERE i.id = c.id
    """
)
_COUNT_POOLS = text(
    """
    UPDATE seat_pools AS p SET seats_taken = c.taken
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS c(id uuid, taken integer)
     WHERE p.id = c.id AND p.seats_taken <> c.taken
    """
)
_USE = text(
    """
    UPDATE registration_exceptions AS x SET used = c.used
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS c(id uuid, used integer)
     WHERE x.id = c.id
    """
)
_COUNT_ALL = text(
    "UPDATE meetings SET seats_taken = :taken WHERE id = :meeting_id AND seats_taken <> :taken"
)


async def write(
    session: AsyncSession,
    meeting: Meeting,
    invitations: Mapping[UUID, Invitation],
    arrivals: Arrivals,
    coming: Sequence[Candidate],
    form: MeetingForm,
) -> None:
    """Write what was decided, in the order of arrival; meeting and invitations are locked.

    The candidates are told the ids of their people and registrations.
    """
    if not coming:
        return
    now = clock.now()
    await _find_or_add(session, coming)
    numbers = await queries.draw_numbers(session, len(coming))
    made = [
        _registration(meeting, each, number, now, form)
        for each, number in zip(coming, numbers, strict=True)
    ]
    await insert_many(session, Registration, made)
    await insert_many(session, Answer, form.rows(session, meeting, coming))
    facts = _facts(meeting, invitations, coming, made, form)
    touched = {each.invitation.id for each in coming}
    await _count(session, meeting, {i: invitations[i] for i in touched}, arrivals, now)
    await record_many(session, facts)


async def _find_or_add(session: AsyncSession, coming: Sequence[Candidate]) -> None:
    unknown = {each.key: each.members for each in coming if each.person is None and each.members}
    added = await add_people(session, unknown)
    for each in coming:
        each.person_id = each.person.id if each.person else added[each.key][0]


def _registration(
    meeting: Meeting, each: Candidate, number: int, now: datetime, form: MeetingForm
) -> dict[str, Any]:
    invitation = each.invitation
    assert each.place is not None
    assert each.person_id is not None
    each.registration_id = new_id()
    place, status = each.place, each.place.status
    pending = status is RegistrationStatus.PENDING
    return _BLANK | {
        "id": each.registration_id,
        "created_at": now,
        "meeting_id": meeting.id,
        "invitation_id": invitation.id,
        "entity_id": invitation.entity_id,
        "person_id": each.person_id,
        "role": each.role,
        "status": status,
        "takes_seat": takes_seat(each.role),
        "queue_number": number,
        "confirmed_at": now if status is RegistrationStatus.CONFIRMED else None,
        "pending_since": now if pending else None,
        "pending_because": [reason.value for reason in place.because] if pending else None,
        "exception_id": place.exception_id,
        "answers_missing": form.lacking(each),
        "listed": each.listed,
    }


def _facts(
    meeting: Meeting,
    invitations: Mapping[UUID, Invitation],
    coming: Sequence[Candidate],
    made: Sequence[Mapping[str, Any]],
    form: MeetingForm,
) -> list[Event]:
    """A fact for each registration; the first of an entity accepts its invitation."""
    facts: list[Event] = []
    accepted: set[UUID] = set()
    for each, row in zip(coming, made, strict=True):
        assert each.place is not None
        about = _about(meeting, row)
        if each.place.exception_id is not None:
            used = {name: about[name] for name in _OF_EXCEPTIONS} | {"used": each.place.used}
            facts.append(ExceptionUsed(subject_id=each.place.exception_id, **used))
        because = {"because": [r.value for r in each.place.because]} if each.place.because else {}
        facts.append(service.EVENT_OF[each.place.status](**about, **because))
        invitation = invitations[row["invitation_id"]]
        if invitation.status is not InvitationStatus.ACCEPTED and invitation.id not in accepted:
            accepted.add(invitation.id)
            facts.append(service.acceptance(meeting, invitation))
        facts += form.facts(each, about)
        if each.listed is not Listed.NOT_ASKED:
            facts.append(RegistrationListed(was=Listed.NOT_ASKED, listed=each.listed, **about))
    return facts


def _about(meeting: Meeting, row: Mapping[str, Any]) -> dict[str, Any]:
    """As `facts.about`, of a row that is no object: making ten thousand takes seconds."""
    said = ("meeting_id", "entity_id", "invitation_id", "person_id", "role")
    members = {name: row[name] for name in said}
    return {"subject_id": row["id"], "committee_id": meeting.committee_id, **members}


async def _count(
    session: AsyncSession,
    meeting: Meeting,
    invitations: Mapping[UUID, Invitation],
    arrivals: Arrivals,
    now: datetime,
) -> None:
    rows = [
        {
            "id": invitation.id,
            "taken": arrivals.delegations[invitation.id].quota_taken,
            "status": InvitationStatus.ACCEPTED,
            "answered_at": now
            if invitation.status is not InvitationStatus.ACCEPTED
            else invitation.answered_at,
        }
        for invitation in invitations.values()
    ]
    await session.execute(_COUNT, {"rows": as_json(rows)})
    values = {"taken": arrivals.capacity_taken, "meeting_id": meeting.id}
    await session.execute(_COUNT_ALL, values)
    pools = [{"id": pool_id, "taken": pool.taken} for pool_id, pool in arrivals.pools.items()]
    if pools:
        await session.execute(_COUNT_POOLS, {"rows": as_json(pools)})
    exceptions = [
        {"id": exception.id, "used": exception.used}
        for delegation in arrivals.delegations.values()
        for exception in delegation.exceptions
    ]
    if exceptions:
        await session.execute(_USE, {"rows": as_json(exceptions)})


_OF_EXCEPTIONS = ("meeting_id", "committee_id", "entity_id", "invitation_id")
_BLANK = Registration(
    meeting_id=new_id(),
    invitation_id=new_id(),
    entity_id=new_id(),
    person_id=new_id(),
    role=RegistrationRole.REPRESENTATIVE,
    status=RegistrationStatus.CONFIRMED,
    takes_seat=True,
    queue_number=0,
).model_dump()
"""What a registration has that nobody says otherwise."""
