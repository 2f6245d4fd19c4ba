"""Issued versions: their order, their bytes, and what everybody may see of them."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.identity.lifecycle import LinkPurpose
from app.identity.service import create_link
from app.identity.tokens import link_token
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from tests.agenda.planning import Planning, item, outline, slug
from tests.statements import counted
from tests.world import post

CANARY = "canary-0815"


async def test_provisional_then_revisions_then_adopted(planning: Planning) -> None:
    empty = await planning.organizer.post(f"{planning.agenda}/versions", json={})
    assert (empty.status_code, slug(empty)) == (409, "agenda-empty")
    await planning.put(item())
    early = await planning.organizer.post(f"{planning.agenda}/versions", json={"status": "adopted"})
    assert (slug(early), early.json()["allowed"]) == ("move-forbidden", ["provisional"])
    issued = [
        await planning.issue(),
        await planning.issue(),
        await planning.issue(symbol="CC/2021/6/Rev.2"),
        await planning.issue(status="adopted"),
    ]
    told = [(v["number"], v["status"], v["revision"], v["symbol"]) for v in issued]
    assert told == [
        (1, "provisional", 0, "COORDINATION-COMMITTEE-6/1"),
        (2, "revised", 1, "COORDINATION-COMMITTEE-6/1/Rev.1"),
        (3, "revised", 2, "CC/2021/6/Rev.2"),
        (4, "adopted", 2, "COORDINATION-COMMITTEE-6/1/Adopted"),
    ]
    listed = await planning.focal_point.get(f"{planning.agenda}/versions")
    assert listed.json()["items"] == issued
    late = await planning.organizer.post(f"{planning.agenda}/versions", json={})
    assert (late.status_code, slug(late), late.json()["allowed"]) == (409, "move-forbidden", [])
    agenda, _ = await planning.read()
    assert agenda["symbol"] == "COORDINATION-COMMITTEE-6/1/Adopted"


async def test_a_symbol_names_one_version(planning: Planning) -> None:
    await planning.put(item())
    await planning.issue(symbol="CC/1")
    again = await planning.organizer.post(f"{planning.agenda}/versions", json={"symbol": "CC/1"})
    assert (again.status_code, slug(again)) == (409, "symbol-taken")


async def test_two_organizers_issue_at_once_one_after_the_other(planning: Planning) -> None:
    await planning.put(item())
    await asyncio.gather(*(planning.issue() for _ in range(4)))
    listed = await planning.organizer.get(f"{planning.agenda}/versions?sort=-number")
    assert [each["revision"] for each in listed.json()["items"]] == [3, 2, 1, 0]


async def test_an_issued_version_never_changes(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    agenda = await planning.put(item("Opening", "opening", minutes=15), item("Panel", "panel"))
    await planning.issue()
    kept = [each["id"] for each in agenda["items"]]
    path = f"{planning.agenda}/versions/1"
    before = [await planning.organizer.get(path), await planning.focal_point.get(path)]
    public = await anonymous.get(planning.public)
    assert before[1].content == public.content
    await planning.put(*(item("Something else", id=each) for each in kept[::-1]))
    async with planning.world.app.state.database.transaction() as changing:
        (await lock_meeting(changing, planning.id)).title = {"en": "Another title"}
    after = [await planning.organizer.get(path), await planning.focal_point.get(path)]
    assert [each.content for each in after] == [each.content for each in before]
    assert [each.headers["etag"] for each in after] == [each.headers["etag"] for each in before]
    assert after[0].headers["cache-control"] == "private, max-age=31536000, immutable"
    assert (await anonymous.get(planning.public)).content == public.content
    unchanged = await planning.organizer.get(
        path, headers={"If-None-Match": after[0].headers["etag"]}
    )
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agenda_versions SET symbol = 'X'",
        "UPDATE agenda_versions SET public_body = ''",
        "DELETE FROM agenda_versions",
        "DELETE FROM meetings",
    ],
)
async def test_the_database_refuses_to_change_a_version(
    planning: Planning, database_url: str, statement: str
) -> None:
    await planning.put(item())
    await planning.issue()
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_body_has_all_that_a_reader_needs(planning: Planning) -> None:
    group = await planning.world.committee(parent=planning.committee["id"], number=1)
    agenda = await planning.put(
        item("Opening", "opening", minutes=15, note={"en": "A note"}),
        item("Panel", "panel", minutes=60),
        item("Briefing", "briefing", working_group=group["handle"], presenter="Li Wei"),
    )
    panel = await planning.panel(agenda["items"][1]["id"])
    await planning.panellist(panel, "invite", "confirm", name="Second", minutes=10)
    await planning.panellist(panel, "invite", name="First", role="moderator", position=0)
    for verbs in ([], ["invite", "decline"], ["invite", "confirm", "withdraw"]):
        await planning.panellist(panel, *verbs, name=CANARY, position=0)
    await planning.issue()
    answer = await planning.organizer.get(f"{planning.agenda}/versions/1")
    body = answer.json()
    assert CANARY not in answer.text
    assert "@example.org" not in answer.text
    assert {k: v for k, v in body.items() if k not in {"meeting", "items", "issued_at"}} == {
        "symbol": "COORDINATION-COMMITTEE-6/1",
        "status": "provisional",
        "number": 1,
        "revision": 0,
        "sittings": [],
    }
    assert body["meeting"] == {
        "id": str(planning.id),
        "handle": "coordination-committee-6",
        "title": {"en": "6th meeting"},
        "format": "virtual",
        "venue": None,
        "timezone": "America/New_York",
        "starts_at": "2021-10-08T14:00:00Z",
        "ends_at": "2021-10-08T17:00:00Z",
        "local_start": "2021-10-08T10:00:00",
        "local_end": "2021-10-08T13:00:00",
        "languages": ["en"],
        "committee": {
            "handle": planning.committee["handle"],
            "name": planning.committee["name"],
        },
    }
    second = _speaker(1, "Second", minutes=10, status="confirmed")
    assert body["items"][1]["panel"] == {
        "title": {"en": "Recent developments"},
        "panellists": [_speaker(0, "First", "moderator"), second],
    }
    assert body["items"][2]["working_group"] == {"handle": group["handle"], "name": group["name"]}
    assert body["items"][2]["presenter"] == "Li Wei"
    assert (body["items"][0]["note"], body["items"][0]["local_end"]) == (
        {"en": "A note"},
        "2021-10-08T10:15:00",
    )


def _speaker(
    position: int,
    name: str,
    role: str = "panellist",
    minutes: int | None = None,
    status: str = "invited",
) -> dict[str, Any]:
    return {
        "position": position,
        "role": role,
        "name": name,
        "honorific": None,
        "job_title": None,
        "affiliation": None,
        "status": status,
        "minutes": minutes,
    }


async def test_restricted_items_are_in_no_public_byte(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    agenda = await planning.put(
        item("Opening", minutes=5),
        item(
            CANARY,
            "panel",
            access="restricted",
            note={"en": CANARY},
            presenter=CANARY,
            items=[item(CANARY), item(CANARY, "panel")],
        ),
        item("Closing", items=[item(CANARY, access="restricted"), item("Last")]),
    )
    for hidden in (agenda["items"][1], agenda["items"][1]["items"][1]):
        panel = await planning.panel(hidden["id"], title={"en": CANARY})
        person = await planning.panellist(panel, "invite", name=CANARY)
        path = f"{planning.path}/panels/{panel['id']}"
        for secret in (path, f"{path}/panellists", f"{path}/panellists/{person['id']}"):
            assert (await planning.organizer.get(secret)).status_code == 200
            assert (await planning.focal_point.get(secret)).status_code == 404
    await planning.issue()
    answers = [
        await anonymous.get(planning.public),
        await anonymous.get(f"/v1/public/meetings/{planning.id}/agenda"),
        await planning.focal_point.get(f"{planning.agenda}/versions/1"),
        await planning.focal_point.get(f"{planning.agenda}/versions"),
        await planning.focal_point.get(planning.agenda),
        await planning.focal_point.get(f"{planning.path}/panels"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [CANARY in answer.text for answer in answers] == [False] * 6
    shown = [(number, title) for number, title, *_ in outline(answers[0].json()["items"])]
    assert shown == [("1", "Opening"), ("3", "Closing"), ("3(b)", "Last")]
    full = await planning.observer.get(f"{planning.agenda}/versions/1")
    assert full.text.count(CANARY) == 10
    assert "@example.org" not in full.text


async def test_a_version_of_another_meeting_is_not_there(planning: Planning) -> None:
    await planning.put(item())
    await planning.issue()
    other = await Planning.of(planning.world, handle="other", committee=planning.committee)
    for number, status in ((1, 404), (0, 422), (2**31, 422), ("x", 422)):
        answer = await planning.organizer.get(f"{other.agenda}/versions/{number}")
        assert answer.status_code == status


async def test_everybody_reads_the_version_in_force(
    planning: Planning, anonymous: httpx.AsyncClient
) -> None:
    await planning.put(item("Opening"))
    none_yet = await anonymous.get(planning.public)
    assert (none_yet.status_code, none_yet.headers["cache-control"]) == (404, "no-store")
    await planning.issue()
    first = await anonymous.get(planning.public)
    assert (first.status_code, first.json()["symbol"]) == (200, "COORDINATION-COMMITTEE-6/1")
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["content-type"] == "application/json"
    by_id = await anonymous.get(f"/v1/public/meetings/{planning.id}/agenda")
    assert by_id.content == first.content
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        same = await anonymous.get(planning.public, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    await planning.issue()
    second = await anonymous.get(planning.public, headers={"If-None-Match": etag})
    assert (second.status_code, second.json()["number"]) == (200, 2)


async def test_the_public_agenda_takes_no_session(
    planning: Planning, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    await planning.put(item("Opening"))
    await planning.issue()
    with counted(app) as statements:
        assert (await anonymous.get(planning.public)).status_code == 200
    assert statements == []


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"public": False}, MeetingStatus.SCHEDULED),
        ({}, MeetingStatus.DRAFT),
        ({}, MeetingStatus.CANCELLED),
        ({"public": False}, MeetingStatus.DRAFT),
    ],
)
async def test_what_is_not_public_is_not_there(
    planning: Planning,
    anonymous: httpx.AsyncClient,
    members: dict[str, Any],
    status: MeetingStatus,
) -> None:
    """And nobody was told of a meeting that is cancelled while it is a draft."""
    before = status if status is MeetingStatus.SCHEDULED else MeetingStatus.DRAFT
    hidden = await Planning.of(planning.world, handle="hidden", status=before, **members)
    await hidden.put(item())
    await hidden.issue()
    await hidden.becomes(status)
    answers = [
        await anonymous.get(hidden.public),
        await anonymous.get("/v1/public/meetings/no-such-meeting/agenda"),
    ]
    problems = [{k: v for k, v in a.json().items() if k != "instance"} for a in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert problems[0] == problems[1]


@pytest.mark.parametrize(
    "ref", ["a%00b", "x" * 81, "x" * 5000, "%ED%A0%80", "'; DROP", "a%2Fb", "A-B", "{}"]
)
async def test_a_name_that_is_none_does_not_reach_the_database(
    app: FastAPI, anonymous: httpx.AsyncClient, ref: str
) -> None:
    pool = await app.state.database.reads()
    await pool.close()
    answer = await anonymous.get(f"/v1/public/meetings/{ref}/agenda")
    assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_parameters_of_the_public_agenda_are_refused(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/v1/public/meetings/some-meeting/agenda?limit=1")
    assert (answer.status_code, slug(answer)) == (422, "invalid")


async def test_without_a_database_the_public_agenda_is_unavailable(
    planning: Planning, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    pool = await app.state.database.reads()
    await pool.close()
    answer = await anonymous.get(planning.public)
    assert (answer.status_code, slug(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_public_bytes_are_what_the_document_says(
    planning: Planning, anonymous: httpx.AsyncClient, app: FastAPI
) -> None:
    await planning.put(item("Opening"))
    await planning.issue()
    operation = app.openapi()["paths"]["/v1/public/meetings/{m}/agenda"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/IssuedAgenda"}
    assert operation["security"] == []
    assert [each["name"] for each in operation["parameters"]] == ["m", "If-None-Match"]
    body = json.loads((await anonymous.get(planning.public)).content)
    assert list(body) == list(app.openapi()["components"]["schemas"]["IssuedAgenda"]["properties"])


async def test_issuing_takes_as_many_statements_for_many_items(
    planning: Planning, app: FastAPI
) -> None:
    kept = (await planning.put(item()))["items"][0]["id"]
    await planning.issue()
    with counted(app) as few:
        await planning.issue()
    panels = [item(kind="panel", id=kept), *(item(kind="panel") for _ in range(30))]
    agenda = await planning.put(*panels)
    for each in agenda["items"][:3]:
        panel = await planning.panel(each["id"])
        await planning.panellist(panel, "invite")
    with counted(app) as many:
        await planning.issue()
    assert len(many) == len(few)


async def test_the_holder_of_an_invitation_sees_what_participants_see(
    planning: Planning, session: AsyncSession
) -> None:
    entity = await planning.world.entity()
    invitation = Invitation(
        meeting_id=planning.id,
        entity_id=UUID(entity["id"]),
        seat_quota=5,
        sent_at=clock.now(),
        status=InvitationStatus.SENT,
    )
    person = await planning.world.person(entity)
    session.add(invitation)
    link = create_link(
        session,
        LinkPurpose.ANSWER_INVITATION,
        invitation.id,
        UUID(person["id"]),
        clock.now() + timedelta(days=30),
    )
    await session.commit()
    token = link_token(planning.world.app.state.secret, link.id)
    nobody = await planning.world.client(None)
    exchanged = await post(nobody, "/v1/links/exchange", {"token": token})
    holder = await planning.world.client(exchanged["token"])
    await planning.put(item("Public"), item(CANARY, access="restricted"))
    before = await holder.get(planning.agenda)
    assert (before.status_code, slug(before)) == (404, "agenda-not-issued")
    await planning.issue()
    answers = [
        await holder.get(planning.agenda),
        await holder.get(f"{planning.agenda}/versions/1"),
        await holder.get(f"{planning.path}/panels"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [CANARY in answer.text for answer in answers] == [False] * 3
    refused = await holder.post(f"{planning.agenda}/versions", json={})
    assert refused.status_code == 403
