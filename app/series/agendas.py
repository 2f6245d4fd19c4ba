"""The agenda that each meeting of a series begins with."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import policy as agendas
from app.agenda.queries import find_groups
from app.agenda.saving import save
from app.agenda.tree import ItemState, WorkingAgenda
from app.committees.queries import line
from app.committees.tables import Committee
from app.core import clock
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.meetings.tables import Meeting
from app.series.template import TemplateItem, walked

PLACE = "/template/agenda"


async def check(session: AsyncSession, committee: Committee, items: Sequence[TemplateItem]) -> None:
    """Raise `Invalid` where no meeting could have such an agenda."""
    states = states_of(items, await _groups(session, committee, items))
    try:
        agendas.validate_tree(state.planned(clock.now()) for state in states)
    except agendas.BadTree as error:
        raise Invalid.at(PLACE, str(error)) from None


async def give(
    session: AsyncSession, committee: Committee, meeting: Meeting, items: Sequence[TemplateItem]
) -> None:
    """Put the items on the agenda of a meeting that has just been made."""
    if items:
        states = states_of(items, await _groups(session, committee, items))
        await save(session, WorkingAgenda(meeting, {}, {}), states)


def states_of(items: Sequence[TemplateItem], groups: Mapping[str, UUID]) -> list[ItemState]:
    return [state for place in range(len(items)) for state in _states(items, place, None, groups)]


def _states(
    items: Sequence[TemplateItem], place: int, parent: UUID | None, groups: Mapping[str, UUID]
) -> list[ItemState]:
    item, item_id = items[place], new_id()
    own = ItemState(
        id=item_id,
        parent_id=parent,
        position=place,
        pinned_minutes=None,
        working_group_id=groups[item.working_group] if item.working_group else None,
        **item.model_dump(include={"kind", "title", "note", "duration", "access", "presenter"}),
    )
    below = range(len(item.items))
    return [own, *(s for n in below for s in _states(item.items, n, item_id, groups))]


async def _groups(
    session: AsyncSession, committee: Committee, items: Sequence[TemplateItem]
) -> Mapping[str, UUID]:
    """Who gives the briefings; raises `Invalid` for those who may not."""
    named = [(p, item.working_group) for p, item in walked(list(items)) if item.working_group]
    committees = line(committee.id, committee.parent_id)
    known = await find_groups(session, {ref for _, ref in named}, committees)
    errors = [
        FieldError(
            pointer=f"{PLACE}{pointer}/working_group",
            detail="Neither the committee nor one of its working groups.",
        )
        for pointer, ref in named
        if ref not in known
    ]
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:100])
    return known
