"""When a step is due, whether it still should run, and who was reminded too lately: pure rules."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from app.invitations.lifecycle import LIVE, InvitationStatus
from app.meetings.deadlines import (
    WorkingCalendar,
    days_back,
    wall_instant,
    working_days_back,
)
from app.reminders.lifecycle import (
    ANCHORS_OF_PANELS,
    OF_PANELS,
    About,
    Anchor,
    Outcome,
    To,
    Unit,
)

LATE: Final = timedelta(hours=12)
"""A step that is so late runs only as the last one of its subject."""
PAUSE: Final = timedelta(hours=6)
"""No step reminds of an invitation that was sent, or reminded of, within so long."""
BY_HAND_PAUSE: Final = timedelta(hours=24)
"""Nor does an organizer, unless they insist."""
DIGEST_TIME: Final = time(8)
DIGEST_LASTS: Final = timedelta(hours=12)
"""A digest of the morning is not sent in the night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One reminder of a plan."""

    number: int
    unit: Unit
    anchor: Anchor
    time: time | None
    about: About
    to: To
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """When it came into the plan: it does not run for times before."""

    @property
    def key(self) -> str:
        """What tells steps apart; the place in the list does not."""
        at = f"@{self.time:%H:%M}" if self.time else ""
        before = f"{self.anchor}-{self.number}{self.unit}{at}"
        return f"{self.about}:{self.to}:{before}"

    def kept(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "unit": self.unit.value,
            "anchor": self.anchor.value,
            "time": f"{self.time:%H:%M}" if self.time else None,
            "about": self.about.value,
            "to": self.to.value,
            "since": self.since.isoformat(),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Step":
        return cls(
            number=kept["number"],
            unit=Unit(kept["unit"]),
            anchor=Anchor(kept["anchor"]),
            time=time.fromisoformat(kept["time"]) if kept["time"] else None,
            about=About(kept["about"]),
            to=To(kept["to"]),
            since=datetime.fromisoformat(kept["since"]),
        )


Moment = tuple[datetime, datetime]
"""An instant, and what the clocks of the meeting's zone show then."""


@dataclass(frozen=True, slots=True)
class PanelTimes:
    """When a panel with people on it begins, and its rehearsal."""

    panel_id: UUID
    slot: Moment | None
    rehearsal: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The times of a meeting that steps are counted from."""

    zone: str
    local_start: datetime
    starts_at: datetime
    closes_at: datetime | None
    local_close: datetime | None
    """What the zone's clocks show when registration closes."""
    calendar: WorkingCalendar
    panels: tuple[PanelTimes, ...] = ()
    briefers_due: Moment | None = None
    """Until when groups name their briefers."""

    def anchor(self, step: Step, panel: PanelTimes | None = None) -> Moment | None:
        """None where the meeting has no deadline, or the panel no such time."""
        if step.anchor is Anchor.BRIEFERS_DUE:
            return self.briefers_due
        if step.anchor in ANCHORS_OF_PANELS:
            if panel is None:
                return None
            return panel.slot if step.anchor is Anchor.SLOT else panel.rehearsal
        if step.anchor is Anchor.START:
            return self.starts_at, self.local_start
        if self.closes_at is None or self.local_close is None:
            return None
        return self.closes_at, self.local_close


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A step of a meeting with its instants and the key of its run."""

    step: Step
    key: str
    due_at: datetime
    anchor_at: datetime
    place: int = 0
    """In the list of steps."""
    panel_id: UUID | None = None

    def about_same(self, other: "Due") -> bool:
        return (self.step.about, self.panel_id) == (other.step.about, other.panel_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a step now; `reason` says why it is skipped."""

    due: Due
    reason: str | None = None

    @property
    def runs(self) -> bool:
        return self.reason is None


def timed(steps: Sequence[Step], timing: Timing) -> list[Due | None]:
    """When each step is due for a meeting with these times; None where it never is, as without a
    deadline to count from. One about panels is shown with the first panel that it is due for.
    """
    dues = [_dues(step, timing, place) for place, step in enumerate(steps)]
    return [min(found, key=lambda due: due.due_at) if found else None for found in dues]


