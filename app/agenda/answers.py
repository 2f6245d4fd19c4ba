"""Answers with the working agenda, or an item of it, as finished bytes under their own tag."""

from uuid import UUID

from fastapi import Request, Response

from app.agenda.access import AgendaView
from app.agenda.tags import tags_in
from app.agenda.views import WorkingBody, agenda_body, agenda_in_zone, item_body, item_in_zone


def agenda_answer(request: Request, seen: AgendaView, zone: str | None = None) -> Response:
    """With local times in the reader's zone where one is given; the tag is the same."""
    content = None if zone is None else agenda_in_zone(seen, zone)
    return _answer(request, seen.meeting.meeting.id, agenda_body(seen), content)


def item_answer(
    request: Request, seen: AgendaView, item_id: UUID, zone: str | None = None
) -> Response:
    """As `agenda_answer`."""
    content = None if zone is None else item_in_zone(seen, item_id, zone)
    return _answer(request, item_id, item_body(seen, item_id), content)


def _answer(request: Request, subject: UUID, body: WorkingBody, content: bytes | None) -> Response:
    """Where the caller has the same bytes under the tag of another revision, that tag is kept."""
    etag = body.tag.text
    known = request.headers.get("if-none-match")
    if known is not None:
        given = tags_in(known, subject)
        etag = next((tag.text for tag in given if tag.digest == body.tag.digest), etag)
    shown = body.content if content is None else content
    return Response(shown, media_type="application/json", headers={"ETag": etag})
