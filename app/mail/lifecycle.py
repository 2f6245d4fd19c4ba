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


class MessageVerb(StrEnum):
    RETRY = "retry"


RETRIABLE = frozenset({MessageState.DELAYED, MessageState.BOUNCED, MessageState.FAILED})
"""Its time may be now, once somebody has mended what was wrong."""


def verbs_of(state: MessageState) -> list[MessageVerb]:
    """What an organizer may do with a message in this state."""
    return [MessageVerb.RETRY] if state in RETRIABLE else []


class MessageKind(StrEnum):
    INVITATION = "invitation"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    LINK_RENEWED = "link_renewed"
    LINK_CODE = "link_code"
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
    ATTENDEE_DECLINED = "attendee_declined"
    """Somebody registered declines in their calendar; their focal points are told."""
    COUNTER_DECLINED = "counter_declined"
    """The meeting stays at its time, which somebody's calendar wanted changed."""
    REMINDER = "reminder"
    """The invitation is not answered."""
    DELEGATION_REMINDER = "delegation_reminder"
    """It is accepted, and nobody is registered."""
    ATTENDANCE_REMINDER = "attendance_reminder"
    """The meeting is near."""
    DIGEST = "digest"
    """How the answers stand, for an organizer."""


class MailLanguage(StrEnum):
    """The languages that mails are written in; each has its file of phrases."""

    ENGLISH = "en"
    FRENCH = "fr"
    SPANISH = "es"
    ARABIC = "ar"
    CHINESE = "zh"
    RUSSIAN = "ru"


class WordingSource(StrEnum):
    """Whose words a mail says."""

    OWN = "own"
    INHERITED = "inherited"
    """A working group's are those of its committee."""
    STANDARD = "standard"
