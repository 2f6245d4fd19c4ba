"""When an entity was in a committee, and what a change of that would rewrite: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.committees.lifecycle import Standing


@dataclass(frozen=True, slots=True)
class Term:
    """A standing from the day `since` until the day before `until`."""

    standing: Standing
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: "Term") -> bool:
        return (self.until is None or other.since < self.until) and (
            other.until is None or self.since < other.until
        )


def altered_days(days: Iterable[date], before: Term | None, after: Term | None) -> list[date]:
    """Those of the days on which the entity's standing would no longer be what it was."""
    return [day for day in days if _standing(before, day) is not _standing(after, day)]


def _standing(term: Term | None, day: date) -> Standing | None:
    return term.standing if term is not None and term.covers(day) else None
