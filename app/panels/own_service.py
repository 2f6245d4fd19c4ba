"""What panellists say about themselves; the meeting's row is locked by the caller."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.events import record
from app.panels.events import PanellistChanged
from app.panels.own_queries import OwnPlace
from app.panels.service import about


async def change_own(
    session: AsyncSession, found: OwnPlace, members: dict[str, Any], changed: Collection[str]
) -> None:
    """Set the members; `changed` names those that differ."""
    for name in changed:
        setattr(found.person, name, members[name])
    await _tell(session, found, changed)


async def record_consent(session: AsyncSession, found: OwnPlace, *, agreed: bool) -> None:
    """The moment is that of the last change of mind."""
    person = found.person
    if person.recording_consent is not agreed:
        person.recording_consent, person.recording_consent_at = agreed, clock.now()
        await _tell(session, found, ["recording_consent"])


async def _tell(session: AsyncSession, found: OwnPlace, changed: Collection[str]) -> None:
    if changed:
        person = found.person
        ids = {"panel_id": person.panel_id, **about(found.meeting, person.id)}
        record(session, PanellistChanged(members=sorted(changed), **ids))
        await session.flush()
