"""An issued agenda in one language; pure functions over its bytes as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.core.languages import lookup

TEXTS: Final = frozenset({"title", "note", "annotation", "name", "description"})
"""Members of an issued agenda that hold a text by language, wherever they stand."""
Plain = Mapping[str, Any]


def languages_of(issued: Plain) -> list[str]:
    """Those that it is issued in: the meeting's own, and every other that all titles have."""
    own: list[str] = issued["meeting"]["languages"]
    titles = [text for name, text in texts(issued) if name == "title"]
    common = set.intersection(*(set(title) for title in titles)) if titles else set()
    return list(dict.fromkeys([*own, *sorted(common)]))


def in_one_language(issued: Plain, language: str) -> dict[str, Any]:
    """The same agenda with one entry in each text, under the language that it is really in.

    That is the one asked for, else a shorter form of it, the meeting's languages in their order,
    English, and whatever there is.
    """
    wanted = [language, *issued["meeting"]["languages"]]
    return {name: _reduced(name, value, wanted) for name, value in issued.items()}


def missing_in(issued: Plain, language: str) -> int:
    """How many texts it does not have in the language."""
    known = set(lookup([language]))
    return sum(1 for _, text in texts(issued) if not known & text.keys())


def texts(value: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text that is not empty, with the name of its member."""
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in TEXTS and isinstance(inner, dict):
                if inner:
                    yield name, inner
            else:
                yield from texts(inner)


def _reduced(name: str, value: Any, wanted: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_reduced("", each, wanted) for each in value]
    if not isinstance(value, dict):
        return value
    if name not in TEXTS:
        return {inner: _reduced(inner, each, wanted) for inner, each in value.items()}
    tag = _tag(value, wanted)
    return {} if tag is None else {tag: value[tag]}


def _tag(text: Mapping[str, str], wanted: Sequence[str]) -> str | None:
    return next((tag for tag in (*lookup(wanted), "en", *text) if tag in text), None)
