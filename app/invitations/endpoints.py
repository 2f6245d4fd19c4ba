"""HTTP for invitations and the organizer's board."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees import queries as committees
from app.committees.lifecycle import Standing
from app.committees.rules import Delegate, Rules
from app.core.imports import DryRun
from app.core.openapi import raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.preconditions import accept_match
from app.core.problems import Invalid, MoveForbidden
from app.core.routes import Session, router_for
from app.entities import queries as entities
from app.entities.tables import Entity
from app.invitations import pool_queries, queries, service
from app.invitations.access import (
    InvitationRow,
    InvitationToAnswer,
    OrganizedInvitation,
    own_entities,
)
from app.invitations.lifecycle import (
    ANSWERS,
    VISIBLE_TO_ENTITY,
    CredentialsState,
    InvitationStatus,
)
from app.invitations.policy import moves, reference
from app.invitations.problems import (
    AlreadyInvited,
    AnswersClosed,
    DelegationRegistered,
    MeetingNotAnnounced,
    PoolBelowTaken,
    QuotaBelowTaken,
)
from app.invitations.schemas import (
    AnswerRequest,
    Answers,
    InvitationOut,
    InvitationOutcome,
    InvitationPatch,
    InvitationResult,
    InvitationsCreate,
    InvitationSort,
    InvitationsResult,
    InvitedEntity,
    LackOut,
    LastMessage,
    MailCounts,
    SendOutcome,
    SendRequest,
    SendResult,
    SendResults,
    SharedSeats,
)
from app.invitations.seats import change_seats
from app.invitations.tables import Invitation
from app.meetings.access import MeetingDep, MeetingView, OrganizedMeeting
from app.meetings.problems import MeetingClosed, PlanDoesNotFit
from app.meetings.tables import Meeting

router = router_for("invitations")
BASE = "/meetings/{m}/invitations"


@router.get(BASE, operation_id="listInvitations")
async def list_invitations(
    session: Session,
    view: MeetingDep,
    paging: Paging,
    sort: InvitationSort = InvitationSort.ENTITY,
    status: Annotated[
        InvitationStatus | None, Query(description="Only those in this state.")
    ] = None,
    credentials: Annotated[
        CredentialsState | None, Query(description="Only those whose credentials are so.")
    ] = None,
) -> Page[InvitationOut]:
    """List invitations: the organizer's board; focal points find their own."""
    statement = queries.list_invitations(
        view.meeting.id,
        entities=None if view.observes else own_entities(view),
        visible=None if view.observes else VISIBLE_TO_ENTITY,
        statuses=[status] if status else None,
        credentials=credentials and credentials.value,
    )
    if view.caller.link is not None:
        statement = statement.where(col(Invitation.id) == view.caller.link.resource_id)
    columns = {"entity": col(Entity.abbreviation), "created_at": col(Invitation.created_at)}
    order = ordering(sort, columns, col(Invitation.id))
    return await fetch_page(session, paging, statement, order, lambda row: shown(row, view))


@router.post(BASE, operation_id="inviteEntities", responses=raises(MeetingClosed, AlreadyInvited))
async def invite_entities(
    session: Session, view: OrganizedMeeting, body: InvitationsCreate, *, dry_run: DryRun = False
) -> InvitationsResult:
    """Invite all members, or chosen entities, also from outside the committee, as drafts."""
    results, fresh = await _sorted_out(session, view.meeting, body)
    if not dry_run:
        pools = await _pools(session, view.meeting, fresh, body.pool_id)
        made = await service.invite(session, view.meeting, list(fresh), body.seat_quota, pools)
        for invitation in made:
            fresh[invitation.entity_id].invitation_id = invitation.id
        await session.flush()
    return InvitationsResult(dry_run=dry_run, invited=len(fresh), results=results)


