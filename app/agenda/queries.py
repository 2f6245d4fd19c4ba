"""Every select about agenda items and issued versions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    func,
    or_,
    table,
    true,
    update,
)
from sqlalchemy import case as sa_case
from sqlalchemy import select as sa_select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from app.agenda.tables import (
    AgendaAdoption,
    AgendaItem,
    AgendaRevision,
    AgendaVersion,
    AgendaVersionLanguage,
    Sitting,
)
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.events.tables import LogEntry
from app.identity.tables import Account
from app.meetings.tables import Meeting

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
_BRIEFINGS = table(
    "briefings",
    column("meeting_id", Uuid),
    column("item_id", Uuid),
    column("status", Text),
    column("name", Text),
    column("honorific", Text),
    column("job_title", Text),
    column("affiliation", Text),
)
"""Panels and briefings lie to the right of this domain, so their columns are named here and
nothing is imported; addresses are not among them."""

_ITEMS, _GROUPS, _LEADS = (
    SQLModel.metadata.tables[name] for name in ("agenda_items", "committees", "entities")
)
"""Rows of them, not objects: there may be a thousand."""
ITEM_COLUMNS = tuple(column.name for column in _ITEMS.c)

TIMING = (
    *("id", "parent_id", "position", "kind", "duration", "pinned_minutes", "standing"),
    *("sitting_id", "children_run", "flexible", "room"),
)
"""Columns of an item that decide when it is on, and what is wrong with that."""

_PERSON = ("name", "honorific", "job_title", "affiliation")
_SHOWN_AS = {"named": "invited"}
_SPEAKER = (*_PERSON, "status", "role", "minutes")


class Group(NamedTuple):
    """The committee that gives a briefing."""

    id: UUID
    handle: str
    name: dict[str, str]


class Lead(NamedTuple):
    """The entity that leads on an item."""

    id: UUID
    handle: str
    abbreviation: str
    name: dict[str, str]


class ItemRow(NamedTuple):
    """An item, and who gives its briefing and leads."""

    item: Sequence[Any]
    """By `ITEM_COLUMNS`, perhaps with more behind them."""
    group: Group | None
    lead: Lead | None = None


class Ground(NamedTuple):
    """What an agenda stands on beside its items."""

    numbering: Any
    """As the committee has it."""
    revision: int
    """How many edits there were."""
    versions: int
    """How many versions were issued."""


BARE = Ground(None, 0, 0)
"""Of a new agenda, and of one of which only the times are wanted."""


@dataclass(frozen=True, slots=True)
class PanelOnItem:
    """What an issued agenda shows of a panel: those asked or confirmed, in their order."""

    title: dict[str, str]
    panellists: list[dict[str, Any]] = field(default_factory=list)


class Beside(NamedTuple):
    """What an issued agenda shows that is kept elsewhere."""

    committee: Committee
    panels: Mapping[UUID, PanelOnItem]
    """By item."""
    briefers: Mapping[UUID, dict[str, Any]]
    """By item."""


async def list_items(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, list[ItemRow]]:
    """All items of these meetings' working agendas, in no order, read afresh."""
    statement = (
        sa_select(
            *_ITEMS.c,
            *(_GROUPS.c.id, _GROUPS.c.handle, _GROUPS.c.name),
            *(_LEADS.c.id, _LEADS.c.handle, _LEADS.c.abbreviation, _LEADS.c.name),
        )
        .select_from(_ITEMS)
        .outerjoin(_GROUPS, _GROUPS.c.id == _ITEMS.c.working_group_id)
        .outerjoin(_LEADS, _LEADS.c.id == _ITEMS.c.lead_entity_id)
        .where(_ITEMS.c.meeting_id.in_(meetings))
    )
    width, meeting = len(ITEM_COLUMNS), ITEM_COLUMNS.index("meeting_id")
    found: dict[UUID, list[ItemRow]] = defaultdict(list)
    for row in (await session.execute(statement)).all():
        group = None if row[width] is None else Group(*row[width : width + 3])
        lead = None if row[width + 3] is None else Lead(*row[width + 3 :])
        found[row[meeting]].append(ItemRow(row, group, lead))
    return found


async def list_timing(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, list[Sequence[Any]]]:
    """Likewise, but only what decides when each item is on, by `TIMING`."""
    statement = sa_select(_ITEMS.c.meeting_id, *(_ITEMS.c[name] for name in TIMING)).where(
        _ITEMS.c.meeting_id.in_(meetings)
    )
    found: dict[UUID, list[Sequence[Any]]] = defaultdict(list)
    for meeting_id, *timing in (await session.execute(statement)).all():
        found[meeting_id].append(timing)
    return found


async def ground_of(session: AsyncSession, meeting: Meeting) -> Ground:
    """Read before the items: an edit in between is then one that is told, not one that is lost."""
    version = col(AgendaVersion.number)
    issued = sa_select(func.max(version)).where(col(AgendaVersion.meeting_id) == meeting.id)
    statement = sa_select(
        col(Committee.agenda_numbering),
        _last_revision(meeting.id),
        func.coalesce(issued.scalar_subquery(), 0),
    ).where(col(Committee.id) == meeting.committee_id)
    return Ground(*(await session.execute(statement)).one())


