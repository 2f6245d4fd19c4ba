"""The phrases of all languages: the same ones, about the same things."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, meta

from app.core.fields import UN_LANGUAGES
from app.mail.lifecycle import MessageKind
from app.mail.words import languages, words_for

OTHERS = sorted(set(UN_LANGUAGES) - {"en"})
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2021, 10, 8, 10, tzinfo=NEW_YORK)


def phrases(language: str) -> dict[str, list[str]]:
    return dict(_walk(words_for(language)._phrases, ""))


def _walk(tree: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _walk(value, f"{path}/{name}")
        else:
            yield f"{path}/{name}", [value] if isinstance(value, str) else value


def variables(path: str, texts: list[str]) -> set[str]:
    """What the phrase is about; a language need not name the year or what follows from a flag."""
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(" ".join(texts)))


def test_all_six_languages_are_there() -> None:
    assert languages() == set(UN_LANGUAGES)
    assert [words_for(tag).direction for tag in UN_LANGUAGES] == [
        "rtl" if tag == "ar" else "ltr" for tag in UN_LANGUAGES
    ]


def test_every_kind_of_mail_has_phrases() -> None:
    assert {kind for kind in MessageKind if words_for("en").has("kinds", kind.value)} == set(
        MessageKind
    )


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_the_phrases_of_english_with_the_same_variables(language: str) -> None:
    ours, english = phrases(language), phrases("en")
    assert sorted(ours) == sorted(english)
    assert {path: variables(path, texts) for path, texts in ours.items()} == {
        path: variables(path, texts) for path, texts in english.items()
    }
    assert {path: len(texts) for path, texts in ours.items()} == {
        path: len(texts) for path, texts in english.items()
    }


@pytest.mark.parametrize("language", UN_LANGUAGES)
def test_phrases_are_in_the_script_and_with_the_marks_of_their_language(language: str) -> None:
    own = {"ar": "\u0600-\u06ff", "zh": "\u4e00-\u9fff", "ru": "\u0400-\u04ff"}
    wrong = {"ar": "[,;?]|[a-zA-Z]", "zh": r"[\u4e00-\u9fff] |[,;:!?]", "ru": '[“”"]'}
    for path, texts in phrases(language).items():
        for text in texts:
            said = re.sub(r"{{.*?}}|{%.*?%}|UTC", "", text)
            if language in own and re.search(r"\w", said):
                assert re.search(f"[{own[language]}]", said), path
            if language in wrong and re.search(r"\w", said) is not None:
                assert re.findall(wrong[language], said) == [], path


@pytest.mark.parametrize(
    ("language", "moment", "span", "days"),
    [
        (
            "en",
            "Friday 8 October 2021, 10:00, America/New_York (UTC-04:00)",
            "Friday 8 October 2021, 10:00–13:00, America/New_York (UTC-04:00)",
            (
                "Friday 8 October 2021, 10:00 – Saturday 9 October 2021, 13:00, "
                "America/New_York (UTC-04:00)"
            ),
        ),
        (
            "fr",
            "vendredi 8 octobre 2021, 10:00, America/New_York (UTC-04:00)",
            "vendredi 8 octobre 2021, 10:00–13:00, America/New_York (UTC-04:00)",
            (
                "vendredi 8 octobre 2021, 10:00 – samedi 9 octobre 2021, 13:00, "
                "America/New_York (UTC-04:00)"
            ),
        ),
        (
            "es",
            "viernes 8 de octubre de 2021, 10:00, America/New_York (UTC-04:00)",
            "viernes 8 de octubre de 2021, de 10:00 a 13:00, America/New_York (UTC-04:00)",
            (
                "viernes 8 de octubre de 2021, 10:00, a sábado 9 de octubre de 2021, 13:00, "
                "America/New_York (UTC-04:00)"
            ),
        ),
        (
            "ar",
            (
                "الجمعة، 8 تشرين الأول/أكتوبر 2021، الساعة 10:00، "
                "بتوقيت \u2068America/New_York (UTC-04:00)\u2069"
            ),
            (
                "الجمعة، 8 تشرين الأول/أكتوبر 2021، من الساعة 10:00 إلى الساعة 13:00، "
                "بتوقيت \u2068America/New_York (UTC-04:00)\u2069"
            ),
            (
                "من الجمعة، 8 تشرين الأول/أكتوبر 2021، الساعة 10:00، إلى "
                "السبت، 9 تشرين الأول/أكتوبر 2021، الساعة 13:00، "
                "بتوقيت \u2068America/New_York (UTC-04:00)\u2069"
            ),
        ),
        (
            "zh",
            "2021年10月8日星期五，10:00，America/New_York（UTC-04:00）",
            "2021年10月8日星期五，10:00至13:00，America/New_York（UTC-04:00）",
            "2021年10月8日星期五10:00至2021年10月9日星期六13:00，America/New_York（UTC-04:00）",
        ),
        (
            "ru",
            "пятница, 8 октября 2021 года, 10:00, America/New_York (UTC-04:00)",
            "пятница, 8 октября 2021 года, 10:00–13:00, America/New_York (UTC-04:00)",
            (
                "пятница, 8 октября 2021 года, 10:00 – суббота, 9 октября 2021 года, 13:00, "
                "America/New_York (UTC-04:00)"
            ),
        ),
    ],
)
def test_dates_and_times_in_words(language: str, moment: str, span: str, days: str) -> None:
    words = words_for(language)
    assert words.moment(START) == moment
    assert words.span(START, START.replace(hour=13)) == span
    assert words.span(START, START.replace(day=9, hour=13)) == days


def test_utc_is_said_without_its_offset_and_two_offsets_where_there_are_two() -> None:
    utc = START.astimezone(ZoneInfo("UTC"))
    late = START.replace(month=11, day=7)  # the clocks have gone back between
    assert words_for("en").span(START, late).endswith("America/New_York (UTC-04:00/-05:00)")
    assert {words_for(tag).zone(utc).strip("\u2068\u2069") for tag in UN_LANGUAGES} == {"UTC"}
