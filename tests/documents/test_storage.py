"""Bytes lie in a folder or in a bucket, alike; scanners are asked; lost bytes are found."""

import asyncio
import io
import struct
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from app.core import clock
from app.core.problems import Unavailable
from app.documents import storage as storing
from app.documents.lifecycle import ScanState
from app.documents.receiving import spool_folder
from app.documents.running import Caretaker
from app.documents.scanning import Scanner
from app.documents.spool import Spool
from app.documents.storage import BytesMissing, Storage, StoreFailed
from app.documents.verifying import kept_documents, lost
from tests.documents.bucket import KEY, NAME, SECRET, Bucket, serving
from tests.documents.desk import Desk, versions
from tests.documents.papers import PDF
from tests.meetings.board import entries, refusal
from tests.world import post


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    bucket = Bucket()
    async with serving(bucket) as url:
        bucket.url = url
        yield bucket


def in_bucket(bucket: Bucket) -> Storage:
    return Storage.bucket(storing.Bucket(NAME, bucket.url, "us-east-1", KEY, SECRET))


async def whole(storage: Storage, key: str, begins: int, ends: int) -> bytes:
    return b"".join([piece async for piece in await storage.read(key, begins, ends, 1000)])


@pytest.mark.parametrize("kind", ["folder", "bucket"])
async def test_a_folder_and_a_bucket_do_the_same(kind: str, bucket: Bucket, tmp_path: Path) -> None:
    storage = Storage.folder(tmp_path / "kept") if kind == "folder" else in_bucket(bucket)
    content = bytes(range(256)) * 21_000
    await storage.put("documents/aa/large", io.BytesIO(content))
    await storage.put("documents/aa/small", io.BytesIO(b"abc"))
    assert await whole(storage, "documents/aa/large", 0, len(content)) == content
    assert await whole(storage, "documents/aa/large", 1000, 2001) == content[1000:2001]
    assert await whole(storage, "documents/aa/small", 1, 3) == b"bc"
    assert await storage.size("documents/aa/large") == len(content)
    found = [each.key async for batch in storage.list("documents") for each in batch]
    assert sorted(found) == ["documents/aa/large", "documents/aa/small"]
    assert [each async for batch in storage.list("uploads") for each in batch] == []
    await storage.delete("documents/aa/small")
    await storage.delete("documents/aa/small")
    with pytest.raises(BytesMissing):
        await storage.read("documents/aa/small", 0, 1)
    with pytest.raises(BytesMissing):
        await storage.size("documents/aa/small")
    if kind == "bucket":
        assert bucket.parts == {}
        assert {"POST uploads", "PUT uploadId", "POST uploadId", "PUT"} <= set(bucket.seen)
        bucket.broken = True
        with pytest.raises(StoreFailed):
            await storage.put("documents/x", io.BytesIO(b"x"))
        with pytest.raises(StoreFailed):
            await storage.read("documents/aa/large", 0, 1)
        with pytest.raises(StoreFailed):
            await storage.delete("documents/aa/large")


async def test_documents_come_and_go_through_a_bucket(
    desk: Desk, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = desk.world.app.state
    state.storage = in_bucket(bucket)
    document = await desk.published()
    address = versions(document)["fr"]["address"]
    assert (await desk.focal_point.get(address)).content == PDF + b"fr\n%%EOF\n"
    part = await desk.focal_point.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, PDF[:4])
    assert (await desk.focal_point.get(f"{desk.path}.zip")).status_code == 200
    bucket.broken = True
    assert refusal(await desk.focal_point.get(address)) == (503, "unavailable")
    assert refusal(await desk.focal_point.get(f"{desk.path}.zip")) == (503, "unavailable")
    another = await desk.document()
    assert refusal(await desk.put(another)) == (503, "unavailable")
    bucket.broken, bucket.pause = False, 0.3
    monkeypatch.setattr(storing, "PATIENCE", 0.05)
    assert refusal(await desk.focal_point.get(address)) == (503, "unavailable")
    assert refusal(await desk.put(another)) == (503, "unavailable")
    (state.settings.data / "spool").rename(state.settings.data / "no spool")
    (state.settings.data / "spool").touch()
    assert refusal(await desk.put(another)) == (503, "unavailable")
    assert versions((await desk.read(desk.organizer, another)).json()) == {}


def test_a_full_disk_is_told_as_what_it_is(tmp_path: Path) -> None:
    full = Path("/dev/full").open("wb")  # noqa: SIM115  # the spool closes it
    with Spool(tmp_path) as spool:
        spool.close()
        spool.file = full
        spool.write(PDF)
        with pytest.raises(Unavailable, match="store of documents"):
            spool.flush()
        with pytest.raises(Unavailable, match="store of documents"):
            spool.write(PDF * 1000)


