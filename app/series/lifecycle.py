"""What the settings of a series can be, and what becomes of its dates and meetings."""

from app.core.choices import Choice


class Frequency(Choice):
    """FREQ (RFC 5545 section 3.3.10)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Weekday(Choice):
    """As in BYDAY (RFC 5545 section 3.3.10)."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"

    @property
    def number(self) -> int:
        """0 for Monday."""
        return list(Weekday).index(self)


class OnDayOff(Choice):
    """What becomes of a date on which the committee does not work."""

    KEEP = "keep"
    """It is kept."""
    NEXT_WORKING_DAY = "next_working_day"
    """The meeting is held on the next working day, unless the series has a date there."""
    SKIP = "skip"
    """There is no meeting."""


class AtClockChange(Choice):
    """What a start means that the clocks jump over, or show twice."""

    REFUSE = "refuse"
    """There is no meeting before somebody has decided."""
    EARLIER = "earlier"
    """The start as far before it as the clocks jump; of two the first."""
    LATER = "later"
    """The start as far behind it as the clocks jump; of two the second."""


class SeriesDateOutcome(Choice):
    FREE = "free"
    """It has no meeting yet."""
    MADE = "made"
    """Its meeting was made now."""
    THERE = "there"
    """It has its meeting, whatever became of that."""
    SKIPPED = "skipped"
    """No meeting is made for it."""
    REFUSED = "refused"
    """Its meeting cannot be made as things are."""


class SeriesDateReason(Choice):
    """Why a date has no meeting, or has it on another day."""

    DAY_OFF = "day_off"
    """It is an official holiday or a day on which the committee does not work."""
    SAME_DAY = "same_day"
    """The series has another meeting on that day."""
    CLOCK_CHANGE = "clock_change"
    """The clocks do not show the start, or show it twice."""
    FORBIDDEN = "forbidden"
    """A rule about meetings forbids it; see `detail`."""


class SeriesVerb(Choice):
    SCHEDULE = "schedule"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"


class RegisteredOutcome(Choice):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    REFUSED = "refused"
