"""Registering from a table: previewed row by row, all or nothing or each for itself, and again."""

import codecs
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.check import wrongs
from app.events.relay import Following, Relay
from app.mail.listeners import FOLLOWER, Planner
from app.registrations import set_writing
from tests.core.test_sheets import XLSX, changed, sheet, xlsx
from tests.registrations.tables import imported, listed, outcomes, path_of, rows, send
from tests.statements import counted
from tests.world import World, named, post

PASTED = """Title\tNom\tPrénom\tE-mail\tFonction\tRole
Ms.\tRossi\tAmina\tamina.rossi@example.org\tDirector\tHead of delegation
Mr.\tAbdi\tJonas\tjonas.abdi@example.org\tOfficer\t
Mr.\tCosta\tPia\tpia.costa@example.org\tOfficer\tChef de délégation
Ms.\tXu\tOlga\tolga.xu\tOfficer\tsupport
Mr.\tMbeki\tLuis\tluis.mbeki@example.org\tOfficer\tdelegate
Ms.\tXu\tOlga\tolga.xu@example.org\tAssistant\tsupport
Mr.\tAbdi\tJonas\tJonas.Abdi@example.org\tOfficer\tDelegate
"""


@pytest.fixture
async def meeting(world: World) -> dict[str, Any]:
    return await world.scheduled(await world.meeting(await world.committee()))


EXPLAINED = [
    (2, "confirmed", None),
    (3, "confirmed", None),
    (4, "refused", "head-already-named"),
    (5, "refused", "invalid"),
    (6, "waiting", None),
    (7, "confirmed", None),
    (8, "already_there", None),
]


async def test_a_preview_explains_every_row_and_the_import_does_what_it_said(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=2)
    focal_point = await world.focal_point_of(entity)
    shown = await imported(focal_point, meeting, PASTED, dry_run=True)
    assert outcomes(shown) == EXPLAINED
    assert shown["rows"][3]["errors"][0]["pointer"] == "/e_mail"
    assert shown["rows"][4]["waiting_position"] == 1
    assert shown["rows"][6]["same_as_row"] == 3
    assert {column["heading"]: column["member"] for column in shown["columns"]} == {
        "title": "honorific", "nom": "last_name", "prénom": "first_name",
        "e_mail": "email", "fonction": "job_title", "role": "role",
    }  # fmt: skip
    assert await listed(focal_point, meeting) == []
    refused = await send(focal_point, meeting, PASTED)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "rows-refused")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/4", "/5/e_mail"]
    assert await listed(focal_point, meeting) == []
    people = f"/v1/entities/{entity['id']}/people"
    assert (await focal_point.get(people)).json()["items"] == []
    done = await imported(focal_point, meeting, PASTED, mode="rows")
    assert outcomes(done) == EXPLAINED
    counted = {name: done[name] for name in ("confirmed", "waiting", "already_there", "refused")}
    assert counted == {"confirmed": 3, "waiting": 1, "already_there": 1, "refused": 2}
    items = (await focal_point.get(path_of(meeting))).json()["items"]
    assert await listed(focal_point, meeting) == [
        ("Amina Rossi", "head_of_delegation", "confirmed"),
        ("Jonas Abdi", "representative", "confirmed"),
        ("Luis Mbeki", "representative", "waiting"),
        ("Olga Xu", "support", "confirmed"),
    ]
    assert [row["registration_id"] for row in done["rows"] if row["registration_id"]] == [
        item["id"] for item in items
    ]
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


@dataclass(frozen=True)
class Ours:
    meeting: dict[str, Any]
    entity: dict[str, Any]
    focal_point: httpx.AsyncClient


@pytest.fixture
async def ours(world: World, meeting: dict[str, Any]) -> Ours:
    """An entity with three seats at the meeting, and its focal point."""
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=3)
    return Ours(meeting, entity, await world.focal_point_of(entity))


