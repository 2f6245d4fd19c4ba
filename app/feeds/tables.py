"""Secret calendar feeds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.core.tables import Instant, Row, one_of, values
from app.feeds.lifecycle import FeedKind


class Feed(Row, table=True):
    """A calendar at a secret address: of an entity, or of somebody in its directory.

    The address is made of the id with a keyed signature, so nothing that opens it is stored. A
    feed is no history: it goes with the person or the entity.
    """

    __tablename__ = "feeds"
    __table_args__ = (
        one_of("kind", FeedKind),
        CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person"),
        CheckConstraint("NOT own OR (person_id IS NOT NULL AND committee_id IS NULL)", name="own"),
        Index(
            "uq_feeds_own",
            "person_id",
            unique=True,
            postgresql_where=text("own AND revoked_at IS NULL"),
        ),
        Index("ix_feeds_entity_id", "entity_id", "id"),
    )

    kind: FeedKind = Field(sa_type=values(FeedKind))
    entity_id: UUID = Field(foreign_key="entities.id", ondelete="CASCADE")
    """Of the person, if it is a person's."""
    person_id: UUID | None = Field(
        default=None, foreign_key="people.id", ondelete="CASCADE", index=True
    )
    committee_id: UUID | None = Field(default=None, foreign_key="committees.id", index=True)
    """Only meetings of this committee and its working groups; of all where it is left out. It is
    as far as the maker's own right reached."""
    own: bool = False
    """Made by the person with a personal link: it shows the personal links, which are nobody
    else's to see."""
    label: str | None = Field(default=None, sa_type=Text)
    created_by: UUID | None = None
    """The account; None for whoever came by a link."""
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
