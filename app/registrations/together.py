"""Registering together those who come at the same time: one transaction for several requests.

All registrations of a meeting wait for its row, and most of that time goes into committing. So a
process serves what has come meanwhile in one go: one lock, one decision after the other in the
order of arrival, one statement, one commit, and only then the answers. Whatever needs more than
the counters to be decided is left to a transaction of its own, as is everybody where the database
refuses one of them.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.rules import Approval, Rules
from app.core import clock, idempotency
from app.core.database import RETRYABLE, Database, sqlstate
from app.core.idempotency import Claim
from app.core.ids import new_id
from app.core.problems import Problem
from app.entities.service import has_left
from app.entities.tables import Entity, Person
from app.events.log import Actor, entry_values
from app.invitations.tables import Invitation
from app.meetings.access import MeetingView
from app.meetings.tables import Meeting
from app.registrations import service
from app.registrations import together_queries as queries
from app.registrations.lifecycle import RegistrationRole, RegistrationStatus
from app.registrations.tables import Registration

MOST = 50
"""Requests that one transaction serves."""


@dataclass(eq=False)
class Wanted:
    """A request to register somebody of the directory, as far as it has been looked at."""

    request: Request
    view: MeetingView
    invitation_id: UUID
    entity: Entity
    person: Person
    role: RegistrationRole
    show: Callable[["Wanted", Meeting, Registration, Sequence[int | None]], Response]
    claimed: Claim | None = None
    answer: "asyncio.Future[Response | None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def actor(self) -> Actor:
        """Whom the log names."""
        actor: Actor = self.request.state.session.info["actor"]
        return actor

    async def done(self, claimed: Claim | None) -> Response | None:
        """Wait for the answer; None if it has to be a transaction of its own."""
        self.claimed = claimed
        return await clerk_of(self.request).register(self)


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a request, and its entries of the log."""

    wanted: Wanted
    registration: Registration
    facts: Sequence[Mapping[str, Any]]


