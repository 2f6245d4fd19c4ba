"""Dated membership over HTTP: who belongs, when, and who may see and change it."""

import asyncio
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees import queries
from app.committees.member_imports import _parsed, _planned, _Roll
from app.core.imports import RowOutcome, RowResult
from app.core.sheets import Row
from app.entities.tables import Entity
from tests.statements import counted
from tests.world import World, post

CSV = {"Content-Type": "text/csv"}


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


async def close_a_meeting(session: AsyncSession, committee: dict[str, Any], day: str) -> None:
    """A closed meeting at 10:00 of the day, as the domain of meetings would leave it."""
    start, end = (datetime.fromisoformat(f"{day}T{hour}:00") for hour in (10, 13))
    statement = """
        INSERT INTO meetings (id, created_at, committee_id, handle, number, title, description,
            status, format, timezone, local_start, local_end, starts_at, ends_at, languages,
            seat_quota, seats_taken, last_letter, contacts, public, calendar_sequence,
            needs_credentials, needs_retention_days, participants_list, chatham_house)
        VALUES (gen_random_uuid(), now(), :committee, :handle, 6, '{}', '{}', 'closed', 'virtual',
            'UTC', :start, :end, :starts_at, :ends_at, '{en}', 5, 0, 0, '[]', false, 0,
            false, 30, 'consented', false)
    """
    instants = {"starts_at": start.replace(tzinfo=UTC), "ends_at": end.replace(tzinfo=UTC)}
    values = {"committee": committee["id"], "handle": f"closed-{day}", "start": start, "end": end}
    await session.execute(text(statement), values | instants)
    await session.commit()


async def test_a_membership_begins_changes_and_ends(world: World, session: AsyncSession) -> None:
    committee, entity = await world.committee(), await world.entity()
    path = f"/v1/committees/{committee['handle']}/members"
    body = {"entity": entity["abbreviation"], "since": "2018-02-23", "office": "chair"}
    organizer = await world.organizer(committee)
    added = await organizer.post(path, json=body)
    assert added.status_code == 201
    location = f"/v1/committees/{committee['id']}/members/{added.json()['id']}"
    assert added.headers["location"] == location
    assert added.json() == {
        "id": added.json()["id"],
        "committee_id": committee["id"],
        "entity": {name: entity[name] for name in ("id", "handle", "abbreviation", "name")},
        "standing": "member",
        "office": "chair",
        "since": "2018-02-23",
        "until": None,
        "created_at": added.json()["created_at"],
    }
    read = await organizer.get(location)
    assert (read.json(), read.headers["etag"]) == (added.json(), added.headers["etag"])
    ended = await organizer.patch(location, json={"until": "2021-10-08", "office": None})
    assert ended.json() == added.json() | {"until": "2021-10-08", "office": None}
    assert (await organizer.delete(location)).status_code == 403
    stale = {"If-Match": read.headers["etag"]}
    assert (await world.administrator.delete(location, headers=stale)).status_code == 412
    assert (await world.administrator.delete(location)).status_code == 204
    assert (await organizer.get(location)).status_code == 404
    rows = await session.execute(
        text("SELECT name, entity_id, data FROM events WHERE name LIKE 'membership.%' ORDER BY id")
    )
    assert [(row.name, str(row.entity_id), row.data) for row in rows] == [
        (
            "membership.added",
            entity["id"],
            {"standing": "member", "office": "chair", "since": "2018-02-23", "until": None},
        ),
        (
            "membership.changed",
            entity["id"],
            {
                "changes": {
                    "office": {"before": "chair", "after": None},
                    "until": {"before": None, "after": "2021-10-08"},
                }
            },
        ),
        (
            "membership.deleted",
            entity["id"],
            {"standing": "member", "since": "2018-02-23", "until": "2021-10-08"},
        ),
    ]


