"""Facts about statistics."""

from dataclasses import dataclass
from typing import ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class StatisticsSettled(Event):
    """What people of a meeting are counted by was written down for good; the subject is the
    meeting.

    The digest vouches for the rows without saying what stands in them: gender and level stay out
    of the log.
    """

    name: ClassVar[str] = "statistics.settled"
    registrations: int
    digest: str
