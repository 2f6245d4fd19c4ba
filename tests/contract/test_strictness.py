"""Near misses: what looks almost like what is meant is refused, and says where."""

import asyncio
import re
from collections.abc import AsyncIterator
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.world import World

TIMES = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}


def problem(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, name of the kind, and pointers to what is wrong."""
    document = answer.json()
    pointers = [error["pointer"] for error in document.get("errors", [])]
    return answer.status_code, document["type"].rpartition("/")[2], pointers


@pytest.mark.parametrize("wrong", [True, False, "7", "", 1.5, [7]])
async def test_a_number_is_a_number(world: World, wrong: Any) -> None:
    committee = await world.committee()
    body = {"committee": committee["id"], "title": {"en": "M"}, "seat_quota": wrong} | TIMES
    answer = await world.administrator.post("/v1/meetings", json=body)
    assert problem(answer) == (422, "invalid", ["/seat_quota"])


@pytest.mark.parametrize("wrong", [1, 0, "true", "yes", "", None])
async def test_a_flag_is_true_or_false(world: World, wrong: Any) -> None:
    committee = await world.committee()
    body = {"committee": committee["id"], "title": {"en": "M"}, "public": wrong} | TIMES
    answer = await world.administrator.post("/v1/meetings", json=body)
    assert problem(answer) == (422, "invalid", ["/public"])


@pytest.mark.parametrize(
    "wrong",
    [
        "A Name <a@example.org>",
        "<a@example.org>",
        "a@\u13a0.example.org",  # an upper case whose lower case is refused in domains
        "a@xn--a.example.org",
    ],
)
async def test_a_mail_address_is_one_that_mail_can_go_to(world: World, wrong: str) -> None:
    entity = await world.entity()
    body = {"name": "Amina Rossi", "email": wrong}
    path = f"/v1/entities/{entity['id']}/people"
    answer = await world.administrator.post(path, json=body)
    assert problem(answer) == (422, "invalid", ["/email"])


@pytest.mark.parametrize("user", ["chair@", "chair:secret@", ":secret@"])
async def test_an_address_to_join_at_holds_no_user(world: World, user: str) -> None:
    meeting = await world.meeting(await world.committee())
    body = {"label": "Main room", "join_address": f"https://{user}conference.example.org/j/6"}
    answer = await world.administrator.put(f"/v1/meetings/{meeting['id']}/room", json=body)
    assert problem(answer) == (422, "invalid", ["/join_address"])


@pytest.mark.parametrize(
    "wrong",
    [
        "2021-10-08",
        "2021-10-08 10:00:00",
        "2021-10-08T10",
        "2021-10-08T10:00:00Z",
        "2021-10-08T10:00:00.5",
        "2021-W40-5T10:00",
        1633687200,
    ],
)
async def test_a_wall_time_has_day_hour_and_minute_and_nothing_else(
    world: World, wrong: Any
) -> None:
    committee = await world.committee()
    body = {"committee": committee["id"], "title": {"en": "M"}} | TIMES | {"local_start": wrong}
    answer = await world.administrator.post("/v1/meetings", json=body)
    assert problem(answer) == (422, "invalid", ["/local_start"])


@pytest.mark.parametrize("wrong", ["1633687200", "1633687200.5", "2021-10-08", 1633687200, True])
async def test_an_instant_is_written_out(world: World, wrong: Any) -> None:
    committee = await world.committee()
    body = {"committee": committee["id"], "title": {"en": "M"}, "registration_opens_at": wrong}
    answer = await world.administrator.post("/v1/meetings", json=body | TIMES)
    assert problem(answer) == (422, "invalid", ["/registration_opens_at"])
    found = await world.administrator.get("/v1/meetings", params={"starts_after": wrong})
    assert problem(found) == (422, "invalid", ["query/starts_after"])


async def test_one_text_for_each_language(world: World) -> None:
    committee = await world.committee()
    body = {"committee": committee["id"], "title": {"en": "M", "EN": "N"}} | TIMES
    answer = await world.administrator.post("/v1/meetings", json=body)
    assert problem(answer) == (422, "invalid", ["/title"])


async def test_a_handle_is_no_id(world: World) -> None:
    body = {"handle": uuid4().hex, "abbreviation": "E", "name": {"en": "E"}}
    answer = await world.administrator.post("/v1/entities", json=body)
    assert problem(answer) == (422, "invalid", ["/handle"])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/meetings", "GET, HEAD, POST"),
        ("PUT", "/v1/meetings/coordination-committee-6", "DELETE, GET, HEAD, PATCH"),
        ("POST", "/v1/meetings/coordination-committee-6/room", "DELETE, GET, HEAD, PUT"),
        ("POST", "/livez", "GET, HEAD"),
        ("DELETE", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_all_that_there_are(
    world: World, method: str, path: str, allowed: str
) -> None:
    answer = await world.administrator.request(method, path)
    assert problem(answer) == (405, "method-not-allowed", [])
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
async def test_entity_tags_have_a_longest(world: World, name: str) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}"
    fits = await world.administrator.get(path, headers={name: '"' + "x" * 998 + '"'})
    assert fits.status_code == 200
    answer = await world.administrator.get(path, headers={name: '"' + "x" * 999 + '"'})
    assert problem(answer) == (422, "invalid", [f"header/{name}"])


async def test_many_parameters_take_no_longer_than_few_for_each(
    anonymous: httpx.AsyncClient,
) -> None:
    """Ratio in one run; comparing each with all the others takes eight times as long for each."""
    paths = ["/v1/public/meetings?" + "&".join(f"x{n}" for n in range(m)) for m in (1000, 8000)]
    seconds: list[list[float]] = [[], []]
    for _ in range(5):
        for path, taken in zip(paths, seconds, strict=True):
            start = perf_counter()
            answer = await anonymous.get(path)
            taken.append(perf_counter() - start)
            assert problem(answer) == (422, "invalid", [f"query/x{n}" for n in range(100)])
    few, many = map(median, seconds)
    assert many < 24 * few


async def unending() -> AsyncIterator[bytes]:
    """A sender that begins and never goes on."""
    yield b"{"
    await asyncio.Event().wait()


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "65537"}])
async def test_a_large_body_of_a_stranger_is_not_waited_for(
    anonymous: httpx.AsyncClient, world: World, headers: dict[str, str]
) -> None:
    world.app.state.settings.body_seconds = 5
    headers = {"Authorization": "Bearer sec_unknown", "Content-Type": "application/json"} | headers
    answer = await anonymous.post("/v1/entities", content=unending(), headers=headers)
    assert problem(answer) == (401, "not-authenticated", [])


async def test_a_body_that_never_ends_is_given_up(world: World) -> None:
    world.app.state.settings.body_seconds = 0.05
    headers = {"Content-Type": "application/json"}
    answer = await world.administrator.post("/v1/entities", content=unending(), headers=headers)
    assert problem(answer) == (408, "request-timeout", [])


async def test_nothing_is_read_of_somebody_without_a_token(anonymous: httpx.AsyncClient) -> None:
    """The body never ends: whoever reads it does not answer."""
    headers = {"Content-Type": "application/json"}
    answer = await anonymous.post("/v1/entities", content=unending(), headers=headers)
    assert problem(answer) == (401, "not-authenticated", [])


async def test_the_reference_needs_no_other_host(anonymous: httpx.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    assert page.status_code == 200
    parts = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert parts == ["/docs/swagger-ui.css", "/docs/favicon.png", "/docs/swagger-ui-bundle.js"]
    kinds = [(await anonymous.get(part)).headers["content-type"] for part in parts]
    assert kinds == ["text/css; charset=utf-8", "image/png", "text/javascript; charset=utf-8"]
    assert (await anonymous.get("/docs/redoc.standalone.js")).status_code == 404


@pytest.mark.parametrize("path", ["/v1/meetings", "/livez", "/openapi.json", "/v1/no-such"])
async def test_head_answers_as_get_without_the_content(world: World, path: str) -> None:
    whole = await world.administrator.get(path)
    head = await world.administrator.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    ours = {"content-length", "content-type", "etag", "cache-control", "vary"}
    shown = [{k: v for k, v in each.headers.items() if k in ours} for each in (whole, head)]
    assert shown[0] == shown[1]
