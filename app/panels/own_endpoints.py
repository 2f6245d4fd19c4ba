"""HTTP for panellists themselves, without an account: the session of their link."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.problems import PersonInTwoSlots
from app.core.openapi import raises, takes_if_match, tells
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.problems import MoveForbidden
from app.core.routes import Session, router_for
from app.identity.access import PanellistCaller
from app.identity.policy import Caller
from app.meetings.problems import MeetingClosed
from app.panels import own_queries as queries
from app.panels import own_service as service
from app.panels import telling
from app.panels.lifecycle import PanellistVerb
from app.panels.own_access import OwnPlaceDep, OwnPlaceToChange, speaker
from app.panels.own_queries import OwnPlace
from app.panels.own_schemas import (
    OwnPlaceConsent,
    OwnPlaceLine,
    OwnPlaceOut,
    OwnPlacePatch,
    OwnPlaceReason,
    OwnPlaceSort,
    OwnPlaceWrite,
)
from app.panels.service import move_panellist
from app.panels.tables import Panellist

router = router_for("panels")
PLACES = "/panellists"
PLACE = PLACES + "/{x}"
MOVES: dict[int | str, Any] = raises(MeetingClosed, MoveForbidden, PersonInTwoSlots)


@router.get(PLACES, operation_id="listOwnPlaces")
async def list_own_places(
    session: Session,
    caller: PanellistCaller,
    paging: Paging,
    sort: OwnPlaceSort = OwnPlaceSort.CREATED,
) -> Page[OwnPlaceLine]:
    """List your places on panels, of all meetings that asked you at this address.

    For the session of a panellist's link: `POST /v1/links/exchange`.
    """
    order = ordering(sort, {"created_at": col(Panellist.created_at)}, col(Panellist.id))
    statement = queries.list_places(speaker(caller))
    return await fetch_page(
        session, paging, statement, order, lambda row: OwnPlaceLine.shown(*row[:3])
    )


@router.get(PLACE, operation_id="getOwnPlace")
async def get_own_place(place: OwnPlaceDep, response: Response) -> OwnPlaceOut:
    """Read slot, panel, rehearsal, who else is on it and, once you have confirmed, the way in."""
    response.headers["Cache-Control"] = "private, no-store"
    return OwnPlaceOut.shown(place)


@router.patch(
    PLACE,
    operation_id="changeOwnPlace",
    responses=raises(MeetingClosed),
    openapi_extra=takes_if_match(),
)
async def change_own_place(
    session: Session,
    caller: PanellistCaller,
    place: OwnPlaceToChange,
    body: OwnPlacePatch,
    request: Request,
) -> OwnPlaceOut:
    """Correct how you are announced, and say what you bring and need, by JSON merge patch."""
    accept_match(request, OwnPlaceOut.shown(place))
    before = writable(OwnPlaceWrite, place.person)
    after = merged(OwnPlaceWrite, before, body)
    await service.change_own(session, place, after.model_dump(), changes(before, after))
    return await _shown(session, caller.speaks, place.person.id)


@router.post(
    f"{PLACE}/confirm", operation_id="confirmOwnPlace", openapi_extra=tells(), responses=MOVES
)
async def confirm_own_place(
    session: Session, caller: PanellistCaller, place: OwnPlaceToChange
) -> OwnPlaceOut:
    """Say that you will come: the slot goes into your calendar by mail."""
    await move_panellist(session, place.meeting, place.person, PanellistVerb.CONFIRM)
    return await _again(session, caller, place)


@router.post(
    f"{PLACE}/decline", operation_id="declineOwnPlace", openapi_extra=tells(), responses=MOVES
)
async def decline_own_place(
    session: Session,
    caller: PanellistCaller,
    place: OwnPlaceToChange,
    body: OwnPlaceReason | None = None,
) -> OwnPlaceOut:
    """Say that you will not come, with a reason or without."""
    reason = (body or OwnPlaceReason(reason=None)).reason
    await move_panellist(session, place.meeting, place.person, PanellistVerb.DECLINE, reason)
    return await _again(session, caller, place)


@router.post(
    f"{PLACE}/withdraw", operation_id="withdrawOwnPlace", openapi_extra=tells(), responses=MOVES
)
async def withdraw_own_place(
    session: Session,
    caller: PanellistCaller,
    place: OwnPlaceToChange,
    body: OwnPlaceReason | None = None,
) -> OwnPlaceOut:
    """Say that you cannot come after all: the slot is taken out of your calendar by mail."""
    reason = (body or OwnPlaceReason(reason=None)).reason
    await move_panellist(
        session, place.meeting, place.person, PanellistVerb.WITHDRAW, reason, keeps_link=True
    )
    return await _again(session, caller, place)


@router.put(
    f"{PLACE}/recording-consent",
    operation_id="putOwnRecordingConsent",
    responses=raises(MeetingClosed),
)
async def put_recording_consent(
    session: Session, caller: PanellistCaller, place: OwnPlaceToChange, body: OwnPlaceConsent
) -> OwnPlaceOut:
    """Agree to be recorded, or refuse; what you said last counts, with its moment."""
    await service.record_consent(session, place, agreed=body.agreed)
    return await _shown(session, caller.speaks, place.person.id)


async def _again(session: AsyncSession, caller: Caller, place: OwnPlace) -> OwnPlaceOut:
    """After an answer: who has confirmed is in one slot at a time; other conflicts are not theirs
    to know.
    """
    await telling.look(session, place.meeting, quietly=True)
    return await _shown(session, caller.speaks, place.person.id)


async def _shown(session: AsyncSession, speaks: UUID | None, place_id: UUID) -> OwnPlaceOut:
    """The place as it is now."""
    assert speaks is not None, "others come no further"
    found = await queries.find_place(session, speaks, place_id)
    assert found is not None, "it was there under the lock"
    return OwnPlaceOut.shown(found)
