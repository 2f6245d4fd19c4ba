"""Action items over HTTP."""

from uuid import uuid4

import pytest

from app.meetings.lifecycle import MeetingStatus
from tests.attendance.sitting import Sitting, slug
from tests.world import post

S = MeetingStatus


@pytest.fixture
async def owner(sitting: Sitting):
    return await sitting.member(abbreviation="UNODC")


@pytest.fixture
async def action(sitting: Sitting, owner):
    """An action item that the owner is to do."""
    await sitting.becomes(S.IN_SESSION)
    body = {"title": {"en": "Circulate"}, "owner_entity": owner["id"], "due_on": "2022-03-31"}
    return await post(sitting.organizer, f"{sitting.path}/actions", body)


async def test_an_action_item_follows_from_a_decision(sitting: Sitting, action, owner) -> None:
    decision = await post(sitting.organizer, f"{sitting.path}/decisions", {"title": {"en": "Yes"}})
    assert action == {
        "id": action["id"],
        "meeting_id": str(sitting.id),
        "number": 1,
        "title": {"en": "Circulate"},
        "decision_id": None,
        "owner_entity": "unodc",
        "owner_entity_id": owner["id"],
        "due_on": "2022-03-31",
        "status": "open",
        "progress_note": None,
        "created_at": action["created_at"],
    }
    own = f"{sitting.path}/actions/{action['id']}"
    changed = await sitting.organizer.patch(
        own, json={"decision_id": decision["id"], "owner_entity": None, "due_on": None}
    )
    assert changed.json() == action | {
        "decision_id": decision["id"],
        "owner_entity": None,
        "owner_entity_id": None,
        "due_on": None,
    }
    await sitting.organizer.delete(f"{sitting.path}/decisions/{decision['id']}")
    assert (await sitting.organizer.get(own)).json()["decision_id"] is None


async def test_lists_are_filtered_by_status_and_owner(sitting: Sitting, action, owner) -> None:
    other = await post(sitting.organizer, f"{sitting.path}/actions", {"title": {"en": "Else"}})
    own = f"{sitting.path}/actions/{other['id']}"
    done = (await sitting.organizer.patch(own, json={"status": "done"})).json()
    assert (await sitting.get("/actions"))["items"] == [action, done]
    assert (await sitting.get("/actions?status=done"))["items"] == [done]
    for ref in (owner["id"], owner["handle"]):
        assert (await sitting.get(f"/actions?owner_entity={ref}"))["items"] == [action]


async def test_unknown_owners_and_decisions_are_refused(sitting: Sitting, action) -> None:
    own = f"{sitting.path}/actions/{action['id']}"
    for member, value in (
        ("owner_entity", "nobody"),
        ("decision_id", str(uuid4())),
        ("due_on", "9999-01-01"),
        ("due_on", "1648684800"),
        ("status", "lost"),
    ):
        body = {"title": {"en": "Do"}, member: value}
        for answer in (
            await sitting.organizer.post(f"{sitting.path}/actions", json=body),
            await sitting.organizer.patch(own, json={member: value}),
        ):
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{member}"]
    assert (await sitting.organizer.get(own)).json() == action


async def test_the_owner_reports_progress_and_nothing_else(sitting: Sitting, action, owner) -> None:
    own = f"{sitting.path}/actions/{action['id']}"
    focal_point = await sitting.world.focal_point_of(owner)
    report = {"status": "in_progress", "progress_note": "Half of it."}
    assert (await focal_point.patch(own, json=report)).json() == action | report
    same = {"owner_entity": "unodc", "title": {"en": "Circulate"}, "status": "done"}
    assert (await focal_point.patch(own, json=same)).status_code == 200
    for member in ({"title": {"en": "Rest"}}, {"due_on": None}, {"owner_entity": None}):
        answer = await focal_point.patch(own, json=member)
        assert (answer.status_code, slug(answer)) == (403, "only-progress")
    assert (await focal_point.delete(own)).status_code == 403
    other = await sitting.world.focal_point_of(await sitting.member())
    refused = await other.patch(own, json={"status": "dropped"})
    assert (refused.status_code, slug(refused)) == (403, "not-permitted")
    watching = await sitting.observer.patch(own, json={"status": "dropped"})
    assert watching.status_code == 403
    stranger = await sitting.world.focal_point_of(await sitting.world.entity())
    assert (await stranger.patch(own, json={"status": "dropped"})).status_code == 404
    assert (await sitting.organizer.get(own)).json()["status"] == "done"


async def test_the_work_goes_on_after_the_record_is_closed(sitting: Sitting, action, owner) -> None:
    own = f"{sitting.path}/actions/{action['id']}"
    focal_point = await sitting.world.focal_point_of(owner)
    await sitting.becomes(S.CLOSED)
    done = {"status": "done", "progress_note": "Circulated."}
    assert (await focal_point.patch(own, json=done)).json() == action | done
    reopened = await sitting.organizer.patch(own, json={"status": "open"})
    assert reopened.json() == action | done | {"status": "open"}
    for body in ({"title": {"en": "Other"}}, {"due_on": None}, {"owner_entity": None}):
        answer = await sitting.organizer.patch(own, json=body | {"status": "dropped"})
        assert (answer.status_code, slug(answer)) == (409, "meeting-closed")
    deleted = await sitting.organizer.delete(own)
    assert (deleted.status_code, slug(deleted)) == (409, "meeting-closed")


async def test_the_log_tells_the_owner(sitting: Sitting, action, owner) -> None:
    focal_point = await sitting.world.focal_point_of(owner)
    own = f"{sitting.path}/actions/{action['id']}"
    await sitting.organizer.patch(own, json={"status": "done"})
    await sitting.organizer.patch(own, json={"status": "done"})
    await sitting.organizer.delete(own)
    events = (await sitting.get("/events", focal_point))["items"]
    assert [(event["name"], event["data"], event["entity_id"]) for event in events] == [
        ("action.recorded", {"number": 1}, owner["id"]),
        (
            "action.changed",
            {"changes": {"status": {"before": "open", "after": "done"}}},
            owner["id"],
        ),
        ("action.deleted", {"number": 1, "title": {"en": "Circulate"}}, owner["id"]),
    ]
