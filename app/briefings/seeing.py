"""How far the briefings of a meeting are, put together for whoever looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.queries import Group
from app.agenda.saving import numbered_agendas
from app.agenda.timetable import TimedItem
from app.agenda.tree import WorkingAgenda
from app.briefings import papers, policy, queries
from app.briefings.lifecycle import BriefingStatus
from app.briefings.schemas import (
    Briefer,
    BriefingContact,
    BriefingCounts,
    BriefingGroup,
    BriefingItem,
    BriefingOut,
    BriefingPaper,
    BriefingsOut,
    BriefingState,
)
from app.briefings.service import BRIEFER, due_at
from app.briefings.sharing import briefing_items
from app.briefings.sight import Sight
from app.briefings.tables import Briefing
from app.core.zones import to_local
from app.documents.tables import Document, DocumentVersion
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of the briefings of a meeting."""

    agenda: WorkingAgenda
    timed: Mapping[UUID, TimedItem]
    papers: Mapping[UUID, int]
    files: Mapping[UUID, Sequence[tuple[Document, DocumentVersion]]] = field(default_factory=dict)
    """Of the papers; only where they are told."""

    @classmethod
    async def of(cls, session: AsyncSession, agenda: WorkingAgenda) -> "Glance":
        return cls.over(agenda, await papers.count_papers(session, briefing_items(agenda)))

    @classmethod
    def over(cls, agenda: WorkingAgenda, counts: Mapping[UUID, int]) -> "Glance":
        return cls(agenda, {each.id: each for each in agenda.timetable.items}, counts)


async def glance_with_papers(session: AsyncSession, agenda: WorkingAgenda) -> Glance:
    """For those who name the briefer, and hand in the papers."""
    glance = await Glance.of(session, agenda)
    return replace(glance, files=await papers.papers_of(session, briefing_items(agenda)))


async def glances_of(
    session: AsyncSession, briefings: Sequence[tuple[Meeting, UUID]]
) -> dict[UUID, Glance]:
    """Of several meetings at once, by meeting; with the papers of these items alone."""
    known = {meeting.id: meeting for meeting, _ in briefings}
    agendas = await numbered_agendas(session, known.values()) if known else {}
    items = [item_id for _, item_id in briefings]
    counts = await papers.count_papers(session, items)
    files = await papers.papers_of(session, items)
    return {m: replace(Glance.over(agenda, counts), files=files) for m, agenda in agendas.items()}


async def at_a_glance(
    session: AsyncSession, agenda: WorkingAgenda, sight: Callable[[UUID], Sight]
) -> BriefingsOut:
    """All of them in the order of the agenda, each as its reader sees what its group does."""
    glance = await Glance.of(session, agenda)
    known = await queries.briefings_of(session, agenda.meeting.id)
    states = [
        BriefingState(**_members(glance, item_id, known.get(item_id), sight(group.id)))
        for item_id in briefing_items(agenda)
        if (group := agenda.groups[item_id]) is not None
    ]
    return BriefingsOut(
        due_at=due_at(agenda.meeting),
        minutes=sum(state.item.minutes or 0 for state in states),
        counts=_counts(states),
        briefings=states,
    )


def shown(glance: Glance, briefing: Briefing, sight: Sight) -> BriefingOut:
    meeting, group = glance.agenda.meeting, glance.agenda.groups[briefing.item_id]
    assert group is not None, "a briefing is a group's"
    told = [
        each
        for each in glance.files.get(briefing.item_id, ())
        if sight.every_paper or papers.told_to(group.id, *each)
    ]
    return BriefingOut(
        **_members(glance, briefing.item_id, briefing, sight),
        meeting_id=meeting.id,
        meeting=meeting.handle,
        meeting_title=meeting.title,
        files=[
            BriefingPaper(
                document_id=document.id,
                symbol=document.symbol,
                status=document.status,
                language=version.language,
                name=version.name,
                size=version.size,
            )
            for document, version in told[:100]
        ],
    )


def _members(
    glance: Glance, item_id: UUID, briefing: Briefing | None, sight: Sight
) -> dict[str, Any]:
    group = glance.agenda.groups[item_id]
    assert group is not None, "a briefing is a group's"
    count = glance.papers.get(item_id, 0)
    status = briefing.status if briefing else None
    minutes, addresses = glance.agenda.states[item_id].duration, sight.addresses
    return {
        "id": briefing.id if briefing else None,
        "status": status,
        "item": _item(glance, item_id, briefing),
        "working_group": _group(group),
        "weight": briefing.weight if briefing else 1,
        "contact": contact_of(briefing) if briefing and addresses else None,
        "briefer": _briefer(briefing, addresses=addresses) if briefing else None,
        "papers": count,
        "lacking": policy.lacking(status, minutes, count),
        "due_at": due_at(glance.agenda.meeting),
        **{
            name: getattr(briefing, name, None)
            for name in ("asked_at", "reminded_at", "named_at", "answered_at")
        },
        "allowed": sight.allowed(status),
    }


def _item(glance: Glance, item_id: UUID, briefing: Briefing | None) -> BriefingItem:
    state, timed = glance.agenda.states[item_id], glance.timed[item_id]
    on = timed if timed.starts_at < timed.ends_at else None
    zone = briefing.timezone if briefing and briefing.name else None
    return BriefingItem(
        id=item_id,
        number=glance.agenda.numbers[item_id],
        title=state.title,
        minutes=state.duration,
        starts_at=on.starts_at.astimezone(UTC) if on else None,
        ends_at=on.ends_at.astimezone(UTC) if on else None,
        local_start=to_local(on.starts_at, zone) if on and zone else None,
        local_end=to_local(on.ends_at, zone) if on and zone else None,
    )


def _group(group: Group) -> BriefingGroup:
    return BriefingGroup(id=group.id, handle=group.handle, name=group.name)


def contact_of(briefing: Briefing) -> BriefingContact | None:
    if briefing.contact_name is None or briefing.contact_email is None:
        return None
    return BriefingContact(
        name=briefing.contact_name,
        email=briefing.contact_email,
        language=briefing.contact_language,
    )


def _briefer(briefing: Briefing, *, addresses: bool) -> Briefer | None:
    if briefing.name is None:
        return None
    said = Briefer.of({name: getattr(briefing, name) for name in BRIEFER})
    return said if addresses else said.model_copy(update={"email": None})


def _counts(states: list[BriefingState]) -> BriefingCounts:
    by_status = {status.value: 0 for status in BriefingStatus}
    for state in states:
        if state.status is not None:
            by_status[state.status.value] += 1
    return BriefingCounts(
        unasked=sum(state.status is None for state in states),
        complete=sum(not state.lacking for state in states),
        **by_status,
    )
