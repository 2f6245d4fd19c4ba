"""HTTP for what those who come need, in numbers."""

from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets
from app.registrations import needs
from app.registrations.answer_schemas import NeedsCount

router = router_for("registrations")


@router.get("/meetings/{m}/registrations/needs", operation_id="countNeeds")
async def count_needs(session: Session, view: MeetingSecrets) -> NeedsCount:
    """Count, for organizers, how many of those who come need interpretation into which language,
    captions, a sign language, or something else.
    """
    return NeedsCount.model_validate(await needs.count_needs(session, view.meeting.id))
