"""Papers as PDF: tagged, in their language, the same bytes again, whatever stands in them."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.letters.press import Press
from app.letters.words import LetterLanguage
from app.programme.lifecycle import PaperKind
from app.programme.papers import Paper
from app.programme.press import _SOURCE, content_of
from app.programme.records import Listed
from tests.letters.papers import POPPLER, pages_of, structure_of, text_of, words_of
from tests.letters.test_press import NASTY, unpacked
from tests.programme.samples import ZONES, a_paper, a_record, a_room, an_item, many_items

L = LetterLanguage
LEFT = 20 * 72 / 25.4
RIGHT = 595.276 - LEFT
"""The margins, in points."""
pytestmark = pytest.mark.skipif(not POPPLER, reason="poppler-utils is not installed here")


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def pdf(press: Press, paper: Paper) -> bytes:
    return press.document(_SOURCE, "paper", lambda shown: content_of(paper, shown), paper.stamp)


def test_a_paper_is_tagged_and_is_the_same_again(press: Press, tmp_path: Path) -> None:
    paper = a_paper(PaperKind.PROGRAMME, L.AR, timezone="Asia/Tashkent", zones=ZONES)
    made = pdf(press, paper)
    assert made == pdf(Press(), paper)
    whole = unpacked(made)
    for fact in (
        *(b"/Lang(ar)", b"/Marked true", b"/StructTreeRoot", b"/DisplayDocTitle true"),
        b"<pdfuaid:part>1</pdfuaid:part>",
        paper.title.encode(),
    ):
        assert fact in whole, fact
    assert b"/Lang(en)" in whole
    assert b"/URI" not in whole
    tags = structure_of(made, tmp_path)
    assert (tags.count("Document"), tags.count("H1"), tags.count("H2")) == (1, 1, 2)
    assert (tags.count("Table"), tags.count("THead")) == (2, 2)
    assert tags.count("TR") == 1 + 12 + 1 + 5
    words = words_of(made, tmp_path)
    top = min(at for _, at, _ in words)
    assert max(right for _, at, right in words if at == top) == pytest.approx(RIGHT, abs=2)


def test_a_run_of_show_says_who_when_and_where(press: Press, tmp_path: Path) -> None:
    record = a_record(room=a_room())
    text = text_of(pdf(press, a_paper(PaperKind.RUN_OF_SHOW, record=record)), tmp_path)
    for said in (
        *("Run of show", "https://conference.example.org/j/6", "462 913", "desk@example.org"),
        *("10:15", "Ms. Amina Rossi", "19:15 in Tashkent", "p1@example.org", "王小明"),
        *("4(b)(ii)", "Victims", "Withdrawn", "Late item", "Open, webcast", "to be confirmed"),
    ):
        assert said in text, said
    public = text_of(pdf(press, a_paper(PaperKind.PROGRAMME, record=record)), tmp_path)
    assert "conference.example.org" not in public
    assert "@example.org" not in public


@pytest.mark.parametrize("text", [*NASTY, "Ш" * 500], ids=range(len(NASTY) + 1))
def test_no_text_breaks_a_paper_or_leaves_its_margins(
    press: Press, text: str, tmp_path: Path
) -> None:
    text = text[:500]
    inner: dict[str, Any] = {"number": "1(a)(i)(1)(1)", "depth": 5, "room": text[:200]}
    item = an_item(
        text, 0, 30, number="1", presenter=text, note={"en": text},
        items=[an_item(text, 0, 5, **inner)],
    )  # fmt: skip
    record = a_record(items=[item], title={"en": text}, committee={"en": text})
    made = pdf(press, a_paper(PaperKind.PROGRAMME, L.EN, record, timezone="Asia/Tashkent"))
    words = words_of(made, tmp_path)
    if "﷽" not in text:  # one such letter is wider than a column
        assert min(left for left, _, _ in words) > LEFT - 4
        assert max(right for _, _, right in words) < RIGHT + 4
    assert pages_of(made, tmp_path) < 10


def test_a_day_of_125_sessions_is_set_in_a_moment(press: Press, tmp_path: Path) -> None:
    started = datetime.now(UTC)
    made = pdf(press, a_paper(PaperKind.PROGRAMME, record=a_record(items=many_items(125))))
    assert datetime.now(UTC) - started < timedelta(seconds=5)
    assert 3 <= pages_of(made, tmp_path) <= 8


def test_what_is_dialled_or_typed_runs_from_the_left_in_arabic(
    press: Press, tmp_path: Path
) -> None:
    """By where its words stand on the page, in the order of the number."""
    paper = a_paper(PaperKind.RUN_OF_SHOW, L.AR, a_record(room=a_room()))
    listed = boxes_of(pdf(press, paper), tmp_path)
    places = re.findall(r'xMin="([\d.]+)".*>(\+1|212|555|0100,|462913#|462|913)</word>', listed)
    words = [word for _, word in sorted((float(left), word) for left, word in places)]
    assert [word for word in words if word not in {"462", "913"}] == [
        *("+1", "212", "555", "0100,", "462913#")
    ]
    assert words.index("462") < words.index("913")


def test_a_document_that_takes_two_lines_in_arabic_keeps_its_order(
    press: Press, tmp_path: Path
) -> None:
    """Symbol, title and languages go from the right; the words of the English title do not."""
    title = {"en": "Written statement of the Counter-Terrorism Committee Executive (final)"}
    items = [an_item("Opening", 0, 10, number="1")]
    # One symbol stays whole, the other one is broken.
    symbols = ["X-COMMITTEE-6/3", "A-COMMITTEE-WITH-A-HANDLE-LONGER-THAN-FORTY-EIGHT-LETTERS/12"]
    documents = {items[0]["id"]: [Listed(uuid4(), each, title, ("en",)) for each in symbols]}
    paper = a_paper(PaperKind.ANNOTATED, L.AR, a_record(items=items, documents=documents))
    bare = re.sub("[\u200e\u200f\u202a-\u202c]", "", boxes_of(pdf(press, paper), tmp_path))
    lines: dict[str, list[tuple[float, str]]] = {}
    for left, top, word in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*>(.+)</word>', bare):
        lines.setdefault(top, []).append((float(left), word.strip()))
    said = [" ".join(word for _, word in sorted(line)) for line in lines.values()]
    start = "Written statement of the Counter-Terrorism Committee"
    assert [line for line in said if re.search("X-|HAND|LETTERS|final", line)] == [
        f"{start} · X-COMMITTEE-6/3",
        "en · Executive (final)",
        "A-COMMITTEE-WITH-A-HANDLE-LONGER-THAN-FORTY-EIGHT-",
        f"{start} Executive · LETTERS/12",
        "en · (final)",
    ]


def boxes_of(made: bytes, folder: Path) -> str:
    path = folder / "boxes.pdf"
    path.write_bytes(made)
    return subprocess.run(
        ["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True, text=True
    ).stdout
