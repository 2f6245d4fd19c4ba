"""Time for the briefings of a meeting, through the agenda's own door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.lifecycle import ItemKind, ItemStanding
from app.agenda.saving import save
from app.agenda.tree import WorkingAgenda
from app.briefings import policy, queries
from app.briefings.events import BriefingTimeGivenBack, BriefingTimeShared
from app.briefings.policy import CannotShare, Share
from app.briefings.problems import TooFewMinutes
from app.briefings.service import about
from app.briefings.tables import Briefing
from app.events import record


@dataclass(frozen=True, slots=True)
class Wanted:
    """How time is to be shared; minutes of None are what there is."""

    minutes: int | None
    items: Sequence[UUID]
    weights: Mapping[UUID, int]
    kept: Mapping[UUID, int]


def briefing_items(agenda: WorkingAgenda) -> list[UUID]:
    """In reading order: those of the kind, with a group, that still stand."""
    return [
        timed.id
        for timed in agenda.timetable.items
        if (state := agenda.states[timed.id]).kind is ItemKind.BRIEFING
        and state.working_group_id is not None
        and state.standing is ItemStanding.STANDING
    ]


async def plan(session: AsyncSession, agenda: WorkingAgenda, wanted: Wanted) -> dict[UUID, int]:
    """Minutes by item; raises `TooFewMinutes`."""
    known = await queries.briefings_of(session, agenda.meeting.id)
    shares = _shares(agenda, known, wanted)
    total = wanted.minutes if wanted.minutes is not None else _there_is(agenda, shares)
    try:
        return policy.shared(total, shares)
    except CannotShare as error:
        raise TooFewMinutes(str(error)) from None


async def share(
    session: AsyncSession, agenda: WorkingAgenda, minutes: Mapping[UUID, int]
) -> WorkingAgenda:
    """Give the items these minutes."""
    after = await _give(session, agenda, minutes)
    ids = {"subject_id": agenda.meeting.id, "meeting_id": agenda.meeting.id}
    told = {str(item_id): each for item_id, each in minutes.items()}
    fact = BriefingTimeShared(minutes=told, committee_id=agenda.meeting.committee_id, **ids)
    record(session, fact)
    await session.flush()
    return after


async def give_back(
    session: AsyncSession,
    agenda: WorkingAgenda,
    briefing: Briefing,
    minutes: int,
    *,
    to_others: bool,
) -> WorkingAgenda:
    """One has less, and the others have it where asked for; raises `TooFewMinutes`."""
    known = await queries.briefings_of(session, agenda.meeting.id)
    shares = _shares(agenda, known, Wanted(None, briefing_items(agenda), {}, {}))
    try:
        if to_others and briefing.item_id in {share.item_id for share in shares}:
            found = policy.given_back(minutes, briefing.item_id, shares)
        else:
            own = agenda.states[briefing.item_id].duration or 0
            if minutes > own:
                raise CannotShare(f"{minutes} of {own} minutes cannot be given back.")
            found = {briefing.item_id: own - minutes}
    except CannotShare as error:
        raise TooFewMinutes(str(error)) from None
    after = await _give(session, agenda, found)
    told: dict[str, Any] = about(agenda.meeting, briefing)
    record(session, BriefingTimeGivenBack(minutes=minutes, to_others=to_others, **told))
    await session.flush()
    return after


async def _give(
    session: AsyncSession, agenda: WorkingAgenda, minutes: Mapping[UUID, int]
) -> WorkingAgenda:
    wanted = [
        state._replace(duration=minutes[state.id], flexible=False) if state.id in minutes else state
        for state in agenda.states.values()
    ]
    return await save(session, agenda, wanted)


def _shares(agenda: WorkingAgenda, known: Mapping[UUID, Briefing], wanted: Wanted) -> list[Share]:
    return [
        Share(
            item_id,
            agenda.states[item_id].duration or 0,
            wanted.weights.get(item_id, known[item_id].weight if item_id in known else 1),
            wanted.kept.get(item_id),
        )
        for item_id in wanted.items
    ]


def _there_is(agenda: WorkingAgenda, shares: Sequence[Share]) -> int:
    """What they have, and what of the meeting's time is left over; less where it runs over."""
    left = policy.minutes_between(agenda.timetable.ends_at, agenda.meeting.ends_at)
    return max(0, sum(share.before for share in shares) + left)
