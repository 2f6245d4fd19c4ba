"""Entities, their people and their focal points: the verbs."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.fields import normalised_email
from app.core.problems import Invalid
from app.entities import queries
from app.entities.events import (
    EntityChanged,
    EntityCreated,
    EntityDeleted,
    FocalPointEnded,
    FocalPointNamed,
    PersonAdded,
    PersonChanged,
    PersonDeleted,
)
from app.entities.lifecycle import FocalPointKind
from app.entities.problems import NotOfThisEntity, PersonLeft
from app.entities.tables import Entity, FocalPoint, Person
from app.events import announce, record
from app.identity import service as identity
from app.identity.lifecycle import Role


def handle_of(words: str) -> str:
    """A readable handle made of an abbreviation or a title; raises `Invalid` if none can be."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    handle = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
    if len(handle) < 2:
        raise Invalid.at("/handle", "No handle can be made of the name: give one.")
    return handle


async def check_known(session: AsyncSession, handles: Collection[str], pointer: str) -> None:
    """Raise `Invalid` where one of the handles is no entity's."""
    known = await queries.find_entities(session, list(handles)) if handles else {}
    if unknown := sorted(set(handles) - known.keys()):
        raise Invalid.at(pointer, f"There is no entity with the handle {unknown[0]}.")


async def create_entity(
    session: AsyncSession, handle: str | None, members: dict[str, Any]
) -> Entity:
    entity = Entity(handle=handle or handle_of(members["abbreviation"]), **members)
    session.add(entity)
    record(
        session,
        EntityCreated(subject_id=entity.id, entity_id=entity.id, handle=entity.handle),
    )
    await session.flush()
    return entity


async def change_entity(
    session: AsyncSession, entity: Entity, members: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Set the members; `changes` is what the log keeps of it."""
    if changes:
        for name, value in members.items():
            setattr(entity, name, value)
        record(session, EntityChanged(subject_id=entity.id, entity_id=entity.id, changes=changes))
        await session.flush()


async def delete_entity(session: AsyncSession, entity: Entity) -> None:
    """Only one that nothing refers to; the database refuses the rest."""
    record(
        session,
        EntityDeleted(subject_id=entity.id, entity_id=entity.id, handle=entity.handle),
    )
    await session.delete(entity)
    await session.flush()


async def add_person(session: AsyncSession, entity: Entity, members: dict[str, Any]) -> Person:
    """A new person of the directory; raises `PersonKnown` through the database."""
    person = _new_person(entity, members)
    session.add(person)
    record(session, PersonAdded(subject_id=person.id, entity_id=entity.id))
    await session.flush()
    return person


async def find_or_add_person(
    session: AsyncSession, entity: Entity, members: dict[str, Any]
) -> Person:
    """Who is known by that address, as the directory has them, or a new person.

    Two who name the same new person at once both get the one that was added first.
    """
    known = await queries.hold_person_by_email(session, entity.id, members["email"])
    if known is not None:
        return known
    person = _new_person(entity, members)
    added = await queries.insert_person(session, person)
    if added is None:
        known = await queries.hold_person_by_email(session, entity.id, person.email)
        return known or await add_person(session, entity, members)
    record(session, PersonAdded(subject_id=added.id, entity_id=entity.id))
    return added


def _new_person(entity: Entity, members: dict[str, Any]) -> Person:
    return Person(entity_id=entity.id, **columns_of(members))


async def change_person(
    session: AsyncSession, person: Person, members: dict[str, Any], changed: list[str]
) -> None:
    """Correct somebody; where the main address is another one, the domains to the right send there
    what went to the old one.
    """
    if changed:
        for name, value in columns_of(members, person.statistics_consent_at).items():
            setattr(person, name, value)
        fact = PersonChanged(subject_id=person.id, entity_id=person.entity_id, members=changed)
        await announce(session, fact)
        await session.flush()


def columns_of(members: dict[str, Any], consented_at: datetime | None = None) -> dict[str, Any]:
    """What callers write, as the table has it: consent counts from when it was first told."""
    values = members | {"email": normalised_email(members["email"])}
    if "statistics_consent" in values:
        consents = values.pop("statistics_consent")
        values["statistics_consent_at"] = (consented_at or clock.now()) if consents else None
    return values


async def delete_person(session: AsyncSession, person: Person) -> None:
    """Only somebody whom nothing refers to; the database refuses the rest."""
    record(session, PersonDeleted(subject_id=person.id, entity_id=person.entity_id))
    await session.delete(person)
    await session.flush()


async def person_named(
    session: AsyncSession, entity: Entity, person_id: UUID | None, members: dict[str, Any] | None
) -> Person:
    """Somebody of the directory by id, or by any address, or as new.

    Whoever was merged is the one whom they were merged into. Raises `NotOfThisEntity` and
    `PersonLeft`.
    """
    if (person_id is None) is (members is None):
        raise Invalid.at("/person_id", "Give either person_id or person.")
    if members is not None:
        person: Person | None = await find_or_add_person(session, entity, members)
    else:
        assert person_id is not None
        person = await queries.hold_person(session, entity.id, person_id)
    if person is None:
        raise NotOfThisEntity.at("/person_id", "The directory has no such person.")
    if has_left(person, entity):
        raise PersonLeft("The person has left the entity.")
    return person


def has_left(person: Person, entity: Entity) -> bool:
    """Whether the person is at the entity no more."""
    return person.left_on is not None and person.left_on <= today_in(entity)


def today_in(entity: Entity) -> date:
    """The day that it is where the entity is."""
    return clock.now().astimezone(ZoneInfo(entity.timezone)).date()


async def name_focal_point(
    session: AsyncSession,
    entity: Entity,
    person: Person,
    kind: FocalPointKind,
    committee_id: UUID | None,
) -> FocalPoint:
    """Let a person act for the entity; the role is granted to the account of their address."""
    account = await identity.account_for_email(session, person.name, person.email)
    await session.flush()
    person.account_id = account.id
    grant = await identity.grant_role(
        session,
        account.id,
        Role.FOCAL_POINT,
        committee_id=committee_id,
        entity_id=entity.id,
    )
    await session.flush()
    focal_point = FocalPoint(
        entity_id=entity.id,
        person_id=person.id,
        committee_id=committee_id,
        kind=kind,
        grant_id=grant.id,
    )
    session.add(focal_point)
    record(
        session,
        FocalPointNamed(
            subject_id=focal_point.id,
            entity_id=entity.id,
            committee_id=committee_id,
            person_id=person.id,
            kind=kind,
        ),
    )
    await session.flush()
    return focal_point


async def end_focal_point(session: AsyncSession, focal_point: FocalPoint) -> None:
    """The person no longer acts for the entity; the right goes with it. Twice is once."""
    if focal_point.ended_at is not None:
        return
    focal_point.ended_at = clock.now()
    await identity.revoke_grant(session, focal_point.grant_id)
    await session.flush()
    ended = FocalPointEnded(
        subject_id=focal_point.id,
        entity_id=focal_point.entity_id,
        committee_id=focal_point.committee_id,
        person_id=focal_point.person_id,
    )
    await announce(session, ended)
    await session.flush()
