"""HTTP for asking people onto panels, and what they answer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response, status

from app.agenda.access import MeetingToPlan
from app.agenda.problems import PersonInTwoSlots
from app.core.openapi import raises, tells
from app.core.problems import MoveForbidden
from app.core.routes import Session, router_for
from app.meetings.problems import MeetingClosed
from app.panels import service
from app.panels.access import PanellistToChange
from app.panels.answers import panellist_answer
from app.panels.lifecycle import PanellistVerb
from app.panels.problems import NobodyToAsk, PanelFull, PanellistReplacedAlready
from app.panels.replacing import replace
from app.panels.schemas import PanellistAnswer, PanellistOut, PanellistReplacement

router = router_for("panels")
PERSON = "/meetings/{m}/panels/{p}/panellists/{x}"
MOVE = raises(MeetingClosed, MoveForbidden, PersonInTwoSlots)


@dataclass(frozen=True, slots=True)
class PanellistMove:
    """What every move of a panellist needs."""

    session: Session
    view: MeetingToPlan
    person: PanellistToChange
    response: Response

    async def make(self, verb: PanellistVerb) -> PanellistAnswer:
        await service.move_panellist(self.session, self.view.meeting, self.person, verb)
        return await panellist_answer(self.session, self.view, self.person, self.response)


MoveDep = Annotated[PanellistMove, Depends()]


@router.post(
    f"{PERSON}/invite", operation_id="invitePanellist", openapi_extra=tells(), responses=MOVE
)
async def invite_panellist(move: MoveDep) -> PanellistAnswer:
    """Ask somebody who was proposed: a mail with a personal link goes to their address."""
    return await move.make(PanellistVerb.INVITE)


@router.post(
    f"{PERSON}/confirm", operation_id="confirmPanellist", openapi_extra=tells(), responses=MOVE
)
async def confirm_panellist(move: MoveDep) -> PanellistAnswer:
    """Record that somebody who was asked will come."""
    return await move.make(PanellistVerb.CONFIRM)


@router.post(
    f"{PERSON}/decline", operation_id="declinePanellist", openapi_extra=tells(), responses=MOVE
)
async def decline_panellist(move: MoveDep) -> PanellistAnswer:
    """Record that somebody who was asked will not come."""
    return await move.make(PanellistVerb.DECLINE)


@router.post(
    f"{PERSON}/withdraw", operation_id="withdrawPanellist", openapi_extra=tells(), responses=MOVE
)
async def withdraw_panellist(move: MoveDep) -> PanellistAnswer:
    """Record that somebody who was asked, or had confirmed, does not come after all."""
    return await move.make(PanellistVerb.WITHDRAW)


@router.post(
    f"{PERSON}/resend",
    operation_id="resendToPanellist",
    openapi_extra=tells(),
    responses=raises(MeetingClosed, NobodyToAsk),
)
async def resend_to_panellist(
    session: Session, view: MeetingToPlan, person: PanellistToChange
) -> PanellistOut:
    """Write to a panellist once more, with a fresh link to their page."""
    await service.ask_again(session, view.meeting, person)
    return PanellistOut.shown(person, view.meeting)


@router.post(
    f"{PERSON}/replace",
    operation_id="replacePanellist",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=tells(),
    responses=raises(MeetingClosed, PanelFull, PanellistReplacedAlready),
)
async def replace_panellist(
    session: Session,
    view: MeetingToPlan,
    person: PanellistToChange,
    body: PanellistReplacement,
    response: Response,
) -> PanellistAnswer:
    """Give somebody's place to another, with its role, order and minutes.

    The link of whoever had it dies; if they were asked, they are told, and a slot in their
    calendar goes. The other is asked at once, or proposed.
    """
    members = body.model_dump(exclude={"invite"})
    other = await replace(session, view.meeting, person, members)
    if body.invite:
        await service.move_panellist(session, view.meeting, other, PanellistVerb.INVITE)
    path = f"/v1/meetings/{view.meeting.id}/panels/{other.panel_id}/panellists/{other.id}"
    response.headers["Location"] = path
    return await panellist_answer(session, view, other, response)
