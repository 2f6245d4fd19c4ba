"""HTTP for registrations."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Body, Query, Request, Response, status
from sqlmodel import col

from app.committees.rules import Change
from app.core.imports import DryRun, Elsewhere
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import merged
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden, NotPermitted
from app.core.routes import Route, Session, router_for
from app.entities.duplicates import RefuseAlike, check_alike
from app.entities.problems import NotOfThisEntity, PerhapsKnown, PersonLeft
from app.invitations.access import own_entities
from app.meetings.access import MeetingDep, MeetingView
from app.questions.problems import AnswersInvalid
from app.registrations import (
    admission,
    bulk,
    counting,
    needs,
    policy,
    queries,
    service,
    substitution,
    together,
)
from app.registrations.access import (
    OwnRegistrationRow,
    RegistrationRow,
    RegistrationToChange,
    delegation_for,
    registration_to_change,
)
from app.registrations.answer_schemas import Needs, NeedsPatch
from app.registrations.lifecycle import (
    Participation,
    RegistrationRole,
    RegistrationStatus,
    RegistrationVerb,
)
from app.registrations.listing import say_whether_listed
from app.registrations.problems import (
    AlreadyPresent,
    AlreadyRegistered,
    ApprovalNeeded,
    HeadAlreadyNamed,
    NoSeatFree,
    NotInvited,
    OrganizerNeeded,
    RegistrationClosed,
    RegistrationNotOpen,
    RoleFull,
    RoleNotTaken,
    SeatMustStay,
    SubstitutionFrozen,
)
from app.registrations.schemas import (
    ApprovalDecisionOut,
    BulkResult,
    DecidedBy,
    EachRegistration,
    RegisteredEntity,
    RegisteredPerson,
    RegistrationCreate,
    RegistrationOut,
    RegistrationPatch,
    RegistrationSort,
    SubstituteCreate,
)
from app.registrations.tables import Registration


class TogetherRoute(Route):
    """A route that registers those who come at the same time together, where it can."""

    async def ahead(self, request: Request) -> Response | None:
        return await together.register(request, _created)


router = router_for("registrations")
crowded = router_for("registrations", route_class=TogetherRoute)
BASE = "/meetings/{m}/registrations"
Many = Annotated[list[EachRegistration], Body(min_length=1, max_length=500)]


@router.get(BASE, operation_id="listRegistrations")
async def list_registrations(
    session: Session,
    view: MeetingDep,
    paging: Paging,
    sort: RegistrationSort = RegistrationSort.ARRIVAL,
    entity: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
    status: RegistrationStatus | None = None,
    role: RegistrationRole | None = None,
    participation: Annotated[
        Participation | None, Query(description="Only those whose calendar answered so.")
    ] = None,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            pattern=r"\S",
            description="Words that stand in the name or the address, in any order; letter case "
            "and accents make no difference.",
            examples=["rossi am"],
        ),
    ] = None,
) -> Page[RegistrationOut]:
    """List registrations: everybody's for organizers, the own delegation for focal points."""
    own = None if view.observes else own_entities(view)
    statement = queries.list_registrations(
        view.meeting.id,
        entities=own,
        entity=entity,
        status=status,
        role=role,
        participation=participation,
        search=await queries.words_of(session, search) if search is not None else None,
        by_address=not (view.observes and not view.organizes),
    )
    if view.caller.link is not None:
        statement = statement.where(col(Registration.invitation_id) == view.caller.link.resource_id)
    columns = {
        "arrival": col(Registration.queue_number),
        "name": col(Registration.name_key),
        "line": queries.LINE,
    }
    order = ordering(sort, columns, col(Registration.id))
    return await fetch_page(session, paging, statement, order, lambda row: shown(row, view))


