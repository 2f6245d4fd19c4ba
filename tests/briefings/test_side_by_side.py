"""Two at once about one briefing or one place on a panel: both are ordered, and nothing is lost.

Each pair of requests is inside its transaction before either goes on. Without the meeting's lock,
the negative control, promises are broken; which ones is a matter of chance.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings import access, links
from app.briefings.links import briefer_token
from app.briefings.tables import Briefing
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from app.meetings import queries
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from app.panels import own_access
from tests.agenda.planning import slug
from tests.briefings.conftest import SUMMER, Briefings
from tests.world import post

AMINA = {"name": "Amina Rossi", "email": "amina@example.org"}
BORIS = {"name": "Boris Diallo", "email": "boris@example.org"}
PDF = {"Content-Type": "application/pdf"}


class Gate:
    """Where two transactions wait for each other before they take the meeting's lock, or do not."""

    def __init__(self, *, guarded: bool) -> None:
        self.guarded = guarded
        self.both = asyncio.Barrier(2)
        self.alone = 0
        """Who waited in vain: the other does not ask for the lock at all."""

    async def __call__(self, session: AsyncSession, meeting_id: UUID) -> Meeting:
        if not session.info.get("passed"):
            session.info["passed"] = True
            try:
                await asyncio.wait_for(self.both.wait(), 2)
            except (TimeoutError, asyncio.BrokenBarrierError):
                self.alone += 1
        if self.guarded:
            return await lock_meeting(session, meeting_id)
        return await session.get_one(Meeting, meeting_id)


async def facts(briefings: Briefings, *names: str) -> list[dict[str, Any]]:
    statement = text("SELECT data FROM events WHERE name = ANY(:names) ORDER BY id")
    async with briefings.planning.world.app.state.database.transaction() as session:
        found = await session.execute(statement, {"names": list(names)})
        return list(found.scalars())


async def page_of(briefings: Briefings, person: dict[str, Any]) -> httpx.AsyncClient:
    """The session of a panellist's link."""
    state = briefings.planning.world.app.state
    async with state.database.transaction() as session:
        expires = SUMMER.replace(year=2022)
        purpose = LinkPurpose.SPEAK_ON_PANEL
        link = identity.create_link(session, purpose, UUID(person["id"]), None, expires)
    body = {"token": link_token(state.secret, link.id)}
    made = await post(briefings.stranger, "/v1/links/exchange", body)
    return await briefings.planning.world.client(made["token"])


@pytest.mark.parametrize("guarded", [True, False])
async def test_two_at_once(
    briefings: Briefings, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    planning, organizer = briefings.planning, briefings.planning.organizer
    first, second = await briefings.ask()
    panel = await planning.panel((await planning.add(kind="panel", minutes=30))["id"])
    people = [await planning.panellist(panel, "invite") for _ in range(2)]
    reader = await page_of(briefings, people[0])
    another = await planning.world.organizer(planning.committee)
    other = f"{briefings.path}/{second['id']}"
    places = f"{planning.path}/panels/{panel['id']}/panellists"
    seen = {"If-Match": (await organizer.get(other)).headers["etag"]}
    gate, kept = Gate(guarded=guarded), {}
    for module in (queries, access, links, own_access):
        monkeypatch.setattr(module, "lock_meeting", gate)

    async def both(*calls: Awaitable[httpx.Response]) -> list[httpx.Response]:
        return list(await asyncio.gather(*calls))

    def codes(answers: list[httpx.Response]) -> list[int]:
        return sorted(each.status_code for each in answers)

    await both(
        briefings.name(first, organizer, **AMINA), briefings.name(first, briefings.chair, **BORIS)
    )
    left = [each["left_id"] for each in await facts(briefings, "briefing.named")]
    kept["who is named first hears that somebody else is"] = sum(map(bool, left)) == 1

    answers = await both(
        *(by.put(f"{other}/briefer", json=AMINA, headers=seen) for by in (organizer, another))
    )
    kept["of two with one ETag one names"] = codes(answers) == [200, 412]

    async with planning.world.app.state.database.transaction() as session:
        key = (await session.get_one(Briefing, UUID(second["id"]))).briefer_key
    said = {"token": briefer_token(planning.world.app.state.secret, key), "answer": "confirm"}
    await both(
        briefings.stranger.post("/v1/briefing-links/answer", json=said),
        organizer.put(f"{other}/briefer", json=BORIS),
    )
    state = (await organizer.get(other)).json()
    found = (state["briefer"]["name"], state["status"])
    kept["what one says binds no other"] = found == (BORIS["name"], "named")

    answered, replaced = await both(
        reader.post(f"/v1/panellists/{people[0]['id']}/confirm"),
        organizer.post(f"{places}/{people[0]['id']}/replace", json=BORIS),
    )
    moves = await facts(briefings, "panellist.confirmed", "panellist.withdrawn")
    ends = [(each["before"], each["after"]) for each in moves]
    confirmed = [("invited", "confirmed"), ("confirmed", "withdrawn")]
    whole = confirmed if answered.status_code == 200 else [("invited", "withdrawn")]
    kept["an answer and a replacement follow each other"] = (
        replaced.status_code == 201 and answered.status_code in (200, 409) and ends == whole
    )

    answers = await both(
        *(by.post(f"{places}/{people[1]['id']}/replace", json=AMINA) for by in (organizer, another))
    )
    lost = max(answers, key=lambda each: each.status_code)
    kept["somebody is replaced once"] = (
        codes(answers) == [201, 409] and slug(lost) == "panellist-replaced"
    )

    paper = f"{briefings.path}/{first['id']}/papers/en?name=borders.pdf"
    answers = await both(
        *(
            by.put(paper, content=b"%PDF-1.7\n%%EOF\n", headers=PDF)
            for by in (briefings.chair, organizer)
        )
    )
    listed = (await organizer.get(f"{planning.path}/documents")).json()["items"]
    kept["one paper is one document"] = codes(answers) == [200, 201] and len(listed) == 1

    async with planning.world.app.state.database.transaction() as session:
        declined = text("UPDATE briefings SET status = 'declined' WHERE id = :id")
        await session.execute(declined, {"id": second["id"]})
    answers = await both(
        organizer.delete(other), briefings.name(second, briefings.planning.organizer, **AMINA)
    )
    kept["named or deleted"] = codes(answers) in ([200, 409], [204, 404])

    assert gate.alone == 0, "everybody asks for the lock"
    broken = [promise for promise, holds in kept.items() if not holds]
    assert (broken == []) is guarded, broken
