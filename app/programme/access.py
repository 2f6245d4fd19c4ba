"""Who may have which paper of a meeting, and what a caller says of how it shall be."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.fields import ZoneName
from app.core.problems import FieldError, Invalid, NotFound, NotPermitted
from app.core.routes import Session
from app.core.zones import UnknownZone, canonical_zone
from app.letters.words import LetterLanguage
from app.meetings import queries as meetings
from app.meetings.access import MeetingDep, MeetingRef, MeetingSecrets, MeetingView
from app.meetings.tables import Meeting

MOST_ZONES = 12
DUTY_STATIONS = (
    "America/New_York",
    "Europe/Zurich",
    "Europe/Vienna",
    "Africa/Nairobi",
    "Africa/Addis_Ababa",
    "Asia/Bangkok",
    "Asia/Beirut",
    "America/Santiago",
)
"""Where most readers of a programme are."""
_Version = Annotated[
    int | None,
    Query(ge=1, le=1_000_000, description="Of the agenda; by default the one in force."),
]
_Language = Annotated[
    LetterLanguage | None, Query(description="By default the reader's, or English.")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller says of how the paper shall be."""

    version: int | None = None
    draft: bool = False
    language: LetterLanguage | None = None
    day: int | None = None
    timezone: str | None = None
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperView:
    """A meeting of which the caller may have a paper, and how much of it."""

    meeting: Meeting
    committee: dict[str, str]
    asked: Asked
    seen: MeetingView | None = None
    """None for the public."""

    @property
    def public(self) -> bool:
        return self.seen is None

    @property
    def full(self) -> bool:
        """Whether restricted items are shown."""
        return self.seen is not None and self.seen.observes


async def agenda_asked(version: _Version = None, language: _Language = None) -> Asked:
    return Asked(version=version, language=language)


async def hours_asked(
    language: _Language = None,
    day: Annotated[
        int | None, Query(ge=1, le=32, description="Only this day of the meeting, from 1.")
    ] = None,
    timezone: Annotated[
        ZoneName | None, Query(description="The reader's, for a second column of times.")
    ] = None,
    zones: Annotated[
        str | None,
        Query(
            max_length=720,
            description="Whose hours are shown besides, with commas; by default those of the main "
            "duty stations, and none where it is empty.",
            examples=["Africa/Nairobi,Asia/Bangkok"],
        ),
    ] = None,
) -> Asked:
    wanted = DUTY_STATIONS if zones is None else _zones(zones)
    return Asked(language=language, day=day, timezone=timezone, zones=wanted)


AgendaAsked = Annotated[Asked, Depends(agenda_asked)]
HoursAsked = Annotated[Asked, Depends(hours_asked)]
Draft = Annotated[
    bool, Query(description="The agenda as it is worked on, for organizers and observers.")
]


async def agenda_for(view: MeetingDep, asked: AgendaAsked, draft: Draft = False) -> PaperView:
    return _of_meeting(view, replace(asked, draft=draft))


async def programme_for(
    view: MeetingDep, asked: HoursAsked, version: _Version = None, draft: Draft = False
) -> PaperView:
    return _of_meeting(view, replace(asked, version=version, draft=draft))


async def run_of_show_for(view: MeetingSecrets, asked: HoursAsked) -> PaperView:
    """Always of the agenda that is worked on: it is what those who run the meeting go by."""
    return PaperView(view.meeting, view.committee.name, replace(asked, draft=True), view)


async def public_agenda_for(session: Session, m: MeetingRef, asked: AgendaAsked) -> PaperView:
    return await _public(session, m, asked)


async def public_programme_for(
    session: Session, m: MeetingRef, asked: HoursAsked, version: _Version = None
) -> PaperView:
    return await _public(session, m, replace(asked, version=version))


def _of_meeting(view: MeetingView, asked: Asked) -> PaperView:
    if asked.draft and not view.observes:
        raise NotPermitted("Only organizers and observers of the committee may see drafts.")
    if asked.draft and asked.version is not None:
        detail = "A draft is of no version: ask for one or the other."
        raise Invalid(detail, errors=[FieldError(pointer="query/version", detail=detail)])
    return PaperView(view.meeting, view.committee.name, asked, view)


async def _public(session: AsyncSession, m: str, asked: Asked) -> PaperView:
    found = await meetings.find_public_with_committee(session, m)
    if found is None:
        raise NotFound
    meeting, committee = found
    return PaperView(meeting, committee.name, asked)


def _zones(said: str) -> tuple[str, ...]:
    names = [name.strip() for name in said.split(",") if name.strip()]
    try:
        if len(names) > MOST_ZONES:
            raise UnknownZone(said)
        return tuple(dict.fromkeys(canonical_zone(name) for name in names))
    except UnknownZone as error:
        many = f"At most {MOST_ZONES} zones."
        detail = many if len(names) > MOST_ZONES else str(error)
        raise Invalid(detail, errors=[FieldError(pointer="query/zones", detail=detail)]) from None


AgendaPaper = Annotated[PaperView, Depends(agenda_for)]
ProgrammePaper = Annotated[PaperView, Depends(programme_for)]
RunOfShowPaper = Annotated[PaperView, Depends(run_of_show_for)]
PublicAgendaPaper = Annotated[PaperView, Depends(public_agenda_for)]
PublicProgrammePaper = Annotated[PaperView, Depends(public_programme_for)]
