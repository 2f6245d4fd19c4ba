"""Mails through a server with every fault, and into a Maildir."""

import mailbox
import re
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from app.core.database import Database
from app.jobs.queue import Patience
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.policy import GIVE_UP_AFTER, wait_before_retry
from app.mail.sending import Sender
from app.mail.tables import Message
from app.mail.transports import MaildirTransport, SmtpTransport, Transport
from tests.mail.sink import Sink, sink
from tests.mail.stage import DAY, HOUSE, Stage


@pytest.fixture
async def mail_server() -> AsyncIterator[Sink]:
    async with sink() as server:
        yield server


@pytest.fixture
async def message(stage: Stage) -> Message:
    """A planned invitation."""
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    return message


def sender(database: Database, transport: Transport) -> Sender:
    return Sender(database, transport, HOUSE, Patience(), chance=lambda: 1.0)


def through(mail_server: Sink, **members: Any) -> SmtpTransport:
    return SmtpTransport(host="127.0.0.1", port=mail_server.port, security="none", **members)


async def now(database: Database, message: Message) -> tuple[MessageState, int, str | None]:
    async with database.transaction() as session:
        found = await session.get_one(Message, message.id)
    return found.state, found.attempts, found.last_error


async def test_a_mail_is_sent_once(database: Database, mail_server: Sink, message: Message) -> None:
    post = sender(database, through(mail_server))
    await post.send(message.id)
    await post.send(message.id)
    (mail,) = mail_server.parsed()
    assert (mail["Message-ID"], mail["To"]) == (
        message.message_id,
        "Amina Rossi <amina@example.org>",
    )
    assert await now(database, message) == (MessageState.SENT, 1, None)


@pytest.mark.parametrize(
    ("where", "answer", "state"),
    [
        ("at_recipient", "450 4.2.0 try later", MessageState.DELAYED),
        ("at_recipient", "421 4.3.2 closing", MessageState.DELAYED),
        ("at_recipient", "550 5.1.1 no such user", MessageState.BOUNCED),
        ("at_recipient", "550 5.7.1 not from you", MessageState.FAILED),
        ("at_data", "451 4.3.0 no disk", MessageState.DELAYED),
        ("at_data", "554 5.6.0 not like this", MessageState.FAILED),
    ],
)
async def test_an_answer_decides_whether_it_is_tried_again(
    database: Database,
    mail_server: Sink,
    message: Message,
    where: str,
    answer: str,
    state: MessageState,
    set_clock,
) -> None:
    getattr(mail_server, where).append(answer)
    post = sender(database, through(mail_server))
    await post.send(message.id)
    await post.send(message.id)
    assert await now(database, message) == (state, 1, answer)
    set_clock(DAY + timedelta(seconds=20))
    await post.send(message.id)
    if state is MessageState.DELAYED:
        assert await now(database, message) == (MessageState.SENT, 2, None)
        assert set(mail_server.message_ids) == {message.message_id}
    else:
        assert await now(database, message) == (state, 1, answer)


async def test_what_was_taken_but_not_answered_comes_again_as_the_same(
    database: Database, mail_server: Sink, message: Message, set_clock
) -> None:
    mail_server.at_data = ["drop"]
    post = sender(database, through(mail_server))
    await post.send(message.id)
    assert (await now(database, message))[0] is MessageState.DELAYED
    set_clock(DAY + timedelta(seconds=20))
    await post.send(message.id)
    assert mail_server.message_ids == [message.message_id] * 2
    assert (await now(database, message))[0] is MessageState.SENT


async def test_a_server_that_hangs_is_left(
    database: Database, mail_server: Sink, message: Message
) -> None:
    mail_server.at_data = ["hang"]
    await sender(database, through(mail_server, timeout=0.2)).send(message.id)
    assert (await now(database, message))[0] is MessageState.DELAYED


async def test_a_server_without_the_asked_for_security_gets_nothing(
    database: Database, mail_server: Sink, message: Message, set_clock
) -> None:
    for security in ("starttls", "tls"):
        transport = SmtpTransport(
            host="127.0.0.1", port=mail_server.port, security=security, timeout=2
        )
        await sender(database, transport).send(message.id)
        set_clock(DAY + timedelta(hours=1))
    assert mail_server.mails == []
    assert (await now(database, message))[:2] == (MessageState.DELAYED, 2)


