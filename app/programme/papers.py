"""A paper in one language, before it takes a form: equal papers make equal bytes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app.letters.words import LetterLanguage, Run, Runs
from app.programme.lifecycle import PaperKind, PaperState

WHOLE: Final = 48
"""Characters that fit into the narrowest line; what is longer may be broken anywhere."""
_DOT = Run(" · ")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to know, under a label."""

    label: str
    lines: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A document of an item."""

    id: UUID
    symbol: str
    title: Run
    languages: tuple[str, ...]
    """In which there is one."""

    @property
    def line(self) -> Runs:
        runs = [Run(self.symbol, whole=True), self.title]
        if self.languages:
            runs.append(Run(", ".join(self.languages), whole=True))
        return tuple(part for run in runs for part in (_DOT, run))[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody on a panel; what a reader may not know is empty."""

    role: str
    name: str
    about: str
    state: str
    minutes: int | None
    length: str
    at: str
    """When they speak, by the clocks of the meeting's zone."""
    there: str
    """The same by their own clocks."""
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of the paper."""

    id: str
    parent: str | None
    number: str | None
    merged_into_id: str | None
    depth: int
    kind: str
    kind_name: str
    title: Run
    starts_at: datetime
    ends_at: datetime
    day: date
    """By the clocks of the meeting's zone."""
    hours: str
    there: str
    """The hours by the reader's clocks, where those are others."""
    standing: str
    marks: tuple[str, ...]
    news: tuple[str, ...]
    """What is new of it in this version."""
    room: str | None
    facts: tuple[Fact, ...]
    documents: tuple[Reading, ...]
    """Which are among the facts too, a line for each."""
    panel: Run | None
    """The panel's title, where it is not the item's."""
    speakers: tuple[Speaker, ...]
    notes: tuple[Run, ...]
    """Paragraphs, those of the annotated agenda too."""

    @property
    def struck(self) -> bool:
        return self.standing != "standing"

    @property
    def is_break(self) -> bool:
        return self.kind == "break"


@dataclass(frozen=True, slots=True)
class Part:
    """Entries that follow each other in one sitting, or outside of any."""

    name: Run | None
    hours: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries that begin on one day."""

    date: date
    heading: str
    parts: tuple[Part, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for part in self.parts for entry in part.entries)


@dataclass(frozen=True, slots=True)
class Place:
    """The hours of each day by the clocks of another place."""

    name: str
    zone: str
    offset: str
    """From UTC; empty where the clocks change within the days or between two of them."""
    hours: tuple[str, ...]

    @property
    def clock(self) -> str:
        """The zone, and beside a single day its offset."""
        alone = len(self.hours) == 1 and self.offset not in {"", self.zone}
        return f"{self.zone}, {self.offset}" if alone else self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All of it."""

    kind: PaperKind
    state: PaperState
    language: LetterLanguage
    direction: str
    title: str
    committee: Run | None
    meeting: Run
    handle: str
    symbol: str | None
    version: int | None
    issued_at: datetime | None
    stamp: date
    """The day that its file bears."""
    notices: tuple[str, ...]
    facts: tuple[Fact, ...]
    timezone: str
    reader_timezone: str | None
    starts_at: datetime
    ends_at: datetime
    venue: str | None
    """As it was issued; of versions that do not know of it, as it is now."""
    days: tuple[Day, ...]
    places: tuple[Place, ...]
    empty: str
    """What stands where there is no item."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for day in self.days for entry in day.entries)

    @property
    def file_name(self) -> str:
        """Without the suffix; ASCII, as handles are."""
        version = "draft" if self.version is None else f"v{self.version}"
        kind = self.kind.value.replace("_", "-")
        return f"{kind}-{self.handle}-{version}-{self.language.value}"
