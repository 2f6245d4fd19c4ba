"""Whatever is sent is stored exactly or refused with a 4xx problem: never half, never a 5xx."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.settings import Settings
from tests.contract.calls import BODIES, operations
from tests.contract.scene import Scene
from tests.world import World, post

TEXTS = {
    "nul": "a\0b",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "\udfff",
    "right to left": "\u202eabc\u200f\u2067def\u2069",
    "emoji": "👩🏽‍🚀🇺🇳",
    "composed": "Caf\u00e9",
    "decomposed": "Cafe\u0301",
    "arabic": "لجنة التنسيق العالمية",
    "crlf": "a\r\nBcc: x@example.org",
    "tab": "a\tb",
    "escape": "a\x1b[31mb",
    "c1 control": "a\x85b",
    "line separator": "a\u2028b",
    "byte order mark": "\ufeffa",
    "noncharacter": "a\uffffb",
    "markup": "<script>alert(1)</script>&amp;<!--",
    "template": "{{7*7}}${7*7}<%= 7 %>#{7}%s{0}",
    "formula": "=1+1",
    "formula at": "@SUM(A1)",
    "formula plus": "+1",
    "formula minus": "-1",
    "quotes": "a'b\"c\\d;e,f`g",
    "padded": "  a  ",
    "blank": " \u00a0\u2003",
    "empty": "",
    "a megabyte": "x" * 1_000_000,
}
TITLE = {"title": {"en": "T"}}
TIMES = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}


def entity(**members: Any) -> dict[str, Any]:
    unique = uuid4().hex
    return {"handle": f"e-{unique}", "abbreviation": unique, "name": {"en": "E"}} | members


def member(of: dict[str, Any], path: str) -> Any:
    """A member of a JSON value by its dotted path."""
    value: Any = of
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def filled(path: str, text: str) -> dict[str, Any]:
    """The JSON value that has the text at the dotted path."""
    value: Any = text
    for name in reversed(path.split(".")):
        value = [value] if name == "0" else {name: value}
    return dict(value)


FREE = {
    "abbreviation": ("/v1/entities", entity()),
    "name.en": ("/v1/entities", entity()),
    "category": ("/v1/entities", entity()),
    "city": ("/v1/entities", entity()),
    "name": ("/v1/accounts", {}),
    "name.fr": ("/v1/committees", {"name": {"fr": "C"}}),
    "title.en": ("/v1/meetings", TITLE | TIMES),
    "description.en": ("/v1/meetings", TITLE | TIMES),
    "venue": ("/v1/meetings", TITLE | TIMES),
    "contacts.0.name": ("/v1/meetings", TITLE | TIMES),
    "note.en": ("{m}/agenda/items", TITLE | {"kind": "statement"}),
    "presenter": ("{m}/agenda/items", TITLE | {"kind": "statement"}),
    "job_title": ("{e}/people", {"name": "P"}),
}
"""Text fields by what they are made by; what comes in is what goes out."""


async def sent(
    client: httpx.AsyncClient, path: str, body: Any, method: str = "POST", **headers: str
) -> httpx.Response:
    """JSON in ASCII: escapes carry what UTF-8 cannot, such as lone surrogates."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode("ascii")
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    known = {"content-type": kind, "if-match": "*"} | headers
    return await client.request(method, path, content=content, headers=known)


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


@pytest.mark.parametrize("field", FREE)
async def test_text_is_stored_exactly_or_refused(world: World, field: str) -> None:
    committee, home = await world.committee(), await world.entity()
    meeting = await world.meeting(committee)
    path, fixed = FREE[field]
    address = path.format(m=f"/v1/meetings/{meeting['id']}", e=f"/v1/entities/{home['id']}")
    outcomes = {}
    for kind, text in TEXTS.items():
        unique: dict[str, Any] = entity() if path == "/v1/entities" else {}
        if path == "/v1/committees":
            unique = {"handle": f"c-{uuid4().hex}"}
        if path == "/v1/meetings":
            unique = {"committee": committee["id"]}
        if path == "{e}/people":
            unique = {"email": f"{uuid4().hex}@example.org"}
        answer = await sent(world.administrator, address, fixed | unique | filled(field, text))
        outcomes[kind] = answer.status_code
        if answer.status_code == 201:
            assert member(answer.json(), field) == text, kind
            read = await world.administrator.get(answer.headers["location"])
            assert member(read.json(), field) == text, kind
        else:
            assert slug(answer) == "invalid", kind
            assert answer.json()["errors"], kind
    kept = {kind for kind, status in outcomes.items() if status == 201}
    assert kept >= {"emoji", "composed", "decomposed", "arabic", "markup", "template", "formula"}
    assert not kept & {"nul", "lone high surrogate", "lone low surrogate", "escape", "a megabyte"}
    several_lines = field in {"description.en", "note.en"}
    assert ({"crlf", "tab"} <= kept) is several_lines


