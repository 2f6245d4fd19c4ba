"""Several changes within the committee's window are one mail a person, and it tells of all."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.queries import agenda_known
from app.core import clock
from app.core.ids import new_id
from app.jobs.queue import Patience
from app.mail import pace
from app.mail.lifecycle import DUE, MessageState
from app.mail.lifecycle import MessageKind as Kind
from app.mail.merging import WINDOWED, Told, merged, needless, said_by
from app.mail.pace import Limits
from app.mail.plainness import JOINER
from app.mail.sending import TASK, Sender
from app.mail.tables import Message
from app.mail.transports import MaildirTransport
from app.meetings.policy import Telling
from tests.mail.stage import AGENDA, DAY, HOUSE, Stage
from tests.mail.test_letters import body, event
from tests.mail.test_updates import TITLE, fresh

BEGIN = datetime(2021, 9, 1, tzinfo=UTC)
PERSON = "person1@example.org"
SUPPRESSED, SENT = MessageState.SUPPRESSED, MessageState.SENT


async def sent_to_person(stage: Stage, folder: Path, known: int) -> list[Message]:
    """What became of the person's mails, each sent in the order of planning."""
    post = Sender(stage.database, MaildirTransport(folder), HOUSE, Patience())
    planned = await fresh(stage, known)
    for message in planned:
        await post.send(message.id)
    return [message for message in await fresh(stage, known) if message.recipient == PERSON]


async def due(stage: Stage) -> int:
    async with stage.database.transaction() as session:
        ids, _ = await pace.list_unqueued(session, TASK, clock.now(), Limits())
    return len(ids)


async def test_changes_wait_for_each_other_and_the_first_sets_the_time(
    stage: Stage, set_clock
) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.let_changes_wait(3600)
    await stage.change(title=TITLE)
    await stage.follow()
    set_clock(DAY + timedelta(minutes=40))
    await stage.reschedule(hours=1)
    await stage.change_room(label="Another")
    told = await fresh(stage, known)
    assert [m.kind for m in told if m.recipient == PERSON] == [
        Kind.MEETING_UPDATED,
        Kind.MEETING_CHANGED,
        Kind.MEETING_UPDATED,
    ]
    first = told[0].created_at
    assert {message.due_at for message in told} == {first + timedelta(hours=1)}
    assert await due(stage) == 0
    set_clock(first + timedelta(hours=1))
    assert await due(stage) == len(told)


