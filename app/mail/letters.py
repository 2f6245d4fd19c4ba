"""What a mail says, put together from a case and the phrases of a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined, Template, select_autoescape

from app.briefings.lifecycle import BriefingStatus
from app.briefings.links import briefer_token, group_token
from app.briefings.service import due_at
from app.briefings.tables import NamedBriefer
from app.calendar.entries import (
    PRODID,
    Frame,
    agenda_symbol,
    cancelled,
    domain_of,
    left_behind,
    personal_entry,
    place_of,
)
from app.calendar.speakers import OwnPage, Times, briefing_entry, rehearsal_entry, slot_entry
from app.calendar.writer import MeetingEntry, Method, Organizer, calendar, plain
from app.committees.lifecycle import LetterDelivery
from app.core.fields import in_language
from app.core.languages import isolated
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_code, link_token, opening_token
from app.letters.words import language_for
from app.letters.writing import where
from app.mail import digests
from app.mail.addresses import Use, tagged
from app.mail.agendas import changes_of, items_of
from app.mail.lifecycle import OF_REHEARSALS, MessageKind
from app.mail.places import Speaking
from app.mail.plainness import as_header, as_text, shown, value
from app.mail.queries import Case
from app.mail.wordings import Spoken, speak
from app.mail.words import Words, words_for
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting
from app.registrations.events import RegistrationPromoted
from app.registrations.lifecycle import RegistrationStatus
from app.reminders.tokens import digest_token

_TIME_AND_PLACE = ("committee", "meeting", "when", "when_there", "place")
_INVITATION_FACTS = (*_TIME_AND_PLACE, "seats", "deadline", "contact")
_MEETING_FACTS = (*_TIME_AND_PLACE, "contact")
_BRIEFING_FACTS = (*_TIME_AND_PLACE, "briefing", "briefing_slot")
_PERSONAL_FACTS = (*_TIME_AND_PLACE, "role", "contact")
_SLOT = ("panel", "slot_there", "slot", "part", "rehearsal", "room")
_REHEARSAL_FACTS = ("committee", "meeting", "panel", "rehearsal", "contact")
_PANEL_FACTS = ("committee", "meeting", *_SLOT, "contact")
FACTS: Mapping[MessageKind, Sequence[str]] = {
    MessageKind.INVITATION: _INVITATION_FACTS,
    MessageKind.LINK_RENEWED: _INVITATION_FACTS,
    MessageKind.LINK_CODE: ("committee", "meeting"),
    MessageKind.INVITATION_WITHDRAWN: _MEETING_FACTS,
    MessageKind.REGISTRATION_CONFIRMED: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_WAITING: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_WITHDRAWN: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_SUBSTITUTED: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_READDRESSED: _PERSONAL_FACTS,
    MessageKind.MEETING_CHANGED: _MEETING_FACTS,
    MessageKind.AGENDA_ISSUED: (*_TIME_AND_PLACE, "agenda", "contact"),
    MessageKind.MEETING_UPDATED: _MEETING_FACTS,
    MessageKind.MEETING_CANCELLED: _MEETING_FACTS,
    MessageKind.MEETING_POSTPONED: _MEETING_FACTS,
    MessageKind.ATTENDEE_DECLINED: _MEETING_FACTS,
    MessageKind.COUNTER_DECLINED: _PERSONAL_FACTS,
    MessageKind.REMINDER: _INVITATION_FACTS,
    MessageKind.DELEGATION_REMINDER: _INVITATION_FACTS,
    MessageKind.ATTENDANCE_REMINDER: _PERSONAL_FACTS,
    MessageKind.DIGEST: (),
    MessageKind.SEAT_OFFERED: (*_TIME_AND_PLACE, "role", "offer", "contact"),
    MessageKind.OFFER_EXPIRED: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_UNSEATED: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_PENDING: _PERSONAL_FACTS,
    MessageKind.REGISTRATION_REJECTED: _PERSONAL_FACTS,
    MessageKind.CREDENTIALS_RETURNED: _MEETING_FACTS,
    MessageKind.EXCEPTION_GRANTED: (*_TIME_AND_PLACE, "late_places", "late_until", "contact"),
    MessageKind.EXCEPTION_REVOKED: _MEETING_FACTS,
    MessageKind.PANEL_INVITATION: _PANEL_FACTS,
    MessageKind.PANEL_LINK_RENEWED: _PANEL_FACTS,
    MessageKind.PANEL_LINK_CODE: ("committee", "meeting", "panel"),
    MessageKind.PANEL_CONFIRMED: _PANEL_FACTS,
    MessageKind.PANEL_CHANGED: _PANEL_FACTS,
    MessageKind.PANEL_REMINDER: _PANEL_FACTS,
    MessageKind.PANEL_NEAR: _PANEL_FACTS,
    MessageKind.PANEL_WITHDRAWN: ("committee", "meeting", "panel", "slot_there", "contact"),
    MessageKind.PANEL_READDRESSED: ("committee", "meeting", "panel", "slot_there", "contact"),
    MessageKind.PANEL_ENTRY_DROPPED: ("committee", "meeting", "panel", "slot_there", "contact"),
    MessageKind.BRIEFER_ASKED: (*_BRIEFING_FACTS, "briefers_until", "contact"),
    MessageKind.BRIEFER_REMINDER: (*_BRIEFING_FACTS, "briefers_until", "contact"),
    MessageKind.BRIEFER_NAMED: (*_BRIEFING_FACTS, "contact"),
    MessageKind.BRIEFER_CHANGED: (*_BRIEFING_FACTS, "contact"),
    MessageKind.PANEL_REHEARSAL: _REHEARSAL_FACTS,
    MessageKind.PANEL_REHEARSAL_OFF: _REHEARSAL_FACTS,
    MessageKind.BRIEFER_CONFIRMED: (*_BRIEFING_FACTS, "contact"),
    MessageKind.BRIEFER_WITHDRAWN: (*_BRIEFING_FACTS, "contact"),
    MessageKind.BRIEFER_ENTRY_DROPPED: (*_BRIEFING_FACTS, "contact"),
    MessageKind.PANELLIST_DECLINED: (*_TIME_AND_PLACE, "panel", "slot"),
    MessageKind.BRIEFING_DECLINED: _BRIEFING_FACTS,
}
BRIEFINGS = frozenset(kind for kind in MessageKind if kind.value.startswith("briefer_"))
"""They lead to the page of the briefing."""
LEFT_OUT = "…"
NEEDED = frozenset({"code"})
"""Without them a mail is of no use: own words must name them where the standard ones do."""
_ALWAYS_SAYABLE = ("meeting", "committee", "entity", "name")
_OF_A_DIGEST = ("committee", "name")
"""It tells of several meetings, and goes to an organizer, who belongs to no entity."""
FLAGS = frozenset(
    {"calendar", "joins", "named", "own", "promoted", "revised", "substitutes", "tentative"}
)
"""On them phrases depend without saying them."""
_SAYABLE = ("when", "deadline", "seats", "offer", "late_places", "late_until", "contact")
METHODS: Mapping[MessageKind, Method] = {
    MessageKind.REGISTRATION_CONFIRMED: Method.REQUEST,
    MessageKind.REGISTRATION_WITHDRAWN: Method.CANCEL,
    MessageKind.REGISTRATION_SUBSTITUTED: Method.CANCEL,
    MessageKind.REGISTRATION_READDRESSED: Method.CANCEL,
    MessageKind.REGISTRATION_UNSEATED: Method.CANCEL,
    MessageKind.MEETING_CHANGED: Method.REQUEST,
    MessageKind.MEETING_UPDATED: Method.REQUEST,
    MessageKind.AGENDA_ISSUED: Method.REQUEST,
    MessageKind.MEETING_CANCELLED: Method.CANCEL,
    MessageKind.MEETING_POSTPONED: Method.REQUEST,
    MessageKind.COUNTER_DECLINED: Method.DECLINECOUNTER,
    MessageKind.PANEL_CONFIRMED: Method.REQUEST,
    MessageKind.PANEL_CHANGED: Method.REQUEST,
    MessageKind.PANEL_WITHDRAWN: Method.CANCEL,
    MessageKind.PANEL_READDRESSED: Method.CANCEL,
    MessageKind.PANEL_ENTRY_DROPPED: Method.CANCEL,
    MessageKind.PANEL_REHEARSAL: Method.REQUEST,
    MessageKind.PANEL_REHEARSAL_OFF: Method.CANCEL,
    MessageKind.BRIEFER_CONFIRMED: Method.REQUEST,
    MessageKind.BRIEFER_CHANGED: Method.REQUEST,
    MessageKind.BRIEFER_WITHDRAWN: Method.CANCEL,
    MessageKind.BRIEFER_ENTRY_DROPPED: Method.CANCEL,
}
"""How a calendar entry goes with mails to people who have, or had, a seat. A postponed meeting is
updated to TENTATIVE and not cancelled, so that its new date finds the same entry again."""

LINKS = {
    MessageKind.INVITATION: LinkPurpose.ANSWER_INVITATION,
    MessageKind.LINK_RENEWED: LinkPurpose.ANSWER_INVITATION,
    MessageKind.LINK_CODE: LinkPurpose.ANSWER_INVITATION,
    MessageKind.REMINDER: LinkPurpose.ANSWER_INVITATION,
    MessageKind.DELEGATION_REMINDER: LinkPurpose.ANSWER_INVITATION,
    MessageKind.SEAT_OFFERED: LinkPurpose.ANSWER_INVITATION,
    MessageKind.CREDENTIALS_RETURNED: LinkPurpose.ANSWER_INVITATION,
    MessageKind.EXCEPTION_GRANTED: LinkPurpose.ANSWER_INVITATION,
    MessageKind.PANEL_INVITATION: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_LINK_RENEWED: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_LINK_CODE: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_CONFIRMED: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_CHANGED: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_REMINDER: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_NEAR: LinkPurpose.SPEAK_ON_PANEL,
    MessageKind.PANEL_REHEARSAL: LinkPurpose.SPEAK_ON_PANEL,
}
"""Which link a mail of a kind carries; all others carry the one to join, if any."""


TELL_OF_POSTPONEMENT = frozenset(
    {
        MessageKind.INVITATION,
        MessageKind.LINK_RENEWED,
        MessageKind.REGISTRATION_CONFIRMED,
        MessageKind.REGISTRATION_WAITING,
        MessageKind.REGISTRATION_PENDING,
        MessageKind.MEETING_UPDATED,
        MessageKind.AGENDA_ISSUED,
        MessageKind.SEAT_OFFERED,
        MessageKind.CREDENTIALS_RETURNED,
        MessageKind.EXCEPTION_GRANTED,
        MessageKind.PANEL_INVITATION,
        MessageKind.PANEL_LINK_RENEWED,
        MessageKind.PANEL_CONFIRMED,
        MessageKind.BRIEFER_CONFIRMED,
    }
)
"""They give the date as one that holds, which that of a postponed meeting does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the service knows of itself and writes into every mail."""

    mail_from: str
    answer_url: str
    join_url: str
    secret: bytes | None
    """What tokens are signed with; None where mails are only looked at."""
    opened_url: str = ""
    """Where images lie that tell of a mail's opening; empty for none."""
    reply_address: str | None = None
    """Where answers and delivery reports are taken in; None where none are."""
    url: str = ""
    """Where the API is."""
    speak_url: str = ""
    """The page of panellists."""

    @property
    def briefing_url(self) -> str:
        """The page on which groups name their briefers, and these answer."""
        return f"{self.url}/briefing"

    @property
    def domain(self) -> str:
        return domain_of(self.mail_from)

    def address_for(self, use: Use, key: UUID) -> str | None:
        """Where mail about this one thing is taken in."""
        if self.reply_address is None or self.secret is None:
            return None
        return tagged(self.reply_address, use, key, self.secret)


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do; `address` holds a secret token."""

    label: str
    heading: str
    """The label where the address itself follows."""
    address: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A calendar object and the method that it says."""

    method: Method
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail; its name is ASCII."""

    file_name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it becomes MIME."""

    language: str
    sender_name: str
    subject: str
    text: str
    html: str
    invite: Invite | None
    attachments: tuple[Attachment, ...] = ()


