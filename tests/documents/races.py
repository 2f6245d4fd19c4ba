"""Documents under races at several processes, and with processes that are killed.

`make campaign-documents` plays it after the large files. Ends with status 1 where bytes are not
those of their row, a row has no bytes, something is half done, or the control without locks shows
nothing.
"""

import asyncio
import hashlib
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from app.core.database import Database
from app.deployment import database_settings
from app.documents import running
from app.documents.receiving import spool_folder
from app.documents.running import Caretaker
from app.documents.storage import Storage
from app.documents.verifying import kept_documents, lost
from app.embedded import EmbeddedServer, remove_cluster
from app.settings import Settings
from tests.conftest import migrate
from tests.documents.campaign import Memory, prepared
from tests.documents.halting import HALT
from tests.documents.test_uploads import TUS, said
from tests.servers import SECRET, serving
from tests.waiting import until

ROUNDS = int(sys.argv[1]) if sys.argv[1:] else 12
SIZE = 600_000
PART = {"Content-Type": "application/offset+octet-stream"}
dice = random.Random(5)


def body(mark: bytes = b"", size: int = SIZE) -> bytes:
    return b"%PDF-1.7\n" + dice.randbytes(size) + mark + b"\n" * 70_000 + b"%%EOF\n"


class Races:
    def __init__(self, addresses: list[str], path: str, token: str, inside: "Inside") -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.at = [httpx.AsyncClient(base_url=each, headers=headers) for each in addresses]
        self.path, self.inside = path, inside
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    def check(self, true: object, what: str) -> None:
        if not true:
            self.wrong.append(what)

    async def document(self, path: str = "") -> Any:
        wanted = {"kind": "report", "title": {"en": "Race"}, "access": "members"}
        return (await self.at[0].post(path or self.path, json=wanted)).raise_for_status().json()

    async def put(self, who: httpx.AsyncClient, document: Any, content: bytes) -> httpx.Response:
        where = f"{self.path}/{document['id']}/revisions/{document['revisions'][-1]['id']}"
        return await who.put(
            f"{where}/versions/en/content",
            params={"name": "race.pdf"},
            content=content,
            headers={"Content-Type": "application/pdf"},
        )

    async def started(self, document: Any, size: int, path: str = "") -> str:
        where = f"{path or self.path}/{document['id']}/revisions/{document['revisions'][-1]['id']}"
        headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": said()}
        answer = await self.at[0].post(f"{where}/uploads", headers=headers)
        return str(answer.raise_for_status().headers["location"])

    async def patch(self, who: int, upload: str, offset: int, content: bytes) -> int:
        headers = TUS | PART | {"Upload-Offset": str(offset)}
        await asyncio.sleep(dice.random() * 0.02)
        return (await self.at[who].patch(upload, content=content, headers=headers)).status_code

    async def versions(self, document: Any) -> list[Any]:
        found = await self.at[1].get(f"{self.path}/{document['id']}")
        return list(found.raise_for_status().json()["revisions"][-1]["versions"])

    async def two_of_one_language(self) -> None:
        document, contents = await self.document(), [body(), body(), body()]
        sent = (self.put(self.at[n % 2], document, each) for n, each in enumerate(contents))
        answers = sorted(each.status_code for each in await asyncio.gather(*sent))
        self.seen[f"three files of one language {answers}"] += 1
        self.check(answers == [200, 200, 201], f"three files of one language: {answers}")
        (version,) = await self.versions(document)
        got = (await self.at[1].get(version["address"])).content
        self.check(got in contents, "what is kept of three files is none of them")
        self.check(hashlib.sha256(got).hexdigest() == version["sha256"], "another digest")

    async def one_part_twice(self) -> None:
        document, content = await self.document(), body()
        upload, half = await self.started(document, len(content)), len(content) // 2
        other = dice.randbytes(half)
        first = await asyncio.gather(
            self.patch(0, upload, 0, content[:half]), self.patch(1, upload, 0, other)
        )
        last = await asyncio.gather(
            *(self.patch(who, upload, half, content[half:]) for who in (0, 1))
        )
        mine = list(first) == [204, 409]
        self.seen[f"one part twice {sorted(first)} {sorted(last)}"] += 1
        self.check(sorted(first) == [204, 409], f"one part twice: {first}")
        ends = ([204, 409], [409, 415], [404, 415])  # what is mixed is none, and its upload over
        self.check(sorted(last) in ends, f"the last part twice: {last}")
        digests = [each["sha256"] for each in await self.versions(document)]
        whole = [hashlib.sha256(content).hexdigest()] if mine else []
        self.check(digests == whole, "the parts of two senders are mixed")

    async def gone_while_read(self) -> None:
        document, content = await self.document(), body(size=4_000_000)
        (await self.put(self.at[0], document, content)).raise_for_status()
        (version,) = await self.versions(document)
        made = b""
        async with self.at[0].stream("GET", version["address"]) as answer:
            async for piece in answer.aiter_bytes():
                if not made:
                    await self.at[1].delete(f"{self.path}/{document['id']}")
                    await self.inside.collect()
                made += piece
        self.check(made == content, "a download was cut or mixed by a deletion")
        after = await self.at[1].get(version["address"])
        self.check(after.status_code == 404, f"deleted, and answered {after.status_code}")
        self.seen["deleted while it was read"] += 1

    async def gone_while_finished(self) -> None:
        """Each of what a document lies in goes at the moment at which its upload is finished."""
        meeting = (await self.at[0].get(self.path.removesuffix("/documents"))).json()
        times = {name: meeting[name] for name in ("committee_id", "timezone")}
        wanted = {
            "committee": times["committee_id"],
            "title": {"en": "Draft"},
            "timezone": times["timezone"],
            "local_start": "2027-10-08T10:00:00",
            "local_end": "2027-10-08T13:00:00",
        }
        draft = (await self.at[0].post("/v1/meetings", json=wanted)).raise_for_status().json()
        base, content = f"/v1/meetings/{draft['id']}", body()
        document = await self.document(f"{base}/documents")
        upload = await self.started(document, len(content), f"{base}/documents")
        which = dice.choice([base, f"{base}/documents/{document['id']}"])
        patched, deleted = await asyncio.gather(
            self.patch(0, upload, 0, content),
            self.at[1].delete(which, headers={"If-Match": "*"}),
        )
        what = "meeting" if which == base else "document"
        self.seen[f"{what} deleted while finished {patched} {deleted.status_code}"] += 1
        self.check(patched in {204, 404}, f"the last part answered {patched}")
        self.check(deleted.status_code == 204, f"the deletion answered {deleted.text}")
        left = await self.inside.count("documents WHERE id = :id", id=document["id"])
        self.check(left == 0, f"the {what} was deleted, and the document is there")

    async def withdrawn_while_finished(self) -> None:
        document, content = await self.document(), body()
        (await self.put(self.at[0], document, content)).raise_for_status()
        one = f"{self.path}/{document['id']}"
        (await self.at[0].post(f"{one}/publish")).raise_for_status()
        document = (await self.at[0].post(f"{one}/revisions", json={})).raise_for_status().json()
        upload = await self.started(document, len(content))
        patched, moved = await asyncio.gather(
            self.patch(0, upload, 0, content), self.at[1].post(f"{one}/withdraw")
        )
        self.seen[f"withdrawn while finished {patched} {moved.status_code}"] += 1
        self.check((patched, moved.status_code) == (204, 200), f"{patched} {moved.text}")
        status = (await self.at[0].get(one)).json()["status"]
        self.check(status == "withdrawn", f"withdrawn, and is {status}")

    async def play(self, race: Callable[[], Awaitable[None]], rounds: int | None = None) -> None:
        for _ in range(rounds or ROUNDS):
            await race()

    async def close(self) -> None:
        for each in self.at:
            await each.aclose()


