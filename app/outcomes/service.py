"""Decisions and action items: the verbs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.problems import ItemUnknown
from app.core import clock
from app.core.problems import Invalid
from app.entities.queries import find_entity
from app.entities.tables import Entity
from app.events import record
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.problems import MeetingClosed
from app.meetings.tables import Meeting
from app.outcomes import queries
from app.outcomes.events import (
    ActionChanged,
    ActionDeleted,
    ActionRecorded,
    DecisionChanged,
    DecisionDeleted,
    DecisionRecorded,
)
from app.outcomes.lifecycle import RECORDABLE
from app.outcomes.problems import MeetingNotOpened, OnlyProgress
from app.outcomes.tables import ActionItem, Decision

PROGRESS = frozenset({"status", "progress_note"})
"""What goes on after the record is closed: the work, not the words."""


async def record_decision(
    session: AsyncSession, meeting: Meeting, members: dict[str, Any]
) -> Decision:
    """A decision with the next number; the meeting's row is locked.

    Raises `MeetingNotOpened`, `MeetingClosed`, `ItemUnknown`, and `Invalid` for an instant at which
    the meeting could not decide.
    """
    check_recordable(meeting)
    members["adopted_at"] = members["adopted_at"] or clock.now()
    await _check_decision(session, meeting, members)
    number = await queries.next_number(session, Decision, meeting.id)
    decision = Decision(meeting_id=meeting.id, number=number, **members)
    session.add(decision)
    record(session, DecisionRecorded(**_about(meeting, decision), number=number))
    await session.flush()
    return decision


async def change_decision(
    session: AsyncSession,
    meeting: Meeting,
    decision: Decision,
    members: dict[str, Any],
    changes: dict[str, Any],
) -> None:
    """Correct a decision while the record is open."""
    check_recordable(meeting)
    if changes:
        await _check_decision(session, meeting, {name: members[name] for name in changes})
        _set(decision, members)
        record(session, DecisionChanged(**_about(meeting, decision), changes=changes))
        await session.flush()


async def delete_decision(session: AsyncSession, meeting: Meeting, decision: Decision) -> None:
    """Take back what was not decided; action items that followed from it stay."""
    check_recordable(meeting)
    about = _about(meeting, decision)
    record(session, DecisionDeleted(**about, number=decision.number, title=decision.title))
    await session.delete(decision)
    await session.flush()


async def record_action(
    session: AsyncSession, meeting: Meeting, members: dict[str, Any]
) -> ActionItem:
    """An action item with the next number; the meeting's row is locked.

    Raises `MeetingNotOpened`, `MeetingClosed`, and `Invalid` for an owner or decision that is none.
    """
    check_recordable(meeting)
    columns = await _action_columns(session, meeting, members)
    number = await queries.next_number(session, ActionItem, meeting.id)
    action = ActionItem(meeting_id=meeting.id, number=number, **columns)
    session.add(action)
    event = ActionRecorded(
        **_about(meeting, action), entity_id=action.owner_entity_id, number=number
    )
    record(session, event)
    await session.flush()
    return action


async def change_action(
    session: AsyncSession,
    meeting: Meeting,
    action: ActionItem,
    members: dict[str, Any],
    changes: dict[str, Any],
    *,
    organizes: bool,
) -> None:
    """Organizers change everything until the record is closed, the owner reports progress.

    Progress goes on after the closing. Raises `OnlyProgress`, `MeetingClosed`, `Invalid`.
    """
    beyond = sorted(set(changes) - PROGRESS)
    if beyond and not organizes:
        raise OnlyProgress(f"You may not change {', '.join(beyond)}.")
    if beyond:
        check_recordable(meeting)
    if changes:
        _set(action, await _action_columns(session, meeting, members))
        event = ActionChanged(
            **_about(meeting, action), entity_id=action.owner_entity_id, changes=changes
        )
        record(session, event)
        await session.flush()


async def delete_action(session: AsyncSession, meeting: Meeting, action: ActionItem) -> None:
    """Take back what nobody was asked to do."""
    check_recordable(meeting)
    event = ActionDeleted(
        **_about(meeting, action),
        entity_id=action.owner_entity_id,
        number=action.number,
        title=action.title,
    )
    record(session, event)
    await session.delete(action)
    await session.flush()


def check_recordable(meeting: Meeting) -> None:
    """Raises `MeetingClosed` once the record is complete, `MeetingNotOpened` before it begins."""
    state = meeting.status.value
    if meeting.status in UNCHANGEABLE:
        raise MeetingClosed(f"The meeting is {state}: its record does not change.", state=state)
    if meeting.status not in RECORDABLE:
        raise MeetingNotOpened(f"The meeting is {state}.", state=state)


async def _check_decision(
    session: AsyncSession, meeting: Meeting, members: Mapping[str, Any]
) -> None:
    item_id = members.get("item_id")
    if item_id is not None and not await queries.is_on_agenda(session, meeting.id, item_id):
        raise ItemUnknown.at("/item_id", "The agenda has no such item.")
    adopted_at = members.get("adopted_at")
    opened_at = meeting.opened_at
    if adopted_at is None:
        return
    if adopted_at > clock.now() or (opened_at is not None and adopted_at < opened_at):
        detail = "A decision is adopted after the opening, and not in the future."
        raise Invalid.at("/adopted_at", detail)


async def _action_columns(
    session: AsyncSession, meeting: Meeting, members: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of an action item, with the owner and the decision looked up."""
    decision_id = members["decision_id"]
    if decision_id is not None:
        decision = await queries.find_decision(session, meeting.id, decision_id)
        if decision is None:
            raise Invalid.at("/decision_id", "The meeting has no such decision.")
    columns = {name: value for name, value in members.items() if name != "owner_entity"}
    owner = await _owner(session, members["owner_entity"])
    return columns | {"owner_entity_id": owner.id if owner else None}


async def _owner(session: AsyncSession, ref: str | None) -> Entity | None:
    if ref is None:
        return None
    entity = await find_entity(session, ref)
    if entity is None:
        raise Invalid.at("/owner_entity", "There is no such entity.")
    return entity


def _set(row: Decision | ActionItem, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        setattr(row, name, value)


def _about(meeting: Meeting, row: Decision | ActionItem) -> dict[str, Any]:
    return {
        "subject_id": row.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
    }
