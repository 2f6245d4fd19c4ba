"""What is still missing before a meeting can be announced or opened: pure rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.meetings.lifecycle import OVER, UNDER_WAY, MeetingFormat, MeetingStatus
from app.meetings.policy import WITH_ROOM, WITH_VENUE


class Severity(StrEnum):
    BLOCKING = "blocking"
    """The meeting cannot be announced while this is missing."""
    ADVISORY = "advisory"


class MissingCode(StrEnum):
    TITLE_LANGUAGE = "title_language"
    TITLE_TRANSLATIONS = "title_translations"
    CONFERENCE_ROOM = "conference_room"
    VENUE = "venue"
    CONTACTS = "contacts"
    START_PASSED = "start_passed"
    REGISTRATION_WINDOW = "registration_window"
    REGISTRATION_OVER = "registration_over"
    HOLIDAYS = "holidays"
    AGENDA_ITEMS = "agenda_items"
    AGENDA_ISSUED = "agenda_issued"
    INVITATIONS = "invitations"
    INVITATIONS_UNSENT = "invitations_unsent"
    INVITATIONS_UNANSWERED = "invitations_unanswered"
    REGISTRATIONS_PENDING = "registrations_pending"
    CREDENTIALS_MISSING = "credentials_missing"
    CREDENTIALS_UNCHECKED = "credentials_unchecked"
    BRIEFERS_UNASKED = "briefers_unasked"
    BRIEFERS_UNNAMED = "briefers_unnamed"
    BRIEFERS_UNCONFIRMED = "briefers_unconfirmed"
    AGENDA_CONFLICTS = "agenda_conflicts"


@dataclass(frozen=True, slots=True)
class Mend:
    """The call that provides what is missing."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing."""

    code: MissingCode
    severity: Severity
    detail: str
    mend: Mend


@dataclass(frozen=True, slots=True)
class Plan:
    """What a meeting consists of so far."""

    meeting_id: UUID
    status: MeetingStatus
    format: MeetingFormat
    title: Mapping[str, str]
    languages: Sequence[str]
    venue: str | None
    contacts: int
    starts_at: datetime
    registration_closes_at: datetime | None
    has_room: bool
    agenda_items: int
    agenda_versions: int
    invitations: Mapping[str, int]
    """How many by status; `withdrawn` ones count for nothing."""
    year: int = 1970
    """Of the meeting."""
    counts_working_days: bool = False
    """The deadline is so many working days before the meeting."""
    without_holidays: str | None = None
    """The duty station whose official holidays of that year are not known."""
    pending: int = 0
    """Registrations that wait for a decision."""
    credentials: Mapping[str, int] = field(default_factory=dict)
    """Of the entities that have accepted, how many by state; nothing where none are needed."""
    briefings: Mapping[str, int] = field(default_factory=dict)
    """Items on which a working group briefs, how many by state; `unasked` before anybody is."""
    conflicts: int = 0
    """Of people on the agenda, for those who may know."""


def missing(plan: Plan, now: datetime) -> list[Missing]:
    """Everything that is missing, blocking things first; nothing once the meeting is over."""
    if plan.status in OVER:
        return []
    found = [*_description(plan), *_places(plan), *_times(plan, now), *_agenda(plan)]
    found += _invitations(plan)
    found += _delegations(plan)
    found += _briefings(plan)
    return sorted(found, key=lambda each: each.severity is not Severity.BLOCKING)


def blocking(found: Sequence[Missing]) -> list[Missing]:
    return [each for each in found if each.severity is Severity.BLOCKING]


def _description(plan: Plan) -> Iterator[Missing]:
    meeting = _mend("PATCH", plan)
    untitled = [tag for tag in plan.languages if tag not in plan.title]
    if len(untitled) == len(plan.languages):
        detail = "The title is in none of the meeting's languages."
        yield _blocking(MissingCode.TITLE_LANGUAGE, detail, meeting)
    elif untitled:
        detail = f"The title has no words in {', '.join(untitled)}."
        yield _advisory(MissingCode.TITLE_TRANSLATIONS, detail, meeting)
    if not plan.contacts:
        yield _advisory(MissingCode.CONTACTS, "Nobody is named to be asked.", meeting)


def _places(plan: Plan) -> Iterator[Missing]:
    words = plan.format.value.replace("_", " ")
    if plan.format in WITH_ROOM and not plan.has_room:
        detail = f"A meeting held {words} needs a conference room."
        yield _blocking(MissingCode.CONFERENCE_ROOM, detail, _mend("PUT", plan, "/room"))
    if plan.format in WITH_VENUE and not plan.venue:
        detail = f"A meeting held {words} needs a venue."
        yield _blocking(MissingCode.VENUE, detail, _mend("PATCH", plan))


