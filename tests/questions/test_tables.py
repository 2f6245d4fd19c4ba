"""Registering many for a meeting that asks: tables, copies and series, by the rules of one."""

import csv
import io
import json
from datetime import date
from typing import Any

from app.check import wrongs
from tests.core.test_sheets import XLSX, xlsx
from tests.questions.conftest import Asking, faults, question, when
from tests.registrations.tables import imported, outcomes, send
from tests.statements import counted
from tests.world import named, post

FORM = (
    question("diet", "one_choice", options=["none", "vegetarian", "other"]),
    question("diet_other", conditions=[when("diet", "other")], required="at_registration"),
    question("days", "many_choices", max_choices=2),
    question("arrival", "date", earliest="2021-10-01"),
    question("guests", "number", whole=True, maximum=3),
    question("badge", "yes_no", required="at_registration"),
    question("photo", "consent", required="before_deadline"),
    question("note", "long_text", required="before_deadline", roles=["adviser"]),
    question("visa", "file"),
    question("title"),
    question("place", visible_to="organizers"),
)
GRID = [
    [
        *("Name", "E-mail", "Role", "Diet?", "diet_other", "Days", "Arrival", "guests"),
        *("badge", "photo", "answers.title", "Liste des participants"),
    ],
    [
        *("Amina Rossi", "a@example.org", "", "Option vegetarian", "", "a; Option B", "2021-10-07"),
        *("2", "oui", "x", "Dr.", "sí"),
    ],
    ["Jonas Abdi", "j@example.org", "adviser", "", "", "", "", "", "нет", "", "", "no"],
    [
        *("Pia Costa", "p@example.org", "", "fish", "No nuts.", "a;b;c", "2021-09-30", "1.5"),
        *("perhaps", "no", "", ""),
    ],
    ["Olga Xu", "o@example.org", "", "other", "", "", "", "", "", "", "", ""],
]
EXPLAINED = [
    (2, "confirmed", None),
    (3, "confirmed", None),
    (4, "refused", "answers-invalid"),
    (5, "refused", "answers-invalid"),
]
WRONG = {
    "/diet?": "is one of the options",
    "/days": "has more than 2 of the options",
    "/arrival": "is at least 2021-10-01",
    "/guests": "is a whole number",
    "/badge": "is true or false",
    "/photo": "must be given",
    "/diet_other": "is not asked with these answers",
}
LACKING = {"/badge": "needs an answer", "/diet_other": "needs an answer"}


