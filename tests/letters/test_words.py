"""The words of letters: the same phrases in six languages, each with its own dates and numbers."""

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.letters.words import LetterLanguage, Run, language_for, plain_text, words_in

FOLDER = Path(__file__).parent.parent.parent / "app" / "letters" / "phrases"
NEW_YORK = ZoneInfo("America/New_York")
L = LetterLanguage


def phrases(language: LetterLanguage) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def flat(node: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, each in node.items():
        found |= flat(each, f"{path}{name}.") if isinstance(each, dict) else {path + name: each}
    return found


@pytest.mark.parametrize("language", LetterLanguage)
def test_every_language_says_the_same(language: LetterLanguage) -> None:
    """The same phrases with the same values in them, and as many names of days and months."""
    english, own = flat(phrases(L.EN)), flat(phrases(language))
    assert own.keys() - {"dates.first_day"} == english.keys()
    for name, phrase in english.items():
        if isinstance(phrase, list):
            assert len(own[name]) == len(phrase), name
        else:
            assert values_of(own[name]) == values_of(phrase), name


def values_of(phrase: str) -> list[str]:
    """Chinese and Russian have other words in another order, but the same values."""
    return sorted(re.findall(r"\{(\w+)\}", phrase))


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LetterLanguage)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (L.EN, "Friday, 8 October 2021, 10:00–13:00 (America/New_York, UTC-04:00)"),
        (L.FR, "vendredi 8 octobre 2021, de 10:00 à 13:00 (America/New_York, UTC-04:00)"),
        (
            L.ES,
            "viernes 8 de octubre de 2021, de 10:00 a 13:00 horas (America/New_York, UTC-04:00)",
        ),
        (
            L.AR,
            (
                "الجمعة، 8 تشرين الأول/أكتوبر 2021، من الساعة 10:00 إلى الساعة 13:00 "
                "(America/New_York, UTC-04:00)"
            ),
        ),
        (L.ZH, "2021年10月8日星期五10:00至13:00（America/New_York, UTC-04:00）"),
        (L.RU, "пятница, 8 октября 2021 года, с 10:00 до 13:00 (America/New_York, UTC-04:00)"),
    ],
)
def test_times_are_told_in_words(language: LetterLanguage, said: str) -> None:
    start = datetime(2021, 10, 8, 10, tzinfo=NEW_YORK)
    told = words_in(language).span(start, start.replace(hour=13))
    assert plain_text(told) == said
    assert [run.text for run in told if run.whole] == ["America/New_York, UTC-04:00"]


def test_a_meeting_of_two_days_names_both() -> None:
    start, end = (
        datetime(2021, 10, 8, 22, tzinfo=NEW_YORK),
        datetime(2021, 10, 9, 1, tzinfo=NEW_YORK),
    )
    told = plain_text(words_in(L.FR).span(start, end))
    assert told.startswith("du vendredi 8 octobre 2021 à 22:00 au samedi 9 octobre 2021 à 01:00 (")


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (L.EN, "1 September 2021", "2 September 2021"),
        (L.FR, "1er septembre 2021", "2 septembre 2021"),
        (L.ES, "1 de septiembre de 2021", "2 de septiembre de 2021"),
        (L.AR, "1 أيلول/سبتمبر 2021", "2 أيلول/سبتمبر 2021"),
        (L.ZH, "2021年9月1日", "2021年9月2日"),
        (L.RU, "1 сентября 2021 года", "2 сентября 2021 года"),
    ],
)
def test_days_are_told_in_words(language: LetterLanguage, first: str, second: str) -> None:
    words = words_in(language)
    assert (words.day(date(2021, 9, 1)), words.day(date(2021, 9, 2))) == (first, second)


def test_meetings_are_counted() -> None:
    english = [words_in(L.EN).ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)]
    assert english == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]
    others = {each: words_in(each).ordinal(1) for each in LetterLanguage if each is not L.EN}
    assert others == {L.FR: "1re", L.ES: "1.ª", L.AR: "1", L.ZH: "1", L.RU: "1-е"}
    assert words_in(L.FR).ordinal(6) == "6e"


def test_readers_get_the_first_language_that_there_is() -> None:
    assert language_for(["de", "fr-CA", "en"]) is L.FR
    assert language_for(["de"]) is language_for([]) is L.EN


def test_a_text_in_another_language_says_so() -> None:
    words = words_in(L.FR)
    assert words.text_of({"en": "Six", "fr-CA": "Six", "fr": "Six"}) == Run("Six")
    assert words.text_of({"en": "Sixth"}) == Run("Sixth", "en")
    assert words.text_of({"sr-Latn": "Šesta"}) == Run("Šesta", "sr")
