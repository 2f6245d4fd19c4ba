"""Tokens that an operator hands out, and those for trying the service out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.queries import find_committee
from app.committees.tables import Committee
from app.core import clock
from app.core.problems import NotFound
from app.entities.queries import find_entity
from app.entities.tables import Entity
from app.identity import queries, service, tokens
from app.identity.lifecycle import AccountKind, Role, Scope

LIFE = timedelta(days=30)
TRIED = tuple(
    role.value for role in (Role.ADMINISTRATOR, Role.ORGANIZER, Role.FOCAL_POINT, Role.OBSERVER)
)
"""Roles that a start hands out tokens for, so that they can be tried."""
LEFT_AT_LEAST = timedelta(days=1)
"""A token that expires sooner is replaced."""

_MEETING = text(
    """
    SELECT m.id, m.handle, m.committee_id FROM meetings m
     ORDER BY (m.handle = :known) DESC, m.created_at LIMIT 1
    """
)
_FOCAL_POINT = text(
    """
    SELECT g.account_id FROM focal_points f
      JOIN grants g ON g.id = f.grant_id AND g.revoked_at IS NULL
      JOIN accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
     WHERE f.ended_at IS NULL
       AND EXISTS (SELECT FROM registrations r
                    WHERE r.meeting_id = :meeting AND r.entity_id = f.entity_id)
     ORDER BY f.id LIMIT 1
    """
)
_LIVE = text(
    """
    SELECT t.id, t.hint, a.name AS account, t.scopes, t.expires_at,
           ARRAY(SELECT concat_ws(' ', g.role, c.handle, e.handle) FROM grants g
                   LEFT JOIN committees c ON c.id = g.committee_id
                   LEFT JOIN entities e ON e.id = g.entity_id
                  WHERE g.account_id = a.id AND g.revoked_at IS NULL ORDER BY 1) AS roles
      FROM tokens t JOIN accounts a ON a.id = t.account_id
     WHERE t.revoked_at IS NULL AND t.expires_at > :now AND a.disabled_at IS NULL
     ORDER BY a.name, t.id
    """
)

Tokens = dict[str, str | None]


async def tokens_for_trying(
    session: AsyncSession, known: Mapping[str, str | None], meeting: str | None
) -> tuple[Tokens, str | None]:
    """A bearer token for each role, and the handle of the meeting that they are about.

    Those of `known` that still work are kept. A role that has nothing to be had for yet, such as
    the focal point where nobody was registered, gets none.
    """
    found = (await session.execute(_MEETING, {"known": meeting or ""})).one_or_none()
    committee = found.committee_id if found else None
    holders = {
        Role.ADMINISTRATOR: await _account(session, Role.ADMINISTRATOR, None),
        Role.ORGANIZER: await _account(session, Role.ORGANIZER, committee) if committee else None,
        Role.FOCAL_POINT: await _focal_point(session, found.id) if found else None,
        Role.OBSERVER: await _account(session, Role.OBSERVER, committee),
    }
    now = clock.now()
    given: Tokens = {}
    for role, account_id in holders.items():
        secret = known.get(role.value)
        if account_id is None:
            given[role.value] = None
        elif secret and await _works(session, secret, account_id, now):
            given[role.value] = secret
        else:
            given[role.value] = await _fresh(session, account_id, role, now)
    return given, found.handle if found else None


@dataclass(frozen=True, slots=True)
class Created:
    token_id: UUID
    secret: str
    expires_at: datetime


async def create(
    session: AsyncSession,
    *,
    role: Role,
    committee: str | None,
    entity: str | None,
    name: str,
    life: timedelta,
    read_only: bool,
) -> Created:
    """A service's account with the role, and a token for it.

    Raises `NotFound` for a committee or entity that there is none of, and `RoleScopeInvalid`.
    """
    committee_id = await _found(find_committee, session, "committee", committee)
    entity_id = await _found(find_entity, session, "entity", entity)
    account = await service.create_account(session, AccountKind.SERVICE, name)
    await session.flush()
    await service.grant_role(
        session, account.id, role, committee_id=committee_id, entity_id=entity_id
    )
    scopes = (Scope.READ,) if read_only else (Scope.READ, Scope.WRITE)
    expires_at = clock.now() + life
    token, secret = await service.create_token(session, account.id, name, scopes, expires_at)
    return Created(token.id, secret, expires_at)


async def live(session: AsyncSession) -> Sequence[Row[Any]]:
    """Rows (id, hint, account, roles, scopes, expires_at) of the tokens that still work."""
    return (await session.execute(_LIVE, {"now": clock.now()})).all()


async def revoke(session: AsyncSession, token_id: UUID) -> None:
    """Raises `NotFound` when there is no such token."""
    token = await queries.find_token(session, token_id, lock=True)
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    await service.revoke_token(session, token)


async def _found(
    find: Callable[[AsyncSession, str], Awaitable[Committee | Entity | None]],
    session: AsyncSession,
    what: str,
    ref: str | None,
) -> UUID | None:
    if ref is None:
        return None
    found = await find(session, ref)
    if found is None:
        raise NotFound(f"There is no {what} {ref}.")
    return found.id


async def _account(session: AsyncSession, role: Role, committee_id: UUID | None) -> UUID:
    """The account that tries this role out, with its grant; made on first use."""
    email = f"{role.value.replace('_', '-')}.trying@example.org"
    account = await service.account_for_email(session, f"{role.value} (trying out)", email)
    await service.grant_role(session, account.id, role, committee_id=committee_id)
    return account.id


async def _focal_point(session: AsyncSession, meeting_id: UUID) -> UUID | None:
    """Somebody who answers for an entity that took part."""
    found = await session.execute(_FOCAL_POINT, {"meeting": meeting_id})
    account_id: UUID | None = found.scalar_one_or_none()
    return account_id


async def _works(session: AsyncSession, secret: str, account_id: UUID, now: datetime) -> bool:
    bearer = await queries.find_bearer(session, tokens.token_hash(secret), now + LEFT_AT_LEAST)
    return bearer is not None and bearer.account_id == account_id


async def _fresh(session: AsyncSession, account_id: UUID, role: Role, now: datetime) -> str:
    scopes = (Scope.READ,) if role is Role.OBSERVER else (Scope.READ, Scope.WRITE)
    _, secret = await service.create_token(session, account_id, "trying out", scopes, now + LIFE)
    await session.flush()
    return secret
