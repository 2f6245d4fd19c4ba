"""The application with two more routes, which the measured ones are compared with."""

import os

from fastapi import APIRouter, FastAPI, Request, Response
from sqlmodel import col

from app.agenda import queries, views
from app.agenda.saving import load_agenda
from app.agenda.schemas import IssuedAgenda, IssuedSitting, VersionName
from app.agenda.tables import AgendaVersion
from app.core.database import Database
from app.core.problems import NotFound
from app.core.routes import QuickRoute
from app.main import create_app as create_application
from app.meetings.queries import find_meeting

SIZE = "BENCH_BYTES"
"""Environment variable: how many bytes `/bare/agenda` answers."""


def create_app() -> FastAPI:
    """For `uvicorn --factory bench.service:create_app`.

    Routes are tried in their order: the ones compared with come first, so that they pay for none
    of the service's.
    """
    app = create_application()
    body = b"x" * int(os.environ.get(SIZE, "16000"))

    async def answer_bare_bytes() -> Response:
        return Response(body, media_type="application/json")

    async def name_process() -> dict[str, int]:
        return {"pid": os.getpid()}

    own = APIRouter(route_class=QuickRoute)
    own.get("/bare/agenda")(answer_bare_bytes)
    own.get("/bare/process")(name_process)
    own.get("/orm/{m}/agenda")(build_agenda)
    app.router.routes[:] = [*own.routes, *app.router.routes]
    return app


async def build_agenda(request: Request, m: str) -> IssuedAgenda:
    """The public agenda in force, made of its rows as the working agenda is."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        meeting = await find_meeting(session, m)
        if meeting is None or not meeting.public:
            raise NotFound
        latest = queries.list_versions(meeting.id).order_by(col(AgendaVersion.number).desc())
        version = VersionName.of((await session.execute(latest.limit(1))).one())
        agenda = await load_agenda(session, meeting)
        beside = await queries.beside(session, meeting)
        return IssuedAgenda(
            meeting=views._issued_meeting(meeting, beside),  # noqa: SLF001  # what issuing does, unstored
            sittings=[IssuedSitting.of(held) for held in agenda.sittings],
            items=views._issued_items(agenda, beside, full=False),  # noqa: SLF001  # the same
            **version.model_dump(),
        )