def purpose_of(kind: MessageKind) -> LinkPurpose:
    return LINKS.get(kind, LinkPurpose.JOIN_MEETING)


def write(case: Case, house: House) -> Letter:
    """The letter that tells the case as it is; names and titles in it are text and nothing else."""
    words = words_for(case.message.language)
    kind = case.message.kind.value
    invite = _invite(case, house, words)
    address = _address(case, house)
    joins = (
        case.link is not None
        and address is not None
        and purpose_of(case.message.kind) is LinkPurpose.JOIN_MEETING
    )
    changes = changes_of(case, words, house.url)
    values = _values(case, words) | {
        "revised": changes is not None,
        "calendar": invite is not None,
        "own": case.own,
        "joins": joins,
        "code": _code(case, house),
        "promoted": case.because == RegistrationPromoted.name,
        "tentative": case.meeting.status is MeetingStatus.POSTPONED,
        "named": case.message.data.get("was") != BriefingStatus.ASKED.value,
        "substitutes": _substitutes(case),
    }
    known = _known(case, words)
    spoken = _spoken(case, words, values, known)
    subject = as_header(spoken.subject)
    action = None
    if address is not None and words.has("kinds", kind, "action"):
        label = words.say("kinds", kind, "action")
        heading = words.say("heading", label=label)
        action = Action(label, heading, address, words.say("personal"))
    facts = [(words.say("facts", name), said) for name, said in _facts(case, known)]
    image = _image(case, house)
    page = {
        "language": words.language,
        "direction": words.direction,
        "subject": subject,
        "greeting": words.say("greeting", **values),
        "paragraphs": [
            *spoken.paragraphs,
            *_formal_letter(case),
            *_also(case, words),
            *_several(case, words),
            *_postponement(case, words),
            *digests.paragraphs(case.message.data, words),
        ],
        "note": "\n\n".join(shown(note, multiline=True) for note in _notes(case)),
        "note_label": words.say("note"),
        "facts": facts,
        "lines": [words.say("fact", label=label, value=said) for label, said in facts],
        "agenda": [] if changes else items_of(case, words),
        "changes": changes,
        "action": action,
        "closing": spoken.closing,
        "image": image,
        "tracked": words.say("tracked") if image else None,
    }
    return Letter(
        language=words.language,
        sender_name=as_header(str(values["committee"])),
        subject=subject,
        text=as_text(_layout("letter.txt").render(page), words.language),
        html=_layout("letter.html").render(page),
        invite=invite,
    )