def written(grid: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(grid)
    return text.getvalue().encode()


def errors(row: dict[str, Any]) -> dict[str, str]:
    return {error["pointer"]: error["detail"] for error in row["errors"]}


async def registrations(asking: Asking) -> list[dict[str, Any]]:
    """By arrival."""
    return list((await asking.focal_point.get(f"{asking.path}/registrations")).json()["items"])


async def test_a_table_answers_by_the_ids_and_the_words_of_the_questions(asking: Asking) -> None:
    await asking.ask(*FORM)
    shown = await imported(
        asking.focal_point, asking.meeting, written(GRID), "text/csv", dry_run=True
    )
    refused = await send(asking.focal_point, asking.meeting, written(GRID), "text/csv")
    assert faults(refused) == {
        **{f"/4{pointer}": f"row 4: {detail}" for pointer, detail in WRONG.items()},
        **{f"/5{pointer}": f"row 5: {detail}" for pointer, detail in LACKING.items()},
    }
    assert await registrations(asking) == []
    done = await imported(
        asking.focal_point, asking.meeting, written(GRID), "text/csv", mode="rows"
    )
    for result in (shown, done):
        assert outcomes(result) == EXPLAINED
        assert [errors(row) for row in result["rows"]] == [{}, {}, WRONG, LACKING]
    assert [column["member"] for column in done["columns"]] == [
        *("name", "email", "role", "answers.diet", "answers.diet_other", "answers.days"),
        *("answers.arrival", "answers.guests", "answers.badge", "answers.photo", "answers.title"),
        "listed",
    ]
    one, two = await registrations(asking)
    assert (one["answers_missing"], two["answers_missing"]) == ([], ["photo", "note"])
    assert (one["listed"], two["listed"]) == ("yes", "no")
    found = await asking.answers(one)
    assert found["answers"] == {
        "diet": "vegetarian", "days": ["a", "b"], "arrival": "2021-10-07", "guests": 2,
        "badge": True, "photo": True, "title": "Dr.",
    }  # fmt: skip
    assert {(each["form_version"], each["given_for"]) for each in found["given"]} == {(1, "entity")}
    assert (await asking.answers(two))["answers"] == {"badge": False}
    async with asking.world.app.state.database.transaction() as session:
        assert await wrongs(session) == []


async def logged(asking: Asking, registration_id: str) -> list[dict[str, Any]]:
    """What the log says of a registration, whoever it is of."""
    path = f"{asking.path}/events?limit=200"
    items = (await asking.organizer.get(path)).json()["items"]
    own = [each for each in items if each["subject_id"] == registration_id]
    unlike = {"id", "sequence", "recorded_at", "request_id", "subject_id"}
    plain = [{name: each[name] for name in each if name not in unlike} for each in own]
    for each in plain:
        each["data"].pop("person_id")
    return plain


async def test_the_log_says_of_a_row_what_it_says_of_one_registered_alone(asking: Asking) -> None:
    await asking.ask(question("diet"), question("place", visible_to="organizers"))
    answers = {"diet": "Vegan.", "place": "3"}
    body = named(1, entity=asking.entity["handle"], answers=answers, listed="yes")
    alone = await post(asking.organizer, f"{asking.path}/registrations", body)
    row = {"name": "X", "email": "x@example.org", "listed": "yes", **answers}
    table = json.dumps([row | {"entity": asking.entity["handle"]}])
    result = await imported(asking.organizer, asking.meeting, table, "application/json")
    [other] = [row["registration_id"] for row in result["rows"]]
    told = await logged(asking, alone["id"])
    assert await logged(asking, other) == told
    assert sorted(each["name"] for each in told) == [
        *("registration.answered", "registration.answered"),
        *("registration.confirmed", "registration.listed"),
    ]
    entitys = await send(asking.focal_point, asking.meeting, table, "application/json")
    assert faults(entitys)["/1/place"] == "row 1: is not recognized"


VALUES: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"badge": True, "note": 7}, {"badge": True, "note": "7"}),
    ({"badge": 0, "note": "a\u2028b", "arrival": "2021-10-07T00:00:00"}, None),
    ({"badge": "nein"}, {"/badge": "is true or false"}),
    ({"badge": True, "days": ["a", "Option C"], "diet": "VEGETARIAN"}, None),
    ({"badge": True, "days": [1]}, {"/days": "is a list of one or more of the options"}),
    ({"badge": True, "days": {"a": 1}}, {"/days": "is a list of one or more of the options"}),
    ({"badge": True, "note": {}}, {"/note": "is a text"}),
    ({"badge": True, "note": 1.5}, {"/note": "is a text"}),
    ({"badge": True, "guests": "1e3"}, {"/guests": "is a number"}),
    ({"badge": True, "guests": True}, {"/guests": "is a number"}),
    ({"badge": True, "days": " ; "}, {"/days": "is a list of one or more of the options"}),
    ({"badge": True, "visa": "x"}, {"/visa": "is not recognized"}),
    ({"badge": True, "listed": "perhaps"}, {"/listed": None}),
]


async def test_cells_of_every_type_are_read_or_refused(asking: Asking) -> None:
    asked = [each for each in FORM if each["id"] not in {"photo", "diet_other"}]
    await asking.ask(*(each | {"roles": []} for each in asked))
    people = [{"name": f"P {n}", "email": f"p{n}@example.org"} for n in range(len(VALUES))]
    rows = [person | cells for person, (cells, _) in zip(people, VALUES, strict=True)]
    result = await imported(
        asking.focal_point, asking.meeting, json.dumps(rows), "application/json", mode="rows"
    )
    for row, (cells, expected) in zip(result["rows"], VALUES, strict=True):
        if expected and next(iter(expected)).startswith("/"):
            assert row["outcome"] == "refused", cells
            found = errors(row)
            assert {p: d if expected.get(p) else None for p, d in found.items()} == expected
        else:
            assert row["outcome"] == "confirmed", row
    made = await registrations(asking)
    answers = [(await asking.answers(each))["answers"] for each in made]
    assert answers == [
        {"badge": True, "note": "7"},
        {"badge": False, "note": "a\u2028b", "arrival": "2021-10-07"},
        {"badge": True, "days": ["a", "c"], "diet": "vegetarian"},
    ]


