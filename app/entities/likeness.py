"""How alike the people of a directory are: pure, symmetric, and bounded in its cost.

Nobody is merged because of it: it only says whom a person should look at.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final, NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz

from app.core.choices import Choice


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


LIKELY: Final = 85
"""From this score on somebody should look at the two."""
NEIGHBOURS: Final = 6
"""With how many of a block, in the order of their names, each is compared."""
MAX_TOKENS: Final = 5
_NEAR: Final = 70
"""Names whose letters have less in common are not looked at word by word,"""
_NEAR_BONES: Final = 80
"""but for those whose consonants agree so far."""
_NAME_ALONE: Final = 95
"""Two people may share a name, but not an address."""
_SAME_MAILBOX: Final = 97
_SAME_LOCAL_PART: Final = 60
_INITIAL: Final = 90
_SAME_CONSONANTS: Final = 93

_DOTLESS: Final = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Domains where dots in the local part are known to mean nothing."""
_SHARED: Final = _set_of(
    "admin chair committee contact desk director events focal focalpoint info mail meetings mission"
    " office permrep press protocol registry secretariat"
)
"""Local parts of mailboxes that belong to no one person."""
_HONORIFICS: Final = _set_of(
    "mr mrs ms miss mx dr prof professor sir dame lord lady mme mlle monsieur madame mademoiselle"
    " sr sra srta senor senora senorita don dona herr frau he excellency exc hon honourable"
    " honorable amb ambassador gospodin gospozha"
)
_FOREIGN_HONORIFICS: Final = re.compile(
    r"(?:^|(?<=\s))(?:السيدة|السيد|الدكتورة|الدكتور|г-жа|г-н|h\.\s?e\.|m\.)(?=\s)|(?:先生|女士|小姐|博士)"
)
_ABJAD: Final = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f]")
"""Scripts that leave vowels out."""
_ARTICLE: Final = re.compile(r"\bال(?=\w{3})")
_WORD: Final = re.compile("[a-z0-9]+")
_VOWELS: Final = re.compile("[aeiouyw]")
_DOUBLE: Final = re.compile(r"(.)\1+")
_SOUNDS: Final = str.maketrans({"c": "k", "q": "k"})


class LikenessReason(Choice):
    """Why two people look like one."""

    SAME_ADDRESS = "same_address"
    SAME_MAILBOX = "same_mailbox"
    """The addresses differ by a plus tag, or by dots where those mean nothing."""
    SAME_LOCAL_PART = "same_local_part"
    """The same before the @, at another domain."""
    SAME_NAME = "same_name"
    """But for the order of words, case, accents, script and honorifics."""
    SIMILAR_NAME = "similar_name"
    """Another spelling, or an initial or a name left out."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two people are, from 0 to 100, and why."""

    score: int
    reasons: tuple[LikenessReason, ...]


class Mailbox(NamedTuple):
    """What is compared of an address."""

    address: str
    mailbox: str
    local: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What is compared of a person."""

    address: str
    mailbox: str
    local: str
    """Empty where it says nothing of a person."""
    tokens: tuple[str, ...]
    """The words of the name in plain letters, sorted, without honorifics."""
    plain: str
    bones: str
    """Its consonants, by which scripts without vowels are compared."""
    letters: str
    """All letters in order: the same for every division into words and every order of them."""
    digits: str
    """Numbers tell apart what is otherwise called the same."""
    abjad: bool
    others: tuple[Mailbox, ...] = ()
    """Of the person's other addresses."""


def folded(name: str, address: str, others: Iterable[str] = ()) -> Folded:
    """The comparable form of a name and the addresses."""
    tokens = _tokens(name)
    return Folded(
        *_folded_address(address),
        others=tuple(map(_folded_address, others)),
        tokens=tokens,
        plain=" ".join(tokens),
        bones=" ".join(_bones(token) for token in tokens),
        letters="".join(sorted("".join(tokens))),
        digits="".join(c for c in " ".join(tokens) if c.isdigit()),
        abjad=_ABJAD.search(name) is not None,
    )


