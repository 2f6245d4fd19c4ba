"""Words of lists in the six languages."""

import pytest

from app.letters.words import LetterLanguage
from app.lists.words import words_in
from app.registrations.lifecycle import Listed, RegistrationRole


@pytest.mark.parametrize("language", LetterLanguage)
def test_every_role_and_every_consent_has_words_of_its_own(language: LetterLanguage) -> None:
    words = words_in(language)
    roles = [words.say("roles", role.value) for role in RegistrationRole]
    listed = [words.say("listed", each.value) for each in Listed]
    assert len(set(roles)) == len(RegistrationRole)
    assert len(set(listed)) == len(Listed)


def test_a_change_is_punctuated_as_the_language_does() -> None:
    said = {
        each: words_in(each).say("changes", "line", kind="A", told="B") for each in LetterLanguage
    }
    french, chinese = said.pop(LetterLanguage.FR), said.pop(LetterLanguage.ZH)
    assert (french, chinese, set(said.values())) == ("A : B", "A：B", {"A: B"})
