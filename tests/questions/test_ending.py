"""Answers end when their question says so, needs when the meeting does, files with them."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import FastAPI

from app.meetings.queries import lock_meeting
from app.registrations.ending import Ended, end_some, list_due
from tests.questions.conftest import Asking, question
from tests.questions.test_answers import hand_in


async def ended(app: FastAPI, asking: Asking, day: int, spared: tuple[UUID, ...] = ()) -> Ended:
    """On a day of October 2021, for the meeting of the 8th."""
    now = datetime(2021, 10, day, 23, tzinfo=UTC)
    meeting_id = UUID(asking.meeting["id"])
    async with app.state.database.transaction() as session:
        due = await list_due(session, now)
        meeting = await lock_meeting(session, meeting_id)
        found = await end_some(session, meeting, now, spared=spared)
        assert due == ([meeting_id] if found or spared else [])
    return found


async def test_each_question_says_how_long_its_answers_are_kept(
    app: FastAPI, asking: Asking
) -> None:
    asked = [question("diet", retention_days=1), question("visa", "file", retention_days=3)]
    await asking.ask(*asked, question("note", retention_days=300))
    visa = await hand_in(asking, asking.entity, asking.invitation)
    answers = {"diet": "Vegan.", "visa": visa, "note": "Kept."}
    one = await asking.register(1, answers=answers, needs={"captioning": True})
    two = await asking.register(2, answers={"diet": "None."})
    await asking.ask(question("diet", retention_days=300))
    path = f"{asking.path}/invitations/{asking.invitation['id']}/files/{visa}"
    assert await ended(app, asking, 8) == Ended({}, 0)
    held = (UUID(one["id"]),)
    assert await ended(app, asking, 9, held) == Ended({"diet": 1}, 0)
    assert await ended(app, asking, 9) == Ended({"diet": 1}, 0)
    assert (await asking.focal_point.get(path)).status_code == 200
    assert await ended(app, asking, 12) == Ended({"visa": 1}, 0)
    assert (await asking.focal_point.get(path)).status_code == 404
    patched = await asking.organizer.patch(
        asking.path, json={"needs_retention_days": 5}, headers={"If-Match": "*"}
    )
    assert patched.json()["needs_retention_days"] == 5
    assert await ended(app, asking, 14) == Ended({}, 1)
    assert (await asking.registration(one))["needs"] is None
    left = [each["question"] for each in (await asking.answers(one))["given"]]
    assert (left, (await asking.answers(two))["given"]) == (["note"], [])
    log = f"{asking.path}/events?name=answers.ended"
    told = [each["data"] for each in (await asking.organizer.get(log)).json()["items"]]
    assert told == [
        {"questions": {"diet": 1}, "needs": 0},
        {"questions": {"diet": 1}, "needs": 0},
        {"questions": {"visa": 1}, "needs": 0},
        {"questions": {}, "needs": 1},
    ]
