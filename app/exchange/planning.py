"""What a file makes of an agenda: every item and sitting as it would be, nothing written yet."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import ValidationError

from app.agenda import policy
from app.agenda.edits import FARTHEST_PIN
from app.agenda.lifecycle import ItemAddition, ItemKind, ItemStanding
from app.agenda.tree import MINUTE, ItemState, WorkingAgenda, minutes_of_pin, pinned_wall_time
from app.core.fields import CELLS
from app.core.ids import new_id
from app.core.imports import errors_of
from app.core.problems import FieldError
from app.core.zones import ZoneTrouble, to_local
from app.exchange.agendas import check_tree
from app.exchange.grid import TEXTS
from app.exchange.lifecycle import AgendaFileKind, AgendaImportMode
from app.exchange.outline import Foreign, Line, Reading
from app.exchange.places import Place, place_of
from app.exchange.queries import ForeignName
from app.exchange.schemas import MOST_PEOPLE, FileItem, FilePanel, FilePerson
from app.exchange.sittings import SittingsPlan
from app.meetings.tables import Meeting

_PLAIN: Final = (
    *("kind", "flexible", "children_run", "room", "access", "openness", "purpose"),
    *("addition", "standing", "presenter", *TEXTS),
)
"""Members that an item has as a file says them."""
MOST_FAULTS: Final = 5000
"""That are looked for in one file."""
MOST_OF_ALL: Final = 5000
"""People of new panels of one file: all of them are seated and looked after at once."""


SAID: Final = ("number", "code", "slug", "kind", "track", "subtitle")
"""What is kept of what a file says of an item that an agenda has no place for."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is already."""

    agenda: WorkingAgenda
    foreign: Mapping[UUID, ForeignName]
    """By guid."""
    groups: Mapping[str, UUID]
    """Committees that may give a briefing, by what files call them."""
    entities: Mapping[str, UUID]
    with_panels: frozenset[UUID]
    """Items."""


@dataclass(slots=True)
class Planned:
    """One item, with the line that it comes from."""

    line: Line
    item_id: UUID
    guid: UUID | None
    state: ItemState | None = None
    """None where the line is refused."""
    panel: FilePanel | None = None
    """To be made."""


@dataclass(slots=True)
class Plan:
    planned: list[Planned]
    kept: list[ItemState] = field(default_factory=list)
    """Items that are on the agenda already, and stay as they are."""

    @property
    def refused(self) -> bool:
        return any(each.line.errors for each in self.planned)

    @property
    def states(self) -> list[ItemState]:
        """In an order in which each may be written: after its parent and what it is merged into."""
        return _in_order([*self.kept, *(each.state for each in self.planned if each.state)])


def plan_items(
    known: Known, reading: Reading, mode: AgendaImportMode, sittings: SittingsPlan
) -> Plan:
    """Every line as an item; what is wrong with one stands in its `errors`."""
    planner = _Planner(known, reading, mode, sittings)
    planned = [planner.named(line) for line in reading.lines]
    faults = 0
    for each in planned:
        planner.fill(each, planned)
        faults += len(each.line.errors)
        if faults > MOST_FAULTS:
            break
    present = known.agenda.states
    plan = Plan(planned, list(present.values()))
    if mode is AgendaImportMode.REPLACE:
        plan.kept = _issued_before(present, {each.item_id for each in planned})
    _place(plan, mode)
    _check_tree(plan)
    return plan


