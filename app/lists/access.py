"""Who may have which list of a meeting."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from app.core.problems import NotFound
from app.core.routes import Session
from app.invitations.access import own_entities
from app.letters.words import LetterLanguage
from app.lists import policy, service
from app.lists.lifecycle import ListKind, ListOrder
from app.lists.problems import ChathamHouse, ListNotPublished, NoParticipantsList
from app.lists.queries import Wanted
from app.meetings import queries as meetings
from app.meetings.access import MeetingDep, MeetingRef, ObservedMeeting
from app.meetings.tables import Meeting


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller says of how the list shall be."""

    language: LetterLanguage | None
    order: ListOrder
    entity: str | None


@dataclass(frozen=True, slots=True)
class ListView:
    """A list that the caller may have, and how."""

    meeting: Meeting
    kind: ListKind
    wanted: Wanted
    asked: Asked
    addresses: bool = False
    """Whether it tells addresses, ranks and who agreed to be named."""
    public: bool = False


async def asked_for(
    language: Annotated[
        LetterLanguage | None, Query(description="By default the reader's, or English.")
    ] = None,
    order: ListOrder = ListOrder.ENTITY,
    entity: Annotated[
        str | None,
        Query(min_length=1, max_length=80, description="Only this one's: id or handle."),
    ] = None,
) -> Asked:
    return Asked(language, order, entity)


AskedDep = Annotated[Asked, Depends(asked_for)]


async def delegations_for(view: MeetingDep, asked: AskedDep) -> ListView:
    """All delegations for organizers and observers, the own ones for everybody else."""
    own = None if view.observes else own_entities(view)
    observer_only = view.observes and not view.organizes
    wanted = Wanted(entities=own, entity=asked.entity)
    return ListView(view.meeting, ListKind.DELEGATIONS, wanted, asked, addresses=not observer_only)


async def participants_for(view: MeetingDep, asked: AskedDep) -> ListView:
    """What is published, for everybody who may know of the meeting, once it is; before that for
    organizers and observers only. Raises the reason why there is none.
    """
    service.check_exists(view.meeting)
    if view.meeting.participants_published_at is None and not view.observes:
        raise ListNotPublished("The list of participants has not been published yet.")
    return _participants(view.meeting, asked)


async def public_participants(session: Session, m: MeetingRef, asked: AskedDep) -> ListView:
    """The published list of a public meeting; 404 for everything else."""
    meeting = await meetings.find_public(session, m)
    if meeting is None or meeting.participants_published_at is None:
        raise NotFound
    try:
        service.check_exists(meeting)
    except (ChathamHouse, NoParticipantsList):
        raise NotFound from None
    return _participants(meeting, asked, public=True)


async def attendance_for(
    view: ObservedMeeting,
    asked: AskedDep,
    presence: Annotated[  # a query parameter
        bool, Query(description="Say who was there and when, instead of leaving room to sign.")
    ] = False,
) -> ListView:
    wanted = Wanted(entity=asked.entity, presence=presence)
    return ListView(view.meeting, ListKind.ATTENDANCE, wanted, asked)


async def name_plates_for(view: ObservedMeeting, asked: AskedDep) -> ListView:
    return ListView(view.meeting, ListKind.NAME_PLATES, Wanted(entity=asked.entity), asked)


def _participants(meeting: Meeting, asked: Asked, *, public: bool = False) -> ListView:
    wanted = Wanted(entity=asked.entity, named=policy.named(meeting.participants_list))
    return ListView(meeting, ListKind.PARTICIPANTS, wanted, asked, public=public)


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Whose differences the caller may see, and by which rule of naming people."""

    meeting: Meeting
    entities: frozenset[UUID] | None
    consented: bool
    """Only as the list of participants has it."""


async def delegation_changes_for(view: MeetingDep) -> ChangesView:
    own = None if view.observes else own_entities(view)
    return ChangesView(view.meeting, own, consented=False)


async def participant_changes_for(
    view: Annotated[ListView, Depends(participants_for)],
) -> ChangesView:
    return ChangesView(view.meeting, None, consented=True)


Delegations = Annotated[ListView, Depends(delegations_for)]
Participants = Annotated[ListView, Depends(participants_for)]
PublicParticipants = Annotated[ListView, Depends(public_participants)]
AttendanceSheet = Annotated[ListView, Depends(attendance_for)]
NamePlates = Annotated[ListView, Depends(name_plates_for)]
DelegationChanges = Annotated[ChangesView, Depends(delegation_changes_for)]
ParticipantChanges = Annotated[ChangesView, Depends(participant_changes_for)]
