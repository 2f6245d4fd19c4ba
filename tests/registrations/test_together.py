"""Those who come at the same time are registered together, and answered as if one by one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app.check import wrongs
from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose, Role, Scope
from app.identity.tokens import link_token
from tests.statements import counted
from tests.world import World, named, post

QUOTA = 3


class Door:
    """A meeting to which people of two directories come."""

    def __init__(self, world: World, path: str, entities: list[dict[str, Any]]) -> None:
        self.world, self.path, self.entities = world, path, entities
        self.people: list[tuple[str, str]] = []
        """(entity, id) in the order in which they come."""

    @classmethod
    async def of(cls, world: World, people: int, **members: Any) -> "Door":
        entities = [await world.entity() for _ in "ab"]
        meeting = await world.scheduled(await world.meeting(await world.committee(), **members))
        for entity in entities:
            await world.invitation(meeting, entity, seat_quota=QUOTA)
        door = cls(world, f"/v1/meetings/{meeting['id']}/registrations", entities)
        for number in range(people):
            entity = entities[number % 2]
            person = await world.person(entity)
            door.people.append((entity["handle"], person["id"]))
        return door

    async def come(self, number: int, **headers: str) -> httpx.Response:
        entity, person = self.people[number]
        body = {"entity": entity, "person_id": person}
        return await self.world.administrator.post(self.path, json=body, headers=headers)

    async def all_at_once(self, **headers: str) -> list[httpx.Response]:
        return await asyncio.gather(*(self.come(n, **headers) for n in range(len(self.people))))

    async def rows(self) -> list[Any]:
        async with self.world.app.state.database.transaction() as session:
            assert await wrongs(session) == []
            found = await session.execute(
                text(
                    "SELECT r.id, r.status, r.person_id FROM registrations r"
                    " JOIN meetings m ON m.id = r.meeting_id WHERE m.id = :meeting"
                    " ORDER BY r.queue_number"
                ),
                {"meeting": UUID(self.path.split("/")[3])},
            )
            return list(found.all())


async def test_many_share_locks_and_commits_and_each_has_an_answer_of_its_own(
    world: World,
) -> None:
    door = await Door.of(world, 20)
    with counted(world.app) as statements:
        answers = await door.all_at_once()
    locks = [each for each in statements if "FOR NO KEY UPDATE" in each]
    assert len(locks) < 10  # one by one they were 20
    assert [answer.status_code for answer in answers] == [201] * 20
    rows = await door.rows()
    by_id = {answer.json()["id"]: answer.json() for answer in answers}
    said = [by_id[str(row.id)] for row in rows]
    assert [each["status"] for each in said] == [row.status for row in rows]
    assert Counter(row.status for row in rows) == {"confirmed": 2 * QUOTA, "waiting": 14}
    waiting = [each for each in said if each["status"] == "waiting"]
    assert [each["waiting_in_meeting"] for each in waiting] == list(range(1, 15))
    for entity in door.entities:
        own = [w["waiting_position"] for w in waiting if w["entity"]["id"] == entity["id"]]
        assert own == list(range(1, 8))
    log = await world.administrator.get(f"{door.path.removesuffix('/registrations')}/events")
    names = Counter(each["name"] for each in log.json()["items"])
    assert names["registration.confirmed"] == 6
    assert names["registration.waiting"] == 14
    assert names["invitation.answered"] == 2


async def test_the_answer_is_the_one_of_a_transaction_of_its_own(world: World) -> None:
    door = await Door.of(world, 2)
    together = await door.come(0)
    alone = await post(world.administrator, door.path, named(1, entity=door.people[1][0]))
    again = await world.administrator.get(f"{door.path}/{alone['id']}")
    assert list(together.json()) == list(alone)
    assert together.json()["allowed"] == alone["allowed"]
    read = await world.administrator.get(together.headers["location"])
    assert together.json() == read.json()
    assert together.headers["etag"] == read.headers["etag"]
    assert set(together.headers) - {"etag", "location"} <= set(again.headers)


async def link_session(world: World, invitation: dict[str, Any], person: dict[str, Any]) -> str:
    """The token of somebody who has followed the link in an invitation's mail."""
    ends = clock.now() + timedelta(days=1)
    async with world.app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            UUID(invitation["id"]),
            UUID(person["id"]),
            ends,
        )
    token = link_token(world.app.state.secret, link.id)
    exchanged = await post(await world.client(None), "/v1/links/exchange", {"token": token})
    return str(exchanged["token"])