class _Planner:
    def __init__(
        self,
        known: Known,
        reading: Reading,
        mode: AgendaImportMode,
        sittings: SittingsPlan,
    ) -> None:
        self.known, self.mode, self.sittings = known, mode, sittings
        self.context = CELLS if reading.kind is AgendaFileKind.TABLE else None
        self.schedule = reading.kind is AgendaFileKind.SCHEDULE
        self.by_guid: dict[UUID, Planned] = {}
        self.people = 0

    @property
    def meeting(self) -> Meeting:
        return self.known.agenda.meeting

    def named(self, line: Line) -> Planned:
        """Which item the line means: a known one, or always the same new one for its guid."""
        guid = _guid(line)
        if guid is None:
            return Planned(line, new_id(), None)
        foreign = self.known.foreign.get(guid)
        if foreign is not None:
            item_id = foreign.item_id
        elif guid in self.known.agenda.states:
            item_id = guid
        else:
            item_id = uuid5(self.meeting.id, str(guid))
        planned = Planned(line, item_id, guid)
        if self.by_guid.setdefault(guid, planned) is not planned:
            first = self.by_guid[guid].line
            line.fault("guid", f"It stands there twice: also at {first.place}.")
        elif self.mode is AgendaImportMode.APPEND and item_id in self.known.agenda.states:
            line.fault("guid", "The item is on the agenda already.")
        return planned

    def fill(self, planned: Planned, others: Sequence[Planned]) -> None:
        line = planned.line
        before = self.known.agenda.states.get(planned.item_id)
        said = self._said(line, before)
        if said is None:
            return
        asked = said.model_fields_set
        members: dict[str, Any] = {name: getattr(said, name) for name in _PLAIN if name in asked}
        if "minutes" in asked:
            members["duration"] = said.minutes
        members |= self._references(line, said)
        if before is None:
            members = _fresh(said) | members
            issued = self.known.agenda.ground.versions
            members["addition"] = said.addition or ItemAddition.SUPPLEMENTARY if issued else None
            planned.panel = self._panel(line, said, planned.item_id)
            self._count(line, planned.panel)
        elif not self.known.agenda.ground.versions:
            members.pop("addition", None)  # as of new items: nothing was issued that it adds to
        elif before.first_issued == 1 and said.addition not in {None, before.addition}:
            line.fault("addition", "Only what comes after the first version is an addition to it.")
        if line.errors:
            return
        parent = None if line.above is None else others[line.above].item_id
        members |= {"id": planned.item_id, "parent_id": parent, "position": 0}
        members |= {name: _kept_order(members[name]) for name in TEXTS if name in members}
        planned.state = ItemState(**members) if before is None else _changed(before, members)

    def _count(self, line: Line, panel: FilePanel | None) -> None:
        self.people += len(panel.people) if panel else 0
        if self.people > MOST_OF_ALL:
            line.fault("people", f"One file has at most {MOST_OF_ALL} people for its panels.")

    def _said(self, line: Line, before: ItemState | None) -> FileItem | None:
        """The line as an item; of a known one, what the line does not say is what it is now."""
        values = dict(line.values)
        for name in TEXTS:
            if name in line.texts:
                present = {} if before is None else getattr(before, name)
                values[name] = _texts(present, line.texts[name])
        if before is not None:
            if self.schedule:
                values = {**values, "kind": before.kind}
                values.pop("presenter", None)
                if line.group:
                    values |= {"title": before.title}
            for name in ("kind", "title"):
                values.setdefault(name, getattr(before, name))
        try:
            return FileItem.model_validate(values, context=self.context)
        except ValidationError as error:
            line.errors += [
                FieldError(pointer=f"{line.place}{each.pointer}", detail=each.detail)
                for each in errors_of(error)
            ]
            return None

    def _references(self, line: Line, said: FileItem) -> dict[str, Any]:
        """Members that are called otherwise on the agenda; unknown ones are told."""
        found: dict[str, Any] = {}
        asked = said.model_fields_set
        if "working_group" in asked:
            found["working_group_id"] = _known(line, said, "working_group", self.known.groups)
        if "lead_entity" in asked:
            found["lead_entity_id"] = _known(line, said, "lead_entity", self.known.entities)
        if "merged_into_guid" in asked:
            found["merged_into_id"] = self._merged_into(line, said.merged_into_guid)
        if "sitting_start" in asked:
            start = said.sitting_start
            place = None if start is None else place_of(self.meeting, start)
            found["sitting_id"] = self._sitting(line, place)
        elif line.sitting_day is not None:
            found["sitting_id"] = self.sittings.first_of(self.meeting, line.sitting_day)
        if "pinned_start" in asked or line.starts_at is not None:
            found["pinned_minutes"] = self._pin(line, said)
        return found

    def _merged_into(self, line: Line, guid: UUID | None) -> UUID | None:
        if guid is None:
            return None
        if guid in self.by_guid:
            return self.by_guid[guid].item_id
        line.fault("merged_into_guid", "The file has no such item.")
        return None

    def _sitting(self, line: Line, place: Place | None) -> UUID | None:
        if place is None:
            return None
        if place not in self.sittings.ids:
            line.fault("sitting_start", "No sitting begins then.")
        return self.sittings.ids.get(place)

    def _pin(self, line: Line, said: FileItem) -> int | None:
        """Minutes from the meeting's start, which may be two for one wall time."""
        guid = _guid(line)
        planned = None if guid is None else self.by_guid.get(guid)
        before = planned and self.known.agenda.states.get(planned.item_id)
        if line.starts_at is not None:
            minutes = _minutes_until(self.meeting, line.starts_at)
        elif said.pinned_start is None:
            return None
        elif before and said.pinned_start == pinned_wall_time(self.meeting, before.pinned_minutes):
            return before.pinned_minutes
        else:
            try:
                minutes = minutes_of_pin(self.meeting, said.pinned_start)
            except ZoneTrouble as trouble:
                line.fault("pinned_start", str(trouble))
                return None
        if abs(minutes) <= FARTHEST_PIN and minutes == int(minutes):
            return int(minutes)
        member = "date" if line.starts_at is not None else "pinned_start"
        detail = "It must lie in whole minutes, and at most 31 days, from the meeting's start."
        line.fault(member, detail)
        return None

    def _panel(self, line: Line, said: FileItem, item_id: UUID) -> FilePanel | None:
        """Of a new item, whose people are proposed."""
        if said.panel is not None or item_id in self.known.with_panels:
            return said.panel
        if not line.people or said.kind is not ItemKind.PANEL:
            if line.people and not self.schedule:
                line.fault("people", "Only an item of the kind panel has people.")
            return None
        try:
            few = line.people[: MOST_PEOPLE + 1]  # one too many is refused
            return FilePanel(title=said.title, people=[FilePerson(name=name) for name in few])
        except ValidationError:
            line.fault("persons", "At most 50 people, each with a name of at most 200 characters.")
            return None