def _notes(case: Case) -> Sequence[str]:
    """What the organizers say; of credentials, why they are returned now."""
    credentials = case.credentials
    tells = case.message.kind is MessageKind.CREDENTIALS_RETURNED and not case.merged.notes
    if tells and credentials is not None and credentials.reason is not None:
        return [credentials.reason]
    return case.merged.notes


def _formal_letter(case: Case) -> list[str]:
    """Where the formal letter of the invitation is, in the words of the letters' own room."""
    if delivery_of(case) is LetterDelivery.NONE:
        return []
    return [where(case.committee.letter_delivery, language_for([case.message.language]))]


def delivery_of(case: Case) -> LetterDelivery:
    """How the formal letter goes with this mail."""
    if case.message.kind is not MessageKind.INVITATION:
        return LetterDelivery.NONE
    return case.committee.letter_delivery


def _substitutes(case: Case) -> bool:
    """Whether the mail tells somebody of a place that a colleague had, which a seat that fell free
    later is not.
    """
    told = case.because != RegistrationPromoted.name
    return told and case.registration is not None and case.registration.predecessor_id is not None


def _also(case: Case, words: Words) -> list[str]:
    """What else has changed, where one mail tells of several changes."""
    kinds = [kind for kind in MessageKind if kind in case.merged.also]
    return [words.say("also", kind.value) for kind in kinds if words.has("also", kind.value)]


