"""Reading the log: by meeting, and as the audit trail."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.core import clock
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from app.meetings.lifecycle import MeetingStatus
from tests.attendance.sitting import START, Sitting, slug
from tests.statements import counted
from tests.world import post

S = MeetingStatus
CANARY = "Canary Nightingale"


async def names(client: httpx.AsyncClient, path: str) -> list[str]:
    """What happened, in the order of the answer."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()["items"]]


async def decided(sitting: Sitting, count: int = 1) -> None:
    await sitting.becomes(S.IN_SESSION)
    for number in range(count):
        body = {"title": {"en": f"Decision {number}"}}
        await post(sitting.organizer, f"{sitting.path}/decisions", body)


async def test_an_entry_says_who_did_what_when_and_to_what(sitting: Sitting) -> None:
    await decided(sitting)
    (entry,) = (await sitting.get("/events", sitting.observer))["items"]
    (decision,) = (await sitting.get("/decisions"))["items"]
    assert entry.pop("recorded_at").startswith("2021-10-08T14:00:")
    actor = entry.pop("actor")
    assert (actor["kind"], actor["name"].partition(" ")[0]) == ("account", "organizer")
    assert entry == {
        "id": entry["id"],
        "sequence": None,
        "name": "decision.recorded",
        "subject_id": decision["id"],
        "committee_id": sitting.committee["id"],
        "meeting_id": str(sitting.id),
        "entity_id": None,
        "data": {"number": 1},
    }


async def test_pages_of_the_log_follow_each_other_while_it_grows(sitting: Sitting) -> None:
    await decided(sitting, 5)
    seen, path = [], f"{sitting.path}/events?limit=2"
    while path:
        page = await sitting.observer.get(path)
        seen += [entry["data"]["number"] for entry in page.json()["items"]]
        path = page.links["next"]["url"] if "next" in page.links else ""
        if len(seen) < 6:
            await post(sitting.organizer, f"{sitting.path}/decisions", {"title": {"en": "More"}})
    assert seen == list(range(1, len(seen) + 1))
    down = (await sitting.get("/events?sort=-recorded&limit=200"))["items"]
    assert [entry["data"]["number"] for entry in down] == seen[::-1]


async def test_the_log_of_a_meeting_is_filtered(sitting: Sitting, set_clock) -> None:
    await decided(sitting)
    set_clock(START + timedelta(hours=1))
    await post(sitting.organizer, f"{sitting.path}/actions", {"title": {"en": "Do"}})
    path = f"{sitting.path}/events"
    assert await names(sitting.observer, path) == ["decision.recorded", "action.recorded"]
    assert await names(sitting.observer, f"{path}?name=action.recorded") == ["action.recorded"]
    since = "2021-10-08T11:00:00-04:00"
    assert await names(sitting.observer, f"{path}?since={since}") == ["action.recorded"]
    for bad in ("name=Action", "since=yesterday", "sort=name", "cursor=x", "limit=0", "x=1"):
        assert (await sitting.observer.get(f"{path}?{bad}")).status_code == 422


async def test_a_focal_point_reads_of_the_own_entity_only(sitting: Sitting) -> None:
    mine, other = [await sitting.invite(await sitting.member()) for _ in range(2)]
    await sitting.register(mine)
    await sitting.register(other, name=CANARY)
    await decided(sitting)
    focal_point = await sitting.world.focal_point_of(mine)
    answer = await focal_point.get(f"{sitting.path}/events")
    entries = answer.json()["items"]
    assert {entry["entity_id"] for entry in entries} == {mine["id"]}
    assert sorted(entry["name"] for entry in entries) == [
        "invitation.answered",
        "registration.confirmed",
    ]
    assert other["id"] not in answer.text
    every = await names(sitting.observer, f"{sitting.path}/events")
    assert len(every) == 5


async def test_who_gave_up_a_seat_stays_unknown_to_who_got_it(sitting: Sitting) -> None:
    """The promotion is an entry about the one entity, made by somebody of the other."""
    mine = await sitting.invite(await sitting.member())
    own = await sitting.register(mine)
    culprit = await named_focal_point(sitting, await sitting.member(), CANARY)
    mate = await named_focal_point(sitting, mine, "Amina Rossi")
    await sitting.becomes(S.IN_SESSION)
    await sitting.check_in(own)
    async with sitting.world.app.state.database.transaction() as session:
        await sitting.record_check_out(session, own, culprit)
        await sitting.record_check_out(session, own, mate)
    client = await sitting.world.focal_point_of(mine)
    path = f"{sitting.path}/events?name=attendance.checked_out"
    answer = await client.get(path)
    assert CANARY not in answer.text
    assert str(culprit) not in answer.text
    assert [entry["actor"] for entry in answer.json()["items"]] == [
        {"kind": "account", "id": None, "name": None},
        {"kind": "account", "id": str(mate), "name": "Amina Rossi"},
    ]
    seen = (await sitting.observer.get(path)).json()["items"]
    assert [entry["actor"]["name"] for entry in seen] == [CANARY, "Amina Rossi"]


async def named_focal_point(sitting: Sitting, entity: dict[str, Any], name: str) -> UUID:
    """The account of a person who acts for an entity."""
    person = {"name": name, "email": f"{name.partition(' ')[0].lower()}@example.org"}
    path = f"/v1/entities/{entity['id']}/focal-points"
    named = await post(sitting.world.administrator, path, {"person": person})
    async with sitting.world.app.state.database.transaction() as session:
        account = await identity.account_for_email(session, name, named["person"]["email"])
    return account.id


