"""Panellists are asked by mail, and answer on their page without an account."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests.agenda.planning import Planning, item, slug
from tests.panels.post import DAY, PostOffice, entry_of, token_of, words
from tests.panels.test_panels import PATCH
from tests.world import post

ROOM = "https://conference.example.org/j/6?pwd=canary"
REHEARSAL = "https://rehearsal.example.org/j/7?pwd=canary"
CANARY = "canary-of-the-needs"
TASHKENT = {"name": "Amina Rossi", "email": "Amina@example.org", "timezone": "Asia/Tashkent"}


@pytest.fixture
async def planning(world, set_clock) -> Planning:
    set_clock(DAY)
    planning = await Planning.of(world)
    room = {"label": "Main room", "join_address": ROOM}
    answer = await planning.organizer.put(f"{planning.path}/room", json=room)
    assert answer.is_success
    return planning


@pytest.fixture
async def office(planning: Planning) -> AsyncIterator[PostOffice]:
    async with PostOffice.of(planning) as office:
        yield office


@pytest.fixture
async def panel(planning: Planning) -> dict[str, Any]:
    """The second hour of the meeting: 11:00 in New York."""
    agenda = await planning.put(item("Talk", duration=60), item("Panel", "panel", duration=60))
    await planning.issue()
    found: dict[str, Any] = await planning.panel(agenda["items"][1]["id"], questions_minutes=20)
    return found


def people(planning: Planning, panel: dict[str, Any]) -> str:
    return f"{planning.path}/panels/{panel['id']}/panellists"


async def test_from_the_invitation_to_the_calendar_and_back(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    base = people(planning, panel)
    person = await planning.panellist(panel, **TASHKENT, minutes=15, language="fr")
    rehearsal = {
        "local_start": "2021-10-07T10:00:00",
        "local_end": "2021-10-07T10:30:00",
        "join_address": REHEARSAL,
    }
    path = f"{planning.path}/panels/{panel['id']}/rehearsal"
    made = await planning.organizer.put(path, json=rehearsal)
    assert (made.status_code, made.json()["starts_at"]) == (201, "2021-10-07T14:00:00Z")
    foreseen = await planning.organizer.post(f"{base}/{person['id']}/invite?plan=true")
    (notice,) = foreseen.json()["notices"]
    assert (notice["kind"], notice["name"]) == ("panel_invitation", "Amina Rossi")
    assert (notice["panellist_id"], notice["recipient"]) == (person["id"], "amina@example.org")
    assert await office.deliver() == [], "it was only planned"
    await post(planning.organizer, f"{base}/{person['id']}/invite")
    (mail,) = await office.deliver()
    assert (mail["To"], mail["Subject"]) == (
        "Amina Rossi <amina@example.org>",
        "Invitation à intervenir : Recent developments",
    )
    said = words(mail)
    assert "20:00–21:00, Asia/Tashkent (UTC+05:00)" in said
    assert "11:00–12:00, America/New_York (UTC-04:00)" in said
    assert "jeudi 7 octobre 2021, 19:00–19:30, Asia/Tashkent" in said
    assert entry_of(mail) is None
    assert not [secret for secret in (ROOM, REHEARSAL) if secret in said]

    reader = await office.session_of(mail)
    spent = await planning.organizer.post("/v1/links/exchange", json={"token": token_of(mail)})
    assert (spent.status_code, slug(spent)) == (410, "link-spent")
    (line,) = (await reader.get("/v1/panellists")).json()["items"]
    assert (line["id"], line["times"]["local_start"]) == (person["id"], "2021-10-08T20:00:00")
    own = f"/v1/panellists/{person['id']}"
    shown = (await reader.get(own)).json()
    assert (shown["allowed"][:2], shown["conference"]) == (["confirm", "decline"], None)
    assert shown["rehearsal"]["local_start"] == "2021-10-07T19:00:00"
    assert shown["rehearsal"]["join_address"] is None
    for other in (planning.path, f"{base}/{person['id']}", "/v1/me", "/v1/meetings"):
        assert (await reader.get(other)).status_code == 403, other

    told = {
        "biography": {"fr": "Née à Tachkent."},
        "spoken_languages": ["fr", "ru"],
        "needs": CANARY,
        "equipment": CANARY,
        "job_title": "Professor",
    }
    changed = await reader.patch(own, json=told, headers=PATCH)
    assert {name: changed.json()[name] for name in told} == told
    agreed = await reader.put(f"{own}/recording-consent", json={"agreed": True})
    assert agreed.json()["recording_consent"] is True
    confirmed = await post(reader, f"{own}/confirm")
    assert confirmed["conference"]["join_address"] == ROOM
    assert confirmed["rehearsal"]["join_address"] == REHEARSAL
    (mail,) = await office.deliver()
    entry = entry_of(mail)
    assert entry is not None
    first = entry["sequence"]
    assert entry == {
        "method": "REQUEST",
        "uid": f"{person['id']}@{office.sender.house.domain}",
        "sequence": first,
        "status": "CONFIRMED",
        "start": datetime(2021, 10, 8, 15, tzinfo=UTC),
        "zone": "Asia/Tashkent",
        "wall": datetime(2021, 10, 8, 20),
        "attendee": "mailto:amina@example.org",
        "location": "",
    }
    assert ROOM not in words(mail)

    kept = (await planning.organizer.get(f"{base}/{person['id']}")).json()
    assert (kept["needs"], kept["recording_consent"]) == (CANARY, True)
    for participant in (planning.observer, planning.focal_point):
        seen = await participant.get(base)
        assert not [secret for secret in (CANARY, "amina@") if secret in seen.text]
        (each,) = seen.json()["items"]
        assert (each["biography"], each["recording_consent"]) == (told["biography"], None)

    agenda, match = await planning.read()
    items = agenda["items"]
    shorter = [
        item("Talk", id=items[0]["id"], duration=30),
        item("P", "panel", id=items[1]["id"], duration=60),
    ]
    moved = await planning.organizer.put(planning.agenda, json={"items": shorter}, headers=match)
    assert moved.is_success, moved.text
    (mail,) = await office.deliver()
    after = entry_of(mail)
    assert after is not None
    assert (after["uid"], after["sequence"], after["wall"]) == (
        entry["uid"],
        first + 1,
        datetime(2021, 10, 8, 19, 30),
    )
    renamed = {"items": [shorter[0], shorter[1] | {"title": {"en": "Other"}}]}
    _, match = await planning.read()
    await planning.organizer.put(planning.agenda, json=renamed, headers=match)
    assert await office.deliver() == [], "the slot is the same"

    reader = await office.session_of(mail)
    left = await post(reader, f"{own}/withdraw", {"reason": CANARY})
    assert (left["status"], left["conference"], left["allowed"]) == ("withdrawn", None, [])
    (mail,) = await office.deliver()
    gone = entry_of(mail)
    assert gone is not None
    assert (gone["method"], gone["uid"], gone["sequence"]) == ("CANCEL", entry["uid"], first + 2)
    sent = await planning.organizer.get(f"/v1/messages?panellist_id={person['id']}&sort=created_at")
    assert [each["kind"] for each in sent.json()["items"]] == [
        "panel_invitation",
        "panel_confirmed",
        "panel_changed",
        "panel_withdrawn",
    ]
    async with planning.world.app.state.database.transaction() as session:
        log = (await session.execute(text("SELECT data::text FROM events"))).scalars().all()
    assert not [data for data in log if CANARY in data or "amina@" in data.lower()]
