"""The letter over HTTP: who may read it, in which language, under which number."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
from app.letters import endpoints, press
from app.letters.writing import Letter
from app.meetings import queries as meetings
from app.meetings.tables import Meeting
from tests.world import World, post


@pytest.fixture
async def meeting(world: World, set_clock: Any) -> dict[str, Any]:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    committee = await world.committee(
        handle="coordination-committee", name={"en": "Committee", "fr": "Comité"}
    )
    return await world.scheduled(await world.meeting(committee))


def letter_of(invitation: dict[str, Any]) -> str:
    return f"/v1/meetings/{invitation['meeting_id']}/invitations/{invitation['id']}/letter.pdf"


async def test_a_letter_is_a_pdf_with_a_tag_and_a_name(
    world: World, meeting: dict[str, Any]
) -> None:
    entity = await world.entity(language="fr")
    invitation = await world.invitation(meeting, entity)
    assert invitation["reference"] == "COORDINATION-COMMITTEE/1/L.1"
    focal_point = await world.focal_point_of(entity)
    answer = await focal_point.get(letter_of(invitation))
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF")
    kept = ("content-type", "content-disposition", "content-language", "vary", "cache-control")
    assert {name: answer.headers[name] for name in kept} == {
        "content-type": "application/pdf",
        "content-disposition": 'inline; filename="letter-COORDINATION-COMMITTEE-1-L1.pdf"',
        "content-language": "fr",
        "vary": "Accept-Language",
        "cache-control": "private, no-cache",
    }
    tagged = {"If-None-Match": answer.headers["etag"]}
    again = await focal_point.get(letter_of(invitation), headers=tagged)
    assert (again.status_code, again.content) == (304, b"")
    organizers = await world.administrator.get(letter_of(invitation))
    assert organizers.content == answer.content


async def test_the_reader_chooses_the_language(world: World, meeting: dict[str, Any]) -> None:
    invitation = await world.invitation(meeting, await world.entity(language="pt"))
    read = world.administrator.get

    async def language(accepted: str = "", **params: str) -> str:
        headers = {"Accept-Language": accepted} if accepted else {}
        answer = await read(letter_of(invitation), params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["content-language"])

    assert await language() == "en"
    assert await language("de, es-MX;q=0.8, fr;q=0.5") == "es"
    assert await language("fr", language="zh") == "zh"
    refused = await read(letter_of(invitation), params={"language": "de"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "query/language")


async def test_a_draft_is_a_preview_for_organizers(world: World, meeting: dict[str, Any]) -> None:
    entity = await world.entity()
    draft = await world.invitation(meeting, entity, sent=False)
    assert draft["reference"] is None
    preview = await world.administrator.get(letter_of(draft))
    assert (
        'filename="letter-COORDINATION-COMMITTEE-1-draft.pdf"'
        in (preview.headers["content-disposition"])
    )
    assert (await (await world.focal_point_of(entity)).get(letter_of(draft))).status_code == 404


async def test_letters_are_numbered_in_the_order_of_sending_and_no_number_returns(
    world: World, meeting: dict[str, Any], session: AsyncSession
) -> None:
    entities = [await world.entity() for _ in range(4)]
    last = await world.invitation(meeting, entities[3])
    for entity in entities[:3]:
        await world.invitation(meeting, entity, sent=False)
    path = f"/v1/meetings/{meeting['id']}/invitations"
    await post(world.administrator, f"{path}/send?dry_run=true", {"all_drafts": True})
    await post(world.administrator, f"{path}/send", {"all_drafts": True})
    board = (await world.administrator.get(path)).json()["items"]
    assert {row["entity"]["id"]: row["reference"] for row in board} == {
        entity["id"]: f"COORDINATION-COMMITTEE/1/L.{number}"
        for entity, number in zip(entities, (2, 3, 4, 1), strict=True)
    }
    await post(world.administrator, f"{path}/{last['id']}/withdraw")
    again = await world.invitation(meeting, entities[3])
    assert again["reference"] == "COORDINATION-COMMITTEE/1/L.5"
    assert await wrongs(session) == []


async def test_the_log_tells_the_number(world: World, meeting: dict[str, Any]) -> None:
    await world.invitation(meeting, await world.entity())
    path = f"/v1/meetings/{meeting['id']}/events?name=invitation.sent"
    (entry,) = (await world.administrator.get(path)).json()["items"]
    assert entry["data"]["letter_number"] == 1


async def test_no_connection_is_held_while_a_letter_is_set(
    world: World, meeting: dict[str, Any], app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = await world.invitation(meeting, await world.entity())
    held: list[int] = []
    really = press.print_letter

    async def watched(letter: Letter) -> bytes:
        held.append(app.state.database.engine.pool.checkedout())
        return await really(letter)

    monkeypatch.setattr(endpoints, "print_letter", watched)
    assert (await world.administrator.get(letter_of(invitation))).status_code == 200
    assert held == [0]


async def test_letters_that_are_sent_at_once_have_different_numbers(
    world: World, meeting: dict[str, Any]
) -> None:
    drafts = [await world.invitation(meeting, await world.entity(), sent=False) for _ in range(6)]
    sent = await asyncio.gather(*(send(world.administrator, draft) for draft in drafts))
    assert sorted(answer.json()["reference"] for answer in sent) == [
        f"COORDINATION-COMMITTEE/1/L.{number}" for number in range(1, 7)
    ]


async def test_without_the_lock_the_database_refuses_the_second(
    world: World, meeting: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above: both have read the same last number."""
    drafts = [await world.invitation(meeting, await world.entity(), sent=False) for _ in range(2)]
    both = asyncio.Barrier(2)

    async def read_together(session: AsyncSession, meeting_id: UUID) -> Meeting:
        found = await session.get_one(Meeting, meeting_id)
        await both.wait()
        return found

    monkeypatch.setattr(meetings, "lock_meeting", read_together)
    sent = await asyncio.gather(*(send(world.administrator, draft) for draft in drafts))
    assert sorted(answer.status_code for answer in sent) == [200, 409]


