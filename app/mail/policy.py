"""When a mail has lost its meaning, and when to try again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.briefings.lifecycle import COMING, BriefingStatus
from app.credentials.lifecycle import CredentialsStatus
from app.invitations.lifecycle import InvitationStatus
from app.mail.lifecycle import MessageKind
from app.meetings.lifecycle import OPEN_TO_REGISTRATION, OVER, MeetingStatus
from app.panels.lifecycle import ASKED, GONE, PanellistStatus
from app.registrations.lifecycle import LIVE as LIVE_REGISTRATIONS
from app.registrations.lifecycle import Participation, RegistrationStatus

GIVE_UP_AFTER = 19
"""Attempts; with the longest waits they span two days and a half."""

STALE_AFTER = timedelta(days=1)
"""So long after a meeting's end nobody wants mails about it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What holds at the moment when a mail would go out."""

    meeting: MeetingStatus
    stale: bool
    invitation: InvitationStatus | None = None
    registration: RegistrationStatus | None = None
    participation: Participation | None = None
    link_alive: bool = False
    same_address: bool = False
    """It is for an address that the person had, and has again."""
    left: bool = False
    """The reader has left the entity."""
    own: bool = True
    """The registration is the reader's own, if the mail is about one."""
    said_again: bool = False
    """Another message tells the same person the same about the same meeting."""
    heard_before: bool = False
    """What the mail takes back went, or may have gone, to this person."""
    code_good: bool = False
    """The code of the mail may still be used."""
    deadline_passed: bool = False
    delegation: bool = False
    """Somebody of the entity is registered."""
    begun: bool = False
    reads_digests: bool = False
    """The account organizes the committee still, and wants its digests."""
    offer_over: bool = False
    """The time in which the offered seat could be accepted has passed."""
    lost_seat: bool = False
    """The mail takes back a seat that was more than offered."""
    credentials: CredentialsStatus | None = None
    exception_left: bool = False
    """Somebody may still be registered under the exception that the mail is about."""
    panellist: PanellistStatus | None = None
    """Of the reader, where the mail goes to a panellist."""
    slot_begun: bool = False
    """The panel has begun."""
    has_entry: bool = False
    """The slot stands in the panellist's calendar."""
    unreachable: bool = False
    """The reader has no address any more."""
    left_address: bool = False
    """The mail goes to an address that the reader had."""
    rehearsal_stands: bool = False
    """The panel rehearses, with the reader."""
    rehearsal_over: bool = False
    rehearsal_told: bool = False
    """The entry of the rehearsal went, or may have gone, to the address."""
    named: bool = False
    """The reader is who is to brief."""
    had_entry: bool = False
    """The mail takes a slot out of a calendar."""
    organizes: bool = False
    """The account organizes the committee still."""
    briefing: BriefingStatus | None = None
    briefers_due: bool = False
    """The time until which groups name their briefers has passed."""


def moot(kind: MessageKind, present: Present) -> str | None:
    """Why the mail would say something that is no longer true; None if it is."""
    if present.stale and kind is not MessageKind.MEETING_CANCELLED:
        return "The meeting is over."
    if present.left and kind not in _TAKE_BACK:
        return "The person has left the entity."
    if present.unreachable:
        return "The reader has no mail address."
    return _RULES[kind](present)


def wait_before_retry(
    attempts: int, first: timedelta, longest: timedelta, chance: float
) -> timedelta:
    """Three times longer after each attempt; `chance` from 0 to 1 spreads it over its upper half,
    so that what failed together is not tried together.
    """
    factor = float(3 ** min(attempts - 1, 20))
    return min(longest, first * factor) * (0.5 + chance / 2)


def link_expires_at(closes_at: datetime | None, ends_at: datetime, now: datetime) -> datetime:
    """An answer is taken until the deadline; what is asked for later works until the end."""
    return closes_at if closes_at is not None and closes_at > now else ends_at


def join_link_expires_at(ends_at: datetime) -> datetime:
    """A day after the planned end, so that a meeting that runs late locks nobody out; once the
    meeting is adjourned, the link is refused anyway.
    """
    return ends_at + timedelta(hours=24)


def _invites(present: Present) -> str | None:
    dead = None if present.link_alive else "The link has expired."
    return _gone(present) or _if_meeting(present, {MeetingStatus.CANCELLED}) or dead


def _proves_mailbox(present: Present) -> str | None:
    return _invites(present) or (None if present.code_good else "The code has expired.")


def _takes_back_invitation(present: Present) -> str | None:
    return None if present.heard_before else "Nobody was told of the invitation."


def _confirms(present: Present) -> str | None:
    """Without its link it tells of a seat that was lost since; another mail brings the new link."""
    lost = None if present.link_alive else "The link has expired."
    return _unless_own(present, RegistrationStatus.CONFIRMED) or lost


