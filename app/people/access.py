"""The only way to get somebody to merge, move or let go, and their history."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.entities import queries as entities
from app.entities.access import DirectoryDep, may_see_people
from app.entities.problems import NotOfThisEntity, PersonMerged
from app.entities.tables import Entity, Person
from app.identity.access import AccountCaller
from app.identity.policy import Caller, Permission
from app.people import queries


async def person_known(
    session: Session, caller: AccountCaller, directory: DirectoryDep, person_id: UUID
) -> Person:
    """Somebody of a directory that the caller keeps with an account; not locked.

    Sessions of links are for one meeting: 404.
    """
    person = await entities.find_person(session, directory.entity.id, person_id)
    if person is None:
        raise NotFound
    return person


async def two_people(
    session: AsyncSession, caller: Caller, kept: Person, other_id: UUID
) -> tuple[Person, Person]:
    """Both locked, as they are now; nobody is named, merged or leaves meanwhile.

    Raises `NotOfThisEntity`, and `NotPermitted` where something of theirs lies further than the
    caller's right reaches.
    """
    found = await queries.lock_people(session, kept.entity_id, [kept.id, other_id])
    if other_id == kept.id or other_id not in found:
        raise NotOfThisEntity.at("/other", "The directory has no such other person.")
    await check_reach(session, caller, kept.entity_id, [kept.id, other_id])
    return found[kept.id], found[other_id]


async def person_locked(session: AsyncSession, caller: Caller, person: Person) -> Person:
    """As they are now; raises `PersonMerged`, and `NotPermitted` as above."""
    locked = (await queries.lock_people(session, person.entity_id, [person.id]))[person.id]
    if locked.merged_into is not None:
        raise PersonMerged("The person was merged into another one of the directory.")
    await check_reach(session, caller, person.entity_id, [person.id])
    return locked


async def check_reach(
    session: AsyncSession, caller: Caller, entity_id: UUID, people: list[UUID]
) -> None:
    """What is done to a person touches offices and registrations: nobody does so to those of
    committees in which they have no right.
    """
    for line in await queries.lines_of(session, people):
        acts = caller.may(Permission.ACT_FOR_ENTITY, committees=line, entity_id=entity_id)
        organizes = bool(line) and caller.may(Permission.ORGANIZE, committees=line)
        if not (acts or organizes or caller.is_administrator):
            raise NotPermitted("Your right does not reach all the committees that this is about.")


async def entity_to_join(session: AsyncSession, caller: Caller, ref: str) -> Entity:
    """Where somebody moves to: only one whose directory the caller keeps too."""
    entity = await entities.find_entity(session, ref)
    if entity is None or not await may_see_people(session, caller, entity.id):
        raise NotPermitted("Somebody moves between two directories that you keep.")
    return entity


KnownPerson = Annotated[Person, Depends(person_known)]
