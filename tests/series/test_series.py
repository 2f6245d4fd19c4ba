"""The life of a series over HTTP."""

from tests.series.stage import RULE, TEMPLATE, TUESDAYS, Stage
from tests.world import post

OF_ITEMS = {
    "purpose": "decision",
    "openness": "webcast",
    "annotation": {"en": "The group has met twice."},
    "children_run": "in_parallel",
    "room": "Conference Room 4",
}


async def test_a_series_is_what_was_said_of_it(stage: Stage) -> None:
    series = await stage.series()
    answer = await stage.organizer.get(f"{stage.path}/{series['id']}")
    assert answer.json() == series
    assert (series["timezone"], series["on_day_off"]) == ("America/New_York", "keep")
    listed = await stage.organizer.get(stage.path)
    assert listed.json() == {"items": [series], "next_cursor": None}


async def test_the_next_meetings_are_made_once_and_numbered(stage: Stage) -> None:
    series = await stage.series()
    first = await stage.made(series, 2)
    assert (first["made"], [d["date"] for d in first["dates"]]) == (2, TUESDAYS[:2])
    again = await stage.made(series, 3)
    outcomes = [(d["outcome"], d["meeting"]["number"]) for d in again["dates"]]
    assert outcomes == [("there", 1), ("there", 2), ("made", 3)]
    path = f"/v1/meetings/{again['dates'][2]['meeting']['id']}"
    meeting = (await stage.organizer.get(path)).json()
    shown = {
        "series_id": series["id"],
        "status": "draft",
        "title": {"en": "3rd meeting of 2021", "fr": "3e réunion"},
        "local_start": "2021-11-09T10:00:00",
        "local_end": "2021-11-09T13:00:00",
        "starts_at": "2021-11-09T15:00:00Z",  # an hour later in UTC than in October
        "seat_quota": 4,
        "registration_closes_at": "2021-11-04T22:00:00Z",
    }
    assert {name: meeting[name] for name in shown} == shown
    assert (await stage.organizer.get(f"{path}/room")).json()["label"] == "Main room"
    filtered = await stage.organizer.get("/v1/meetings", params={"series": series["id"]})
    assert [m["id"] for m in filtered.json()["items"]] == [
        m["id"] for m in await stage.meetings(series)
    ]


async def test_each_meeting_begins_with_the_agenda_of_the_template(stage: Stage) -> None:
    lead = await stage.world.entity()
    items = [
        {"kind": "opening", "title": {"en": "Opening"}, "minutes": 10},
        {
            "kind": "briefing",
            "title": {"en": "Briefings"},
            "items": [
                {
                    "kind": "briefing",
                    "title": {"en": "First"},
                    "minutes": 15,
                    "working_group": stage.committee["handle"],
                    "presenter": "Li Wei",
                    "lead_entity": lead["handle"],
                    **OF_ITEMS,
                }
            ],
        },
        {"kind": "discussion", "title": {"en": "Open discussion"}, "flexible": True},
    ]
    template = TEMPLATE | {"agenda": items, "agenda_numbering": "decimal"}
    series = await stage.series(template=template)
    made = await stage.made(series, 1)
    path = f"/v1/meetings/{made['dates'][0]['meeting']['id']}/agenda"
    agenda = (await stage.organizer.get(path)).json()
    assert [(i["number"], i["local_start"][11:16]) for i in agenda["items"]] == [
        ("1", "10:00"),
        ("2", "10:10"),
        ("3", "10:25"),
    ]
    (below,) = agenda["items"][1]["items"]
    assert (below["number"], below["working_group"]["handle"], below["presenter"]) == (
        "2.1",
        stage.committee["handle"],
        "Li Wei",
    )
    assert {name: below[name] for name in OF_ITEMS} == OF_ITEMS
    assert (below["lead_entity"]["id"], agenda["items"][2]["flexible"]) == (lead["id"], True)


async def test_a_day_off_is_kept_or_skipped(stage: Stage) -> None:
    await stage.holidays(TUESDAYS[1])
    for choice, held in (("keep", TUESDAYS[:3]), ("skip", [TUESDAYS[0], *TUESDAYS[2:]])):
        series = await stage.series(on_day_off=choice)
        await stage.made(series)
        listed = await stage.organizer.get("/v1/meetings", params={"series": series["id"]})
        assert [m["local_start"][:10] for m in listed.json()["items"]] == held


async def test_a_day_off_moves_to_the_next_working_day(stage: Stage) -> None:
    await stage.holidays(TUESDAYS[1])
    series = await stage.series(on_day_off="next_working_day")
    found = (await stage.made(series))["dates"][1]
    shown = (found["date"], found["held_on"], found["reason"])
    assert shown == (TUESDAYS[1], "2021-10-13", "day_off")
    assert [m["date"] for m in await stage.meetings(series)] == TUESDAYS[:3]


async def test_two_dates_never_move_onto_one_day(stage: Stage) -> None:
    rule = {"frequency": "daily", "starts_on": "2021-09-03", "count": 4}
    series = await stage.series(rule=rule, on_day_off="next_working_day")
    answer = await stage.organizer.get(f"{stage.path}/{series['id']}/dates")
    assert [(d["date"][8:], d["outcome"], d["reason"]) for d in answer.json()["dates"]] == [
        ("03", "free", None),
        ("04", "skipped", "same_day"),
        ("05", "skipped", "same_day"),
        ("06", "free", None),
    ]


