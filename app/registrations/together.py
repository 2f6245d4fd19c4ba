"""Registering together those who come at the same time: one transaction for several requests.

All registrations of a meeting wait for its row, and most of that time goes into committing and
asking. So a process serves what has come meanwhile in one go: who they are, whom and for which
meeting they name is read for all of them by a few statements, under one lock; then one decision
after the other in the order of arrival, one statement, one commit, and only then the answers.
Whoever is not plainly allowed, or needs more than the counters to be decided, is left to a
transaction of its own, as is everybody where the database refuses one of them.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from fastapi import Request, Response
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.rules import Approval, Rules
from app.core import clock, idempotency
from app.core.bodies import strict_json
from app.core.database import Database, is_unavailable
from app.core.idempotency import Claim
from app.core.ids import new_id
from app.core.problems import Problem
from app.entities.service import has_left
from app.entities.tables import Entity, Person
from app.events.log import entry_values
from app.identity.access import actor_of, own_bearer
from app.identity.callers import callers_of_tokens
from app.identity.policy import Caller
from app.invitations.access import acts_for, own_entities
from app.invitations.lifecycle import VISIBLE_TO_ENTITY
from app.invitations.tables import Invitation
from app.meetings.access import MeetingView, view_of
from app.meetings.tables import Meeting
from app.registrations import service
from app.registrations import together_queries as queries
from app.registrations.lifecycle import Listed, RegistrationRole, RegistrationStatus
from app.registrations.schemas import RegistrationCreate
from app.registrations.tables import Registration
from app.registrations.together_queries import Delegations

log = structlog.get_logger()
MOST = 50
"""Requests that one transaction serves."""
APART_SECONDS = 60.0
"""For so long those like one who cannot be decided together are not tried again."""
MOST_APART = 1_000


Show = Callable[[Any, MeetingView], Response]
"""The answer that shows a row of the list of registrations to a caller."""
Like = tuple[str, str | int, RegistrationRole]


@dataclass(eq=False)
class Wanted:
    """A request to register somebody of the directory; only its form has been looked at."""

    request: Request
    bearer: str
    meeting: str
    """Id or handle."""
    body: RegistrationCreate
    show: Show
    claimed: Claim | None = None
    apart: bool = False
    """Found to need more than the counters: a pool, an approval, a form, or a rule that counts."""
    answer: "asyncio.Future[Response | None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def like(self) -> Like:
        """What it has in common with others that are decided in the same way; whoever names no
        entity means their own.
        """
        return self.meeting, self.body.entity or hash(self.bearer), self.body.role


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a request, and its entries of the log."""

    wanted: Wanted
    view: MeetingView
    entity: Entity
    person: Person
    registration: Registration
    facts: Sequence[Mapping[str, Any]]


async def register(request: Request, show: Show) -> Response | None:
    """The answer, once it is committed; None for a request that needs a transaction of its own,
    be it to say what is wrong with it.

    Raises what the database raised, where it could not be asked.
    """
    bearer = own_bearer(request)
    body = None if request.url.query else await _plain(request)
    if bearer is None or body is None:
        return None
    wanted = Wanted(request, bearer, request.path_params["m"], body, show)
    return await clerk_of(request).register(wanted)


async def _plain(request: Request) -> RegistrationCreate | None:
    """The body, where it asks for nothing but a place for somebody who is known."""
    try:
        body = RegistrationCreate.model_validate(strict_json(await request.body()))
    except (Problem, ValidationError):
        return None
    said = body.person or body.answers or body.needs or body.listed is not Listed.NOT_ASKED
    return None if said else body


