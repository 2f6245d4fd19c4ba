"""HTTP for what has changed on a list since a moment."""

import csv
import io
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.fields import InstantField, accepted_languages
from app.core.languages import isolated
from app.core.openapi import Responses, raises
from app.core.problems import FieldError, Invalid
from app.core.routes import Session, router_for
from app.core.sheets.formulas import neutralise
from app.letters.words import LetterLanguage, language_for
from app.lists.access import ChangesView, DelegationChanges, ParticipantChanges
from app.lists.changes import NOBODY, Differences, differences_of
from app.lists.endpoints import BASE
from app.lists.lifecycle import ChangesFormat
from app.lists.problems import (
    ChathamHouse,
    ListNotPublished,
    NoParticipantsList,
    TooManyChanges,
)
from app.lists.schemas import ListChangeOut, ListChangesOut, ReplacedPerson
from app.lists.telling import entity_of
from app.lists.words import words_in
from app.lists.writing import full_name, moment

router = router_for("lists")
Since = Annotated[
    InstantField,
    Query(description="The moment of the old list: its `as_of`, or `until` of the last answer."),
]
InLanguage = Annotated[
    LetterLanguage | None, Query(description="By default the reader's, or English.")
]
_TEXT = {"schema": {"type": "string", "maxLength": 10_000_000}}
FILE: Responses = {
    200: {
        "description": "The changes as a table, or in words.",
        "content": {"text/csv": _TEXT, "text/plain": _TEXT},
    },
    **raises(TooManyChanges),
}
PUBLISHED = raises(ChathamHouse, ListNotPublished, NoParticipantsList)
COLUMNS = ("change", "abbreviation", "entity", "name", "job_title", "role", "was_role", "replaced")


@router.get(
    f"{BASE}/delegations/changes",
    operation_id="getDelegationChanges",
    responses=raises(TooManyChanges),
)
async def get_delegation_changes(
    session: Session,
    view: DelegationChanges,
    since: Since,
    request: Request,
    response: Response,
    language: InLanguage = None,
) -> ListChangesOut:
    """Read who came, who left, who was substituted and whose role changed since a moment.

    For organizers and observers of all delegations, for others of their own. Made to the list of
    delegations as it was, the changes give the list as it is; names and titles are those of now.
    """
    found = await _differences(session, view, since, request, response, language)
    return _shown(found, _language(request, language))


@router.get(
    f"{BASE}/delegations/changes.{{suffix}}",
    operation_id="getDelegationChangesFile",
    response_class=Response,
    responses=FILE,
)
async def get_delegation_changes_file(
    session: Session,
    view: DelegationChanges,
    suffix: ChangesFormat,
    since: Since,
    request: Request,
    response: Response,
    language: InLanguage = None,
) -> Response:
    """Read the changes of the delegations as a table, or in words."""
    found = await _differences(session, view, since, request, response, language)
    return _file(found, _language(request, language), suffix, view)


@router.get(
    f"{BASE}/participants/changes",
    operation_id="getParticipantChanges",
    responses={**raises(TooManyChanges), **PUBLISHED},
)
async def get_participant_changes(
    session: Session,
    view: ParticipantChanges,
    since: Since,
    request: Request,
    response: Response,
    language: InLanguage = None,
) -> ListChangesOut:
    """Read what has changed on the list of participants since a moment.

    Who agrees to be named arrives, and who takes that back leaves, then without a name. A change of
    the meeting's `participants_list` counts as well.
    """
    found = await _differences(session, view, since, request, response, language)
    return _shown(found, _language(request, language))


@router.get(
    f"{BASE}/participants/changes.{{suffix}}",
    operation_id="getParticipantChangesFile",
    response_class=Response,
    responses={**FILE, **PUBLISHED},
)
async def get_participant_changes_file(
    session: Session,
    view: ParticipantChanges,
    suffix: ChangesFormat,
    since: Since,
    request: Request,
    response: Response,
    language: InLanguage = None,
) -> Response:
    """Read the changes of the list of participants as a table, or in words."""
    found = await _differences(session, view, since, request, response, language)
    return _file(found, _language(request, language), suffix, view)


