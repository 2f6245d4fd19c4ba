"""What a report says, in six languages."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from app.attendance.lifecycle import EntityAttendance
from app.attendance.policy import Figures, Group, Presence, entity_attendance
from app.committees.lifecycle import Standing
from app.core.fields import UN_LANGUAGES
from app.core.languages import is_right_to_left, isolated, plural

LANGUAGES = UN_LANGUAGES


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the head of a report says of the meeting."""

    title: str
    local_start: datetime
    local_end: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Words:
    """A report's phrases in one language."""

    language: str
    phrases: Mapping[str, Any]

    def say(self, name: str, **values: object) -> str:
        return str(self.phrases[name].format(**values))

    def count(self, name: str, number: int) -> str:
        """So many of a thing; a form that the language does not tell apart is the general one."""
        forms = self.phrases[name]
        form = forms.get(plural(self.language, number), forms.get("other"))
        return str(form.format(n=number))

    def foreign(self, text: str) -> str:
        """Digits and Latin letters keep their order in a line that runs from the right."""
        return isolated(text) if is_right_to_left(self.language) else text


@cache
def words_in(language: str) -> Words:
    """The phrases in one of `LANGUAGES`."""
    file = resources.files("app.outcomes").joinpath("phrases", f"{language}.toml")
    return Words(language, tomllib.loads(file.read_text("utf-8")))


def press_line(representatives: int, entities: int, language: str = "en") -> str:
    """The sentence that a communiqué quotes."""
    words = words_in(language)
    return words.say(
        "press",
        people=words.count("people", representatives),
        members=words.count("members", entities),
    )


def press_lines(figures: Figures) -> dict[str, str]:
    return {
        language: press_line(figures.representatives, figures.entities, language)
        for language in LANGUAGES
    }


def report_text(
    sitting: Sitting, figures: Figures, entities: Sequence[tuple[str, Presence]], language: str
) -> str:
    """The account as plain text; `entities` are abbreviations with what is known of each."""
    words = words_in(language)
    reached = words.say("reached" if figures.quorum.reached else "missed")
    lines = [
        sitting.title,
        _when(sitting, words),
        "",
        press_line(figures.representatives, figures.entities, language),
        _share(figures, words),
        words.say("quorum", needed=figures.quorum.needed, reached=reached),
        words.say("observers", **_group(figures.observers, words)),
        words.say("others", **_group(figures.others, words)),
        "",
        *_lists(entities, words),
    ]
    return "\n".join(lines) + "\n"


def _when(sitting: Sitting, words: Words) -> str:
    """The day of the end is told where it is another one."""
    start, end = sitting.local_start, sitting.local_end
    clock = "%H:%M" if end.date() == start.date() else "%Y-%m-%d %H:%M"
    return words.say(
        "when",
        day=words.foreign(f"{start:%Y-%m-%d}"),
        start=words.foreign(f"{start:%H:%M}"),
        end=words.foreign(f"{end:{clock}}"),
        zone=words.foreign(sitting.timezone),
    )


def _share(figures: Figures, words: Words) -> str:
    if figures.share_percent is None:
        return words.say("memberless")
    return words.say(
        "share",
        part=figures.entities,
        whole=figures.quorum.members,
        percent=f"{figures.share_percent:.1f}".replace(".", words.say("point")),
    )


def _group(group: Group, words: Words) -> dict[str, str]:
    return {
        "people": words.count("people", group.representatives),
        "bodies": words.count("bodies", group.entities),
    }


def _lists(entities: Sequence[tuple[str, Presence]], words: Words) -> list[str]:
    """Member entities by what became of them; those of nobody are left out."""
    lines = []
    for attendance in EntityAttendance:
        names = [
            words.foreign(name)
            for name, presence in entities
            if presence.standing is Standing.MEMBER and entity_attendance(presence) is attendance
        ]
        if names:
            phrase = words.phrases["lists"][attendance.value]
            lines.append(phrase.format(count=len(names), names=words.say("comma").join(names)))
    return lines
