"""What is declared of a table that may hold personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.privacy.lifecycle import Kept, Seen


@dataclass(frozen=True, slots=True)
class Personal:
    """A column that tells something of a person.

    `becomes` is what takes its place when it ends, in SQL; without it the row goes, or the column
    stays for good.
    """

    purpose: str
    seen: Seen
    kept: Kept
    becomes: str | None = None
    withheld: bool = False
    """Whether the export leaves it out: it opens something, or cannot be read."""
    where: str | None = None
    """In a row that may be about several people, when this column is about those who end or ask;
    otherwise it stays, and their export says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A table: what in it is personal, whose rows they are, and what becomes of them.

    The conditions are SQL over the table's own columns. They know `:people`, `:registrations`,
    `:links`, `:accounts`, `:files` (uuid[]), `:ids` (all of these), `:emails` (text[], in lower
    case) of the people who are erased or asked for, and `:meeting` of the meeting whose retention
    ends.
    """

    table: str
    personal: Mapping[str, Personal] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    """Ids, times, states and figures: they say nothing once nobody knows whose they are."""
    of_people: str | None = None
    """Rows that are about them: in the export, and erased with them."""
    entity_reads: str | None = None
    """Which of these rows are also for the entity itself; None for all."""
    mentions: str | None = None
    """Further rows that are erased with them: they are about others, and name them."""
    of_meeting: str | None = None
    """Rows that are erased at the end of a meeting's retention."""
    deleted: bool = False
    """Whether the rows go, rather than their personal columns alone."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """What becomes of plain columns at the same time, in SQL."""

    def emptied(self, *, with_meeting: bool = False) -> dict[str, str]:
        """The personal columns that are written over, with what: all of them when a person ends,
        those that are a meeting's when its retention does.
        """
        found = {}
        for name, each in self.personal.items():
            if each.becomes is None or (with_meeting and each.kept is not Kept.MEETING):
                continue
            found[name] = each.becomes
            if each.where is not None and not with_meeting:
                found[name] = f"CASE WHEN {each.where} THEN {each.becomes} ELSE {name} END"
        return found


def plain(names: str) -> frozenset[str]:
    """Column names, by spaces."""
    return frozenset(names.split())