async def test_whoever_asks_is_answered_as_by_a_transaction_of_its_own(
    world: World, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(datetime(2021, 9, 20, 12, tzinfo=UTC))
    committee = await world.committee(languages=["en"])
    meeting = await world.scheduled(await world.meeting(committee))
    own, other = [await world.entity() for _ in "ab"]
    invitation = await world.invitation(meeting, own, seat_quota=100)
    organizer = {"committee_id": committee["id"]}
    callers = [
        world.administrator,
        await world.organizer(committee),
        await world.organizer(await world.committee()),
        await world.observer(committee),
        await world.caller(Role.ORGANIZER, scopes=(Scope.READ,), **organizer),
        await world.caller(Role.MAIL_GATEWAY),
        await world.focal_point_of(own),
        await world.focal_point_of(other),
        await world.caller(),
        await world.client(await link_session(world, invitation, await world.person(own))),
        await world.client("of-nobody"),
    ]
    path = f"/v1/meetings/{meeting['id']}/registrations"

    async def ask(caller: httpx.AsyncClient, query: str, body: dict[str, Any]) -> tuple[Any, bool]:
        person = (await world.person(own))["id"]
        with counted(world.app) as statements:
            answer = await caller.post(path + query, json={"person_id": person} | body)
        problem = answer.json()
        told = (answer.status_code, problem.get("type"), problem.get("status"))
        return (*told, problem.get("allowed")), not any(
            " t.token_hash = $" in s for s in statements
        )

    stranger = (await world.person(other))["id"]
    bodies: list[dict[str, Any]] = [
        {"entity": own["handle"]},
        {"entity": own["id"]},
        {"entity": other["handle"]},
        {"entity": "nowhere"},
        {"person_id": stranger, "entity": own["handle"]},
        {},
    ]
    came = Counter[bool]()
    for caller in callers:
        for body in bodies:
            quick, by_the_quick_way = await ask(caller, "", body)
            slow, _ = await ask(caller, "?refuse_alike=false", body)
            assert quick == slow, (callers.index(caller), body)
            came[by_the_quick_way and quick[0] == 201] += 1
    assert came[True] == 10  # two for anybody, by two names; two for their own, by three


async def test_one_who_cannot_come_keeps_out_nobody_else(world: World) -> None:
    door = await Door.of(world, 6)
    first = await door.come(0)
    door.people += [door.people[1], (door.people[0][0], door.people[1][1])]  # twice; elsewhere
    answers = await door.all_at_once()
    assert [answer.status_code for answer in answers[2:6]] == [201] * 4
    assert answers[0].json()["type"].endswith("already-registered")
    assert sorted([answers[1].status_code, answers[6].status_code]) == [201, 409]
    assert answers[7].json()["type"].endswith("not-of-this-entity")
    assert first.status_code == 201
    assert len(await door.rows()) == 6


async def test_what_fails_for_one_fails_for_nobody_else(world: World) -> None:
    door = await Door.of(world, 4)
    async with world.app.state.database.transaction() as session:  # no answer can show this name
        nameless = {"name": "\u200b", "person": UUID(door.people[2][1])}
        await session.execute(text("UPDATE people SET name = :name WHERE id = :person"), nameless)
    answers = await door.all_at_once()
    assert [answer.status_code for answer in answers] == [201, 201, 500, 201]
    assert len(await door.rows()) == 3


async def test_a_key_gives_one_effect_and_one_answer(world: World) -> None:
    door = await Door.of(world, 4)
    keyed = [(n, {"Idempotency-Key": f'"k{n}"'}) for n in (0, 1, 2, 3) for _ in "abc"]
    answers = await asyncio.gather(*(door.come(n, **key) for n, key in keyed))
    under_way = Counter(answer.status_code for answer in answers)
    assert set(under_way) <= {201, 409}
    assert under_way[201] >= 4
    again = [await door.come(n, **key) for n, key in keyed[::3]]
    assert [each.headers["idempotency-replayed"] for each in again] == ["true"] * 4
    ids = {n: each.json()["id"] for (n, _), each in zip(keyed[::3], again, strict=True)}
    for (n, _), answer in zip(keyed, answers, strict=True):
        if answer.status_code == 201:
            assert answer.json()["id"] == ids[n]
    assert len(await door.rows()) == 4
    async with world.app.state.database.transaction() as session:
        kept = (await session.execute(text("SELECT mentions FROM idempotency_keys"))).scalars()
        mentioned = [set(each) for each in kept]
    people = {UUID(person) for _, person in door.people}
    assert sorted(len(each & people) for each in mentioned) == [1] * 4  # nobody else's


async def test_where_the_commit_fails_nobody_is_registered_and_nobody_told_so(
    world: World,
) -> None:
    door = await Door.of(world, 5)
    async with failing(world, "INSERT INTO registrations"):
        answers = await door.all_at_once()
    assert [answer.status_code for answer in answers] == [503] * 5
    assert await door.rows() == []
    assert {answer.status_code for answer in await door.all_at_once()} == {201}


@asynccontextmanager
async def failing(world: World, statement: str) -> AsyncIterator[None]:
    """The server goes away with such a statement."""
    engine = world.app.state.database.engine.sync_engine

    def fail(_connection: Any, _cursor: Any, sent: str, *_rest: Any) -> None:
        if statement in sent:
            raise OperationalError(sent, None, ConnectionResetError())

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)
