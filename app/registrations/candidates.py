"""Somebody of a list that is to be registered, and what is found out about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.fields import normalised_email
from app.core.problems import Problem
from app.entities.service import has_left
from app.entities.tables import Entity, Person
from app.invitations.tables import Invitation
from app.questions.policy import Value
from app.registrations.arrivals import Place, Present
from app.registrations.lifecycle import Listed, RegistrationRole


@dataclass(frozen=True, slots=True)
class Invitee:
    """An entity that the caller may register people for."""

    invitation: Invitation
    entity: Entity


@dataclass(slots=True)
class Candidate:
    """Somebody of a list, and what is found out about them."""

    row: int
    role: RegistrationRole
    invitee: Invitee | None = None
    members: dict[str, Any] | None = None
    """Of whoever is named by address; the directory may know them."""
    person: Person | None = None
    refusal: Problem | None = None
    present: Present | None = None
    same_as_row: int | None = None
    place: Place | None = None
    person_id: UUID | None = None
    registration_id: UUID | None = None
    known_as: tuple[UUID, str] | None = None
    listed: Listed = Listed.NOT_ASKED
    answers: Mapping[str, Value] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    """By question, the column of the table that answers it."""

    @property
    def invitation(self) -> Invitation:
        """Of one who is not refused."""
        assert self.invitee is not None
        return self.invitee.invitation

    @property
    def has_left(self) -> bool:
        """Whether the person is at the entity no more."""
        assert self.invitee is not None
        return self.person is not None and has_left(self.person, self.invitee.entity)

    @property
    def key(self) -> tuple[UUID, str]:
        """Who it is: entity and address."""
        if self.known_as is None:
            email = self.person.email if self.person else (self.members or {})["email"]
            self.known_as = (self.invitation.entity_id, normalised_email(email))
        return self.known_as
