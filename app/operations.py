"""Health, metrics and the pages of problem types."""

import html
import re

import asyncpg
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from app.core.database import Database
from app.core.openapi import raises
from app.core.problems import NotFound, Problem, Unavailable
from app.revision import REVISION

router = APIRouter(tags=["operations"])
PUBLIC = {"x-public": True}


class Health(BaseModel):
    """The service's own word on itself."""

    status: str = Field(max_length=20, examples=["ok"])


@router.get("/livez", operation_id="getLiveness", openapi_extra=PUBLIC)
async def livez() -> Health:
    """Tell that the process runs; asks nobody."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="getReadiness",
    openapi_extra=PUBLIC,
    responses=raises(Unavailable),
)
async def readyz(request: Request) -> Health:
    """Tell whether requests can be answered: the database is there, writable, of this schema."""
    database: Database = request.app.state.database
    try:
        pool = await database.reads()
        row = await pool.fetchrow(
            "SELECT version_num, current_setting('transaction_read_only')::bool AS read_only"
            " FROM alembic_version",
            timeout=1.5,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        raise Unavailable("The database does not answer or has no schema.") from None
    if row is None or row["version_num"] != REVISION:
        raise Unavailable("The schema is not the one of this program: run the migrations.")
    if row["read_only"]:
        raise Unavailable("The database is read-only, as a standby is, and takes no changes.")
    return Health(status="ok")


@router.get(
    "/metrics",
    operation_id="getMetrics",
    openapi_extra=PUBLIC,
    response_class=PlainTextResponse,
)
async def metrics() -> Response:
    """Count what this process has answered, in the Prometheus text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get(
    "/problems", operation_id="listProblems", openapi_extra=PUBLIC, response_class=HTMLResponse
)
async def list_problems() -> HTMLResponse:
    """List every kind of refusal."""
    rows = "".join(
        f'<li><a href="/problems/{slug}">{slug}</a> ({int(kind.status)}): '
        f"{html.escape(kind.title)}</li>"
        for slug, kind in sorted(Problem.registry.items())
    )
    return HTMLResponse(_page("Problems", f"<ul>{rows}</ul>"))


@router.get(
    "/problems/{slug}",
    operation_id="getProblem",
    openapi_extra=PUBLIC,
    response_class=HTMLResponse,
    responses=raises(NotFound),
)
async def get_problem(slug: str) -> HTMLResponse:
    """Explain one kind of refusal."""
    kind = Problem.registry.get(slug)
    if kind is None:
        raise NotFound("There is no problem of this name.")
    text = html.escape(re.sub(r"\n {4}", "\n", (kind.__doc__ or "").strip()))
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    paragraphs = re.sub(r"`([^`]+)`", r"<code>\1</code>", paragraphs)
    body = f"<p>HTTP status {int(kind.status)}</p>{paragraphs}"
    return HTMLResponse(_page(kind.title, body))


def _page(title: str, body: str) -> str:
    title = html.escape(title)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>body{{font:1rem/1.6 system-ui;max-width:42rem;"
        f"margin:3rem auto;padding:0 1rem}}</style><h1>{title}</h1>{body}"
        '<p><a href="/problems">All problems</a> · <a href="/docs">API</a></p></html>'
    )
