"""A small world for tests: callers of every kind and the things that they act on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
from fastapi import FastAPI

from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import AccountKind, Role, Scope


@dataclass
class World:
    """Made of HTTP calls wherever one exists; only the first accounts come from the inside."""

    app: FastAPI
    stack: AsyncExitStack
    administrator: httpx.AsyncClient = field(init=False)
    serial: int = 0

    @classmethod
    @asynccontextmanager
    async def of(cls, app: FastAPI) -> AsyncIterator[Self]:
        async with AsyncExitStack() as stack:
            world = cls(app, stack)
            world.administrator = await world.caller(Role.ADMINISTRATOR)
            yield world

    def next(self) -> int:
        self.serial += 1
        return self.serial

    async def client(self, token: str | None) -> httpx.AsyncClient:
        """A client with this bearer token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://test",
            headers=headers,
        )
        return await self.stack.enter_async_context(client)

    async def token(
        self,
        role: Role | None = None,
        *,
        committee_id: UUID | str | None = None,
        entity_id: UUID | str | None = None,
        scopes: tuple[Scope, ...] = (Scope.READ, Scope.WRITE),
        account_id: UUID | None = None,
    ) -> str:
        """A bearer token of a new account with the role, or of the given account."""
        async with self.app.state.database.transaction() as session:
            if account_id is None:
                name = f"{role or 'nobody'} {self.next()}"
                account = await identity.create_account(session, AccountKind.PERSON, name)
                account_id = account.id
                await session.flush()
            if role is not None:
                await identity.grant_role(
                    session,
                    account_id,
                    role,
                    committee_id=UUID(str(committee_id)) if committee_id else None,
                    entity_id=UUID(str(entity_id)) if entity_id else None,
                )
            expires = clock.now() + timedelta(days=3650)
            _, secret = await identity.create_token(session, account_id, "test", scopes, expires)
        return secret

    async def caller(self, role: Role | None = None, **scope: Any) -> httpx.AsyncClient:
        return await self.client(await self.token(role, **scope))

    async def organizer(self, committee: dict[str, Any]) -> httpx.AsyncClient:
        return await self.caller(Role.ORGANIZER, committee_id=committee["id"])

    async def observer(self, committee: dict[str, Any]) -> httpx.AsyncClient:
        return await self.caller(Role.OBSERVER, committee_id=committee["id"])

    async def focal_point_of(self, entity: dict[str, Any]) -> httpx.AsyncClient:
        return await self.caller(Role.FOCAL_POINT, entity_id=entity["id"])

    async def entity(self, **members: Any) -> dict[str, Any]:
        number = self.next()
        body = {"abbreviation": f"ENT{number}", "name": {"en": f"Entity {number}"}} | members
        return await post(self.administrator, "/v1/entities", body)

    async def committee(self, **members: Any) -> dict[str, Any]:
        """One whose mails about changes do not wait for each other."""
        number = self.next()
        body = {"handle": f"committee-{number}", "name": {"en": f"Committee {number}"}}
        body |= {"notice_window": 0} | members
        return await post(self.administrator, "/v1/committees", body)

    async def membership(
        self,
        committee: dict[str, Any],
        entity: dict[str, Any],
        standing: str = "member",
        since: str = "2018-02-23",
        **members: Any,
    ) -> dict[str, Any]:
        body = {"entity": entity["id"], "standing": standing, "since": since} | members
        return await post(self.administrator, f"/v1/committees/{committee['id']}/members", body)

    async def meeting(self, committee: dict[str, Any], **members: Any) -> dict[str, Any]:
        """A draft without a room; three hours from 10:00 in New York on 8 October 2021."""
        body = {
            "committee": committee["id"],
            "title": {"en": f"Meeting {self.next()}"},
            "timezone": "America/New_York",
            "local_start": "2021-10-08T10:00:00",
            "local_end": "2021-10-08T13:00:00",
        } | members
        return dict(await post(self.administrator, "/v1/meetings", body))

    async def room(self, meeting: dict[str, Any], **members: Any) -> dict[str, Any]:
        body = {
            "label": "Main room",
            "join_address": "https://conference.example.org/j/6",
            "passcode": "462 913",
        } | members
        answer = await self.administrator.put(f"/v1/meetings/{meeting['id']}/room", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def scheduled(self, meeting: dict[str, Any]) -> dict[str, Any]:
        """The meeting once it is announced; a draft gets the room that it needs for that."""
        path = f"/v1/meetings/{meeting['id']}"
        if (await self.administrator.get(f"{path}/room")).status_code == 404:
            await self.room(meeting)
        return dict(await post(self.administrator, f"{path}/schedule"))

    async def person(self, entity: dict[str, Any], **members: Any) -> dict[str, Any]:
        number = self.next()
        body = {"name": f"Person {number}", "email": f"person{number}@example.org"} | members
        return await post(self.administrator, f"/v1/entities/{entity['id']}/people", body)

    async def invitation(
        self, meeting: dict[str, Any], entity: dict[str, Any], *, sent: bool = True, **body: Any
    ) -> dict[str, Any]:
        """An invitation of the entity, sent unless told otherwise (the meeting is scheduled)."""
        base = f"/v1/meetings/{meeting['id']}/invitations"
        body = {"entities": [entity["handle"]]} | body
        made = await post(self.administrator, base, body)
        path = f"{base}/{made['results'][0]['invitation_id']}"
        if sent:
            return await post(self.administrator, f"{path}/send")
        return (await self.administrator.get(path)).json()


def named(number: int, **members: Any) -> dict[str, Any]:
    """The body that registers somebody new."""
    person = {"name": f"Delegate {number}", "email": f"delegate{number}@example.org"}
    return {"person": person} | members


async def post(client: httpx.AsyncClient, path: str, body: Any = None) -> Any:
    """POST and give the answer's JSON; anything but success fails the test with the problem."""
    answer = await client.post(path, json=body) if body is not None else await client.post(path)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None
