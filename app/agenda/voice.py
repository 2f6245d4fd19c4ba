"""How things of an agenda, and what became of them, are called in one language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.agenda.version_differences import Change, Node, Plain
from app.agenda.words import Words
from app.core.fields import in_language
from app.core.zones import to_local

ENDS: Final = {"local_start": "starts", "local_end": "ends"}
_NAMES: Final = ("title", "name")
"""By the first of which a thing is called that has several members."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks of the later of two versions; names are those of that one."""

    words: Words
    issued: Plain
    nodes: Mapping[str, Node]

    def item(self, node: Node) -> str:
        title = self.text(node.values["title"])
        return " ".join(filter(None, [node.values.get("number"), title]))

    def span(self, node: Node) -> str:
        """With the days, where they are not the first of the meeting."""
        start, end = (str(node.values[name]) for name in ("local_start", "local_end"))
        first = str(self.issued["meeting"]["local_start"])[:10]
        day = "" if start[:10] == first else f"{start[:10]} "
        until = "" if end[:10] == start[:10] else f"{end[:10]} "
        return f"{day}{start[11:16]}–{until}{end[11:16]}"

    def day(self, moment: datetime) -> str:
        """As the papers have it: by the clocks of the meeting."""
        return f"{to_local(moment, self.issued['meeting']['timezone']):%Y-%m-%d}"

    def text(self, text: Mapping[str, str]) -> str:
        own: Sequence[str] = self.issued["meeting"]["languages"]
        return in_language(dict(text), [self.words.language, *own])

    def member(self, name: str, change: Change) -> str:
        """The member, and what it was and is."""
        label = self.words.member(ENDS.get(name, name))
        return self.words.say("named", item=label, what=self.change(name, change))

    def change(self, name: str, change: Change) -> str:
        """What it is, and what it was. Of a text that reads the same, in which other languages it
        has changed.
        """
        before, after = (self._value(name, each) for each in change)
        if before != after:
            return self.from_to(before, after)
        texts = [_text_in(each) for each in change]
        if None in texts:
            return after
        found = _in_other_languages(*(dict(each or {}) for each in texts), empty=self._empty)
        return self.words.listed(found) or after

    def from_to(self, before: str | None, after: str | None) -> str:
        empty = self._empty
        return self.words.say("change", before=before or empty, after=after or empty)

    @property
    def _empty(self) -> str:
        return str(self.words.phrases["empty"])

    def _value(self, name: str, value: Any) -> str:
        if name in ENDS:
            return str(value)[:16].replace("T", " ")
        text = _text_in(value)
        if text is not None:
            return self.text(text) or self._empty
        if isinstance(value, Mapping):
            return str(value.get("name") or self._empty)
        if isinstance(value, list):
            return self.words.listed(map(str, value))
        return self._empty if value is None else self.words.choice(name, str(value))


def _text_in(value: Any) -> Mapping[str, str] | None:
    """The text by language that a value is, or by which it is called; None without one."""
    if not isinstance(value, Mapping):
        return None
    for name in _NAMES:
        if isinstance(value.get(name), Mapping):
            return dict(value[name])
    return None if value.keys() & {"name", "handle"} else value


def _in_other_languages(
    before: Mapping[str, str], after: Mapping[str, str], *, empty: str
) -> Iterator[str]:
    for tag in dict.fromkeys([*after, *before]):
        if before.get(tag) != after.get(tag):
            yield f"{after.get(tag, empty)} ({tag})"
