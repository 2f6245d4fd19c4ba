"""Who would be told what, said before it is done: exactly what the worker plans once it is."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import col, select

from app.events.relay import Following, Relay
from app.mail.listeners import FOLLOWER, Planner
from app.mail.plans import NoticePlan
from app.mail.tables import Message
from tests.world import World, named, post

PLAN = "application/vnd.secretariat.plan+json"
TIMES = {"local_start": "2021-10-08T11:00:00", "local_end": "2021-10-08T14:00:00"}


class Scene:
    """A scheduled meeting with two invited entities, of which the first has named two people."""

    def __init__(self, world: World, app: FastAPI) -> None:
        self.world, self.app = world, app

    async def set(self) -> "Scene":
        world = self.world
        self.committee = await world.committee()
        self.meeting = await world.scheduled(await world.meeting(self.committee))
        self.path = f"/v1/meetings/{self.meeting['id']}"
        self.organizer = await world.organizer(self.committee)
        self.invitations = []
        for language in ("en", "fr"):
            entity = await world.entity(language=language)
            person = {"name": f"Focal {language}", "email": f"focal.{language}@example.org"}
            points = f"/v1/entities/{entity['id']}/focal-points"
            await post(world.administrator, points, {"person": person})
            made = await world.invitation(self.meeting, entity, sent=language == "en")
            self.invitations.append(made)
        entity = self.invitations[0]["entity"]["handle"]
        for number in (1, 2):
            body = named(number, entity=entity)
            await post(self.organizer, f"{self.path}/registrations", body)
        return self

    async def follow(self) -> None:
        relay = Relay(self.app.state.database, [Following(FOLLOWER, Planner("example.org"))])
        while await relay.advance():
            pass

    async def told(self) -> list[tuple[str, str, str]]:
        """Kind, language and recipient of every message that is planned."""
        async with self.app.state.database.transaction() as session:
            found = (await session.execute(select(Message).order_by(col(Message.id)))).scalars()
            return sorted((m.kind.value, m.language, m.recipient) for m in found)

    async def counts(self) -> Any:
        statement = text("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM messages)")
        async with self.app.state.database.transaction() as session:
            return tuple((await session.execute(statement)).one())


@pytest.fixture
async def scene(world: World, app: FastAPI) -> Scene:
    return await Scene(world, app).set()


def planned(answer: httpx.Response) -> list[tuple[str, str, str]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, PLAN), answer.text
    plan = answer.json()
    assert plan["recipients"] == len({notice["recipient"] for notice in plan["notices"]})
    assert sum(plan["kinds"].values()) == sum(plan["languages"].values()) == len(plan["notices"])
    return sorted((n["kind"], n["language"], n["recipient"]) for n in plan["notices"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/reschedule", TIMES),
        ("POST", "/postpone", {"note": "Later."}),
        ("POST", "/cancel", None),
        ("PATCH", "", {"title": {"en": "Another"}}),
        ("PATCH", "", {"description": {"en": "Nobody is told of this."}}),
        ("PUT", "/room", {"label": "B", "join_address": "https://conference.example.org/j/9"}),
        ("POST", "/invitations/send", {"all_drafts": True}),
    ],
)
async def test_a_plan_says_what_is_told_then(
    scene: Scene, method: str, path: str, body: Any
) -> None:
    await scene.follow()
    before, known = await scene.counts(), await scene.told()
    headers = {"If-Match": "*"}
    address = scene.path + path
    plan = await scene.organizer.request(method, f"{address}?plan=true", json=body, headers=headers)
    would = planned(plan)
    assert await scene.counts() == before
    assert (await scene.organizer.get(scene.path)).json() == scene.meeting | {
        "allowed": ["reschedule", "postpone", "cancel", "open"]
    }
    done = await scene.organizer.request(method, address, json=body, headers=headers)
    assert done.is_success, done.text
    await scene.follow()
    told = await scene.told()
    for each in known:
        told.remove(each)
    assert would == told


async def test_a_plan_names_people_entities_and_calendars(scene: Scene) -> None:
    answer = await scene.organizer.post(f"{scene.path}/reschedule?plan=true", json=TIMES)
    notices = [
        (n["name"], n["entity"], n["calendar"], n["recipient"]) for n in answer.json()["notices"]
    ]
    entity = scene.invitations[0]["entity"]["abbreviation"]
    assert notices == [
        ("Delegate 1", entity, True, "delegate1@example.org"),
        ("Delegate 2", entity, True, "delegate2@example.org"),
        ("Focal en", entity, False, "focal.en@example.org"),
    ]
    assert answer.json()["kinds"] == {"meeting_changed": 3}
    assert answer.headers["cache-control"] == "no-store"


async def test_what_would_be_refused_is_refused(scene: Scene) -> None:
    resume = await scene.organizer.post(f"{scene.path}/reschedule?plan=true", json={})
    assert resume.status_code == 422
    observer = await scene.world.observer(scene.committee)
    refused = await observer.post(f"{scene.path}/cancel?plan=true")
    assert refused.status_code == 403
    odd = await scene.organizer.post(f"{scene.path}/cancel?plan=perhaps")
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "query/plan")
    both = f"{scene.path}/invitations/send?plan=true&dry_run=true"
    neither = await scene.organizer.post(both, json={"all_drafts": True})
    assert (neither.status_code, neither.json()["errors"][0]["pointer"]) == (422, "query/plan")
    elsewhere = await scene.organizer.post(f"{scene.path}/open?plan=true")
    assert elsewhere.status_code == 422


async def test_a_key_is_not_used_up_by_a_plan(scene: Scene) -> None:
    key = {"Idempotency-Key": "move"}
    planned(await scene.organizer.post(f"{scene.path}/postpone?plan=true", json={}, headers=key))
    done = await scene.organizer.post(f"{scene.path}/postpone", json={}, headers=key)
    assert (done.status_code, done.json()["status"]) == (200, "postponed")


@pytest.mark.parametrize("move", ["reschedule", "postpone", "cancel"])
async def test_moves_are_never_silent(scene: Scene, move: str) -> None:
    body = (TIMES if move == "reschedule" else {}) | {"silent": True}
    refused = await scene.organizer.post(f"{scene.path}/{move}", json=body)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [{"pointer": "/silent", "detail": "a move of the meeting is always told"}],
    )


async def test_a_change_is_told_with_a_word_or_to_nobody(scene: Scene) -> None:
    headers = {"If-Match": "*"}
    silently = await scene.organizer.patch(
        f"{scene.path}?silent=true&plan=true", json={"title": {"en": "B"}}, headers=headers
    )
    assert planned(silently) == []
    noted = await scene.organizer.patch(
        f"{scene.path}?note=Sorry.", json={"title": {"en": "B"}}, headers=headers
    )
    assert noted.status_code == 200
    events = await scene.organizer.get(f"{scene.path}/events?name=meeting.changed")
    (entry,) = events.json()["items"]
    assert (entry["data"]["note"], entry["data"]["silent"]) == ("Sorry.", False)


def test_a_plan_in_more_languages_than_there_are_is_one() -> None:
    """People name any language, and a plan must not fail for what one of them reads."""
    languages = {f"{first}{second}x": 1 for first in "abcdefghijk" for second in "abcdefghijk"}
    plan = NoticePlan(recipients=121, kinds={}, languages=languages, notices=[])
    assert len(plan.languages) == 121
