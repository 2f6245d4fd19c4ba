"""Answers over HTTP: given, refused, kept when the form changes, seen by whom they concern."""

import re
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from app.registrations.answer_sheet import answers_of
from tests.questions.conftest import Asking, faults, question, when
from tests.registrations.tables import imported
from tests.statements import counted
from tests.world import World, named, post

DIET = question("diet", "one_choice", options=["none", "vegetarian", "other"])
OTHER = question("diet_other", conditions=[when("diet", "other")], required="at_registration")


async def test_answers_come_with_the_name_and_all_that_is_wrong_is_said_at_once(
    asking: Asking,
) -> None:
    await asking.ask(
        DIET,
        OTHER,
        question("days", "many_choices", max_choices=2),
        question("arrival", "date", earliest="2021-10-01"),
        question("guests", "number", whole=True, minimum=0, maximum=3),
        question("badge", "yes_no", required="at_registration"),
        question("photo", "consent"),
        question("note", "long_text", max_length=20, required="before_deadline"),
    )
    wrong = {
        "diet": "fish",
        "days": ["a", "b", "c"],
        "arrival": "2021-09-30",
        "guests": 1.5,
        "photo": "yes",
        "note": "x" * 21,
        "colour": "red",
        "diet_other": "No nuts.",
    }
    assert await asking.refused(1, answers=wrong) == {
        "/answers/diet": "is one of the options",
        "/answers/days": "has more than 2 of the options",
        "/answers/arrival": "is at least 2021-10-01",
        "/answers/guests": "is a whole number",
        "/answers/photo": "is true or false",
        "/answers/note": "has more than 20 characters",
        "/answers/colour": "is no question of the form",
        "/answers/diet_other": "is not asked with these answers",
        "/answers/badge": "needs an answer",
    }
    assert await asking.refused(1, answers={"diet": "other", "badge": True}) == {
        "/answers/diet_other": "needs an answer"
    }
    board = f"{asking.path}/invitations/{asking.invitation['id']}"
    assert (await asking.organizer.get(board)).json()["seats_taken"] == 0
    good = {
        "diet": "other",
        "diet_other": "No nuts.",
        "days": ["b"],
        "arrival": "2021-10-07",
        "guests": 2,
        "badge": False,
        "photo": True,
    }
    made = await asking.register(1, answers=good | {"note": None})
    assert made["answers_missing"] == ["note"]
    assert (await asking.organizer.get(board)).json()["answers_missing"] == 1
    found = await asking.answers(made)
    assert (found["answers"], found["missing"], found["form_version"]) == (good, ["note"], 1)
    done = await asking.put(made, good | {"note": "Two lines,\nno more."})
    assert done.status_code == 200, done.text
    assert done.json()["missing"] == []
    assert (await asking.organizer.get(board)).json()["answers_missing"] == 0
    assert (await asking.registration(made))["answers_missing"] == []


async def test_what_no_question_takes_is_refused_at_its_place(asking: Asking) -> None:
    await asking.ask(question("a"), question("b", "number"), question("c", "many_choices"))
    path = f"{asking.path}/registrations"
    wrong: list[Any] = ["", " ", "a\nb", "x" * 5001, 10**30, -1e300, {"a": 1}, [1], [[]]]
    for value in [*wrong, ["a"] * 101, ["x" * 101]]:
        for name in ("a", "b", "c"):
            assert list(await asking.refused(1, answers={name: value})) == [f"/answers/{name}"]
    names = ["", "A", "x" * 41, "a-b", "a/b", "~"]
    for name in names:
        answer = await asking.focal_point.post(path, json=named(1, answers={name: 1}))
        escaped = name.replace("~", "~0").replace("/", "~1")
        assert list(faults(answer)) == [f"/answers/{escaped}"]
    many = {f"q{number}": 1 for number in range(101)}
    assert list(await asking.refused(1, answers=many)) == ["/answers"]


