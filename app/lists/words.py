"""The phrases of lists in the six languages."""

from functools import cache
from importlib import resources

from app.letters.words import LetterLanguage, PlainWords

_FILES = resources.files("app.lists").joinpath("phrases")
Words = PlainWords


@cache
def words_in(language: LetterLanguage) -> Words:
    return Words.read(_FILES, language)
