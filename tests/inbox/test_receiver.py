"""The receiver: bounded, honest to the sender, and still there for the next mail."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from unittest.mock import patch

import asyncpg
import pytest
from fastapi import FastAPI

from app.inbox import mime, smtp
from app.mail.addresses import Use, tagged
from app.mail.bounces import find_suppressed
from app.mail.lifecycle import MessageState
from app.receiver import listening
from app.settings import Settings
from tests.inbox.post import Post
from tests.inbox.test_reading import BOMBS, HEAD, report
from tests.mail.stage import SECRET, Stage

HELLO = HEAD + b"To: replies@example.org\r\n\r\nYes.\r\n"
OURS = "replies@example.org"


@asynccontextmanager
async def talking(port: int) -> AsyncIterator["Talk"]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    talk = Talk(reader, writer)
    await talk.hear()
    try:
        yield talk
    finally:
        writer.close()


class Talk:
    """The words of a client, one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> str:
        """One answer, all its lines."""
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 60)).decode()
            if line[3:4] != "-":
                return line.rstrip()

    async def say(self, *lines: str) -> list[str]:
        heard = []
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")
            await self.writer.drain()
            heard.append(await self.hear())
        return heard

    async def send(self, content: bytes, recipient: str = OURS) -> str:
        await self.say("MAIL FROM:<a@example.org>", f"RCPT TO:<{recipient}>", "DATA")
        self.writer.write(content + b"\r\n.\r\n")
        await self.writer.drain()
        return await self.hear()


async def test_who_is_none_of_ours_is_refused_before_the_mail_is_sent(post: Post) -> None:
    answers = {
        "replies@example.org": 250,
        "REPLIES+nothing@EXAMPLE.ORG": 250,
        tagged(OURS, Use.ENTRY, post.stage.meeting.id, SECRET): 250,
        "replies@elsewhere.example.org": 550,
        "secretariat@example.org": 550,
        "repliesx@example.org": 550,
        "x+replies@example.org": 550,
    }
    async with talking(post.port) as talk:
        await talk.say("EHLO outside.example.org", "MAIL FROM:<a@example.org>")
        heard = [(await talk.say(f"RCPT TO:<{who}>"))[0] for who in answers]
    assert [int(words[:3]) for words in heard] == list(answers.values())
    assert heard[3].startswith("550 5.1.1")
    assert await post.rows() == []


async def test_bombs_are_refused_and_the_next_mail_is_taken(post: Post) -> None:
    """Counted in headers that are parsed: none of what is too large, few of the rest."""
    found = {}
    for taken, (name, bomb) in enumerate(BOMBS.items()):
        counting = patch.object(mime, "message_from_bytes", wraps=message_from_bytes)
        with counting as parse:
            code, _ = await post.hand_in(bomb, OURS)
        allowed = mime.MAX_DEPTH + 1 if code == 554 else 0
        assert parse.call_count <= allowed, name
        found[name] = code
        assert len(await post.rows()) == taken, name
        assert (await post.hand_in(HELLO + name.encode(), OURS))[0] == 250
    sizes = {name: 554 if len(bomb) < 300_000 else 552 for name, bomb in BOMBS.items()}
    assert found == sizes
    assert set(await post.outcomes()) == {("unknown", "held", "answers_nothing")}


async def test_a_mail_over_the_limit_is_refused_by_its_size_alone(post: Post) -> None:
    async with talking(post.port) as talk:
        (words,) = await talk.say("EHLO outside.example.org")
        (refused,) = await talk.say("MAIL FROM:<a@example.org> SIZE=300001")
    assert words.startswith("250")
    assert refused.startswith("552")


async def test_a_huge_mail_takes_no_memory_and_the_same_connection_goes_on(
    settings: Settings, app: FastAPI, stage: Stage
) -> None:
    """25 MB where 10 are allowed: listened to, kept nowhere."""
    settings = settings.model_copy(update={"inbound_limit": 10_000_000})
    chunk = b"x" * 76 + b"\r\n"
    async with listening(settings, app.state.database) as (_, port), talking(port) as talk:
        await talk.say("EHLO x", "MAIL FROM:<a@example.org>", f"RCPT TO:<{OURS}>", "DATA")
        tracemalloc.start()
        for _ in range(25):
            talk.writer.write(chunk * 13_000)
            await talk.writer.drain()
        talk.writer.write(b".\r\n")
        refused = await talk.hear()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert refused.startswith("552 5.3.4")
        assert peak < 25_000_000
        assert (await talk.send(HELLO)).startswith("250")


