"""Every select about entities, their people and their focal points."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Text, Uuid, cast, column, exists, func, or_, table
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core.fields import normalised_email
from app.entities.tables import Entity, FocalPoint, Person
from app.identity.tables import Account, Grant

_registrations = table("registrations", column("person_id", Uuid))
"""They lie to the right: the column is named here, nothing is imported."""


async def find_entity(
    session: AsyncSession, ref: str | UUID, *, lock: bool = False
) -> Entity | None:
    """By id or handle."""
    statement = select(Entity).where(by_ref(Entity, ref))
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.execute(statement)).scalar_one_or_none()


def by_ref(table: Any, ref: str | UUID) -> Any:
    """The condition that a path's id or handle means."""
    try:
        return table.id == (ref if isinstance(ref, UUID) else UUID(ref))
    except ValueError:
        return table.handle == ref


async def find_entities(session: AsyncSession, refs: Sequence[str]) -> dict[str, Entity]:
    """Entities by the ids or handles or abbreviations that were given, in one statement."""
    ids = [ref for ref in refs if _is_uuid(ref)]
    statement = select(Entity).where(
        or_(
            col(Entity.id).in_([UUID(ref) for ref in ids]),
            col(Entity.handle).in_(refs),
            col(Entity.abbreviation).in_(refs),
        )
    )
    found: dict[str, Entity] = {}
    for entity in (await session.execute(statement)).scalars():
        found |= dict.fromkeys((str(entity.id), entity.handle, entity.abbreviation), entity)
    return found


def list_entities(search: str | None = None, category: str | None = None) -> Select[Any]:
    statement: Select[Any] = select(Entity)
    if search:
        pattern = containing(search)
        names = func.jsonb_each_text(Entity.name).table_valued("key", "value")
        named = exists().select_from(names).where(cast(names.c.value, Text).ilike(pattern))
        places = (col(Entity.abbreviation), col(Entity.handle))
        statement = statement.where(or_(*(place.ilike(pattern) for place in places), named))
    if category:
        statement = statement.where(col(Entity.category) == category)
    return statement


def list_people(entity_id: UUID, search: str | None = None) -> Select[Any]:
    statement: Select[Any] = select(Person).where(col(Person.entity_id) == entity_id)
    if search:
        pattern = containing(search)
        places = (col(Person.name), col(Person.email))
        statement = statement.where(or_(*(place.ilike(pattern) for place in places)))
    return statement


def containing(words: str) -> str:
    """A pattern for `ILIKE`, in which the caller's own `%` and `_` mean themselves."""
    return "%" + words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


async def find_person(
    session: AsyncSession, entity_id: UUID, person_id: UUID, *, lock: bool = False
) -> Person | None:
    statement = select(Person).where(
        col(Person.id) == person_id, col(Person.entity_id) == entity_id
    )
    if lock:
        statement = statement.with_for_update()
    return (await session.execute(statement)).scalar_one_or_none()


