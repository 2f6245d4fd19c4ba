"""Links that are bound to their mailbox: the code, its tries, its times; and organizers' means."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.committees.tables import Committee
from app.core import clock
from app.core.limits import Limiter
from app.identity import queries, service
from app.identity.lifecycle import LinkPurpose
from app.identity.policy import CODE_LIFE, CODE_PAUSE, CODE_TRIES, CODES
from app.identity.tables import Link
from app.identity.tokens import link_code, link_token
from app.jobs.queue import Patience
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.sending import Sender
from tests.mail.stage import DAY, HOUSE, SECRET, Stage
from tests.world import World

EXCHANGE, RENEW = "/v1/links/exchange", "/v1/links/renew"
MANY = 64
NEEDED, WRONG = (403, "link-code-needed"), (403, "link-code-wrong")


def slug(answer: httpx.Response) -> tuple[int, str]:
    if answer.is_success:
        return answer.status_code, ""
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    """The committee binds its links, and one has gone out."""
    set_clock(DAY)
    stage = await Stage.set(app.state.database)
    async with stage.database.transaction() as session:
        (await session.get_one(Committee, stage.committee.id)).links_bound = True
    await stage.send()
    await stage.follow()
    return stage


async def newest(stage: Stage) -> Link:
    return (await stage.links(LinkPurpose.ANSWER_INVITATION))[-1]


async def token_of(stage: Stage) -> str:
    return link_token(SECRET, (await newest(stage)).id)


async def mailed_code(stage: Stage) -> str:
    """As the mailbox shows it."""
    await stage.follow()
    message = (await stage.messages())[-1]
    assert message.kind is MessageKind.LINK_CODE
    mail = await stage.mail(message)
    body = mail.get_body(("plain",))
    assert body is not None
    (code,) = re.findall(r"^(\d{6})\r?$", body.get_content(), re.MULTILINE)
    return str(code)


async def exchange(client: httpx.AsyncClient, token: str, code: str | None = None) -> Any:
    body = {"token": token} | ({"code": code} if code else {})
    return await client.post(EXCHANGE, json=body)


def other_than(code: str, n: int = 1) -> str:
    return f"{(int(code) + n) % 1_000_000:06}"


async def test_a_bound_link_opens_with_the_code_from_its_mailbox(
    stage: Stage, anonymous: httpx.AsyncClient, world: World
) -> None:
    token = await token_of(stage)
    assert slug(await exchange(anonymous, token)) == NEEDED
    code = await mailed_code(stage)
    assert slug(await exchange(anonymous, token, other_than(code))) == WRONG
    opened = await exchange(anonymous, token, code)
    assert opened.status_code == 200, opened.text
    holder = await world.client(opened.json()["token"])
    assert (await holder.get("/v1/me")).json()["kind"] == "link"
    assert slug(await exchange(anonymous, token, code)) == (410, "link-spent")
    assert slug(await exchange(anonymous, token)) == (410, "link-spent")


async def test_the_code_goes_to_the_links_mailbox_in_its_language_and_nowhere_else(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    await exchange(anonymous, await token_of(stage))
    await stage.follow()
    message = (await stage.messages())[-1]
    assert (message.kind, message.recipient) == (MessageKind.LINK_CODE, "amina@example.org")
    mail = await stage.mail(message)
    code = await mailed_code(stage)
    assert mail["Subject"] == "Votre code : 6e réunion du comité"
    assert code not in str(mail["Subject"])
    html = mail.get_body(("html",))
    assert html is not None
    assert code in html.get_content()
    assert "answer#" not in str(mail), "the code and the link do not travel together"
    async with stage.database.transaction() as session:
        for table in ("links", "messages", "events", "tokens", "idempotency_keys"):
            rows = await session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))
            assert [row for row in rows.scalars() if code in row] == []


async def test_a_meeting_may_say_otherwise_than_its_committee(
    stage: Stage, anonymous: httpx.AsyncClient, world: World
) -> None:
    meeting = f"/v1/meetings/{stage.meeting.id}"
    committee = f"/v1/committees/{stage.committee.id}"
    any_tag = {"If-Match": "*"}
    token = await token_of(stage)
    assert (await world.administrator.get(meeting)).json()["links_bound"] is None
    seen = []
    for whole, own in ((True, False), (False, None), (False, True), (True, None)):
        changed = await world.administrator.patch(committee, json={"links_bound": whole})
        assert changed.json()["links_bound"] is whole
        changed = await world.administrator.patch(
            meeting, json={"links_bound": own}, headers=any_tag
        )
        assert changed.json()["links_bound"] is own
        async with stage.database.transaction() as session:
            seen.append(await queries.is_bound(session, stage.invitation.id))
    assert seen == [False, False, True, True]
    reset = await world.administrator.patch(committee, json={"links_bound": None})
    assert reset.json()["links_bound"] is False
    refused = await world.administrator.patch(committee, json={"links_bound": "yes"})
    assert refused.status_code == 422
    assert (await exchange(anonymous, token)).status_code == 200


async def test_a_code_is_good_for_ten_minutes(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    token = await token_of(stage)
    await exchange(anonymous, token)
    code = await mailed_code(stage)
    set_clock(DAY + CODE_LIFE + timedelta(seconds=2))
    assert slug(await exchange(anonymous, token, code)) == WRONG
    assert slug(await exchange(anonymous, token)) == NEEDED
    fresh = await mailed_code(stage)
    assert slug(await exchange(anonymous, token, fresh)) == (200, "")


async def test_one_code_a_minute_is_sent_and_the_last_one_counts(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    token = await token_of(stage)
    for _ in range(3):
        assert slug(await exchange(anonymous, token)) == NEEDED
    first = await mailed_code(stage)
    set_clock(DAY + CODE_PAUSE + timedelta(seconds=2))
    assert slug(await exchange(anonymous, token)) == NEEDED
    second = await mailed_code(stage)
    kinds = [message.kind for message in await stage.messages()]
    assert kinds == [MessageKind.INVITATION, *[MessageKind.LINK_CODE] * 2]
    if first != second:
        assert slug(await exchange(anonymous, token, first)) == WRONG
    assert slug(await exchange(anonymous, token, second)) == (200, "")


async def test_after_five_tries_the_right_code_is_wrong_too(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    """Counted in the database: the refusals commit."""
    token = await token_of(stage)
    await exchange(anonymous, token)
    code = await mailed_code(stage)
    tries = []
    for n in range(1, CODE_TRIES + 2):
        assert slug(await exchange(anonymous, token, other_than(code, n))) == WRONG
        tries.append((await newest(stage)).code_tries)
    assert tries == [1, 2, 3, 4, 5, 5]
    assert slug(await exchange(anonymous, token, code)) == WRONG
    set_clock(DAY + CODE_PAUSE + timedelta(seconds=2))
    assert slug(await exchange(anonymous, token)) == NEEDED
    assert (await newest(stage)).code_tries == 0
    assert slug(await exchange(anonymous, token, await mailed_code(stage))) == (200, "")


async def test_tries_at_once_are_counted_one_by_one(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    token = await token_of(stage)
    await exchange(anonymous, token)
    code = await mailed_code(stage)
    answers = await asyncio.gather(
        *(exchange(anonymous, token, other_than(code, n)) for n in range(1, 21))
    )
    assert {slug(answer) for answer in answers} == {WRONG}
    assert (await newest(stage)).code_tries == CODE_TRIES
    assert slug(await exchange(anonymous, token, code)) == WRONG


async def test_tries_are_counted_also_where_guesses_are_limited(
    stage: Stage, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    """No limit of an address may undo what the database counted."""
    token = await token_of(stage)
    await exchange(anonymous, token)
    code = await mailed_code(stage)
    app.state.limiter = Limiter("off", "1/minute", [])
    answers = await asyncio.gather(
        *(exchange(anonymous, token, other_than(code, n)) for n in range(1, 9))
    )
    assert {slug(answer) for answer in answers} == {WRONG}
    assert (await newest(stage)).code_tries == CODE_TRIES


async def test_of_64_who_have_the_code_one_gets_the_session(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    token = await token_of(stage)
    await exchange(anonymous, token)
    code = await mailed_code(stage)
    answers = await asyncio.gather(*(exchange(anonymous, token, code) for _ in range(MANY)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * (MANY - 1)


async def test_a_link_has_ten_codes_and_then_a_fresh_one_is_needed(
    stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    token = await token_of(stage)
    seen = []
    for n in range(CODES + 1):
        set_clock(DAY + n * timedelta(minutes=2))
        seen.append(slug(await exchange(anonymous, token)))
    assert seen == [NEEDED] * CODES + [(410, "link-spent")]
    assert (await newest(stage)).codes_asked == CODES
    assert (await anonymous.post(RENEW, json={"token": token})).status_code == 202
    await stage.follow()
    assert slug(await exchange(anonymous, await token_of(stage))) == NEEDED


async def test_a_code_tells_known_links_from_unknown_no_more_than_before(
    stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    link = await newest(stage)
    forged, unknown = link_token(b"another", link.id), link_token(SECRET, uuid4())
    answers = [
        await exchange(anonymous, token, code)
        for token in (forged, unknown, "nothing")
        for code in (None, "000000")
    ]
    assert {slug(answer) for answer in answers} == {(404, "link-unknown")}
    assert len({re.sub('urn:request:[^"]+', "", answer.text) for answer in answers}) == 1
    for code in ("12345", "1234567", "abcdef", "12345\n", "１２３４５６", ""):
        body = {"token": forged, "code": code}
        assert slug(await anonymous.post(EXCHANGE, json=body)) == (422, "invalid")
    assert (await newest(stage)).code_asked_at is None


async def test_a_code_that_came_too_late_is_not_sent(stage: Stage, set_clock, anonymous) -> None:
    await exchange(anonymous, await token_of(stage))
    await stage.follow()
    message = (await stage.messages())[-1]
    set_clock(DAY + CODE_LIFE + timedelta(seconds=2))
    sender = Sender(stage.database, Unused(), HOUSE, Patience())
    await sender.send(message.id)
    late = (await stage.messages())[-1]
    assert (late.state, late.last_error) == (MessageState.SUPPRESSED, "The code has expired.")


class Unused:
    async def send(self, envelope: Any) -> None:
        raise AssertionError("nothing is to be sent")

    async def close(self) -> None: ...


async def test_who_acts_no_longer_gets_no_code(stage: Stage, anonymous: httpx.AsyncClient) -> None:
    token = await token_of(stage)
    async with stage.end_focal_point():
        pass
    assert slug(await exchange(anonymous, token)) == (410, "link-spent")
    await stage.follow()
    assert [message.kind for message in await stage.messages()] == [MessageKind.INVITATION]


@given(st.uuids(), st.datetimes(timezones=st.just(DAY.tzinfo)), st.integers(1, 10**6))
def test_a_code_is_six_digits_of_one_link_and_one_instant(link_id, asked_at, shift) -> None:
    code = link_code(SECRET, link_id, asked_at)
    assert re.fullmatch("[0-9]{6}", code)
    assert link_code(SECRET, link_id, asked_at) == code


def test_codes_differ_between_links_instants_and_keys() -> None:
    link_id = uuid4()
    codes = {link_code(SECRET, link_id, DAY + n * timedelta(microseconds=1)) for n in range(100)}
    codes |= {link_code(SECRET, uuid4(), DAY) for _ in range(100)}
    codes |= {link_code(str(n).encode(), link_id, DAY) for n in range(100)}
    assert len(codes) > 290


class Board:
    """An organizer before the links of an invitation."""

    def __init__(self, stage: Stage, organizer: httpx.AsyncClient) -> None:
        self.stage, self.organizer = stage, organizer
        invitation = f"/v1/meetings/{stage.meeting.id}/invitations/{stage.invitation.id}"
        self.path = f"{invitation}/links"

    async def items(self) -> list[dict[str, Any]]:
        answer = await self.organizer.get(self.path)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
async def board(stage: Stage, world: World) -> Board:
    async with stage.database.transaction() as session:
        (await session.get_one(Committee, stage.committee.id)).links_bound = False
    return Board(stage, await world.organizer({"id": stage.committee.id}))


async def test_organizers_see_the_links_and_never_what_opens_them(
    board: Board, stage: Stage, anonymous: httpx.AsyncClient
) -> None:
    link = await newest(stage)
    token = await token_of(stage)
    await stage.register()
    await stage.follow()
    (listed,) = await board.items()
    person = {"id": str(link.person_id), "name": "Amina Rossi", "email": "amina@example.org"}
    assert listed == {
        "id": str(link.id),
        "person": person,
        "created_at": listed["created_at"],
        "used_at": None,
        "expires_at": "2021-10-06T22:00:00Z",
        "revoked_at": None,
    }
    await exchange(anonymous, token)
    (used,) = await board.items()
    assert used["used_at"] is not None
    assert token not in (await board.organizer.get(board.path)).text


async def test_organizers_revoke_a_link_and_the_session_ends(
    board: Board, stage: Stage, anonymous: httpx.AsyncClient, world: World
) -> None:
    token = await token_of(stage)
    holder = await world.client((await exchange(anonymous, token)).json()["token"])
    assert (await holder.get("/v1/me")).status_code == 200
    (listed,) = await board.items()
    for _ in range(2):
        answer = await board.organizer.delete(f"{board.path}/{listed['id']}")
        assert answer.status_code == 204
    assert (await holder.get("/v1/me")).status_code == 401
    assert slug(await exchange(anonymous, token)) == (410, "link-spent")
    assert (await anonymous.post(RENEW, json={"token": token})).status_code == 202
    await stage.follow()
    (revoked,) = await board.items()
    assert revoked["revoked_at"] is not None, "and the holder got no other one"
    async with stage.database.transaction() as session:
        rows = await session.execute(
            text("SELECT subject_id, meeting_id, entity_id FROM events WHERE name = 'link.revoked'")
        )
        logged = [tuple(row) for row in rows]
    assert [tuple(map(str, row)) for row in logged] == [
        (listed["id"], str(stage.meeting.id), str(stage.entity.id))
    ]


async def test_organizers_send_the_same_person_a_fresh_link(
    board: Board, stage: Stage, anonymous: httpx.AsyncClient, set_clock
) -> None:
    (listed,) = await board.items()
    await board.organizer.delete(f"{board.path}/{listed['id']}")
    for _ in range(2):
        answer = await board.organizer.post(f"{board.path}/{listed['id']}/renew")
        assert answer.status_code == 202
    words = "If amina@example.org still acts for the entity, a fresh link is on its way."
    assert answer.json() == {"detail": words}
    await stage.follow()
    planned = [(message.kind, message.recipient) for message in await stage.messages()]
    assert planned[1:] == [(MessageKind.LINK_RENEWED, "amina@example.org")], "one a minute"
    assert [each["revoked_at"] is None for each in await board.items()] == [False, True]
    assert slug(await exchange(anonymous, await token_of(stage))) == (200, "")


async def test_a_withdrawn_invitation_gets_no_fresh_link(board: Board, stage: Stage) -> None:
    (listed,) = await board.items()
    await stage.withdraw_invitation()
    answer = await board.organizer.post(f"{board.path}/{listed['id']}/renew")
    assert slug(answer) == (409, "move-forbidden")
    await stage.follow()
    assert len(await board.items()) == 1


async def test_join_links_are_no_links_to_answer(board: Board, stage: Stage) -> None:
    async with stage.database.transaction() as session:
        link = service.create_link(
            session,
            LinkPurpose.JOIN_MEETING,
            stage.invitation.id,
            stage.focal_point.id,
            clock.now() + timedelta(days=1),
        )
    assert len(await board.items()) == 1
    answer = await board.organizer.delete(f"{board.path}/{link.id}")
    assert answer.status_code == 404
