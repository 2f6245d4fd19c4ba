"""Pure rules of people's and rooms' times: what cannot be at once, and what is no decent hour."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

Key = TypeVar("Key", bound=Hashable)
Moment = TypeVar("Moment", int, datetime)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Busy(Generic[Key, Moment]):
    """That a person or a room, `key`, is taken by something, `use`, for a time.

    Times are instants, or seconds from a common start.
    """

    key: Key
    use: Any
    starts_at: Moment
    ends_at: Moment


@dataclass(frozen=True, slots=True)
class DecentHours:
    """From when until when on the clocks where somebody is; `latest` may be 24:00."""

    earliest: str
    latest: str

    def hold(self, starts_at: datetime, ends_at: datetime, zone: str) -> bool:
        """Whether all of a time lies within them, on one day."""
        local_start = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        local_end = ends_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        day = datetime.combine(local_start, time())
        return day + _minutes(self.earliest) <= local_start and (
            local_end <= day + _minutes(self.latest)
        )


def overlaps(
    taken: Iterable[Busy[Key, Moment]],
    beside: Iterable[Busy[Key, Moment]] = (),
    *,
    among: bool = True,
) -> Iterator[tuple[Busy[Key, Moment], Busy[Key, Moment]]]:
    """Every two uses of one key at the same time, the earlier first, in the order of time.

    Those `beside` count with those taken but not with each other; without `among` those taken do
    not count with each other either. Times that only touch do not overlap, and those without length
    take none; of two at once the one that was given first is the earlier. One pass in the order of
    time: each is compared with those that are not over when it begins, and with no others. There
    may be as many as the square of the uses: take no more of them than are wanted.
    """
    uses = [(each, True) for each in taken]
    uses += [(each, False) for each in beside]
    uses.sort(key=lambda use: (use[0].starts_at, use[0].ends_at))
    on_now: dict[tuple[Key, bool], list[tuple[int, Busy[Key, Moment]]]] = defaultdict(list)
    for place, (each, ours) in enumerate(uses):
        start = each.starts_at
        if start < each.ends_at:
            met: list[tuple[int, Busy[Key, Moment]]] = []
            for those in (True, False):
                if (among or not those) if ours else those:
                    now = on_now[each.key, those]
                    now[:] = [other for other in now if other[1].ends_at > start]
                    met += now
            met.sort(key=itemgetter(0))
            yield from [(other, each) for _, other in met]
            on_now[each.key, ours].append((place, each))


def lines_of(parents: Mapping[UUID, UUID | None], items: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Each of the items with all that it lies under."""
    found = {}
    for item_id in items:
        line, above = {item_id}, parents.get(item_id)
        while above is not None and above not in line:
            line.add(above)
            above = parents.get(above)
        found[item_id] = line
    return found


def outermost(
    seats: Iterable[tuple[str, UUID]], parents: Mapping[UUID, UUID | None]
) -> list[tuple[str, UUID]]:
    """The seats without those on an item that lies under another one of the same person.

    Whoever is on for an item is on for what lies under it too, which is one place and not two.
    """
    held: dict[str, set[UUID]] = defaultdict(set)
    for key, item_id in seats:
        held[key].add(item_id)
    return [
        (key, item_id)
        for key, items in held.items()
        for item_id, line in lines_of(parents, items).items()
        if not (line - {item_id}) & items
    ]


def span(times: Sequence[tuple[datetime, datetime]]) -> tuple[datetime, datetime] | None:
    """From the first start to the last end."""
    if not times:
        return None
    return min(start for start, _ in times), max(end for _, end in times)


def _minutes(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * _MINUTE