GRID = [
    ["Full name", "Courriel", "Rol"],
    ["王小明", "w@example.org", "support"],
    ["محمد علي", "m@example.org", "رئيس الوفد"],
    ["=1+1", "formula@example.org", "Советник"],
]
DELIMITED = "\n".join(";".join(row) for row in GRID)
LISTED = [dict(zip(["name", "email", "role"], row, strict=True)) for row in GRID[1:]]


FORMULAS = """
  <row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>E-mail</v></c></row>
  <row r="2"><c r="A2" t="str"><f>A1&amp;B1</f><v>Amina Rossi</v></c>
    <c r="B2" t="str"><v>a@example.org</v></c></row>
  <row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3" t="str"><v>b@example.org</v></c></row>
  <row r="4"><c r="A4"><v>7</v></c><c r="B4" t="str"><v>c@example.org</v></c></row>
  <row r="5"><c r="A5" t="str"><v>Bo</v></c><c r="B5"><f>C9</f></c></row>
  <row r="6"><c r="A6" t="d"><v>2021-10-08</v></c><c r="B6" t="str"><v>d@example.org</v></c></row>
"""


FORMATS = [
    (DELIMITED.encode(), "text/csv"),
    (codecs.BOM_UTF8 + DELIMITED.encode(), "text/csv; charset=utf-8"),
    (DELIMITED.encode("utf-16"), "text/csv"),
    (DELIMITED.replace(";", "\t").encode(), "text/tab-separated-values"),
    (json.dumps(LISTED).encode(), "application/json"),
    (json.dumps({"registrations": LISTED}).encode(), "application/yaml"),
    (xlsx(*GRID[:3]), XLSX),
]


async def test_every_format_is_read_alike_and_stored_exactly(ours: Ours) -> None:
    for number, (content, kind) in enumerate(FORMATS):
        result = await imported(ours.focal_point, ours.meeting, content, kind)
        assert {row["outcome"] for row in result["rows"]} == (
            {"already_there"} if number else {"confirmed"}
        )
        assert [row["differs"] for row in result["rows"]] == [[]] * len(result["rows"])
    assert await listed(ours.focal_point, ours.meeting) == [
        ("王小明", "support", "confirmed"),
        ("محمد علي", "head_of_delegation", "confirmed"),
        ("=1+1", "adviser", "confirmed"),
    ]


async def test_a_workbook_counts_by_the_values_that_were_saved(ours: Ours) -> None:
    book = changed(sheet(FORMULAS))
    result = await imported(ours.focal_point, ours.meeting, book, XLSX, mode="rows")
    assert outcomes(result) == [
        (2, "confirmed", None),
        (3, "refused", "invalid"),
        (4, "refused", "invalid"),
        (5, "refused", "invalid"),
        (6, "refused", "invalid"),
    ]
    assert [[error["pointer"] for error in row["errors"]] for row in result["rows"][1:]] == [
        ["/name"],
        ["/name"],
        ["/e_mail"],
        ["/name"],
    ]
    assert result["rows"][4]["detail"] == "is a date"
    assert result["rows"][1]["detail"] == "The cell holds an error instead of a value."
    whole = await send(ours.focal_point, ours.meeting, book, XLSX)
    assert [error["pointer"] for error in whole.json()["errors"]] == [
        "/3/name", "/4/name", "/5/e_mail", "/6/name",
    ]  # fmt: skip


UNREADABLE = [
    (changed({"xl/worksheets/sheet1.xml": bytes(2_000_000)}), XLSX, 422),
    (changed({"xl/vbaProject.bin": b"macro"}), XLSX, 422),
    (b"Name;E-mail\n\xff;a@example.org", "text/csv", 422),
    (b'Name;E-mail\n"A;a@example.org', "text/csv", 422),
    (b'[{"name": NaN}]', "application/json", 422),
    (b"Name,E-mail\n" + b"A,a@example.org\n" * 10_001, "text/csv", 422),
    (b"", "text/csv", 400),
    (b"x" * 10_000_001, "text/csv", 413),
    (b"{}", "application/xml", 415),
]


