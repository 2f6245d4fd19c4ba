"""The only way to the words of a committee for a caller."""

from typing import Annotated

from fastapi import Depends

from app.committees.access import CommitteeToOrganize, RoleHolder, RollDep
from app.committees.queries import line
from app.committees.tables import Committee
from app.core.problems import NotPermitted
from app.identity.policy import Permission


async def committee_spoken_for(caller: RoleHolder, roll: RollDep) -> Committee:
    """For who observes or organizes it; its members know of it, the others learn nothing: 404."""
    committee = roll.committee
    if not caller.may(Permission.OBSERVE, committees=line(committee.id, committee.parent_id)):
        raise NotPermitted("Only organizers and observers of the committee may see this.")
    return committee


async def committee_to_speak_for(
    _: Annotated[Committee, Depends(committee_spoken_for)], committee: CommitteeToOrganize
) -> Committee:
    """For its organizers, with the committee locked."""
    return committee


SpokenFor = Annotated[Committee, Depends(committee_spoken_for)]
ToSpeakFor = Annotated[Committee, Depends(committee_to_speak_for)]
