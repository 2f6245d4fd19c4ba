"""The same delegation as last time: the people of an earlier meeting, registered for this one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import json_names
from app.core.imports import ImportMode, check_rows
from app.core.problems import Invalid
from app.entities.problems import NotOfThisEntity, PersonMerged
from app.entities.tables import Entity, Person
from app.identity.policy import Permission
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.meetings import queries as meetings
from app.meetings.access import MeetingView, view_of
from app.meetings.tables import Meeting
from app.registrations import many_queries as queries
from app.registrations.candidates import Candidate, Invitee
from app.registrations.imports import counts, report_of
from app.registrations.schemas import (
    CopiedPerson,
    DelegationCopied,
    DelegationCopy,
    RegistrationCopied,
)
from app.registrations.settling import Invitees, settle


async def copy_delegation(
    session: AsyncSession,
    view: MeetingView,
    invitees: Invitees,
    body: DelegationCopy,
    mode: ImportMode,
    *,
    dry_run: bool,
) -> DelegationCopied:
    """Register who was confirmed then, in the same roles; whoever left the entity is told as such.

    Raises `RowsRefused` as an import does.
    """
    invitee = invitees.named(body.entity)
    found = await _earlier(session, view, body.meeting, invitee.entity, hold=not dry_run)
    left_out = set(body.leave_out)
    asked = [row for row in found if row[1].id not in left_out]
    _check_known(body, asked)
    candidates = [
        _candidate(number, registration, person, invitee)
        for number, (registration, person) in enumerate(asked, start=1)
    ]
    for candidate, (_, person) in zip(candidates, asked, strict=True):
        said = body.answers.get(person.id, {})
        candidate.answers = {name: value for name, value in said.items() if value is not None}

    def check() -> None:
        check_rows([report_of(each) for each in candidates], mode)

    await settle(session, view, candidates, check, dry_run=dry_run)
    reports = [
        _report(candidate, person) for candidate, (_, person) in zip(candidates, asked, strict=True)
    ]
    return DelegationCopied(
        dry_run=dry_run,
        mode=mode,
        left_out=len(found) - len(asked),
        rows=reports,
        **counts(reports),
    )


async def _earlier(
    session: AsyncSession, view: MeetingView, ref: str, entity: Entity, *, hold: bool
) -> Sequence[Any]:
    """(Registration, Person) of the entity at a meeting whose delegation the caller may see.

    Whoever holds a link names the entity's delegation for a meeting of the committee, and so sees
    the entity's own at its other meetings.
    """
    meeting = await meetings.find_meeting(session, ref)
    if meeting is not None and meeting.id == view.meeting.id:
        raise Invalid.at("/meeting", "This is the meeting to register for.")
    if meeting is None or not await _may_see(session, view, meeting, entity):
        raise Invalid.at("/meeting", "The entity was invited to no such meeting.")
    return await queries.delegation_of(session, meeting.id, entity.id, hold=hold)


async def _may_see(
    session: AsyncSession, view: MeetingView, meeting: Meeting, entity: Entity
) -> bool:
    invited = await queries.list_invitees(session, meeting.id, [entity.id])
    if not invited or invited[0][0].status not in VISIBLE_TO_ENTITY:
        return False
    if view.caller.link is not None:
        return meeting.committee_id == view.meeting.committee_id
    seen = await meetings.find_visible(session, view.caller, meeting.id)
    if seen is None:
        return False
    earlier = view_of(view.caller, *seen)
    return earlier.observes or view.caller.may(
        Permission.ACT_FOR_ENTITY, committees=earlier.committees, entity_id=entity.id
    )


def _check_known(body: DelegationCopy, asked: Sequence[Any]) -> None:
    """Answers are of people who are to come."""
    known = {person.id for _, person in asked}
    strangers = [str(person_id) for person_id in body.answers if person_id not in known]
    if strangers:
        raise Invalid.at(json_names(("answers", strangers[0])), "Is nobody who is to come again.")


def _candidate(number: int, registration: Any, person: Person, invitee: Invitee) -> Candidate:
    candidate = Candidate(number, registration.role, invitee, person=person)
    if person.entity_id != invitee.entity.id:
        candidate.refusal = NotOfThisEntity("This person is in another entity's directory.")
    elif person.merged_into is not None:
        candidate.refusal = PersonMerged("This person was merged into another of the directory.")
    return candidate


def _report(candidate: Candidate, person: Person) -> RegistrationCopied:
    members = report_of(candidate).model_dump() | {"person_id": person.id}
    shown = CopiedPerson(id=person.id, name=person.name)
    return RegistrationCopied(**members, person=shown, role=candidate.role)
