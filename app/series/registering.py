"""Registering somebody for all meetings of a series that are open, with a result for each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import json_names
from app.core.problems import Invalid, Problem
from app.core.routes import as_problem
from app.entities import service as entities
from app.meetings.access import MeetingView, view_of
from app.registrations import bulk
from app.registrations.access import delegation_for
from app.series import queries
from app.series.access import SeriesView
from app.series.lifecycle import RegisteredOutcome
from app.series.schemas import RegisteredMeeting, SeriesRegistered, SeriesRegistration


class Rehearsed(Exception):
    """Carries nothing out of the savepoint but that it is rolled back."""


async def register_for_series(
    session: AsyncSession, view: SeriesView, wanted: SeriesRegistration, *, dry_run: bool
) -> SeriesRegistered:
    """In the order of the dates, each meeting by the rules of its own registration.

    All meetings are locked before the first savepoint: the locks of a refused row go with its own.
    """
    views = await _open(session, view, wanted.from_meeting)
    _check_answers(views, wanted)
    await queries.lock_all(session, [each.meeting.id for each in views])
    rows: list[RegisteredMeeting] = []
    try:
        async with session.begin_nested():
            rows = [await _register(session, each, wanted) for each in views]
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        for row in rows:
            row.registration_id = None
    return SeriesRegistered(dry_run=dry_run, meetings=rows)


async def _open(
    session: AsyncSession, view: SeriesView, from_meeting: str | None
) -> list[MeetingView]:
    rows = await queries.open_meetings(session, view.caller, view.series.id)
    views = [view_of(view.caller, meeting, committee) for meeting, committee in rows]
    if from_meeting is None:
        return views
    place = next((n for n, each in enumerate(views) if from_meeting in _names(each)), None)
    if place is None:
        raise Invalid.at("/from_meeting", "The series has no such meeting that is open.")
    return views[place:]


def _check_answers(views: Sequence[MeetingView], wanted: SeriesRegistration) -> None:
    """Answers are to questions of meetings that are meant."""
    known = {name for each in views for name in _names(each)}
    for name in wanted.answers:
        if name not in known:
            pointer = json_names(("answers", name))
            raise Invalid.at(pointer, "Is no meeting that somebody is registered for by this.")


def _names(view: MeetingView) -> tuple[str, str]:
    return view.meeting.handle, str(view.meeting.id)


async def _register(
    session: AsyncSession, view: MeetingView, wanted: SeriesRegistration
) -> RegisteredMeeting:
    try:
        async with session.begin_nested():
            invitation, entity = await delegation_for(session, view, wanted.entity)
            members = wanted.person.model_dump() if wanted.person else None
            person = await entities.person_named(session, entity, wanted.person_id, members)
            said = bulk.Said(_answers(view, wanted))
            made = await bulk.register_one(session, view, invitation, person.id, wanted.role, said)
    except (Problem, IntegrityError) as error:
        reason = error if isinstance(error, Problem) else as_problem(error)
        if not isinstance(reason, Problem):
            raise
        refused = {
            "problem": reason.slug,
            "detail": reason.detail[:2000],
            "errors": (reason.errors or [])[:100],
        }
        return _row(view, RegisteredOutcome.REFUSED, None, refused)
    return _row(view, RegisteredOutcome(made.status.value), made.id, {})


def _answers(view: MeetingView, wanted: SeriesRegistration) -> dict[str, Any]:
    said = [wanted.answers[name] for name in _names(view) if name in wanted.answers]
    return {name: value for answers in said for name, value in answers.items()}


def _row(
    view: MeetingView,
    outcome: RegisteredOutcome,
    registration_id: UUID | None,
    members: dict[str, Any],
) -> RegisteredMeeting:
    meeting = view.meeting
    return RegisteredMeeting(
        meeting_id=meeting.id,
        handle=meeting.handle,
        number=meeting.number,
        starts_at=meeting.starts_at,
        outcome=outcome,
        registration_id=registration_id,
        **members,
    )
