"""Somebody leaves an entity, comes back, or goes on to another one."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import committee_line
from app.committees.rules import Change
from app.core import clock
from app.core.problems import Invalid
from app.entities import queries as directories
from app.entities import service as entities
from app.entities.tables import Entity, Person
from app.events import record
from app.feeds import service as feeds
from app.identity import service as identity
from app.identity.policy import Caller, Permission
from app.meetings.tables import Meeting
from app.people import queries
from app.people.events import PersonLeft, PersonMoved, PersonReturned
from app.people.problems import StillRegistered
from app.registrations import service as registrations
from app.registrations.admission import check_change
from app.registrations.lifecycle import LIVE
from app.registrations.queries import lock_registration
from app.registrations.readdressing import readdress
from app.registrations.tables import Registration


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where somebody is now."""

    person: Person
    was_known: bool
    """The directory had somebody with that address."""


async def withdraw_all(session: AsyncSession, caller: Caller, person: Person) -> list[UUID]:
    """Take the person out of every meeting to come; before they are locked, as in registering.

    Raises `OrganizerNeeded` where the caller could not withdraw them one by one.
    """
    withdrawn = []
    for registration, meeting in await to_come(session, person):
        held, invitation = await registrations.lock_seats(
            session, meeting.id, registration.invitation_id
        )
        line = await committee_line(session, held.committee_id)
        organizes = caller.may(Permission.ORGANIZE, committees=line)
        check_change(held, Change.WITHDRAW, for_organizer=organizes)
        locked = await lock_registration(session, registration.id)
        if locked is not None and locked.person_id == person.id and locked.status in LIVE:
            await registrations.withdraw(session, held, invitation, locked)
            withdrawn.append(locked.id)
    return withdrawn


async def leave(session: AsyncSession, entity: Entity, person: Person, on: date | None) -> None:
    """The person, who is locked, acts for the entity and is named for it no more; their links and
    feeds die. Said again it corrects the day.
    """
    today = entities.today_in(entity)
    if on is not None and on > today:
        raise Invalid.at("/on", "Say it on that day: it lies in the future.")
    for office in await queries.offices_of(session, person.id):
        await entities.end_focal_point(session, office)
    for registration, _ in await to_come(session, person):
        await identity.revoke_links(session, registration.id)
    await identity.revoke_answer_links(session, [person.id])
    for feed in await queries.feeds_of(session, person.id):
        await feeds.revoke_feed(session, feed)
    person.left_on = on or today
    record(
        session,
        PersonLeft(subject_id=person.id, entity_id=person.entity_id, on=str(person.left_on)),
    )
    await session.flush()


async def come_back(session: AsyncSession, person: Person) -> None:
    """The person, who is locked, is there again; for meetings to come they get a fresh link.
    Offices stay ended. Twice is once.
    """
    if person.left_on is None:
        return
    person.left_on = person.moved_to = None
    record(session, PersonReturned(subject_id=person.id, entity_id=person.entity_id))
    await session.flush()
    await readdress(session, person.id)


async def move(
    session: AsyncSession, entity: Entity, person: Person, to: Entity, email: str | None
) -> Arrival:
    """The person, who is locked, leaves the one entity and is known to the other from now on.

    What they did stays with the first, and the second learns nothing of it. Raises
    `StillRegistered`.
    """
    if to.id == entity.id:
        raise Invalid.at("/entity", "The person is of this entity.")
    if ahead := await to_come(session, person):
        handles = ", ".join(meeting.handle for _, meeting in ahead[:20])
        raise StillRegistered(f"The person is registered at: {handles}.")
    await leave(session, entity, person, None)
    address = email or person.email
    known = await directories.hold_person_by_email(session, to.id, address)
    arrived = known or await entities.add_person(session, to, _carried(person, address))
    await come_back(session, arrived)
    person.moved_to = arrived.id
    record(session, PersonMoved(subject_id=person.id, entity_id=entity.id))
    await session.flush()
    return Arrival(arrived, known is not None)


async def to_come(session: AsyncSession, person: Person) -> list[tuple[Registration, Meeting]]:
    """Where the person is registered still."""
    return await queries.to_come(session, person.id, clock.now())


def _carried(person: Person, email: str) -> dict[str, Any]:
    """What is the person's own, wherever they work; rank, post and figures are the entity's."""
    own = ("name", "honorific", "language", "languages")
    return {name: getattr(person, name) for name in own} | {"email": email}
