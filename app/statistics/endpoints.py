"""HTTP for statistics."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.fields import InstantField
from app.core.openapi import Responses
from app.core.problems import Invalid
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.meetings.tables import Meeting
from app.statistics import queries, service, sheets
from app.statistics.access import (
    CommitteeFigures,
    CommitteeFiguresDep,
    MeetingFigures,
    MeetingFiguresDep,
)
from app.statistics.lifecycle import Breakdown
from app.statistics.policy import (
    EXACT,
    HIDDEN,
    Counts,
    Order,
    Table,
    by_steps,
    step_of,
    suppressed,
    together,
)
from app.statistics.schemas import (
    CommitteeStatisticsOut,
    CountedCommittee,
    CountedMeeting,
    FiguresChange,
    FiguresOfMeeting,
    FiguresOut,
    MeetingStatisticsOut,
    StatisticsVerificationOut,
)

router = router_for("statistics")
OF_MEETING = "/meetings/{m}/statistics"
OF_COMMITTEE = "/committees/{c}/statistics"
LONGEST = 200
"""Meetings of a committee that are told at once."""
SHEET: Responses = {
    200: {
        "description": "One line for each figure; hidden ones are empty.",
        "content": {"text/csv": {"schema": {"type": "string", "maxLength": 100_000_000}}},
    }
}
Number = Annotated[int | None, Query(ge=1, le=2_147_483_647)]
Since = Annotated[InstantField | None, Query(description="Meetings that start then or later.")]
Until = Annotated[InstantField | None, Query(description="Meetings that start before.")]


class SheetResponse(Response):
    """A table of figures."""

    media_type = "text/csv"


@router.get(OF_MEETING, operation_id="getMeetingStatistics")
async def get_meeting_statistics(
    session: Session, figures: MeetingFiguresDep, request: Request
) -> MeetingStatisticsOut:
    """Read how many were registered and came, by entity, role, mode, gender and level.

    Organizers see every cell. For others small cells are hidden, and as many more as it takes for
    no total to give them away; until the record is closed figures are multiples of `step`, and
    gender and level are hidden. The figures stay the same when people are anonymized.
    """
    meeting = figures.view.meeting
    table = (await _tables(session, request, [meeting], exact=figures.exact))[meeting.id]
    return MeetingStatisticsOut.model_validate(
        {
            "meeting": CountedMeeting.of(meeting),
            "step": _step(request, meeting, exact=figures.exact),
            **_disclosure(request, exact=figures.exact),
            **FiguresOut.members_of(table, await _names(session, [table])),
        }
    )


@router.get(
    f"{OF_MEETING}.csv",
    operation_id="getMeetingStatisticsSheet",
    response_class=SheetResponse,
    responses=SHEET,
)
async def get_meeting_sheet(
    session: Session, figures: MeetingFiguresDep, request: Request
) -> Response:
    """Read the same figures as CSV."""
    meetings = [figures.view.meeting]
    return await _sheet(session, request, meetings, figures, figures.view.meeting.handle)


@router.get(f"{OF_MEETING}/verification", operation_id="verifyMeetingStatistics")
async def verify_statistics(session: Session, view: MeetingSecrets) -> StatisticsVerificationOut:
    """Recompute the figures from the log and compare them.

    The log has no gender and no level. When the meeting is over, what people are counted by is
    written down once, and the log keeps a digest that vouches for it.
    """
    found = await service.verify(session, view.meeting)
    names = await _names(session, [found.counted, found.recomputed])
    return StatisticsVerificationOut.model_validate(
        {
            "counted": FiguresOut.members_of(found.counted, names),
            "recomputed": FiguresOut.members_of(found.recomputed, names),
            "vouched": found.vouched,
            "equal": found.equal,
        }
    )


@router.get(OF_COMMITTEE, operation_id="getCommitteeStatistics")
async def get_committee_statistics(
    session: Session,
    figures: CommitteeFiguresDep,
    request: Request,
    since: Since = None,
    until: Until = None,
    first: Number = None,
    last: Number = None,
) -> CommitteeStatisticsOut:
    """Read the figures over the meetings of a committee, summed up and of each.

    A window is of times or of numbers; of more than 200 meetings it is the latest. Drafts and
    cancelled meetings do not count. For who may see no small cell the sum is of the meetings whose
    record is closed.
    """
    meetings = await _window(session, figures, since, until, first, last)
    tables = await _tables(session, request, meetings, exact=figures.exact)
    steps = {each.id: _step(request, each, exact=figures.exact) for each in meetings}
    names = await _names(session, tables.values())
    final = [table for each, table in tables.items() if steps[each] == EXACT]
    summed = together([Table(by={kind: {} for kind in Breakdown}), *final])
    return CommitteeStatisticsOut.model_validate(
        {
            "committee": CountedCommittee.of(figures.committee),
            **_disclosure(request, exact=figures.exact),
            **FiguresOut.members_of(summed, names),
            "meetings": _trends(meetings, tables, names, steps),
        }
    )


@router.get(
    f"{OF_COMMITTEE}.csv",
    operation_id="getCommitteeStatisticsSheet",
    response_class=SheetResponse,
    responses=SHEET,
)
async def get_committee_sheet(
    session: Session,
    figures: CommitteeFiguresDep,
    request: Request,
    since: Since = None,
    until: Until = None,
    first: Number = None,
    last: Number = None,
) -> Response:
    """Read the figures of each meeting of a committee as CSV."""
    meetings = await _window(session, figures, since, until, first, last)
    return await _sheet(session, request, meetings, figures, figures.committee.handle)


async def _window(
    session: Session,
    figures: CommitteeFigures,
    since: datetime | None,
    until: datetime | None,
    first: int | None,
    last: int | None,
) -> list[Meeting]:
    if since is not None and until is not None and since >= until:
        raise Invalid.at("query/until", "The window ends before it begins.")
    if first is not None and last is not None and first > last:
        raise Invalid.at("query/last", "The window ends before it begins.")
    found = await queries.list_counted_meetings(
        session,
        figures.committee.id,
        since=since,
        until=until,
        first=first,
        last=last,
        limit=LONGEST,
    )
    return list(found)


async def _tables(
    session: Session, request: Request, meetings: list[Meeting], *, exact: bool
) -> dict[UUID, Table]:
    tables = await service.tables_of(session, meetings)
    if exact:
        return tables
    threshold = request.app.state.settings.statistics_threshold
    secret = request.app.state.secret
    return {
        each.id: by_steps(
            suppressed(tables[each.id], threshold, _order(secret, each.id)),
            _step(request, each, exact=False),
        )
        for each in meetings
    }


def _step(request: Request, meeting: Meeting, *, exact: bool) -> int:
    threshold = request.app.state.settings.statistics_threshold
    return EXACT if exact else step_of(meeting.status, threshold)


def _order(secret: bytes, meeting_id: UUID) -> Order:
    """The same at every request, and nobody's to know."""

    def place(kind: Breakdown, key: str) -> bytes:
        words = f"statistics\0{meeting_id}\0{kind}\0{key}".encode()
        return hashlib.blake2b(words, key=secret[:64]).digest()

    return place


