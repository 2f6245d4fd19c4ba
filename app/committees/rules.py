"""Rules that a meeting sets for its delegations, kept as data: pure functions.

A maximum refuses, a minimum warns: who is still to be named is missing, and nobody is turned away
because of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.committees.lifecycle import Standing
from app.committees.roles import RegistrationRole
from app.core.choices import Choice


class ApprovalReason(Choice):
    """Why a registration waits for an organizer's decision."""

    ALL = "all"
    """Every registration of the meeting does."""
    ROLE = "role"
    """Its role does."""
    LATE = "late"
    """It came after the registration deadline."""
    STANDING = "standing"
    """So do all of entities with this standing in the committee."""


class EntityStanding(StrEnum):
    """How an entity stands in the committee on the meeting's day."""

    MEMBER = Standing.MEMBER.value
    OBSERVER = Standing.OBSERVER.value
    NONE = "none"


class Change(Choice):
    """What is done to a delegation."""

    ADD = "add"
    CHANGE_ROLE = "change_role"
    WITHDRAW = "withdraw"
    SUBSTITUTE = "substitute"


class Consent(Choice):
    """Whose word is enough once a kind of change has closed."""

    FOCAL_POINT = "focal_point"
    """The focal point's own: it never closes."""
    ORGANIZER = "organizer"
    """Only an organizer does it."""


AFTERWARDS: Final[Mapping[Change, Consent]] = {
    Change.ADD: Consent.ORGANIZER,
    Change.CHANGE_ROLE: Consent.FOCAL_POINT,
    Change.WITHDRAW: Consent.FOCAL_POINT,
    Change.SUBSTITUTE: Consent.FOCAL_POINT,
}
"""What holds where a meeting says nothing."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Which registrations wait for a decision."""

    all: bool = False
    roles: frozenset[str] = frozenset()
    late: bool = False
    standings: frozenset[str] = frozenset()
    substitutes: bool = False
    """Whether somebody else is named only by an organizer, where approval is needed."""

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Approval":
        """As `Meeting.approval` keeps it."""
        if kept is None:
            return cls()
        return cls(
            all=kept.get("all", False),
            roles=frozenset(map(str, kept.get("roles", ()))),
            late=kept.get("late", False),
            standings=frozenset(map(str, kept.get("standings", ()))),
            substitutes=kept.get("substitutes", False),
        )

    def reasons(
        self, role: RegistrationRole, standing: EntityStanding, *, late: bool
    ) -> list[ApprovalReason]:
        """Why a registration needs a decision; none where it needs none."""
        found = {
            ApprovalReason.ALL: self.all,
            ApprovalReason.ROLE: role.value in self.roles,
            ApprovalReason.LATE: self.late and late,
            ApprovalReason.STANDING: standing.value in self.standings,
        }
        return [reason for reason, holds in found.items() if holds]


@dataclass(frozen=True, slots=True)
class Closing:
    """When a kind of change closes, and who may still make it then."""

    afterwards: Consent
    hours_before: int | None = None
    """Before the start; None: with the registration deadline."""

    def at(self, starts_at: datetime, deadline: datetime | None) -> datetime | None:
        if self.hours_before is None:
            return deadline
        return starts_at - timedelta(hours=self.hours_before)


@dataclass(frozen=True, slots=True)
class Delegate:
    """What rules know of somebody named."""

    role: str
    rank: str | None = None
    at_headquarters: bool | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """So many who are all of what it names."""

    number: int = 1
    roles: frozenset[str] = frozenset()
    ranks: frozenset[str] = frozenset()
    at_headquarters: bool = False

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Requirement":
        return cls(
            number=kept.get("number", 1),
            roles=frozenset(map(str, kept.get("roles") or ())),
            ranks=frozenset(kept.get("ranks") or ()),
            at_headquarters=bool(kept.get("at_headquarters")),
        )

    def met_by(self, delegate: Delegate) -> bool:
        return (
            (not self.roles or delegate.role in self.roles)
            and (not self.ranks or delegate.rank in self.ranks)
            and (not self.at_headquarters or delegate.at_headquarters is True)
        )

    def words(self) -> str:
        """Whom it asks for."""
        said = [" or ".join(sorted(self.roles)).replace("_", " ") or "representative"]
        said += ["of headquarters"] if self.at_headquarters else []
        said += [f"of rank {' or '.join(sorted(self.ranks))}"] if self.ranks else []
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Lack:
    """A minimum that a delegation does not reach."""

    rule: str
    detail: str
    needed: int
    found: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that forbids something, and why."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may be named, how many of each, who at least, and until when what may change."""

    roles: frozenset[str] | None = None
    at_most: Mapping[str, int] = field(default_factory=dict)
    at_least: Sequence[Requirement] = ()
    changes: Mapping[Change, Closing] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> "Rules":
        """As `Meeting.registration_rules` keeps them."""
        if kept is None:
            return cls()
        roles, changes = kept.get("roles"), kept.get("changes") or {}
        return cls(
            roles=None if roles is None else frozenset(map(str, roles)),
            at_most={str(role): number for role, number in (kept.get("at_most") or {}).items()},
            at_least=tuple(map(Requirement.read, kept.get("at_least") or ())),
            changes={Change(name): _closing(each) for name, each in changes.items() if each},
        )

    def closing(self, change: Change) -> Closing:
        return self.changes.get(change, Closing(AFTERWARDS[change]))

    def consent(
        self, change: Change, now: datetime, starts_at: datetime, deadline: datetime | None
    ) -> Consent:
        """Whose word is enough now."""
        closing = self.closing(change)
        closes_at = closing.at(starts_at, deadline)
        open_still = closes_at is None or now < closes_at
        return Consent.FOCAL_POINT if open_still else closing.afterwards

    def unnameable(self, role: RegistrationRole) -> Broken | None:
        """Nobody may be named in a role that the meeting does not have."""
        if self.roles is None or role.value in self.roles:
            return None
        can = ", ".join(sorted(self.roles)) or "nobody"
        return Broken("roles", f"The meeting takes no {_said(role)}; it takes {can}.")

    def full(self, role: RegistrationRole, named: int) -> Broken | None:
        """No more of a role than the meeting takes of an entity; `named` have it already."""
        most = self.at_most.get(role.value)
        if most is None or named < most:
            return None
        detail = f"An entity names at most {most} as {_said(role)}; {named} are named."
        return Broken(f"at_most.{role.value}", detail)

    def lacking(self, delegates: Iterable[Delegate]) -> list[Lack]:
        """Every minimum that these do not reach, in the order of the rules."""
        people, found = list(delegates), []
        for place, each in enumerate(self.at_least):
            number = sum(each.met_by(delegate) for delegate in people)
            if number < each.number:
                count = "no" if number == 0 else f"{number} of {each.number}"
                detail = f"Incomplete: {count} {each.words()}."
                found.append(Lack(f"at_least.{place}", detail, each.number, number))
        return found


def frozen(now: datetime, starts_at: datetime, minutes: int | None) -> bool:
    """Whether people are substituted no longer, so shortly before the meeting."""
    return minutes is not None and now >= starts_at - timedelta(minutes=minutes)


def _closing(kept: Mapping[str, Any]) -> Closing:
    return Closing(Consent(kept["afterwards"]), kept.get("hours_before"))


def _said(role: RegistrationRole) -> str:
    return role.value.replace("_", " ")
