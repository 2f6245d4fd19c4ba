"""The rules of presence, quorum and figures."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attendance.lifecycle import EntityAttendance
from app.attendance.policy import (
    Entry,
    Group,
    Presence,
    end_of,
    entity_attendance,
    entry,
    figures,
    quorum,
    share_percent,
)
from app.committees.lifecycle import Standing
from app.invitations.lifecycle import InvitationStatus
from app.meetings.lifecycle import MeetingStatus

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
S, I = MeetingStatus, InvitationStatus  # noqa: E741  # as the lifecycles call them


def presence(**members) -> Presence:
    return Presence(uuid4(), **members)


@pytest.mark.parametrize(
    ("invitation", "registered", "present", "expected"),
    [
        (I.SENT, 0, 0, EntityAttendance.UNACCOUNTED),
        (None, 0, 0, EntityAttendance.UNACCOUNTED),
        (I.DECLINED, 0, 0, EntityAttendance.EXCUSED),
        (I.ACCEPTED, 0, 0, EntityAttendance.ABSENT),
        (I.TENTATIVE, 0, 0, EntityAttendance.ABSENT),
        (I.SENT, 2, 0, EntityAttendance.ABSENT),
        (I.DECLINED, 1, 1, EntityAttendance.PRESENT),
        (I.SENT, 1, 1, EntityAttendance.PRESENT),
        (None, 0, 1, EntityAttendance.PRESENT),
    ],
)
def test_an_entity_is_present_excused_absent_or_unaccounted(
    invitation, registered, present, expected
) -> None:
    found = presence(invitation=invitation, registered=registered, present=present)
    assert entity_attendance(found) is expected


@pytest.mark.parametrize(
    ("members", "present", "needed", "reached"),
    [(43, 22, 22, True), (43, 21, 22, False), (42, 21, 22, False), (42, 22, 22, True)]
    + [(1, 1, 1, True), (0, 0, 1, False)],
)
def test_a_quorum_is_more_than_half(members, present, needed, reached) -> None:
    found = quorum(members, present)
    assert (found.needed, found.reached) == (needed, reached)


@given(st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=200, deadline=None)
def test_a_quorum_is_reached_exactly_by_a_majority(members: int, present: int) -> None:
    assert quorum(members, present).reached == (2 * present > members and present > 0)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(23, 43, 53.5), (0, 43, 0.0), (43, 43, 100.0), (1, 8, 12.5), (1, 16, 6.3), (3, 16, 18.8)]
    + [(1, 2000, 0.1), (0, 0, None)],
)
def test_shares_are_rounded_half_up(part, whole, expected) -> None:
    assert share_percent(part, whole) == expected


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
@settings(max_examples=300, deadline=None)
def test_a_share_is_the_nearest_tenth(numbers: tuple[int, int]) -> None:
    part, whole = numbers
    share = share_percent(part, whole)
    assert share is not None
    tenths = round(share * 10)
    assert share == tenths / 10
    error = Fraction(tenths, 1000) - Fraction(part, whole)
    assert Fraction(-1, 2000) < error <= Fraction(1, 2000)


def test_observers_and_others_count_beside_the_members() -> None:
    found = figures(
        [
            presence(standing=Standing.MEMBER, present=3, representatives=2),
            presence(standing=Standing.MEMBER, present=1, representatives=0),
            presence(standing=Standing.MEMBER, invitation=I.DECLINED),
            presence(standing=Standing.OBSERVER, present=2, representatives=2),
            presence(standing=Standing.OBSERVER),
            presence(present=4, representatives=3),
        ]
    )
    assert (found.representatives, found.entities, found.share_percent) == (2, 2, 66.7)
    assert (found.quorum.members, found.quorum.needed, found.quorum.reached) == (3, 2, True)
    assert (found.observers, found.others) == (Group(2, 1), Group(3, 1))


@pytest.mark.parametrize(
    ("status", "minutes", "expected"),
    [
        (S.SCHEDULED, -61, Entry.TOO_EARLY),
        (S.SCHEDULED, -60, Entry.ROOM_ONLY),
        (S.SCHEDULED, 30, Entry.ROOM_ONLY),
        (S.DRAFT, 0, Entry.TOO_EARLY),
        (S.POSTPONED, 0, Entry.TOO_EARLY),
        (S.IN_SESSION, -10, Entry.CHECK_IN),
        (S.SUSPENDED, 60, Entry.CHECK_IN),
        (S.ADJOURNED, 180, Entry.OVER),
        (S.CLOSED, 180, Entry.OVER),
        (S.CANCELLED, -10, Entry.OVER),
    ],
)
def test_what_a_link_does_depends_on_the_meeting(status, minutes, expected) -> None:
    assert entry(status, START, START + timedelta(minutes=minutes)) is expected


def test_whoever_stays_leaves_with_the_adjournment() -> None:
    later = START + timedelta(hours=1)
    assert end_of(None, None) is None
    assert end_of(None, later) == later
    assert end_of(START, later) == START
