"""Legal holds."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.core.tables import Row


class LegalHold(Row, table=True):
    """Nothing of a meeting, or about a person, is erased while its row is there.

    What was held, and why, the log tells after it was lifted.
    """

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("(meeting_id IS NULL) <> (person_id IS NULL)", name="held"),
        Index(
            "uq_legal_holds_meeting",
            "meeting_id",
            unique=True,
            postgresql_where=text("meeting_id IS NOT NULL"),
        ),
        Index(
            "uq_legal_holds_person",
            "person_id",
            unique=True,
            postgresql_where=text("person_id IS NOT NULL"),
        ),
    )

    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    person_id: UUID | None = Field(default=None, foreign_key="people.id")
    reason: str = Field(sa_type=Text)
    placed_by: UUID | None = Field(default=None, foreign_key="accounts.id")
