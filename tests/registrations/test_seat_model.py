"""Random histories of seats, many at once among them: every answer and every state is predicted."""

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds

from app.registrations import queries, together_queries
from app.settings import Settings
from tests.registrations.seat_player import Wrong, opened
from tests.registrations.seat_steps import (
    FRESH,
    Accept,
    AnyStep,
    Approval,
    ChangeCapacity,
    ChangePool,
    ChangeQuota,
    ChangeRole,
    Decide,
    DecideMany,
    Grant,
    History,
    ImportTable,
    Look,
    Move,
    Naming,
    Register,
    Reorder,
    Revoke,
    Setting,
    Share,
    Substitute,
    Together,
    Wait,
    Withdraw,
    WithdrawInvitation,
    crowds,
    histories,
)
from tests.unlocked import lock_no_delegations, lock_nothing

USUAL = bounds(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
"""The same histories in every run; `make campaign-seats` plays thousands of others, and makes a
wrong one as short as it can.
"""


def test_every_answer_and_every_state_is_as_predicted(settings: Settings) -> None:
    with opened(settings) as (house, play):
        USUAL(given(histories)(play))()
        assert house.histories == 12


def test_whatever_happens_at_once_could_have_happened_in_some_order(settings: Settings) -> None:
    with opened(settings) as (_, play):
        bounds(USUAL, max_examples=5)(given(crowds)(play))()


def test_without_the_lock_the_same_crowds_go_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "lock_seats", lock_nothing)
    monkeypatch.setattr(together_queries, "lock_delegations", lock_no_delegations)
    wrong: list[Wrong] = []
    with opened(settings) as (_, play):

        @bounds(USUAL, max_examples=10)
        @given(crowds)
        def play_and_note(history: History) -> None:
            if not wrong:
                try:
                    play(history)
                except Wrong as difference:
                    wrong.append(difference)

        play_and_note()
    assert len(wrong) == 1


def test_seats_fall_free_in_every_way(settings: Settings) -> None:
    """By capacity, quota, withdrawal, another role, a withdrawn invitation; and by no deadline."""
    setting = Setting(capacity=2, quotas=(1, 3, 0), opens_late=False, closes=3)
    waiting = [
        named(0, 0),
        named(0, 1),
        named(1, 0),
        named(0, 2),
        *(named(1, n) for n in (1, 2, 3)),
    ]
    steps = (
        *waiting,
        ChangeCapacity(capacity=3),
        ChangeCapacity(capacity=4),
        ChangeQuota(entity=0, quota=2),
        ChangeCapacity(capacity=None),
        Withdraw(pick=0),
        named(1, 4),
        ChangeRole(pick=6, role="support"),
        named(1, 5),
        named(0, 3),
        ChangeCapacity(capacity=5),
        ChangeQuota(entity=0, quota=4),
        Wait(days=4),
        named(0, 4, by="own"),
        WithdrawInvitation(entity=1),
    )
    with opened(settings) as (_, play):
        play(History(setting, steps))


def test_places_are_taken_over_in_every_way(settings: Settings) -> None:
    """Seated and waiting, there and back, by somebody new and by several at once; not by somebody
    who is registered, and never with a seat more or less.
    """
    setting = Setting(capacity=None, quotas=(2, 1, 0), opens_late=False, closes=3)
    back = [substitute(0, 5), substitute(0, 0), substitute(0, 5), substitute(6, 3)]
    steps: tuple[AnyStep, ...] = (
        *(named(0, n) for n in range(4)),
        *back,
        substitute(12, 1, role="support"),
        substitute(12, FRESH[2], role="head_of_delegation"),
        substitute(0, FRESH[3], role="head_of_delegation"),
        Together(tuple(substitute(6, n) for n in (6, 7, 0))),
        Wait(days=4),
        substitute(0, FRESH[0], by="own"),
        Together((substitute(18, 2, by="own"), Withdraw(pick=0))),
        substitute(5, 1),
        Move(verb="cancel", day=0),
        substitute(0, 7),
    )
    with opened(settings) as (_, play):
        play(History(setting, steps))


