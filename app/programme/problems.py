"""Refusals about papers."""

from http import HTTPStatus
from typing import Any

from app.core.problems import Problem


class PressBusy(Problem):
    """More papers wait to be set than the service takes: try again after `Retry-After`.

    A paper that was set lately needs no waiting, nor does any other form of it.
    """

    slug, title, status = "press-busy", "The press is busy", HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "5"}, **kwargs)