def _several(case: Case, words: Words) -> list[str]:
    """The meetings of a series of which one mail tells, each with its times."""
    if len(case.meetings) < 2:
        return []
    lines = []
    for meeting in case.meetings:
        here = ZoneInfo(meeting.timezone)
        when = words.span(meeting.starts_at.astimezone(here), meeting.ends_at.astimezone(here))
        lines.append(words.say("fact", label=_in(meeting.title, words), value=when))
    return [words.say("several"), *lines]


def _postponement(case: Case, words: Words) -> list[str]:
    postponed = case.meeting.status is MeetingStatus.POSTPONED
    tells = postponed and case.message.kind in TELL_OF_POSTPONEMENT
    return [words.say("postponed")] if tells else []


def _values(case: Case, words: Words) -> dict[str, object]:
    place = case.speaking or case.told_of
    return {
        "name": value(" ".join(filter(None, [plain(_honorific(case)), plain(case.name)]))),
        "meeting": _in(case.meeting.title, words),
        "committee": _committee(case, words),
        "entity": _entity(case, words),
        "attendee": value(plain(_told_of(case))),
        "panel": _in(place.panel.title, words) if place else "",
        "group": _in(case.group.name, words) if case.group else "",
    }


def _told_of(case: Case) -> str:
    """The name of whom somebody else is told of."""
    if case.attendee is not None:
        return case.attendee.name
    if case.told_of is not None:
        return case.told_of.person.name
    return (case.briefing.name if case.briefing else None) or ""


