"""Registering many at once: a result for each, the refused keeping nobody else out."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import Problem
from app.entities import service as entities
from app.entities.tables import Entity
from app.invitations.tables import Invitation
from app.meetings.access import MeetingView
from app.registrations import queries, service
from app.registrations.access import delegation_for
from app.registrations.lifecycle import RegistrationRole
from app.registrations.schemas import BulkOutcome, BulkResult, BulkRow, RegistrationCreate


class Rehearsed(Exception):
    """Carries the result of a dry run out of the savepoint that is rolled back."""


async def register_many(
    session: AsyncSession, view: MeetingView, wanted: list[RegistrationCreate], *, dry_run: bool
) -> BulkResult:
    """Register a list in its order, all of it within the caller's transaction.

    A dry run does the same within a savepoint and takes it back, so that it says exactly what would
    happen now.
    """
    rows: list[BulkRow] = []
    try:
        async with session.begin_nested():
            rows = [await _register(session, view, n, each) for n, each in enumerate(wanted)]
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        for row in rows:
            row.registration_id = None
    count = {outcome: sum(row.outcome is outcome for row in rows) for outcome in BulkOutcome}
    return BulkResult(
        dry_run=dry_run,
        rows=rows,
        **{outcome.value: number for outcome, number in count.items()},
    )


async def _register(
    session: AsyncSession, view: MeetingView, place: int, wanted: RegistrationCreate
) -> BulkRow:
    try:
        async with session.begin_nested():
            invitation, entity = await delegation_for(session, view, wanted.entity)
            person_id, role = await person_of(session, entity, wanted), wanted.role
            registration_id, status = await register_one(session, view, invitation, person_id, role)
    except Problem as problem:
        return BulkRow(
            row=place,
            outcome=BulkOutcome.REFUSED,
            problem=problem.slug,
            errors=problem.errors or [],
        )
    return BulkRow(row=place, outcome=BulkOutcome(status), registration_id=registration_id)


async def register_one(
    session: AsyncSession,
    view: MeetingView,
    invitation: Invitation,
    person_id: UUID,
    role: RegistrationRole,
) -> tuple[UUID, BulkOutcome]:
    """Lock, look, decide, write; raises the problem that forbids it."""
    meeting, invitation = await service.lock_seats(session, view.meeting.id, invitation.id)
    service.check_open(meeting, invitation, clock.now(), for_organizer=view.organizes)
    live = [(row[0], row[1]) for row in await queries.live_people(session, invitation.id)]
    service.check_collision(person_id, role, live)
    registration_id, status = await service.register(session, meeting, invitation, person_id, role)
    return registration_id, BulkOutcome(status.value)


async def person_of(session: AsyncSession, entity: Entity, wanted: RegistrationCreate) -> UUID:
    """The person's id, known to the directory or new."""
    members = wanted.person.model_dump() if wanted.person else None
    person = await entities.person_named(session, entity, wanted.person_id, members)
    return person.id
