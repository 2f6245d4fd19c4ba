"""Answers over HTTP: given, refused, kept when the form changes, seen by whom they concern."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.questions.conftest import Asking, faults, question, when
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
