"""HTTP for mails: what the service has told whom, what did not arrive, and what was opened."""

import base64
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response, status
from sqlmodel import col

from app.core.openapi import Responses, raises
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.routes import Session, router_for
from app.identity.tokens import read_opening_token
from app.mail import deliveries, queries
from app.mail.delivery_access import Correspondent, MessageDep, MessageToChange, SuppressedDep
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.problems import MessageNotRetriable, RecipientSuppressed
from app.mail.schemas import (
    MessageOut,
    MessageSort,
    SuppressedAddressOut,
    SuppressedAddressSort,
)
from app.mail.tables import Message, SuppressedAddress

router = router_for("mails")

IMAGE = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
"""One transparent point."""
DOCUMENTED: Responses = {
    200: {
        "description": "An image of one transparent point, whatever the token.",
        "content": {"image/gif": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Gif(Response):
    """An image."""

    media_type = "image/gif"


@router.get("/messages", operation_id="listMessages")
async def list_messages(
    session: Session,
    caller: Correspondent,
    paging: Paging,
    sort: MessageSort = MessageSort.CREATED_DOWN,
    meeting: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
    invitation_id: Annotated[UUID | None, Query(description="Only mails about this one.")] = None,
    registration_id: Annotated[UUID | None, Query(description="Only mails about this one.")] = None,
    panellist_id: Annotated[UUID | None, Query(description="Only mails to this one.")] = None,
    state: Annotated[MessageState | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[MessageKind | None, Query(description="Only those of this kind.")] = None,
) -> Page[MessageOut]:
    """List the mails about the meetings that you organize, with their delivery."""
    statement = queries.list_messages(
        caller,
        meeting=meeting,
        invitation_id=invitation_id,
        registration_id=registration_id,
        panellist_id=panellist_id,
        state=state,
        kind=kind,
    )
    order = [(col(Message.id), sort is MessageSort.CREATED_DOWN)]
    return await fetch_page(session, paging, statement, order, lambda row: MessageOut.shown(row[0]))


@router.get("/messages/{message_id}", operation_id="getMessage")
async def get_message(view: MessageDep) -> MessageOut:
    """Read a mail's delivery."""
    return MessageOut.shown(view.message)


@router.post(
    "/messages/{message_id}/retry",
    operation_id="retryMessage",
    responses=raises(MessageNotRetriable, RecipientSuppressed),
)
async def retry_message(session: Session, view: MessageToChange) -> MessageOut:
    """Send a mail again that did not go out, at once and to the person's present address.

    It keeps its Message-ID. An invitation whose link has expired gets a fresh one.
    """
    await deliveries.retry(session, view.message, view.meeting)
    return MessageOut.shown(view.message)


@router.get("/suppressed-addresses", operation_id="listSuppressedAddresses")
async def list_suppressed_addresses(
    session: Session,
    caller: Correspondent,
    paging: Paging,
    sort: SuppressedAddressSort = SuppressedAddressSort.SINCE_DOWN,
) -> Page[SuppressedAddressOut]:
    """List addresses that refused a mail for good, of people to whom your meetings wrote."""
    columns = {"since": col(SuppressedAddress.since)}
    order = ordering(sort, columns, col(SuppressedAddress.id))
    return await fetch_page(
        session,
        paging,
        queries.list_suppressed(caller),
        order,
        lambda row: SuppressedAddressOut.of(row[0]),
    )


@router.delete(
    "/suppressed-addresses/{address_id}",
    operation_id="liftSuppression",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def lift_suppression(session: Session, address: SuppressedDep) -> None:
    """Let mails go to the address again; those that bounced are sent by `retry`."""
    await deliveries.release(session, address)


@router.get(
    "/opened/{opening}.gif",
    operation_id="openMessage",
    tags=["public"],
    openapi_extra={"x-public": True},
    response_class=Gif,
    responses=DOCUMENTED,
)
async def open_message(
    session: Session,
    request: Request,
    opening: Annotated[
        str, Path(min_length=1, max_length=100, description="As it stands in the mail.")
    ],
) -> Response:
    """Fetch the image by which a mail tells that it was opened.

    The answer is the same for every token, so that nothing can be learned by guessing.
    """
    message_id = read_opening_token(request.app.state.secret, opening)
    found = await queries.find_opened(session, message_id) if message_id else None
    if found is not None:
        await deliveries.note_opening(session, *found)
    return Gif(IMAGE, headers={"Cache-Control": "no-store"})
