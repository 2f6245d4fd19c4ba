"""A paper in the form and the language that its reader wants."""

from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import accepted_languages
from app.core.negotiation import preferred
from app.core.preconditions import matches
from app.core.routes import Beforehand
from app.letters.words import language_for
from app.programme import press
from app.programme.access import PaperView
from app.programme.akn import akoma_ntoso
from app.programme.calendars import House, entries_file
from app.programme.lifecycle import (
    FORMS,
    MEDIA_TYPES,
    NUMBERED,
    OF_THE_MOMENT,
    PaperForm,
    PaperKind,
)
from app.programme.linked import linked_data
from app.programme.loading import load_record
from app.programme.pages import POLICY, page
from app.programme.papers import Paper
from app.programme.records import Record, Wanted
from app.programme.schemas import PaperOut
from app.programme.writing import write

_SAVED = frozenset({PaperForm.ICS, PaperForm.JSONLD, PaperForm.AKN})
"""Forms that a browser keeps rather than shows."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF, and where it is known already its tag alone."""

    paper: Paper
    tag: str
    content: bytes | None


def wanted_form(request: Request, kind: PaperKind) -> PaperForm:
    """The form that `Accept` prefers, of equals the first, JSON. Raises `NotAcceptable`."""
    by_type = {MEDIA_TYPES[form]: form for form in FORMS[kind]}
    return by_type[preferred(request.headers.get("accept"), list(by_type))]


async def negotiated(
    session: AsyncSession, view: PaperView, request: Request, kind: PaperKind
) -> Response:
    """The paper in the form that `Accept` prefers."""
    form = wanted_form(request, kind)
    return await answer(session, view, request, kind, form, "Accept")


async def answer(
    session: AsyncSession,
    view: PaperView,
    request: Request,
    kind: PaperKind,
    form: PaperForm,
    *vary: str,
) -> Response:
    """The paper as sent; a PDF is set while the request holds no transaction."""
    headers = {
        "Cache-Control": _cache(view, kind, form),
        "Vary": ", ".join([*_vary(view), *vary, "Accept-Language"]),
    }
    if form is PaperForm.PDF:
        return _pdf(await _printed(session, view, request, kind), headers)
    record = await load_record(session, view, kind, form)
    paper = write(record, _wanted(view, request, kind, form))
    headers["Content-Language"] = paper.language.value
    if form is PaperForm.HTML:
        headers["Content-Security-Policy"] = POLICY
    if form in _SAVED:
        headers["Content-Disposition"] = f'attachment; filename="{paper.file_name}.{form.value}"'
    content = _content(request, paper, record, form)
    return Response(content, headers=headers, media_type=MEDIA_TYPES[form])


def _wanted(view: PaperView, request: Request, kind: PaperKind, form: PaperForm) -> Wanted:
    asked = view.asked
    accepted = accepted_languages(request.headers.get("accept-language"))
    follows = kind not in NUMBERED or form in OF_THE_MOMENT
    return Wanted(
        kind=kind,
        language=asked.language or language_for(accepted),
        day=asked.day,
        timezone=asked.timezone,
        zones=asked.zones,
        follows=follows and asked.version is None,
    )


def _content(request: Request, paper: Paper, record: Record, form: PaperForm) -> bytes:
    settings = request.app.state.settings
    house = House(settings.mail_from, settings.url)
    match form:
        case PaperForm.JSON:
            return PaperOut.of_paper(paper).model_dump_json().encode()
        case PaperForm.HTML:
            return page(paper, request.query_params)
        case PaperForm.ICS:
            return entries_file(paper, record, house, f"{house.url}{request.url.path}")
        case PaperForm.JSONLD:
            return linked_data(paper, record, house)
        case PaperForm.AKN:
            return akoma_ntoso(paper)
        case PaperForm.PDF:
            raise AssertionError("set beforehand")


async def _printed(
    session: AsyncSession, view: PaperView, request: Request, kind: PaperKind
) -> Printed:
    """The paper as it was at the request's first run."""
    found: Printed | None = getattr(request.state, "printed", None)
    if found is not None:
        return found
    record = await load_record(session, view, kind, PaperForm.PDF)
    paper = write(record, _wanted(view, request, kind, PaperForm.PDF))
    tag = press.tag_of(paper)
    known = request.headers.get("if-none-match")
    if known is not None and matches(known, tag):
        return Printed(paper, tag, None)

    async def print_it() -> None:
        request.state.printed = Printed(paper, tag, await desk_of(request).print(paper, tag))

    raise Beforehand(print_it)


def _pdf(printed: Printed, headers: dict[str, str]) -> Response:
    paper = printed.paper
    headers |= {"ETag": printed.tag, "Content-Language": paper.language.value}
    if printed.content is None:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{paper.file_name}.pdf"'
    return Response(printed.content, headers=headers, media_type=MEDIA_TYPES[PaperForm.PDF])


def desk_of(request: Request) -> press.Desk:
    """That of the process; made with the first paper."""
    state = request.app.state
    if not hasattr(state, "programme_desk"):
        state.programme_desk = press.Desk()
    desk: press.Desk = state.programme_desk
    return desk


def _cache(view: PaperView, kind: PaperKind, form: PaperForm) -> str:
    """The agenda of a version in a language stays as it is; all else is asked for again."""
    if kind is PaperKind.RUN_OF_SHOW:
        return "private, no-store"
    whose = "public" if view.public else "private"
    fixed = view.asked.version is not None and view.asked.language is not None
    if fixed and kind is PaperKind.AGENDA and form not in OF_THE_MOMENT:
        return f"{whose}, max-age=31536000, immutable"
    return f"{whose}, no-cache"


def _vary(view: PaperView) -> list[str]:
    """What organizers and others see differs, but not at public addresses."""
    return [] if view.public else ["Authorization"]
