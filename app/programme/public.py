"""HTTP for the papers of public meetings, without a token: of what is issued, never of drafts."""

from fastapi import Request, Response

from app.core.openapi import raises
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.programme.access import PublicAgendaPaper, PublicProgrammePaper
from app.programme.endpoints import FILE, NEGOTIATED, written
from app.programme.lifecycle import AgendaForm, AnnotatedForm, PaperForm, PaperKind, ProgrammeForm
from app.programme.schemas import PaperOut
from app.programme.telling import answer, negotiated

router = router_for("public")
BASE = "/public/meetings/{m}"
_UNKNOWN = raises(NotFound)


@router.get(
    f"{BASE}/agenda.{{form}}",
    operation_id="getPublicAgendaFile",
    response_model=PaperOut,
    responses=written(PaperKind.AGENDA) | FILE | _UNKNOWN,
    openapi_extra={"x-public": True},
)
async def get_public_agenda_file(
    session: Session, view: PublicAgendaPaper, form: AgendaForm, request: Request
) -> Response:
    """Read the agenda of a public meeting as a paper in one language."""
    return await answer(session, view, request, PaperKind.AGENDA, PaperForm(form))


@router.get(
    f"{BASE}/agenda-annotated.{{form}}",
    operation_id="getPublicAnnotatedAgendaFile",
    response_model=PaperOut,
    responses=written(PaperKind.ANNOTATED) | FILE | _UNKNOWN,
    openapi_extra={"x-public": True},
)
async def get_public_annotated_agenda_file(
    session: Session, view: PublicAgendaPaper, form: AnnotatedForm, request: Request
) -> Response:
    """Read the annotated agenda of a public meeting as a paper in one language."""
    return await answer(session, view, request, PaperKind.ANNOTATED, PaperForm(form))


@router.get(
    f"{BASE}/programme",
    operation_id="getPublicProgramme",
    response_model=PaperOut,
    responses=written(PaperKind.PROGRAMME) | NEGOTIATED | _UNKNOWN,
    openapi_extra={"x-public": True},
)
async def get_public_programme(
    session: Session, view: PublicProgrammePaper, request: Request
) -> Response:
    """Read what is on when at a public meeting, with the hours of the reader's zone."""
    return await negotiated(session, view, request, PaperKind.PROGRAMME)


@router.get(
    f"{BASE}/programme.{{form}}",
    operation_id="getPublicProgrammeFile",
    response_model=PaperOut,
    responses=written(PaperKind.PROGRAMME) | FILE | _UNKNOWN,
    openapi_extra={"x-public": True},
)
async def get_public_programme_file(
    session: Session, view: PublicProgrammePaper, form: ProgrammeForm, request: Request
) -> Response:
    """Read the programme of a public meeting as a file."""
    return await answer(session, view, request, PaperKind.PROGRAMME, PaperForm(form))
