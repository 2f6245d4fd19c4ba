"""Pure rules: symbols, who reads what, which language stands in for another."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from app.core.languages import lookup
from app.documents.lifecycle import LABELS, RevisionKind

FIRST_NUMBER = 2
"""Of the documents of a meeting; number 1 is its agenda."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as far as documents of one meeting go."""

    now: datetime
    organizes: bool = False
    observes: bool = False
    entities: frozenset[UUID] = frozenset()
    """Those that the caller speaks for and that are invited."""
    hidden: frozenset[UUID] = frozenset()
    """The agenda items that are restricted, or lie under one that is."""
    closed: bool = False
    """Whether nothing of the meeting changes any more."""


class Told(Protocol):
    """What a revision is, for the rules."""

    @property
    def kind(self) -> RevisionKind: ...

    @property
    def number(self) -> int: ...


class Spoken(Protocol):
    """What a language version is, for the rules."""

    @property
    def language(self) -> str: ...


Revision = TypeVar("Revision", bound=Told)
Version = TypeVar("Version", bound=Spoken)


def suggested_symbol(handle: str, taken: Collection[str]) -> str:
    """The next free one of the meeting; `taken` are in lower case."""
    number = FIRST_NUMBER
    while f"{handle}/{number}" in taken:
        number += 1
    return f"{handle.upper()}/{number}"


def label(kind: RevisionKind, number: int) -> str | None:
    """`Rev.1`; None for the original."""
    return None if kind is RevisionKind.ORIGINAL else f"{LABELS[kind]}.{number}"


def full_symbol(symbol: str, kind: RevisionKind, number: int) -> str:
    found = label(kind, number)
    return symbol if found is None else f"{symbol}/{found}"


def in_force(revisions: Iterable[Revision]) -> list[Revision]:
    """What a reader needs: the last that replaces all before it, what corrects it and what adds."""
    ordered = sorted(revisions, key=lambda each: each.number)
    replacing = {RevisionKind.ORIGINAL, RevisionKind.REVISION}
    whole = [each for each in ordered if each.kind in replacing]
    beside = [each for each in ordered if each.kind not in replacing]
    return [*whole[-1:], *sorted(beside, key=lambda each: (each.kind.value, each.number))]


def spoken(
    versions: Sequence[Version], wanted: str | None, languages: Sequence[str]
) -> list[Version]:
    """All of them, or the one that a reader of the wanted language gets.

    Without it: the same language without its region, then English, then the languages of the
    meeting in their order, then the first by its tag.
    """
    if wanted is None:
        return sorted(versions, key=lambda each: each.language)
    by_language = {each.language: each for each in versions}
    for tag in (*lookup([wanted]), "en", *languages, *sorted(by_language)):
        if tag in by_language:
            return [by_language[tag]]
    return []