async def test_clock_changes_are_decided_as_the_series_says(stage: Stage) -> None:
    for day, start_time, earlier, later in (
        ("2022-03-13", "02:30", "06:30", "07:30"),  # 01:30 and 03:30 on both sides of the gap
        ("2021-11-07", "01:30", "05:30", "06:30"),
    ):
        members = {"rule": None, "dates": [day], "start_time": start_time}
        for choice, start in (("earlier", earlier), ("later", later)):
            series = await stage.series(at_clock_change=choice, **members)
            (found,) = (await stage.made(series))["dates"]
            assert (found["outcome"], found["starts_at"]) == ("made", f"{day}T{start}:00Z")
        undecided = await stage.series(**members)
        (refused,) = (await stage.made(undecided))["dates"]
        assert (refused["outcome"], refused["reason"]) == ("refused", "clock_change")
        assert refused["detail"].startswith(f"{day}T{start_time}:00 ")
        assert await stage.meetings(undecided) == []


async def test_a_meeting_lasts_as_long_when_the_clocks_change(stage: Stage) -> None:
    series = await stage.series(rule=None, dates=["2021-11-06"], start_time="23:00", minutes=240)
    (found,) = (await stage.made(series))["dates"]
    assert (found["local_end"], found["ends_at"]) == ("2021-11-07T02:00:00", "2021-11-07T07:00:00Z")


async def test_changing_the_series_leaves_its_meetings(stage: Stage) -> None:
    series = await stage.series()
    before = await stage.made(series, 1)
    path = f"{stage.path}/{series['id']}"
    etag = (await stage.organizer.get(path)).headers["etag"]
    patch = {
        "start_time": "15:00",
        "rule": {"by_day": ["2WE"]},
        "template": {"capacity": 9, "chatham_house": True},
    }
    answer = await stage.organizer.patch(path, json=patch, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert changed["rule"] == series["rule"] | {"by_day": ["2WE"]}
    assert changed["template"] == series["template"] | {"capacity": 9, "chatham_house": True}
    stale = await stage.organizer.patch(path, json=patch, headers={"If-Match": etag})
    assert stale.status_code == 412
    (meeting,) = await stage.meetings(series)
    assert meeting == before["dates"][0]["meeting"]
    october = (await stage.made(series, 2, since="2021-10-01"))["dates"][0]
    assert (october["date"], october["local_start"][11:]) == ("2021-10-13", "15:00:00")
    made = (await stage.organizer.get(f"/v1/meetings/{october['meeting']['id']}")).json()
    assert (made["capacity"], made["chatham_house"]) == (9, True)


async def test_a_rule_gives_way_to_dates(stage: Stage) -> None:
    series = await stage.series()
    path = f"{stage.path}/{series['id']}"
    patch = {"rule": None, "dates": ["2021-12-01", "2021-10-01"]}
    answer = await stage.organizer.patch(path, json=patch, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["rule"], shown["dates"]) == (None, ["2021-10-01", "2021-12-01"])


async def test_only_a_series_without_meetings_is_deleted(stage: Stage) -> None:
    series = await stage.series()
    path = f"{stage.path}/{series['id']}"
    meeting = (await stage.made(series, 1))["dates"][0]["meeting"]
    refused = await stage.organizer.delete(path, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "still-in-use")
    draft = f"/v1/meetings/{meeting['id']}"
    assert (await stage.organizer.delete(draft, headers={"If-Match": "*"})).status_code == 204
    assert (await stage.organizer.delete(path, headers={"If-Match": "*"})).status_code == 204
    assert (await stage.organizer.get(path)).status_code == 404


async def test_what_cannot_be_is_refused_with_its_place(stage: Stage) -> None:
    wrong = {
        "rule": RULE | {"by_day": ["2XX"]},
        "template": TEMPLATE | {"title": {"en": "{who}"}},
        "minutes": 4,
    }
    body = {"name": {"en": "N"}, "start_time": "10:00"} | wrong
    answer = await stage.organizer.post(stage.path, json=body)
    assert answer.status_code == 422
    assert sorted(e["pointer"] for e in answer.json()["errors"]) == [
        "/minutes",
        "/rule/by_day/0",
        "/template",
    ]
    group = {"kind": "briefing", "title": {"en": "B"}}
    group |= {"working_group": "nobody", "lead_entity": "nobody"}
    body |= {"rule": RULE, "minutes": 60, "template": TEMPLATE | {"agenda": [group]}}
    answer = await stage.organizer.post(stage.path, json=body)
    assert [e["pointer"] for e in answer.json()["errors"]] == [
        "/template/agenda/0/working_group",
        "/template/agenda/0/lead_entity",
    ]
    body["template"] = TEMPLATE | {"languages": ["ru"]}
    answer = await stage.organizer.post(stage.path, json=body)
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/template/title"]


async def test_members_see_the_series_but_no_drafts_and_no_template(stage: Stage) -> None:
    entity = await stage.world.entity()
    await stage.world.membership(stage.committee, entity)
    focal_point = await stage.world.focal_point_of(entity)
    series = await stage.series()
    made = await stage.made(series)
    path = f"{stage.path}/{series['id']}"
    assert (await focal_point.get(path)).json() == series | {"template": None}
    assert (await focal_point.get(f"{path}/meetings")).json()["items"] == []
    first = made["dates"][0]["meeting"]["id"]
    await post(stage.organizer, f"/v1/meetings/{first}/schedule")
    assert [m["id"] for m in (await focal_point.get(f"{path}/meetings")).json()["items"]] == [first]
    assert (await focal_point.get(f"{path}/dates")).status_code == 403
    stranger = await stage.world.focal_point_of(await stage.world.entity())
    assert (await stranger.get(path)).status_code == 404


async def test_a_date_that_was_cancelled_is_not_made_again(stage: Stage) -> None:
    series, (first, *_) = await stage.scheduled()
    await post(stage.organizer, f"/v1/meetings/{first['id']}/cancel")
    again = await stage.made(series)
    assert (again["made"], again["dates"][0]["meeting"]["status"]) == (0, "cancelled")
