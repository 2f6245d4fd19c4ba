"""What is told when an announced meeting changes, and to those who begin or cease to act."""

from app.core import clock
from app.entities import service as entities
from app.entities.lifecycle import FocalPointKind
from app.identity.lifecycle import LinkPurpose
from app.mail.lifecycle import MessageKind as Kind
from app.mail.policy import moot
from app.mail.queries import load_case
from app.mail.sending import _present
from app.mail.tables import Message
from tests.mail.stage import Stage
from tests.mail.test_letters import Page, body, event

FOCAL_POINT = "amina@example.org"
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


async def test_only_what_stands_in_calendars_is_told(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    await stage.change(description={"en": "More words."}, seat_quota=3, capacity=40)
    assert await fresh(stage, known) == []
    assert stage.meeting.calendar_sequence == 0


async def test_of_several_changes_the_last_is_told(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = len(await fresh(stage, 0))
    for title in ("Once", "Twice"):
        await stage.change(title={"en": title})
    told = await fresh(stage, known)
    of_one = [message for message in told if message.recipient == "person1@example.org"]
    reasons = []
    for message in of_one:
        async with stage.database.transaction() as session:
            case = await load_case(session, message, LinkPurpose.JOIN_MEETING)
        reasons.append(moot(message.kind, _present(case)))
    assert reasons == ["A later message says it.", None]
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
