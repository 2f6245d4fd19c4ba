"""What a paper is made of, from the database."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.access import AgendaView
from app.agenda.happening import projection_of
from app.agenda.problems import AgendaNotIssued
from app.agenda.projection import ItemProgress
from app.agenda.saving import load_agenda
from app.agenda.tree import WorkingAgenda
from app.agenda.views import agenda_body
from app.calendar.queries import last_change
from app.core import clock
from app.core.problems import NotFound
from app.documents.policy import Reader
from app.documents.queries import live_entities
from app.invitations.access import own_entities
from app.meetings.tables import ConferenceRoom
from app.programme import queries
from app.programme.access import PaperView
from app.programme.lifecycle import PaperForm, PaperKind
from app.programme.records import Listed, Record

Agenda = dict[str, Any]
_TO_BE = frozenset({ItemProgress.RUNNING, ItemProgress.TO_COME})


async def load_record(
    session: AsyncSession, view: PaperView, kind: PaperKind, form: PaperForm
) -> Record:
    """In as few statements as the form needs.

    Raises `AgendaNotIssued`, and `NotFound` for a version that is not there.
    """
    private = kind is PaperKind.RUN_OF_SHOW
    before: Agenda | None = None
    if view.asked.draft:
        agenda = await _draft(session, view, private=private)
    else:
        agenda, before = await _issued(session, view)
    meeting = view.meeting
    earlier = form is PaperForm.JSONLD
    return Record(
        meeting=meeting,
        committee=view.committee,
        agenda=agenda,
        before=before,
        documents=await _documents(session, view, kind),
        room=await session.get(ConferenceRoom, meeting.id) if private else None,
        earlier=await queries.earlier_starts(session, meeting) if earlier else (),
        stamp=await _stamp(session, view, agenda, form),
    )


async def _documents(
    session: AsyncSession, view: PaperView, kind: PaperKind
) -> Mapping[str, Sequence[Listed]]:
    """What there is to read; an agenda names none, as it stays as it was issued."""
    if kind is PaperKind.AGENDA:
        return {}
    entities: frozenset[UUID] = frozenset()
    if view.seen is not None and not view.full:
        entities = await live_entities(session, view.meeting.id, own_entities(view.seen))
    reader = Reader(clock.now(), observes=view.full, entities=entities)
    return await queries.documents_by_item(session, view.meeting.id, reader)


async def _stamp(
    session: AsyncSession, view: PaperView, agenda: Agenda, form: PaperForm
) -> datetime:
    """When what is told last changed: a document of an issued agenda bears the day of its issue."""
    if not view.asked.draft and form is not PaperForm.ICS:
        return datetime.fromisoformat(agenda["issued_at"])
    return await last_change(session, view.meeting.id) or view.meeting.created_at


async def _issued(session: AsyncSession, view: PaperView) -> tuple[Agenda, Agenda | None]:
    number = view.asked.version
    found = await queries.find_issued(session, view.meeting.id, number, full=view.full)
    if not found:
        if view.public or number is not None:
            raise NotFound
        raise AgendaNotIssued
    agenda, before = (json.loads(found[0]), json.loads(found[1]) if len(found) > 1 else None)
    return agenda, before


async def _draft(session: AsyncSession, view: PaperView, *, private: bool) -> Agenda:
    """The working agenda as JSON, with who speaks as far as it is known."""
    assert view.seen is not None, "drafts are not for the public"
    seen = AgendaView(view.seen, await load_agenda(session, view.meeting), None)
    agenda = _working(seen)
    panels = await queries.panels_to_show(session, view.meeting.id, private=private)
    briefers = await queries.briefers_to_show(session, view.meeting.id, private=private)
    expected = _expected(seen.agenda) if private else {}
    for item in _all(agenda["items"]):
        item.update(expected.get(item["id"], {}))
        item["panel"] = panels.get(item["id"])
        item["briefer"] = briefers.get(item["id"])
    return agenda


def _expected(agenda: WorkingAgenda) -> dict[str, Agenda]:
    """When what is on, or will be, is projected to be on, while the meeting is under way."""
    found = projection_of(agenda, clock.now().replace(microsecond=0))
    return {
        str(each.id): {
            "projected_start": each.starts_at.isoformat(),
            "projected_end": each.ends_at.isoformat(),
        }
        for each in (found.items if found else ())
        if each.progress in _TO_BE and each.starts_at and each.ends_at
    }


def _working(seen: AgendaView) -> Agenda:
    found: Agenda = json.loads(agenda_body(seen).content)
    return found


def _all(items: list[Agenda]) -> Iterator[Agenda]:
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        yield item
        waiting += item["items"]
