"""HTTP for what happens of an agenda, and what will."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response

from app.agenda import happening
from app.agenda.access import AgendaDep, AgendaView
from app.agenda.editing import ItemEdit, ItemEditDep
from app.agenda.problems import (
    AgendaNotIssued,
    AgendaOutdated,
    ItemEnded,
    ItemNotStanding,
    ItemNotStarted,
    ItemStarted,
    NotInSession,
)
from app.agenda.projection import ItemProgress, Projection
from app.agenda.saving import save
from app.agenda.schemas import ItemOut
from app.agenda.timing_schemas import ItemMoment, ProjectedItemOut, ProjectionOut
from app.agenda.tree import MINUTE, PlacedItem, WorkingAgenda
from app.core import clock
from app.core.fields import ZoneName
from app.core.openapi import raises, takes_if_match
from app.core.routes import router_for
from app.core.zones import to_local
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/agenda"
ITEM = BASE + "/items/{item_id}"
ReaderZone = Annotated[
    ZoneName | None,
    Query(description="Your zone, to see the local times in it.", examples=["Asia/Tashkent"]),
]


@router.get(f"{BASE}/projection", operation_id="getProjection", responses=raises(AgendaNotIssued))
async def get_projection(seen: AgendaDep, timezone: ReaderZone = None) -> ProjectionOut:
    """Read what is planned, what has happened, and when the rest will be on as things stand."""
    now = clock.now().replace(microsecond=0)
    return _projection(seen, now, timezone or seen.agenda.meeting.timezone)


@router.post(
    f"{ITEM}/start",
    operation_id="startAgendaItem",
    response_model=ItemOut,
    openapi_extra=takes_if_match(),
    responses=raises(
        AgendaOutdated, MeetingClosed, NotInSession, ItemNotStanding, ItemStarted, ItemEnded
    ),
)
async def start_item(edit: ItemEditDep, body: ItemMoment | None = None) -> Response:
    """Start an item, and what it lies under; what runs before it ends at that moment."""
    at = body.at if body else None
    return await _noted(edit, happening.start(await edit.accept_match(), edit.item_id, at))


@router.post(
    f"{ITEM}/end",
    operation_id="endAgendaItem",
    response_model=ItemOut,
    openapi_extra=takes_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, NotInSession, ItemNotStarted, ItemEnded),
)
async def end_item(edit: ItemEditDep, body: ItemMoment | None = None) -> Response:
    """End an item, and what runs under it."""
    at = body.at if body else None
    return await _noted(edit, happening.end(await edit.accept_match(), edit.item_id, at))


@router.post(
    f"{ITEM}/reset",
    operation_id="resetAgendaItem",
    response_model=ItemOut,
    openapi_extra=takes_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, NotInSession),
)
async def reset_item(edit: ItemEditDep) -> Response:
    """Take back that an item, and what lies under it, was started or ended."""
    return await _noted(edit, happening.reset(await edit.accept_match(), edit.item_id))


async def _noted(edit: ItemEdit, wanted: WorkingAgenda) -> Response:
    """Keep what has happened."""
    return edit.answer(await save(edit.session, edit.seen.agenda, wanted.states.values()))


def _projection(seen: AgendaView, now: datetime, zone: str) -> ProjectionOut:
    table = seen.agenda.timetable
    found = happening.projection_of(seen.agenda, now)
    items = [_projected(placed, found, zone) for placed in seen.agenda.read(full=seen.full)]
    ends_at = table.ends_at if found is None else found.ends_at
    return ProjectionOut(
        as_of=now,
        in_session=found is not None,
        shown_in=zone,
        running_ids=[item.id for item in items if item.progress is ItemProgress.RUNNING],
        late_minutes=round((ends_at - table.ends_at) / MINUTE),
        planned_end=table.ends_at,
        projected_end=ends_at,
        items=items,
    )


def _projected(placed: PlacedItem, found: Projection | None, zone: str) -> ProjectedItemOut:
    state, timed = placed.state, placed.timed
    members: dict[str, Any] = happening.members_of(state, timed, found)
    start, end = members["projected_start"], members["projected_end"]
    return ProjectedItemOut(
        id=state.id,
        number=placed.number,
        planned_start=timed.starts_at,
        planned_end=timed.ends_at,
        actual_start=state.actual_start,
        actual_end=state.actual_end,
        local_start=None if start is None else to_local(start, zone),
        local_end=None if end is None else to_local(end, zone),
        **members,
    )
