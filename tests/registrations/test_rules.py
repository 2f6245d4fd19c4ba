"""Rules of a meeting for its delegations: a maximum refuses, a minimum warns, times close."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.committees.roles import RegistrationRole
from app.committees.rules import (
    AFTERWARDS,
    Approval,
    ApprovalReason,
    Change,
    Closing,
    Consent,
    Delegate,
    EntityStanding,
    Requirement,
    Rules,
    frozen,
)
from tests.meetings.board import change, pointers, refusal
from tests.registrations.approving import AFTER, EARLY, Office
from tests.world import World, named, post

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
roles = st.sampled_from(RegistrationRole)
instants = st.datetimes(datetime(2021, 9, 1), datetime(2021, 10, 9), timezones=st.just(UTC))
delegates = st.builds(
    Delegate,
    role=roles.map(lambda role: role.value),
    rank=st.sampled_from([None, "D-1", "P-5"]),
    at_headquarters=st.sampled_from([None, True, False]),
)
requirements = st.builds(
    Requirement,
    number=st.integers(1, 5),
    roles=st.frozensets(roles.map(lambda role: role.value), max_size=2),
    ranks=st.frozensets(st.sampled_from(["D-1", "P-5"]), max_size=2),
    at_headquarters=st.booleans(),
)


@given(st.integers(0, 20), st.integers(0, 30), roles)
def test_a_maximum_lets_exactly_so_many_in(most: int, wanted: int, role: RegistrationRole) -> None:
    rules = Rules(at_most={role.value: most})
    let_in = 0
    for _ in range(wanted):
        let_in += rules.full(role, let_in) is None
    assert let_in == min(most, wanted)
    assert Rules().full(role, wanted) is None


@given(st.lists(delegates, max_size=8), st.lists(requirements, max_size=3))
def test_a_minimum_is_lacking_exactly_while_too_few_meet_it(
    people: list[Delegate], asked: list[Requirement]
) -> None:
    lacking = {lack.rule: lack for lack in Rules(at_least=asked).lacking(people)}
    for place, each in enumerate(asked):
        found = [person for person in people if each.met_by(person)]
        lack = lacking.get(f"at_least.{place}")
        assert (lack is not None) == (len(found) < each.number)
        assert lack is None or (lack.needed, lack.found) == (each.number, len(found))
    assert Rules(at_least=asked).lacking([*people, *people]) == [
        lack
        for lack in Rules(at_least=asked).lacking([*people, *people])
        if lack.found < lack.needed
    ]


@given(
    st.sampled_from(Change),
    instants,
    st.none() | instants,
    st.none() | st.builds(Closing, st.sampled_from(Consent), st.none() | st.integers(0, 999)),
)
def test_before_it_closes_the_focal_point_decides_and_afterwards_who_the_rule_names(
    kind: Change, now: datetime, deadline: datetime | None, closing: Closing | None
) -> None:
    rules = Rules(changes={kind: closing} if closing else {})
    consent = rules.consent(kind, now, START, deadline)
    closes_at = deadline
    if closing is not None and closing.hours_before is not None:
        closes_at = START - timedelta(hours=closing.hours_before)
    if closes_at is None or now < closes_at:
        assert consent is Consent.FOCAL_POINT
    else:
        assert consent is (closing.afterwards if closing else AFTERWARDS[kind])


@given(instants, st.none() | st.integers(1, 43_200))
def test_the_freeze_begins_so_many_minutes_before(now: datetime, minutes: int | None) -> None:
    expected = minutes is not None and (START - now) <= timedelta(minutes=minutes)
    assert frozen(now, START, minutes) is expected


@given(
    st.builds(
        Approval,
        all=st.booleans(),
        roles=st.frozensets(roles.map(lambda role: role.value)),
        late=st.booleans(),
        standings=st.frozensets(st.sampled_from([each.value for each in EntityStanding])),
    ),
    roles,
    st.sampled_from(EntityStanding),
    st.booleans(),
)
def test_approval_is_needed_for_every_reason_that_holds(
    approval: Approval, role: RegistrationRole, standing: EntityStanding, late: bool
) -> None:
    found = set(approval.reasons(role, standing, late=late))
    assert (ApprovalReason.ALL in found) is approval.all
    assert (ApprovalReason.ROLE in found) is (role.value in approval.roles)
    assert (ApprovalReason.LATE in found) is (approval.late and late)
    assert (ApprovalReason.STANDING in found) is (standing.value in approval.standings)


RULES: dict[str, Any] = {
    "roles": ["head_of_delegation", "representative", "adviser"],
    "at_most": {"adviser": 1},
    "at_least": [
        {"roles": ["head_of_delegation"]},
        {"at_headquarters": True},
        {"number": 2, "ranks": ["D-1", "D-2"]},
    ],
}


async def test_a_refusal_names_the_rule_also_to_organizers(world: World, set_clock) -> None:
    set_clock(EARLY)
    office = await Office.of(world, registration_rules=RULES)
    await office.register(0, role="adviser")
    body = named(1, role="adviser", entity=office.entity["handle"])
    for client in (office.focal_point, office.organizer):
        full = await client.post(office.path, json=body)
        assert (refusal(full), full.json()["rule"]) == ((409, "role-full"), "at_most.adviser")
        none = await client.post(office.path, json=body | {"role": "observer"})
        assert (refusal(none), none.json()["rule"]) == ((409, "role-not-taken"), "roles")
    made = await office.register(2)
    one = f"{office.path}/{made['id']}"
    turned = await office.focal_point.patch(one, json={"role": "adviser"})
    assert refusal(turned) == (409, "role-full")
    swapped = await office.focal_point.post(f"{one}/substitute", json=named(3, role="adviser"))
    assert refusal(swapped) == (409, "role-full")
    rows = [named(4, role="adviser"), named(5, role="support"), named(6)]
    bulk = await post(office.focal_point, f"{office.path}/bulk", rows)
    assert [row["problem"] for row in bulk["rows"]] == ["role-full", "role-not-taken", None]


async def test_a_minimum_is_a_warning_on_the_board_until_it_is_met(world: World, set_clock) -> None:
    set_clock(EARLY)
    async with world.app.state.database.transaction() as session:
        for column in ("rank text", "at_headquarters boolean"):
            await session.execute(text(f"ALTER TABLE people ADD COLUMN IF NOT EXISTS {column}"))
    office = await Office.of(world, registration_rules=RULES)
    assert (await office.board())["incomplete"] == [], "nobody is asked before they accept"
    made = await office.register(0)
    assert [(each["rule"], each["needed"], each["found"]) for each in await incomplete(office)] == [
        ("at_least.0", 1, 0),
        ("at_least.1", 1, 0),
        ("at_least.2", 2, 0),
    ]
    assert [each["detail"] for each in await incomplete(office)] == [
        "Incomplete: no head of delegation.",
        "Incomplete: no representative of headquarters.",
        "Incomplete: no representative of rank D-1 or D-2.",
    ]
    async with world.app.state.database.transaction() as session:
        known = text("UPDATE people SET at_headquarters = true, rank = 'D-1' WHERE id = :id")
        await session.execute(known, {"id": made["person"]["id"]})
    await office.register(1, role="head_of_delegation")
    assert [(each["rule"], each["found"]) for each in await incomplete(office)] == [
        ("at_least.2", 1)
    ]


async def test_rank_and_headquarters_are_said_with_the_name(world: World, set_clock) -> None:
    set_clock(EARLY)
    rules = {"at_least": [{"at_headquarters": True, "ranks": ["D-1"]}]}
    office = await Office.of(world, seats=5, registration_rules=rules)
    await office.register(0)
    assert [each["rule"] for each in await incomplete(office)] == ["at_least.0"]
    director = named(1)["person"] | {"rank": "D-1", "at_headquarters": True}
    await office.register(1, person=director)
    assert await incomplete(office) == []


async def incomplete(office: Office) -> list[dict[str, Any]]:
    mine = (await office.board())["incomplete"]
    listed = (await office.organizer.get(f"{office.meeting_path}/invitations")).json()["items"]
    assert listed[0]["incomplete"] == mine
    return list(mine)


async def test_each_kind_of_change_closes_by_its_own_rule(world: World, set_clock) -> None:
    set_clock(EARLY)
    closing = {"afterwards": "organizer"}
    rules = {
        "changes": {
            "add": {"afterwards": "focal_point"},
            "withdraw": closing,
            "change_role": closing | {"hours_before": 200},
            "substitute": closing | {"hours_before": 24},
        }
    }
    office = await Office.of(world, seats=5, registration_rules=rules)
    made = await office.register(0)
    one = f"{office.path}/{made['id']}"
    set_clock(AFTER)
    assert (await office.register(1))["status"] == "confirmed"
    assert (await office.focal_point.get(one)).json()["allowed"] == ["substitute"]
    for method, path, body, rule in (
        ("POST", f"{one}/withdraw", None, "changes.withdraw"),
        ("PATCH", one, {"role": "adviser"}, "changes.change_role"),
    ):
        refused = await office.focal_point.request(method, path, json=body)
        assert (refusal(refused), refused.json()["rule"]) == ((409, "organizer-needed"), rule)
    made = await post(office.focal_point, f"{one}/substitute", named(2))
    set_clock(START - timedelta(hours=23))
    path = f"{office.path}/{made['id']}"
    refused = await office.focal_point.post(f"{path}/substitute", json=named(3))
    assert (refusal(refused), refused.json()["rule"]) == (
        (409, "organizer-needed"),
        "changes.substitute",
    )
    assert (await office.organizer.post(f"{path}/withdraw")).status_code == 200


async def test_rules_are_patched_member_by_member_and_read_as_they_stand(world: World) -> None:
    meeting = await world.meeting(await world.committee(), registration_rules=RULES)
    patch: dict[str, Any] = {
        "registration_rules": {"at_most": {"adviser": None, "observer": 2}, "roles": None}
    }
    changed = (await change(world.administrator, meeting, **patch)).json()
    assert changed["registration_rules"]["at_most"] == {"observer": 2}
    assert changed["registration_rules"]["roles"] is None
    assert len(changed["registration_rules"]["at_least"]) == 3
    gone = (await change(world.administrator, meeting, registration_rules=None)).json()
    assert gone["registration_rules"] is None
    wrong: dict[str, Any] = {
        "registration_rules": {"at_least": [{"number": 1}], "roles": ["adviser", "adviser"]}
    }
    refused = await change(world.administrator, meeting, **wrong)
    assert refusal(refused) == (422, "invalid")
    assert pointers(refused) == ["/registration_rules/roles", "/registration_rules/at_least/0"]


@pytest.mark.parametrize(
    "members",
    [
        {"substitution_freeze": 0},
        {"substitution_freeze": 43_201},
        {"approval": {"roles": ["chair"]}},
        {"approval": {"standings": ["member", "member"]}},
        {"registration_rules": {"at_most": {"chair": 1}}},
        {"registration_rules": {"at_most": {"adviser": -1}}},
        {
            "registration_rules": {
                "changes": {"add": {"afterwards": "organizer", "hours_before": 1}}
            }
        },
        {"registration_rules": {"changes": {"leave": {"afterwards": "organizer"}}}},
    ],
)
async def test_rules_that_are_none_are_refused(world: World, members: dict[str, Any]) -> None:
    meeting = await world.meeting(await world.committee())
    refused = await change(world.administrator, meeting, **members)
    assert refusal(refused) == (422, "invalid")
