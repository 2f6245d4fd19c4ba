"""Letters as PDF: tagged, in their language, the same bytes again, whatever the record holds."""

import asyncio
import time
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.letters import press
from app.letters.fonts import characters
from app.letters.glyphs import BOX, Glyphs, parts
from app.letters.press import KEPT, Press, print_letter
from app.letters.words import LetterLanguage
from app.letters.writing import Letter, write
from app.meetings.lifecycle import MeetingFormat
from tests.letters.papers import (
    ENTITIES,
    NAMES,
    POPPLER,
    TODAY,
    a_record,
    pages_of,
    structure_of,
    text_of,
    words_of,
)

L = LetterLanguage
LEFT = 25 * 72 / 25.4
RIGHT = 595.276 - LEFT
"""The margins, in points."""
needs_poppler = pytest.mark.skipif(not POPPLER, reason="poppler-utils is not installed here")


@pytest.fixture(scope="module")
def printer() -> Press:
    return Press()


def letter(language: LetterLanguage = L.EN, **members: Any) -> Letter:
    return write(a_record(**members), language, TODAY)


def unpacked(pdf: bytes) -> bytes:
    """The PDF with its compressed streams opened, as far as they are so."""
    return pdf + b"".join(_streams(pdf))


def _streams(pdf: bytes) -> Iterator[bytes]:
    for part in pdf.split(b"stream\n")[1:]:
        try:
            yield zlib.decompress(part.split(b"\nendstream")[0])
        except zlib.error:
            continue


@pytest.mark.parametrize("language", LetterLanguage)
def test_a_letter_is_tagged_and_names_its_language_and_title(
    printer: Press, language: LetterLanguage
) -> None:
    pdf = printer.set(letter(language))
    whole = unpacked(pdf)
    assert pdf.startswith(b"%PDF-1.7")
    for fact in (
        f"/Lang({language})".encode(),
        b"/Marked true",
        b"/StructTreeRoot",
        b"/DisplayDocTitle true",
        b"<pdfuaid:part>1</pdfuaid:part>",
        f"<dc:language><rdf:Bag><rdf:li>{language}</rdf:li>".encode(),
        NAMES[language].encode(),
    ):
        assert fact in whole, fact


def test_a_text_in_another_language_is_marked_as_such(printer: Press) -> None:
    german = {"title": {"de": "Sechste Sitzung"}}
    assert b"/Lang(de)" in unpacked(printer.set(letter(L.FR, meeting=german)))


@needs_poppler
@pytest.mark.parametrize("language", LetterLanguage)
def test_another_makers_program_reads_the_letter(
    printer: Press, language: LetterLanguage, tmp_path: Path
) -> None:
    pdf = printer.set(letter(language))
    assert pages_of(pdf, tmp_path) == 1
    # The order of reading; poppler marks the turns of direction.
    read = "".join(each for each in text_of(pdf, tmp_path) if unicodedata.category(each) != "Cf")
    for said in (NAMES[language], "COORDINATION-COMMITTEE/6/L.12", "desk@example.org"):
        assert said in read
    assert ENTITIES[language].split()[0] in read
    tags = structure_of(pdf, tmp_path)
    assert (tags.count("Document"), tags.count("H1")) == (1, 1)
    assert tags.count("P") > 20


@needs_poppler
def test_arabic_is_set_from_the_right(printer: Press, tmp_path: Path) -> None:

    words = words_of(printer.set(letter(L.AR)), tmp_path)
    top = min(top for _, top, _ in words)
    assert max(right for _, at, right in words if at == top) == pytest.approx(RIGHT, abs=2)


def test_the_same_letter_has_the_same_bytes(printer: Press) -> None:
    fresh = Press()
    for language in LetterLanguage:
        assert printer.set(letter(language)) == fresh.set(letter(language))


def test_no_secret_and_no_name_of_the_entitys_people_is_in_it(printer: Press) -> None:
    whole = unpacked(printer.set(letter()))
    assert b"/URI" not in whole
    assert b"/JavaScript" not in whole