def _disclosure(request: Request, *, exact: bool) -> dict[str, Any]:
    return {
        "suppressed": not exact,
        "threshold": request.app.state.settings.statistics_threshold,
    }


async def _names(session: Session, tables: Iterable[Table]) -> dict[str, tuple[str, str]]:
    keys = {key for table in tables for key in table.by.get(Breakdown.ENTITY, {})}
    named = await queries.list_named(session, [UUID(key) for key in keys])
    return {key: (entity.handle, entity.abbreviation) for key, entity in named.items()}


def _trends(
    meetings: list[Meeting],
    tables: dict[UUID, Table],
    names: dict[str, tuple[str, str]],
    steps: dict[UUID, int],
) -> list[FiguresOfMeeting]:
    trends: list[FiguresOfMeeting] = []
    before: Counts | None = None
    for meeting in meetings:
        table, step = tables[meeting.id], steps[meeting.id]
        members = FiguresOut.members_of(table, names)
        exact = table.total if step == EXACT else HIDDEN
        change = _change(before, exact)
        members |= {"meeting": CountedMeeting.of(meeting), "change": change, "step": step}
        trends.append(FiguresOfMeeting.model_validate(members))
        before = exact
    return trends


def _change(before: Counts | None, now: Counts) -> FiguresChange | None:
    if before is None:
        return None
    return FiguresChange(
        registered=_less(now.registered, before.registered),
        present=_less(now.present, before.present),
    )


def _less(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


async def _sheet(
    session: Session,
    request: Request,
    meetings: list[Meeting],
    figures: MeetingFigures | CommitteeFigures,
    name: str,
) -> Response:
    tables = await _tables(session, request, meetings, exact=figures.exact)
    names = await _names(session, tables.values())
    told = [
        (meeting, tables[meeting.id], _step(request, meeting, exact=figures.exact))
        for meeting in meetings
    ]
    written = sheets.written(told, names)
    disposition = f'attachment; filename="statistics-{name}.csv"'
    return SheetResponse(written, headers={"Content-Disposition": disposition})
