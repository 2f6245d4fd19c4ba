"""Who stood on a list at a moment, from nothing but the log; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.lists.policy import Place
from app.registrations.lifecycle import Listed, RegistrationRole

COMES = frozenset(
    {"registration.confirmed", "registration.promoted", "registration.offer_accepted"}
)
"""Facts after which somebody comes."""
COMES_NOT = frozenset(
    {
        "registration.pending",
        "registration.waiting",
        "registration.offered",
        "registration.offer_expired",
        "registration.rejected",
        "registration.unseated",
        "registration.withdrawn",
        "registration.substituted",
    }
)
"""Facts after which somebody does not, or not yet."""
NEITHER = frozenset(
    {
        "registration.answered",
        "registration.approved",
        "registration.changed",
        "registration.followed",
        "registration.freeze_overridden",
        "registration.listed",
        "registration.moved",
        "registration.needs_stated",
        "registration.readdressed",
        "registration.replied",
    }
)
"""Facts that leave it as it was; after an approval the log tells next what came of it."""


MOVING = COMES | COMES_NOT | {"registration.changed", "registration.listed", "meeting.changed"}
"""Facts that can make another list; all of them are recorded under the lock of the meeting."""


@dataclass(slots=True)
class State:
    """What the log has said of one registration so far."""

    place: Place
    comes: bool = False
    listed: Listed = Listed.NOT_ASKED


@dataclass(slots=True)
class Replay:
    """The states of registrations while their facts go by, in the order of the log."""

    states: dict[UUID, State] = field(default_factory=dict)
    successors: dict[UUID, UUID] = field(default_factory=dict)

    def take(self, subject_id: UUID, entity_id: UUID, name: str, data: Mapping[str, Any]) -> None:
        place = Place(entity_id, RegistrationRole(data["role"]))
        state = self.states.setdefault(subject_id, State(place))
        state.place = place
        if name in COMES:
            state.comes = True
        elif name in COMES_NOT:
            state.comes = False
        elif name == "registration.listed":
            state.listed = Listed(data["listed"])
        if name == "registration.substituted":
            self.successors[subject_id] = UUID(data["successor_id"])

    def list_of(self, named: frozenset[Listed] | None) -> dict[UUID, Place]:
        """Who comes and may be named; None for all."""
        return {
            each: state.place
            for each, state in self.states.items()
            if state.comes and (named is None or state.listed in named)
        }


def replayed(
    facts: Iterable[Any],
    since: datetime,
    then_named: frozenset[Listed] | None,
    now_named: frozenset[Listed] | None,
    gone: frozenset[UUID] = frozenset(),
) -> tuple[dict[UUID, Place], dict[UUID, Place], dict[UUID, UUID]]:
    """The list as it was at the moment, as it is, and who has taken whose place.

    Behind those who are `gone` nobody is known any more: the list as it is has none of them.
    """
    replay = Replay()
    then: dict[UUID, Place] | None = None
    for subject_id, entity_id, name, at, data in facts:
        if then is None and at > since:
            then = replay.list_of(then_named)
        replay.take(subject_id, entity_id, name, data)
    if then is None:
        then = replay.list_of(then_named)
    now = replay.list_of(now_named)
    return then, {each: now[each] for each in now if each not in gone}, replay.successors
