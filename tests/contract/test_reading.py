"""Imported files are read one after the other, by a request that keeps nobody from the database."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest

from app.core import imports
from app.core.sheets import Row
from app.identity.lifecycle import Role
from app.main import create_app
from app.settings import Settings
from tests.agenda.planning import slug
from tests.conftest import running
from tests.waiting import until
from tests.world import World

PATH = "/v1/entities/import"
CSV = {"Content-Type": "text/csv"}
TABLE = "handle,abbreviation,name_en\nundp,UNDP,Development\n"
Reader = Callable[[bytes, str, str], list[Row]]


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[World]:
    """Callers of a service that has one connection to its database."""
    one = settings.model_copy(update={"database_pool": 1, "database_wait": 0.2})
    async with running(create_app(one)) as app, World.of(app) as world:
        yield world


class Slow:
    """A reader that lets the test say when it goes on."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, content: bytes, media_type: str, key: str) -> list[Row]:
        self.begun.set()
        assert self.go_on.wait(60)
        return self.reader(content, media_type, key)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    slow = Slow(imports.rows_of)
    monkeypatch.setattr(imports, "rows_of", slow)
    yield slow
    slow.go_on.set()


async def test_a_file_that_is_being_read_holds_no_connection(narrow: World, slow: Slow) -> None:
    importing = asyncio.create_task(
        narrow.administrator.post(PATH, content=TABLE, headers=CSV | {"Idempotency-Key": "once"})
    )

    async def is_reading() -> bool:
        return slow.begun.is_set()

    await until(is_reading)
    assert (await narrow.administrator.get("/v1/me")).status_code == 200
    slow.go_on.set()
    answer = await importing
    assert (answer.status_code, answer.json()["created"]) == (200, 1)
    again = await narrow.administrator.post(
        PATH, content=TABLE, headers=CSV | {"Idempotency-Key": "once"}
    )
    assert again.json() == answer.json(), "the stored answer, as nothing would be created"
    other = await narrow.administrator.post(
        PATH + "?dry_run=true", content=TABLE, headers=CSV | {"Idempotency-Key": "once"}
    )
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")


async def test_a_file_of_somebody_who_may_not_import_is_not_read(world: World, slow: Slow) -> None:
    caller = await world.caller(Role.OBSERVER, committee_id=(await world.committee())["id"])
    answer = await caller.post(PATH, content=TABLE, headers=CSV)
    assert (answer.status_code, slow.begun.is_set()) == (403, False)


async def test_two_files_are_not_read_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers at once would meet here."""
    meeting, met = threading.Barrier(2), []

    def rows_of(content: bytes, media_type: str, key: str) -> list[Row]:
        with suppress(threading.BrokenBarrierError):
            met.append(meeting.wait(0.5))
        return []

    monkeypatch.setattr(imports, "rows_of", rows_of)
    posts = [world.administrator.post(PATH, content=TABLE, headers=CSV) for _ in range(2)]
    assert [answer.status_code for answer in await asyncio.gather(*posts)] == [200, 200]
    assert met == []
