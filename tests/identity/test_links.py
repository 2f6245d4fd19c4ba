"""Links from mails: exchanged once for a short session, renewed without telling anything."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.limits import Limiter
from app.identity import queries, service
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.identity.tokens import link_token
from tests.world import World

EXCHANGE, RENEW = "/v1/links/exchange", "/v1/links/renew"
MANY = 64


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


class Mailed:
    """A link as a focal point got it, and what it is for."""

    def __init__(self, app: FastAPI, link: Link, entity_id: str) -> None:
        self.link, self.entity_id = link, entity_id
        self.token = link_token(app.state.secret, link.id)
        self.use = {
            "purpose": link.purpose.value,
            "meeting_id": None,
            "invitation_id": str(link.resource_id),
            "entity_id": entity_id,
            "person_id": str(link.person_id),
            "panellist_id": None,
        }


async def mailed(
    world: World,
    *,
    purpose: LinkPurpose = LinkPurpose.ANSWER_INVITATION,
    days: float = 30,
) -> Mailed:
    entity = await world.entity()
    person = await world.person(entity)
    async with world.app.state.database.transaction() as session:
        expires = clock.now() + timedelta(days=days)
        link = service.create_link(session, purpose, uuid4(), UUID(person["id"]), expires)
    return Mailed(world.app, link, entity["id"])


async def contents(session: AsyncSession) -> list[Any]:
    """Everything that an exchange could change."""
    await session.rollback()
    found: list[Any] = []
    for table in ("links", "tokens", "events"):
        rows = await session.execute(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY id"))
        found += rows.scalars()
    return found


@pytest.fixture
async def guarded(app: FastAPI) -> AsyncIterator[FastAPI]:
    """The application with a limit of guesses."""
    unlimited = app.state.limiter
    app.state.limiter = Limiter("off", "10/hour", ["10.0.0.1"])
    yield app
    app.state.limiter = unlimited


async def test_a_link_is_exchanged_for_a_session_that_is_for_nothing_else(
    world: World, anonymous: httpx.AsyncClient, session: AsyncSession
) -> None:
    mail = await mailed(world)
    answer = await anonymous.post(EXCHANGE, json={"token": mail.token})
    assert answer.status_code == 200, answer.text
    opened = answer.json()
    assert opened == mail.use | {"token": opened["token"], "expires_at": opened["expires_at"]}
    ahead = datetime.fromisoformat(opened["expires_at"]) - clock.now()
    assert timedelta(hours=1, minutes=59) < ahead <= timedelta(hours=2)
    holder = await world.client(opened["token"])
    me = (await holder.get("/v1/me")).json()
    assert me == {
        "kind": "link",
        "name": "holder of a link",
        "account_id": None,
        "email": None,
        "token_id": me["token_id"],
        "scopes": ["read", "write"],
        "roles": [],
        "link": mail.use,
    }
    for method, path in (
        ("GET", "/v1/tokens"),
        ("GET", f"/v1/tokens/{me['token_id']}"),
        ("GET", "/v1/accounts"),
        ("GET", "/v1/committees"),
        ("GET", "/v1/entities"),
    ):
        assert (await holder.request(method, path)).status_code == 404
    expires = (clock.now() + timedelta(days=1)).isoformat()
    body = {"name": "more", "scopes": ["read"], "expires_at": expires}
    assert (await holder.post("/v1/tokens", json=body)).status_code == 404
    administered = await world.administrator.get(f"/v1/tokens/{me['token_id']}")
    assert administered.status_code == 404, "sessions of links are nobody's tokens"
    statement = text("SELECT actor_kind, data FROM events WHERE name = 'link.exchanged'")
    assert (await session.execute(statement)).all() == [
        ("anonymous", {"purpose": "answer_invitation"})
    ]


async def test_the_session_names_the_meeting_of_the_invitation(
    world: World, anonymous: httpx.AsyncClient
) -> None:
    mail, committee = await mailed(world), await world.committee()
    ids = {"i": mail.link.resource_id, "e": UUID(mail.entity_id), "m": uuid4()}
    async with world.app.state.database.transaction() as session:
        await session.execute(
            text("""
                INSERT INTO meetings (id, created_at, committee_id, handle, number, title,
                    description, status, format, timezone, local_start, local_end, starts_at,
                    ends_at, languages, seat_quota, seats_taken, last_letter, contacts, public,
                    calendar_sequence)
                VALUES (:m, now(), :c, 'sixth', 6, '{}', '{}', 'scheduled', 'virtual', 'UTC',
                    '2021-10-08 10:00', '2021-10-08 13:00', '2021-10-08 10:00Z',
                    '2021-10-08 13:00Z', '{en}', 5, 0, 0, '[]', false, 0)
            """),
            {"m": ids["m"], "c": UUID(committee["id"])},
        )
        await session.execute(
            text("""
                INSERT INTO invitations (id, created_at, meeting_id, entity_id, status, seat_quota,
                    seats_taken) VALUES (:i, now(), :m, :e, 'sent', 5, 0)
            """),
            ids,
        )
    opened = (await anonymous.post(EXCHANGE, json={"token": mail.token})).json()
    assert opened["meeting_id"] == str(ids["m"])
    me = (await (await world.client(opened["token"])).get("/v1/me")).json()
    assert me["link"] == mail.use | {"meeting_id": str(ids["m"])}


async def test_a_refused_exchange_changes_nothing(
    world: World, anonymous: httpx.AsyncClient, session: AsyncSession
) -> None:
    used, expired, revoked = await mailed(world), await mailed(world, days=-1), await mailed(world)
    join = await mailed(world, purpose=LinkPurpose.JOIN_MEETING)
    async with world.app.state.database.transaction() as own:
        await service.revoke_links(own, revoked.link.resource_id)
    assert (await anonymous.post(EXCHANGE, json={"token": used.token})).status_code == 200
    before = await contents(session)
    forged = link_token(b"another secret", used.link.id)
    unknown = link_token(world.app.state.secret, uuid4())
    for token, expected in (
        (used.token, (410, "link-spent")),
        (expired.token, (410, "link-spent")),
        (revoked.token, (410, "link-spent")),
        (join.token, (404, "link-unknown")),
        (forged, (404, "link-unknown")),
        (unknown, (404, "link-unknown")),
        (used.token[:-1], (404, "link-unknown")),
        ("!", (404, "link-unknown")),
        ("ünïcode", (404, "link-unknown")),
    ):
        assert slug(await anonymous.post(EXCHANGE, json={"token": token})) == expected
    assert await contents(session) == before


async def test_of_64_exchanges_at_once_one_gets_the_session(
    world: World, anonymous: httpx.AsyncClient, session: AsyncSession
) -> None:
    mail = await mailed(world)
    answers = await asyncio.gather(
        *(anonymous.post(EXCHANGE, json={"token": mail.token}) for _ in range(MANY))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * (MANY - 1)
    statement = text("SELECT count(*) FROM tokens WHERE link_id IS NOT NULL")
    assert (await session.execute(statement)).scalar_one() == 1


async def test_without_the_lock_several_would_get_one(
    world: World, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: neither the row's lock nor the one session of a link."""
    mail = await mailed(world)
    four = asyncio.Barrier(4)

    async def read_only(session: AsyncSession, link_id: UUID) -> Link | None:
        link = await session.get(Link, link_id)
        await four.wait()
        return link

    monkeypatch.setattr(queries, "lock_link", read_only)
    async with world.app.state.database.transaction() as session:
        await session.execute(text("ALTER TABLE tokens DROP CONSTRAINT uq_tokens_link_id"))
    answers = await asyncio.gather(
        *(anonymous.post(EXCHANGE, json={"token": mail.token}) for _ in range(MANY))
    )
    assert sum(answer.status_code == 200 for answer in answers) > 1