STRUCTURED = {
    "handle": ("/v1/entities", entity()),
    "language": ("/v1/entities", entity()),
    "timezone": ("/v1/entities", entity()),
    "name.LANGUAGE": ("/v1/entities", entity()),
    "email": ("/v1/accounts", {"name": "A"}),
    "parent": ("/v1/committees", {"name": {"en": "C"}}),
    "committee": ("/v1/meetings", TITLE | TIMES),
    "local_start": ("/v1/meetings", TITLE | TIMES),
    "role": ("/v1/accounts/{account}/grants", {}),
    "join_address": ("{m}/room", {"label": "R"}),
    "entities.0": ("{m}/invitations", {}),
    "item_id": ("{m}/panels", TITLE),
}
"""Fields that have a form, which none of the texts has."""


@pytest.mark.parametrize("field", STRUCTURED)
async def test_fields_with_a_form_refuse_free_text(world: World, field: str) -> None:
    committee = await world.committee()
    meeting = await world.meeting(committee)
    account = await post(world.administrator, "/v1/accounts", {"name": "A"})
    path, fixed = STRUCTURED[field]
    address = path.format(m=f"/v1/meetings/{meeting['id']}", account=account["id"])
    if path == "/v1/meetings":
        fixed = fixed | {"committee": committee["id"]}
    for kind, text in TEXTS.items():
        body = fixed | ({"name": {text: "N"}} if field == "name.LANGUAGE" else filled(field, text))
        method = "PUT" if path.endswith("room") else "POST"
        answer = await sent(world.administrator, address, body, method)
        if field == "entities.0" and answer.status_code == 200:
            assert answer.json()["results"][0]["outcome"] == "unknown_entity", kind
        else:
            assert (kind, answer.status_code, slug(answer)) == (kind, 422, "invalid")


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if kind not in {"a megabyte", "empty"}])
async def test_texts_in_addresses_find_nothing_or_are_refused(world: World, kind: str) -> None:
    text = TEXTS[kind].encode("utf-8", "surrogatepass")
    quoted = "".join(f"%{byte:02X}" for byte in text)
    for path in ("/v1/entities/", "/v1/committees/", "/v1/meetings/", "/v1/public/meetings/"):
        answer = await world.administrator.get(path + quoted)
        assert answer.status_code in {404, 422}, path
    found = await world.administrator.get(f"/v1/entities?search={quoted}")
    assert found.status_code in {200, 422}
    slugs = await world.administrator.get(f"/v1/entities?{quoted}=1")
    assert (slugs.status_code, slug(slugs)) == (422, "invalid")