@crowded.post(
    BASE,
    operation_id="registerPerson",
    status_code=status.HTTP_201_CREATED,
    responses=raises(
        AlreadyRegistered,
        AnswersInvalid,
        HeadAlreadyNamed,
        NotInvited,
        NotOfThisEntity,
        PersonLeft,
        RegistrationClosed,
        RegistrationNotOpen,
        PerhapsKnown,
        RoleFull,
        RoleNotTaken,
    ),
)
async def register_person(
    session: Session,
    view: MeetingDep,
    body: RegistrationCreate,
    request: Request,
    response: Response,
    *,
    refuse_alike: RefuseAlike = False,
) -> RegistrationOut:
    """Register somebody: a seat while one is free, else a place in the waiting list.

    Where the meeting asks for approval it is `pending` first, in the order of arrival. After the
    deadline an organizer's exception lets in as many as it is for.
    """
    invitation, entity = await delegation_for(session, view, body.entity)
    if refuse_alike and body.person is not None:
        alike = Elsewhere(request, "alike")
        await check_alike(session, entity.id, body.person.name, body.person.email, alike)
    person = await bulk.person_of(session, entity, body)
    made = await bulk.register_one(session, view, invitation, person.id, body.role, body)
    await say_whether_listed(session, view.meeting, made, body.listed)
    places: Sequence[int | None] = (None, None, None)
    if made.status is RegistrationStatus.WAITING:
        places = await queries.places_at_end(session, made, invitation.pool_id)
    response.headers["Location"] = f"/v1/meetings/{view.meeting.id}/registrations/{made.id}"
    return shown((made, entity, person, *places, None), view)


@router.post(f"{BASE}/bulk", operation_id="registerPeople")
async def register_people(
    session: Session, view: MeetingDep, body: Many, *, dry_run: DryRun = False
) -> BulkResult:
    """Register many in the order of the list, with a result for each.

    A row that is malformed is refused like any other, with pointers into it.
    """
    return await bulk.register_many(session, view, body, dry_run=dry_run)


@router.get(f"{BASE}/{{registration_id}}", operation_id="getRegistration")
async def get_registration(view: MeetingDep, row: RegistrationRow) -> RegistrationOut:
    """Read a registration."""
    return shown(row, view)


@router.patch(
    f"{BASE}/{{registration_id}}",
    operation_id="changeRegistration",
    responses=raises(
        ApprovalNeeded,
        MoveForbidden,
        HeadAlreadyNamed,
        NoSeatFree,
        OrganizerNeeded,
        RegistrationClosed,
        RoleFull,
        RoleNotTaken,
    ),
    openapi_extra=takes_if_match(),
)
async def change_registration(
    session: Session,
    view: MeetingDep,
    found: RegistrationToChange,
    body: RegistrationPatch,
    request: Request,
) -> RegistrationOut:
    """Change the role, the needs, or whether the person stands in a list that others read; a role
    without a seat frees the one that was held.

    A role that takes a seat is taken like a new registration: by organizers at any time, by others
    while registration is open.
    """
    row = await queries.find_row(session, view.meeting.id, found.registration.id)
    accept_match(request, shown(row, view))
    if body.role is not None:
        await admission.check_role_change(
            session,
            found.meeting,
            found.invitation,
            found.registration,
            body.role,
            for_organizer=view.organizes,
        )
        await service.change_role(
            session,
            found.meeting,
            found.invitation,
            found.registration,
            body.role,
            for_organizer=view.organizes,
        )
        await counting.recount(session, found.meeting, found.registration)
    if "needs" in body.model_fields_set:
        said = needs_after(found.registration.needs, body.needs)
        await needs.state(session, found.meeting, found.registration, said)
    if body.listed is not None:
        await say_whether_listed(session, found.meeting, found.registration, body.listed)
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


@router.post(
    f"{BASE}/{{registration_id}}/withdraw",
    operation_id="withdrawRegistration",
    responses=raises(MoveForbidden, OrganizerNeeded, RegistrationClosed),
)
async def withdraw_registration(
    session: Session, view: MeetingDep, found: RegistrationToChange
) -> RegistrationOut:
    """Withdraw somebody; the seat goes to the first of the waiting list in the same moment."""
    admission.check_change(found.meeting, Change.WITHDRAW, for_organizer=view.organizes)
    await service.withdraw(session, found.meeting, found.invitation, found.registration)
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


