"""HTTP for entities, their directory and their focal points."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, status
from sqlmodel import col

from app.core.fields import Language
from app.core.imports import IMPORT_BODY, DryRun, Elsewhere, ImportResult, uploaded_rows
from app.core.openapi import raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.problems import AlreadyExists, StillInUse
from app.core.routes import Session, router_for
from app.entities import imports, queries, service
from app.entities.access import (
    DirectoryDep,
    EntityDep,
    EntityToChange,
    FocalPointDep,
    FocalPointToEnd,
    PersonDep,
    PersonToChange,
    check_address,
    check_recognition,
    committee_scope,
    committees_reached,
)
from app.entities.duplicates import RefuseAlike, check_alike
from app.entities.lifecycle import Level
from app.entities.problems import (
    NotOfThisEntity,
    PerhapsKnown,
    PersonKnown,
    PersonLeft,
    PersonMerged,
)
from app.entities.schemas import (
    EntityCreate,
    EntityOut,
    EntityPatch,
    EntitySort,
    EntityWrite,
    FocalPointCreate,
    FocalPointOut,
    PersonOut,
    PersonPatch,
    PersonSort,
    PersonWrite,
)
from app.entities.tables import Entity, FocalPoint, Person
from app.identity.access import AccountCaller, Administrator, CallerDep

router = router_for("entities")


@router.get("/entities", operation_id="listEntities")
async def list_entities(
    session: Session,
    caller: AccountCaller,
    paging: Paging,
    sort: EntitySort = EntitySort.ABBREVIATION,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            description="Part of the abbreviation, the handle or the name in any language.",
        ),
    ] = None,
    category: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Only those of this category."),
    ] = None,
) -> Page[EntityOut]:
    """List entities: every organization that the service knows."""
    columns = {"handle": col(Entity.handle), "abbreviation": col(Entity.abbreviation)}
    order = ordering(sort, columns, col(Entity.id))
    statement = queries.list_entities(search, category)
    return await fetch_page(session, paging, statement, order, lambda row: EntityOut.of(row[0]))


@router.post(
    "/entities",
    operation_id="createEntity",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists),
)
async def create_entity(
    session: Session, caller: Administrator, body: EntityCreate, response: Response
) -> EntityOut:
    """Create an entity."""
    entity = await service.create_entity(session, body.handle, body.model_dump(exclude={"handle"}))
    response.headers["Location"] = f"/v1/entities/{entity.id}"
    return EntityOut.of(entity)


@router.post("/entities/import", operation_id="importEntities", openapi_extra=IMPORT_BODY)
async def import_entities(
    session: Session, caller: Administrator, request: Request, *, dry_run: DryRun = False
) -> ImportResult:
    """Import entities from CSV, XLSX, YAML or JSON: all rows or none.

    Columns are the members of an entity; `name_en`, `name_fr` and so on stand for its name.
    """
    rows = await uploaded_rows(request, "entities")
    return await imports.import_entities(session, rows, dry_run=dry_run)


@router.get("/entities/{e}", operation_id="getEntity")
async def get_entity(entity: EntityDep) -> EntityOut:
    """Read an entity."""
    return EntityOut.of(entity)


@router.patch(
    "/entities/{e}",
    operation_id="changeEntity",
    responses=raises(AlreadyExists),
    openapi_extra=takes_if_match(),
)
async def change_entity(
    session: Session, entity: EntityToChange, body: EntityPatch, request: Request
) -> EntityOut:
    """Change an entity by JSON merge patch."""
    accept_match(request, EntityOut.of(entity))
    before = writable(EntityWrite, entity)
    after = merged(EntityWrite, before, body)
    await service.change_entity(session, entity, after.model_dump(), changes(before, after))
    return EntityOut.of(entity)


@router.delete(
    "/entities/{e}",
    operation_id="deleteEntity",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(StillInUse),
    openapi_extra=takes_if_match(),
)
async def delete_entity(session: Session, entity: EntityToChange, request: Request) -> None:
    """Delete an entity that nothing refers to yet."""
    accept_match(request, EntityOut.of(entity))
    await service.delete_entity(session, entity)


@router.get("/entities/{e}/people", operation_id="listPeople")
async def list_people(
    session: Session,
    caller: CallerDep,
    directory: DirectoryDep,
    paging: Paging,
    sort: PersonSort = PersonSort.NAME,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            description="Words, each part of the name or of any address; accents do not matter.",
        ),
    ] = None,
    left: Annotated[
        bool, Query(description="Those who have left, instead of those who are there.")
    ] = False,
    level: Annotated[Level | None, Query(description="Only those of this level.")] = None,
    speaks: Annotated[Language | None, Query(description="Only those who speak it.")] = None,
    merged_into_id: Annotated[
        UUID | None, Query(description="Those who were merged into this person, instead.")
    ] = None,
    meeting: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=80,
            description="Id or handle: only those registered there, as far as you may know.",
        ),
    ] = None,
) -> Page[PersonOut]:
    """List the people in an entity's directory; those merged into others are not in it."""
    order = ordering(sort, {"name": col(Person.name)}, col(Person.id))
    narrowed = queries.PeopleFilter(
        today=service.today_in(directory.entity),
        left=left,
        words=await queries.folded_words(session, search),
        level=level,
        speaks=speaks,
        merged_into=merged_into_id,
        meeting=meeting,
        committees=committees_reached(caller, directory.entity.id),
    )
    statement = queries.list_people(directory.entity.id, narrowed)
    return await fetch_page(session, paging, statement, order, lambda row: PersonOut.of(row[0]))


