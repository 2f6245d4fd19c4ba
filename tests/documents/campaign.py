"""A document of 100 MB in and out of a server of its own, which is killed on the way.

`make campaign-documents`. Says what time and how much memory of the server each way took; ends with
status 1 where the memory was not flat or a byte was another.
"""

import asyncio
import base64
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from app.core import clock
from app.embedded import EmbeddedServer, remove_cluster
from app.identity.lifecycle import Role
from app.main import create_app
from app.settings import Settings
from tests.conftest import migrate, running
from tests.servers import SECRET, serving
from tests.world import World

SIZE = 99_999_000
PART = 5_000_000
MOST_MEMORY = 64_000
"""kB that the server may take more while it handles 100 MB."""


def content() -> bytes:
    body = os.urandom(SIZE - 2_000_009 - 6)
    return b"%PDF-1.7\n" + body + b"\n" * 2_000_000 + b"%%EOF\n"


async def prepared(url: str, data: Path) -> tuple[str, str]:
    """The path of a meeting's documents, and an organizer's token."""
    settings = Settings(
        _env_file=None, DATABASE_URL=url, data=data, secret_key=SECRET, rate_limit="off"
    )
    async with running(create_app(settings)) as app, World.of(app) as world:
        committee = await world.committee()
        meeting = await world.scheduled(await world.meeting(committee))
        token = await world.token(Role.ORGANIZER, committee_id=committee["id"])
    clock.use("real")
    return f"/v1/meetings/{meeting['id']}/documents", token


class Memory:
    """Of the one server that listens at an address."""

    def __init__(self, url: str) -> None:
        port = f":{int(url.rpartition(':')[2]):04X}"
        rows = (row.split() for row in _read(Path("/proc/net/tcp")).splitlines())
        listens = next(row[9] for row in rows if row[1].endswith(port) and row[3] == _LISTENING)
        self.process = next(
            path.parent.parent
            for path in Path("/proc").glob("[0-9]*/fd/*")
            if _target(path) == f"socket:[{listens}]"
        )

    def rest(self) -> int:
        """What it has now, in kB; the peak is counted from here on."""
        (self.process / "clear_refs").write_text("5")
        return self._line("VmRSS")

    def peak(self) -> int:
        return self._line("VmHWM")

    def kill(self) -> None:
        os.kill(int(self.process.name), 9)

    def _line(self, name: str) -> int:
        status = _read(self.process / "status")
        return int(status.partition(f"{name}:")[2].split()[0])


_LISTENING = "0A"
"""As the kernel writes the state of a socket."""


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


class Campaign:
    def __init__(self, url: str, path: str, token: str) -> None:
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120
        )
        self.memory, self.path = Memory(url), path
        self.wrong = 0

    def measured(self, what: str, work: Any) -> Any:
        before, began = self.memory.rest(), time.monotonic()
        outcome = work()
        seconds, more = time.monotonic() - began, self.memory.peak() - before
        flat = more <= MOST_MEMORY
        self.wrong += not flat
        sys.stdout.write(f"{what:36} {seconds:6.1f} s {more / 1024:8.1f} MB more of memory\n")
        return outcome

    def check(self, true: object, what: str) -> None:
        if not true:
            self.wrong += 1
            sys.stdout.write(f"WRONG: {what}\n")

    def document(self) -> Any:
        body = {"kind": "report", "title": {"en": "Large"}, "access": "members"}
        return self.client.post(self.path, json=body).raise_for_status().json()

    def put(self, document: Any, body: bytes, language: str) -> httpx.Response:
        where = f"{self.path}/{document['id']}/revisions/{document['revisions'][0]['id']}"
        return self.client.put(
            f"{where}/versions/{language}/content",
            params={"name": "large.pdf"},
            content=pieces(body),
            headers={"Content-Type": "application/pdf"},
        )

    def start(self, document: Any, size: int) -> str:
        metadata = {"filename": "large.pdf", "filetype": "application/pdf", "language": "fr"}
        pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
        headers = {"Upload-Length": str(size), "Upload-Metadata": ",".join(pairs)}
        where = f"{self.path}/{document['id']}/revisions/{document['revisions'][0]['id']}/uploads"
        answer = self.client.post(where, headers=headers | {"Tus-Resumable": "1.0.0"})
        return str(answer.raise_for_status().headers["location"])

    def send(self, address: str, body: bytes, begins: int, ends: int) -> None:
        for place in range(begins, ends, PART):
            answer = self.client.patch(
                address,
                content=body[place : min(ends, place + PART)],
                headers={
                    "Tus-Resumable": "1.0.0",
                    "Upload-Offset": str(place),
                    "Content-Type": "application/offset+octet-stream",
                },
            )
            answer.raise_for_status()

    def digest(self, path: str) -> str:
        made = hashlib.sha256()
        with self.client.stream("GET", path) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                made.update(piece)
        return made.hexdigest()


def pieces(body: bytes) -> Iterator[bytes]:
    for place in range(0, len(body), 65_536):
        yield body[place : place + 65_536]


def play(url: str, data: Path, path: str, token: str) -> int:
    body = content()
    sha256 = hashlib.sha256(body).hexdigest()
    wrong = 0
    with serving(url, data, processes=1) as (address,):
        first = Campaign(address, path, token)
        document = first.document()
        first.put(document, body[:9] + b"%%EOF\n", "es")  # what is loaded once is loaded now
        answer = first.measured("PUT", lambda: first.put(document, body, "en"))
        first.check(answer.status_code == 201, answer.text)
        version = next(
            v for v in answer.json()["revisions"][0]["versions"] if v["language"] == "en"
        )
        first.check(version["sha256"] == sha256, "the digest of what came")
        got = first.measured("GET", lambda: first.digest(version["address"]))
        first.check(got == sha256, "the bytes that went out")
        first.client.post(f"{path}/{document['id']}/publish").raise_for_status()
        first.measured("archive", lambda: first.digest(f"{path}.zip"))
        other = first.document()
        upload = first.start(other, len(body))
        half = 10 * PART
        first.measured("half of an upload", lambda: first.send(upload, body, 0, half))
        first.memory.kill()
        wrong += first.wrong
    with serving(url, data, processes=1) as (address,):
        second = Campaign(address, path, token)
        head = second.client.head(upload, headers={"Tus-Resumable": "1.0.0"})
        second.check(head.headers["upload-offset"] == str(half), "the offset after a kill")
        second.measured(
            "the other half, by another process", lambda: second.send(upload, body, half, len(body))
        )
        found = second.client.get(f"{path}/{other['id']}").json()["revisions"][0]["versions"]
        second.check([each["sha256"] for each in found] == [sha256], "what the parts became")
        wrong += second.wrong
    return wrong


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        cluster = Path(folder) / "cluster"
        data = Path(folder) / "data"
        with EmbeddedServer.start(cluster) as embedded:
            url = embedded.url("postgres")
            migrate(url)
            path, token = asyncio.run(prepared(url, data))
            wrong = play(url, data, path, token)
        remove_cluster(cluster)
    sys.stdout.write(f"{wrong} things are wrong.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