def all_due(steps: Sequence[Step], timing: Timing) -> list[Due]:
    """The same, with steps about panels once for every panel."""
    return [due for place, step in enumerate(steps) for due in _dues(step, timing, place)]


def verdicts(steps: Sequence[Due | None], ran: Container[str], now: datetime) -> list[Verdict]:
    """Which steps are to be run or skipped now; not those of before, nor those to come."""
    known = [each for each in steps if each is not None]
    reached = [each for each in known if each.due_at <= now and each.key not in ran]
    return [Verdict(each, _why_not(each, known, now)) for each in reached]


def fresh(steps: Sequence[Step], before: Sequence[Step], now: datetime) -> list[Step]:
    """The steps of a new plan: those that were in the old one are as old as they were."""
    known = {each.key: each.since for each in before}
    return [replace(each, since=known.get(each.key, now)) for each in steps]


def by_hand(
    status: InvitationStatus, reminded_at: datetime | None, now: datetime, *, force: bool
) -> Outcome:
    """What a reminder by hand does for an invitation."""
    if status is InvitationStatus.WITHDRAWN:
        return Outcome.WITHDRAWN
    if status not in LIVE:
        return Outcome.NOT_SENT
    if status is not InvitationStatus.SENT:
        return Outcome.ANSWERED_ALREADY
    lately = reminded_at is not None and reminded_at > now - BY_HAND_PAUSE
    return Outcome.REMINDED_LATELY if lately and not force else Outcome.REMINDED


def digest_day(
    now: datetime, local: datetime, zone: str, calendar: WorkingCalendar, opened_at: datetime
) -> date | None:
    """The day whose digest is to go out now, where `local` is what clocks show; None at other
    times, on days that are not worked, and where nothing was open in the morning: who invites at
    noon needs no digest in the same minute.
    """
    if not calendar.works_on(local.date()):
        return None
    begins = wall_instant(local.date(), DIGEST_TIME, zone)
    due = opened_at <= begins <= now < begins + DIGEST_LASTS
    return local.date() if due else None


def _dues(step: Step, timing: Timing, place: int) -> list[Due]:
    panels = timing.panels if step.about in OF_PANELS else (None,)
    found = (_due(step, timing, place, panel) for panel in panels)
    return [due for due in found if due is not None]


def _due(step: Step, timing: Timing, place: int, panel: PanelTimes | None) -> Due | None:
    """A step about attendance, or about a panel, is another one once that is on another day: people
    are told of the new day although they were told of the old one.
    """
    anchor = timing.anchor(step, panel)
    due_at = _counted(step, *anchor, timing) if anchor else None
    if anchor is None or due_at is None:
        return None
    day = f"|{timing.local_start:%Y-%m-%d}" if step.about is About.ATTENDANCE else ""
    panel_id = panel.panel_id if panel else None
    if panel_id is not None:
        day = f"|{panel_id}|{anchor[1]:%Y-%m-%d}"
    return Due(
        step=step,
        key=step.key + day,
        due_at=due_at,
        anchor_at=anchor[0],
        place=place,
        panel_id=panel_id,
    )


def _counted(step: Step, instant: datetime, local: datetime, timing: Timing) -> datetime | None:
    if step.unit is Unit.HOURS:
        return instant - timedelta(hours=step.number)
    if step.unit is Unit.WORKING_DAYS:
        day = working_days_back(local.date(), step.number, timing.calendar)
    else:
        day = days_back(local.date(), step.number)
    if day is None:
        return None
    if day == local.date() and step.time is None:
        return instant
    return wall_instant(day, step.time or local.time(), timing.zone)


def _why_not(each: Due, steps: Sequence[Due], now: datetime) -> str | None:
    """Why a step that is due is skipped; None where it runs."""
    others = [other for other in steps if other is not each and other.about_same(each)]
    rank = (each.due_at, each.place)
    if each.anchor_at <= now:
        return "What it was to remind of has passed."
    if each.due_at < each.step.since:
        return "Its time had passed when it came into the plan."
    if any(rank < (other.due_at, other.place) for other in others if other.due_at <= now):
        return "A later step about the same is due as well."
    if now - each.due_at > LATE and any(now < other.due_at < other.anchor_at for other in others):
        return "It is late, and another one is still to come."
    return None
