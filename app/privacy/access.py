"""Who may have somebody anonymized, hold what is kept, or read all that is held about somebody."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from app.committees.queries import committee_line
from app.core.problems import NotPermitted
from app.core.routes import Session
from app.entities.access import DirectoryDep, PersonDep, organizes_entity
from app.entities.tables import Entity, Person
from app.identity.access import CallerDep
from app.identity.lifecycle import Role
from app.identity.policy import Caller
from app.privacy import queries


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person of a directory, locked, and who asks."""

    entity: Entity
    person: Person
    caller: Caller


async def kept_person(
    session: Session, directory: DirectoryDep, person: PersonDep, caller: CallerDep
) -> PersonView:
    """For administrators and for organizers who see the directory as such: not for who organizes
    elsewhere and only acts for the entity.
    """
    may = caller.is_administrator or await organizes_entity(session, caller, directory.entity.id)
    if not may:
        raise NotPermitted("Only organizers and administrators may do this: ask them.")
    return PersonView(directory.entity, person, caller)


async def person_to_hold(
    session: Session, view: Annotated[PersonView, Depends(kept_person)]
) -> PersonView:
    """A hold that is there is for administrators and for whoever placed it: several committees may
    share a directory.
    """
    hold = await queries.find_hold(session, person_id=view.person.id)
    own = hold is None or hold.placed_by == view.caller.account_id
    if not (own or view.caller.is_administrator):
        raise NotPermitted("Somebody else placed the hold: ask them, or an administrator.")
    return view


async def person_to_anonymize(
    session: Session, view: Annotated[PersonView, Depends(kept_person)]
) -> PersonView:
    """For organizers only where all meetings that it concerns are theirs."""
    if not view.caller.is_administrator:
        own = view.caller.committees(Role.ORGANIZER)
        for meeting in await queries.list_meetings_of(session, [view.person.id]):
            if own.isdisjoint(await committee_line(session, meeting.committee_id)):
                raise NotPermitted(
                    "The person was registered for meetings of other committees:"
                    " an administrator may do this."
                )
    return view


async def person_to_tell(
    directory: DirectoryDep, person: PersonDep, caller: CallerDep
) -> PersonView:
    """Everything that is held: for administrators, and for who acts for the entity everywhere."""
    everywhere = any(
        right.role is Role.FOCAL_POINT
        and right.entity_id == directory.entity.id
        and right.committee_id is None
        for right in caller.rights
    )
    if caller.link is not None or not (caller.is_administrator or everywhere):
        raise NotPermitted(
            "Only administrators and focal points for all committees may read everything."
        )
    return PersonView(directory.entity, person, caller)


KeptPerson = Annotated[PersonView, Depends(kept_person)]
PersonToHold = Annotated[PersonView, Depends(person_to_hold)]
PersonToAnonymize = Annotated[PersonView, Depends(person_to_anonymize)]
PersonToTell = Annotated[PersonView, Depends(person_to_tell)]
