"""HTTP for committees, their working groups and their members."""

from typing import Annotated, Any

from fastapi import Query, Request, Response, status
from sqlalchemy import func
from sqlmodel import col

from app.committees import imports, member_imports, queries, service
from app.committees.access import (
    CommitteeDep,
    CommitteeToAdminister,
    MembershipDep,
    MembershipToChange,
    MembershipToDelete,
    RoleHolder,
    RollDep,
    RollToKeep,
)
from app.committees.lifecycle import Office, Standing
from app.committees.policy import Term
from app.committees.problems import MembershipCounted, MembershipOverlaps, ParentIsWorkingGroup
from app.committees.schemas import (
    CommitteeCreate,
    CommitteeOut,
    CommitteePatch,
    CommitteeSort,
    CommitteeWrite,
    MemberEntity,
    MembershipCreate,
    MembershipOut,
    MembershipPatch,
    MembershipWrite,
)
from app.committees.tables import Committee, Membership
from app.core.fields import Day
from app.core.imports import IMPORT_BODY, DryRun, ImportResult, uploaded_rows
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.problems import AlreadyExists, FieldError, Invalid, StillInUse
from app.core.routes import Session, router_for
from app.entities.queries import find_entities
from app.entities.tables import Entity
from app.identity.access import Administrator

router = router_for("committees")


@router.get("/committees", operation_id="listCommittees")
async def list_committees(
    session: Session,
    caller: RoleHolder,
    paging: Paging,
    sort: CommitteeSort = CommitteeSort.HANDLE,
    parent: Annotated[
        str | None,
        Query(min_length=1, max_length=80, description="Id or handle: only its working groups."),
    ] = None,
    search: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="Part of the handle or the name."),
    ] = None,
) -> Page[CommitteeOut]:
    """List committees and their working groups."""
    parent_id = None
    if parent is not None:
        parent_id = (await _known(session, parent, "query/parent")).id
    columns = {"handle": col(Committee.handle), "number": func.coalesce(col(Committee.number), 0)}
    order = ordering(sort, columns, col(Committee.id))
    statement = queries.list_committees(parent_id, search)
    return await fetch_page(session, paging, statement, order, lambda row: CommitteeOut.of(row[0]))


@router.post(
    "/committees",
    operation_id="createCommittee",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists, ParentIsWorkingGroup),
)
async def create_committee(
    session: Session, caller: Administrator, body: CommitteeCreate, response: Response
) -> CommitteeOut:
    """Create a committee or, with a parent, one of its working groups."""
    parent = await _known(session, body.parent, "/parent") if body.parent else None
    members = body.model_dump(exclude={"handle", "parent"})
    committee = await service.create_committee(session, body.handle, parent, members)
    response.headers["Location"] = f"/v1/committees/{committee.id}"
    return CommitteeOut.of(committee)


@router.post(
    "/committees/import",
    operation_id="importCommittees",
    openapi_extra=IMPORT_BODY,
    responses=raises(AlreadyExists, MembershipCounted),
)
async def import_committees(
    session: Session, caller: Administrator, request: Request, *, dry_run: DryRun = False
) -> ImportResult:
    """Import committees and working groups with their chairs: all rows or none.

    Columns are `handle`, `parent` and the members of a committee; `name_en`, `name_fr` and so on
    stand for its name, and `letter_signatory_title_en` and so on for that title. `chair` and
    `vice_chairs` name entities, which hold these offices from `since` on, today if left out;
    whoever held them before stays a member.
    """
    rows = await uploaded_rows(request, "committees")
    return await imports.import_committees(session, rows, dry_run=dry_run)


@router.get("/committees/{c}", operation_id="getCommittee")
async def get_committee(committee: CommitteeDep) -> CommitteeOut:
    """Read a committee."""
    return CommitteeOut.of(committee)


@router.patch(
    "/committees/{c}",
    operation_id="changeCommittee",
    responses=raises(AlreadyExists),
    openapi_extra=takes_if_match(),
)
async def change_committee(
    session: Session, committee: CommitteeToAdminister, body: CommitteePatch, request: Request
) -> CommitteeOut:
    """Change a committee by JSON merge patch."""
    accept_match(request, CommitteeOut.of(committee))
    before = writable(CommitteeWrite, committee)
    after = merged(CommitteeWrite, before, body)
    await service.change_committee(session, committee, after.model_dump(), changes(before, after))
    return CommitteeOut.of(committee)