@router.post(
    f"{BASE}/send",
    operation_id="sendInvitations",
    openapi_extra=tells(),
    responses=raises(MeetingNotAnnounced),
)
async def send_invitations(
    session: Session, view: OrganizedMeeting, body: SendRequest, *, dry_run: DryRun = False
) -> SendResults:
    """Send drafts: every focal point gets one mail with a link for answering."""
    wanted = None if body.all_drafts else list(dict.fromkeys(body.invitations))
    found = await queries.lock_invitations(session, view.meeting.id, wanted)
    drafts = [each for each in found if each.status is InvitationStatus.DRAFT]
    if drafts and dry_run:
        service.check_announced(view.meeting)
    elif drafts:
        await service.send(session, view.meeting, *drafts)
    fresh = {draft.id for draft in drafts}
    results = [
        SendResult(
            invitation_id=invitation.id,
            outcome=SendOutcome.SENT if invitation.id in fresh else SendOutcome.SENT_BEFORE,
        )
        for invitation in found
    ]
    known = {result.invitation_id for result in results}
    results += [
        SendResult(invitation_id=missing, outcome=SendOutcome.UNKNOWN)
        for missing in wanted or []
        if missing not in known
    ]
    await session.flush()
    sent = sum(result.outcome is SendOutcome.SENT for result in results)
    return SendResults(dry_run=dry_run, sent=sent, results=results)


@router.get(f"{BASE}/{{invitation_id}}", operation_id="getInvitation")
async def get_invitation(view: MeetingDep, row: InvitationRow) -> InvitationOut:
    """Read an invitation; looking at it changes nothing."""
    return shown(row, view)


@router.delete(
    f"{BASE}/{{invitation_id}}",
    operation_id="deleteInvitation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MoveForbidden, MeetingClosed),
    openapi_extra=takes_if_match(),
)
async def delete_invitation(
    session: Session, view: MeetingDep, found: OrganizedInvitation, request: Request
) -> None:
    """Delete a draft that nobody has heard of."""
    accept_match(request, await read_again(session, view, found.invitation))
    await service.delete(session, found.meeting, found.invitation)


@router.post(
    f"{BASE}/{{invitation_id}}/send",
    operation_id="sendInvitation",
    openapi_extra=tells(),
    responses=raises(MoveForbidden, MeetingNotAnnounced),
)
async def send_invitation(
    session: Session, view: MeetingDep, found: OrganizedInvitation
) -> InvitationOut:
    """Send one draft."""
    await service.send(session, found.meeting, found.invitation)
    return await read_again(session, view, found.invitation)


@router.post(
    f"{BASE}/{{invitation_id}}/answer",
    operation_id="answerInvitation",
    responses=raises(MoveForbidden, AnswersClosed, DelegationRegistered),
)
async def answer_invitation(
    session: Session, view: MeetingDep, found: InvitationToAnswer, body: AnswerRequest
) -> InvitationOut:
    """Accept, decline or answer tentatively; the last answer counts until the deadline."""
    await service.answer(
        session,
        found.meeting,
        found.invitation,
        body.answer,
        body.note,
        for_organizer=found.organizes,
    )
    return await read_again(session, view, found.invitation)


@router.post(
    f"{BASE}/{{invitation_id}}/withdraw",
    operation_id="withdrawInvitation",
    openapi_extra=tells(),
    responses=raises(MoveForbidden, MeetingClosed),
)
async def withdraw_invitation(
    session: Session, view: MeetingDep, found: OrganizedInvitation
) -> InvitationOut:
    """Take an invitation back: its links die, its delegation is withdrawn, all are told.

    Inviting the entity once more makes it a draft again.
    """
    await service.withdraw(session, found.meeting, found.invitation)
    return await read_again(session, view, found.invitation)


@router.patch(
    f"{BASE}/{{invitation_id}}",
    operation_id="changeInvitation",
    responses=raises(MeetingClosed, PlanDoesNotFit, PoolBelowTaken, QuotaBelowTaken),
    openapi_extra=tells(takes_if_match()),
)
async def change_invitation(
    session: Session,
    view: MeetingDep,
    found: OrganizedInvitation,
    body: InvitationPatch,
    request: Request,
) -> InvitationOut:
    """Change the seat quota and the pool; more seats go to those who wait, in the same moment.

    Fewer than are taken are refused, unless `move_to_waiting` says who leaves. Who leaves a pool
    without being given a quota has the meeting's.
    """
    accept_match(request, await read_again(session, view, found.invitation))
    invitation, sent = found.invitation, body.model_fields_set
    quota = body.seat_quota if "seat_quota" in sent else invitation.seat_quota
    pool_id = body.pool_id if "pool_id" in sent else invitation.pool_id
    if quota is None and pool_id is None and "seat_quota" not in sent:
        quota = found.meeting.seat_quota
    planned = body.move_to_waiting is not None
    leaving = None if body.move_to_waiting == "latest" else body.move_to_waiting
    await change_seats(session, found.meeting, invitation, quota, pool_id, leaving, planned=planned)
    return await read_again(session, view, invitation)


