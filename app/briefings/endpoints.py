"""HTTP for briefings: asking the groups, their briefers, time, and the state at a glance."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.agenda.access import AgendaToEdit
from app.agenda.problems import PersonInTwoSlots
from app.agenda.saving import load_agenda
from app.briefings import queries, seeing, service, sharing
from app.briefings.access import BriefingDep, BriefingToChange, BriefingToName, BriefingView
from app.briefings.problems import (
    BriefersDue,
    BriefingSettled,
    BriefingTaken,
    NotABriefingItem,
    TooFewMinutes,
)
from app.briefings.schemas import (
    Briefer,
    BriefingAnswer,
    BriefingAsk,
    BriefingOut,
    BriefingPatch,
    BriefingsAsk,
    BriefingSort,
    BriefingsOut,
    BriefingTimeBack,
    BriefingTimeOfItem,
    BriefingTimeOut,
    BriefingTimeToShare,
    BriefingWrite,
)
from app.briefings.seeing import Glance
from app.briefings.sharing import Wanted, briefing_items
from app.briefings.sight import Sight, sight_of
from app.briefings.tables import Briefing
from app.core.imports import DryRun
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import merged
from app.core.preconditions import accept_match, representation_etag
from app.core.problems import FieldError, MoveForbidden
from app.core.routes import Session, router_for
from app.identity.access import AccountCaller
from app.identity.policy import Caller
from app.meetings.access import ObservedMeeting, view_of
from app.meetings.problems import MeetingClosed
from app.panels import showing, telling

router = router_for("briefings")
BASE = "/meetings/{m}/briefings"
ONE = BASE + "/{b}"
NAMING = raises(MeetingClosed, MoveForbidden, BriefersDue, PersonInTwoSlots)


@router.get(BASE, operation_id="getBriefings")
async def get_briefings(session: Session, view: ObservedMeeting) -> BriefingsOut:
    """See how far the briefings of a meeting are, in the order of its agenda."""
    agenda = await load_agenda(session, view.meeting)
    spoken_for = await queries.groups_of(session, view.caller, view.meeting.id)

    def sight(group_id: UUID) -> Sight:
        speaks = group_id in spoken_for
        return sight_of(view.meeting, organizes=view.organizes, speaks=speaks)

    return await seeing.at_a_glance(session, agenda, sight)


@router.post(BASE, operation_id="askForBriefers", responses=raises(MeetingClosed, NotABriefingItem))
async def ask_for_briefers(
    session: Session, seen: AgendaToEdit, body: BriefingsAsk
) -> BriefingsOut:
    """Ask working groups to name their briefers: those named, or all that were not asked yet.

    Whoever is asked gets a mail; who was asked already is not asked again.
    """
    known = await queries.briefings_of(session, seen.agenda.meeting.id)
    items = briefing_items(seen.agenda)
    asked = body.ask or [BriefingAsk(item_id=each) for each in items if each not in known]
    _check_items([each.item_id for each in asked], items, "/ask/{}/item_id")
    for each in asked:
        contact = each.contact.model_dump() if each.contact else None
        service.ask(session, seen.agenda, each.item_id, known.get(each.item_id), contact)
    await session.flush()
    own = sight_of(seen.agenda.meeting, organizes=True, speaks=False)
    return await seeing.at_a_glance(session, seen.agenda, lambda _: own)


@router.post(
    f"{BASE}/share-time",
    operation_id="shareBriefingTime",
    responses=raises(MeetingClosed, NotABriefingItem, TooFewMinutes, PersonInTwoSlots),
)
async def share_time(
    session: Session, seen: AgendaToEdit, body: BriefingTimeToShare, *, dry_run: DryRun = False
) -> BriefingTimeOut:
    """Share minutes among the briefings: equally or by weight, in whole minutes, exactly."""
    items = briefing_items(seen.agenda)
    _check_items(body.item_ids, items, "/item_ids/{}")
    _check_items([each.item_id for each in body.weights], items, "/weights/{}/item_id")
    _check_items([each.item_id for each in body.keep], items, "/keep/{}/item_id")
    wanted = Wanted(
        body.minutes,
        [each for each in items if not body.item_ids or each in body.item_ids],
        {each.item_id: each.weight for each in body.weights},
        {each.item_id: each.minutes for each in body.keep},
    )
    minutes = await sharing.plan(session, seen.agenda, wanted)
    if not dry_run:
        await sharing.share(session, seen.agenda, minutes)
    return BriefingTimeOut(
        dry_run=dry_run,
        minutes=sum(minutes.values()),
        items=[
            BriefingTimeOfItem(
                item_id=item_id,
                before_minutes=seen.agenda.states[item_id].duration or 0,
                minutes=each,
            )
            for item_id, each in minutes.items()
        ],
    )


@router.get("/briefings", operation_id="listOwnBriefings")
async def list_own_briefings(
    session: Session, caller: AccountCaller, paging: Paging, sort: BriefingSort = BriefingSort.ASKED
) -> Page[BriefingOut]:
    """List the briefings of the working groups that you speak for, in every meeting."""
    order = ordering(sort, {"asked_at": col(Briefing.asked_at)}, col(Briefing.id))
    page = await fetch_page(session, paging, queries.list_own(caller), order, tuple)
    glances = await seeing.glances_of(session, [(row[1], row[0].item_id) for row in page.items])
    items = [seeing.shown(glances[row[1].id], row[0], _own(caller, row)) for row in page.items]
    return Page[BriefingOut](items=items, next_cursor=page.next_cursor)


@router.get(ONE, operation_id="getBriefing")
async def get_briefing(session: Session, view: BriefingDep) -> BriefingOut:
    """Read a briefing: organizers, observers, and whoever speaks for the working group."""
    return await _shown(session, view)


@router.patch(
    ONE,
    operation_id="changeBriefing",
    responses=raises(MeetingClosed),
    openapi_extra=takes_if_match(),
)
async def change_briefing(
    session: Session, view: BriefingToChange, body: BriefingPatch, request: Request
) -> BriefingOut:
    """Change who is asked, or how much of the time the group gets, by JSON merge patch."""
    accept_match(request, await _shown(session, view))
    briefing, meeting = view.briefing, view.meeting.meeting
    before = BriefingWrite(contact=seeing.contact_of(briefing), weight=briefing.weight)
    after = merged(BriefingWrite, before, body)
    await service.change(session, meeting, briefing, after.weight)
    if after.contact != before.contact:
        agenda = await load_agenda(session, meeting)
        contact = after.contact.model_dump() if after.contact else None
        service.ask(session, agenda, briefing.item_id, briefing, contact)
        await session.flush()
    return await _shown(session, view)


@router.delete(
    ONE,
    operation_id="deleteBriefing",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingClosed, BriefingTaken),
    openapi_extra=takes_if_match(),
)
async def delete_briefing(session: Session, view: BriefingToChange, request: Request) -> None:
    """Ask the group no more, as long as nobody is to come."""
    accept_match(request, await _shown(session, view))
    await service.delete(session, view.meeting.meeting, view.briefing)


@router.put(
    f"{ONE}/briefer",
    operation_id="nameBriefer",
    responses=NAMING,
    openapi_extra=takes_if_match(),
)
async def name_briefer(
    session: Session, view: BriefingToName, body: Briefer, request: Request, response: Response
) -> BriefingAnswer:
    """Name who briefs, or change who does; groups until their deadline, organizers always.

    Whoever is named by an address is asked by mail to confirm.
    """
    accept_match(request, await _shown(session, view))
    meeting = view.meeting.meeting
    await service.name_briefer(session, meeting, view.briefing, body.model_dump())
    return await _answer(session, view, response)


@router.post(f"{ONE}/confirm", operation_id="confirmBriefing", responses=NAMING)
async def confirm_briefing(
    session: Session, view: BriefingToName, response: Response
) -> BriefingAnswer:
    """Record that who is named will come."""
    await service.confirm(session, view.meeting.meeting, view.briefing)
    return await _answer(session, view, response)


@router.post(f"{ONE}/decline", operation_id="declineBriefing", responses=NAMING)
async def decline_briefing(
    session: Session, view: BriefingToName, response: Response
) -> BriefingAnswer:
    """Record that the group does not brief, or that who is named does not come."""
    await service.decline(session, view.meeting.meeting, view.briefing)
    return await _answer(session, view, response)


@router.post(
    f"{ONE}/remind", operation_id="remindBriefing", responses=raises(MeetingClosed, BriefingSettled)
)
async def remind_briefing(session: Session, view: BriefingToChange) -> BriefingOut:
    """Write again to whoever has to act: the group, or who is named."""
    await service.remind(session, view.meeting.meeting, view.briefing)
    return await _shown(session, view)


@router.post(
    f"{ONE}/give-back",
    operation_id="giveBriefingTimeBack",
    responses=raises(MeetingClosed, BriefersDue, TooFewMinutes, PersonInTwoSlots),
)
async def give_time_back(
    session: Session, view: BriefingToName, body: BriefingTimeBack, response: Response
) -> BriefingAnswer:
    """Give minutes back, by default to the other briefings, by their weights."""
    agenda = await load_agenda(session, view.meeting.meeting)
    await sharing.give_back(session, agenda, view.briefing, body.minutes, to_others=body.to_others)
    return await _answer(session, view, response)


def _check_items(wanted: list[UUID], items: list[UUID], pointer: str) -> None:
    errors = [
        FieldError(pointer=pointer.format(place), detail="No briefing of a working group.")
        for place, each in enumerate(wanted)
        if each not in items
    ]
    if errors:
        raise NotABriefingItem("The agenda has no such briefing.", errors=errors)


async def _shown(session: AsyncSession, view: BriefingView) -> BriefingOut:
    agenda = await load_agenda(session, view.meeting.meeting)
    told = seeing.glance_with_papers if view.names else Glance.of
    glance = await told(session, agenda)
    return seeing.shown(glance, view.briefing, view.sight)


def _own(caller: Caller, row: tuple[Any, ...]) -> Sight:
    _, meeting, _, committee = row[:4]
    organizes = view_of(caller, meeting, committee).organizes
    return sight_of(meeting, organizes=organizes, speaks=True)


async def _answer(session: AsyncSession, view: BriefingView, response: Response) -> BriefingAnswer:
    """With what the change brings into conflict; the tag is that of the briefing alone."""
    found = await telling.look(session, view.meeting.meeting)
    caller = view.meeting.caller
    people = await showing.shown(session, caller, found.of(view.briefing.id))
    out = await _shown(session, view)
    response.headers["ETag"] = representation_etag(out)
    return BriefingAnswer(**out.model_dump(), conflicts=people)
