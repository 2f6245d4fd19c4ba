"""HTTP for what was answered about those who come, as a table."""

import csv
import io
from collections.abc import Iterable

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import in_language
from app.core.openapi import Responses
from app.core.routes import Session, router_for
from app.core.sheets.formulas import neutralise
from app.letters.words import LetterLanguage
from app.lists import queries
from app.lists.access import Asked, AskedDep, ListView
from app.lists.lifecycle import ListKind
from app.lists.queries import Wanted
from app.lists.telling import rendering_of
from app.lists.words import Words, words_in
from app.lists.writing import full_name
from app.meetings.access import MeetingSecrets
from app.meetings.tables import Meeting
from app.registrations.answer_sheet import Cell, answers_of

router = router_for("lists")
_WHO = ("abbreviation", "entity", "name", "role")
_TABLE: Responses = {
    200: {
        "description": "A row for each person, a column for each question.",
        "content": {"text/csv": {"schema": {"type": "string", "maxLength": 100_000_000}}},
    }
}


@router.get(
    "/meetings/{m}/lists/answers.csv",
    operation_id="getAnswersTable",
    response_class=Response,
    responses=_TABLE,
)
async def get_answers_table(
    session: Session, view: MeetingSecrets, asked: AskedDep, request: Request
) -> Response:
    """Read what was answered about everybody who comes, as a table with a column for each question.

    Choices are told by their labels and files by their names. Questions that are asked no more and
    were answered are the last columns. In square brackets stands what does not answer the question
    as it is asked now, such as a consent to other words.
    """
    language, rows = await _rows(session, view.meeting, asked, request)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(
        [[neutralise(cell) for cell in row] for row in rows]
    )
    name = f"answers-{view.meeting.handle}-{language.value}.csv"
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language.value,
        "Vary": "Accept-Language",
    }
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


async def _rows(
    session: AsyncSession, meeting: Meeting, asked: Asked, request: Request
) -> tuple[LetterLanguage, Iterable[list[str]]]:
    """The headings, and then the people in the order that is wanted."""
    wanted = Wanted(entity=asked.entity)
    view = ListView(meeting, ListKind.DELEGATIONS, wanted, asked)
    rendering = await rendering_of(session, view, request)
    words, delegations = words_in(rendering.language), rendering.delegations
    statement, order = queries.listed_people(meeting, wanted, asked.order, list(delegations))
    people = (await session.execute(statement.order_by(*(column for column, _ in order)))).all()
    sheet = await answers_of(session, [each.id for each in people], rendering.language)
    rows = [[*(words.say("columns", name) for name in _WHO), *(c.label for c in sheet.columns)]]
    for each in people:
        delegation, cells = delegations[each.entity_id], sheet.rows.get(each.id, {})
        rows.append(
            [
                delegation.abbreviation,
                in_language(dict(delegation.name), [rendering.language]),
                full_name(each.honorific, each.name),
                words.say("roles", each.role.value),
                *(
                    _told(cells.get(column.key), words, past=(each.id, column.key) in sheet.past)
                    for column in sheet.columns
                ),
            ]
        )
    return rendering.language, rows


def _told(cell: Cell | None, words: Words, *, past: bool) -> str:
    if isinstance(cell, bool):
        told = words.say("listed", "yes" if cell else "no")
    else:
        told = "" if cell is None else str(cell)
    return f"[{told}]" if past else told