async def read_again(
    session: AsyncSession, view: MeetingView, invitation: Invitation
) -> InvitationOut:
    """The representation after a change."""
    await session.flush()
    row = await queries.find_row(session, view.meeting.id, invitation.id)
    assert row is not None
    return shown(row, view)


def shown(row: Any, view: MeetingView) -> InvitationOut:
    """A row of `queries.list_invitations` as this caller sees it."""
    invitation, entity, waiting, message, mails, answers, unread, pool = row[:8]
    pending, named, credentials, late_places, unanswered = row[8:13]
    names = ("id", "meeting_id", "status", "seat_quota", "seats_taken", "created_at", "sent_at")
    more = ("reminded_at", "answered_at", "answer_note", "withdrawn_at")
    allowed = moves(view.meeting.status, invitation.status)
    if not view.organizes:
        closed = view.observes or not service.takes_answers(view.meeting)
        allowed = [] if closed else [verb for verb in allowed if verb in ANSWERS]
    return InvitationOut(
        **{name: getattr(invitation, name) for name in names + more},
        reference=reference(view.committee.handle, view.meeting.number, invitation.letter_number),
        entity=InvitedEntity.of(
            {name: getattr(entity, name) for name in InvitedEntity.model_fields}
        ),
        pool=SharedSeats.of({name: getattr(pool, name) for name in SharedSeats.model_fields})
        if pool
        else None,
        waiting=waiting,
        last_message=LastMessage.of(message) if message and view.observes else None,
        mails=MailCounts.of(mails) if view.observes else None,
        participation=Answers.of(answers),
        pending=pending,
        incomplete=_incomplete(view.meeting, invitation, named),
        credentials=(credentials or "missing") if view.meeting.needs_credentials else None,
        late_places=late_places,
        answers_missing=unanswered,
        unread_replies=unread if view.observes else None,
        allowed=allowed,
    )


async def _pools(
    session: AsyncSession, meeting: Meeting, entities: Iterable[UUID], pool_id: UUID | None
) -> dict[UUID, UUID]:
    """Which of the entities take from which pool: all from one that is named, else observers from
    theirs.
    """
    if pool_id is not None:
        if await pool_queries.lock_pool(session, meeting.id, pool_id) is None:
            raise Invalid.at("/pool_id", "The meeting has no such pool.")
        return dict.fromkeys(entities, pool_id)
    for_observers = await pool_queries.observers_pool(session, meeting.id)
    if for_observers is None:
        return {}
    day = meeting.local_start.date()
    members = await committees.members_on(session, meeting.committee_id, day)
    observers = {entity.id for each, entity in members if each.standing is Standing.OBSERVER}
    return {entity_id: for_observers for entity_id in entities if entity_id in observers}


def _incomplete(
    meeting: Meeting, invitation: Invitation, named: list[dict[str, Any]] | None
) -> list[LackOut]:
    """Nothing is asked of an entity that has not accepted."""
    if invitation.status is not InvitationStatus.ACCEPTED:
        return []
    rules = Rules.read(meeting.registration_rules)
    lacking = rules.lacking(Delegate(**each) for each in named or ())
    return [LackOut.of(each) for each in lacking]


async def _sorted_out(
    session: AsyncSession, meeting: Meeting, body: InvitationsCreate
) -> tuple[list[InvitationResult], dict[UUID, InvitationResult]]:
    """A result for each entity, and those of entities that are to be invited, by id."""
    wanted: dict[str, Entity | None]
    if body.all_members:
        day = meeting.local_start.date()
        members = await committees.members_on(session, meeting.committee_id, day)
        wanted = {entity.handle: entity for _, entity in members}
    else:
        known = await entities.find_entities(session, body.entities)
        wanted = {ref: known.get(ref) for ref in body.entities}
    invited = await queries.invited_entities(session, meeting.id)
    results: list[InvitationResult] = []
    fresh: dict[UUID, InvitationResult] = {}
    for ref, entity in wanted.items():
        outcome = InvitationOutcome.UNKNOWN_ENTITY
        if entity is not None:
            taken = entity.id in invited or entity.id in fresh
            outcome = InvitationOutcome.ALREADY_INVITED if taken else InvitationOutcome.INVITED
        result = InvitationResult(entity=ref, outcome=outcome)
        if entity is not None and outcome is InvitationOutcome.INVITED:
            fresh[entity.id] = result
        elif entity is not None:
            result.invitation_id = invited.get(entity.id)
        results.append(result)
    return results, fresh
