"""HTTP for what mails say: the words of a committee, and mails before they are sent."""

from typing import Annotated

from fastapi import Path, Request, Response, status

from app.core.openapi import needs_if_match
from app.core.pages import Page, Paging, fetch_page
from app.core.preconditions import accept_match, require_match
from app.core.problems import Invalid, NotFound, PreconditionFailed
from app.core.routes import Session, router_for
from app.mail import service
from app.mail import wording_queries as queries
from app.mail.access import SpokenFor, ToSpeakFor
from app.mail.lifecycle import MailLanguage, MessageKind
from app.mail.wording_queries import SLOTS, slot_of
from app.mail.wording_schemas import WordingOut, WordingWrite

Kind = Annotated[MessageKind, Path(examples=["invitation"])]
Tag = Annotated[MailLanguage, Path(examples=["fr"])]

WORDINGS = "/committees/{c}/wordings"
WORDING = WORDINGS + "/{kind}/{language}"

router = router_for("mails")


@router.get(WORDINGS, operation_id="listWordings")
async def list_wordings(
    session: Session,
    committee: SpokenFor,
    paging: Paging,
    kind: MessageKind | None = None,
    language: MailLanguage | None = None,
) -> Page[WordingOut]:
    """List what mails about the committee's meetings say, for every kind and language."""
    statement = queries.list_slots(committee, kind=kind, language=language)
    order = [(SLOTS.c.kind, False), (SLOTS.c.language, False)]
    return await fetch_page(
        session, paging, statement, order, lambda row: WordingOut.of_slot(slot_of(row))
    )


@router.get(WORDING, operation_id="getWording")
async def get_wording(
    session: Session, committee: SpokenFor, kind: Kind, language: Tag
) -> WordingOut:
    """Read the words in force, with placeholders: the ones to begin from."""
    return WordingOut.of_slot(await queries.find_slot(session, committee, kind, language))


@router.put(
    WORDING,
    operation_id="putWording",
    openapi_extra=needs_if_match(to_create=False),
    responses={
        status.HTTP_201_CREATED: {
            "model": WordingOut,
            "description": "The committee had no words of its own.",
        },
    },
)
async def put_wording(
    session: Session,
    committee: ToSpeakFor,
    kind: Kind,
    language: Tag,
    body: WordingWrite,
    request: Request,
    response: Response,
) -> WordingOut:
    """Say it in the committee's own words, from the next mail on.

    Words of its working groups that have none of their own change with it. Replacing the
    committee's own words needs If-Match; the first ones may have it, with the tag of what was read.
    """
    if errors := body.errors(kind):
        raise Invalid(errors[0].detail, errors=errors)
    slot = await queries.find_slot(session, committee, kind, language)
    if slot.own is not None and request.headers.get("if-none-match") == "*":
        raise PreconditionFailed("The committee has words of its own for this already.")
    match = require_match if slot.own else accept_match
    match(request, WordingOut.of_slot(slot))
    kept = await service.keep_wording(session, committee, slot, body.spoken)
    if slot.own is None:
        response.status_code = status.HTTP_201_CREATED
    return WordingOut.of_slot(slot._replace(own=kept))


@router.delete(
    WORDING,
    operation_id="deleteWording",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=needs_if_match(),
)
async def delete_wording(
    session: Session, committee: ToSpeakFor, kind: Kind, language: Tag, request: Request
) -> None:
    """Say again what the committee above says, or the service."""
    slot = await queries.find_slot(session, committee, kind, language)
    if slot.own is None:
        raise NotFound("The committee has no words of its own for this.")
    require_match(request, WordingOut.of_slot(slot))
    await service.remove_wording(session, committee, slot.own)
