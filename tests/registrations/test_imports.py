"""Registering from a table: previewed row by row, all or nothing or each for itself, and again."""

from typing import Any

import httpx
import pytest

from app.check import wrongs
from tests.world import World

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


def path_of(meeting: dict[str, Any]) -> str:
    return f"/v1/meetings/{meeting['handle']}/registrations"


async def send(
    client: httpx.AsyncClient, path: str, table: str | bytes, kind: str = "text/plain", **query: Any
) -> httpx.Response:
    return await client.post(path, content=table, headers={"Content-Type": kind}, params=query)


async def imported(
    client: httpx.AsyncClient, path: str, table: str | bytes, kind: str = "text/plain", **query: Any
) -> dict[str, Any]:
    answer = await send(client, path, table, kind, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(result: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    return [(row["row"], row["outcome"], row["problem"]) for row in result["rows"]]


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
    path = f"{path_of(meeting)}/import"
    shown = await imported(focal_point, path, PASTED, dry_run=True)
    assert outcomes(shown) == EXPLAINED
    assert shown["rows"][3]["errors"][0]["pointer"] == "/e_mail"
    assert shown["rows"][4]["waiting_position"] == 1
    assert shown["rows"][6]["same_as_row"] == 3
    assert {column["heading"]: column["member"] for column in shown["columns"]} == {
        "title": "honorific", "nom": "last_name", "prénom": "first_name",
        "e_mail": "email", "fonction": "job_title", "role": "role",
    }  # fmt: skip
    assert (await focal_point.get(path_of(meeting))).json()["items"] == []
    refused = await send(focal_point, path, PASTED)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "rows-refused")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/4", "/5/e_mail"]
    assert (await focal_point.get(path_of(meeting))).json()["items"] == []
    people = f"/v1/entities/{entity['id']}/people"
    assert (await focal_point.get(people)).json()["items"] == []
    done = await imported(focal_point, path, PASTED, mode="rows")
    assert outcomes(done) == EXPLAINED
    counted = {name: done[name] for name in ("confirmed", "waiting", "already_there", "refused")}
    assert counted == {"confirmed": 3, "waiting": 1, "already_there": 1, "refused": 2}
    items = (await focal_point.get(path_of(meeting))).json()["items"]
    assert [(i["person"]["name"], i["role"], i["status"]) for i in items] == [
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
