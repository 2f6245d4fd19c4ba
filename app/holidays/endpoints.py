"""HTTP for the official holidays of duty stations."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Query, Request
from sqlmodel import col

from app.core.fields import Handle
from app.core.openapi import takes_if_match
from app.core.pages import Page, Paging, fetch_page
from app.core.preconditions import accept_match
from app.core.problems import FieldError, Invalid, NotFound
from app.core.routes import Session, router_for
from app.holidays import queries, service
from app.holidays.schemas import (
    DutyStationOut,
    HolidayOut,
    HolidaysOut,
    HolidaysWrite,
    faults,
)
from app.holidays.tables import OfficialHoliday
from app.identity.access import AccountCaller, Administrator

router = router_for("committees")

DutyStation = Annotated[
    Handle, Path(min_length=2, max_length=80, description="Its handle.", examples=["new-york"])
]
Year = Annotated[int, Path(ge=1970, le=2199, description="Of all days.", examples=[2020])]


@router.get("/duty-stations", operation_id="listDutyStations")
async def list_duty_stations(
    session: Session, caller: AccountCaller, paging: Paging
) -> Page[DutyStationOut]:
    """List the duty stations of which official holidays are known."""
    statement = queries.list_duty_stations()
    order = [(statement.selected_columns.duty_station, False)]
    return await fetch_page(session, paging, statement, order, DutyStationOut.of)


@router.get("/duty-stations/{d}/holidays", operation_id="listHolidays")
async def list_holidays(
    session: Session,
    caller: AccountCaller,
    d: DutyStation,
    paging: Paging,
    year: Annotated[int | None, Query(ge=1970, le=2199, description="Only of this year.")] = None,
) -> Page[HolidayOut]:
    """List the official holidays of a duty station, earliest first."""
    if not await queries.is_known(session, d):
        raise NotFound
    statement = queries.list_holidays(d, year)
    order = [(col(OfficialHoliday.day), False)]
    return await fetch_page(session, paging, statement, order, lambda row: HolidayOut.of(row[0]))


@router.get("/duty-stations/{d}/holidays/{year}", operation_id="getHolidays")
async def get_holidays(
    session: Session, caller: AccountCaller, d: DutyStation, year: Year
) -> HolidaysOut:
    """Read a year's official holidays as a whole, to replace them; none if there is no list."""
    if not await queries.is_known(session, d):
        raise NotFound
    return _shown(d, year, await queries.holidays_of_year(session, d, year))


@router.put(
    "/duty-stations/{d}/holidays/{year}",
    operation_id="putHolidays",
    openapi_extra=takes_if_match(),
)
async def put_holidays(
    session: Session,
    caller: Administrator,
    d: DutyStation,
    year: Year,
    body: HolidaysWrite,
    request: Request,
) -> HolidaysOut:
    """Set a year's official holidays as a whole; deadlines that count working days follow.

    A duty station is there as long as it has holidays.
    """
    wrong = [FieldError(pointer=place, detail=what) for place, what in faults(year, body.holidays)]
    if wrong:
        raise Invalid("The list is not one of that year.", errors=wrong)
    accept_match(request, _shown(d, year, await service.list_to_replace(session, d, year)))
    names = {each.day: each.name for each in body.holidays}
    kept = await service.replace_holidays(session, d, year, names)
    return _shown(d, year, kept)


def _shown(duty_station: str, year: int, kept: Sequence[OfficialHoliday]) -> HolidaysOut:
    holidays = [HolidayOut.of(holiday) for holiday in kept]
    return HolidaysOut(duty_station=duty_station, year=year, holidays=holidays)
