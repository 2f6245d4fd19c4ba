"""Decisions over HTTP."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from app.agenda.lifecycle import ItemKind
from app.agenda.tables import AgendaItem
from app.meetings.lifecycle import MeetingStatus
from tests.attendance.sitting import START, Sitting, slug
from tests.statements import counted
from tests.world import post

S = MeetingStatus
BODY = {"title": {"en": "Work plan adopted"}, "text": {"en": "The committee adopts it."}}


async def test_a_decision_is_recorded_corrected_and_taken_back(sitting: Sitting) -> None:
    path = f"{sitting.path}/decisions"
    await sitting.becomes(S.IN_SESSION)
    created = await sitting.organizer.post(path, json=BODY)
    assert created.status_code == 201
    decision = created.json()
    own = f"{path}/{decision['id']}"
    assert created.headers["location"] == own
    assert (decision["number"], decision["text"]) == (1, BODY["text"])
    assert decision["adopted_at"].startswith("2021-10-08T14:00:0")
    changed = await sitting.organizer.patch(
        own,
        json={"title": {"fr": "Plan adopté"}, "text": {"en": None}},
        headers={"If-Match": created.headers["etag"]},
    )
    assert changed.json() == decision | {
        "title": {"en": "Work plan adopted", "fr": "Plan adopté"},
        "text": {},
    }
    stale = await sitting.organizer.patch(
        own, json={"text": {}}, headers={"If-Match": created.headers["etag"]}
    )
    assert (stale.status_code, slug(stale)) == (412, "precondition-failed")
    read = await sitting.organizer.get(own)
    assert (read.json(), read.headers["etag"]) == (changed.json(), changed.headers["etag"])
    assert (await sitting.organizer.delete(own)).status_code == 204
    assert (await sitting.organizer.get(own)).status_code == 404
    events = (await sitting.world.administrator.get("/v1/audit?sort=recorded")).json()["items"]
    told = [(e["name"], e["data"]) for e in events if e["name"].startswith("decision.")]
    assert told == [
        ("decision.recorded", {"number": 1}),
        (
            "decision.changed",
            {
                "changes": {
                    "title": {"before": decision["title"], "after": changed.json()["title"]},
                    "text": {"before": decision["text"], "after": {}},
                }
            },
        ),
        ("decision.deleted", {"number": 1, "title": changed.json()["title"]}),
    ]


async def test_numbers_follow_each_other_also_at_once(sitting: Sitting) -> None:
    await sitting.becomes(S.IN_SESSION)
    path = f"{sitting.path}/decisions"
    made = await asyncio.gather(*(post(sitting.organizer, path, BODY) for _ in range(12)))
    assert sorted(decision["number"] for decision in made) == list(range(1, 13))
    listed = await sitting.get("/decisions?limit=200")
    assert [decision["number"] for decision in listed["items"]] == list(range(1, 13))
    down = await sitting.get("/decisions?sort=-number&limit=2")
    assert [decision["number"] for decision in down["items"]] == [12, 11]


@pytest.mark.parametrize(
    ("status", "code", "problem"),
    [
        (S.DRAFT, 409, "meeting-not-opened"),
        (S.SCHEDULED, 409, "meeting-not-opened"),
        (S.POSTPONED, 409, "meeting-not-opened"),
        (S.IN_SESSION, 201, None),
        (S.SUSPENDED, 201, None),
        (S.ADJOURNED, 201, None),
        (S.CLOSED, 409, "meeting-closed"),
        (S.CANCELLED, 409, "meeting-closed"),
    ],
)
@pytest.mark.parametrize("kind", ["decisions", "actions"])
async def test_the_record_is_written_from_the_opening_to_the_closing(
    sitting: Sitting, status, code, problem, kind
) -> None:
    await sitting.becomes(status)
    body = {"title": {"en": "Anything"}}
    answer = await sitting.organizer.post(f"{sitting.path}/{kind}", json=body)
    assert answer.status_code == code
    assert problem is None or slug(answer) == problem


async def test_nothing_changes_once_the_meeting_is_closed(sitting: Sitting) -> None:
    await sitting.becomes(S.IN_SESSION)
    decision = await post(sitting.organizer, f"{sitting.path}/decisions", BODY)
    own = f"{sitting.path}/decisions/{decision['id']}"
    await sitting.becomes(S.CLOSED)
    for answer in (
        await sitting.organizer.patch(own, json={"title": {"en": "Other"}}),
        await sitting.organizer.delete(own),
    ):
        assert (answer.status_code, slug(answer)) == (409, "meeting-closed")
    assert (await sitting.organizer.get(own)).json() == decision


async def test_a_decision_belongs_to_the_agenda_and_to_the_time_of_the_meeting(
    sitting: Sitting, set_clock
) -> None:
    await sitting.becomes(S.IN_SESSION)
    async with sitting.world.app.state.database.transaction() as session:
        item = AgendaItem(
            meeting_id=sitting.id, position=0, kind=ItemKind.DECISION, title={"en": "Decisions"}
        )
        session.add(item)
    set_clock(START + timedelta(hours=1))
    path = f"{sitting.path}/decisions"
    kept = await post(
        sitting.organizer,
        path,
        BODY | {"item_id": str(item.id), "adopted_at": "2021-10-08T10:30:00-04:00"},
    )
    assert (kept["item_id"], kept["adopted_at"]) == (str(item.id), "2021-10-08T14:30:00Z")
    unknown = await sitting.organizer.post(path, json=BODY | {"item_id": str(uuid4())})
    assert (unknown.status_code, slug(unknown)) == (422, "item-unknown")
    own = f"{path}/{kept['id']}"
    moved = await sitting.organizer.patch(own, json={"item_id": str(uuid4())})
    assert (moved.status_code, slug(moved)) == (422, "item-unknown")
    for instant in ("2021-10-08T13:59:00Z", "2021-10-08T15:10:00Z"):
        answer = await sitting.organizer.post(path, json=BODY | {"adopted_at": instant})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/adopted_at"]
    freed = await sitting.organizer.patch(own, json={"item_id": None})
    assert freed.json()["item_id"] is None
    without = await sitting.organizer.patch(own, json={"adopted_at": None, "title": None})
    pointers = [error["pointer"] for error in without.json()["errors"]]
    assert (without.status_code, pointers) == (422, ["/title", "/adopted_at"])


async def test_whoever_sees_the_meeting_reads_and_only_organizers_write(
    sitting: Sitting, anonymous
) -> None:
    await sitting.becomes(S.IN_SESSION)
    decision = await post(sitting.organizer, f"{sitting.path}/decisions", BODY)
    member = await sitting.world.focal_point_of(await sitting.member())
    stranger = await sitting.world.focal_point_of(await sitting.world.entity())
    own = f"{sitting.path}/decisions/{decision['id']}"
    cases = [
        (sitting.world.administrator, 200, 200),
        (sitting.organizer, 200, 200),
        (sitting.observer, 200, 403),
        (member, 200, 403),
        (stranger, 404, 404),
        (anonymous, 401, 401),
    ]
    for client, reads, writes in cases:
        assert (await client.get(f"{sitting.path}/decisions")).status_code == reads
        assert (await client.get(own)).status_code == reads
        assert (await client.patch(own, json={"text": {"en": "Same."}})).status_code == writes
        if writes != 200:
            assert (await client.delete(own)).status_code == writes
            assert (await client.post(f"{sitting.path}/decisions", json=BODY)).status_code == writes


async def test_a_decision_under_another_meeting_is_not_found(sitting: Sitting, set_clock) -> None:
    await sitting.becomes(S.IN_SESSION)
    decision = await post(sitting.organizer, f"{sitting.path}/decisions", BODY)
    action = await post(sitting.organizer, f"{sitting.path}/actions", {"title": {"en": "Do"}})
    other = await Sitting.called(sitting.world, set_clock, handle="meeting-7")
    await other.becomes(S.IN_SESSION)
    for part in (f"decisions/{decision['id']}", f"actions/{action['id']}"):
        path = f"{other.path}/{part}"
        client = sitting.world.administrator
        codes = [
            (await client.get(path)).status_code,
            (await client.patch(path, json={"title": {"en": "Mine"}})).status_code,
            (await client.delete(path)).status_code,
        ]
        assert codes == [404, 404, 404]


async def test_lists_take_the_same_statements_for_many_rows(sitting: Sitting) -> None:
    await sitting.becomes(S.IN_SESSION)
    entity = await sitting.member()
    costs = []
    for count in (1, 12):
        for _ in range(count):
            await post(sitting.organizer, f"{sitting.path}/decisions", BODY)
            body = {"title": {"en": "Do"}, "owner_entity": entity["handle"]}
            await post(sitting.organizer, f"{sitting.path}/actions", body)
        for kind in ("decisions", "actions"):
            with counted(sitting.world.app) as statements:
                await sitting.get(f"/{kind}")
            costs.append(len(statements))
    assert costs == [3, 3, 3, 3]