def _lets_wait(present: Present) -> str | None:
    return _unless_own(present, RegistrationStatus.WAITING)


def _lets_decide(present: Present) -> str | None:
    return _unless_own(present, RegistrationStatus.PENDING)


def _rejects(present: Present) -> str | None:
    return _unless_registered(present, RegistrationStatus.REJECTED)


def _takes_back_registration(present: Present) -> str | None:
    return None


def _leaves_address(present: Present) -> str | None:
    return "Mails go to this address again." if present.same_address else None


def _tells_new_date(present: Present) -> str | None:
    again = {MeetingStatus.CANCELLED, MeetingStatus.POSTPONED}
    return _gone(present) or _if_meeting(present, again) or _if_repeated(present)


def _tells_new_details(present: Present) -> str | None:
    return _gone(present) or _if_meeting(present, set(OVER)) or _if_repeated(present)


def _postpones(present: Present) -> str | None:
    others = set(MeetingStatus) - {MeetingStatus.POSTPONED}
    return _gone(present) or _if_meeting(present, others) or _if_repeated(present)


def _tells_of_decline(present: Present) -> str | None:
    changed = present.participation is not Participation.DECLINED
    again = "The person has answered otherwise." if changed else None
    return _unless_registered(present, RegistrationStatus.CONFIRMED) or again


def _offers(present: Present) -> str | None:
    over = "The offer has ended." if present.offer_over else None
    return _unless_registered(present, RegistrationStatus.OFFERED) or over


def _tells_of_expiry(present: Present) -> str | None:
    return _unless_registered(present, RegistrationStatus.EXPIRED) or _if_meeting(
        present, set(OVER)
    )


def _unseats(present: Present) -> str | None:
    """An entry in a calendar is taken back whatever came of it, unless it is right again."""
    if present.lost_seat:
        again = present.registration is RegistrationStatus.CONFIRMED
        return "The registration is confirmed again." if again else None
    others = None
    if present.registration is not RegistrationStatus.WAITING:
        others = f"The registration is {present.registration}."
    return others or _if_meeting(present, set(OVER))


def _returns_credentials(present: Present) -> str | None:
    """It says the reason of now, so of two such mails that wait the newer one goes out."""
    others = None
    if present.credentials is not CredentialsStatus.RETURNED:
        others = f"The credentials are {present.credentials}."
    return _to_those_who_act(present) or others or _if_repeated(present)


def _lets_in_late(present: Present) -> str | None:
    over = None if present.exception_left else "The exception lets nobody in any more."
    return _to_those_who_act(present) or over


def _lets_in_no_more(present: Present) -> str | None:
    unheard = None if present.heard_before else "Nobody was told of the exception."
    return _gone(present) or _if_meeting(present, set(OVER)) or unheard


def _asks_for_briefer(present: Present) -> str | None:
    others = _unless_briefing(present, BriefingStatus.ASKED)
    late = "The time to name somebody has passed." if present.briefers_due else None
    return others or _if_meeting(present, set(OVER)) or late or _if_repeated(present)


def _asks_briefer(present: Present) -> str | None:
    others = _unless_briefing(present, BriefingStatus.NAMED)
    return others or _if_meeting(present, set(OVER)) or _if_repeated(present)


def _tells_briefer(present: Present) -> str | None:
    others = _unless_briefing(present, *COMING)
    off = _if_meeting(present, {*OVER, MeetingStatus.POSTPONED})
    return others or off or _if_repeated(present)


def _welcomes_briefer(present: Present) -> str | None:
    cancelled = _if_meeting(present, {MeetingStatus.CANCELLED})
    others = _unless_briefing(present, BriefingStatus.CONFIRMED)
    return others or cancelled or _if_repeated(present)


def _takes_back_briefing(present: Present) -> str | None:
    """An entry is taken back unless it stands there again."""
    if present.had_entry:
        return "The slot stands in the calendar again." if present.has_entry else None
    again = "The reader is named again." if present.named else None
    return again or _if_meeting(present, set(OVER))


def _tells_rehearsal(present: Present) -> str | None:
    """Also of a postponed meeting, as tentative."""
    off = None if present.rehearsal_stands else "There is no rehearsal for the reader."
    over = "The rehearsal is over." if present.rehearsal_over else None
    return off or over or _if_repeated(present)


def _calls_rehearsal_off(present: Present) -> str | None:
    untold = None if present.rehearsal_told else "Nobody was told of the rehearsal."
    if present.left_address:
        return untold or _leaves_address(present)
    return untold or ("The panel rehearses again." if present.rehearsal_stands else None)


def _tells_of_panellist(present: Present) -> str | None:
    back = None if present.panellist in GONE else f"The panellist is {present.panellist}."
    return back or _to_organizer(present)


