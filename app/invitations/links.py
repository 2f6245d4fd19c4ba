"""HTTP for the links by which invitations are answered, for organizers."""

from typing import Any

from fastapi import status
from sqlmodel import col

from app.core.openapi import raises
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import MoveForbidden
from app.core.routes import Session, router_for
from app.identity.tables import Link
from app.invitations import queries, service
from app.invitations.access import LinkToChange, OrganizersInvitation
from app.invitations.schemas import AnswerLinkOut, LinkHolder, LinkRenewalOut

router = router_for("invitations")
BASE = "/meetings/{m}/invitations/{invitation_id}/links"


@router.get(BASE, operation_id="listInvitationLinks")
async def list_links(
    session: Session, invitation: OrganizersInvitation, paging: Paging
) -> Page[AnswerLinkOut]:
    """List the links by which an invitation is answered: to whom they went, and what became of
    them; never what opens them.
    """
    statement = queries.list_links(invitation.id)
    order = [(col(Link.id), False)]
    return await fetch_page(session, paging, statement, order, _shown)


@router.delete(
    f"{BASE}/{{link_id}}",
    operation_id="revokeInvitationLink",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def revoke_link(session: Session, found: LinkToChange) -> None:
    """Revoke a link: it opens nothing any more, and the session made from it ends. Twice is once.

    Its holder cannot renew it either.
    """
    service.revoke_link(session, found.meeting, found.invitation, found.link)


@router.post(
    f"{BASE}/{{link_id}}/renew",
    operation_id="renewInvitationLink",
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(MoveForbidden),
)
async def renew_link(session: Session, found: LinkToChange) -> LinkRenewalOut:
    """Have a fresh link sent to the person of this one, also where it was revoked.

    One a minute is sent at most, and none to somebody who acts for the entity no longer.
    """
    service.renew_link(session, found.invitation, found.link)
    return LinkRenewalOut(
        detail=f"If {found.person.email} still acts for the entity, a fresh link is on its way."
    )


def _shown(row: Any) -> AnswerLinkOut:
    link, person = row[:2]
    members = {name: getattr(link, name) for name in AnswerLinkOut.model_fields if name != "person"}
    holder = LinkHolder(id=person.id, name=person.name, email=person.email)
    return AnswerLinkOut(person=holder, **members)
