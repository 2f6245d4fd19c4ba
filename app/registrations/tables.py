"""Registrations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, Text, text
from sqlmodel import Field, SQLModel

from app.core.tables import Instant, Json, Row, SortKey, TextList, nothing, one_of, values
from app.registrations.lifecycle import (
    ApprovalDecision,
    Listed,
    Participation,
    RegistrationRole,
    RegistrationStatus,
)

LIVE = text("status IN ('pending', 'confirmed', 'waiting', 'offered')")

QUEUE = Sequence("registration_queue", metadata=SQLModel.metadata)
"""Numbers drawn under the meeting's lock: their order is the order of arrival."""


class RegistrationException(Row, table=True):
    """An organizer lets an entity register so many people late, until a moment.

    `used` counts those who came under it, and changes only under the locks of the meeting and the
    invitation. Who is withdrawn again gives nothing back.
    """

    __tablename__ = "registration_exceptions"
    __table_args__ = (
        CheckConstraint("persons BETWEEN 1 AND 1000", name="persons"),
        CheckConstraint("used BETWEEN 0 AND persons", name="used"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )

    invitation_id: UUID = Field(foreign_key="invitations.id", index=True, ondelete="CASCADE")
    persons: int
    used: int = 0
    until: datetime = Field(sa_type=Instant)
    reason: str = Field(sa_type=Text)
    granted_by: UUID = Field(foreign_key="accounts.id")
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_by: UUID | None = Field(default=None, foreign_key="accounts.id")

    @property
    def took_places(self) -> bool:
        """Whether it was revoked while it still let somebody in."""
        ended = self.revoked_at
        return ended is not None and self.used < self.persons and self.until > ended


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
        CheckConstraint("takes_seat = (role NOT IN ('support', 'interpreter'))", name="takes_seat"),
        CheckConstraint(
            "(offer_ends_at IS NOT NULL) = (status IN ('offered', 'expired'))", name="offer"
        ),
        one_of("decision", ApprovalDecision),
        CheckConstraint("status <> 'pending' OR pending_since IS NOT NULL", name="pending"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (status <> 'rejected' OR decision = 'rejected')",
            name="decided",
        ),
        one_of("listed", Listed),
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
            text("coalesce(line_number, queue_number)"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_registrations_offered",
            "offer_ends_at",
            postgresql_where=text("status = 'offered'"),
        ),
        Index("ix_registrations_meeting", "meeting_id", "queue_number"),
        Index(
            "ix_registrations_pending",
            "meeting_id",
            "queue_number",
            postgresql_where=text("status = 'pending'"),
        ),
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
    line_number: int | None = Field(default=None, sa_type=BigInteger)
    """Its number in the waiting list, where an organizer gave it that of another; numbers only
    change hands, so no two are the same."""
    calendar_sequence: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    offer_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    """Until then a seat is held for it; of an expired one, when that was over."""
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
    pending_since: datetime | None = Field(default=None, sa_type=Instant)
    """Since when it waits for a decision, or waited."""
    pending_because: list[str] | None = Field(default=None, sa_type=TextList)
    """Why it needed one: `rules.ApprovalReason`."""
    decision: ApprovalDecision | None = Field(default=None, sa_type=values(ApprovalDecision))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decision_reason: str | None = Field(default=None, sa_type=Text)
    exception_id: UUID | None = Field(
        default=None, foreign_key="registration_exceptions.id", index=True
    )
    """The exception under which it came late."""
    participation: Participation = Field(
        default=Participation.NEEDS_ACTION, sa_type=values(Participation)
    )
    replied_sequence: int = 0
    replied_stamp: datetime | None = Field(default=None, sa_type=Instant)
    answers_missing: list[str] = Field(
        default_factory=nothing, sa_type=TextList, sa_column_kwargs={"server_default": "{}"}
    )
    """Ids of the required questions that have no answer."""
    needs: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """Interpretation and accessibility, for organizers and the own entity alone."""
    listed: Listed = Field(
        default=Listed.NOT_ASKED,
        sa_type=values(Listed),
        sa_column_kwargs={"server_default": Listed.NOT_ASKED.value},
    )
    name_key: str = Field(default="", sa_type=SortKey)
    """The person's name as lists are sorted by it; triggers keep it, also when the name changes."""
