"""The same cells from nothing but entries of the log; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.attendance.lifecycle import CheckInSource
from app.attendance.recount import Fact
from app.meetings.lifecycle import MeetingFormat
from app.registrations.lifecycle import WITHOUT_SEAT, RegistrationRole
from app.statistics.cells import Cell
from app.statistics.lifecycle import UNDISCLOSED
from app.statistics.policy import mode_of

CONFIRMS = frozenset(
    {"registration.confirmed", "registration.promoted", "registration.offer_accepted"}
)
"""After these facts a registration counts as registered."""
ENDS = frozenset(
    {
        "registration.pending",
        "registration.waiting",
        "registration.offered",
        "registration.unseated",
        "registration.rejected",
        "registration.offer_expired",
        "registration.withdrawn",
        "registration.substituted",
    }
)
"""After these it does not."""
LEAVES = frozenset(
    {
        "registration.changed",
        "registration.readdressed",
        "registration.replied",
        "registration.approved",
        "registration.moved",
        "registration.followed",
        "registration.freeze_overridden",
        "registration.answered",
        "registration.needs_stated",
        "registration.listed",
    }
)
"""These change nothing about that."""

Traits = Mapping[UUID, tuple[str | None, str | None]]
"""Gender and level by registration, as the digest in the log vouches for them."""


@dataclass(slots=True)
class Told:
    """What the log has told of a registration so far."""

    id: UUID
    entity_id: UUID | None
    person_id: str
    role: RegistrationRole
    confirmed: bool = False
    sources: dict[UUID, CheckInSource] = field(default_factory=dict)
    """By interval, those that were not struck out."""

    @property
    def rank(self) -> tuple[bool, bool, UUID]:
        """Of several registrations of a person the highest says as what they are counted."""
        return bool(self.sources), self.role not in WITHOUT_SEAT, self.id


def cells_of(
    facts: Iterable[Fact], format_: MeetingFormat, traits: Traits, merged: Mapping[str, str]
) -> list[Cell]:
    """The cells of a meeting; somebody with two registrations is counted once, also under two ids
    that were `merged` into one.
    """
    people: dict[str, list[Told]] = defaultdict(list)
    for told in _registrations(facts).values():
        if told.confirmed or told.sources:
            people[merged.get(told.person_id, told.person_id)].append(told)
    return [_cell(each, format_, traits) for each in people.values()]


def _cell(registrations: list[Told], format_: MeetingFormat, traits: Traits) -> Cell:
    counted = max(registrations, key=lambda each: each.rank)
    sources = [source for each in registrations for source in each.sources.values()]
    gender, level = traits.get(counted.id, (None, None))
    assert counted.entity_id is not None, "facts about registrations name the entity"
    return Cell(
        entity_id=counted.entity_id,
        role=counted.role,
        mode=mode_of(format_, sources),
        gender=gender or UNDISCLOSED,
        level=level or UNDISCLOSED,
        registered=int(any(each.confirmed for each in registrations)),
        present=int(bool(sources)),
    )


def _registrations(facts: Iterable[Fact]) -> dict[UUID, Told]:
    known: dict[UUID, Told] = {}
    for fact in facts:
        if fact.name.startswith("registration."):
            _take_registration(known, fact)
        elif fact.name == "attendance.checked_in":
            told = known[UUID(fact.data["registration_id"])]
            told.sources[fact.subject_id] = CheckInSource(fact.data["source"])
        elif fact.name == "attendance.struck":
            known[UUID(fact.data["registration_id"])].sources.pop(fact.subject_id, None)
    return known


def _take_registration(known: dict[UUID, Told], fact: Fact) -> None:
    told = known.get(fact.subject_id)
    if told is None:
        role, person_id = RegistrationRole(fact.data["role"]), fact.data["person_id"]
        told = Told(fact.subject_id, fact.entity_id, person_id, role)
        known[fact.subject_id] = told
    told.role = RegistrationRole(fact.data.get("role", told.role))
    if fact.name in CONFIRMS:
        told.confirmed = True
    elif fact.name in ENDS:
        told.confirmed = False
