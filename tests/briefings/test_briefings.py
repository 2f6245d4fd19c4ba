"""Groups name their briefers, by accounts and by links from mails; time; the state at a glance."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.briefings.links import briefer_token, group_token
from app.briefings.tables import Briefing
from app.core import clock
from app.identity.lifecycle import Role
from app.meetings.lifecycle import MeetingStatus
from app.reminders.running import look
from tests.agenda.planning import START, outline, slug
from tests.briefings.conftest import SUMMER, Briefings
from tests.statements import counted
from tests.world import post

CONTACT = {"name": "Chair Seven", "email": "Chair.Seven@example.org", "language": "fr"}
BRIEFER = {
    "name": "Amina Rossi",
    "job_title": "Vice-Chair",
    "affiliation": "UNODC",
    "email": "amina.rossi@example.org",
    "timezone": "Asia/Tashkent",
    "language": "en",
}


def token_of(text: str) -> str:
    found = re.search(r"https://secretariat\.example\.org/briefing#(\S+)", text)
    assert found, text
    return found[1]


async def by_link(briefings: Briefings, verb: str, token: str, **members: Any) -> Any:
    body = {"token": token} | members
    return await briefings.stranger.post(f"/v1/briefing-links/{verb}", json=body)


async def test_a_stranger_names_and_a_briefer_confirms_by_mail(briefings: Briefings) -> None:
    """From the asking to the confirmation without any account but the organizer's."""
    first, second = await briefings.ask(**CONTACT)
    assert (first["status"], first["lacking"], second["contact"]) == (
        "asked",
        ["briefer", "papers"],
        None,
    )
    ((to, subject, text),) = await briefings.mails()
    assert (to, subject) == (
        "Chair Seven <chair.seven@example.org>",
        "Qui présentera l’exposé de Border Management ? 6th meeting",
    )
    assert "Heure de l’exposé : vendredi 8 octobre 2021, 10:10" in text
    group = token_of(text)
    opened = await by_link(briefings, "open", group)
    assert (opened.status_code, opened.json()["holder"]) == (200, "group")
    named = await by_link(briefings, "name", group, briefer=BRIEFER)
    assert named.status_code == 200, named.text
    assert named.json()["briefing"]["status"] == "named"
    assert named.json()["briefing"]["item"]["local_start"] == "2021-10-08T19:10:00"
    ((to, subject, text),) = await briefings.mails()
    assert (to, subject) == ("Amina Rossi <amina.rossi@example.org>", "Your briefing: 6th meeting")
    assert "Time of the briefing: Friday 8 October 2021, 19:10" in text
    assert "Asia/Tashkent" in text
    own = token_of(text)
    refused = await by_link(briefings, "name", own, briefer=BRIEFER)
    assert refused.status_code == 403
    confirmed = await by_link(briefings, "answer", own, answer="confirm")
    assert (confirmed.status_code, confirmed.json()["holder"]) == (200, "briefer")
    assert confirmed.json()["briefing"]["contact"] is None
    assert (await by_link(briefings, "answer", own, answer="confirm")).status_code == 409
    other = BRIEFER | {"name": "Boris Diallo", "email": "boris@example.org"}
    assert (await by_link(briefings, "name", group, briefer=other)).status_code == 200
    assert slug(await by_link(briefings, "open", own)) == "link-spent"
    assert slug(await by_link(briefings, "open", own[:-4] + "AAA=")) == "link-unknown"
    assert [(to, subject) for to, subject, _ in await briefings.mails()] == [
        ("Boris Diallo <boris@example.org>", "Your briefing: 6th meeting"),
        ("Amina Rossi <amina.rossi@example.org>", "No briefing by you: 6th meeting"),
    ]
    log = await briefings.planning.organizer.get(f"{briefings.planning.path}/events?limit=200")
    assert "briefing.named" in log.text
    assert "boris" not in log.text.lower()
    assert "chair" not in log.text.lower()


async def test_whoever_speaks_for_the_group_names_until_the_deadline(
    briefings: Briefings, set_clock
) -> None:
    organizer, world = briefings.planning.organizer, briefings.planning.world
    match = {"If-Match": "*"}
    due = {"briefers_due": 7}
    assert (
        await organizer.patch(briefings.planning.path, json=due, headers=match)
    ).status_code == 200
    first, second = await briefings.ask()
    mine = (await briefings.chair.get("/v1/briefings")).json()["items"]
    assert [each["id"] for each in mine] == [first["id"]]
    assert mine[0]["due_at"] == "2021-10-01T14:00:00Z"
    assert (await briefings.name(second, briefings.chair)).status_code == 404
    entity = await world.entity()
    await world.membership(briefings.groups[1], entity, office="chair")
    chairing = await world.focal_point_of(entity)
    assert (await briefings.name(second, chairing, name="Carla Osei")).status_code == 200
    named = await briefings.name(first, briefings.chair, **BRIEFER)
    assert (named.json()["status"], named.json()["allowed"]) == (
        "named",
        ["name", "confirm", "decline"],
    )
    tag = named.headers["etag"]
    one = f"{briefings.path}/{first['id']}"
    assert (await briefings.chair.get(one)).headers["etag"] == tag
    assert (await briefings.planning.observer.get(one)).json()["briefer"]["email"] is None
    assert (await briefings.name(first, briefings.planning.observer)).status_code == 403
    assert (await briefings.name(first, briefings.planning.focal_point)).status_code == 404
    set_clock(SUMMER + timedelta(days=31))
    late = await briefings.name(first, briefings.chair, name="Too Late")
    assert (late.status_code, slug(late)) == (409, "briefers-due")
    assert (await briefings.name(first, organizer, name="In Time")).status_code == 200


