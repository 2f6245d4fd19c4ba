"""HTTP for callers: who am I, tokens, accounts with their roles, links from mails."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response, status
from sqlmodel import col

from app.core import clock
from app.core.handlers import problem_response
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged
from app.core.preconditions import accept_match
from app.core.problems import AlreadyExists, Invalid, Problem
from app.core.routes import Session, router_for
from app.identity import queries, service
from app.identity.access import (
    AccountCaller,
    AccountDep,
    AccountToChange,
    Administrator,
    CallerDep,
    GrantDep,
    TokenDep,
    TokenToRevoke,
    token_holder,
)
from app.identity.lifecycle import AccountKind, LinkPurpose, Role
from app.identity.policy import Caller, may_last_until
from app.identity.problems import (
    GrantOfFocalPoint,
    LinkCodeNeeded,
    LinkCodeWrong,
    LinkSpent,
    LinkUnknown,
    RoleScopeInvalid,
    TokenTooWide,
)
from app.identity.schemas import (
    AccountCreate,
    AccountOut,
    AccountPatch,
    AccountSort,
    AccountWrite,
    CallerKind,
    GrantCreate,
    GrantOut,
    LinkExchange,
    LinkSession,
    LinkToken,
    LinkUseOut,
    MeOut,
    RenewalAnswer,
    RoleOut,
    TokenCreate,
    TokenMade,
    TokenOut,
)
from app.identity.tables import Account, Grant, Token

router = router_for("identity")


@router.get("/me", operation_id="getMe")
async def get_me(session: Session, caller: CallerDep) -> MeOut:
    """Read who you are and what you may do."""
    account = None
    if caller.account_id is not None:
        account = await queries.find_account(session, caller.account_id)
    return MeOut(
        kind=CallerKind(account.kind.value) if account else CallerKind.LINK,
        name=caller.name,
        account_id=caller.account_id,
        email=account.email if account else None,
        token_id=caller.token_id,
        scopes=sorted(caller.scopes),
        roles=[RoleOut.of(right) for right in caller.rights],
        link=await _link_of(session, caller),
    )


@router.get("/tokens", operation_id="listTokens")
async def list_tokens(
    session: Session,
    caller: AccountCaller,
    paging: Paging,
    account: Annotated[
        UUID | None, Query(description="Of another account, for administrators.")
    ] = None,
) -> Page[TokenOut]:
    """List your tokens, live and revoked, in the order of their making."""
    statement = queries.tokens_of(await token_holder(session, caller, account))
    order = [(col(Token.id), False)]
    return await fetch_page(session, paging, statement, order, lambda row: TokenOut.of(row[0]))


@router.post(
    "/tokens",
    operation_id="createToken",
    status_code=status.HTTP_201_CREATED,
    responses=raises(TokenTooWide),
)
async def create_token(
    session: Session, caller: AccountCaller, body: TokenCreate, response: Response
) -> TokenMade:
    """Make a token; the secret in the answer is shown only this once."""
    account_id = await token_holder(session, caller, body.account)
    if not caller.scopes.issuperset(body.scopes):
        raise TokenTooWide("A token makes none that may do more than itself.")
    if not may_last_until(clock.now(), body.expires_at):
        raise Invalid.at("/expires_at", "A token ends in the future, at most 400 days ahead.")
    token, secret = await service.create_token(
        session, account_id, body.name, body.scopes, body.expires_at, created_by=caller.account_id
    )
    await session.flush()
    response.headers["Location"] = f"/v1/tokens/{token.id}"
    return TokenMade(token=secret, **TokenOut.of(token).model_dump())


@router.get("/tokens/{token_id}", operation_id="getToken")
async def get_token(token: TokenDep) -> TokenOut:
    """Read what is known of a token; its secret is not."""
    return TokenOut.of(token)


@router.delete(
    "/tokens/{token_id}", operation_id="revokeToken", status_code=status.HTTP_204_NO_CONTENT
)
async def revoke_token(session: Session, token: TokenToRevoke) -> None:
    """Revoke a token: from the next request on it is refused. Twice is once."""
    await service.revoke_token(session, token)


@router.get("/accounts", operation_id="listAccounts")
async def list_accounts(
    session: Session,
    caller: Administrator,
    paging: Paging,
    sort: AccountSort = AccountSort.NAME,
    kind: AccountKind | None = None,
    search: Annotated[
        str | None,
        Query(min_length=1, max_length=100, description="Part of the name or the mail address."),
    ] = None,
) -> Page[AccountOut]:
    """List accounts: people and services that call."""
    order = ordering(sort, {"name": col(Account.name)}, col(Account.id))
    statement = queries.list_accounts(kind, search)
    return await fetch_page(session, paging, statement, order, lambda row: _account(row[0]))


@router.post(
    "/accounts",
    operation_id="createAccount",
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists),
)
async def create_account(
    session: Session, caller: Administrator, body: AccountCreate, response: Response
) -> AccountOut:
    """Create an account of a person or a service; it has no roles yet."""
    account = await service.create_account(session, body.kind, body.name, body.email)
    await session.flush()
    response.headers["Location"] = f"/v1/accounts/{account.id}"
    return _account(account)


@router.get("/accounts/{account_id}", operation_id="getAccount")
async def get_account(account: AccountDep) -> AccountOut:
    """Read an account."""
    return _account(account)


@router.patch(
    "/accounts/{account_id}", operation_id="changeAccount", openapi_extra=takes_if_match()
)
async def change_account(
    session: Session, account: AccountToChange, body: AccountPatch, request: Request
) -> AccountOut:
    """Rename, disable or enable an account by JSON merge patch."""
    accept_match(request, _account(account))
    before = AccountWrite(name=account.name, disabled=account.disabled_at is not None)
    after = merged(AccountWrite, before, body)
    await service.change_account(
        session,
        account,
        after.name,
        disabled=after.disabled,
        changed=list(changes(before, after)),
    )
    return _account(account)


@router.get("/accounts/{account_id}/grants", operation_id="listGrants")
async def list_grants(session: Session, account: AccountDep, paging: Paging) -> Page[GrantOut]:
    """List an account's roles, live and revoked, in the order of their granting."""
    order = [(col(Grant.id), False)]
    statement = queries.grants_of(account.id)
    return await fetch_page(session, paging, statement, order, lambda row: GrantOut.of(row[0]))


