"""Stored pages are what they would be if they were made now, after whatever was done."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import icalendar
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.preconditions import etag_of
from app.meetings import finishing
from app.meetings.schemas import PublicMeetingOut
from app.meetings.tables import Meeting
from app.meetings.triggers import SHOWN
from tests.agenda.planning import Planning, item
from tests.statements import counted

Act = Callable[[Planning, random.Random], Awaitable[httpx.Response]]


async def stored(app: FastAPI) -> dict[tuple[str, str, str], tuple[bytes, str, Any]]:
    statement = text(
        "SELECT meeting_id, kind, language, content, etag, content_language FROM public_pages"
    )
    async with app.state.database.transaction() as session:
        rows = (await session.execute(statement)).all()
    return {(str(row[0]), row[1], row[2]): (row[3], row[4], row[5]) for row in rows}


async def fresh(app: FastAPI) -> dict[tuple[str, str, str], tuple[bytes, str, Any]]:
    """Of all that is public now, by what renders and nothing that is stored."""
    async with app.state.database.transaction() as session:
        ids = (await session.execute(text("SELECT id FROM meetings"))).scalars().all()
        shown = await finishing._locked(session, ids)
        return {
            (str(page.meeting_id), kind, page.language): (
                page.content,
                etag_of(page.content),
                page.content_language,
            )
            for kind, render in finishing._RENDER.items()
            for page in await render(session, app.state.maker, shown)
        }


async def patch(planning: Planning, **members: Any) -> httpx.Response:
    current = await planning.organizer.get(planning.path)
    match = {"If-Match": current.headers["etag"]}
    return await planning.organizer.patch(planning.path, json=members, headers=match)


def move(verb: str) -> Act:
    async def act(planning: Planning, _: random.Random) -> httpx.Response:
        return await planning.organizer.post(f"{planning.path}/{verb}")

    return act


async def retitle(planning: Planning, dice: random.Random) -> httpx.Response:
    title = {"en": f"Title {dice.random()}"} | ({"fr": "Titre"} if dice.random() < 0.5 else {})
    return await patch(planning, title=title | {"es": None})


async def say_more(planning: Planning, dice: random.Random) -> httpx.Response:
    members: list[dict[str, Any]] = [
        {"venue": f"Hall {dice.random()}", "format": "hybrid"},
        {"description": {"en": f"About {dice.random()}"}},
        {"contacts": [{"name": "Li Wei", "email": "li@example.org"}]},
        {"languages": dice.sample(["en", "fr", "es", "ar"], 2) + ["ru"]},
        {"seat_quota": dice.randrange(1, 9)},
    ]
    return await patch(planning, **dice.choice(members))


async def show_or_hide(planning: Planning, dice: random.Random) -> httpx.Response:
    return await patch(planning, public=dice.random() < 0.7)


async def reschedule(planning: Planning, dice: random.Random) -> httpx.Response:
    start = datetime(2021, 10, 8, 10) + timedelta(days=dice.randrange(9))  # noqa: DTZ001  # a wall time
    times = {
        "local_start": start.isoformat(),
        "local_end": (start + timedelta(hours=3)).isoformat(),
    }
    return await planning.organizer.post(f"{planning.path}/reschedule", json=times)


async def edit_agenda(planning: Planning, dice: random.Random) -> httpx.Response:
    title = {"en": f"Item {dice.random()}", "fr": "Point"}
    body = item(minutes=20) | {"title": title}
    return await planning.organizer.post(f"{planning.agenda}/items", json=body)


async def issue(planning: Planning, _: random.Random) -> httpx.Response:
    return await planning.organizer.post(f"{planning.agenda}/versions", json={})


async def set_room(planning: Planning, dice: random.Random) -> httpx.Response:
    known = await planning.organizer.get(f"{planning.path}/room")
    match = {"If-Match": known.headers["etag"]} if known.is_success else {}
    body = {"label": f"Room {dice.random()}", "join_address": "https://conference.example.org/j/6"}
    return await planning.organizer.put(f"{planning.path}/room", json=body, headers=match)


async def rename_committee(planning: Planning, dice: random.Random) -> httpx.Response:
    path = f"/v1/committees/{planning.committee['id']}"
    current = await planning.world.administrator.get(path)
    match = {"If-Match": current.headers["etag"]}
    body = {"name": {"en": f"Committee {dice.random()}"}}
    return await planning.world.administrator.patch(path, json=body, headers=match)


ACTS: list[Act] = [
    *map(move, ["postpone", "open", "suspend", "resume"]),
    *[retitle, say_more, show_or_hide, reschedule, edit_agenda, issue, set_room, rename_committee],
]
LAST: list[Act] = [move("cancel"), move("adjourn"), move("close")]


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_acts_the_stored_pages_are_those_of_now(
    planning: Planning, app: FastAPI, seed: int
) -> None:
    dice = random.Random(seed)
    acts = [edit_agenda, issue, *(dice.choice(ACTS) for _ in range(25)), *LAST]
    done = 0
    await planning.world.administrator.get(f"/v1/public/meetings/{planning.handle}")
    for act in acts:
        answer = await act(planning, dice)
        assert answer.status_code < 500, answer.text
        done += answer.is_success
        now = await fresh(app)
        kept = await stored(app)
        if act is rename_committee:  # left for the next reader: it may concern hundreds of meetings
            assert kept == {}
            await planning.world.administrator.get(f"/v1/public/meetings/{planning.handle}")
            kept = await stored(app)
        assert kept == now
    assert done > 10


async def test_what_was_changed_behind_the_back_of_the_program_is_forgotten(
    planning: Planning, app: FastAPI, anonymous: httpx.AsyncClient, database_url: str
) -> None:
    path = f"/v1/public/meetings/{planning.handle}"
    for statement, shows in (
        ('UPDATE meetings SET title = \'{"en": "By hand"}\'', "By hand"),
        ('UPDATE committees SET name = \'{"en": "Renamed"}\'', "Renamed"),
    ):
        assert (await anonymous.get(path)).status_code == 200
        assert await stored(app) == await fresh(app) != {}
        connection = await asyncpg.connect(database_url)
        await connection.execute(statement)
        await connection.close()
        assert await stored(app) == {}
        assert shows in (await anonymous.get(path)).text
        assert shows in (await anonymous.get(f"{path}/calendar.ics")).text
        assert await stored(app) == await fresh(app) != {}


async def test_a_page_of_other_settings_is_made_anew(
    planning: Planning, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    path = f"/v1/public/meetings/{planning.handle}/calendar.ics"
    assert "mailto:secretariat@example.org" in (await anonymous.get(path)).text
    app.state.maker = finishing.Maker("https://other.example.org", "other@example.org")
    answer = await anonymous.get(path)
    assert "mailto:other@example.org" in answer.text
    assert "other.example.org/v1/public" in answer.text.replace("\r\n ", "")
    with counted(app) as statements:
        assert (await anonymous.get(path)).content == answer.content
    assert statements == []


async def test_a_page_is_not_stored_while_somebody_changes_what_it_says(
    planning: Planning, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    """Readers neither wait for the change nor keep what it makes untrue."""
    path = f"/v1/public/meetings/{planning.handle}"
    async with app.state.database.transaction() as changing:
        await changing.execute(text("UPDATE meetings SET venue = 'Hall 7'"))
        during = await anonymous.get(path)
        assert (during.status_code, during.json()["venue"]) == (200, None)
        assert await stored(app) == {}
    assert (await anonymous.get(path)).json()["venue"] == "Hall 7"


async def test_readers_at_once_make_a_page_once_and_all_are_told_the_same(
    planning: Planning, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    path = f"/v1/public/meetings/{planning.id}"
    answers = await asyncio.gather(*(anonymous.get(path) for _ in range(8)))
    assert {(each.status_code, each.content) for each in answers} == {(200, answers[0].content)}
    assert await stored(app) == await fresh(app)


def test_the_triggers_know_every_column_that_is_shown() -> None:
    shown = set(SHOWN.replace(" ", "").split(","))
    columns = set(Meeting.model_fields)
    assert shown <= columns
    # `id` never changes; offsets follow from the times, and the committee has triggers of its own.
    assert PublicMeetingOut.model_fields.keys() - shown == {
        "id", "committee", "start_offset", "end_offset",
    }  # fmt: skip


async def test_the_calendar_has_every_item_that_takes_time(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    path = f"/v1/public/meetings/{planning.handle}/calendar.ics"
    await planning.put(
        item("Opening", minutes=15, room="Hall 1", note={"en": "Short"}),
        item("Canary", minutes=15, access="restricted"),
        item("Panel", "panel", items=[item("First", minutes=30), item("Nothing")]),
    )
    await planning.issue()
    answer = await anonymous.get(path)
    entries: list[Any] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    meeting, *items = entries
    assert [str(each["SUMMARY"]) for each in items] == ["1 Opening", "3 Panel", "3(a) First"]
    assert {str(each["RELATED-TO"]) for each in items} == {str(meeting["UID"])}
    assert {int(each["SEQUENCE"]) for each in items} == {int(meeting["SEQUENCE"])} == {1}
    assert [each["DTSTART"].dt.strftime("%H:%M") for each in items] == ["10:00", "10:30", "10:30"]
    assert (items[0]["LOCATION"], items[0]["DESCRIPTION"]) == ("Hall 1", "Short")
    issued = json.loads((await anonymous.get(planning.public)).content)["items"]
    assert str(items[0]["UID"]) == f"{issued[0]['id']}@example.org"
    assert "Canary" not in answer.text
    await planning.organizer.post(
        f"{planning.path}/reschedule",
        json={"local_start": "2021-10-15T10:00:00", "local_end": "2021-10-15T13:00:00"},
    )
    moved = await anonymous.get(path)
    assert len(icalendar.Calendar.from_ical(moved.content).walk("VEVENT")) == 1


async def test_a_calendar_is_in_the_first_language_that_reader_and_meeting_have(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    await patch(planning, title={"en": "Meeting", "fr": "Réunion"}, languages=["en", "fr"])
    path = f"/v1/public/meetings/{planning.handle}/calendar.ics"
    for asked, language in (
        (None, "en"),
        ("fr-CA, en;q=0.5", "fr"),
        ("de, fr;q=0.1", "fr"),
        ("zh", "en"),
        ("*", "en"),
        ("en;q=0.2, fr;q=0.8", "fr"),
    ):
        headers = {} if asked is None else {"Accept-Language": asked}
        answer = await anonymous.get(path, headers=headers)
        assert (answer.headers["content-language"], answer.headers["vary"]) == (
            language,
            "Accept-Language",
        )
        assert f"SUMMARY;LANGUAGE={language}:" in answer.text