async def test_no_server_at_all_ends_in_giving_up(
    database: Database, message: Message, set_clock
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        transport = SmtpTransport(host="127.0.0.1", port=unused.getsockname()[1], security="none")
        post = sender(database, transport)
        for attempt in range(GIVE_UP_AFTER):
            set_clock(DAY + (attempt + 1) * timedelta(hours=7))
            await post.send(message.id)
    assert (await now(database, message))[:2] == (MessageState.FAILED, GIVE_UP_AFTER)


async def test_a_maildir_that_any_program_opens(
    database: Database, message: Message, tmp_path: Path
) -> None:
    post = sender(database, MaildirTransport(tmp_path / "mail"))
    await post.send(message.id)
    async with database.transaction() as session:
        found = await session.get_one(Message, message.id)
        found.state = MessageState.PLANNED
    await post.send(message.id)
    box = mailbox.Maildir(tmp_path / "mail", create=False)
    ((key, mail),) = box.items()
    assert mail["Message-ID"] == message.message_id
    assert b"\r" not in box.get_bytes(key)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert [(tmp_path / "mail" / part).stat().st_mode & 0o777 for part in ("new", "tmp")] == [
        0o700
    ] * 2


async def test_what_is_no_longer_true_is_not_said(
    stage: Stage, database: Database, mail_server: Sink, set_clock
) -> None:
    await stage.send()
    people = [await stage.register() for _ in range(3)]
    await stage.follow()
    await stage.withdraw(people[0])
    await stage.reschedule(days=1)
    await stage.follow()
    await stage.reschedule(days=1)
    await stage.follow()
    post = sender(database, through(mail_server))
    for message in await stage.messages():
        await post.send(message.id)
    told: dict[str, list[MessageKind]] = {}
    for message in await stage.messages():
        if message.state is MessageState.SENT:
            told.setdefault(message.recipient, []).append(message.kind)
    kind = MessageKind
    assert told == {
        "amina@example.org": [kind.INVITATION, kind.MEETING_CHANGED],
        "person1@example.org": [kind.REGISTRATION_WITHDRAWN],
        "person2@example.org": [kind.REGISTRATION_CONFIRMED, kind.MEETING_CHANGED],
        "person3@example.org": [kind.REGISTRATION_CONFIRMED, kind.MEETING_CHANGED],
    }
    assert {m.state for m in await stage.messages()} == {MessageState.SENT, MessageState.SUPPRESSED}
    set_clock(DAY + timedelta(days=60))
    await stage.postpone()
    await stage.follow()
    await post.send((await stage.messages())[-1].id)
    last = (await stage.messages())[-1]
    assert (last.state, last.last_error) == (MessageState.SUPPRESSED, "The meeting is over.")


async def test_a_corrected_address_counts_at_once(
    stage: Stage, database: Database, mail_server: Sink, message: Message
) -> None:
    async with database.transaction() as session:
        person = await session.merge(stage.focal_point)
        person.email = "rossi@example.org"
    await sender(database, through(mail_server)).send(message.id)
    assert [mail["To"] for mail in mail_server.parsed()] == ["Amina Rossi <rossi@example.org>"]
    assert (await stage.messages())[0].recipient == "rossi@example.org"


async def test_a_letter_that_cannot_be_made_waits_and_is_seen(
    database: Database, mail_server: Sink, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a phrase is missing")

    monkeypatch.setattr("app.mail.sending.write", fail)
    await sender(database, through(mail_server)).send(message.id)
    assert await now(database, message) == (MessageState.DELAYED, 1, "KeyError")


async def test_tokens_are_in_no_log(
    database: Database,
    mail_server: Sink,
    message: Message,
    set_clock,
    capfd: pytest.CaptureFixture[str],
) -> None:
    mail_server.at_recipient = ["450 later"]
    post = sender(database, through(mail_server))
    await post.send(message.id)
    set_clock(DAY + timedelta(seconds=20))
    await post.send(message.id)
    (mail,) = mail_server.parsed()
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    (token,) = re.findall(r"#(\S+)", part.get_content())
    logged = "".join(capfd.readouterr())
    assert [secret in logged for secret in (token, "amina@example.org", "Amina")] == [False] * 3
    async with database.transaction() as session:
        rows = (await session.execute(select(Message).order_by(col(Message.id)))).scalars()
        assert [token in str(row) for row in rows] == [False]


@given(attempts=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_waits_grow_and_are_bounded(attempts: int, chance: float) -> None:
    first, longest = timedelta(seconds=10), timedelta(hours=6)
    wait = wait_before_retry(attempts, first, longest, chance)
    assert first / 2 <= wait <= longest
    assert wait <= wait_before_retry(attempts + 1, first, longest, 1)