async def test_figures_of_past_days_stay_true_when_members_come_and_go(
    world: World, session: AsyncSession
) -> None:
    committee = await world.committee()
    stays, leaves, comes = [await world.entity(abbreviation=name) for name in ("AA", "BB", "CC")]
    await world.membership(committee, stays, standing="observer", office="vice_chair")
    await world.membership(committee, leaves, until="2021-10-08")
    await world.membership(committee, comes, since="2021-10-08")

    async def members(query: str) -> list[str]:
        answer = await world.administrator.get(f"/v1/committees/{committee['id']}/members?{query}")
        assert answer.status_code == 200, answer.text
        return [item["entity"]["abbreviation"] for item in answer.json()["items"]]

    assert await members("on=2018-02-22") == []
    assert await members("on=2021-10-07") == ["AA", "BB"]
    assert await members("on=2021-10-08") == ["AA", "CC"]
    assert await members("") == ["AA", "CC"]
    assert await members("all=true") == ["AA", "BB", "CC"]
    assert await members("standing=observer") == ["AA"]
    assert await members("office=vice_chair&all=true") == ["AA"]
    assert await members("office=chair") == []
    found = await queries.members_on(session, UUID(committee["id"]), date(2021, 10, 7))
    assert [entity.abbreviation for _, entity in found] == ["AA", "BB"]
    both = await world.administrator.get(
        f"/v1/committees/{committee['id']}/members?all=true&on=2021-10-08"
    )
    assert pointers(both) == ["query/on"]


async def test_today_is_the_day_where_the_committee_is_at_home(world: World, set_clock) -> None:
    committee = await world.committee(timezone="America/New_York")
    entity = await world.entity()
    set_clock(datetime(2021, 10, 8, 3, 0, tzinfo=UTC))
    body = {"entity": entity["id"], "until": "2021-10-08"}
    path = f"/v1/committees/{committee['id']}/members"
    assert (await post(world.administrator, path, body))["since"] == "2021-10-07"
    assert len((await world.administrator.get(path)).json()["items"]) == 1
    set_clock(datetime(2021, 10, 8, 4, 0, tzinfo=UTC))
    assert (await world.administrator.get(path)).json()["items"] == []