async def send(client: httpx.AsyncClient, draft: dict[str, Any]) -> httpx.Response:
    path = f"/v1/meetings/{draft['meeting_id']}/invitations/{draft['id']}/send"
    return await client.post(path)


async def test_who_signs_and_how_letters_go_out_is_the_committees(
    world: World, meeting: dict[str, Any]
) -> None:
    path = f"/v1/committees/{meeting['committee']['id']}"
    before = (await world.administrator.get(path)).json()
    invitation = await world.invitation(meeting, await world.entity())
    unsigned = (await world.administrator.get(letter_of(invitation))).content
    patch = {
        "letter_signatory": "Helen Okoye",
        "letter_signatory_title": {"en": "Secretary", "fr": "Secrétaire"},
        "letter_delivery": "linked",
    }
    changed = await world.administrator.patch(path, json=patch)
    assert changed.json() == before | patch
    assert (await world.administrator.get(letter_of(invitation))).content != unsigned
    taken_back = await world.administrator.patch(path, json=dict.fromkeys(patch))
    assert taken_back.json() == before
    refused = await world.administrator.patch(path, json={"letter_delivery": "by hand"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (
        422,
        "/letter_delivery",
    )
    log = await world.administrator.get("/v1/audit?name=committee.changed")
    assert "Helen Okoye" not in log.text


async def test_signatories_come_by_table_too(world: World) -> None:
    table = (
        "handle,name_en,letter_signatory,letter_signatory_title_en,letter_signatory_title_fr,"
        "letter_delivery\nby-table,By table,Helen Okoye,Secretary,Secrétaire,none\n"
    )
    headers = {"Content-Type": "text/csv"}
    path = "/v1/committees/import"
    made = await world.administrator.post(path, content=table.encode(), headers=headers)
    assert made.status_code == 200, made.text
    committee = (await world.administrator.get("/v1/committees/by-table")).json()
    assert (committee["letter_signatory_title"], committee["letter_delivery"]) == (
        {"en": "Secretary", "fr": "Secrétaire"},
        "none",
    )
