"""HTTP for people as one person: merge, leave, move, history."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core.imports import DryRun
from app.core.openapi import raises, tells
from app.core.pages import Page, Paging, fetch_page
from app.core.routes import Session, router_for
from app.entities.access import DirectoryDep, committees_reached
from app.entities.problems import NotOfThisEntity, PersonKnown, PersonMerged
from app.entities.tables import PersonMerge
from app.identity.access import AccountCaller
from app.meetings.tables import Meeting
from app.people import leaving, merging, queries
from app.people.access import KnownPerson, check_reach, entity_to_join, person_locked, two_people
from app.people.problems import (
    BothFocalPoints,
    BothRegistered,
    MergeStands,
    NotMerged,
    StillRegistered,
)
from app.people.schemas import (
    HistoryRow,
    MergeOut,
    MergeRequest,
    PersonLeaveOut,
    PersonLeaveRequest,
    PersonMoveOut,
    PersonMoveRequest,
    PersonReturnOut,
    ToSubstitute,
    UnmergeRequest,
)
from app.registrations.problems import OrganizerNeeded
from app.registrations.tables import Registration

router = router_for("entities")
BASE = "/entities/{e}/people/{person_id}"


class Rehearsed(Exception):
    """Takes a dry run back with its savepoint."""


@router.post(
    f"{BASE}/merge",
    operation_id="mergePeople",
    responses=raises(BothFocalPoints, BothRegistered, NotOfThisEntity, PersonMerged),
    openapi_extra=tells(),
)
async def merge_people(
    session: Session,
    caller: AccountCaller,
    person: KnownPerson,
    body: MergeRequest,
    *,
    dry_run: DryRun = False,
) -> MergeOut:
    """Merge another entry of the directory into this person: the two are one and the same.

    Registrations, offices, mails, links and feeds follow, the other's addresses become known
    addresses of this one. It can be taken back.
    """
    kept, other = await two_people(session, caller, person, body.other)
    answer: dict[str, Any] = {}
    try:
        async with session.begin_nested():
            answer = _told(await merging.merge(session, kept, other, body.take))
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        pass
    return MergeOut(dry_run=dry_run, **answer)


@router.post(
    f"{BASE}/unmerge",
    operation_id="unmergePeople",
    responses=raises(MergeStands, NotMerged, NotOfThisEntity, PersonKnown),
    openapi_extra=tells(),
)
async def unmerge_people(
    session: Session,
    caller: AccountCaller,
    person: KnownPerson,
    body: UnmergeRequest,
    *,
    dry_run: DryRun = False,
) -> MergeOut:
    """Take a merge back: what followed goes back, and members are as before, unless corrected
    since.
    """
    kept, other = await two_people(session, caller, person, body.other)
    answer: dict[str, Any] = {}
    try:
        async with session.begin_nested():
            answer = _told(await merging.unmerge(session, kept, other))
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        pass
    return MergeOut(dry_run=dry_run, **answer)


@router.post(
    f"{BASE}/leave",
    operation_id="leaveEntity",
    responses=raises(OrganizerNeeded, PersonMerged),
    openapi_extra=tells(),
)
async def leave_entity(
    session: Session,
    caller: AccountCaller,
    directory: DirectoryDep,
    person: KnownPerson,
    body: PersonLeaveRequest,
) -> PersonLeaveOut:
    """Record that somebody has left: they act for the entity and are named for it no more.

    Their links and feeds die at once. Where they are still registered, the answer says so: name
    somebody else there, or withdraw them.
    """
    withdrawn = await _withdrawn(session, body.withdraw, caller, person)
    locked = await person_locked(session, caller, person)
    await leaving.leave(session, directory.entity, locked, body.on)
    ahead = [_place(*row) for row in await leaving.to_come(session, locked)]
    return PersonLeaveOut(left_on=locked.left_on, withdrawn=withdrawn, to_substitute=ahead)


@router.post(
    f"{BASE}/return",
    operation_id="returnToEntity",
    responses=raises(PersonMerged),
    openapi_extra=tells(),
)
async def return_to_entity(
    session: Session, caller: AccountCaller, person: KnownPerson
) -> PersonReturnOut:
    """Record that somebody who had left is there again; offices stay ended. Twice is once."""
    locked = await person_locked(session, caller, person)
    await leaving.come_back(session, locked)
    return PersonReturnOut(person_id=locked.id, left_on=locked.left_on)


@router.post(
    f"{BASE}/move",
    operation_id="movePerson",
    responses=raises(OrganizerNeeded, PersonKnown, PersonMerged, StillRegistered),
    openapi_extra=tells(),
)
async def move_person(
    session: Session,
    caller: AccountCaller,
    directory: DirectoryDep,
    person: KnownPerson,
    body: PersonMoveRequest,
) -> PersonMoveOut:
    """Move somebody to another entity, by whoever keeps both directories.

    What they did stays with the old entity. The new one gets name, languages and address, and
    learns nothing else.
    """
    to = await entity_to_join(session, caller, body.entity)
    withdrawn = await _withdrawn(session, body.withdraw, caller, person)
    locked = await person_locked(session, caller, person)
    arrival = await leaving.move(session, directory.entity, locked, to, body.email)
    return PersonMoveOut(
        entity_id=to.id,
        person_id=arrival.person.id,
        was_known=arrival.was_known,
        withdrawn=withdrawn,
    )


@router.get(f"{BASE}/history", operation_id="getPersonHistory")
async def get_person_history(
    session: Session, caller: AccountCaller, person: KnownPerson, paging: Paging
) -> Page[HistoryRow]:
    """List the meetings that somebody was named for, the latest first, and whether they came.

    Organizers see those of their committees, focal points those of the committees for which they
    act.
    """
    reached = committees_reached(caller, person.entity_id)
    order = [(col(Meeting.starts_at), True), (col(Registration.id), True)]
    statement = queries.list_history(person.id, reached)
    return await fetch_page(session, paging, statement, order, lambda row: _history(*row[:4]))


async def _withdrawn(
    session: AsyncSession, wanted: bool, caller: AccountCaller, person: KnownPerson
) -> list[UUID]:
    if not wanted:
        return []
    await check_reach(session, caller, person.entity_id, [person.id])
    return await leaving.withdraw_all(session, caller, person)


def _told(made: PersonMerge) -> dict[str, Any]:
    moved: dict[str, list[str]] = made.moved
    listed = {
        name: [UUID(each) for each in moved.get(name, [])]
        for name in ("registrations", "focal_points", "feeds", "people")
    }
    counted = {name: len(moved.get(name, [])) for name in ("links", "messages")}
    return {"kept_id": made.kept_id, "merged_id": made.merged_id} | listed | counted


def _place(registration: Registration, meeting: Meeting) -> ToSubstitute:
    return ToSubstitute(
        registration_id=registration.id,
        meeting_id=meeting.id,
        meeting=meeting.handle,
        title=meeting.title,
        starts_at=meeting.starts_at,
        role=registration.role,
        status=registration.status,
    )


def _history(registration: Registration, meeting: Meeting, joined: Any, left: Any) -> HistoryRow:
    return HistoryRow(
        registration_id=registration.id,
        entity_id=registration.entity_id,
        meeting_id=meeting.id,
        meeting=meeting.handle,
        title=meeting.title,
        meeting_status=meeting.status,
        starts_at=meeting.starts_at,
        role=registration.role,
        status=registration.status,
        named_at=registration.created_at,
        confirmed_at=registration.confirmed_at,
        attended=joined is not None,
        joined_at=joined,
        left_at=left,
    )
