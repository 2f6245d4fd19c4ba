"""The items of an agenda, read from its JSON whether it is worked on or issued.

Issued agendas stay as they were on their day: a member that came later is absent in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A stretch of a day in which the meeting sits."""

    name: Texts
    starts_at: datetime
    ends_at: datetime


def sittings_of(agenda: Mapping[str, Any], moved_by: timedelta = timedelta()) -> Sequence[Sitting]:
    """Those of the agenda in their order; none where the meeting is the one sitting."""
    return [
        Sitting(
            each.get("name") or {},
            datetime.fromisoformat(each["starts_at"]) + moved_by,
            datetime.fromisoformat(each["ends_at"]) + moved_by,
        )
        for each in agenda.get("sittings") or ()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a panel, as far as the reader may know."""

    role: str
    name: str
    about: str
    """Title and organization."""
    state: str | None
    minutes: int | None
    email: str | None
    zone: str | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        honorific, name = said.get("honorific"), said["name"]
        about = filter(None, [said.get("job_title"), said.get("affiliation")])
        return cls(
            role=said.get("role") or "panellist",
            name=f"{honorific} {name}" if honorific else name,
            about=", ".join(about),
            state=said.get("status"),
            minutes=said.get("minutes"),
            email=said.get("email"),
            zone=said.get("timezone"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An item at its place."""

    id: str
    parent: str | None
    number: str | None
    depth: int
    kind: str
    title: Texts
    note: Texts
    annotation: Texts
    starts_at: datetime
    ends_at: datetime
    actual_start: datetime | None
    actual_end: datetime | None
    projected_start: datetime | None
    projected_end: datetime | None
    restricted: bool
    purpose: str | None
    openness: str | None
    addition: str | None
    standing: str
    merged_into_id: str | None
    parallel: bool
    lead: Texts | None
    group: Texts | None
    presenter: str | None
    room: str | None
    panel: Texts | None
    people: tuple[Person, ...]

    @property
    def stands(self) -> bool:
        return self.standing == "standing"


def nodes_of(
    items: Sequence[Mapping[str, Any]], moved_by: timedelta = timedelta()
) -> Iterator[Node]:
    """All items in reading order, each `moved_by` so much."""
    waiting = [(item, None) for item in reversed(items)]
    while waiting:
        item, parent = waiting.pop()
        yield _node(item, parent, moved_by)
        waiting += [(each, item["id"]) for each in reversed(item.get("items") or [])]


def _node(item: Mapping[str, Any], parent: str | None, moved_by: timedelta) -> Node:
    panel: Mapping[str, Any] = item.get("panel") or {}
    return Node(
        id=item["id"],
        parent=parent,
        number=item.get("number"),
        depth=item.get("depth") or 1,
        kind=item["kind"],
        title=item["title"],
        note=item.get("note") or {},
        annotation=item.get("annotation") or {},
        starts_at=datetime.fromisoformat(item["starts_at"]) + moved_by,
        ends_at=datetime.fromisoformat(item["ends_at"]) + moved_by,
        actual_start=_instant_of(item.get("actual_start")),
        actual_end=_instant_of(item.get("actual_end")),
        projected_start=_instant_of(item.get("projected_start")),
        projected_end=_instant_of(item.get("projected_end")),
        restricted=item.get("access") == "restricted",
        purpose=item.get("purpose"),
        openness=item.get("openness"),
        addition=item.get("addition"),
        standing=item.get("standing") or "standing",
        merged_into_id=item.get("merged_into_id"),
        parallel=item.get("children_run") == "in_parallel",
        lead=_name_of(item.get("lead") or item.get("lead_entity")),
        group=_name_of(item.get("working_group")),
        presenter=item.get("presenter"),
        room=item.get("room"),
        panel=panel.get("title"),
        people=tuple(Person.of(each) for each in _speakers(item, panel)),
    )


def _speakers(item: Mapping[str, Any], panel: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those of the panel in their order, or who briefs."""
    yield from panel.get("panellists") or ()
    if briefer := item.get("briefer"):
        yield briefer


def _name_of(said: Any) -> Texts | None:
    """Of who is named with `name`, in one language or in several."""
    name = said.get("name") if isinstance(said, Mapping) else said
    return {"": name} if isinstance(name, str) else name


def _instant_of(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
