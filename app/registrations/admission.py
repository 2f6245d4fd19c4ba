"""Whether a meeting's rules let somebody be named or a delegation be changed, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.rules import (
    Approval,
    ApprovalReason,
    Change,
    Consent,
    EntityStanding,
    Rules,
    frozen,
)
from app.core import clock
from app.invitations.policy import Window
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import exceptions, rule_queries, service
from app.registrations.lifecycle import (
    BY_ORGANIZERS,
    LIVE,
    RegistrationRole,
    RegistrationVerb,
)
from app.registrations.problems import (
    ApprovalNeeded,
    OrganizerNeeded,
    RegistrationClosed,
    RoleFull,
    RoleNotTaken,
    SubstitutionFrozen,
)
from app.registrations.tables import Registration, RegistrationException

_VERBS = {
    RegistrationVerb.WITHDRAW: Change.WITHDRAW,
    RegistrationVerb.SUBSTITUTE: Change.SUBSTITUTE,
}


@dataclass(frozen=True, slots=True)
class Admission:
    """How somebody may be named."""

    because: Sequence[ApprovalReason] = ()
    """Why it needs a decision; nothing where it needs none."""
    exception: RegistrationException | None = None
    """Under which it is late."""


async def admit(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    role: RegistrationRole,
    *,
    for_organizer: bool,
) -> Admission:
    """How one more may be named now; raises the problem that forbids it.

    Meeting and invitation are locked. What organizers do needs nobody's approval.
    """
    now = clock.now()
    await check_role(session, meeting, invitation, role)
    exception = await _let_in(session, meeting, invitation, now, for_organizer=for_organizer)
    if for_organizer:
        return Admission()
    window = Window(meeting.registration_opens_at, meeting.registration_closes_at)
    late = window.has_closed(now)
    return Admission(await _reasons(session, meeting, invitation, role, late=late), exception)


async def keep_exception(
    session: AsyncSession, registration: Registration, exception: RegistrationException
) -> None:
    """Note under which exception somebody came."""
    registration.exception_id = exception.id
    statement = update(Registration).where(col(Registration.id) == registration.id)
    statement = statement.values(exception_id=exception.id)
    await session.execute(statement.execution_options(synchronize_session=False))


async def check_role(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, role: RegistrationRole
) -> None:
    """Raises `RoleNotTaken` and `RoleFull`, also for organizers: they change the rules instead."""
    rules = Rules.read(meeting.registration_rules)
    if broken := rules.unnameable(role):
        raise RoleNotTaken(broken.detail, rule=broken.rule)
    if role.value in rules.at_most:
        named = await rule_queries.count_in_role(session, invitation.id, role)
        if broken := rules.full(role, named):
            raise RoleFull(broken.detail, rule=broken.rule)


async def check_role_change(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    role: RegistrationRole,
    *,
    for_organizer: bool,
) -> None:
    """Whether somebody may come as something else."""
    if registration.status not in LIVE or role is registration.role:
        return
    check_change(meeting, Change.CHANGE_ROLE, for_organizer=for_organizer)
    await check_role(session, meeting, invitation, role)
    if not for_organizer:
        await _check_same_reasons(session, meeting, invitation, registration.role, role)


async def _check_same_reasons(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    was: RegistrationRole,
    role: RegistrationRole,
) -> None:
    """Nobody comes by the way as what needs an approval that was not asked for."""
    before = await _reasons(session, meeting, invitation, was, late=False)
    after = await _reasons(session, meeting, invitation, role, late=False)
    if set(after) - set(before):
        detail = f"To come as {role.value.replace('_', ' ')} needs an organizer's approval."
        raise ApprovalNeeded(detail, rule="approval")


async def check_substitution(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    registration: Registration,
    role: RegistrationRole | None,
    *,
    override: str | None,
    for_organizer: bool,
) -> bool:
    """Whether somebody else may come instead; True where only the override makes it possible."""
    check_change(meeting, Change.SUBSTITUTE, for_organizer=for_organizer)
    if role is not None and role is not registration.role:
        check_change(meeting, Change.CHANGE_ROLE, for_organizer=for_organizer)
        await check_role(session, meeting, invitation, role)
        if not for_organizer:
            await _check_same_reasons(session, meeting, invitation, registration.role, role)
    if not for_organizer:
        await _check_approved(session, meeting, invitation, role or registration.role)
    cold = frozen(clock.now(), meeting.starts_at, meeting.substitution_freeze)
    if cold and not (for_organizer and override):
        who = "Give override_reason." if for_organizer else "Ask the organizer."
        detail = f"Nobody is substituted so shortly before the meeting. {who}"
        raise SubstitutionFrozen(detail, rule="substitution_freeze")
    return cold


def check_change(meeting: Meeting, change: Change, *, for_organizer: bool) -> None:
    """Raises `OrganizerNeeded` once this kind of change has closed for focal points."""
    if for_organizer or _consent(meeting, change, clock.now()) is Consent.FOCAL_POINT:
        return
    detail = f"To {change.value.replace('_', ' ')} needs an organizer now."
    raise OrganizerNeeded(detail, rule=f"changes.{change.value}")


def hindered(meeting: Meeting, *, for_organizer: bool) -> frozenset[RegistrationVerb]:
    """The verbs that this caller cannot use now because of the meeting's rules."""
    if for_organizer:
        return frozenset()
    now = clock.now()
    closed = {
        verb
        for verb, change in _VERBS.items()
        if _consent(meeting, change, now) is Consent.ORGANIZER
    }
    if frozen(now, meeting.starts_at, meeting.substitution_freeze):
        closed.add(RegistrationVerb.SUBSTITUTE)
    return frozenset(closed | BY_ORGANIZERS)


async def _let_in(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    now: datetime,
    *,
    for_organizer: bool,
) -> RegistrationException | None:
    """The exception that is used, where only one opens what has closed."""
    try:
        service.check_open(meeting, invitation, now, for_organizer=for_organizer)
    except RegistrationClosed:
        if meeting.status in OVER:
            raise
        if _consent(meeting, Change.ADD, now) is Consent.FOCAL_POINT:
            return None
        exception = await exceptions.use(session, meeting, invitation, now)
        if exception is None:
            raise
        return exception
    return None


async def _check_approved(
    session: AsyncSession, meeting: Meeting, invitation: Invitation, role: RegistrationRole
) -> None:
    if not Approval.read(meeting.approval).substitutes:
        return
    if await _reasons(session, meeting, invitation, role, late=False):
        detail = "Where approval is needed, only an organizer names somebody else."
        raise ApprovalNeeded(detail, rule="approval")


async def _reasons(
    session: AsyncSession,
    meeting: Meeting,
    invitation: Invitation,
    role: RegistrationRole,
    *,
    late: bool,
) -> list[ApprovalReason]:
    approval = Approval.read(meeting.approval)
    standing = EntityStanding.MEMBER
    if approval.standings:
        day = meeting.local_start.date()
        standing = await rule_queries.standing_of(
            session, meeting.committee_id, invitation.entity_id, day
        )
    return approval.reasons(role, standing, late=late)


def _consent(meeting: Meeting, change: Change, now: datetime) -> Consent:
    rules = Rules.read(meeting.registration_rules)
    return rules.consent(change, now, meeting.starts_at, meeting.registration_closes_at)
