"""How long the links in mails live, and with whom they die."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.database import Database
from app.entities.queries import focal_people_of
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from app.mail import many
from app.mail.lifecycle import MessageKind as Kind
from app.meetings.lifecycle import MeetingStatus
from app.registrations.tables import Registration
from tests.mail.stage import DAY, SECRET, Stage

EXCHANGE, JOIN, RENEW = "/v1/links/exchange", "/v1/check-ins", "/v1/links/renew"
SECOND = timedelta(seconds=1)
DAYS = timedelta(days=1)
ENDINGS = ["end_focal_point", "disable_account"]
WAITING = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def watcher(app: FastAPI) -> AsyncIterator[Database]:
    """Another pool, to look on with while the first is in use."""
    database = Database(app.state.database.settings)
    yield database
    await database.close()


async def joining(client: httpx.AsyncClient, token: str) -> tuple[int, str | None]:
    answer = await client.post(JOIN, json={"token": token})
    kind = None if answer.is_success else answer.json()["type"].rpartition("/")[2]
    return answer.status_code, kind


async def the_link(stage: Stage, purpose: LinkPurpose) -> str:
    (link,) = await stage.links(purpose)
    return link_token(SECRET, link.id)


async def test_a_meeting_that_runs_late_locks_nobody_out(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    token = await the_link(stage, LinkPurpose.JOIN_MEETING)
    await stage.becomes(MeetingStatus.IN_SESSION)
    ends_at = stage.meeting.ends_at
    late: list[tuple[datetime, tuple[int, str | None]]] = [
        (ends_at - SECOND, (200, None)),
        (ends_at + SECOND, (200, None)),
        (ends_at + DAYS - timedelta(minutes=1), (200, None)),
        (ends_at + DAYS + SECOND, (410, "link-spent")),
    ]
    for moment, expected in late:
        set_clock(moment)
        assert await joining(anonymous, token) == expected
    set_clock(ends_at + SECOND)
    await stage.becomes(MeetingStatus.ADJOURNED)
    assert await joining(anonymous, token) == (410, "meeting-over")


@pytest.mark.parametrize("days", [-7, 60])
async def test_the_link_to_join_follows_a_meeting_that_moves(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock, days: int
) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    token = await the_link(stage, LinkPurpose.JOIN_MEETING)
    await stage.postpone()
    await stage.reschedule(days=days)
    await stage.follow()
    assert await the_link(stage, LinkPurpose.JOIN_MEETING) == token
    await stage.becomes(MeetingStatus.IN_SESSION)
    ends_at = stage.meeting.ends_at + timedelta(days=days)
    answers = []
    for moment in (ends_at + SECOND, ends_at + DAYS + SECOND):
        set_clock(moment)
        answers.append(await joining(anonymous, token))
    assert answers == [(200, None), (410, "link-spent")]


async def test_a_link_that_expired_meanwhile_works_for_the_new_date(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    await stage.send()
    await stage.register()
    await stage.postpone()
    await stage.follow()
    token = await the_link(stage, LinkPurpose.JOIN_MEETING)
    set_clock(stage.meeting.ends_at + 10 * DAYS)
    assert await joining(anonymous, token) == (410, "link-spent")
    await stage.reschedule(days=20)
    await stage.follow()
    set_clock(stage.meeting.starts_at + 20 * DAYS)
    assert await joining(anonymous, token) == (200, None)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_links_and_their_sessions_die_with_the_right_to_act(
    stage: Stage, anonymous: httpx.AsyncClient, ending: str
) -> None:
    await stage.send()
    await stage.follow()
    used = await the_link(stage, LinkPurpose.ANSWER_INVITATION)
    opened = (await anonymous.post(EXCHANGE, json={"token": used})).json()
    holder = {"Authorization": f"Bearer {opened['token']}"}
    await anonymous.post(RENEW, json={"token": used})
    await stage.follow()
    _, fresh = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert (await anonymous.get("/v1/me", headers=holder)).status_code == 200
    async with getattr(stage, ending)():
        pass
    assert (await anonymous.get("/v1/me", headers=holder)).status_code == 401
    for token in (used, link_token(SECRET, fresh.id)):
        answer = await anonymous.post(EXCHANGE, json={"token": token})
        assert (answer.status_code, answer.json()["title"]) == (410, "The link is used up")
        assert (await anonymous.post(RENEW, json={"token": token})).status_code == 202
    await stage.follow()
    assert [kind for kind, _ in await stage.planned()] == [Kind.INVITATION, Kind.LINK_RENEWED]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_is_undone_lets_no_link_die(
    stage: Stage, anonymous: httpx.AsyncClient, ending: str
) -> None:
    await stage.send()
    await stage.follow()
    token = await the_link(stage, LinkPurpose.ANSWER_INVITATION)
    with pytest.raises(LookupError):
        async with getattr(stage, ending)():
            raise LookupError
    assert (await anonymous.post(EXCHANGE, json={"token": token})).status_code == 200


@pytest.mark.parametrize("ending", ENDINGS)
async def test_who_acts_no_longer_is_neither_invited_nor_told(stage: Stage, ending: str) -> None:
    async with getattr(stage, ending)():
        pass
    await stage.send()
    await stage.reschedule(days=1)
    await stage.cancel()
    await stage.follow()
    assert await stage.planned() == []
    assert await stage.links(LinkPurpose.ANSWER_INVITATION) == []


async def planned_meanwhile(stage: Stage, watcher: Database, ending: str) -> list[datetime | None]:
    """When the links died that a worker makes while somebody takes the right to act away."""
    await stage.send()
    async with getattr(stage, ending)():
        worker = asyncio.create_task(stage.follow())
        while not worker.done():
            async with watcher.transaction() as session:
                if (await session.execute(WAITING)).scalar_one():
                    break
    await worker
    links = await stage.links(LinkPurpose.ANSWER_INVITATION)
    return [link.revoked_at for link in links]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_link_is_made_while_the_right_to_act_is_taken_away(
    stage: Stage, watcher: Database, ending: str
) -> None:
    assert await planned_meanwhile(stage, watcher, ending) == []


@pytest.mark.parametrize("ending", ENDINGS)
async def test_without_the_lock_a_link_would_outlive_the_right(
    stage: Stage, watcher: Database, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""

    async def unlocked(*args, lock: bool):
        return await focal_people_of(*args)

    monkeypatch.setattr(many, "focal_people_of", unlocked)
    assert await planned_meanwhile(stage, watcher, ending) == [None]


async def test_a_link_that_was_passed_on_moves_nobodys_mails(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    """The personal link to join goes to the address, for other committees' meetings too."""
    await stage.send()
    registration_id = await stage.register()
    await stage.follow()
    link = (await stage.links(LinkPurpose.ANSWER_INVITATION))[-1]
    opened = await anonymous.post(EXCHANGE, json={"token": link_token(SECRET, link.id)})
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    async with stage.database.transaction() as session:
        person_id = (await session.get_one(Registration, registration_id)).person_id
    path = f"/v1/entities/{stage.entity.id}/people/{person_id}"
    moved = await anonymous.patch(path, json={"email": "x@example.org"}, headers=headers)
    named = await anonymous.patch(path, json={"name": "Li Wei"}, headers=headers)
    assert (moved.status_code, named.status_code) == (403, 200)
    assert named.json()["email"] == "person1@example.org"
