"""Adding many people to directories at once."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.ids import new_id
from app.core.many import insert_many
from app.entities import queries
from app.entities.events import PersonAdded
from app.entities.tables import Person
from app.events.log import record_many


async def add_people(
    session: AsyncSession, wanted: dict[tuple[UUID, str], dict[str, Any]]
) -> dict[tuple[UUID, str], tuple[UUID, bool]]:
    """New people by entity and normalised address: their ids, and whether they were added here.

    Whoever adds the same at once is waited for, and what they added is found. All write in the
    order of the keys, so that nobody waits in a circle.
    """
    blank = Person(entity_id=new_id(), name="", email="").model_dump(exclude={"search_text"})
    now = clock.now()
    rows = [
        blank
        | members
        | {"id": new_id(), "created_at": now, "entity_id": entity_id, "email": address}
        for (entity_id, address), members in sorted(wanted.items())
    ]
    written = await insert_many(session, Person, rows, pass_over=True)
    facts = [
        PersonAdded(subject_id=row["id"], entity_id=row["entity_id"])
        for row in rows
        if row["id"] in written
    ]
    await record_many(session, facts)
    ids = {(row["entity_id"], row["email"]): (row["id"], True) for row in rows}
    others = [key for key, (person_id, _) in ids.items() if person_id not in written]
    if others:
        found = await queries.people_by_address(session, others)
        ids |= {key: (person.id, False) for key, person in found.items()}
    return ids
