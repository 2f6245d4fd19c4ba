"""What mails that come in are, and what becomes of them."""

from app.core.choices import Choice
from app.core.lifecycles import Lifecycle


class Way(Choice):
    """How a mail came in."""

    SMTP = "smtp"
    """To the receiver, over SMTP."""
    LMTP = "lmtp"
    """To the receiver, over LMTP."""
    API = "api"
    """By `POST /v1/incoming-mails`."""


class IncomingKind(Choice):
    REPLY = "reply"
    """A calendar program answers."""
    COUNTER = "counter"
    """It proposes another time."""
    REFRESH = "refresh"
    """It asks for the entry again."""
    DELEGATION = "delegation"
    """It names somebody else."""
    REPORT = "report"
    """A mail server reports about a message."""
    ANSWER = "answer"
    """A person writes."""
    AUTO_REPLY = "auto_reply"
    """A program writes, such as an absence notice."""
    UNKNOWN = "unknown"
    """It answers nothing that the service has sent, or says nothing that it understands."""


class IncomingState(Choice):
    APPLIED = "applied"
    """It was done as it says."""
    HELD = "held"
    """Somebody must look at it; nothing was changed."""
    IGNORED = "ignored"
    """It was too late, or said before."""
    FILED = "filed"
    """It lies with what it answers, to be read."""
    REFUSED = "refused"
    """Its sender may not say so."""
    ACCEPTED = "accepted"
    """It was held, and an organizer had it applied."""
    DISMISSED = "dismissed"
    """It was held or filed, and an organizer has done with it."""


class IncomingVerb(Choice):
    APPLY = "apply"
    """Have it count as it says."""
    DECLINE = "decline"
    """Keep the time that a counter-proposal wants changed."""
    DISMISS = "dismiss"
    """Have done with it, unapplied."""


S, V = IncomingState, IncomingVerb
TRANSITIONS: dict[tuple[IncomingState, IncomingVerb], IncomingState] = {
    (S.HELD, V.APPLY): S.ACCEPTED,
    (S.HELD, V.DECLINE): S.DISMISSED,
    (S.HELD, V.DISMISS): S.DISMISSED,
    (S.FILED, V.DISMISS): S.DISMISSED,
}
INCOMING = Lifecycle("mail", TRANSITIONS)
UNREAD = (S.HELD, S.FILED)


class Reason(Choice):
    """Why a mail was not simply applied."""

    UNKNOWN_SENDER = "unknown_sender"
    """It is written by another address than the one that was invited."""
    PARTY_CRASHER = "party_crasher"
    """It answers for somebody who has no such entry."""
    FORGED = "forged"
    """The receiving server says that the sender's domain disowns it."""
    UNPROVEN = "unproven"
    """It came to no secret address, and nobody vouches for its sender."""
    COUNTER_PROPOSAL = "counter_proposal"
    """It proposes another time, which only organizers can give."""
    DELEGATED = "delegated"
    """It names somebody else, whom only the entity can register."""
    NOT_MATCHING = "not_matching"
    """It belongs to no entry of ours, or to another one than its address says."""
    INCOMPLETE = "incomplete"
    """What the standard wants is missing, contradictory or impossible."""
    AHEAD_OF_TIME = "ahead_of_time"
    """Its time of making lies in the future, or it answers what was not sent yet."""
    OLDER_TIMES = "older_times"
    """It answers times that have been changed since."""
    OLDER = "older"
    """A later answer came in first."""
    REPEATED = "repeated"
    """It says what was said before."""
    NOT_REGISTERED = "not_registered"
    """The person has no seat any more, or none yet."""
    MEETING_OVER = "meeting_over"
    """The meeting is over or cancelled."""
    WRONG_METHOD = "wrong_method"
    """Only whoever calls a meeting may send this."""
    RECURS = "recurs"
    """It speaks of a recurring entry, and ours are single."""
    REFRESH_ASKED = "refresh_asked"
    """It asks for the calendar entry again."""
    ANSWERS_NOTHING = "answers_nothing"
    """It belongs to no mail of ours."""
    DELAYED = "delayed"
    """The report says that delivery goes on being tried."""
    DELIVERED = "delivered"
    """The report says that the mail has arrived."""
