"""What the tokens in mails about briefings open, and what their holders do; no account is needed.

A token is an id with a keyed signature. It works until the group's deadline, or for a briefer until
the meeting starts, and dies when somebody else is asked or named.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.briefings import queries, service
from app.briefings.lifecycle import BriefingHolder
from app.briefings.tables import Briefing
from app.core import clock
from app.events import Actor
from app.identity.problems import LinkSpent, LinkUnknown
from app.identity.tokens import read_sealed, sealed
from app.meetings.queries import lock_meeting
from app.meetings.service import check_changeable
from app.meetings.tables import Meeting

_KINDS = {
    BriefingHolder.GROUP: b"briefing of a group",
    BriefingHolder.BRIEFER: b"briefing of a briefer",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A briefing, and for whom the holder of the token speaks."""

    holder: BriefingHolder
    briefing: Briefing
    meeting: Meeting


def group_token(secret: bytes, group_key: UUID) -> str:
    return sealed(secret, _KINDS[BriefingHolder.GROUP], group_key)


def briefer_token(secret: bytes, briefer_key: UUID) -> str:
    return sealed(secret, _KINDS[BriefingHolder.BRIEFER], briefer_key)


async def open_link(session: AsyncSession, secret: bytes, token: str) -> Held:
    """Raises `LinkUnknown` for a forged token, `LinkSpent` for one that is no longer good."""
    for holder, kind in _KINDS.items():
        key = read_sealed(secret, kind, token)
        if key is None:
            continue
        ids = {"group": key} if holder is BriefingHolder.GROUP else {"briefer": key}
        briefing = await queries.find_by_key(session, **ids)
        if briefing is None:
            raise LinkSpent("Somebody else is asked, or named, by now.")
        meeting = await session.get_one(Meeting, briefing.meeting_id)
        if clock.now() >= meeting.ends_at:
            raise LinkSpent("The meeting is over.")
        return Held(holder, briefing, meeting)
    raise LinkUnknown("There is no such link; it may be cut off or mistyped.")


async def open_to_act(session: AsyncSession, secret: bytes, token: str) -> Held:
    """With the meeting locked, and as the log's actor; raises `BriefersDue` after the deadline."""
    held = await open_link(session, secret, token)
    meeting = await lock_meeting(session, held.meeting.id)
    held = await open_link(session, secret, token)  # as it is under the lock
    await session.refresh(held.briefing)
    check_changeable(meeting)
    if held.holder is BriefingHolder.GROUP or clock.now() >= meeting.starts_at:
        service.check_due(meeting)
    known: Actor | None = session.info.get("actor")
    request_id = known.request_id if known else None
    session.info["actor"] = Actor("link", held.briefing.id, request_id)
    return held
