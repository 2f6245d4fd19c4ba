"""Accounts, grants, tokens and links: the verbs."""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.fields import normalised_email
from app.events import announce, record
from app.identity import policy, queries, tokens
from app.identity.events import (
    AccountChanged,
    AccountCreated,
    LinkCodeAsked,
    LinkExchanged,
    LinkRenewalAsked,
    RoleGranted,
    RoleRevoked,
    TokenCreated,
    TokenRevoked,
)
from app.identity.lifecycle import EXCHANGED, AccountKind, LinkPurpose, Role, Scope
from app.identity.problems import (
    LinkCodeNeeded,
    LinkCodeWrong,
    LinkSpent,
    LinkUnknown,
    RoleScopeInvalid,
)
from app.identity.tables import Account, Grant, Link, Token

LINK_SESSION = timedelta(hours=2)


async def create_account(
    session: AsyncSession, kind: AccountKind, name: str, email: str | None = None
) -> Account:
    account = Account(kind=kind, name=name, email=normalised_email(email) if email else None)
    session.add(account)
    record(session, AccountCreated(subject_id=account.id))
    return account


async def change_account(
    session: AsyncSession, account: Account, name: str, *, disabled: bool, changed: list[str]
) -> None:
    """Rename an account, or close or open it; closing counts from the next request on."""
    if not changed:
        return
    account.name = name
    if disabled is not (account.disabled_at is not None):
        account.disabled_at = clock.now() if disabled else None
    await announce(session, AccountChanged(subject_id=account.id, members=changed))
    await session.flush()


async def account_for_email(session: AsyncSession, name: str, email: str) -> Account:
    """The account of a mail address, made if there is none; of two makers at once one wins."""
    email = normalised_email(email)
    found = await queries.lock_account_by_email(session, email)
    if found is not None:
        return found
    try:
        async with session.begin_nested():
            account = await create_account(session, AccountKind.PERSON, name, email)
            await session.flush()
    except IntegrityError:
        found = await queries.lock_account_by_email(session, email)
        if found is None:
            raise
        return found
    return account


async def grant_role(
    session: AsyncSession,
    account_id: UUID,
    role: Role,
    *,
    committee_id: UUID | None = None,
    entity_id: UUID | None = None,
) -> Grant:
    """Give a role; the same live grant twice is one. Raises `RoleScopeInvalid`."""
    _check_scope(role, committee_id, entity_id)
    await session.flush()
    for live in await queries.list_grants(session, account_id):
        if (live.role, live.committee_id, live.entity_id) == (role, committee_id, entity_id):
            return live
    grant = Grant(account_id=account_id, role=role, committee_id=committee_id, entity_id=entity_id)
    session.add(grant)
    record(
        session,
        RoleGranted(
            subject_id=grant.id,
            account_id=account_id,
            role=role,
            committee_id=committee_id,
            entity_id=entity_id,
        ),
    )
    return grant


async def revoke_grant(session: AsyncSession, grant_id: UUID) -> None:
    """Take a role away; it counts from the next request on."""
    grant = await session.get(Grant, grant_id, with_for_update=True)
    if grant is None or grant.revoked_at is not None:
        return
    grant.revoked_at = clock.now()
    record(
        session,
        RoleRevoked(
            subject_id=grant.id,
            account_id=grant.account_id,
            role=grant.role,
            committee_id=grant.committee_id,
            entity_id=grant.entity_id,
        ),
    )


async def create_token(
    session: AsyncSession,
    account_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime,
    *,
    created_by: UUID | None = None,
) -> tuple[Token, str]:
    """A token and its secret, which cannot be had again; who may write may read too."""
    secret = tokens.new_token()
    token = Token(
        account_id=account_id,
        name=name,
        token_hash=tokens.token_hash(secret),
        hint=secret[:8],
        scopes=sorted(scope.value for scope in {*scopes, Scope.READ}),
        expires_at=expires_at,
        created_by=created_by,
    )
    session.add(token)
    record(
        session,
        TokenCreated(
            subject_id=token.id,
            account_id=account_id,
            scopes=token.scopes,
            expires_at=expires_at,
        ),
    )
    return token, secret


async def revoke_token(session: AsyncSession, token: Token) -> None:
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        record(session, TokenRevoked(subject_id=token.id))


def create_link(
    session: AsyncSession,
    purpose: LinkPurpose,
    resource_id: UUID,
    person_id: UUID | None,
    expires_at: datetime,
) -> Link:
    """A link for a mail; `tokens.link_token` gives the secret whenever it is rendered."""
    link = Link(
        purpose=purpose, resource_id=resource_id, person_id=person_id, expires_at=expires_at
    )
    session.add(link)
    return link