class Clerk:
    """Serves the requests of one process, a meeting at a time; the first that comes is not kept
    waiting for others.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, list[Wanted]] = {}
        self._at_work: dict[UUID, asyncio.Task[None]] = {}

    async def register(self, wanted: Wanted) -> Response | None:
        """The answer, once it is committed; None for who has to be registered alone.

        Raises what the database raised, where it could not be asked.
        """
        meeting_id = wanted.view.meeting.id
        self._waiting.setdefault(meeting_id, []).append(wanted)
        if meeting_id not in self._at_work:
            self._at_work[meeting_id] = asyncio.create_task(self._serve(meeting_id))
        return await wanted.answer

    async def _serve(self, meeting_id: UUID) -> None:
        try:
            while waiting := self._waiting.pop(meeting_id, None):
                batch, rest = waiting[:MOST], waiting[MOST:]
                if rest:
                    self._waiting[meeting_id] = rest
                await self._answer([each for each in batch if not each.answer.done()])
        finally:
            del self._at_work[meeting_id]

    async def _answer(self, batch: Sequence[Wanted]) -> None:
        try:
            answers = await _register(self._database, batch) if batch else {}
        except IntegrityError:
            answers = {}
        except Exception as error:  # noqa: BLE001  # it is for those who asked
            again = isinstance(error, DBAPIError) and sqlstate(error) in RETRYABLE
            answers = {} if again else dict.fromkeys(batch, error)
        for each in batch:
            if each.answer.done():
                continue
            answer = answers.get(each)
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)


def may_come(meeting: Meeting, role: RegistrationRole, *, for_organizer: bool) -> bool:
    """Whether the counters alone decide about somebody in this role."""
    rules = Rules.read(meeting.registration_rules)
    asked = not for_organizer and Approval.read(meeting.approval) != Approval()
    counted = role is RegistrationRole.HEAD_OF_DELEGATION or role.value in rules.at_most
    return not (asked or counted or rules.unnameable(role) or meeting.form_version is not None)


def clerk_of(request: Request) -> Clerk:
    """That of the process; made with the first request."""
    state = request.app.state
    if not hasattr(state, "clerk"):
        state.clerk = Clerk(state.database)
    clerk: Clerk = state.clerk
    return clerk


Answers = dict[Wanted, Response | Exception]


async def _register(database: Database, batch: Sequence[Wanted]) -> Answers:
    """The answers of those who could be registered together, committed."""
    answers: Answers = {}
    async with database.transaction() as session:
        mine = await _claimed(session, batch, answers)
        people = await queries.hold_people(session, {each.person.id for each in mine})
        meeting, invitations = await queries.lock_delegations(
            session, batch[0].view.meeting.id, {each.invitation_id for each in mine}
        )
        if meeting is None:
            return answers
        made = _decided(session, mine, meeting, invitations, people)
        if not made:
            return answers
        rows = [each.registration for each in made]
        facts = [fact for each in made for fact in each.facts]
        await queries.write(session, meeting, invitations, rows, facts)
        places = await _places(session, meeting, rows)
        for each in made:
            place = places[each.registration.id]
            response = each.wanted.show(each.wanted, meeting, each.registration, place)
            if each.wanted.claimed is not None:
                await _keep(session, each, each.wanted.claimed, response)
            answers[each.wanted] = response
    return answers


def _decided(
    session: AsyncSession,
    wanted: Sequence[Wanted],
    meeting: Meeting,
    invitations: Mapping[UUID, Invitation],
    people: Mapping[UUID, Person],
) -> list[Decided]:
    """One after the other, each once; those who cannot be decided here are left out."""
    found: dict[UUID, Decided] = {}
    for each in wanted:
        invitation, person = invitations.get(each.invitation_id), people.get(each.person.id)
        if invitation is None or person is None or person.id in found:
            continue
        if _decidable(each, meeting, invitation, person):
            made, facts = service.decide(meeting, invitation, person.id, each.role)
            session.info["actor"] = each.actor
            entries = [{"id": new_id(), **entry_values(session, fact)} for fact in facts]
            found[person.id] = Decided(each, made, entries)
    return list(found.values())


async def _keep(
    session: AsyncSession, decided: Decided, claimed: Claim, response: Response
) -> None:
    """The answer of a request with a key, which may tell of whom it has read or made."""
    claimed.read.update({decided.registration.id, decided.registration.person_id})
    told = " ".join(f"{fact['subject_id']} {fact['data']}" for fact in decided.facts)
    await idempotency.keep(session, decided.wanted.request, claimed, response, told)


async def _claimed(
    session: AsyncSession, batch: Sequence[Wanted], answers: Answers
) -> list[Wanted]:
    """Those that are not the repetition of another; what was read for a key counts for it."""
    mine = []
    for each in batch:
        key = idempotency.key_of(each.request)
        if key is not None and each.claimed is not None:
            try:
                body = await each.request.body()
                found = await idempotency.claim(session, each.request, key, body, watch=False)
            except Problem as problem:
                answers[each] = problem
                continue
            if isinstance(found, Response):
                answers[each] = found
                continue
            found.read.update(each.claimed.read)
            each.claimed = found
        mine.append(each)
    return mine


def _decidable(each: Wanted, meeting: Meeting, invitation: Invitation, person: Person) -> bool:
    """As things are now; whoever cannot be decided here is told why in a transaction of its own."""
    organizes = each.view.organizes
    if invitation.pool_id is not None or not may_come(meeting, each.role, for_organizer=organizes):
        return False
    if person.merged_into is not None or person.entity_id != each.entity.id:
        return False
    if has_left(person, each.entity):
        return False
    with suppress(Problem):
        service.check_open(meeting, invitation, clock.now(), for_organizer=organizes)
        return True
    return False


async def _places(
    session: AsyncSession, meeting: Meeting, made: Sequence[Registration]
) -> dict[UUID, Sequence[int | None]]:
    """The places of those who wait: they are the last, in their order."""
    places: dict[UUID, Sequence[int | None]] = {each.id: (None, None, None) for each in made}
    waiting = [each for each in made if each.status is RegistrationStatus.WAITING]
    if not waiting:
        return places
    counts = await queries.count_waiting(session, meeting.id)
    whole = sum(counts.values())
    for each in reversed(waiting):
        places[each.id] = (counts[each.invitation_id], whole, None)
        counts[each.invitation_id] -= 1
        whole -= 1
    return places
