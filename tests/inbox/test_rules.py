"""What wins over what: the rules of RFC 5546 for VEVENT as a table, and ours about trust."""

# ruff: noqa: E501  # a rule is a line
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbox.lifecycle import IncomingKind, IncomingState, IncomingVerb, Reason
from app.inbox.policy import Claim, Standing, Verdict, decide, moves, outdated
from app.meetings.lifecycle import OVER, MeetingStatus
from app.registrations.lifecycle import Participation, RegistrationStatus

NOW = datetime(2021, 9, 1, 12, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
PERSON, OTHER = "person@example.org", "other@example.org"
REPLY = Claim(
    method="REPLY",
    sender=PERSON,
    token=True,
    attendees=(PERSON,),
    status="ACCEPTED",
    sequence=2,
    stamp=LATER,
)
ENTRY = Standing(
    address=PERSON,
    registration=RegistrationStatus.CONFIRMED,
    meeting=MeetingStatus.SCHEDULED,
    sequence=2,
)
ANSWERED = replace(ENTRY, since_sequence=2, since_stamp=LATER)
K, S, R = IncomingKind, IncomingState, Reason

RULES = [
    # Who may send what (1.4): an attendee replies, counters, asks again; the rest is the organizer's.
    ("3.2.3 a REPLY is applied", REPLY, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.3 a tentative one", {"status": "TENTATIVE"}, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.3 a decline", {"status": "DECLINED"}, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.3 an answer taken back", {"status": "NEEDS-ACTION"}, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.1 only organizers PUBLISH", {"method": "PUBLISH"}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("3.2.2 only organizers REQUEST", {"method": "REQUEST"}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("3.2.4 only organizers ADD", {"method": "ADD"}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("3.2.5 only organizers CANCEL", {"method": "CANCEL"}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("3.2.8 only organizers DECLINECOUNTER", {"method": "DECLINECOUNTER"}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("no method is none", {"method": ""}, ENTRY, K.UNKNOWN, S.REFUSED, R.WRONG_METHOD),
    ("3.2.6 a REFRESH is noted", {"method": "REFRESH"}, ENTRY, K.REFRESH, S.FILED, R.REFRESH_ASKED),
    ("3.2.7 a COUNTER waits for the organizer", {"method": "COUNTER"}, ENTRY, K.COUNTER, S.HELD, R.COUNTER_PROPOSAL),
    ("3.2.7 a COUNTER may name more people", {"method": "COUNTER", "attendees": (PERSON, OTHER)}, ENTRY, K.COUNTER, S.HELD, R.COUNTER_PROPOSAL),
    ("3.2.2.3 a delegation waits too", {"status": "DELEGATED"}, ENTRY, K.DELEGATION, S.HELD, R.DELEGATED),
    # What it must have.
    ("3.2.3 one ATTENDEE, not two", {"attendees": (PERSON, OTHER)}, ENTRY, K.REPLY, S.REFUSED, R.INCOMPLETE),
    ("3.2.3 one ATTENDEE, not none", {"attendees": ()}, ENTRY, K.REPLY, S.REFUSED, R.INCOMPLETE),
    ("3.2.3 a PARTSTAT of events", {"status": "COMPLETED"}, ENTRY, K.REPLY, S.HELD, R.INCOMPLETE),
    ("3.2.3 a DTSTAMP", {"stamp": None}, ENTRY, K.REPLY, S.HELD, R.INCOMPLETE),
    ("3.2.3 an event", {"events": 0, "attendees": ()}, ENTRY, K.REPLY, S.REFUSED, R.INCOMPLETE),
    ("3.2.3 several events are occurrences", {"events": 2}, ENTRY, K.REPLY, S.REFUSED, R.RECURS),
    ("a single meeting has no RRULE", {"recurs": True}, ENTRY, K.REPLY, S.REFUSED, R.RECURS),
    # To what it belongs (2.1.3, 2.1.5): UID first.
    ("2.1.5 an unknown UID", {}, None, K.REPLY, S.HELD, R.NOT_MATCHING),
    ("2.1.5 the UID of another than the address", {"token_fits": False}, ENTRY, K.REPLY, S.HELD, R.NOT_MATCHING),
    # Who says so (RFC 6047 section 3; 3.2.3 party crashers).
    ("3.2.3 a party crasher", {"sender": OTHER, "attendees": (OTHER,)}, ENTRY, K.REPLY, S.HELD, R.PARTY_CRASHER),
    ("an unknown sender", {"sender": OTHER}, ENTRY, K.REPLY, S.HELD, R.UNKNOWN_SENDER),
    ("2.1.2 SENT-BY somebody who acts for the attendee", {"sender": OTHER, "sent_by": OTHER}, ENTRY, K.REPLY, S.APPLIED, None),
    ("2.1.2 SENT-BY somebody else", {"sender": OTHER, "sent_by": "third@example.org"}, ENTRY, K.REPLY, S.HELD, R.UNKNOWN_SENDER),
    ("SENT-BY without our address", {"sender": OTHER, "sent_by": OTHER, "token": False, "verdict": Verdict.PASSED}, ENTRY, K.REPLY, S.HELD, R.UNKNOWN_SENDER),
    ("no secret address, nobody vouches", {"token": False}, ENTRY, K.REPLY, S.HELD, R.UNPROVEN),
    ("no secret address, the server vouches", {"token": False, "verdict": Verdict.PASSED}, ENTRY, K.REPLY, S.APPLIED, None),
    ("the server says forged", {"verdict": Verdict.FAILED}, ENTRY, K.REPLY, S.HELD, R.FORGED),
    ("a forged COUNTER", {"method": "COUNTER", "verdict": Verdict.FAILED}, ENTRY, K.COUNTER, S.HELD, R.FORGED),
    ("a crasher's REFRESH", {"method": "REFRESH", "sender": OTHER, "attendees": (OTHER,)}, ENTRY, K.REFRESH, S.HELD, R.PARTY_CRASHER),
    # Does it still count (2.1.4, 2.1.5, 3.2.2.1).
    ("2.1.5 a repeated one", {}, ANSWERED, K.REPLY, S.IGNORED, R.REPEATED),
    ("2.1.5 an older DTSTAMP", {"stamp": EARLIER}, ANSWERED, K.REPLY, S.IGNORED, R.OLDER),
    ("2.1.5 a later DTSTAMP", {"stamp": NOW}, ANSWERED, K.REPLY, S.APPLIED, None),
    ("2.1.5 SEQUENCE before DTSTAMP", {"sequence": 1, "stamp": NOW}, ANSWERED, K.REPLY, S.IGNORED, R.OLDER),
    ("2.1.5 a higher SEQUENCE with an older DTSTAMP", {"stamp": EARLIER}, replace(ANSWERED, since_sequence=1), K.REPLY, S.APPLIED, None),
    ("2.1.4 a title changed since", {"sequence": 1}, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.2.1 times changed since", {"sequence": 1, "stamp": NOW}, replace(ENTRY, since_sequence=2), K.REPLY, S.IGNORED, R.OLDER_TIMES),
    ("3.2.2.1 a COUNTER to times changed since", {"method": "COUNTER", "sequence": 1}, replace(ENTRY, since_sequence=2), K.COUNTER, S.IGNORED, R.OLDER_TIMES),
    ("2.1.4 a SEQUENCE that was never sent", {"sequence": 3}, ENTRY, K.REPLY, S.HELD, R.AHEAD_OF_TIME),
    ("a DTSTAMP that would outlast all others", {"stamp": NOW + timedelta(days=2)}, ENTRY, K.REPLY, S.HELD, R.AHEAD_OF_TIME),
    ("a clock that is fast", {"stamp": NOW + timedelta(hours=3)}, ENTRY, K.REPLY, S.APPLIED, None),
    ("3.2.6 a REFRESH needs no SEQUENCE", {"method": "REFRESH", "stamp": None}, ENTRY, K.REFRESH, S.FILED, R.REFRESH_ASKED),
    ("the seat is gone", {}, replace(ENTRY, registration=RegistrationStatus.WITHDRAWN), K.REPLY, S.IGNORED, R.NOT_REGISTERED),
    ("there is no seat yet", {}, replace(ENTRY, registration=RegistrationStatus.WAITING), K.REPLY, S.IGNORED, R.NOT_REGISTERED),
    ("3.2.5 cancelled", {}, replace(ENTRY, meeting=MeetingStatus.CANCELLED), K.REPLY, S.IGNORED, R.MEETING_OVER),
    ("adjourned", {}, replace(ENTRY, meeting=MeetingStatus.ADJOURNED), K.REPLY, S.IGNORED, R.MEETING_OVER),
    ("postponed, yet to be held", {}, replace(ENTRY, meeting=MeetingStatus.POSTPONED), K.REPLY, S.APPLIED, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "standing", "kind", "state", "reason"),
    [row[1:] for row in RULES],
    ids=[row[0] for row in RULES],
)
def test_rule(claim, standing, kind, state, reason) -> None:
    said = claim if isinstance(claim, Claim) else replace(REPLY, **claim)
    found = decide(said, standing, NOW)
    assert (found.kind, found.state, found.reason) == (kind, state, reason)
    assert (found.participation is not None) is (state is S.APPLIED)


def test_every_reason_of_an_answer_stands_in_the_table() -> None:
    others = {R.REFRESH_ASKED, R.ANSWERS_NOTHING, R.DELAYED, R.DELIVERED}
    assert {row[5] for row in RULES} - {None} | others == set(R)


stamps = st.integers(0, 5).map(lambda n: NOW - timedelta(minutes=n))
answers = st.tuples(
    st.integers(0, 3), stamps, st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])
)


@given(st.lists(answers, unique_by=lambda a: a[:2], min_size=2, max_size=5), st.randoms())
def test_the_order_in_which_answers_come_in_never_matters(said, random) -> None:
    """The latest by SEQUENCE and DTSTAMP counts, whenever it arrives."""
    shuffled = list(said)
    random.shuffle(shuffled)
    found = [heard(order) for order in (said, shuffled)]
    assert found[0] == found[1] == (max(said)[0], max(said)[1], max(said)[2])


def heard(said) -> tuple[int, datetime | None, str]:
    standing, last = replace(ENTRY, sequence=3), Participation.NEEDS_ACTION
    for sequence, stamp, status in said:
        claim = replace(REPLY, sequence=sequence, stamp=stamp, status=status)
        decision = decide(claim, standing, NOW)
        if decision.participation is not None:
            last = decision.participation
            standing = replace(standing, since_sequence=sequence, since_stamp=stamp)
    return standing.since_sequence, standing.since_stamp, last.value.upper()


@given(
    st.builds(
        Claim,
        method=st.sampled_from(["REPLY", "COUNTER", "REFRESH", "REQUEST", ""]),
        sender=st.sampled_from([PERSON, OTHER]),
        token=st.booleans(),
        token_fits=st.booleans(),
        verdict=st.sampled_from(Verdict),
        attendees=st.sampled_from([(PERSON,), (OTHER,), (PERSON, OTHER), ()]),
        sent_by=st.sampled_from(["", OTHER]),
        status=st.sampled_from(["ACCEPTED", "DELEGATED", "NEEDS-ACTION", "X"]),
        events=st.integers(0, 2),
        sequence=st.integers(0, 3),
        stamp=st.none() | stamps,
        recurs=st.booleans(),
    ),
    st.none()
    | st.builds(
        Standing,
        address=st.just(PERSON),
        registration=st.sampled_from(RegistrationStatus),
        meeting=st.sampled_from(MeetingStatus),
        sequence=st.integers(0, 3),
        since_sequence=st.integers(0, 3),
        since_stamp=st.none() | stamps,
    ),
)
def test_nothing_is_applied_without_every_reason_to(claim: Claim, standing) -> None:
    decision = decide(claim, standing, NOW)
    if decision.state is S.APPLIED:
        assert standing is not None
        assert claim.method == "REPLY"
        assert claim.attendees == (PERSON,)
        assert claim.verdict is not Verdict.FAILED
        assert claim.token_fits
        assert claim.token or (claim.sender == PERSON and claim.verdict is Verdict.PASSED)
        assert standing.registration is RegistrationStatus.CONFIRMED
        assert standing.meeting not in OVER
        assert claim.stamp is not None
        assert not outdated(
            claim.sequence, claim.stamp, standing.since_sequence, standing.since_stamp
        )


def test_what_may_be_done_with_a_mail() -> None:
    apply, decline, dismiss = IncomingVerb.APPLY, IncomingVerb.DECLINE, IncomingVerb.DISMISS
    assert moves(K.REPLY, S.HELD, R.UNKNOWN_SENDER) == [apply, dismiss]
    assert moves(K.REPLY, S.HELD, R.PARTY_CRASHER) == [dismiss]
    assert moves(K.COUNTER, S.HELD, R.COUNTER_PROPOSAL) == [decline, dismiss]
    assert moves(K.COUNTER, S.HELD, R.FORGED) == [dismiss]
    assert moves(K.ANSWER, S.FILED, None) == [dismiss]
    assert [moves(K.REPLY, state, None) for state in (S.APPLIED, S.IGNORED, S.ACCEPTED)] == [[]] * 3
