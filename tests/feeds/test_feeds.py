"""Secret feeds and those of committees, read by parsers of three makers."""

import asyncio
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import icalendar
import pytest
import vobject
from fastapi import FastAPI
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.limits import Limiter
from app.deployment import hide_secret_paths
from app.feeds import queries
from app.feeds.policy import FAREWELL, HISTORY
from app.feeds.service import read_token, token_of
from app.feeds.tables import Feed
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose, Role
from app.identity.tokens import link_token, read_link_token
from app.meetings.tables import Meeting
from tests.mail.stage import DAY, JOIN_ADDRESS, PASSCODE, SECRET, Stage, a_meeting
from tests.statements import counted
from tests.world import World, post

OWN = "/v1/feeds"
DAYS = timedelta(days=1)


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def focal_point(stage: Stage, world: World) -> httpx.AsyncClient:
    return await world.focal_point_of({"id": stage.entity.id})


@pytest.fixture
def feeds(stage: Stage) -> str:
    return f"/v1/entities/{stage.entity.id}/feeds"


def path_of(made: dict[str, Any]) -> str:
    return urlsplit(made["url"]).path


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def vevents(data: bytes) -> list[bytes]:
    """As they were written."""
    return re.findall(rb"BEGIN:VEVENT.*?END:VEVENT", data, re.DOTALL)


def unfolded(answer: httpx.Response) -> str:
    return answer.text.replace("\r\n ", "")


