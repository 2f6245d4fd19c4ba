"""When zone rules change, meetings keep their wall time and get a new instant, the same UID and a
higher SEQUENCE; old instants in the database are what older rules have left there.
"""

import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.database import Database
from app.core.zones import TZDATA_VERSION
from app.mail.lifecycle import MessageKind
from app.meetings import rederiving
from app.meetings.lifecycle import MeetingStatus
from app.settings import Settings
from tests.cli.conftest import Run, environment, run
from tests.mail.conftest import database, stage
from tests.mail.stage import Stage
from tests.mail.test_letters import body, event
from tests.mail.test_updates import fresh

__all__ = ["Run", "Settings", "database", "environment", "run", "stage"]
HOUR = timedelta(hours=1)


async def age(stage: Stage) -> None:
    """Leave the instants that rules without daylight saving time had made."""
    statement = "UPDATE meetings SET starts_at = starts_at + :hour, ends_at = ends_at + :hour"
    async with stage.database.transaction() as session:
        await session.execute(text(statement), {"hour": HOUR})


async def rederived(database: Database) -> int:
    async with database.transaction() as session:
        shifted = await rederiving.list_shifted(session, clock.now())
        return await rederiving.rederive(session, shifted, "New rules.")


async def test_wall_times_stay_and_calendars_follow(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    await age(stage)
    first = (await fresh(stage, 0))[1]
    before, _ = event(await stage.mail(first))
    known = await stage.delivered()
    assert await rederived(stage.database) == 1
    told = await fresh(stage, known)
    assert {message.kind for message in told} == {MessageKind.MEETING_CHANGED}
    mail = await stage.mail(told[0])
    after, other = event(mail)
    assert (after["UID"], other.uid.value) == (before["UID"], before["UID"])
    assert (before["SEQUENCE"], after["SEQUENCE"], other.sequence.value) == (0, 1, "1")
    assert after["DTSTART"].dt == before["DTSTART"].dt - HOUR
    assert after["DTSTART"].dt.isoformat() == "2021-10-08T10:00:00-04:00"
    assert "New rules." in body(mail, "plain")
    assert await rederived(stage.database) == 0
    assert await fresh(stage, known + len(told)) == []


@pytest.mark.parametrize(
    "status", [MeetingStatus.DRAFT, MeetingStatus.POSTPONED, MeetingStatus.CLOSED]
)
async def test_what_stands_in_no_calendar_or_is_over_tells_nobody(
    stage: Stage, status: MeetingStatus
) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.becomes(status)
    await age(stage)
    assert await rederived(stage.database) == (status is not MeetingStatus.CLOSED)
    assert await fresh(stage, known) == []


async def test_an_operator_sees_what_would_move_and_moves_it(
    stage: Stage, run: Run, settings: Settings
) -> None:
    await age(stage)
    line = (
        "coordination-committee-6: 2021-10-08 10:00 America/New_York was 2021-10-08T15:00:00Z and "
        "is 2021-10-08T14:00:00Z"
    )
    differ = f"meetings to come differ from the rules of {TZDATA_VERSION}"
    setting = {"SECRETARIAT_CLOCK": settings.clock}
    for _ in range(2):
        listed = run("zones", **setting)
        assert (listed.returncode, said(listed)) == (1, f"{line} 1 {differ}.")
    applied = run("zones", "--apply", "--note", "New rules.", **setting)
    moved = f"{line} 1 {differ}, 1 of them have new instants now."
    assert (applied.returncode, said(applied)) == (0, moved)
    nothing = run("zones", **setting)
    assert (nothing.returncode, said(nothing)) == (0, f"0 {differ}.")


def said(result: subprocess.CompletedProcess[str]) -> str:
    """What was printed, however wide the terminal is."""
    return " ".join(result.stdout.split())


async def test_a_deadline_that_is_a_rule_follows_too(stage: Stage) -> None:
    rule = '{"time": "18:00", "days_before": 2, "working_days_before": null}'
    statement = (
        "UPDATE meetings SET registration_deadline = CAST(:rule AS jsonb),"
        " registration_closes_at = registration_closes_at + :hour"
    )
    closes_at = stage.meeting.registration_closes_at
    async with stage.database.transaction() as session:
        await session.execute(text(statement), {"rule": rule, "hour": HOUR})
    await age(stage)
    assert await rederived(stage.database) == 1
    async with stage.database.transaction() as session:
        after = (
            await session.execute(text("SELECT registration_closes_at FROM meetings"))
        ).scalar()
    assert after == closes_at
