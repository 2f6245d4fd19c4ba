"""Pages of the origins that an operator names may call the API, and no others."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

OURS, THEIRS = "https://meetings.example.org", "https://elsewhere.example.org"
ASKING = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization, if-match, content-type",
}


@pytest.fixture
async def browser(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"allowed_origins": [OURS]}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def test_a_named_origin_may_ask_and_read(browser: httpx.AsyncClient) -> None:
    asked = await browser.options("/v1/meetings/x", headers={"Origin": OURS} | ASKING)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == OURS
    refused = await browser.get("/v1/meetings", headers={"Origin": OURS})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == OURS
    exposed = set(refused.headers["access-control-expose-headers"].split(", "))
    assert exposed == {
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
    }


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", "authorization, tus-resumable"),
        ("POST", "authorization, tus-resumable, upload-length, upload-metadata"),
        ("PATCH", "authorization, content-type, tus-resumable, upload-checksum, upload-offset"),
        ("DELETE", "authorization, tus-resumable"),
        ("GET", "authorization, if-range, range"),
        ("PUT", "briefing-link, content-type, repr-digest"),
    ],
)
async def test_files_go_up_and_down(browser: httpx.AsyncClient, method: str, headers: str) -> None:
    """What clients of tus ask for; `HEAD` with a token is asked about beforehand, too."""
    asking = {
        "Origin": OURS,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    asked = await browser.options("/v1/meetings/x/documents/y/uploads/z", headers=asking)
    assert (asked.status_code, asked.text) == (200, "OK")


async def test_another_origin_may_not(browser: httpx.AsyncClient) -> None:
    asked = await browser.options("/v1/meetings/x", headers={"Origin": THEIRS} | ASKING)
    assert asked.status_code == 400
    answer = await browser.get("/v1/public/meetings", headers={"Origin": THEIRS})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


async def test_by_default_no_origin_may(anonymous: httpx.AsyncClient) -> None:
    asked = await anonymous.options("/v1/meetings/x", headers={"Origin": OURS} | ASKING)
    assert asked.status_code == 405
    assert "access-control-allow-origin" not in asked.headers