def _minutes_until(meeting: Meeting, instant: datetime) -> float:
    """As pins count them: those until the instant, or where the clocks change between, those until
    the clocks show what they show then.
    """
    minutes = (instant - meeting.starts_at) / MINUTE
    wall = to_local(instant, meeting.timezone)
    if minutes != int(minutes) or pinned_wall_time(meeting, int(minutes)) == wall:
        return minutes
    return minutes_of_pin(meeting, wall)


def _guid(line: Line) -> UUID | None:
    """None too where it is none, which `FileItem` tells."""
    try:
        return UUID(str(line.values["guid"])) if line.values.get("guid") is not None else None
    except ValueError:
        return None


def _changed(before: ItemState, members: dict[str, Any]) -> ItemState:
    """With what follows from the members that a file says for those of which it says nothing."""
    if members.get("duration") is not None:
        members.setdefault("flexible", False)
    if members.get("flexible"):
        members.setdefault("duration", None)
    if members.get("standing", ItemStanding.MERGED) is not ItemStanding.MERGED:
        members["merged_into_id"] = None
    return before._replace(**members)


def _texts(present: Mapping[str, str], said: Mapping[str, str | None]) -> dict[str, str]:
    spoken = {tag.lower() for tag in said}
    kept = {tag: words for tag, words in present.items() if tag.lower() not in spoken}
    return kept | {tag: words for tag, words in said.items() if words is not None}


def _kept_order(texts: dict[str, str]) -> dict[str, str]:
    """As the database gives them back (shorter names first), so that the tag of an agenda that was
    taken is that of the same agenda when it is read.
    """
    if len(texts) < 2:
        return texts
    return dict(sorted(texts.items(), key=lambda text: (len(text[0].encode()), text[0].encode())))


def _fresh(said: FileItem) -> dict[str, Any]:
    """What a new item is of which the file says nothing."""
    members: dict[str, Any] = {name: getattr(said, name) for name in _PLAIN}
    return members | {"duration": said.minutes, "pinned_minutes": None, "working_group_id": None}


