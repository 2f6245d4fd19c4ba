"""What languages do to a text: which way it runs, and which form a counted thing has."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "ur", "yi"})
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
    "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh "
    "yi yo za zh zu"
)
TWO_LETTERS = frozenset(_ISO_639_1.split())
"""The languages of ISO 639-1, as the registry of BCP 47 has them."""
_RENAMED = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}
"""Codes that the registry keeps for old programs, which still send them, and those of today."""
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT_MARK = "\u200f"
_FORCED = re.compile("[\u202a-\u202e\u2066\u2067]")
"""Marks that give a text another direction than its own."""
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})


def base(language: str) -> str:
    """The language of a BCP 47 tag, without script and region."""
    return language.partition("-")[0]


def is_language(tag: str) -> bool:
    """False for what only looks like a tag: `cn` and `jp` are countries."""
    return len(base(tag)) != 2 or of_today(base(tag)) in TWO_LETTERS


def of_today(language: str) -> str:
    """The code, in small letters, by which a language goes now: `he` for `iw`."""
    code = language.lower()
    return _RENAMED.get(code, code)


def lookup(tags: Iterable[str]) -> list[str]:
    """Each tag and its shorter forms, as they are looked up one after the other (RFC 4647 3.4)."""
    found: dict[str, None] = {}
    for tag in tags:
        parts = tag.split("-")
        for length in range(len(parts), 0, -1):
            found["-".join(parts[:length])] = None
    return list(found)


def is_right_to_left(language: str) -> bool:
    return base(language) in RIGHT_TO_LEFT


def isolated(text: str) -> str:
    """The text in a line of another direction: neither moves the other's words (UAX 9)."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if text else text


def apart(text: str, language: str) -> str:
    """The text as a value in a line of this language, behind which nothing is turned around."""
    text = _closed(_FORCED.sub("", text))
    turns = any(unicodedata.bidirectional(each) in _FROM_THE_RIGHT for each in text)
    return isolated(text) if turns or is_right_to_left(language) else text


def _closed(text: str) -> str:
    """Without isolates that do not end in it, and ends of what does not begin in it."""
    open_at: list[int] = []
    lonely: set[int] = set()
    for place, character in enumerate(text):
        if character == FIRST_STRONG_ISOLATE:
            open_at.append(place)
        elif character == POP_ISOLATE:
            if open_at:
                open_at.pop()
            else:
                lonely.add(place)
    lonely.update(open_at)
    return "".join(each for place, each in enumerate(text) if place not in lonely)


def plural(language: str, number: int) -> str:
    """The plural category of a whole number from 0 on, by the rules of CLDR."""
    return _PLURALS.get(base(language), _english)(number)


def _english(number: int) -> str:
    return "one" if number == 1 else "other"


def _french(number: int) -> str:
    return "one" if number < 2 else _millions(number)


def _spanish(number: int) -> str:
    return "one" if number == 1 else _millions(number)


def _millions(number: int) -> str:
    """`un million de représentants`: round millions take a preposition."""
    return "many" if number > 0 and number % 1_000_000 == 0 else "other"


def _russian(number: int) -> str:
    last, teen = number % 10, 11 <= number % 100 <= 14
    if last == 1 and not teen:
        return "one"
    return "few" if 2 <= last <= 4 and not teen else "many"


def _arabic(number: int) -> str:
    if number <= 2:
        return ("zero", "one", "two")[number]
    last_two = number % 100
    if last_two < 3:
        return "other"
    return "few" if last_two <= 10 else "many"


def _chinese(_number: int) -> str:
    return "other"


_PLURALS: Mapping[str, Callable[[int], str]] = {
    "ar": _arabic,
    "en": _english,
    "es": _spanish,
    "fr": _french,
    "ru": _russian,
    "zh": _chinese,
}
