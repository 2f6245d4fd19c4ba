"""What a caller may do: pure rules over grants and scopes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from app.identity.lifecycle import LinkPurpose, Role, Scope

LONGEST_TOKEN = timedelta(days=400)
CODE_LIFE = timedelta(minutes=10)
CODE_PAUSE = timedelta(minutes=1)
"""No more than one code for a link in so long, however often it is asked for."""
CODE_TRIES = 5
"""For each code."""
CODES = 10
"""For each link: fifty guesses at a million codes in all; then a fresh link is needed."""


class Permission(StrEnum):
    """Acts, by the narrowest thing that they need."""

    ADMINISTER = "administer"
    """Accounts, grants, committees and entities."""
    ORGANIZE = "organize"
    """Everything about the meetings of a committee."""
    OBSERVE = "observe"
    """Read everything about a committee but its secrets and its people's addresses."""
    ACT_FOR_ENTITY = "act_for_entity"
    """Answer, register and keep the directory for an entity in a committee."""
    DELIVER_MAIL = "deliver_mail"
    """Hand over mails that came in elsewhere."""


@dataclass(frozen=True, slots=True)
class Right:
    """A live grant."""

    role: Role
    committee_id: UUID | None = None
    entity_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LinkUse:
    """What a session made from a mail's link is for, and nothing else."""

    purpose: LinkPurpose
    resource_id: UUID
    person_id: UUID
    entity_id: UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request; `key` tells callers apart."""

    key: str
    account_id: UUID | None
    name: str
    scopes: frozenset[Scope]
    rights: tuple[Right, ...] = ()
    link: LinkUse | None = None
    speaks: UUID | None = None
    """The panellist whose link was exchanged: nothing else is any of its business."""
    token_id: UUID | None = None
    languages: tuple[str, ...] = field(default=())

    def may(
        self,
        permission: Permission,
        *,
        committees: tuple[UUID, ...] = (),
        entity_id: UUID | None = None,
    ) -> bool:
        """Whether the grants allow the act; `committees` is the committee and its parents."""
        return any(_allows(right, permission, committees, entity_id) for right in self.rights)

    def has(self, role: Role) -> bool:
        return any(right.role is role for right in self.rights)

    @property
    def is_administrator(self) -> bool:
        return self.has(Role.ADMINISTRATOR)

    @property
    def only_delivers_mail(self) -> bool:
        """It hands over mails, and nothing here is any of its business."""
        return bool(self.rights) and all(right.role is Role.MAIL_GATEWAY for right in self.rights)

    @property
    def may_write(self) -> bool:
        return Scope.WRITE in self.scopes

    @property
    def changes(self) -> bool:
        """It may make changes as accounts and holders of an invitation's link do."""
        return self.may_write and self.speaks is None and not self.only_delivers_mail

    def committees(self, *roles: Role) -> frozenset[UUID | None]:
        """The committees that grants of these roles name; None stands for all."""
        return frozenset(right.committee_id for right in self.rights if right.role in roles)

    def entities(self) -> frozenset[UUID]:
        """The entities that the caller acts for, in any committee."""
        own = {
            right.entity_id
            for right in self.rights
            if right.role is Role.FOCAL_POINT and right.entity_id is not None
        }
        return frozenset(own | ({self.link.entity_id} if self.link else set()))


def may_last_until(now: datetime, expires_at: datetime) -> bool:
    """Whether a token made now may be good until then."""
    return now < expires_at <= now + LONGEST_TOKEN


def may_ask_for_code(now: datetime, asked_at: datetime | None) -> bool:
    return asked_at is None or now >= asked_at + CODE_PAUSE


def takes_code(now: datetime, asked_at: datetime, tries: int) -> bool:
    """Whether a code that was asked for then, and tried so often, may still be right."""
    return now < asked_at + CODE_LIFE and tries < CODE_TRIES


def _allows(
    right: Right, permission: Permission, committees: tuple[UUID, ...], entity_id: UUID | None
) -> bool:
    in_committee = right.committee_id is None or right.committee_id in committees
    match right.role:
        case Role.ADMINISTRATOR:
            return True
        case Role.ORGANIZER:
            return permission in {Permission.ORGANIZE, Permission.OBSERVE} and in_committee
        case Role.OBSERVER:
            return permission is Permission.OBSERVE and in_committee
        case Role.MAIL_GATEWAY:
            return permission is Permission.DELIVER_MAIL
        case Role.FOCAL_POINT:
            own = entity_id is not None and right.entity_id == entity_id
            return permission is Permission.ACT_FOR_ENTITY and own and in_committee
        case _:
            assert_never(right.role)