def likeness(one: Folded, other: Folded) -> Likeness:
    """How alike the two are; the same whichever comes first."""
    address, why = _address_likeness(one, other)
    name = _name_likeness(one, other)
    reasons = [why] if why else []
    if name >= LIKELY:
        reasons.append(LikenessReason.SAME_NAME if name == 100 else LikenessReason.SIMILAR_NAME)
    if address >= _SAME_MAILBOX:
        return Likeness(address, tuple(reasons))
    name = 0 if name < _SAME_LOCAL_PART else min(name, _NAME_ALONE)
    return Likeness(100 - (100 - name) * (100 - address) // 100, tuple(reasons))


def likely_pairs(people: Sequence[Folded], *, fresh: int = 0) -> dict[tuple[int, int], Likeness]:
    """The pairs of places in the list that somebody should look at, the lower place first.

    Only pairs with somebody from the place `fresh` on. Everybody is compared with the neighbours
    in some blocks alone, never with all, so that the cost grows with the length of the list.
    """
    found: dict[tuple[int, int], Likeness] = {}
    for block in _blocks(people):
        for one, other in _neighbours(block, people):
            pair = (one, other) if one < other else (other, one)
            if pair[1] < fresh or pair in found or not _close(people[one], people[other]):
                continue
            alike = likeness(people[one], people[other])
            if alike.score >= LIKELY:
                found[pair] = alike
    return found


def likely_matches(wanted: Folded, known: Sequence[Folded]) -> list[tuple[int, Likeness]]:
    """Who of those known looks like the one wanted, most alike first."""
    found = [
        (place, likeness(wanted, each)) for place, each in enumerate(known) if _close(wanted, each)
    ]
    likely = [(place, alike) for place, alike in found if alike.score >= LIKELY]
    return sorted(likely, key=lambda each: (-each[1].score, each[0]))


def is_honorific(words: str) -> bool:
    """Whether the words are a form of address and nothing else."""
    bare = _FOREIGN_HONORIFICS.sub(" ", f"{words.casefold()} ")
    found = _WORD.findall(anyascii(bare).lower())
    return any(c.isalpha() for c in words) and all(
        word in _HONORIFICS or word in {"h", "e", "m"} for word in found
    )


def _tokens(name: str) -> tuple[str, ...]:
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
    bare = _FOREIGN_HONORIFICS.sub(" ", unicodedata.normalize("NFKC", visible).casefold())
    if _ABJAD.search(bare):
        bare = _ARTICLE.sub("", bare).replace("\u0629", "\u0627")
    plain = re.sub("['`\u2019\u02bc]", "", anyascii(bare).lower())
    words = _WORD.findall(plain)
    return tuple(sorted(([w for w in words if w not in _HONORIFICS] or words)[:MAX_TOKENS]))


def _bones(token: str) -> str:
    return _DOUBLE.sub(r"\1", _VOWELS.sub("", token.translate(_SOUNDS).replace("ph", "f")))


def _mailbox(address: str) -> str:
    local, at, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", "") or local, _DOTLESS[domain]
    return f"{local}{at}{domain}"


def _folded_address(address: str) -> Mailbox:
    address = address.strip().lower()
    mailbox = _mailbox(address)
    local = mailbox.partition("@")[0]
    telling = len(local) >= 4 and not local.isdigit() and _SHARED.isdisjoint(_WORD.findall(local))
    return Mailbox(address, mailbox, local if telling else "")


def _mailboxes(person: Folded) -> tuple[Folded | Mailbox, ...]:
    return (person, *person.others)


def _share_mailbox(one: Folded, other: Folded) -> bool:
    if not (one.others or other.others):
        return one.mailbox == other.mailbox
    return any(a.mailbox == b.mailbox for a in _mailboxes(one) for b in _mailboxes(other))


def _address_likeness(one: Folded, other: Folded) -> tuple[int, LikenessReason | None]:
    """Of those two of their addresses that are most alike."""
    if not (one.others or other.others):
        return _likeness_of_two(one, other)
    pairs = ((a, b) for a in _mailboxes(one) for b in _mailboxes(other))
    return max((_likeness_of_two(a, b) for a, b in pairs), key=lambda found: found[0])


def _likeness_of_two(
    one: Folded | Mailbox, other: Folded | Mailbox
) -> tuple[int, LikenessReason | None]:
    if one.address == other.address:
        return 100, LikenessReason.SAME_ADDRESS
    if one.mailbox == other.mailbox:
        return _SAME_MAILBOX, LikenessReason.SAME_MAILBOX
    if one.local and one.local == other.local:
        return _SAME_LOCAL_PART, LikenessReason.SAME_LOCAL_PART
    return 0, None


def _name_likeness(one: Folded, other: Folded) -> int:
    """Word by word: the best way to lay the words of the shorter name upon those of the longer."""
    if not one.tokens or not other.tokens or one.digits != other.digits:
        return 0
    if one.tokens == other.tokens or _same_but_divided(one, other):
        return 100
    short, long = sorted((one.tokens, other.tokens), key=len)
    if len(short) == 1 and len(long) > 1:
        return 0
    alike = Counter(short) & Counter(long)
    equal = [100] * alike.total()
    left, right = ([*(Counter(tokens) - alike).elements()] for tokens in (short, long))
    abjad = one.abjad or other.abjad
    table = [[_token_likeness(a, b, abjad=abjad) for b in right] for a in left]
    ways = permutations(range(len(right)), len(left))
    best = max(
        _overall(equal + [row[at] for row, at in zip(table, way, strict=True)]) for way in ways
    )
    return max(0, best - 4 * (len(long) - len(short)))


def _same_but_divided(one: Folded, other: Folded) -> bool:
    """`Wang Xiaoming` and `WangXiaoMing`: one begins where the other is cut."""
    if one.letters != other.letters:
        return False
    ways = {len(one.tokens), len(other.tokens)}
    if max(ways) > 3:
        return False
    return not _joined(one).isdisjoint(_joined(other))


def _joined(person: Folded) -> set[str]:
    return {"".join(way) for way in permutations(person.tokens)}


def _overall(parts: Sequence[int]) -> int:
    """Between the mean and the worst, but nothing where only initials agree."""
    if max(parts) <= _INITIAL and len(parts) > 1 and min(parts) == _INITIAL:
        return 0
    return (sum(parts) // len(parts) + min(parts)) // 2


def _token_likeness(one: str, other: str, *, abjad: bool) -> int:
    if one == other:
        return 100
    if min(len(one), len(other)) == 1:
        return _INITIAL if one[0] == other[0] else 0
    close = round(fuzz.ratio(one, other))
    bones = _bones(one)
    if len(bones) >= (1 if abjad else 3) and bones == _bones(other):
        return max(close, _SAME_CONSONANTS)
    return close


def _close(one: Folded, other: Folded) -> bool:
    """Whether it is worth a closer look; cheap."""
    if one.digits != other.digits:
        return _share_mailbox(one, other)
    return (
        fuzz.ratio(one.plain, other.plain, score_cutoff=_NEAR) > 0
        or _share_mailbox(one, other)
        or one.letters == other.letters
        or fuzz.ratio(one.bones, other.bones, score_cutoff=_NEAR_BONES) > 0
    )


def _blocks(people: Sequence[Folded]) -> Iterator[list[int]]:
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(people):
        for key in set(_keys(person)):
            blocks[key].append(place)
    return (block for block in blocks.values() if len(block) > 1)


def _keys(person: Folded) -> Iterator[str]:
    """Under which blocks somebody is found, so that one changed word leaves another to meet by."""
    for each in _mailboxes(person):
        yield f"@{each.mailbox}"
        if each.local:
            yield f"<{each.local}"
    yield f"={person.letters}"
    yield f"~{' '.join(sorted(person.bones.split()))}"
    longest = sorted(person.tokens, key=lambda token: (-len(token), token))[:3]
    for place, token in enumerate(longest):
        bones = _bones(token)
        stem = bones[:3] if len(bones) > 1 else token[:3]
        rest = [t for i, t in enumerate(longest) if i != place]
        yield from (f"{stem} {each[0]}" for each in rest) if rest else (stem,)


def _neighbours(block: list[int], people: Sequence[Folded]) -> Iterable[tuple[int, int]]:
    block.sort(key=lambda place: (people[place].plain, place))
    for at, one in enumerate(block):
        for other in block[at + 1 : at + 1 + NEIGHBOURS]:
            yield one, other
