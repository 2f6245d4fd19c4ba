"""Credentials: presented by the entity, checked off or returned by an organizer, who and when."""

from typing import Any

import pytest

from tests.meetings.board import entries, refusal
from tests.registrations.approving import EARLY, Office
from tests.world import World, post

NOTE = {"reference": "Note verbale 117/2021"}
WRONG = {"reason": "The second page is missing."}


@pytest.fixture
async def office(world: World, set_clock) -> Office:
    set_clock(EARLY)
    made = await Office.of(world, needs_credentials=True)
    await made.register(0)
    return made


async def present(office: Office, **body: Any) -> dict[str, Any]:
    answer = await office.focal_point.put(f"{office.invited}/credentials", json=body or NOTE)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def hand_in(office: Office) -> str:
    made = await office.focal_point.post(
        f"{office.invited}/files?name=letter.pdf",
        content=b"%PDF-1.7\n",
        headers={"content-type": "application/pdf"},
    )
    return str(made.json()["id"])


async def missing(office: Office) -> set[str]:
    found = (await office.organizer.get(f"{office.meeting_path}/readiness")).json()["missing"]
    return {each["code"] for each in found if each["code"].startswith("credentials")}


async def test_they_are_missing_then_presented_then_checked(office: Office) -> None:
    path = f"{office.invited}/credentials"
    assert refusal(await office.focal_point.get(path)) == (404, "not-found")
    assert (await office.board())["credentials"] == "missing"
    assert await missing(office) == {"credentials_missing"}
    file_id = await hand_in(office)
    shown = await present(office, file_id=file_id)
    assert (shown["status"], shown["file"]["id"], shown["allowed"]) == (
        "presented",
        file_id,
        ["present"],
    )
    assert (shown["presented_by"], shown["looked_at"]) == (None, None)
    assert await missing(office) == {"credentials_unchecked"}
    checked = await post(office.organizer, f"{path}/check")
    me = (await office.organizer.get("/v1/me")).json()["name"]
    assert (checked["status"], checked["looked_at_by"]) == ("checked", me)
    assert checked["presented_by"] is not None
    assert checked["looked_at"] is not None
    assert await missing(office) == set()
    assert (await office.board())["credentials"] == "checked"
    used = await office.focal_point.delete(f"{office.invited}/files/{file_id}")
    assert refusal(used) == (409, "still-in-use")
    told = [name for name, _ in await entries(office.world.app, office.meeting)]
    assert told[-3:] == ["file.stored", "credentials.presented", "credentials.checked"]
    assert await office.wrongs() == []


async def test_what_is_wrong_is_returned_with_a_reason_and_presented_anew(office: Office) -> None:
    path = f"{office.invited}/credentials"
    assert refusal(await office.organizer.post(f"{path}/check")) == (404, "not-found")
    await present(office)
    assert (await post(office.organizer, f"{path}/return", WRONG))["reason"] == WRONG["reason"]
    again = await office.organizer.post(f"{path}/return", json=WRONG)
    assert refusal(again) == (409, "move-forbidden")
    assert (await office.board())["credentials"] == "returned"
    listed = f"{office.meeting_path}/invitations"
    for state, number in (("returned", 1), ("missing", 0), ("checked", 0)):
        found = (await office.organizer.get(f"{listed}?credentials={state}")).json()["items"]
        assert len(found) == number
    shown = await present(office)
    assert (shown["status"], shown["reason"], shown["looked_at"]) == ("presented", None, None)
    await post(office.organizer, f"{path}/check")
    await post(office.organizer, f"{path}/return", WRONG)
    await present(office, reference="Note verbale 118/2021")


async def test_nobody_else_presents_or_checks(world: World, office: Office) -> None:
    path = f"{office.invited}/credentials"
    other = await world.entity()
    theirs = await world.invitation(office.meeting, other)
    stranger = await world.focal_point_of(other)
    assert refusal(await stranger.put(path, json=NOTE)) == (404, "not-found")
    await present(office)
    assert refusal(await stranger.get(path)) == (404, "not-found")
    assert refusal(await office.focal_point.post(f"{path}/check")) == (403, "not-permitted")
    file_id = await hand_in(office)
    mine = f"{office.meeting_path}/invitations/{theirs['id']}/credentials"
    foreign = await stranger.put(mine, json={"file_id": file_id})
    assert refusal(foreign) == (422, "no-such-file")
    assert refusal(await office.focal_point.put(path, json={})) == (422, "invalid")


async def test_nobody_checks_off_a_letter_that_they_have_not_read(office: Office) -> None:
    path = f"{office.invited}/credentials"
    await present(office)
    read = {"if-match": (await office.organizer.get(path)).headers["etag"]}
    own = {"if-match": (await office.focal_point.get(path)).headers["etag"]}
    await present(office, reference="Note verbale 118/2021")
    stale = (412, "precondition-failed")
    assert refusal(await office.organizer.post(f"{path}/check", headers=read)) == stale
    returned = await office.organizer.post(f"{path}/return", json=WRONG, headers=read)
    assert refusal(returned) == stale
    assert refusal(await office.focal_point.put(path, json=NOTE, headers=own)) == stale
    read = {"if-match": (await office.organizer.get(path)).headers["etag"]}
    checked = await office.organizer.post(f"{path}/check", headers=read)
    assert (checked.status_code, checked.json()["status"]) == (200, "checked")


async def test_a_withdrawn_entity_presents_nothing_and_gets_no_exception(office: Office) -> None:
    await post(office.organizer, f"{office.invited}/withdraw")
    path = f"{office.invited}/credentials"
    assert refusal(await office.focal_point.put(path, json=NOTE)) == (409, "move-forbidden")
    granted = {"persons": 1, "until": "2100-01-01T00:00:00Z", "reason": "Late list."}
    answer = await office.organizer.post(f"{office.invited}/exceptions", json=granted)
    assert refusal(answer) == (409, "not-invited")
