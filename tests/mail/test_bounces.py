"""Mails that do not arrive: what becomes of their addresses, and what organizers can do."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core import clock
from app.events.tables import LogEntry
from app.identity.lifecycle import LinkPurpose
from app.jobs.queue import Patience
from app.mail.bounces import record_bounce
from app.mail.lifecycle import MessageState
from app.mail.queries import lock_message
from app.mail.sending import Sender
from app.mail.smtp import SmtpTransport
from app.mail.tables import Message
from tests.mail.sink import Sink, sink
from tests.mail.stage import DAY, HOUSE, Stage
from tests.world import World, post

NO_SUCH_USER = "550 5.1.1 no such user"
SUPPRESSED = "/v1/suppressed-addresses"


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def organizer(stage: Stage, world: World) -> httpx.AsyncClient:
    return await world.organizer({"id": stage.committee.id})


@pytest.fixture
async def mail_server() -> AsyncIterator[Sink]:
    async with sink() as server:
        yield server


@pytest.fixture
async def sender(stage: Stage, mail_server: Sink) -> AsyncIterator[Sender]:
    transport = SmtpTransport(host="127.0.0.1", port=mail_server.port, security="none")
    yield Sender(stage.database, transport, HOUSE, Patience(), chance=lambda: 1.0)
    await transport.close()


@pytest.fixture
async def message(stage: Stage) -> Message:
    """A planned invitation."""
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    return message


async def bounce(sender: Sender, mail_server: Sink, message: Message, answer: str) -> None:
    mail_server.at_recipient = [answer]
    await sender.send(message.id)


async def facts(stage: Stage, *names: str) -> list[dict[str, Any]]:
    async with stage.database.transaction() as session:
        statement = select(LogEntry).where(LogEntry.name.in_(names)).order_by(LogEntry.id)  # type: ignore[attr-defined, arg-type]  # columns
        return [entry.data for entry in (await session.execute(statement)).scalars()]


async def shown(client: httpx.AsyncClient, message: Message) -> dict[str, Any]:
    answer = await client.get(f"/v1/messages/{message.id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def suppressed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get(SUPPRESSED)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_an_address_that_bounced_gets_no_more_mails(
    stage: Stage, sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient
) -> None:
    await bounce(sender, mail_server, message, NO_SUCH_USER)
    assert (await shown(organizer, message))["state"] == "bounced"
    await stage.cancel()
    await stage.follow()
    later = (await stage.messages())[-1]
    await sender.send(later.id)
    found = await shown(organizer, later)
    reason = f"The address refused mail on 2021-09-01: {NO_SUCH_USER}"
    assert (found["state"], found["last_error"], found["attempts"]) == ("bounced", reason, 0)
    assert mail_server.mails == []
    (address,) = await suppressed(organizer)
    assert (address["address"], address["reason"]) == ("amina@example.org", NO_SUCH_USER)
    (fact,) = await facts(stage, "address.suppressed")
    assert fact == {"message_id": str(message.id), "person_id": str(stage.focal_point.id)}


@pytest.mark.parametrize("answer", ["550 5.7.1 policy", "554 no", "552 5.2.2 mailbox full"])
async def test_what_says_nothing_of_the_address_suppresses_none(
    sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient, answer: str
) -> None:
    await bounce(sender, mail_server, message, answer)
    assert (await shown(organizer, message))["last_error"] == answer
    assert await suppressed(organizer) == []


async def test_another_address_of_the_person_gets_mails(
    stage: Stage, sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient
) -> None:
    await bounce(sender, mail_server, message, NO_SUCH_USER)
    path = f"/v1/messages/{message.id}/retry"
    refused = await organizer.post(path)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
        409,
        "recipient-suppressed",
    )
    async with stage.database.transaction() as session:
        person = await session.merge(stage.focal_point)
        person.email = "rossi@example.org"
    again = await post(organizer, path)
    assert (again["state"], again["recipient"], again["attempts"], again["allowed"]) == (
        "planned",
        "rossi@example.org",
        1,
        [],
    )
    await sender.send(message.id)
    (mail,) = mail_server.parsed()
    assert (mail["To"], mail["Message-ID"]) == (
        "Amina Rossi <rossi@example.org>",
        message.message_id,
    )
    assert (await shown(organizer, message))["attempts"] == 2


async def test_a_lifted_address_is_tried_again_and_may_bounce_again(
    stage: Stage, sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await bounce(sender, mail_server, message, NO_SUCH_USER)
        (address,) = await suppressed(organizer)
        lifted = await organizer.delete(f"{SUPPRESSED}/{address['id']}")
        assert (lifted.status_code, await suppressed(organizer)) == (204, [])
        assert (await organizer.delete(f"{SUPPRESSED}/{address['id']}")).status_code == 404
        await post(organizer, f"/v1/messages/{message.id}/retry")
    await sender.send(message.id)
    assert (await shown(organizer, message))["state"] == "sent"
    assert [len(await facts(stage, f"address.{name}")) for name in ("suppressed", "released")] == [
        2,
        2,
    ]
    assert [fact["before"] for fact in await facts(stage, "message.retried")] == ["bounced"] * 2


async def test_a_report_that_comes_later_counts_as_an_answer(
    stage: Stage, sender: Sender, message: Message, organizer: httpx.AsyncClient
) -> None:
    await sender.send(message.id)
    async with stage.database.transaction() as session:
        held = await lock_message(session, message.id)
        await record_bounce(session, held, "5.1.1 unknown\r\nBcc: x", hard=True)
    found = await shown(organizer, message)
    assert (found["state"], found["last_error"]) == ("bounced", "5.1.1 unknown Bcc: x")
    assert found["sent_at"] is not None
    assert len(await suppressed(organizer)) == 1


async def test_organizers_see_addresses_that_their_own_meetings_wrote_to(
    sender: Sender, mail_server: Sink, message: Message, world: World
) -> None:
    await bounce(sender, mail_server, message, NO_SUCH_USER)
    stranger = await world.organizer(await world.committee())
    (address,) = await suppressed(world.administrator)
    assert await suppressed(stranger) == []
    assert (await stranger.delete(f"{SUPPRESSED}/{address['id']}")).status_code == 404
    assert (await stranger.get(f"/v1/messages/{message.id}")).status_code == 404


async def test_only_what_did_not_go_out_is_tried_again(
    sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient, set_clock
) -> None:
    path = f"/v1/messages/{message.id}/retry"

    async def refused() -> tuple[str, str]:
        answer = (await organizer.post(path)).json()
        return answer["type"].rpartition("/")[2], answer["state"]

    assert await refused() == ("message-not-retriable", "planned")
    await bounce(sender, mail_server, message, "450 4.2.0 later")
    delayed = await shown(organizer, message)
    assert (delayed["state"], delayed["allowed"]) == ("delayed", ["retry"])
    assert delayed["due_at"] > delayed["created_at"]
    again = await post(organizer, path)
    assert (again["state"], again["due_at"] < delayed["due_at"]) == ("planned", True)
    await sender.send(message.id)
    assert await refused() == ("message-not-retriable", "sent")


async def test_an_invitation_whose_link_has_expired_gets_a_fresh_one(
    stage: Stage,
    sender: Sender,
    mail_server: Sink,
    message: Message,
    organizer: httpx.AsyncClient,
    set_clock,
) -> None:
    await bounce(sender, mail_server, message, "550 5.7.1 policy")
    assert stage.meeting.registration_closes_at is not None
    set_clock(stage.meeting.registration_closes_at + timedelta(hours=1))
    await post(organizer, f"/v1/messages/{message.id}/retry")
    old, fresh = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert old.expires_at < clock.now() < fresh.expires_at
    await sender.send(message.id)
    assert (await shown(organizer, message))["state"] == "sent"


async def test_the_board_counts_mails_by_their_state(
    stage: Stage, sender: Sender, mail_server: Sink, message: Message, organizer: httpx.AsyncClient
) -> None:
    path = f"/v1/meetings/{stage.meeting.id}/invitations"
    nothing = dict.fromkeys(("planned", "sent", "delayed", "bounced", "failed"), 0)
    for answer, state in (("450 later", "delayed"), ("550 5.7.1 no", "failed"), ("", "sent")):
        mail_server.at_recipient = [answer] if answer else []
        await sender.send(message.id)
        (row,) = (await organizer.get(path)).json()["items"]
        assert (row["mails"], row["last_message"]["state"]) == (nothing | {state: 1}, state)
        assert row["last_message"]["opened_at"] is None
        if state != "sent":
            await post(organizer, f"/v1/messages/{message.id}/retry")
    assert (await stage.messages())[0].state is MessageState.SENT