NASTY = [
    '#import "x" #read("/etc/passwd") $ x $ *b* _c_ `d` @ref <label> // /* \\ #',
    "\u202eevil\u202c \u2066x\u2069 \u200f \u200e \ufeff",
    "Déjà 😀 vu \U0001f468\u200d\U0001f469\u200d\U0001f467 नमस्ते 한국어 ไทย",
    "שלום עולם مرحبا Здравствуйте 你好 ελληνικά",
    "a" + "\u0301" * 400,
    "Ж\u0651\u064e",
    "\ue000\U0010ffff\u0378\u00ad\u2028\u2029",
    "W" * 500,
    "﷽" * 100,
    "word " * 100,
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("language", [L.EN, L.AR, L.ZH])
def test_no_text_breaks_a_letter(printer: Press, language: LetterLanguage, text: str) -> None:
    text = text[:500]
    pdf = printer.set(everywhere(text, language))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in unpacked(pdf)


def everywhere(text: str, language: LetterLanguage = L.EN) -> Letter:
    """A letter with the text in every place that somebody fills in."""
    contact = {
        "name": text[:200],
        "role": text[:200],
        "email": f"{'e' * 60}@{'d' * 180}.example.org",
    }
    return letter(
        language,
        committee={
            "name": {"en": text},
            "letter_signatory": text[:200],
            "letter_signatory_title": {"en": text},
            "handle": "-".join(["committee"] * 8),
        },
        meeting={
            "title": {"en": text},
            "venue": text,
            "format": MeetingFormat.HYBRID,
            "contacts": [contact] * 20,
        },
        entity={"name": {"en": text}, "city": text[:200], "abbreviation": text[:200]},
    )


@settings(max_examples=60, deadline=2000)
@given(st.text(min_size=1, max_size=80))
def test_any_text_can_be_set(text: str) -> None:
    shared().set(letter(meeting={"title": {"en": text}}, entity={"name": {"en": text}}))


def shared() -> Press:
    return press._press()


@needs_poppler
@pytest.mark.parametrize(
    "text", ["W" * 500, "w" * 500, "word " * 100, "Ш" * 500, "ض" * 500], ids=range(5)
)
@pytest.mark.parametrize("language", [L.EN, L.AR])
def test_no_line_leaves_its_margins(
    printer: Press, language: LetterLanguage, text: str, tmp_path: Path
) -> None:
    started = time.perf_counter()
    pdf = printer.set(everywhere(text, language))
    assert time.perf_counter() - started < 5
    words = words_of(pdf, tmp_path)
    assert min(left for left, _, _ in words) > LEFT - 4
    assert max(right for _, _, right in words) < RIGHT + 4
    assert pages_of(pdf, tmp_path) < 30


def test_what_no_font_has_is_a_box() -> None:
    glyphs = Glyphs(characters())
    assert glyphs.shown("a 😀 b\u202e\tc") == f"a {BOX} b c"
    assert glyphs.shown("Aé Жю Ωλ مرحبا 你好 “–” №") == "Aé Жю Ωλ مرحبا 你好 “–” №"
    assert glyphs.shown_bare("Ж\u0651") == "Ж"
    assert ord(BOX) in glyphs.known


def test_only_words_that_are_too_long_may_be_broken() -> None:
    assert parts("Coordination of a coordination-committee@example.org") == [
        "Coordination of a coordination-committee@example.org"
    ]
    assert [len(part) for part in parts("W" * 40)] == [16, 16, 8]
    assert parts("协" * 100) == ["协" * 100]


async def test_focal_points_of_an_entity_get_a_letter_that_was_set_once() -> None:
    """1,000 mails to 43 entities, in the order in which they go out."""
    letters = [letter(entity={"abbreviation": f"E{number * 43 // 1000}"}) for number in range(1000)]
    await print_letter(letters[0])
    started = time.perf_counter()
    printed = [await print_letter(each) for each in letters]
    assert time.perf_counter() - started < 10
    assert len(set(printed)) == 43
    assert len({id(pdf) for pdf in printed}) == 43


async def test_letters_that_are_wanted_at_once_are_set_one_after_another() -> None:
    wanted = [letter(language) for language in LetterLanguage] * 3
    printed = await asyncio.gather(*map(print_letter, wanted))
    assert len(set(printed)) == 6


def test_a_press_keeps_only_so_many(printer: Press) -> None:
    fresh = Press()
    for number in range(KEPT + 3):
        fresh.set(letter(entity={"abbreviation": f"E{number}"}))
    assert len(fresh._kept) == KEPT
