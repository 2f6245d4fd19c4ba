"""Words of organizers with placeholders such as `{meeting}`: no more than that (pure)."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.mail.plainness import bare, unlinked

LONGEST = 10_000
"""Characters of one text with its values: a title may be long, and be named again and again."""
LONGEST_LINE = 998
"""Of a subject or a closing: what a line of a mail may have (RFC 5322 section 2.1.1)."""

_TOKEN = re.compile(r"\{\{|\}\}|\{([a-z_]{1,40})\}|[{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a mail says in words of its kind; the facts, the link and the note stand beside it."""

    subject: str
    paragraphs: Sequence[str]
    closing: str | None
    """None for the standard one."""


def faults(text: str, known: Collection[str]) -> str | None:
    """What is wrong with the placeholders of a text, in words for its author."""
    can = ", ".join(f"{{{name}}}" for name in known)
    for token in _TOKEN.finditer(text):
        if token[0] in {"{", "}"}:
            return f"A brace stands alone: write {token[0] * 2} for one. Placeholders are {can}."
        if token[1] is not None and token[1] not in known:
            return f"There is no placeholder {token[0]} here: there are {can}."
    return None


def names_in(text: str) -> set[str]:
    return {token[1] for token in _TOKEN.finditer(text) if token[1] is not None}


def fill(text: str, values: Mapping[str, str], longest: int = LONGEST) -> str | None:
    """The text with the values in their places; None if it names one that there is not, or if it
    becomes too long.

    `values` are marked values, the words between them become text like all that people write.
    """
    text, said, end = bare(text), "", 0
    for token in _TOKEN.finditer(text):
        said += unlinked(text[end : token.start()])
        end = token.end()
        if token[1] is None:
            said += token[0][0]
        elif not values.get(token[1]):
            return None
        else:
            said += values[token[1]]
    said += unlinked(text[end:])
    return said if len(said) <= longest else None


def speak(own: Spoken, standard: Spoken, values: Mapping[str, str]) -> Spoken:
    """The organizers' words; what names something that there is not, or is too long, gives way.

    A paragraph is left out, a subject or a closing is the standard one, and so are the paragraphs
    once none is left.
    """
    closing = fill(own.closing, values, LONGEST_LINE) if own.closing else None
    return Spoken(
        subject=fill(own.subject, values, LONGEST_LINE) or standard.subject,
        paragraphs=list(_filled(own.paragraphs, values)) or standard.paragraphs,
        closing=closing or standard.closing,
    )


def _filled(texts: Iterable[str], values: Mapping[str, str]) -> Iterable[str]:
    return filter(None, (fill(text, values) for text in texts))