@router.post(
    f"{BASE}/{{registration_id}}/substitute",
    operation_id="substituteRegistration",
    status_code=status.HTTP_201_CREATED,
    responses=raises(
        AlreadyPresent,
        AlreadyRegistered,
        ApprovalNeeded,
        AnswersInvalid,
        HeadAlreadyNamed,
        MoveForbidden,
        NotOfThisEntity,
        PersonLeft,
        OrganizerNeeded,
        RegistrationClosed,
        RoleFull,
        RoleNotTaken,
        SeatMustStay,
        SubstitutionFrozen,
    ),
)
async def substitute_registration(
    session: Session,
    view: MeetingDep,
    row: OwnRegistrationRow,
    body: SubstituteCreate,
    response: Response,
) -> RegistrationOut:
    """Name somebody else of the entity, who takes over the seat or the place in the waiting list.

    It takes no new seat, so it is open until the meeting is over, after the registration deadline
    too, unless the meeting's rules say otherwise, and as long as the person replaced was not
    checked in. Their link dies at once; the answer is the new registration. Whoever comes answers
    the meeting's questions anew. `follow` takes places on panels along.
    """
    person = await bulk.person_of(session, row[1], body)  # before the locks, as in registering
    found = await registration_to_change(session, view, row)
    if body.follow and not view.organizes:
        raise NotPermitted("Places on panels are the organizers' to give: ask them.")
    overridden = await admission.check_substitution(
        session,
        found.meeting,
        found.invitation,
        found.registration,
        body.role,
        override=body.override_reason,
        for_organizer=view.organizes,
    )
    role = body.role or found.registration.role
    said = await bulk.answers_of(session, view, found.meeting, row[1].id, role, body)
    made = await substitution.substitute(
        session,
        found.meeting,
        found.registration,
        person.id,
        body.role,
        follow=[each.value for each in body.follow],
        override=body.override_reason if overridden else None,
    )
    await bulk.keep_answers(session, found.meeting, made, said, body)
    await say_whether_listed(session, found.meeting, made, body.listed)
    response.headers["Location"] = f"/v1/meetings/{view.meeting.id}/registrations/{made.id}"
    return shown(await queries.find_row(session, view.meeting.id, made.id), view)


def needs_after(before: dict[str, Any] | None, patch: NeedsPatch | None) -> dict[str, Any] | None:
    """By JSON merge patch; null takes all of them back."""
    if patch is None:
        return None
    return merged(Needs, Needs.model_validate(before or {}), patch).said()


def _created(row: Any, view: MeetingView) -> Response:
    """The answer that `register_person` gives, of a registration that is made together."""
    out = shown(row, view)
    location = f"/v1/meetings/{out.meeting_id}/registrations/{out.id}"
    return Response(
        out.model_dump_json(),
        status_code=status.HTTP_201_CREATED,
        headers={"Location": location},
        media_type="application/json",
    )


def shown(row: Any, view: MeetingView) -> RegistrationOut:
    """A row of `queries.list_registrations` as this caller sees it."""
    registration, entity, person, in_entity, in_meeting, in_pool, decider = row[:7]
    observer_only = view.observes and not view.organizes
    waiting = registration.status is RegistrationStatus.WAITING
    return RegistrationOut(
        **{name: getattr(registration, name) for name in _OWN},
        entity=RegisteredEntity(
            id=entity.id, handle=entity.handle, abbreviation=entity.abbreviation
        ),
        person=RegisteredPerson(
            id=person.id,
            name=person.name,
            honorific=person.honorific,
            job_title=person.job_title,
            email=None if observer_only else person.email,
        ),
        waiting_position=in_entity if waiting else None,
        waiting_in_meeting=in_meeting if waiting else None,
        waiting_in_pool=in_pool if waiting else None,
        pending_because=registration.pending_because or [],
        decision=_decision(registration, decider if view.observes else None),
        answers_missing=[] if observer_only else registration.answers_missing,
        needs=None if observer_only or not registration.needs else Needs.of(registration.needs),
        allowed=[] if observer_only else _allowed(registration, view),
    )


def _decision(registration: Registration, decider: str | None) -> ApprovalDecisionOut | None:
    if registration.decision is None:
        return None
    by = registration.decided_by
    return ApprovalDecisionOut(
        decision=registration.decision,
        decided_at=registration.decided_at,
        decided_by=DecidedBy(id=by, name=decider) if decider else None,
        reason=registration.decision_reason,
    )


def _allowed(registration: Registration, view: MeetingView) -> list[RegistrationVerb]:
    """What the states permit, without what the meeting's rules keep from this caller now."""
    verbs = policy.moves(view.meeting.status, registration.status)
    hindered = admission.hindered(view.meeting, for_organizer=view.organizes)
    return [verb for verb in verbs if verb not in hindered]


_OWN = (
    "id",
    "meeting_id",
    "invitation_id",
    "role",
    "status",
    "created_at",
    "confirmed_at",
    "offer_ends_at",
    "withdrawn_at",
    "substituted_at",
    "predecessor_id",
    "successor_id",
    "pending_since",
    "participation",
    "listed",
)
