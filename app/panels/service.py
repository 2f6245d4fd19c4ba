"""Panels and the people on them: the verbs; the meeting's row is locked by the caller."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import policy
from app.agenda.lifecycle import ItemKind
from app.agenda.problems import PositionUnknown
from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.fields import normalised_email
from app.events import record
from app.identity import service as identity
from app.meetings.tables import Meeting
from app.panels import queries
from app.panels.events import (
    MOVES,
    PanelChanged,
    PanelCreated,
    PanelDeleted,
    PanellistAdded,
    PanellistAskedAgain,
    PanellistChanged,
    PanellistReaddressed,
    PanellistRemoved,
)
from app.panels.lifecycle import ASKED, PANELLIST, PanellistStatus, PanellistVerb
from app.panels.problems import NobodyToAsk, NotAPanelItem, PanelFull, PanellistAsked
from app.panels.slots import keep_slot, slots_of
from app.panels.tables import Panel, Panellist

MAX_PEOPLE = 50


async def create_panel(
    session: AsyncSession, agenda: WorkingAgenda, item_id: UUID, members: dict[str, Any]
) -> Panel:
    """Hang a panel on an item; raises `NotAPanelItem`, and `PanelExists` by the database."""
    state = agenda.states.get(item_id)
    if state is None or state.kind is not ItemKind.PANEL:
        raise NotAPanelItem.at("/item_id", "The agenda has no such item of the kind panel.")
    panel = Panel(meeting_id=agenda.meeting.id, item_id=item_id, **members)
    keep_slot(panel, slots_of(agenda).get(item_id))
    session.add(panel)
    record(session, PanelCreated(item_id=item_id, **about(agenda.meeting, panel.id)))
    await session.flush()
    return panel


async def change_panel(
    session: AsyncSession,
    meeting: Meeting,
    panel: Panel,
    members: dict[str, Any],
    changes: dict[str, Any],
) -> None:
    """Calendars show the title."""
    if changes:
        for name, value in members.items():
            setattr(panel, name, value)
        panel.calendar_sequence += "title" in changes
        record(session, PanelChanged(changes=changes, **about(meeting, panel.id)))
        await session.flush()


async def delete_panel(session: AsyncSession, meeting: Meeting, panel: Panel) -> None:
    """Only while nobody was asked."""
    people = await queries.people_of(session, panel.id)
    if any(person.status is not PanellistStatus.PROPOSED for person in people):
        raise PanellistAsked("People of this panel were asked already.")
    record(session, PanelDeleted(item_id=panel.item_id, **about(meeting, panel.id)))
    await session.delete(panel)
    await session.flush()


async def add_panellist(
    session: AsyncSession, meeting: Meeting, panel: Panel, members: dict[str, Any]
) -> Panellist:
    """Propose somebody; raises `PanelFull`, and `ModeratorTaken` by the database."""
    people = await queries.people_of(session, panel.id)
    if len(people) >= MAX_PEOPLE:
        raise PanelFull(f"A panel has at most {MAX_PEOPLE} people.")
    person = Panellist(panel_id=panel.id, **kept(members))
    place(people, person, members["position"])
    session.add(person)
    event = PanellistAdded(panel_id=panel.id, role=person.role, **about(meeting, person.id))
    record(session, event)
    await session.flush()
    return person


async def change_panellist(
    session: AsyncSession,
    meeting: Meeting,
    person: Panellist,
    members: dict[str, Any],
    changed: Collection[str],
) -> None:
    """Set the members; `changed` names those that differ."""
    if not changed:
        return
    if "position" in changed:
        place(await queries.people_of(session, person.panel_id), person, members["position"])
    for name, value in kept(members).items():
        setattr(person, name, value)
    tells = {"panel_id": person.panel_id, **about(meeting, person.id)}
    record(session, PanellistChanged(members=list(changed), **tells))
    if "email" in changed:
        # Also of who has said no: a link opens every place that was asked at its address.
        await identity.revoke_links(session, person.id)
        if person.status in ASKED:
            person.calendar_sequence += 1
            record(session, PanellistReaddressed(**tells))
    await session.flush()


async def remove_panellist(session: AsyncSession, meeting: Meeting, person: Panellist) -> None:
    """Only somebody who was never asked."""
    if person.status is not PanellistStatus.PROPOSED:
        raise PanellistAsked(f"This panellist is {person.status.value}.")
    record(session, PanellistRemoved(panel_id=person.panel_id, **about(meeting, person.id)))
    await session.delete(person)
    await session.flush()


async def move_panellist(
    session: AsyncSession,
    meeting: Meeting,
    person: Panellist,
    verb: PanellistVerb,
    reason: str | None = None,
    *,
    keeps_link: bool = False,
) -> None:
    """Raises `MoveForbidden` from a state that does not permit the verb.

    Who withdraws by themselves keeps the link, to read what they said.
    """
    before = person.status
    person.status = PANELLIST.move(before, verb)
    match verb:
        case PanellistVerb.INVITE:
            person.invited_at = clock.now()
        case PanellistVerb.CONFIRM:
            person.answered_at = clock.now()
            person.has_entry = not await _meets(session, meeting, person)
        case PanellistVerb.DECLINE:
            person.answered_at, person.reason = clock.now(), reason
        case PanellistVerb.WITHDRAW:
            person.reason = reason
            person.calendar_sequence += 1
            if not keeps_link:
                await identity.revoke_links(session, person.id)
    tells = {"panel_id": person.panel_id, "before": before, "after": person.status}
    record(session, MOVES[verb](**tells, **about(meeting, person.id)))
    await session.flush()


async def ask_again(session: AsyncSession, meeting: Meeting, person: Panellist) -> None:
    """Write once more, with a fresh link, to somebody who was asked or comes; raises
    `NobodyToAsk`.
    """
    if person.status not in ASKED or person.email is None:
        at = "has a mail address" if person.email else "has no mail address"
        raise NobodyToAsk(f"This panellist is {person.status.value} and {at}.")
    record(session, PanellistAskedAgain(panel_id=person.panel_id, **about(meeting, person.id)))
    await session.flush()


def place(people: Sequence[Panellist], person: Panellist, position: int | None) -> None:
    """Give everybody their place, from 0 without holes, with the person at `position`."""
    others = [other for other in people if other.id != person.id]
    index = len(others) if position is None else position
    try:
        order = policy.moved([other.id for other in others], person.id, index)
    except policy.NoSuchPosition as error:
        raise PositionUnknown.at("/position", str(error)) from None
    places = {panellist_id: place for place, panellist_id in enumerate(order)}
    for each in (*others, person):
        each.position = places[each.id]


def kept(members: dict[str, Any]) -> dict[str, Any]:
    """As the row keeps them; the place is given by `place`."""
    email = members["email"]
    found = members | {"email": None if email is None else normalised_email(email)}
    return {name: value for name, value in found.items() if name != "position"}


def about(meeting: Meeting, subject_id: UUID) -> dict[str, UUID]:
    return {
        "subject_id": subject_id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
    }


async def _meets(session: AsyncSession, meeting: Meeting, person: Panellist) -> bool:
    """Whether the whole meeting stands in their calendar, where the slot need not."""
    if person.email is None:
        return False
    return bool(await queries.seated(session, meeting.id, [person.email]))
