"""Registering a list of people in sets: look everything up, decide in memory, write at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.headings import fold
from app.core.problems import FieldError, Invalid, NotFound, NotPermitted, Problem
from app.entities import queries as entities
from app.entities.problems import PersonLeft
from app.invitations.access import acts_for, own_entities
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.meetings.access import MeetingView
from app.meetings.queries import lock_meeting
from app.meetings.tables import Meeting
from app.registrations import many_queries as queries
from app.registrations import set_writing
from app.registrations.admitting import arrivals_at
from app.registrations.arrivals import Arrivals, Place, named_twice
from app.registrations.candidates import Candidate, Invitee
from app.registrations.problems import NotInvited
from app.registrations.set_answers import MeetingForm


@dataclass(slots=True)
class Invitees:
    """Those whom the caller may name, by whatever they are called."""

    organizes: bool
    default: Invitee | None
    by_words: dict[str, Invitee | None] = field(default_factory=dict)
    """None where the words mean more than one."""

    def named(self, words: str | None) -> Invitee:
        """Raises the refusal of the row."""
        if words is None:
            if self.default is None:
                raise Invalid.at("/entity", "Name the entity to register for.")
            return self.default
        invitee = self.by_words.get(fold(words))
        if invitee is None and self.organizes:
            raise NotInvited(
                "This entity has no invitation to the meeting.",
                errors=[FieldError(pointer="/entity", detail="has no invitation")],
            )
        if invitee is None:
            raise NotFound.at("/entity", "You act for no such entity.")
        return invitee


async def invitees_for(session: AsyncSession, view: MeetingView, entity: str | None) -> Invitees:
    """Whom the caller may name; `entity` is who is meant where a row says nothing.

    Raises `NotPermitted` for observers, `NotFound` where there is nobody to act for.
    """
    if view.observes and not view.organizes:
        raise NotPermitted("Observers register nobody.")
    own = None if view.organizes else own_entities(view)
    rows: Sequence[Any] = await queries.list_invitees(session, view.meeting.id, own)
    allowed = [
        Invitee(invitation, entity)
        for invitation, entity in rows
        if view.organizes
        or (invitation.status in VISIBLE_TO_ENTITY and acts_for(view, view.caller, invitation))
    ]
    if not allowed and not view.organizes:
        raise NotFound
    found = Invitees(view.organizes, None, _by_words(allowed))
    if entity is not None:
        found.default = _asked(found, entity)
    elif len(allowed) == 1 and not view.organizes:
        found.default = allowed[0]
    return found


async def settle(
    session: AsyncSession,
    view: MeetingView,
    candidates: Sequence[Candidate],
    check: Callable[[], None],
    *,
    dry_run: bool,
) -> None:
    """Find out about every candidate, and write those who are not refused, unless it is a dry run.

    The meeting is locked first and the invitations after it, as by everybody who moves seats; a
    dry run locks nothing. `check` is called before anything is written, and may refuse it.
    """
    meeting = view.meeting if dry_run else await lock_meeting(session, view.meeting.id)
    open_ones = [each for each in candidates if each.refusal is None]
    invited = {each.invitation.id: each.invitation for each in open_ones}
    if not dry_run:
        await queries.lock_invitations(session, list(invited))
    await _recognize(session, open_ones, hold=not dry_run)
    await _find_present(session, meeting, open_ones)
    arrivals = await arrivals_at(
        session, meeting, list(invited.values()), for_organizer=view.organizes, lock=not dry_run
    )
    form = await MeetingForm.of(session, meeting, organizer=view.organizes)
    _decide(open_ones, arrivals, form)
    if not dry_run:
        check()
        coming = [each for each in open_ones if each.place is not None]
        await set_writing.write(session, meeting, invited, arrivals, coming, form)


def _asked(found: Invitees, entity: str) -> Invitee:
    try:
        return found.named(entity)
    except Invalid as problem:
        raise _of_query(problem) from None
    except NotFound:
        raise NotFound from None


def _of_query(problem: Problem) -> Invalid:
    detail = problem.detail
    return Invalid(detail, errors=[FieldError(pointer="query/entity", detail=detail)])


def _by_words(allowed: Iterable[Invitee]) -> dict[str, Invitee | None]:
    """Ids, handles and abbreviations, and names in any language as far as they are one's own."""
    names: dict[str, Invitee | None] = {}
    exact: dict[str, Invitee | None] = {}
    for invitee in allowed:
        entity = invitee.entity
        for words in entity.name.values():
            key = fold(str(words))
            names[key] = invitee if names.get(key, invitee) is invitee else None
        for words in (str(entity.id), entity.handle, entity.abbreviation):
            exact[fold(words)] = invitee
    return names | exact


async def _recognize(session: AsyncSession, candidates: Sequence[Candidate], *, hold: bool) -> None:
    """Whoever of the directories is known by the address is that person."""
    named = [each for each in candidates if each.person is None]
    known = await entities.people_by_address(session, {each.key for each in named}, hold=hold)
    for each in named:
        each.person = known.get(each.key)
    for each in candidates:
        each.person_id = each.person.id if each.person else None
        each.known_as = None  # by another address than the main one, perhaps


async def _find_present(
    session: AsyncSession, meeting: Meeting, candidates: Sequence[Candidate]
) -> None:
    people = [each.person_id for each in candidates if each.person_id is not None]
    present = await queries.live_registrations(session, meeting.id, people)
    for each in candidates:
        if each.person_id is not None:
            each.present = present.get(each.person_id)


def _decide(candidates: Sequence[Candidate], arrivals: Arrivals, form: MeetingForm) -> None:
    """In the order of the list, which is the order of arrival."""
    first: dict[tuple[UUID, str], Candidate] = {}
    for each in candidates:
        before = first.get(each.key)
        if before is not None and before.refusal is None:
            each.same_as_row = before.row
            each.refusal = named_twice(before.row) if before.role is not each.role else None
            continue
        if each.present is None and each.has_left:
            each.refusal = PersonLeft("The person has left the entity.")
        elif each.present is None:
            found = arrivals.take(each.invitation.id, each.role, form.refusal(each))
            each.place = found if isinstance(found, Place) else None
            each.refusal = None if isinstance(found, Place) else found
        first[each.key] = each
