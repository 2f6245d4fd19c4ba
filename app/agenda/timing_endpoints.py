"""HTTP for edits of many times at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from app.agenda import retiming
from app.agenda.access import AgendaToEdit
from app.agenda.answers import agenda_tag
from app.agenda.mends import mended
from app.agenda.preconditions import require_match
from app.agenda.problems import (
    AgendaOutdated,
    AgendaTooDeep,
    CannotFit,
    ItemUnderItself,
    ItemUnknown,
    PersonInTwoSlots,
    PinTooFar,
    SittingUnknown,
)
from app.agenda.saving import save
from app.agenda.times import TimetableProblemOut
from app.agenda.timing_schemas import (
    FitRequest,
    ItemTimes,
    RetimedAgenda,
    RetimedItem,
    ShiftRequest,
    SwapRequest,
)
from app.agenda.tree import PlacedItem, WorkingAgenda, pinned_wall_time
from app.core.imports import DryRun
from app.core.openapi import needs_if_match, raises
from app.core.routes import Session, router_for
from app.core.zones import to_local
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/agenda"


@dataclass(frozen=True, slots=True)
class Retiming:
    """An edit of many times, which is saved or only tried; the meeting's row is locked."""

    session: Session
    seen: AgendaToEdit
    request: Request
    response: Response
    dry_run: DryRun = False

    async def require_match(self) -> WorkingAgenda:
        """The agenda, for an edit that needs `If-Match`."""
        await require_match(self.session, self.request, self.seen)
        return self.seen.agenda

    async def answer(self, wanted: WorkingAgenda) -> RetimedAgenda:
        """Save it unless it is only tried; the tag is that of the agenda as it is then."""
        before, after, seen = self.seen.agenda, wanted, self.seen
        if not self.dry_run:
            after = await save(self.session, before, wanted.states.values())
            seen = replace(seen, agenda=after)
        self.response.headers["ETag"] = agenda_tag(seen)
        return RetimedAgenda(
            dry_run=self.dry_run,
            timezone=after.meeting.timezone,
            ends_before=before.timetable.ends_at,
            ends_after=after.timetable.ends_at,
            items=list(_retimed(before, after)),
            problems=[TimetableProblemOut.of(problem) for problem in mended(after)],
        )


RetimingDep = Annotated[Retiming, Depends()]


@router.post(
    f"{BASE}/fit",
    operation_id="fitAgenda",
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, CannotFit, SittingUnknown, PersonInTwoSlots),
)
async def fit_agenda(edit: RetimingDep, body: FitRequest) -> RetimedAgenda:
    """Make the items fit their sitting or meeting: durations are scaled fairly.

    Breaks and pins stay; every item keeps a minute at least. The `ETag` of the answer is that
    of the agenda.
    """
    agenda = await edit.require_match()
    return await edit.answer(retiming.fit(agenda, body.sitting_id, fill=body.fill))


@router.post(
    f"{BASE}/shift",
    operation_id="shiftAgenda",
    openapi_extra=needs_if_match(),
    responses=raises(AgendaOutdated, MeetingClosed, ItemUnknown, PinTooFar, PersonInTwoSlots),
)
async def shift_agenda(edit: RetimingDep, body: ShiftRequest) -> RetimedAgenda:
    """Let an item begin later or earlier, and the rest with it: the pins after it move along.

    The item itself is pinned to its new start. The `ETag` of the answer is that of the agenda.
    """
    agenda = await edit.require_match()
    return await edit.answer(retiming.shift(agenda, body.item_id, body.minutes, body.reach))


@router.post(
    f"{BASE}/swap",
    operation_id="swapAgendaItems",
    openapi_extra=needs_if_match(),
    responses=raises(
        *(AgendaOutdated, MeetingClosed, ItemUnknown, ItemUnderItself, AgendaTooDeep),
        PersonInTwoSlots,
    ),
)
async def swap_items(edit: RetimingDep, body: SwapRequest) -> RetimedAgenda:
    """Let two items change places, each with all that lies under it.

    The `ETag` of the answer is that of the agenda.
    """
    agenda = await edit.require_match()
    return await edit.answer(retiming.swap(agenda, body.item_id, body.other_item_id))


def _retimed(before: WorkingAgenda, after: WorkingAgenda) -> Iterator[RetimedItem]:
    """The items whose number or times are others."""
    old = {placed.state.id: _times(before, placed) for placed in before.read(full=True)}
    for placed in after.read(full=True):
        item_id, new = placed.state.id, _times(after, placed)
        if old[item_id] != new:
            yield RetimedItem(id=item_id, before=old[item_id], after=new)


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
