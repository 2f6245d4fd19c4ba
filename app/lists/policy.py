"""In which order lists stand, who may be named in them, and how two of them differ: pure rules."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from anyascii import anyascii

from app.committees.lifecycle import Office, Standing
from app.core.fields import in_language
from app.lists.lifecycle import ListChangeKind, ListOrder
from app.meetings.lifecycle import ParticipantsList
from app.registrations.lifecycle import Listed, RegistrationRole


@dataclass(frozen=True, slots=True)
class Delegation:
    """An invited entity, and how it stands in the committee on the meeting's day."""

    id: UUID
    handle: str
    abbreviation: str
    name: Mapping[str, str]
    standing: Standing | None
    office: Office | None


@dataclass(frozen=True, slots=True)
class Place:
    """What a list says of one registration, but for the name."""

    entity_id: UUID
    role: RegistrationRole


@dataclass(frozen=True, slots=True)
class Change:
    """How one registration differs between two lists."""

    kind: ListChangeKind
    registration_id: UUID
    place: Place
    was_role: RegistrationRole | None = None
    replaced_id: UUID | None = None
    """The registration whose place it took."""


def collation_key(name: str, language: str) -> str:
    """Names in the order of the alphabet: letter case and accents make no difference.

    Chinese stands by its Latin transcription, as in pinyin. Of other scripts than Latin, Cyrillic
    and Arabic the order is that of their code points.
    """
    if language == "zh":
        return anyascii(name).lower()
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


def ordered(
    delegations: Iterable[Delegation], order: ListOrder, first: Sequence[str], language: str
) -> list[Delegation]:
    """The entities as the list has them; `first` are handles that go before by protocol."""

    def by_name(each: Delegation) -> tuple[str, str]:
        return collation_key(in_language(dict(each.name), [language]), language), each.handle

    def by_protocol(each: Delegation) -> tuple[int, int, tuple[str, str]]:
        named = first.index(each.handle) if each.handle in first else len(first)
        return named, _rank(each), by_name(each)

    return sorted(delegations, key=by_protocol if order is ListOrder.PROTOCOL else by_name)


def _rank(delegation: Delegation) -> int:
    """The chair's, then members, then observers, then entities that do not belong."""
    if delegation.office is Office.CHAIR:
        return 0
    ranks = {Standing.MEMBER: 1, Standing.OBSERVER: 2}
    return ranks[delegation.standing] if delegation.standing is not None else 3


def named(rule: ParticipantsList) -> frozenset[Listed]:
    """Whose names a list by this rule may have."""
    match rule:
        case ParticipantsList.NONE:
            return frozenset()
        case ParticipantsList.CONSENTED:
            return frozenset({Listed.YES})
        case ParticipantsList.ALL:
            return frozenset({Listed.YES, Listed.NOT_ASKED})


def differences(
    then: Mapping[UUID, Place], now: Mapping[UUID, Place], successors: Mapping[UUID, UUID]
) -> list[Change]:
    """What makes of the one list the other; nobody stands in two of the changes.

    Whoever left and has a successor on the list now, maybe the successor of a successor, was
    substituted.
    """
    gone, new = then.keys() - now.keys(), now.keys() - then.keys()
    taken: dict[UUID, UUID] = {}
    for each in gone:
        heir = _heir(each, new, successors)
        if heir is not None:
            taken[heir] = each
    replaced = frozenset(taken.values())
    changes = [Change(ListChangeKind.LEFT, each, then[each]) for each in gone - replaced]
    for each in new:
        if (before := taken.get(each)) is None:
            changes.append(Change(ListChangeKind.ARRIVED, each, now[each]))
            continue
        role = then[before].role
        changes.append(Change(ListChangeKind.SUBSTITUTED, each, now[each], role, before))
    for each in then.keys() & now.keys():
        if then[each].role is not now[each].role:
            role = then[each].role
            changes.append(Change(ListChangeKind.ROLE_CHANGED, each, now[each], role))
    return changes


def applied(then: Mapping[UUID, Place], changes: Iterable[Change]) -> dict[UUID, Place]:
    """The old list with the changes made, as whoever keeps a copy does it."""
    made = dict(then)
    for change in changes:
        gone = change.replaced_id or change.registration_id
        made.pop(gone, None)
        if change.kind is not ListChangeKind.LEFT:
            made[change.registration_id] = change.place
    return made


def _heir(each: UUID, new: Iterable[UUID], successors: Mapping[UUID, UUID]) -> UUID | None:
    found, seen = successors.get(each), {each}
    while found is not None and found not in new and found not in seen:
        seen.add(found)
        found = successors.get(found)
    return found if found is not None and found in new else None
