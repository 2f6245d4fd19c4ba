"""HTTP for the papers of public meetings, without a token: of what is issued, never of drafts."""

from collections.abc import Callable

from fastapi import Request, Response
from fastapi.types import DecoratedCallable

from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.programme.access import PublicAgendaPaper, PublicProgrammePaper
from app.programme.endpoints import paper_at
from app.programme.lifecycle import AgendaForm, AnnotatedForm, PaperForm, PaperKind, ProgrammeForm
from app.programme.telling import answer, negotiated

router = router_for("public")


def _paper_at(
    path: str, operation_id: str, kind: PaperKind
) -> Callable[[DecoratedCallable], DecoratedCallable]:
    whole = f"/public/meetings/{{m}}/{path}"
    extra = {"x-public": True}
    return paper_at(router, whole, operation_id, kind, NotFound, openapi_extra=extra)


@_paper_at("agenda.{form}", "getPublicAgendaFile", PaperKind.AGENDA)
async def get_public_agenda_file(
    session: Session, view: PublicAgendaPaper, form: AgendaForm, request: Request
) -> Response:
    """Read the agenda of a public meeting as a paper in one language."""
    return await answer(session, view, request, PaperKind.AGENDA, PaperForm(form))


@_paper_at("agenda-annotated.{form}", "getPublicAnnotatedAgendaFile", PaperKind.ANNOTATED)
async def get_public_annotated_agenda_file(
    session: Session, view: PublicAgendaPaper, form: AnnotatedForm, request: Request
) -> Response:
    """Read the annotated agenda of a public meeting as a paper in one language."""
    return await answer(session, view, request, PaperKind.ANNOTATED, PaperForm(form))


@_paper_at("programme", "getPublicProgramme", PaperKind.PROGRAMME)
async def get_public_programme(
    session: Session, view: PublicProgrammePaper, request: Request
) -> Response:
    """Read what is on when at a public meeting, with the hours of the reader's zone."""
    return await negotiated(session, view, request, PaperKind.PROGRAMME)


@_paper_at("programme.{form}", "getPublicProgrammeFile", PaperKind.PROGRAMME)
async def get_public_programme_file(
    session: Session, view: PublicProgrammePaper, form: ProgrammeForm, request: Request
) -> Response:
    """Read the programme of a public meeting as a file."""
    return await answer(session, view, request, PaperKind.PROGRAMME, PaperForm(form))
