"""Official holidays: kept a year at a time, and followed by the deadlines that count them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.events.tables import LogEntry
from app.holidays.official import load_official, official_lists
from tests.cli.conftest import run  # noqa: F401  # a fixture
from tests.world import World

NOW = datetime(2021, 9, 1, 8, tzinfo=UTC)
RULE = {"working_days_before": 3, "time": "18:00"}


def listed(*days: str) -> dict[str, Any]:
    return {"holidays": [{"day": day, "name": {"en": f"Day {day}"}} for day in days]}


@pytest.fixture(autouse=True)
def early(set_clock) -> None:
    set_clock(NOW)


async def put(world: World, year: int, *days: str, station: str = "new-york") -> Any:
    path = f"/v1/duty-stations/{station}/holidays/{year}"
    answer = await world.administrator.put(path, json=listed(*days))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def closes_at(world: World, meeting: dict[str, Any]) -> str:
    answer = await world.administrator.get(f"/v1/meetings/{meeting['id']}")
    return str(answer.json()["registration_closes_at"])


async def facts(session: AsyncSession, *names: str) -> list[LogEntry]:
    statement = select(LogEntry).where(col(LogEntry.name).in_(names)).order_by(col(LogEntry.id))
    return list((await session.execute(statement)).scalars())


async def test_a_years_list_is_replaced_as_a_whole(world: World, session: AsyncSession) -> None:
    first = await put(world, 2021, "2021-12-24", "2021-01-01")
    assert first == {
        "duty_station": "new-york",
        "year": 2021,
        "holidays": [
            {"day": "2021-01-01", "name": {"en": "Day 2021-01-01"}},
            {"day": "2021-12-24", "name": {"en": "Day 2021-12-24"}},
        ],
    }
    await put(world, 2022, "2022-04-15")
    await put(world, 2021, "2021-01-01", "2021-04-02")
    await put(world, 2021, "2021-01-01", "2021-04-02")
    stations = (await world.administrator.get("/v1/duty-stations")).json()["items"]
    assert stations == [
        {
            "duty_station": "new-york",
            "holidays": 3,
            "first_day": "2021-01-01",
            "last_day": "2022-04-15",
        }
    ]
    path = "/v1/duty-stations/new-york/holidays"
    everything = (await world.administrator.get(path, params={"limit": 2})).json()
    assert [each["day"] for each in everything["items"]] == ["2021-01-01", "2021-04-02"]
    one_year = (await world.administrator.get(path, params={"year": 2022})).json()["items"]
    assert [each["day"] for each in one_year] == ["2022-04-15"]
    told = [entry.data for entry in await facts(session, "holidays.replaced")]
    assert [(each["year"], each["added"], each["removed"]) for each in told] == [
        (2021, ["2021-01-01", "2021-12-24"], []),
        (2022, ["2022-04-15"], []),
        (2021, ["2021-04-02"], ["2021-12-24"]),
    ]


async def test_a_list_is_replaced_only_as_it_was_read(world: World) -> None:
    await put(world, 2021, "2021-12-24")
    path = "/v1/duty-stations/new-york/holidays/2021"
    read = await world.administrator.get(path)
    assert [each["day"] for each in read.json()["holidays"]] == ["2021-12-24"]
    tag = {"If-Match": read.headers["etag"]}
    later = listed("2021-01-01", "2021-12-24")
    changed = await world.administrator.put(path, json=later, headers=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] == (await world.administrator.get(path)).headers["etag"]
    refused = await world.administrator.put(path, json=listed(), headers=tag)
    assert refused.status_code == 412
    assert (await world.administrator.get(path)).json() == changed.json()
    bare = await world.administrator.get("/v1/duty-stations/new-york/holidays/1999")
    assert (bare.status_code, bare.json()["holidays"]) == (200, [])
    assert (await world.administrator.get(path.replace("new-", "old-"))).status_code == 404


async def test_a_duty_station_is_there_as_long_as_it_has_holidays(world: World) -> None:
    path = "/v1/duty-stations/geneva/holidays"
    assert (await world.administrator.get(path)).status_code == 404
    await put(world, 2021, "2021-01-01", station="geneva")
    assert (await world.administrator.get(path)).status_code == 200
    await put(world, 2021, station="geneva")
    assert (await world.administrator.get(path)).status_code == 404


async def test_days_of_other_years_and_repeated_ones_are_refused_all_at_once(world: World) -> None:
    path = "/v1/duty-stations/new-york/holidays/2021"
    body = listed("2021-01-01", "2022-01-01", "2021-01-01")
    refused = await world.administrator.put(path, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"pointer": "/holidays/1/day", "detail": "Is not in 2021."},
        {"pointer": "/holidays/2/day", "detail": "Is in the list twice."},
    ]
    for day in ("2021-02-30", "20210101", 5, "1899-01-01"):
        bad = {"holidays": [{"day": day, "name": {"en": "Day"}}]}
        assert (await world.administrator.put(path, json=bad)).status_code == 422


async def test_a_deadline_moves_with_the_holidays_to_come(
    world: World, session: AsyncSession, set_clock
) -> None:
    committee = await world.committee(duty_station="new-york", timezone="America/New_York")
    other = await world.committee(timezone="America/New_York")
    meeting = await world.meeting(committee, registration_deadline=RULE)
    fixed = await world.meeting(committee, registration_closes_at="2021-10-05T22:00:00Z")
    elsewhere = await world.meeting(other, registration_deadline=RULE)
    assert await closes_at(world, meeting) == "2021-10-05T22:00:00Z"
    await put(world, 2021, "2021-10-06")
    assert await closes_at(world, meeting) == "2021-10-04T22:00:00Z"
    assert await closes_at(world, fixed) == "2021-10-05T22:00:00Z"
    assert await closes_at(world, elsewhere) == "2021-10-05T22:00:00Z"
    (entry,) = await facts(session, "meeting.changed")
    assert (entry.subject_id, entry.actor_kind) == (
        type(entry.subject_id)(meeting["id"]),
        "account",
    )
    assert entry.data["changes"] == {
        "registration_closes_at": {
            "before": "2021-10-05T22:00:00+00:00",
            "after": "2021-10-04T22:00:00+00:00",
        }
    }
    set_clock(datetime(2021, 10, 4, 23, tzinfo=UTC))
    await put(world, 2021)
    assert await closes_at(world, meeting) == "2021-10-04T22:00:00Z", "what has closed stays so"


async def test_a_deadline_moves_with_the_committees_week(world: World) -> None:
    committee = await world.committee(timezone="America/New_York")
    meeting = await world.meeting(committee, registration_deadline=RULE)
    path = f"/v1/committees/{committee['id']}"
    changed = await world.administrator.patch(path, json={"working_days": [7, 1, 2, 3]})
    assert changed.json()["working_days"] == [1, 2, 3, 7]
    assert await closes_at(world, meeting) == "2021-10-04T22:00:00Z"
    await put(world, 2021, "2021-10-04")
    await world.administrator.patch(path, json={"duty_station": "new-york"})
    assert await closes_at(world, meeting) == "2021-10-03T22:00:00Z"
    for bad in ([], [0], [8], [1, 1], [True]):
        assert (
            await world.administrator.patch(path, json={"working_days": bad})
        ).status_code == 422


async def test_readiness_says_which_list_is_missing(world: World) -> None:
    committee = await world.committee(duty_station="new-york")
    meeting = await world.meeting(committee, registration_deadline=RULE)
    path = f"/v1/meetings/{meeting['id']}/readiness"

    async def missing() -> list[Any]:
        found = (await world.administrator.get(path)).json()["missing"]
        return [each["mend"] for each in found if each["code"] == "holidays"]

    mend = {"method": "PUT", "path": "/v1/duty-stations/new-york/holidays/2021"}
    assert await missing() == [mend]
    await put(world, 2021, "2021-01-01")
    assert await missing() == []


def test_every_official_list_is_of_its_year_and_has_a_source() -> None:
    lists = official_lists()
    assert [(each.duty_station, each.year) for each in lists] == [
        ("new-york", 2017),
        ("new-york", 2020),
    ]
    for each in lists:
        assert "ircular" in each.source
        assert len(each.days) == 9
        assert {day.year for day in each.days} == {each.year}
        assert all(day.isoweekday() <= 5 for day in each.days)


async def test_official_lists_take_no_place_of_others(world: World, session: AsyncSession) -> None:
    await put(world, 2020, "2020-12-31")
    loaded = await load_official(session)
    await session.commit()
    assert [each.year for each in loaded] == [2017]
    path = "/v1/duty-stations/new-york/holidays"
    kept = (await world.administrator.get(path, params={"year": 2020})).json()["items"]
    assert [each["day"] for each in kept] == ["2020-12-31"]


async def test_the_command_loads_them_and_deadlines_follow(run, world: World, set_clock) -> None:  # noqa: F811  # the fixture
    set_clock(datetime(2020, 11, 2, 8, tzinfo=UTC))
    committee = await world.committee(duty_station="new-york")
    times = {"local_start": "2020-11-30T10:00:00", "local_end": "2020-11-30T13:00:00"}
    meeting = await world.meeting(committee, registration_deadline=RULE, **times)
    assert await closes_at(world, meeting) == "2020-11-25T23:00:00Z"
    answer = run("holidays", "load", SECRETARIAT_CLOCK=world.app.state.settings.clock)
    assert answer.stdout.splitlines() == [
        "new-york 2017: 9 days",
        "new-york 2020: 9 days",
        "2 lists loaded",
    ], answer.stderr
    assert await closes_at(world, meeting) == "2020-11-24T23:00:00Z"
    assert run("holidays", "load").stdout == "0 lists loaded\n"
    assert date(2020, 11, 26) in official_lists()[1].days