async def last_revision(session: AsyncSession, meeting_id: UUID) -> int:
    """How many edits there were."""
    last: int = (await session.execute(sa_select(_last_revision(meeting_id)))).scalar_one()
    return last


def _last_revision(meeting_id: UUID) -> Any:
    revision = col(AgendaRevision.revision)
    edits = sa_select(func.max(revision)).where(col(AgendaRevision.meeting_id) == meeting_id)
    return func.coalesce(edits.scalar_subquery(), 0)


async def list_groups(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Group]:
    if not ids:
        return {}
    columns: list[Any] = [Committee.id, Committee.handle, Committee.name]
    statement = sa_select(*columns).where(col(Committee.id).in_(ids))
    return {row[0]: Group(*row) for row in (await session.execute(statement)).all()}


async def list_leads(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Lead]:
    if not ids:
        return {}
    columns: list[Any] = [Entity.id, Entity.handle, Entity.abbreviation, Entity.name]
    statement = sa_select(*columns).where(col(Entity.id).in_(ids))
    return {row[0]: Lead(*row) for row in (await session.execute(statement)).all()}


async def find_leads(session: AsyncSession, refs: Collection[str]) -> dict[str, UUID]:
    """Entities by the ids or handles that were given; others are not found."""
    return await _by_refs(session, Entity, refs)


async def list_sittings(
    session: AsyncSession, meetings: Collection[UUID]
) -> dict[UUID, list[Sitting]]:
    """The sittings of these meetings in their order, read afresh."""
    statement = (
        select(Sitting)
        .where(col(Sitting.meeting_id).in_(meetings))
        .order_by(col(Sitting.day), col(Sitting.begins))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[Sitting]] = defaultdict(list)
    for sitting in (await session.execute(statement)).scalars():
        found[sitting.meeting_id].append(sitting)
    return found


async def find_groups(
    session: AsyncSession, refs: Collection[str], line: Collection[UUID]
) -> dict[str, UUID]:
    """Who may give a briefing, by the ids or handles that were given.

    These are the committees of the line and their working groups; others are not found.
    """
    near = or_(col(Committee.id).in_(line), col(Committee.parent_id).in_(line))
    return await _by_refs(session, Committee, refs, near)


async def numberings_of(session: AsyncSession, committees: Collection[UUID]) -> dict[UUID, Any]:
    """The committees' styles of numbers."""
    statement = sa_select(col(Committee.id), col(Committee.agenda_numbering))
    rows = await session.execute(statement.where(col(Committee.id).in_(committees)))
    return {row[0]: row[1] for row in rows}


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


async def beside(session: AsyncSession, meeting: Meeting) -> Beside:
    return Beside(
        await session.get_one(Committee, meeting.committee_id),
        await _panels_on_items(session, meeting.id),
        await _briefers_of_items(session, meeting.id),
    )


async def _briefers_of_items(
    session: AsyncSession, meeting_id: UUID
) -> Mapping[UUID, dict[str, Any]]:
    """Who is named or comes; those named are shown as people of panels are that were invited."""
    person = _BRIEFINGS.c
    statement = sa_select(person.item_id, person.status, *(person[name] for name in _PERSON)).where(
        person.meeting_id == meeting_id, person.status.in_(["named", "confirmed"])
    )
    return {
        item_id: {**dict(zip(_PERSON, said, strict=True)), "status": _SHOWN_AS.get(status, status)}
        for item_id, status, *said in (await session.execute(statement)).all()
    }


async def _panels_on_items(session: AsyncSession, meeting_id: UUID) -> Mapping[UUID, PanelOnItem]:
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
            position = len(panel.panellists)
            panel.panellists.append(
                {"position": position, **{name: row[name] for name in _SPEAKER}}
            )
    return found


def list_edits(meeting_id: UUID, since: int) -> Select[Any]:
    """The entries of the log about the edits after a revision, with the name of the account that
    made each; those from before there were revisions are not among them.
    """
    columns: list[Any] = [
        *(LogEntry.id, LogEntry.name, LogEntry.recorded_at, LogEntry.data),
        AgendaRevision.revision,
        col(Account.name).label("editor"),
    ]
    by_account = and_(
        col(LogEntry.actor_kind) == "account", col(Account.id) == col(LogEntry.actor_id)
    )
    return (
        sa_select(*columns)
        .join(AgendaRevision, col(AgendaRevision.event_id) == col(LogEntry.id))
        .outerjoin(Account, by_account)
        .where(col(AgendaRevision.meeting_id) == meeting_id, col(AgendaRevision.revision) > since)
    )


async def edits_since(
    session: AsyncSession, meeting_id: UUID, since: int, limit: int
) -> Sequence[Any]:
    """The first of them, the oldest first."""
    statement = list_edits(meeting_id, since).order_by(col(AgendaRevision.revision)).limit(limit)
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return rows


