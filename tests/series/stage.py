"""A committee of New York with a series: the second Tuesday of each month, 10:00 to 13:00."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.world import World, post

RULE = {"frequency": "monthly", "starts_on": "2021-09-01", "by_day": ["2TU"]}
TEMPLATE = {
    "title": {"en": "{ordinal} meeting of {year}", "fr": "{ordinal} réunion"},
    "languages": ["en", "fr"],
    "seat_quota": 4,
    "registration_deadline": {"working_days_before": 3, "time": "18:00"},
}
ROOM = {"label": "Main room", "join_address": "https://conference.example.org/j/6"}
TUESDAYS = ["2021-09-14", "2021-10-12", "2021-11-09", "2021-12-14"]


@dataclass
class Stage:
    """Who organizes it, and where it is."""

    world: World
    committee: dict[str, Any]
    organizer: httpx.AsyncClient

    @classmethod
    async def of(cls, world: World, **members: Any) -> Self:
        station = {"timezone": "America/New_York", "duty_station": "new-york"}
        committee = await world.committee(**station | members)
        return cls(world, committee, await world.organizer(committee))

    @property
    def path(self) -> str:
        return f"/v1/committees/{self.committee['handle']}/series"

    async def holidays(self, *days: str) -> None:
        body = {"holidays": [{"day": day, "name": {"en": "Day off"}} for day in days]}
        path = "/v1/duty-stations/new-york/holidays/2021"
        assert (await self.world.administrator.put(path, json=body)).is_success

    async def series(self, **members: Any) -> dict[str, Any]:
        body = {
            "name": {"en": "Monthly meetings"},
            "rule": RULE,
            "start_time": "10:00",
            "minutes": 180,
            "template": TEMPLATE,
        } | members
        wanted = {name: value for name, value in body.items() if value is not None}
        return dict(await post(self.organizer, self.path, wanted))

    async def made(self, series: dict[str, Any], count: int = 3, **members: Any) -> Any:
        """The dates of the series once the next ones have their meetings."""
        body = {"count": count, "room": ROOM} | members
        return await post(self.organizer, f"{self.path}/{series['id']}/meetings", body)

    async def meetings(self, series: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.organizer.get(f"{self.path}/{series['id']}/meetings")
        assert answer.is_success, answer.text
        return list(answer.json()["items"])

    async def act(self, series: dict[str, Any], verb: str, **body: Any) -> Any:
        return await post(self.organizer, f"{self.path}/{series['id']}/{verb}", body)

    async def scheduled(self, **members: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A series with three announced meetings."""
        series = await self.series(**members)
        await self.made(series)
        await self.act(series, "schedule")
        return series, await self.meetings(series)
