"""Anonymizing people, holding what must stay: the verbs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import FieldError
from app.entities.tables import Person
from app.events import record
from app.meetings.tables import Meeting
from app.privacy import erasing, queries
from app.privacy.events import LegalHoldLifted, LegalHoldPlaced, PersonAnonymized
from app.privacy.lifecycle import AnonymizationObstacle
from app.privacy.problems import AnonymizationPrevented
from app.privacy.tables import LegalHold
from app.statistics import service as statistics


@dataclass(frozen=True, slots=True)
class Anonymization:
    """What was erased, or would be, and what stands in the way."""

    anonymized_at: datetime | None
    erased: dict[str, int] = field(default_factory=dict)
    obstacles: list[AnonymizationObstacle] = field(default_factory=list)


async def plan(session: AsyncSession, person: Person) -> Anonymization:
    """What would be erased now, and what stands in the way of it."""
    if person.anonymized_at is not None:
        return Anonymization(person.anonymized_at)
    ids = [each.id for each in await queries.lock_people(session, person.id)]
    obstacles = await queries.list_obstacles(session, ids, clock.now())
    subject = await queries.find_subject(session, ids, lone=True)
    return Anonymization(None, await erasing.count_of(session, subject), obstacles)


async def anonymize(session: AsyncSession, person: Person) -> Anonymization:
    """Erase on request all that says who somebody was; twice is once.

    Figures, seats and the log stay as they are: they have ids, and roles, and what was written down
    to be counted. Raises `AnonymizationPrevented`.
    """
    people = await queries.lock_people(session, person.id)
    if person.anonymized_at is not None:
        return Anonymization(person.anonymized_at)
    obstacles = await queries.list_obstacles(session, [each.id for each in people], clock.now())
    if obstacles:
        errors = [FieldError(pointer=f"obstacles/{each}", detail=WORDS[each]) for each in obstacles]
        raise AnonymizationPrevented(" ".join(WORDS[each] for each in obstacles), errors=errors)
    return await _anonymize(session, people, person.id, by_retention=False)


async def anonymize_released(session: AsyncSession, person_id: UUID) -> None:
    """The same at the end of retention, for somebody whom nothing keeps any more."""
    people = await queries.lock_people(session, person_id)
    ids = [each.id for each in people]
    if not await queries.list_obstacles(session, ids, clock.now()):
        await _anonymize(session, people, person_id, by_retention=True)


async def place_hold(
    session: AsyncSession,
    reason: str,
    account_id: UUID | None,
    *,
    meeting: Meeting | None = None,
    person: Person | None = None,
) -> LegalHold:
    """Nothing of the one or the other is erased from now on; the reason may be replaced."""
    about = _about(meeting, person)
    hold = await _find(session, meeting, person)
    if hold is None:
        hold = LegalHold(
            meeting_id=meeting.id if meeting else None,
            person_id=person.id if person else None,
            reason=reason,
            placed_by=account_id,
        )
        session.add(hold)
    elif hold.reason == reason:
        return hold
    hold.reason, hold.placed_by = reason, account_id
    record(session, LegalHoldPlaced(reason=reason, **about))
    await session.flush()
    return hold


async def lift_hold(
    session: AsyncSession, *, meeting: Meeting | None = None, person: Person | None = None
) -> None:
    """What has reached its end meanwhile is erased when the worker looks next; twice is once."""
    hold = await _find(session, meeting, person)
    if hold is None:
        return
    record(session, LegalHoldLifted(reason=hold.reason, **_about(meeting, person)))
    await session.delete(hold)
    await session.flush()


async def _anonymize(
    session: AsyncSession, people: Sequence[Person], person_id: UUID, *, by_retention: bool
) -> Anonymization:
    ids = [each.id for each in people]
    for meeting in await queries.list_unsettled(session, ids):
        await statistics.settle_people(session, meeting, ids)
    subject = await queries.find_subject(session, ids, lone=True)
    erased = await erasing.erase_people(session, subject)
    (person,) = (each for each in people if each.id == person_id)
    record(
        session,
        PersonAnonymized(
            subject_id=person_id,
            entity_id=person.entity_id,
            by_retention=by_retention,
            erased=erased,
        ),
    )
    await session.flush()
    await session.refresh(person)
    return Anonymization(person.anonymized_at, erased)


async def _find(
    session: AsyncSession, meeting: Meeting | None, person: Person | None
) -> LegalHold | None:
    return await queries.find_hold(
        session,
        meeting_id=meeting.id if meeting else None,
        person_id=person.id if person else None,
    )


def _about(meeting: Meeting | None, person: Person | None) -> dict[str, Any]:
    if meeting is not None:
        ids = {"meeting_id": meeting.id, "committee_id": meeting.committee_id}
        return {"subject_id": meeting.id, **ids}
    assert person is not None, "a hold is on one or the other"
    return {"subject_id": person.id, "entity_id": person.entity_id}


WORDS = {
    AnonymizationObstacle.PERSON_HELD: "There is a legal hold on the person.",
    AnonymizationObstacle.MEETING_HELD: "There is a legal hold on a meeting of theirs.",
    AnonymizationObstacle.REGISTERED: "The person is registered for a meeting that is not over.",
    AnonymizationObstacle.FOCAL_POINT: "The person acts for the entity.",
    AnonymizationObstacle.MERGED: "The person was merged into another one.",
}