async def test_one_mail_tells_of_date_details_and_agenda_with_every_word(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.change(Telling(note="A better title."), title=TITLE)
    await stage.reschedule(note="The hall is needed.", hours=1)
    await stage.issue_agenda(Telling(note="With a panel."))
    await stage.change(Telling(note="A better title."), venue="Hall 3")
    told = await sent_to_person(stage, tmp_path, known)
    assert [(m.kind, m.state) for m in told] == [
        (Kind.MEETING_UPDATED, SUPPRESSED),
        (Kind.MEETING_CHANGED, SENT),
        (Kind.AGENDA_ISSUED, SUPPRESSED),
        (Kind.MEETING_UPDATED, SUPPRESSED),
    ]
    mail = await stage.mail(told[1])
    text = body(mail, "plain").splitlines()
    assert "The meeting has a new date or time as well." not in text
    for words in (
        "Other details have changed as well: what stands below holds now.",
        "A new version of the agenda has been issued as well.",
        "  A better title.",
        "  The hall is needed.",
        "  With a panel.",
        "  11:00 1 Opening",
        "  11:30 3 Closing",
    ):
        assert text.count(words) == 1, words
    assert "Canary" not in mail.as_string()
    entry, _ = event(mail)
    assert (entry["SUMMARY"], entry["SEQUENCE"]) == (TITLE["en"], 4)
    assert entry["DESCRIPTION"].endswith("1 Opening\n3 Closing")


async def test_a_later_window_tells_nothing_of_an_earlier_one(stage: Stage, tmp_path: Path) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.change(Telling(note="First."), title=TITLE)
    await stage.reschedule(note="Second.", hours=1)
    known += len(await sent_to_person(stage, tmp_path, known)) * 2
    await stage.reschedule(note="Third.", hours=1)
    (told,) = await sent_to_person(stage, tmp_path, known)
    text = body(await stage.mail(told), "plain")
    assert [word in text for word in ("First.", "Second.", "Third.")] == [False, False, True]
    assert "as well" not in text


async def test_an_agenda_is_told_with_its_items_and_updates_calendars(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.issue_agenda()
    person, focal_point = [await stage.mail(m) for m in await fresh(stage, known)]
    assert person["Subject"] == "Agenda: 6th meeting of the committee"
    assert "Agenda: COORDINATION-COMMITTEE-6/1" in body(person, "plain").splitlines()
    assert "10:30 3 Closing" in body(person, "plain")
    assert "10:30 3 Clôture" in body(focal_point, "plain")
    entry, other = event(person)
    assert (entry["SEQUENCE"], other.sequence.value) == (1, "1")


async def test_a_revision_is_told_by_what_has_changed_since_the_reader_was_told_last(
    stage: Stage, set_clock
) -> None:
    """Silent versions included; in the reader's language, and nothing of restricted items."""
    opening, hidden, closing = AGENDA
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.issue_agenda()
    await stage.issue_agenda()
    for message in (await fresh(stage, known))[2:]:  # neither has heard of the first
        first = body(await stage.mail(message), "plain")
        assert ("10:30 3 Cl" in first, "Rev.1" in first, "changed" in first) == (True, True, False)
    known += len(await fresh(stage, known))
    await stage.delivered()
    set_clock(DAY + timedelta(days=1))
    added = {"kind": "discussion", "title": {"en": "Al\u202elah www.evil.example"}, "minutes": 5}
    await stage.edit_agenda(opening | {"room": "Hall 1"}, hidden, closing, added)
    await stage.issue_agenda(Telling(silent=True))
    later = hidden | {"title": {"en": "Canary again"}, "room": "Canary room"}
    await stage.edit_agenda(opening, later, closing | {"minutes": 6}, added)
    await stage.issue_agenda()
    person, focal_point = [await stage.mail(m) for m in await fresh(stage, known)]
    text = body(person, "plain")
    told = text[text.index("Compared") : text.index("Join the meeting")].replace(JOINER, "")
    address = f"http://secretariat.example.org/v1/public/meetings/{stage.meeting.handle}/agenda"
    assert told == (
        "Compared with COORDINATION-COMMITTEE-6/1/Rev.1, issued on 2021-09-01\n"
        "All times are those of America/New_York.\n\n"
        "Added\n  4 Allah www.evil.example (10:36–10:41)\n\n"
        "At another time\n  3 Closing: 10:30–10:36 (before: 10:30–10:35)\n\n"
        f"All changes:\n{address}/versions/4/changes?since=2&language=en\n\n"
    )
    assert "what has changed is listed below" in text
    assert f'href="{address}/versions/4/changes?since=2&amp;language=en"' in body(person, "html")
    assert "Par rapport à COORDINATION-COMMITTEE-6/1/Rev.1" in body(focal_point, "plain")
    assert "3 Clôture : 10:30–10:36" in body(focal_point, "plain")
    for mail in (person, focal_point):
        assert "Canary" not in body(mail, "plain") + body(mail, "html")
        assert f"evil{JOINER}.{JOINER}example" in body(mail, "html")
    known += len(await fresh(stage, known))
    await stage.delivered()
    await stage.edit_agenda(
        opening, hidden | {"title": {"en": "Canary"}}, closing | {"minutes": 6}, added
    )
    await stage.issue_agenda()
    for message in await fresh(stage, known):  # for them nothing has changed: as a first version
        again = body(await stage.mail(message), "plain")
        assert ("10:30 3 Cl" in again, "Compared" in again, "Par rapport" in again) == (
            True,
            False,
            False,
        )
    await stage.edit_agenda(opening, hidden, closing | {"minutes": 9}, *[added] * 70)
    await stage.issue_agenda()
    await stage.reschedule(hours=1)
    *_, person, _ = [await stage.mail(message) for message in await fresh(stage, known)]
    text = body(person, "plain").replace(JOINER, "")
    lines = text[text.index("Compared") :].splitlines()
    assert (lines[1], lines[2], lines[4]) == ("", "Added", "  6 Allah www.evil.example")
    assert (text.count("Allah"), text.count("\n  …\n"), "10:" in "".join(lines)) == (60, 1, False)


async def test_a_meeting_that_moves_after_its_agenda_was_issued_tells_no_old_times(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    await stage.issue_agenda()
    await stage.reschedule(hours=1)
    told = await sent_to_person(stage, tmp_path, known)
    (mail,) = [await stage.mail(message) for message in told if message.state is SENT]
    text = body(mail, "plain").splitlines()
    assert [line.strip() for line in text if line.endswith(("Opening", "Closing"))] == [
        "1 Opening",
        "3 Closing",
    ]
    async with stage.database.transaction() as session:
        known_first = await agenda_known(session, stage.meeting.id, 2, None, None)
    assert known_first is not None, "nothing was written to somebody, who then gets all changes"


@pytest.mark.parametrize("silent", [True, False])
async def test_a_silent_change_is_written_to_nobody(stage: Stage, silent: bool) -> None:
    await stage.send()
    await stage.register()
    known = await stage.delivered()
    telling = Telling(silent=silent)
    await stage.change(telling, title=TITLE)
    await stage.issue_agenda(telling)
    assert len(await fresh(stage, known)) == (0 if silent else 4)
    await stage.reschedule(hours=1)
    entry, _ = event(await stage.mail((await fresh(stage, known))[-2]))
    assert (entry["SUMMARY"], entry["SEQUENCE"]) == (TITLE["en"], 3)


def test_no_two_kinds_each_say_the_other() -> None:
    pairs = [(one, two) for one in Kind for two in said_by(one) if one is not two]
    assert [(one, two) for one, two in pairs if one in said_by(two)] == []


OTHERS = st.frozensets(st.sampled_from([new_id(), new_id()]))
"""Meetings of a series of which a mail tells beside its own."""
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(sorted(WINDOWED | {Kind.REGISTRATION_CONFIRMED})),
        st.booleans(),
        OTHERS | st.just(frozenset()),
    ),
    min_size=1,
    max_size=8,
)


@given(changes=CHANGES, order=st.randoms(use_true_random=False))
def test_every_change_is_told_after_it_and_no_kind_twice_at_once(changes, order) -> None:
    """Changes come; at some moments all that waits is sent, in any order."""
    ticks = (BEGIN + timedelta(seconds=number) for number in count())
    messages: list[Told] = []
    tellings: list[tuple[datetime, Told, frozenset[Kind]]] = []

    def replace(message: Told, **members) -> Told:
        fresh_one = Told(**{s: getattr(message, s) for s in Told.__slots__} | members)
        messages[messages.index(message)] = fresh_one
        return fresh_one

    def send_what_waits() -> None:
        waiting = [message.id for message in messages if message.state in DUE]
        order.shuffle(waiting)
        told = []
        for message_id in waiting:
            (message,) = [each for each in messages if each.id == message_id]
            if needless(message, messages):
                replace(message, state=MessageState.SUPPRESSED)
                continue
            also = merged(message, messages).also
            moment = next(ticks)
            went = replace(message, state=MessageState.SENT, attempted_at=moment)
            tellings.append((moment, went, also | {went.kind}))
            told.append((went.kind, went.besides))
        assert len(told) == len(set(told))

    for kind, sends, besides in changes:
        messages.append(
            Told(
                id=new_id(),
                kind=kind,
                state=MessageState.PLANNED,
                created_at=next(ticks),
                attempted_at=None,
                besides=besides,
            )
        )
        if sends:
            send_what_waits()
    send_what_waits()
    for message in messages:
        assert any(
            moment >= message.created_at
            and went.kind in said_by(message.kind)
            and message.besides <= went.besides
            for moment, went, _ in tellings
        ), message
    for message in messages:
        if message.state is MessageState.SUPPRESSED:
            assert any(
                moment >= message.created_at
                and message.kind in kinds
                and message.besides <= went.besides
                for moment, went, kinds in tellings
            ), message
