"""HTTP for offered seats and the order of the waiting list."""

from app.core.openapi import raises
from app.core.problems import MoveForbidden, NotPermitted
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep
from app.registrations import offers, ordering, queries
from app.registrations.access import RegistrationToChange
from app.registrations.endpoints import BASE, shown
from app.registrations.problems import OfferEnded, RegistrationClosed
from app.registrations.schemas import LineMove, RegistrationOut

router = router_for("registrations")


@router.post(
    f"{BASE}/{{registration_id}}/accept-offer",
    operation_id="acceptOffer",
    responses=raises(MoveForbidden, OfferEnded, RegistrationClosed),
)
async def accept_offer(
    session: Session, view: MeetingDep, found: RegistrationToChange
) -> RegistrationOut:
    """Accept the seat that is held for somebody, before the offer ends; `withdraw` declines it.

    The registration deadline does not matter: the seat is kept from others until then.
    """
    await offers.accept(session, found.meeting, found.registration)
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)


@router.post(
    f"{BASE}/{{registration_id}}/move",
    operation_id="moveRegistration",
    responses=raises(MoveForbidden, RegistrationClosed),
)
async def move_registration(
    session: Session, view: MeetingDep, found: RegistrationToChange, body: LineMove
) -> RegistrationOut:
    """Give somebody another place in a waiting list; the log keeps both places and who did it."""
    if not view.organizes:
        raise NotPermitted("Only an organizer changes the order.")
    await ordering.move(
        session, found.meeting, found.invitation, found.registration, body.line, body.position
    )
    return shown(await queries.find_row(session, view.meeting.id, found.registration.id), view)
