"""The only way to get a feed for a caller, and how far a new one may reach."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.entities.access import DirectoryDep, check_reach, committee_scope
from app.entities.queries import find_committee_line
from app.entities.tables import Entity
from app.feeds import queries
from app.feeds.tables import Feed
from app.identity.access import CallerDep
from app.identity.policy import Caller


async def scope_for(
    session: AsyncSession, caller: Caller, entity: Entity, ref: str | None
) -> UUID | None:
    """The committee that a new feed is limited to, None for all.

    Nobody's feed shows more than its maker may see: raises `NotPermitted`. The session of a link
    reaches the committee that invited.
    """
    if caller.link is None:
        return await committee_scope(session, caller, entity, ref)
    inviting = await queries.committee_of_invitation(session, caller.link.resource_id)
    line = (inviting,) if ref is None else await find_committee_line(session, ref)
    if inviting is None or line[:1] != (inviting,):
        raise NotPermitted("The session of a link reaches the committee that invited, no other.")
    return inviting


async def feed_for(session: Session, directory: DirectoryDep, feed_id: UUID) -> Feed:
    feed = await queries.find_feed(session, directory.entity.id, feed_id)
    if feed is None:
        raise NotFound
    return feed


async def feed_to_revoke(
    session: Session, caller: CallerDep, directory: DirectoryDep, feed_id: UUID
) -> Feed:
    """Whoever could make such a feed may revoke it; a person's own, whoever keeps the directory,
    for the person can make another one.
    """
    feed = await queries.find_feed(session, directory.entity.id, feed_id, lock=True)
    if feed is None:
        raise NotFound
    if not feed.own:
        await _check_scope(session, caller, feed)
    return feed


async def _check_scope(session: AsyncSession, caller: Caller, feed: Feed) -> None:
    scope = feed.committee_id
    if caller.link is not None:
        inviting = await queries.committee_of_invitation(session, caller.link.resource_id)
        if scope is None or scope != inviting:
            raise NotPermitted("The feed reaches further than the session of your link.")
        return
    line = () if scope is None else await find_committee_line(session, scope)
    await check_reach(session, caller, feed.entity_id, line)


FeedDep = Annotated[Feed, Depends(feed_for)]
FeedToRevoke = Annotated[Feed, Depends(feed_to_revoke)]
