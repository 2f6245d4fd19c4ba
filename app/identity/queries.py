"""Every select about callers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    LargeBinary,
    Row,
    Select,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    table,
    text,
    update,
)
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.identity.lifecycle import AccountKind, LinkPurpose
from app.identity.tables import Account, Grant, Link, Token

_RIGHTS = """
    COALESCE((SELECT json_agg(json_build_object(
        'role', g.role, 'committee_id', g.committee_id, 'entity_id', g.entity_id))
      FROM grants g WHERE g.account_id = a.id AND g.revoked_at IS NULL), '[]') AS rights
"""
_BEARERS = f"""
    SELECT t.token_hash, t.id AS token_id, t.scopes, a.id AS account_id, a.name, {_RIGHTS},
           l.id AS link_id, l.purpose, l.resource_id, l.person_id, p.entity_id
      FROM tokens t
      LEFT JOIN accounts a ON a.id = t.account_id
      LEFT JOIN links l ON l.id = t.link_id
      LEFT JOIN people p ON p.id = l.person_id
     WHERE t.revoked_at IS NULL AND t.expires_at > :now
       AND a.disabled_at IS NULL AND l.revoked_at IS NULL
"""  # noqa: S608  # a constant
_BY_TOKEN = text(f"{_BEARERS} AND t.token_hash = :hash")
_BY_TOKENS = text(f"{_BEARERS} AND t.token_hash = ANY(:hashes)").bindparams(
    bindparam("hashes", type_=ARRAY(LargeBinary))
)
_BY_SUBJECT = text(
    f"""
    SELECT a.id AS account_id, a.name, a.disabled_at, {_RIGHTS} FROM accounts a
     WHERE a.issuer = :issuer AND a.subject = :subject
    """  # noqa: S608  # a constant
)


_INVITATIONS = table("invitations", column("id", Uuid), column("meeting_id", Uuid))
_PANELS = table("panels", column("id", Uuid), column("meeting_id", Uuid))
_PANELLISTS = table(
    "panellists",
    column("id", Uuid),
    column("panel_id", Uuid),
    column("email", Text),
    column("status", Text),
)
"""What links are for lies to the right of this domain: columns are named here."""


async def find_bearer(session: AsyncSession, hash_: bytes, now: datetime) -> Row[Any] | None:
    """Token, account with live grants, or link: in one statement."""
    return (await session.execute(_BY_TOKEN, {"hash": hash_, "now": now})).one_or_none()


async def find_bearers(
    session: AsyncSession, hashes: Collection[bytes], now: datetime
) -> Sequence[Row[Any]]:
    """The same for several at once."""
    return (await session.execute(_BY_TOKENS, {"hashes": list(hashes), "now": now})).all()


async def find_subject(session: AsyncSession, issuer: str, subject: str) -> Row[Any] | None:
    return (
        await session.execute(_BY_SUBJECT, {"issuer": issuer, "subject": subject})
    ).one_or_none()


async def find_account(
    session: AsyncSession, account_id: UUID, *, lock: bool = False
) -> Account | None:
    statement = select(Account).where(col(Account.id) == account_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return (await session.execute(statement)).scalar_one_or_none()


def list_accounts(kind: AccountKind | None = None, search: str | None = None) -> Select[Any]:
    statement: Select[Any] = select(Account)
    if kind is not None:
        statement = statement.where(col(Account.kind) == kind)
    if search:
        pattern = "%" + search.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        statement = statement.where(
            or_(col(Account.name).ilike(pattern), col(Account.email).ilike(pattern))
        )
    return statement


async def lock_account_by_email(session: AsyncSession, email: str) -> Account | None:
    statement = select(Account).where(col(Account.email) == email).with_for_update()
    return (await session.execute(statement)).scalar_one_or_none()


async def list_grants(session: AsyncSession, account_id: UUID) -> Sequence[Grant]:
    statement = select(Grant).where(
        col(Grant.account_id) == account_id,
        col(Grant.revoked_at).is_(None),
    )
    return (await session.execute(statement)).scalars().all()


def grants_of(account_id: UUID) -> Select[Any]:
    """Grants, live and revoked."""
    statement: Select[Any] = select(Grant)
    return statement.where(col(Grant.account_id) == account_id)


async def find_grant(session: AsyncSession, account_id: UUID, grant_id: UUID) -> Grant | None:
    statement = grants_of(account_id).where(col(Grant.id) == grant_id)
    found: Grant | None = (await session.execute(statement)).scalar_one_or_none()
    return found


async def find_committee_id(session: AsyncSession, ref: str) -> UUID | None:
    """A committee by id or handle.

    Committees lie to the right of this domain: their columns are named here, so that no import
    goes rightwards.
    """
    committees = table("committees", column("id", Uuid), column("handle", Text))
    try:
        condition = committees.c.id == UUID(ref)
    except ValueError:
        condition = committees.c.handle == ref
    found: UUID | None = (
        await session.execute(select(committees.c.id).where(condition))
    ).scalar_one_or_none()
    return found


async def find_link_use(
    session: AsyncSession, resource_id: UUID, person_id: UUID
) -> tuple[UUID, UUID | None]:
    """The entity of the person that a link was sent to, and the meeting of the invitation."""
    people = table("people", column("id", Uuid), column("entity_id", Uuid))
    statement = (
        sa_select(people.c.entity_id, _INVITATIONS.c.meeting_id)
        .select_from(people.outerjoin(_INVITATIONS, _INVITATIONS.c.id == resource_id))
        .where(people.c.id == person_id)
    )
    entity_id, meeting_id = (await session.execute(statement)).one()
    return entity_id, meeting_id


async def meeting_of_place(session: AsyncSession, panellist_id: UUID) -> UUID | None:
    """The meeting on whose panel the panellist of a link has a place."""
    found: UUID | None = (
        await session.execute(_meeting_of_place(panellist_id))
    ).scalar_one_or_none()
    return found


async def is_bound(session: AsyncSession, resource_id: UUID) -> bool:
    """Whether links to the invitation, or of the panellist, are bound to their mailboxes: the
    meeting says, else its committee. All of them lie to the right: their columns are named here.

    The page of a panellist has every place that was asked at the address: if one of them is bound,
    so are the links to all.
    """
    invited = sa_select(_INVITATIONS.c.meeting_id).where(_INVITATIONS.c.id == resource_id)
    about = invited.union_all(_meetings_at_address(resource_id)).subquery()
    meetings = table(
        "meetings",
        column("id", Uuid),
        column("committee_id", Uuid),
        column("links_bound", Boolean),
    )
    committees = table("committees", column("id", Uuid), column("links_bound", Boolean))
    statement = (
        sa_select(func.bool_or(func.coalesce(meetings.c.links_bound, committees.c.links_bound)))
        .select_from(about)
        .join(meetings, meetings.c.id == about.c.meeting_id)
        .join(committees, committees.c.id == meetings.c.committee_id)
    )
    return bool((await session.execute(statement)).scalar_one())


async def lock_link(session: AsyncSession, link_id: UUID) -> Link | None:
    return await session.get(Link, link_id, with_for_update=True)


async def find_token(session: AsyncSession, token_id: UUID, *, lock: bool = False) -> Token | None:
    """A token of an account; sessions of links are nobody's to list."""
    statement = tokens_of(None).where(col(Token.id) == token_id)
    if lock:
        statement = statement.with_for_update()
    found: Token | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def tokens_of(account_id: UUID | None) -> Select[Any]:
    """Tokens of one account, or of all accounts."""
    statement: Select[Any] = select(Token).where(col(Token.account_id).is_not(None))
    return statement if account_id is None else statement.where(col(Token.account_id) == account_id)


