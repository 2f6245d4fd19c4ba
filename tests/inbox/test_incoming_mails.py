"""The same over HTTP: who may hand mails over, who sees them, what is shown."""

import httpx
import pytest
from fastapi import FastAPI

from app.identity.lifecycle import Role, Scope
from app.mail.addresses import Use, read_tag, tagged
from tests.inbox.post import Post
from tests.inbox.test_reading import BOMBS, CALENDAR, HEAD, with_calendar
from tests.mail.stage import SECRET, Stage
from tests.statements import counted
from tests.world import World

PATH = "/v1/incoming-mails"
HELLO = HEAD + b"To: replies@example.org\r\n\r\nYes.\r\n"


async def hand_over(
    client: httpx.AsyncClient, mail: bytes, kind: str = "message/rfc822", **query: str
) -> httpx.Response:
    return await client.post(PATH, content=mail, params=query, headers={"Content-Type": kind})


async def test_a_gateway_hands_mails_over_and_does_nothing_else(world: World, stage: Stage) -> None:
    gateway = await world.caller(Role.MAIL_GATEWAY)
    first = await hand_over(gateway, HELLO)
    assert (first.status_code, first.json() | {"id": ""}) == (
        200,
        {"id": "", "kind": "unknown", "state": "held", "reason": "answers_nothing"},
    )
    assert (await hand_over(gateway, HELLO)).json() == first.json()
    paths = [PATH, "/v1/me", "/v1/committees", "/v1/meetings", "/v1/tokens", "/v1/messages"]
    assert [(await gateway.get(path)).status_code for path in paths] == [403] * len(paths)
    made = await gateway.post(
        "/v1/tokens",
        json={"name": "t", "scopes": ["read"], "expires_at": "2021-12-01T00:00:00Z"},
    )
    assert made.status_code == 403
    reading = await world.caller(Role.MAIL_GATEWAY, scopes=(Scope.READ,))
    assert (await hand_over(reading, HELLO)).status_code == 403


async def test_what_is_no_mail_is_refused(world: World, stage: Stage) -> None:
    gateway = await world.caller(Role.MAIL_GATEWAY)
    refusals = [
        await hand_over(gateway, HELLO, "application/json"),
        await hand_over(gateway, b""),
        await hand_over(gateway, b"\0"),
        await hand_over(gateway, BOMBS["ten thousand parts"]),
        await hand_over(gateway, BOMBS["recurrence without end"]),
        await hand_over(gateway, b"x" * 300_001),
        await hand_over(gateway, HELLO, recipient="a b"),
    ]
    assert [answer.status_code for answer in refusals] == [415, 400, 422, 422, 422, 413, 422]
    assert refusals[3].json()["type"].endswith("/problems/mail-unreadable")
    assert (await world.administrator.get(PATH)).json()["items"] == []


async def test_the_recipient_is_told_beside_the_mail_or_in_its_header(
    world: World, post: Post
) -> None:
    await post.stage.register()
    (mail,) = await post.deliver()
    message = await post.message(str(mail["Message-ID"]))
    address = tagged("replies@example.org", Use.ANSWER, message.id, SECRET)
    gateway = await world.caller(Role.MAIL_GATEWAY)
    beside = await hand_over(gateway, HELLO, recipient=address)
    within = await hand_over(gateway, f"Delivered-To: {address}\r\n".encode() + HELLO)
    assert [answer.json()["state"] for answer in (beside, within)] == ["filed", "filed"]


async def test_organizers_see_what_is_about_their_meetings(
    world: World, post: Post, app: FastAPI
) -> None:
    await post.stage.register()
    (mail,) = await post.deliver()
    await hand_over(world.administrator, HELLO)
    refers = HEAD + f"In-Reply-To: {mail['Message-ID']}\r\n\r\nI do.\r\n".encode()
    found = (await hand_over(world.administrator, refers)).json()
    organizer = await world.organizer({"id": post.stage.committee.id})
    another = await world.organizer(await world.committee())
    for client, kinds in (
        (world.administrator, ["answer", "unknown"]),
        (organizer, ["answer"]),
        (another, []),
    ):
        listed = (await client.get(PATH)).json()["items"]
        assert [item["kind"] for item in listed] == kinds
    assert (await another.get(f"{PATH}/{found['id']}")).status_code == 404
    item = (await organizer.get(f"{PATH}/{found['id']}")).json()
    assert item == {
        "id": found["id"],
        "kind": "answer",
        "state": "filed",
        "reason": None,
        "received_at": item["received_at"],
        "via": "api",
        "sender": "a@example.org",
        "subject": "Re",
        "message_id": "",
        "meeting_id": str(post.stage.meeting.id),
        "invitation_id": str(post.stage.invitation.id),
        "registration_id": item["registration_id"],
        "answers_message_id": item["answers_message_id"],
        "excerpt": "I do.",
        "size": len(refers),
        "calendar": None,
        "report": None,
        "allowed": ["dismiss"],
    }
    filters = {"meeting": post.stage.meeting.handle, "state": "filed", "kind": "answer"}
    assert len((await organizer.get(PATH, params=filters)).json()["items"]) == 1
    assert (await organizer.get(PATH, params=filters | {"state": "held"})).json()["items"] == []
    with counted(app) as one:
        await organizer.get(f"/v1/meetings/{post.stage.meeting.id}/invitations")
    assert len(one) == 3


