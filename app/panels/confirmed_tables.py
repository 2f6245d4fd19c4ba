"""When those who have said to come have to be where."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Text, Uuid, column, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.core.tables import Row


class ConfirmedSlot(Row, table=True):
    """The time of a person who has confirmed, on an item: never two at once in one meeting.

    `confirmed.keep` writes them again whenever an item is timed anew or somebody confirms or
    leaves. The times are seconds from the meeting's start, so that they move with it. The rule is
    checked when the transaction ends: two people may change places in one.
    """

    __tablename__ = "confirmed_slots"
    __table_args__ = (
        CheckConstraint("ends > begins", name="ends"),
        ExcludeConstraint(
            (column("meeting_id"), "="),
            (column("person_key"), "="),
            (func.int4range(column("begins"), column("ends")), "&&"),
            name="ex_confirmed_slots_person",
            using="gist",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    meeting_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False)
    )
    item_id: UUID = Field(foreign_key="agenda_items.id", ondelete="CASCADE", index=True)
    person_key: str = Field(sa_type=Text)
    """Who it is, by address or else by name in small letters."""
    begins: int
    ends: int
