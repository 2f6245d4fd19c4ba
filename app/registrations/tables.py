"""Registrations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, text
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Row, SortKey, one_of, values
from app.registrations.lifecycle import (
    Listed,
    Participation,
    RegistrationRole,
    RegistrationStatus,
)

LIVE = text("status IN ('pending', 'confirmed', 'waiting', 'offered')")

QUEUE = Sequence("registration_queue", metadata=SQLModel.metadata)
"""Numbers drawn under the meeting's lock: their order is the order of arrival."""


class Registration(Row, table=True):
    """A person named to represent an entity at a meeting.

    Who takes somebody's place has a registration of their own with the same `queue_number`; the two
    know of each other.

    `participation` is what the person's calendar answered; `replied_sequence` and `replied_stamp`
    are those of the answer that counts. After a change of times the one is the new sequence and
    the other is gone, so that answers to the old times no longer count.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        one_of("role", RegistrationRole),
        one_of("status", RegistrationStatus),
        one_of("participation", Participation),
        one_of("listed", Listed),
        CheckConstraint("takes_seat = (role <> 'support')", name="takes_seat"),
        CheckConstraint(
            "(status = 'substituted') = (successor_id IS NOT NULL)"
            " AND (status = 'substituted') = (substituted_at IS NOT NULL)",
            name="substituted",
        ),
        Index(
            "uq_registrations_person",
            "meeting_id",
            "person_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index(
            "uq_registrations_head",
            "invitation_id",
            unique=True,
            postgresql_where=text(
                "role = 'head_of_delegation'"
                " AND status IN ('pending', 'confirmed', 'waiting', 'offered')"
            ),
        ),
        Index(
            "ix_registrations_waiting",
            "meeting_id",
            "queue_number",
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("ix_registrations_meeting", "meeting_id", "queue_number"),
        Index("ix_registrations_name", "meeting_id", "name_key", "id"),
        Index("ix_registrations_by_entity", "meeting_id", "entity_id", "queue_number"),
        Index("ix_registrations_by_status", "meeting_id", "status", "queue_number"),
        Index("ix_registrations_by_role", "meeting_id", "role", "queue_number"),
        Index("ix_registrations_by_participation", "meeting_id", "participation", "queue_number"),
    )

    meeting_id: UUID = Field(foreign_key="meetings.id")
    invitation_id: UUID = Field(foreign_key="invitations.id", index=True)
    entity_id: UUID = Field(foreign_key="entities.id", index=True)
    person_id: UUID = Field(foreign_key="people.id", index=True)
    role: RegistrationRole = Field(sa_type=values(RegistrationRole))
    status: RegistrationStatus = Field(sa_type=values(RegistrationStatus))
    takes_seat: bool
    queue_number: int = Field(sa_type=BigInteger)
    calendar_sequence: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    substituted_at: datetime | None = Field(default=None, sa_type=Instant)
    predecessor_id: UUID | None = Field(default=None, foreign_key="registrations.id", unique=True)
    """Whose place it has taken."""
    successor_id: UUID | None = Field(
        default=None,
        unique=True,
        sa_column_args=[
            ForeignKey("registrations.id", deferrable=True, initially="DEFERRED"),
        ],
    )
    """Who has taken its place: written before that row is, as the place must be free by then."""
    participation: Participation = Field(
        default=Participation.NEEDS_ACTION, sa_type=values(Participation)
    )
    replied_sequence: int = 0
    replied_stamp: datetime | None = Field(default=None, sa_type=Instant)
    listed: Listed = Field(
        default=Listed.NOT_ASKED,
        sa_type=values(Listed),
        sa_column_kwargs={"server_default": Listed.NOT_ASKED.value},
    )
    name_key: str = Field(default="", sa_type=SortKey)
    """The person's name as lists are sorted by it; triggers keep it, also when the name changes."""
