"""The issued agenda for everybody: one statement, finished bytes, nothing in between."""

import re
from typing import Annotated, Final

from fastapi import Path, Query, Request, Response

from app.agenda.schemas import IssuedAgenda
from app.core.fields import LANGUAGE, Language, PlainNumber, accepted_languages
from app.core.finished import (
    BareRoute,
    Question,
    answered,
    languages_asked,
    named,
    without_parameters,
)
from app.core.languages import lookup
from app.core.openapi import raises
from app.core.problems import FieldError, Invalid, NotFound
from app.core.routes import router_for
from app.meetings.access import MeetingRef

_ASKED_FOR: Final = ((b"cache-control", b"public, no-cache"),)
_IMMUTABLE: Final = (
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"vary", b"Accept-Language"),
)
_NUMBER: Final = re.compile("[1-9][0-9]{0,5}|1000000")
_SHOWN: Final = """
    m.{key} = $1 AND m.public AND m.status <> 'draft'
       AND NOT (m.status = 'cancelled' AND m.calendar_sequence = 0)
"""
_IN_FORCE: Final = """
    SELECT v.public_etag, CASE WHEN v.public_etag = ANY($2) THEN NULL ELSE v.public_body END,
           NULL
      FROM meetings m JOIN agenda_versions v ON v.meeting_id = m.id
     WHERE {shown}
     ORDER BY v.number DESC LIMIT 1
"""
_VERSION: Final = """
    SELECT f.etag, CASE WHEN f.etag = ANY($2) THEN NULL ELSE f.body END, f.language
      FROM meetings m JOIN agenda_versions v ON v.meeting_id = m.id AND v.number = $3,
           LATERAL (
               SELECT l.public_etag AS etag, l.public_body AS body, l.language,
                      array_position($4::text[], l.language) AS place
                 FROM agenda_version_languages l
                WHERE l.version_id = v.id AND l.language = ANY($4::text[])
               UNION ALL
               SELECT v.public_etag, v.public_body, NULL, NULL WHERE NOT $5::boolean
                ORDER BY place NULLS LAST LIMIT 1
           ) f
     WHERE {shown}
"""
_BY: Final = {
    statement: [statement.format(shown=_SHOWN.format(key=key)) for key in ("id", "handle")]
    for statement in (_IN_FORCE, _VERSION)
}
VersionNumber = Annotated[PlainNumber, Path(description="From 1.", examples=[1])]
LanguageAsked = Annotated[
    Language | None,
    Query(
        description="Each text in one language: this one, else the meeting's in their order, "
        "English, or what there is. By default the first of `Accept-Language` that the version "
        "can be read in; otherwise all languages.",
        examples=["fr"],
    ),
]

router = router_for("public", route_class=BareRoute)


@router.get(
    "/public/meetings/{m}/agenda",
    operation_id="getPublicAgenda",
    response_model=IssuedAgenda,
    responses=raises(NotFound),
    openapi_extra={"x-public": True},
)
async def get_public_agenda(request: Request, m: MeetingRef) -> Response:
    """Read the agenda in force of a public meeting, as it was issued."""
    without_parameters(request)
    return await answered(request, Question(*named(m, *_BY[_IN_FORCE])), _ASKED_FOR)


@router.get(
    "/public/meetings/{m}/agenda/versions/{number}",
    operation_id="getPublicAgendaVersion",
    response_model=IssuedAgenda,
    responses=raises(NotFound, Invalid),
    openapi_extra={"x-public": True},
)
async def get_public_agenda_version(
    request: Request, m: MeetingRef, number: VersionNumber, language: LanguageAsked = None
) -> Response:
    """Read an issued version of a public meeting's agenda, which never changes."""
    assert language is None, "parameters are read here"
    asked = _language_asked(request)
    wanted = languages_asked(request) if asked is None else tuple(lookup([asked]))
    others = (_number(str(number)), wanted, asked is not None)
    question = Question(*named(m, *_BY[_VERSION]), others=others)
    return await answered(request, question, _IMMUTABLE)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        errors = [FieldError(pointer="path/number", detail="Is a number from 1 to 1000000.")]
        raise Invalid(errors[0].detail, errors=errors)
    return int(text)


def _language_asked(request: Request) -> str | None:
    """The one parameter; raises `Invalid` for any other, and for what is no language."""
    if not request.scope["query_string"]:
        return None
    values = request.query_params.multi_items()
    for name, value in values:
        if name != "language" or len(values) > 1:
            detail = "There is no such parameter." if name != "language" else "It is repeated."
        elif not re.fullmatch(LANGUAGE, value):
            detail = "Is no language tag (BCP 47)."
        else:
            continue
        raise Invalid(detail, errors=[FieldError(pointer=f"query/{name[:100]}", detail=detail)])
    return accepted_languages(values[0][1])[0] if values else None
