"""Whether a mail was opened: known only where the organizers want to, and said to its reader."""

import re
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.committees.tables import Committee
from app.identity.tokens import link_token, opening_token, read_link_token, read_opening_token
from app.mail.tables import Message
from tests.mail.stage import DAY, SECRET, Stage
from tests.world import World

SAID = "Ce message indique aux organisateurs quand il est ouvert."


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def message(stage: Stage) -> Message:
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    return message


async def track(stage: Stage, *, on: bool = True) -> None:
    async with stage.database.transaction() as session:
        (await session.get_one(Committee, stage.committee.id)).track_opening = on


async def parts(stage: Stage, message: Message) -> dict[str, str]:
    mail = await stage.mail(message)
    return {
        part.get_content_type(): part.get_content()
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    }


async def image_in(stage: Stage, message: Message) -> str:
    html = (await parts(stage, message))["text/html"]
    (address,) = re.findall(r'<img src="([^"]+)" width="1" height="1" alt=""', html)
    return str(address)


async def test_no_mail_tells_of_its_opening_unless_it_is_wanted(
    stage: Stage, message: Message
) -> None:
    said = await parts(stage, message)
    assert [word in text for text in said.values() for word in ("<img", SAID)] == [False] * 4
    await track(stage)
    said = await parts(stage, message)
    assert [SAID in text for text in said.values()] == [True] * 2
    assert "<img" not in said["text/plain"]


async def test_the_first_opening_is_kept(
    stage: Stage, message: Message, anonymous: httpx.AsyncClient, world: World, set_clock
) -> None:
    await track(stage)
    address = await image_in(stage, message)
    answers = []
    for hour in (1, 2):
        set_clock(DAY.replace(hour=12 + hour))
        answers.append(await anonymous.get(address))
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert (answer.headers["cache-control"], len(answer.content)) == ("no-store", 43)
    found = (await world.administrator.get(f"/v1/messages/{message.id}")).json()
    assert found["opened_at"].startswith("2021-09-01T13:00:0")
    path = f"/v1/meetings/{stage.meeting.id}/events?name=message.opened"
    assert len((await world.administrator.get(path)).json()["items"]) == 1
    board = await world.administrator.get(f"/v1/meetings/{stage.meeting.id}/invitations")
    assert board.json()["items"][0]["last_message"]["opened_at"] == found["opened_at"]


async def test_where_it_is_turned_off_nothing_is_kept(
    stage: Stage, message: Message, anonymous: httpx.AsyncClient
) -> None:
    await track(stage)
    address = await image_in(stage, message)
    await track(stage, on=False)
    assert (await anonymous.get(address)).status_code == 200
    assert (await stage.messages())[0].opened_at is None


async def test_every_token_gets_the_same_answer(
    stage: Stage, message: Message, anonymous: httpx.AsyncClient
) -> None:
    await track(stage)
    good = opening_token(SECRET, uuid4())
    tokens = [good, link_token(SECRET, message.id), "x", "%00", good[:-1], "é" * 10]
    answers = [await anonymous.get(f"/v1/opened/{token}.gif") for token in tokens]
    assert {(a.status_code, a.content[:6]) for a in answers if a.status_code != 422} == {
        (200, b"GIF89a")
    }
    assert (await stage.messages())[0].opened_at is None


def test_a_token_is_good_for_one_use_only() -> None:
    thing = uuid4()
    assert read_opening_token(SECRET, opening_token(SECRET, thing)) == thing
    assert read_opening_token(SECRET, link_token(SECRET, thing)) is None
    assert read_link_token(SECRET, opening_token(SECRET, thing)) is None


async def test_the_setting_is_the_committees(world: World) -> None:
    committee = await world.committee()
    assert committee["track_opening"] is False
    path = f"/v1/committees/{committee['id']}"
    answer = await world.administrator.patch(path, json={"track_opening": True})
    assert (answer.status_code, answer.json()["track_opening"]) == (200, True)
    refused = await world.administrator.patch(path, json={"track_opening": "yes"})
    assert refused.status_code == 422
