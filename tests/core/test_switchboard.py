"""The switchboard gives what trying one route after the other gives."""

import re
from typing import Any

import pytest
from fastapi import APIRouter
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Match

from app.api import ROUTES
from app.core.switchboard import Switchboard

BOARD = Switchboard(ROUTES)
PATHS = sorted({route.path_format for route in ROUTES})  # type: ignore[attr-defined]  # all are of FastAPI
PARTS = sorted({part for path in PATHS for part in path.split("/") if part and "{" not in part})


def one_after_the_other(scope: dict[str, Any]) -> tuple[Match, Any]:
    for route in ROUTES:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return match, child
    return Match.NONE, {}


def asked(path: str, method: str, **more: Any) -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, **more}


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Of a route, with some of its parts exchanged: for words of other routes, and for nothing."""
    word = st.sampled_from(PARTS) | st.sampled_from(
        ["", "a", "ü .ics", "{m}", "agenda.pdf", "agenda.", "v1"]
    )
    parts = draw(st.sampled_from(PATHS)).split("/")[1:]
    kept = [part if "{" not in part and draw(st.booleans()) else draw(word) for part in parts]
    return "/" + "/".join(kept[: draw(st.integers(1, 9))])


@settings(max_examples=400)
@given(path=paths(), method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
def test_it_gives_the_first_route_that_matches(path: str, method: str) -> None:
    scope = asked(path, method)
    assert BOARD.matches(scope) == one_after_the_other(scope)


def test_every_route_is_found() -> None:
    """Each by its own path, with a word for each parameter that is no part of another path."""
    found = []
    for route in ROUTES:
        path = re.sub("[{}]", "~", route.path_format)  # type: ignore[attr-defined]  # as above
        for method in route.methods:  # type: ignore[attr-defined]  # as above
            match, child = BOARD.matches(asked(path, method))
            found.append((match, child["route"]))
    assert found == [(Match.FULL, route) for route in ROUTES]


def test_under_a_prefix_routes_are_tried_as_always() -> None:
    assert BOARD.matches(asked("/v1/me", "GET", root_path="/v1"))[0] is Match.NONE


def test_a_parameter_may_be_less_than_a_part_and_never_more() -> None:
    router = APIRouter()
    router.get("/files/{name}.ics")(one_after_the_other)
    router.get("/files/{name}")(one_after_the_other)
    board = Switchboard(router.routes)
    found = [board.matches(asked(f"/files/{each}", "GET"))[1] for each in ("a.ics", "a", ".ics")]
    assert [(each["route"], each["path_params"]) for each in found] == [
        (router.routes[0], {"name": "a"}),
        (router.routes[1], {"name": "a"}),
        (router.routes[1], {"name": ".ics"}),
    ]
    for path in ("/all/{name:path}", "/all/{one}-{other}", "/all/{name:int}"):
        more = APIRouter()
        more.get(path)(one_after_the_other)
        with pytest.raises(TypeError):
            Switchboard(more.routes)
