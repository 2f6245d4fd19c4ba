"""Small pages for people without a front end: answering an invitation, joining a meeting, speaking
on a panel, a briefing.

The token of a mail's link stands behind the `#`, which browsers keep to themselves; the scripts
read it there and call the API only once somebody presses a button, so programs that look at links
use nothing up.
"""

from importlib import resources
from string import Template

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
    return _sent(PAGES["answer"], "html")


@router.get("/join")
async def join_page() -> Response:
    return _sent(PAGES["join"], "html")


@router.get("/speak")
async def speak_page() -> Response:
    return _sent(PAGES["speak"], "html")


@router.get("/briefing")
async def briefing_page() -> Response:
    return _sent(PAGES["briefing"], "html")


@router.get("/pages/{name}")
async def part_of_page(name: str) -> Response:
    """Scripts and style; the pages themselves have their own addresses."""
    ending = name.rpartition(".")[2]
    if ending == "html" or name not in _FILES:
        raise NotFound
    return _sent(_FILES[name], ending)


def _sent(content: bytes, ending: str) -> Response:
    return Response(
        content,
        media_type=TYPES[ending],
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


def _page(name: str, words: str, title: str) -> bytes:
    """What pages have in common stands in files of its own."""
    shared = {part: _FILES[f"{part}.html"].decode() for part in ("proof", "languages")}
    content = Template(_FILES[f"{name}.html"].decode()).substitute(shared)
    frame = Template(_FILES["frame.html"].decode())
    return frame.substitute(name=name, words=words, title=title, content=content).encode()


PAGES = {
    name: _page(name, words, title)
    for name, words, title in (
        ("answer", "invitation", "Invitation"),
        ("join", "join_heading", "Join the meeting"),
        ("speak", "your_panel", "Your panel"),
        ("briefing", "briefing", "Briefing"),
    )
}
"""As they are sent; the words are in `texts.js`."""