async def test_every_step_is_in_the_log_and_names_nobody(world: World, post: Post) -> None:
    await post.stage.register()
    (mail,) = await post.deliver()
    refers = HEAD + f"In-Reply-To: {mail['Message-ID']}\r\n\r\nI do.\r\n".encode()
    found = (await hand_over(world.administrator, refers)).json()
    await world.administrator.post(f"{PATH}/{found['id']}/dismiss")
    await post.stage.follow()
    entries = await world.administrator.get("/v1/audit", params={"limit": "200"})
    ours = [e for e in entries.json()["items"] if e["name"].startswith("incoming_mail.")]
    assert sorted(e["name"] for e in ours) == [
        "incoming_mail.dismissed",
        "incoming_mail.received",
    ]
    assert "a@example.org" not in str(ours)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
async def test_what_only_organizers_may_send_is_refused_and_kept(
    world: World, stage: Stage, method: str
) -> None:
    text = with_calendar().replace(b"METHOD:REPLY", f"METHOD:{method}".encode())
    answer = await hand_over(world.administrator, text)
    assert answer.json() | {"id": ""} == {
        "id": "",
        "kind": "unknown",
        "state": "refused",
        "reason": "wrong_method",
    }


@pytest.mark.parametrize("year", ["0001", "1601", "9999"])
async def test_times_that_no_calendar_shows_are_left_out(
    world: World, stage: Stage, year: str
) -> None:
    times = f"DTSTAMP:{year}0101T000000Z\r\nDTSTART;TZID=Asia/Tokyo:{year}1231T235959\r\nUID"
    text = with_calendar().replace(b"METHOD:REPLY", b"METHOD:COUNTER")
    text = text.replace(b'method="REPLY"', b"method=COUNTER").replace(b"UID", times.encode())
    assert (await hand_over(world.administrator, text)).status_code == 200
    (item,) = (await world.administrator.get(PATH)).json()["items"]
    assert [item["calendar"][name] for name in ("method", "stamp", "proposed_start")] == [
        "COUNTER",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"METHOD:REPLY", b"METHOD:COUNTER\0"),
        (b"PARTSTAT=ACCEPTED", b"PARTSTAT=ACC\0EPTED"),
        (b"mailto:a@example.org", b"mailto:a%00@example.org"),
        (b"PARTSTAT=ACCEPTED", b'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:b%00@example.org"'),
        (b"PARTSTAT=ACCEPTED", b'PARTSTAT=ACCEPTED;SENT-BY="mailto:b%00@example.org"'),
        (b"UID:1@", b"UID:\0@"),
    ],
)
async def test_no_nul_in_a_calendar_gets_as_far_as_the_database(
    world: World, stage: Stage, said: bytes, instead: bytes
) -> None:
    changed = CALENDAR.encode().replace(said, instead)
    mail = HEAD + b"Content-Type: text/calendar\r\n\r\n" + changed
    assert (await hand_over(world.administrator, mail)).status_code == 200
    (item,) = (await world.administrator.get(PATH)).json()["items"]
    assert "\0" not in str(item)


def test_tokens_are_for_one_use_one_thing_and_one_service(stage: Stage) -> None:
    base, key = "replies@example.org", stage.meeting.id
    address = tagged(base, Use.ANSWER, key, SECRET)
    local = address.partition("@")[0]
    tag = read_tag(base, address.upper(), SECRET)
    assert tag is not None
    assert (tag.use, tag.id) == (Use.ANSWER, key)
    wrong = [
        address.replace("+m.", "+b."),
        address.replace("replies", "answers"),
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}x@example.org",
        f"{local[:12]}{'a' if local[12] != 'a' else 'b'}{local[13:]}@example.org",
        f"{local[:-8]}@example.org",
        "replies+m.@example.org",
        "replies+m.ÿ@example.org",
        "replies@example.org",
        "",
    ]
    assert [read_tag(base, each, SECRET) for each in wrong] == [None] * len(wrong)
    assert read_tag(base, address, b"another secret") is None
    longest = tagged(f"{'x' * 18}@example.org", Use.ENTRY, key, SECRET)
    assert len(longest.partition("@")[0]) <= 64
