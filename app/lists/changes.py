"""How a list differs from what it was at a moment, from the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.lists import policy, queries
from app.lists.access import ChangesView
from app.lists.history import replayed
from app.lists.lifecycle import ListChangeKind, ListOrder
from app.lists.policy import Change, Delegation
from app.lists.problems import TooManyChanges
from app.meetings.lifecycle import ParticipantsList
from app.registrations.lifecycle import Listed

MAX_CHANGES: Final = 5000
Named = frozenset[Listed] | None
Name = tuple[str | None, str | None, str | None]
"""Honorific, name and title, as far as they may be told."""
NOBODY: Final[Name] = (None, None, None)
_KINDS = list(ListChangeKind)


@dataclass(frozen=True, slots=True)
class Differences:
    """What makes of the list as it was the list as it is."""

    since: datetime
    until: datetime
    changes: list[Change]
    names: Mapping[UUID, Name]
    delegations: Mapping[UUID, Delegation]


async def differences_of(
    session: AsyncSession, view: ChangesView, since: datetime, language: str
) -> Differences:
    """All of it, entity by entity; raises `TooManyChanges`.

    `until` is of the snapshot that the changes were read from, or of one before it: whoever asks
    from then on misses nothing, and makes no change twice that would not come out the same.
    Whoever was anonymized is told as gone whenever they stood on the list of then, so that no copy
    keeps a name, however old it is.
    """
    latest = await queries.find_latest_change(session, view.meeting.id)
    then_named, now_named = await _named(session, view, since)
    rows = await queries.facts_about(
        session, view.meeting.id, since, view.entities, everybody=then_named != now_named
    )
    if rows:
        latest = rows[0][-1]
    gone = frozenset(row[0] for row in rows if row[-2])
    facts = (row[:-2] for row in rows)
    then, now, successors = replayed(facts, since, then_named, now_named, gone)
    changes = policy.differences(then, now, successors)
    if len(changes) > MAX_CHANGES:
        raise TooManyChanges(f"There are {len(changes)}, and one answer takes {MAX_CHANGES}.")
    people = await queries.people_of(session, _mentioned(changes))
    found = await queries.delegations_of(session, view.meeting)
    ordered = policy.ordered(found, ListOrder.ENTITY, (), language)
    places = {each.id: place for place, each in enumerate(ordered)}

    def place_of(change: Change) -> tuple[int, int, str, UUID]:
        key = people[change.registration_id][3]
        kind = _KINDS.index(change.kind)
        return places[change.place.entity_id], kind, key, change.registration_id

    return Differences(
        since=since,
        until=latest,
        changes=sorted(changes, key=place_of),
        names={each: _name(person, now_named) for each, person in people.items()},
        delegations={each.id: each for each in ordered},
    )


async def _named(session: AsyncSession, view: ChangesView, since: datetime) -> tuple[Named, Named]:
    """Who might be named by the rule of then, and who may by the rule of now."""
    if not view.consented:
        return None, None
    meeting = view.meeting
    then: dict[str, Any] = {name: getattr(meeting, name) for name in queries.NAMING}
    for changes in reversed(await queries.changed_settings(session, meeting.id, since)):
        then |= {name: changes[name]["before"] for name in queries.NAMING if name in changes}
    return _rule(then["participants_list"], then["chatham_house"]), _rule(
        meeting.participants_list, meeting.chatham_house
    )


def _rule(listed: str, hidden: bool) -> Named:  # as the two columns have it
    return policy.named(ParticipantsList.NONE if hidden else ParticipantsList(listed))


def _mentioned(changes: Iterable[Change]) -> list[UUID]:
    found = [change.registration_id for change in changes]
    return found + [change.replaced_id for change in changes if change.replaced_id is not None]


def _name(person: Sequence[Any], named: Named) -> Name:
    """A name that may stand on no list any more is not told either."""
    name, honorific, title, _, listed, anonymized_at = person
    told = anonymized_at is None and (named is None or listed in named)
    return (honorific, name, title) if told else NOBODY