@router.post(
    "/accounts/{account_id}/grants",
    operation_id="grantRole",
    status_code=status.HTTP_201_CREATED,
    responses=raises(RoleScopeInvalid),
)
async def grant_role(
    session: Session, account: AccountToChange, body: GrantCreate, response: Response
) -> GrantOut:
    """Give an account a role; the same live role twice is one."""
    if body.role is Role.FOCAL_POINT:
        detail = "Name a focal point instead: POST /v1/entities/{e}/focal-points."
        raise RoleScopeInvalid.at("/role", detail)
    committee_id = await _committee_id(session, body.committee)
    grant = await service.grant_role(session, account.id, body.role, committee_id=committee_id)
    await session.flush()
    response.headers["Location"] = f"/v1/accounts/{account.id}/grants/{grant.id}"
    return GrantOut.of(grant)


@router.get("/accounts/{account_id}/grants/{grant_id}", operation_id="getGrant")
async def get_grant(grant: GrantDep) -> GrantOut:
    """Read one role of an account."""
    return GrantOut.of(grant)


@router.delete(
    "/accounts/{account_id}/grants/{grant_id}",
    operation_id="revokeGrant",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(GrantOfFocalPoint),
)
async def revoke_grant(session: Session, grant: GrantDep) -> None:
    """Take a role away: it counts from the next request on. Twice is once."""
    if grant.role is Role.FOCAL_POINT:
        raise GrantOfFocalPoint("End the focal point, and the role goes with it.")
    await service.revoke_grant(session, grant.id)


@router.post(
    "/links/exchange",
    operation_id="exchangeLink",
    response_model=LinkSession,
    responses=raises(LinkUnknown, LinkSpent, LinkCodeNeeded, LinkCodeWrong),
    openapi_extra={"x-public": True},
)
async def exchange_link(
    session: Session, body: LinkExchange, request: Request
) -> LinkSession | Response:
    """Turn the link of an invitation or of a panellist into a short session, once.

    Looking at the link changes nothing; this call uses it up. A second one is answered 410. Where
    the organizers bind links to their mailboxes, the first call is answered 403 `link-code-needed`,
    uses nothing up and has a code sent there; call again with it.
    """
    state = request.app.state
    state.limiter.check_guesses(request)
    try:
        outcome = await service.exchange_link(session, state.secret, body.token, body.code)
    except LinkUnknown:
        state.limiter.count_guess(request)
        raise
    if isinstance(outcome, Problem):  # an answer, so that what was counted is committed
        return problem_response(outcome, request.scope["request_id"], state.settings.url)
    link, opened, bearer = outcome
    use = await _link_use(session, link.purpose, link.resource_id, link.person_id)
    return LinkSession(token=bearer, expires_at=opened.expires_at, **use.model_dump())


@router.post(
    "/links/renew",
    operation_id="renewLink",
    status_code=status.HTTP_202_ACCEPTED,
    openapi_extra={"x-public": True},
)
async def renew_link(session: Session, body: LinkToken, request: Request) -> RenewalAnswer:
    """Have a fresh link sent to where the old one went; says the same whatever the token is."""
    state = request.app.state
    state.limiter.check_guesses(request)
    state.limiter.count_guess(request)
    await service.ask_for_fresh_link(session, state.secret, body.token)
    return RenewalAnswer(
        detail="If the link is known, a fresh one is on its way to the same address."
    )


async def _link_of(session: Session, caller: Caller) -> LinkUseOut | None:
    link = caller.link
    if link is None:
        return None
    return await _link_use(session, link.purpose, link.resource_id, link.person_id)


async def _link_use(
    session: Session, purpose: LinkPurpose, resource_id: UUID, person_id: UUID | None
) -> LinkUseOut:
    if person_id is None:
        return LinkUseOut(
            purpose=purpose,
            meeting_id=await queries.meeting_of_place(session, resource_id),
            invitation_id=None,
            entity_id=None,
            person_id=None,
            panellist_id=resource_id,
        )
    entity_id, meeting_id = await queries.find_link_use(session, resource_id, person_id)
    return LinkUseOut(
        purpose=purpose,
        meeting_id=meeting_id,
        invitation_id=resource_id,
        entity_id=entity_id,
        person_id=person_id,
    )


async def _committee_id(session: Session, ref: str | None) -> UUID | None:
    if ref is None:
        return None
    committee_id = await queries.find_committee_id(session, ref)
    if committee_id is None:
        raise Invalid.at("/committee", "There is no such committee.")
    return committee_id


def _account(account: Account) -> AccountOut:
    members: dict[str, Any] = {name: getattr(account, name) for name in _ACCOUNT}
    return AccountOut(disabled=account.disabled_at is not None, **members)


_ACCOUNT = set(AccountOut.model_fields) - {"disabled"}