async def move_links(
    session: AsyncSession, resources: Collection[UUID], expires_at: datetime
) -> None:
    statement = (
        update(Link)
        .where(col(Link.resource_id).in_(resources), col(Link.revoked_at).is_(None))
        .values(expires_at=expires_at)
    )
    await session.execute(statement)


async def lock_live_links(session: AsyncSession, resource_id: UUID) -> Sequence[Link]:
    statement = (
        select(Link)
        .where(col(Link.resource_id) == resource_id, col(Link.revoked_at).is_(None))
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


async def lock_answer_links(session: AsyncSession, people: Collection[UUID]) -> Sequence[Link]:
    statement = (
        select(Link)
        .where(
            col(Link.person_id).in_(people),
            col(Link.purpose) == LinkPurpose.ANSWER_INVITATION,
            col(Link.revoked_at).is_(None),
        )
        .order_by(col(Link.id))
        .with_for_update()
    )
    return (await session.execute(statement)).scalars().all()


def _meeting_of_place(panellist_id: UUID) -> Select[Any]:
    return (
        sa_select(_PANELS.c.meeting_id)
        .join(_PANELLISTS, _PANELLISTS.c.panel_id == _PANELS.c.id)
        .where(_PANELLISTS.c.id == panellist_id)
    )


def _meetings_at_address(panellist_id: UUID) -> Select[Any]:
    """Of every place that the holder of the panellist's link is shown."""
    own = _PANELLISTS.alias()
    address = sa_select(own.c.email).where(own.c.id == panellist_id).scalar_subquery()
    return (
        sa_select(_PANELS.c.meeting_id)
        .join(_PANELLISTS, _PANELLISTS.c.panel_id == _PANELS.c.id)
        .where(
            or_(_PANELLISTS.c.id == panellist_id, _PANELLISTS.c.email == address),
            _PANELLISTS.c.status != "proposed",
        )
    )
