"""What readiness says of a meeting that only domains further right can find out."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from app.meetings.tables import Meeting

Count = Callable[[AsyncSession, Meeting], Awaitable[int]]
_COUNTS: list[Count] = []


def counts_conflicts(count: Count) -> Count:
    """Register how many conflicts of people a domain finds."""
    _COUNTS.append(count)
    return count


async def conflicts_of(session: AsyncSession, meeting: Meeting) -> int:
    return sum([await count(session, meeting) for count in _COUNTS])
