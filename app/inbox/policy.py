"""What an answer may do: the rules of RFC 5546 for VEVENT, and ours about trust. Pure.

The questions are asked in this order: who may send what, does it belong to an entry of ours, who
says so, does it still count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.inbox.lifecycle import INCOMING, IncomingKind, IncomingState, IncomingVerb, Reason
from app.meetings.lifecycle import OVER, MeetingStatus
from app.registrations.lifecycle import Participation, RegistrationStatus

CLOCKS_DIFFER = timedelta(hours=24)
"""So far ahead may the clock of the answering program be; an answer from the far future would keep
every later one from counting."""

KIND_OF_METHOD = {
    "REPLY": IncomingKind.REPLY,
    "COUNTER": IncomingKind.COUNTER,
    "REFRESH": IncomingKind.REFRESH,
}
"""What an attendee may send (section 1.4); all other methods are the organizer's."""
PARTICIPATION = {
    "NEEDS-ACTION": Participation.NEEDS_ACTION,
    "ACCEPTED": Participation.ACCEPTED,
    "DECLINED": Participation.DECLINED,
    "TENTATIVE": Participation.TENTATIVE,
}
DELEGATED = "DELEGATED"


class Verdict(StrEnum):
    """What the receiving mail server found out about the sender's domain."""

    PASSED = "pass"
    FAILED = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a calendar object that came by mail says, and who seems to say it."""

    method: str
    sender: str
    """The address in From."""
    token: bool = False
    """It came to the secret address of an entry or of a mail about it."""
    token_fits: bool = True
    """The token's registration is the one of the UID."""
    verdict: Verdict = Verdict.UNKNOWN
    attendees: tuple[str, ...] = ()
    sent_by: str = ""
    status: str = "NEEDS-ACTION"
    events: int = 1
    sequence: int = 0
    stamp: datetime | None = None
    recurs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The entry that the claim is about, as it is now."""

    address: str
    """Of the person whose entry it is."""
    registration: RegistrationStatus
    meeting: MeetingStatus
    sequence: int
    """What calendars show now."""
    since_sequence: int = 0
    """That of the last answer that counted or, later, of the last change of times."""
    since_stamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    kind: IncomingKind
    state: IncomingState
    reason: Reason | None = None
    participation: Participation | None = None
    """What the person says, where it is applied."""


def decide(claim: Claim, standing: Standing | None, now: datetime) -> Decision:
    """What becomes of the claim; None for an entry that there is none of."""
    kind = _kind_of(claim)
    found = next(_objections(claim, standing, now), None)
    if found is not None:
        return Decision(kind, *found)
    match kind:
        case IncomingKind.COUNTER:
            return Decision(kind, IncomingState.HELD, Reason.COUNTER_PROPOSAL)
        case IncomingKind.DELEGATION:
            return Decision(kind, IncomingState.HELD, Reason.DELEGATED)
        case IncomingKind.REFRESH:
            return Decision(kind, IncomingState.FILED, Reason.REFRESH_ASKED)
        case _:
            return Decision(kind, IncomingState.APPLIED, participation=PARTICIPATION[claim.status])


def outdated(
    sequence: int, stamp: datetime, since_sequence: int, since_stamp: datetime | None
) -> Reason | None:
    """Why an answer no longer counts: the later by SEQUENCE, then by DTSTAMP, wins (2.1.5)."""
    if since_stamp is None:
        return Reason.OLDER_TIMES if sequence < since_sequence else None
    if (sequence, stamp) == (since_sequence, since_stamp):
        return Reason.REPEATED
    return Reason.OLDER if (sequence, stamp) < (since_sequence, since_stamp) else None


Objection = tuple[IncomingState, Reason]
HELD, IGNORED, REFUSED = IncomingState.HELD, IncomingState.IGNORED, IncomingState.REFUSED


def _kind_of(claim: Claim) -> IncomingKind:
    kind = KIND_OF_METHOD.get(claim.method, IncomingKind.UNKNOWN)
    delegates = kind is IncomingKind.REPLY and claim.status == DELEGATED
    return IncomingKind.DELEGATION if delegates else kind


def _objections(claim: Claim, standing: Standing | None, now: datetime) -> Iterator[Objection]:
    yield from _misformed(claim)
    if standing is None:
        yield HELD, Reason.NOT_MATCHING
        return
    yield from _mistrusted(claim, standing)
    yield from _pointless(claim, standing)
    yield from _untimely(claim, standing, now)


def _misformed(claim: Claim) -> Iterator[Objection]:
    if claim.method not in KIND_OF_METHOD:
        yield REFUSED, Reason.WRONG_METHOD
    if claim.recurs or claim.events > 1:
        yield REFUSED, Reason.RECURS
    one = len(claim.attendees) == 1 or claim.method == "COUNTER"
    if claim.events < 1 or not claim.attendees or not one:
        yield REFUSED, Reason.INCOMPLETE
    if claim.method == "REPLY" and claim.status not in {*PARTICIPATION, DELEGATED}:
        yield HELD, Reason.INCOMPLETE


def _mistrusted(claim: Claim, standing: Standing) -> Iterator[Objection]:
    """Nothing changes by what anybody could have written (RFC 6047 section 3)."""
    if claim.verdict is Verdict.FAILED:
        yield HELD, Reason.FORGED
    if not claim.token_fits:
        yield HELD, Reason.NOT_MATCHING
    if standing.address not in claim.attendees:
        yield HELD, Reason.PARTY_CRASHER
    acts_for = claim.token and claim.sent_by != "" and claim.sender == claim.sent_by
    if claim.sender != standing.address and not acts_for:
        yield HELD, Reason.UNKNOWN_SENDER
    if not claim.token and claim.verdict is not Verdict.PASSED:
        yield HELD, Reason.UNPROVEN


def _pointless(claim: Claim, standing: Standing) -> Iterator[Objection]:
    if standing.meeting in OVER:
        yield IGNORED, Reason.MEETING_OVER
    if standing.registration is not RegistrationStatus.CONFIRMED:
        yield IGNORED, Reason.NOT_REGISTERED


def _untimely(claim: Claim, standing: Standing, now: datetime) -> Iterator[Objection]:
    if claim.method == "REFRESH":
        return
    if claim.stamp is None:
        yield HELD, Reason.INCOMPLETE
        return
    if claim.sequence > standing.sequence or claim.stamp > now + CLOCKS_DIFFER:
        yield HELD, Reason.AHEAD_OF_TIME
    late = outdated(claim.sequence, claim.stamp, standing.since_sequence, standing.since_stamp)
    if late is not None:
        yield IGNORED, late


APPLICABLE = frozenset(
    {Reason.UNKNOWN_SENDER, Reason.UNPROVEN, Reason.FORGED, Reason.AHEAD_OF_TIME}
)
"""Held answers of which somebody who knows the people may say that they are theirs."""


def moves(kind: IncomingKind, state: IncomingState, reason: Reason | None) -> list[IncomingVerb]:
    """What an organizer may do with a mail."""
    able = {
        IncomingVerb.APPLY: kind is IncomingKind.REPLY and reason in APPLICABLE,
        IncomingVerb.DECLINE: reason is Reason.COUNTER_PROPOSAL,
        IncomingVerb.DISMISS: True,
    }
    return [verb for verb in map(IncomingVerb, INCOMING.allowed(state)) if able[verb]]