async def test_the_session_dies_with_the_link_and_with_time(
    world: World, anonymous: httpx.AsyncClient, set_clock
) -> None:
    set_clock(datetime(2021, 9, 1, 12, 0, tzinfo=UTC))
    soon, revoked = await mailed(world, days=1 / 24), await mailed(world)
    opened = (await anonymous.post(EXCHANGE, json={"token": soon.token})).json()
    ahead = datetime.fromisoformat(opened["expires_at"]) - clock.now()
    assert ahead <= timedelta(hours=1), "no session outlives its link"
    other = (await anonymous.post(EXCHANGE, json={"token": revoked.token})).json()
    clients = [await world.client(each["token"]) for each in (opened, other)]
    assert [(await client.get("/v1/me")).status_code for client in clients] == [200, 200]
    async with world.app.state.database.transaction() as session:
        await service.revoke_links(session, revoked.link.resource_id)
    set_clock(datetime(2021, 9, 1, 13, 1, tzinfo=UTC))
    assert [(await client.get("/v1/me")).status_code for client in clients] == [401, 401]


async def test_looking_at_a_link_consumes_nothing(
    world: World, anonymous: httpx.AsyncClient, session: AsyncSession
) -> None:
    mail = await mailed(world)
    before = await contents(session)
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        answer = await anonymous.request(method, EXCHANGE)
        assert answer.status_code in {401, 404, 405}
    as_query = await anonymous.post(f"{EXCHANGE}?token={mail.token}", json={"token": mail.token})
    assert as_query.status_code == 422
    assert await contents(session) == before