class Clerk:
    """Serves the requests of one process, a meeting at a time; the first that comes is not kept
    waiting for others.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, list[Wanted]] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._apart: dict[Like, float] = {}
        """Who is not tried, and until when: it would be in vain, and hold the lock."""

    async def register(self, wanted: Wanted) -> Response | None:
        """The answer, once it is committed; None for who has to be registered alone."""
        meeting = wanted.meeting
        if self._apart.get(wanted.like, 0) > time.monotonic():
            return None
        self._waiting.setdefault(meeting, []).append(wanted)
        if meeting not in self._at_work:
            self._at_work[meeting] = asyncio.create_task(self._serve(meeting))
        return await wanted.answer

    async def _serve(self, meeting: str) -> None:
        try:
            while waiting := self._waiting.pop(meeting, None):
                batch, rest = waiting[:MOST], waiting[MOST:]
                if rest:
                    self._waiting[meeting] = rest
                await self._answer([each for each in batch if not each.answer.done()])
        finally:
            del self._at_work[meeting]

    async def _answer(self, batch: Sequence[Wanted]) -> None:
        """All hear that the database is not there; whatever else failed may be the fault of one, so
        each is run alone.
        """
        try:
            answers = await _register(self._database, batch) if batch else {}
        except Exception as error:  # noqa: BLE001  # it is for those who asked
            answers = dict.fromkeys(batch, error) if is_unavailable(error) else {}
            if not (answers or isinstance(error, DBAPIError)):
                log.warning("not registered together", error=type(error).__name__)
        for each in batch:
            if each.apart:
                self._keep_apart(each)
            if each.answer.done():
                continue
            answer = answers.get(each)
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)

    def _keep_apart(self, wanted: Wanted) -> None:
        if len(self._apart) >= MOST_APART:
            self._apart.clear()
        self._apart[wanted.like] = time.monotonic() + APART_SECONDS


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
        callers = await callers_of_tokens(session, {each.bearer for each in batch})
        known = [each for each in batch if each.bearer in callers]
        mine = await _claimed(session, known, answers)
        people = await queries.hold_people(session, {_person_id(each) for each in mine})
        entities = {person.entity_id for person in people.values()}
        found = await queries.lock_delegations(session, batch[0].meeting, entities)
        if found is None:
            return answers
        made = _decided(session, mine, callers, people, found)
        if not made:
            return answers
        rows = [each.registration for each in made]
        facts = [fact for each in made for fact in each.facts]
        await queries.write(session, found, rows, facts)
        places = await _places(session, found.meeting, rows)
        for each in made:
            row = (each.registration, each.entity, each.person, *places[each.registration.id], None)
            response = each.wanted.show(row, each.view)
            if each.wanted.claimed is not None:
                await _keep(session, each, each.wanted.claimed, response)
            answers[each.wanted] = response
    return answers


def _person_id(wanted: Wanted) -> UUID:
    assert wanted.body.person_id is not None, "it names somebody known"
    return wanted.body.person_id


def _decided(
    session: AsyncSession,
    wanted: Sequence[Wanted],
    callers: Mapping[str, Caller],
    people: Mapping[UUID, Person],
    found: Delegations,
) -> list[Decided]:
    """One after the other, each once; those who cannot be decided here are left out."""
    decided: dict[UUID, Decided] = {}
    for each in wanted:
        person = people.get(_person_id(each))
        delegation = found.of_entity.get(person.entity_id) if person else None
        if person is None or delegation is None or person.id in decided:
            continue
        invitation, entity = delegation
        caller = callers[each.bearer]
        view = view_of(caller, found.meeting, found.committee)
        if not _named(each.body, view, entity) or not _allowed(view, invitation):
            continue
        role = each.body.role
        organizes = view.organizes
        if invitation.pool_id or not may_come(found.meeting, role, for_organizer=organizes):
            each.apart = True
        elif _decidable(view, invitation, entity, person):
            made, facts = service.decide(found.meeting, invitation, person.id, role)
            session.info["actor"] = actor_of(caller, each.request)
            entries = [{"id": new_id(), **entry_values(session, fact)} for fact in facts]
            decided[person.id] = Decided(each, view, entity, person, made, entries)
    return list(decided.values())


def _named(body: RegistrationCreate, view: MeetingView, entity: Entity) -> bool:
    """Whether it is for this entity, as `access.delegation_for` finds it."""
    if body.entity is None:
        return own_entities(view) == {entity.id}
    return body.entity in {entity.handle, str(entity.id)}


def _allowed(view: MeetingView, invitation: Invitation) -> bool:
    """Whether it is plain that the caller may; whoever may not is told so elsewhere."""
    if not view.caller.changes or view.organizes:
        return view.caller.changes
    visible = invitation.status in VISIBLE_TO_ENTITY
    return visible and not view.observes and acts_for(view, view.caller, invitation)


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
    """Those that are not the repetition of another."""
    mine = []
    for each in batch:
        try:
            key = idempotency.key_of(each.request)
            if key is not None:
                body = await each.request.body()
                found = await idempotency.claim(session, each.request, key, body, watch=False)
                if isinstance(found, Response):
                    answers[each] = found
                    continue
                each.claimed = found
        except Problem as problem:
            answers[each] = problem
            continue
        mine.append(each)
    return mine


def _decidable(view: MeetingView, invitation: Invitation, entity: Entity, person: Person) -> bool:
    """As things are now; whoever cannot be decided here is told why in a transaction of its own."""
    if person.merged_into is not None or has_left(person, entity):
        return False
    with suppress(Problem):
        service.check_open(view.meeting, invitation, clock.now(), for_organizer=view.organizes)
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
