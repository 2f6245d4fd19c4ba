"""HTTP for the papers of a meeting: agenda, annotated agenda, programme and run of show."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.types import DecoratedCallable

from app.agenda.problems import AgendaNotIssued
from app.core.openapi import Responses, raises
from app.core.problems import NotAcceptable, Problem
from app.core.routes import Session, router_for
from app.programme.access import AgendaPaper, ProgrammePaper, RunOfShowPaper
from app.programme.lifecycle import (
    FORMS,
    MEDIA_TYPES,
    AgendaForm,
    AnnotatedForm,
    PaperForm,
    PaperKind,
    ProgrammeForm,
    RunOfShowForm,
)
from app.programme.problems import PressBusy
from app.programme.schemas import PaperOut
from app.programme.telling import answer, negotiated

router = router_for("programme")
BASE = "/meetings/{m}"
_BINARY = {"schema": {"type": "string", "format": "binary", "maxLength": 100_000_000}}
_TEXT = {"schema": {"type": "string", "maxLength": 100_000_000}}
_OBJECT = {"schema": {"type": "object", "additionalProperties": True, "maxProperties": 100}}
_SCHEMAS = {PaperForm.PDF: _BINARY, PaperForm.JSONLD: _OBJECT}


def paper_at(
    routes: APIRouter,
    path: str,
    operation_id: str,
    kind: PaperKind,
    *refusals: type[Problem],
    **options: Any,
) -> Callable[[DecoratedCallable], DecoratedCallable]:
    """Where a paper is read: in the form that the path names, else in the one that is preferred."""
    negotiates = () if path.endswith("{form}") else (NotAcceptable,)
    return routes.get(
        path,
        operation_id=operation_id,
        response_model=PaperOut,
        responses=_written(kind) | raises(*negotiates, PressBusy, *refusals),
        **options,
    )


def _written(kind: PaperKind) -> Responses:
    """What a success holds: a paper in one of its forms; JSON is the model's."""
    others = [form for form in FORMS[kind] if form is not PaperForm.JSON]
    content = {MEDIA_TYPES[form]: _SCHEMAS.get(form, _TEXT) for form in others}
    return {200: {"description": "The paper in the form that is wanted.", "content": content}}


@paper_at(router, f"{BASE}/agenda.{{form}}", "getAgendaFile", PaperKind.AGENDA, AgendaNotIssued)
async def get_agenda_file(
    session: Session, view: AgendaPaper, form: AgendaForm, request: Request
) -> Response:
    """Read the agenda as a paper in one language: in force, of a version, or as a draft.

    `ics` and `jsonld` follow the meeting where no version is asked for; the others are as issued.
    """
    return await answer(session, view, request, PaperKind.AGENDA, PaperForm(form))


@paper_at(
    router, f"{BASE}/agenda-annotated", "getAnnotatedAgenda", PaperKind.ANNOTATED, AgendaNotIssued
)
async def get_annotated_agenda(session: Session, view: AgendaPaper, request: Request) -> Response:
    """Read the annotated agenda in one language."""
    return await negotiated(session, view, request, PaperKind.ANNOTATED)


@paper_at(
    router,
    f"{BASE}/agenda-annotated.{{form}}",
    "getAnnotatedAgendaFile",
    PaperKind.ANNOTATED,
    AgendaNotIssued,
)
async def get_annotated_agenda_file(
    session: Session, view: AgendaPaper, form: AnnotatedForm, request: Request
) -> Response:
    """Read the annotated agenda as a file."""
    return await answer(session, view, request, PaperKind.ANNOTATED, PaperForm(form))


@paper_at(router, f"{BASE}/programme", "getProgramme", PaperKind.PROGRAMME, AgendaNotIssued)
async def get_programme(session: Session, view: ProgrammePaper, request: Request) -> Response:
    """Read what is on when, day by day, breaks too, with the hours of the reader's zone.

    Where the meeting has moved since the agenda was issued, the hours move with it.
    """
    return await negotiated(session, view, request, PaperKind.PROGRAMME)


@paper_at(
    router, f"{BASE}/programme.{{form}}", "getProgrammeFile", PaperKind.PROGRAMME, AgendaNotIssued
)
async def get_programme_file(
    session: Session, view: ProgrammePaper, form: ProgrammeForm, request: Request
) -> Response:
    """Read the programme, or that of one day, as a file."""
    return await answer(session, view, request, PaperKind.PROGRAMME, PaperForm(form))


@paper_at(router, f"{BASE}/run-of-show", "getRunOfShow", PaperKind.RUN_OF_SHOW)
async def get_run_of_show(session: Session, view: RunOfShowPaper, request: Request) -> Response:
    """Read who does what when, by which link, and whom to call: for organizers only.

    It is of the agenda that is worked on, and holds the secret address of the conference room.
    """
    return await negotiated(session, view, request, PaperKind.RUN_OF_SHOW)


@paper_at(router, f"{BASE}/run-of-show.{{form}}", "getRunOfShowFile", PaperKind.RUN_OF_SHOW)
async def get_run_of_show_file(
    session: Session, view: RunOfShowPaper, form: RunOfShowForm, request: Request
) -> Response:
    """Read the run of show as a file, for organizers only."""
    return await answer(session, view, request, PaperKind.RUN_OF_SHOW, PaperForm(form))