BROKEN = {
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "too large a float": b'{"name": 1e999}',
    "too many digits": b'{"name": ' + b"9" * 10_000 + b"}",
    "duplicate": b'{"name": "a", "name": "b"}',
    "duplicate within": b'{"name": {"en": "a", "\\u0065n": "b"}}',
    "deep list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "unfinished": b'{"name": "a"',
    "two values": b"{}{}",
    "not utf-8": b'{"name": "\xff"}',
    "utf-16": '{"name": "a"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "overlong": b'{"name": "\xc0\x80"}',
    "comment": b"{} // x",
    "single quotes": b"{'name': 1}",
    "text": b'"name"',
    "number": b"1",
    "nul name": b'{"a\\u0000": 1}',
    "surrogate name": b'{"\\ud800": 1}',
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_json_is_refused_by_every_operation(prepared: Scene, kind: str) -> None:
    found = {
        operation_id: (answer.status_code, slug(answer))
        for operation_id in BODIES
        if (answer := await at(prepared, operation_id, BROKEN[kind]))
    }
    assert found == dict.fromkeys(BODIES, (422, "invalid"))


async def test_unknown_members_are_refused_by_every_operation(prepared: Scene) -> None:
    for operation_id, body_of in BODIES.items():
        body = body_of(prepared.here)
        if isinstance(body, list):
            continue
        for name in ("status", "owner", "id", "created_at", "seats_taken", "constructor"):
            if name in body:
                continue
            answer = await at(prepared, operation_id, body | {name: "confirmed"})
            assert (operation_id, answer.status_code) == (operation_id, 422)
            assert f"/{name}" in {each["pointer"] for each in answer.json()["errors"]}


async def test_unknown_members_of_a_row_are_refused_with_the_row(prepared: Scene) -> None:
    [row] = BODIES["registerPeople"](prepared.here)
    answer = await at(prepared, "registerPeople", [row | {"status": "confirmed"}])
    if answer.status_code != 422:
        assert [each["outcome"] for each in answer.json()["rows"]] == ["refused"]


async def test_unknown_and_repeated_parameters_are_refused_by_every_operation(
    prepared: Scene,
) -> None:
    document = prepared.world.app.openapi()
    for operation_id, (method, path, described) in operations(document).items():
        if not path.startswith("/v1"):
            continue
        address = path.format_map(prepared.here.ids)
        body = BODIES[operation_id](prepared.here) if operation_id in BODIES else None
        names = {each["name"] for each in described["parameters"] if each["in"] == "query"}
        queries = ["made_up=1", *(["limit=1&limit=2"] if "limit" in names else [])]
        for query in queries:
            url = f"{address}?{query}"
            answer = await sent(prepared.world.administrator, url, body or {}, method)
            assert (operation_id, query, answer.status_code) == (operation_id, query, 422)
            assert slug(answer) == "invalid"


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_other_media_types_are_refused(prepared: Scene, media_type: str) -> None:
    for operation_id in BODIES:
        answer = await at(prepared, operation_id, b"{}", **{"content-type": media_type})
        assert (operation_id, answer.status_code) == (operation_id, 415)
        assert slug(answer) == "unsupported-media-type"


async def test_compressed_bodies_are_refused(prepared: Scene) -> None:
    """A bomb of a few kilobytes is never unpacked."""
    bomb = gzip.compress(b"[" + b"0," * 5_000_000 + b"0]")
    for encoding in ("gzip", "deflate", "br", "identity, gzip"):
        for operation_id in ("createEntity", "changeMeeting", "registerPeople"):
            answer = await at(prepared, operation_id, bomb, **{"content-encoding": encoding})
            assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("operation_id", ["createEntity", "registerPeople", "replaceAgenda"])
async def test_a_body_over_the_limit_is_refused_at_once(prepared: Scene, operation_id: str) -> None:
    """By its declared length before a byte is read; without one, as soon as the limit is passed."""
    settings: Settings = prepared.world.app.state.settings
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b" " * 100_000

    answer = await at(prepared, operation_id, b" " * (settings.body_limit + 1))
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    method, path, _ = operations(prepared.world.app.openapi())[operation_id]
    answer = await prepared.world.administrator.request(
        method,
        path.format_map(prepared.here.ids),
        content=endless(),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    assert taken <= settings.body_limit // 100_000 + 2


NUMBERS = [b"-1", b"2147483648", b"9223372036854775808", b"1.5", b"1e400", b"[]"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_out_of_bounds_are_refused(prepared: Scene, number: bytes) -> None:
    for operation_id, name in (
        ("changeMeeting", b"capacity"),
        ("changeInvitation", b"seat_quota"),
        ("changeAgendaItem", b"minutes"),
        ("changeCommittee", b"default_seat_quota"),
        ("moveAgendaItem", b"position"),
    ):
        body = b'{"' + name + b'": ' + number + b"}"
        answer = await at(prepared, operation_id, body)
        assert (operation_id, answer.status_code) == (operation_id, 422), answer.text


@pytest.mark.parametrize("value", ["0", "201", "-1", "1e3", "NaN", "99999999999999999999", ""])
async def test_limits_out_of_bounds_are_refused(prepared: Scene, value: str) -> None:
    answer = await prepared.world.administrator.get(f"/v1/entities?limit={value}")
    assert (answer.status_code, slug(answer)) == (422, "invalid")
    number = await prepared.world.administrator.get(
        f"/v1/meetings/{prepared.here.ids['m']}/agenda/versions/{value or 'x'}"
    )
    assert number.status_code in {404, 422}


async def at(prepared: Scene, operation_id: str, body: Any, **headers: str) -> httpx.Response:
    """Send a body to an operation, as an administrator; places on panels are their holders' own."""
    method, path, _ = operations(prepared.world.app.openapi())[operation_id]
    own = path.startswith("/v1/panellists/")
    client = prepared.panellist if own else prepared.world.administrator
    return await sent(client, path.format_map(prepared.here.ids), body, method, **headers)
