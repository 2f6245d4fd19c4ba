"""HTTP for the papers of briefings: by an account that speaks for the group, or by its link."""

from functools import partial
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response, status

from app.agenda.saving import load_agenda
from app.briefings import links, papers, seeing
from app.briefings.access import BriefingToName
from app.briefings.link_access import LinkHeader, held_by
from app.briefings.link_endpoints import shown_to_holder
from app.briefings.papers import Paper
from app.briefings.problems import BriefersDue
from app.briefings.schemas import BriefingByLink, BriefingOut
from app.briefings.tables import Briefing
from app.core.fields import Language, ShortLine
from app.core.openapi import raises
from app.core.problems import BodyTooLarge, RequestTimeout, UnsupportedMediaType
from app.core.routes import Beforehand, Session, StreamedRoute, router_for
from app.core.uploads import FileName
from app.documents.problems import (
    ChecksumMismatch,
    FileRefused,
    MeetingQuotaExceeded,
    TooManyDocuments,
)
from app.documents.receiving import (
    FILE_BODY,
    declared_size,
    declared_type,
    receive_document,
)
from app.documents.versions import Incoming
from app.identity.problems import LinkSpent, LinkUnknown
from app.meetings.problems import MeetingClosed
from app.meetings.tables import Meeting

router = router_for("briefings", route_class=StreamedRoute)
PaperLanguage = Annotated[Language, Path(description="BCP 47 tag of the paper.")]
PaperTitle = Annotated[
    ShortLine | None, Query(description="In that language; by default the name of the file.")
]
REFUSED = (
    *(MeetingClosed, BriefersDue, FileRefused, ChecksumMismatch, MeetingQuotaExceeded),
    *(TooManyDocuments, UnsupportedMediaType, BodyTooLarge, RequestTimeout),
)


def paper_of(language: PaperLanguage, name: FileName, title: PaperTitle = None) -> Paper:
    return Paper(language, name, title)


MediaType = Annotated[str, Depends(declared_type)]
PaperDep = Annotated[Paper, Depends(paper_of)]


@router.put(
    "/meetings/{m}/briefings/{b}/papers/{language}",
    operation_id="putBriefingPaper",
    responses={
        201: {"description": "There was none of this name.", "model": BriefingOut},
        **raises(*REFUSED),
    },
    openapi_extra=FILE_BODY,
)
async def put_paper(
    session: Session,
    view: BriefingToName,
    paper: PaperDep,
    said: MediaType,
    request: Request,
    response: Response,
) -> BriefingOut:
    """Send a paper of the briefing, in place of any of the same name that was not published.

    It becomes a draft of a document on the item, which organizers read and publish.
    """
    meeting = view.meeting.meeting
    fresh = await _kept(session, request, meeting, view.briefing, paper, said)
    response.status_code = status.HTTP_201_CREATED if fresh else status.HTTP_200_OK
    response.headers["Location"] = f"/v1/meetings/{meeting.id}/briefings/{view.briefing.id}"
    glance = await seeing.glance_with_papers(session, await load_agenda(session, meeting))
    return seeing.shown(glance, view.briefing, view.sight)


@router.put(
    "/briefing-links/papers/{language}",
    operation_id="putBriefingPaperByLink",
    responses={
        201: {"description": "There was none of this name.", "model": BriefingByLink},
        **raises(LinkUnknown, LinkSpent, *REFUSED),
    },
    openapi_extra=FILE_BODY | {"x-public": True},
)
async def put_paper_by_link(
    session: Session,
    paper: PaperDep,
    said: MediaType,
    request: Request,
    response: Response,
    link: LinkHeader,
) -> BriefingByLink:
    """Send a paper of the one briefing that the link of your mail is about."""
    held = await held_by(session, request, link, links.open_to_act)
    fresh = await _kept(session, request, held.meeting, held.briefing, paper, said)
    response.status_code = status.HTTP_201_CREATED if fresh else status.HTTP_200_OK
    return await shown_to_holder(session, held, response)


async def _kept(
    session: Session,
    request: Request,
    meeting: Meeting,
    briefing: Briefing,
    paper: Paper,
    said: str,
) -> bool:
    """In two runs: the first asks for the bytes, the second has them in the store."""
    agenda = await load_agenda(session, meeting)
    incoming: Incoming | None = getattr(request.state, "incoming", None)
    size = declared_size(request) if incoming is None else incoming.digests.size
    await papers.room_for(session, agenda, size, request.app.state.settings.document_quota)
    if incoming is None:
        raise Beforehand(partial(receive_document, request, said))
    return await papers.keep(session, agenda, briefing, paper, incoming)
