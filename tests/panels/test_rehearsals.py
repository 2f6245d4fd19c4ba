"""Slots and rehearsals stand in the calendars of those who come, and leave them with the reason."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import icalendar
import pytest

from app.calendar.speakers import rehearsal_uid
from tests.agenda.planning import Planning, item
from tests.panels.post import DAY, PostOffice, entries, entry_of
from tests.panels.test_panels import PATCH
from tests.world import post

SECRET = "https://rehearsal.example.org/j/7?pwd=canary"
TIMES = {"starts_at": "2021-10-07T14:00:00Z", "ends_at": "2021-10-07T14:30:00Z"}
LATER = {"starts_at": "2021-10-07T15:00:00Z", "ends_at": "2021-10-07T15:30:00Z"}


@pytest.fixture
async def planning(world, set_clock) -> Planning:
    set_clock(DAY)
    planning = await Planning.of(world)
    await world.administrator.patch(
        f"/v1/committees/{planning.committee['id']}", json={"notice_window": 0}, headers=PATCH
    )
    return planning


@pytest.fixture
async def office(planning: Planning) -> AsyncIterator[PostOffice]:
    async with PostOffice.of(planning) as office:
        yield office


async def test_a_rehearsal_in_the_calendar(planning: Planning, office: PostOffice) -> None:
    """Set, moved to another address, renamed, postponed, and called off: one UID for it and one
    for the slot, each with a SEQUENCE that only rises.
    """
    agenda = await planning.put(item("Panel", "panel", minutes=60))
    panel = await planning.panel(agenda["items"][0]["id"])
    path = f"{planning.path}/panels/{panel['id']}"
    known = {"name": "Amina Rossi", "email": "amina@example.org", "timezone": "Asia/Tashkent"}
    person = await planning.panellist(panel, "invite", "confirm", **known)
    await planning.panellist(panel, "invite", email="asked@example.org", name="Asked")
    seen: list[tuple[str, str, str, str, int]] = []

    async def told() -> list[tuple[str, str, bool]]:
        """Method and status of each entry, and whether it is the rehearsal's."""
        mails = await office.deliver()
        assert not [mail for mail in mails if SECRET in mail.as_string()]
        assert [each for each in entries(mails) if "asked@" in each[0]] == []
        uid = f"{rehearsal_uid(UUID(person['id']))}@{office.sender.house.domain}"
        fresh = sorted(entries(mails), key=lambda each: each[3] == uid)
        seen.extend(fresh)
        return [(each[1], each[2], each[3] == uid) for each in fresh]

    slot, rehearsal = ("REQUEST", "CONFIRMED", False), ("REQUEST", "CONFIRMED", True)
    assert await told() == [slot]
    body = LATER | {"join_address": SECRET}
    made = await planning.organizer.put(f"{path}/rehearsal", json=TIMES)
    assert made.status_code == 201
    assert await told() == [rehearsal]
    for change in (LATER, body):
        match = {"If-Match": made.headers["etag"]}
        made = await planning.organizer.put(f"{path}/rehearsal", json=change, headers=match)
        assert made.status_code == 200, made.text
        assert await told() == [rehearsal]
    named = await planning.organizer.patch(path, json={"title": {"en": "New"}}, headers=PATCH)
    assert named.is_success
    assert await told() == [slot, rehearsal]
    await post(planning.organizer, f"{planning.path}/postpone", {})
    assert await told() == [("REQUEST", "TENTATIVE", False), ("REQUEST", "TENTATIVE", True)]
    times = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}
    await post(planning.organizer, f"{planning.path}/reschedule", times)
    assert await told() == [slot, rehearsal]
    meeting = {"title": {"en": "Other meeting"}}
    anyhow = PATCH | {"If-Match": "*"}
    renamed = await planning.organizer.patch(planning.path, json=meeting, headers=anyhow)
    assert renamed.is_success, renamed.text
    assert await told() == [slot, rehearsal]

    fresh = await post(planning.organizer, f"{path}/panellists/{person['id']}/resend")
    assert fresh["status"] == "confirmed"
    mails = await office.deliver()
    reader = await office.session_of(mails[0])
    file = await reader.get(f"/v1/panellists/{person['id']}/calendar.ics")
    assert (file.status_code, file.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    by_mail = [entry_of(mail) or {} for mail in mails]
    held = icalendar.Calendar.from_ical(file.content)
    assert [
        (str(each["UID"]), int(each.decoded("SEQUENCE")), each.get("ATTENDEE"))
        for each in held.walk("VEVENT")
    ] == [(each["uid"], each["sequence"], None) for each in by_mail]
    assert SECRET not in file.text

    gone = await planning.organizer.delete(
        f"{path}/rehearsal", headers={"If-Match": made.headers["etag"]}
    )
    assert gone.status_code == 204
    assert await told() == [("CANCEL", "CANCELLED", True)]
    await planning.organizer.put(f"{path}/rehearsal", json=TIMES)
    assert await told() == [rehearsal]
    moved = {"email": "new@example.org"}
    where = f"{path}/panellists/{person['id']}"
    assert (await planning.organizer.patch(where, json=moved, headers=PATCH)).is_success
    mails = await office.deliver()
    uid = seen[-1][3]
    seen.extend(each for each in entries(mails) if each[1] == "REQUEST")
    found = [each for each in entries(mails) if each[3] == uid]
    assert [(to, method) for to, method, *_ in found] == [
        ("Amina Rossi <amina@example.org>", "CANCEL"),
        ("Amina Rossi <new@example.org>", "REQUEST"),
    ]
    assert found[0][4] == found[1][4] - 1
    for left, email in (("new", "newer@example.org"), ("newer", None)):
        other = {"email": email}
        assert (await planning.organizer.patch(where, json=other, headers=PATCH)).is_success
        mails = await office.deliver()
        seen.extend(each for each in entries(mails) if each[1] == "REQUEST")
        taken = [to for to, method, *_ in entries(mails) if method == "CANCEL"]
        assert taken == [f"Amina Rossi <{left}@example.org>"] * 2
    moved = {"email": "new@example.org"}
    assert (await planning.organizer.patch(where, json=moved, headers=PATCH)).is_success
    seen.extend(each for each in entries(await office.deliver()) if each[1] == "REQUEST")
    await post(planning.organizer, f"{planning.path}/cancel", {})
    cancel = ("CANCEL", "CANCELLED")
    assert await told() == [(*cancel, False), (*cancel, True)]
    for one in (uid, f"{person['id']}@{office.sender.house.domain}"):
        sequences = [each[4] for each in seen if each[3] == one]
        assert sequences == sorted(set(sequences))
        assert len(sequences) > 6


async def test_nobody_hears_of_a_rehearsal_that_came_and_went(
    planning: Planning, office: PostOffice
) -> None:
    """What no mail has told needs no mail to take it back, and who is replaced loses both."""
    panel = await planning.panel((await planning.add(kind="panel", minutes=60))["id"])
    person = await planning.panellist(panel, "invite", "confirm")
    path = f"{planning.path}/panels/{panel['id']}"
    made = await planning.organizer.put(f"{path}/rehearsal", json=TIMES)
    match: dict[str, Any] = {"If-Match": made.headers["etag"]}
    assert (await planning.organizer.delete(f"{path}/rehearsal", headers=match)).is_success
    assert [method for _, method, *_ in entries(await office.deliver())] == ["REQUEST"]
    made = await planning.organizer.put(f"{path}/rehearsal", json=TIMES)
    assert [method for _, method, *_ in entries(await office.deliver())] == ["REQUEST"]
    body = {"name": "Li Wei", "email": "li@example.org"}
    await post(planning.organizer, f"{path}/panellists/{person['id']}/replace", body)
    await office.plan()
    match = {"If-Match": made.headers["etag"]}
    assert (await planning.organizer.delete(f"{path}/rehearsal", headers=match)).is_success
    taken = entries(await office.deliver())
    assert [
        (method, to == f"{person['name']} <{person['email']}>") for to, method, *_ in taken
    ] == [
        ("CANCEL", True),
        ("CANCEL", True),
    ]
