"""The lists of official holidays that come with the program, each with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from app.holidays import queries, service


@dataclass(frozen=True, slots=True)
class OfficialList:
    """All holidays of a duty station in one year."""

    duty_station: str
    year: int
    source: str
    days: dict[date, dict[str, str]]


def official_lists() -> Sequence[OfficialList]:
    text = resources.files("app.holidays").joinpath("official.yaml").read_text(encoding="utf-8")
    return [
        OfficialList(
            duty_station=each["duty_station"],
            year=each["year"],
            source=each["source"],
            days={day: {"en": name} for day, name in each["holidays"].items()},
        )
        for each in yaml.safe_load(text)
    ]


async def load_official(session: AsyncSession) -> list[OfficialList]:
    """Put in the lists of years that have none; gives those. What somebody has set stays."""
    loaded: list[OfficialList] = []
    for each in official_lists():
        if not await queries.holidays_of_year(session, each.duty_station, each.year):
            await service.replace_holidays(session, each.duty_station, each.year, each.days)
            loaded.append(each)
    return loaded