async def _differences(
    session: AsyncSession,
    view: ChangesView,
    since: datetime,
    request: Request,
    response: Response,
    language: LetterLanguage | None,
) -> Differences:
    if since > clock.now():
        detail = "Lies in the future."
        raise Invalid(detail, errors=[FieldError(pointer="query/since", detail=detail)])
    chosen = _language(request, language)
    response.headers["Content-Language"] = chosen.value
    response.headers["Vary"] = "Accept-Language"
    return await differences_of(session, view, since, chosen)


def _language(request: Request, language: LetterLanguage | None) -> LetterLanguage:
    accepted = accepted_languages(request.headers.get("accept-language"))
    return language or language_for(accepted)


def _shown(found: Differences, language: LetterLanguage) -> ListChangesOut:
    changes = []
    for change in found.changes:
        honorific, name, title = found.names.get(change.registration_id, NOBODY)
        replaced = None
        if change.replaced_id is not None:
            _, old_name, _ = found.names.get(change.replaced_id, NOBODY)
            replaced = ReplacedPerson(registration_id=change.replaced_id, name=old_name)
        changes.append(
            ListChangeOut(
                kind=change.kind,
                registration_id=change.registration_id,
                entity=entity_of(found.delegations[change.place.entity_id], language),
                name=name,
                honorific=honorific,
                job_title=title,
                role=change.place.role,
                was_role=change.was_role,
                replaced=replaced,
            )
        )
    return ListChangesOut(since=found.since, until=found.until, changes=changes)


def _file(
    found: Differences, language: LetterLanguage, form: ChangesFormat, view: ChangesView
) -> Response:
    table = [_cells(change, language) for change in _shown(found, language).changes]
    name = f"changes-{view.meeting.handle}-{language.value}.{form.value}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language.value,
        "Vary": "Accept-Language",
    }
    if form is ChangesFormat.CSV:
        content, media_type = _csv(table, language), "text/csv"
    else:
        content, media_type = _text(found, table, language), "text/plain"
    return Response(content, media_type=media_type, headers=headers)


def _cells(change: ListChangeOut, language: LetterLanguage) -> list[str]:
    words = words_in(language)
    return [
        words.say("changes", change.kind.value),
        change.entity.abbreviation,
        change.entity.name,
        full_name(change.honorific, change.name) if change.name else "…",
        change.job_title or "",
        words.say("roles", change.role.value),
        words.say("roles", change.was_role.value) if change.was_role else "",
        (change.replaced.name or "…") if change.replaced else "",
    ]


def _csv(table: list[list[str]], language: LetterLanguage) -> bytes:
    words = words_in(language)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([words.say("columns", column) for column in COLUMNS])
    writer.writerows([[neutralise(cell) for cell in row] for row in table])
    return out.getvalue().encode("utf-8-sig")


def _text(found: Differences, table: list[list[str]], language: LetterLanguage) -> bytes:
    """A line for each, below the entity that it is of."""
    words = words_in(language)
    since, until = (
        isolated(moment(each)) if words.direction == "rtl" else moment(each)
        for each in (found.since, found.until)
    )
    lines = [words.say("titles", "changes", moment=since), ""]
    entity = None
    for kind, abbreviation, name_of_entity, name, title, role, was_role, replaced in table:
        if (abbreviation, name_of_entity) != entity:
            entity = (abbreviation, name_of_entity)
            lines += ["", f"{name_of_entity} ({abbreviation})"]
        known = [name, title, f"{was_role} → {role}" if was_role and was_role != role else role]
        behind = f" ← {replaced}" if replaced else ""
        told = ", ".join(each for each in known if each) + behind
        lines.append("- " + words.say("changes", "line", kind=kind, told=told))
    if not table:
        lines += [words.say("nothing")]
    lines += ["", words.say("last_change", moment=until), ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").encode()
