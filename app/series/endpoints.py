"""HTTP for series of meetings."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request, Response, status
from sqlmodel import col

from app.committees.access import RollDep, RollToKeep
from app.core.fields import Day
from app.core.imports import DryRun
from app.core.openapi import needs_if_match, raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page
from app.core.patches import changes, checked, merged, writable
from app.core.preconditions import accept_match, require_match
from app.core.problems import AlreadyExists, StillInUse
from app.core.routes import Session, router_for
from app.identity.access import AccountCaller
from app.meetings.problems import NotReady
from app.meetings.tables import Meeting
from app.meetings.templates import with_defaults
from app.series import acts, making, queries, registering, service
from app.series.access import (
    ObservedSeries,
    SeriesDep,
    SeriesToOrganize,
    SeriesView,
    observes,
)
from app.series.acts import Acted, Shift
from app.series.making import Planned
from app.series.schemas import (
    LeftMeeting,
    SeriesActRequest,
    SeriesActResult,
    SeriesCreate,
    SeriesDate,
    SeriesDates,
    SeriesMakeRequest,
    SeriesMeeting,
    SeriesOut,
    SeriesPatch,
    SeriesRegistered,
    SeriesRegistration,
    SeriesShiftRequest,
    SeriesWrite,
)
from app.series.tables import Series

router = router_for("series")
BASE = "/committees/{c}/series"
ONE = f"{BASE}/{{series_id}}"


@router.get(BASE, operation_id="listSeries")
async def list_series(
    session: Session, caller: AccountCaller, roll: RollDep, paging: Paging
) -> Page[SeriesOut]:
    """List the series of a committee, in the order of their making."""
    full = observes(caller, roll.committee)
    return await fetch_page(
        session,
        paging,
        queries.list_series(roll.committee.id),
        [(col(Series.id), False)],
        lambda row: _shown(row[0], full=full),
    )


@router.post(BASE, operation_id="createSeries", status_code=status.HTTP_201_CREATED)
async def create_series(
    session: Session, roll: RollToKeep, body: SeriesCreate, response: Response
) -> SeriesOut:
    """Create a series; its meetings are made when they are asked for."""
    template = with_defaults(body.template, roll.committee)
    said = body.model_dump(mode="json") | {"template": template.model_dump(mode="json")}
    said["timezone"] = said["timezone"] or roll.committee.timezone
    series = await service.create_series(session, roll.committee, checked(SeriesWrite, said))
    response.headers["Location"] = f"/v1/committees/{roll.committee.id}/series/{series.id}"
    return _shown(series, full=True)


@router.get(ONE, operation_id="getSeries")
async def get_series(view: SeriesDep) -> SeriesOut:
    """Read a series."""
    return shown(view)


@router.patch(ONE, operation_id="changeSeries", openapi_extra=needs_if_match())
async def change_series(
    session: Session, view: SeriesToOrganize, body: SeriesPatch, request: Request
) -> SeriesOut:
    """Change a series by JSON merge patch; meetings that were made stay as they are."""
    require_match(request, shown(view))
    before = writable(SeriesWrite, view.series)
    after = merged(SeriesWrite, before, body)
    differing = changes(before, after).keys()
    await service.change_series(session, view.committee, view.series, after, differing)
    return shown(view)


@router.delete(
    ONE,
    operation_id="deleteSeries",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=needs_if_match(),
    responses=raises(StillInUse),
)
async def delete_series(session: Session, view: SeriesToOrganize, request: Request) -> None:
    """Delete a series that has no meetings."""
    require_match(request, shown(view))
    await service.delete_series(session, view.series)


@router.get(f"{ONE}/dates", operation_id="getSeriesDates")
async def get_dates(
    session: Session,
    view: ObservedSeries,
    count: Annotated[
        int, Query(ge=1, le=100, description="So many; those that are skipped do not count.")
    ] = 10,
    since: Annotated[
        Day | None, Query(description="From this date on; by default from today on.")
    ] = None,
) -> SeriesDates:
    """Read the next dates of a series, with days off, clock changes and the meetings there are."""
    since = since or making.today_of(view.series)
    found = await making.next_dates(session, view.committee, view.series, since, count)
    return _dates(found)


@router.get(f"{ONE}/meetings", operation_id="listSeriesMeetings")
async def list_meetings(session: Session, view: SeriesDep, paging: Paging) -> Page[SeriesMeeting]:
    """List the meetings of a series that you may know of, in the order of its dates."""
    return await fetch_page(
        session,
        paging,
        queries.list_meetings(view.caller, view.series.id),
        [(col(Meeting.series_date), False), (col(Meeting.id), False)],
        lambda row: _meeting(row[0]),
    )


@router.post(f"{ONE}/meetings", operation_id="makeSeriesMeetings", responses=raises(AlreadyExists))
async def make_meetings(
    session: Session, view: SeriesToOrganize, body: SeriesMakeRequest
) -> SeriesDates:
    """See to it that the next dates have their meetings, as numbered drafts from the template.

    Asked again, it makes nothing again: a date has one meeting, also one that was cancelled.
    """
    since = body.since or making.today_of(view.series)
    found = await making.make_meetings(
        session, view.committee, view.series, since, body.count, body.room
    )
    return _dates(found)


@router.post(
    f"{ONE}/schedule",
    operation_id="scheduleSeries",
    openapi_extra=tells(takes_if_match()),
    responses=raises(NotReady),
)
async def schedule_series(
    session: Session, view: SeriesToOrganize, request: Request, body: SeriesActRequest | None = None
) -> SeriesActResult:
    """Announce the drafts of a series: all of them, or none where one is not ready."""
    accept_match(request, shown(view))
    said = body or SeriesActRequest()
    return _result(await acts.schedule(session, view.series, said.from_meeting, said.note))


@router.post(
    f"{ONE}/reschedule",
    operation_id="rescheduleSeries",
    openapi_extra=tells(takes_if_match()),
)
async def reschedule_series(
    session: Session, view: SeriesToOrganize, request: Request, body: SeriesShiftRequest
) -> SeriesActResult:
    """Shift the meetings of a series that are to come: all of them, or none where one cannot be.

    What is in session, over, postponed or past is left alone, and named.
    """
    accept_match(request, shown(view))
    shift = Shift(
        start=body.start_time,
        length=timedelta(minutes=body.minutes) if body.minutes else None,
        timezone=body.timezone,
        weekday=body.weekday,
        days=body.shift_days or 0,
    )
    acted = await acts.reschedule(
        session, view.committee, view.series, shift, body.from_meeting, body.note
    )
    return _result(acted)


@router.post(f"{ONE}/cancel", operation_id="cancelSeries", openapi_extra=tells(takes_if_match()))
async def cancel_series(
    session: Session, view: SeriesToOrganize, request: Request, body: SeriesActRequest | None = None
) -> SeriesActResult:
    """Cancel for good the meetings of a series that are to come; the others are left, and named."""
    accept_match(request, shown(view))
    said = body or SeriesActRequest()
    return _result(await acts.cancel(session, view.series, said.from_meeting, said.note))


@router.post(f"{ONE}/registrations", operation_id="registerForSeries")
async def register_for_series(
    session: Session, view: SeriesDep, body: SeriesRegistration, *, dry_run: DryRun = False
) -> SeriesRegistered:
    """Register somebody for all meetings of a series that are open, with a result for each."""
    return await registering.register_for_series(session, view, body, dry_run=dry_run)


def shown(view: SeriesView) -> SeriesOut:
    return _shown(view.series, full=view.observes)


def _shown(series: Series, *, full: bool) -> SeriesOut:
    members = {name: getattr(series, name) for name in SeriesOut.model_fields}
    return SeriesOut.model_validate(members if full else members | {"template": None})


def _dates(found: list[Planned]) -> SeriesDates:
    return SeriesDates(made=making.count_made(found), dates=[_date(each) for each in found])


def _date(planned: Planned) -> SeriesDate:
    meeting, day = planned.meeting, planned.slot.day
    timed = planned.times or meeting
    held_on = meeting.local_start.date() if meeting else planned.slot.held_on
    names = ("local_start", "local_end", "starts_at", "ends_at")
    return SeriesDate(
        date=day,
        outcome=planned.outcome,
        reason=planned.reason,
        detail=planned.detail,
        held_on=held_on if held_on != day else None,
        meeting=_meeting(meeting) if meeting else None,
        **{name: getattr(timed, name) if timed else None for name in names},
    )


def _result(acted: Acted) -> SeriesActResult:
    return SeriesActResult(
        changed=[_meeting(each) for each in acted.changed],
        left=[
            LeftMeeting(reason=reason, **_meeting(each).model_dump()) for each, reason in acted.left
        ],
    )


def _meeting(meeting: Meeting) -> SeriesMeeting:
    names = SeriesMeeting.model_fields.keys() - {"date"}
    members = {name: getattr(meeting, name) for name in names}
    return SeriesMeeting.model_validate(members | {"date": meeting.series_date})
