"""Agendas as they go into files: the working one, and those that were issued."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.lifecycle import ChildrenRun, ItemStanding
from app.agenda.tree import MINUTE, PlacedItem, WorkingAgenda, pinned_wall_time
from app.exchange import queries
from app.exchange.outline import Foreign, Outline, Shown
from app.exchange.places import wall_of, written
from app.exchange.queries import ForeignName
from app.meetings.tables import Meeting
from app.panels.queries import panels_of
from app.panels.tables import Panel, Panellist

WORKING: Final = "working"
ROOM: Final = "Main room"
"""In schedules, which have no event without a room."""
_PERSON: Final = ("name", "role", "honorific", "job_title", "affiliation", "minutes")


async def working_outline(session: AsyncSession, agenda: WorkingAgenda, address: str) -> Outline:
    """All of it, restricted items too."""
    meeting = agenda.meeting
    foreign = {row.item_id: row for row in await queries.list_foreign(session, meeting.id)}
    writer = _Writer(
        agenda,
        foreign,
        await queries.leads_of(session, meeting.id),
        {panel.item_id: panel for panel in await panels_of(session, meeting.id)},
        await queries.people_of(session, meeting.id),
    )
    return Outline(
        meeting_id=meeting.id,
        handle=meeting.handle,
        title=meeting.title,
        zone=meeting.timezone,
        languages=list(meeting.languages),
        starts_at=meeting.starts_at,
        version=WORKING,
        room=ROOM,
        items=_placed([writer.shown(placed) for placed in agenda.read(full=True)]),
        sittings=[written(held) for held in agenda.sittings],
        address=address,
    )


async def issued_outline(
    session: AsyncSession, meeting: Meeting, number: int | None, *, full: bool, address: str
) -> Outline | None:
    """A version, or without a number the one in force; None where there is none."""
    body = await queries.issued_body(session, meeting.id, number, full=full)
    if body is None:
        return None
    issued = json.loads(body)
    foreign = {row.item_id: row for row in await queries.list_foreign(session, meeting.id)}
    described = issued["meeting"]
    return Outline(
        meeting_id=meeting.id,
        handle=described["handle"],
        title=described["title"],
        zone=described["timezone"],
        languages=described["languages"],
        starts_at=datetime.fromisoformat(described["starts_at"]),
        version=issued["symbol"],
        room=ROOM,
        items=_placed(_issued(issued["items"], foreign)),
        address=address,
    )


class _Writer:
    """What is said of an item, with everything that is needed for it at hand."""

    def __init__(
        self,
        agenda: WorkingAgenda,
        foreign: Mapping[UUID, ForeignName],
        leads: Mapping[UUID, str],
        panels: Mapping[UUID, Panel],
        people: Mapping[UUID, Sequence[Panellist]],
    ) -> None:
        self.agenda, self.foreign, self.leads = agenda, foreign, leads
        self.panels, self.people = panels, people
        self.sittings = {held.id: wall_of(held) for held in agenda.sittings}
        self.numbers = agenda.numbers
        self.parents = {state.parent_id for state in agenda.states.values()}

    def shown(self, placed: PlacedItem) -> Shown:
        state, timed = placed.state, placed.timed
        panel = self._panel(state.id)
        minutes = state.duration or None
        if state.id not in self.parents:
            minutes = (timed.ends_at - timed.starts_at) // MINUTE
        return Shown(
            guid=self.guid(state.id),
            depth=timed.depth,
            number=self.numbers[state.id],
            said=self._said(placed) | {"panel": panel},
            starts_at=timed.starts_at,
            ends_at=timed.ends_at,
            minutes=minutes,
            gone=state.standing is not ItemStanding.STANDING,
            people=_names(panel, state.presenter),
            foreign=_foreign(self.foreign.get(state.id)),
        )

    def guid(self, item_id: UUID) -> UUID:
        known = self.foreign.get(item_id)
        return item_id if known is None else known.guid

    def _said(self, placed: PlacedItem) -> dict[str, Any]:
        state, group = placed.state, placed.group
        pin = pinned_wall_time(self.agenda.meeting, state.pinned_minutes)
        sitting, into, lead = state.sitting_id, state.merged_into_id, state.lead_entity_id
        return {
            "kind": state.kind.value,
            "title": state.title,
            "note": state.note,
            "annotation": state.annotation,
            "minutes": state.duration,
            "flexible": state.flexible,
            "pinned_start": None if pin is None else pin.isoformat(),
            "sitting_start": None if sitting is None else self.sittings.get(sitting),
            "children_run": state.children_run.value,
            "room": state.room,
            "access": state.access.value,
            "openness": state.openness.value,
            "purpose": state.purpose and state.purpose.value,
            "addition": state.addition and state.addition.value,
            "standing": state.standing.value,
            "merged_into_guid": None if into is None else str(self.guid(into)),
            "working_group": None if group is None else group.handle,
            "lead_entity": None if lead is None else self.leads.get(lead),
            "presenter": state.presenter,
        }

    def _panel(self, item_id: UUID) -> dict[str, Any] | None:
        panel = self.panels.get(item_id)
        if panel is None:
            return None
        people = [
            {name: getattr(person, name) for name in _PERSON} | {"role": person.role.value}
            for person in self.people.get(panel.id, ())
        ]
        return {"title": panel.title, "concept_note": panel.concept_note, "people": people}


_ISSUED: Final[Mapping[str, Any]] = {
    "kind": "discussion",
    "title": {},
    "note": {},
    "annotation": {},
    "minutes": None,
    "flexible": False,
    "children_run": "in_sequence",
    "room": None,
    "access": "public",
    "openness": "closed",
    "purpose": None,
    "addition": None,
    "standing": "standing",
    "presenter": None,
}
"""Members of an issued item, and what they are where a version was issued without them."""


def _issued(
    items: Sequence[Mapping[str, Any]], foreign: Mapping[UUID, ForeignName], depth: int = 1
) -> list[Shown]:
    """Where each item began is where it is pinned, as a version says nothing of pins."""
    found = []
    for item in items:
        item_id = UUID(item["id"])
        known = foreign.get(item_id)
        group, panel = item.get("working_group"), item.get("panel")
        starts = datetime.fromisoformat(item["starts_at"])
        ends = datetime.fromisoformat(item["ends_at"])
        below = _issued(item["items"], foreign, depth + 1)
        said = {name: item.get(name, otherwise) for name, otherwise in _ISSUED.items()}
        said |= {
            "pinned_start": None if below else item["local_start"],
            "working_group": group and group["handle"],
            "panel": panel and _issued_panel(panel),
        }
        if said["standing"] == ItemStanding.MERGED.value:  # into which one, a version may not say
            said["standing"] = ItemStanding.WITHDRAWN.value
        minutes = (said["minutes"] or None) if below else (ends - starts) // MINUTE
        shown = Shown(
            guid=item_id if known is None else known.guid,
            depth=depth,
            number=item["number"],
            said=said,
            starts_at=starts,
            ends_at=ends,
            minutes=minutes,
            gone=said["standing"] != ItemStanding.STANDING.value,
            people=_names(said["panel"], said["presenter"]),
            foreign=_foreign(known),
        )
        found += [shown, *below]
    return found


def _issued_panel(panel: Mapping[str, Any]) -> dict[str, Any]:
    people = [{name: each.get(name) for name in _PERSON} for each in panel["panellists"]]
    return {"title": panel["title"], "concept_note": {}, "people": people}


def _names(panel: Mapping[str, Any] | None, presenter: str | None) -> list[str]:
    """Those of a panel, else who presents."""
    if panel and panel["people"]:
        return [person["name"] for person in panel["people"]]
    return [presenter] if presenter else []


def _foreign(row: ForeignName | None) -> Foreign | None:
    if row is None:
        return None
    return Foreign(row.number, row.code, row.slug, row.kind, row.track, row.subtitle)


def _placed(items: list[Shown]) -> list[Shown]:
    """With what follows from where each stands: what lies under something gone is gone as well, and
    the branch of those that run in parallel, or else what lies at the top, is the track.
    """
    above: list[Shown] = []
    for item in items:
        del above[item.depth - 1 :]
        if above:
            item.gone = item.gone or above[-1].gone
            item.branch = _title(_branch(above, item))
        above.append(item)
    return items


def _branch(above: Sequence[Shown], item: Shown) -> Shown:
    line = [*above, item]
    for parent, branch in zip(reversed(above), reversed(line), strict=False):
        if parent.said["children_run"] == ChildrenRun.IN_PARALLEL.value and branch is not item:
            return branch
    return above[0]


def _title(item: Shown) -> str:
    title: dict[str, str] = item.said["title"]
    return title.get("en") or next(iter(title.values()), "")
