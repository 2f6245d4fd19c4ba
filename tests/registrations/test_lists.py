"""Lists of registrations keep their meeting locked from the first row to the last."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import Database, sqlstate
from app.identity.lifecycle import Role, Scope
from app.identity.policy import Caller, Right
from app.meetings.access import view_of
from app.meetings.queries import find_visible
from app.registrations import bulk
from app.registrations.schemas import RegistrationCreate
from tests.world import World, named, post

ADMINISTRATOR = Caller(
    key="test",
    account_id=None,
    name="Administrator",
    scopes=frozenset(Scope),
    rights=(Right(Role.ADMINISTRATOR),),
)


async def test_a_refused_row_does_not_let_others_in_before_the_next(world: World) -> None:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    await world.invitation(meeting, entity)
    body = named(1, entity=entity["handle"])
    await post(world.administrator, f"/v1/meetings/{meeting['id']}/registrations", body)
    database = world.app.state.database
    async with database.transaction() as session:
        found = await find_visible(session, ADMINISTRATOR, meeting["id"])
        assert found is not None
        wanted = [RegistrationCreate.model_validate(body)]
        view = view_of(ADMINISTRATOR, *found)
        result = await bulk.register_many(session, view, wanted, dry_run=False)
        assert result.refused == 1
        with pytest.raises(DBAPIError) as held:
            await lock_at_once(database, meeting["id"])
        assert sqlstate(held.value) == "55P03"


async def lock_at_once(database: Database, meeting_id: str) -> None:
    async with database.transaction() as session:
        lock = text("SELECT FROM meetings WHERE id = :id FOR NO KEY UPDATE NOWAIT")
        await session.execute(lock, {"id": meeting_id})
