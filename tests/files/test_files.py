"""Files are what they are said to be, and go out to those whom they concern, to be saved."""

import hashlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.uploads import KINDS, LIMIT, disposition, named, sniffed
from app.files import service
from tests.meetings.board import entries, refusal
from tests.world import World

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF_TYPE = {"content-type": "application/pdf"}


class Desk:
    """An invited entity with its focal point, and where it hands in files."""

    def __init__(self, world: World, meeting: Any, entity: Any, invitation: Any) -> None:
        self.world, self.meeting, self.entity = world, meeting, entity
        self.path = f"/v1/meetings/{meeting['id']}/invitations/{invitation['id']}/files"

    async def hand_in(
        self, client: httpx.AsyncClient, content: bytes = PDF, name: str = "letter.pdf", **more: str
    ) -> httpx.Response:
        headers = PDF_TYPE | more
        return await client.post(self.path, params={"name": name}, content=content, headers=headers)


@pytest.fixture
async def desk(world: World) -> Desk:
    meeting = await world.scheduled(await world.meeting(await world.committee()))
    entity = await world.entity()
    return Desk(world, meeting, entity, await world.invitation(meeting, entity))


async def test_what_is_handed_in_comes_out_the_same_as_a_file_to_save(desk: Desk) -> None:
    focal_point = await desk.world.focal_point_of(desk.entity)
    made = await desk.hand_in(focal_point, name="Vérification \u202efdp.exe")
    assert made.status_code == 201, made.text
    said = made.json()
    assert {name: said[name] for name in ("name", "media_type", "size", "sha256")} == {
        "name": "Vérification fdp.exe.pdf",
        "media_type": "application/pdf",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    got = await focal_point.get(made.headers["location"])
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="V_rification fdp')
    again = await focal_point.get(
        made.headers["location"], headers={"if-none-match": got.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    listed = (await focal_point.get(desk.path)).json()["items"]
    assert listed == [said]
    assert (await entries(desk.world.app, desk.meeting))[-1] == (
        "file.stored",
        {"media_type": "application/pdf", "size": len(PDF), "sha256": said["sha256"]},
    )
    assert (await focal_point.delete(made.headers["location"])).status_code == 204
    assert refusal(await focal_point.get(made.headers["location"])) == (404, "not-found")


async def test_others_learn_nothing_and_observers_may_not(desk: Desk) -> None:
    made = await desk.hand_in(desk.world.administrator)
    other = await desk.world.entity()
    theirs = await desk.world.invitation(desk.meeting, other)
    stranger = await desk.world.focal_point_of(other)
    where = made.headers["location"]
    for address in (where, desk.path):
        assert refusal(await stranger.get(address)) == (404, "not-found")
    elsewhere = f"/v1/meetings/{desk.meeting['id']}/invitations/{theirs['id']}/files"
    moved = f"{elsewhere}/{made.json()['id']}"
    assert refusal(await stranger.get(moved)) == (404, "not-found")
    assert refusal(await stranger.delete(moved)) == (404, "not-found")
    observer = await desk.world.observer({"id": desk.meeting["committee_id"]})
    assert refusal(await observer.get(where)) == (403, "not-permitted")


async def test_only_the_kinds_that_are_taken_and_no_more_than_the_limit(desk: Desk) -> None:
    client = desk.world.administrator
    html = {"content-type": "text/html"}
    cases = {
        "another kind": (await desk.hand_in(client, PNG), (415, "unsupported-media-type")),
        "markup": (await desk.hand_in(client, b"<html>"), (415, "unsupported-media-type")),
        "not taken": (await desk.hand_in(client, PDF, **html), (415, "unsupported-media-type")),
        "empty": (await desk.hand_in(client, b""), (400, "bad-request")),
        "large": (
            await desk.hand_in(client, PDF.ljust(LIMIT + 1)),
            (413, "body-too-large"),
        ),
        "nameless": (await client.post(desk.path, content=PDF, headers=PDF_TYPE), (422, "invalid")),
    }
    assert {case: refusal(answer) for case, (answer, _) in cases.items()} == {
        case: expected for case, (_, expected) in cases.items()
    }
    assert (await desk.hand_in(client, PDF.ljust(LIMIT))).status_code == 201


async def test_no_more_files_than_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    assert (await desk.hand_in(desk.world.administrator)).status_code == 201
    refused = await desk.hand_in(desk.world.administrator)
    assert refusal(refused) == (409, "too-many-files")


@given(st.binary(max_size=20), st.sampled_from(sorted(KINDS)))
def test_a_kind_is_told_by_how_the_bytes_begin(tail: bytes, kind: str) -> None:
    assert sniffed(KINDS[kind][0] + tail) == kind
    assert sniffed(b"<" + KINDS[kind][0] + tail) is None


@given(st.text(max_size=250), st.sampled_from(sorted(KINDS)))
def test_a_name_is_safe_and_ends_as_its_kind(name: str, kind: str) -> None:
    safe = named(name, kind)
    assert safe.lower().endswith(KINDS[kind][1])
    assert not set(safe) & set('/\\:*?"<>|;%\0\r\n')
    assert disposition(safe.encode("utf-8", "replace").decode()).isascii()
