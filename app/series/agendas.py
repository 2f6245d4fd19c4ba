"""The agenda that each meeting of a series begins with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import policy as agendas
from app.agenda.queries import find_groups, find_leads
from app.agenda.saving import save
from app.agenda.tree import ItemState, WorkingAgenda
from app.committees.queries import line
from app.committees.tables import Committee
from app.core.ids import new_id
from app.core.problems import FieldError, Invalid
from app.meetings.tables import Meeting
from app.series.template import TemplateItem, walked

PLACE = "/template/agenda"


class Names(NamedTuple):
    """Ids by the names that a template gives."""

    groups: Mapping[str, UUID]
    leads: Mapping[str, UUID]


async def check(session: AsyncSession, committee: Committee, items: Sequence[TemplateItem]) -> None:
    """Raise `Invalid` where no meeting could have such an agenda."""
    states = states_of(items, await _names(session, committee, items))
    try:
        agendas.validate_tree(states)
    except agendas.BadTree as error:
        raise Invalid.at(PLACE, str(error)) from None


async def give(
    session: AsyncSession, committee: Committee, meeting: Meeting, items: Sequence[TemplateItem]
) -> None:
    """Put the items on the agenda of a meeting that has just been made."""
    if items:
        states = states_of(items, await _names(session, committee, items))
        await save(session, WorkingAgenda(meeting, {}, {}), states)


def states_of(items: Sequence[TemplateItem], names: Names) -> list[ItemState]:
    return [state for place in range(len(items)) for state in _states(items, place, None, names)]


def _states(
    items: Sequence[TemplateItem], place: int, parent: UUID | None, names: Names
) -> list[ItemState]:
    item, item_id = items[place], new_id()
    own = ItemState(
        id=item_id,
        parent_id=parent,
        position=place,
        duration=item.minutes,
        pinned_minutes=None,
        working_group_id=names.groups[item.working_group] if item.working_group else None,
        lead_entity_id=names.leads[item.lead_entity] if item.lead_entity else None,
        **{name: getattr(item, name) for name in _KEPT},
    )
    below = range(len(item.items))
    return [own, *(s for n in below for s in _states(item.items, n, item_id, names))]


_KEPT = frozenset(TemplateItem.model_fields) & frozenset(ItemState._fields)


async def _names(
    session: AsyncSession, committee: Committee, items: Sequence[TemplateItem]
) -> Names:
    """Who gives the briefings and leads; raises `Invalid` for those who may not."""
    every = list(walked(list(items)))
    groups = {item.working_group for _, item in every if item.working_group}
    leads = {item.lead_entity for _, item in every if item.lead_entity}
    committees = line(committee.id, committee.parent_id)
    known = Names(await find_groups(session, groups, committees), await find_leads(session, leads))
    errors = [error for pointer, item in every for error in _unknown(pointer, item, known)]
    if errors:
        raise Invalid(errors[0].detail, errors=errors[:100])
    return known


def _unknown(pointer: str, item: TemplateItem, known: Names) -> Iterator[FieldError]:
    if item.working_group and item.working_group not in known.groups:
        detail = "Neither the committee nor one of its working groups."
        yield FieldError(pointer=f"{PLACE}{pointer}/working_group", detail=detail)
    if item.lead_entity and item.lead_entity not in known.leads:
        detail = "There is no such entity."
        yield FieldError(pointer=f"{PLACE}{pointer}/lead_entity", detail=detail)
