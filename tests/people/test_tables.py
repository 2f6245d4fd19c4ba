"""Tables of a directory with all that it keeps, and who is known by another address."""

import json
from typing import Any

import httpx
import pytest

from app.core.imports import rows_of
from app.entities.directory_rows import VOCABULARY, DirectoryRow, put_words
from app.entities.likeness import LikenessReason, folded, likely_matches, likely_pairs
from app.entities.people_rows import read_people
from tests.entities.test_people_imports import send
from tests.world import World, post

HEADINGS = {
    "en": "Name\tE-mail\tOther addresses\tRank\tLevel\tLanguages\tDuty station\tHeadquarters"
    "\tConsent to statistics\tGender",
    "fr": "Nom\tCourriel\tAutres adresses\tRang\tNiveau\tLangues\tLieu d'affectation\tAu siège"
    "\tConsentement aux statistiques\tSexe",
    "es": "Nombre completo\tCorreo\tOtras direcciones\tRango\tNivel\tIdiomas\tLugar de destino"
    "\tEn la sede\tConsentimiento para estadísticas\tSexo",
    "ru": "ФИО\tПочта\tДругие адреса\tРанг\tУровень\tЯзыки\tМесто службы\tШтаб-квартира"
    "\tСогласие на статистику\tПол",
    "ar": "الاسم\tالبريد\tعناوين أخرى\tالرتبة\tالمستوى\tاللغات\tمقر العمل\tالمقر"
    "\tالموافقة على الإحصاءات\tالجنس",
    "zh": "姓名\t电子邮件\t其他地址\t职级\t层级\t语言能力\t工作地点\t总部\t同意统计\t性别",
}
WORDS = {
    "en": "Assistant Secretary-General\tD-1\tFrench; ar\tNairobi\tno\tyes\tWoman",
    "fr": "Assistant Secretary-General\tDirectrice\tfrançais, arabe\tNairobi\tnon\toui\tfemme",
    "es": "Assistant Secretary-General\tdirector\tfrancés, árabe\tNairobi\tno\tsí\tmujer",
    "ru": "Assistant Secretary-General\tДиректор\tфранцузский, арабский\tNairobi\tнет\tда\tженский",
    "ar": "Assistant Secretary-General\tمدير\tالفرنسية، العربية\tNairobi\tلا\tنعم\tأنثى",
    "zh": "Assistant Secretary-General\t司长\t法文、阿拉伯文\tNairobi\t否\t是\t女",
}


@pytest.mark.parametrize("language", HEADINGS)
async def test_all_that_a_directory_keeps_is_read_in_six_languages(
    world: World, language: str
) -> None:
    entity = await world.entity()
    client = await world.focal_point_of(entity)
    row = f"\nAmina Rossi\ta@example.org\tA.Rossi@example.org;a@example.org\t{WORDS[language]}\n"
    done = await send(
        client, f"/v1/entities/{entity['id']}/people/import", HEADINGS[language] + row
    )
    assert done.status_code == 200, done.text
    [person] = (await client.get(f"/v1/entities/{entity['id']}/people")).json()["items"]
    assert {name: person[name] for name in KEPT} == KEPT


KEPT: dict[str, Any] = {
    "name": "Amina Rossi",
    "email": "a@example.org",
    "addresses": ["a.rossi@example.org"],
    "languages": ["fr", "ar"],
    "language": None,
    "rank": "Assistant Secretary-General",
    "level": "director",
    "at_headquarters": False,
    "duty_station": "Nairobi",
    "statistics_consent": True,
    "gender": "female",
}