async def test_words_that_mean_two_questions_mean_none(asking: Asking) -> None:
    await asking.ask(question("day_1"), question("day1"), question("colour", "yes_no"))
    table = "Name\tE-mail\tDay 1\tFarbe\nX\tx@example.org\tnoon\tyes\n"
    assert set(faults(await send(asking.focal_point, asking.meeting, table))) == {
        "/1/day_1",
        "/1/farbe",
    }
    columns = json.dumps({"Day 1": "answers.day_1", "Farbe": "colour"})
    result = await imported(asking.focal_point, asking.meeting, table, columns=columns)
    assert outcomes(result) == [(2, "confirmed", None)]
    [made] = await registrations(asking)
    assert (await asking.answers(made))["answers"] == {"day_1": "noon", "colour": True}


async def test_a_sheet_has_numbers_and_days_as_it_keeps_them(asking: Asking) -> None:
    await asking.ask(
        *(each for each in FORM if each["id"] in {"badge", "title", "arrival", "guests"})
    )
    grid: list[list[Any]] = [
        ["Name", "E-mail", "badge", "answers.title", "arrival", "guests"],
        ["X", "x@example.org", True, 12, date(2021, 10, 7), 2],
    ]
    result = await imported(asking.focal_point, asking.meeting, xlsx(*grid), XLSX)
    assert outcomes(result) == [(2, "confirmed", None)]
    [made] = await registrations(asking)
    assert (await asking.answers(made))["answers"] == {
        "badge": True,
        "title": "12",
        "arrival": "2021-10-07",
        "guests": 2,
    }


async def test_a_list_takes_no_more_statements_when_the_meeting_asks(asking: Asking) -> None:
    await asking.ask(question("diet"), question("badge", "yes_no"))
    taken = []
    for start, count in ((0, 2), (10, 40)):
        rows = [f"P {n}\tp{n}@example.org\tVegan.\tyes\n" for n in range(start, start + count)]
        table = "Name\tE-mail\tdiet\tbadge\n" + "".join(rows)
        with counted(asking.world.app) as statements:
            await imported(asking.focal_point, asking.meeting, table, mode="rows")
        taken.append(len(statements))
    assert taken[0] == taken[1]


async def test_last_times_delegation_answers_too(asking: Asking) -> None:
    await asking.ask(question("badge", "yes_no", required="at_registration"))
    people = [await asking.register(n, answers={"badge": True}) for n in range(3)]
    ids = [each["person"]["id"] for each in people]
    world = asking.world
    meeting = await world.scheduled(await world.meeting(asking.meeting["committee"]))
    await world.invitation(meeting, asking.entity)
    later = Asking(
        world, meeting, asking.entity, asking.invitation, asking.focal_point, asking.organizer
    )
    await later.ask(
        question("badge", "yes_no", required="at_registration"),
        question("visa", "file"),
        question("note", required="before_deadline"),
    )
    path = f"{later.path}/registrations/copy?mode=rows"
    given = {ids[0]: {"badge": False, "note": None}, ids[1]: {"badge": True, "visa": ids[1]}}
    body = {"meeting": asking.meeting["handle"], "answers": given}
    shown = await post(asking.focal_point, f"{path}&dry_run=true", body)
    done = await post(asking.focal_point, path, body)
    for result in (shown, done):
        assert [(row["outcome"], row["problem"]) for row in result["rows"]] == [
            ("confirmed", None),
            ("refused", "answers-invalid"),
            ("refused", "answers-invalid"),
        ]
        assert [errors(row) for row in result["rows"]] == [
            {},
            {"/answers/visa": "is a file: register whoever brings it by themselves"},
            {"/answers/badge": "needs an answer"},
        ]
    [made] = await registrations(later)
    assert (made["answers_missing"], (await later.answers(made))["answers"]) == (
        ["note"],
        {"badge": False},
    )
    stranger = body | {"leave_out": [ids[0]]}
    refused = await asking.focal_point.post(path, json=stranger)
    assert faults(refused) == {f"/answers/{ids[0]}": "Is nobody who is to come again."}
