"""The pages of the API's reference at /docs, with everything they need from this service itself."""

from importlib import resources

import fastapi_offline
from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html

from app.core.problems import NotFound

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Inline, because FastAPI's page starts Swagger UI with a script of its own."""

_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_reference() -> Response:
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Secretariat API",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
        swagger_ui_parameters={"docExpansion": "none"},
    )
    page.headers["Content-Security-Policy"] = POLICY
    return page


@router.get("/docs/{name}")
async def part_of_reference(name: str) -> Response:
    """Swagger UI's own files, brought along so that the pages need no other host."""
    if name not in _TYPES:
        raise NotFound
    content = resources.files(fastapi_offline).joinpath("static", name).read_bytes()
    return Response(
        content, media_type=_TYPES[name], headers={"Cache-Control": "public, max-age=86400"}
    )
