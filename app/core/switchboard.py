"""Which route answers a path, found by its parts: hundreds of routes are not tried in turn."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from fastapi.routing import APIRoute
from starlette.convertors import StringConvertor
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

_PART: Final = re.compile(r"([^{}]*)\{(\w+)\}([^{}]*)")


class _Parameter(NamedTuple):
    """Where a parameter stands: in which part, and behind and before how many characters of it."""

    name: str
    part: int
    behind: int
    before: int

    def of(self, parts: Sequence[str]) -> str:
        part = parts[self.part]
        return part[self.behind : len(part) - self.before]


class _Entry(NamedTuple):
    """A route at its place in the order; the first that matches answers."""

    place: int
    route: APIRoute
    parameters: list[_Parameter]


@dataclass(slots=True)
class _Node:
    """What may follow a beginning of paths."""

    literal: dict[str, "_Node"] = field(default_factory=dict)
    around: dict[tuple[str, str], "_Node"] = field(default_factory=dict)
    """A parameter, by what stands before and behind it in its part."""
    entries: dict[str, _Entry] = field(default_factory=dict)
    """Of the paths that end here, by method."""

    def after(self, part: str) -> "list[_Node]":
        literal, found = self.literal.get(part), []
        if literal is not None:
            found.append(literal)
        for (start, end), node in self.around.items():
            something = len(part) > len(start) + len(end)
            if something and part.startswith(start) and part.endswith(end):
                found.append(node)
        return found


class Switchboard(BaseRoute):
    """Stands before the routes that it knows and gives what the first of them to match would.

    Trying them takes as long as a statement of the database. Where it finds none, as for another
    method, they are tried all the same. Raises TypeError for routes that it cannot know.
    """

    path_regex = None
    """It has no path of its own."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._root = _Node()
        for place, route in enumerate(routes):
            if not isinstance(route, APIRoute):
                raise TypeError(f"{route} is no route of an operation")
            self._add(place, route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        parts = scope["path"].split("/")
        entry = self._found(parts, scope["method"])
        if entry is None:
            return Match.NONE, {}
        params: dict[str, Any] = dict(scope.get("path_params", {}))
        for each in entry.parameters:
            params[each.name] = each.of(parts)
        route = entry.route
        return Match.FULL, {"endpoint": route.endpoint, "path_params": params, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The routes themselves know."""
        raise NoMatchFound(name, path_params)

    def _add(self, place: int, route: APIRoute) -> None:
        node, entry = self._root, _Entry(place, route, [])
        for number, part in enumerate(route.path_format.split("/")):
            if "{" not in part:
                node = node.literal.setdefault(part, _Node())
                continue
            found = _PART.fullmatch(part)
            if found is None or type(route.param_convertors[found[2]]) is not StringConvertor:
                raise TypeError(f"{route} has parameters that are no parts of a path")
            start, name, end = found.groups()
            entry.parameters.append(_Parameter(name, number, len(start), len(end)))
            node = node.around.setdefault((start, end), _Node())
        for method in route.methods or ():
            node.entries.setdefault(method, entry)

    def _found(self, parts: Sequence[str], method: str) -> _Entry | None:
        nodes = [self._root]
        for part in parts:
            if len(nodes) == 1:
                nodes = nodes[0].after(part)
            else:
                nodes = [following for node in nodes for following in node.after(part)]
        found = [entry for node in nodes if (entry := node.entries.get(method)) is not None]
        return min(found, default=None)
