"""The statements with which several are registered in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.committees.tables import Committee
from app.core.many import as_json
from app.entities.tables import Entity, Person
from app.invitations.tables import Invitation
from app.meetings.tables import Meeting
from app.registrations.lifecycle import RegistrationStatus
from app.registrations.tables import Registration

_IDS: Any = bindparam("ids", type_=ARRAY(Uuid))
_PEOPLE = (
    select(Person)
    .where(col(Person.id) == func.any(_IDS))
    .order_by(col(Person.id))
    .with_for_update(read=True, key_share=True, of=Person)
)
DELEGATIONS = (
    select(Meeting, Committee, Invitation, Entity)
    .join(Committee, col(Committee.id) == col(Meeting.committee_id))
    .join(Invitation, col(Invitation.meeting_id) == col(Meeting.id))
    .join(Entity, col(Entity.id) == col(Invitation.entity_id))
    .where(col(Invitation.entity_id) == func.any(_IDS))
)
_LOCKED = DELEGATIONS.with_for_update(key_share=True, of=[Meeting, Invitation])
_LOCKED_OF_ID = _LOCKED.where(col(Meeting.id) == bindparam("ref"))
_LOCKED_OF_HANDLE = _LOCKED.where(col(Meeting.handle) == bindparam("ref"))
_WRITE = text(
    """
    WITH registered AS (
        INSERT INTO registrations (id, created_at, meeting_id, invitation_id, entity_id, person_id,
               role, status, takes_seat, queue_number, calendar_sequence, confirmed_at,
               participation, replied_sequence)
        SELECT r.id, r.created_at, :meeting_id, r.invitation_id, r.entity_id, r.person_id,
               r.role, r.status, r.takes_seat, nextval('registration_queue'), 0, r.confirmed_at,
               'needs_action', 0
          FROM (SELECT * FROM jsonb_to_recordset(CAST(:registrations AS jsonb))
                  AS r(place integer, id uuid, created_at timestamptz, invitation_id uuid,
                       entity_id uuid, person_id uuid, role text, status text, takes_seat boolean,
                       confirmed_at timestamptz)
                 ORDER BY place) AS r
    ), invited AS (
        UPDATE invitations AS i
           SET seats_taken = c.taken, status = c.status, answered_at = c.answered_at
          FROM jsonb_to_recordset(CAST(:invitations AS jsonb))
            AS c(id uuid, taken integer, status text, answered_at timestamptz)
         WHERE i.id = c.id
    ), met AS (
        UPDATE meetings SET seats_taken = :taken WHERE id = :meeting_id AND seats_taken <> :taken
    )
    INSERT INTO events (id, name, recorded_at, actor_kind, actor_id, request_id, subject_id,
                        committee_id, meeting_id, entity_id, data)
    SELECT e.id, e.name, e.recorded_at, e.actor_kind, e.actor_id, e.request_id, e.subject_id,
           e.committee_id, e.meeting_id, e.entity_id, e.data
      FROM (SELECT * FROM jsonb_to_recordset(CAST(:events AS jsonb))
              AS e(place integer, id uuid, name text, recorded_at timestamptz, actor_kind text,
                   actor_id uuid, request_id text, subject_id uuid, committee_id uuid,
                   meeting_id uuid, entity_id uuid, data jsonb)
             ORDER BY place) AS e
    """
)
_SAID = (
    *("id", "created_at", "invitation_id", "entity_id", "person_id", "role", "status"),
    *("takes_seat", "confirmed_at"),
)


async def hold_people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    """The people by id, held until the transaction ends; see `entities.queries.hold_person`."""
    found = (await session.execute(_PEOPLE, {"ids": sorted(ids)})).scalars()
    return {person.id: person for person in found}


@dataclass(frozen=True, slots=True)
class Delegations:
    """A meeting with invitations to it, locked."""

    meeting: Meeting
    committee: Committee
    of_entity: Mapping[UUID, tuple[Invitation, Entity]]


async def lock_delegations(
    session: AsyncSession, ref: str, entities: Collection[UUID]
) -> Delegations | None:
    """Meeting, by id or handle, and the invitations of these entities, locked in that order, as
    `queries.lock_seats` locks one; None where there is none.
    """
    try:
        values: dict[str, Any] = {"ref": UUID(ref)}
        statement = _LOCKED_OF_ID
    except ValueError:
        values, statement = {"ref": ref}, _LOCKED_OF_HANDLE
    return delegations_in(
        (await session.execute(statement, {"ids": sorted(entities), **values})).all()
    )


def delegations_in(rows: Sequence[Any]) -> Delegations | None:
    """Of what was found of a meeting."""
    for _, _, invitation, _ in rows:
        if invitation.pool_id is None:
            set_committed_value(invitation, "pool", None)
    if not rows:
        return None
    of_entity = {entity.id: (invitation, entity) for _, _, invitation, entity in rows}
    return Delegations(rows[0][0], rows[0][1], of_entity)


async def write(
    session: AsyncSession,
    found: Delegations,
    made: Sequence[Registration],
    facts: Sequence[Mapping[str, Any]],
) -> None:
    """Registrations in the order of arrival, the counters that the rows show, and the log."""
    touched = {each.entity_id: found.of_entity[each.entity_id][0] for each in made}
    values = {
        "meeting_id": found.meeting.id,
        "taken": found.meeting.seats_taken,
        "registrations": as_json(
            [
                {"place": place, **{name: getattr(each, name) for name in _SAID}}
                for place, each in enumerate(made)
            ]
        ),
        "invitations": as_json(
            [
                {
                    "id": each.id,
                    "taken": each.seats_taken,
                    "status": each.status,
                    "answered_at": each.answered_at,
                }
                for each in touched.values()
            ]
        ),
        "events": as_json([{"place": place, **fact} for place, fact in enumerate(facts)]),
    }
    await session.execute(_WRITE, values)


async def count_waiting(session: AsyncSession, meeting_id: UUID) -> dict[UUID, int]:
    """How many wait, by invitation."""
    statement = (
        select(col(Registration.invitation_id), func.count())
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status) == RegistrationStatus.WAITING,
        )
        .group_by(col(Registration.invitation_id))
    )
    rows = (await session.execute(statement)).all()
    return {row[0]: row[1] for row in rows}
