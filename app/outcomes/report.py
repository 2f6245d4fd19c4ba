"""The report of a meeting, put together for the wire."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance import figures
from app.attendance.policy import Figures, Presence, entity_attendance
from app.attendance.policy import figures as figures_of
from app.core.fields import in_language
from app.entities.tables import Entity
from app.meetings.tables import Meeting
from app.outcomes import policy
from app.outcomes.schemas import (
    ReportedEntity,
    ReportedFigures,
    ReportedGroup,
    ReportedMeeting,
    ReportedQuorum,
    ReportOut,
    VerificationOut,
)

LONGEST = 1000
"""Entities that a report lists."""


async def report(session: AsyncSession, meeting: Meeting) -> ReportOut:
    presences = await figures.presences(session, meeting)
    counted = figures_of(presence for _, presence in presences)
    lines = policy.press_lines(counted)
    return ReportOut(
        **reported(counted).model_dump(),
        meeting=ReportedMeeting.of(meeting),
        press_line=lines["en"],
        press_lines=lines,
        by_entity=[_entity(entity, presence) for entity, presence in presences[:LONGEST]],
    )


async def text_report(session: AsyncSession, meeting: Meeting, language: str) -> str:
    """The report in plain text, in one of `policy.LANGUAGES`."""
    presences = await figures.presences(session, meeting)
    sitting = policy.Sitting(
        in_language(meeting.title, [language]),
        meeting.local_start,
        meeting.local_end,
        meeting.timezone,
    )
    counted = figures_of(presence for _, presence in presences)
    entities = [(entity.abbreviation, presence) for entity, presence in presences]
    return policy.report_text(sitting, counted, entities, language)


async def verification(session: AsyncSession, meeting: Meeting) -> VerificationOut:
    """Count again from the log alone and compare."""
    presences = await figures.presences(session, meeting)
    counted = reported(figures_of(presence for _, presence in presences))
    recomputed = reported(await figures.figures_from_log(session, meeting))
    return VerificationOut(report=counted, recomputed=recomputed, equal=counted == recomputed)


def reported(counted: Figures) -> ReportedFigures:
    return ReportedFigures(
        representatives=counted.representatives,
        entities=counted.entities,
        members=counted.quorum.members,
        share_percent=counted.share_percent,
        quorum=ReportedQuorum.of(counted.quorum),
        observers=ReportedGroup.of(counted.observers),
        others=ReportedGroup.of(counted.others),
    )


def _entity(entity: Entity, presence: Presence) -> ReportedEntity:
    return ReportedEntity(
        id=entity.id,
        handle=entity.handle,
        abbreviation=entity.abbreviation,
        standing=presence.standing,
        attendance=entity_attendance(presence),
        representatives=presence.representatives,
    )
