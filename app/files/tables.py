"""Files."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text
from sqlmodel import Field

from app.core.tables import Row
from app.core.uploads import KINDS, LIMIT

_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)


class StoredFile(Row, table=True):
    """What an entity, or an organizer for it, has handed in for a meeting; it never changes.

    It belongs to the entity at this meeting, so that nobody else reads it and it ends with the
    meeting's own data. What it is for is said by what refers to it.
    """

    __tablename__ = "stored_files"
    __table_args__ = (
        CheckConstraint(f"media_type IN ({_KINDS})", name="media_type"),
        CheckConstraint(f"size BETWEEN 1 AND {LIMIT}", name="size"),
        CheckConstraint("octet_length(content) = size", name="content"),
        Index("ix_stored_files_owner", "meeting_id", "entity_id", "id"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id", ondelete="CASCADE")
    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    name: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    size: int
    sha256: str = Field(sa_type=Text)
    """Of the bytes, in hexadecimal."""
    content: bytes = Field(sa_type=LargeBinary)
