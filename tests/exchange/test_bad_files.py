"""Files that are no agendas are refused in bounded time, with the place of what is wrong."""

import io
import json
import time
from typing import Any

import pytest
from openpyxl import Workbook

from app.core.sheets import SheetUnreadable
from app.exchange.grid import MAX_ROWS
from app.exchange.markup import read_xml
from tests.agenda.planning import Planning, item, slug
from tests.exchange.files import TYPES, fetched, refused, sent, taken

HEAD = "number,parent,kind,title_en\n"


def event(**members: str) -> str:
    """A schedule with one event."""
    said = {
        "date": "2021-10-08T10:00:00-04:00",
        "duration": "00:30",
        "title": "Talk",
    } | members
    texts = "".join(f"<{name}>{text}</{name}>" for name, text in said.items())
    guid = "01a2159e-51e5-4000-8e51-00c5744cf0af"
    inner = f'<event id="1" guid="{guid}">{texts}</event>'
    return (
        f'<schedule><day index="1" date="2021-10-08"><room name="A">{inner}</room></day></schedule>'
    )


def nested(depth: int) -> str:
    tree: dict[str, Any] = {"kind": "discussion", "title": {"en": "Deep"}}
    for _ in range(depth):
        tree = {"kind": "discussion", "title": {"en": "Deep"}, "items": [tree]}
    return json.dumps({"items": [tree]})


LAUGHS = (
    '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<schedule><version>&b;</version></schedule>"
)
OUTSIDE = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>'
BOMB = "a: &a [x,x]\nb: &b [*a,*a]\nitems: [*b,*b]\n"
LONG = "u" * 2500
PLACES: dict[str, tuple[str, str, list[str]]] = {
    "a cycle": ("csv", HEAD + "1,2,discussion,A\n2,1,discussion,B\n", ["/2/parent"]),
    "itself": ("csv", HEAD + "1,1,discussion,A\n", ["/2/parent"]),
    "a long cycle": (
        "csv",
        HEAD + "".join(f"{n},{n % 900 + 1},discussion,A\n" for n in range(1, 901)),
        ["/2/parent"],
    ),
    "no parent": ("csv", HEAD + "1,7,discussion,A\n", ["/2/parent"]),
    "two parents": (
        "csv",
        HEAD + "1,,discussion,A\n1,,discussion,B\n2,1,discussion,C\n",
        ["/4/parent"],
    ),
    "a jump": ("csv", "depth,kind,title_en\n1,discussion,A\n3,discussion,B\n", ["/3/depth"]),
    "no depth": ("csv", "depth,kind,title_en\nx,discussion,A\n", ["/2/depth"]),
    "deep rows": (
        "csv",
        "depth,kind,title_en\n" + "".join(f"{n},discussion,A\n" for n in range(1, 101)),
        ["/"],
    ),
    "kinds": ("csv", "kind,title_en,minutes\nspeech,A,x\n", ["/2/kind", "/2/minutes"]),
    "a column": ("csv", "kind,titel_en\ndiscussion,A\n", ["/1/titel_en"]),
    "quotes": ("csv", 'kind,title_en\ndiscussion,"A\n', ["/2"]),
    "a guid twice": (
        "csv",
        "guid,kind,title_en\n" + "01a2159e-51e5-4000-8e51-00c5744cf0af,discussion,A\n" * 2,
        ["/3/guid"],
    ),
    "people": ("csv", "kind,title_en,people\ndiscussion,A,Li Wei\n", ["/2/people"]),
    "everybody": (
        "csv",
        "kind,title_en,people\n" + f"panel,A,{'; '.join(map(str, range(50)))}\n" * 101,
        ["/102/people"],
    ),
    "a group": ("csv", "kind,title_en,working_group\ndiscussion,A,x\n", ["/2/working_group"]),
    "a sitting": (
        "csv",
        "kind,title_en,sitting_start\npanel,A,2021-10-08T09:00\n",
        ["/2/sitting_start"],
    ),
    "a member": (
        "json",
        '{"items": [{"kind": "panel", "title": {"en": "A"}, "owner": 1}]}',
        ["/items/0/owner"],
    ),
    "a long member": (
        "json",
        json.dumps({"items": [{"kind": "panel", "title": {"en": "A"}, LONG: 1}]}),
        [f"/items/0/{LONG}"[:2000]],
    ),
    "a long room": (
        "json",
        json.dumps({"schedule": {"conference": {"days": [{"rooms": {LONG: [{"title": "A"}]}}]}}}),
        [f"/schedule/conference/days/0/rooms/{LONG}"[:2000]] * 4,
    ),
    "a deep member": (
        "json",
        '{"items": [{"kind":"panel","title":{"en":"A"},"items":[{"kind":"panel","title":{}}]}]}',
        ["/items/0/items/0/title"],
    ),
    "sittings": (
        "json",
        (
            '{"items": [], "sittings": [{"day": "2021-10-08", "begins": "09:00", "ends": "12:00"},'
            ' {"day": "2021-10-08", "begins": "11:00", "ends": "13:00"}, {"day": "2021-10-07",'
            ' "begins": "09:00", "ends": "08:00"}]}'
        ),
        ["/sittings/2/ends", "/sittings"],
    ),
    "many sittings": (
        "json",
        '{"items": [], "sittings": [' + ", ".join("1" * 101) + "]}",
        ["/sittings"],
    ),
    "no list": ("json", '{"items": {"a": 1}}', [""]),
    "NaN": ("json", '{"items": NaN}', [""]),
    "twice": ("json", '{"items": [], "items": []}', [""]),
    "NUL": ("json", '{"items": [{"kind": "panel", "title": {"en": "\\u0000"}}]}', ["/items"]),
    "half": ("json", '{"items": [{"kind": "panel", "title": {"en": "\\ud800"}}]}', ["/items"]),
    "depth 100": ("json", nested(99), ["/items"]),
    "too deep": ("json", nested(11), ["/items"]),
    "a list": ("yaml", "- a\n", [""]),
    "aliases": ("yaml", BOMB, [""]),
    "a tag": ("yaml", "items: !!python/object:os.system x\n", [""]),
    "laughs": ("xml", LAUGHS, [""]),
    "another file": ("xml", OUTSIDE, [""]),
    "deep elements": ("xml", "<schedule>" * 1000 + "</schedule>" * 1000, [""]),
    "other markup": ("xml", "<html></html>", [""]),
    "half markup": ("xml", "<schedule>", [""]),
    "a length": ("xml", event(duration="half"), ["/schedule/day[1]/room[1]/event[1]/duration"]),
    "too long": ("xml", event(duration="25:00"), ["/schedule/day[1]/room[1]/event[1]/duration"]),
    "no title": ("xml", event(title=""), ["/schedule/day[1]/room[1]/event[1]/title"]),
    "no moment": ("xml", event(date="soon"), ["/schedule/day[1]/room[1]/event[1]/date"]),
    "no offset": (
        "xml",
        event(date="2021-10-08T10:00:00"),
        ["/schedule/day[1]/room[1]/event[1]/date"],
    ),
    "seconds": (
        "xml",
        event(date="2021-10-08T10:00:30-04:00"),
        ["/schedule/day[1]/room[1]/event[1]/date"],
    ),
    "another year": (
        "xml",
        event(date="2022-10-08T10:00:00-04:00"),
        ["/schedule/day[1]/room[1]/event[1]/date"] * 2,
    ),
    "rooms": ("json", '{"schedule": {"conference": {"days": [{"rooms": []}]}}}', [""]),
}