def _known(line: Line, said: FileItem, member: str, refs: Mapping[str, UUID]) -> UUID | None:
    ref = getattr(said, member)
    if ref is not None and ref not in refs:
        who = "the meeting's committee nor one of its working groups"
        none = f"Neither {who}." if member == "working_group" else "There is no such entity."
        line.fault(member, none)
    return None if ref is None else refs.get(ref)


def _issued_before(present: Mapping[UUID, ItemState], said: Collection[UUID]) -> list[ItemState]:
    """What the file does not have but a version does: it is withdrawn, so that its trace stays."""
    left = {i: s for i, s in present.items() if i not in said and s.first_issued is not None}
    there = {*said, *left}
    kept = []
    for state in left.values():
        parent = state.parent_id if state.parent_id in there else None
        into = state.merged_into_id if state.merged_into_id in there else None
        standing = ItemStanding.MERGED if into is not None else ItemStanding.WITHDRAWN
        kept.append(state._replace(parent_id=parent, merged_into_id=into, standing=standing))
    return sorted(kept, key=lambda state: state.position)


def _place(plan: Plan, mode: AgendaImportMode) -> None:
    """Siblings as the file has them: behind those that stay, before those that are withdrawn."""
    counts: dict[UUID | None, int] = defaultdict(int)
    if mode is AgendaImportMode.APPEND:
        for state in plan.kept:
            counts[state.parent_id] = max(counts[state.parent_id], state.position + 1)
    for each in plan.planned:
        if each.state is not None:
            each.state = _next(each.state, counts)
    if mode is AgendaImportMode.REPLACE:
        plan.kept = [_next(state, counts) for state in plan.kept]


def _next(state: ItemState, counts: dict[UUID | None, int]) -> ItemState:
    counts[state.parent_id] += 1
    return state._replace(position=counts[state.parent_id] - 1)


def _check_tree(plan: Plan) -> None:
    """Whether it makes an agenda; the first item that does not fit tells why."""
    if plan.refused or not plan.planned:
        return
    lines = {each.item_id: each.line for each in plan.planned}
    states = [*plan.kept, *(each.state for each in plan.planned if each.state)]
    first = plan.planned[0].line
    try:
        check_tree(states)
        _in_order(states)
    except policy.TooManyItems as error:
        first.errors.append(FieldError(pointer="", detail=str(error)))
    except policy.UnfitItem as error:
        line = lines.get(error.item_id, first)
        line.errors.append(FieldError(pointer=line.place, detail=_words(error)))


def _words(error: policy.UnfitItem) -> str:
    return f"The item {error.reason}."


class MergedAround(policy.UnfitItem):
    """Two items wait for each other: each lies under, or is merged into, what needs the other."""

    reason = "is merged into something that lies under it, or is merged itself into it"


def _in_order(states: Sequence[ItemState]) -> list[ItemState]:
    """Each after those that it names; raises `MergedAround`."""
    by_id = {state.id: state for state in states}
    done: dict[UUID, ItemState] = {}
    for state in states:
        waiting = [state]
        on_the_way: set[UUID] = set()
        while waiting:
            top = waiting[-1]
            on_the_way.add(top.id)
            needed = [
                by_id[each]
                for each in (top.parent_id, top.merged_into_id)
                if each is not None and each in by_id and each not in done
            ]
            if not needed:
                done.setdefault(top.id, top)
                waiting.pop()
            elif any(each.id in on_the_way for each in needed):
                raise MergedAround(top.id)
            else:
                waiting += needed
    return list(done.values())


def foreign_row(meeting: Meeting, planned: Planned) -> dict[str, Any] | None:
    """What is kept of what the file calls the item; None where that is what we call it."""
    said = planned.line.foreign
    if planned.guid is None or (planned.guid == planned.item_id and said is None):
        return None
    foreign = said or Foreign()
    ids = {"meeting_id": meeting.id, "item_id": planned.item_id, "guid": planned.guid}
    return ids | {name: getattr(foreign, name) for name in SAID}
