"""Small pages for people without a front end: answering an invitation, joining a meeting, speaking
on a panel, a briefing.

The token of a mail's link stands behind the `#`, which browsers keep to themselves; the scripts
read it there and call the API only once somebody presses a button, so programs that look at links
use nothing up.
"""

from importlib import resources

from fastapi import APIRouter, Response

from app.core.problems import NotFound

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but what this service itself serves, and nobody may frame it."""

TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css"}

router = APIRouter(include_in_schema=False)


@router.get("/answer")
async def answer_page() -> Response:
    return _file("answer.html")


@router.get("/join")
async def join_page() -> Response:
    return _file("join.html")


@router.get("/speak")
async def speak_page() -> Response:
    return _file("speak.html")


@router.get("/briefing")
async def briefing_page() -> Response:
    return _file("briefing.html")


@router.get("/pages/{name}")
async def part_of_page(name: str) -> Response:
    """Scripts and style; the pages themselves have their own addresses."""
    if name.endswith(".html") or name not in _FILES:
        raise NotFound
    return _file(name)


def _file(name: str) -> Response:
    return Response(
        _FILES[name],
        media_type=TYPES[name.rpartition(".")[2]],
        headers={
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "Cross-Origin-Opener-Policy": "same-origin",
        },
    )


_FILES = {
    each.name: each.read_bytes()
    for each in resources.files("app").joinpath("pages").iterdir()
    if each.name.rpartition(".")[2] in TYPES
}