async def test_links_and_deadlines_end_at_their_moment(
    briefings: Briefings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a rule a group names until the meeting starts; its briefer says no until then."""
    first, _ = await briefings.ask()
    assert (await briefings.name(first, briefings.chair, **BRIEFER)).status_code == 200
    app, meets = briefings.planning.world.app, START
    async with app.state.database.transaction() as session:
        known = await session.get_one(Briefing, UUID(first["id"]))
    group = group_token(app.state.secret, known.group_key)
    briefer = briefer_token(app.state.secret, known.briefer_key)

    async def told(at: datetime) -> list[int]:
        monkeypatch.setattr(clock, "now", lambda: at)
        answers = [
            await briefings.name(first, briefings.chair, **BRIEFER),
            await by_link(briefings, "name", group, briefer=BRIEFER),
            await by_link(briefings, "answer", briefer, answer="confirm"),
            await by_link(briefings, "open", group),
        ]
        return [answer.status_code for answer in answers]

    assert await told(meets) == [409, 409, 409, 200]
    assert slug(await by_link(briefings, "answer", briefer, answer="confirm")) == "briefers-due"
    assert await told(meets + timedelta(hours=3)) == [409, 410, 410, 410]
    assert await told(meets - timedelta(microseconds=1)) == [200] * 4


async def test_an_entity_speaks_for_the_group_that_it_chairs_on_this_day(
    briefings: Briefings,
) -> None:
    world, (borders, _) = briefings.planning.world, briefings.groups
    first, _ = await briefings.ask()
    today = str(SUMMER.date())
    yesterday = str(SUMMER.date() - timedelta(days=1))
    for since, until, chairs in (
        (today, None, 200),
        (yesterday, today, 404),
        (str(SUMMER.date() + timedelta(days=1)), None, 404),
    ):
        entity = await world.entity()
        terms = {"office": "chair", "since": since} | ({"until": until} if until else {})
        await world.membership(borders, entity, **terms)
        focal = await world.focal_point_of(entity)
        assert (await briefings.name(first, focal, **BRIEFER)).status_code == chairs, terms
        scope = {"entity_id": entity["id"], "committee_id": briefings.planning.committee["id"]}
        elsewhere = await world.caller(Role.FOCAL_POINT, **scope)
        assert (await briefings.name(first, elsewhere, **BRIEFER)).status_code == 404


async def test_corrections_bind_and_who_is_somebody_else_begins_anew(briefings: Briefings) -> None:
    """Titles are corrected; after a no somebody is asked anew; another contact has another link."""
    organizer, app = briefings.planning.organizer, briefings.planning.world.app
    first, _ = await briefings.ask(**CONTACT)
    path = f"{briefings.path}/{first['id']}"
    async with app.state.database.transaction() as session:
        group = (await session.get_one(Briefing, UUID(first["id"]))).group_key
    await briefings.name(first, organizer, **BRIEFER)
    await post(organizer, f"{path}/confirm")
    titled = await briefings.name(first, organizer, **(BRIEFER | {"job_title": "Chair"}))
    assert (titled.json()["status"], titled.json()["briefer"]["job_title"]) == (
        "confirmed",
        "Chair",
    )
    renamed = await briefings.name(first, organizer, **(BRIEFER | {"name": "A. Rossi"}))
    assert renamed.json()["status"] == "named"
    declined = await post(organizer, f"{path}/decline")
    assert declined["lacking"] == ["briefer"]
    again = await briefings.name(first, organizer, **(BRIEFER | {"name": "A. Rossi"}))
    assert again.json()["status"] == "named"
    token = group_token(app.state.secret, group)
    assert (await by_link(briefings, "open", token)).status_code == 200
    contact = {"contact": CONTACT | {"email": "other@example.org"}}
    assert (await organizer.patch(path, json=contact, headers={"If-Match": "*"})).is_success
    assert slug(await by_link(briefings, "open", token)) == "link-spent"
    await briefings.planning.becomes(MeetingStatus.CLOSED)
    assert [each["allowed"] for each in (await briefings.glance())["briefings"]] == [[], []]


async def test_the_state_at_a_glance_and_readiness(briefings: Briefings) -> None:
    organizer = briefings.planning.organizer

    async def missing() -> list[str]:
        found = (await organizer.get(f"{briefings.planning.path}/readiness")).json()
        return [each["code"] for each in found["missing"] if each["code"].startswith("briefers")]

    assert (await briefings.glance())["counts"]["unasked"] == 2
    assert await missing() == ["briefers_unasked"]
    with counted(briefings.planning.world.app) as statements:
        first, second = (await post(organizer, briefings.path, {"ask": []}))["briefings"]
    assert len([each for each in statements if each.startswith("INSERT INTO briefings")]) == 1
    assert await missing() == ["briefers_unnamed"]
    await briefings.name(first, organizer, **BRIEFER)
    await post(organizer, f"{briefings.path}/{first['id']}/confirm")
    await briefings.name(second, organizer, name="Carla Osei")
    assert await missing() == ["briefers_unconfirmed"]
    glance = await briefings.glance()
    assert (glance["minutes"], glance["counts"]) == (
        30,
        {"unasked": 0, "asked": 0, "named": 1, "confirmed": 1, "declined": 0, "complete": 0},
    )
    states = [
        (b["working_group"]["name"]["en"], b["status"], b["lacking"]) for b in glance["briefings"]
    ]
    assert states == [
        ("Border Management", "confirmed", ["papers"]),
        ("Human Rights", "named", ["answer", "papers"]),
    ]
    taken = await organizer.delete(f"{briefings.path}/{second['id']}")
    assert (taken.status_code, slug(taken)) == (409, "briefing-taken")
    await post(organizer, f"{briefings.path}/{second['id']}/decline")
    settled = await organizer.post(f"{briefings.path}/{second['id']}/remind")
    assert slug(settled) == "briefing-settled"
    assert (await organizer.delete(f"{briefings.path}/{second['id']}")).status_code == 204
    kept = await organizer.delete(
        f"{briefings.planning.agenda}/items/{briefings.items[0]}", headers={"If-Match": "*"}
    )
    assert (kept.status_code, slug(kept)) == (409, "item-has-briefing")


async def test_time_is_shared_and_given_back(briefings: Briefings) -> None:
    organizer = briefings.planning.organizer
    path = f"{briefings.path}/share-time"
    seen = await post(organizer, f"{path}?dry_run=true", {"minutes": 31})
    assert [(each["before_minutes"], each["minutes"]) for each in seen["items"]] == [
        (20, 16),
        (10, 15),
    ]
    assert (await briefings.glance())["minutes"] == 30
    whole = await post(organizer, path, {})
    assert (whole["minutes"], [each["minutes"] for each in whole["items"]]) == (165, [83, 82])
    first, _ = await briefings.ask()
    one = f"{briefings.path}/{first['id']}/give-back"
    given = await briefings.chair.post(one, json={"minutes": 13})
    assert given.status_code == 200, given.text
    agenda, _ = await briefings.planning.read()
    assert outline(agenda["items"])[1:3] == [
        ("2", "Borders", "10:10", "11:20"),
        ("3", "Rights", "11:20", "12:55"),
    ]
    keep = {"minutes": 60, "keep": [{"item_id": briefings.items[0], "minutes": 59}]}
    assert (await organizer.post(path, json=keep)).status_code == 200
    few = await organizer.post(path, json=keep | {"minutes": 59})
    assert (few.status_code, slug(few)) == (409, "too-few-minutes")
    panel = await briefings.planning.add(kind="panel", minutes=10)
    wrong = await organizer.post(path, json={"minutes": 60, "item_ids": [panel["id"]]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/item_ids/0")
    weights = {"minutes": 40, "weights": [{"item_id": briefings.items[1], "weight": 3}]}
    shared = await post(organizer, path, weights)
    assert [each["minutes"] for each in shared["items"]] == [10, 30]


async def test_who_is_named_hears_once_that_the_time_has_changed(
    briefings: Briefings, set_clock: Any
) -> None:
    first, _ = await briefings.ask()
    organizer, agenda = briefings.planning.organizer, briefings.planning.agenda
    assert (await briefings.name(first, organizer, **BRIEFER)).is_success
    await briefings.mails()
    before, match = await briefings.planning.read()
    opening = f"{agenda}/items/{before['items'][0]['id']}"
    times = {"local_start": "2021-10-09T10:00:00", "local_end": "2021-10-09T13:00:00"}
    reschedule = f"{briefings.planning.path}/reschedule"
    plan = await organizer.post(reschedule, json=times, params={"plan": "true"})
    assert plan.status_code == 200, plan.text
    (notice,) = plan.json()["notices"]
    told = ("kind", "name", "recipient", "briefing_id")
    assert [notice[name] for name in told] == [
        *("briefer_changed", "Amina Rossi", "amina.rossi@example.org"),
        first["id"],
    ]
    for duration in (25, 40):
        _, match = await briefings.planning.read()
        moved = await organizer.patch(opening, json={"minutes": duration}, headers=match)
        assert moved.is_success, moved.text
    closing = f"{agenda}/items/{before['items'][3]['id']}"
    _, match = await briefings.planning.read()
    assert (await organizer.patch(closing, json={"minutes": 6}, headers=match)).is_success
    set_clock(SUMMER + timedelta(hours=1))
    ((to, subject, text),) = await briefings.mails()
    assert (to, subject) == (
        "Amina Rossi <amina.rossi@example.org>",
        "Changed: your briefing, 6th meeting",
    )
    assert "Time of the briefing: Friday 8 October 2021, 19:40" in text
    assert (await by_link(briefings, "open", token_of(text))).json()["holder"] == "briefer"
    answer = await organizer.post(f"{briefings.planning.path}/cancel")
    assert answer.is_success, answer.text
    ((to, subject, _),) = await briefings.mails()
    assert (to, subject) == ("Amina Rossi <amina.rossi@example.org>", "Cancelled: 6th meeting")


async def test_groups_are_reminded_by_plan_and_by_hand(briefings: Briefings, set_clock) -> None:
    organizer, database = briefings.planning.organizer, briefings.planning.world.app.state.database
    step = {"before": {"days": 2}, "anchor": "briefers_due", "about": "briefer"}
    planned = await organizer.put(
        f"{briefings.planning.path}/reminder-steps",
        json={"steps": [step]},
        headers={"If-Match": "*"},
    )
    assert planned.status_code == 200, planned.text
    first, second = await briefings.ask(**CONTACT)
    assert len(await briefings.mails()) == 1
    await post(organizer, f"{briefings.path}/{first['id']}/remind")
    ((to, subject, _),) = await briefings.mails()
    assert (to, subject) == (
        "Chair Seven <chair.seven@example.org>",
        "Veuillez désigner votre intervenant : 6th meeting",
    )
    await briefings.name(second, organizer, name="Carla Osei")
    set_clock(datetime(2021, 10, 6, 14, 5, tzinfo=UTC))
    await look(database)
    assert [subject for _, subject, _ in await briefings.mails()] == [
        "Veuillez désigner votre intervenant : 6th meeting"
    ]
    await look(database)
    assert await briefings.mails() == []


async def test_papers_are_handed_in_by_accounts_and_by_links(briefings: Briefings) -> None:
    first, second = await briefings.ask()
    pdf, kind = b"%PDF-1.7\n%%EOF\n", {"Content-Type": "application/pdf"}
    path = f"{briefings.path}/{first['id']}/papers/en?name=borders.pdf&title=Borders"
    sent = await briefings.chair.put(path, content=pdf, headers=kind)
    assert sent.status_code == 201, sent.text
    (paper,) = sent.json()["files"]
    assert (paper["name"], paper["status"], paper["size"]) == ("borders.pdf", "draft", 15)
    again = await briefings.chair.put(path, content=pdf + b"\n", headers=kind)
    assert (again.status_code, again.json()["files"][0]["size"]) == (200, 16)
    other = path.replace(first["id"], second["id"])
    assert (await briefings.chair.put(other, content=pdf, headers=kind)).status_code == 404
    database = briefings.planning.world.app.state.database
    async with database.transaction() as session:
        key = (await session.get_one(Briefing, UUID(second["id"]))).group_key
    token = group_token(briefings.planning.world.app.state.secret, key)
    headers = kind | {"Briefing-Link": token}
    link = "/v1/briefing-links/papers/fr?name=droits.pdf"
    by_mail = await briefings.stranger.put(link, content=pdf, headers=headers)
    assert by_mail.status_code == 201, by_mail.text
    assert [each["name"] for each in by_mail.json()["briefing"]["files"]] == ["droits.pdf"]
    forged = kind | {"Briefing-Link": token[:-4] + "AAA="}
    refused = await briefings.stranger.put(link, content=pdf, headers=forged)
    assert (refused.status_code, slug(refused)) == (404, "link-unknown")
    wrong = await briefings.stranger.put(link, content=b"MZ", headers=headers)
    assert wrong.status_code == 415
    glance = (await briefings.glance())["briefings"]
    assert [(each["papers"], each["lacking"]) for each in glance] == [(1, ["briefer"])] * 2
    documents = await briefings.planning.organizer.get(f"{briefings.planning.path}/documents")
    assert [(each["item_id"], each["access"]) for each in documents.json()["items"]] == [
        (briefings.items[0], "organizers"),
        (briefings.items[1], "organizers"),
    ]