async def test_a_repeated_exchange_under_one_key_gets_the_first_answer(
    world: World, anonymous: httpx.AsyncClient
) -> None:
    mail = await mailed(world)
    body, headers = {"token": mail.token}, {"Idempotency-Key": "page-1"}
    first = await anonymous.post(EXCHANGE, json=body, headers=headers)
    second = await anonymous.post(EXCHANGE, json=body, headers=headers)
    assert (second.status_code, second.json()) == (200, first.json())
    assert (await anonymous.post(EXCHANGE, json=body)).status_code == 410


async def test_asking_for_a_fresh_link_says_the_same_whatever_the_token_is(
    world: World, anonymous: httpx.AsyncClient, session: AsyncSession
) -> None:
    known, spent, revoked = [await mailed(world) for _ in range(3)]
    join = await mailed(world, purpose=LinkPurpose.JOIN_MEETING)
    expired = await mailed(world, days=-1)
    await anonymous.post(EXCHANGE, json={"token": spent.token})
    async with world.app.state.database.transaction() as own:
        await service.revoke_links(own, revoked.link.resource_id)
    tokens = [mail.token for mail in (known, spent, expired, revoked, join)]
    tokens += [link_token(b"forged", known.link.id), "nothing"]
    answers = [await anonymous.post(RENEW, json={"token": token}) for token in tokens]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    headers = [
        {k: v for k, v in answer.headers.items() if k != "x-request-id"} for answer in answers
    ]
    assert all(each == headers[0] for each in headers)
    statement = text("SELECT subject_id FROM events WHERE name = 'link.renewal_asked' ORDER BY id")
    asked = (await session.execute(statement)).scalars().all()
    assert asked == [known.link.id, spent.link.id, expired.link.id]


async def test_guesses_meet_a_limit_that_a_forged_forwarding_header_does_not_reset(
    world: World, anonymous: httpx.AsyncClient, guarded: FastAPI, session: AsyncSession
) -> None:
    mail = await mailed(world)
    before = await contents(session)
    statuses = [
        (
            await anonymous.post(
                EXCHANGE,
                json={"token": link_token(b"guess", uuid4())},
                headers={"X-Forwarded-For": f"192.0.2.{n % 250}"},
            )
        ).status_code
        for n in range(1000)
    ]
    assert statuses == [404] * 10 + [429] * 990
    limited = await anonymous.post(EXCHANGE, json={"token": mail.token})
    assert slug(limited) == (429, "too-many-requests")
    assert int(limited.headers["retry-after"]) > 0
    assert slug(await anonymous.post(RENEW, json={"token": mail.token})) == (
        429,
        "too-many-requests",
    )
    assert await contents(session) == before


async def test_guessed_bearer_tokens_meet_the_same_limit(
    world: World, anonymous: httpx.AsyncClient, guarded: FastAPI
) -> None:
    statuses = [
        (await anonymous.get("/v1/me", headers={"Authorization": f"Bearer sec_{n}"})).status_code
        for n in range(15)
    ]
    assert statuses == [401] * 10 + [429] * 5
    assert (await world.administrator.get("/v1/me")).status_code == 200, "of the same address"


async def test_good_exchanges_are_no_guesses(
    world: World, anonymous: httpx.AsyncClient, guarded: FastAPI
) -> None:
    tokens = [(await mailed(world)).token for _ in range(12)]
    answers = [await anonymous.post(EXCHANGE, json={"token": token}) for token in tokens]
    assert [answer.status_code for answer in answers] == [200] * 12


async def test_bad_bodies_are_refused(anonymous: httpx.AsyncClient) -> None:
    bodies: list[Any] = [{}, {"token": ""}, {"token": None}, {"token": 1}, {"token": "x" * 201}]
    bodies += [{"token": "x", "purpose": "join_meeting"}, []]
    for path in (EXCHANGE, RENEW):
        answers = [slug(await anonymous.post(path, json=body)) for body in bodies]
        assert answers == [(422, "invalid")] * len(bodies)