async def test_whoever_never_ends_is_hung_up_on(post: Post) -> None:
    async with talking(post.port) as talk:
        await talk.say("EHLO x", "MAIL FROM:<a@example.org>", f"RCPT TO:<{OURS}>", "DATA")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await endless(talk)
    assert (await post.hand_in(HELLO, OURS))[0] == 250


async def endless(talk: Talk) -> None:
    for _ in range(100):
        talk.writer.write(b"x" * 70_000 + b"\r\n")
        await talk.writer.drain()
        await asyncio.sleep(0)
    await talk.reader.readexactly(1)


async def test_dots_at_the_beginning_of_lines_are_the_protocols(post: Post) -> None:
    body = b"..one\r\n...two\r\nthree.\r\n..\r\nfour"
    async with talking(post.port) as talk:
        await talk.say("EHLO x")
        assert (await talk.send(HEAD + b"\r\n" + body)).startswith("250")
    assert [row.excerpt for row in await post.rows()] == [".one\n..two\nthree.\n.\nfour"]


async def test_only_so_many_may_come_at_once(post: Post) -> None:
    with patch.object(smtp, "MAX_CONNECTIONS", 2):
        async with talking(post.port), talking(post.port):
            reader, writer = await asyncio.open_connection("127.0.0.1", post.port)
            assert (await reader.readline()).startswith(b"421")
            assert await reader.read() == b""
            writer.close()
    assert (await post.hand_in(HELLO, OURS))[0] == 250


async def test_only_so_much_may_come_at_once(post: Post) -> None:
    with patch.object(smtp, "MAX_WHOLE_MAILS", 0):
        assert (await post.hand_in(HELLO, OURS))[0] == 452
    assert (await post.hand_in(HELLO, OURS))[0] == 250


async def test_who_says_nothing_is_hung_up_on(
    settings: Settings, app: FastAPI, stage: Stage
) -> None:
    with patch.object(smtp, "IDLE_SECONDS", 0.05):
        async with listening(settings, app.state.database) as (_, port), talking(port) as talk:
            assert await asyncio.wait_for(talk.reader.read(), 60) == b""


async def test_without_a_database_the_sender_is_told_to_try_again(
    post: Post, database_url: str, app: FastAPI
) -> None:
    name = database_url.rpartition("/")[2]
    admin = await asyncpg.connect(database_url.rpartition("/")[0] + "/postgres")
    await app.state.database.engine.dispose()
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    try:
        await admin.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        code, _ = await post.hand_in(HELLO, OURS)
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()
    assert code == 451
    assert (await post.hand_in(HELLO, OURS))[0] == 250
    assert len(await post.rows()) == 1


async def test_lmtp_answers_for_each_recipient(
    settings: Settings, app: FastAPI, stage: Stage
) -> None:
    settings = settings.model_copy(update={"receiver_protocol": "lmtp"})
    async with listening(settings, app.state.database) as (_, port), talking(port) as talk:
        hello, wrong = await talk.say("LHLO mx.example.org", "EHLO mx.example.org")
        assert (hello[:3], wrong[:3]) == ("250", "500")
        for content, answer in ((HELLO, "250"), (b"\0", "554")):
            await talk.say("MAIL FROM:<a@example.org>", f"RCPT TO:<{OURS}>")
            assert (await talk.say("RCPT TO:<nobody@example.org>"))[0].startswith("550")
            await talk.say("RCPT TO:<replies+x@example.org>", "DATA")
            talk.writer.write(content + b"\r\n.\r\n")
            assert [(await talk.hear())[:3] for _ in range(2)] == [answer] * 2
        assert (await talk.say("QUIT"))[0].startswith("221")


async def sent(post: Post) -> tuple[str, str]:
    """Message-ID and envelope sender of a mail that went out."""
    await post.stage.register()
    (mail,) = await post.deliver()
    return str(mail["Message-ID"]), post.sink.senders[-1]


async def test_a_report_of_failure_lets_the_message_bounce(post: Post) -> None:
    message_id, back = await sent(post)
    message = await post.message(message_id)
    failed = report("failed", "5.1.1", message_id, message.recipient.upper())
    code, _ = await post.hand_in(failed, back, "")
    message = await post.message(message_id)
    assert code == 250
    assert message.state is MessageState.BOUNCED
    assert message.last_error == "5.1.1 smtp; 550 5.1.1 User unknown"
    async with post.stage.database.transaction() as session:
        assert await find_suppressed(session, message.recipient) is not None
    row = (await post.rows())[0]
    assert row.answers_message_id == message.id
    await post.hand_in(report("failed", "5.2.2", message_id), back, "")
    assert await post.outcomes() == [
        ("report", "applied", None),
        ("report", "ignored", "repeated"),
    ]


