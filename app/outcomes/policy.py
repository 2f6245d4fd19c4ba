"""The words of a report, in English and French."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.attendance.lifecycle import EntityAttendance
from app.attendance.policy import Figures, Group, Presence, entity_attendance, press_line
from app.committees.lifecycle import Standing

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the head of a report says of the meeting."""

    title: str
    local_start: datetime
    local_end: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Words:
    """A report's phrases in one language; `singular_to` is the last number without a plural."""

    when: str
    share: str
    memberless: str
    quorum: str
    reached: str
    missed: str
    representative: str
    representatives: str
    entity: str
    entities: str
    observers: str
    others: str
    lists: dict[EntityAttendance, str]
    point: str
    singular_to: int


WORDS = {
    "en": Words(
        when="{day}, {start} to {end} ({zone})",
        share="{part} of {whole} member entities ({percent} %)",
        memberless="The committee has no member entities.",
        quorum="Quorum of {needed}: {reached}",
        reached="reached",
        missed="not reached",
        representative="representative",
        representatives="representatives",
        entity="entity",
        entities="entities",
        observers="Observers: {people} of {bodies}",
        others="Others: {people} of {bodies}",
        lists={
            EntityAttendance.PRESENT: "Present ({count}): {names}",
            EntityAttendance.EXCUSED: "Excused ({count}): {names}",
            EntityAttendance.ABSENT: "Absent ({count}): {names}",
            EntityAttendance.UNACCOUNTED: "Unaccounted for ({count}): {names}",
        },
        point=".",
        singular_to=-1,
    ),
    "fr": Words(
        when="{day}, de {start} à {end} ({zone})",
        share="{part} des {whole} entités membres ({percent} %)",
        memberless="Le comité n’a pas d’entités membres.",
        quorum="Quorum de {needed} : {reached}",
        reached="atteint",
        missed="non atteint",
        representative="représentant",
        representatives="représentants",
        entity="entité",
        entities="entités",
        observers="Observateurs : {people} de {bodies}",
        others="Autres : {people} de {bodies}",
        lists={
            EntityAttendance.PRESENT: "Présentes ({count}) : {names}",
            EntityAttendance.EXCUSED: "Excusées ({count}) : {names}",
            EntityAttendance.ABSENT: "Absentes ({count}) : {names}",
            EntityAttendance.UNACCOUNTED: "Sans nouvelles ({count}) : {names}",
        },
        point=",",
        singular_to=0,
    ),
}


def press_lines(figures: Figures) -> dict[str, str]:
    return {
        language: press_line(figures.representatives, figures.entities, language)
        for language in LANGUAGES
    }


def report_text(
    sitting: Sitting, figures: Figures, entities: Sequence[tuple[str, Presence]], language: str
) -> str:
    """The account as plain text; `entities` are abbreviations with what is known of each."""
    words = WORDS[language]
    lines = [
        sitting.title,
        _when(sitting, words),
        "",
        press_line(figures.representatives, figures.entities, language),
        _share(figures, words),
        words.quorum.format(
            needed=figures.quorum.needed,
            reached=words.reached if figures.quorum.reached else words.missed,
        ),
        words.observers.format(**_group(figures.observers, words)),
        words.others.format(**_group(figures.others, words)),
        "",
        *_lists(entities, words),
    ]
    return "\n".join(lines) + "\n"


def _when(sitting: Sitting, words: Words) -> str:
    """The day of the end is told where it is another one."""
    start, end = sitting.local_start, sitting.local_end
    clock = "%H:%M" if end.date() == start.date() else "%Y-%m-%d %H:%M"
    return words.when.format(
        day=f"{start:%Y-%m-%d}", start=f"{start:%H:%M}", end=f"{end:{clock}}", zone=sitting.timezone
    )


def _share(figures: Figures, words: Words) -> str:
    if figures.share_percent is None:
        return words.memberless
    return words.share.format(
        part=figures.entities,
        whole=figures.quorum.members,
        percent=f"{figures.share_percent:.1f}".replace(".", words.point),
    )


def _group(group: Group, words: Words) -> dict[str, str]:
    def counted(number: int, one: str, many: str) -> str:
        return f"{number} {one if number in {1, words.singular_to} else many}"

    return {
        "people": counted(group.representatives, words.representative, words.representatives),
        "bodies": counted(group.entities, words.entity, words.entities),
    }


def _lists(entities: Sequence[tuple[str, Presence]], words: Words) -> list[str]:
    """Member entities by what became of them; those of nobody are left out."""
    lines = []
    for attendance, phrase in words.lists.items():
        names = [
            name
            for name, presence in entities
            if presence.standing is Standing.MEMBER and entity_attendance(presence) is attendance
        ]
        if names:
            lines.append(phrase.format(count=len(names), names=", ".join(names)))
    return lines
