"""Seats of a list that is decided in memory: never too many, and in the order of arrival."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.committees.rules import Approval, ApprovalReason, Rules
from app.core.problems import Problem
from app.registrations.arrivals import Arrivals, Delegation, Exceptional, Place, Pool
from app.registrations.lifecycle import RegistrationRole, RegistrationStatus
from app.registrations.policy import takes_seat
from app.registrations.problems import HeadAlreadyNamed, RegistrationClosed, RoleFull, RoleNotTaken

INVITATIONS = [uuid4() for _ in range(3)]
people = st.lists(
    st.tuples(st.sampled_from(INVITATIONS), st.sampled_from(RegistrationRole)), max_size=40
)


def arrivals(capacity: int | None, taken: list[int], quotas: list[int]) -> Arrivals:
    delegations = {
        invitation: Delegation(quota, min(quota, number))
        for invitation, quota, number in zip(INVITATIONS, quotas, taken, strict=True)
    }
    return Arrivals(capacity, sum(d.quota_taken for d in delegations.values()), delegations)


@given(
    coming=people,
    quotas=st.lists(st.integers(0, 6), min_size=3, max_size=3),
    taken=st.lists(st.integers(0, 3), min_size=3, max_size=3),
    room=st.none() | st.integers(0, 12),
)
def test_no_seat_too_many_and_none_left_free_for_who_waits(
    coming: list[tuple[UUID, RegistrationRole]],
    quotas: list[int],
    taken: list[int],
    room: int | None,
) -> None:
    before = sum(min(q, t) for q, t in zip(quotas, taken, strict=True))
    house = arrivals(None if room is None else before + room, taken, quotas)
    confirmed = 0
    for invitation, role in coming:
        delegation = house.delegations[invitation]
        free = delegation.quota_taken < (delegation.quota or 0) and (
            house.capacity is None or house.capacity_taken < house.capacity
        )
        had_head = delegation.named.get(RegistrationRole.HEAD_OF_DELEGATION, 0)
        waiting = delegation.waiting
        found = house.take(invitation, role)
        if role is RegistrationRole.HEAD_OF_DELEGATION and had_head:
            assert isinstance(found, HeadAlreadyNamed)
            continue
        assert isinstance(found, Place)
        seated = free or not takes_seat(role)
        assert (found.status is RegistrationStatus.CONFIRMED) is seated
        assert found.waiting_position == (None if seated else waiting + 1)
        confirmed += seated and takes_seat(role)
    assert house.capacity_taken == before + confirmed
    assert house.capacity_taken == sum(d.quota_taken for d in house.delegations.values())
    assert all(d.quota_taken <= (d.quota or 0) for d in house.delegations.values())
    assert house.capacity is None or house.capacity_taken <= house.capacity


def test_a_shared_pool_bounds_those_who_have_no_quota_of_their_own() -> None:
    pool = uuid4()
    house = Arrivals(None, 1, pools={pool: Pool(3, 1)})
    for invitation in INVITATIONS[:2]:
        house.delegations[invitation] = Delegation(None, 0, pool_id=pool)
    places = [house.take(INVITATIONS[n % 2], RegistrationRole.ADVISER) for n in range(4)]
    assert [place.status.value for place in places if isinstance(place, Place)] == [
        "confirmed", "confirmed", "waiting", "waiting",
    ]  # fmt: skip
    assert (house.pools[pool].taken, house.capacity_taken) == (3, 3)


def test_rules_and_approval_say_who_may_come_and_who_waits_for_a_decision() -> None:
    rules = Rules(roles=frozenset({"adviser", "support"}), at_most={"support": 1})
    house = Arrivals(None, 0, rules=rules, approval=Approval(roles=frozenset({"support"})))
    house.delegations[INVITATIONS[0]] = Delegation(5, 0)

    def take(role: RegistrationRole) -> Place | Problem:
        return house.take(INVITATIONS[0], role)

    assert isinstance(take(RegistrationRole.OBSERVER), RoleNotTaken)
    found = take(RegistrationRole.SUPPORT)
    assert found == Place(RegistrationStatus.PENDING, None, (ApprovalReason.ROLE,))
    assert isinstance(take(RegistrationRole.SUPPORT), RoleFull)
    assert take(RegistrationRole.ADVISER) == Place(RegistrationStatus.CONFIRMED, None)


def test_an_exception_lets_in_as_many_as_it_is_for() -> None:
    house = Arrivals(None, 0)
    closed = RegistrationClosed("The registration deadline has passed: ask the organizer.")
    exceptions = [Exceptional(uuid4(), 1, 2), Exceptional(uuid4(), 0, 1)]
    house.delegations[INVITATIONS[0]] = Delegation(5, 0, closed=closed, exceptions=exceptions)
    found = [house.take(INVITATIONS[0], RegistrationRole.ADVISER) for _ in range(3)]
    assert [p.exception_id for p in found if isinstance(p, Place)] == [e.id for e in exceptions]
    assert found[2] is closed


def test_an_entity_that_cannot_register_takes_nothing() -> None:
    house = arrivals(None, [0, 0, 0], [5, 5, 5])
    closed = RegistrationClosed("The registration deadline has passed: ask the organizer.")
    house.delegations[INVITATIONS[0]].closed = closed
    assert house.take(INVITATIONS[0], RegistrationRole.REPRESENTATIVE) is closed
    assert house.capacity_taken == 0


def test_who_is_refused_for_something_else_uses_nothing_up() -> None:
    exceptional = Exceptional(uuid4(), used=0, persons=1)
    closed = RegistrationClosed("The deadline has passed.")
    late = Delegation(1, 0, closed=closed, exceptions=[exceptional])
    house = Arrivals(None, 0, {INVITATIONS[0]: late, INVITATIONS[1]: Delegation(1, 0)}, late=True)
    otherwise = Problem("An answer is missing.")
    role = RegistrationRole.HEAD_OF_DELEGATION
    for invitation in INVITATIONS[:2]:
        assert house.take(invitation, role, otherwise) is otherwise
        assert isinstance(house.take(invitation, role), Place)
        assert isinstance(house.take(invitation, role, otherwise), HeadAlreadyNamed)
    assert exceptional.used == 1
    assert house.take(INVITATIONS[0], RegistrationRole.ADVISER, otherwise) is closed