@pytest.mark.parametrize("verbs", [["cancel"], ["open", "adjourn", "close"]])
def test_seats_are_shared_offered_and_cut_in_every_way(
    settings: Settings, verbs: list[str]
) -> None:
    """An offer accepted, declined, and over before anybody has looked; one accepted at once with
    the worker's look; the line reordered; a pool cut, joined and left; a meeting cancelled, or
    held, with offers open.
    """
    setting = Setting(
        capacity=None,
        quotas=(9, 9, 0),
        opens_late=False,
        closes=3,
        window=2,
        pools=(2, 5),
        shares=(0, 0, None),
    )
    steps: tuple[AnyStep, ...] = (
        *(named(n % 2, n) for n in range(7)),
        Reorder(pick=24, line="pool", position=1),
        Withdraw(pick=0),
        Wait(days=1),
        Accept(pick=0, by="own"),
        Withdraw(pick=0),
        Wait(days=2),
        Accept(pick=0, by="own"),
        Look(),
        Together((Accept(pick=0, by="own"), Look(), Wait(days=2))),
        ChangePool(pool=0, seats=4),
        Withdraw(pick=6),
        ChangePool(pool=0, seats=1),
        ChangePool(pool=0, seats=1, plan="latest"),
        Share(entity=1, pool=1),
        ChangePool(pool=1, seats=0, plan=0),
        Share(entity=0, pool=1),
        Share(entity=0, pool=1, plan="latest"),
        ChangeQuota(entity=0, quota=None),
        ChangePool(pool=1, seats=3),
        Reorder(pick=0, line="meeting", position=9),
        ChangeCapacity(capacity=1, plan=1),
        Share(entity=0, pool=None),
        ChangeCapacity(capacity=4),
        *(Move(verb=verb, day=0) for verb in verbs),
        Accept(pick=0),
    )
    with opened(settings) as (_, play):
        play(History(setting, steps))


def test_people_are_approved_let_in_late_and_imported_in_every_way(settings: Settings) -> None:
    """Approved to a seat and to the line, rejected and looked at again, decided twice and at once
    with a withdrawal; late ones up to the end of exceptions, one by one, at once and from a table;
    a table that fills a pool.
    """
    setting = Setting(
        capacity=None,
        quotas=(4, 9, 0),
        opens_late=False,
        closes=3,
        window=1,
        pools=(3, 4),
        shares=(0, 0, None),
        approval=Approval(roles=("representative",), late=True),
    )
    team = tuple(Naming(n % 2, n, "alternate") for n in (4, 5, 6, 7, 4))
    steps: tuple[AnyStep, ...] = (
        *(named(n % 2, n, by="own") for n in range(4)),
        ChangePool(pool=0, seats=1),
        Decide(verb="approve", pick=6),
        Decide(verb="approve", pick=0),
        Decide(verb="approve", pick=0),
        Decide(verb="reject", pick=5),
        Decide(verb="reject", pick=0),
        Decide(verb="approve", pick=23),
        Decide(verb="reconsider", pick=0),
        substitute(18, 6, by="own"),
        ChangeRole(by="own", pick=18, role="support"),
        DecideMany(decisions=tuple(Decide(verb="approve", pick=n) for n in (0, 0)), dry_run=True),
        Withdraw(pick=6),
        Together((Decide(verb="approve", pick=0), Decide(verb="reject", pick=0), Withdraw(pick=0))),
        ImportTable(by="organizer", namings=team, mode="all", dry_run=True),
        ImportTable(by="organizer", namings=(*team, *team[:1]), mode="rows", dry_run=False),
        ChangePool(pool=0, seats=3),
        ImportTable(by="own", namings=team, mode="all", dry_run=False),
        Wait(days=4),
        named(0, 1, by="own"),
        Grant(entity=0, persons=2, days=-1),
        Grant(entity=0, persons=2, days=2),
        Grant(entity=0, persons=1, days=9),
        Together(tuple(named(0, n, by="own") for n in (1, 2, 7, FRESH[1]))),
        Grant(entity=1, persons=2, days=2),
        ImportTable(
            by="own",
            namings=tuple(Naming(1, n, "observer") for n in (0, 2, 6)),
            mode="rows",
            dry_run=False,
        ),
        Revoke(pick=1),
        Revoke(pick=1),
        Look(),
        DecideMany(decisions=tuple(Decide(verb="approve", pick=0) for _ in "ab"), dry_run=False),
        Grant(entity=0, persons=2, days=2),
        Wait(days=3),
        named(0, 3, by="own"),
        WithdrawInvitation(entity=1),
        Grant(entity=1, persons=1, days=2),
        Move(verb="cancel", day=0),
        Decide(verb="approve", pick=0),
    )
    with opened(settings) as (house, play):
        play(History(setting, steps))
        happened = house.happened
    assert (happened["let in late"], happened["reconsidered"]) == (5, 1)
    assert happened["approved"] >= 3


def test_a_new_person_named_twice_at_once_is_registered_already(settings: Settings) -> None:
    register = named(0, FRESH[0])
    setting = Setting(capacity=None, quotas=(9, 0, 0), opens_late=False, closes=None)
    with opened(settings) as (_, play):
        play(History(setting, (Together((register, register, register)),)))


def named(entity: int, person: int, by: str = "organizer") -> Register:
    return Register(by=by, naming=Naming(entity, person, "representative"), says_entity=True)


def substitute(
    pick: int, person: int, role: str | None = None, by: str = "organizer"
) -> Substitute:
    return Substitute(by=by, pick=pick, person=person, role=role)
