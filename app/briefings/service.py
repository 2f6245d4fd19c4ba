"""Asking groups for their briefers, and what becomes of it; the meeting's row is locked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.tree import WorkingAgenda
from app.briefings import entries
from app.briefings.events import (
    BrieferNamed,
    BriefingAsked,
    BriefingChanged,
    BriefingConfirmed,
    BriefingDeclined,
    BriefingDeleted,
    BriefingReminded,
)
from app.briefings.lifecycle import BRIEFING, COMING, BriefingStatus, BriefingVerb
from app.briefings.problems import BriefersDue, BriefingSettled, BriefingTaken
from app.briefings.tables import Briefing
from app.briefings.times import slot_of
from app.core import clock
from app.core.fields import normalised_email
from app.core.ids import new_id
from app.events import record
from app.meetings.deadlines import days_back, wall_instant
from app.meetings.tables import Meeting

BRIEFER = ("name", "honorific", "job_title", "affiliation", "email", "timezone", "language")
CONTACT = ("contact_name", "contact_email", "contact_language")


def due_at(meeting: Meeting) -> datetime:
    """Until when groups name and change their briefers; without a rule, until the start."""
    if meeting.briefers_due is None:
        return meeting.starts_at
    day = days_back(meeting.local_start.date(), meeting.briefers_due)
    if day is None:
        return meeting.starts_at
    return wall_instant(day, meeting.local_start.time(), meeting.timezone)


def check_due(meeting: Meeting) -> None:
    """For everybody but organizers; raises `BriefersDue`."""
    until = due_at(meeting)
    if clock.now() >= until:
        raise BriefersDue(f"Briefers were named until {clock.written(until)}.")


def ask(
    session: AsyncSession,
    agenda: WorkingAgenda,
    item_id: UUID,
    known: Briefing | None,
    contact: Mapping[str, Any] | None,
) -> None:
    """Ask the group of an item, or ask another contact; the same one again changes nothing.

    The caller flushes, once for all that are asked.
    """
    meeting = agenda.meeting
    wanted = _contact(contact)
    if known is not None and all(getattr(known, name) == wanted[name] for name in CONTACT):
        return
    briefing = known or Briefing(meeting_id=meeting.id, item_id=item_id, asked_at=clock.now())
    for name, value in wanted.items():
        setattr(briefing, name, value)
    briefing.group_key, briefing.asked_at = new_id(), clock.now()
    briefing.slot_starts_at, briefing.slot_ends_at = slot_of(agenda, item_id) or (None, None)
    session.add(briefing)
    group_id = agenda.states[item_id].working_group_id
    assert group_id is not None, "only items with a group are asked about"
    record(session, BriefingAsked(working_group_id=group_id, **about(meeting, briefing)))


async def change(session: AsyncSession, meeting: Meeting, briefing: Briefing, weight: int) -> None:
    if weight != briefing.weight:
        briefing.weight = weight
        record(session, BriefingChanged(members=["weight"], **about(meeting, briefing)))
        await session.flush()


async def name_briefer(
    session: AsyncSession, meeting: Meeting, briefing: Briefing, members: Mapping[str, Any]
) -> None:
    """Name somebody, or correct what was said of them; whoever reads mails elsewhere than before is
    somebody else, who has not confirmed.
    """
    email = members["email"]
    wanted = dict(members) | {"email": None if email is None else normalised_email(email)}
    changed = sorted(name for name in BRIEFER if getattr(briefing, name) != wanted[name])
    if not changed and briefing.status in COMING:
        return
    before, address = briefing.status, "email" in changed
    other = address or "name" in changed or before not in COMING
    left = await _leaves(session, briefing) if address else {}
    for name in BRIEFER:
        setattr(briefing, name, wanted[name])
    if other:
        briefing.status = BRIEFING.move(before, BriefingVerb.NAME)
        briefing.briefer_key = new_id()
        briefing.named_at, briefing.answered_at = clock.now(), None
    await entries.keep(session, briefing)
    move: dict[str, Any] = {"before": before, "after": briefing.status} | left
    move |= about(meeting, briefing)
    record(session, BrieferNamed(members=changed, address=other, **move))
    await session.flush()


async def confirm(session: AsyncSession, meeting: Meeting, briefing: Briefing) -> None:
    """The slot goes into their calendar; raises `MoveForbidden` unless somebody is named."""
    await _answer(session, meeting, briefing, BriefingVerb.CONFIRM, BriefingConfirmed)
    await entries.give(session, briefing)
    await session.flush()


async def decline(
    session: AsyncSession, meeting: Meeting, briefing: Briefing, *, by_briefer: bool = False
) -> None:
    left = await _leaves(session, briefing) | {"by_briefer": by_briefer}
    await _answer(session, meeting, briefing, BriefingVerb.DECLINE, BriefingDeclined, left)


async def remind(session: AsyncSession, meeting: Meeting, briefing: Briefing) -> None:
    """Have the group, or who is named, written to again; raises `BriefingSettled`."""
    if briefing.status not in {BriefingStatus.ASKED, BriefingStatus.NAMED}:
        raise BriefingSettled(f"This briefing is {briefing.status.value}.")
    briefing.reminded_at = clock.now()
    record(session, BriefingReminded(**about(meeting, briefing)))
    await session.flush()


async def delete(session: AsyncSession, meeting: Meeting, briefing: Briefing) -> None:
    """Ask no more; raises `BriefingTaken` while somebody is to come."""
    if briefing.status in COMING:
        raise BriefingTaken(f"This briefing is {briefing.status.value}.")
    record(session, BriefingDeleted(**about(meeting, briefing)))
    await session.delete(briefing)
    await session.flush()


def about(meeting: Meeting, briefing: Briefing) -> dict[str, UUID]:
    return {
        "subject_id": briefing.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "item_id": briefing.item_id,
    }


async def _answer(
    session: AsyncSession,
    meeting: Meeting,
    briefing: Briefing,
    verb: BriefingVerb,
    fact: Any,
    left: Mapping[str, Any] | None = None,
) -> None:
    before = briefing.status
    briefing.status = BRIEFING.move(before, verb)
    briefing.answered_at = clock.now()
    move: dict[str, Any] = {"before": before, "after": briefing.status, **(left or {})}
    record(session, fact(**move, **about(meeting, briefing)))
    await session.flush()


async def _leaves(session: AsyncSession, briefing: Briefing) -> dict[str, Any]:
    """Of whom is named until now, as the fact tells it."""
    coming = briefing.status in COMING
    named = await entries.of(session, briefing, lock=True) if coming else None
    return {} if named is None else {"left_id": named.id, "had_entry": entries.take(named)}


def _contact(contact: Mapping[str, Any] | None) -> dict[str, Any]:
    if contact is None:
        return dict.fromkeys(CONTACT)
    return {
        "contact_name": contact["name"],
        "contact_email": normalised_email(contact["email"]),
        "contact_language": contact["language"],
    }