async def test_the_place_of_what_is_wrong_is_told(planning: Planning) -> None:
    before = await planning.put(item("Kept", minutes=5))
    found = {}
    for name, (suffix, content, _) in PLACES.items():
        answer = await sent(planning, content, suffix)
        assert answer.status_code == 422, (name, answer.text)
        found[name] = [each["pointer"] for each in answer.json()["errors"]]
    expected = {name: places for name, (_, _, places) in PLACES.items()}
    deep = {"deep rows", "too deep", "depth 100", "NUL", "half"}
    assert {n: p for n, p in found.items() if n not in deep} == {
        n: p for n, p in expected.items() if n not in deep
    }
    for name in deep:
        assert found[name][0].startswith(expected[name][0].rstrip("/")), name
    for name in ("a long member", "a long room"):
        assert (await sent(planning, PLACES[name][1], "json", dry_run="true")).status_code == 200
    assert (await planning.read())[0] == before


MANY = (
    ("csv", "kind,title_en\n" + "discussion,A\n" * 10_000),
    ("json", json.dumps({"items": [item()] * 10_000})),
    ("yaml", "items:\n" + "- {kind: panel, title: {en: A}}\n" * 10_000),
    ("json", "[" * 100_000),
    ("xml", "<schedule>" + "<day>" * 9 + "<room/>" * 100_000 + "</day>" * 9 + "</schedule>"),
)


async def test_ten_thousand_of_anything_are_refused_soon(planning: Planning) -> None:
    began = time.monotonic()
    for suffix, content in MANY:
        assert (await sent(planning, content, suffix)).status_code == 422
    assert time.monotonic() - began < 60  # a bound on waiting, not a measure


MUCH: dict[str, tuple[dict[str, Any], str]] = {
    "languages": (
        item() | {"title": {f"x{n}": "A" for n in range(1000)}},
        "has more than 1000 parts",
    ),
    "people": (item(panel={"people": [{"name": "A"}] * 501}), "has more than 1000 parts"),
    "items": (item(items=[item()] * 1000), "at most 1000 items"),
    "faults": (
        item(items=[item() | dict.fromkeys(map(str, range(99))) for _ in range(60)]),
        "More than 5000",
    ),
}


