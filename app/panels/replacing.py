"""Somebody comes in the place of another: role, order and minutes of the place stay."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.events import record
from app.identity import service as identity
from app.meetings.tables import Meeting
from app.panels import queries
from app.panels.events import PanellistRemoved, PanellistReplaced
from app.panels.lifecycle import ASKED, PanellistStatus, PanellistVerb
from app.panels.problems import PanelFull, PanellistReplacedAlready
from app.panels.service import MAX_PEOPLE, about, kept, move_panellist, place
from app.panels.tables import Panellist


async def replace(
    session: AsyncSession,
    meeting: Meeting,
    old: Panellist,
    members: dict[str, Any],
    registration_id: UUID | None = None,
) -> Panellist:
    """Give the place of one to another, who is proposed; whoever was asked hears that it is not
    theirs any more, and their link dies. Who was only proposed leaves no trace but in the log.

    Raises `PanellistReplacedAlready`, `PanelFull`.
    """
    if await queries.is_replaced(session, old.id):
        raise PanellistReplacedAlready("Somebody has this place already: replace that one.")
    people = list(await queries.people_of(session, old.panel_id))
    position, was, asked = old.position, old.status, old.status is not PanellistStatus.PROPOSED
    if asked and len(people) >= MAX_PEOPLE:
        raise PanelFull(f"A panel has at most {MAX_PEOPLE} people.")
    if asked:
        await _leaves(session, meeting, old)
    else:
        people.remove(old)
        record(session, PanellistRemoved(panel_id=old.panel_id, **about(meeting, old.id)))
        await session.delete(old)
        await session.flush()
    minutes = old.minutes if members.get("minutes") is None else members["minutes"]
    replaced = old.id if asked else old.replaces_id
    taken = {"role": old.role, "minutes": minutes, "replaces_id": replaced}
    person = Panellist(panel_id=old.panel_id, **(kept(members) | taken))
    place([each for each in people if each is not old], person, position)
    if asked:
        old.position = len(people)
    session.add(person)
    ids = {"panel_id": old.panel_id, "replaces_id": old.id, **about(meeting, person.id)}
    record(session, PanellistReplaced(was=was, registration_id=registration_id, **ids))
    await session.flush()
    return person


async def _leaves(session: AsyncSession, meeting: Meeting, old: Panellist) -> None:
    if old.status in ASKED:
        await move_panellist(session, meeting, old, PanellistVerb.WITHDRAW)
    else:
        await identity.revoke_links(session, old.id)
