"""What people receive of a series: an entry a meeting, and one mail for everything else."""

from email.message import EmailMessage

import icalendar

from tests.series.post import Told
from tests.world import named, post

PLAN = "application/vnd.secretariat.plan+json"


def entries(mails: list[EmailMessage]) -> list[tuple[str, str, int, str]]:
    """Method, UID, SEQUENCE and start of the one calendar part of each mail."""
    found = []
    for mail in mails:
        parts = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
        (part,) = parts
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.walk("VEVENT")
        assert "RRULE" not in event
        assert "RECURRENCE-ID" not in event
        start = event.decoded("DTSTART")
        assert part.get_param("method") == str(calendar["METHOD"])
        method, uid, sequence = calendar["METHOD"], event["UID"], event.decoded("SEQUENCE")
        found.append((str(method), str(uid), int(sequence), f"{start:%m-%d %H:%M}"))
    return found


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_whoever_is_registered_has_an_entry_for_each_meeting(told: Told) -> None:
    first = entries((await told.post.delivered())["delegate1@example.org"])
    assert [(method, start) for method, _, _, start in first] == [
        ("REQUEST", "09-14 10:00"),
        ("REQUEST", "10-12 10:00"),
        ("REQUEST", "11-09 10:00"),
    ]
    uids = [uid for _, uid, _, _ in first]
    assert len(set(uids)) == 3
    await told.stage.act(told.series, "reschedule", start_time="11:00")
    moved = entries((await told.post.delivered())["delegate1@example.org"])
    assert [(method, uid, start) for method, uid, _, start in moved] == [
        ("REQUEST", uids[0], "09-14 11:00"),
        ("REQUEST", uids[1], "10-12 11:00"),
        ("REQUEST", uids[2], "11-09 11:00"),
    ]
    assert all(new[2] > old[2] for new, old in zip(moved, first, strict=True))
    second = told.meetings[1]
    await told.stage.act(told.series, "cancel", from_meeting=second["handle"])
    gone = entries((await told.post.delivered())["delegate1@example.org"])
    assert [(method, uid) for method, uid, _, _ in gone] == [
        ("CANCEL", uids[1]),
        ("CANCEL", uids[2]),
    ]
    assert all(new[2] > old[2] for new, old in zip(gone, moved[1:], strict=True))


async def test_whoever_has_no_entry_gets_one_mail_for_the_act(told: Told) -> None:
    await told.post.delivered()
    await told.stage.act(told.series, "reschedule", start_time="11:00", note="The hall is taken.")
    (mail,) = (await told.post.delivered())["focal@example.org"]
    said = words(mail)
    assert "The hall is taken." in said
    listed = [line for line in said.splitlines() if "11:00–14:00" in line and "meeting of" in line]
    assert listed == [
        "1st meeting of 2021: Tuesday 14 September 2021, 11:00–14:00, America/New_York (UTC-04:00)",
        "2nd meeting of 2021: Tuesday 12 October 2021, 11:00–14:00, America/New_York (UTC-04:00)",
        "3rd meeting of 2021: Tuesday 9 November 2021, 11:00–14:00, America/New_York (UTC-05:00)",
    ]
    assert [p for p in mail.walk() if p.get_content_type() == "text/calendar"] == []


async def test_a_mail_of_several_meetings_outlives_the_news_of_one(told: Told) -> None:
    """The first meeting is moved again, then cancelled, before the mail goes out: the others are
    told all the same.
    """
    await told.post.delivered()
    await told.stage.act(told.series, "reschedule", start_time="11:00")
    await told.post.planned()
    first = f"/v1/meetings/{told.meetings[0]['id']}"
    times = {"local_start": "2021-09-15T12:00:00", "local_end": "2021-09-15T13:00:00"}
    await post(told.stage.organizer, f"{first}/reschedule", times)
    await told.post.planned()
    await post(told.stage.organizer, f"{first}/cancel")
    mails = (await told.post.delivered())["focal@example.org"]
    cancelled = [mail for mail in mails if "ancelled" in str(mail["Subject"])]
    (moved,) = [mail for mail in mails if mail not in cancelled]
    assert len(cancelled) == 1
    assert "2nd meeting of 2021" in str(moved["Subject"])
    lines = words(moved).splitlines()
    assert [line[:4] for line in lines if "11:00–14:00" in line and "meeting of" in line] == [
        "2nd ",
        "3rd ",
    ]


async def test_the_plan_of_an_act_is_what_is_done(told: Told) -> None:
    await told.post.delivered()
    path = f"{told.stage.path}/{told.series['id']}/cancel"
    answer = await told.stage.organizer.post(path, params={"plan": "true"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, PLAN)
    plan = answer.json()
    expected = ["delegate1@example.org"] * 3 + ["focal@example.org"]
    assert sorted(n["recipient"] for n in plan["notices"]) == expected
    assert sorted(n["calendar"] for n in plan["notices"]) == [False, True, True, True]
    assert {m["status"] for m in await told.stage.meetings(told.series)} == {"scheduled"}
    await told.stage.act(told.series, "cancel")
    mails = await told.post.delivered()
    assert sorted(to for to, sent in mails.items() for _ in sent) == expected


async def test_substitution_at_one_meeting_touches_no_other(told: Told) -> None:
    first = entries((await told.post.delivered())["delegate1@example.org"])
    path = f"/v1/meetings/{told.meetings[1]['id']}/registrations"
    (listed,) = (await told.stage.organizer.get(path)).json()["items"]
    await post(told.stage.organizer, f"{path}/{listed['id']}/substitute", named(2))
    mails = await told.post.delivered()
    assert [each[:2] for each in entries(mails["delegate1@example.org"])] == [
        ("CANCEL", first[1][1])
    ]
    ((method, uid, _, _),) = entries(mails["delegate2@example.org"])
    assert (method, uid in {each[1] for each in first}) == ("REQUEST", False)
    await told.stage.act(told.series, "reschedule", start_time="11:00")
    mails = await told.post.delivered()
    assert [each[1] for each in entries(mails["delegate1@example.org"])] == [
        first[0][1],
        first[2][1],
    ]
    assert [each[1] for each in entries(mails["delegate2@example.org"])] == [uid]
