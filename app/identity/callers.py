"""From a bearer token or a provider's subject to the caller, with the rights that hold now."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.fields import normalised_email
from app.core.problems import NotAuthenticated
from app.events import record
from app.identity import queries, service, tokens
from app.identity.events import AccountChanged
from app.identity.lifecycle import AccountKind, LinkPurpose, Role, Scope
from app.identity.oidc import Subject
from app.identity.policy import Caller, LinkUse, Right

ATTEMPTS = 3


async def caller_of_token(session: AsyncSession, token: str) -> Caller | None:
    """The holder of a bearer token, with the rights that hold now; None for a bad one."""
    row = await queries.find_bearer(session, tokens.token_hash(token), clock.now())
    return _holder(row) if row is not None else None


async def callers_of_tokens(session: AsyncSession, wanted: Collection[str]) -> dict[str, Caller]:
    """The same for several tokens, without the bad ones."""
    hashes = {tokens.token_hash(token): token for token in wanted}
    rows = await queries.find_bearers(session, hashes, clock.now())
    return {hashes[bytes(row.token_hash)]: _holder(row) for row in rows}


def _holder(row: Row[Any]) -> Caller:
    link = speaks = None
    if row.purpose == LinkPurpose.SPEAK_ON_PANEL:
        speaks = row.resource_id
    elif row.link_id is not None:
        purpose = LinkPurpose(row.purpose)
        link = LinkUse(purpose, row.resource_id, row.person_id, row.entity_id)
    return Caller(
        key=str(row.account_id or row.link_id),
        account_id=row.account_id,
        name=row.name or "holder of a link",
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        rights=_rights(row.rights),
        link=link,
        speaks=speaks,
        token_id=row.token_id,
    )


async def caller_of_subject(session: AsyncSession, subject: Subject) -> Caller:
    """The account of a provider's subject, found again or made at the first sign-in.

    A verified mail address ties the subject to an account made for that address before, such as
    that of a focal point. Raises `NotAuthenticated` for a disabled account.
    """
    row = await queries.find_subject(session, subject.issuer, subject.subject)
    if row is None:
        row = await _tied(session, subject)
    if row.disabled_at is not None:
        raise NotAuthenticated("The account is disabled.")
    return Caller(
        key=str(row.account_id),
        account_id=row.account_id,
        name=row.name,
        scopes=frozenset(Scope),
        rights=_rights(row.rights),
    )


async def _tied(session: AsyncSession, subject: Subject) -> Row[Any]:
    """The account after the first sign-in; of several at once, the later ones find the first's."""
    for attempt in range(ATTEMPTS):
        try:
            async with session.begin_nested():
                await _tie(session, subject)
                await session.flush()
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
        row = await queries.find_subject(session, subject.issuer, subject.subject)
        if row is not None:
            return row
    raise NotAuthenticated


async def _tie(session: AsyncSession, subject: Subject) -> None:
    """To the account of the address; to a new one if there is none or it is another subject's."""
    account, email = None, subject.email
    if email is not None:
        account = await queries.lock_account_by_email(session, normalised_email(email))
        if account is not None and account.subject is not None:
            account = email = None
    if account is None:
        account = await service.create_account(session, AccountKind.PERSON, subject.name, email)
    else:
        record(session, AccountChanged(subject_id=account.id, members=["issuer", "subject"]))
    account.issuer, account.subject = subject.issuer, subject.subject


def _rights(rows: list[dict[str, str | None]]) -> tuple[Right, ...]:
    return tuple(
        Right(
            Role(str(row["role"])),
            UUID(row["committee_id"]) if row["committee_id"] else None,
            UUID(row["entity_id"]) if row["entity_id"] else None,
        )
        for row in rows
    )
