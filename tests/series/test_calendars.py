"""Calendars of series, read by parsers of three makers, and answers to entries of a series."""

from datetime import UTC
from typing import Any

import httpx
import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import text

from tests.inbox.post import request_of
from tests.inbox.programs import by_icalendar, organizer_of, thunderbird
from tests.series.post import Told
from tests.series.stage import TEMPLATE, Stage
from tests.world import post

STARTS = ["2021-09-14T14:00:00+00:00", "2021-10-12T14:00:00+00:00", "2021-11-09T15:00:00+00:00"]


def read(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """UID, start and STATUS of every entry, on which three parsers agree."""
    assert answer.status_code == 200, answer.text
    events: list[Any] = list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))
    found = [
        (str(e["UID"]), e["DTSTART"].dt.astimezone(UTC).isoformat(), str(e["STATUS"]))
        for e in events
    ]
    others = vobject.readOne(answer.text).vevent_list
    assert found == [
        (e.uid.value, e.dtstart.value.astimezone(UTC).isoformat(), e.status.value) for e in others
    ]
    third: Any = IcsCalendarStream.calendar_from_ics(answer.text)
    assert found == [
        (e.uid, e.dtstart.astimezone(UTC).isoformat(), e.status.value) for e in third.events
    ]
    return found


async def test_the_calendar_of_a_series_has_an_entry_for_each_meeting(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    template = TEMPLATE | {"public": True}
    series, meetings = await stage.scheduled(template=template)
    await post(stage.organizer, f"/v1/meetings/{meetings[1]['id']}/cancel")
    await stage.made(series, 4)  # the fourth is a draft
    path = f"{stage.path}/{series['id']}/calendar.ics"
    public = path.replace("/v1/", "/v1/public/")
    statuses = ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    uids = [f"{meeting['id']}@example.org" for meeting in meetings]
    answer = await anonymous.get(public)
    assert read(answer) == list(zip(uids, STARTS, statuses, strict=True))
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert (calendar["NAME"], calendar["METHOD"]) == ("Monthly meetings", "PUBLISH")
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert "RRULE" not in answer.text
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await anonymous.get(public, headers=tag)).status_code == 304
    own = read(await stage.organizer.get(path))
    assert [status for _, _, status in own] == [*statuses, "TENTATIVE"]


async def test_nothing_public_is_no_public_calendar(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    series, _ = await stage.scheduled()
    public = f"{stage.path}/{series['id']}/calendar.ics".replace("/v1/", "/v1/public/")
    assert (await anonymous.get(public)).status_code == 404


async def test_an_answer_to_one_entry_is_an_answer_to_one_meeting(told: Told) -> None:
    """An answer that names no series, because there is none in the calendar."""
    mails = (await told.post.delivered())["delegate1@example.org"]
    request = request_of(mails[1])
    reply = thunderbird(
        by_icalendar(request, "DECLINED"), "delegate1@example.org", organizer_of(request)
    )
    answer = await told.stage.world.administrator.post(
        "/v1/incoming-mails", content=reply, headers={"Content-Type": "message/rfc822"}
    )
    assert answer.is_success, answer.text
    (held,) = (await told.stage.organizer.get("/v1/incoming-mails")).json()["items"]
    assert held["meeting_id"] == told.meetings[1]["id"]
    apply = f"/v1/incoming-mails/{held['id']}/apply"
    if held["state"] == "held":
        await post(told.stage.organizer, apply)
    statement = text(
        "SELECT participation FROM registrations JOIN meetings ON meetings.id = meeting_id"
        " ORDER BY series_date"
    )
    async with told.stage.world.app.state.database.transaction() as session:
        rows = (await session.execute(statement)).scalars().all()
    assert rows == ["needs_action", "declined", "needs_action"]