def _tells_of_briefing(present: Present) -> str | None:
    return _unless_briefing(present, BriefingStatus.DECLINED) or _to_organizer(present)


def _to_organizer(present: Present) -> str | None:
    strange = None if present.organizes else "The reader organizes no more."
    return strange or _if_meeting(present, set(OVER))


def _unless_briefing(present: Present, *statuses: BriefingStatus) -> str | None:
    if present.briefing is None:
        return "Nobody is asked about it any more."
    wrong = present.briefing not in statuses
    return f"The briefing is {present.briefing.value}." if wrong else None


def _to_those_who_act(present: Present) -> str | None:
    """The links of whoever acts no longer are revoked."""
    dead = None if present.link_alive else "The link has expired."
    return _gone(present) or _if_meeting(present, set(OVER)) or dead


def _keeps_time(present: Present) -> str | None:
    return _gone(present) or _if_meeting(present, set(OVER))


def _unless_registered(present: Present, status: RegistrationStatus) -> str | None:
    if present.registration is not status:
        return f"The registration is {present.registration}."
    return _if_meeting(present, {MeetingStatus.CANCELLED})


def _unless_own(present: Present, status: RegistrationStatus) -> str | None:
    """Two entries of one person were merged, or taken apart, while the mail was planned."""
    others = None if present.own else "The registration is another entry's of the directory."
    return _unless_registered(present, status) or others


def _reminds_to_answer(present: Present) -> str | None:
    """Whoever has acted since the plan is not reminded."""
    if present.invitation is not InvitationStatus.SENT and present.invitation is not None:
        return _gone(present) or f"The invitation is {present.invitation.value}."
    return _too_late_to_act(present)


def _reminds_to_register(present: Present) -> str | None:
    if present.delegation:
        return "Somebody is registered."
    if present.invitation is InvitationStatus.DECLINED:
        return "The invitation is declined."
    return _gone(present) or _too_late_to_act(present)


def _reminds_to_come(present: Present) -> str | None:
    others = set(MeetingStatus) - {MeetingStatus.SCHEDULED}
    begun = "The meeting has begun." if present.begun else None
    seat = _unless_registered(present, RegistrationStatus.CONFIRMED)
    return seat or _if_meeting(present, others) or begun or _if_repeated(present)


def _digests(present: Present) -> str | None:
    unread = None if present.reads_digests else "Its reader wants no digests, or organizes no more."
    return unread or _if_repeated(present)


def _too_late_to_act(present: Present) -> str | None:
    closed = set(MeetingStatus) - OPEN_TO_REGISTRATION
    passed = "The deadline has passed." if present.deadline_passed else None
    dead = None if present.link_alive else "The link has expired."
    return _if_meeting(present, closed) or passed or dead or _if_repeated(present)


def _asks_to_speak(present: Present) -> str | None:
    dead = None if present.link_alive else "The link has expired."
    cancelled = _if_meeting(present, set(OVER))
    return _unless_panellist(present, PanellistStatus.INVITED) or cancelled or dead


def _opens_page(present: Present) -> str | None:
    return None if present.link_alive else "The link has expired."


def _proves_panellist(present: Present) -> str | None:
    return _opens_page(present) or (None if present.code_good else "The code has expired.")


def _welcomes_on_panel(present: Present) -> str | None:
    cancelled = _if_meeting(present, {MeetingStatus.CANCELLED})
    return _unless_panellist(present, PanellistStatus.CONFIRMED) or cancelled


def _tells_of_panel(present: Present) -> str | None:
    """A postponed meeting has told that it has no times."""
    no_times = {MeetingStatus.CANCELLED, MeetingStatus.POSTPONED}
    others = _unless_panellist(present, *ASKED) or _if_meeting(present, no_times)
    return others or _if_repeated(present)


def _reminds_panellist(present: Present) -> str | None:
    begun = "The panel has begun." if present.slot_begun else None
    return _asks_to_speak(present) or begun or _if_repeated(present)


def _reminds_of_panel(present: Present) -> str | None:
    others = {MeetingStatus.CANCELLED, MeetingStatus.POSTPONED, MeetingStatus.CLOSED}
    begun = "The panel has begun." if present.slot_begun else None
    comes = _unless_panellist(present, PanellistStatus.CONFIRMED)
    return comes or _if_meeting(present, others) or begun or _if_repeated(present)


def _drops_entry(present: Present) -> str | None:
    return "The slot stands in the calendar again." if present.has_entry else None


def _unless_panellist(present: Present, *statuses: PanellistStatus) -> str | None:
    if present.panellist in statuses:
        return None
    return f"The panellist is {present.panellist}."


