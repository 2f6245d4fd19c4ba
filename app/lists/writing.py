"""What stands in a list: its head, its columns, and the cells of a row, all of it as text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.core.fields import in_language
from app.core.languages import isolated
from app.letters.words import LetterLanguage
from app.lists.lifecycle import ListKind, ListOrder
from app.lists.policy import Delegation
from app.lists.words import Words, words_in
from app.meetings.tables import Meeting

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `share` is its part of the width of a page."""

    key: str
    heading: str
    share: float


@dataclass(frozen=True, slots=True)
class Head:
    """Everything of a list but its rows."""

    language: LetterLanguage
    direction: str
    title: str
    meeting: str
    when: str
    stamp: str
    """When anything last changed, with `{}` for the moment."""
    at: str
    """That moment: the one to ask for later differences from."""
    day: date
    file_name: str
    """Without the suffix; ASCII, as handles are."""
    columns: tuple[Column, ...]
    group: int | None
    """The column by whose cells the rows of a page are grouped."""
    nobody: str
    persons: str
    """With `{}` for how many."""

    @property
    def last_change(self) -> str:
        """In one line, in which the moment stays as it is whichever way the line runs."""
        return self.stamp.format(isolated(self.at) if self.direction == "rtl" else self.at)


_COLUMNS: Mapping[ListKind, tuple[tuple[str, float], ...]] = {
    ListKind.DELEGATIONS: (
        ("number", 0.7),
        ("abbreviation", 1.4),
        ("entity", 2.2),
        ("name", 2.2),
        ("job_title", 2.2),
        ("rank", 0.8),
        ("role", 1.6),
        ("email", 2.6),
        ("listed", 1),
    ),
    ListKind.PARTICIPANTS: (
        ("number", 0.7),
        ("abbreviation", 1.4),
        ("entity", 3),
        ("name", 3),
        ("job_title", 3),
        ("role", 1.8),
    ),
    ListKind.ATTENDANCE: (
        ("number", 0.7),
        ("abbreviation", 1.4),
        ("entity", 2.6),
        ("name", 3),
        ("role", 1.8),
        ("signature", 3),
    ),
    ListKind.NAME_PLATES: (
        ("abbreviation", 1.4),
        ("entity", 3),
        ("name", 3),
        ("job_title", 3),
        ("role", 1.8),
    ),
}
_PRESENCE = (("present", 1), ("first_in", 1.6), ("last_out", 1.6))


def columns_of(kind: ListKind, words: Words, *, presence: bool, addresses: bool) -> list[Column]:
    """The columns of a list, without those that this reader may not have."""
    wanted = list(_COLUMNS[kind])
    if presence:
        wanted = [each for each in wanted if each[0] != "signature"] + list(_PRESENCE)
    if not addresses:
        wanted = [each for each in wanted if each[0] not in {"email", "rank", "listed"}]
    return [Column(key, words.say("columns", key), share) for key, share in wanted]


def head_of(
    meeting: Meeting,
    kind: ListKind,
    language: LetterLanguage,
    *,
    order: ListOrder,
    one: Delegation | None,
    presence: bool,
    addresses: bool,
    stamp: datetime,
) -> Head:
    """The head of a list; `one` is the only entity in it."""
    words = words_in(language)
    columns = columns_of(kind, words, presence=presence, addresses=addresses)
    name = "delegation" if kind is ListKind.DELEGATIONS and one is not None else kind.value
    title = words.say("titles", name)
    if one is not None:
        title = f"{title}: {in_language(dict(one.name), [language])} ({one.abbreviation})"
    parts = [name.replace("_", "-"), *([one.handle] if one else []), meeting.handle, language.value]
    return Head(
        language=language,
        direction=words.direction,
        title=title,
        meeting=in_language(meeting.title, [language]),
        when=f"{meeting.local_start:%Y-%m-%d %H:%M} – {_end(meeting)} ({meeting.timezone})",
        stamp=words.say("last_change", moment="{}"),
        at=moment(stamp),
        day=stamp.date(),
        file_name="-".join(parts),
        columns=tuple(columns),
        group=_grouping(columns, order, one),
        nobody=words.say("nobody"),
        persons=words.say("persons", number="{}"),
    )


def moment(instant: datetime) -> str:
    """To the second, and rather too early: whoever asks from then on misses nothing."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def cells_of(row: Any, number: int, head: Head, delegations: Mapping[UUID, Delegation]) -> Cells:
    """The cells of a row of `queries.listed_people`, in the order of the columns."""
    words = words_in(head.language)
    entity = delegations[row.entity_id]
    known: dict[str, str] = {
        "number": str(number),
        "abbreviation": entity.abbreviation,
        "entity": in_language(dict(entity.name), [head.language]),
        "name": full_name(row.honorific, row.name),
        "job_title": row.job_title or "",
        "rank": row.rank or "",
        "role": words.say("roles", row.role.value),
        "email": row.email,
        "listed": words.say("listed", row.listed.value),
        "signature": "",
        "present": words.say("yes") if row.first_in is not None else "",
        "first_in": _time(row.first_in),
        "last_out": "" if row.still else _time(row.last_out),
    }
    return [known[column.key] for column in head.columns]


def full_name(honorific: str | None, name: str) -> str:
    return f"{honorific} {name}" if honorific else name


def grouped(rows: Sequence[Cells], head: Head) -> Iterator[tuple[str | None, list[Cells]]]:
    """The rows below the heading of their group, without its cell in each."""
    if head.group is None:
        yield None, list(rows)
        return
    group: list[Cells] = []
    name: str | None = None
    for row in rows:
        if row[head.group] != name:
            if group:
                yield name, group
            name, group = row[head.group], []
        group.append(row)
    if group:
        yield name, group


def _end(meeting: Meeting) -> str:
    same = meeting.local_start.date() == meeting.local_end.date()
    return f"{meeting.local_end:%H:%M}" if same else f"{meeting.local_end:%Y-%m-%d %H:%M}"


def _time(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _grouping(columns: Sequence[Column], order: ListOrder, one: Delegation | None) -> int | None:
    if order is ListOrder.NAME or one is not None:
        return None
    return [column.key for column in columns].index("entity")


@dataclass(frozen=True, slots=True)
class Rendering:
    """How the rows of one list become cells."""

    meeting: Meeting
    kind: ListKind
    language: LetterLanguage
    order: ListOrder
    delegations: Mapping[UUID, Delegation]
    one: Delegation | None
    presence: bool
    addresses: bool
    latest: datetime
    """The moment of an empty list."""

    def head(self, stamp: datetime | None) -> Head:
        return head_of(
            self.meeting,
            self.kind,
            self.language,
            order=self.order,
            one=self.one,
            presence=self.presence,
            addresses=self.addresses,
            stamp=stamp or self.latest,
        )

    def cells(self, row: Any, number: int, head: Head) -> Cells:
        return cells_of(row, number, head, self.delegations)