async def test_a_check_in_by_link_names_the_person(sitting: Sitting, anonymous) -> None:
    mine = await sitting.invite(await sitting.member())
    token = await sitting.link(await sitting.register(mine, name="Amina Rossi"))
    await sitting.becomes(S.IN_SESSION)
    await post(anonymous, "/v1/check-ins", {"token": token})
    focal_point = await sitting.world.focal_point_of(mine)
    for client in (sitting.observer, focal_point):
        path = f"{sitting.path}/events?name=attendance.checked_in"
        (entry,) = (await client.get(path)).json()["items"]
        actor = entry["actor"]
        assert (actor["kind"], actor["name"]) == ("link", "Amina Rossi")
        assert actor["id"] == entry["data"]["person_id"]


async def test_the_log_is_not_for_strangers_nor_for_holders_of_links(
    sitting: Sitting, anonymous
) -> None:
    entity = await sitting.invite(await sitting.member())
    person = await sitting.world.person(entity)
    holder = await sitting.world.client(await link_session(sitting, entity, person))
    stranger = await sitting.world.focal_point_of(await sitting.world.entity())
    elsewhere = await sitting.world.organizer(await sitting.world.committee())
    path = f"{sitting.path}/events"
    codes = [(await c.get(path)).status_code for c in (holder, stranger, elsewhere, anonymous)]
    assert codes == [403, 404, 404, 401]
    assert (await holder.get("/v1/audit")).status_code == 404
    for part in ("attendance", "attendance/by-entity", "attendance/quorum", "report"):
        assert (await holder.get(f"{sitting.path}/{part}")).status_code == 403


async def link_session(sitting: Sitting, entity: dict[str, Any], person: dict[str, Any]) -> str:
    """The bearer token of an exchanged link to an entity's invitation."""
    secret = sitting.world.app.state.secret
    async with sitting.world.app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            sitting.invitations[entity["id"]],
            UUID(person["id"]),
            clock.now() + timedelta(days=1),
        )
        await session.flush()
        opened = await identity.exchange_link(session, secret, link_token(secret, link.id))
    assert isinstance(opened, tuple), "the link is not bound"
    return opened[-1]


async def test_the_audit_trail_is_for_administrators_and_organizers(
    sitting: Sitting, anonymous
) -> None:
    entity = await sitting.member()
    cases = [
        (sitting.world.administrator, 200),
        (sitting.organizer, 200),
        (sitting.observer, 403),
        (await sitting.world.focal_point_of(entity), 403),
        (await sitting.world.caller(), 403),
        (anonymous, 401),
    ]
    assert [(await client.get("/v1/audit")).status_code for client, _ in cases] == [
        code for _, code in cases
    ]


async def test_an_organizer_reads_of_the_own_committees_and_their_working_groups(
    sitting: Sitting,
) -> None:
    group = await sitting.world.committee(parent=sitting.committee["handle"])
    other = await sitting.world.committee()
    answer = await sitting.organizer.get("/v1/audit?name=committee.created")
    seen = [entry["subject_id"] for entry in answer.json()["items"]]
    assert seen == [group["id"], sitting.committee["id"]]
    hidden = f"/v1/audit?committee={other['handle']}"
    assert await names(sitting.organizer, hidden) == []
    assert await names(sitting.world.administrator, hidden) == ["committee.created"]
    assert await names(sitting.organizer, f"/v1/audit?committee={uuid4()}") == []
    of_group = await sitting.world.organizer(group)
    assert await names(of_group, "/v1/audit?name=committee.created") == ["committee.created"]


async def test_the_audit_trail_is_filtered(sitting: Sitting, set_clock) -> None:
    entity = await sitting.invite(await sitting.member())
    await sitting.register(entity)
    await decided(sitting)
    set_clock(START + timedelta(hours=1))
    await post(sitting.organizer, f"{sitting.path}/actions", {"title": {"en": "Do"}})
    administrator = sitting.world.administrator
    meeting = ["action.recorded", "decision.recorded"]
    registered = {"invitation.answered", "registration.confirmed"}
    for ref in (sitting.id, "meeting-6"):
        found = await names(administrator, f"/v1/audit?meeting={ref}")
        assert (found[:2], set(found[2:])) == (meeting, registered)
    of_entity = await names(administrator, f"/v1/audit?entity={entity['handle']}&sort=recorded")
    assert of_entity[0] == "entity.created"
    assert registered < set(of_entity)
    (entry,) = (await administrator.get("/v1/audit?name=decision.recorded")).json()["items"]
    actor = entry["actor"]["id"]
    assert await names(administrator, f"/v1/audit?actor_id={actor}") == meeting
    half = "2021-10-08T14:30:00Z"
    later = f"/v1/audit?meeting=meeting-6&recorded_after={half}"
    assert await names(administrator, later) == ["action.recorded"]
    assert await names(administrator, f"{later}&recorded_before={half}") == []
    for bad in ("actor_id=x", "name=%00a.b", "recorded_after=0001-01-01T00:00:00Z", "meeting="):
        answer = await administrator.get(f"/v1/audit?{bad}")
        assert (answer.status_code, slug(answer)) == (422, "invalid")


async def test_lists_take_the_same_statements_for_many_entries(sitting: Sitting) -> None:
    entity = await sitting.invite(await sitting.member())
    await sitting.register(entity)
    focal_point = await sitting.world.focal_point_of(entity)
    costs = []
    for count in (1, 8):
        await decided(sitting, count)
        for client, path in (
            (sitting.observer, f"{sitting.path}/events"),
            (focal_point, f"{sitting.path}/events"),
            (sitting.organizer, "/v1/audit?meeting=meeting-6"),
        ):
            with counted(sitting.world.app) as statements:
                assert (await client.get(path)).status_code == 200
            costs.append(len(statements))
    assert costs == [3, 3, 2] * 2
