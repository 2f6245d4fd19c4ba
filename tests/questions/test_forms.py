"""Forms over HTTP: what makes one, its versions, who reads what of it, taking over another's."""

import httpx

from tests.questions.conftest import Asking, faults, question, when
from tests.world import World, post


async def test_a_form_has_versions_that_stay(asking: Asking) -> None:
    none = await asking.focal_point.get(f"{asking.path}/form")
    assert none.json() == {"version": 0, "questions": [], "issued_at": None}
    first = await asking.ask(question("diet"), question("badge", "yes_no"))
    same = await asking.ask(question("diet"), question("badge", "yes_no"))
    assert (first["version"], same) == (1, first)
    other = question("diet", "long_text", label={"en": "Any diet?"})
    second = await asking.ask(question("guests", "number"), other)
    assert second["version"] == 2
    assert (await asking.focal_point.get(f"{asking.path}/form")).json() == second
    assert (await asking.focal_point.get(f"{asking.path}/form/versions/1")).json() == first
    listed = (await asking.focal_point.get(f"{asking.path}/form/versions")).json()["items"]
    assert [each["version"] for each in listed] == [1, 2]
    assert (await asking.organizer.get(f"{asking.path}/form/versions/2/changes")).json() == {
        "version": 2,
        "added": ["guests"],
        "removed": ["badge"],
        "changed": [{"id": "diet", "members": ["kind", "label"]}],
        "reordered": False,
    }
    turned = await asking.ask(other, question("guests", "number"))
    changes = (await asking.organizer.get(f"{asking.path}/form/versions/3/changes")).json()
    assert (turned["version"], changes["changed"], changes["reordered"]) == (3, [], True)
    empty = await asking.ask()
    assert (empty["version"], empty["questions"]) == (4, [])
    meeting = (await asking.organizer.get(asking.path)).json()
    assert meeting["form_version"] == 4
    events = (await asking.organizer.get(f"{asking.path}/events?name=form.changed")).json()["items"]
    assert [each["data"]["version"] for each in events] == [1, 2, 3, 4]
    hidden = (await asking.focal_point.get(f"{asking.path}/events?name=form.changed")).json()
    assert hidden["items"] == []


async def test_a_change_is_made_to_what_was_read(asking: Asking) -> None:
    body = {"questions": [question("diet")]}
    without = await asking.organizer.put(f"{asking.path}/form", json=body)
    assert without.status_code == 428
    etag = (await asking.organizer.get(f"{asking.path}/form")).headers["etag"]
    done = await asking.organizer.put(f"{asking.path}/form", json=body, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    stale = await asking.organizer.put(f"{asking.path}/form", json=body, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert (
        done.headers["etag"] == (await asking.organizer.get(f"{asking.path}/form")).headers["etag"]
    )


async def test_what_is_no_form_is_refused_with_every_reason(asking: Asking) -> None:
    wrong = [question("A b"), question("a", retention_days=-1), question("a", purpose={})]
    assert faults(await asking.put_form(*wrong)) == {
        "/questions/0/id": "String should match pattern '^[a-z][a-z0-9_]*$'",
        "/questions/1/retention_days": "Input should be greater than or equal to 0",
        "/questions/2/purpose": "Dictionary should have at least 1 item after validation, not 0",
    }
    wrong = [question("a"), question("a", conditions=[when("b", "x")]), question("b", whole=True)]
    refused = await asking.put_form(*wrong)
    assert faults(refused) == {
        "/questions/1/id": "An earlier question has this id.",
        "/questions/1/conditions/0/question": "Is no earlier question of the form.",
        "/questions/2/whole": "A question of kind short_text has none.",
    }
    assert refused.json()["type"].endswith("/form-invalid")
    many = [question(f"q{number}") for number in range(101)]
    assert list(faults(await asking.put_form(*many))) == ["/questions"]
    assert (await asking.organizer.get(f"{asking.path}/form")).json()["version"] == 0


async def test_what_organizers_alone_are_asked_is_theirs(asking: Asking) -> None:
    own = question("rating", "number", visible_to="organizers")
    await asking.ask(question("diet"), own)
    seen = (await asking.focal_point.get(f"{asking.path}/form")).json()["questions"]
    assert [each["id"] for each in seen] == ["diet"]
    assert await asking.refused(1, answers={"rating": 5}) == {
        "/answers/rating": "is no question of the form"
    }
    made = await asking.register(1, answers={"diet": "None."})
    rated = await asking.put(made, {"diet": "None.", "rating": 5}, asking.organizer)
    assert rated.json()["answers"] == {"diet": "None.", "rating": 5}
    changed = await asking.put(made, {"diet": "Vegan."})
    assert changed.json()["answers"] == {"diet": "Vegan."}
    assert [each["question"] for each in changed.json()["given"]] == ["diet"]
    kept = await asking.answers(made, asking.organizer)
    assert kept["answers"] == {"diet": "Vegan.", "rating": 5}
    log = f"{asking.path}/events?name=registration.answered"
    told = [each["data"]["given"] for each in (await asking.focal_point.get(log)).json()["items"]]
    assert told == [["diet"], ["diet"]]
    told = [each["data"]["given"] for each in (await asking.organizer.get(log)).json()["items"]]
    assert told == [["diet"], ["rating"], ["diet"]]


async def test_the_questions_of_another_meeting_are_taken_over(
    asking: Asking, world: World
) -> None:
    form = await asking.ask(question("diet"), question("badge", "yes_no"))
    committee = asking.meeting["committee_id"]
    next_one = await world.meeting({"id": committee})
    path = f"/v1/meetings/{next_one['id']}/form"
    body = {"meeting": asking.meeting["handle"]}
    copied = await post(asking.organizer, f"{path}/copy", body)
    assert (copied["version"], copied["questions"]) == (1, form["questions"])
    stranger = await world.meeting(await world.committee())
    for other in (stranger["handle"], "nowhere"):
        refused = await asking.organizer.post(f"{path}/copy", json={"meeting": other})
        assert faults(refused) == {"/meeting": "The committee has no such meeting."}
    french = await world.meeting({"id": committee}, title={"fr": "Réunion"}, languages=["fr"])
    refused = await asking.organizer.post(f"/v1/meetings/{french['id']}/form/copy", json=body)
    assert faults(refused)["/questions/0/label"] == "Say it in one of fr."
    gone = await asking.organizer.delete(
        f"/v1/meetings/{next_one['id']}", headers={"If-Match": "*"}
    )
    assert gone.status_code == 204, gone.text


async def test_a_closed_record_asks_nothing_new(asking: Asking) -> None:
    await post(asking.organizer, f"{asking.path}/cancel", {"note": "No."})
    answer: httpx.Response = await asking.put_form(question("diet"))
    assert (answer.status_code, answer.json()["title"]) == (409, "The meeting is closed")