async def test_a_file_that_cannot_be_read_is_refused_whole(ours: Ours) -> None:
    for content, kind, status in UNREADABLE:
        answer = await send(ours.focal_point, ours.meeting, content, kind, mode="rows")
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert await listed(ours.focal_point, ours.meeting) == []


async def test_the_same_table_again_changes_nothing(world: World, ours: Ours) -> None:
    table = rows(range(5))
    first = await imported(ours.focal_point, ours.meeting, table)
    assert (first["confirmed"], first["waiting"], first["new_people"]) == (3, 2, 5)
    log = (await world.administrator.get("/v1/audit?limit=200")).json()["items"]
    again = await imported(ours.focal_point, ours.meeting, table)
    assert (again["already_there"], again["new_people"]) == (5, 0)
    same = ("registration_id", "person_id")
    assert [[row[n] for n in same] for row in again["rows"]] == [
        [row[n] for n in same] for row in first["rows"]
    ]
    assert (await world.administrator.get("/v1/audit?limit=200")).json()["items"] == log
    other = table.replace("Person 1\t", "Person One\t").replace("Entity", "Role", 1)
    other = other.replace("p2@example.org\t", "p2@example.org\tadviser")
    told = await imported(ours.focal_point, ours.meeting, other)
    assert [row["differs"] for row in told["rows"]] == [[], ["name"], ["role"], [], []]
    assert [status for _, _, status in await listed(ours.focal_point, ours.meeting)] == [
        "confirmed", "confirmed", "confirmed", "waiting", "waiting",
    ]  # fmt: skip


async def test_rank_and_headquarters_come_from_the_table_and_meet_rules(
    world: World, ours: Ours
) -> None:
    path = f"/v1/meetings/{ours.meeting['id']}"
    rules = {"at_least": [{"number": 1, "at_headquarters": True, "ranks": ["D-1"]}]}
    changed_one = await world.administrator.patch(
        path, json={"registration_rules": rules}, headers={"If-Match": "*"}
    )
    assert changed_one.is_success, changed_one.text
    table = "Nom\tCourriel\tGrade\tAu siège\nAwa Sow\tawa@example.org\tD-1\t{}\n"
    shown = await imported(ours.focal_point, ours.meeting, table.format("oui"))
    assert [each["member"] for each in shown["columns"][2:]] == ["rank", "at_headquarters"]
    (board,) = (await world.administrator.get(f"{path}/invitations")).json()["items"]
    assert (board["seats_taken"], board["incomplete"]) == (1, [])
    people = (await ours.focal_point.get(f"/v1/entities/{ours.entity['id']}/people")).json()
    (person,) = people["items"]
    assert (person["rank"], person["at_headquarters"]) == ("D-1", True)
    again = await imported(ours.focal_point, ours.meeting, table.format("non"))
    assert again["rows"][0]["differs"] == ["at_headquarters"]
    refused = await send(ours.focal_point, ours.meeting, table.format("Rome"))
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/2/au_siège"]


async def test_a_table_after_the_deadline_is_refused_but_for_those_who_are_there(
    world: World, ours: Ours, set_clock
) -> None:
    path = f"/v1/meetings/{ours.meeting['id']}"
    etag = (await world.administrator.get(path)).headers["etag"]
    closes = {"registration_closes_at": "2021-10-01T12:00:00Z"}
    set_clock(datetime(2021, 9, 30, tzinfo=UTC))
    changed = await world.administrator.patch(path, json=closes, headers={"If-Match": etag})
    assert changed.is_success, changed.text
    await imported(ours.focal_point, ours.meeting, rows(range(2)))
    set_clock(datetime(2021, 10, 2, tzinfo=UTC))
    late = await imported(ours.focal_point, ours.meeting, rows(range(3)), mode="rows")
    assert outcomes(late) == [
        (2, "already_there", None),
        (3, "already_there", None),
        (4, "refused", "registration-closed"),
    ]
    handle = ours.entity["handle"]
    by_organizer = await imported(world.administrator, ours.meeting, rows(range(3), handle))
    assert by_organizer["confirmed"] == 1


