"""Bytes go out: ranges, tags, names, archives; to those whom they concern, and when they may."""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.fields import UN_LANGUAGES
from app.documents import queries
from app.documents.access import hindrance
from app.documents.archives import free_name
from app.documents.downloads import wanted_span
from app.documents.lifecycle import RevisionKind
from app.documents.policy import Reader, in_force, spoken, suggested_symbol
from app.documents.schemas import PublicDocumentOut
from app.documents.words import words_for
from tests.documents.desk import Desk, versions
from tests.documents.papers import PDF
from tests.meetings.board import refusal
from tests.world import post

BYTES = PDF + b"en\n%%EOF\n"


class Spoken(NamedTuple):
    language: str


class Told(NamedTuple):
    kind: RevisionKind
    number: int


async def test_a_version_is_fetched_whole_and_in_parts(desk: Desk) -> None:
    document = await desk.document(access="public")
    await desk.put(document, BYTES, name='Déclaration "بيان".pdf')
    document = await post(desk.organizer, f"{desk.path}/{document['id']}/publish")
    address = versions(document)["en"]["address"]
    whole = await desk.focal_point.get(address)
    assert (whole.status_code, whole.content) == (200, BYTES)
    etag, size = whole.headers["etag"], len(BYTES)
    assert etag == f'"{versions(document)["en"]["sha256"]}"'
    assert whole.headers["content-disposition"] == (
        "attachment; filename=\"D_claration ______.pdf\"; filename*=UTF-8''"
        "D%C3%A9claration%20_%D8%A8%D9%8A%D8%A7%D9%86_.pdf"
    )
    expected = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-language": "en",
        "content-length": str(size),
        "content-security-policy": "default-src 'none'; sandbox",
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
    }
    assert {name: whole.headers[name] for name in expected} == expected
    head = await desk.focal_point.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in expected} == expected

    async def part(asked: str, **headers: str) -> tuple[int, bytes, str | None]:
        found = await desk.focal_point.get(address, headers={"Range": asked} | headers)
        return found.status_code, found.content, found.headers.get("content-range")

    assert await part("bytes=0-9") == (206, BYTES[:10], f"bytes 0-9/{size}")
    assert await part("bytes=10-") == (206, BYTES[10:], f"bytes 10-{size - 1}/{size}")
    assert await part("bytes=-5") == (206, BYTES[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert await part("bytes=5-99999") == (206, BYTES[5:], f"bytes 5-{size - 1}/{size}")
    assert await part("bytes=0-0", **{"If-Range": etag}) == (206, BYTES[:1], f"bytes 0-0/{size}")
    for all_of_it in ("bytes=0-1,3-4", "lines=0-1", "bytes=5-1", "bytes=x", "bytes=-"):
        assert await part(all_of_it) == (200, BYTES, None), all_of_it
    assert await part("bytes=0-9", **{"If-Range": '"other"'}) == (200, BYTES, None)
    for outside in (f"bytes={size}-", "bytes=-0", "bytes=99999-99999"):
        status, _, told = await part(outside)
        assert (status, told) == (416, f"bytes */{size}"), outside
    known = await desk.focal_point.get(
        address, headers={"If-None-Match": etag, "Range": "bytes=1-"}
    )
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    public = address.replace("/meetings/", "/public/meetings/", 1)
    everybodys = await desk.anonymous.get(public)
    assert (everybodys.content, everybodys.headers["cache-control"]) == (BYTES, "public, no-cache")


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_ranges_are_those_of_the_rules(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    span = wanted_span(f"bytes={first}-{last}", size)
    if last < first:
        assert span is None
    else:
        assert span is not None
        assert content[span.begins : span.ends] == content[first : last + 1]
    tail = wanted_span(f"bytes=-{last}", size)
    assert tail is not None
    assert content[tail.begins : tail.ends] == (content[-last:] if last else b"")


async def test_the_embargo_holds_until_its_moment(desk: Desk, set_clock: Any) -> None:
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    quiet = await desk.published(access="public", embargo_until=ends)
    told = await desk.published(access="public", embargo_until=ends, embargo_shows=True)

    async def outcome(who: httpx.AsyncClient, document: Any, public: bool) -> tuple[int, ...]:
        path = f"{desk.public if public else desk.path}/{document['id']}"
        version = versions(document)["fr"]["id"]
        paths = (path, f"{path}/versions/{version}/content")
        return tuple([(await who.get(each)).status_code for each in paths])

    for who in (desk.focal_point, desk.observer, desk.fellow):
        assert await outcome(who, quiet, public=False) == (404, 404)
        assert await outcome(who, told, public=False) == (200, 403)
    assert await outcome(desk.anonymous, quiet, public=True) == (404, 404)
    assert await outcome(desk.anonymous, told, public=True) == (200, 403)
    assert await outcome(desk.organizer, quiet, public=False) == (200, 200)
    listed = (await desk.anonymous.get(f"{desk.public}/{told['id']}")).json()
    assert {(each["size"], each["sha256"]) for each in versions(listed).values()} == {(None, None)}
    assert versions(told)["fr"]["sha256"] is not None
    refused = await desk.anonymous.get(
        f"{desk.public}/{told['id']}/versions/{versions(told)['fr']['id']}/content"
    )
    assert refusal(refused) == (403, "document-embargoed")
    assert refused.json()["ends_at"] == ends.replace("+00:00", "Z")
    await at_its_moment(desk, quiet, told, datetime.fromisoformat(ends))
    empty = await desk.anonymous.get(f"{desk.public}.zip")
    assert zipfile.ZipFile(io.BytesIO(empty.content)).namelist() == ["index.txt"]
    set_clock(clock.now() + timedelta(hours=2))
    for document in (quiet, told):
        assert await outcome(desk.anonymous, document, public=True) == (200, 200)
    listed = (await desk.anonymous.get(f"{desk.public}/{told['id']}")).json()
    assert versions(listed)["fr"]["sha256"] == versions(told)["fr"]["sha256"]


async def at_its_moment(desk: Desk, quiet: Any, told: Any, ends: datetime) -> None:
    """Until then nothing, and from then on everything."""
    version = UUID(versions(told)["fr"]["id"])
    for reader, over in ((Reader(ends - timedelta(microseconds=1)), False), (Reader(ends), True)):
        async with desk.world.app.state.database.transaction() as session:
            known, shown = [
                await queries.find_document(session, desk.meeting_id, UUID(each["id"]), reader)
                for each in (quiet, told)
            ]
            stored = await queries.find_version(
                session, desk.meeting_id, UUID(told["id"]), version, reader
            )
            assert shown is not None
            assert stored is not None
            contents = (await queries.contents_of(session, [shown.id], reader))[shown.id]
        out = PublicDocumentOut.made(shown, contents, reader, "")
        open_to = (
            known is not None,
            hindrance(stored, reader, scanned=False) is None,
            out.revisions[0].versions[0].sha256 is not None,
        )
        assert open_to == (over, over, over)


async def test_all_documents_of_an_item_in_french_are_one_archive(desk: Desk) -> None:
    item = {"item_id": desk.items[1]["id"]}
    below = {"item_id": desk.items[2]["id"]}
    for number in (10, 9):
        await desk.published(symbol=f"X/{number}", **item)
    await desk.published(symbol="X/11", access="organizers", **item)
    await desk.published(symbol="Y/1", item_id=desk.items[0]["id"])
    only = await desk.document(symbol="X/12", access="members", **below)
    await desk.put(only, BYTES, language="es", name="../../a.pdf")
    only = await post(desk.organizer, f"{desk.path}/{only['id']}/publish")
    for kind in ("revision", "corrigendum"):
        revisions = f"{desk.path}/{only['id']}/revisions"
        only = await post(desk.organizer, revisions, {"kind": kind})
        where = len(only["revisions"]) - 1
        await desk.put(only, BYTES + kind.encode() + b"\n%%EOF", language="fr", revision=where)
        if kind == "revision":
            only = await post(desk.organizer, f"{desk.path}/{only['id']}/publish")
    asked = {"item": desk.items[1]["id"], "language": "fr"}
    got = await desk.focal_point.get(f"{desk.path}.zip", params=asked)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    assert int(got.headers["content-length"]) == len(got.content)
    handle = desk.meeting["handle"]
    assert f'filename="{handle}-documents-fr.zip"' in got.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(got.content))
    assert archive.testzip() is None
    assert archive.namelist() == ["index.txt", "X_9-fr.pdf", "X_10-fr.pdf", "X_12_Rev.1-fr.pdf"]
    assert archive.read("X_9-fr.pdf") == PDF + b"fr\n%%EOF\n"
    again = await desk.focal_point.get(f"{desk.path}.zip", params=asked)
    assert again.content == got.content
    etag = {"If-None-Match": got.headers["etag"]}
    known = await desk.focal_point.get(f"{desk.path}.zip", params=asked, headers=etag)
    assert known.status_code == 304
    spanish = await desk.focal_point.get(f"{desk.path}.zip", params=asked | {"language": "es"})
    archive = zipfile.ZipFile(io.BytesIO(spanish.content))
    assert archive.namelist()[1:] == ["X_9-en.pdf", "X_10-en.pdf", "X_12_Rev.1-fr.pdf"]
    lines = archive.read("index.txt").decode().splitlines()
    assert lines[:2] == [
        "archivo\tsignatura\tidioma\ttítulo",
        "X_9-en.pdf\tX/9\ten (no lo hay en es)\tConcept note",
    ]
    for tag in UN_LANGUAGES:
        assert words_for(f"{tag}-XX") is words_for(tag)
        assert words_for(f"{tag}-XX").instead("eo", "la").startswith("eo")
    assert len({tuple(words_for(tag).columns) for tag in UN_LANGUAGES}) == 6
    assert words_for("de").instead("en", "de") == "en (there is none in de)"
    everything = await desk.organizer.get(f"{desk.path}.zip", params={"item": asked["item"]})
    archive = zipfile.ZipFile(io.BytesIO(everything.content))
    french = archive.read("index.txt").decode().splitlines()[2]
    assert french == "X_9-fr.pdf\tX/9\tfr\tNote de cadrage"
    names = archive.namelist()
    assert names[5:] == ["X_11-en.pdf", "X_11-fr.pdf", "X_12_Rev.1-fr.pdf"]
    head = await desk.focal_point.head(f"{desk.path}.zip", params=asked)
    assert (head.status_code, head.content) == (200, b"")
    listed = await desk.focal_point.get(desk.path, params=asked)
    assert [each["symbol"] for each in listed.json()["items"]] == ["X/9", "X/10", "X/12"]


async def test_a_store_that_fails_is_said_to_fail(desk: Desk) -> None:
    """Bytes that were lost are no half answer, and nothing else suffers from them."""
    document = await desk.published()
    folder: Path = desk.world.app.state.settings.data / "documents"
    for kept in folder.rglob("*-*"):
        kept.unlink()
    address = versions(document)["en"]["address"]
    assert refusal(await desk.organizer.get(address)) == (503, "unavailable")
    head = await desk.organizer.head(address)
    assert head.status_code == 200
    assert (await desk.read(desk.organizer, document)).status_code == 200


@given(st.lists(st.sampled_from(["en", "fr", "fr-CA", "ar", "es"]), unique=True), st.data())
@settings(max_examples=40, deadline=None)
def test_somebody_who_asks_for_a_language_gets_one(languages: list[str], data: Any) -> None:
    wanted = data.draw(st.sampled_from(["fr-CA", "ar", "ru", "en-GB"]))
    there = [Spoken(each) for each in languages]
    found = [each.language for each in spoken(there, wanted, ["es"])]
    assert len(found) == min(1, len(languages))
    if wanted in languages:
        assert found == [wanted]
    elif wanted == "fr-CA" and "fr" in languages:
        assert found == ["fr"]
    elif "en" in languages:
        assert found == ["en"]
    assert [each.language for each in spoken(there, None, [])] == sorted(languages)


async def test_symbols_are_sorted_and_suggested_as_people_read_them(desk: Desk) -> None:
    symbols = ["A-2/9", "a-2/9/Rev.1", "A-2/10", "A-2/010(b)", "A-10/1", "B/1"]
    for symbol in sorted(symbols):
        await desk.document(symbol=symbol)
    for path in (desk.path, f"{desk.path}?sort=-symbol"):
        found, page = [], (await desk.organizer.get(f"{path}{'&' if '?' in path else '?'}limit=4"))
        while True:
            found += [each["symbol"] for each in page.json()["items"]]
            if "next" not in page.links:
                break
            page = await desk.organizer.get(page.links["next"]["url"])
        assert found == (symbols if path == desk.path else symbols[::-1])
    assert suggested_symbol("board-6", {"board-6/2", "board-6/4"}) == "BOARD-6/3"


def test_what_is_in_force_is_the_last_whole_and_all_beside_it() -> None:
    kinds = RevisionKind
    rows = [(kinds.ORIGINAL, 0), (kinds.ADDENDUM, 1), (kinds.REVISION, 1), (kinds.CORRIGENDUM, 1)]
    revisions = [Told(kind, number) for kind, number in rows]
    found = [(each.kind, each.number) for each in in_force(revisions)]
    assert found == [(kinds.REVISION, 1), (kinds.ADDENDUM, 1), (kinds.CORRIGENDUM, 1)]


@pytest.mark.parametrize("limit", [2])
async def test_an_archive_has_its_bounds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("app.documents.archive_endpoints.MOST_FILES", limit)
    await desk.published()
    assert refusal(await desk.organizer.get(f"{desk.path}.zip")) == (409, "archive-too-large")


async def test_two_symbols_that_make_one_name_are_two_files(desk: Desk) -> None:
    """Else the second would take the first one's place where the archive is unpacked."""
    for symbol in ("A/1", "a_1"):
        await desk.published(symbol=symbol)
    archive = await desk.organizer.get(desk.path + ".zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        names = [name for name in found.namelist() if "-en" in name]
        index = found.read("index.txt").decode()
    assert sorted(names) == ["A_1-en.pdf", "a_1-en-2.pdf"]
    assert all(f"{name}\t" in index for name in names)
    assert free_name("CON.1-en", "pdf", set()) == "_CON.1-en.pdf"  # which Windows keeps