class Inside:
    """What no caller sees: rows, objects, and the worker's collecting, without its patience."""

    def __init__(self, url: str, data: Path) -> None:
        settings = Settings(_env_file=None, DATABASE_URL=url, data=data, secret_key=SECRET)
        self.database = Database(database_settings(settings))
        self.storage = Storage.folder(data / "documents")
        self.keeper = Caretaker(self.database, self.storage, spool_folder(settings))

    async def count(self, what: str, **values: Any) -> int:
        async with self.database.transaction() as session:
            found = await session.execute(text(f"SELECT count(*) FROM {what}"), values)
            return int(found.scalar_one())

    async def objects(self) -> int:
        return sum([len(b) for p in ("documents", "uploads") async for b in self.storage.list(p)])

    async def collect(self) -> None:
        await self.keeper.collect()

    async def faults(self) -> list[str]:
        """Rows without their bytes, and bytes without a row once they were collected."""
        async with self.database.transaction() as session:
            kept = await kept_documents(session)
        found = await lost(kept, self.storage, whole=True)
        await self.collect()
        rows = await self.count("document_versions") + await self.count("document_upload_parts")
        if (objects := await self.objects()) != rows:
            found.append(f"{objects} objects for {rows} rows")
        half = "document_uploads WHERE received = size AND version_id IS NULL"
        return found + ["an upload is half done"] * await self.count(half)