async def test_where_an_address_forwards_to_nobody_it_is_told_and_still_written_to(
    post: Post,
) -> None:
    message_id, back = await sent(post)
    await post.hand_in(
        report("failed", "5.1.1", message_id, "gone@elsewhere.example.org"), back, ""
    )
    message = await post.message(message_id)
    assert message.state is MessageState.BOUNCED
    async with post.stage.database.transaction() as session:
        assert await find_suppressed(session, message.recipient) is None


@pytest.mark.parametrize(
    ("action", "status", "state", "outcome"),
    [
        ("delayed", "4.4.1", MessageState.SENT, ("report", "filed", "delayed")),
        ("failed", "4.4.7", MessageState.FAILED, ("report", "applied", None)),
        ("failed", "5.2.2", MessageState.FAILED, ("report", "applied", None)),
        ("failed", "5.0.0", MessageState.BOUNCED, ("report", "applied", None)),
        ("delivered", "2.0.0", MessageState.SENT, ("report", "ignored", "delivered")),
    ],
)
async def test_other_reports(post: Post, action: str, status: str, state, outcome) -> None:
    message_id, back = await sent(post)
    await post.hand_in(report(action, status, message_id), back, "")
    assert (await post.message(message_id)).state is state
    assert await post.outcomes() == [outcome]


async def test_a_report_to_another_address_is_not_believed(post: Post) -> None:
    message_id, _ = await sent(post)
    await post.hand_in(report("failed", "5.1.1", message_id), OURS, "")
    await post.hand_in(report("failed", "5.1.1", "<x@example.org>"), OURS, "")
    assert (await post.message(message_id)).state is MessageState.SENT
    assert await post.outcomes() == [
        ("report", "held", "unproven"),
        ("report", "held", "answers_nothing"),
    ]


@pytest.mark.parametrize("use", [Use.ANSWER, Use.ENTRY])
async def test_where_people_answer_no_server_is_believed(post: Post, use: Use) -> None:
    """Whoever is in a conversation knows that address; only servers know the other one."""
    message_id, _ = await sent(post)
    message = await post.message(message_id)
    assert message.registration_id is not None
    key = message.id if use is Use.ANSWER else message.registration_id
    address = tagged(OURS, use, key, SECRET)
    await post.hand_in(report("failed", "5.1.1", message_id), address, "")
    assert (await post.message(message_id)).state is MessageState.SENT
    async with post.stage.database.transaction() as session:
        assert await find_suppressed(session, message.recipient) is None
    assert {outcome[1] for outcome in await post.outcomes()} == {"held"}


async def test_what_people_and_programs_write_is_filed_with_what_it_answers(post: Post) -> None:
    message_id, back = await sent(post)
    message = await post.message(message_id)
    to_message = tagged(OURS, Use.ANSWER, message.id, SECRET)
    assert message.registration_id is not None
    to_entry = tagged(OURS, Use.ENTRY, message.registration_id, SECRET)
    refers = HEAD + f"In-Reply-To: {message_id}\r\n\r\nI refer.\r\n".encode()
    away = HEAD + b"Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n"
    for mail, recipient, sender in (
        (HEAD + b"\r\nI come with a colleague.\r\n", to_message, "a@example.org"),
        (HEAD + b"\r\nI answer the entry.\r\n", to_entry, "a@example.org"),
        (refers, OURS, "a@example.org"),
        (away, to_message, "a@example.org"),
        (HEAD + b"\r\nUnknown user.\r\n", back, ""),
        (HEAD + b"\r\nI answer nothing.\r\n", OURS, "a@example.org"),
    ):
        assert (await post.hand_in(mail, recipient, sender))[0] == 250
    rows = await post.rows()
    assert [(row.kind.value, row.state.value, row.answers_message_id) for row in rows] == [
        ("answer", "filed", message.id),
        ("answer", "filed", None),
        ("answer", "filed", message.id),
        ("auto_reply", "filed", message.id),
        ("report", "filed", message.id),
        ("unknown", "held", None),
    ]
    assert {row.registration_id for row in rows} == {message.registration_id, None}
    assert rows[0].excerpt == "I come with a colleague."


async def test_what_postgresql_cannot_hold_is_left_out(post: Post) -> None:
    mail = b"From: a@example.org\r\nSubject: =?utf-16?b?2AAAAA==?=\r\n\r\n\0\xed\xa0\x80\r\n"
    assert (await post.hand_in(mail, OURS))[0] == 250
    assert len(await post.rows()) == 1
