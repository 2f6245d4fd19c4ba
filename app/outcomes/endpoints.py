"""HTTP for decisions, action items and the report."""

from typing import Annotated, Any

from fastapi import Header, Query, Request, Response, status
from fastapi.responses import PlainTextResponse
from sqlmodel import col

from app.agenda.problems import ItemUnknown
from app.core.fields import accepted_languages, in_language
from app.core.openapi import raises, takes_if_match
from app.core.pages import Page, Paging, fetch_page, ordering
from app.core.patches import changes, merged, writable
from app.core.preconditions import accept_match
from app.core.problems import NotAcceptable, PreconditionFailed
from app.core.routes import Session, router_for
from app.meetings.access import MeetingDep, ObservedMeeting, OrganizedMeeting
from app.meetings.problems import MeetingClosed
from app.outcomes import policy, queries, service
from app.outcomes import report as reports
from app.outcomes.access import (
    ActionRow,
    ActionToChange,
    ActionToDelete,
    DecisionDep,
    DecisionToChange,
)
from app.outcomes.lifecycle import ActionStatus
from app.outcomes.problems import MeetingNotOpened, OnlyProgress
from app.outcomes.schemas import (
    ActionMembers,
    ActionOut,
    ActionPatch,
    DecisionCreate,
    DecisionMembers,
    DecisionOut,
    DecisionPatch,
    NumberSort,
    ReportOut,
    VerificationOut,
)
from app.outcomes.tables import ActionItem, Decision

router = router_for("outcomes")
DECISIONS = "/meetings/{m}/decisions"
DECISION = DECISIONS + "/{decision_id}"
ACTIONS = "/meetings/{m}/actions"
ACTION = ACTIONS + "/{action_id}"
REPORT = "/meetings/{m}/report"
PLAIN = {"text/plain": {"schema": {"type": "string", "maxLength": 1_000_000}}}
Languages = Annotated[
    str | None,
    Header(
        alias="Accept-Language",
        max_length=1000,
        description="Of the plain text: English or French.",
        examples=["fr"],
    ),
]


@router.get(DECISIONS, operation_id="listDecisions")
async def list_decisions(
    session: Session, view: MeetingDep, paging: Paging, sort: NumberSort = NumberSort.NUMBER
) -> Page[DecisionOut]:
    """List what the meeting decided."""
    order = ordering(sort, {"number": col(Decision.number)}, col(Decision.id))
    statement = queries.list_decisions(view.meeting.id)
    return await fetch_page(session, paging, statement, order, lambda row: DecisionOut.of(row[0]))


@router.post(
    DECISIONS,
    operation_id="recordDecision",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingNotOpened, MeetingClosed, ItemUnknown),
)
async def record_decision(
    session: Session, view: OrganizedMeeting, body: DecisionCreate, response: Response
) -> DecisionOut:
    """Record a decision; it gets the next number."""
    decision = await service.record_decision(session, view.meeting, body.model_dump())
    response.headers["Location"] = f"/v1/meetings/{view.meeting.id}/decisions/{decision.id}"
    return DecisionOut.of(decision)


@router.get(DECISION, operation_id="getDecision")
async def get_decision(decision: DecisionDep) -> DecisionOut:
    """Read a decision."""
    return DecisionOut.of(decision)


@router.patch(
    DECISION,
    operation_id="changeDecision",
    responses=raises(MeetingNotOpened, MeetingClosed, ItemUnknown, PreconditionFailed),
    openapi_extra=takes_if_match(),
)
async def change_decision(
    session: Session, found: DecisionToChange, body: DecisionPatch, request: Request
) -> DecisionOut:
    """Correct a decision by JSON merge patch, until the meeting is closed."""
    accept_match(request, DecisionOut.of(found.decision))
    before = writable(DecisionMembers, found.decision)
    after = merged(DecisionMembers, before, body)
    members, changed = after.model_dump(), changes(before, after)
    await service.change_decision(session, found.meeting, found.decision, members, changed)
    return DecisionOut.of(found.decision)


@router.delete(
    DECISION,
    operation_id="deleteDecision",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingNotOpened, MeetingClosed, PreconditionFailed),
    openapi_extra=takes_if_match(),
)
async def delete_decision(session: Session, found: DecisionToChange, request: Request) -> None:
    """Take back a decision, until the meeting is closed."""
    accept_match(request, DecisionOut.of(found.decision))
    await service.delete_decision(session, found.meeting, found.decision)


@router.get(ACTIONS, operation_id="listActions")
async def list_actions(
    session: Session,
    view: MeetingDep,
    paging: Paging,
    sort: NumberSort = NumberSort.NUMBER,
    status: ActionStatus | None = None,
    owner_entity: Annotated[
        str | None, Query(min_length=1, max_length=80, description="Id or handle.")
    ] = None,
) -> Page[ActionOut]:
    """List what is to be done after the meeting."""
    order = ordering(sort, {"number": col(ActionItem.number)}, col(ActionItem.id))
    statement = queries.list_actions(view.meeting.id, status=status, owner=owner_entity)
    return await fetch_page(session, paging, statement, order, _action)


