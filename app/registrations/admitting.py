"""What a meeting lets each of many delegations do, looked up in few statements."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.rules import Approval, Change, Consent, EntityStanding, Rules
from app.core import clock
from app.core.problems import Problem
from app.invitations.policy import Window
from app.invitations.tables import Invitation
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import many_queries as queries
from app.registrations import service
from app.registrations.arrivals import Arrivals, Delegation, Exceptional, Pool
from app.registrations.problems import RegistrationClosed


async def arrivals_at(
    session: AsyncSession,
    meeting: Meeting,
    invitations: Sequence[Invitation],
    *,
    for_organizer: bool,
    lock: bool,
) -> Arrivals:
    """The meeting as a list finds it. Meeting and invitations are locked; pools are, if told so.

    What organizers do needs nobody's approval, and no exception.
    """
    now = clock.now()
    ids = [each.id for each in invitations]
    counts = await queries.count_delegations(session, ids)
    pool_ids = {each.pool_id for each in invitations if each.pool_id is not None}
    pools = {
        pool.id: Pool(pool.seats, pool.seats_taken)
        for pool in await queries.seat_pools(session, pool_ids, lock=lock)
    }
    approval = Approval() if for_organizer else Approval.read(meeting.approval)
    standings = {}
    if approval.standings:
        entities = [each.entity_id for each in invitations]
        day = meeting.local_start.date()
        standings = await queries.standings_of(session, meeting.committee_id, entities, day)
    exceptions = await queries.live_exceptions(session, ids, now)
    arrivals = Arrivals(
        meeting.capacity,
        meeting.seats_taken,
        rules=Rules.read(meeting.registration_rules),
        approval=approval,
        late=Window(meeting.registration_opens_at, meeting.registration_closes_at).has_closed(now),
        pools=pools,
    )
    for invitation in invitations:
        waiting, named = counts.get(invitation.id, (0, {}))
        delegation = Delegation(
            invitation.seat_quota,
            invitation.seats_taken,
            waiting,
            dict(named),
            pool_id=invitation.pool_id,
            standing=standings.get(invitation.entity_id, EntityStanding.NONE),
        )
        delegation.closed = _closed(meeting, invitation, now, for_organizer=for_organizer)
        if isinstance(delegation.closed, RegistrationClosed) and meeting.status not in OVER:
            found = exceptions.get(invitation.id, [])
            delegation.exceptions = [Exceptional(e.id, e.used, e.persons) for e in found]
        arrivals.delegations[invitation.id] = delegation
    return arrivals


def _closed(
    meeting: Meeting, invitation: Invitation, now: datetime, *, for_organizer: bool
) -> Problem | None:
    """Why nobody can be registered, as `admission` has it, but for exceptions."""
    try:
        service.check_open(meeting, invitation, now, for_organizer=for_organizer)
    except RegistrationClosed as problem:
        rules = Rules.read(meeting.registration_rules)
        deadline = meeting.registration_closes_at
        consent = rules.consent(Change.ADD, now, meeting.starts_at, deadline)
        free = meeting.status not in OVER and consent is Consent.FOCAL_POINT
        return None if free else problem
    except Problem as problem:
        return problem
    return None
