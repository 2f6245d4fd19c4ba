"""Bytes come in at once or in parts, once and whole, and refused where they are not what they are
said to be; what is left over of faults is nobody's document.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.documents import access, finishing, queries, running, sniffing, uploads
from app.documents import versions as storing
from app.documents.receiving import spool_folder
from app.documents.running import Caretaker
from app.documents.storage import DOCUMENTS, UPLOADS, Storage
from app.documents.tables import DocumentUpload
from tests.documents.desk import Desk, versions
from tests.documents.papers import DOCX, PDF, PNG, package
from tests.documents.unlocked import no_document, no_meeting
from tests.meetings.board import entries, refusal
from tests.waiting import until

TUS = {"Tus-Resumable": "1.0.0"}


def said(name: str = "note.pdf", kind: str = "application/pdf", language: str = "en") -> str:
    pairs = {"filename": name, "filetype": kind, "language": language}
    return ",".join(f"{key} {coded(value.encode())}" for key, value in pairs.items())


def coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Sender:
    """Sends one document in parts, as a client of tus does."""

    def __init__(self, desk: Desk, document: dict[str, Any], who: httpx.AsyncClient) -> None:
        self.desk, self.document, self.who = desk, document, who
        revision = document["revisions"][0]["id"]
        self.creation = f"{desk.path}/{document['id']}/revisions/{revision}/uploads"
        self.address = ""

    async def start(self, size: int, **headers: str) -> httpx.Response:
        wanted = TUS | {"Upload-Length": str(size), "Upload-Metadata": said()} | headers
        answer = await self.who.post(self.creation, headers=wanted)
        self.address = answer.headers.get("location", "")
        return answer

    async def send(self, offset: int, content: Any, **headers: str) -> httpx.Response:
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        return await self.who.patch(self.address, content=content, headers=TUS | kind | headers)

    async def offset(self) -> int:
        answer = await self.who.head(self.address, headers=TUS)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
        return int(answer.headers["upload-offset"])


@pytest.fixture
async def sender(desk: Desk) -> Sender:
    return Sender(desk, await desk.document(access="members"), desk.organizer)


def caretaker(desk: Desk, **more: Any) -> Caretaker:
    state = desk.world.app.state
    return Caretaker(state.database, state.storage, spool_folder(state.settings), **more)


async def objects(desk: Desk, prefix: str = DOCUMENTS) -> list[str]:
    storage: Storage = desk.world.app.state.storage
    return [each.key async for batch in storage.list(prefix) for each in batch]


async def test_a_client_learns_what_is_spoken(sender: Sender) -> None:
    answer = await sender.desk.anonymous.options(sender.creation)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert answer.headers["tus-max-size"] == "100000000"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256,sha512,md5"


async def test_a_document_comes_in_parts_also_through_another_process(sender: Sender) -> None:
    desk = sender.desk
    started = await sender.start(len(PDF))
    assert started.status_code == 201, started.text
    assert started.headers["tus-resumable"] == "1.0.0"
    assert started.headers["upload-expires"].endswith("GMT")
    sha1 = f"sha1 {coded(hashlib.sha1(PDF[:10]).digest())}"
    first = await sender.send(0, PDF[:10], **{"Upload-Checksum": sha1})
    assert (first.status_code, first.headers["upload-offset"]) == (204, "10")
    assert refusal(await sender.send(0, PDF[:10])) == (409, "upload-offset-wrong")
    assert refusal(await sender.send(20, PDF[20:])) == (409, "upload-offset-wrong")
    bad = await sender.send(10, PDF[10:20], **{"Upload-Checksum": sha1})
    assert (bad.status_code, bad.headers["tus-resumable"]) == (460, "1.0.0")
    odd = await sender.send(10, b"x", **{"Upload-Checksum": "crc32 AAAA"})
    assert refusal(odd) == (400, "bad-request")
    assert refusal(await sender.send(10, PDF)) == (413, "body-too-large")
    assert await sender.offset() == 10
    state = desk.world.app.state
    state.storage = Storage.folder(state.settings.data / "documents")  # as a new process has it
    last = await sender.send(10, PDF[10:])
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(PDF)))
    upload = (await sender.who.get(sender.address)).json()
    document = (await desk.read(desk.organizer, sender.document)).json()
    kept = versions(document)["en"]
    assert upload["version_id"] == kept["id"]
    assert kept["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (await desk.organizer.get(kept["address"])).content == PDF
    names = [name for name, _ in await entries(desk.world.app, desk.meeting)]
    assert names[-2:] == ["document.upload_started", "document.version_stored"]
    assert refusal(await sender.send(len(PDF), b"more")) == (413, "body-too-large")
    assert (await desk.put(document, PDF[:-1])).status_code == 200
    await caretaker(desk).look()
    changed = (await desk.read(desk.organizer, document)).json()
    assert versions(changed)["en"]["size"] == len(PDF) - 1
    assert (await sender.who.get(sender.address)).status_code == 404


NONSENSE: list[tuple[dict[str, str], int, str]] = [
    ({"Tus-Resumable": "0.2.2"}, 412, "tus-version"),
    ({"Upload-Length": "100000001"}, 413, "body-too-large"),
    ({"Upload-Length": "0"}, 422, "invalid"),
    ({"Upload-Length": "-1"}, 422, "invalid"),
    ({"Upload-Length": "9" * 30}, 422, "invalid"),
    ({"Upload-Metadata": "filename"}, 422, "invalid"),
    ({"Upload-Metadata": "filename ###"}, 422, "invalid"),
    ({"Upload-Metadata": said("a\x00b")}, 422, "invalid"),
    ({"Upload-Metadata": said(language="../x")}, 422, "invalid"),
    ({"Upload-Metadata": said(kind="text/html")}, 415, "unsupported-media-type"),
]


async def test_uploads_that_make_no_sense_are_refused_at_once(sender: Sender) -> None:
    for headers, status, slug in NONSENSE:
        answer = await sender.start(10, **headers)
        assert refusal(answer) == (status, slug), headers
        assert answer.headers["tus-resumable"] == "1.0.0"


async def test_of_two_that_send_the_same_part_at_once_one_wins(sender: Sender) -> None:
    await sender.start(len(PDF))
    answers = await asyncio.gather(*(sender.send(0, PDF[:10]) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [204, 409, 409, 409]
    assert await sender.offset() == 10
    whole = await asyncio.gather(*(sender.send(10, PDF[10:]) for _ in range(3)))
    assert sorted(each.status_code for each in whole) == [204, 409, 409]
    document = (await sender.desk.read(sender.desk.organizer, sender.document)).json()
    assert (await sender.who.get(versions(document)["en"]["address"])).content == PDF


async def at_once(sender: Sender) -> list[int]:
    """Three files of one language; how each was answered."""
    files = [PDF + str(number).encode() + b"\n%%EOF" for number in range(3)]
    put = (sender.desk.put(sender.document, each, language="fr") for each in files)
    answers = await asyncio.gather(*put)
    document = (await sender.desk.read(sender.desk.organizer, sender.document)).json()
    assert (await sender.who.get(versions(document)["fr"]["address"])).content in files
    return sorted(each.status_code for each in answers)


async def test_of_several_files_of_one_language_at_once_one_stays(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without locks, as the control shows, the database would have to refuse."""
    keep, all_there = storing.keep, asyncio.Barrier(3)

    async def keep_together(*arguments: Any) -> Any:
        await all_there.wait()
        return await keep(*arguments)

    with monkeypatch.context() as control:
        control.setattr(access, "lock_meeting", no_meeting)
        control.setattr(queries, "find_document", no_document)
        control.setattr(storing, "keep", keep_together)
        assert await at_once(sender) == [201, 409, 409]
    sender.document = await sender.desk.document()
    assert await at_once(sender) == [200, 200, 201]


