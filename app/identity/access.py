"""The caller of a request, and the gate that every operation under /v1 passes."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotAuthenticated, NotFound, NotPermitted
from app.core.routes import Session
from app.events import Actor
from app.identity import callers, queries
from app.identity.oidc import Provider, Subject
from app.identity.policy import Caller, Permission
from app.identity.problems import TokenReadOnly
from app.identity.tables import Account, Grant, Token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Authenticator:
    """Finds out who calls, before anything of the request is looked at."""

    def __init__(self, provider: Provider | None = None) -> None:
        self._provider = provider

    async def prepare(self, request: Request) -> None:
        """What may need the network, before the transaction: verify a provider's token."""
        bearer = _bearer(request)
        request.state.bearer, request.state.subject = bearer, None
        if bearer is not None and bearer.count(".") == 2:
            if self._provider is None:
                raise NotAuthenticated("No identity provider is configured.")
            request.state.subject = await self._provider.verify(bearer)

    async def authenticate(self, request: Request, session: AsyncSession) -> None:
        """Leave the caller, or None, in `request.state` and the actor in the session."""
        caller: Caller | None = None
        subject: Subject | None = request.state.subject
        if subject is not None:
            caller = await callers.caller_of_subject(session, subject)
        elif request.state.bearer is not None:
            caller = await callers.caller_of_token(session, request.state.bearer)
            if caller is None:
                request.app.state.limiter.count_guess(request)
                raise NotAuthenticated("The token is unknown, expired or revoked.")
        request.state.caller = caller
        session.info["actor"] = actor_of(caller, request)


def actor_of(caller: Caller | None, request: Request) -> Actor:
    """Whom the log names."""
    request_id = request.scope.get("request_id")
    if caller is None:
        return Actor("anonymous", None, request_id)
    if caller.link is not None:
        return Actor("link", caller.link.person_id, request_id)
    if caller.speaks is not None:
        return Actor("panellist", caller.speaks, request_id)
    return Actor("account", caller.account_id, request_id)


def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("The scheme is Bearer.")
    return token.strip()


def own_bearer(request: Request) -> str | None:
    """A token that can only be one of ours; None where a provider may have to be asked."""
    bearer = _bearer(request)
    return None if bearer is None or bearer.count(".") == 2 else bearer


async def current_caller(request: Request) -> Caller:
    """The caller; raises `NotAuthenticated`, and `TokenReadOnly` for a change with such a token."""
    caller = _known_caller(request)
    if caller.only_delivers_mail:
        raise NotPermitted("This account hands over mails, and does nothing else.")
    if caller.speaks is not None:
        raise NotPermitted("This session is for a panellist's own places, and nothing else.")
    return caller


async def panellist_caller(request: Request) -> Caller:
    """Whoever has exchanged the link of a panellist."""
    caller = _known_caller(request)
    if caller.speaks is None:
        raise NotFound
    return caller


async def mail_gateway(request: Request) -> Caller:
    """A caller who may hand over mails that came in elsewhere."""
    caller = _known_caller(request)
    if caller.link is not None or caller.speaks is not None:
        raise NotFound
    if not caller.may(Permission.DELIVER_MAIL):
        raise NotPermitted("Only a mail gateway or an administrator may hand over mails.")
    return caller


def _known_caller(request: Request) -> Caller:
    caller: Caller | None = request.state.caller
    if caller is None:
        raise NotAuthenticated("A bearer token is needed.")
    if request.method not in SAFE and not caller.may_write:
        raise TokenReadOnly("This token may only read.")
    return caller


async def account_caller(caller: Annotated[Caller, Depends(current_caller)]) -> Caller:
    """A caller with an account: holders of links are told that there is nothing here."""
    if caller.link is not None:
        raise NotFound
    return caller


async def administrator(caller: Annotated[Caller, Depends(account_caller)]) -> Caller:
    if not caller.is_administrator:
        raise NotPermitted("Only an administrator may do this.")
    return caller


CallerDep = Annotated[Caller, Depends(current_caller)]
AccountCaller = Annotated[Caller, Depends(account_caller)]
Administrator = Annotated[Caller, Depends(administrator)]
MailGateway = Annotated[Caller, Depends(mail_gateway)]
PanellistCaller = Annotated[Caller, Depends(panellist_caller)]


async def account_for(session: Session, caller: Administrator, account_id: UUID) -> Account:
    return await _account(session, account_id, lock=False)


async def account_to_change(session: Session, caller: Administrator, account_id: UUID) -> Account:
    return await _account(session, account_id, lock=True)


async def grant_for(
    session: Session, account: Annotated[Account, Depends(account_for)], grant_id: UUID
) -> Grant:
    grant = await queries.find_grant(session, account.id, grant_id)
    if grant is None:
        raise NotFound
    return grant


async def token_for(session: Session, caller: AccountCaller, token_id: UUID) -> Token:
    """A token of the caller; any account's for administrators."""
    return await _token(session, caller, token_id, lock=False)


async def token_to_revoke(session: Session, caller: AccountCaller, token_id: UUID) -> Token:
    return await _token(session, caller, token_id, lock=True)


async def token_holder(session: AsyncSession, caller: Caller, account_id: UUID | None) -> UUID:
    """Whose tokens are meant: the caller's own, or those that an administrator asks for."""
    own = caller.account_id
    if account_id is not None and account_id != own:
        if not caller.is_administrator:
            raise NotPermitted("Only an administrator handles tokens of another account.")
        return (await _account(session, account_id, lock=False)).id
    if own is None:
        raise NotFound
    return own


async def _account(session: AsyncSession, account_id: UUID, *, lock: bool) -> Account:
    account = await queries.find_account(session, account_id, lock=lock)
    if account is None:
        raise NotFound
    return account


async def _token(session: AsyncSession, caller: Caller, token_id: UUID, *, lock: bool) -> Token:
    token = await queries.find_token(session, token_id, lock=lock)
    if token is None or not (caller.is_administrator or token.account_id == caller.account_id):
        raise NotFound
    return token


AccountDep = Annotated[Account, Depends(account_for)]
AccountToChange = Annotated[Account, Depends(account_to_change)]
GrantDep = Annotated[Grant, Depends(grant_for)]
TokenDep = Annotated[Token, Depends(token_for)]
TokenToRevoke = Annotated[Token, Depends(token_to_revoke)]

__all__ = [
    "AccountCaller",
    "AccountDep",
    "AccountToChange",
    "Administrator",
    "Authenticator",
    "CallerDep",
    "GrantDep",
    "MailGateway",
    "PanellistCaller",
    "Permission",
    "TokenDep",
    "TokenToRevoke",
    "token_holder",
]