async def test_a_membership_that_overlaps_another_is_refused(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    path = f"/v1/committees/{committee['id']}/members"
    first = await world.membership(committee, entity, until="2020-01-01")
    body = {"entity": entity["id"], "since": "2019-12-31"}
    overlapping = await world.administrator.post(path, json=body)
    assert slug(overlapping) == (409, "membership-overlaps")
    second = await world.membership(committee, entity, since="2020-01-01", standing="observer")
    longer = await world.administrator.patch(f"{path}/{first['id']}", json={"until": None})
    assert slug(longer) == (409, "membership-overlaps")
    backwards = await world.administrator.patch(
        f"{path}/{second['id']}", json={"until": "2020-01-01"}
    )
    assert pointers(backwards) == ["/until"]
    elsewhere = await world.membership(await world.committee(), entity)
    assert elsewhere["since"] == "2018-02-23"


async def test_of_many_memberships_at_once_one_is_made(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    body = {"entity": entity["id"], "since": "2018-02-23"}
    path = f"/v1/committees/{committee['id']}/members"
    answers = await asyncio.gather(*(world.administrator.post(path, json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_what_a_closed_meeting_counted_never_changes(
    world: World, session: AsyncSession
) -> None:
    committee, entity, late = await world.committee(), await world.entity(), await world.entity()
    membership = await world.membership(committee, entity)
    await close_a_meeting(session, committee, "2021-10-08")
    path = f"/v1/committees/{committee['id']}/members"
    own = f"{path}/{membership['id']}"
    refused = [
        await world.administrator.delete(own),
        await world.administrator.patch(own, json={"until": "2021-10-08"}),
        await world.administrator.patch(own, json={"standing": "observer"}),
        await world.administrator.post(path, json={"entity": late["id"], "since": "2021-10-08"}),
    ]
    assert [slug(answer) for answer in refused] == [(409, "membership-counted")] * 4
    table = f"entity,since\n{late['handle']},2021-01-01\n"
    imported = await world.administrator.post(f"{path}/import", content=table, headers=CSV)
    assert pointers(imported) == ["/2/since"]
    ended = await world.administrator.patch(own, json={"until": "2021-10-09", "office": "chair"})
    assert ended.json()["until"] == "2021-10-09"
    await world.membership(committee, late, since="2021-10-09")


async def test_who_sees_the_members_and_who_keeps_them(world: World) -> None:
    parent = await world.committee()
    group = await world.committee(parent=parent["handle"])
    entity, outside = await world.entity(), await world.entity()
    membership = await world.membership(group, entity, since="2021-01-01")
    path = f"/v1/committees/{group['id']}/members"
    own = f"{path}/{membership['id']}"
    keepers = [await world.organizer(group), await world.organizer(parent)]
    readers = [
        await world.observer(group),
        await world.observer(parent),
        await world.focal_point_of(entity),
    ]
    strangers = [
        await world.organizer(await world.committee()),
        await world.focal_point_of(outside),
        await world.caller(),
    ]
    body = {"entity": outside["id"]}
    for caller in keepers + readers:
        assert (await caller.get(path)).json()["items"] == [membership]
        assert (await caller.get(own)).json() == membership
    for caller, status in [(each, 403) for each in readers] + [(each, 404) for each in strangers]:
        answers = [
            await caller.post(path, json=body),
            await caller.post(f"{path}/import", content="entity\nX\n", headers=CSV),
            await caller.patch(own, json={"until": "2021-06-01"}),
            await caller.delete(own),
        ]
        assert [answer.status_code for answer in answers] == [status] * 4
    for caller in strangers:
        assert (await caller.get(path)).status_code == 404
        assert (await caller.get(own)).status_code == 404
    for caller in keepers:
        ended = await caller.patch(own, json={"until": "2021-06-01"})
        assert ended.status_code == 200
    focal_point = readers[2]
    assert (await focal_point.get(path)).status_code == 404, "the entity has left the group"


async def test_a_membership_under_another_committee_is_unknown(world: World) -> None:
    committee, other = await world.committee(), await world.committee()
    membership = await world.membership(committee, await world.entity())
    wrong = f"/v1/committees/{other['id']}/members/{membership['id']}"
    for answer in (
        await world.administrator.get(wrong),
        await world.administrator.patch(wrong, json={"office": "chair"}),
        await world.administrator.delete(wrong),
    ):
        assert answer.status_code == 404


async def test_an_import_adds_ends_and_repeats_without_effect(world: World) -> None:
    committee = await world.committee()
    for name in ("UNDP", "WHO", "IOM"):
        await world.entity(abbreviation=name)
    who = (await world.administrator.get("/v1/entities/who")).json()
    await world.membership(committee, who)
    path = f"/v1/committees/{committee['id']}/members/import"
    table = (
        "Entity;Standing;Since;Until;Office\n"
        "who;observer;2020-01-01;;\n"
        "WHO;member;2018-02-23;2020-01-01;\n"
        "UNDP;member;2018-02-23;;chair\n"
        "IOM;;;;\n"
    )
    dry = await world.administrator.post(f"{path}?dry_run=true", content=table, headers=CSV)
    assert (dry.json()["created"], dry.json()["changed"]) == (3, 1)
    done = await world.administrator.post(path, content=table, headers=CSV)
    assert [(row["handle"], row["outcome"]) for row in done.json()["rows"]] == [
        ("who", "created"),
        ("who", "changed"),
        ("undp", "created"),
        ("iom", "created"),
    ]
    again = await world.administrator.post(path, content=table, headers=CSV)
    assert again.json()["unchanged"] == 4
    everything = path.replace("/import", "?all=true")
    items = (await world.administrator.get(everything)).json()["items"]
    assert [(i["entity"]["abbreviation"], i["standing"], i["until"]) for i in items] == [
        ("IOM", "member", None),
        ("UNDP", "member", None),
        ("WHO", "member", "2020-01-01"),
        ("WHO", "observer", None),
    ]


async def test_a_workbook_with_real_dates_is_imported(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    book = openpyxl.Workbook()
    book.active.append(["entity", "since", "until"])
    book.active.append([entity["abbreviation"], date(2018, 2, 23), datetime(2022, 1, 1)])
    content = io.BytesIO()
    book.save(content)
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = await world.administrator.post(
        f"/v1/committees/{committee['id']}/members/import",
        content=content.getvalue(),
        headers={"Content-Type": media_type},
    )
    assert answer.json()["created"] == 1, answer.text
    path = f"/v1/committees/{committee['id']}/members?all=true"
    [item] = (await world.administrator.get(path)).json()["items"]
    assert (item["since"], item["until"]) == ("2018-02-23", "2022-01-01")


async def test_every_bad_row_is_named_and_nothing_is_written(world: World) -> None:
    committee, entity = await world.committee(), await world.entity(abbreviation="UNDP")
    await world.entity(abbreviation="WHO")
    await world.membership(committee, entity, until="2020-01-01")
    rows = [
        {"entity": "WHO", "since": "2021-01-01"},
        {"entity": "WHO", "since": "2021-01-01"},
        {"entity": "NOBODY"},
        {"entity": "UNDP", "since": "2019-01-01"},
        {"entity": "UNDP", "since": "2022-01-01", "until": "2021-01-01"},
        {"entity": "UNDP", "since": "first of May"},
        {"entity": "UNDP", "since": 20180223},
        {"entity": "UNDP", "office": "treasurer"},
    ]
    path = f"/v1/committees/{committee['id']}/members"
    answer = await world.administrator.post(f"{path}/import", json=rows)
    assert pointers(answer) == [
        "/2/entity", "/3/entity", "/4/since", "/5/until", "/6/since", "/7/since", "/8/office",
    ]  # fmt: skip
    items = (await world.administrator.get(f"{path}?all=true")).json()["items"]
    assert [item["entity"]["abbreviation"] for item in items] == ["UNDP"]


async def test_two_thousand_rows_are_imported_in_few_statements(world: World) -> None:
    committee = await world.committee()
    names = [f"E{number}" for number in range(2000)]
    entities = [{"abbreviation": name, "name": {"en": name}} for name in names[:40]]
    await post(world.administrator, "/v1/entities/import", entities)
    rows = [
        {"entity": names[n % 40], "since": f"{1950 + n // 40}-01-01",
         "until": f"{1951 + n // 40}-01-01"} for n in range(2000)
    ]  # fmt: skip
    with counted(world.app) as statements:
        done = await post(
            world.administrator, f"/v1/committees/{committee['id']}/members/import", rows
        )
    assert done["created"] == 2000
    assert len(statements) < 20


async def test_bad_members_are_refused_where_they_stand(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    bad: list[tuple[str, Any]] = [
        ("since", 0),
        ("since", "0"),
        ("since", "2021-02-29"),
        ("since", "0001-01-01"),
        ("since", "9999-12-31"),
        ("since", "2021-10-08T00:00:00"),
        ("until", True),
        ("standing", "guest"),
        ("office", "treasurer"),
        ("entity", "nobody"),
        ("entity", ""),
        ("committee_id", "0199d3b5-8d3e-7bb2-8c3a-000000000000"),
    ]
    for member, value in bad:
        body = {"entity": entity["id"], member: value}
        path = f"/v1/committees/{committee['id']}/members"
        assert pointers(await world.administrator.post(path, json=body)) == [f"/{member}"]


async def test_bad_filters_are_refused(world: World) -> None:
    committee = await world.committee()
    for query in ("on=0", "on=1", "on=", "all=maybe", "standing=x", "office="):
        answer = await world.administrator.get(f"/v1/committees/{committee['id']}/members?{query}")
        assert pointers(answer) == [f"query/{query.partition('=')[0]}"]


async def test_the_list_takes_the_same_statements_with_one_row_and_with_many(world: World) -> None:
    committee = await world.committee()
    path = f"/v1/committees/{committee['id']}/members"
    await world.membership(committee, await world.entity())
    focal_point = await world.focal_point_of(entity := await world.entity())
    await world.membership(committee, entity)
    for caller, expected in ((world.administrator, 3), (focal_point, 4)):
        with counted(world.app) as few:
            await caller.get(path)
        for _ in range(5):
            await world.membership(committee, await world.entity())
        with counted(world.app) as many:
            await caller.get(path)
        assert (len(few), len(many)) == (expected, expected), many


@given(
    st.lists(st.tuples(st.integers(1, 28), st.none() | st.integers(1, 28)), min_size=1, max_size=6)
)
@settings(max_examples=25, deadline=None)
def test_an_import_refuses_exactly_the_tables_whose_terms_share_a_day(
    periods: list[tuple[int, int | None]],
) -> None:
    entity = Entity(id=UUID(int=1), handle="e", abbreviation="E", name={})
    rows = [
        Row(n, {"entity": "E", "since": f"2021-05-{a:02}",
                "until": f"2021-05-{b:02}" if b else None})
        for n, (a, b) in enumerate(periods, 1)
    ]  # fmt: skip
    results = [RowResult(row=row.number, outcome=RowOutcome.UNCHANGED) for row in rows]
    work = [(p, r) for row, r in zip(rows, results, strict=True) if (p := _parsed(row, r))]
    _planned(work, {"E": entity}, _Roll([]), [], date(2021, 5, 1))
    valid = all(b is None or a < b for a, b in periods)
    days = [day for a, b in periods for day in range(a, b or 40)]
    fine = valid and len(set(days)) == len(days)
    assert all(result.outcome is RowOutcome.CREATED for result in results) is fine
