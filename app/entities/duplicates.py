"""Who of a directory may be one and the same person: for somebody to look at, never merged."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import Schema, normalised_email
from app.core.imports import Elsewhere
from app.entities import queries
from app.entities.likeness import (
    Folded,
    Likeness,
    LikenessReason,
    folded,
    likely_matches,
    likely_pairs,
)
from app.entities.problems import PerhapsKnown

MAX_SHOWN = 5
"""Of those who look like one person."""
MAX_DIRECTORY = 20_000
"""People of a directory who are compared, the newest first."""


RefuseAlike = Annotated[
    bool,
    Query(
        description="Refuse a new person who looks like one of the directory, and say whom "
        "(409 `possible-duplicate`)."
    ),
]


class PossibleDuplicate(Schema):
    """Somebody who may be the same person: of the directory, or of another row of the table."""

    person_id: UUID | None = Field(description="Of the directory.")
    row: int | None = Field(ge=1, le=1_000_000, description="Of the table.")
    name: str = Field(max_length=200, examples=["Amina ROSSI"])
    email: str = Field(max_length=254, examples=["amina.rossi@example.org"])
    score: int = Field(ge=0, le=100, description="How alike the two are.")
    reasons: list[LikenessReason] = Field(max_length=10)


class Known(NamedTuple):
    """Somebody of the directory."""

    id: UUID
    name: str
    email: str
    addresses: Sequence[str] = ()


class Newcomer(NamedTuple):
    """Somebody of a table whom the directory does not have."""

    row: int
    name: str
    email: str
    addresses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people of a directory; the one who was there first is `first`."""

    first: Known
    second: Known
    alike: Likeness


async def alike_of_rows(
    session: AsyncSession, newcomers: dict[UUID, list[Newcomer]], elsewhere: Elsewhere
) -> dict[int, list[PossibleDuplicate]]:
    """Whom the new people of a table look like, by row; each only within their own entity."""
    if not newcomers:
        return {}
    known = await known_people(session, newcomers)
    return await elsewhere(_of_table, known, newcomers)


async def check_alike(
    session: AsyncSession, entity_id: UUID, name: str, email: str, elsewhere: Elsewhere
) -> None:
    """Raises `PerhapsKnown` where a new person looks like one of the directory.

    Whoever has that very address is no newcomer, and passes.
    """
    known = (await known_people(session, [entity_id]))[entity_id]
    address = normalised_email(email)
    if any(address in (person.email, *person.addresses) for person in known):
        return
    alike = await elsewhere(_of_one, known, name, email)
    if alike:
        raise PerhapsKnown(
            "The directory has somebody who may be this person.",
            possible_duplicates=[each.model_dump(mode="json") for each in alike],
        )


async def pairs_of(session: AsyncSession, entity_id: UUID, elsewhere: Elsewhere) -> list[Pair]:
    """The pairs of a directory that somebody should look at, most alike first."""
    known = (await known_people(session, [entity_id]))[entity_id]
    return await elsewhere(_pairs, known)


async def known_people(
    session: AsyncSession, entities: Collection[UUID]
) -> dict[UUID, list[Known]]:
    found = await queries.directories(session, entities, MAX_DIRECTORY)
    return {
        entity_id: [Known(row.id, row.name, row.email, row.addresses) for row in rows]
        for entity_id, rows in found.items()
    }


def _of_table(
    known: Mapping[UUID, Sequence[Known]], newcomers: Mapping[UUID, Sequence[Newcomer]]
) -> dict[int, list[PossibleDuplicate]]:
    found: dict[int, list[PossibleDuplicate]] = {}
    for entity_id, new in newcomers.items():
        found |= _of_rows(known[entity_id], new)
    return found


def _of_rows(known: Sequence[Known], new: Sequence[Newcomer]) -> dict[int, list[PossibleDuplicate]]:
    people: list[Known | Newcomer] = [*known, *new]
    pairs = likely_pairs(_folded(people), fresh=len(known))
    alike: dict[int, list[tuple[Likeness, Known | Newcomer]]] = {}
    for (one, other), likeness in pairs.items():
        alike.setdefault(other, []).append((likeness, people[one]))
        if one >= len(known):
            alike.setdefault(one, []).append((likeness, people[other]))
    return {new[place - len(known)].row: _shown(found) for place, found in alike.items()}


def _of_one(known: Sequence[Known], name: str, email: str) -> list[PossibleDuplicate]:
    matches = likely_matches(folded(name, email), _folded(known))
    return _shown([(likeness, known[place]) for place, likeness in matches])


def _pairs(known: Sequence[Known]) -> list[Pair]:
    found = [
        Pair(min(known[one], known[other]), max(known[one], known[other]), alike)
        for (one, other), alike in likely_pairs(_folded(known)).items()
    ]
    return sorted(found, key=lambda pair: (-pair.alike.score, pair.first.id, pair.second.id))


def _folded(people: Iterable[Known | Newcomer]) -> list[Folded]:
    return [folded(person.name, person.email, person.addresses) for person in people]


def _shown(found: list[tuple[Likeness, Known | Newcomer]]) -> list[PossibleDuplicate]:
    """The most alike of them."""
    best = sorted(found, key=lambda each: (-each[0].score, str(each[1][0])))
    return [
        PossibleDuplicate(
            person_id=person.id if isinstance(person, Known) else None,
            row=person.row if isinstance(person, Newcomer) else None,
            name=person.name,
            email=person.email,
            score=likeness.score,
            reasons=list(likeness.reasons),
        )
        for likeness, person in best[:MAX_SHOWN]
    ]
