"""What every fact about a registration says."""

from typing import Any

from app.meetings.tables import Meeting
from app.registrations.tables import Registration


def about(meeting: Meeting, registration: Registration) -> dict[str, Any]:
    """The ids that it carries, and as what the person comes."""
    return {
        "subject_id": registration.id,
        "meeting_id": meeting.id,
        "committee_id": meeting.committee_id,
        "entity_id": registration.entity_id,
        "invitation_id": registration.invitation_id,
        "person_id": registration.person_id,
        "role": registration.role,
    }