def _gone(present: Present) -> str | None:
    if present.panellist in GONE:
        return f"The panellist has {present.panellist}."
    if present.briefing is BriefingStatus.DECLINED:
        return "The briefing is declined."
    if present.invitation is InvitationStatus.WITHDRAWN:
        return "The invitation was withdrawn."
    if present.registration not in {None, *LIVE_REGISTRATIONS}:
        return f"The registration was {present.registration}."
    return None


def _if_meeting(present: Present, statuses: set[MeetingStatus]) -> str | None:
    return f"The meeting is {present.meeting.value}." if present.meeting in statuses else None


def _if_repeated(present: Present) -> str | None:
    return "Another message says it." if present.said_again else None


_RULES: Mapping[MessageKind, Callable[[Present], str | None]] = {
    MessageKind.INVITATION: _invites,
    MessageKind.LINK_RENEWED: _invites,
    MessageKind.LINK_CODE: _proves_mailbox,
    MessageKind.INVITATION_WITHDRAWN: _takes_back_invitation,
    MessageKind.REGISTRATION_CONFIRMED: _confirms,
    MessageKind.REGISTRATION_WAITING: _lets_wait,
    MessageKind.REGISTRATION_WITHDRAWN: _takes_back_registration,
    MessageKind.REGISTRATION_SUBSTITUTED: _takes_back_registration,
    MessageKind.REGISTRATION_READDRESSED: _leaves_address,
    MessageKind.MEETING_CHANGED: _tells_new_date,
    MessageKind.MEETING_UPDATED: _tells_new_details,
    MessageKind.AGENDA_ISSUED: _tells_new_details,
    MessageKind.MEETING_POSTPONED: _postpones,
    MessageKind.MEETING_CANCELLED: _gone,
    MessageKind.ATTENDEE_DECLINED: _tells_of_decline,
    MessageKind.COUNTER_DECLINED: _keeps_time,
    MessageKind.REMINDER: _reminds_to_answer,
    MessageKind.DELEGATION_REMINDER: _reminds_to_register,
    MessageKind.ATTENDANCE_REMINDER: _reminds_to_come,
    MessageKind.DIGEST: _digests,
    MessageKind.SEAT_OFFERED: _offers,
    MessageKind.OFFER_EXPIRED: _tells_of_expiry,
    MessageKind.REGISTRATION_UNSEATED: _unseats,
    MessageKind.REGISTRATION_PENDING: _lets_decide,
    MessageKind.REGISTRATION_REJECTED: _rejects,
    MessageKind.CREDENTIALS_RETURNED: _returns_credentials,
    MessageKind.EXCEPTION_GRANTED: _lets_in_late,
    MessageKind.EXCEPTION_REVOKED: _lets_in_no_more,
    MessageKind.PANEL_INVITATION: _asks_to_speak,
    MessageKind.PANEL_LINK_RENEWED: _opens_page,
    MessageKind.PANEL_LINK_CODE: _proves_panellist,
    MessageKind.PANEL_CONFIRMED: _welcomes_on_panel,
    MessageKind.PANEL_CHANGED: _tells_of_panel,
    MessageKind.PANEL_REMINDER: _reminds_panellist,
    MessageKind.PANEL_NEAR: _reminds_of_panel,
    MessageKind.PANEL_WITHDRAWN: _takes_back_registration,
    MessageKind.PANEL_READDRESSED: _leaves_address,
    MessageKind.PANEL_ENTRY_DROPPED: _drops_entry,
    MessageKind.BRIEFER_ASKED: _asks_for_briefer,
    MessageKind.BRIEFER_REMINDER: _asks_for_briefer,
    MessageKind.BRIEFER_NAMED: _asks_briefer,
    MessageKind.BRIEFER_CHANGED: _tells_briefer,
    MessageKind.PANEL_REHEARSAL: _tells_rehearsal,
    MessageKind.PANEL_REHEARSAL_OFF: _calls_rehearsal_off,
    MessageKind.BRIEFER_CONFIRMED: _welcomes_briefer,
    MessageKind.BRIEFER_WITHDRAWN: _takes_back_briefing,
    MessageKind.BRIEFER_ENTRY_DROPPED: _drops_entry,
    MessageKind.PANELLIST_DECLINED: _tells_of_panellist,
    MessageKind.BRIEFING_DECLINED: _tells_of_briefing,
}
_TAKE_BACK = frozenset(
    {
        MessageKind.REGISTRATION_WITHDRAWN,
        MessageKind.REGISTRATION_SUBSTITUTED,
        MessageKind.REGISTRATION_READDRESSED,
        MessageKind.REGISTRATION_UNSEATED,
        MessageKind.MEETING_CANCELLED,
    }
)
"""What takes an entry back is of use to whoever has left, too."""