async def test_seats_come_out_as_if_each_had_been_registered_alone(world: World) -> None:
    """Quotas of entities and the capacity of all, in the order of the rows."""
    committee = await world.committee()
    both = [await world.scheduled(await world.meeting(committee, capacity=4)) for _ in range(2)]
    entities = [await world.entity() for _ in range(3)]
    for meeting in both:
        for entity, quota in zip(entities, (1, 2, 5), strict=True):
            await world.invitation(meeting, entity, seat_quota=quota)
    order = [0, 0, 1, 2, 1, 2, 1, 2, 0, 2]
    roles = ["representative", "support", "adviser"]
    found = [(n, entities[e]["handle"], roles[n % 3]) for n, e in enumerate(order)]
    for number, handle, role in found:
        body = named(number, entity=handle, role=role)
        await post(world.administrator, path_of(both[0]), body)
    lines = [f"Delegate {n};delegate{n}@example.org;{handle};{role}\n" for n, handle, role in found]
    table = "Name;E-mail;Organization;Role\n" + "".join(lines)
    result = await imported(world.administrator, both[1], table)
    one_by_one, at_once = [
        (await world.administrator.get(f"{path_of(meeting)}?limit=200")).json()["items"]
        for meeting in both
    ]
    told = ("status", "role", "waiting_position", "entity", "person")
    assert [[each[n] for n in told] for each in at_once] == [
        [each[n] for n in told] for each in one_by_one
    ]
    assert [(row["outcome"], row["waiting_position"]) for row in result["rows"]] == [
        (each["status"], each["waiting_position"]) for each in at_once
    ]
    boards = [
        (await world.administrator.get(f"/v1/meetings/{m['id']}/invitations")).json()["items"]
        for m in both
    ]
    counters = ("status", "seats_taken", "waiting")
    assert [[i[n] for n in counters] for i in boards[0]] == [
        [i[n] for n in counters] for i in boards[1]
    ]
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


async def test_mails_follow_as_for_people_registered_one_by_one(world: World, ours: Ours) -> None:
    await imported(ours.focal_point, ours.meeting, rows(range(5)))
    relay = Relay(world.app.state.database, [Following(FOLLOWER, Planner("example.org"))])
    while await relay.advance():
        pass
    query = f"/v1/messages?meeting={ours.meeting['id']}&limit=200"
    items = (await world.administrator.get(query)).json()["items"]
    kinds = sorted(
        each["kind"] for each in items if "registration" in each["kind"] or "wait" in each["kind"]
    )
    assert kinds == ["registration_confirmed"] * 3 + ["registration_waiting"] * 2


async def test_rows_for_entities_that_one_does_not_act_for_tell_nothing(
    world: World, ours: Ours
) -> None:
    invited, stranger = await world.entity(), await world.entity()
    await world.invitation(ours.meeting, invited)
    handles = [invited["handle"], stranger["handle"], "nobody", ours.entity["abbreviation"]]
    lines = [f"P;p{n}@example.org;{handle}\n" for n, handle in enumerate(handles)]
    table = "Name;Mail;Entity\n" + "".join(lines)
    result = await imported(ours.focal_point, ours.meeting, table, mode="rows")
    assert outcomes(result)[3] == (5, "confirmed", None)
    told = [{**row, "row": 0} for row in result["rows"][:3]]
    assert told[0] == told[1] == told[2]
    assert (told[0]["problem"], told[0]["errors"][0]["pointer"]) == ("not-found", "/entity")
    organizer = await imported(world.administrator, ours.meeting, table, mode="rows", dry_run=True)
    assert [problem for _, _, problem in outcomes(organizer)] == [
        None, "not-invited", "not-invited", None,
    ]  # fmt: skip
    unnamed = await send(world.administrator, ours.meeting, "Name;Mail\nP;p@example.org\n")
    assert unnamed.json()["errors"][0]["detail"] == "row 2: Name the entity to register for."
    asked = await send(
        world.administrator, ours.meeting, "Name;Mail\nP;p@example.org\n", entity="nobody"
    )
    assert asked.json()["type"].rpartition("/")[2] == "not-invited"
    elsewhere = await world.focal_point_of(stranger)
    assert (await send(elsewhere, ours.meeting, table)).status_code == 404


