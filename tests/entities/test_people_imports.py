"""Tables of people for a directory: read in six languages, previewed, and each person once."""

import asyncio
import csv
import io
import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from app.core.imports import rows_of
from app.core.problems import Invalid
from app.entities.people_rows import PeopleTable, PersonRow, read_people
from tests.statements import counted
from tests.world import World, post

HEADINGS = {
    "en": "First name\tLast name\tE-mail\tTitle\tLanguage",
    "fr": "Prénom\tNom\tCourriel\tFonction\tLangue",
    "es": "Nombre\tApellidos\tCorreo electrónico\tCargo\tIdioma",
    "ru": "Имя\tФамилия\tЭл. почта\tДолжность\tЯзык",
    "ar": "الاسم الأول\tاسم العائلة\tالبريد الإلكتروني\tالمنصب\tاللغة",
    "zh": "名\t姓\t电子邮件\t职务\t语言",
}


def table(
    text: str, kind: str = "text/plain", columns: str | None = None
) -> PeopleTable[PersonRow]:
    rows = rows_of(text.encode(), kind, "people", apart=True)
    return read_people(PersonRow, rows, columns, grid=kind != "application/json")


def read(text: str, kind: str = "text/plain", columns: str | None = None) -> list[Any]:
    """Each row: who it is, or where it is bad."""
    return [
        row.parsed.model_dump(exclude_none=True)
        if row.parsed
        else [error.pointer for error in row.errors]
        for row in table(text, kind, columns).rows
    ]


@pytest.mark.parametrize("language", HEADINGS)
def test_headings_are_recognized_in_the_six_languages(language: str) -> None:
    row = "\nAmina\tRossi\ta.rossi@example.org\tDirector\tFrench\n"
    assert read(HEADINGS[language] + row) == [
        {
            "name": "Amina Rossi",
            "email": "a.rossi@example.org",
            "job_title": "Director",
            "language": "fr",
        }
    ]


def test_words_that_mean_two_things_are_told_by_what_stands_beside_them() -> None:
    rossi = {"name": "Amina Rossi", "email": "a@example.org"}
    assert read("Nom;Courriel\nAmina Rossi;a@example.org\n") == [rossi]
    assert read("Name;First name;Mail\nRossi;Amina;a@example.org\n") == [rossi]
    assert read("Title;Name;Mail\nMs.;Amina Rossi;a@example.org\n") == [
        rossi | {"honorific": "Ms."}
    ]
    assert read("Title;Position;Name;Mail\nExc;Chief;Amina Rossi;a@example.org\n") == [
        rossi | {"honorific": "Exc", "job_title": "Chief"}
    ]


def test_a_bad_row_is_told_by_its_columns_and_keeps_nobody_out() -> None:
    text = (
        "Full name;Courriel;;Languages\nA;a@example.org;;en\nB;b.example.org;;\nC;c@example.org;x\n"
    )
    assert read(text + ";d@example.org;;\n\nE;e@example.org;;klingon\nF;f@example.org;;;;G\n") == [
        {"name": "A", "email": "a@example.org", "language": "en"},
        ["/courriel"],
        ["/C"],
        ["/full_name"],
        ["/languages"],
        ["/F"],
    ]
    rows = [{"name": "A", "email": "a@example.org"}, 3, {"name": "B", "mail": "x", "owner": 1}]
    rows += [{"name": ["A"], "email": 5}, {"name": "N\0", "email": "n@example.org"}]
    assert read(json.dumps(rows), "application/json") == [
        {"name": "A", "email": "a@example.org"},
        [""],
        ["/owner", "/mail"],
        ["/name", "/email"],
        ["/name"],
    ]


