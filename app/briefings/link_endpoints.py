"""HTTP for the holders of links from mails: a group's chair or focal point, and a briefer."""

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.problems import PersonInTwoSlots
from app.agenda.saving import load_agenda
from app.briefings import links, seeing, service
from app.briefings.lifecycle import BriefingHolder
from app.briefings.link_access import held_by
from app.briefings.links import Held
from app.briefings.problems import BriefersDue
from app.briefings.schemas import (
    BrieferByLink,
    BriefingAnswerByLink,
    BriefingByLink,
    BriefingLink,
    BriefingLinkAnswer,
)
from app.briefings.sight import sight_of_holder
from app.core import clock
from app.core.openapi import raises
from app.core.problems import MoveForbidden, NotPermitted
from app.core.routes import Session, router_for
from app.identity.problems import LinkSpent, LinkUnknown
from app.meetings.problems import MeetingClosed
from app.panels import telling

router = router_for("briefings")
BASE = "/briefing-links"
PUBLIC = {"x-public": True}
ACTING = raises(LinkUnknown, LinkSpent, MeetingClosed, BriefersDue, MoveForbidden, PersonInTwoSlots)


@router.post(
    f"{BASE}/open",
    operation_id="openBriefingLink",
    openapi_extra=PUBLIC,
    responses=raises(LinkUnknown, LinkSpent),
)
async def open_briefing_link(
    session: Session, request: Request, response: Response, body: BriefingLink
) -> BriefingByLink:
    """See the one briefing that the link of your mail is about; nothing is used up by it."""
    held = await held_by(session, request, body.token, links.open_link)
    return await shown_to_holder(session, held, response)


@router.post(
    f"{BASE}/name", operation_id="nameBrieferByLink", openapi_extra=PUBLIC, responses=ACTING
)
async def name_briefer_by_link(
    session: Session, request: Request, response: Response, body: BrieferByLink
) -> BriefingByLink:
    """Name who briefs for your working group, or change who does, until the deadline."""
    held = await held_by(session, request, body.token, links.open_to_act)
    if held.holder is not BriefingHolder.GROUP:
        raise NotPermitted("Who briefs is named by the working group.")
    await service.name_briefer(session, held.meeting, held.briefing, body.briefer.model_dump())
    return await _done(session, held, response)


@router.post(
    f"{BASE}/answer", operation_id="answerBriefingByLink", openapi_extra=PUBLIC, responses=ACTING
)
async def answer_briefing_by_link(
    session: Session, request: Request, response: Response, body: BriefingAnswerByLink
) -> BriefingByLink:
    """Say that you come, or that you do not; as the group, that it does not brief."""
    held = await held_by(session, request, body.token, links.open_to_act)
    if body.answer is BriefingLinkAnswer.CONFIRM:
        await service.confirm(session, held.meeting, held.briefing)
    else:
        own = held.holder is BriefingHolder.BRIEFER
        await service.decline(session, held.meeting, held.briefing, by_briefer=own)
    return await _done(session, held, response)


async def _done(session: AsyncSession, held: Held, response: Response) -> BriefingByLink:
    """The counts of conflicts are the organizers' business."""
    await telling.look(session, held.meeting, quietly=True)
    return await shown_to_holder(session, held, response)


async def shown_to_holder(session: AsyncSession, held: Held, response: Response) -> BriefingByLink:
    response.headers["Cache-Control"] = "no-store"
    glance = await seeing.glance_with_papers(session, await load_agenda(session, held.meeting))
    return BriefingByLink(
        holder=held.holder,
        briefing=seeing.shown(
            glance, held.briefing, sight_of_holder(held.meeting, held.holder)
        ).model_copy(update={} if held.holder is BriefingHolder.GROUP else {"contact": None}),
        starts_at=held.meeting.starts_at,
        timezone=held.meeting.timezone,
        too_late=clock.now() >= service.due_at(held.meeting),
    )
