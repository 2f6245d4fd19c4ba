"""The changes between two versions as a text that a person can send."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.agenda.lifecycle import ItemChangeKind, ItemStanding
from app.agenda.version_differences import Change, Differences, ItemChange, Node, panellists
from app.agenda.words import Words
from app.core.fields import in_language
from app.core.zones import to_local

_MEMBERS_TOLD = frozenset(
    {"number", "title", "place", "minutes", "starts_at", "ends_at", "local_start", "local_end"}
    | {"standing", "merged_into_id"}
)
"""Those that have lines of their own."""
_ENDS = {"local_start": "starts", "local_end": "ends"}
_PERSON = "name"


@dataclass(frozen=True, slots=True)
class Told:
    """How a version is named in the text."""

    symbol: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """One text about the later of two versions; names are those of the later one."""

    words: Words
    issued: Mapping[str, Any]
    nodes: Mapping[str, Node]

    def text(self, found: Differences, since: Told | None, until: Told | None) -> str:
        say, meeting = self.words.say, self.issued["meeting"]
        if since is None:
            compared = say("nothing_before")
        else:
            compared = say("since", symbol=since.symbol, date=self._day(since.issued_at))
        lines = [say("head", title=self._words_of(meeting["title"]))]
        if until is None:
            lines.append(say("draft"))
        else:
            lines.append(say("until", symbol=until.symbol, date=self._day(until.issued_at)))
        lines += [compared, *([say("clock", zone=meeting["timezone"])] if found else [])]
        for heading, each in self._sections(found):
            lines += ["", heading, *(f"  {line}" for line in each)]
        if not found:
            lines += ["", say("nothing")]
        return "\n".join(lines) + "\n"

    def _sections(self, found: Differences) -> Iterator[tuple[str, list[str]]]:
        if lines := [self._of_meeting(*each) for each in self._told(found.meeting)]:
            yield self.words.kind("meeting"), lines
        for kind, line in self._lines().items():
            told = [each for each in found.items if kind in each.kinds and self._tells(each, kind)]
            if lines := [line(each) for each in told]:
                yield self.words.kind(kind), lines
        if any(each.kinds == [ItemChangeKind.SHIFTED] for each in found.items):
            yield self.words.say("shifted"), []

    def _tells(self, change: ItemChange, kind: ItemChangeKind) -> bool:
        """What is off the agenda, or lies under that, has no times, and adds nothing to it."""
        if kind not in {ItemChangeKind.ADDED, ItemChangeKind.RETIMED}:
            return True
        node: Node | None = change.node
        while node is not None:
            if node.values.get("standing", ItemStanding.STANDING) != ItemStanding.STANDING:
                return False
            node = self.nodes.get(node.parent_id or "")
        return True

    def _lines(self) -> dict[ItemChangeKind, Callable[[ItemChange], str]]:
        return {
            ItemChangeKind.ADDED: self._with_time,
            ItemChangeKind.REMOVED: self._with_time,
            ItemChangeKind.WITHDRAWN: self._item,
            ItemChangeKind.MERGED: self._merged,
            ItemChangeKind.REINSTATED: self._with_time,
            ItemChangeKind.MOVED: self._moved,
            ItemChangeKind.RENUMBERED: self._renumbered,
            ItemChangeKind.RETITLED: self._retitled,
            ItemChangeKind.RETIMED: self._retimed,
            ItemChangeKind.PANELLISTS: self._panellists,
            ItemChangeKind.CHANGED: self._changed,
        }

    def _told(self, members: Mapping[str, Change]) -> Iterator[tuple[str, Change]]:
        """Instants say nothing that wall times do not."""
        for name, change in members.items():
            if name not in {"starts_at", "ends_at"}:
                yield name, change

    def _of_meeting(self, name: str, change: Change) -> str:
        before, after = (self._value(name, each) for each in change)
        what = self.words.say("change", before=before, after=after)
        label = self.words.member(_ENDS.get(name, name))
        return self.words.say("named", item=label, what=what)

    def _value(self, name: str, value: Any) -> str:
        if name in _ENDS:
            return str(value)[:16].replace("T", " ")
        if isinstance(value, Mapping):
            return self._words_of(value)
        return self.words.listed(value) if isinstance(value, list) else str(value)

    def _item(self, change: ItemChange) -> str:
        return self._named(change.node)

    def _with_time(self, change: ItemChange) -> str:
        span = self._span(change.node)
        return (
            f"{self._named(change.node)} ({self.words.kept(span)})" if span else self._item(change)
        )

    def _merged(self, change: ItemChange) -> str:
        values = change.node.values
        into = values.get("merged_into_id")
        target = self.nodes.get(into["id"] if isinstance(into, Mapping) else str(into))
        if target is None:
            return self._item(change)
        return self.words.say("merged", item=self._item(change), into=self._named(target))

    def _moved(self, change: ItemChange) -> str:
        node = change.node
        parent = self.nodes.get(node.parent_id or "")
        previous = self.nodes.get(node.previous or "")
        names = {"parent": parent, "previous": previous}
        said = {name: self._named(each) for name, each in names.items() if each is not None}
        phrase = {
            (False, False): "first",
            (False, True): "after",
            (True, False): "first_under",
            (True, True): "under",
        }[parent is not None, previous is not None]
        return self.words.say(phrase, item=self._item(change), **said)

    def _renumbered(self, change: ItemChange) -> str:
        return self._changed_to(change, lambda node: node.values.get("number"))

    def _retimed(self, change: ItemChange) -> str:
        return self._changed_to(change, self._span)

    def _changed_to(self, change: ItemChange, of: Callable[[Node], str | None]) -> str:
        assert change.before is not None, "it is in both versions"
        empty = str(self.words.phrases["empty"])
        before, after = of(change.before) or empty, of(change.node) or empty
        what = self.words.say("change", before=before, after=after)
        return self.words.say("named", item=self._item(change), what=what)

    def _retitled(self, change: ItemChange) -> str:
        assert change.before is not None, "it is in both versions"
        before = self._words_of(change.before.values["title"])
        return self.words.say("change", before=before, after=self._item(change))

    def _panellists(self, change: ItemChange) -> str:
        before, after = (
            {each[_PERSON]: each for each in panellists(panel)} for panel in change.members["panel"]
        )
        groups = {
            "joined": [name for name in after if name not in before],
            "left": [name for name in before if name not in after],
            "other": [n for n, each in after.items() if _said(before.get(n, each)) != _said(each)],
        }
        listed = [
            self.words.say(group, names=self.words.listed(names))
            for group, names in groups.items()
            if names
        ]
        what = "; ".join(listed) or self.words.listed(after)  # only their order changed
        return self.words.say("named", item=self._item(change), what=what)

    def _changed(self, change: ItemChange) -> str:
        names = [name for name in change.members if name not in _MEMBERS_TOLD]
        what = self.words.listed(self.words.member(name) for name in names)
        return self.words.say("named", item=self._item(change), what=what)

    def _named(self, node: Node) -> str:
        title = self._words_of(node.values["title"])
        return " ".join(filter(None, [node.values.get("number"), title]))

    def _span(self, node: Node) -> str:
        start, end = (str(node.values[name]) for name in ("local_start", "local_end"))
        first = str(self.issued["meeting"]["local_start"])[:10]
        day = "" if start[:10] == first else f"{start[:10]} "
        until = "" if end[:10] == start[:10] else f"{end[:10]} "
        return f"{day}{start[11:16]}–{until}{end[11:16]}"

    def _day(self, moment: datetime) -> str:
        """As the papers have it: by the clocks of the meeting."""
        return f"{to_local(moment, self.issued['meeting']['timezone']):%Y-%m-%d}"

    def _words_of(self, text: Mapping[str, str]) -> str:
        own: Sequence[str] = self.issued["meeting"]["languages"]
        return in_language(dict(text), [self.words.language, *own])


def _said(panellist: Mapping[str, Any]) -> dict[str, Any]:
    """All but the place in the order, which changes when somebody else leaves."""
    return {name: value for name, value in panellist.items() if name != "position"}
