"""The figures a second time, from nothing but entries of the log; pure.

What the tables say can be corrected; what the log says cannot. Both must come to the same figures.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.attendance.policy import Figures, Presence, figures
from app.committees.lifecycle import Standing
from app.registrations.lifecycle import WITHOUT_SEAT, RegistrationRole

REGISTRATION = "registration."
NAMES = ("attendance.checked_in", "attendance.struck")
MEMBERSHIP = ("membership.added", "membership.changed", "membership.deleted")


@dataclass(frozen=True, slots=True)
class Fact:
    """What matters of an entry, in the order of the log."""

    name: str
    subject_id: UUID
    entity_id: UUID | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was present, in the role of the registration that they came by."""

    entity_id: UUID | None
    person_id: str
    role: RegistrationRole


def recounted(meeting: Iterable[Fact], memberships: Iterable[Fact], day: date) -> Figures:
    """The figures of a meeting held on `day` by the committee whose memberships these are."""
    return figures(_presences(attendees(meeting), standings_on(memberships, day)))


def attendees(facts: Iterable[Fact]) -> list[Attendee]:
    """Everybody who was checked in and not struck out, in the role that they had at last."""
    roles: dict[str, RegistrationRole] = {}
    there: dict[UUID, Fact] = {}
    for fact in facts:
        match fact.name:
            case "attendance.checked_in":
                there[fact.subject_id] = fact
            case "attendance.struck":
                there.pop(fact.subject_id, None)
            case _ if fact.name.startswith(REGISTRATION):
                roles[str(fact.subject_id)] = RegistrationRole(fact.data["role"])
    return [
        Attendee(fact.entity_id, fact.data["person_id"], roles[fact.data["registration_id"]])
        for fact in there.values()
    ]


def standings_on(facts: Iterable[Fact], day: date) -> dict[UUID | None, Standing]:
    """How each entity stood in the committee on a day: from `since` until before `until`."""
    terms: dict[UUID, tuple[UUID | None, dict[str, Any]]] = {}
    for fact in facts:
        match fact.name:
            case "membership.added":
                terms[fact.subject_id] = (fact.entity_id, dict(fact.data))
            case "membership.changed":
                changes = fact.data["changes"].items()
                terms[fact.subject_id][1].update((name, each["after"]) for name, each in changes)
            case _:
                terms.pop(fact.subject_id, None)
    return {
        entity_id: Standing(term["standing"])
        for entity_id, term in terms.values()
        if term["since"] <= day.isoformat() < (term["until"] or "9999")
    }


def _presences(
    people: Iterable[Attendee], standings: Mapping[UUID | None, Standing]
) -> list[Presence]:
    """Somebody who came twice counts once, and as a representative if they ever were one."""
    seats: dict[UUID | None, dict[str, bool]] = defaultdict(dict)
    for each in people:
        known = seats[each.entity_id]
        seated = each.role not in WITHOUT_SEAT
        known[each.person_id] = known.get(each.person_id, False) or seated
    return [
        Presence(
            entity_id,
            standings.get(entity_id),
            present=len(seats.get(entity_id, {})),
            representatives=sum(seats.get(entity_id, {}).values()),
        )
        for entity_id in {**standings, **seats}
        if entity_id is not None
    ]