async def killed(races: Races, inside: Inside, kill: Callable[[], None]) -> None:
    """`kill -9` once the bytes are in the store, and before their row is committed."""
    document, content = await races.document(), body(HALT)
    before = await inside.objects()
    going = asyncio.create_task(races.put(races.at[0], document, content))

    async def stored() -> bool:
        return await inside.objects() == before + 1

    await until(stored)
    kill()
    answer = (await asyncio.gather(going, return_exceptions=True))[0]
    races.check(isinstance(answer, httpx.TransportError), "the killed process answered")
    races.check(await races.versions(document) == [], "a row of what was never committed")
    await inside.collect()
    races.check(await inside.objects() == before, "what has no row was not collected")
    races.seen["killed between store and row"] += 1


async def play(url: str, data: Path, path: str, token: str) -> list[str]:
    inside = Inside(url, data)
    with serving(url, data, processes=2) as addresses:
        races = Races(addresses, path, token, inside)
        await races.play(races.two_of_one_language)
        await races.play(races.one_part_twice)
        await races.play(races.withdrawn_while_finished)
        await races.play(races.gone_while_finished)
        wrong = [*races.wrong, *await inside.faults()]
        await races.play(races.gone_while_read, 3)
        await races.close()
    with serving(url, data, processes=2, application="tests.documents.halting:create_app") as two:
        braked = Races(two, path, token, inside)
        await killed(braked, inside, Memory(two[0]).kill)
        await braked.close()
    with serving(url, data, processes=2, application="tests.documents.unlocked:create_app") as two:
        control = Races(two, path, token, inside)
        await control.play(control.two_of_one_language)
        await control.close()
    for what, times in sorted((races.seen + braked.seen).items()):
        sys.stdout.write(f"{times:4} {what}\n")
    sys.stdout.write(f"{len(control.wrong):4} times wrong without locks\n")
    wrong += [*braked.wrong, *await inside.faults()]
    await inside.database.close()
    return wrong if control.wrong else [*wrong, "nothing happens without locks"]


def main() -> int:
    running.GRACE *= 0
    with tempfile.TemporaryDirectory() as folder:
        cluster, data = Path(folder) / "cluster", Path(folder) / "data"
        with EmbeddedServer.start(cluster) as embedded:
            url = embedded.url("postgres")
            migrate(url)
            path, token = asyncio.run(prepared(url, data))
            wrong = asyncio.run(play(url, data, path, token))
        remove_cluster(cluster)
    for each in wrong:
        sys.stdout.write(f"WRONG: {each}\n")
    sys.stdout.write(f"{len(wrong)} things are wrong.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
