"""Builds the application: database, limits, routers, problem handlers. Read this first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app import api, operations, pages, reference, schema
from app.calendar.entries import domain_of
from app.core import clock, garbage, handlers, uploads
from app.core.database import Database
from app.core.finished import Finished
from app.core.limits import Limiter
from app.core.openapi import document_builder
from app.core.switchboard import Switchboard
from app.deployment import configure_logging, database_settings, secret_key, storage_of
from app.identity.access import Authenticator
from app.identity.oidc import Provider
from app.mail.plans import Foresight, NoticePlan
from app.meetings.finishing import Maker
from app.settings import Settings, get_settings

MEGABYTE = 1_000_000
DESCRIPTION = """
The backend that a committee's secretariat runs its virtual meetings on: scheduling, invitations to
member entities, registration of representatives, agenda and panels, attendance and outcomes.

Times are RFC 3339 in UTC; wall times stand beside an IANA zone. Every refusal is
`application/problem+json` with a type that has a page; a client decides by the last part of `type`,
and shows `errors` at the members that they point to. Lists are `{items, next_cursor}`, without a
total. Every resource has a strong `ETag`. Every `POST` takes an `Idempotency-Key`.

Answers have every member, with `null` where there is nothing. Unknown members and parameters are
refused. In a `PATCH`, which is a JSON merge patch, what is left out stays and `null` removes. Texts
in several languages are objects by BCP 47 tag. Paths take an id or, where there is one, a handle.
`allowed` names what you may do with a thing now. There are no CORS headers: call the service from
its own origin or from a server.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for one process; `uvicorn --factory app.main:create_app` runs it."""
    settings = settings or get_settings()
    clock.use(settings.clock)
    limiter = Limiter(settings.rate_limit, settings.guess_limit, settings.trusted_proxies)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not structlog.is_configured():  # served by `uvicorn --factory`, without the commands
            configure_logging(settings)
        database = app.state.database = Database(database_settings(settings))
        database.before_commit = app.state.maker.before_commit
        app.state.finished = Finished(database, settings.public_cache * MEGABYTE)
        garbage.leave_alone()
        yield
        await app.state.finished.close()
        await database.close()

    limits = {
        "": settings.body_limit,
        "/import": settings.import_limit,
        "/files": uploads.LIMIT,
        "/incoming-mails": settings.inbound_limit,
        "/content": settings.document_limit,
        "/uploads/": settings.document_limit,
    }
    app = FastAPI(
        title="Secretariat",
        version="1",
        summary="Meetings of committees, from the invitation to the record.",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        middleware=[
            *_for_browsers(settings.allowed_origins),
            Middleware(handlers.Edge, limiter=limiter, base_url=settings.url, limits=limits),
        ],
    )
    assert schema.metadata.tables, "every table is known before the first statement"
    app.state.settings = settings
    app.state.limiter = limiter
    app.state.secret = secret_key(settings)
    app.state.maker = Maker(settings.url, settings.mail_from)
    app.state.storage = storage_of(settings)
    app.state.foresee = Foresight(domain_of(settings.mail_from))
    app.state.authenticator = Authenticator(Provider(settings) if settings.oidc_issuer else None)
    handlers.install(app, settings.url)
    app.router.routes.extend([Switchboard(api.ROUTES), *api.ROUTES])
    app.include_router(operations.router)
    app.include_router(pages.router)
    app.include_router(reference.router)
    app.openapi = document_builder(  # type: ignore[method-assign]  # FastAPI's own way of doing it
        app, url=lambda: settings.url, tags=api.TAGS, plan=NoticePlan
    )
    return app


def _for_browsers(origins: list[str]) -> list[Middleware]:
    """Let pages of these origins call the API; callers bring tokens, so no cookies are allowed."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Briefing-Link",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
                "If-Range",
                "Range",
                "Repr-Digest",
                "Tus-Resumable",
                "Upload-Checksum",
                "Upload-Length",
                "Upload-Metadata",
                "Upload-Offset",
                "X-Request-ID",
            ],
            expose_headers=[
                "Accept-Patch",
                "Accept-Ranges",
                "Allow",
                "Conflicts",
                "Content-Disposition",
                "Content-Range",
                "Date",
                "ETag",
                "Idempotency-Replayed",
                "Link",
                "Location",
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                "Tus-Checksum-Algorithm",
                "Tus-Extension",
                "Tus-Max-Size",
                "Tus-Resumable",
                "Tus-Version",
                "Upload-Expires",
                "Upload-Length",
                "Upload-Offset",
                "X-Request-ID",
            ],
        )
    ]