def _times(plan: Plan, now: datetime) -> Iterator[Missing]:
    if plan.status in UNDER_WAY:
        return
    if plan.starts_at <= now:
        draft = plan.status is MeetingStatus.DRAFT
        mend = _mend("PATCH", plan) if draft else _mend("POST", plan, "/reschedule")
        yield _advisory(MissingCode.START_PASSED, "The time of the start has passed.", mend)
    if plan.registration_closes_at is None:
        detail = "Registration has no deadline: it stays open until the meeting is over."
        yield _advisory(MissingCode.REGISTRATION_WINDOW, detail, _mend("PATCH", plan))
    elif plan.registration_closes_at <= now:
        detail = "The registration deadline has passed."
        yield _advisory(MissingCode.REGISTRATION_OVER, detail, _mend("PATCH", plan))
    if plan.counts_working_days and plan.without_holidays is not None:
        detail = (
            f"The official holidays of {plan.without_holidays} in {plan.year} are not known: the "
            "deadline counts weekends only."
        )
        path = f"/v1/duty-stations/{plan.without_holidays}/holidays/{plan.year}"
        yield _advisory(MissingCode.HOLIDAYS, detail, Mend("PUT", path))


def _agenda(plan: Plan) -> Iterator[Missing]:
    if not plan.agenda_items:
        detail = "The agenda has no items."
        yield _advisory(MissingCode.AGENDA_ITEMS, detail, _mend("PUT", plan, "/agenda"))
    elif not plan.agenda_versions:
        detail = "No version of the agenda was issued."
        mend = _mend("POST", plan, "/agenda/versions")
        yield _advisory(MissingCode.AGENDA_ISSUED, detail, mend)
    if plan.conflicts:
        detail = (
            "Conflicts of people on the agenda, who are booked twice, at night, or registered "
            f"elsewhere: {plan.conflicts}."
        )
        mend = _mend("GET", plan, "/agenda/conflicts")
        yield _advisory(MissingCode.AGENDA_CONFLICTS, detail, mend)


def _invitations(plan: Plan) -> Iterator[Missing]:
    count = {status: number for status, number in plan.invitations.items() if number}
    count.pop("withdrawn", None)
    if not count:
        mend = _mend("POST", plan, "/invitations")
        yield _advisory(MissingCode.INVITATIONS, "Nobody is invited.", mend)
    if unsent := count.get("draft"):
        detail = f"Invitations drafted and not sent: {unsent}."
        mend = _mend("POST", plan, "/invitations/send")
        yield _advisory(MissingCode.INVITATIONS_UNSENT, detail, mend)
    if silent := count.get("sent"):
        detail = f"Invitations not answered: {silent}."
        mend = _mend("GET", plan, "/invitations?status=sent")
        yield _advisory(MissingCode.INVITATIONS_UNANSWERED, detail, mend)


def _delegations(plan: Plan) -> Iterator[Missing]:
    if plan.pending:
        detail = f"Registrations that wait for a decision: {plan.pending}."
        yield _advisory(MissingCode.REGISTRATIONS_PENDING, detail, _mend("GET", plan, "/approvals"))
    absent = plan.credentials.get("missing", 0) + plan.credentials.get("returned", 0)
    if absent:
        detail = f"Delegations without credentials in order: {absent}."
        mend = _mend("GET", plan, "/invitations?credentials=missing")
        yield _advisory(MissingCode.CREDENTIALS_MISSING, detail, mend)
    if unchecked := plan.credentials.get("presented"):
        detail = f"Credentials that nobody has looked at: {unchecked}."
        mend = _mend("GET", plan, "/invitations?credentials=presented")
        yield _advisory(MissingCode.CREDENTIALS_UNCHECKED, detail, mend)


def _briefings(plan: Plan) -> Iterator[Missing]:
    count = plan.briefings
    if unasked := count.get("unasked"):
        detail = f"Working groups that were not asked who briefs: {unasked}."
        yield _advisory(MissingCode.BRIEFERS_UNASKED, detail, _mend("POST", plan, "/briefings"))
    look = _mend("GET", plan, "/briefings")
    if unnamed := count.get("asked", 0) + count.get("declined", 0):
        detail = f"Briefings for which nobody is named: {unnamed}."
        yield _advisory(MissingCode.BRIEFERS_UNNAMED, detail, look)
    if unconfirmed := count.get("named"):
        detail = f"Briefers who have not confirmed: {unconfirmed}."
        yield _advisory(MissingCode.BRIEFERS_UNCONFIRMED, detail, look)


def _blocking(code: MissingCode, detail: str, mend: Mend) -> Missing:
    return Missing(code, Severity.BLOCKING, detail, mend)


def _advisory(code: MissingCode, detail: str, mend: Mend) -> Missing:
    return Missing(code, Severity.ADVISORY, detail, mend)


def _mend(method: str, plan: Plan, below: str = "") -> Mend:
    return Mend(method, f"/v1/meetings/{plan.meeting_id}{below}")
