"""Interpretation and accessibility: kept with a registration, told as numbers."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from app.events import record
from app.meetings.lifecycle import OVER
from app.meetings.tables import Meeting
from app.registrations import answer_queries
from app.registrations.events import RegistrationNeedsStated
from app.registrations.facts import about
from app.registrations.lifecycle import HOLDING, LIVE, REGISTRATION, RegistrationVerb
from app.registrations.problems import RegistrationClosed
from app.registrations.tables import Registration

PURPOSE = {"en": "To provide interpretation, captions and access to the meeting."}
"""For which needs are asked; `Meeting.needs_retention_days` says how long they are kept."""
LISTS = ("speaks", "interpretation")


async def state_first(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    needs: Mapping[str, Any] | None,
) -> None:
    """Keep the needs of somebody who has just been registered; no statement where there are
    none.
    """
    if needs:
        await answer_queries.write_needs(session, registration.id, dict(needs))
        set_committed_value(registration, "needs", dict(needs))
        _tell(session, meeting, registration, needs)


async def state(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    needs: Mapping[str, Any] | None,
) -> None:
    """Change them; the registration's row is locked. Raises `RegistrationClosed`,
    `MoveForbidden`.
    """
    if meeting.status in OVER:
        raise RegistrationClosed(f"The meeting is {meeting.status.value}.")
    if registration.status not in LIVE:
        REGISTRATION.move(registration.status, RegistrationVerb.WITHDRAW)
    before = registration.needs or {}
    after = dict(needs or {})
    changed = {name: None for name in {**before, **after} if before.get(name) != after.get(name)}
    if changed:
        registration.needs = after or None
        _tell(session, meeting, registration, changed)
        await session.flush()


async def count_needs(session: AsyncSession, meeting_id: UUID) -> dict[str, Any]:
    """Of those who have a seat or need none: how many need what."""
    statement = select(col(Registration.needs)).where(
        col(Registration.meeting_id) == meeting_id,
        col(Registration.status).in_(HOLDING),
        col(Registration.needs).is_not(None),
    )
    found = [needs for needs in (await session.execute(statement)).scalars() if needs]
    counts: dict[str, Any] = {
        name: _by_language(tag for needs in found for tag in set(needs.get(name, ())))
        for name in LISTS
    }
    signs = (needs["sign_language"] for needs in found if needs.get("sign_language"))
    return counts | {
        "people": len(found),
        "sign_language": _by_language(signs),
        "captioning": sum(bool(needs.get("captioning")) for needs in found),
        "other": sum(bool(needs.get("other")) for needs in found),
    }


def _by_language(tags: Any) -> list[dict[str, Any]]:
    """Most of all first."""
    counted = sorted(Counter(tags).items(), key=lambda each: (-each[1], each[0]))
    return [{"language": tag, "people": number} for tag, number in counted[:1000]]


def _tell(
    session: AsyncSession,
    meeting: Meeting,
    registration: Registration,
    members: Mapping[str, Any],
) -> None:
    event = RegistrationNeedsStated(**about(meeting, registration), members=sorted(members))
    record(session, event)
