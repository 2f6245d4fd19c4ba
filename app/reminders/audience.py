"""Whom a reminder concerns, as selects: nobody is loaded one by one.

The preview counts what the mails are planned from, so the two cannot disagree.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.entities.lifecycle import FocalPointKind
from app.entities.tables import Entity, FocalPoint, Person
from app.identity.tables import Account, Grant
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.panels.lifecycle import PanellistStatus
from app.panels.tables import Panel, Panellist
from app.registrations.lifecycle import LIVE, RegistrationStatus
from app.registrations.tables import Registration
from app.reminders.lifecycle import About, To


def concerned(about: About, meeting_id: UUID) -> ColumnElement[bool]:
    """Invitations to the meeting whose entities have not acted."""
    here = and_(col(Invitation.meeting_id) == meeting_id, col(Invitation.sent_at).is_not(None))
    if about is About.ANSWER:
        return and_(here, col(Invitation.status) == InvitationStatus.SENT)
    somebody = exists().where(
        col(Registration.invitation_id) == col(Invitation.id), col(Registration.status).in_(LIVE)
    )
    coming = (InvitationStatus.ACCEPTED, InvitationStatus.TENTATIVE)
    return and_(here, col(Invitation.status).in_(coming), ~somebody)


def rested(before: datetime) -> ColumnElement[bool]:
    """Invitations that were neither sent nor reminded of since `before`."""
    reminded = col(Invitation.reminded_at)
    return and_(col(Invitation.sent_at) <= before, or_(reminded.is_(None), reminded <= before))


def focal_points(to: To, line: Sequence[UUID], *which: ColumnElement[bool]) -> Select[Any]:
    """Who acts for the entities of these invitations: (about_id, person_id, recipient, language).

    Somebody who acts in two capacities comes twice.
    """
    columns: list[Any] = [
        col(Invitation.id).label("about_id"),
        col(Person.id).label("person_id"),
        col(Person.email).label("recipient"),
        func.coalesce(col(Person.language), col(Entity.language)).label("language"),
    ]
    return (
        select(*columns)
        .select_from(Invitation)
        .join(Entity, col(Entity.id) == col(Invitation.entity_id))
        .join(FocalPoint, col(FocalPoint.entity_id) == col(Invitation.entity_id))
        .join(Person, col(Person.id) == col(FocalPoint.person_id))
        .join(Grant, col(Grant.id) == col(FocalPoint.grant_id))
        .join(Account, col(Account.id) == col(Grant.account_id))
        .where(*which, _acts(FocalPoint, Account, line), _is_asked(to, line))
    )


def attending(meeting_id: UUID, before: datetime | None = None) -> Select[Any]:
    """Those who have a seat, as above; the registration is what it is about."""
    columns: list[Any] = [
        col(Registration.id).label("about_id"),
        col(Person.id).label("person_id"),
        col(Person.email).label("recipient"),
        func.coalesce(col(Person.language), col(Entity.language)).label("language"),
    ]
    statement = (
        select(*columns)
        .select_from(Registration)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .join(Entity, col(Entity.id) == col(Registration.entity_id))
        .where(
            col(Registration.meeting_id) == meeting_id,
            col(Registration.status) == RegistrationStatus.CONFIRMED,
        )
    )
    return statement if before is None else statement.where(col(Registration.created_at) <= before)


def panellists(about: About, meeting_id: UUID, panel_id: UUID | None = None) -> Select[Any]:
    """Who was asked and has not answered, or who comes, of all panels or of one; `person_id` is the
    panellist's.
    """
    asked = about is About.PANEL_ANSWER
    status = PanellistStatus.INVITED if asked else PanellistStatus.CONFIRMED
    statement: Select[Any] = (
        select(col(Panellist.id).label("person_id"))
        .join(Panel, col(Panel.id) == col(Panellist.panel_id))
        .where(
            col(Panel.meeting_id) == meeting_id,
            col(Panellist.status) == status,
            col(Panellist.email).is_not(None),
        )
    )
    return statement if panel_id is None else statement.where(col(Panel.id) == panel_id)


def _acts(focal_point: Any, account: Any, line: Sequence[UUID]) -> ColumnElement[bool]:
    return and_(
        account.disabled_at.is_(None),
        focal_point.ended_at.is_(None),
        or_(focal_point.committee_id.is_(None), focal_point.committee_id.in_(line)),
    )


def _is_asked(to: To, line: Sequence[UUID]) -> ColumnElement[bool]:
    kind = col(FocalPoint.kind)
    if to is To.PRINCIPAL:
        return kind == FocalPointKind.PRINCIPAL
    if to is To.ALL:
        return kind.in_(list(FocalPointKind))
    other, grant, account = aliased(FocalPoint), aliased(Grant), aliased(Account)
    has_alternate = (
        exists()
        .where(
            col(other.entity_id) == col(Invitation.entity_id),
            col(other.kind) == FocalPointKind.ALTERNATE,
            col(grant.id) == col(other.grant_id),
            col(account.id) == col(grant.account_id),
            _acts(other, account, line),
        )
        .correlate(Invitation)
    )
    return or_(kind == FocalPointKind.ALTERNATE, ~has_alternate)
