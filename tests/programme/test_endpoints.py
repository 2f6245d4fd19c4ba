"""Papers over HTTP: who gets which, in which form, with which tags."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.letters import press as letters
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from app.programme import press
from tests.agenda.planning import START, Planning, item, slug
from tests.statements import counted
from tests.world import World

PUBLIC = "/v1/public/meetings/coordination-committee-6"
KEPT = ("content-type", "cache-control", "content-language", "vary")
TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "ics": "text/calendar; charset=utf-8",
    "jsonld": "application/ld+json",
    "akn": "application/akn+xml",
}
ROOM = "https://conference.example.org/j/secret-6"


async def stranger(world: World) -> httpx.AsyncClient:
    return await world.client(None)


async def read(client: httpx.AsyncClient, path: str, **query: Any) -> httpx.Response:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer


def titles(paper: Any) -> list[tuple[str | None, str]]:
    return [(each["number"], each["title"]) for each in paper["items"]]


async def test_a_stranger_reads_what_is_issued_in_every_form(
    issued: Planning, world: World
) -> None:
    client = await stranger(world)
    for name, forms in {
        "agenda": "json html pdf ics jsonld akn",
        "agenda-annotated": "json html pdf akn",
        "programme": "json html pdf ics jsonld",
    }.items():
        for form in forms.split():
            path = f"{PUBLIC}/{name}.{form}"
            answer = await read(client, path)
            assert {header: answer.headers.get(header) for header in KEPT} == {
                "content-type": TYPES[form],
                "cache-control": "public, no-cache",
                "content-language": "en",
                "vary": "Accept-Language",
            }
            assert (form == "html") == ("content-security-policy" in answer.headers)
            known = {"If-None-Match": answer.headers["etag"]}
            again = await client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["etag"] == answer.headers["etag"]
            assert (await read(client, path)).content == answer.content
            assert b"Confidential" not in answer.content
            assert b"thought" not in answer.content
    assert (await client.get(f"{PUBLIC}/run-of-show.json")).status_code == 404
    assert (await client.get(f"{PUBLIC}/agenda.docx")).status_code == 422


async def test_a_type_gives_what_its_suffix_gives(issued: Planning) -> None:
    for name, forms in {
        "agenda-annotated": "json html pdf akn",
        "programme": "json html pdf ics jsonld",
        "run-of-show": "json html pdf ics",
    }.items():
        for form in forms.split():
            path = f"{issued.path}/{name}"
            by_suffix = await read(issued.organizer, f"{path}.{form}")
            accept = {"Accept": TYPES[form].partition(";")[0]}
            by_type = await issued.organizer.get(path, headers=accept)
            if form != "ics":  # which names where it came from
                assert by_type.content == by_suffix.content
            assert by_type.headers["vary"] == "Authorization, Accept, Accept-Language"
    refused = await issued.organizer.get(path, headers={"Accept": "image/png"})
    assert refused.status_code == 406


async def test_restricted_items_and_drafts_are_for_those_who_observe(
    issued: Planning, world: World
) -> None:
    path = f"{issued.path}/agenda.json"
    full = [
        ("1", "Opening"),
        ("2", "Panel"),
        ("3", "Confidential"),
        ("4", "Briefings"),
        ("4(a)", "One"),
    ]
    assert titles((await read(issued.observer, path)).json()) == full
    assert titles((await read(issued.focal_point, path)).json()) == [*full[:2], *full[3:]]
    await issued.add(title="Not issued yet")
    assert titles((await read(issued.organizer, path)).json()) == full
    draft = (await read(issued.organizer, path, draft="true")).json()
    assert titles(draft) == [*full, ("5", "Not issued yet")]
    assert (draft["state"], draft["version"], draft["symbol"], draft["notices"]) == (
        *("draft", None, None),
        ["Working draft – not issued"],
    )
    (moderator, thought) = draft["items"][1]["speakers"]
    assert (moderator["name"], moderator["state"]) == ("Amina Rossi", "")
    assert (thought["name"], thought["state"]) == ("Only a thought", "proposed")
    refused = await issued.focal_point.get(path, params={"draft": "true"})
    assert (refused.status_code, slug(refused)) == (403, "not-permitted")
    both = await issued.organizer.get(path, params={"draft": "true", "version": "1"})
    assert (both.status_code, both.json()["errors"][0]["pointer"]) == (422, "query/version")
    assert (await issued.organizer.get(path, params={"version": "2"})).status_code == 404
    nobody = await (await stranger(world)).get(f"{PUBLIC}/agenda.json", params={"version": "2"})
    assert nobody.status_code == 404


async def test_before_it_is_issued_there_are_only_drafts(planning: Planning, world: World) -> None:
    await planning.add()
    for path in ("agenda.html", "agenda-annotated", "programme"):
        refused = await planning.organizer.get(f"{planning.path}/{path}")
        assert (refused.status_code, slug(refused)) == (404, "agenda-not-issued")
        await read(planning.organizer, f"{planning.path}/{path}", draft="true")
    answer = await (await stranger(world)).get(f"{PUBLIC}/programme.html")
    assert answer.status_code == 404


async def test_the_run_of_show_holds_the_secrets_and_only_it_does(issued: Planning) -> None:
    client = issued.organizer
    body = {"label": "Main", "join_address": ROOM, "passcode": "462 913"}
    assert (await client.put(f"{issued.path}/room", json=body)).is_success
    show = await read(client, f"{issued.path}/run-of-show.json", timezone="Asia/Tashkent", zones="")
    assert show.headers["cache-control"] == "private, no-store"
    paper = show.json()
    facts = {fact["label"]: fact["lines"] for fact in paper["facts"]}
    assert (facts["Link"], facts["Passcode"]) == ([ROOM], ["462 913"])
    panel = paper["items"][1]
    assert (panel["hours"], panel["there"]) == ("10:15–11:15", "19:15–20:15")
    assert panel["speakers"][0]["email"].endswith("@example.org")
    assert panel["speakers"][0]["at"] == "10:15"
    for form in ("html", "ics"):
        show = await read(client, f"{issued.path}/run-of-show.{form}")
        assert ROOM in show.text.replace("\r\n ", "")
    for name in ("agenda", "agenda-annotated", "programme"):
        for form in ("json", "html"):
            for draft in ("true", "false"):
                said = await read(client, f"{issued.path}/{name}.{form}", draft=draft)
                assert ROOM not in said.text
                assert "@example.org" not in said.text
    for other in (issued.observer, issued.focal_point):
        assert (await other.get(f"{issued.path}/run-of-show")).status_code == 403


async def test_the_run_of_show_says_when_what_is_late_is_expected(
    issued: Planning, set_clock: Any
) -> None:
    """Beside what was planned; what is over, or as planned, has nothing of the kind."""

    async def said(language: str) -> list[list[str]]:
        show = await read(issued.organizer, f"{issued.path}/run-of-show.json", language=language)
        facts = [each["facts"] for each in show.json()["items"]]
        return [[f"{fact['label']} {fact['lines'][0]}" for fact in of] for of in facts]

    assert await said("en") == [[]] * 6
    set_clock(START + timedelta(minutes=20))
    await issued.becomes(MeetingStatus.IN_SESSION)
    agenda, match = await issued.read()
    path = f"{issued.agenda}/items/{agenda['items'][1]['id']}/start"
    assert (await issued.organizer.post(path, headers=match)).is_success
    panel, *rest = (await said("en"))[1:]
    assert panel == ["In fact 10:20", "Now expected 10:20–11:20"]
    assert [each[0] for each in rest if each] == [
        "Now expected 11:20–11:35",
        "Now expected 11:35–12:05",
        "Now expected 12:05–12:15",
        "Now expected 12:05–12:15",
    ]
    assert (await said("fr"))[2] == ["Heures attendues à présent 11:20–11:35"]
    public = await read(issued.focal_point, f"{issued.path}/programme.json")
    assert "expected" not in public.text


async def test_a_version_stays_as_it_was_and_the_next_says_what_is_new(issued: Planning) -> None:
    path = f"{issued.path}/agenda.pdf"
    first = await read(issued.focal_point, path, version=1, language="ar")
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    annotated = await read(
        issued.focal_point, f"{issued.path}/agenda-annotated.json", version=1, language="ar"
    )
    assert annotated.headers["cache-control"] == "private, no-cache"  # it names documents
    assert first.headers["content-disposition"] == (
        'inline; filename="agenda-coordination-committee-6-v1-ar.pdf"'
    )
    agenda, match = await issued.read()
    opening, panel = agenda["items"][:2]
    change = {"title": {"en": "Solemn opening"}}
    answer = await issued.organizer.patch(
        f"{issued.agenda}/items/{opening['id']}", json=change, headers=match
    )
    assert answer.is_success
    await issued.add(title="Late", position=1)
    await issued.issue()
    issued.world.app.state.programme_desk.kept.clear()
    assert (await read(issued.focal_point, path, version=1, language="ar")).content == first.content
    second = (await read(issued.focal_point, f"{issued.path}/agenda.json")).json()
    news = {each["title"]: each["news"] for each in second["items"]}
    assert (second["symbol"], second["title"]) == (
        "COORDINATION-COMMITTEE-6/1/Rev.1",
        "Revised provisional agenda",
    )
    assert news["Solemn opening"] == ["Changed"]
    assert news["Late"] == ["New"]
    assert news["Panel"] == ["formerly 2"]
    assert panel["number"] == "2"


async def test_the_programme_follows_a_meeting_that_moves(issued: Planning, world: World) -> None:
    client = await stranger(world)
    path = f"/v1/meetings/{issued.id}/reschedule"
    times = {"local_start": "2021-11-09T10:00:00", "local_end": "2021-11-09T13:00:00"}
    moved = await issued.organizer.post(path, json=times)
    assert moved.is_success, moved.text
    programme = (await read(client, f"{PUBLIC}/programme", language="fr")).json()
    (notice,) = programme["notices"]
    assert notice.startswith("La réunion a été déplacée après la publication")
    assert programme["items"][0]["starts_at"] == "2021-11-09T15:00:00Z"
    assert programme["items"][0]["hours"] == "10:00–10:15"
    agenda = (await read(client, f"{PUBLIC}/agenda.json")).json()
    assert agenda["items"][0]["starts_at"] == "2021-10-08T14:00:00Z"
    event = (await read(client, f"{PUBLIC}/programme.jsonld")).json()
    assert (event["eventStatus"], event["previousStartDate"], event["startDate"]) == (
        "https://schema.org/EventRescheduled",
        "2021-10-08T14:00:00Z",
        "2021-11-09T15:00:00Z",
    )
    ics = (await read(client, f"{PUBLIC}/programme.ics")).text
    assert "DTSTART;TZID=America/New_York:20211109T100000" in ics
    then = (await read(client, f"{PUBLIC}/agenda.ics", version=1)).text
    assert "DTSTART;TZID=America/New_York:20211008T100000" in then
    await issued.becomes(MeetingStatus.POSTPONED)
    event = (await read(client, f"{PUBLIC}/agenda.jsonld")).json()
    assert event["eventStatus"] == "https://schema.org/EventPostponed"
    assert "STATUS:TENTATIVE" in (await read(client, f"{PUBLIC}/programme.ics")).text
    await issued.becomes(MeetingStatus.CANCELLED)
    event = (await read(client, f"{PUBLIC}/agenda.jsonld")).json()
    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    page = (await read(client, f"{PUBLIC}/programme.html")).text
    assert "This meeting has been cancelled." in page


async def test_days_zones_and_languages_are_the_readers(issued: Planning, world: World) -> None:
    client = await stranger(world)
    path = f"{PUBLIC}/programme"
    usual = (await read(client, path)).json()
    names = [place["name"] for place in usual["places"]]
    assert names == [
        *("New York", "Geneva", "Vienna", "Nairobi"),
        *("Addis Ababa", "Bangkok", "Beirut", "Santiago"),
    ]
    zones = "Asia/Tokyo, Europe/Kiev"
    mine = (await read(client, path, zones=zones, timezone="Pacific/Auckland", day=1)).json()
    assert [(place["name"], place["hours"]) for place in mine["places"]] == [
        ("New York", ["10:00–12:10"]),
        ("Tokyo", ["23:00–01:10"]),
        ("Kyiv", ["17:00–19:10"]),
    ]
    assert mine["items"][0]["there"] == "03:00–03:15 (+1)"
    empty = (await read(client, path, day=2, zones="")).json()
    assert (empty["items"], empty["places"]) == ([], [])
    arabic = await client.get(path, headers={"Accept-Language": "ar-EG, en;q=0.5"})
    assert (arabic.headers["content-language"], arabic.json()["direction"]) == ("ar", "rtl")
    briefings = arabic.json()["items"][3]
    assert (briefings["title"], briefings["title_language"]) == ("إحاطات", None)
    assert arabic.json()["items"][0]["title_language"] == "en"
    for query in (
        *({"zones": "Mars/Base"}, {"zones": ",".join(["UTC"] * 13)}, {"timezone": "EST"}),
        *({"day": "0"}, {"language": "de"}, {"nothing": "1"}),
    ):
        refused = await client.get(path, params=query)
        assert refused.status_code == 422, query


async def test_no_connection_is_held_while_a_paper_is_set_and_many_wait_for_one(
    issued: Planning, world: World, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    really = letters.print_document

    async def watched(*said: Any) -> bytes:
        held.append(app.state.database.engine.pool.checkedout())
        return await really(*said)

    monkeypatch.setattr(press, "print_document", watched)
    client = await stranger(world)
    await read(client, f"{PUBLIC}/agenda.pdf")
    assert held == [0]
    answers = await asyncio.gather(*(client.get(f"{PUBLIC}/programme.pdf") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(held) == 2
    monkeypatch.setattr(press, "KEPT", 1)
    for asked in ({"zones": ""}, {"zones": ""}, {}):
        await read(client, f"{PUBLIC}/programme.pdf", **asked)
    assert len(held) == 4, "the one that was asked for last is kept"
    monkeypatch.setattr(press, "WAITING", 0)
    busy = await client.get(f"{PUBLIC}/programme.pdf", params={"zones": ""})
    assert (busy.status_code, busy.headers["retry-after"], slug(busy)) == (503, "5", "press-busy")


async def test_a_meeting_that_moves_by_hand_keeps_the_walls(issued: Planning) -> None:
    """Hours of a programme are those of the meeting's zone also across a change of the clocks."""
    async with issued.world.app.state.database.transaction() as session:
        meeting = await lock_meeting(session, issued.id)
        meeting.starts_at += timedelta(days=31, hours=1)
        meeting.ends_at += timedelta(days=31, hours=1)
        meeting.local_start += timedelta(days=31)
        meeting.local_end += timedelta(days=31)
    paper = (await read(issued.organizer, f"{issued.path}/programme")).json()
    assert (paper["items"][0]["hours"], paper["items"][0]["day"]) == ("10:00–10:15", "2021-11-08")