async def test_no_answer_is_lost_when_the_form_changes(asking: Asking) -> None:
    await asking.ask(question("diet"), question("guests"), question("size", "one_choice"))
    given = {"diet": "Vegan.", "guests": "two", "size": "b"}
    made = await asking.register(1, answers=given)
    await asking.ask(
        question("size", "one_choice", options=["a", "c"], required="before_deadline"),
        question("guests", "number", label={"en": "How many guests?"}),
    )
    found = await asking.answers(made)
    assert (found["answers"], found["missing"]) == ({}, ["size"])
    assert [(e["question"], e["label"]["en"], e["kind"], e["value"]) for e in found["given"]] == [
        ("diet", "diet?", "short_text", "Vegan."),
        ("guests", "guests?", "short_text", "two"),
        ("size", "size?", "one_choice", "b"),
    ]
    assert {each["form_version"] for each in found["given"]} == {1}
    answered = (await asking.put(made, {"guests": 2, "size": "a"})).json()
    assert (answered["answers"], answered["missing"]) == ({"guests": 2, "size": "a"}, [])
    kept = [(each["question"], each["form_version"]) for each in answered["given"]]
    assert kept == [("diet", 1), ("guests", 2), ("size", 2)]
    await asking.ask(question("diet"), question("size", "one_choice"))
    back = await asking.answers(made)
    assert (back["answers"], back["form_version"]) == ({"diet": "Vegan.", "size": "a"}, 3)


async def test_a_consent_keeps_its_words_and_its_times(asking: Asking, set_clock: Any) -> None:
    set_clock(datetime(2021, 9, 1, 8, tzinfo=UTC))
    asked = question("photo", "consent", required="before_deadline")
    await asking.ask(asked)
    assert await asking.refused(1, answers={"photo": False}) == {"/answers/photo": "must be given"}
    made = await asking.register(1, answers={"photo": True})
    await asking.ask(asked | {"label": {"en": "Photos?"}}, question("diet"))
    found = await asking.answers(made, asking.organizer)
    assert (found["answers"], found["given"][0]["form_version"]) == ({"photo": True}, 1)
    await asking.ask(asked | {"statement": {"en": "I agree, also to films."}})
    assert (await asking.registration(made))["answers_missing"] == ["photo"]
    set_clock(datetime(2021, 9, 2, 8, tzinfo=UTC))
    anew = (await asking.put(made, {"photo": True}, asking.organizer)).json()
    assert anew["missing"] == []
    told = [
        (
            e["statement"]["en"],
            day(e["given_at"]),
            e["given_for"],
            e["counts"],
            day(e["replaced_at"]),
        )
        for e in anew["given"]
    ]
    first, second = "2021-09-01", "2021-09-02"
    assert told == [
        ("I agree, also to films.", second, "organizer", True, None),
        ("I agree.", first, "entity", False, second),
    ]
    assert None not in [each["given_by"] for each in anew["given"]]
    assert [e["given_by"] for e in (await asking.answers(made))["given"]] == [None, None]
    await asking.ask(asked | {"statement": {"en": "I agree, also to films."}, "required": None})
    taken = (await asking.put(made, {})).json()
    assert taken["answers"] == {}
    assert [day(each["replaced_at"]) for each in taken["given"]] == [second, second]


def day(instant: str | None) -> str | None:
    return instant and instant[:10]


