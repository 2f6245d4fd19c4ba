"""Plans mails for an act on many meetings of a series.

Calendar programs take in one entry a mail: whoever has a meeting in the calendar gets a mail for
it, with its entry. Everybody else gets one mail, which tells of all of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import committee_line
from app.core import clock
from app.events.tables import LogEntry
from app.mail import queries
from app.mail.lifecycle import MessageKind
from app.mail.many import Rows
from app.mail.queries import Addressee
from app.mail.several import About, kept
from app.meetings.tables import Meeting

Concerned = tuple[Addressee, UUID]
"""A person and the meeting."""


async def concerned(
    session: AsyncSession, entry: LogEntry, meeting: Meeting
) -> tuple[list[Addressee], list[Addressee], list[Addressee]]:
    """Who acts for the invited entities; who is registered; and of the first those who are not."""
    line = await committee_line(session, meeting.committee_id)
    asked = await queries.focal_points_of_invited(session, meeting, line)
    registered = await queries.registered_before(session, meeting.id, entry.recorded_at)
    known = {addressee.person.id for addressee in registered}
    return asked, registered, [each for each in asked if each.person.id not in known]


async def rows_of_act(
    rows: Rows, session: AsyncSession, entry: LogEntry, kind: MessageKind
) -> list[dict[str, Any]]:
    """A message for each person who has some of the meetings in no calendar."""
    by_person: dict[UUID, list[Concerned]] = defaultdict(list)
    for meeting_id in map(UUID, entry.data["meetings"]):
        meeting = await session.get(Meeting, meeting_id)
        if meeting is None:
            continue
        _, registered, others = await concerned(session, entry, meeting)
        for each in [*(r for r in registered if not r.seated), *others]:
            by_person[each.person.id].append((each, meeting_id))
    return [_row(rows, entry, kind, told) for told in by_person.values()]


def _row(
    rows: Rows, entry: LogEntry, kind: MessageKind, told: Sequence[Concerned]
) -> dict[str, Any]:
    first, meeting_id = told[0]
    row = rows.row(entry, kind, meeting_id, first, clock.now())
    if len(told) > 1:
        about = [About(m, each.invitation_id, each.registration_id) for each, m in told]
        row["data"] = kept(about)
    return row
