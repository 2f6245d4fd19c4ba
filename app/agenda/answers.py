"""Answers with the working agenda, or an item of it, as finished bytes under their own tag."""

from uuid import UUID

from fastapi import Request, Response

from app.agenda.access import AgendaView
from app.agenda.tags import tags_in
from app.agenda.views import WorkingBody, agenda_body, item_body


def agenda_answer(request: Request, seen: AgendaView, zone: str | None = None) -> Response:
    return _answer(request, seen.meeting.meeting.id, agenda_body(seen, zone))


def item_answer(
    request: Request, seen: AgendaView, item_id: UUID, zone: str | None = None
) -> Response:
    return _answer(request, item_id, item_body(seen, item_id, zone))


def agenda_tag(seen: AgendaView) -> str:
    """For answers that show something else, so that the next edit needs no reading in between."""
    return agenda_body(seen).tag.text


def _answer(request: Request, subject: UUID, body: WorkingBody) -> Response:
    """Where the caller has the same bytes under the tag of another revision, that tag is kept."""
    etag = body.tag.text
    known = request.headers.get("if-none-match")
    if known is not None:
        given = tags_in(known, subject)
        etag = next((tag.text for tag in given if tag.digest == body.tag.digest), etag)
    return Response(body.content, media_type="application/json", headers={"ETag": etag})
