"""Panellists are asked by mail, and answer on their page without an account."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.calendar.speakers import rehearsal_uid
from app.meetings.lifecycle import MeetingStatus
from app.panels.balance import find_balances
from app.panels.lifecycle import PanellistStatus
from app.reminders.running import look
from tests.agenda.planning import Planning, item, slug
from tests.panels.post import DAY, PostOffice, entry_of, token_of, words
from tests.panels.test_panels import PATCH
from tests.world import named, post

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
    agenda = await planning.put(item("Talk", minutes=60), item("Panel", "panel", minutes=60))
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
    mail, tried = await office.deliver()
    rehearsed, entry = entry_of(tried), entry_of(mail)
    assert rehearsed is not None
    assert entry is not None
    assert rehearsed == {
        "method": "REQUEST",
        "uid": f"{rehearsal_uid(UUID(person['id']))}@{office.sender.house.domain}",
        "sequence": rehearsed["sequence"],
        "status": "CONFIRMED",
        "start": datetime(2021, 10, 7, 14, tzinfo=UTC),
        "zone": "Asia/Tashkent",
        "wall": datetime(2021, 10, 7, 19),
        "attendee": "mailto:amina@example.org",
        "location": "",
    }
    assert REHEARSAL not in tried.as_string()
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
        item("Talk", id=items[0]["id"], minutes=30),
        item("P", "panel", id=items[1]["id"], minutes=60),
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
    gone, off = [each or {} for each in map(entry_of, await office.deliver())]
    assert (gone["method"], gone["uid"], gone["sequence"]) == ("CANCEL", entry["uid"], first + 2)
    assert (off["method"], off["uid"]) == ("CANCEL", rehearsed["uid"])
    assert off["sequence"] > rehearsed["sequence"]
    sent = await planning.organizer.get(f"/v1/messages?panellist_id={person['id']}&sort=created_at")
    assert [each["kind"] for each in sent.json()["items"]] == [
        "panel_invitation",
        "panel_confirmed",
        "panel_rehearsal",
        "panel_changed",
        "panel_withdrawn",
        "panel_rehearsal_off",
    ]
    async with planning.world.app.state.database.transaction() as session:
        log = (await session.execute(text("SELECT data::text FROM events"))).scalars().all()
    assert not [data for data in log if CANARY in data or "amina@" in data.lower()]


async def asked(planning: Planning, office: PostOffice, panel: Any, **members: Any) -> Any:
    """Somebody who was asked: as the organizer sees them, and their own client."""
    person = await planning.panellist(panel, "invite", **TASHKENT | members)
    mails = await office.deliver()
    (mail,) = [each for each in mails if person["email"] in str(each["To"])]
    return person, await office.session_of(mail)


async def test_of_many_who_exchange_a_link_one_gets_in_and_a_fresh_one_is_sent(
    planning: Planning, office: PostOffice, panel: dict[str, Any], set_clock
) -> None:
    await planning.panellist(panel, "invite", **TASHKENT)
    (mail,) = await office.deliver()
    token = {"token": token_of(mail)}
    tries = [planning.organizer.post("/v1/links/exchange", json=token) for _ in range(8)]
    answers = sorted([answer.status_code for answer in await asyncio.gather(*tries)])
    assert answers == [200, *[410] * 7]
    for _ in range(2):
        assert (await planning.organizer.post("/v1/links/renew", json=token)).status_code == 202
    (fresh,) = await office.deliver()
    assert fresh["Subject"] == "Your new link: Recent developments"
    await office.session_of(fresh)


async def test_a_bound_link_needs_the_code_from_the_mailbox(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    path = f"/v1/committees/{planning.committee['id']}"
    bound = {"links_bound": True}
    answer = await planning.world.administrator.patch(path, json=bound, headers=PATCH)
    assert answer.is_success, answer.text
    await planning.panellist(panel, "invite", **TASHKENT)
    (mail,) = await office.deliver()
    body = {"token": token_of(mail)}
    refused = await planning.organizer.post("/v1/links/exchange", json=body)
    assert (refused.status_code, slug(refused)) == (403, "link-code-needed")
    (code,) = await office.deliver()
    (digits,) = re.findall(r"^[0-9]{6}$", words(code), re.MULTILINE)
    opened = await post(planning.organizer, "/v1/links/exchange", body | {"code": digits})
    assert opened["panellist_id"] is not None


async def test_one_person_on_two_panels_has_a_mail_for_each_and_one_page(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    second = await planning.panel((await planning.add(kind="panel", minutes=30))["id"])
    one, _ = await asked(planning, office, panel)
    two, reader = await asked(planning, office, second, minutes=5)
    stranger, other = await asked(planning, office, panel, email="li@example.org")
    listed = (await reader.get("/v1/panellists")).json()["items"]
    assert [each["id"] for each in listed] == [one["id"], two["id"]]
    for each in (one, two):
        assert (await reader.get(f"/v1/panellists/{each['id']}")).status_code == 200
        assert (await other.get(f"/v1/panellists/{each['id']}")).status_code == 404
    assert (await reader.get(f"/v1/panellists/{stranger['id']}")).status_code == 404
    shown = (await other.get(f"/v1/panellists/{stranger['id']}")).json()
    assert [each["name"] for each in shown["others"]] == ["Amina Rossi"]
    assert (await planning.organizer.get("/v1/panellists")).status_code == 404


async def test_somebody_is_replaced_in_one_call(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    base = people(planning, panel)
    await planning.panellist(panel, role="moderator", minutes=5)
    old, reader = await asked(planning, office, panel, minutes=15)
    await planning.panellist(panel)
    await post(reader, f"/v1/panellists/{old['id']}/confirm")
    await office.deliver()
    body = {"name": "Li Wei", "email": "li@example.org", "timezone": "Asia/Shanghai"}
    new = await post(planning.organizer, f"{base}/{old['id']}/replace", body)
    assert (new["status"], new["minutes"], new["position"]) == ("invited", 15, 1)
    assert new["replaces_id"] == old["id"]
    assert (await reader.get("/v1/panellists")).status_code == 401, "the link has died"
    leaves, comes = await office.deliver()
    gone = entry_of(leaves)
    assert gone is not None
    assert (gone["method"], leaves["To"]) == ("CANCEL", "Amina Rossi <amina@example.org>")
    assert comes["Subject"] == "Invitation to speak: Recent developments"
    assert "23:00" in words(comes)
    again = await planning.organizer.post(f"{base}/{old['id']}/replace", json=body)
    assert (again.status_code, slug(again)) == (409, "panellist-replaced")
    third = await post(
        planning.organizer, f"{base}/{new['id']}/replace", body | {"invite": False, "minutes": 5}
    )
    last = await post(planning.organizer, f"{base}/{third['id']}/replace", body)
    assert (last["replaces_id"], last["minutes"], last["position"]) == (new["id"], 5, 1)
    listed = (await planning.organizer.get(base)).json()["items"]
    assert [each["position"] for each in listed] == list(range(5))
    assert [each["status"] for each in listed[3:]] == ["withdrawn"] * 2


async def test_time_is_added_up_against_the_slot(planning: Planning, panel: dict[str, Any]) -> None:
    assert (panel["planned_minutes"], panel["over_minutes"]) == (20, -40)
    for _ in range(4):
        await planning.panellist(panel, minutes=12)
    await planning.panellist(panel, "invite", "decline", minutes=30)
    path = f"{planning.path}/panels/{panel['id']}"
    found = (await planning.organizer.get(path)).json()
    assert (found["planned_minutes"], found["over_minutes"]) == (68, 8)
    nobody = dict.fromkeys(PanellistStatus, 0)
    assert found["people"] == nobody | {"proposed": 4, "declined": 1}
    assert found["slot_starts_at"] == "2021-10-08T15:00:00Z"
    (listed,) = (await planning.organizer.get(f"{planning.path}/panels")).json()["items"]
    assert listed == found
    async with planning.world.app.state.database.transaction() as session:
        (balance,) = await find_balances(session, planning.id)
    assert (str(balance.item_id), balance.planned, balance.over) == (panel["item_id"], 68, 8)


async def test_whoever_has_a_seat_has_one_entry(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    """The meeting's, in the place of the slot's; which comes back when the seat is lost."""
    world = planning.world
    entity = await world.entity()
    await world.membership(planning.committee, entity)
    sent = {"handle": planning.handle, "id": str(planning.id)}
    await world.invitation(sent, entity)
    person, reader = await asked(planning, office, panel)
    await post(reader, f"/v1/panellists/{person['id']}/confirm")
    (mail,) = await office.deliver()
    slot = entry_of(mail)
    assert slot is not None
    body = named(1, entity=entity["handle"])
    body["person"] |= {"email": person["email"]}
    seat = await post(world.administrator, f"{planning.path}/registrations", body)
    confirmed, dropped = sorted(await office.deliver(), key=lambda each: "panel" in words(each))
    entry, cancelled = entry_of(confirmed), entry_of(dropped)
    assert entry is not None
    assert cancelled is not None
    assert (entry["method"], cancelled["method"]) == ("REQUEST", "CANCEL")
    assert (cancelled["uid"], cancelled["sequence"]) == (slot["uid"], slot["sequence"] + 1)
    title, anyhow = {"title": {"en": "Other"}}, PATCH | {"If-Match": "*"}
    assert (await planning.organizer.patch(planning.path, json=title, headers=anyhow)).is_success
    assert [str(mail["Subject"]) for mail in await office.deliver()] == ["Changed: Other"]
    await post(world.administrator, f"{planning.path}/registrations/{seat['id']}/withdraw")
    told = [each for each in map(entry_of, await office.deliver()) if each is not None]
    assert {(each["method"], each["uid"] == slot["uid"]) for each in told} == {
        ("CANCEL", False),
        ("REQUEST", True),
    }


async def test_a_meeting_that_moves_is_postponed_and_cancelled(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    person, reader = await asked(planning, office, panel)
    await post(reader, f"/v1/panellists/{person['id']}/confirm")
    found = [entry_of(each) for each in await office.deliver()]
    for verb, body in (
        ("postpone", {}),
        (
            "reschedule",
            {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"},
        ),
        ("cancel", {}),
    ):
        act = f"{planning.path}/{verb}"
        plan = (await planning.organizer.post(f"{act}?plan=true", json=body)).json()
        assert [each["recipient"] for each in plan["notices"]] == [person["email"]]
        await post(planning.organizer, act, body)
        found += [entry_of(each) for each in await office.deliver()]
    assert (await reader.get(f"/v1/panellists/{person['id']}")).json()["allowed"] == []
    entries = [each for each in found if each is not None]
    assert [(each["method"], each["status"]) for each in entries] == [
        ("REQUEST", "CONFIRMED"),
        ("REQUEST", "TENTATIVE"),
        ("REQUEST", "CONFIRMED"),
        ("CANCEL", "CANCELLED"),
    ]
    assert len({each["uid"] for each in entries}) == 1
    sequences = [each["sequence"] for each in entries]
    assert sequences == sorted(set(sequences))


async def test_another_address_and_a_bounce(
    planning: Planning, office: PostOffice, panel: dict[str, Any]
) -> None:
    base = people(planning, panel)
    person, reader = await asked(planning, office, panel)
    await post(reader, f"/v1/panellists/{person['id']}/confirm")
    await office.deliver()
    path = f"{base}/{person['id']}"
    moved = await planning.organizer.patch(path, json={"email": "new@example.org"}, headers=PATCH)
    assert moved.is_success, moved.text
    assert (await reader.get("/v1/panellists")).status_code == 401
    old, new = await office.deliver()
    left, taken = entry_of(old), entry_of(new)
    assert left is not None
    assert taken is not None
    assert (old["To"], left["method"]) == ("Amina Rossi <amina@example.org>", "CANCEL")
    assert (new["To"], taken["method"]) == ("Amina Rossi <new@example.org>", "REQUEST")
    assert (left["uid"], left["sequence"]) == (taken["uid"], taken["sequence"] - 1)
    office.server.at_recipient = ["550 5.1.1 no such user"]
    await post(planning.organizer, f"{path}/resend")
    assert await office.deliver() == []
    await post(planning.organizer, f"{path}/resend")
    assert await office.deliver() == [], "the address gets no mails until that is lifted"
    board = await planning.organizer.get(f"/v1/messages?panellist_id={person['id']}&state=bounced")
    assert len(board.json()["items"]) == 2
    quiet = await planning.panellist(panel, email=None)
    comes = await planning.panellist(panel, "invite", "confirm", email=None)
    for each in (quiet, comes):
        refused = await planning.organizer.post(f"{base}/{each['id']}/resend")
        assert (refused.status_code, slug(refused)) == (409, "nobody-to-ask")
    other = {"email": "quiet@example.org"}
    answer = await planning.organizer.patch(f"{base}/{quiet['id']}", json=other, headers=PATCH)
    assert answer.is_success
    log = await planning.organizer.get(f"{planning.path}/events?limit=200")
    names = [each["name"] for each in log.json()["items"]]
    assert names.count("panellist.readdressed") == 1, "nothing was sent to who was not asked"


async def test_those_who_have_not_answered_and_those_who_come_are_reminded(
    planning: Planning, office: PostOffice, panel: dict[str, Any], set_clock
) -> None:
    steps = [
        {"before": {"days": 7}, "anchor": "slot", "about": "panel_answer"},
        {"before": {"hours": 2}, "anchor": "rehearsal", "about": "panel"},
        {"before": {"hours": 1}, "anchor": "slot", "about": "panel"},
    ]
    path = f"{planning.path}/reminder-steps"
    wrong = {"steps": [{"before": {"days": 1}, "anchor": "slot", "about": "answer"}]}
    assert (await planning.organizer.put(path, json=wrong)).status_code == 422
    assert (await planning.organizer.put(path, json={"steps": steps})).is_success
    rehearsal = {"starts_at": "2021-10-07T14:00:00Z", "ends_at": "2021-10-07T15:00:00Z"}
    put = f"{planning.path}/panels/{panel['id']}/rehearsal"
    assert (await planning.organizer.put(put, json=rehearsal)).status_code == 201
    person, reader = await asked(planning, office, panel)
    other, quiet = await asked(planning, office, panel, email="li@example.org")
    await post(reader, f"/v1/panellists/{person['id']}/confirm")
    await office.deliver()
    shown = (await planning.organizer.get(f"{planning.path}/reminders")).json()["steps"]
    assert [(each["due_at"], each["would_tell"]) for each in shown] == [
        ("2021-10-01T15:00:00Z", 1),
        ("2021-10-07T12:00:00Z", 1),
        ("2021-10-08T14:00:00Z", 1),
    ]
    database, told = planning.world.app.state.database, []
    for day, hour in ((1, 15), (7, 12), (8, 14)):
        if day == 8:
            await planning.becomes(MeetingStatus.IN_SESSION)
        set_clock(datetime(2021, 10, day, hour, 1, tzinfo=UTC))
        for _ in range(2):
            await look(database)
        told += [(mail["Subject"], str(mail["To"])) for mail in await office.deliver()]
    assert told == [
        ("Please answer: Recent developments", "Amina Rossi <li@example.org>"),
        ("Reminder: Recent developments", "Amina Rossi <amina@example.org>"),
        ("Reminder: Recent developments", "Amina Rossi <amina@example.org>"),
    ]
    assert other["status"] == "invited"
    assert (await quiet.get("/v1/panellists")).status_code == 401, "its two hours are over"
