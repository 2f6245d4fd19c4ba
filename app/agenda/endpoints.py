"""HTTP for the working agenda and its issued versions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response, status
from sqlmodel import col

from app.agenda import adopting, edits, queries, versions
from app.agenda.access import (
    AgendaDep,
    AgendaToEdit,
    ItemDep,
)
from app.agenda.answers import agenda_answer, item_answer
from app.agenda.editing import ItemEditDep
from app.agenda.edits import Entry
from app.agenda.policy import MAX_ITEMS
from app.agenda.preconditions import accept_match, require_match
from app.agenda.problems import (
    AgendaEmpty,
    AgendaNotIssued,
    AgendaOutdated,
    AgendaTooDeep,
    AgendaTooLarge,
    ItemHasBriefing,
    ItemHasPanel,
    ItemIssued,
    ItemRepeated,
    ItemTakenIn,
    ItemUnderItself,
    ItemUnknown,
    NotInSession,
    PersonInTwoSlots,
    PositionUnknown,
    SymbolTaken,
)
from app.agenda.public import LanguageAsked, VersionNumber
from app.agenda.schemas import (
    AdoptionCreate,
    AdoptionOut,
    AgendaOut,
    AgendaWrite,
    IssuedAgenda,
    ItemCreate,
    ItemMove,
    ItemOut,
    ItemPatch,
    ItemWrite,
    TreeItem,
    VersionCreate,
    VersionName,
    VersionOut,
    VersionSort,
)
from app.agenda.tables import AgendaVersion
from app.agenda.tree import WorkingAgenda
from app.core.fields import ZoneName, accepted_languages
from app.core.ids import new_id
from app.core.languages import lookup
from app.core.openapi import needs_if_match, raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import merged
from app.core.problems import MoveForbidden, NotFound
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep
from app.meetings.policy import Telling
from app.meetings.problems import MeetingClosed

router = router_for("agenda")
BASE = "/meetings/{m}/agenda"
IMMUTABLE = "private, max-age=31536000, immutable"
ReaderZone = Annotated[
    ZoneName | None,
    Query(
        description="Your zone, to see `local_start` and `local_end` by your clocks; the `ETag` is "
        "that of the resource in the meeting's zone.",
        examples=["Asia/Tashkent"],
    ),
]


@router.get(
    BASE,
    operation_id="getAgenda",
    response_model=AgendaOut,
    responses=raises(AgendaNotIssued),
)
async def get_agenda(seen: AgendaDep, request: Request, timezone: ReaderZone = None) -> Response:
    """Read the working agenda with its numbers and times."""
    return agenda_answer(request, seen, timezone)


@router.put(
    BASE,
    operation_id="replaceAgenda",
    response_model=AgendaOut,
    openapi_extra=needs_if_match(),
    responses=raises(
        *(MeetingClosed, AgendaTooLarge, AgendaTooDeep, ItemRepeated, ItemUnknown, ItemHasPanel),
        *(ItemIssued, ItemTakenIn, ItemUnderItself, AgendaOutdated),
        *(ItemHasBriefing, PersonInTwoSlots),
    ),
)
async def replace_agenda(
    session: Session, seen: AgendaToEdit, body: AgendaWrite, request: Request
) -> Response:
    """Replace the whole agenda: items with an id are kept, others are new or gone."""
    await require_match(session, request, seen)
    entries = list(islice(_entries(body.items, seen.agenda), MAX_ITEMS + 1))
    if len(entries) > MAX_ITEMS:
        raise AgendaTooLarge(f"An agenda has at most {MAX_ITEMS} items.")
    line = seen.meeting.committees
    agenda = await edits.replace_agenda(session, seen.agenda, line, entries)
    return agenda_answer(request, replace(seen, agenda=agenda))


@router.post(
    f"{BASE}/items",
    operation_id="addAgendaItem",
    status_code=status.HTTP_201_CREATED,
    response_model=ItemOut,
    responses=raises(
        *(MeetingClosed, AgendaTooLarge, AgendaTooDeep, ItemUnknown, PositionUnknown),
        *(AgendaOutdated, PersonInTwoSlots),
    ),
    openapi_extra=takes_if_match(),
)
async def add_item(
    session: Session, seen: AgendaToEdit, body: ItemCreate, request: Request
) -> Response:
    """Add an item under another or at the top.

    Once the agenda was issued it is supplementary, unless said to be late.
    """
    await accept_match(session, request, seen)
    entry = Entry(new_id(), body.parent_id, 0, body)
    line = seen.meeting.committees
    agenda = await edits.add_item(session, seen.agenda, line, entry, body.position)
    meeting_id = seen.meeting.meeting.id
    response = item_answer(request, replace(seen, agenda=agenda), entry.id)
    response.status_code = status.HTTP_201_CREATED
    response.headers["Location"] = f"/v1/meetings/{meeting_id}/agenda/items/{entry.id}"
    return response


@router.get(
    BASE + "/items/{item_id}",
    operation_id="getAgendaItem",
    response_model=ItemOut,
    responses=raises(AgendaNotIssued),
)
async def get_item(
    seen: AgendaDep, item_id: ItemDep, request: Request, timezone: ReaderZone = None
) -> Response:
    """Read one item with all that lies under it."""
    return item_answer(request, seen, item_id, timezone)


@router.patch(
    BASE + "/items/{item_id}",
    operation_id="changeAgendaItem",
    response_model=ItemOut,
    openapi_extra=needs_if_match(),
    responses=raises(
        *(MeetingClosed, ItemHasPanel, AgendaOutdated, ItemHasBriefing, PersonInTwoSlots)
    ),
)
async def change_item(edit: ItemEditDep, body: ItemPatch) -> Response:
    """Change an item by JSON merge patch, over the item or the agenda as you read it."""
    agenda = await edit.require_match()
    said = merged(ItemWrite, edits.as_written(agenda, edit.item_id), body)
    line = edit.seen.meeting.committees
    return edit.answer(await edits.change_item(edit.session, agenda, line, edit.item_id, said))


@router.delete(
    BASE + "/items/{item_id}",
    operation_id="deleteAgendaItem",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=needs_if_match(),
    responses=raises(
        *(MeetingClosed, ItemHasPanel, ItemIssued, ItemTakenIn, AgendaOutdated),
        *(ItemHasBriefing, PersonInTwoSlots),
    ),
)
async def delete_item(edit: ItemEditDep) -> None:
    """Delete an item with all that lies under it; what was issued is withdrawn instead."""
    await edits.delete_item(edit.session, await edit.require_match(), edit.item_id)


@router.post(
    BASE + "/items/{item_id}/move",
    operation_id="moveAgendaItem",
    response_model=ItemOut,
    openapi_extra=needs_if_match(),
    responses=raises(
        *(MeetingClosed, AgendaTooDeep, ItemUnderItself, ItemUnknown, PositionUnknown),
        *(AgendaOutdated, PersonInTwoSlots),
    ),
)
async def move_item(edit: ItemEditDep, body: ItemMove) -> Response:
    """Move an item, with all that lies under it, to another place."""
    agenda, place = await edit.require_match(), (body.parent_id, body.position)
    return edit.answer(await edits.move_item(edit.session, agenda, edit.item_id, *place))


@router.get(f"{BASE}/versions", operation_id="listAgendaVersions")
async def list_versions(
    session: Session,
    view: MeetingDep,
    paging: Paging,
    sort: VersionSort = VersionSort.NUMBER,
) -> Page[VersionOut]:
    """List the issued versions of the agenda."""
    order = ordering(sort, {"number": col(AgendaVersion.number)}, col(AgendaVersion.id))
    statement = queries.describe_versions(view.meeting.id, full=view.observes)
    return await fetch_page(session, paging, statement, order, version_out)


@router.post(
    f"{BASE}/versions",
    operation_id="issueAgenda",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingClosed, AgendaEmpty, MoveForbidden, SymbolTaken, AgendaOutdated),
    openapi_extra=tells(takes_if_match()),
)
async def issue_agenda(
    session: Session, seen: AgendaToEdit, body: VersionCreate, request: Request, response: Response
) -> VersionOut:
    """Issue the agenda as it is: provisional first, then revisions, then adopted."""
    await accept_match(session, request, seen)
    told = Telling(body.note or None, body.silent)
    version = await versions.issue(session, seen.agenda, body.status, body.symbol, told)
    path = f"/v1/meetings/{seen.meeting.meeting.id}/agenda/versions/{version.number}"
    response.headers["Location"] = path
    return version


@router.post(
    f"{BASE}/adopt",
    operation_id="adoptAgenda",
    status_code=status.HTTP_201_CREATED,
    responses=raises(
        *(MeetingClosed, NotInSession, MoveForbidden, ItemUnknown, SymbolTaken),
        AgendaOutdated,
    ),
    openapi_extra=tells(takes_if_match()),
)
async def adopt_agenda(
    session: Session,
    seen: AgendaToEdit,
    request: Request,
    response: Response,
    body: AdoptionCreate | None = None,
) -> VersionOut:
    """Record that the meeting adopts its agenda: the version in force, or as orally amended."""
    await accept_match(session, request, seen)
    act = body or AdoptionCreate()
    told = Telling(act.note or None, act.silent)
    version = await adopting.adopt(session, seen.agenda, act, told)
    path = f"/v1/meetings/{seen.meeting.meeting.id}/agenda/versions/{version.number}"
    response.headers["Location"] = path
    return version


@router.get(
    BASE + "/versions/{number}",
    operation_id="getAgendaVersion",
    response_model=IssuedAgenda,
)
async def get_version(
    session: Session,
    view: MeetingDep,
    number: VersionNumber,
    request: Request,
    language: LanguageAsked = None,
) -> Response:
    """Read an issued version exactly as it was issued; others than observers its public view."""
    asked = accepted_languages(request.headers.get("accept-language"))
    wanted = lookup([language] if language else asked)
    full = view.observes
    found = await queries.find_version(session, view.meeting.id, number, wanted, full=full)
    if found is None or (language and found[2] is None):
        raise NotFound
    etag, content, spoken = found
    headers = {"ETag": etag, "Cache-Control": IMMUTABLE, "Vary": "Authorization, Accept-Language"}
    if spoken is not None:
        headers["Content-Language"] = spoken
    return Response(content, media_type="application/json", headers=headers)


def version_out(row: Any) -> VersionOut:
    name = {member: getattr(row, member) for member in VersionName.model_fields}
    act = row.AgendaAdoption
    adopted = act and AdoptionOut.of(act).model_copy(update={"item_id": row.adopting})
    return VersionOut(languages=row.languages, adoption=adopted, **name)


def _entries(
    items: Sequence[TreeItem],
    agenda: WorkingAgenda,
    parent_id: UUID | None = None,
    pointer: str = "",
) -> Iterator[Entry]:
    """The tree of a body in reading order; raises `ItemUnknown`."""
    for position, item in enumerate(items):
        here = f"{pointer}/items/{position}"
        if item.id is not None and item.id not in agenda.states:
            raise ItemUnknown.at(f"{here}/id", "There is no such item on this agenda.")
        item_id = item.id or new_id()
        yield Entry(item_id, parent_id, position, item, here)
        yield from _entries(item.items, agenda, item_id, here)