async def test_without_the_second_look_the_database_would_have_to_refuse(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: all of them get past the first look at the offset."""
    await sender.start(len(PDF))
    monkeypatch.setattr(uploads, "check_offset", lambda *_: None)
    answers = await asyncio.gather(*(sender.send(0, PDF[:10]) for _ in range(4)))
    refused = [refusal(each) for each in answers if each.status_code != 204]
    assert refused == [(409, "already-exists")] * 3
    assert await sender.offset() == 10


async def test_what_came_before_a_connection_broke_is_kept(sender: Sender) -> None:
    await sender.start(len(PDF))
    headers = TUS | {"content-type": "application/offset+octet-stream", "upload-offset": "0"}
    await broken(sender, headers, PDF[:15])
    assert await sender.offset() == 15
    checked = headers | {"upload-offset": "15", "upload-checksum": f"sha1 {coded(b'x' * 20)}"}
    await broken(sender, checked, PDF[15:20])
    assert await sender.offset() == 15
    ended = await sender.who.delete(sender.address, headers=TUS)
    assert (ended.status_code, ended.headers["tus-resumable"]) == (204, "1.0.0")
    gone = await sender.who.head(sender.address, headers=TUS)
    assert gone.status_code == 404
    assert "upload-offset" not in gone.headers


async def broken(sender: Sender, headers: dict[str, str], content: bytes) -> None:
    """Send the bytes, and go away before the end."""
    messages = [
        {"type": "http.request", "body": content, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(_: Any) -> None:
        return

    scope = {
        "type": "http",
        "method": "PATCH",
        "path": sender.address,
        "raw_path": sender.address.encode(),
        "query_string": b"",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in {**headers, "authorization": authorization(sender.who)}.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    await sender.desk.world.app(scope, receive, send)


def authorization(client: httpx.AsyncClient) -> str:
    return str(client.headers["authorization"])


async def test_an_upload_that_turns_out_to_be_something_else_ends(sender: Sender) -> None:
    page = b"<html>" + PDF
    await sender.start(len(page))
    assert refusal(await sender.send(0, page)) == (415, "unsupported-media-type")
    assert (await sender.who.get(sender.address)).status_code == 404
    last = (await entries(sender.desk.world.app, sender.desk.meeting))[-1]
    assert (last[0], last[1]["why"]) == ("document.upload_ended", "refused")


async def test_a_process_that_dies_in_the_middle_leaves_no_broken_document(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, set_clock: Any
) -> None:
    """Before the bytes are in the store, and between them and the commit of their row."""
    desk, keeper = sender.desk, caretaker(sender.desk)
    await sender.start(len(PDF))

    async def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        fault.setattr(finishing.Finisher, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            await sender.send(0, PDF)
    assert await sender.offset() == len(PDF)
    assert versions((await desk.read(desk.organizer, sender.document)).json()) == {}
    with monkeypatch.context() as fault:
        fault.setattr(sniffing, "check", None)
        await keeper.look()  # what fails is told to the operator, and hinders nothing else
    await keeper.look()
    document = (await desk.read(desk.organizer, sender.document)).json()
    assert (await desk.organizer.get(versions(document)["en"]["address"])).content == PDF
    assert (len(await objects(desk)), len(await objects(desk, UPLOADS))) == (2, 1)
    await keeper.collect()
    assert (len(await objects(desk)), len(await objects(desk, UPLOADS))) == (2, 1)  # too fresh
    monkeypatch.setattr(running, "GRACE", timedelta())
    begun = Path(desk.world.app.state.settings.data / "documents/documents/ab#1")
    begun.write_bytes(b"half")
    await keeper.collect()
    assert (len(await objects(desk)), len(await objects(desk, UPLOADS))) == (1, 0)
    assert not begun.exists()
    assert (await desk.organizer.get(versions(document)["en"]["address"])).content == PDF


async def test_uploads_expire(
    sender: Sender, set_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expires_at = (await sender.start(len(PDF))).json()["expires_at"]
    await sender.send(0, PDF[:10])
    with monkeypatch.context() as moment:
        moment.setattr(clock, "now", lambda: datetime.fromisoformat(expires_at))
        assert (await sender.who.head(sender.address, headers=TUS)).status_code == 404
    assert await sender.offset() == 10
    set_clock(clock.now() + timedelta(hours=25))
    assert (await sender.who.head(sender.address, headers=TUS)).status_code == 404
    assert refusal(await sender.send(10, PDF[10:])) == (404, "not-found")
    await caretaker(sender.desk).look()
    last = (await entries(sender.desk.world.app, sender.desk.meeting))[-1]
    assert (last[0], last[1]["why"]) == ("document.upload_ended", "expired")
    async with sender.desk.world.app.state.database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM document_uploads"))).scalar() == 0


async def test_who_sends_while_the_worker_lets_an_upload_expire_is_told_so(
    sender: Sender, session: AsyncSession
) -> None:
    """Without the upload's lock the part would find no row to count itself in."""
    await sender.start(len(PDF))
    database = sender.desk.world.app.state.database
    async with database.transaction() as worker:
        upload = (await worker.execute(select(DocumentUpload).with_for_update())).scalar_one()
        sending = asyncio.create_task(sender.send(0, PDF))

        async def waits() -> bool:
            statement = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool((await session.execute(statement)).scalar())

        await until(waits)
        await worker.delete(upload)
    assert refusal(await sending) == (404, "not-found")


async def test_what_is_sent_at_once_is_looked_at_before_it_counts(desk: Desk) -> None:
    document = await desk.document(access="members")
    digest = {"Repr-Digest": f"sha-256=:{coded(hashlib.sha256(PDF).digest())}:"}
    for content, kind, more, expected in (
        (PNG, "application/pdf", {}, (415, "unsupported-media-type")),
        (PDF, "text/html", {}, (415, "unsupported-media-type")),
        (PDF, "", {}, (415, "unsupported-media-type")),
        (PDF + package({"a": b"b"}), "application/pdf", {}, (422, "file-refused")),
        (DOCX + PDF, "application/pdf", {}, (415, "unsupported-media-type")),
        (b"", "application/pdf", {}, (422, "file-refused")),
        (PDF + b"%%EOF", "application/pdf", digest, (422, "checksum-mismatch")),
        (PDF, "application/pdf", {"Repr-Digest": "sha-256=:#:"}, (422, "invalid")),
        (PDF, "application/pdf", {"Content-Encoding": "gzip"}, (415, "unsupported-media-type")),
    ):
        answer = await desk.put(document, content, kind=kind, headers=more)
        assert refusal(answer) == expected, (kind, more)
    assert versions((await desk.read(desk.organizer, document)).json()) == {}
    assert (await desk.put(document, PDF, headers=digest)).status_code == 201
    for language in ("e", "en_GB", "x" * 12, "%00"):
        assert (await desk.put(document, language=language)).status_code in {404, 422}
    for name in ("", " ", "a\nb", "x" * 201):
        assert refusal(await desk.put(document, language="fr", name=name)) == (422, "invalid")


async def test_sizes_and_quotas_hold_also_where_no_length_is_told(desk: Desk) -> None:
    settings = desk.world.app.state.settings
    document = await desk.document(access="members")

    async def endless() -> AsyncIterator[bytes]:
        yield PDF[:9]
        for _ in range(120):
            yield b" " * 1_000_000

    assert refusal(await desk.put(document, endless())) == (413, "body-too-large")
    settings.document_quota = len(PDF) * 2
    assert (await desk.put(document)).status_code == 201
    assert (await desk.put(document, language="fr")).status_code == 201
    assert refusal(await desk.put(document, language="es")) == (409, "document-quota")
    replaced = await desk.put(document, PDF[:-1], language="fr")
    assert replaced.status_code == 200
    sender = Sender(desk, document, desk.organizer)
    answer = await sender.start(len(PDF), **{"Upload-Metadata": said(language="es")})
    assert refusal(answer) == (409, "document-quota")


async def test_who_pauses_for_too_long_is_told_so(desk: Desk) -> None:
    document = await desk.document(access="members")
    desk.world.app.state.settings.body_seconds = 0.05

    async def slow() -> AsyncIterator[bytes]:
        yield PDF[:9]
        await asyncio.Event().wait()

    assert refusal(await desk.put(document, slow())) == (408, "request-timeout")
