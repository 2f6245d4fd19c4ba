"""The only way to get a committee or its members for a caller."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees import queries, service
from app.committees.tables import Committee, Membership
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.entities.tables import Entity
from app.identity.access import AccountCaller
from app.identity.policy import Caller, Permission

CommitteeRef = Annotated[
    str,
    Path(
        min_length=1,
        max_length=80,
        description="Id or handle.",
        examples=["coordination-committee"],
    ),
]


async def role_holder(caller: AccountCaller) -> Caller:
    """Whoever holds any role may know the standing bodies; the others learn nothing: 404."""
    if not caller.rights:
        raise NotFound
    return caller


RoleHolder = Annotated[Caller, Depends(role_holder)]


async def committee_for(session: Session, caller: RoleHolder, c: CommitteeRef) -> Committee:
    committee = await queries.find_committee(session, c)
    if committee is None:
        raise NotFound
    return committee


async def committee_to_organize(session: Session, caller: RoleHolder, c: CommitteeRef) -> Committee:
    """For who organizes it or its parent, with the committee locked."""
    committee = await queries.find_committee(session, c, lock=True)
    if committee is None:
        raise NotFound
    if not caller.may(Permission.ORGANIZE, committees=_line(committee)):
        raise NotPermitted("Only an organizer of the committee may do this.")
    return committee


async def committee_to_administer(
    session: Session, caller: RoleHolder, c: CommitteeRef
) -> Committee:
    committee = await queries.find_committee(session, c, lock=True)
    if committee is None:
        raise NotFound
    if not caller.is_administrator:
        raise NotPermitted("Only an administrator may do this.")
    return committee


CommitteeDep = Annotated[Committee, Depends(committee_for)]
CommitteeToOrganize = Annotated[Committee, Depends(committee_to_organize)]
CommitteeToAdminister = Annotated[Committee, Depends(committee_to_administer)]


@dataclass(frozen=True, slots=True)
class Roll:
    """A committee whose members the caller may see, on the committee's own present day."""

    committee: Committee
    today: date


async def roll_for(session: Session, caller: RoleHolder, committee: CommitteeDep) -> Roll:
    """The members of a committee: for who observes or organizes it and for those who belong to it.

    Everybody else learns nothing: 404.
    """
    today = service.today_in(committee)
    if not await may_see_members(session, caller, committee, today):
        raise NotFound
    return Roll(committee, today)


async def may_see_members(
    session: AsyncSession, caller: Caller, committee: Committee, day: date
) -> bool:
    """Also for a focal point whose entity is in the committee that day."""
    line = _line(committee)
    if caller.may(Permission.OBSERVE, committees=line):
        return True
    own = [
        entity_id
        for entity_id in caller.entities()
        if caller.may(Permission.ACT_FOR_ENTITY, committees=line, entity_id=entity_id)
    ]
    return await queries.belongs_on(session, [committee.id], own, day)


async def roll_to_keep(
    roll: Annotated[Roll, Depends(roll_for)], committee: CommitteeToOrganize
) -> Roll:
    """For organizers, with the committee locked: who sees the members but organizes not, is 403."""
    return Roll(committee, roll.today)


async def membership_for(
    session: Session, roll: Annotated[Roll, Depends(roll_for)], membership_id: UUID
) -> tuple[Membership, Entity]:
    return await _membership(session, roll.committee, membership_id)


async def membership_to_change(
    session: Session, roll: Annotated[Roll, Depends(roll_to_keep)], membership_id: UUID
) -> tuple[Membership, Entity]:
    return await _membership(session, roll.committee, membership_id)


async def membership_to_delete(
    session: Session,
    roll: Annotated[Roll, Depends(roll_for)],
    committee: CommitteeToAdminister,
    membership_id: UUID,
) -> tuple[Membership, Entity]:
    return await _membership(session, committee, membership_id)


async def _membership(
    session: AsyncSession, committee: Committee, membership_id: UUID
) -> tuple[Membership, Entity]:
    found = await queries.find_membership(session, committee.id, membership_id)
    if found is None:
        raise NotFound
    return found


def _line(committee: Committee) -> tuple[UUID, ...]:
    return queries.line(committee.id, committee.parent_id)


RollDep = Annotated[Roll, Depends(roll_for)]
RollToKeep = Annotated[Roll, Depends(roll_to_keep)]
MembershipDep = Annotated[tuple[Membership, Entity], Depends(membership_for)]
MembershipToChange = Annotated[tuple[Membership, Entity], Depends(membership_to_change)]
MembershipToDelete = Annotated[tuple[Membership, Entity], Depends(membership_to_delete)]