def test_a_directory_row_is_refused_at_its_places() -> None:
    rows: list[dict[str, Any]] = [
        {"level": "director"},
        {"level": "P-9", "gender": "none", "consent to statistics": True},
        {"consent to statistics": "perhaps", "level": "D-2"},
        {"headquarters": "Vienna", "languages": "Klingon", "addresses": "a@example.org b"},
        {"addresses": {"a": 1}, "languages": [1], "level": [], "gender": 5, "rank": ["x"]},
    ]
    person = {"name": "A", "email": "a@example.org"}
    table = read_people(
        DirectoryRow,
        rows_of(json.dumps([person | row for row in rows]).encode(), "application/json", "people"),
        None,
        grid=False,
        vocabulary=VOCABULARY,
        translate=put_words,
    )
    assert [{error.pointer for error in row.errors} for row in table.rows] == [
        {"/level"},
        {"/level", "/gender"},
        {"/consent_to_statistics"},
        {"/headquarters", "/languages/0", "/addresses/1"},
        {"/addresses", "/languages/0", "/level", "/gender", "/rank"},
    ]


async def told(client: httpx.AsyncClient, path: str, table: str, **query: Any) -> list[Any]:
    answer = await send(client, f"{path}/import", table, **query)
    assert answer.status_code == 200, answer.text
    return [
        (row["outcome"], row["same_as_row"], row["differs"], [e["pointer"] for e in row["errors"]])
        for row in answer.json()["rows"]
    ]


async def test_whoever_has_an_address_is_the_only_one_who_has_it(world: World) -> None:
    entity = await world.entity()
    client = await world.focal_point_of(entity)
    path = f"/v1/entities/{entity['id']}/people"
    await post(client, path, KEPT | {"email": "main@example.org", "addresses": ["old@example.org"]})
    table = (
        "Name\tE-mail\tOther addresses\tRank\n"
        "Amina Rossi\told@example.org\tfree@example.org\tDirector\n"
        "Jonas Abdi\tj@example.org\tmain@example.org\t\n"
        "Jonas Abdi\tj@example.org\tj2@example.org, j3@example.org\t\n"
        "Jonas Abdi\tj2@example.org\t\tOfficer\n"
        "Pia Costa\tp@example.org\tj3@example.org\t\n"
        "Olga Xu\tfree@example.org\t\t\n"
    )
    expected = [
        ("already_there", None, ["rank"], []),
        ("refused", None, [], ["/other_addresses"]),
        ("new", None, [], []),
        ("already_there", 4, ["rank"], []),
        ("refused", None, [], ["/other_addresses"]),
        ("new", None, [], []),
    ]
    assert await told(client, path, table, dry_run=True) == expected
    assert await told(client, path, table, mode="rows") == expected
    people = (await client.get(path)).json()["items"]
    assert sorted((p["email"], p["addresses"]) for p in people) == [
        ("free@example.org", []),
        ("j@example.org", ["j2@example.org", "j3@example.org"]),
        ("main@example.org", ["old@example.org"]),
    ]


async def test_another_address_is_compared_as_the_main_one_is(world: World) -> None:
    entity = await world.entity()
    client = await world.focal_point_of(entity)
    path = f"/v1/entities/{entity['id']}/people"
    known = {"name": "Amina Rossi", "email": "a@example.org", "addresses": ["rossi@example.org"]}
    made = await post(client, path, known)
    table = "Name\tE-mail\tOther addresses\nWendy Darling\tw@example.org\trossi+un@example.org\n"
    answer = await send(client, f"{path}/import", table, dry_run=True)
    [row] = answer.json()["rows"]
    assert [(each["person_id"], each["reasons"]) for each in row["possible_duplicates"]] == [
        (made["id"], ["same_mailbox"])
    ]
    new = {"name": "Amina Rossi", "email": "rossi@example.org"}
    named = await client.post(f"{path}?refuse_alike=true", json=new)
    assert named.json()["type"].rpartition("/")[2] == "person-known"


def test_the_most_alike_of_all_addresses_count() -> None:
    one = folded("Peter Pan", "p@one.example.org", ["pan.peter@one.example.org"])
    other = folded("Wendy Darling", "w@two.example.org", ["pan.peter+x@one.example.org"])
    third = folded("Wendy Darling", "pan.peter@three.example.org")
    [(place, alike)] = likely_matches(one, [other, third])
    assert (place, alike.score, alike.reasons) == (0, 97, (LikenessReason.SAME_MAILBOX,))
    assert likely_pairs([one, other]) == {(0, 1): alike}
    assert [place for place, _ in likely_matches(third, [other])] == [0]