@router.delete(
    "/committees/{c}",
    operation_id="deleteCommittee",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(StillInUse),
    openapi_extra=takes_if_match(),
)
async def delete_committee(
    session: Session, committee: CommitteeToAdminister, request: Request
) -> None:
    """Delete a committee that nothing refers to yet."""
    accept_match(request, CommitteeOut.of(committee))
    await service.delete_committee(session, committee)


@router.get("/committees/{c}/members", operation_id="listMembers")
async def list_members(
    session: Session,
    roll: RollDep,
    paging: Paging,
    on: Annotated[
        Day | None, Query(description="The members of that day; by default of today.")
    ] = None,
    standing: Standing | None = None,
    office: Office | None = None,
    *,
    every: Annotated[
        bool, Query(alias="all", description="Past and future memberships as well.")
    ] = False,
) -> Page[MembershipOut]:
    """List the members and observers of a committee on a day, by abbreviation."""
    if every and on is not None:
        detail = "Ask either for a day or for all memberships."
        raise Invalid(detail, errors=[FieldError(pointer="query/on", detail=detail)])
    day = None if every else on or roll.today
    statement = queries.list_members(roll.committee.id, day=day, standing=standing, office=office)
    order = [(col(Entity.abbreviation), False), (col(Membership.id), False)]
    return await fetch_page(session, paging, statement, order, lambda r: _member(r[0], r[1]))


@router.post(
    "/committees/{c}/members",
    operation_id="addMember",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MembershipOverlaps, MembershipCounted),
)
async def add_member(
    session: Session, roll: RollToKeep, body: MembershipCreate, response: Response
) -> MembershipOut:
    """Let an entity belong to the committee from a day on."""
    entity = (await find_entities(session, [body.entity])).get(body.entity)
    if entity is None:
        raise Invalid.at("/entity", "There is no such entity.")
    term = Term(body.standing, body.since or roll.today, body.until)
    membership = await service.add_membership(session, roll.committee, entity.id, term, body.office)
    path = f"/v1/committees/{roll.committee.id}/members/{membership.id}"
    response.headers["Location"] = path
    return _member(membership, entity)


@router.post(
    "/committees/{c}/members/import",
    operation_id="importMembers",
    openapi_extra=IMPORT_BODY,
    responses=raises(MembershipOverlaps),
)
async def import_members(
    session: Session, roll: RollToKeep, request: Request, *, dry_run: DryRun = False
) -> ImportResult:
    """Import members with the columns entity, standing, since, until and office: all or none.

    A row without `since` means the present membership, or a new one from today on.
    """
    rows = await uploaded_rows(request, "members")
    return await member_imports.import_members(
        session, roll.committee, rows, roll.today, dry_run=dry_run
    )


@router.get("/committees/{c}/members/{membership_id}", operation_id="getMember")
async def get_member(found: MembershipDep) -> MembershipOut:
    """Read one membership."""
    return _member(*found)


@router.patch(
    "/committees/{c}/members/{membership_id}",
    operation_id="changeMember",
    responses=raises(MembershipOverlaps, MembershipCounted),
    openapi_extra=takes_if_match(),
)
async def change_member(
    session: Session, found: MembershipToChange, body: MembershipPatch, request: Request
) -> MembershipOut:
    """End a membership or change its office by JSON merge patch."""
    membership, entity = found
    accept_match(request, _member(membership, entity))
    before = writable(MembershipWrite, membership)
    after = merged(MembershipWrite, before, body)
    await service.change_membership(session, membership, after.model_dump(), changes(before, after))
    return _member(membership, entity)


@router.delete(
    "/committees/{c}/members/{membership_id}",
    operation_id="deleteMember",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MembershipCounted),
    openapi_extra=takes_if_match(),
)
async def delete_member(session: Session, found: MembershipToDelete, request: Request) -> None:
    """Take back a membership that was recorded by mistake; to end one, set `until`."""
    accept_match(request, _member(*found))
    await service.delete_membership(session, found[0])


async def _known(session: Session, ref: str, pointer: str) -> Committee:
    committee = await queries.find_committee(session, ref)
    if committee is None:
        raise Invalid.at(pointer, "There is no such committee.")
    return committee


def _member(membership: Membership, entity: Entity) -> MembershipOut:
    members: dict[str, Any] = {name: getattr(membership, name) for name in _MEMBERSHIP}
    return MembershipOut(entity=MemberEntity.of(entity), **members)


_MEMBERSHIP = set(MembershipOut.model_fields) - {"entity"}
