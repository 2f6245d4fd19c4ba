"""The life of a message."""

from enum import StrEnum


class MessageState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    """The address refused it, at once or by a delivery report."""
    FAILED = "failed"
    """It was given up, or refused as it is."""
    SUPPRESSED = "suppressed"
    """What it would have said was no longer true when its turn came."""


DUE = (MessageState.PLANNED, MessageState.DELAYED)


class MessageKind(StrEnum):
    INVITATION = "invitation"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    LINK_RENEWED = "link_renewed"
    REGISTRATION_CONFIRMED = "registration_confirmed"
    REGISTRATION_WAITING = "registration_waiting"
    REGISTRATION_WITHDRAWN = "registration_withdrawn"
    REGISTRATION_SUBSTITUTED = "registration_substituted"
    """Somebody else of the entity has the place."""
    MEETING_CHANGED = "meeting_changed"
    """It has other times."""
    MEETING_UPDATED = "meeting_updated"
    """Its title, format, place, room or contacts are others."""
    AGENDA_ISSUED = "agenda_issued"
    """There is a new version of its agenda."""
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_POSTPONED = "meeting_postponed"
