"""What was answered about all who come, as a table for the caterer and the front desk."""

import csv
import io

from tests.questions.conftest import Asking, question, when
from tests.world import named

DIET = question("diet", "many_choices", options=["a", "b"])


async def table(asking: Asking, **query: str) -> list[list[str]]:
    path = f"{asking.path}/lists/answers.csv"
    answer = await asking.organizer.get(path, params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (
        200, "text/csv; charset=utf-8",
    )  # fmt: skip
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_everybody_who_comes_is_a_row_and_every_question_a_column(asking: Asking) -> None:
    await asking.ask(DIET, question("note"), question("photo", "consent"))
    said = {"diet": ["b", "a"], "note": "=1+1", "photo": True}
    await asking.register(1, answers=said)
    await asking.register(2, answers={"note": "Late."}, role="interpreter")
    gone = await asking.register(3, answers={"note": "Never."})
    withdrawn = f"{asking.path}/registrations/{gone['id']}/withdraw"
    assert (await asking.focal_point.post(withdrawn)).is_success
    abbreviation = asking.entity["abbreviation"]
    entity = asking.entity["name"]["en"]
    people = [named(n)["person"]["name"] for n in (1, 2)]
    assert await table(asking) == [
        ["Abbreviation", "Entity", "Name", "Role", "diet?", "note?", "photo?"],
        [abbreviation, entity, people[0], "Representative", "Option b; Option a", "'=1+1", "Yes"],
        [abbreviation, entity, people[1], "Interpreter", "", "Late.", ""],
    ]


async def test_answers_to_questions_that_are_asked_no_more_are_the_last_columns(
    asking: Asking,
) -> None:
    photo = question("photo", "consent")
    await asking.ask(DIET, question("old"), question("never"), photo)
    await asking.register(1, answers={"old": "So it was.", "diet": ["a"], "photo": True})
    other_words = photo | {"statement": {"en": "Films too."}}
    conditional = question("other", conditions=[when("new", "x")])
    await asking.ask(question("new"), DIET, conditional, other_words)
    rows = await table(asking, language="fr")
    assert rows[0][4:] == ["new?", "diet?", "other?", "photo?", "old?"]
    assert rows[1][3:] == ["Représentant(e)", "", "Option a", "", "[Oui]", "So it was."]


async def test_only_organizers_read_the_table(asking: Asking) -> None:
    path = f"{asking.path}/lists/answers.csv"
    assert (await asking.focal_point.get(path)).status_code == 403
    other = await asking.world.focal_point_of(await asking.world.entity())
    assert (await other.get(path)).status_code == 404
