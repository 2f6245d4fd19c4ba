"""Panels and the people on them over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.events.tables import LogEntry
from app.meetings.lifecycle import MeetingStatus
from tests.agenda.planning import Planning, item, slug
from tests.statements import counted
from tests.world import post

PATCH = {"Content-Type": "application/merge-patch+json"}
_WALLS = ("local_start", "local_end")


@pytest.fixture
async def panel(planning: Planning) -> dict[str, Any]:
    agenda = await planning.put(item("Panel", "panel", minutes=60))
    found: dict[str, Any] = await planning.panel(agenda["items"][0]["id"])
    return found


def people(planning: Planning, panel: dict[str, Any]) -> str:
    return f"{planning.path}/panels/{panel['id']}/panellists"


async def names(planning: Planning, panel: dict[str, Any]) -> list[tuple[str, int]]:
    answer = await planning.organizer.get(people(planning, panel))
    return [(each["name"], each["position"]) for each in answer.json()["items"]]


async def test_a_panel_hangs_on_one_item_of_its_kind(planning: Planning) -> None:
    agenda = await planning.put(item("Panel", "panel"), item("Talk", "discussion"))
    panel_item, talk = agenda["items"]
    other = await Planning.of(planning.world, handle="other", committee=planning.committee)
    foreign = await other.add(title="Panel", kind="panel")
    path = f"{planning.path}/panels"
    for wrong in (talk["id"], foreign["id"], str(uuid4())):
        body = {"item_id": wrong, "title": {"en": "Panel"}}
        refused = await planning.organizer.post(path, json=body)
        assert (refused.status_code, slug(refused)) == (422, "not-a-panel-item")
        assert refused.json()["errors"][0]["pointer"] == "/item_id"
    body = {"item_id": panel_item["id"], "title": {"en": "Recent developments"}}
    created = await planning.organizer.post(path, json=body)
    assert created.status_code == 201
    assert created.headers["location"] == f"{path}/{created.json()['id']}"
    assert created.json()["concept_note"] == {}
    again = await planning.organizer.post(path, json=body)
    assert (again.status_code, slug(again)) == (409, "panel-exists")
    listed = await planning.observer.get(path)
    assert listed.json()["items"] == [created.json()]


async def test_what_breaks_a_rule_about_several_members_is_shown_at_one(
    planning: Planning, panel: dict[str, Any]
) -> None:
    """So that a form has a field to show it at."""
    path, half = f"{planning.path}/panels/{panel['id']}", "2021-10-01T10:30:00"
    base = item("Talk", flexible=True, minutes=5)
    moderators = [{"name": name, "role": "moderator"} for name in ("Ada", "Bo")]
    assert (await planning.organizer.post(f"{path}/panellists", json=moderators[0])).is_success
    paper = {"kind": "report", "title": {"en": "x"}} | dict.fromkeys(
        ("item_id", "panel_id"), panel["item_id"]
    )
    for method, where, body, pointer in (
        ("POST", f"{planning.agenda}/items", base, "/minutes"),
        ("PUT", planning.agenda, {"items": [item("A"), base]}, "/items/1/minutes"),
        ("PUT", f"{path}/rehearsal", {"local_start": half}, "/local_end"),
        ("PUT", f"{path}/rehearsal", {"note": "Soon."}, "/starts_at"),
        ("PUT", f"{path}/rehearsal", dict.fromkeys(_WALLS, half), "/local_end"),
        ("POST", f"{path}/panellists", moderators[1], "/role"),
        ("POST", f"{planning.path}/documents", paper, "/panel_id"),
    ):
        answer = await planning.organizer.request(
            method, where, json=body, headers={"If-Match": "*"} if where == planning.agenda else {}
        )
        assert answer.is_client_error
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_panel_is_changed_and_deleted_while_nobody_was_asked(
    planning: Planning, panel: dict[str, Any]
) -> None:
    path = f"{planning.path}/panels/{panel['id']}"
    read = await planning.organizer.get(path)
    body = {"concept_note": {"en": "What it is about."}}
    headers = {"If-Match": read.headers["etag"]} | PATCH
    changed = await planning.organizer.patch(path, json=body, headers=headers)
    assert changed.json() == panel | body
    stale = await planning.organizer.patch(path, json={"title": {"en": "X"}}, headers=headers)
    assert stale.status_code == 412
    person = await planning.panellist(panel)
    await post(planning.organizer, f"{path}/panellists/{person['id']}/invite")
    refused = await planning.organizer.delete(path)
    assert (refused.status_code, slug(refused)) == (409, "panellist-asked")
    agenda = await planning.add(title="Second", kind="panel")
    second = await planning.panel(agenda["id"])
    await planning.panellist(second)
    gone = await planning.organizer.delete(f"{planning.path}/panels/{second['id']}")
    assert gone.status_code == 204
    assert (await planning.organizer.delete(f"{planning.path}/panels/{uuid4()}")).status_code == 404


async def test_people_have_an_order(planning: Planning, panel: dict[str, Any]) -> None:
    for name in ("B", "C"):
        await planning.panellist(panel, name=name)
    first = await planning.panellist(panel, name="A", position=0, email="A@Example.org")
    assert first["email"] == "a@example.org"
    assert await names(planning, panel) == [("A", 0), ("B", 1), ("C", 2)]
    path = f"{people(planning, panel)}/{first['id']}"
    moved = await planning.organizer.patch(path, json={"position": 2}, headers=PATCH)
    assert moved.json() == first | {"position": 2}
    assert await names(planning, panel) == [("B", 0), ("C", 1), ("A", 2)]
    same = await planning.organizer.patch(path, json={"minutes": 10}, headers=PATCH)
    assert same.json() == first | {"position": 2, "minutes": 10}
    refused = await planning.organizer.patch(path, json={"position": 3}, headers=PATCH)
    assert (refused.status_code, slug(refused)) == (422, "position-unknown")
    backwards = await planning.organizer.get(f"{people(planning, panel)}?sort=-position")
    assert [each["name"] for each in backwards.json()["items"]] == ["A", "C", "B"]


async def test_the_verbs_follow_the_life_of_a_panellist(
    planning: Planning, panel: dict[str, Any]
) -> None:
    person = await planning.panellist(panel)
    path = f"{people(planning, panel)}/{person['id']}"
    early = await planning.organizer.post(f"{path}/confirm")
    assert (early.status_code, slug(early)) == (409, "move-forbidden")
    assert (early.json()["state"], early.json()["allowed"]) == ("proposed", ["invite"])
    assert person["allowed"] == ["invite"]
    for verb, status, allowed in (
        ("invite", "invited", ["confirm", "decline", "withdraw"]),
        ("confirm", "confirmed", ["withdraw"]),
        ("withdraw", "withdrawn", []),
    ):
        moved = await planning.organizer.post(f"{path}/{verb}")
        assert (moved.status_code, moved.json()["status"]) == (200, status)
        assert moved.json()["allowed"] == allowed
    over = await planning.organizer.post(f"{path}/invite")
    assert (over.status_code, over.json()["allowed"]) == (409, [])
    kept = await planning.organizer.delete(path)
    assert (kept.status_code, slug(kept)) == (409, "panellist-asked")
    other = await planning.panellist(panel, "invite", "decline")
    assert other["status"] == "declined"
    proposed = await planning.panellist(panel)
    gone = await planning.organizer.delete(f"{people(planning, panel)}/{proposed['id']}")
    assert gone.status_code == 204


async def test_one_moderator_at_most(planning: Planning, panel: dict[str, Any]) -> None:
    first = await planning.panellist(panel, "invite", role="moderator")
    body = {"name": "Second", "role": "moderator"}
    refused = await planning.organizer.post(people(planning, panel), json=body)
    assert (refused.status_code, slug(refused)) == (409, "moderator-taken")
    other = await planning.panellist(panel)
    path = f"{people(planning, panel)}/{other['id']}"
    refused = await planning.organizer.patch(path, json={"role": "moderator"}, headers=PATCH)
    assert (refused.status_code, slug(refused)) == (409, "moderator-taken")
    await post(planning.organizer, f"{people(planning, panel)}/{first['id']}/decline")
    changed = await planning.organizer.patch(path, json={"role": "moderator"}, headers=PATCH)
    assert changed.json()["role"] == "moderator"


async def test_a_panel_has_room_for_fifty(planning: Planning, panel: dict[str, Any]) -> None:
    for _ in range(50):
        await planning.panellist(panel)
    refused = await planning.organizer.post(people(planning, panel), json={"name": "One more"})
    assert (refused.status_code, slug(refused)) == (409, "panel-full")


async def test_participants_see_who_is_on_the_panel_without_addresses(
    planning: Planning, panel: dict[str, Any]
) -> None:
    proposed = await planning.panellist(panel, name="Proposed")
    await planning.panellist(panel, "invite", name="Invited")
    await planning.panellist(panel, "invite", "confirm", name="Confirmed")
    declined = await planning.panellist(panel, "invite", "decline", name="Declined")
    path = people(planning, panel)
    for hidden in (f"{planning.path}/panels", f"{planning.path}/panels/{panel['id']}", path):
        answer = await planning.focal_point.get(hidden)
        assert (answer.status_code, slug(answer)) == (404, "agenda-not-issued")
    await planning.issue()
    for client, counted_there in ((planning.focal_point, False), (planning.observer, True)):
        (board,) = (await client.get(f"{planning.path}/panels")).json()["items"]
        alone = (await client.get(f"{planning.path}/panels/{panel['id']}")).json()
        assert (board, board["people"] is not None) == (alone, counted_there)
    seen = await planning.focal_point.get(path)
    assert [each["name"] for each in seen.json()["items"]] == ["Invited", "Confirmed"]
    assert "@" not in seen.text
    for person in (proposed, declined):
        assert (await planning.focal_point.get(f"{path}/{person['id']}")).status_code == 404
    observed = await planning.observer.get(path)
    assert len(observed.json()["items"]) == 4
    assert "@" not in observed.text
    one = await planning.observer.get(f"{path}/{proposed['id']}")
    assert (one.json()["name"], one.json()["email"]) == ("Proposed", None)
    assert one.json()["allowed"] == []
    organized = await planning.organizer.get(path)
    assert organized.text.count("@example.org") == 4


@pytest.mark.parametrize("who", ["observer", "focal_point"])
async def test_only_organizers_change_panels(
    planning: Planning, panel: dict[str, Any], who: str
) -> None:
    person = await planning.panellist(panel, "invite")
    await planning.issue()
    client = getattr(planning, who)
    answers = await _every_change(planning, client, panel, person)
    assert [answer.status_code for answer in answers] == [403] * 10


@pytest.mark.parametrize("status", [MeetingStatus.CLOSED, MeetingStatus.CANCELLED])
async def test_nothing_changes_after_the_end(
    planning: Planning, panel: dict[str, Any], status: MeetingStatus
) -> None:
    person = await planning.panellist(panel, "invite")
    await planning.becomes(status)
    answers = await _every_change(planning, planning.organizer, panel, person)
    assert [slug(answer) for answer in answers] == ["meeting-closed"] * 10
    people = await planning.organizer.get(f"{planning.path}/panels/{panel['id']}/panellists")
    assert [each["allowed"] for each in people.json()["items"]] == [[]]


async def _every_change(
    planning: Planning, client: Any, panel: dict[str, Any], person: dict[str, Any]
) -> list[Any]:
    panels, one = f"{planning.path}/panels", f"{planning.path}/panels/{panel['id']}"
    path = f"{one}/panellists/{person['id']}"
    return [
        await client.post(panels, json={"item_id": panel["item_id"], "title": {"en": "P"}}),
        await client.patch(one, json={"title": {"en": "P"}}, headers=PATCH),
        await client.delete(one),
        await client.post(f"{one}/panellists", json={"name": "Somebody"}),
        await client.patch(path, json={"minutes": 1}, headers=PATCH),
        await client.delete(path),
        *[await client.post(f"{path}/{verb}") for verb in _VERBS],
    ]


_VERBS = ("invite", "confirm", "decline", "withdraw")


async def test_a_child_under_the_wrong_parent_is_not_there(
    planning: Planning, panel: dict[str, Any]
) -> None:
    person = await planning.panellist(panel, "invite")
    second = await planning.panel((await planning.add(kind="panel"))["id"])
    other = await Planning.of(planning.world, handle="other", committee=planning.committee)
    organizer = planning.organizer
    for path in (
        f"{other.path}/panels/{panel['id']}",
        f"{other.path}/panels/{panel['id']}/panellists",
        f"{other.path}/panels/{panel['id']}/panellists/{person['id']}",
        f"{planning.path}/panels/{second['id']}/panellists/{person['id']}",
    ):
        assert (await organizer.get(path)).status_code == 404
    for path in (
        f"{other.path}/panels/{panel['id']}/panellists/{person['id']}",
        f"{planning.path}/panels/{second['id']}/panellists/{person['id']}",
    ):
        assert (await organizer.post(f"{path}/confirm")).status_code == 404
        patched = await organizer.patch(path, json={"minutes": 1}, headers=PATCH)
        assert patched.status_code == 404
        assert (await organizer.delete(path)).status_code == 404


async def test_the_log_names_nobody(
    planning: Planning, panel: dict[str, Any], session: AsyncSession
) -> None:
    person = await planning.panellist(panel, "invite", name="Canary", email="canary@example.org")
    path = f"{people(planning, panel)}/{person['id']}"
    body = {"name": "Canary Two", "email": None}
    await planning.organizer.patch(path, json=body, headers=PATCH)
    statement = (
        select(LogEntry.name, LogEntry.data)  # type: ignore[call-overload]  # SQLModel's columns
        .where(LogEntry.meeting_id == planning.id, LogEntry.name.like("panel%"))  # type: ignore[attr-defined]  # a column too
        .order_by(LogEntry.id)
    )
    entries = [(name, data) for name, data in (await session.execute(statement)).all()]
    about = {"panel_id": panel["id"]}
    assert entries == [
        ("panel.created", {"item_id": panel["item_id"]}),
        ("panellist.added", about | {"role": "panellist"}),
        ("panellist.invited", about | {"before": "proposed", "after": "invited"}),
        ("panellist.changed", about | {"members": ["name", "email"]}),
        ("panellist.readdressed", about),
    ]


async def test_lists_take_as_many_statements_for_many_rows(
    planning: Planning, panel: dict[str, Any], app: FastAPI
) -> None:
    paths = (f"{planning.path}/panels", people(planning, panel), f"{planning.agenda}/conflicts")
    await planning.panellist(panel)
    counts = []
    for _ in range(2):
        for path in paths:
            with counted(app) as statements:
                assert (await planning.organizer.get(path)).status_code == 200
            counts.append(len(statements))
        for _ in range(5):
            second = await planning.panel((await planning.add(kind="panel"))["id"])
            await planning.panellist(second)
            await planning.panellist(panel)
    assert counts[:3] == counts[3:]
