"""Issuing the agenda: what has been issued never changes, the next version follows it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import queries, storing
from app.agenda.events import AgendaIssued
from app.agenda.lifecycle import TRANSITIONS, VersionStatus
from app.agenda.problems import AgendaEmpty, SymbolTaken
from app.agenda.schemas import VersionName, VersionOut
from app.agenda.tables import AgendaVersion
from app.agenda.tree import WorkingAgenda
from app.agenda.views import issued_body
from app.core import clock
from app.core.problems import MoveForbidden
from app.events import record
from app.meetings.policy import UNSAID, Telling
from app.meetings.service import raised_sequence


async def issue(
    session: AsyncSession,
    agenda: WorkingAgenda,
    status: VersionStatus | None,
    symbol: str | None,
    told: Telling = UNSAID,
) -> VersionOut:
    """Render the agenda for those who may see all of it and for everybody, and keep both.

    The meeting's row is locked by the caller, so versions come one after the other. Raises
    `AgendaEmpty`, `MoveForbidden`, `SymbolTaken`.
    """
    if not agenda.states:
        raise AgendaEmpty("Put items on the agenda before issuing it.")
    before = await queries.versions_so_far(session, agenda.meeting.id)
    version = next_version(agenda.meeting.handle, before, next_status(before, status), symbol)
    _, out = await keep(session, agenda, version, told, await rendered(session, agenda, version))
    return out


class Bodies(NamedTuple):
    """What is kept of a version: all of it, and what everybody may see."""

    full: bytes
    public: bytes


async def rendered(session: AsyncSession, agenda: WorkingAgenda, version: VersionName) -> Bodies:
    """The working agenda as a version, of which its items know from now on."""
    beside = await queries.beside(session, agenda.meeting)
    await queries.mark_issued(session, agenda.meeting.id, version.number, agenda.off)
    return Bodies(
        issued_body(agenda, version, beside, full=True),
        issued_body(agenda, version, beside, full=False),
    )


async def keep(
    session: AsyncSession,
    agenda: WorkingAgenda,
    version: VersionName,
    told: Telling,
    bodies: Bodies,
) -> tuple[AgendaVersion, VersionOut]:
    meeting = agenda.meeting
    row, languages = await storing.store(session, meeting.id, version, **bodies._asdict())
    record(
        session,
        AgendaIssued(
            subject_id=row.id,
            meeting_id=meeting.id,
            committee_id=meeting.committee_id,
            number=version.number,
            symbol=version.symbol,
            status=version.status,
            calendar_sequence=raised_sequence(meeting, ["agenda"]),
            note=told.note,
            silent=told.silent,
        ),
    )
    await session.flush()
    return row, VersionOut(**version.model_dump(), languages=languages, adoption=None)


def next_status(before: Sequence[Any], asked: VersionStatus | None) -> VersionStatus:
    """What the next version is: asked for, or what comes by itself."""
    latest: VersionStatus | None = before[-1].status if before else None
    allowed = frozenset({VersionStatus.PROVISIONAL}) if latest is None else TRANSITIONS[latest]
    usual = VersionStatus.PROVISIONAL if latest is None else VersionStatus.REVISED
    status = asked or usual
    if status not in allowed:
        state = "not issued" if latest is None else latest.value
        raise MoveForbidden(
            f"The agenda is {state}: no {status.value} version can follow.",
            state=state,
            allowed=[each.value for each in VersionStatus if each in allowed],
        )
    return status


def next_version(
    handle: str, before: Sequence[Any], status: VersionStatus, symbol: str | None
) -> VersionName:
    revision = before[-1].revision if before else 0
    if status is VersionStatus.REVISED:
        revision += 1
    symbol = symbol or _symbol(handle, status, revision)
    if any(each.symbol == symbol for each in before):
        raise SymbolTaken.at("/symbol", f"{symbol} is the symbol of an earlier version.")
    return VersionName(
        number=len(before) + 1,
        revision=revision,
        status=status,
        symbol=symbol,
        issued_at=clock.now(),
    )


def _symbol(handle: str, status: VersionStatus, revision: int) -> str:
    """The first document of the meeting: HANDLE/1, HANDLE/1/Rev.2, HANDLE/1/Adopted."""
    base = f"{handle.upper()}/1"
    match status:
        case VersionStatus.ADOPTED:
            return f"{base}/Adopted"
        case VersionStatus.REVISED:
            return f"{base}/Rev.{revision}"
        case _:
            return base
