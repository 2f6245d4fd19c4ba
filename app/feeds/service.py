"""Making and revoking feeds: the verbs."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.entities.tables import Person
from app.events import Actor, record
from app.feeds import queries
from app.feeds.events import FeedCreated, FeedRevoked
from app.feeds.lifecycle import FeedKind
from app.feeds.tables import Feed
from app.identity import service as identity
from app.identity.tokens import read_sealed, sealed

_TOKENS = b"feed"
"""Sets them apart from the tokens of links."""


def token_of(secret: bytes, feed_id: UUID) -> str:
    """What makes a feed's address; whoever has it reads the feed."""
    return sealed(secret, _TOKENS, feed_id)


def read_token(secret: bytes, token: str) -> UUID | None:
    return read_sealed(secret, _TOKENS, token)


async def create_feed(
    session: AsyncSession,
    entity_id: UUID,
    person_id: UUID | None,
    committee_id: UUID | None,
    label: str | None,
    *,
    created_by: UUID | None,
) -> Feed:
    """A feed for somebody who acts for the entity; there may be any number of them."""
    feed = Feed(
        kind=FeedKind.ENTITY if person_id is None else FeedKind.PERSON,
        entity_id=entity_id,
        person_id=person_id,
        committee_id=committee_id,
        label=label,
        created_by=created_by,
    )
    session.add(feed)
    _record_creation(session, feed)
    await session.flush()
    return feed


async def own_feed(session: AsyncSession, secret: bytes, token: str) -> Feed:
    """The feed of who holds a personal link; made at the first time, the same one later.

    Raises `LinkUnknown` and `LinkSpent`.
    """
    link = await identity.find_join_link(session, secret, token)
    assert link.person_id is not None, "who is registered is a person"
    known = await queries.find_own(session, link.person_id)
    if known is not None:
        return known
    person = await session.get_one(Person, link.person_id)
    fresh = Feed(kind=FeedKind.PERSON, entity_id=person.entity_id, person_id=person.id, own=True)
    made = await queries.insert_own(session, fresh)
    if made is None:
        return await own_feed(session, secret, token)
    caller: Actor | None = session.info.get("actor")
    session.info["actor"] = Actor("link", person.id, caller.request_id if caller else None)
    _record_creation(session, made)
    await session.flush()
    return made


async def revoke_feed(session: AsyncSession, feed: Feed) -> None:
    """From the next request on its address is gone. Twice is once."""
    if feed.revoked_at is not None:
        return
    feed.revoked_at = clock.now()
    record(
        session,
        FeedRevoked(
            subject_id=feed.id,
            committee_id=feed.committee_id,
            entity_id=feed.entity_id,
            kind=feed.kind,
            person_id=feed.person_id,
        ),
    )
    await session.flush()


def _record_creation(session: AsyncSession, feed: Feed) -> None:
    record(
        session,
        FeedCreated(
            subject_id=feed.id,
            committee_id=feed.committee_id,
            entity_id=feed.entity_id,
            kind=feed.kind,
            person_id=feed.person_id,
            own=feed.own,
        ),
    )