async def find_person_by_email(session: AsyncSession, entity_id: UUID, email: str) -> Person | None:
    statement = select(Person).where(
        col(Person.entity_id) == entity_id, col(Person.email) == normalised_email(email)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def people_by_address(
    session: AsyncSession, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Person]:
    """Those of several directories who have these normalised addresses, in one statement."""
    entities = [entity_id for entity_id, _ in wanted]
    addresses = [address for _, address in wanted]
    pairs = func.unnest(cast(entities, ARRAY(Uuid)), cast(addresses, ARRAY(Text)))
    sought = pairs.table_valued("entity_id", "email", name="sought").render_derived()
    entity_id, email = (col(sought.c.entity_id), col(sought.c.email))
    here = (col(Person.entity_id) == entity_id) & (col(Person.email) == email)
    statement = select(Person).join(sought, here)
    found = (await session.execute(statement)).scalars()
    return {(person.entity_id, person.email): person for person in found}


async def directories(
    session: AsyncSession, entities: Collection[UUID], limit: int
) -> dict[UUID, list[Row[tuple[UUID, UUID, str, str]]]]:
    """(id, entity, name, address) of everybody in these directories, the newest of each first."""
    columns: list[Any] = [Person.id, Person.entity_id, Person.name, Person.email]
    found: dict[UUID, list[Any]] = {}
    for entity_id in entities:
        statement = (
            sa_select(*columns)
            .where(col(Person.entity_id) == entity_id)
            .order_by(col(Person.id).desc())
            .limit(limit)
        )
        found[entity_id] = list((await session.execute(statement)).all())
    return found


async def insert_person(session: AsyncSession, person: Person) -> Person | None:
    """The person as a row of the session; None where the directory has the address by now.

    Waits for whoever is adding the same address, and leaves the transaction usable.
    """
    statement = insert(Person).values(person.model_dump())
    statement = statement.on_conflict_do_nothing(index_elements=["entity_id", "email"])
    return (await session.scalars(statement.returning(Person))).one_or_none()


def list_focal_points(entity_id: UUID) -> Select[Any]:
    """Focal points, present and past, each with the person."""
    columns: list[Any] = [FocalPoint, Person]
    return (
        sa_select(*columns)
        .join(Person, col(Person.id) == col(FocalPoint.person_id))
        .where(col(FocalPoint.entity_id) == entity_id)
    )


async def find_focal_point(
    session: AsyncSession, entity_id: UUID, focal_point_id: UUID
) -> tuple[FocalPoint, Person] | None:
    statement = list_focal_points(entity_id).where(col(FocalPoint.id) == focal_point_id)
    row = (await session.execute(statement.with_for_update(of=FocalPoint))).one_or_none()
    return (row[0], row[1]) if row else None


async def focal_people(
    session: AsyncSession, entity_id: UUID, committees: Sequence[UUID], *, lock: bool = False
) -> Sequence[Person]:
    """The people who act for an entity now in any of these committees, principals first.

    Locked, they act until the transaction ends: whoever ends one of them, or disables the account,
    waits, and then finds what was made for them meanwhile.
    """
    found = await focal_people_of(session, [entity_id], committees, lock=lock)
    return found.get(entity_id, [])


async def focal_people_of(
    session: AsyncSession,
    entities: Collection[UUID],
    committees: Sequence[UUID],
    *,
    lock: bool = False,
) -> dict[UUID, list[Person]]:
    """The same for many entities at once."""
    columns: list[Any] = [FocalPoint.entity_id, Person]
    statement: Select[Any] = (
        sa_select(*columns)
        .join(FocalPoint, col(FocalPoint.person_id) == col(Person.id))
        .join(Grant, col(Grant.id) == col(FocalPoint.grant_id))
        .join(Account, col(Account.id) == col(Grant.account_id))
        .where(
            col(Account.disabled_at).is_(None),
            col(FocalPoint.entity_id).in_(entities),
            col(FocalPoint.ended_at).is_(None),
            or_(
                col(FocalPoint.committee_id).is_(None),
                col(FocalPoint.committee_id).in_(committees),
            ),
        )
        .order_by(col(FocalPoint.kind).desc(), col(Person.id))
    )
    if lock:
        statement = statement.with_for_update(read=True, of=[FocalPoint, Account])
    found: dict[UUID, list[Person]] = {}
    for entity_id, person in await session.execute(statement):
        people = found.setdefault(entity_id, [])
        if all(known.id != person.id for known in people):
            people.append(person)
    return found


async def people_of_account(session: AsyncSession, account_id: UUID) -> Sequence[UUID]:
    """Whoever of any directory calls with the account."""
    statement = select(Person.id).where(col(Person.account_id) == account_id)
    return (await session.execute(statement)).scalars().all()


async def has_focal_points(session: AsyncSession, person_id: UUID) -> bool:
    statement = select(exists().where(col(FocalPoint.person_id) == person_id))
    return bool((await session.execute(statement)).scalar_one())


async def was_registered(session: AsyncSession, person_id: UUID) -> bool:
    statement = select(exists().where(_registrations.c.person_id == person_id))
    return bool((await session.execute(statement)).scalar_one())


def _is_uuid(ref: str) -> bool:
    try:
        UUID(ref)
    except ValueError:
        return False
    return True


async def belongs_to_any(
    session: AsyncSession, entity_id: UUID, committees: Sequence[UUID]
) -> bool:
    """Whether the entity is, was or will be in a committee, or was invited to its meetings.

    Membership and invitations lie to the right of this domain: their columns are named here, so
    that no import goes rightwards.
    """
    memberships = table("memberships", column("entity_id"), column("committee_id"))
    invitations = table("invitations", column("entity_id"), column("meeting_id"))
    meetings = table("meetings", column("id"), column("committee_id"))
    in_committee = exists().where(
        memberships.c.entity_id == entity_id, memberships.c.committee_id.in_(committees)
    )
    invited = exists().where(
        invitations.c.entity_id == entity_id,
        invitations.c.meeting_id == meetings.c.id,
        meetings.c.committee_id.in_(committees),
    )
    return bool((await session.execute(select(or_(in_committee, invited)))).scalar_one())


async def find_committee_line(session: AsyncSession, ref: str | UUID) -> tuple[UUID, ...]:
    """A committee by id or handle, then its parent; empty if there is none. Named by its columns
    for the same reason.
    """
    committees = table(
        "committees", column("id", Uuid), column("handle"), column("parent_id", Uuid)
    )
    statement = select(committees.c.id, committees.c.parent_id).where(by_ref(committees.c, ref))
    row = (await session.execute(statement)).one_or_none()
    return tuple(each for each in row if each is not None) if row else ()
