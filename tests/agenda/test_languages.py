"""Language versions of an issued agenda, and everybody's address of each version."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.agenda.languages import in_one_language, languages_of, missing_in
from app.agenda.storing import dumped
from app.core.preconditions import etag_of
from tests.agenda.planning import Planning, item, slug
from tests.statements import counted

TEXTS = {"en": "Opening", "fr": "Ouverture"}


def issued(*titles: dict[str, str], languages: list[str]) -> dict[str, Any]:
    return {
        "meeting": {"languages": languages, "title": {"en": "Meeting", "fr": "Réunion"}},
        "items": [{"id": "1", "title": title, "note": {}, "items": []} for title in titles],
        "name": "no text by language",
    }


def test_a_text_that_is_missing_stands_in_the_first_language_that_it_has() -> None:
    agenda = issued(TEXTS, {"en": "Only"}, {"es": "Solo", "zh": "x"}, languages=["fr", "es"])
    french = in_one_language(agenda, "fr-CA")
    titles = [french["meeting"]["title"], *(each["title"] for each in french["items"])]
    assert titles == [{"fr": "Réunion"}, {"fr": "Ouverture"}, {"en": "Only"}, {"es": "Solo"}]
    assert french["items"][0]["note"] == {}
    assert french["name"] == "no text by language"
    assert [missing_in(agenda, tag) for tag in ("fr", "fr-CA", "en", "es", "ar")] == [2, 2, 1, 3, 4]
    assert in_one_language(french, "fr-CA") == french


@pytest.mark.parametrize(
    ("titles", "languages", "expected"),
    [
        ([TEXTS], ["es"], ["es", "en", "fr"]),
        ([TEXTS, {"fr": "x"}], ["es"], ["es", "fr"]),
        ([{"zh": "x"}], ["en"], ["en"]),
    ],
)
def test_a_version_is_issued_in_the_languages_of_the_meeting_and_of_every_title(
    titles: list[dict[str, str]], languages: list[str], expected: list[str]
) -> None:
    assert languages_of(issued(*titles, languages=languages)) == expected


@pytest.fixture
async def french(planning: Planning) -> Planning:
    """Issued twice: with one title that is not in French, then with all."""
    committee = f"/v1/committees/{planning.committee['id']}"
    name = {"name": {"en": "Committee", "fr": "Comité"}}
    assert (await planning.world.administrator.patch(committee, json=name)).is_success
    current = await planning.organizer.get(planning.path)
    body = {"languages": ["en", "fr"], "title": {"en": "Meeting", "fr": "Réunion"}}
    match = {"If-Match": current.headers["etag"]}
    assert (await planning.organizer.patch(planning.path, json=body, headers=match)).is_success
    hidden = item(access="restricted") | {"title": {"en": "Hidden"}}
    agenda = await planning.put(item(minutes=5) | {"title": TEXTS}, hidden, item("Closing"))
    first = await planning.issue()
    assert first["languages"] == [
        {"language": "en", "complete": True, "missing": 0},
        {"language": "fr", "complete": False, "missing": 2},
    ]
    one, two, three = ({"id": each["id"], "title": TEXTS} for each in agenda["items"])
    await planning.put(item() | one, hidden | two, item() | three)
    assert (await planning.issue())["languages"][1]["complete"] is True
    return planning


async def test_versions_are_read_in_one_language(
    french: Planning, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    public = f"{french.public}/versions"
    for client, path, caching in (
        (french.organizer, f"{french.agenda}/versions", "private"),
        (anonymous, public, "public"),
    ):
        first = await client.get(f"{path}/1?language=fr")
        assert (first.status_code, first.headers["content-language"]) == (200, "fr")
        assert first.headers["cache-control"] == f"{caching}, max-age=31536000, immutable"
        assert "Accept-Language" in first.headers["vary"]
        titles = [each["title"] for each in first.json()["items"]]
        assert titles[0] == {"fr": "Ouverture"}
        assert titles[-1] == {"en": "Closing"}
        assert first.json()["meeting"]["title"] == {"fr": "Réunion"}
        tags = {first.headers["etag"]}
        for asked, language in (
            ("en ; Q=0.3, fr-CH; q=0.9", "fr"),
            ("en", "en"),
            ("zh", None),
            ("*", None),
        ):
            other = await client.get(f"{path}/1", headers={"Accept-Language": asked})
            assert other.headers.get("content-language") == language
            tags.add(other.headers["etag"])
        assert len(tags) == 3
        whole = await client.get(f"{path}/1")
        assert whole.json()["items"][0]["title"] == TEXTS
        again = await client.get(
            f"{path}/1?language=FR", headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        for wrong, status in (("zh", 404), ("french", 422), ("", 422)):
            answer = await client.get(f"{path}/1?language={wrong}")
            assert (answer.status_code, wrong) == (status, wrong)
        assert (await client.get(f"{path}/1?languages=fr")).status_code == 422
        assert (await client.get(f"{path}/1?language=fr&language=en")).status_code == 422
        assert (await client.get(f"{path}/3")).status_code == 404
        for wrong in ("0", "x", "1000001", "%00", "01", "1.0", "+1", "%201"):
            for address in (f"{path}/{wrong}", f"{path}/{wrong}/changes"):
                assert ((await client.get(address)).status_code, address) == (422, address)
    with counted(app) as statements:
        assert (await anonymous.get(f"{public}/2")).json()["number"] == 2
    assert statements == []
    listed = await anonymous.get(public)
    assert [each["languages"][1]["missing"] for each in listed.json()["items"]] == [1, 0]
    assert listed.headers["cache-control"] == "public, no-cache"
    known = await anonymous.get(public, headers={"If-None-Match": listed.headers["etag"]})
    assert known.status_code == 304


def migration(name: str) -> ModuleType:
    """One of the migrations, which are no package."""
    folder = Path(__file__).parents[2] / "migrations" / "versions"
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_versions_from_before_there_were_languages_get_them_and_stay_what_they_are(
    french: Planning, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    old = await Planning.of(french.world, handle="old", committee=french.committee)
    bodies = []
    for client in (french.organizer, anonymous):
        address = french.public if client is anonymous else french.agenda
        body = (await client.get(f"{address}/versions/1")).json()
        del body["sittings"], body["meeting"]["committee"]  # they were not issued then
        bodies.append(dumped(body))
    full, public = bodies
    insert = """
        INSERT INTO agenda_versions (id, created_at, meeting_id, number, revision, status, symbol,
               issued_at, public_body, public_etag, full_body, full_etag)
        VALUES (gen_random_uuid(), now(), :meeting, 1, 0, 'provisional', 'OLD/1', now(),
               :public, :public_etag, :full, :full_etag)
    """
    tags = {"public_etag": etag_of(public), "full_etag": etag_of(full)}
    values = {"meeting": old.id, "public": public, "full": full, **tags}
    path = f"{old.public}/versions"
    async with app.state.database.transaction() as session:
        await session.execute(text(insert), values)
    assert (await anonymous.get(f"{path}/1?language=fr")).status_code == 404
    for _ in range(2):  # the second time there is nothing to do
        async with app.state.database.transaction() as session:
            connection = await session.connection()
            await connection.run_sync(migration("0032_languages_of_old_versions").give_languages)
    for client, base, body in (
        (anonymous, path, public),
        (old.organizer, f"{old.agenda}/versions", full),
    ):
        whole = await client.get(f"{base}/1")
        assert (whole.content, whole.headers["etag"]) == (body, etag_of(body))
        assert "content-language" not in whole.headers
        for language in ("en", "fr"):
            told = await client.get(f"{base}/1?language={language}")
            assert told.content == dumped(in_one_language(json.loads(body), language))
            assert told.headers["etag"] == etag_of(told.content)
            assert told.headers["content-language"] == language
        assert (await client.get(f"{base}/1?language=zh")).status_code == 404
        missing = missing_in(json.loads(body), "fr")
        assert (await client.get(base)).json()["items"][0]["languages"] == [
            {"language": "en", "complete": True, "missing": 0},
            {"language": "fr", "complete": False, "missing": missing},
        ]


async def test_versions_of_what_is_not_public_are_not_there(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    hidden = await Planning.of(planning.world, handle="hidden", public=False)
    await hidden.put(item())
    await hidden.issue()
    for path in ("versions", "versions/1", "versions/1?language=en"):
        assert (await anonymous.get(f"{hidden.public}/{path}")).status_code == 404


async def test_the_meeting_adopts_the_version_that_lies_before_it(
    french: Planning, anonymous: httpx.AsyncClient
) -> None:
    adopt = f"{french.agenda}/adopt"
    early = await french.organizer.post(adopt)
    assert (early.status_code, slug(early)) == (409, "not-in-session")
    await french.organizer.post(f"{french.path}/open")
    await french.add(title="Something else")
    hidden = (await french.read())[0]["items"][1]["id"]
    act = {"chair": "Amina Rossi", "item_id": hidden}
    adopted = await french.organizer.post(adopt, json=act)
    version = adopted.json()
    assert (adopted.status_code, adopted.headers["location"]) == (
        201,
        f"{french.agenda}/versions/3",
    )
    assert (version["status"], version["symbol"]) == (
        "adopted",
        "COORDINATION-COMMITTEE-6/1/Adopted",
    )
    assert version["adoption"] == {
        "adopted_at": version["issued_at"],
        "of_number": 2,
        "amended": False,
        "item_id": hidden,
        "chair": "Amina Rossi",
    }
    bodies = [(await anonymous.get(f"{french.public}/versions/{n}")).json() for n in (2, 3)]
    assert bodies[1]["items"] == bodies[0]["items"]
    assert bodies[1] == (await anonymous.get(french.public)).json()
    listed = (await french.focal_point.get(f"{french.agenda}/versions")).json()["items"]
    shown = version["adoption"] | {"item_id": None}
    assert [each["adoption"] for each in listed] == [None, None, shown]
    public = (await anonymous.get(f"{french.public}/versions")).json()["items"]
    assert public[2]["adoption"] == shown | {"chair": None}
    full = (await french.observer.get(f"{french.agenda}/versions")).json()["items"]
    assert full[2]["adoption"] == version["adoption"]
    again = await french.organizer.post(adopt)
    assert (again.status_code, slug(again), again.json()["allowed"]) == (409, "move-forbidden", [])
    entries = await french.organizer.get(f"/v1/meetings/{french.id}/events?limit=100")
    assert "agenda.adopted" in entries.text
    assert "Amina Rossi" not in entries.text


async def test_the_meeting_adopts_its_agenda_as_orally_amended(planning: Planning) -> None:
    agenda = await planning.put(item("Adoption", "adoption_of_agenda"))
    await planning.issue()
    await planning.organizer.post(f"{planning.path}/open")
    await planning.add(title="Added orally")
    adopt = f"{planning.agenda}/adopt"
    wrong = await planning.organizer.post(
        adopt, json={"amended": True, "item_id": str(planning.id)}
    )
    assert (wrong.status_code, slug(wrong)) == (422, "item-unknown")
    assert (await planning.observer.post(adopt)).status_code == 403
    adopted = await planning.organizer.post(adopt, json={"amended": True})
    assert adopted.json()["adoption"]["item_id"] == agenda["items"][0]["id"]
    body = (await planning.focal_point.get(f"{planning.agenda}/versions/2")).json()
    assert [each["title"]["en"] for each in body["items"]] == ["Adoption", "Added orally"]
