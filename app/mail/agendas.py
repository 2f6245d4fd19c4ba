"""What a mail tells of an agenda that was issued: its items, or what is different in a revision.

Everybody gets the view that everybody may see.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from app.agenda.telling import Section, Telling, Told
from app.agenda.version_differences import between, nodes
from app.agenda.words import words_in
from app.calendar.entries import AGENDA_LINES, tells_present_times, timetable
from app.core.languages import FIRST_STRONG_ISOLATE, POP_ISOLATE, is_right_to_left, isolated
from app.mail.plainness import bare, unlinked, value
from app.mail.queries import Case
from app.mail.words import Words
from app.meetings.lifecycle import MeetingStatus

LONGEST_LINE: Final = 400
CUT: Final = "…"


class _Found(NamedTuple):
    heads: Sequence[str]
    sections: Sequence[Section]
    numbers: tuple[int, int]


@dataclass(frozen=True, slots=True)
class AgendaChanges:
    """What is different since the version that the reader knows."""

    heads: Sequence[str]
    sections: Sequence[Section]
    heading: str
    """Before the address in a text."""
    label: str
    address: str
    """Of the whole difference."""


def items_of(case: Case, words: Words) -> list[str]:
    """A line for each item of the agenda in force, where the mail is about it."""
    if case.agenda is None or not case.tells_agenda:
        return []
    return [value(line) for line in timetable(case.meeting, case.agenda, [words.language])]


def changes_of(case: Case, words: Words, url: str) -> AgendaChanges | None:
    """None for a first version, and where everybody sees the same as before."""
    if case.agenda is None or case.agenda_before is None or not case.tells_agenda:
        return None
    timed = tells_present_times(case.meeting, case.agenda)
    found = _compared(case.agenda_before, case.agenda, words.language, timed)
    if not found.sections:
        return None
    label = words.say("in_full" if _is_public(case) else "in_full_for_members")
    return AgendaChanges(
        heads=found.heads,
        sections=found.sections,
        heading=words.say("heading", label=label),
        label=label,
        address=_address(case, words.language, found.numbers, url),
    )


def _is_public(case: Case) -> bool:
    return case.meeting.public and case.meeting.status is not MeetingStatus.DRAFT


def _address(case: Case, language: str, numbers: tuple[int, int], url: str) -> str:
    since, until = numbers
    meeting = case.meeting
    base = f"public/meetings/{meeting.handle}" if _is_public(case) else f"meetings/{meeting.id}"
    query = f"since={since}&language={language}"
    return f"{url}/v1/{base}/agenda/versions/{until}/changes?{query}"


@lru_cache(maxsize=16)
def _compared(before: bytes, after: bytes, language: str, timed: bool) -> _Found:
    """Hundreds of readers get the same."""
    old, new = (_bare(json.loads(each)) for each in (before, after))
    found, words = between(old, new), words_in(language)
    telling = Telling(words, new, nodes(old) | nodes(new), timed=timed)
    since = Told(old["symbol"], datetime.fromisoformat(old["issued_at"]))
    return _Found(
        [_safe(line, language) for line in telling.heads(found, since)],
        list(_shortened(telling.sections(found), language)),
        (old["number"], new["number"]),
    )


def _bare(said: Any) -> Any:
    """Without marks of direction, of which there are those of the phrases afterwards."""
    if isinstance(said, str):
        return bare(said, multiline=True)
    if isinstance(said, list):
        return [_bare(each) for each in said]
    return {name: _bare(each) for name, each in said.items()} if isinstance(said, dict) else said


def _shortened(sections: Iterator[Section], language: str) -> Iterator[Section]:
    left = AGENDA_LINES
    for heading, lines in sections:
        if left <= 0:
            yield Section(CUT, [])
            return
        kept = [_safe(_cut(line), language) for line in lines[:left]]
        more = [CUT] if len(lines) > left else []
        yield Section(heading, [*kept, *more])
        left -= len(lines) + 1


def _cut(line: str) -> str:
    """With the marks closed that were opened in what is left of it."""
    if len(line) <= LONGEST_LINE:
        return line
    kept = line[:LONGEST_LINE]
    left_open = kept.count(FIRST_STRONG_ISOLATE) - kept.count(POP_ISOLATE)
    return f"{kept}{POP_ISOLATE * left_open}{CUT}"


def _safe(line: str, language: str) -> str:
    """Where the phrases run from right to left, what stands in them is marked already."""
    said = unlinked(line)
    return said if is_right_to_left(language) else isolated(said)
