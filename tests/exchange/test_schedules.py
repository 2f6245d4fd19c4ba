"""Schedules that go out keep the rules of frab's readers; those that come in become days and rooms.

The rules are those that the public schemas of `schedule.xml` and `schedule.json` have, as far as
they can be broken.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from tests.agenda.planning import Planning, item
from tests.exchange.conferences import conference, conflicts, day, expected
from tests.exchange.files import fetched, sent, taken
from tests.exchange.test_conflicts import checked, put
from tests.exchange.test_round_trips import prepared
from tests.world import World, post

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)")
WORDS = {"room", "title", "type", "date", "start", "duration", "abstract", "track", "slug"}
NEEDED = WORDS | {"guid", "id", "language", "links", "persons", "subtitle", "url"}


def broken(content: bytes) -> list[str]:
    """What of the rules of `schedule.xml` a file breaks."""
    top = etree.fromstring(content)
    events = top.findall("day/room/event")
    ids = [[event.get(name) for event in events] for name in ("guid", "id")]
    ids.append([event.findtext("slug") for event in events])
    twice = [f"twice {each}" for each in ids if len(set(each)) < len(each)]
    return broken_head(top) + twice + [fault for each in events for fault in broken_event(each)]


def broken_head(top: Any) -> list[str]:
    heads = [child.tag for child in top]
    conf, days = top.find("conference"), top.findall("day")
    right = {
        "heads": heads[:3] == ["generator", "version", "conference"],
        "days": set(heads[3:]) == {"day"},
        "acronym": re.fullmatch("[a-z0-9_-]{4,}", conf.findtext("acronym")),
        "slots": re.fullmatch(r"\d\d:\d\d", conf.findtext("timeslot_duration")),
        "index": [d.get("index") for d in days] == [str(n + 1) for n in range(len(days))],
        "day": all(INSTANT.fullmatch(d.get(name)) for d in days for name in ("start", "end")),
        "room": all(room.get("name") for d in days for room in d.findall("room")),
    }
    return [name for name, holds in right.items() if not holds]


def broken_event(event: Any) -> list[str]:
    patterns = {
        "date": INSTANT.pattern,
        "start": r"([01]\d|2[0-3]):[0-5]\d",
        "duration": r"\d\d:\d\d",
        "slug": r"[a-z0-9_]{4,}-[a-z0-9_-]{4,}",
        "url": "https?://.+",
        "room": "(?s).+",
        "title": "(?s).+",
    }
    found = [name for name in WORDS if event.find(name) is None]
    for name, pattern in patterns.items():
        if not re.fullmatch(pattern, event.findtext(name) or ""):
            found.append(name)
    tags = [child.tag for child in event]
    if len(set(tags)) < len(tags):
        found.append("an element twice")
    if any(event.find(name) is not None for name in ("feedback_url", "video_download_url")):
        found.append("an empty address")
    if int(event.get("id")) < 1 or str(UUID(event.get("guid"))) != event.get("guid"):
        found.append("id")
    if event.getparent().get("name") != event.findtext("room"):
        found.append("another room")
    return found


async def test_every_rule_is_kept_and_can_be_broken(world: World) -> None:
    planning = await prepared(world, handle="m6")
    content = await fetched(planning, "schedule.xml")
    assert broken(content) == []
    for words, others, fault in (
        ("meeting_m6<", "m6<", "acronym"),
        ("<duration>01:00", "<duration>60", "duration"),
        ("</track>", "</track><feedback_url/>", "an empty address"),
        ('<room name="Main', '<room name="Other', "another room"),
        ("+00:00<", "<", "date") if b"+00:00<" in content else ("-04:00<", "<", "date"),
    ):
        assert words in content.decode()
        assert fault in broken(content.decode().replace(words, others).encode())


async def test_the_two_forms_say_the_same(world: World) -> None:
    planning = await prepared(world)
    top = etree.fromstring(await fetched(planning, "schedule.xml"))
    document = json.loads(await fetched(planning, "schedule.json"))
    said = document["schedule"]["conference"]
    events = [e for d in said["days"] for room in d["rooms"].values() for e in room]
    shown = top.findall("day/room/event")
    assert [e["guid"] for e in events] == [e.get("guid") for e in shown]
    for name in sorted(WORDS):
        assert [e[name] for e in events] == [e.findtext(name) or "" for e in shown]
    assert all(e.keys() == NEEDED | {"description"} for e in events)
    assert said["acronym"] == "coordination_committee_6"
    assert (said["daysCount"], said["start"]) == (1, "2021-10-08")
    panel = next(e for e in events if e["type"] == "panel")
    assert panel["persons"] == [{"name": "=Amina; Rossi", "public_name": "=Amina; Rossi"}]
    assert (panel["start"], panel["duration"]) == ("10:30", "01:00")
    assert panel["url"] == (
        "http://secretariat.example.org/v1/public/meetings/coordination-committee-6/agenda"
    )


async def test_an_empty_agenda_is_a_schedule_too(planning: Planning) -> None:
    top = etree.fromstring(await fetched(planning, "schedule.xml"))
    (only,) = top.findall("day")
    assert (only.get("start"), len(only)) == ("2021-10-08T00:00:00-04:00", 0)


async def test_what_is_issued_is_what_everybody_reads(world: World) -> None:
    planning = await prepared(world)
    public = f"/v1/public/meetings/{planning.handle}/schedule"
    nobody = await world.client(None)
    assert (await nobody.get(f"{public}.xml")).status_code == 404
    await planning.issue()
    shown = await nobody.get(f"{public}.xml")
    assert shown.status_code == 200
    assert broken(shown.content) == []
    assert shown.headers["content-type"] == "application/vnd.c3voc.schedule+xml"
    again = await nobody.get(f"{public}.xml", headers={"If-None-Match": shown.headers["etag"]})
    assert again.status_code == 304
    assert b"Closed" not in shown.content  # it is restricted
    assert b"Amina" not in shown.content  # she is only proposed
    base = f"{planning.agenda}/versions/1"
    full = (await planning.observer.get(f"{base}/export.json")).json()
    part = (await planning.focal_point.get(f"{base}/export.json")).json()
    titles = [each["title"]["en"] for each in full["items"][1]["items"]]
    assert titles == ["Panel", "'=Closed", "yes"]
    assert [each["title"]["en"] for each in part["items"][1]["items"]] == ["Panel", "yes"]
    assert full["version"] == "COORDINATION-COMMITTEE-6/1"
    table = (await planning.observer.get(f"{base}/export.csv")).content.decode("utf-8-sig")
    assert "''=Closed" in table
    assert (await planning.focal_point.get(f"{planning.agenda}/export.json")).status_code == 403
    other = await Planning.of(world, handle="other-meeting", languages=["en", "fr"])
    await taken(other, (await planning.observer.get(f"{base}/export.yaml")).content, "yaml")
    mine = [each["title"] for each in (await other.read())[0]["items"]]
    assert mine == [each["title"] for each in full["items"]]


@pytest.mark.parametrize("suffix", ["xml", "json"])
async def test_a_conference_becomes_days_and_rooms(planning: Planning, suffix: str) -> None:
    made = conference(events=40, days=2, rooms=5)
    content = made.xml() if suffix == "xml" else json.dumps(made.json())
    report = await taken(planning, content, suffix)
    assert (report["kind"], report["created"], report["sittings_created"]) == ("schedule", 52, 2)
    assert report["people_proposed"] == sum(len(talk.people) for talk in made.talks)
    agenda = (await planning.read())[0]
    first, second = agenda["items"]
    assert (first["title"]["en"], second["title"]["en"]) == ("2021-10-08", "2021-10-09")
    assert first["children_run"] == "in_parallel"
    assert [room["title"]["en"] for room in first["items"]] == [f"Hall {n}" for n in range(1, 6)]
    talks = {talk.title: talk for talk in made.talks}
    shown = [e for d in agenda["items"] for room in d["items"] for e in room["items"]]
    assert len(shown) == len(talks) == 40
    for each in shown:
        talk = talks[next(iter(each["title"].values()))]
        assert each["room"] == talk.room
        assert each["kind"] == ("panel" if talk.people else "discussion")
        starts = datetime.fromisoformat(each["starts_at"])
        assert starts == talk.starts_at
        assert datetime.fromisoformat(each["ends_at"]) == starts + timedelta(minutes=talk.minutes)
    written = await fetched(planning, f"schedule.{suffix}")
    assert {str(talk.guid) for talk in made.talks} <= set(
        re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", written.decode())
    )
    if suffix == "xml":
        assert broken(written) == []
        event = etree.fromstring(written).find("day/room/event")
        assert (event.get("id"), event.get("code")) == ("1", "000001")
        assert event.findtext("track") == "Main & more"
        assert event.findtext("type") == "Lecture"
    assert (await taken(planning, written, suffix))["unchanged"] == 52
    assert await fetched(planning, f"schedule.{suffix}") == written
    later = made.later(15)
    report = await taken(
        planning, later.xml() if suffix == "xml" else json.dumps(later.json()), suffix
    )
    assert (report["created"], report["removed"], report["changed"]) == (0, 0, 40)


async def test_conflicts_of_a_day_are_those_that_the_naive_way_finds(planning: Planning) -> None:
    made = day(sessions=30, slots=6, rooms=7)
    await taken(planning, made.xml(), "xml")
    declared = conflicts(made, 120)
    assert (await put(planning, *declared)).status_code == 200
    counts = (await checked(planning))["counts"]
    assert {name: each["violated"] for name, each in counts.items()} == expected(made, declared)
    assert sum(each["declared"] for each in counts.values()) == 120


async def test_sittings_that_are_there_stay(planning: Planning) -> None:
    tree = {
        "sittings": [
            {"day": "2021-10-08", "begins": "09:00", "ends": "12:00", "name": {"en": "Morning"}},
            {"day": "2021-10-08", "begins": "13:00", "ends": "24:00", "longest_stretch": 120},
        ],
        "items": [item("A", sitting_start="2021-10-08T13:00")],
    }
    report = await taken(planning, json.dumps(tree), "json")
    assert report["sittings_created"] == 2
    exported = json.loads(await fetched(planning, "export.json"))
    assert exported["sittings"][1]["ends"] == "24:00"
    assert exported["items"][0]["sitting_start"] == "2021-10-08T13:00"
    report = await taken(planning, conference(events=4, days=2, rooms=2).xml(), "xml")
    assert (report["sittings_created"], report["sittings_removed"]) == (1, 0)
    exported = json.loads(await fetched(planning, "export.json"))
    assert [each["sitting_start"] for each in exported["items"]] == [
        "2021-10-08T09:00",
        "2021-10-09T10:00",
    ]
    report = await taken(planning, json.dumps(tree), "json")
    assert (report["sittings_created"], report["sittings_removed"]) == (0, 1)


PENTABARF = """<schedule><conference><acronym>moot</acronym><day_change>04:00:00</day_change>
</conference><day index="1" date="2021-10-08"><room name="Hall 1">
<event id="7"><start>10:00</start><duration>00:30</duration><title>Early</title>
<abstract><![CDATA[<p>One<br/><b>two</b> &amp; <https://a.example.org></p><ul><li>x</li></ul>
<script>y</script>]]></abstract>
<description>a &lt; b &amp;amp; c &gt; d</description></event>
<event id="8"><start>01:30</start><duration>00:30</duration><title>Night</title></event>
<event id="9"><start>04:00</start><duration>00:30</duration><title>Dawn</title></event>
</room></day></schedule>"""


async def test_pentabarf_has_neither_dates_nor_guids(planning: Planning) -> None:
    await taken(planning, PENTABARF, "xml")
    days = (await planning.read())[0]["items"]
    shown = [each for d in days for room in d["items"] for each in room["items"]]
    assert [(each["title"]["en"], each["local_start"]) for each in shown] == [
        ("Early", "2021-10-08T10:00:00"),
        ("Dawn", "2021-10-08T04:00:00"),
        ("Night", "2021-10-09T01:30:00"),  # the day before goes on until four
    ]
    said = [shown[0][member]["en"] for member in ("note", "annotation")]
    assert said == ["One\ntwo & <https://a.example.org>\n\n• x", "a < b &amp; c > d"]
    report = await taken(planning, PENTABARF.replace("Early", "Late"), "xml")
    assert [report[name] for name in ("created", "changed", "removed", "unchanged")] == [0, 1, 0, 6]
    twice = PENTABARF.replace('id="8"', 'id="7"').replace("2021-10-08", "9999-12-31")
    answer = await sent(planning, twice, "xml")
    assert answer.status_code == 422, answer.text


async def test_days_are_by_the_clock_on_the_wall_and_sittings_end_at_midnight(
    planning: Planning,
) -> None:
    """The clocks of New York go back on 7 November 2021."""
    body = {"local_start": "2021-11-05T10:00:00", "local_end": "2021-11-08T23:00:00"}
    await post(planning.organizer, f"{planning.path}/reschedule", body)
    events = [("2021-11-05T23:30:00-04:00", "01:00"), ("2021-11-08T10:00:00-05:00", "00:00")]
    room = "".join(
        f"<event id='{number}'><date>{date}</date><duration>{length}</duration>"
        f"<title>{number}</title></event>"
        for number, (date, length) in enumerate(events, start=1)
    )
    head = "<schedule><conference/><day index='1' date='2021-11-05'><room name='A'>"
    await taken(planning, f"{head}{room}</room></day></schedule>", "xml")
    agenda = (await planning.read())[0]
    shown = [each for day in agenda["items"] for each in day["items"][0]["items"]]
    starts = ["2021-11-05T23:30:00", "2021-11-08T10:00:00"]
    assert [each["pinned_start"] for each in shown] == starts
    assert [each["local_start"] for each in shown] == starts
    assert [(each["local_start"], each["local_end"]) for each in agenda["sittings"]] == [
        ("2021-11-05T23:30:00", "2021-11-06T00:00:00"),
        ("2021-11-08T10:00:00", "2021-11-08T10:01:00"),
    ]


async def test_a_room_goes_by_the_clock_without_what_and_who_is_gone(planning: Planning) -> None:
    agenda = await planning.put(
        item("Late", minutes=10, pinned_start="2021-10-08T12:00:00"),
        item("Gone", items=[item("Under", minutes=10)]),
        item("Panel", "panel", minutes=10, pinned_start="2021-10-08T11:00:00"),
    )
    late, gone, panel = (each["id"] for each in agenda["items"])
    on = await planning.panel(panel)
    await planning.panellist(on, "invite", "decline", name="Refuses")
    await planning.panellist(on, "invite", name="Comes")
    match = {"If-Match": "*"}
    path = f"{planning.agenda}/items/{gone}/withdraw"
    assert (await planning.organizer.post(path, headers=match)).is_success
    shown = json.loads(await fetched(planning, "schedule.json"))["schedule"]["conference"]
    (room,) = shown["days"][0]["rooms"].values()
    assert [(each["title"], [p["name"] for p in each["persons"]]) for each in room] == [
        ("Panel", ["Comes"]),
        ("Late", []),
    ]
    await planning.organizer.delete(f"{planning.agenda}/items/{gone}", headers=match)
    more = json.dumps({"items": [item("Appended")]})
    await taken(planning, more, "json", mode="append")  # behind a place that is empty
    titles = [each["title"]["en"] for each in (await planning.read())[0]["items"]]
    assert titles == ["Late", "Panel", "Appended"]
