"""When steps are due and whether they still run: rules without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.zones import to_local
from app.invitations.lifecycle import InvitationStatus
from app.meetings.deadlines import WorkingCalendar
from app.reminders.lifecycle import About, Anchor, Outcome, To, Unit
from app.reminders.policy import (
    BY_HAND_PAUSE,
    LATE,
    Due,
    Step,
    Timing,
    Verdict,
    by_hand,
    digest_day,
    fresh,
    timed,
    verdicts,
)

ZONE = "America/New_York"
CLOSES = datetime(2021, 10, 5, 22, tzinfo=UTC)


def step(number: int, unit: Unit = Unit.WORKING_DAYS, **members: object) -> Step:
    usual: dict[str, object] = {
        "anchor": Anchor.DEADLINE,
        "time": time(9),
        "about": About.ANSWER,
        "to": To.ALL,
    }
    return Step(number=number, unit=unit, **usual | members)  # type: ignore[arg-type]  # as given


def timing(
    closes_at: datetime | None = CLOSES, day: date = date(2021, 10, 8), zone: str = ZONE
) -> Timing:
    local = datetime.combine(day, time(10))
    return Timing(
        zone=zone,
        local_start=local,
        starts_at=local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC),
        closes_at=closes_at,
        local_close=to_local(closes_at, zone) if closes_at else None,
        calendar=WorkingCalendar(),
        briefers_due=(CLOSES, to_local(CLOSES, zone)),
    )


def due_at(one: Step, at: Timing | None = None) -> datetime | None:
    (found,) = timed([one], at or timing())
    return found.due_at if found else None


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (step(3), datetime(2021, 9, 30, 13, tzinfo=UTC)),
        (step(3, time=None), datetime(2021, 9, 30, 22, tzinfo=UTC)),
        (step(0), datetime(2021, 10, 5, 13, tzinfo=UTC)),
        (step(0, time=None), CLOSES),
        (step(2, Unit.DAYS), datetime(2021, 10, 3, 13, tzinfo=UTC)),
        (step(6, Unit.HOURS, time=None), CLOSES - timedelta(hours=6)),
        (step(1, Unit.DAYS, anchor=Anchor.START), datetime(2021, 10, 7, 13, tzinfo=UTC)),
    ],
)
def test_a_step_is_due_so_long_before_its_anchor(one: Step, expected: datetime) -> None:
    assert due_at(one) == expected


def test_without_a_deadline_nothing_is_due_before_it() -> None:
    assert due_at(step(3), timing(None)) is None
    assert due_at(step(3, anchor=Anchor.START), timing(None)) is not None


def test_days_keep_the_wall_time_over_a_change_of_clocks_and_hours_do_not() -> None:
    after = timing(datetime(2021, 11, 8, 22, tzinfo=UTC), date(2021, 11, 10))
    assert due_at(step(3, Unit.DAYS, time=None), after) == datetime(2021, 11, 5, 21, tzinfo=UTC)
    hours = step(72, Unit.HOURS, time=None)
    assert due_at(hours, after) == datetime(2021, 11, 5, 22, tzinfo=UTC)


def test_a_leap_day_is_a_day() -> None:
    leap = timing(datetime(2024, 3, 1, 22, tzinfo=UTC), date(2024, 3, 4))
    assert due_at(step(1, Unit.DAYS), leap) == datetime(2024, 2, 29, 14, tzinfo=UTC)
    assert due_at(step(1), leap) == datetime(2024, 2, 29, 14, tzinfo=UTC)


@given(st.integers(0, 60), st.sampled_from(Unit), st.sampled_from([Anchor.DEADLINE, Anchor.START]))
def test_it_is_never_due_after_its_anchor_unless_a_time_says_so(
    number: int, unit: Unit, anchor: Anchor
) -> None:
    (found,) = timed([step(number or 1, unit, anchor=anchor, time=None)], timing())
    assert found is not None
    assert found.due_at < found.anchor_at


def judged(steps: list[Step], now: datetime, ran: tuple[str, ...] = ()) -> list[tuple[int, bool]]:
    """The place and whether it runs, of every step that is dealt with."""
    return [(v.due.place, v.runs) for v in verdicts(timed(steps, timing()), ran, now)]


def test_a_step_runs_from_its_time_on_and_once() -> None:
    one = step(3)
    moment = due_at(one)
    assert moment is not None
    assert judged([one], moment - timedelta(microseconds=1)) == []
    assert judged([one], moment) == [(0, True)]
    assert judged([one], moment, (one.key,)) == []


def test_what_it_was_to_remind_of_has_passed() -> None:
    assert judged([step(3)], CLOSES) == [(0, False)]
    assert judged([step(3)], CLOSES - timedelta(seconds=1)) == [(0, True)]


def test_a_late_step_runs_only_as_the_last_one_of_its_subject() -> None:
    steps = [step(5), step(1), step(1, about=About.DELEGATION)]
    moment = due_at(steps[0])
    assert moment is not None
    assert judged(steps, moment + LATE) == [(0, True)]
    assert judged(steps, moment + LATE + timedelta(seconds=1)) == [(0, False)]
    assert judged([steps[0], steps[2]], moment + LATE + timedelta(seconds=1)) == [(0, True)]


def test_of_several_about_the_same_that_are_due_at_once_the_last_one_runs() -> None:
    steps = [step(2, to=To.ALTERNATE), step(1, to=To.PRINCIPAL), step(1, about=About.DELEGATION)]
    moment = due_at(steps[1])
    assert moment is not None
    assert judged(steps, moment) == [(0, False), (1, True), (2, True)]
    twins = [step(1, to=To.ALTERNATE), step(1, to=To.PRINCIPAL)]
    assert judged(twins, moment) == [(0, False), (1, True)]


def test_a_step_does_not_run_for_a_time_before_it_was_there() -> None:
    moment = due_at(step(3))
    assert moment is not None
    added = replace(step(3), since=moment + timedelta(seconds=1))
    assert judged([added], moment + timedelta(minutes=1)) == [(0, False)]


def test_a_step_that_stays_in_the_plan_stays_as_old_as_it_was() -> None:
    old, now = datetime(2021, 9, 1, tzinfo=UTC), datetime(2021, 9, 2, tzinfo=UTC)
    before = [replace(step(5), since=old), replace(step(3), since=old)]
    after = fresh([step(3), step(2)], before, now)
    assert [(each.number, each.since) for each in after] == [(3, old), (2, now)]


def test_another_day_makes_a_reminder_of_attendance_another_one() -> None:
    one = step(1, Unit.DAYS, anchor=Anchor.START, about=About.ATTENDANCE)
    (first,) = timed([one], timing())
    (moved,) = timed([one], timing(day=date(2021, 11, 8)))
    (answer,) = timed([step(1)], timing())
    (answer_moved,) = timed([step(1)], timing(day=date(2021, 11, 8)))
    assert isinstance(first, Due)
    assert isinstance(moved, Due)
    assert first.key != moved.key
    assert answer is not None
    assert answer_moved is not None
    assert answer.key == answer_moved.key


@given(
    st.lists(
        st.builds(
            step,
            st.integers(0, 8),
            st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS]),
            to=st.sampled_from(To),
            about=st.sampled_from([About.ANSWER, About.DELEGATION]),
        ),
        max_size=6,
        unique_by=lambda each: each.key,
    ),
    st.lists(st.integers(-400, 400), min_size=1, max_size=40),
)
def test_however_the_clock_jumps_every_step_is_dealt_with_once(
    steps: list[Step], hours: list[int]
) -> None:
    """And of those about the same no two run in one look."""
    ran: set[str] = set()
    dealt: list[str] = []
    for offset in hours:
        now = CLOSES + timedelta(hours=offset / 2)
        found: list[Verdict] = verdicts(timed(steps, timing()), ran, now)
        running = [each.due.step.about for each in found if each.runs]
        assert len(running) == len(set(running))
        dealt += [each.due.key for each in found]
        ran |= {each.due.key for each in found}
    assert len(dealt) == len(set(dealt))


def test_every_look_of_a_steady_clock_lets_every_step_run() -> None:
    steps = [step(5), step(3), step(1), step(2, about=About.DELEGATION)]
    ran: set[str] = set()
    run: list[str] = []
    now = CLOSES - timedelta(days=14)
    while now < CLOSES:
        found = verdicts(timed(steps, timing()), ran, now)
        run += [each.due.key for each in found if each.runs]
        ran |= {each.due.key for each in found}
        now += timedelta(hours=1)
    assert sorted(run) == sorted(each.key for each in steps)


S = InvitationStatus
NOW = datetime(2021, 9, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reminded_at", "force", "expected"),
    [
        (S.SENT, None, False, Outcome.REMINDED),
        (S.SENT, NOW - BY_HAND_PAUSE, False, Outcome.REMINDED),
        (S.SENT, NOW - timedelta(hours=23), False, Outcome.REMINDED_LATELY),
        (S.SENT, NOW - timedelta(hours=23), True, Outcome.REMINDED),
        (S.DRAFT, None, True, Outcome.NOT_SENT),
        (S.WITHDRAWN, None, True, Outcome.WITHDRAWN),
        (S.ACCEPTED, None, True, Outcome.ANSWERED_ALREADY),
        (S.DECLINED, None, True, Outcome.ANSWERED_ALREADY),
        (S.TENTATIVE, None, False, Outcome.ANSWERED_ALREADY),
    ],
)
def test_by_hand(
    status: InvitationStatus, reminded_at: datetime | None, force: bool, expected: Outcome
) -> None:
    assert by_hand(status, reminded_at, NOW, force=force) is expected


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2021, 10, 4, 11, 59, tzinfo=UTC), ZONE, None),
        (datetime(2021, 10, 4, 12, tzinfo=UTC), ZONE, date(2021, 10, 4)),
        (datetime(2021, 10, 4, 23, 59, tzinfo=UTC), ZONE, date(2021, 10, 4)),
        (datetime(2021, 10, 5, 0, 0, tzinfo=UTC), ZONE, None),
        (datetime(2021, 10, 2, 14, tzinfo=UTC), ZONE, None),
        (datetime(2021, 10, 3, 23, 30, tzinfo=UTC), "Asia/Tokyo", date(2021, 10, 4)),
        (datetime(2021, 11, 8, 13, tzinfo=UTC), ZONE, date(2021, 11, 8)),
        (datetime(2024, 2, 29, 13, tzinfo=UTC), ZONE, date(2024, 2, 29)),
    ],
)
def test_a_digest_is_due_on_the_morning_of_a_working_day(
    now: datetime, zone: str, expected: date | None
) -> None:
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    long_ago = now - timedelta(days=30)
    assert digest_day(now, local, zone, WorkingCalendar(), long_ago) == expected


@pytest.mark.parametrize(("minutes", "due"), [(-1, True), (0, True), (1, False)])
def test_what_was_opened_after_the_morning_waits_for_the_next(minutes: int, due: bool) -> None:
    morning = datetime(2021, 10, 4, 12, tzinfo=UTC)
    now = morning + timedelta(hours=3)
    local = now.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    opened_at = morning + timedelta(minutes=minutes)
    day = digest_day(now, local, ZONE, WorkingCalendar(), opened_at)
    assert day == (date(2021, 10, 4) if due else None)
