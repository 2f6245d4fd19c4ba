"""Every select about entities, their people and their focal points."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    exists,
    func,
    not_,
    or_,
    table,
)
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.core.fields import normalised_email
from app.core.searching import contains
from app.entities.lifecycle import Level
from app.entities.tables import Entity, FocalPoint, Person, PersonAddress
from app.identity.tables import Account, Grant

MOST_WORDS = 10
"""Of a search that count."""
OVER_MEETINGS = ("adjourned", "closed", "cancelled")
LIVE_REGISTRATIONS = ("pending", "confirmed", "waiting", "offered")

_registrations = table(
    "registrations", column("person_id", Uuid), column("meeting_id", Uuid), column("status")
)
_meetings = table(
    "meetings", column("id", Uuid), column("handle"), column("committee_id", Uuid), column("status")
)
_committees = table("committees", column("id", Uuid), column("handle"), column("parent_id", Uuid))
_memberships = table(
    "memberships",
    column("entity_id", Uuid),
    column("committee_id", Uuid),
    column("until", Date),
)
_invitations = table(
    "invitations", column("entity_id", Uuid), column("meeting_id", Uuid), column("status")
)
"""They lie to the right: their columns are named here, nothing is imported."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """What a list of people is narrowed to."""

    today: date
    """Where the entity is: who left by then has left."""
    left: bool = False
    words: Sequence[str] = ()
    """As `folded_words` gives them."""
    level: Level | None = None
    speaks: str | None = None
    merged_into: UUID | None = None
    meeting: str | None = None
    """By id or handle: who is registered there."""
    committees: Collection[UUID] | None = None
    """Only at meetings of these and their working groups; None for all."""


def list_people(entity_id: UUID, narrowed: PeopleFilter) -> Select[Any]:
    """Those who were not merged into others, or were into this one; nobody who was anonymized."""
    left = and_(col(Person.left_on).is_not(None), col(Person.left_on) <= narrowed.today)
    statement: Select[Any] = select(Person).where(
        col(Person.entity_id) == entity_id,
        col(Person.merged_into).is_not_distinct_from(narrowed.merged_into),
        col(Person.anonymized_at).is_(None),
        left if narrowed.left else not_(left),
    )
    for word in narrowed.words:
        statement = statement.where(contains(col(Person.search_text), word))
    if narrowed.level is not None:
        statement = statement.where(col(Person.level) == narrowed.level)
    if narrowed.speaks is not None:
        statement = statement.where(col(Person.languages).contains([narrowed.speaks]))
    if narrowed.meeting is not None:
        registered = _registered_at(narrowed.meeting, narrowed.committees)
        statement = statement.where(col(Person.id).in_(registered))
    return statement


async def folded_words(session: AsyncSession, search: str | None) -> list[str]:
    """The words of a search as the database folds what they are compared with.

    Asked for first, so that the list's own statement is planned for these words.
    """
    words = (search or "").split()[:MOST_WORDS]
    if not words:
        return []
    folded = await session.execute(sa_select(*(func.folded(word) for word in words)))
    return [word for word in folded.one() if word]


def _registered_at(meeting: str, committees: Collection[UUID] | None) -> Select[Any]:
    """Ids of those who have a seat at a meeting, or wait for one."""
    statement = (
        sa_select(_registrations.c.person_id)
        .join(_meetings, _meetings.c.id == _registrations.c.meeting_id)
        .join(_committees, _committees.c.id == _meetings.c.committee_id)
        .where(by_ref(_meetings.c, meeting), _registrations.c.status.in_(LIVE_REGISTRATIONS))
    )
    if committees is not None:
        here = (_committees.c.id.in_(committees), _committees.c.parent_id.in_(committees))
        statement = statement.where(or_(*here))
    return statement


def containing(words: str) -> str:
    """A pattern for `ILIKE`, in which the caller's own `%` and `_` mean themselves."""
    return "%" + words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"


_PERSON = select(Person).where(
    col(Person.id) == bindparam("person"), col(Person.entity_id) == bindparam("entity")
)
"""Made once: putting a statement together costs more than executing it."""