async def test_a_public_paper_takes_few_statements(
    issued: Planning, world: World, app: FastAPI
) -> None:
    """Which meeting, and its versions; calendars and linked data ask the log once besides."""
    client = await stranger(world)
    for path, expected in {
        "agenda.html": 2,
        "agenda-annotated.akn": 3,
        "programme.json": 3,
        "programme.ics": 4,
        "programme.jsonld": 4,
    }.items():
        with counted(app) as statements:
            await read(client, f"{PUBLIC}/{path}")
        assert len(statements) == expected, path


async def test_an_agenda_of_nothing_is_a_paper_all_the_same(
    planning: Planning, world: World
) -> None:
    """Empty as a draft; issued, with nothing that everybody may read."""
    for form in ("json", "html", "pdf", "ics", "jsonld", "akn"):
        await read(planning.organizer, f"{planning.path}/agenda.{form}", draft="true")
    await planning.add(title="Confidential", access="restricted", minutes=30)
    await planning.issue()
    client = await stranger(world)
    for name, forms in {"agenda": "json html pdf akn", "programme": "pdf ics jsonld"}.items():
        for form in forms.split():
            answer = await read(client, f"{PUBLIC}/{name}.{form}")
            assert b"Confidential" not in answer.content
    paper = (await read(client, f"{PUBLIC}/programme")).json()
    assert (paper["items"], paper["places"][1]["hours"]) == ([], ["16:00–19:00"])


