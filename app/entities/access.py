"""The only way to get an entity, its people or its focal points for a caller."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import Invalid, NotFound, NotPermitted
from app.core.routes import Session
from app.entities import queries
from app.entities.problems import PersonMerged
from app.entities.tables import Entity, FocalPoint, Person
from app.identity.access import AccountCaller, CallerDep
from app.identity.lifecycle import Role
from app.identity.policy import Caller, Permission

EntityRef = Annotated[
    str, Path(min_length=1, max_length=80, description="Id or handle.", examples=["unodc"])
]


@dataclass(frozen=True, slots=True)
class Directory:
    """An entity whose people the caller may see and keep."""

    entity: Entity


async def entity_for(session: Session, caller: AccountCaller, e: EntityRef) -> Entity:
    """Every account may know the organizations."""
    entity = await queries.find_entity(session, e)
    if entity is None:
        raise NotFound
    return entity


async def entity_to_change(session: Session, caller: AccountCaller, e: EntityRef) -> Entity:
    if not caller.is_administrator:
        await entity_for(session, caller, e)
        raise NotPermitted("Only an administrator may change an entity.")
    entity = await queries.find_entity(session, e, lock=True)
    if entity is None:
        raise NotFound
    return entity


async def directory_for(session: Session, caller: CallerDep, e: EntityRef) -> Directory:
    """The people of an entity: for its focal points, its link holders, organizers, administrators.

    An organizer sees and keeps the directory of an entity that belongs to their committee, or will,
    or is invited to a meeting of it that is not over. Everybody else learns nothing: 404.
    """
    entity = await queries.find_entity(session, e)
    if entity is None or not await may_see_people(session, caller, entity.id):
        raise NotFound
    return Directory(entity)


async def may_see_people(session: AsyncSession, caller: Caller, entity_id: UUID) -> bool:
    if caller.is_administrator or entity_id in caller.entities():
        return True
    return await organizes_entity(session, caller, entity_id)


async def organizes_entity(session: AsyncSession, caller: Caller, entity_id: UUID) -> bool:
    """Whether the entity belongs to a committee that the caller organizes, or is invited by it."""
    organized = [c for c in caller.committees(Role.ORGANIZER) if c is not None]
    today = clock.now().date()
    return bool(organized) and await queries.belongs_to_any(session, entity_id, organized, today)


async def person_for(
    session: Session, directory: Annotated[Directory, Depends(directory_for)], person_id: UUID
) -> Person:
    person = await queries.find_person(session, directory.entity.id, person_id, lock=True)
    if person is None:
        raise NotFound
    return person


async def person_to_change(
    session: Session, caller: CallerDep, person: Annotated[Person, Depends(person_for)]
) -> Person:
    """Links are passed on: whoever holds one changes nobody to whom links are sent. Nor does
    anybody change who was merged.
    """
    if person.merged_into is not None:
        raise PersonMerged("The person was merged into another one of the directory.")
    if caller.link is not None and await queries.has_focal_points(session, person.id):
        raise NotPermitted("The session of a link changes no focal point.")
    return person


async def check_address(session: AsyncSession, caller: Caller, person: Person) -> None:
    """Raises `NotPermitted` where whoever holds a passed-on link would have the personal links of
    somebody registered, perhaps by other committees, sent elsewhere.
    """
    if caller.link is not None and await queries.was_registered(session, person.id):
        raise NotPermitted("The session of a link moves the mails of nobody who is registered.")


def check_recognition(caller: Caller) -> None:
    """Raises `NotPermitted` where whoever holds a passed-on link would say by which other addresses
    somebody is recognized: who is named by such a one later is that person, and mails go to theirs.
    """
    if caller.link is not None:
        raise NotPermitted("The session of a link says of nobody which other addresses are theirs.")


def committees_reached(caller: Caller, entity_id: UUID) -> frozenset[UUID] | None:
    """The committees of whose meetings the caller may know what an entity's people do there; None
    for all, and with their working groups. Sessions of links see no further than their meeting.
    """
    acts = {r.committee_id for r in caller.rights if r.entity_id == entity_id}
    reached = caller.committees(Role.ORGANIZER) | acts
    if caller.is_administrator or None in reached:
        return None
    return frozenset(each for each in reached if each is not None)


async def focal_point_for(
    session: Session,
    directory: Annotated[Directory, Depends(directory_for)],
    focal_point_id: UUID,
) -> tuple[FocalPoint, Person]:
    found = await queries.find_focal_point(session, directory.entity.id, focal_point_id)
    if found is None:
        raise NotFound
    return found


async def committee_scope(
    session: AsyncSession, caller: Caller, entity: Entity, ref: str | None
) -> UUID | None:
    """The committee that a focal point is to be limited to, None for all.

    Raises `Invalid` for an unknown one, and `NotPermitted` where the caller's own right does not
    reach as far.
    """
    line = () if ref is None else await queries.find_committee_line(session, ref)
    if ref is not None and not line:
        raise Invalid.at("/committee", "There is no such committee.")
    await check_reach(session, caller, entity.id, line)
    return line[0] if line else None


async def focal_point_to_end(
    session: Session,
    caller: AccountCaller,
    found: Annotated[tuple[FocalPoint, Person], Depends(focal_point_for)],
) -> FocalPoint:
    """Whoever could name such a focal point may end it."""
    focal_point = found[0]
    scope = focal_point.committee_id
    line = () if scope is None else await queries.find_committee_line(session, scope)
    await check_reach(session, caller, focal_point.entity_id, line)
    return focal_point


async def check_reach(
    session: AsyncSession, caller: Caller, entity_id: UUID, line: tuple[UUID, ...]
) -> None:
    """Nobody hands out, or takes, a right to act that is wider than their own; `line` is the
    committee and its parent, empty for all committees.
    """
    acts = caller.may(Permission.ACT_FOR_ENTITY, committees=line, entity_id=entity_id)
    organizes = bool(line) and caller.may(Permission.ORGANIZE, committees=line)
    if organizes and not caller.is_administrator:
        organizes = await queries.belongs_to_any(session, entity_id, line, clock.now().date())
    if not (acts or organizes or caller.is_administrator):
        raise NotPermitted("Your own right does not reach the committees that this is about.")


EntityDep = Annotated[Entity, Depends(entity_for)]
EntityToChange = Annotated[Entity, Depends(entity_to_change)]
DirectoryDep = Annotated[Directory, Depends(directory_for)]
PersonDep = Annotated[Person, Depends(person_for)]
PersonToChange = Annotated[Person, Depends(person_to_change)]
FocalPointToEnd = Annotated[FocalPoint, Depends(focal_point_to_end)]
FocalPointDep = Annotated[tuple[FocalPoint, Person], Depends(focal_point_for)]
