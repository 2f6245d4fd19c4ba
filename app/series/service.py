"""Keeping series: the verbs. The committee's row is locked by then."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core.problems import FieldError, Invalid, StillInUse
from app.events import record
from app.meetings.templates import template_faults
from app.series import agendas, queries
from app.series.events import SeriesChanged, SeriesCreated, SeriesDeleted
from app.series.schemas import SeriesWrite
from app.series.tables import Series
from app.series.template import SeriesTemplate


async def create_series(session: AsyncSession, committee: Committee, wanted: SeriesWrite) -> Series:
    """A series without meetings yet; raises `Invalid`."""
    await _check(session, committee, wanted.template)
    series = Series(committee_id=committee.id, **_kept(wanted))
    session.add(series)
    record(session, SeriesCreated(**about(series)))
    await session.flush()
    return series


async def change_series(
    session: AsyncSession,
    committee: Committee,
    series: Series,
    wanted: SeriesWrite,
    changed: Collection[str],
) -> None:
    """For meetings that are still to be made; those that there are stay as they are."""
    if not changed:
        return
    await _check(session, committee, wanted.template)
    for name, value in _kept(wanted).items():
        setattr(series, name, value)
    record(session, SeriesChanged(members=sorted(changed), **about(series)))
    await session.flush()


async def delete_series(session: AsyncSession, series: Series) -> None:
    """Only one that has no meetings; raises `StillInUse`."""
    if await queries.count_meetings(session, series.id):
        raise StillInUse("The series has meetings: delete the drafts, cancel the others.")
    record(session, SeriesDeleted(**about(series)))
    await session.delete(series)
    await session.flush()


def template_of(series: Series) -> SeriesTemplate:
    return SeriesTemplate.model_validate(series.template)


def about(series: Series) -> dict[str, Any]:
    """The ids that every fact about a series carries."""
    return {"subject_id": series.id, "committee_id": series.committee_id}


async def _check(session: AsyncSession, committee: Committee, template: SeriesTemplate) -> None:
    faults = template_faults(template, committee)
    if faults:
        errors = [FieldError(pointer=f"/template/{name}", detail=why) for name, why in faults]
        raise Invalid(" ".join(detail for _, detail in faults), errors=errors)
    await agendas.check(session, committee, template.agenda)


def _kept(wanted: SeriesWrite) -> Mapping[str, Any]:
    """The columns, of which some hold JSON."""
    kept = wanted.model_dump(mode="json")
    enums = wanted.model_dump(include={"on_day_off", "at_clock_change"})
    return {**kept, **enums}