async def test_years_of_which_no_calendar_knows_are_left_out(planning: Planning) -> None:
    await planning.put(
        item("Long ago", minutes=5, pinned_start="2021-09-10T10:00:00"),
        item("Now", minutes=5, pinned_start="2021-10-08T10:00:00"),
    )
    await planning.issue()
    async with planning.world.app.state.database.transaction() as session:
        meeting = await lock_meeting(session, planning.id)
        meeting.starts_at = datetime(1970, 1, 10, 15, tzinfo=UTC)
    said = (await read(planning.organizer, f"{planning.path}/programme.ics")).text
    assert ("Now" in said, "Long ago" in said) == (True, False)
    for form in ("html", "json", "jsonld"):
        said = (await read(planning.organizer, f"{planning.path}/programme.{form}")).text
        assert "Long ago" in said


async def test_what_is_withdrawn_is_struck_out_and_keeps_its_number(issued: Planning) -> None:
    agenda, match = await issued.read()
    panel = agenda["items"][1]["id"]
    path = f"{issued.agenda}/items/{panel}/withdraw"
    gone = await issued.organizer.post(path, headers=match)
    assert gone.is_success, gone.text
    await issued.issue()
    paper = (await read(issued.focal_point, f"{issued.path}/agenda.json")).json()
    item = paper["items"][1]
    assert (item["number"], item["title"], item["standing"]) == ("2", "Panel", "withdrawn")
    assert (item["marks"][0], item["hours"], item["news"]) == ("Withdrawn", "", ["Changed"])
    assert "<s>" in (await read(issued.focal_point, f"{issued.path}/agenda.html")).text
    calendar = (await read(issued.focal_point, f"{issued.path}/programme.ics")).text
    assert calendar.count("STATUS:CANCELLED") == 1
