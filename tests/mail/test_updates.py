"""What is told when an announced meeting changes, and to those who begin or cease to act."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.core import clock
from app.entities import service as entities
from app.entities.lifecycle import FocalPointKind
from app.identity.lifecycle import LinkPurpose
from app.jobs.queue import Patience
from app.mail.lifecycle import MessageKind as Kind
from app.mail.lifecycle import MessageState
from app.mail.plainness import JOINER
from app.mail.policy import moot
from app.mail.queries import load_case
from app.mail.sending import Sender, _present
from app.mail.tables import Message
from app.mail.transports import MaildirTransport
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from tests.mail.stage import HOUSE, Stage
from tests.mail.test_letters import NASTY, Page, body, event

FOCAL_POINT = "amina@example.org"
CONTACTS = [
    {"name": "Information; Officer, press", "role": "Media", "email": "pio@example.org"},
    {"name": "Mailbox", "role": None, "email": None},
]
NOT_THEN = "will not take place on the date below. A new date will be announced."
NOT_THEN_IN_FRENCH = "n'aura pas lieu à la date ci-dessous. Une nouvelle date sera annoncée."
FRENCH_LABEL = "Message des organisateurs :"
MOVES: dict[str, dict[str, int]] = {"reschedule": {"hours": 1}, "postpone": {}, "cancel": {}}
TITLE = {"en": "6th meeting, with a panel", "fr": "6e réunion, avec un panel"}


async def fresh(stage: Stage, known: int) -> list[Message]:
    """What was planned after so many messages."""
    await stage.follow()
    return (await stage.messages())[known:]


async def test_a_change_of_title_updates_every_entry_in_place(stage: Stage) -> None:
    await stage.send()
    for _ in range(3):
        await stage.register()
    confirmed = (await fresh(stage, 0))[1]
    first, _ = event(await stage.mail(confirmed))
    await stage.change(title=TITLE)
    told = await fresh(stage, 4)
    assert [(message.kind, message.recipient) for message in told] == [
        (Kind.MEETING_UPDATED, "person1@example.org"),
        (Kind.MEETING_UPDATED, "person2@example.org"),
        (Kind.MEETING_UPDATED, "person3@example.org"),
        (Kind.MEETING_UPDATED, FOCAL_POINT),
    ]
    seated, _, waiting, focal_point = [await stage.mail(message) for message in told]
    assert seated["Subject"] == "Changed: 6th meeting, with a panel"
    entry, other = event(seated)
    assert entry["UID"] == first["UID"] == other.uid.value
    assert (first["SEQUENCE"], entry["SEQUENCE"], other.sequence.value) == (0, 1, "1")
    assert (first["SUMMARY"], entry["SUMMARY"]) == ("6th meeting of the committee", TITLE["en"])
    assert entry["DTSTART"].dt == first["DTSTART"].dt
    for without in (waiting, focal_point):
        assert [p for p in without.walk() if p.get_content_type() == "text/calendar"] == []
    assert focal_point["Subject"] == "Modifiée : 6e réunion, avec un panel"


async def test_who_meets_in_person_has_no_conference(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.change(venue="Hall 3", format=MeetingFormat.IN_PERSON)
    told = [message for message in await fresh(stage, known) if message.registration_id]
    (entry, _) = event(await stage.mail(told[0]))
    assert entry["LOCATION"] == "Hall 3"
    assert "CONFERENCE" not in entry
    assert "/join#" in entry["DESCRIPTION"]


async def test_only_what_stands_in_calendars_is_told(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.change(description={"en": "More words."}, seat_quota=3, capacity=40)
    assert await fresh(stage, known) == []
    assert stage.meeting.calendar_sequence == 0


async def test_another_room_is_told_to_those_who_have_a_seat_and_nobody_learns_where(
    stage: Stage,
) -> None:
    await stage.send()
    for _ in range(3):
        await stage.register()
    confirmed, known = (await fresh(stage, 0))[1], 4
    async with stage.database.transaction() as session:
        confirmed.attempts = 1
        await session.merge(confirmed)
    address = "https://conference.example.org/j/other-canary"
    await stage.change_room(label="canary", join_address=address, passcode="canary")
    told = await fresh(stage, known)
    assert [(message.kind, message.recipient) for message in told] == [
        (Kind.MEETING_UPDATED, "person1@example.org"),
        (Kind.MEETING_UPDATED, "person2@example.org"),
    ]
    mail = await stage.mail(told[0])
    assert mail["References"] == confirmed.message_id
    entry, other = event(mail)
    first, _ = event(await stage.mail(confirmed))
    assert (entry["UID"], other.uid.value) == (first["UID"], first["UID"])
    assert (entry["SEQUENCE"], other.sequence.value) == (1, "1")
    assert entry["CONFERENCE"] == first["CONFERENCE"]
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    assert [b"canary" in part for part in parts if isinstance(part, bytes)] == [False] * 4
    await stage.change_room(label="canary")
    assert await fresh(stage, known + 2) == []


async def test_other_contacts_are_told_and_stand_in_the_entry(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.change(contacts=CONTACTS)
    mail = await stage.mail((await fresh(stage, known))[0])
    entry, other = event(mail)
    shown = ["Information; Officer, press (Media), pio@example.org", "Mailbox"]
    assert [str(contact) for contact in entry["CONTACT"]] == shown
    assert [contact.value for contact in other.contact_list] == shown
    assert entry["SEQUENCE"] == 1
    assert f"Contact: {'; '.join(shown)}" in body(mail, "plain").splitlines()


@pytest.mark.parametrize(
    ("status", "sequence"),
    [
        (MeetingStatus.DRAFT, 0),
        (MeetingStatus.SCHEDULED, 2),
        (MeetingStatus.POSTPONED, 2),
        (MeetingStatus.IN_SESSION, 2),
        (MeetingStatus.ADJOURNED, 0),
    ],
)
async def test_what_stands_in_no_calendar_yet_or_is_over_is_not_told(
    stage: Stage, status: MeetingStatus, sequence: int
) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.becomes(status)
    await stage.change(title=TITLE)
    await stage.change_room(label="Another")
    told = {message.kind for message in await fresh(stage, known)}
    assert told == ({Kind.MEETING_UPDATED} if sequence else set())
    async with stage.scene() as (_, meeting, _):
        assert meeting.calendar_sequence == sequence


async def test_an_entry_of_a_postponed_meeting_stays_tentative(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    await stage.postpone()
    known = len(await fresh(stage, 0))
    await stage.change(venue="Conference Room 9", format=MeetingFormat.HYBRID)
    mail = await stage.mail((await fresh(stage, known))[0])
    entry, other = event(mail)
    assert (entry["SEQUENCE"], entry["STATUS"], entry["LOCATION"]) == (
        2,
        "TENTATIVE",
        "Conference Room 9",
    )
    assert (other.status.value, other.location.value) == ("TENTATIVE", "Conference Room 9")


async def test_no_mail_passes_the_date_of_a_postponed_meeting_off_as_its_own(stage: Stage) -> None:
    await stage.send()
    first, *_ = [await stage.register() for _ in range(4)]
    await stage.withdraw(first)
    await stage.change(title=TITLE)
    await stage.follow()
    await stage.postpone()
    await stage.follow()
    told = []
    for message in await stage.messages():
        text = body(await stage.mail(message), "plain")
        told.append((message.kind, text.count(NOT_THEN) + text.count(NOT_THEN_IN_FRENCH)))
    silent = {Kind.REGISTRATION_WITHDRAWN}
    assert told == [(kind, int(kind not in silent)) for kind, _ in await stage.planned()]
    assert {kind for kind, _ in told} >= {Kind.MEETING_UPDATED, Kind.REGISTRATION_WAITING}


@pytest.mark.parametrize("later", ["change_room", "reschedule", "postpone", "cancel"])
async def test_whatever_is_told_later_tells_a_change_too(
    stage: Stage, tmp_path: Path, later: str
) -> None:
    """One mail a person, with all of it, although several facts were followed at once."""
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.change(title=TITLE)
    shift: dict[str, Any] = {"reschedule": {"days": 1}, "change_room": {"label": "Another"}}
    await getattr(stage, later)(**shift.get(later, {}))
    planned = await fresh(stage, known)
    post = Sender(stage.database, MaildirTransport(tmp_path), HOUSE, Patience())
    for message in planned:
        await post.send(message.id)
    told = [m for m in await fresh(stage, known) if m.recipient == "person1@example.org"]
    assert [m.state for m in told] == [MessageState.SUPPRESSED, MessageState.SENT]
    entry, _ = event(await stage.mail(told[1]))
    assert (entry["SUMMARY"], entry["SEQUENCE"]) == (TITLE["en"], 2)


async def test_who_gets_a_seat_after_a_change_hears_of_both_at_once(stage: Stage) -> None:
    await stage.send()
    first, _, third = [await stage.register() for _ in range(3)]
    known = len(await fresh(stage, 0))
    await stage.change(title=TITLE)
    await stage.withdraw(first)
    told = [m for m in await fresh(stage, known) if m.registration_id == third]
    assert [m.kind for m in told] == [Kind.MEETING_UPDATED, Kind.REGISTRATION_CONFIRMED]
    async with stage.database.transaction() as session:
        cases = [await load_case(session, message, LinkPurpose.JOIN_MEETING) for message in told]
    reasons = [moot(case.message.kind, _present(case)) for case in cases]
    assert reasons == ["Another message says it.", None]
    said = body(await stage.mail(told[1]), "plain")
    assert "A seat has fallen free and is yours. You are registered" in said


async def test_who_had_a_seat_at_once_is_told_of_none_that_fell_free(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    mail = await stage.mail((await fresh(stage, 0))[1])
    assert "fallen free" not in body(mail, "plain")


async def test_of_several_changes_the_last_is_told(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    for title in ("Once", "Twice"):
        await stage.change(title={"en": title})
    told = await fresh(stage, known)
    of_one = [message for message in told if message.recipient == "person1@example.org"]
    reasons = []
    for message in of_one:
        async with stage.database.transaction() as session:
            case = await load_case(session, message, LinkPurpose.JOIN_MEETING)
        reasons.append(moot(message.kind, _present(case)))
    assert reasons == ["Another message says it.", None]
    entry, _ = event(await stage.mail(of_one[-1]))
    assert (entry["SUMMARY"], entry["SEQUENCE"]) == ("Twice", 2)


async def test_the_organizers_word_and_contacts_are_told_as_text(stage: Stage) -> None:
    await stage.change(
        contacts=[
            {"name": "Information <b>Officer</b>", "role": "Media", "email": "pio@example.org"},
            {"name": "Mailbox", "role": None, "email": None},
        ]
    )
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.reschedule(note="The room is needed.\n<script>alert(1)</script>", hours=1)
    mail = await stage.mail((await fresh(stage, known))[0])
    text = body(mail, "plain").splitlines()
    place = text.index("Message from the organizers:")
    assert text[place + 1 : place + 3] == ["  The room is needed.", "  <script>alert(1)</script>"]
    assert "Contact: Information <b>Officer</b> (Media), pio@example.org; Mailbox" in text
    page = Page(body(mail, "html"))
    assert page.elements & {"script", "b"} == set()
    assert "The room is needed.\r\n<script>alert(1)</script>" in page.words


@pytest.mark.parametrize("move", ["reschedule", "postpone", "cancel"])
async def test_every_move_carries_its_word_to_everybody_in_their_language(
    stage: Stage, move: str
) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await getattr(stage, move)(note="Because.\r\nOf: this", **MOVES[move])
    person, focal_point = [await stage.mail(message) for message in await fresh(stage, known)]
    for mail, label in ((person, "Message from the organizers:"), (focal_point, FRENCH_LABEL)):
        text = body(mail, "plain").splitlines()
        place = text.index(label)
        assert text[place + 1 : place + 4] == ["  Because.", "  Of: this", ""]
        assert label in Page(body(mail, "html")).words
        assert "Of" not in mail


@pytest.mark.parametrize("nasty", NASTY)
async def test_words_and_contacts_are_text_and_nothing_else(stage: Stage, nasty: str) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.change(contacts=[{"name": nasty, "role": nasty, "email": "pio@example.org"}])
    await stage.postpone(note=nasty)
    shown = " ".join(re.split(r"[\s\u2028\u0085]+", nasty))
    bare = shown.replace("\u202e", "")
    for message in await fresh(stage, known):
        mail = await stage.mail(message)
        assert [name for name in mail if name in {"Bcc", "X"}] == []
        page = Page(body(mail, "html"))
        assert page.elements & {"script", "img", "iframe", "link", "form"} == set()
        assert {str(link).partition("#")[0] for link in page.links} <= {HOUSE.join_url}
        texts = [" ".join(body(mail, "plain").split()), " ".join(" ".join(page.words).split())]
        times = 3 if message.kind is Kind.MEETING_POSTPONED else 2
        assert [text.replace(JOINER, "").count(bare) for text in texts] == [times] * 2
        if message.registration_id is not None:
            entry, other = event(mail)
            (contact,) = {str(entry["CONTACT"]), other.contact.value}
            assert contact == f"{shown} ({shown}), pio@example.org"


async def test_a_move_without_a_word_has_none(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.reschedule(hours=1)
    mail = await stage.mail((await fresh(stage, known))[0])
    assert "Message from" not in body(mail, "plain")
    assert "Message from" not in body(mail, "html")


async def test_whoever_begins_to_act_gets_the_invitation_that_went_out(stage: Stage) -> None:
    await stage.send()
    await stage.follow()
    async with stage.database.transaction() as session:
        members = {"honorific": None, "job_title": None, "language": "en"}
        person = await entities.add_person(
            session, stage.entity, members | {"name": "New", "email": "new@example.org"}
        )
        await entities.name_focal_point(
            session, stage.entity, person, FocalPointKind.ALTERNATE, None
        )
    (message,) = await fresh(stage, 1)
    assert (message.kind, message.recipient) == (Kind.INVITATION, "new@example.org")
    links = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert [link.person_id for link in links] == [stage.focal_point.id, person.id]
    assert links[1].expires_at > clock.now()
    await stage.withdraw_invitation()
    known = 2 + len(await fresh(stage, 2))
    async with stage.database.transaction() as session:
        late = await entities.add_person(
            session, stage.entity, members | {"name": "Late", "email": "late@example.org"}
        )
        await entities.name_focal_point(session, stage.entity, late, FocalPointKind.ALTERNATE, None)
    assert await fresh(stage, known) == []
