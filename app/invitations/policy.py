"""Who may still answer, and what may be done with an invitation: pure rules."""

from dataclasses import dataclass
from datetime import datetime

from app.invitations.lifecycle import INVITATION, InvitationStatus, InvitationVerb
from app.meetings.lifecycle import OPEN_TO_REGISTRATION, OVER, MeetingStatus


@dataclass(frozen=True, slots=True)
class Window:
    """When focal points may answer and register; an open end has no limit."""

    opens_at: datetime | None
    closes_at: datetime | None

    def has_opened(self, now: datetime) -> bool:
        return self.opens_at is None or now >= self.opens_at

    def has_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and now >= self.closes_at


def moves(meeting: MeetingStatus, invitation: InvitationStatus) -> list[InvitationVerb]:
    """What the states of both permit: nothing once the meeting is over, sending once announced."""
    if meeting in OVER:
        return []
    hindered = {InvitationVerb.INVITE_AGAIN}  # that is asked for with the entity, not with this
    if meeting not in OPEN_TO_REGISTRATION:
        hindered.add(InvitationVerb.SEND)
    verbs = [InvitationVerb(verb) for verb in INVITATION.allowed(invitation)]
    return [verb for verb in verbs if verb not in hindered]


def reference(committee: str, meeting: int, letter: int | None) -> str | None:
    """Under which the letter of an invitation is filed; a draft has none yet."""
    return None if letter is None else f"{committee.upper()}/{meeting}/L.{letter}"
