"""Every select about agenda items and issued versions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, Text, Uuid, and_, column, or_, table
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.tables import AgendaItem, AgendaVersion
from app.committees.tables import Committee

_PANELS = table(
    "panels",
    column("id", Uuid),
    column("meeting_id", Uuid),
    column("item_id", Uuid),
    column("title", JSONB),
)
_PANELLISTS = table(
    "panellists",
    column("panel_id", Uuid),
    column("role", Text),
    column("position", Integer),
    column("status", Text),
    column("name", Text),
    column("honorific", Text),
    column("job_title", Text),
    column("affiliation", Text),
    column("minutes", Integer),
)
_BRIEFINGS = table("briefings", column("item_id", Uuid))
"""Panels and briefings lie to the right of this domain, so their columns are named here and
nothing is imported; addresses are not among them."""

_SPEAKER = ("role", "name", "honorific", "job_title", "affiliation", "minutes")


class Group(NamedTuple):
    """The committee that gives a briefing."""

    id: UUID
    handle: str
    name: dict[str, str]


class ItemRow(NamedTuple):
    """An item with who gives its briefing."""

    item: AgendaItem
    group: Group | None


@dataclass(frozen=True, slots=True)
class PanelOnItem:
    """What an issued agenda shows of a panel: those asked or confirmed, in their order."""

    title: dict[str, str]
    panellists: list[dict[str, Any]] = field(default_factory=list)


async def list_items(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, list[ItemRow]]:
    """All items of these meetings' working agendas, in no order, read afresh."""
    columns: list[Any] = [AgendaItem, col(Committee.handle), col(Committee.name)]
    statement = (
        sa_select(*columns)
        .outerjoin(Committee, col(Committee.id) == col(AgendaItem.working_group_id))
        .where(col(AgendaItem.meeting_id).in_(meetings))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[ItemRow]] = defaultdict(list)
    for item, handle, name in (await session.execute(statement)).all():
        group_id = item.working_group_id
        group = None if group_id is None else Group(group_id, handle, name)
        found[item.meeting_id].append(ItemRow(item, group))
    return found


async def find_groups(
    session: AsyncSession, refs: Collection[str], line: Collection[UUID]
) -> dict[str, UUID]:
    """Who may give a briefing, by the ids or handles that were given.

    These are the committees of the line and their working groups; others are not found.
    """
    if not refs:
        return {}
    ids = {ref: found for ref in refs if (found := _uuid(ref)) is not None}
    statement = sa_select(col(Committee.id), col(Committee.handle)).where(
        or_(col(Committee.id).in_(ids.values()), col(Committee.handle).in_(refs)),
        or_(col(Committee.id).in_(line), col(Committee.parent_id).in_(line)),
    )
    rows = (await session.execute(statement)).all()
    by_name: dict[Any, UUID] = {name: row[0] for row in rows for name in (row[0], row[1])}
    return {ref: by_name[name] for ref in refs if (name := ids.get(ref, ref)) in by_name}


async def items_with_panels(session: AsyncSession, items: Collection[UUID]) -> set[UUID]:
    if not items:
        return set()
    statement = sa_select(_PANELS.c.item_id).where(_PANELS.c.item_id.in_(items))
    return set((await session.execute(statement)).scalars())


async def items_with_briefings(session: AsyncSession, items: Collection[UUID]) -> set[UUID]:
    if not items:
        return set()
    statement = sa_select(_BRIEFINGS.c.item_id).where(_BRIEFINGS.c.item_id.in_(items))
    return set((await session.execute(statement)).scalars())


async def panels_on_items(session: AsyncSession, meeting_id: UUID) -> Mapping[UUID, PanelOnItem]:
    """The panels of a meeting by item, as they are issued."""
    person = _PANELLISTS.c
    statement = (
        sa_select(_PANELS.c.item_id, _PANELS.c.title, *(person[name] for name in _SPEAKER))
        .outerjoin(
            _PANELLISTS,
            and_(person.panel_id == _PANELS.c.id, person.status.in_(["invited", "confirmed"])),
        )
        .where(_PANELS.c.meeting_id == meeting_id)
        .order_by(person.position)
    )
    found: dict[UUID, PanelOnItem] = {}
    for row in (await session.execute(statement)).mappings():
        panel = found.setdefault(row["item_id"], PanelOnItem(row["title"]))
        if row["name"] is not None:
            order = len(panel.panellists) + 1
            panel.panellists.append({"order": order, **{name: row[name] for name in _SPEAKER}})
    return found


def list_versions(meeting_id: UUID) -> Select[Any]:
    """What is known of the issued versions, without their bytes."""
    columns: list[Any] = [
        AgendaVersion.number,
        AgendaVersion.revision,
        AgendaVersion.status,
        AgendaVersion.symbol,
        AgendaVersion.issued_at,
    ]
    return sa_select(*columns).where(col(AgendaVersion.meeting_id) == meeting_id)


async def versions_so_far(session: AsyncSession, meeting_id: UUID) -> Sequence[Any]:
    """The issued versions, the latest last."""
    statement = list_versions(meeting_id).order_by(col(AgendaVersion.number))
    versions: Sequence[Any] = (await session.execute(statement)).all()
    return versions


async def latest_symbol(session: AsyncSession, meeting_id: UUID) -> str | None:
    """The symbol of the version in force; None before the first."""
    statement = (
        sa_select(col(AgendaVersion.symbol))
        .where(col(AgendaVersion.meeting_id) == meeting_id)
        .order_by(col(AgendaVersion.number).desc())
        .limit(1)
    )
    symbol: str | None = (await session.execute(statement)).scalar_one_or_none()
    return symbol


async def find_version(
    session: AsyncSession, meeting_id: UUID, number: int, *, full: bool
) -> tuple[str, bytes] | None:
    """Entity tag and bytes of one view of a version."""
    version = AgendaVersion
    columns: list[Any] = (
        [version.full_etag, version.full_body]
        if full
        else [version.public_etag, version.public_body]
    )
    statement = sa_select(*columns).where(
        col(AgendaVersion.meeting_id) == meeting_id, col(AgendaVersion.number) == number
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1]) if row else None


def _uuid(ref: str) -> UUID | None:
    try:
        return UUID(ref)
    except ValueError:
        return None