def test_columns_that_nobody_knows_are_said_and_can_be_named_or_left_out() -> None:
    text = "Kontakt;Name;Phone/GSM\na@example.org;A;1\n"
    with pytest.raises(Invalid) as refused:
        read(text)
    assert [error.pointer for error in refused.value.errors or []] == [
        "/1/kontakt",
        "/1/phone~1gsm",
    ]
    asked = '{"Kontakt": "email", "Phone/GSM": "-"}'
    assert read(text, columns=asked) == [{"name": "A", "email": "a@example.org"}]
    columns = table(text, columns=asked).columns
    assert [(column.heading, column.member) for column in columns] == [
        ("kontakt", "email"), ("name", "name"), ("phone/gsm", None),
    ]  # fmt: skip
    for wrong in ("[]", "{", '{"Kontakt": "owner"}', '{"Kontakt": 1}'):
        with pytest.raises(Invalid) as refused:
            read(text, columns=wrong)
        assert [error.pointer for error in refused.value.errors or []] == ["query/columns"]
    with pytest.raises(Invalid) as refused:
        read("Mail;Name;Courriel\na@example.org;A;a@example.org\n")
    assert [error.pointer for error in refused.value.errors or []] == ["/1/courriel"]


cells = st.text(max_size=12) | st.sampled_from(["a@example.org", "Ms.", "#N/A", "=1+1", "\0", ""])
headings = st.sampled_from(["Name", "Nom", "Prénom", "E-mail", "Title", "Langue", "Phone", "", "-"])
values = cells | st.integers() | st.none() | st.booleans() | st.lists(cells, max_size=2)
entries = st.dictionaries(headings | st.text(max_size=5), values, max_size=6) | values


@bounds(max_examples=150)
@given(
    grid=st.lists(st.lists(cells, max_size=6), max_size=5),
    head=st.lists(headings, max_size=6),
    listed=st.lists(entries, max_size=5),
    columns=st.none() | st.dictionaries(headings, cells, max_size=3).map(json.dumps),
)
def test_any_table_is_read_or_refused_row_by_row(
    grid: list[list[str]], head: list[str], listed: list[Any], columns: str | None
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([head, *grid])
    found = [(written.getvalue(), "text/plain"), (json.dumps(listed), "application/json")]
    for text, kind in found:
        with suppress(Invalid):
            for row in table(text, kind, columns).rows:
                assert (row.parsed is None) is bool(row.errors)
                assert bool(row.detail) is bool(row.errors)


async def send(client: httpx.AsyncClient, path: str, text: str, **query: Any) -> httpx.Response:
    headers = {"Content-Type": "text/plain"}
    return await client.post(path, content=text.encode(), headers=headers, params=query)


PEOPLE = """Name\tE-mail\tFunction
Amina Rossi\tamina.rossi@example.org\tDirector
王小明\tw@example.org\t主任
\u202bمحمد علي\u202c\tm@example.org\t
=1+1\tformula@example.org\t@SUM(A1)
Amina ROSSI\tAmina.Rossi@Example.org\tChief
"""


async def test_a_directory_takes_a_table_once_however_often_it_is_sent(world: World) -> None:
    entity = await world.entity()
    focal_point = await world.focal_point_of(entity)
    path = f"/v1/entities/{entity['id']}/people"
    shown = (await send(focal_point, f"{path}/import", PEOPLE, dry_run=True)).json()
    assert (await focal_point.get(path)).json()["items"] == []
    done = (await send(focal_point, f"{path}/import", PEOPLE)).json()
    for result in (shown, done):
        outcomes = [row["outcome"] for row in result["rows"]]
        assert outcomes == ["new"] * 4 + ["already_there"]
        last = result["rows"][4]
        assert (last["same_as_row"], last["differs"]) == (2, ["name", "job_title"])
    again = (await send(focal_point, f"{path}/import", PEOPLE)).json()
    assert {name: again[name] for name in ("new", "already_there", "refused")} == {
        "new": 0, "already_there": 5, "refused": 0,
    }  # fmt: skip
    people = (await focal_point.get(path)).json()["items"]
    assert sorted((p["name"], p["job_title"]) for p in people) == sorted(
        [
            ("Amina Rossi", "Director"),
            ("王小明", "主任"),
            ("\u202bمحمد علي\u202c", None),
            ("=1+1", "@SUM(A1)"),
        ]
    )
    log = (await world.administrator.get("/v1/audit?name=person.added")).json()["items"]
    assert sorted(entry["subject_id"] for entry in log) == sorted(p["id"] for p in people)


async def test_a_bad_row_keeps_all_out_unless_rows_stand_for_themselves(world: World) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/people"
    text = "Name\tE-mail\nA\ta@example.org\nB\tbad\n"
    refused = await send(world.administrator, f"{path}/import", text)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "rows-refused")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/3/e_mail"]
    assert (await world.administrator.get(path)).json()["items"] == []
    done = (await send(world.administrator, f"{path}/import", text, mode="rows")).json()
    assert [(row["row"], row["outcome"], row["problem"]) for row in done["rows"]] == [
        (2, "new", None),
        (3, "refused", "invalid"),
    ]
    unknown = await send(world.administrator, f"{path}/import", "Name\tE-mail\tPhone\nA\ta@x\t1\n")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/1/phone")