@router.post(
    "/entities/{e}/people",
    operation_id="addPerson",
    status_code=status.HTTP_201_CREATED,
    responses=raises(PersonKnown, PerhapsKnown),
)
async def add_person(
    session: Session,
    caller: CallerDep,
    directory: DirectoryDep,
    body: PersonWrite,
    request: Request,
    response: Response,
    *,
    refuse_alike: RefuseAlike = False,
) -> PersonOut:
    """Add somebody to the directory: once, to be named again and again."""
    if body.addresses:
        check_recognition(caller)
    if refuse_alike:
        alike = Elsewhere(request, "alike")
        await check_alike(session, directory.entity.id, body.name, body.email, alike)
    person = await service.add_person(session, directory.entity, body.model_dump())
    response.headers["Location"] = f"/v1/entities/{directory.entity.id}/people/{person.id}"
    return PersonOut.of(person)


@router.get("/entities/{e}/people/{person_id}", operation_id="getPerson")
async def get_person(person: PersonDep) -> PersonOut:
    """Read one person of the directory; who was merged says into whom."""
    return PersonOut.of(person)


@router.patch(
    "/entities/{e}/people/{person_id}",
    operation_id="changePerson",
    responses=raises(PersonKnown, PersonMerged),
    openapi_extra=tells(takes_if_match()),
)
async def change_person(
    session: Session, caller: CallerDep, person: PersonToChange, body: PersonPatch, request: Request
) -> PersonOut:
    """Correct a person by JSON merge patch.

    With another `email`, the links that went to the old one die at once; for meetings to come the
    entry and a fresh link go to the new one, and the old one is told that its entry goes.
    """
    accept_match(request, PersonOut.of(person))
    before = writable(PersonWrite, person)
    after = merged(PersonWrite, _consented(before, body), body)
    changed = list(changes(before, after))
    if "email" in changed:
        await check_address(session, caller, person)
    if "addresses" in changed:
        check_recognition(caller)
    await service.change_person(session, person, after.model_dump(), changed)
    return PersonOut.of(person)


@router.delete(
    "/entities/{e}/people/{person_id}",
    operation_id="deletePerson",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(StillInUse, PersonMerged),
    openapi_extra=takes_if_match(),
)
async def delete_person(session: Session, person: PersonToChange, request: Request) -> None:
    """Remove somebody who was never registered, invited or named."""
    accept_match(request, PersonOut.of(person))
    await service.delete_person(session, person)


@router.get("/entities/{e}/focal-points", operation_id="listFocalPoints")
async def list_focal_points(
    session: Session, directory: DirectoryDep, paging: Paging
) -> Page[FocalPointOut]:
    """List those who act for an entity, now or before, in the order of their naming."""
    statement = queries.list_focal_points(directory.entity.id)
    order = [(col(FocalPoint.id), False)]
    return await fetch_page(session, paging, statement, order, lambda r: _focal_point(r[0], r[1]))


@router.post(
    "/entities/{e}/focal-points",
    operation_id="nameFocalPoint",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists, NotOfThisEntity, PersonLeft),
)
async def name_focal_point(
    session: Session,
    directory: DirectoryDep,
    caller: AccountCaller,
    body: FocalPointCreate,
    response: Response,
) -> FocalPointOut:
    """Name a focal point: somebody of the directory, or a new person."""
    committee_id = await committee_scope(session, caller, directory.entity, body.committee)
    person = await service.person_named(
        session, directory.entity, body.person_id, body.person.model_dump() if body.person else None
    )
    focal_point = await service.name_focal_point(
        session, directory.entity, person, body.kind, committee_id
    )
    path = f"/v1/entities/{directory.entity.id}/focal-points/{focal_point.id}"
    response.headers["Location"] = path
    return _focal_point(focal_point, person)


@router.get("/entities/{e}/focal-points/{focal_point_id}", operation_id="getFocalPoint")
async def get_focal_point(found: FocalPointDep) -> FocalPointOut:
    """Read one focal point."""
    return _focal_point(*found)


@router.delete(
    "/entities/{e}/focal-points/{focal_point_id}",
    operation_id="endFocalPoint",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def end_focal_point(session: Session, focal_point: FocalPointToEnd) -> None:
    """Let a focal point act no longer; the record of having acted stays."""
    await service.end_focal_point(session, focal_point)


def _consented(before: PersonWrite, body: PersonPatch) -> PersonWrite:
    """What was kept with a consent goes with it."""
    takes_back = "statistics_consent" in body.model_fields_set and not body.statistics_consent
    return before.model_copy(update={"level": None, "gender": None}) if takes_back else before


def _focal_point(focal_point: FocalPoint, person: Person) -> FocalPointOut:
    members = {name: getattr(focal_point, name) for name in _FOCAL_POINT}
    return FocalPointOut(person=PersonOut.of(person), **members)


_FOCAL_POINT = set(FocalPointOut.model_fields) - {"person"}