async def test_check_finds_bytes_that_are_lost_or_others(desk: Desk) -> None:
    storage: Storage = desk.world.app.state.storage
    await desk.published(symbol="X/1")
    await desk.published(b"%PDF-1.4\n" + PDF, symbol="X/2")
    async with desk.world.app.state.database.transaction() as session:
        kept = await kept_documents(session)
    assert await lost(kept, storage, whole=True) == []
    folder: Path = desk.world.app.state.settings.data / "documents"
    by_words = {each.words: folder / each.key for each in kept}
    by_words["X/1 in en"].unlink()
    by_words["X/1 in fr"].write_bytes(b"short")
    file = by_words["X/2 in en"]
    file.write_bytes(file.read_bytes().replace(b"1.4", b"1.5"))
    there = [
        "document X/1 in en: its bytes are missing",
        "document X/1 in fr: it has 5 bytes, and 57 were sent",
    ]
    assert await lost(kept, storage, whole=False) == there
    other = "document X/2 in en: its bytes are not those that were sent"
    assert await lost(kept, storage, whole=True) == [*there, other]


async def test_the_database_itself_keeps_what_was_published(desk: Desk) -> None:
    document = await desk.published()
    database = desk.world.app.state.database
    for change in ("language = 'es'", "sha256 = repeat('0', 64)", "published_at = NULL"):
        with pytest.raises(DBAPIError, match="never changes"):
            async with database.transaction() as session:
                await session.execute(text(f"UPDATE document_versions SET {change}"))
    assert (await desk.read(desk.organizer, document)).json() == document


INFECTED = b"EICAR"
PROGRAM = f"{sys.executable} -c 'import sys; sys.exit(int(b\"EICAR\" in sys.stdin.buffer.read()))'"


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(content), 7):
        yield content[place : place + 7]


async def clamd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As the INSTREAM command is answered."""
    assert await reader.readexactly(10) == b"zINSTREAM\0"
    content = b""
    while (size := struct.unpack(">I", await reader.readexactly(4))[0]) != 0:
        content += await reader.readexactly(size)
    writer.write(b"stream: Eicar FOUND\0" if INFECTED in content else b"stream: OK\0")
    writer.close()


async def by_http(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        body = await Request(scope, receive).body()
        if b"endless" in body:
            headers = [(b"content-length", b"1000000000000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            return
        status = 500 if b"odd" in body else 406 if INFECTED in body else 200
        await Response(status_code=status)(scope, receive, send)


async def test_scanners_of_each_kind_are_asked(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd")
    server = await asyncio.start_unix_server(clamd, path)
    tcp = await asyncio.start_server(clamd, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    async with server, tcp, serving(by_http) as url:
        for setting in (
            f"command:{PROGRAM}",
            f"clamd://{path}",
            f"clamd://127.0.0.1:{port}",
            f"{url}/scan",
        ):
            scanner = Scanner.of(setting, 20)
            outcomes = [await scanner.scan(pieces(each)) for each in (PDF, PDF + INFECTED)]
            assert outcomes == [ScanState.CLEAN, ScanState.INFECTED], setting
        assert await Scanner.of(url, 20).scan(pieces(b"odd")) is ScanState.FAILED
        assert await Scanner.of(url, 20).scan(pieces(b"endless")) is ScanState.CLEAN
    for setting, seconds in (
        ("command:false-and-missing", 5.0),
        ("command:sh -c 'exit 2'", 5.0),
        ("command:sleep 60", 0.05),
        (f"clamd://{path}-missing", 5.0),
        ("http://127.0.0.1:9/", 5.0),
    ):
        assert await Scanner.of(setting, seconds).scan(pieces(PDF)) is ScanState.FAILED, setting


async def test_others_wait_for_the_scanner_and_nobody_gets_what_is_infected(
    desk: Desk, set_clock: Any
) -> None:
    app = desk.world.app
    app.state.settings.scanner = "command:made for this test"
    answers = [ScanState.FAILED, ScanState.CLEAN, ScanState.INFECTED]
    asked = []

    async def ask(content: AsyncIterator[bytes]) -> ScanState:
        asked.append(b"".join([piece async for piece in content]))
        return answers.pop(0)

    spools = spool_folder(app.state.settings)
    keeper = Caretaker(app.state.database, app.state.storage, spools, Scanner(ask, 9))
    document = await desk.document(access="members")
    await desk.put(document)
    document = await post(desk.organizer, f"{desk.path}/{document['id']}/publish")
    address = versions(document)["en"]["address"]

    async def outcome() -> Any:
        return refusal(await desk.focal_point.get(address))

    assert await outcome() == (409, "not-yet-scanned")
    assert await keeper.look() is True
    assert await outcome() == (409, "not-yet-scanned")
    assert await keeper.look() is False  # it rests for half a minute
    set_clock(clock.now() + timedelta(seconds=31))
    assert await keeper.look() is True
    assert (await desk.focal_point.get(address)).content == PDF
    assert (asked, await keeper.look()) == ([PDF, PDF], False)
    other = await desk.document(access="members")
    await desk.put(other)
    await keeper.look()
    bad = versions((await desk.read(desk.organizer, other)).json())["en"]
    assert bad["scan"] == "infected"
    assert refusal(await desk.organizer.get(bad["address"])) == (409, "file-infected")
    publish = await desk.organizer.post(f"{desk.path}/{other['id']}/publish")
    assert refusal(publish) == (409, "file-infected")
    told = [
        data["outcome"]
        for name, data in await entries(app, desk.meeting)
        if name == "document.version_scanned"
    ]
    assert told == ["failed", "clean", "infected"]