async def test_after_the_deadline_only_what_is_missing_is_added(
    asking: Asking, set_clock: Any, world: World
) -> None:
    set_clock(datetime(2021, 9, 1, 8, tzinfo=UTC))
    committee = {"id": asking.meeting["committee_id"]}
    draft = await world.meeting(committee, registration_closes_at="2021-10-01T00:00:00Z")
    asking.meeting = await world.scheduled(draft)
    asking.invitation = await world.invitation(asking.meeting, asking.entity, seat_quota=20)
    await asking.ask(DIET, OTHER, question("note", required="before_deadline"))
    made = await asking.register(1, answers={"diet": "none"})
    set_clock(datetime(2021, 10, 2, 8, tzinfo=UTC))
    refusals = (
        ({"diet": "vegetarian", "note": "Yes."}, "was answered: only organizers change it"),
        ({"note": "Yes."}, "was answered: send it along unchanged"),
    )
    for wrong, why in refusals:
        refused = await asking.put(made, wrong)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/answers-settled")
        assert "unchanged with what is missing" in refused.json()["detail"]
        assert refused.json()["errors"] == [{"pointer": "/answers/diet", "detail": why}]
    added = await asking.put(made, {"diet": "none", "note": "Yes."})
    assert added.json()["missing"] == []
    organizer = await asking.put(made, {"diet": "vegetarian"}, asking.organizer)
    assert organizer.json()["answers"] == {"diet": "vegetarian"}
    body = named(2, answers={"diet": "other", "diet_other": "Nuts."}, role="support")
    path = f"{asking.path}/registrations/{made['id']}"
    refused = await asking.focal_point.post(
        f"{path}/substitute", json=body | {"role": "adviser", "answers": {"diet": "other"}}
    )
    assert faults(refused) == {"/answers/diet_other": "needs an answer"}
    successor = await post(asking.focal_point, f"{path}/substitute", body | {"role": "adviser"})
    assert successor["answers_missing"] == ["note"]
    assert (await asking.answers(successor))["answers"] == body["answers"]
    assert (await asking.answers(made, asking.organizer))["answers"] == {"diet": "vegetarian"}
    left = await asking.put(made, {"diet": "none"}, asking.organizer)
    assert (left.status_code, left.json()["state"]) == (409, "substituted")


async def test_who_is_asked_depends_on_the_role(asking: Asking) -> None:
    await asking.ask(
        question("speech", "yes_no", roles=["head_of_delegation"], required="before_deadline")
    )
    made = await asking.register(1)
    assert made["answers_missing"] == []
    path = f"{asking.path}/registrations/{made['id']}"
    assert faults(await asking.put(made, {"speech": True})) == {
        "/answers/speech": "is not asked with these answers"
    }
    head = await asking.focal_point.patch(path, json={"role": "head_of_delegation"})
    assert head.json()["answers_missing"] == ["speech"]
    assert (await asking.put(made, {"speech": True})).json()["missing"] == []
    again = await asking.focal_point.patch(path, json={"role": "adviser"})
    assert again.json()["answers_missing"] == []
    found = await asking.answers(made)
    assert (found["answers"], found["given"][0]["value"]) == ({}, True)
    assert (await asking.put(made, {})).status_code == 200


async def test_many_at_once_are_refused_one_by_one(asking: Asking) -> None:
    await asking.ask(OTHER | {"conditions": []})
    rows = [named(1, answers={"diet_other": "x"}), named(2), named(3, answers={"colour": 1})]
    done = await post(asking.focal_point, f"{asking.path}/registrations/bulk", rows)
    assert [(row["outcome"], row["problem"]) for row in done["rows"]] == [
        ("confirmed", None),
        ("refused", "answers-invalid"),
        ("refused", "answers-invalid"),
    ]
    assert [[e["pointer"] for e in row["errors"]] for row in done["rows"][1:]] == [
        ["/answers/diet_other"],
        ["/answers/colour", "/answers/diet_other"],
    ]
    board = f"{asking.path}/invitations/{asking.invitation['id']}"
    assert (await asking.organizer.get(board)).json()["seats_taken"] == 1


async def test_a_file_is_one_that_the_entity_has_handed_in(asking: Asking, world: World) -> None:
    await asking.ask(question("passport", "file"))
    mine = await hand_in(asking, asking.entity, asking.invitation)
    other = await world.entity()
    theirs = await hand_in(asking, other, await world.invitation(asking.meeting, other))
    expected = {"/answers/passport": "is no file that the entity has handed in for this meeting"}
    for wrong in (theirs, "01a214e9-de4e-7088-bc52-b2b4308c8a64"):
        assert await asking.refused(1, answers={"passport": wrong}) == expected
    assert await asking.refused(1, answers={"passport": mine.upper()}) == {
        "/answers/passport": "is the id of a file that was handed in"
    }
    made = await asking.register(1, answers={"passport": mine})
    assert (await asking.answers(made))["answers"] == {"passport": mine}
    path = f"{asking.path}/invitations/{asking.invitation['id']}/files/{mine}"
    kept = await asking.focal_point.delete(path)
    assert (kept.status_code, kept.json()["type"].rpartition("/")[2]) == (409, "still-in-use")
    assert (await asking.put(made, {})).status_code == 200
    assert (await asking.focal_point.delete(path)).status_code == 404, "it went with the answer"


