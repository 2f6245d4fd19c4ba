"""The only way to get a plan of reminders, or the digests of a committee, for a caller."""

from typing import Annotated

from fastapi import Depends

from app.committees.access import CommitteeDep, RoleHolder
from app.committees.queries import line
from app.committees.tables import Committee
from app.core.problems import NotPermitted
from app.identity.policy import Permission


async def committee_to_observe(caller: RoleHolder, committee: CommitteeDep) -> Committee:
    if not caller.may(Permission.OBSERVE, committees=line(committee.id, committee.parent_id)):
        raise NotPermitted("Only organizers and observers of the committee may see this.")
    return committee


async def committee_of_reader(caller: RoleHolder, committee: CommitteeDep) -> Committee:
    """A committee that the caller organizes, without a lock."""
    if not caller.may(Permission.ORGANIZE, committees=line(committee.id, committee.parent_id)):
        raise NotPermitted("Only an organizer of the committee gets its digests.")
    return committee


ObservedCommittee = Annotated[Committee, Depends(committee_to_observe)]
ReadersCommittee = Annotated[Committee, Depends(committee_of_reader)]
