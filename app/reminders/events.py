"""Facts about reminders and digests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from app.events import Event
from app.reminders.lifecycle import About, To


@dataclass(frozen=True, kw_only=True)
class ReminderStepsChanged(Event):
    """The subject is the committee or the meeting whose steps these are; null: the committee's."""

    name: ClassVar[str] = "reminder.steps_changed"
    steps: list[dict[str, Any]] | None


@dataclass(frozen=True, kw_only=True)
class ReminderDue(Event):
    """A step runs: whoever it concerns at this moment is reminded.

    Invitations that it concerns carry `at` as their `reminded_at`.
    """

    name: ClassVar[str] = "reminder.due"
    step: str
    about: About
    to: To
    due_at: datetime
    at: datetime
    panel_id: UUID | None = None
    """Of a step about panels: the one that it is due for."""


@dataclass(frozen=True, kw_only=True)
class ReminderSkipped(Event):
    name: ClassVar[str] = "reminder.skipped"
    step: str
    due_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReminderAsked(Event):
    """An organizer reminds by hand; `at` as in `ReminderDue`."""

    name: ClassVar[str] = "reminder.asked"
    about: About
    to: To
    invitations: int
    at: datetime
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class DigestDue(Event):
    """The subject is the committee; the day as an ISO 8601 date. What came in `since` is news."""

    name: ClassVar[str] = "digest.due"
    day: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class DigestChosen(Event):
    """An account wants digests of a committee, or none any more; the subject is the account."""

    name: ClassVar[str] = "digest.chosen"
    wanted: bool
