"""Invitations that were sent before there were letters get their numbers from the migration."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.conftest import ROOT
from tests.world import World

BEFORE = datetime(2021, 9, 1, 12, tzinfo=UTC)


def before_letters() -> str:
    """The migration before the one of the letters."""
    script = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    (found,) = [each for each in script.walk_revisions() if each.path.endswith("_letters.py")]
    assert isinstance(found.down_revision, str)
    return found.down_revision


def alembic(url: str, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", *command],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


async def test_they_are_numbered_in_the_order_of_sending(
    world: World, database_url: str, set_clock: Any
) -> None:
    set_clock(BEFORE)
    committee = await world.committee(handle="committee-of-letters")
    first = await world.scheduled(await world.meeting(committee))
    second = await world.scheduled(await world.meeting(committee))
    drafts = [
        await world.invitation(first, await world.entity(), sent=False),
        await world.invitation(first, await world.entity(), sent=False),
        await world.invitation(second, await world.entity(), sent=False),
    ]
    for place, draft in enumerate(reversed(drafts)):
        set_clock(BEFORE + timedelta(days=place))
        path = f"/v1/meetings/{draft['meeting_id']}/invitations/{draft['id']}/send"
        assert (await world.administrator.post(path)).status_code == 200
    await world.invitation(first, await world.entity(), sent=False)
    await world.app.state.database.engine.dispose()
    alembic(database_url, "downgrade", before_letters())
    alembic(database_url, "upgrade", "head")
    found = []
    for meeting in (first, second):
        board = await world.administrator.get(f"/v1/meetings/{meeting['id']}/invitations")
        found.append([row["reference"] for row in board.json()["items"]])
    assert found == [
        ["COMMITTEE-OF-LETTERS/1/L.2", "COMMITTEE-OF-LETTERS/1/L.1", None],
        ["COMMITTEE-OF-LETTERS/2/L.1"],
    ]
    later = await world.invitation(second, await world.entity())
    assert later["reference"] == "COMMITTEE-OF-LETTERS/2/L.2"
