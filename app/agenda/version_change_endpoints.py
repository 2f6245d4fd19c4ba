"""HTTP for what changed between versions of the agenda: data, a text to send, a page to look at."""

from functools import lru_cache
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request, Response

from app.agenda import comparing
from app.agenda.access import AgendaDep
from app.agenda.change_page import POLICY, page
from app.agenda.comparing import Pair
from app.agenda.problems import AgendaNotIssued
from app.agenda.public import VersionNumber
from app.agenda.public_versions import FRESH
from app.agenda.schemas import ChangesOut
from app.agenda.words import words_for
from app.core.fields import Language, accepted_languages
from app.core.negotiation import preferred
from app.core.openapi import Responses, raises
from app.core.problems import NotAcceptable, NotFound
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep, MeetingRef
from app.meetings.queries import find_public

router = router_for("agenda")
everybody = router_for("public")
BASE: Final = "/meetings/{m}/agenda"
_VARY: Final = "Accept, Accept-Language"
_TEXTS: Final = ("text/plain", "text/html")
_FORMS: Final[Responses] = {
    200: {
        "content": {
            each: {"schema": {"type": "string", "maxLength": 10_000_000}} for each in _TEXTS
        }
    }
}
Since = Annotated[
    int | None,
    Query(
        ge=1,
        le=1_000_000,
        description="Number of the version to compare with; by default the one before.",
        examples=[1],
    ),
]
Languages = Annotated[
    str | None,
    Header(
        alias="Accept-Language",
        max_length=1000,
        description="Of the text: one of the six of the United Nations.",
        examples=["fr"],
    ),
]
TextLanguage = Annotated[
    Language | None,
    Query(description="Of the text, rather than by `Accept-Language`.", examples=["fr"]),
]


@router.get(
    f"{BASE}/versions/{{number}}/changes",
    operation_id="getAgendaVersionChanges",
    response_model=ChangesOut,
    responses=_FORMS | raises(NotFound, NotAcceptable),
)
async def get_version_changes(
    session: Session,
    view: MeetingDep,
    number: VersionNumber,
    request: Request,
    since: Since = None,
    language: TextLanguage = None,
    accept_language: Languages = None,
) -> Response:
    """Read what changed between two versions, as JSON or, by `Accept`, as a text or a page."""
    found = await comparing.versions(session, view.meeting.id, number, since, full=view.observes)
    return _told(request, found, _wanted(language, accept_language), view.meeting.languages)


@router.get(
    f"{BASE}/changes-since-issue",
    operation_id="getAgendaChangesSinceIssue",
    response_model=ChangesOut,
    responses=_FORMS | raises(AgendaNotIssued, NotAcceptable),
)
async def get_changes_since_issue(
    session: Session,
    seen: AgendaDep,
    request: Request,
    language: TextLanguage = None,
    accept_language: Languages = None,
) -> Response:
    """Read what the next version would change, as JSON, a text or a page."""
    found = await comparing.working(session, seen.agenda, full=seen.full)
    return _told(request, found, _wanted(language, accept_language), seen.meeting.meeting.languages)


@everybody.get(
    "/public/meetings/{m}/agenda/versions/{number}/changes",
    operation_id="getPublicAgendaVersionChanges",
    response_model=ChangesOut,
    responses=_FORMS | raises(NotFound, NotAcceptable),
    openapi_extra={"x-public": True},
)
async def get_public_version_changes(
    session: Session,
    m: MeetingRef,
    number: VersionNumber,
    request: Request,
    since: Since = None,
    language: TextLanguage = None,
    accept_language: Languages = None,
) -> Response:
    """Read what changed between two versions of a public meeting's agenda: JSON, a text, a page."""
    meeting = await find_public(session, m)
    if meeting is None:
        raise NotFound
    found = await comparing.versions(session, meeting.id, number, since, full=False)
    response = _told(request, found, _wanted(language, accept_language), meeting.languages)
    response.headers["Cache-Control"] = FRESH
    return response


def _wanted(language: str | None, accepted: str | None) -> list[str]:
    return [language] if language else accepted_languages(accepted)


def _told(request: Request, pair: Pair, wanted: list[str], languages: Any) -> Response:
    kind = preferred(request.headers.get("accept"), ["application/json", *_TEXTS])
    if kind not in _TEXTS:
        return Response(_written(pair, kind), media_type=kind, headers={"Vary": _VARY})
    language = words_for([*wanted, *languages]).language
    headers = {"Content-Language": language, "Vary": _VARY}
    if kind == "text/html":
        headers["Content-Security-Policy"] = POLICY
    return Response(_written(pair, kind, language), media_type=kind, headers=headers)


def _written(pair: Pair, kind: str, language: str = "en") -> bytes:
    """Issued versions never change, nor does what is different between two of them."""
    return (_kept if pair.issued else _made)(pair, kind, language)


def _made(pair: Pair, kind: str, language: str) -> bytes:
    found = pair.compared()
    if kind == "application/json":
        return found.out().model_dump_json().encode()
    text = found.text(words_for([language]))
    return (page(text, language) if kind == "text/html" else text).encode()


_kept = lru_cache(maxsize=8)(_made)
"""Comparing versions of a thousand items takes the best part of a second."""
