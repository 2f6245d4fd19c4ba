"""The service's own words with placeholders instead of values, to begin from."""

from functools import cache

from app.mail.letters import FLAGS, LINKS, METHODS, placeholders_of
from app.mail.lifecycle import MailLanguage, MessageKind
from app.mail.wordings import Spoken
from app.mail.words import words_for


@cache
def standard(kind: MessageKind, language: MailLanguage) -> Spoken:
    """As to somebody who has a seat and a calendar entry, where the kind goes to such people."""
    words = words_for(language.value)
    joins = words.has("kinds", kind.value, "action") and kind not in LINKS
    values: dict[str, object] = {name: f"{{{name}}}" for name in placeholders_of(kind)}
    values |= dict.fromkeys(FLAGS, False) | {"calendar": kind in METHODS, "joins": joins}
    return Spoken(
        subject=words.say("kinds", kind.value, "subject", **values),
        paragraphs=words.say_all("kinds", kind.value, "paragraphs", **values),
        closing=words.say("closing", **values),
    )