async def test_far_too_much_is_refused_before_it_is_looked_at(planning: Planning) -> None:
    for name, (tree, words) in MUCH.items():
        answer = await sent(planning, json.dumps({"items": [tree]}), "json", dry_run="true")
        assert answer.status_code == 422, name
        assert words in answer.json()["detail"], name
    schedule = event().replace("<event", "<event/>" * 999 + "<event")
    assert "at most 1000 items" in (await refused(planning, schedule, "xml"))[0][1]


def test_an_endless_tag_is_refused_before_it_is_parsed() -> None:
    """The parser lets nobody else run within one tag, and takes seconds for half a million."""
    attributes = " ".join(f"a{n}=''" for n in range(20_000))
    with pytest.raises(SheetUnreadable, match="A tag is longer than 100000 characters"):
        read_xml(f"<schedule {attributes}/>".encode())
    long_text = read_xml(f"<a><![CDATA[{'x' * 200_000}]]><!--{'y' * 200_000}--></a>".encode())
    assert len(long_text.text) == 200_000


async def test_a_rehearsal_tells_of_every_item(planning: Planning) -> None:
    table = "kind,title_en\ndiscussion,A\nspeech,B\nbreak,\n"
    report = await taken(planning, table, "csv", dry_run="true")
    assert [each["outcome"] for each in report["items"]] == ["created", "refused", "refused"]
    assert [each["row"] for each in report["items"]] == [2, 3, 4]
    assert report["items"][1]["errors"][0]["pointer"] == "/3/kind"
    assert (report["created"], report["refused"]) == (1, 2)
    places = await refused(planning, table, "csv")
    assert [place for place, _ in places] == ["/3/kind", "/4/title"]


