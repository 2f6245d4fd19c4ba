"""HTTP for mails that come in: handing them over, and looking through what was held."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from sqlmodel import col

from app.calendar.entries import domain_of
from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import BadRequest, MoveForbidden, NotPermitted, UnsupportedMediaType
from app.core.routes import Beforehand, Session, router_for
from app.identity.access import AccountCaller, MailGateway
from app.identity.lifecycle import Role
from app.inbox import policy, queries, service
from app.inbox.access import MailDep, MailToChange
from app.inbox.intake import Postbox, take_in
from app.inbox.lifecycle import IncomingKind, IncomingState, Way
from app.inbox.mime import MailRefused
from app.inbox.problems import MailUnreadable, NotApplicable, ReplyOutdated
from app.inbox.reading import Incoming, read_mail
from app.inbox.schemas import (
    CalendarAnswer,
    DeliveredMail,
    DeliveryReport,
    IncomingMailOut,
    IncomingMailSort,
)
from app.inbox.tables import IncomingMail

router = router_for("mails")
MEDIA_TYPE = "message/rfc822"
BASE = "/incoming-mails"
RAW_MAIL = {
    "requestBody": {
        "required": True,
        "description": "The mail as it came in (RFC 5322).",
        "content": {
            MEDIA_TYPE: {"schema": {"type": "string", "format": "binary", "maxLength": 10_000_000}}
        },
    }
}
Recipient = Annotated[
    str | None,
    Query(
        min_length=3,
        max_length=254,
        pattern=r"^[^\x00-\x20\x7F]+$",
        description="Address that it was delivered to; by default the header's.",
    ),
]


@router.post(
    BASE,
    operation_id="deliverMail",
    responses=raises(MailUnreadable, UnsupportedMediaType),
    openapi_extra=RAW_MAIL,
)
async def deliver_mail(
    session: Session, caller: MailGateway, request: Request, recipient: Recipient = None
) -> DeliveredMail:
    """Hand over a mail that came in elsewhere; the same mail again changes nothing."""
    incoming = await _read(request)
    recipients = [recipient] if recipient else incoming.recipients
    postbox = postbox_of(request)
    mail = await take_in(session, postbox, incoming, via=Way.API, recipients=recipients)
    return DeliveredMail.of({name: getattr(mail, name) for name in DeliveredMail.model_fields})


@router.get(BASE, operation_id="listIncomingMails")
async def list_incoming_mails(
    session: Session,
    caller: AccountCaller,
    paging: Paging,
    sort: IncomingMailSort = IncomingMailSort.RECEIVED_DOWN,
    meeting: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
    invitation_id: Annotated[UUID | None, Query(description="Only mails about this one.")] = None,
    state: Annotated[
        IncomingState | None,
        Query(description="`held` and `filed` are those that wait for somebody."),
    ] = None,
    kind: Annotated[IncomingKind | None, Query(description="Only those of this kind.")] = None,
) -> Page[IncomingMailOut]:
    """List the mails that came in about the meetings that you organize."""
    if not (caller.is_administrator or caller.has(Role.ORGANIZER)):
        raise NotPermitted("Only organizers may see what people have answered.")
    statement = queries.list_mails(
        caller, meeting=meeting, invitation_id=invitation_id, state=state, kind=kind
    )
    order = [(col(IncomingMail.id), sort is IncomingMailSort.RECEIVED_DOWN)]
    return await fetch_page(session, paging, statement, order, lambda row: shown(row[0]))


@router.get(f"{BASE}/{{mail_id}}", operation_id="getIncomingMail")
async def get_incoming_mail(mail: MailDep) -> IncomingMailOut:
    """Read what came in, and what became of it."""
    return shown(mail)


@router.post(
    f"{BASE}/{{mail_id}}/apply",
    operation_id="applyIncomingMail",
    responses=raises(MoveForbidden, NotApplicable, ReplyOutdated),
)
async def apply_incoming_mail(session: Session, mail: MailToChange) -> IncomingMailOut:
    """Have an answer count that was held, once you know that it is the person's.

    The mail is `accepted` then. For mails that have `apply` in `allowed`.
    """
    await service.apply(session, mail)
    return shown(mail)


@router.post(
    f"{BASE}/{{mail_id}}/decline",
    operation_id="declineCounterProposal",
    responses=raises(MoveForbidden, NotApplicable),
)
async def decline_counter_proposal(session: Session, mail: MailToChange) -> IncomingMailOut:
    """Keep the time that somebody wants changed; they are told so.

    The mail is `dismissed` then. To give in, `reschedule` the meeting and dismiss the mail.
    """
    await service.decline(session, mail)
    return shown(mail)


@router.post(
    f"{BASE}/{{mail_id}}/dismiss",
    operation_id="dismissIncomingMail",
    responses=raises(MoveForbidden),
)
async def dismiss_incoming_mail(session: Session, mail: MailToChange) -> IncomingMailOut:
    """Have done with a mail that was held or filed."""
    await service.dismiss(session, mail)
    return shown(mail)


def shown(mail: IncomingMail) -> IncomingMailOut:
    """The row with what a calendar or a report said, and what may be done."""
    names = IncomingMailOut.model_fields.keys() - {"calendar", "report", "allowed"}
    calendar, report = mail.details.get("calendar"), mail.details.get("report")
    return IncomingMailOut(
        **{name: getattr(mail, name) for name in names},
        calendar=CalendarAnswer.model_validate(calendar) if calendar else None,
        report=DeliveryReport.model_validate(report) if report else None,
        allowed=policy.moves(mail.kind, mail.state, mail.reason),
    )


def postbox_of(request: Request) -> Postbox:
    settings = request.app.state.settings
    return Postbox(
        reply_address=settings.reply_address,
        secret=request.app.state.secret,
        domain=domain_of(settings.mail_from),
    )


async def _read(request: Request) -> Incoming:
    """Read while the request holds no transaction, after it was found to be permitted."""
    found: Incoming | None = getattr(request.state, "incoming", None)
    if found is not None:
        return found
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise UnsupportedMediaType(f"Send a mail as {MEDIA_TYPE}.", headers={"Accept": MEDIA_TYPE})
    content = await request.body()
    if not content:
        raise BadRequest("The body is empty.")

    async def read_it() -> None:
        try:
            request.state.incoming = await read_mail(
                content, authserv_id=request.app.state.settings.authserv_id
            )
        except MailRefused as error:
            raise MailUnreadable.at("", str(error)) from None

    raise Beforehand(read_it)