def _spoken(
    case: Case, words: Words, values: Mapping[str, Any], known: Mapping[str, str | None]
) -> Spoken:
    """In the words of the committee, if it has some of its own for this."""
    kind = case.message.kind.value
    standard = Spoken(
        subject=words.say("kinds", kind, "subject", **values),
        paragraphs=words.say_all("kinds", kind, "paragraphs", **values),
        closing=words.say("closing", **values),
    )
    if case.wording is None:
        return standard
    sayable = {**known, **values}
    own = {name: str(sayable.get(name) or "") for name in placeholders_of(case.message.kind)}
    return speak(case.wording, standard, own)


@cache
def placeholders_of(kind: MessageKind) -> tuple[str, ...]:
    """What the organizers' words of a kind may name: also what the standard ones do."""
    english = words_for("en")
    named = english.names("kinds", kind.value, "subject")
    named |= english.names("kinds", kind.value, "paragraphs")
    facts = (name for name in _SAYABLE if name in FACTS.get(kind, ()))
    always = _OF_A_DIGEST if kind is MessageKind.DIGEST else _ALWAYS_SAYABLE
    return tuple(dict.fromkeys([*always, *facts, *sorted(named - FLAGS)]))


def _facts(case: Case, known: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Name and value of each fact that there is."""
    return [(name, said) for name in FACTS[case.message.kind] if (said := known[name])]


def _known(case: Case, words: Words) -> dict[str, str | None]:
    """Everything that can stand among the facts; None or nothing for what there is not."""
    meeting, here = case.meeting, ZoneInfo(case.meeting.timezone)
    there = _zone_of_reader(case) or here
    closes_at, invitation = meeting.registration_closes_at, case.invitation
    start, end = meeting.starts_at, meeting.ends_at
    held_until = case.registration.offer_ends_at if case.registration else None
    late = case.exception
    return {
        "committee": _in(case.committee.name, words),
        "meeting": _in(meeting.title, words),
        "when": words.span(start.astimezone(here), end.astimezone(here)),
        "when_there": words.span(start.astimezone(there), end.astimezone(there))
        if there.key != here.key
        else None,
        "place": words.say(
            "place",
            format=words.say("formats", meeting.format.value),
            venue=value(place_of(meeting)),
        ),
        "seats": str(invitation.seat_quota)
        if invitation and invitation.seat_quota is not None
        else None,
        "deadline": words.moment(closes_at.astimezone(here)) if closes_at else None,
        "offer": words.moment(held_until.astimezone(there)) if held_until else None,
        "late_places": str(late.persons - late.used) if late else None,
        "late_until": words.moment(late.until.astimezone(there)) if late else None,
        "agenda": value(agenda_symbol(case.agenda) or ""),
        "briefing": _in(case.briefed.title, words) if case.briefed else None,
        "briefing_slot": _briefing_slot(case, words),
        "briefers_until": words.moment(due_at(meeting).astimezone(here)),
        "role": words.say("roles", case.registration.role.value) if case.registration else None,
        "contact": _contacts(meeting, words),
        **_place(case, words),
    }


def _place(case: Case, words: Words) -> dict[str, str | None]:
    """What can stand among the facts about somebody's place on a panel."""
    place = case.speaking or case.told_of
    if place is None:
        return dict.fromkeys(_SLOT)
    person, slot, rehearsal = place.person, place.slot, case.rehearses
    here, there = ZoneInfo(case.meeting.timezone), ZoneInfo(person.timezone)
    role = words.say("panel_roles", person.role.value)
    return {
        "panel": _in(place.panel.title, words),
        "slot_there": _span(slot, there, words) if slot else None,
        "slot": _span(slot, here, words)
        if slot and (case.told_of or here.key != there.key)
        else None,
        "part": words.say("part", role=role, minutes=person.minutes),
        "rehearsal": _span(rehearsal, there, words) if rehearsal else None,
        "room": value(plain(place.room or place_of(case.meeting))),
    }


def _span(times: tuple[datetime, datetime], zone: ZoneInfo, words: Words) -> str:
    return words.span(times[0].astimezone(zone), times[1].astimezone(zone))


def _zone_of_reader(case: Case) -> ZoneInfo | None:
    if case.speaking is not None:
        return ZoneInfo(case.speaking.person.timezone)
    return ZoneInfo(case.entity.timezone) if case.entity else None


def _briefing_slot(case: Case, words: Words) -> str | None:
    """When the briefing is on: on the briefer's own clock, for the group on the meeting's."""
    slot = _slot_of_briefing(case)
    if slot is None or case.briefing is None:
        return None
    there = (case.named or case.briefing).timezone
    return _span(slot, ZoneInfo(there if case.to_briefer else case.meeting.timezone), words)


def _slot_of_briefing(case: Case) -> Times | None:
    briefing = case.briefing
    if briefing is None or briefing.slot_starts_at is None or briefing.slot_ends_at is None:
        return None
    return briefing.slot_starts_at, briefing.slot_ends_at


def _invite(case: Case, house: House, words: Words) -> Invite | None:
    """The person's calendar entry, for those who have a seat or have just lost it."""
    if case.speaking is not None:
        which = _rehearsal_invite if case.message.kind in OF_REHEARSALS else _slot_invite
        return which(case, case.speaking, house, words)
    if case.message.briefing_id is not None:
        return _briefing_invite(case, case.named, house, words) if case.named else None
    method, registration = METHODS.get(case.message.kind), case.registration
    if method is None or registration is None or not case.own:
        return None
    if registration.confirmed_at is None and not case.lost_seat:
        return None
    assert case.person is not None, "whoever is registered is a person"
    if method is Method.REQUEST and registration.status is not RegistrationStatus.CONFIRMED:
        return None
    answers_to = house.address_for(Use.ENTRY, registration.id)
    frame = Frame(
        organizer=Organizer(
            name=plain(in_language(case.committee.name, [words.language])),
            address=answers_to or house.mail_from,
        ),
        languages=(words.language,),
        stamp=case.stamp,
        agenda=case.agenda,
        uid_domain=house.domain,
    )
    entry = personal_entry(
        case.meeting,
        registration,
        case.person,
        frame,
        join_address=_address(case, house) if method is Method.REQUEST else None,
        join_words=words.say("join_words"),
        asks=answers_to is not None,
    )
    if case.leaves_address:
        entry = left_behind(entry, case.address)
    elif method is Method.CANCEL:
        entry = cancelled(entry)
    return Invite(method=method, body=calendar([entry], method=method, prodid=PRODID))


def _slot_invite(case: Case, place: Speaking, house: House, words: Words) -> Invite | None:
    """The slot for a panellist's calendar, who comes or came, and has no seat in the meeting."""
    kind, method = case.message.kind, METHODS.get(case.message.kind)
    dropped = kind is MessageKind.PANEL_ENTRY_DROPPED
    if method is None or not (place.person.has_entry or dropped):
        return None
    changes = kind is MessageKind.PANEL_CHANGED
    if method is Method.REQUEST and not (place.comes and (place.slot or changes)):
        return None
    if kind is MessageKind.PANEL_WITHDRAWN and case.message.data.get("was") != "confirmed":
        return None
    if not dropped and kind is not MessageKind.PANEL_WITHDRAWN and not place.comes:
        return None
    entry = slot_entry(
        case.meeting,
        place.panel,
        place.person,
        _frame_of_speaker(case, house, words, place.stamp),
        room=place.room,
        page=_own_page(case, house, words.say("page_words")) if method is Method.REQUEST else None,
    )
    return _sent(case, entry, method)


def _rehearsal_invite(case: Case, place: Speaking, house: House, words: Words) -> Invite | None:
    """The rehearsal for a panellist's calendar, whether they have a seat in the meeting or not."""
    method, times = METHODS[case.message.kind], case.rehearses
    if times is None:
        return None
    entry = rehearsal_entry(
        case.meeting,
        place.panel,
        place.person,
        _frame_of_speaker(case, house, words, place.stamp),
        times=times,
        words=words.say("facts", "rehearsal"),
        page=_own_page(case, house, words.say("page_words")) if method is Method.REQUEST else None,
    )
    return _sent(case, entry, method)


def _briefing_invite(case: Case, named: NamedBriefer, house: House, words: Words) -> Invite | None:
    """The slot for a briefer's calendar, who has no seat in the meeting."""
    method, told = METHODS.get(case.message.kind), case.message.data
    if method is None or case.briefed is None or not (named.has_entry or told.get("had_entry")):
        return None
    page = None
    if method is Method.REQUEST:
        page = _own_page(case, house, words.say("briefing_words"))
    entry = briefing_entry(
        case.meeting,
        case.briefed.title,
        _slot_of_briefing(case),
        named,
        _frame_of_speaker(case, house, words, None),
        room=case.briefed.room,
        page=page,
    )
    return _sent(case, entry, method)


def _frame_of_speaker(case: Case, house: House, words: Words, stamp: datetime | None) -> Frame:
    return Frame(
        organizer=Organizer(
            name=plain(in_language(case.committee.name, [words.language])), address=house.mail_from
        ),
        languages=(words.language,),
        stamp=max(case.stamp, stamp or case.stamp),
        uid_domain=house.domain,
    )


def _own_page(case: Case, house: House, words: str) -> OwnPage | None:
    address = _address(case, house)
    return OwnPage(address, words) if address else None


def _sent(case: Case, entry: MeetingEntry, method: Method) -> Invite:
    if case.leaves_address:
        entry = left_behind(entry, case.address)
    elif method is Method.CANCEL:
        entry = cancelled(entry)
    return Invite(method=method, body=calendar([entry], method=method, prodid=PRODID))


def unsubscribe_address(case: Case, house: House) -> str | None:
    """Where a reader of digests stops them; the token is good for nothing else."""
    message = case.message
    if message.kind is not MessageKind.DIGEST or message.account_id is None:
        return None
    if house.secret is None:
        return f"{house.url}/v1/digests/unsubscribe/{LEFT_OUT}"
    token = digest_token(house.secret, message.account_id, UUID(message.data["committee_id"]))
    return f"{house.url}/v1/digests/unsubscribe/{token}"


def _address(case: Case, house: House) -> str | None:
    """The page with the token as its fragment, which browsers send to no server."""
    if case.message.kind is MessageKind.DIGEST:
        return unsubscribe_address(case, house)
    if case.message.kind in BRIEFINGS or case.named is not None:
        return _briefing_address(case, house)
    if case.link is None or METHODS.get(case.message.kind) is Method.CANCEL:
        return None
    page = {
        LinkPurpose.ANSWER_INVITATION: house.answer_url,
        LinkPurpose.SPEAK_ON_PANEL: house.speak_url,
    }.get(case.link.purpose, house.join_url)
    token = link_token(house.secret, case.link.id) if house.secret else LEFT_OUT
    return f"{page}#{token}"


def _briefing_address(case: Case, house: House) -> str | None:
    briefing = case.briefing
    if briefing is None or METHODS.get(case.message.kind) is Method.CANCEL:
        return None
    if house.secret is None:
        return f"{house.briefing_url}#{LEFT_OUT}"
    if case.to_briefer:
        return f"{house.briefing_url}#{briefer_token(house.secret, briefing.briefer_key)}"
    return f"{house.briefing_url}#{group_token(house.secret, briefing.group_key)}"


def _image(case: Case, house: House) -> str | None:
    """Fetched when the mail is opened, where the committee wants to know."""
    if not (case.committee.track_opening and house.opened_url and house.secret):
        return None
    return f"{house.opened_url}/{opening_token(house.secret, case.message.id)}.gif"


def _code(case: Case, house: House) -> str | None:
    """Of the link that was opened, which need not be the newest."""
    if house.secret is None:
        return LEFT_OUT
    asked_at = case.code_asked_at
    if asked_at is None:
        return None
    return link_code(house.secret, UUID(case.message.data["link_id"]), asked_at)


def _honorific(case: Case) -> str:
    reader = case.speaking.person if case.speaking else case.person
    return (reader and reader.honorific) or ""


def _committee(case: Case, words: Words) -> str:
    """A digest speaks for the committee that it is of, whichever working group's meetings are in
    it.
    """
    return _in(case.message.data.get("committee", case.committee.name), words)


def _entity(case: Case, words: Words) -> str:
    if case.entity is None:
        return ""
    name = in_language(case.entity.name, [words.language])
    said = words.say("entity", name=shown(name), abbreviation=shown(case.entity.abbreviation))
    return isolated(said)


def _contacts(meeting: Meeting, words: Words) -> str:
    """Whom to ask, as what, and where: the one kind of address that stays one."""
    return words.say("contacts", contacts=[_contact(each, words) for each in meeting.contacts])


def _contact(contact: Mapping[str, str | None], words: Words) -> str:
    name, role = (shown(contact.get(member) or "") for member in ("name", "role"))
    email = plain(contact.get("email") or "")
    return isolated(words.say("contact", name=name, role=role, email=email))


def _in(text: Mapping[str, str], words: Words) -> str:
    return value(in_language(dict(text), [words.language]))


@cache
def _layout(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    folder = resources.files("app.mail").joinpath("templates")
    texts = {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir()}
    return Environment(
        loader=DictLoader(texts),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
