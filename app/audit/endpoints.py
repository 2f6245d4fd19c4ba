"""HTTP for the log of a meeting and the audit trail."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from app.audit import queries
from app.audit.access import LogDep, TrailDep
from app.audit.schemas import (
    ActorKind,
    After,
    Before,
    EventName,
    LogActor,
    LogEntryOut,
    LogSort,
    Reference,
    Since,
)
from app.core.pages import Order, Page, Paging, fetch_page
from app.core.routes import Session, router_for
from app.events.tables import LogEntry

router = router_for("log")


@router.get("/meetings/{m}/events", operation_id="listMeetingEvents")
async def list_meeting_events(
    session: Session,
    view: LogDep,
    paging: Paging,
    sort: LogSort = LogSort.RECORDED,
    name: EventName = None,
    since: Since = None,
) -> Page[LogEntryOut]:
    """List what happened to a meeting; for focal points, what concerns their entity."""
    statement = queries.list_entries_of_meeting(view.meeting.id, view.entities, name, since)
    return await fetch_page(session, paging, statement, _order(sort), _shown)


@router.get("/audit", operation_id="listAuditTrail")
async def list_audit_trail(
    session: Session,
    committees: TrailDep,
    paging: Paging,
    sort: LogSort = LogSort.RECORDED_DOWN,
    name: EventName = None,
    committee: Reference = None,
    meeting: Reference = None,
    entity: Reference = None,
    actor_id: UUID | None = None,
    recorded_after: After = None,
    recorded_before: Before = None,
) -> Page[LogEntryOut]:
    """List every change: all for administrators, those of their committees for organizers."""
    filters = queries.Filters(
        name=name,
        committee=committee,
        meeting=meeting,
        entity=entity,
        actor_id=actor_id,
        recorded_after=recorded_after,
        recorded_before=recorded_before,
    )
    statement = queries.list_entries(committees, filters)
    return await fetch_page(session, paging, statement, _order(sort), _shown)


def _order(sort: LogSort) -> Order:
    """By id, which rises with time and for which the log has its indexes."""
    return [(col(LogEntry.id), sort is LogSort.RECORDED_DOWN)]


def _shown(row: Any) -> LogEntryOut:
    """Who may not know the name of who acted does not get the id either."""
    entry, name = row[:2]
    members = set(LogEntryOut.model_fields) - {"actor"}
    actor_id = None if name is None else entry.actor_id
    return LogEntryOut(
        actor=LogActor(kind=ActorKind(entry.actor_kind), id=actor_id, name=name),
        **{member: getattr(entry, member) for member in members},
    )