def list_versions(meeting_id: UUID) -> Select[Any]:
    """How the issued versions are called."""
    columns: list[Any] = [
        AgendaVersion.number,
        AgendaVersion.revision,
        AgendaVersion.status,
        AgendaVersion.symbol,
        AgendaVersion.issued_at,
    ]
    return sa_select(*columns).where(col(AgendaVersion.meeting_id) == meeting_id)


def describe_versions(meeting_id: UUID, *, full: bool) -> Select[Any]:
    """What is known of the issued versions, without their bytes: also the languages of one view,
    and how one of them was adopted, under which item of that view.
    """
    one = AgendaVersionLanguage
    missing = col(one.full_missing if full else one.public_missing)
    language = func.jsonb_build_object(
        *("language", col(one.language), "missing", missing, "complete", missing == 0)
    )
    languages = sa_select(
        func.coalesce(func.jsonb_agg(aggregate_order_by(language, col(one.place))), cast([], JSONB))
    ).where(col(one.version_id) == col(AgendaVersion.id))
    act = AgendaAdoption
    item: Any = col(act.item_id)
    if not full:
        written = func.convert_to(cast(item, Text), "UTF8").op("IN")(AgendaVersion.public_body)
        item = sa_case((func.position(written) > 0, item))
    return (
        list_versions(meeting_id)
        .add_columns(languages.scalar_subquery().label("languages"), act, item.label("adopting"))
        .outerjoin(act, col(act.version_id) == col(AgendaVersion.id))
    )


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


async def mark_issued(
    session: AsyncSession, meeting_id: UUID, number: int, off: Collection[UUID]
) -> None:
    """Keep of each item in which version it stood first; those that are off the agenda stand in
    none, and what they are shown without, a number, they do not get later.
    """
    fresh = [col(AgendaItem.meeting_id) == meeting_id, col(AgendaItem.first_issued).is_(None)]
    if off:
        fresh.append(col(AgendaItem.id).not_in(off))
    statement = update(AgendaItem).where(*fresh).values(first_issued=number)
    await session.execute(statement.execution_options(synchronize_session=False))


async def find_version(
    session: AsyncSession, meeting_id: UUID, number: int, languages: Sequence[str], *, full: bool
) -> tuple[str, bytes, str | None] | None:
    """Entity tag, bytes and language of one view of a version; without a language all of them."""
    version, one = AgendaVersion, AgendaVersionLanguage
    view = "full" if full else "public"
    best = (
        sa_select(one)
        .where(col(one.version_id) == col(version.id), col(one.language).in_(languages))
        .order_by(func.array_position(cast(list(languages), ARRAY(Text)), col(one.language)))
        .limit(1)
        .lateral()
    )
    parts = (
        func.coalesce(best.c[f"{view}_{part}"], getattr(version, f"{view}_{part}"))
        for part in ("etag", "body")
    )
    statement = (
        sa_select(*parts, best.c.language)
        .select_from(version)
        .outerjoin(best, true())
        .where(col(version.meeting_id) == meeting_id, col(version.number) == number)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def views_of(
    session: AsyncSession, meeting_id: UUID, numbers: Collection[int], *, full: bool
) -> dict[int, bytes]:
    """Bytes of versions by their number, in one view."""
    body = col(AgendaVersion.full_body if full else AgendaVersion.public_body)
    statement = sa_select(col(AgendaVersion.number), body).where(
        col(AgendaVersion.meeting_id) == meeting_id, col(AgendaVersion.number).in_(numbers)
    )
    return {row[0]: row[1] for row in (await session.execute(statement)).all()}


async def latest_number(session: AsyncSession, meeting_id: UUID) -> int:
    """0 before the first."""
    statement = sa_select(func.coalesce(func.max(col(AgendaVersion.number)), 0))
    found = await session.execute(statement.where(col(AgendaVersion.meeting_id) == meeting_id))
    return int(found.scalar_one())


async def bodies(session: AsyncSession, meeting_id: UUID, number: int) -> tuple[bytes, bytes]:
    """The full and the public bytes of a version that there is."""
    columns: list[Any] = [AgendaVersion.full_body, AgendaVersion.public_body]
    statement = sa_select(*columns).where(
        col(AgendaVersion.meeting_id) == meeting_id, col(AgendaVersion.number) == number
    )
    row = (await session.execute(statement)).one()
    return row[0], row[1]


async def _by_refs(
    session: AsyncSession,
    kind: type[Committee] | type[Entity],
    refs: Collection[str],
    *conditions: ColumnElement[bool],
) -> dict[str, UUID]:
    """What the ids or handles are those of, as far as it is there."""
    if not refs:
        return {}
    ids = {ref: found for ref in refs if (found := _uuid(ref)) is not None}
    statement = sa_select(col(kind.id), col(kind.handle)).where(
        or_(col(kind.id).in_(ids.values()), col(kind.handle).in_(refs)), *conditions
    )
    rows = (await session.execute(statement)).all()
    by_name: dict[Any, UUID] = {name: row[0] for row in rows for name in (row[0], row[1])}
    return {ref: by_name[name] for ref in refs if (name := ids.get(ref, ref)) in by_name}


def _uuid(ref: str) -> UUID | None:
    try:
        return UUID(ref)
    except ValueError:
        return None
