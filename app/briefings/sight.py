"""What whoever looks at a briefing sees of it, and may do with it now."""

from dataclasses import dataclass

from app.briefings.lifecycle import BRIEFING, BriefingHolder, BriefingStatus, BriefingVerb
from app.briefings.service import due_at
from app.core import clock
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.tables import Meeting

_ALL = frozenset(BriefingVerb)
_OWN = frozenset({BriefingVerb.CONFIRM, BriefingVerb.DECLINE})


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether addresses are shown, and which verbs are the reader's."""

    addresses: bool
    verbs: frozenset[BriefingVerb]
    every_paper: bool = False
    """Or else those of the group, and those that it may read."""

    def allowed(self, status: BriefingStatus | None) -> list[BriefingVerb]:
        """What may be done now; with a group that was not asked, nothing yet."""
        if status is None:
            return []
        return [BriefingVerb(verb) for verb in BRIEFING.allowed(status) if verb in self.verbs]


def sight_of(meeting: Meeting, *, organizes: bool, speaks: bool) -> Sight:
    """Groups act until their deadline, organizers as long as the meeting is open."""
    closed = meeting.status in UNCHANGEABLE
    acts = organizes or (speaks and clock.now() < due_at(meeting))
    verbs = _ALL if acts and not closed else frozenset()
    return Sight(organizes or speaks, verbs, every_paper=organizes)


def sight_of_holder(meeting: Meeting, holder: BriefingHolder) -> Sight:
    """Of the link of a mail: briefers answer until the meeting starts, and name nobody."""
    if holder is BriefingHolder.GROUP:
        return sight_of(meeting, organizes=False, speaks=True)
    over = meeting.status in UNCHANGEABLE or clock.now() >= meeting.starts_at
    return Sight(addresses=True, verbs=frozenset() if over else _OWN)
