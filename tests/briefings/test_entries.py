"""Briefings stand in the calendars of those who give them; organizers hear of those who do not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import icalendar
import pytest
from sqlalchemy import text

from app.identity.tokens import link_token
from app.reminders.running import look
from tests.agenda.planning import slug
from tests.briefings.conftest import Briefings
from tests.panels.post import PostOffice, entries, entry_of, words
from tests.panels.test_panels import PATCH
from tests.world import named as registered
from tests.world import post

AMINA = {
    "name": "Amina Rossi",
    "email": "amina@example.org",
    "timezone": "Asia/Tashkent",
    "language": "fr",
}
BORIS = {"name": "Boris Diallo", "email": "boris@example.org"}
TO_AMINA, TO_BORIS = "Amina Rossi <amina@example.org>", "Boris Diallo <boris@example.org>"


@pytest.fixture
async def office(briefings: Briefings) -> AsyncIterator[PostOffice]:
    """Of a committee whose changes do not wait, with an organizer who reads mails."""
    planning, administrator = briefings.planning, briefings.planning.world.administrator
    path = f"/v1/committees/{planning.committee['id']}"
    await administrator.patch(path, json={"notice_window": 0}, headers=PATCH)
    for name, committee in (("Mira", planning.committee), ("Elsewhere", briefings.groups[0])):
        body = {"name": name, "email": f"{name.lower()}@example.org"}
        account = await post(administrator, "/v1/accounts", body)
        grant = {"role": "organizer", "committee": committee["id"]}
        await post(administrator, f"/v1/accounts/{account['id']}/grants", grant)
    async with PostOffice.of(planning) as office:
        yield office


def told(mails: list[EmailMessage]) -> list[tuple[str, str, str, int]]:
    """Address, METHOD, STATUS and SEQUENCE of each entry."""
    return [(to, method, status, number) for to, method, status, _, number in entries(mails)]


def link_in(mail: EmailMessage) -> dict[str, str]:
    found = next(line for line in words(mail).splitlines() if "/briefing#" in line)
    return {"Briefing-Link": found.partition("#")[2].strip()}


async def answer(briefings: Briefings, mail: EmailMessage, said: str) -> httpx.Response:
    body = {"token": link_in(mail)["Briefing-Link"], "answer": said}
    return await briefings.stranger.post("/v1/briefing-links/answer", json=body)


async def test_a_briefing_in_the_calendar(briefings: Briefings, office: PostOffice) -> None:
    """Confirmed, retimed, given to another and back, by a seat replaced, and cancelled."""
    organizer, planning = briefings.planning.organizer, briefings.planning
    contact = {"name": "Chair", "email": "chair@example.org"}
    first, second = await briefings.ask(**contact)
    for briefing, person in ((first, AMINA), (second, BORIS)):
        assert (await briefings.name(briefing, organizer, **person)).is_success
    mails = await office.deliver()
    assert told(mails) == [], "nothing stands in a calendar before they confirm"
    amina, boris = [mail for mail in mails if mail["To"] in (TO_AMINA, TO_BORIS)]
    assert (await answer(briefings, amina, "confirm")).is_success
    (mail,) = await office.deliver()
    own = entry_of(mail)
    assert own is not None
    assert own == {
        "method": "REQUEST",
        "uid": own["uid"],
        "sequence": 0,
        "status": "CONFIRMED",
        "start": datetime(2021, 10, 8, 14, 10, tzinfo=UTC),
        "zone": "Asia/Tashkent",
        "wall": datetime(2021, 10, 8, 19, 10),
        "attendee": "mailto:amina@example.org",
        "location": "",
    }
    assert mail["Subject"] == "Vous présentez un exposé : 6th meeting"
    file = await briefings.stranger.get("/v1/briefing-links/calendar.ics", headers=link_in(mail))
    (held,) = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert (str(held["UID"]), int(held.decoded("SEQUENCE")), "ATTENDEE" in held) == (
        own["uid"],
        0,
        False,
    )
    forged = {"Briefing-Link": "forged"}
    refused = await briefings.stranger.get("/v1/briefing-links/calendar.ics", headers=forged)
    assert slug(refused) == "link-unknown"
    assert (await answer(briefings, boris, "confirm")).is_success
    assert told(await office.deliver()) == [(TO_BORIS, "REQUEST", "CONFIRMED", 0)]

    agenda, match = await planning.read()
    opening = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    assert (await organizer.patch(opening, json={"minutes": 15}, headers=match)).is_success
    found = await office.deliver()
    assert told(found) == [(to, "REQUEST", "CONFIRMED", 1) for to in (TO_AMINA, TO_BORIS)]
    assert (entry_of(found[0]) or {})["wall"] == datetime(2021, 10, 8, 19, 15)
    _, match = await planning.read()
    item = f"{planning.agenda}/items/{briefings.items[0]}"
    roomed = await organizer.patch(item, json={"room": "Room 7"}, headers=match)
    assert roomed.is_success, roomed.text
    (mail,) = await office.deliver()
    assert (entry_of(mail) or {})["location"] == "Room 7"

    other = await briefings.name(first, organizer, name="Li Wei", email="li@example.org")
    assert other.is_success
    assert told(await office.deliver()) == [(TO_AMINA, "CANCEL", "CANCELLED", 3)]
    assert (await briefings.name(first, organizer, **AMINA)).is_success
    await post(organizer, f"{briefings.path}/{first['id']}/confirm")
    back = await office.deliver()
    assert told(back) == [(TO_AMINA, "REQUEST", "CONFIRMED", 4)]
    assert {uid for *_, uid, _ in entries(back)} == {own["uid"]}

    for person in (AMINA | {"name": "A. Rossi"}, AMINA):
        assert (await briefings.name(first, organizer, **person)).is_success
    assert told(await office.deliver()) == [], "a correction takes nothing back"
    entity = await planning.world.entity()
    await planning.world.membership(planning.committee, entity)
    await planning.world.invitation({"handle": planning.handle, "id": str(planning.id)}, entity)
    body = registered(1, entity=entity["handle"])
    body["person"] |= {"email": AMINA["email"], "language": "en"}
    seats, administrator = f"{planning.path}/registrations", planning.world.administrator
    seat = await post(administrator, seats, body)
    assert sorted(method for _, method, *_ in told(await office.deliver())) == ["CANCEL", "REQUEST"]
    await post(organizer, f"{briefings.path}/{first['id']}/confirm")
    assert told(await office.deliver()) == [], "the whole meeting stands there"
    async with planning.world.app.state.database.transaction() as session:
        links = "SELECT id FROM links WHERE purpose = 'join_meeting'"
        (link_id,) = (await session.execute(text(links))).scalars().all()
    token = link_token(planning.world.app.state.secret, link_id)
    feed = await post(briefings.stranger, "/v1/feeds", {"token": token})
    address = feed["url"].partition("/v1/")[2]
    await post(administrator, f"{seats}/{seat['id']}/withdraw")
    given = [each for each in entries(await office.deliver()) if each[3] == own["uid"]]
    assert [(to, method, number) for to, method, _, _, number in given] == [
        (TO_AMINA, "REQUEST", 6)
    ]
    subscribed = await briefings.stranger.get(f"/v1/{address}")
    assert (own["uid"], 6) in [
        (str(each["UID"]), int(each.decoded("SEQUENCE")))
        for each in icalendar.Calendar.from_ical(subscribed.content).walk("VEVENT")
    ]
    async with planning.world.app.state.database.transaction() as session:
        await session.execute(text("UPDATE feeds SET created_at = created_at - interval '1 day'"))
    before = await briefings.stranger.get(f"/v1/{address}")
    assert own["uid"] not in before.text, "its maker had no mail at that address yet"

    await post(organizer, f"{planning.path}/postpone", {})
    assert [each[:3] for each in told(await office.deliver()) if each[2] == "TENTATIVE"] == [
        (to, "REQUEST", "TENTATIVE") for to in (TO_AMINA, TO_BORIS)
    ]
    await post(organizer, f"{planning.path}/cancel", {})
    gone = await office.deliver()
    assert [each[:2] for each in told(gone)] == [(to, "CANCEL") for to in (TO_AMINA, TO_BORIS)]
    assert [str(UUID(uid.partition("@")[0])) for *_, uid, _ in entries(gone)][0] == (
        own["uid"].partition("@")[0]
    )


async def test_organizers_hear_at_once_of_who_does_not_come(
    briefings: Briefings, office: PostOffice, set_clock: Any
) -> None:
    """And of who does in the digest; whoever recorded an answer is not told of it."""
    organizer, planning = briefings.planning.organizer, briefings.planning
    first, second = await briefings.ask()
    panel = await planning.panel((await planning.add(kind="panel", minutes=30))["id"])
    for name in ("Chen", "Dara"):
        await planning.panellist(panel, "invite", name=name, email=f"{name.lower()}@example.org")
    for briefing, person in ((first, AMINA), (second, BORIS)):
        assert (await briefings.name(briefing, organizer, **person)).is_success
    asked = {str(mail["To"]): mail for mail in await office.deliver()}
    readers = [
        await office.session_of(asked[f"{name} <{name.lower()}@example.org>"])
        for name in ("Chen", "Dara")
    ]
    set_clock(datetime(2021, 9, 1, 13, 30, tzinfo=UTC))
    places = [(await reader.get("/v1/panellists")).json()["items"][0]["id"] for reader in readers]
    await post(readers[0], f"/v1/panellists/{places[0]}/decline", {"reason": "canary"})
    await post(readers[1], f"/v1/panellists/{places[1]}/confirm")
    assert (await answer(briefings, asked[TO_AMINA], "decline")).is_success
    assert (await answer(briefings, asked[TO_BORIS], "confirm")).is_success
    mails = [mail for mail in await office.deliver() if "mira@" in str(mail["To"])]
    assert sorted(str(mail["Subject"]) for mail in mails) == [
        "Chen does not come: Recent developments",
        "No briefer for Border Management: 6th meeting",
    ]
    assert not [mail for mail in mails if "canary" in words(mail)]
    assert "Amina Rossi, who was named to brief for Border Management" in "".join(map(words, mails))
    looked_at = [
        (await post(organizer, f"{planning.path}/previews", {"kind": kind}))["recipient"]["email"]
        for kind in ("panellist_declined", "briefing_declined", "briefer_confirmed")
    ]
    assert looked_at == ["mira@example.org", "mira@example.org", AMINA["email"]]
    set_clock(datetime(2021, 9, 2, 13, tzinfo=UTC))
    await look(planning.world.app.state.database)
    (digest,) = [mail for mail in await office.deliver() if "mira@" in str(mail["To"])]
    assert "Who comes to speak: Dara has confirmed (Recent developments); Boris Diallo has" in (
        " ".join(words(digest).split())
    )
    await post(organizer, f"{planning.path}/panels/{panel['id']}/panellists/{places[1]}/withdraw")
    assert [str(mail["To"]) for mail in await office.deliver()] == ["Dara <dara@example.org>"]


async def test_what_may_be_done_is_said_at_a_glance(briefings: Briefings, set_clock: Any) -> None:
    organizer, planning = briefings.planning.organizer, briefings.planning
    due = {"briefers_due": 7}
    assert (await organizer.patch(planning.path, json=due, headers={"If-Match": "*"})).is_success

    async def allowed(client: httpx.AsyncClient) -> list[list[str]]:
        found = (await client.get(briefings.path)).json()["briefings"]
        return [each["allowed"] for each in found]

    assert await allowed(organizer) == [[], []], "nobody was asked yet"
    first, _ = await briefings.ask()
    assert first["allowed"] == ["name", "decline"]
    assert (await briefings.name(first, organizer, **AMINA)).is_success
    named = ["name", "confirm", "decline"]
    assert await allowed(organizer) == [named, ["name", "decline"]]
    assert await allowed(planning.observer) == [[], []]
    one = f"{briefings.path}/{first['id']}"
    assert (await briefings.chair.get(one)).json()["allowed"] == named
    assert (await briefings.chair.get("/v1/briefings")).json()["items"][0]["allowed"] == named
    set_clock(datetime(2021, 10, 2, tzinfo=UTC))
    assert (await briefings.chair.get(one)).json()["allowed"] == []
    assert await allowed(organizer) == [named, ["name", "decline"]]
