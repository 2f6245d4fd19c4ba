"""Seats of a list that is decided in memory: never too many, and in the order of arrival."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.registrations.arrivals import Arrivals, Delegation, Place
from app.registrations.lifecycle import RegistrationRole, RegistrationStatus
from app.registrations.policy import takes_seat
from app.registrations.problems import HeadAlreadyNamed, RegistrationClosed

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
        free = delegation.quota_taken < delegation.quota and (
            house.capacity is None or house.capacity_taken < house.capacity
        )
        had_head, waiting = delegation.has_head, delegation.waiting
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
    assert all(d.quota_taken <= d.quota for d in house.delegations.values())
    assert house.capacity is None or house.capacity_taken <= house.capacity


def test_an_entity_that_cannot_register_takes_nothing() -> None:
    house = arrivals(None, [0, 0, 0], [5, 5, 5])
    closed = RegistrationClosed("The registration deadline has passed: ask the organizer.")
    house.delegations[INVITATIONS[0]].closed = closed
    assert house.take(INVITATIONS[0], RegistrationRole.REPRESENTATIVE) is closed
    assert house.capacity_taken == 0