async def hand_in(asking: Asking, entity: dict[str, Any], invitation: dict[str, Any]) -> str:
    answer = await asking.world.administrator.post(
        f"{asking.path}/invitations/{invitation['id']}/files?name=passport.pdf",
        content=b"%PDF-1.7 of " + entity["handle"].encode(),
        headers={"Content-Type": "application/pdf"},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_answers_fill_a_table(asking: Asking, app: FastAPI) -> None:
    labels = {"en": "What do you eat?", "fr": "Que mangez-vous ?"}
    await asking.ask(question("days", "many_choices"), question("gone"), DIET | {"label": labels})
    one = await asking.register(1, answers={"days": ["a", "c"], "gone": "x", "diet": "none"})
    await asking.ask(
        question("badge", "yes_no"), DIET | {"label": labels}, question("passport", "file")
    )
    file = await hand_in(asking, asking.entity, asking.invitation)
    two = await asking.register(2, answers={"badge": False, "passport": file})
    three = await asking.register(3)
    ids = [one["id"], two["id"], three["id"]]
    async with app.state.database.transaction() as session:
        sheet = await answers_of(session, ids, "fr")
    assert [(each.question_id, each.label, each.asked) for each in sheet.columns] == [
        ("badge", "badge?", True),
        ("diet", "Que mangez-vous ?", True),
        ("passport", "passport?", True),
        ("days", "days?", False),
        ("gone", "gone?", False),
    ]
    cells = {
        str(registration): {name: cell for (_, name), cell in row.items()}
        for registration, row in sheet.rows.items()
    }
    assert cells == {
        one["id"]: {"days": "Option a; Option c", "gone": "x", "diet": "Option none"},
        two["id"]: {"badge": False, "passport": "passport.pdf"},
    }


async def test_registering_costs_nothing_more_where_nothing_is_asked(
    asking: Asking, app: FastAPI
) -> None:
    with counted(app) as plain:
        await asking.register(1)
    await asking.ask(question("diet"))
    with counted(app) as asked:
        await asking.register(2)
    with counted(app) as answered:
        await asking.register(3, answers={"diet": "None."})
    assert not [
        each for each in plain if re.search("form_versions|INTO answers|FROM answers", each)
    ]
    assert (len(asked) - len(plain), len(answered) - len(asked)) == (1, 2)


async def test_whoever_comes_from_a_table_lacks_what_is_asked_for_before_the_deadline(
    asking: Asking,
) -> None:
    await asking.ask(
        question("badge", required="before_deadline"),
        question("visa", required="before_deadline", roles=["adviser"]),
        OTHER | {"conditions": [when("badge", "x")]},
        question("note"),
    )
    table = "Name\tE-mail\tRole\nA\ta@example.org\tadviser\nB\tb@example.org\t\n"
    assert (await imported(asking.focal_point, asking.meeting, table))["confirmed"] == 2
    people = (await asking.focal_point.get(f"{asking.path}/registrations")).json()["items"]
    lacking = {each["person"]["name"]: each["answers_missing"] for each in people}
    assert lacking == {"A": ["badge", "visa"], "B": ["badge"]}
    board = (await asking.organizer.get(f"{asking.path}/invitations")).json()["items"]
    assert [each["answers_missing"] for each in board] == [2]


async def test_an_observer_is_told_who_reads_answers(asking: Asking) -> None:
    await asking.ask(question("badge"))
    made = await asking.register(1)
    observer = await asking.world.observer({"id": asking.meeting["committee"]["id"]})
    refused = await observer.get(f"{asking.path}/registrations/{made['id']}/answers")
    told = "Only the entity itself or an organizer may do this."
    assert (refused.status_code, refused.json()["detail"]) == (403, told)