@router.post(
    ACTIONS,
    operation_id="recordAction",
    status_code=status.HTTP_201_CREATED,
    responses=raises(MeetingNotOpened, MeetingClosed),
)
async def record_action(
    session: Session, view: OrganizedMeeting, body: ActionMembers, response: Response
) -> ActionOut:
    """Record an action item; it gets the next number."""
    action = await service.record_action(session, view.meeting, body.model_dump())
    response.headers["Location"] = f"/v1/meetings/{view.meeting.id}/actions/{action.id}"
    return _action(await queries.find_action(session, view.meeting.id, action.id))


@router.get(ACTION, operation_id="getAction")
async def get_action(row: ActionRow) -> ActionOut:
    """Read an action item."""
    return _action(row)


@router.patch(
    ACTION,
    operation_id="changeAction",
    responses=raises(MeetingNotOpened, MeetingClosed, OnlyProgress, PreconditionFailed),
    openapi_extra=takes_if_match(),
)
async def change_action(
    session: Session, found: ActionToChange, body: ActionPatch, request: Request
) -> ActionOut:
    """Change an action item by JSON merge patch, or report its progress.

    Its owner's focal points change `status` and `progress_note` only. Those two, and nothing else,
    may still change once the meeting is closed: the work goes on, the record does not.
    """
    current = _action((found.action, found.owner))
    accept_match(request, current)
    before = writable(ActionMembers, current)
    after = merged(ActionMembers, before, body)
    await service.change_action(
        session,
        found.meeting,
        found.action,
        after.model_dump(),
        changes(before, after),
        organizes=found.organizes,
    )
    return _action(await queries.find_action(session, found.meeting.id, found.action.id))


@router.delete(
    ACTION,
    operation_id="deleteAction",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(MeetingNotOpened, MeetingClosed, PreconditionFailed),
    openapi_extra=takes_if_match(),
)
async def delete_action(session: Session, found: ActionToDelete, request: Request) -> None:
    """Take back an action item, until the meeting is closed."""
    accept_match(request, _action((found.action, found.owner)))
    await service.delete_action(session, found.meeting, found.action)


@router.get(
    REPORT,
    operation_id="getReport",
    response_model=ReportOut,
    responses={**raises(NotAcceptable), 200: {"content": PLAIN}},
)
async def get_report(
    session: Session,
    view: ObservedMeeting,
    request: Request,
    response: Response,
    languages: Languages = None,
) -> Any:
    """Read the figures, the press line and who was there, in JSON or plain text."""
    response.headers["Vary"] = "Accept, Accept-Language"
    if _wants_text(request.headers.get("accept")):
        return await _text(session, view, languages)
    return await reports.report(session, view.meeting)


@router.get(
    f"{REPORT}.txt",
    operation_id="getReportText",
    response_class=PlainTextResponse,
    responses={200: {"content": PLAIN}, 304: {"description": "Not modified."}},
)
async def get_report_text(
    session: Session, view: ObservedMeeting, languages: Languages = None
) -> PlainTextResponse:
    """Read the report as plain text."""
    return await _text(session, view, languages)


@router.get(f"{REPORT}/verification", operation_id="verifyReport")
async def verify_report(session: Session, view: ObservedMeeting) -> VerificationOut:
    """Recompute the figures from the log alone and compare them with the report's."""
    return await reports.verification(session, view.meeting)


async def _text(
    session: Session, view: ObservedMeeting, languages: str | None
) -> PlainTextResponse:
    names = {language: language for language in policy.LANGUAGES}
    language = in_language(names, accepted_languages(languages))
    return PlainTextResponse(
        await reports.text_report(session, view.meeting, language),
        headers={"Content-Language": language, "Vary": "Accept, Accept-Language"},
    )


def _wants_text(accept: str | None) -> bool:
    """Whether plain text is preferred to JSON (RFC 9110 section 12.5.1).

    Raises `NotAcceptable` where neither is wanted.
    """
    weights = {kind: _weight(accept, kind) for kind in ("application/json", "text/plain")}
    if not any(weights.values()):
        raise NotAcceptable("The report is application/json or text/plain.")
    return weights["text/plain"] > weights["application/json"]


def _weight(accept: str | None, kind: str) -> float:
    """The quality of a media type; the most exact range speaks for it."""
    ranges = (kind, kind.partition("/")[0] + "/*", "*/*")
    found: dict[str, float] = {}
    for part in (accept or "*/*")[:1000].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found[name] = float(quality) if quality.replace(".", "", 1).isdecimal() else 1.0
    return next((found[each] for each in ranges if each in found), 0.0)


def _action(row: Any) -> ActionOut:
    """Of (ActionItem, handle of its owner or None)."""
    action, owner = row[:2]
    names = set(ActionOut.model_fields) - {"owner_entity"}
    return ActionOut(owner_entity=owner, **{name: getattr(action, name) for name in names})