async def test_a_crash_while_writing_leaves_nothing(
    world: World, ours: Ours, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People, registrations and counters are written before the log is."""

    async def crash(*_: Any) -> None:
        raise RuntimeError("the process dies here")

    with monkeypatch.context() as patched:
        patched.setattr(set_writing, "record_many", crash)
        answer = await send(ours.focal_point, ours.meeting, rows(range(5)))
        assert answer.status_code == 500
    assert await listed(ours.focal_point, ours.meeting) == []
    people = await ours.focal_point.get(f"/v1/entities/{ours.entity['id']}/people")
    assert people.json()["items"] == []
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []
    await imported(ours.focal_point, ours.meeting, rows(range(5)))


async def test_many_rows_take_as_many_statements_as_few(world: World, ours: Ours) -> None:
    sent: list[int] = []
    for start, number in ((0, 2), (100, 150)):
        table = rows(range(start, start + number))
        for dry_run in (True, False):
            with counted(world.app) as statements:
                await imported(ours.focal_point, ours.meeting, table, dry_run=dry_run)
            sent.append(len(statements))
    assert sent[:2] == sent[2:]


async def test_a_malformed_row_of_a_list_is_refused_by_itself(ours: Ours) -> None:
    """In the call that takes JSON with nested people as well."""
    wanted: list[Any] = [named(1), named(2, role="chief"), {}, 7, named(3, status="confirmed")]
    wanted += [{"person": {"name": "No Address", "email": "bad"}}, named(4)]
    result = await post(ours.focal_point, f"{path_of(ours.meeting)}/bulk", wanted)
    told = [
        (row["outcome"], row["problem"], [error["pointer"] for error in row["errors"]])
        for row in result["rows"]
    ]
    assert told == [
        ("confirmed", None, []),
        ("refused", "invalid", ["/role"]),
        ("refused", "invalid", [""]),
        ("refused", "invalid", [""]),
        ("refused", "invalid", ["/status"]),
        ("refused", "invalid", ["/person/email"]),
        ("confirmed", None, []),
    ]


async def test_somebody_new_who_looks_like_a_known_one_may_be_asked_about(
    world: World, ours: Ours
) -> None:
    known = await world.person(ours.entity, name="Delegate Seven", email="seven@example.org")
    body = {"person": {"name": "SEVEN, Delegate", "email": "d.seven@example.org"}}
    path = path_of(ours.meeting)
    refused = await ours.focal_point.post(f"{path}?refuse_alike=true", json=body)
    assert refused.status_code == 409
    assert [each["person_id"] for each in refused.json()["possible_duplicates"]] == [known["id"]]
    assert await listed(ours.focal_point, ours.meeting) == []
    by_id = {"person_id": known["id"]}
    await post(ours.focal_point, f"{path}?refuse_alike=true", by_id)
    await post(ours.focal_point, path, body)


async def test_pools_rules_approval_and_exceptions_count_for_tables_as_for_single_people(
    world: World, set_clock
) -> None:
    """The same people, by focal points: one meeting filled one by one, the other by tables."""
    set_clock(datetime(2021, 9, 1, tzinfo=UTC))
    committee = await world.committee()
    rules = {"at_most": {"support": 1}}
    members = {
        "capacity": 5,
        "registration_rules": rules,
        "approval": {"roles": ["adviser"], "late": True},
        "registration_closes_at": "2021-10-01T12:00:00Z",
    }
    both = [await world.scheduled(await world.meeting(committee, **members)) for _ in range(2)]
    entities = [await world.entity() for _ in range(2)]
    callers = [await world.focal_point_of(entity) for entity in entities]
    invited = []
    for meeting in both:
        pool_path = f"/v1/meetings/{meeting['id']}/pools"
        pool = await post(world.administrator, pool_path, {"name": "Small", "seats": 3})
        invited += [await world.invitation(meeting, e, pool_id=pool["id"]) for e in entities]
    kinds = ["representative", "adviser", "support", "representative", "support", "representative"]
    await _name(callers, both, range(6), kinds)
    set_clock(datetime(2021, 10, 2, tzinfo=UTC))
    for meeting, invitation in zip(both, invited[::2], strict=True):
        path = f"/v1/meetings/{meeting['id']}/invitations/{invitation['id']}/exceptions"
        until = {"persons": 2, "until": "2021-10-05T12:00:00Z", "reason": "A strike."}
        await post(await world.organizer(committee), path, until)
    await _name(callers, both, range(6, 10), kinds)
    told = ("status", "role", "waiting_position", "entity", "person", "decision")
    one_by_one, at_once = [
        [
            [each.get(name) for name in told]
            for each in (await world.administrator.get(f"{path_of(m)}?limit=200")).json()["items"]
        ]
        for m in both
    ]
    assert at_once == one_by_one
    assert {row[0] for row in at_once} == {"confirmed", "waiting", "pending"}
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


async def _name(
    callers: list[httpx.AsyncClient], both: list[dict[str, Any]], which: range, roles: list[str]
) -> None:
    """Name so many for each entity, in turn; what is refused is refused in both ways."""
    for place, caller in enumerate(callers):
        people = [(100 * place + n, roles[n % len(roles)]) for n in which]
        answers = [
            await caller.post(path_of(both[0]), json=named(n, role=role)) for n, role in people
        ]
        lines = [f"Delegate {n};delegate{n}@example.org;{role}\n" for n, role in people]
        table = "Name;E-mail;Role\n" + "".join(lines)
        result = await imported(caller, both[1], table, mode="rows")
        assert [row["outcome"] for row in result["rows"]] == [
            answer.json()["status"] if answer.is_success else "refused" for answer in answers
        ]
        assert [row["problem"] for row in result["rows"]] == [
            None if answer.is_success else answer.json()["type"].rpartition("/")[2]
            for answer in answers
        ]


async def test_people_are_known_by_any_address_and_who_has_left_is_not_named(
    world: World, ours: Ours
) -> None:
    people = f"/v1/entities/{ours.entity['id']}/people"
    body = {"name": "Amina Rossi", "email": "amina@example.org", "addresses": ["ar@example.org"]}
    known = await post(ours.focal_point, people, body)
    gone = await world.person(ours.entity, name="Gone", email="gone@example.org")
    await post(ours.focal_point, f"{people}/{gone['id']}/leave", {})
    table = "Name;Mail\nRossi Amina;AR@example.org\nGone;gone@example.org\nA;amina@example.org\n"
    for query in ({"dry_run": "true"}, {}):
        headers = {"Content-Type": "text/plain"}
        answer = await ours.focal_point.post(
            f"{path_of(ours.meeting)}/import",
            content=table,
            headers=headers,
            params={"mode": "rows"} | query,
        )
        result = answer.json()
        assert outcomes(result) == [
            (2, "confirmed", None),
            (3, "refused", "person-left"),
            (4, "already_there", None),
        ]
        assert result["rows"][2]["same_as_row"] == 2
        assert result["rows"][0]["person_id"] == known["id"]
    shown = await ours.focal_point.post(
        f"{people}/import", content=table, headers={"Content-Type": "text/plain"}
    )
    told = [(row["outcome"], row["differs"]) for row in shown.json()["rows"]]
    assert told == [
        ("already_there", ["name"]),
        ("already_there", ["left_on"]),
        ("already_there", ["name"]),
    ]
