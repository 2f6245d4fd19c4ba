"""The life of a message."""

from app.core.choices import Choice


class MessageState(Choice):
    PLANNED = "planned"
    """It waits for its turn, see `due_at`."""
    SENT = "sent"
    """A mail server has taken it; that it arrived is more than anybody says."""
    DELAYED = "delayed"
    """It did not go out yet and is tried again by itself."""
    BOUNCED = "bounced"
    """The address refused it, at once or by a delivery report."""
    FAILED = "failed"
    """It was given up, or refused as it is."""
    SUPPRESSED = "suppressed"
    """What it would have said was no longer true when its turn came."""


DUE = (MessageState.PLANNED, MessageState.DELAYED)


class MessageVerb(Choice):
    RETRY = "retry"
    """Plan it again, to go out at once."""


RETRIABLE = frozenset({MessageState.DELAYED, MessageState.BOUNCED, MessageState.FAILED})
"""Its time may be now, once somebody has mended what was wrong."""


def verbs_of(state: MessageState) -> list[MessageVerb]:
    """What an organizer may do with a message in this state."""
    return [MessageVerb.RETRY] if state in RETRIABLE else []


class MessageKind(Choice):
    INVITATION = "invitation"
    """An entity is invited; to its focal points."""
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    """Its invitation was taken back."""
    LINK_RENEWED = "link_renewed"
    """A fresh link to answer, for one that was used up."""
    LINK_CODE = "link_code"
    """The code that a link bound to its mailbox needs."""
    REGISTRATION_CONFIRMED = "registration_confirmed"
    """The reader has a seat; with the link to join."""
    REGISTRATION_WAITING = "registration_waiting"
    """The reader is on the waiting list."""
    REGISTRATION_WITHDRAWN = "registration_withdrawn"
    """The reader is registered no longer."""
    REGISTRATION_SUBSTITUTED = "registration_substituted"
    """Somebody else of the entity has the place."""
    MEETING_CHANGED = "meeting_changed"
    """It has other times."""
    MEETING_UPDATED = "meeting_updated"
    """Its title, format, place, room or contacts are others."""
    AGENDA_ISSUED = "agenda_issued"
    """There is a new version of its agenda."""
    MEETING_CANCELLED = "meeting_cancelled"
    """It does not take place."""
    MEETING_POSTPONED = "meeting_postponed"
    """It has no times until it is rescheduled."""
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
    SEAT_OFFERED = "seat_offered"
    """A seat is held for somebody who waits, until the offer ends; also to the focal points."""
    OFFER_EXPIRED = "offer_expired"
    """It was not accepted in time; to both too."""
    REGISTRATION_UNSEATED = "registration_unseated"
    """A seat that was held is lost, and somebody waits again; to both too."""
    REGISTRATION_PENDING = "registration_pending"
    """The reader is registered as soon as an organizer agrees."""
    REGISTRATION_REJECTED = "registration_rejected"
    """An organizer has not agreed; the reader and the focal points are told why."""
    REGISTRATION_READDRESSED = "registration_readdressed"
    """Mails about the place go to another address; to the old one, whose entry goes."""
    CREDENTIALS_RETURNED = "credentials_returned"
    """An organizer has found something wrong with them; the focal points are told what."""
    EXCEPTION_GRANTED = "exception_granted"
    """So many may be registered late, so long; to the focal points."""
    PANEL_INVITATION = "panel_invitation"
    """Somebody is asked to speak on a panel; with a link to their page."""
    PANEL_LINK_RENEWED = "panel_link_renewed"
    """A fresh link to it."""
    PANEL_LINK_CODE = "panel_link_code"
    """The code that a link bound to its mailbox needs."""
    PANEL_CONFIRMED = "panel_confirmed"
    """The reader is on the panel; with the slot for their calendar."""
    PANEL_CHANGED = "panel_changed"
    """The panel has another slot, room, title or rehearsal, or the reader another part in it."""
    PANEL_REMINDER = "panel_reminder"
    """The reader was asked and has not answered."""
    PANEL_NEAR = "panel_near"
    """The rehearsal or the panel is near."""
    PANEL_WITHDRAWN = "panel_withdrawn"
    """The reader is not on the panel any more."""
    PANEL_READDRESSED = "panel_readdressed"
    """Mails about the place go to another address; to the old one, whose entry goes."""
    PANEL_ENTRY_DROPPED = "panel_entry_dropped"
    """The reader has the whole meeting in the calendar, in the place of the slot."""
    BRIEFER_ASKED = "briefer_asked"
    """A working group is asked who briefs for it."""
    BRIEFER_REMINDER = "briefer_reminder"
    """It has not named anybody yet."""
    BRIEFER_NAMED = "briefer_named"
    """The reader is named to brief, with the time; asks to confirm."""
    BRIEFER_CHANGED = "briefer_changed"
    """The briefing has another time, room or title; to who is named."""
    EXCEPTION_REVOKED = "exception_revoked"
    """Nobody else may be registered under it; to the focal points."""
    PANEL_REHEARSAL = "panel_rehearsal"
    """When the reader's panel rehearses, for their calendar; to who has confirmed."""
    PANEL_REHEARSAL_OFF = "panel_rehearsal_off"
    """There is no rehearsal for the reader any more; it leaves the calendar."""
    BRIEFER_CONFIRMED = "briefer_confirmed"
    """The reader briefs; with the slot for their calendar."""
    BRIEFER_WITHDRAWN = "briefer_withdrawn"
    """The reader does not brief any more; the slot leaves the calendar."""
    BRIEFER_ENTRY_DROPPED = "briefer_entry_dropped"
    """The briefer has the whole meeting in the calendar, in the place of the slot."""
    PANELLIST_DECLINED = "panellist_declined"
    """A panellist does not come; to the organizers."""
    BRIEFING_DECLINED = "briefing_declined"
    """A group does not brief, or who was named does not come; to the organizers."""


OF_PANELS = frozenset(kind for kind in MessageKind if kind.value.startswith("panel_"))
"""They go to panellists."""
OF_REHEARSALS = frozenset({MessageKind.PANEL_REHEARSAL, MessageKind.PANEL_REHEARSAL_OFF})
TO_BRIEFERS = frozenset(
    {
        MessageKind.BRIEFER_NAMED,
        MessageKind.BRIEFER_CHANGED,
        MessageKind.BRIEFER_CONFIRMED,
        MessageKind.BRIEFER_WITHDRAWN,
        MessageKind.BRIEFER_ENTRY_DROPPED,
    }
)
TO_ORGANIZERS = frozenset({MessageKind.PANELLIST_DECLINED, MessageKind.BRIEFING_DECLINED})
"""Beside digests."""


class MailLanguage(Choice):
    """The languages that mails are written in; each has its file of phrases."""

    ENGLISH = "en"
    FRENCH = "fr"
    SPANISH = "es"
    ARABIC = "ar"
    CHINESE = "zh"
    RUSSIAN = "ru"


class WordingSource(Choice):
    """Whose words a mail says."""

    OWN = "own"
    """The committee's."""
    INHERITED = "inherited"
    """A working group's are those of its committee."""
    STANDARD = "standard"
    """The service's."""