async def read(client: httpx.AsyncClient, path: str) -> list[tuple[str, str, int, str]]:
    """UID, start, SEQUENCE and STATUS of every entry, on which three parsers agree."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events: list[Any] = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    found = [
        (
            str(entry["UID"]),
            entry["DTSTART"].dt.astimezone(UTC).isoformat(),
            int(entry["SEQUENCE"]),
            str(entry["STATUS"]),
        )
        for entry in events
    ]
    others = [
        (
            each.uid.value,
            each.dtstart.value.astimezone(UTC).isoformat(),
            int(each.sequence.value),
            each.status.value,
        )
        for each in vobject.readOne(answer.text).contents.get("vevent", [])
    ]
    third = [
        (
            each.uid,
            each.dtstart.astimezone(UTC).isoformat(),  # type: ignore[union-attr]  # none is a day
            each.sequence or 0,
            str(each.status.value if each.status else None),
        )
        for each in IcsCalendarStream.calendar_from_ics(answer.text).events
    ]
    assert found == others == third
    return found


async def joining(stage: Stage) -> list[str]:
    """The tokens of personal links, in the order of their making."""
    await stage.follow()
    return [link_token(SECRET, link.id) for link in await stage.links(LinkPurpose.JOIN_MEETING)]


async def own_feed(stage: Stage, client: httpx.AsyncClient) -> str:
    (token, *_) = await joining(stage)
    return path_of(await post(client, OWN, {"token": token}))


async def more_meetings(stage: Stage, number: int, **members: Any) -> list[Meeting]:
    """More of the committee, a week apart, to which the entity was invited."""
    made = []
    async with stage.database.transaction() as session:
        for n in range(number):
            usual = {"handle": f"meeting-{uuid4().hex}", "number": 100 + n + stage.serial * 1000}
            meeting = a_meeting(stage.committee, **usual | members)
            shift = timedelta(days=7 * (n + 1))
            for name in ("local_start", "local_end", "starts_at", "ends_at"):
                setattr(meeting, name, getattr(meeting, name) + shift)
            meeting.registration_closes_at = None
            session.add(meeting)
            made.append(meeting)
    stage.serial += 1
    return made


async def test_a_person_gets_a_feed_with_the_personal_link_and_without_an_account(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    await stage.send()
    registration = await stage.register()
    (token,) = await joining(stage)
    made = await post(anonymous, OWN, {"token": token})
    again = await post(anonymous, OWN, {"token": token})
    assert made == again
    assert made["webcal"] == made["url"].replace("http://", "webcal://")
    assert made["url"].startswith("http://secretariat.example.org/v1/feeds/")
    assert (made["kind"], made["own"], made["committee_id"]) == ("person", True, None)
    starts = datetime(2021, 10, 8, 14, tzinfo=UTC).isoformat()
    expected = [(f"{registration}@example.org", starts, 0, "CONFIRMED")]
    assert await read(anonymous, path_of(made)) == expected


async def test_an_own_entry_is_the_one_that_went_by_mail_byte_for_byte(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    await stage.send()
    await stage.register('Li; Wei, "the" Third')
    path = await own_feed(stage, anonymous)

    for move in (None, stage.reschedule, stage.postpone):
        if move is not None:
            await (move(days=7) if move == stage.reschedule else move())
            await stage.follow()
        (entry,) = vevents((await anonymous.get(path)).content)
        mailed = [m for m in await stage.messages() if m.registration_id is not None]
        message = await stage.mail(mailed[-1])
        (part,) = [p for p in message.walk() if p.get_content_type() == "application/ics"]
        assert [entry] == vevents(part.get_content())
        assert b"/join#" in entry.replace(b"\r\n ", b"")


async def test_waiting_withdrawn_and_cancelled_ones_are_told_as_such(
    stage: Stage,
    anonymous: httpx.AsyncClient,
    focal_point: httpx.AsyncClient,
    feeds: str,
    set_clock,
) -> None:
    await stage.send()
    first, second, third = [await stage.register() for _ in range(3)]
    await stage.follow()
    people = (await focal_point.get(f"/v1/meetings/{stage.meeting.id}/registrations")).json()
    ids = {each["id"]: each["person"]["id"] for each in people["items"]}
    paths = [
        path_of(await post(focal_point, feeds, {"person_id": ids[str(each)]}))
        for each in (first, second, third)
    ]

    async def states() -> list[list[tuple[int, str]]]:
        return [[entry[2:] for entry in await read(anonymous, path)] for path in paths]

    assert await states() == [[(0, "CONFIRMED")], [(0, "CONFIRMED")], [(0, "TENTATIVE")]]
    await stage.withdraw(first)
    assert await states() == [[(1, "CANCELLED")], [(0, "CONFIRMED")], [(0, "CONFIRMED")]]
    await stage.cancel()
    assert await states() == [[(2, "CANCELLED")], [(1, "CANCELLED")], [(1, "CANCELLED")]]
    set_clock(DAY + FAREWELL - timedelta(minutes=1))
    assert [len(each) for each in await states()] == [1, 1, 1]
    set_clock(DAY + FAREWELL + timedelta(minutes=1))
    assert await states() == [[], [], []]


async def test_only_the_own_feed_shows_personal_links_and_none_shows_the_room(
    stage: Stage,
    anonymous: httpx.AsyncClient,
    focal_point: httpx.AsyncClient,
    feeds: str,
) -> None:
    await stage.send()
    await stage.register()
    own = await own_feed(stage, anonymous)
    listed = (await focal_point.get(feeds)).json()["items"]
    body = {"person_id": listed[0]["person_id"]}
    other = path_of(await post(focal_point, feeds, body))
    entity = path_of(await post(focal_point, feeds, {}))
    texts = [unfolded(await anonymous.get(path)) for path in (own, other, entity)]
    assert ["/join#" in each for each in texts] == [True, False, False]
    assert ["ATTENDEE" in each for each in texts] == [True, False, False]
    assert ["METHOD:PUBLISH" in each for each in texts] == [False, True, True]
    for secret in (JOIN_ADDRESS, "conference.example", PASSCODE):
        assert [secret in each for each in texts] == [False] * 3
    assert [len(await read(anonymous, path)) for path in (own, other, entity)] == [1, 1, 1]


async def test_an_entity_sees_what_it_is_invited_to_and_who_comes(
    stage: Stage, anonymous: httpx.AsyncClient, focal_point: httpx.AsyncClient, feeds: str
) -> None:
    made = await post(focal_point, feeds, {"label": "Front office"})
    path = path_of(made)
    assert (made["kind"], made["label"], made["person_id"]) == ("entity", "Front office", None)
    assert await read(anonymous, path) == [], "the invitation is a draft"
    await stage.send()
    ((uid, *_),) = await read(anonymous, path)
    assert uid == f"{stage.meeting.id}@example.org"
    for name in ("Amina, Rossi", "Li Wei", "Third"):
        await stage.register(name)
    answer = await anonymous.get(path)
    (entry,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(entry["DESCRIPTION"]).splitlines() == [
        "Registered: Amina, Rossi; Li Wei",
        "On the waiting list: Third",
    ]
    assert "person1@example.org" not in unfolded(answer)
    await stage.withdraw_invitation()
    assert await read(anonymous, path) == []


async def test_a_feed_names_itself_and_how_often_to_ask(
    stage: Stage, anonymous: httpx.AsyncClient, focal_point: httpx.AsyncClient, feeds: str
) -> None:
    await stage.send()
    made = await post(focal_point, feeds, {})
    answer = await anonymous.get(path_of(made))
    head = unfolded(answer).partition("BEGIN:V")[2].splitlines()
    head += unfolded(answer).split("BEGIN:VTIMEZONE")[0].splitlines()
    for line in (
        "NAME:Meetings: UNODC",
        "X-WR-CALNAME:Meetings: UNODC",
        f"SOURCE;VALUE=URI:{made['url']}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert line in head
    assert answer.headers["cache-control"] == "private, max-age=300"
    tag = answer.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    same = await anonymous.get(path_of(made), headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    assert (await anonymous.get(path_of(made))).content == answer.content
    await stage.register()
    changed = await anonymous.get(path_of(made), headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    head_only = await anonymous.head(path_of(made))
    assert (head_only.status_code, head_only.content) == (200, b"")


async def test_the_language_is_the_persons_else_the_entitys(
    stage: Stage, anonymous: httpx.AsyncClient, focal_point: httpx.AsyncClient, feeds: str
) -> None:
    await stage.send()
    await stage.register(language="fr")
    (token,) = await joining(stage)
    made = await post(anonymous, OWN, {"token": token})
    entity = await post(focal_point, feeds, {})
    wanted = {"Accept-Language": "de"}
    texts = [
        unfolded(await anonymous.get(path_of(each), headers=wanted)) for each in (made, entity)
    ]
    assert ["6e réunion du comité" in each for each in texts] == [True, False]
    assert "NAME:Réunions : Person 1" in texts[0]
    async with stage.database.transaction() as session:
        await session.execute(text("UPDATE entities SET language = 'ar'"))
    arabic = await anonymous.get(path_of(entity))
    assert "المسجلون: Person 1" in unfolded(arabic)


async def test_a_revoked_feed_is_gone_and_another_may_be_had(
    stage: Stage,
    anonymous: httpx.AsyncClient,
    focal_point: httpx.AsyncClient,
    feeds: str,
    world: World,
) -> None:
    await stage.send()
    await stage.register()
    path = await own_feed(stage, anonymous)
    (listed,) = (await focal_point.get(feeds)).json()["items"]
    assert listed.keys() & {"url", "webcal", "token"} == set()
    assert (await focal_point.get(f"{feeds}/{listed['id']}")).json() == listed
    for _ in range(2):
        assert (await focal_point.delete(f"{feeds}/{listed['id']}")).status_code == 204
    assert slug(await anonymous.get(path)) == (410, "feed-revoked")
    tag = {"If-None-Match": "*"}
    assert slug(await anonymous.get(path, headers=tag)) == (410, "feed-revoked")
    fresh = await own_feed(stage, anonymous)
    assert fresh != path
    assert len(await read(anonymous, fresh)) == 1
    async with stage.database.transaction() as session:
        rows = await session.execute(
            text("SELECT name, actor_kind, data FROM events WHERE name LIKE 'feed.%' ORDER BY id")
        )
        logged = [tuple(row) for row in rows]
    person = {"kind": "person", "person_id": listed["person_id"]}
    assert logged == [
        ("feed.created", "link", person | {"own": True}),
        ("feed.revoked", "account", person),
        ("feed.created", "link", person | {"own": True}),
    ]


async def test_unknown_addresses_are_guesses(
    stage: Stage, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    await stage.send()
    await stage.register()
    (join,) = await joining(stage)
    path = await own_feed(stage, anonymous)
    app.state.limiter = Limiter("off", "10/minute", [])
    forged = [
        token_of(b"another secret", uuid4()),
        token_of(SECRET, uuid4()),
        join,
        path.rpartition("/")[2].removesuffix(".ics")[:-1],
        "ünïcode",
        "!",
    ]
    answers = [slug(await anonymous.get(f"{OWN}/{token}.ics")) for token in forged]
    assert answers == [(404, "feed-unknown")] * 6
    assert slug(await anonymous.post(OWN, json={"token": forged[1]})) == (404, "link-unknown")
    statuses = [
        (
            await anonymous.get(
                f"{OWN}/{token_of(b'guess', uuid4())}.ics",
                headers={"X-Forwarded-For": f"192.0.2.{n % 250}"},
            )
        ).status_code
        for n in range(100)
    ]
    assert statuses == [404] * 3 + [429] * 97
    assert (await anonymous.get(path)).status_code == 429
    assert (await anonymous.post(OWN, json={"token": join})).status_code == 429


def test_tokens_of_feeds_and_of_links_are_not_each_others() -> None:
    thing = UUID(int=7)
    assert read_token(SECRET, token_of(SECRET, thing)) == thing
    assert read_link_token(SECRET, token_of(SECRET, thing)) is None
    assert read_token(SECRET, link_token(SECRET, thing)) is None


async def test_an_address_is_in_no_log_and_no_problem(
    stage: Stage,
    anonymous: httpx.AsyncClient,
    focal_point: httpx.AsyncClient,
    feeds: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    made = await post(focal_point, feeds, {})
    token = path_of(made).rpartition("/")[2].removesuffix(".ics")
    answers = [await anonymous.get(path_of(made), params={"x": "1"})]
    answers.append(await anonymous.put(path_of(made)))
    await focal_point.delete(f"{feeds}/{made['id']}")
    answers.append(await anonymous.get(path_of(made)))
    assert [answer.status_code for answer in answers] == [422, 405, 410]
    assert [token in answer.text or token in str(answer.headers) for answer in answers] == [
        False
    ] * 3
    metrics = await anonymous.get("/metrics")
    out = capfd.readouterr()
    async with stage.database.transaction() as session:
        stored = await session.execute(text("SELECT f.*::text, e.*::text FROM feeds f, events e"))
        whole = str(stored.all())
    for place in (metrics.text, out.out, out.err, whole):
        assert token not in place
    line = '%s - "%s %s HTTP/%s" %d'
    args = ("127.0.0.1:1", "GET", path_of(made), "1.1", 200)
    record = logging.LogRecord("uvicorn.access", 20, "", 0, line, args, None)
    assert hide_secret_paths(record)
    assert record.getMessage() == '127.0.0.1:1 - "GET /v1/feeds/... HTTP/1.1" 200'
    for secret in ("/v1/opened/abc.gif", "/v1/digests/unsubscribe/abc"):
        told = logging.LogRecord("uvicorn.access", 20, "", 0, "%s", (secret,), None)
        assert hide_secret_paths(told)
        assert "abc" not in told.getMessage()


async def asked_at_once(stage: Stage, client: httpx.AsyncClient) -> list[str]:
    """The feeds that eight askers got, each with a link of its own: no lock keeps them apart."""
    await stage.send()
    await stage.register()
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.JOIN_MEETING)
    async with stage.database.transaction() as session:
        made = [
            identity.create_link(
                session, link.purpose, link.resource_id, link.person_id, link.expires_at
            )
            for _ in range(8)
        ]
    tokens = [link_token(SECRET, each.id) for each in made]
    answers = await asyncio.gather(*(client.post(OWN, json={"token": each}) for each in tokens))
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json()["id"] for answer in answers]


async def test_of_many_who_ask_at_once_all_get_the_same_feed(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    assert len(set(await asked_at_once(stage, anonymous))) == 1


async def test_without_the_guard_they_would_get_several(
    stage: Stage, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    four = asyncio.Barrier(4)

    async def blind(*_: Any) -> None:
        await four.wait()

    async def unguarded(session: AsyncSession, feed: Feed) -> Feed:
        session.add(feed)
        await session.flush()
        return feed

    monkeypatch.setattr(queries, "find_own", blind)
    monkeypatch.setattr(queries, "insert_own", unguarded)
    async with stage.database.transaction() as session:
        await session.execute(text("DROP INDEX uq_feeds_own"))
    assert len(set(await asked_at_once(stage, anonymous))) == 8


async def test_nobodys_feed_reaches_further_than_they_do(
    stage: Stage, anonymous: httpx.AsyncClient, world: World, feeds: str
) -> None:
    """An organizer, a focal point of one committee and the session of a link, each with another
    committee whose meeting the entity is invited to as well.
    """
    await stage.send()
    other = await world.committee()
    elsewhere = await world.scheduled(await world.meeting(other))
    await world.invitation(elsewhere, {"handle": "unodc"})
    here = {"id": str(stage.committee.id)}
    limited = await world.client(
        await world.token(Role.FOCAL_POINT, committee_id=here["id"], entity_id=stage.entity.id)
    )
    await stage.follow()
    (link,) = [
        each
        for each in await stage.links(LinkPurpose.ANSWER_INVITATION)
        if each.resource_id == stage.invitation.id
    ]
    opened = await post(anonymous, "/v1/links/exchange", {"token": link_token(SECRET, link.id)})
    holder = await world.client(opened["token"])
    organizer = await world.organizer(here)
    for client in (limited, holder, organizer):
        wide = {"committee": other["id"]}
        assert slug(await client.post(feeds, json=wide)) == (403, "not-permitted")
        made = await post(client, feeds, {"committee": here["id"]})
        assert made["committee_id"] == here["id"]
        uids = [entry[0] for entry in await read(anonymous, path_of(made))]
        assert uids == [f"{stage.meeting.id}@example.org"]
    for client in (limited, organizer):
        assert slug(await client.post(feeds, json={})) == (403, "not-permitted")
    assert (await post(holder, feeds, {}))["committee_id"] == here["id"]
    whole = await post(world.administrator, feeds, {})
    assert len(await read(anonymous, path_of(whole))) == 2
    for client in (limited, holder, organizer):
        refused = await client.delete(f"{feeds}/{whole['id']}")
        assert slug(refused) == (403, "not-permitted")
        assert (await client.delete(f"{feeds}/{made['id']}")).status_code == 204


async def test_a_feed_of_the_entity_outlives_who_made_it(
    stage: Stage, anonymous: httpx.AsyncClient, world: World, feeds: str
) -> None:
    await stage.send()
    async with stage.database.transaction() as session:
        person = await session.get_one(type(stage.focal_point), stage.focal_point.id)
        account = person.account_id
    focal = await world.client(await world.token(account_id=account))
    committee = {"committee": str(stage.committee.id)}
    made = await post(focal, feeds, committee)
    async with stage.end_focal_point():
        pass
    assert len(await read(anonymous, path_of(made))) == 1
    assert (await focal.get(feeds)).status_code == 404
    assert (await focal.delete(f"{feeds}/{made['id']}")).status_code == 404
    assert (await world.administrator.delete(f"{feeds}/{made['id']}")).status_code == 204


async def test_a_feed_goes_with_its_person(
    stage: Stage, anonymous: httpx.AsyncClient, world: World, feeds: str
) -> None:
    person = await world.person({"id": stage.entity.id})
    made = await post(world.administrator, feeds, {"person_id": person["id"]})
    people = f"/v1/entities/{stage.entity.id}/people/{person['id']}"
    assert (await world.administrator.delete(people)).status_code == 204
    assert slug(await anonymous.get(path_of(made))) == (404, "feed-unknown")
    stranger = await world.person(await world.entity())
    for unknown in (person["id"], stranger["id"]):
        refused = await world.administrator.post(feeds, json={"person_id": unknown})
        assert slug(refused) == (422, "not-of-this-entity")


async def test_a_link_that_died_gives_no_feed(stage: Stage, anonymous: httpx.AsyncClient) -> None:
    await stage.send()
    registration = await stage.register()
    (token,) = await joining(stage)
    await stage.withdraw(registration)
    assert slug(await anonymous.post(OWN, json={"token": token})) == (410, "link-spent")


def copying(table: str, meeting_id: UUID) -> str:
    """SQL that copies the row of a table for another meeting."""
    return (
        f"INSERT INTO {table} SELECT copy.* FROM"
        f" (SELECT to_jsonb(t) AS row FROM {table} AS t LIMIT 1) AS first,"
        f" jsonb_populate_record(NULL::{table}, row || jsonb_build_object("
        f"'id', '{uuid4()}', 'meeting_id', '{meeting_id}')) AS copy"
    )


async def test_thirty_meetings_take_as_many_statements_as_one(
    stage: Stage,
    app: FastAPI,
    anonymous: httpx.AsyncClient,
    focal_point: httpx.AsyncClient,
    feeds: str,
) -> None:
    await stage.send()
    await stage.register()
    paths = [await own_feed(stage, anonymous), path_of(await post(focal_point, feeds, {}))]
    paths.append(f"/v1/public/committees/{stage.committee.id}/calendar.ics")

    async def statements() -> list[tuple[int, int]]:
        taken = []
        for path in paths:
            with counted(app) as found:
                answer = await anonymous.get(path)
            taken.append((len(vevents(answer.content)), len(found)))
        return taken

    before = await statements()
    copies = await more_meetings(stage, 29)
    async with stage.database.transaction() as session:
        for table in ("invitations", "registrations"):
            for copy in copies:
                await session.execute(text(copying(table, copy.id)))
    after = await statements()
    assert [entries for entries, _ in before] == [1, 1, 1]
    assert [entries for entries, _ in after] == [30, 30, 30]
    assert [taken for _, taken in before] == [taken for _, taken in after]
    assert max(taken for _, taken in after) <= 4


async def test_a_feed_holds_a_year_and_all_to_come_and_500_at_most(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/public/committees/{stage.committee.handle}/calendar.ics"
    await more_meetings(stage, 9)
    assert len(await read(anonymous, path)) == 10
    ends_at = stage.meeting.ends_at
    for moment, number in ((ends_at + HISTORY - DAYS, 10), (ends_at + HISTORY + DAYS, 9)):
        set_clock(moment)
        assert len(await read(anonymous, path)) == number
    set_clock(ends_at + 7 * DAYS)
    monkeypatch.setattr("app.feeds.queries.MOST", 3)
    starts = [entry[1][:10] for entry in await read(anonymous, path)]
    assert starts == ["2021-10-08", "2021-10-15", "2021-10-22"], "those nearest to now"


async def test_a_committee_has_a_public_calendar_with_its_working_groups(
    stage: Stage, anonymous: httpx.AsyncClient, world: World
) -> None:
    committee = str(stage.committee.id)
    group = await world.committee(parent=committee)
    await world.scheduled(await world.meeting(group, public=True))
    await world.scheduled(await world.meeting(group))
    await world.meeting(group, public=True)
    path = f"/v1/public/committees/{stage.committee.handle}/calendar.ics"
    assert len(await read(anonymous, path)) == 2
    assert len(await read(anonymous, f"/v1/public/committees/{group['id']}/calendar.ics")) == 1
    answer = await anonymous.get(path, headers={"Accept-Language": "fr"})
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["vary"] == "Accept-Language"
    assert "NAME:Comité de coordination" in unfolded(answer)
    assert "SUMMARY;LANGUAGE=fr:6e réunion du comité" in unfolded(answer)
    tag = {"If-None-Match": answer.headers["etag"], "Accept-Language": "fr"}
    assert (await anonymous.get(path, headers=tag)).status_code == 304
    silent = await world.committee()
    await world.scheduled(await world.meeting(silent))
    for unknown in (silent["handle"], str(uuid4())):
        hidden = await anonymous.get(f"/v1/public/committees/{unknown}/calendar.ics")
        assert hidden.status_code == 404


async def test_callers_read_the_meetings_of_a_committee_that_they_may_know_of(
    stage: Stage, world: World, focal_point: httpx.AsyncClient
) -> None:
    """Exactly those that the list of meetings shows them."""
    await stage.send()
    here = {"id": str(stage.committee.id)}
    await world.meeting(here)
    hidden = await world.scheduled(await world.meeting(here))
    callers = {
        "administrator": (world.administrator, 3),
        "organizer": (await world.organizer(here), 3),
        "focal point": (focal_point, 1),
        "another": (await world.focal_point_of(await world.entity()), 0),
    }
    for name, (client, number) in callers.items():
        entries = await read(client, f"/v1/committees/{here['id']}/calendar.ics")
        listed = (await client.get("/v1/meetings", params={"committee": here["id"]})).json()
        known = sorted(f"{each['id']}@example.org" for each in listed["items"])
        assert sorted(entry[0] for entry in entries) == known, name
        assert len(known) == number, name
        assert (f"{hidden['id']}@example.org" in known) is (number == 3)
    drafts = [
        entry
        for entry in await read(world.administrator, f"/v1/committees/{here['id']}/calendar.ics")
        if entry[3] == "TENTATIVE"
    ]
    assert len(drafts) == 1


async def test_a_meeting_called_off_stays_in_the_committees_calendar_for_a_while(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    path = f"/v1/public/committees/{stage.committee.id}/calendar.ics"
    await stage.cancel()
    ((*_, sequence, status),) = await read(anonymous, path)
    assert (sequence, status) == (1, "CANCELLED")
    set_clock(DAY + FAREWELL + DAYS)
    assert await read(anonymous, path) == []
    empty = await anonymous.get(path)
    assert empty.status_code == 200


async def test_a_repeated_answer_is_kept_by_nobody_either(
    stage: Stage, world: World, anonymous: httpx.AsyncClient
) -> None:
    await stage.register()
    await stage.follow()
    link = (await stage.links(LinkPurpose.JOIN_MEETING))[-1]
    body = {"token": link_token(SECRET, link.id)}
    for replayed in (None, "true"):
        answer = await anonymous.post("/v1/feeds", json=body, headers={"Idempotency-Key": "1"})
        assert answer.headers.get("idempotency-replayed") == replayed
        assert answer.headers["cache-control"] == "no-store"