async def test_a_preview_names_those_who_may_be_the_same_person(world: World) -> None:
    entity, other = await world.entity(), await world.entity()
    known = await world.person(entity, name="Yulia Petrova", email="y.petrova@one.example.org")
    await world.person(other, name="Юлия Петрова", email="canary@example.org")
    text = "Name\tE-mail\nЮлия Петрова\tpetrova@example.org\nPETROVA Yulia\typ@example.org\n"
    path = f"/v1/entities/{entity['id']}/people/import"
    shown = await send(world.administrator, path, text, dry_run=True)
    assert "canary" not in shown.text
    rows = shown.json()["rows"]
    assert shown.json()["alike"] == 2
    assert [
        [(each["person_id"], each["row"], each["reasons"]) for each in row["possible_duplicates"]]
        for row in rows
    ] == [
        [(known["id"], None, ["similar_name"]), (None, 3, ["similar_name"])],
        [(known["id"], None, ["same_name"]), (None, 2, ["similar_name"])],
    ]


async def test_one_new_person_who_looks_like_another_is_refused_only_where_that_is_asked(
    world: World,
) -> None:
    entity = await world.entity()
    known = await world.person(entity, name="Amina Rossi", email="amina@example.org")
    path = f"/v1/entities/{entity['id']}/people"
    body = {"name": "Rossi, Amina", "email": "a.rossi@example.org"}
    refused = await world.administrator.post(f"{path}?refuse_alike=true", json=body)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
        409,
        "possible-duplicate",
    )
    assert [each["person_id"] for each in refused.json()["possible_duplicates"]] == [known["id"]]
    known_address = body | {"email": "Amina@example.org"}
    answer = await world.administrator.post(f"{path}?refuse_alike=true", json=known_address)
    assert answer.json()["type"].rpartition("/")[2] == "person-known"
    await post(world.administrator, f"{path}", body)


async def test_the_pairs_of_a_directory_come_in_pages(world: World) -> None:
    entity = await world.entity()
    for number, name in enumerate(["Amina Rossi", "Rossi Amina", "A. Rossi", "Jonas Abdi"]):
        await world.person(entity, name=name, email=f"p{number}@example.org")
    path = f"/v1/entities/{entity['id']}/people/duplicates"
    whole = (await world.administrator.get(path)).json()["items"]
    assert [(p["first"]["name"], p["second"]["name"], p["score"]) for p in whole] == [
        ("Amina Rossi", "Rossi Amina", 95),
        ("Amina Rossi", "A. Rossi", 92),
        ("Rossi Amina", "A. Rossi", 92),
    ]
    found, query = [], "?limit=1"
    while query:
        page = (await world.administrator.get(path + query)).json()
        found += page["items"]
        query = page["next_cursor"] and f"?limit=1&cursor={page['next_cursor']}"
    assert found == whole
    for number in range(40):
        await world.person(entity, name=f"Amina Rossi {'abcd'[number % 4]}")
    with counted(world.app) as statements:
        assert len((await world.administrator.get(path)).json()["items"]) == 50
    assert sum("FROM people" in statement for statement in statements) == 2
    stranger = await world.focal_point_of(await world.entity())
    assert (await stranger.get(path)).status_code == 404


async def test_two_imports_of_one_table_at_once_add_each_person_once(world: World) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/people"
    rows = [f"Person {n}\tp{n}@example.org" for n in range(200)]
    there, back = ("\n".join(["Name\tE-mail", *order]) for order in (rows, rows[::-1]))
    answers = await asyncio.gather(
        *(send(world.administrator, f"{path}/import", text) for text in (there, back, there))
    )
    assert [answer.status_code for answer in answers] == [200] * 3
    assert sum(answer.json()["new"] for answer in answers) == 200
    ids = [sorted(row["person_id"] for row in answer.json()["rows"]) for answer in answers]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == 200
