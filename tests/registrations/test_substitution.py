"""Substitution over HTTP: another person, the same seat, the same place in the list."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.check import wrongs
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from tests.meetings.board import entries, refusal
from tests.world import World, named, post

EARLY = datetime(2021, 9, 1, 8, tzinfo=UTC)
DEADLINE = {"registration_closes_at": "2021-10-06T22:00:00Z"}
EVE = datetime(2021, 10, 7, 22, tzinfo=UTC)
"""The evening before the meeting, a day after the deadline."""


class Delegation:
    """Five people of one entity on two seats, with a head and support; the meeting is scheduled."""

    def __init__(self, world: World, meeting: dict[str, Any], entity: dict[str, Any]) -> None:
        self.world, self.meeting, self.entity = world, meeting, entity
        self.path = f"/v1/meetings/{meeting['id']}/registrations"
        self.made: list[dict[str, Any]] = []

    async def register(self) -> None:
        roles = ("head_of_delegation", "representative", "representative", "alternate", "support")
        self.focal_point = await self.world.focal_point_of(self.entity)
        for number, role in enumerate(roles):
            self.made.append(await post(self.focal_point, self.path, named(number, role=role)))

    async def substitute(
        self, number: int, body: dict[str, Any], client: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """Of the person who was registered as this one."""
        path = f"{self.path}/{self.made[number]['id']}/substitute"
        return await (client or self.focal_point).post(path, json=body)

    async def done(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.substitute(number, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def standing(self) -> list[tuple[str, str, str, int | None]]:
        """(name, role, status, waiting position) in the order of the list."""
        items = (await self.world.administrator.get(self.path)).json()["items"]
        names = ("role", "status", "waiting_position")
        return [(each["person"]["name"], *(each[name] for name in names)) for each in items]

    async def counters(self) -> tuple[int, int]:
        """Seats that are taken of the quota, and how many wait."""
        board = f"/v1/meetings/{self.meeting['id']}/invitations"
        (row,) = (await self.world.administrator.get(board)).json()["items"]
        return row["seats_taken"], row["waiting"]


@pytest.fixture
async def delegation(world: World, set_clock) -> Delegation:
    set_clock(EARLY)
    meeting = await world.scheduled(await world.meeting(await world.committee(), **DEADLINE))
    entity = await world.entity()
    await world.invitation(meeting, entity, seat_quota=2)
    made = Delegation(world, meeting, entity)
    await made.register()
    return made


async def test_the_substitute_has_the_seat_and_nobody_else_moves(delegation: Delegation) -> None:
    before = await delegation.standing()
    made = await delegation.done(0, named(9))
    old = delegation.made[0]
    assert {name: made[name] for name in ("status", "role", "waiting_position", "allowed")} == {
        "status": "confirmed",
        "role": "head_of_delegation",
        "waiting_position": None,
        "allowed": ["withdraw", "substitute"],
    }
    assert (made["predecessor_id"], made["successor_id"]) == (old["id"], None)
    read = (await delegation.focal_point.get(f"{delegation.path}/{old['id']}")).json()
    assert (read["status"], read["successor_id"], read["allowed"]) == (
        "substituted",
        made["id"],
        [],
    )
    assert read["substituted_at"] == made["created_at"] == made["confirmed_at"]
    assert await delegation.standing() == [
        ("Delegate 0", "head_of_delegation", "substituted", None),
        ("Delegate 9", "head_of_delegation", "confirmed", None),
        *before[1:],
    ]
    assert await delegation.counters() == (2, 2)


async def test_whoever_waits_is_substituted_in_the_same_place(delegation: Delegation) -> None:
    made = await delegation.done(2, named(9, role="adviser"))
    assert (made["status"], made["role"], made["waiting_position"]) == ("waiting", "adviser", 1)
    await post(delegation.focal_point, f"{delegation.path}/{delegation.made[1]['id']}/withdraw")
    assert await delegation.standing() == [
        ("Delegate 0", "head_of_delegation", "confirmed", None),
        ("Delegate 1", "representative", "withdrawn", None),
        ("Delegate 2", "representative", "substituted", None),
        ("Delegate 9", "adviser", "confirmed", None),
        ("Delegate 3", "alternate", "waiting", 1),
        ("Delegate 4", "support", "confirmed", None),
    ]
    assert await delegation.counters() == (2, 1)


async def test_the_log_tells_both_of_each_other(world: World, delegation: Delegation) -> None:
    told = len(await entries(world.app, delegation.meeting))
    made = await delegation.done(1, named(9, role="alternate"))
    invitation = {"invitation_id": made["invitation_id"]}
    old = delegation.made[1]
    assert (await entries(world.app, delegation.meeting))[told:] == [
        (
            "registration.substituted",
            invitation
            | {
                "person_id": old["person"]["id"],
                "role": "representative",
                "was": "confirmed",
                "successor_id": made["id"],
            },
        ),
        (
            "registration.confirmed",
            invitation
            | {
                "person_id": made["person"]["id"],
                "role": "alternate",
                "predecessor_id": old["id"],
            },
        ),
    ]


async def test_there_and_back_again(world: World, delegation: Delegation) -> None:
    first = delegation.made[0]
    second = await delegation.done(0, named(9))
    delegation.made[0] = second
    third = await delegation.done(0, {"person_id": first["person"]["id"]})
    assert third["person"]["name"] == "Delegate 0"
    assert len({first["id"], second["id"], third["id"]}) == 3
    assert [status for _, _, status, _ in (await delegation.standing())[:3]] == [
        "substituted",
        "substituted",
        "confirmed",
    ]
    async with world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


REFUSED: dict[str, tuple[int, dict[str, Any], str]] = {
    "by the same person": (1, named(1), "already-registered"),
    "by somebody with a seat": (1, named(0), "already-registered"),
    "by somebody who waits": (1, named(3), "already-registered"),
    "as a second head": (1, named(9, role="head_of_delegation"), "head-already-named"),
    "giving up the seat": (1, named(9, role="support"), "seat-must-stay"),
    "taking a seat": (4, named(9, role="adviser"), "seat-must-stay"),
}


async def test_what_is_refused_changes_nothing(world: World, delegation: Delegation) -> None:
    before, log = await delegation.standing(), await entries(world.app, delegation.meeting)
    for case, (number, body, slug) in REFUSED.items():
        assert refusal(await delegation.substitute(number, body)) == (409, slug), case
    assert await delegation.standing() == before
    assert await entries(world.app, delegation.meeting) == log
    people = f"/v1/entities/{delegation.entity['id']}/people"
    known = (await world.administrator.get(people)).json()["items"]
    assert sorted(each["name"] for each in known) == [f"Delegate {n}" for n in range(5)]


async def test_whoever_is_gone_has_no_place_to_give(delegation: Delegation) -> None:
    await delegation.done(0, named(9))
    await post(delegation.focal_point, f"{delegation.path}/{delegation.made[1]['id']}/withdraw")
    for number, state in ((0, "substituted"), (1, "withdrawn")):
        refused = await delegation.substitute(number, named(8))
        assert (refusal(refused), refused.json()["state"]) == ((409, "move-forbidden"), state)
        one = f"{delegation.path}/{delegation.made[number]['id']}"
        assert refusal(await delegation.focal_point.post(f"{one}/withdraw")) == (
            409,
            "move-forbidden",
        )
        assert refusal(await delegation.focal_point.patch(one, json={"role": "adviser"})) == (
            409,
            "move-forbidden",
        )


async def test_somebody_of_another_entity_cannot_come_instead(
    world: World, delegation: Delegation
) -> None:
    stranger = await world.person(await world.entity())
    refused = await delegation.substitute(0, {"person_id": stranger["id"]}, world.administrator)
    assert refusal(refused) == (422, "not-of-this-entity")
    nobody = {"person_id": delegation.meeting["id"]}
    assert refusal(await delegation.substitute(0, nobody)) == (422, "not-of-this-entity")
    for body in ({}, named(9, person_id=stranger["id"]), named(9, entity="x"), named(9, role="x")):
        assert (await delegation.substitute(0, body)).status_code == 422


async def test_it_works_the_evening_before_after_the_deadline(
    world: World, delegation: Delegation, set_clock
) -> None:
    set_clock(EVE)
    closed = await delegation.focal_point.post(delegation.path, json=named(8))
    assert refusal(closed) == (409, "registration-closed")
    await delegation.done(0, named(8))
    await delegation.done(2, named(9))
    organizer = await world.organizer({"id": delegation.meeting["committee_id"]})
    assert (await delegation.substitute(3, named(10), organizer)).status_code == 201
    assert await delegation.counters() == (2, 2)


async def test_the_holder_of_a_link_to_the_invitation_substitutes_too(
    world: World, delegation: Delegation, set_clock
) -> None:
    set_clock(EVE)
    async with world.app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            delegation.made[0]["invitation_id"],
            delegation.made[0]["person"]["id"],
            datetime(2021, 10, 8, 17, tzinfo=UTC),
        )
    token = link_token(world.app.state.secret, link.id)
    exchanged = await post(await world.client(None), "/v1/links/exchange", {"token": token})
    holder = await world.client(exchanged["token"])
    answer = await delegation.substitute(0, named(9), holder)
    assert (answer.status_code, answer.json()["status"]) == (201, "confirmed")


async def test_others_are_refused(world: World, delegation: Delegation) -> None:
    committee = {"id": delegation.meeting["committee_id"]}
    other = await world.entity()
    await world.invitation(delegation.meeting, other)
    stranger = await world.focal_point_of(other)
    assert refusal(await delegation.substitute(0, named(9), stranger)) == (404, "not-found")
    observer = await world.observer(committee)
    assert refusal(await delegation.substitute(0, named(9), observer)) == (403, "not-permitted")


@pytest.mark.parametrize("verbs", [["postpone", "cancel"], ["open", "suspend", "adjourn"]])
async def test_it_works_until_the_meeting_is_over(
    world: World, delegation: Delegation, verbs: list[str]
) -> None:
    meeting = f"/v1/meetings/{delegation.meeting['id']}"
    for turn, verb in enumerate(verbs):
        await post(world.administrator, f"{meeting}/{verb}")
        for number, client in ((0, delegation.focal_point), (1, world.administrator)):
            answer = await delegation.substitute(number, named(10 * turn + 10 + number), client)
            if verb == verbs[-1]:
                assert refusal(answer) == (409, "registration-closed")
            else:
                assert answer.status_code == 201, answer.text
                delegation.made[number] = answer.json()


async def test_links_of_the_old_person_die_at_once_and_no_others(
    world: World, delegation: Delegation
) -> None:
    async with world.app.state.database.transaction() as session:
        for number in (0, 1):
            made = delegation.made[number]
            expires_at = datetime(2021, 10, 9, tzinfo=UTC)
            identity.create_link(
                session,
                LinkPurpose.JOIN_MEETING,
                made["id"],
                made["person"]["id"],
                expires_at,
            )
    await delegation.done(0, named(9))
    async with world.app.state.database.transaction() as session:
        dead = text("SELECT resource_id FROM links WHERE revoked_at IS NOT NULL")
        found = [str(each) for each in (await session.execute(dead)).scalars()]
    assert found == [delegation.made[0]["id"]]


async def test_a_repeated_request_substitutes_once(delegation: Delegation) -> None:
    path = f"{delegation.path}/{delegation.made[0]['id']}/substitute"
    headers = {"Idempotency-Key": "once-1"}
    first = await delegation.focal_point.post(path, json=named(9), headers=headers)
    again = await delegation.focal_point.post(path, json=named(9), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["location"] == f"{delegation.path}/{first.json()['id']}"
    assert again.content == first.content
    assert len(await delegation.standing()) == 6
