"""Committees and their membership: the verbs."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees import queries
from app.committees.events import (
    CommitteeChanged,
    CommitteeCreated,
    CommitteeDeleted,
    MembershipAdded,
    MembershipChanged,
    MembershipDeleted,
    day_text,
)
from app.committees.lifecycle import Office
from app.committees.policy import Term, altered_days
from app.committees.problems import MembershipCounted, ParentIsWorkingGroup
from app.committees.tables import Committee, Membership
from app.core import clock
from app.core.fields import in_language
from app.core.problems import Invalid
from app.entities.service import handle_of
from app.events import announce, record


def today_in(committee: Committee) -> date:
    """The day that it is now where the committee is at home."""
    return clock.now().astimezone(ZoneInfo(committee.timezone)).date()


async def create_committee(
    session: AsyncSession, handle: str | None, parent: Committee | None, members: dict[str, Any]
) -> Committee:
    """A committee or, with a parent, one of its working groups; raises `ParentIsWorkingGroup`."""
    committee = new_committee(session, handle, parent, members)
    await session.flush()
    return committee


def new_committee(
    session: AsyncSession, handle: str | None, parent: Committee | None, members: dict[str, Any]
) -> Committee:
    """The row and its event, not flushed, so that many go at once.

    A parent never changes, so two levels stay two.
    """
    if parent is not None and parent.parent_id is not None:
        raise ParentIsWorkingGroup("A working group has no working groups of its own.")
    _check_number(members["number"], parent.id if parent else None)
    committee = Committee(
        handle=handle or handle_of(in_language(members["name"], ["en"])),
        parent_id=parent.id if parent else None,
        **members,
    )
    session.add(committee)
    record(
        session,
        CommitteeCreated(
            subject_id=committee.id, committee_id=committee.id, handle=committee.handle
        ),
    )
    return committee


async def change_committee(
    session: AsyncSession,
    committee: Committee,
    members: dict[str, Any],
    changes: Mapping[str, Any],
) -> None:
    """Set the members; `changes` is what the log keeps of it, without addresses and names."""
    if not changes:
        return
    _check_number(members["number"], committee.parent_id)
    for name, value in members.items():
        setattr(committee, name, value)
    personal = {"contact_email", "letter_signatory"}
    logged = {name: {} if name in personal else each for name, each in changes.items()}
    fact = CommitteeChanged(subject_id=committee.id, committee_id=committee.id, changes=logged)
    await announce(session, fact)
    await session.flush()


async def delete_committee(session: AsyncSession, committee: Committee) -> None:
    """Only one that nothing refers to; the database refuses the rest."""
    record(
        session,
        CommitteeDeleted(
            subject_id=committee.id, committee_id=committee.id, handle=committee.handle
        ),
    )
    await session.delete(committee)
    await session.flush()


async def add_membership(
    session: AsyncSession, committee: Committee, entity_id: UUID, term: Term, office: Office | None
) -> Membership:
    """Let an entity belong to the committee; raises `MembershipOverlaps` through the database."""
    check_period(term)
    await _refuse_if_counted(session, committee.id, None, term)
    membership = new_membership(session, committee.id, entity_id, term, office)
    await session.flush()
    return membership


def new_membership(
    session: AsyncSession, committee_id: UUID, entity_id: UUID, term: Term, office: Office | None
) -> Membership:
    """The row and its event, for who has checked the term; not flushed, so that many go at once."""
    membership = Membership(
        committee_id=committee_id,
        entity_id=entity_id,
        standing=term.standing,
        office=office,
        since=term.since,
        until=term.until,
    )
    session.add(membership)
    record(
        session,
        MembershipAdded(
            subject_id=membership.id,
            committee_id=committee_id,
            entity_id=entity_id,
            standing=term.standing,
            office=office,
            since=term.since.isoformat(),
            until=day_text(term.until),
        ),
    )
    return membership


async def change_membership(
    session: AsyncSession,
    membership: Membership,
    members: dict[str, Any],
    changes: Mapping[str, Any],
) -> None:
    """End a membership, correct its standing, give or take an office."""
    after = Term(members["standing"], membership.since, members["until"])
    check_period(after)
    await _refuse_if_counted(session, membership.committee_id, term_of(membership), after)
    set_members(session, membership, members, changes)
    await session.flush()


def set_members(
    session: AsyncSession,
    membership: Membership,
    members: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> None:
    """The change and its event, for who has checked it; not flushed."""
    if changes:
        for name, value in members.items():
            setattr(membership, name, value)
        record(
            session,
            MembershipChanged(
                subject_id=membership.id,
                committee_id=membership.committee_id,
                entity_id=membership.entity_id,
                changes=dict(changes),
            ),
        )


async def delete_membership(session: AsyncSession, membership: Membership) -> None:
    """Take back what was recorded by mistake; raises `MembershipCounted`."""
    await _refuse_if_counted(session, membership.committee_id, term_of(membership), None)
    record(
        session,
        MembershipDeleted(
            subject_id=membership.id,
            committee_id=membership.committee_id,
            entity_id=membership.entity_id,
            standing=membership.standing,
            since=membership.since.isoformat(),
            until=day_text(membership.until),
        ),
    )
    await session.delete(membership)
    await session.flush()


def term_of(membership: Membership) -> Term:
    return Term(membership.standing, membership.since, membership.until)


def check_period(term: Term) -> None:
    """Raises `Invalid` for a term without a day in it."""
    if term.until is not None and term.until <= term.since:
        raise Invalid.at("/until", "A membership ends after it began.")


async def _refuse_if_counted(
    session: AsyncSession, committee_id: UUID, before: Term | None, after: Term | None
) -> None:
    closed = await queries.closed_meeting_days(session, committee_id)
    days = altered_days(closed, before, after)
    if days:
        raise MembershipCounted(f"The meeting of {days[0]} is closed.")


def _check_number(number: int | None, parent_id: UUID | None) -> None:
    if number is not None and parent_id is None:
        raise Invalid.at("/number", "Only a working group has a number.")
