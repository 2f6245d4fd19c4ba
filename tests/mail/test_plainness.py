"""What people wrote is text in mails: no links, and no change of direction."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendar.writer import plain
from app.mail.flowed import SIGNATURE, WIDTH, flow
from app.mail.plainness import JOINER, as_header, as_text, shown, value
from tests.mail.reader import unflow

CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PIECES = [
    "http",
    "://",
    "www.",
    "evil",
    ".",
    "example",
    "@",
    "//",
    "\\\\",
    ":",
    " ",
    "حسن",
    "6",
    "\n",
]
TEXTS = st.lists(st.sampled_from([*PIECES, *CONTROLS]) | st.text(max_size=3), max_size=20).map(
    "".join
)


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example.org/a?b=c#d",
        "HTTPS://EVIL.EXAMPLE",
        "evil.example",
        "evil.example.org/path",
        "www.1.de",
        "WWW.evil.example",
        "//evil.example",
        "\\\\evil\\share",
        "mailto:victim",
        "victim@example.org",
        "tel:+12125550100",
        "javascript:alert(1)",
        "bücher.example",
        "\u2764.example",
        "\u2764\ufe0f.example",
        "evil\u00ad.example",
        "evil\u200d.example",
        "e\u0301vil\u0301.example",
        "مثال.إختبار",
        "例え.テスト",
        "evil\uff0eexample",
    ],
)
def test_what_programs_make_links_of_is_broken_where_nobody_sees_it(link: str) -> None:
    said = shown(link)
    assert said.replace(JOINER, "") == link
    assert re.findall(r"://|//|\\\\|www\.|\S[.\uff0e]\w\w|\w@\w|\w:\w", said, re.IGNORECASE) == []


@pytest.mark.parametrize(
    "ordinary",
    [
        "6th meeting of the committee",
        "Robert'); DROP TABLE people;--",
        "Under-Secretary-General, U.N.",
        "Agenda: item 2(a), 10:00-13:00, 53.5 %, Rev.1",
        'S.E. M. Ünï "Quoted" \\ ; , : e\u0301',
        "ليلى حسن",
        "Он сказал: да. Нет.",
        "第六次会议：议程。",
        "and/or, c/o, 1/2",
    ],
)
def test_ordinary_words_stay_as_they_are(ordinary: str) -> None:
    assert shown(ordinary) == ordinary


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_no_control_and_no_link_survives_and_the_words_do(text: str) -> None:
    said = shown(text, multiline=True)
    assert set(said) & set(CONTROLS) == set()
    assert ("://" in said, "//" in said, re.search(r"[a-z]@[a-z]", said)) == (False, False, None)
    bare = re.sub(f"[{CONTROLS}]", "", text)
    assert said.replace(JOINER, "") == plain(bare, multiline=True).replace(JOINER, "")


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_marks_stand_in_pairs_around_whole_values(one: str, other: str) -> None:
    phrase = f"دعوة: {value(one)}، {value(other)}."
    for language in ("ar", "en"):
        said = as_text(phrase, language)
        assert re.sub("\u2068[^\u2068\u2069]*\u2069", "", said).count("\u2068") == 0
        assert said.count("\u2068") == said.count("\u2069")
    assert set(as_header(phrase)) & set(CONTROLS) == set()


def test_marks_stay_where_directions_meet() -> None:
    assert as_text(f"Dear {value('Li Wei')},", "en") == "Dear Li Wei,"
    assert as_text(f"Dear {value('ليلى')},", "en") == "Dear \u2068ليلى\u2069,"
    assert as_text(f"حضرة {value('Li Wei')}،", "ar") == "حضرة \u2068Li Wei\u2069،"
    assert as_header(f"دعوة: {value('6th meeting')}") == "دعوة: 6th meeting"


FLOWING = st.text(st.sampled_from("ab ->F中\u0301\nrom"), max_size=300)


@settings(max_examples=300, deadline=None)
@given(FLOWING)
def test_flowed_lines_are_short_and_come_together_again(text: str) -> None:
    rows = flow(text)
    ends = [line if line == SIGNATURE else line.rstrip(" ") for line in text.split("\n")]
    assert unflow(rows) == "\n".join(ends)
    for row in rows.split("\n"):
        assert row == SIGNATURE or not row.startswith((">", "From "))
        if len(row.split()) > 1 and row.strip(" -"):
            wide = sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in row.rstrip())
            assert wide - row.count("\u0301") <= WIDTH + 1
