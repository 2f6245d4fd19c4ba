"""Random histories of seats, many at once among them: every answer and every state is predicted."""

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds

from app.registrations import queries
from app.settings import Settings
from tests.registrations.seat_player import Wrong, opened
from tests.registrations.seat_steps import (
    FRESH,
    History,
    Naming,
    Register,
    Setting,
    Together,
    crowds,
    histories,
)
from tests.unlocked import lock_nothing

USUAL = bounds(
    max_examples=16,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""The same histories in every run; `make campaign-seats` plays thousands of others."""


def test_every_answer_and_every_state_is_as_predicted(settings: Settings) -> None:
    with opened(settings) as (house, play):
        USUAL(given(histories)(play))()
        assert house.histories == 16


def test_whatever_happens_at_once_could_have_happened_in_some_order(settings: Settings) -> None:
    with opened(settings) as (_, play):
        bounds(USUAL, max_examples=6)(given(crowds)(play))()


def test_without_the_lock_the_same_crowds_go_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "lock_seats", lock_nothing)
    wrong: list[Wrong] = []
    with opened(settings) as (_, play):

        @bounds(USUAL, max_examples=10, phases=[Phase.generate])
        @given(crowds)
        def play_and_note(history: History) -> None:
            if not wrong:
                try:
                    play(history)
                except Wrong as difference:
                    wrong.append(difference)

        play_and_note()
    assert len(wrong) == 1


def test_a_new_person_named_twice_at_once_is_registered_already(settings: Settings) -> None:
    register = Register(naming=Naming(0, FRESH[0], "representative"), says_entity=True)
    setting = Setting(capacity=None, quotas=(9, 0, 0), opens_late=False, closes=None)
    with opened(settings) as (_, play):
        play(History(setting, (Together((register, register, register)),)))