async def test_tables_of_every_making(planning: Planning) -> None:
    """UTF-16, a byte order mark, semicolons, other names of columns, quotes and line breaks."""
    table = 'Kind;Title EN;Title zh-Hans;Minutes\r\nopening;"A;\r\nB";;5\r\n'
    answer = await sent(planning, table.encode("utf-16"), "csv")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/2/title/en"]
    table = 'Kind;Title EN;Title zh-Hans;Minutes\r\nopening;"A;B";开幕;5\r\n'
    for content in (table.encode("utf-16"), table.encode("utf-8-sig")):
        await taken(planning, content, "csv")
        (only,) = (await planning.read())[0]["items"]
        assert only["title"] == {"en": "A;B", "zh-Hans": "开幕"}
        assert only["minutes"] == 5
    book = Workbook()
    for row in (
        ["depth", "kind", "title_en", "minutes"],
        [1, "panel", 7, 5],
        [2, "break", "B", 0],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    await taken(planning, out.getvalue(), "xlsx")
    (only,) = (await planning.read())[0]["items"]
    assert (only["title"], only["items"][0]["kind"]) == ({"en": "7"}, "break")


async def test_what_a_file_does_not_say_stays(planning: Planning) -> None:
    agenda = await planning.put(
        item("A", access="restricted", room="R", note={"fr": "n"}, minutes=5), item("B")
    )
    guid = agenda["items"][0]["id"]
    report = await taken(planning, f"guid,title_fr\n{guid},Un\n", "csv")
    assert (report["changed"], report["removed"]) == (1, 1)
    (only,) = (await planning.read())[0]["items"]
    assert only["title"] == {"en": "A", "fr": "Un"}
    assert (only["access"], only["room"], only["note"]) == ("restricted", "R", {"fr": "n"})
    schedule = await fetched(planning, "schedule.xml", language="fr")
    await taken(planning, schedule.replace(b"<title>Un<", b"<title>Deux<"), "xml")
    (day,) = (await planning.read())[0]["items"]
    (moved,) = day["items"][0]["items"]
    assert moved["title"] == {"en": "A", "fr": "Deux"}
    assert (moved["access"], moved["room"], moved["id"]) == ("restricted", "R", guid)


async def test_items_come_behind_those_that_are_there(planning: Planning) -> None:
    first = (await planning.put(item("A")))["items"][0]
    table = "kind,title_en\ndiscussion,B\n"
    await taken(planning, table, "csv", mode="append")
    titles = [each["title"]["en"] for each in (await planning.read())[0]["items"]]
    assert titles == ["A", "B"]
    again = f"guid,kind,title_en\n{first['id']},discussion,A\n"
    answer = await sent(planning, again, "csv", mode="append")
    assert answer.json()["errors"][0]["pointer"] == "/2/guid"
    many = "kind,title_en\n" + "discussion,B\n" * (MAX_ROWS - 1)
    answer = await sent(planning, many, "csv", mode="append")
    assert slug(answer) == "agenda-file-refused"


async def test_a_panel_and_an_edit_of_others_are_not_lost(planning: Planning) -> None:
    agenda = await planning.put(item("P", "panel"), item("Q", "panel"))
    panel, other = [await planning.panel(each["id"]) for each in agenda["items"]]
    await planning.panellist(panel, "invite")
    await planning.panellist(other)
    table = "kind,title_en\ndiscussion,B\n"
    for query in ({"dry_run": "true"}, {}):
        answer = await sent(planning, table, "csv", **query)
        assert (answer.status_code, slug(answer)) == (409, "item-has-panel")
    first = f"guid,kind,title_en\n{agenda['items'][0]['id']},panel,P\n"
    report = await taken(planning, first, "csv")
    assert (report["removed"], report["panels_removed"]) == (1, 1)
    stale = {"If-Match": '"0"', "Content-Type": "text/csv"}
    path = f"{planning.agenda}/import?mode=append"
    answer = await planning.organizer.post(path, content=table, headers=stale)
    assert answer.status_code == 412
    current = (await planning.read())[1] | {"Content-Type": "text/csv"}
    assert (await planning.organizer.post(path, content=table, headers=current)).is_success


async def test_items_that_wait_for_each_other_are_refused(planning: Planning) -> None:
    """A goes into what lies under B, and B into what lies under A."""
    agenda = await planning.put(item("A", items=[item("C")]), item("B", items=[item("D")]))
    a, b = agenda["items"]
    (c, d) = (each["items"][0]["id"] for each in (a, b))
    table = (
        "guid,parent,standing,merged_into_guid\n"
        f"{a['id']},,merged,{d}\n{c},{a['id']},,\n{b['id']},,merged,{c}\n{d},{b['id']},,\n"
    )
    ((place, reason),) = await refused(planning, table, "csv")
    assert (place, "into something that lies under it" in reason) == ("/3", True)


async def test_panels_follow_a_file_that_changes_sittings_alone(planning: Planning) -> None:
    agenda = await planning.put(item("Talk", minutes=60), item("Panel", "panel", minutes=60))
    panel = await planning.panel(agenda["items"][1]["id"])
    tree = json.loads(await fetched(planning, "export.json"))
    tree["sittings"] = [{"day": "2021-10-08", "begins": "12:00", "ends": "23:00"}]
    report = await taken(planning, json.dumps(tree), "json")
    assert (report["unchanged"], report["changed"]) == (2, 0)
    found = (await planning.organizer.get(f"{planning.path}/panels/{panel['id']}")).json()
    assert found["slot_starts_at"] == "2021-10-08T17:00:00Z"


async def test_what_was_issued_is_withdrawn_and_what_comes_then_is_an_addition(
    planning: Planning,
) -> None:
    below = [item("C", minutes=10)]
    agenda = await planning.put(item("A", minutes=10), item("B", minutes=10, items=below))
    await planning.issue()
    assert b"<title>B<" in await fetched(planning, "schedule.xml")
    first = agenda["items"][0]["id"]
    report = await taken(planning, f"guid,kind,title_en\n{first},panel,A\n,panel,D\n", "csv")
    assert (report["removed"], report["withdrawn"], report["created"]) == (0, 2, 1)
    found = (await planning.read())[0]["items"]
    assert [(e["title"]["en"], e["standing"], e["addition"]) for e in found] == [
        ("A", "standing", None),
        ("D", "standing", "supplementary"),
        ("B", "withdrawn", None),
    ]
    before = await fetched(planning, "export.json")
    assert (await taken(planning, before, "json"))["unchanged"] == 4
    late = f"guid,addition\n{first},late\n{found[1]['id']},late\n"
    why = "Only what comes after the first version is an addition to it."
    assert await refused(planning, late, "csv") == [("/2/addition", why)]
    left = await fetched(planning, "schedule.xml")
    assert (b"<title>A<" in left, b"<title>B<" in left, b"<title>C<" in left) == (
        True,
        False,
        False,
    )


async def test_media_types_and_empty_bodies(planning: Planning) -> None:
    for kind, status in (("image/png", 415), ("", 415), (TYPES["json"], 400)):
        answer = await planning.organizer.post(
            f"{planning.agenda}/import?mode=replace", content=b"", headers={"Content-Type": kind}
        )
        assert answer.status_code == status
    nobody_knows = await planning.organizer.post(
        f"{planning.agenda}/import", content=b"{}", headers={"Content-Type": TYPES["json"]}
    )
    assert nobody_knows.json()["errors"][0]["pointer"] == "query/mode"
    long = await sent(planning, b"x" * 20_000_000, "csv")
    assert (long.status_code, slug(long)) == (413, "body-too-large")