async def exchange_link(
    session: AsyncSession, secret: bytes, token: str, code: str | None = None
) -> tuple[Link, Token, str] | LinkCodeNeeded | LinkCodeWrong:
    """Turn the link of an invitation or of a panellist into a short session, once; gives the
    session's bearer token.

    The link's row is locked: of many exchanges at once one gets the session, the others
    `LinkSpent`. Raises `LinkUnknown` for a forged token. Refusals about the code are given and
    not raised: what was counted or asked for is to be committed with them.
    """
    link = await _lock_link(session, secret, token, EXCHANGED)
    now = clock.now()
    if link.used_at is not None or link.revoked_at is not None or link.expires_at <= now:
        raise LinkSpent("This link was used before, has expired or was revoked.")
    if await queries.is_bound(session, link.resource_id):
        refusal = _check_code(session, secret, link, code, now)
        if refusal is not None:
            return refusal
    return await _open_session(session, link, now)


def _check_code(
    session: AsyncSession, secret: bytes, link: Link, code: str | None, now: datetime
) -> LinkCodeNeeded | LinkCodeWrong | None:
    if code is None:
        _ask_for_code(session, link, now)
        return LinkCodeNeeded("A code has been sent to the address that the link went to.")
    asked_at = link.code_asked_at
    if asked_at is not None and policy.takes_code(now, asked_at, link.code_tries):
        if hmac.compare_digest(tokens.link_code(secret, link.id, asked_at), code):
            return None
        link.code_tries += 1
    return LinkCodeWrong("The code is not the one that was sent last, or is no longer good.")


def _ask_for_code(session: AsyncSession, link: Link, now: datetime) -> None:
    """A fresh code for the link, unless one was asked for just now; raises `LinkSpent`."""
    if not policy.may_ask_for_code(now, link.code_asked_at):
        return
    if link.codes_asked >= policy.CODES:
        raise LinkSpent("Too many codes were asked for: ask for a fresh link.")
    link.code_asked_at, link.code_tries = now, 0
    link.codes_asked += 1
    record(session, LinkCodeAsked(asked_at=now, **_about(link)))


async def _open_session(
    session: AsyncSession, link: Link, now: datetime
) -> tuple[Link, Token, str]:
    link.used_at = now
    bearer = tokens.new_token()
    opened = Token(
        link_id=link.id,
        name="session of a link",
        token_hash=tokens.token_hash(bearer),
        hint=bearer[:8],
        scopes=[Scope.READ.value, Scope.WRITE.value],
        expires_at=min(now + LINK_SESSION, link.expires_at),
    )
    session.add(opened)
    record(session, LinkExchanged(subject_id=link.id, purpose=link.purpose))
    await session.flush()
    return link, opened, bearer


async def ask_for_fresh_link(session: AsyncSession, secret: bytes, token: str) -> None:
    """Have a fresh link sent to the address that the old one went to; says nothing either way."""
    try:
        link = await _lock_link(session, secret, token, EXCHANGED)
    except LinkUnknown:
        return
    if link.revoked_at is None:
        send_fresh_link(session, link)


def send_fresh_link(session: AsyncSession, link: Link) -> None:
    """Have the person of a link sent another one."""
    record(session, LinkRenewalAsked(**_about(link)))


async def find_join_link(session: AsyncSession, secret: bytes, token: str) -> Link:
    """The live personal link behind a token; raises `LinkUnknown` or `LinkSpent`."""
    link = await _lock_link(session, secret, token, {LinkPurpose.JOIN_MEETING})
    if link.revoked_at is not None or link.expires_at <= clock.now():
        raise LinkSpent("This link has expired or was revoked.")
    return link


async def revoke_links(session: AsyncSession, resource_id: UUID) -> None:
    """Let every link to an invitation or registration die, and the sessions made from them."""
    now = clock.now()
    for link in await queries.lock_live_links(session, resource_id):
        link.revoked_at = now


async def revoke_answer_links(session: AsyncSession, people: Collection[UUID]) -> None:
    """Let every link by which these people answer die, and the sessions made from them."""
    for link in await queries.lock_answer_links(session, people):
        revoke_link(link)


def revoke_link(link: Link) -> None:
    """Let one link die, and the session made from it."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()


async def move_links(
    session: AsyncSession, resources: Collection[UUID], expires_at: datetime
) -> None:
    """Let the live links to these invitations or registrations end at another instant."""
    await queries.move_links(session, resources, expires_at)


def _about(link: Link) -> dict[str, Any]:
    return {
        "subject_id": link.id,
        "purpose": link.purpose,
        "resource_id": link.resource_id,
        "person_id": link.person_id,
    }


async def _lock_link(
    session: AsyncSession, secret: bytes, token: str, purposes: Collection[LinkPurpose]
) -> Link:
    link_id = tokens.read_link_token(secret, token)
    link = await queries.lock_link(session, link_id) if link_id else None
    if link is None or link.purpose not in purposes:
        raise LinkUnknown("There is no such link; it may be cut off or mistyped.")
    return link


def _check_scope(role: Role, committee_id: UUID | None, entity_id: UUID | None) -> None:
    fits = {
        Role.ADMINISTRATOR: committee_id is None and entity_id is None,
        Role.ORGANIZER: committee_id is not None and entity_id is None,
        Role.OBSERVER: entity_id is None,
        Role.FOCAL_POINT: entity_id is not None,
        Role.MAIL_GATEWAY: committee_id is None and entity_id is None,
    }
    if not fits[role]:
        raise RoleScopeInvalid(f"The role {role.value} needs another scope.")
