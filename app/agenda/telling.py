"""The changes between two versions as a text that a person can send."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.agenda.lifecycle import ItemChangeKind, ItemStanding
from app.agenda.version_differences import (
    PLACE,
    Change,
    Differences,
    ItemChange,
    Node,
    Plain,
    panellists,
)
from app.agenda.voice import ENDS, Voice
from app.agenda.words import Words

_TIMES: Final = frozenset({"starts_at", "ends_at", *ENDS, "minutes"})
_MEMBERS_TOLD: Final = _TIMES | {"number", "title", PLACE, "standing", "merged_into_id"}
"""Those that have lines of their own."""
_ONLY_NAMED: Final = frozenset({"note", "annotation"})
"""Long texts, of which it is told that they are different."""
_PERSON: Final = "name"


class Told(NamedTuple):
    """How a version is named in the text."""

    symbol: str
    issued_at: datetime


class Section(NamedTuple):
    """A heading, and a line for each thing."""

    heading: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Telling:
    """One text about the later of two versions."""

    words: Words
    issued: Plain
    nodes: Mapping[str, Node]
    timed: bool = True
    """Without, no time is told: they are not those of the meeting any more."""

    @property
    def voice(self) -> Voice:
        return Voice(self.words, self.issued, self.nodes)

    def text(self, found: Differences, since: Told | None, until: Told | None) -> str:
        say, voice = self.words.say, self.voice
        lines = [say("head", title=voice.text(self.issued["meeting"]["title"]))]
        if until is None:
            lines.append(say("draft"))
        else:
            lines.append(say("until", symbol=until.symbol, date=voice.day(until.issued_at)))
        lines += self.heads(found, since)
        for heading, each in self.sections(found):
            lines += ["", heading, *(f"  {line}" for line in each)]
        if not found:
            lines += ["", say("nothing")]
        return "\n".join(lines) + "\n"

    def heads(self, found: Differences, since: Told | None) -> list[str]:
        """With what it is compared, and whose the times are."""
        say = self.words.say
        if since is None:
            lines = [say("nothing_before")]
        else:
            lines = [say("since", symbol=since.symbol, date=self.voice.day(since.issued_at))]
        if found and self.timed:
            lines.append(say("clock", zone=self.issued["meeting"]["timezone"]))
        return lines

    def sections(self, found: Differences) -> Iterator[Section]:
        if lines := [self.voice.member(*each) for each in self._of_meeting(found.meeting)]:
            yield Section(self.words.kind("meeting"), lines)
        if lines := [line for each in found.sittings for line in self._sitting(each)]:
            yield Section(self.words.kind("sittings"), lines)
        changes = [(each, each.kinds) for each in found.items]
        for kind, line in self._lines().items():
            told = [each for each, kinds in changes if kind in kinds and self._tells(each, kind)]
            if lines := [line(each) for each in told]:
                yield Section(self.words.kind(kind), lines)
        every = [*(each.kinds for each in found.sittings), *(kinds for _, kinds in changes)]
        if self.timed and [ItemChangeKind.SHIFTED] in every:
            yield Section(self.words.say("shifted"), [])

    def _tells(self, change: ItemChange, kind: ItemChangeKind) -> bool:
        """What is off the agenda, or lies under that, has no times, and adds nothing to it."""
        if kind is ItemChangeKind.RETIMED and not self.timed:
            return False
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
            ItemChangeKind.WITHDRAWN: self._alone,
            ItemChangeKind.MERGED: self._merged,
            ItemChangeKind.REINSTATED: self._with_time,
            ItemChangeKind.MOVED: self._moved,
            ItemChangeKind.RENUMBERED: self._renumbered,
            ItemChangeKind.RETITLED: self._retitled,
            ItemChangeKind.RETIMED: self._retimed,
            ItemChangeKind.PANELLISTS: self._panellists,
            ItemChangeKind.CHANGED: self._changed,
        }

    def _of_meeting(self, members: Mapping[str, Change]) -> Iterator[tuple[str, Change]]:
        """Instants say nothing that wall times do not."""
        for name, change in members.items():
            if name not in _TIMES or (name in ENDS and self.timed):
                yield name, change

    def _sitting(self, change: ItemChange) -> Iterator[str]:
        """One without a name is called by its times."""
        name = self.voice.text(change.node.values["name"])
        span = self.voice.span(change.node) if self.timed else ""
        if change.before is None or change.after is None:
            phrase = "sitting_new" if change.before is None else "sitting_gone"
            if called := self._bracketed(name, span) if name else span:
                yield self.words.say(phrase, sitting=called)
            return
        for member, values in change.members.items():
            if member not in _TIMES:
                yield self._of_sitting(name, member, values)
        if ItemChangeKind.RETIMED in change.kinds and self.timed:
            what = self.voice.from_to(self.voice.span(change.before), span)
            yield self.words.say("named", item=name, what=what) if name else what

    def _of_sitting(self, name: str, member: str, change: Change) -> str:
        """Another name for the reader stands alone."""
        what = self.voice.change(member, change)
        if member != "name":
            what = self.voice.member(member, change)
        elif self.voice.text(change.before) != self.voice.text(change.after):
            return what
        return self.words.say("named", item=name, what=what)

    def _item(self, change: ItemChange) -> str:
        return self.voice.item(change.node)

    def _alone(self, change: ItemChange) -> str:
        return self.words.kept(self._item(change))

    def _with_time(self, change: ItemChange) -> str:
        return self._bracketed(self._item(change), self.voice.span(change.node))

    def _bracketed(self, name: str, span: str) -> str:
        return (
            f"{self.words.kept(name)} ({self.words.kept(span)})"
            if self.timed
            else self.words.kept(name)
        )

    def _merged(self, change: ItemChange) -> str:
        target = self.nodes.get(str(change.node.values.get("merged_into_id")))
        if target is None:
            return self._alone(change)
        return self.words.say("merged", item=self._item(change), into=self.voice.item(target))

    def _moved(self, change: ItemChange) -> str:
        node = change.node
        parent = self.nodes.get(node.parent_id or "")
        previous = self.nodes.get(node.previous or "")
        names = {"parent": parent, "previous": previous}
        said = {name: self.voice.item(each) for name, each in names.items() if each is not None}
        phrase = {
            (False, False): "first",
            (False, True): "after",
            (True, False): "first_under",
            (True, True): "under",
        }[parent is not None, previous is not None]
        return self.words.say(phrase, item=self._item(change), **said)

    def _renumbered(self, change: ItemChange) -> str:
        return self._named(change, self.voice.from_to(*change.members["number"]))

    def _retimed(self, change: ItemChange) -> str:
        """When it is on; or else how many minutes of its own it has."""
        assert change.before is not None, "it is in both versions"
        before, after = self.voice.span(change.before), self.voice.span(change.node)
        if before == after and "minutes" in change.members:
            what = self.voice.member("minutes", change.members["minutes"])
        else:
            what = self.voice.from_to(before, after)
        return self._named(change, what)

    def _retitled(self, change: ItemChange) -> str:
        assert change.before is not None, "it is in both versions"
        before, after = (self.voice.text(each) for each in change.members["title"])
        if before == after:
            return self._named(change, self.voice.change("title", change.members["title"]))
        return self.voice.from_to(before, self._item(change))

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
        what = self.words.joined(listed) or self.words.listed(after)  # only their order changed
        return self._named(change, what)

    def _changed(self, change: ItemChange) -> str:
        told = [each for each in change.members.items() if self._is_told(*each)]
        only = [self.words.member(name) for name, _ in told if name in _ONLY_NAMED]
        what = [self.voice.member(*each) for each in told if each[0] not in _ONLY_NAMED]
        said = [*what, *([self.words.listed(only)] if only else [])]
        return self._named(change, self.words.joined(said))

    def _is_told(self, name: str, change: Change) -> bool:
        """Among the other changes: of a panel its title, as its people have lines of their own."""
        if name != "panel" or None in change:
            return name not in _MEMBERS_TOLD
        return bool(change.before.get("title") != change.after.get("title"))

    def _named(self, change: ItemChange, what: str) -> str:
        return self.words.say("named", item=self._item(change), what=what)


def _said(panellist: Mapping[str, Any]) -> dict[str, Any]:
    """All but the place in the order, which changes when somebody else leaves."""
    return {name: value for name, value in panellist.items() if name != "position"}
