"""HTTP for mails: what the service has told whom."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import col

from app.core.pages import Page, Paging, fetch_page
from app.core.problems import NotPermitted
from app.core.routes import Route, Session
from app.identity.access import AccountCaller
from app.identity.lifecycle import Role
from app.mail import queries
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.schemas import MessageOut, MessageSort
from app.mail.tables import Message

router = APIRouter(route_class=Route, tags=["log"])


@router.get("/messages", operation_id="listMessages")
async def list_messages(
    session: Session,
    caller: AccountCaller,
    paging: Paging,
    sort: MessageSort = MessageSort.CREATED_DOWN,
    meeting: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
    state: MessageState | None = None,
    kind: MessageKind | None = None,
) -> Page[MessageOut]:
    """List the mails about the meetings that you organize, with their delivery."""
    if not (caller.is_administrator or caller.has(Role.ORGANIZER)):
        raise NotPermitted("Only organizers may see whom the service has written to.")
    statement = queries.list_messages(caller, meeting=meeting, state=state, kind=kind)
    order = [(col(Message.id), sort is MessageSort.CREATED_DOWN)]
    return await fetch_page(session, paging, statement, order, lambda row: MessageOut.of(row[0]))
