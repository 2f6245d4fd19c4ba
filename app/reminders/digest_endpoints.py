"""HTTP for digests: wanting them, and stopping them with one click from the mail."""

import html
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from fastapi.responses import HTMLResponse

from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.identity.access import AccountCaller
from app.identity.policy import Caller
from app.reminders import digests, service
from app.reminders.access import ReadersCommittee
from app.reminders.schemas import DigestOut
from app.reminders.tokens import read_digest_token

router = router_for("reminders")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
PUBLIC = {"x-public": True}

Token = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z0-9_=-]+$",
        description="As the digest's List-Unsubscribe has it.",
    ),
]


@router.get("/me/digests/{c}", operation_id="getDigestChoice")
async def get_choice(
    session: Session, caller: AccountCaller, committee: ReadersCommittee
) -> DigestOut:
    """Read whether you get the morning digest of a committee's meetings."""
    choice = await digests.find_choice(session, _account(caller), committee.id)
    return DigestOut(committee_id=committee.id, wanted=choice is None)


@router.put("/me/digests/{c}", operation_id="subscribeDigest")
async def subscribe(
    session: Session, caller: AccountCaller, committee: ReadersCommittee
) -> DigestOut:
    """Get the morning digest of a committee's meetings again."""
    await service.choose_digest(session, _account(caller), committee.id, wanted=True)
    return DigestOut(committee_id=committee.id, wanted=True)


@router.delete("/me/digests/{c}", operation_id="declineDigest")
async def decline(
    session: Session, caller: AccountCaller, committee: ReadersCommittee
) -> DigestOut:
    """Get no more digests of a committee's meetings."""
    await service.choose_digest(session, _account(caller), committee.id, wanted=False)
    return DigestOut(committee_id=committee.id, wanted=False)


@router.get(
    "/digests/unsubscribe/{digest_token}",
    operation_id="askToUnsubscribe",
    openapi_extra=PUBLIC,
    response_class=HTMLResponse,
)
async def ask(digest_token: Token, request: Request) -> HTMLResponse:
    """Show a page with a button that stops a digest; looking at it changes nothing."""
    _read(digest_token, request)
    action = html.escape(f"{request.app.state.settings.url}/v1/digests/unsubscribe/{digest_token}")
    form = f'<form method="post" action="{action}"><button>Stop this digest</button></form>'
    return _page("Stop the morning digest?", form)


@router.post(
    "/digests/unsubscribe/{digest_token}",
    operation_id="unsubscribeDigest",
    openapi_extra=PUBLIC,
    response_class=HTMLResponse,
)
async def unsubscribe(session: Session, digest_token: Token, request: Request) -> HTMLResponse:
    """Stop a digest with one click, as mail programs do for their readers (RFC 8058)."""
    account_id, committee_id = _read(digest_token, request)
    await service.choose_digest(session, account_id, committee_id, wanted=False)
    return _page("The digest is stopped.", "<p>You will get no more of them.</p>")


def _account(caller: Caller) -> UUID:
    if caller.account_id is None:
        raise NotFound
    return caller.account_id


def _read(token: str, request: Request) -> tuple[UUID, UUID]:
    state = request.app.state
    state.limiter.check_guesses(request)
    found = read_digest_token(state.secret, token)
    if found is None:
        state.limiter.count_guess(request)
        raise NotFound("There is no such digest.")
    return found


def _page(title: str, body: str) -> HTMLResponse:
    content = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>body{{font:1rem/1.6 system-ui;max-width:42rem;"
        f"margin:3rem auto;padding:0 1rem}}</style><h1>{title}</h1>{body}</html>"
    )
    return HTMLResponse(content, headers=HEADERS)
