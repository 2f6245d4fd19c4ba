"""HTTP for edits of many times at once, for what happens of an agenda, and what will."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from app.agenda import happening, retiming
from app.agenda.access import AgendaDep, AgendaToEdit, AgendaView, ItemToEdit
from app.agenda.answers import agenda_tag, item_answer
from app.agenda.mends import mended
from app.agenda.preconditions import accept_match, require_match
from app.agenda.problems import (
    AgendaNotIssued,
    AgendaOutdated,
    AgendaTooDeep,
    CannotFit,
    ItemEnded,
    ItemNotStanding,
    ItemNotStarted,
    ItemStarted,
    ItemUnderItself,
    ItemUnknown,
    NotInSession,
    PersonInTwoSlots,
    PinTooFar,
    SittingUnknown,
)
from app.agenda.saving import save
from app.agenda.schemas import ItemOut
from app.agenda.times import TimetableProblemOut
from app.agenda.timing_schemas import (
    FitRequest,
    ItemMoment,
    ItemTimes,
    ProjectedItemOut,
    ProjectionOut,
    RetimedAgenda,
    RetimedItem,
    ShiftRequest,
    SwapRequest,
)
from app.agenda.tree import MINUTE, PlacedItem, WorkingAgenda, pinned_wall_time
from app.core import clock
from app.core.fields import ZoneName
from app.core.imports import DryRun
from app.core.openapi import needs_if_match, raises, takes_if_match
from app.core.routes import Session, router_for
from app.core.zones import to_local
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/agenda"
ITEM = BASE + "/items/{item_id}"
ReaderZone = Annotated[
    ZoneName | None,
    Query(description="Your zone, to see the local times in it.", examples=["Asia/Tashkent"]),
]


@router.post(
    f"{BASE}/fit",
    operation_id="fitAgenda",
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, CannotFit, SittingUnknown, PersonInTwoSlots),
)
async def fit_agenda(
    session: Session,
    seen: AgendaToEdit,
    body: FitRequest,
    request: Request,
    response: Response,
    *,
    dry_run: DryRun = False,
) -> RetimedAgenda:
    """Make the items fit their sitting or meeting: durations are scaled fairly.

    Breaks and pins stay; every item keeps a minute at least. The `ETag` of the answer is that
    of the agenda.
    """
    await require_match(session, request, seen)
    wanted = retiming.fit(seen.agenda, body.sitting_id, fill=body.fill)
    return await _retimed(session, seen, wanted, response, dry_run=dry_run)


@router.post(
    f"{BASE}/shift",
    operation_id="shiftAgenda",
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, ItemUnknown, PinTooFar, PersonInTwoSlots),
)
async def shift_agenda(
    session: Session,
    seen: AgendaToEdit,
    body: ShiftRequest,
    request: Request,
    response: Response,
    *,
    dry_run: DryRun = False,
) -> RetimedAgenda:
    """Let an item begin later or earlier, and the rest with it: the pins after it move along.

    The item itself is pinned to its new start. The `ETag` of the answer is that of the agenda.
    """
    await require_match(session, request, seen)
    wanted = retiming.shift(seen.agenda, body.item_id, body.minutes, body.reach)
    return await _retimed(session, seen, wanted, response, dry_run=dry_run)


@router.post(
    f"{BASE}/swap",
    operation_id="swapAgendaItems",
    openapi_extra=needs_if_match(),
    responses=raises(
        *(AgendaOutdated, MeetingClosed, ItemUnknown, ItemUnderItself, AgendaTooDeep),
        PersonInTwoSlots,
    ),
)
async def swap_items(
    session: Session,
    seen: AgendaToEdit,
    body: SwapRequest,
    request: Request,
    response: Response,
    *,
    dry_run: DryRun = False,
) -> RetimedAgenda:
    """Let two items change places, each with all that lies under it.

    The `ETag` of the answer is that of the agenda.
    """
    await require_match(session, request, seen)
    wanted = retiming.swap(seen.agenda, body.item_id, body.other_item_id)
    return await _retimed(session, seen, wanted, response, dry_run=dry_run)


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
async def start_item(
    session: Session,
    seen: AgendaToEdit,
    item_id: ItemToEdit,
    request: Request,
    body: ItemMoment | None = None,
) -> Response:
    """Start an item, and what it lies under; what runs before it ends at that moment."""
    await accept_match(session, request, seen, item_id)
    wanted = happening.start(seen.agenda, item_id, body.at if body else None)
    return await _noted(session, request, seen, item_id, wanted)


@router.post(
    f"{ITEM}/end",
    operation_id="endAgendaItem",
    response_model=ItemOut,
    openapi_extra=takes_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, NotInSession, ItemNotStarted, ItemEnded),
)
async def end_item(
    session: Session,
    seen: AgendaToEdit,
    item_id: ItemToEdit,
    request: Request,
    body: ItemMoment | None = None,
) -> Response:
    """End an item, and what runs under it."""
    await accept_match(session, request, seen, item_id)
    wanted = happening.end(seen.agenda, item_id, body.at if body else None)
    return await _noted(session, request, seen, item_id, wanted)


@router.post(
    f"{ITEM}/reset",
    operation_id="resetAgendaItem",
    response_model=ItemOut,
    openapi_extra=takes_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, NotInSession),
)
async def reset_item(
    session: Session, seen: AgendaToEdit, item_id: ItemToEdit, request: Request
) -> Response:
    """Take back that an item, and what lies under it, was started or ended."""
    await accept_match(session, request, seen, item_id)
    wanted = happening.reset(seen.agenda, item_id)
    return await _noted(session, request, seen, item_id, wanted)


async def _noted(
    session: Session, request: Request, seen: AgendaView, item_id: UUID, wanted: WorkingAgenda
) -> Response:
    """Keep what has happened, and show the item as it is by then."""
    agenda = await save(session, seen.agenda, wanted.states.values())
    return item_answer(request, replace(seen, agenda=agenda), item_id)


async def _retimed(
    session: Session,
    seen: AgendaView,
    wanted: WorkingAgenda,
    response: Response,
    *,
    dry_run: bool,
) -> RetimedAgenda:
    """Save it unless it is only tried; the tag is that of the agenda as it is then."""
    before = {placed.state.id: placed for placed in seen.agenda.read(full=True)}
    after = wanted if dry_run else await save(session, seen.agenda, wanted.states.values())
    response.headers["ETag"] = agenda_tag(seen if dry_run else replace(seen, agenda=after))
    items = [
        RetimedItem(id=placed.state.id, before=old, after=new)
        for placed in after.read(full=True)
        if (old := _times(seen.agenda, before[placed.state.id])) != (new := _times(after, placed))
    ]
    return RetimedAgenda(
        dry_run=dry_run,
        timezone=after.meeting.timezone,
        ends_before=seen.agenda.timetable.ends_at,
        ends_after=after.timetable.ends_at,
        items=items,
        problems=[TimetableProblemOut.of(problem) for problem in mended(after)],
    )


def _times(agenda: WorkingAgenda, placed: PlacedItem) -> ItemTimes:
    state, timed, zone = placed.state, placed.timed, agenda.meeting.timezone
    return ItemTimes(
        number=placed.number,
        minutes=state.duration,
        pinned_start=pinned_wall_time(agenda.meeting, state.pinned_minutes),
        starts_at=timed.starts_at,
        ends_at=timed.ends_at,
        local_start=to_local(timed.starts_at, zone),
        local_end=to_local(timed.ends_at, zone),
    )


def _projection(seen: AgendaView, now: datetime, zone: str) -> ProjectionOut:
    agenda = seen.agenda
    table = agenda.timetable
    found = happening.projection_of(agenda, now)
    items = []
    for placed in agenda.read(full=seen.full):
        state, timed = placed.state, placed.timed
        members: dict[str, Any] = happening.members_of(state, timed, found)
        start, end = members["projected_start"], members["projected_end"]
        items.append(
            ProjectedItemOut(
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
        )
    ends_at = table.ends_at if found is None else found.ends_at
    return ProjectionOut(
        as_of=now,
        in_session=found is not None,
        shown_in=zone,
        running_ids=[item.id for item in items if item.progress.value == "running"],
        late_minutes=round((ends_at - table.ends_at) / MINUTE),
        planned_end=table.ends_at,
        projected_end=ends_at,
        items=items,
    )
