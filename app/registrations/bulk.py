"""Registering many at once: a result for each, the refused keeping nobody else out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import Invalid, Problem
from app.core.routes import as_problem
from app.entities import service as entities
from app.entities.tables import Entity, Person
from app.invitations.tables import Invitation
from app.meetings.access import MeetingView
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from app.questions.policy import Value
from app.registrations import admission, answering, approval, needs, service
from app.registrations.access import delegation_for
from app.registrations.answer_schemas import Needs
from app.registrations.answering import Checked
from app.registrations.lifecycle import RegistrationRole
from app.registrations.listing import say_whether_listed
from app.registrations.schemas import (
    BulkOutcome,
    BulkResult,
    BulkRow,
    Malformed,
    Named,
    RegistrationCreate,
)
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of somebody who is registered."""

    answers: Mapping[str, Value]
    needs: Needs | None = None


class Rehearsed(Exception):
    """Carries the result of a dry run out of the savepoint that is rolled back."""


async def register_many(
    session: AsyncSession,
    view: MeetingView,
    wanted: Sequence[RegistrationCreate | Malformed],
    *,
    dry_run: bool,
) -> BulkResult:
    """Register a list in its order, all of it within the caller's transaction and of one moment.

    The meeting is locked before the first savepoint: the locks of a refused row go with its own.
    A dry run does the same within a savepoint and takes it back, so that it says exactly what would
    happen now.
    """
    await lock_meeting(session, view.meeting.id)
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
    session: AsyncSession, view: MeetingView, place: int, wanted: RegistrationCreate | Malformed
) -> BulkRow:
    if isinstance(wanted, Malformed):
        return _refused(place, Invalid(wanted.errors[0].detail, errors=wanted.errors))
    try:
        async with session.begin_nested():
            invitation, entity = await delegation_for(session, view, wanted.entity)
            person = await person_of(session, entity, wanted)
            made = await register_one(session, view, invitation, person.id, wanted.role, wanted)
            await say_whether_listed(session, view.meeting, made, wanted.listed)
    except Problem as problem:
        return _refused(place, problem)
    except IntegrityError as error:
        reason = as_problem(error)
        if not isinstance(reason, Problem):
            raise
        return _refused(place, reason)
    return BulkRow(row=place, outcome=BulkOutcome(made.status.value), registration_id=made.id)


def _refused(place: int, problem: Problem) -> BulkRow:
    return BulkRow(
        row=place,
        outcome=BulkOutcome.REFUSED,
        problem=problem.slug,
        detail=problem.detail,
        errors=problem.errors or [],
    )


async def register_one(
    session: AsyncSession,
    view: MeetingView,
    invitation: Invitation,
    person_id: UUID,
    role: RegistrationRole,
    wanted: Named | Said | None = None,
) -> Registration:
    """Lock, look, decide, write; raises the problem that forbids it.

    That somebody is registered already, or a head named, the unique indexes say.
    """
    meeting, invitation = await service.lock_seats(session, view.meeting.id, invitation.id)
    admitted = await admission.admit(
        session, meeting, invitation, role, for_organizer=view.organizes
    )
    said = await answers_of(session, view, meeting, invitation.entity_id, role, wanted)
    if admitted.because:
        made = await approval.register_pending(
            session, meeting, invitation, person_id, role, admitted
        )
    else:
        made = await service.register(session, meeting, invitation, person_id, role)
        if admitted.exception is not None:
            await admission.keep_exception(session, made, admitted.exception)
    await keep_answers(session, meeting, made, said, wanted)
    return made


async def answers_of(
    session: AsyncSession,
    view: MeetingView,
    meeting: Meeting,
    entity_id: UUID,
    role: RegistrationRole,
    wanted: Named | Said | None,
) -> Checked:
    """The answers that came with a name, as the meeting's form takes them; it is locked."""
    given = wanted.answers if wanted else {}
    return await answering.check_first(
        session, meeting, entity_id, role, given, organizer=view.organizes
    )


async def keep_answers(
    session: AsyncSession,
    meeting: Meeting,
    made: Registration,
    said: Checked,
    wanted: Named | Said | None,
) -> None:
    await answering.keep_first(session, meeting, made, said)
    await needs.state_first(
        session, meeting, made, wanted.needs.said() if wanted and wanted.needs else None
    )


async def person_of(session: AsyncSession, entity: Entity, wanted: Named) -> Person:
    """Somebody known to the directory, or new in it."""
    members = wanted.person.model_dump() if wanted.person else None
    return await entities.person_named(session, entity, wanted.person_id, members)