async def find_person(
    session: AsyncSession, entity_id: UUID, person_id: UUID, *, lock: bool = False
) -> Person | None:
    statement = select(Person).where(
        col(Person.id) == person_id, col(Person.entity_id) == entity_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def hold_person(session: AsyncSession, entity_id: UUID, person_id: UUID) -> Person | None:
    """The person whom the id means now: whoever it was merged into.

    Held until the transaction ends, so that nobody is merged, moved or leaves while they are being
    named; many may name the same person at once.
    """
    wanted: UUID | None = person_id
    found: Person | None = None
    while wanted is not None:
        statement = _held().where(col(Person.id) == wanted, col(Person.entity_id) == entity_id)
        found = (await session.execute(statement)).scalar_one_or_none()
        wanted = found.merged_into if found else None
    return found


async def hold_person_by_email(session: AsyncSession, entity_id: UUID, email: str) -> Person | None:
    """Who is known by the address, as the main one or as another; held, see `hold_person`."""
    statement = (
        _held()
        .join(PersonAddress, col(PersonAddress.person_id) == col(Person.id))
        .where(
            col(PersonAddress.entity_id) == entity_id,
            col(PersonAddress.address) == normalised_email(email),
        )
    )
    found: Person | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def _held() -> Select[Any]:
    statement: Select[Any] = select(Person)
    held = statement.with_for_update(read=True, key_share=True, of=Person)
    return held.execution_options(populate_existing=True)


async def people_by_address(
    session: AsyncSession, wanted: Collection[tuple[UUID, str]], *, hold: bool = False
) -> dict[tuple[UUID, str], Person]:
    """Who of several directories is known by these normalised addresses, in one statement.

    Held, see `hold_person`; in the order of their ids.
    """
    entities = [entity_id for entity_id, _ in wanted]
    addresses = [address for _, address in wanted]
    pairs = func.unnest(cast(entities, ARRAY(Uuid)), cast(addresses, ARRAY(Text)))
    sought = pairs.table_valued("entity_id", "address", name="sought").render_derived()
    columns: list[Any] = [sought.c.entity_id, sought.c.address, Person]
    known = (col(PersonAddress.entity_id) == sought.c.entity_id) & (
        col(PersonAddress.address) == sought.c.address
    )
    statement = (
        sa_select(*columns)
        .join_from(sought, PersonAddress, known)
        .join(Person, col(Person.id) == col(PersonAddress.person_id))
        .order_by(col(Person.id))
    )
    if hold:
        held = statement.with_for_update(read=True, key_share=True, of=Person)
        statement = held.execution_options(populate_existing=True)
    found = (await session.execute(statement)).all()
    return {(entity_id, address): person for entity_id, address, person in found}


async def directories(
    session: AsyncSession, entities: Collection[UUID], limit: int
) -> dict[UUID, list[Row[tuple[UUID, UUID, str, str, list[str]]]]]:
    """(id, entity, name, email, addresses) of whom each directory has, the newest first; nobody
    who was merged or anonymized.
    """
    columns: list[Any] = [
        Person.id, Person.entity_id, Person.name, Person.email, Person.addresses,
    ]  # fmt: skip
    found: dict[UUID, list[Any]] = {}
    for entity_id in entities:
        statement = (
            sa_select(*columns)
            .where(
                col(Person.entity_id) == entity_id,
                col(Person.merged_into).is_(None),
                col(Person.anonymized_at).is_(None),
            )
            .order_by(col(Person.id).desc())
            .limit(limit)
        )
        found[entity_id] = list((await session.execute(statement)).all())
    return found


async def insert_person(session: AsyncSession, person: Person) -> Person | None:
    """The person as a row of the session; None where the directory has the address by now.

    Waits for whoever is adding the same address, and leaves the transaction usable.
    """
    statement = insert(Person).values(person.model_dump(exclude={"search_text"}))
    statement = statement.on_conflict_do_nothing(
        index_elements=["entity_id", "email"], index_where=col(Person.merged_into).is_(None)
    )
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
    session: AsyncSession, entity_id: UUID, committees: Sequence[UUID], today: date
) -> bool:
    """Whether the entity is or will be in a committee, or is invited to a meeting of it to come."""
    in_committee = exists().where(
        _memberships.c.entity_id == entity_id,
        _memberships.c.committee_id.in_(committees),
        or_(_memberships.c.until.is_(None), _memberships.c.until > today),
    )
    invited = exists().where(
        _invitations.c.entity_id == entity_id,
        _invitations.c.status != "withdrawn",
        _invitations.c.meeting_id == _meetings.c.id,
        _meetings.c.status.not_in(OVER_MEETINGS),
        _meetings.c.committee_id.in_(committees),
    )
    return bool((await session.execute(select(or_(in_committee, invited)))).scalar_one())


async def find_committee_line(session: AsyncSession, ref: str | UUID) -> tuple[UUID, ...]:
    """A committee by id or handle, then its parent; empty if there is none."""
    columns = (_committees.c.id, _committees.c.parent_id)
    statement = select(*columns).where(by_ref(_committees.c, ref))
    row = (await session.execute(statement)).one_or_none()
    return tuple(each for each in row if each is not None) if row else ()
