"""A REQUEST goes out, answers made by other people's libraries come in, and the board is right."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.inbox import programs
from tests.inbox.post import Post, request_of
from tests.inbox.programs import LATER, by_icalendar, by_vobject, gmail, outlook, thunderbird
from tests.mail.stage import DAY, Stage
from tests.world import World

PERSON = "person1@example.org"
NOBODY = {"needs_action": 0, "accepted": 0, "declined": 0, "tentative": 0}


@pytest.fixture
async def asked(post: Post) -> tuple[UUID, bytes]:
    """A registered person and the REQUEST that reached them."""
    registration_id = await post.stage.register()
    (mail,) = await post.deliver()
    return registration_id, request_of(mail)


async def answer(
    post: Post, request: bytes, status: str, *, shape=thunderbird, make=by_icalendar, **members
) -> tuple[int, str]:
    method = members.get("method", "REPLY")
    recipient = members.pop("recipient", None) or programs.organizer_of(request)
    sender = members.pop("sender", PERSON)
    return await post.hand_in(
        shape(make(request, status, **members), sender, recipient, method), recipient, sender
    )


async def board(client: httpx.AsyncClient, stage: Stage) -> dict:
    answer = await client.get(f"/v1/meetings/{stage.meeting.id}/invitations")
    (item,) = answer.json()["items"]
    return item["participation"] | {"unread": item["unread_replies"]}


async def test_a_request_asks_and_names_where_to_answer(post: Post) -> None:
    registration_id = await post.stage.register()
    (mail,) = await post.deliver()
    request = request_of(mail).decode().replace("\r\n ", "")
    assert f"UID:{registration_id}@example.org" in request
    assert "PARTSTAT=NEEDS-ACTION;RSVP=TRUE" in request
    assert programs.organizer_of(request_of(mail)).startswith("replies+c.")
    assert str(mail["Reply-To"]).startswith("replies+m.")
    assert str(mail["From"]).endswith("<secretariat@example.org>")
    assert len(str(mail["Reply-To"]).partition("@")[0]) <= 64
    assert [sender.partition(".")[0] for sender in post.sink.senders] == ["replies+b"]


@pytest.mark.parametrize("make", [by_icalendar, by_vobject])
@pytest.mark.parametrize("shape", [thunderbird, outlook, gmail])
async def test_answers_of_every_program_are_taken(
    post: Post, asked: tuple[UUID, bytes], world: World, make: Callable, shape: Callable
) -> None:
    registration_id, request = asked
    for number, status in enumerate(("ACCEPTED", "TENTATIVE", "DECLINED")):
        stamp = LATER + timedelta(minutes=number)
        code, _ = await answer(post, request, status, make=make, shape=shape, stamp=stamp)
        assert code == 250
        assert await post.participation(registration_id) == status.lower()
    path = f"/v1/meetings/{post.stage.meeting.id}/registrations/{registration_id}"
    seen = (await world.administrator.get(path)).json()
    assert (seen["participation"], seen["status"]) == ("declined", "confirmed")
    assert await board(world.administrator, post.stage) == NOBODY | {"declined": 1, "unread": 0}
    assert await post.outcomes() == [("reply", "applied", None)] * 3


async def test_the_next_entry_shows_what_was_answered(
    post: Post, asked: tuple[UUID, bytes]
) -> None:
    _, request = asked
    await answer(post, request, "TENTATIVE")
    await post.stage.change(title={"en": "Another title"})
    (mail,) = [m for m in await post.deliver() if PERSON in str(m["To"])]
    again = request_of(mail)
    assert b"PARTSTAT=TENTATIVE;RSVP=TRUE" in again.replace(b"\r\n ", b"")
    assert programs.organizer_of(again) == programs.organizer_of(request)


async def test_other_times_ask_again_and_old_answers_no_longer_count(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    await answer(post, request, "ACCEPTED")
    path = f"/v1/meetings/{post.stage.meeting.id}/reschedule"
    times = {"local_start": "2021-10-15T10:00:00", "local_end": "2021-10-15T13:00:00"}
    moved = await world.administrator.post(path, json=times, headers={"If-Match": "*"})
    assert moved.status_code == 200, moved.text
    assert await post.participation(registration_id) == "needs_action"
    await answer(post, request, "DECLINED", stamp=LATER + timedelta(hours=3))
    assert await post.participation(registration_id) == "needs_action"
    fresh = [request_of(mail) for mail in await post.deliver() if "New date" in mail["Subject"]]
    assert b"PARTSTAT=NEEDS-ACTION" in fresh[0]
    await answer(post, fresh[0], "ACCEPTED", stamp=LATER + timedelta(hours=2))
    assert await post.participation(registration_id) == "accepted"
    assert await post.outcomes() == [
        ("reply", "applied", None),
        ("reply", "ignored", "older_times"),
        ("reply", "applied", None),
    ]


async def test_late_repeated_and_reordered_answers(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    recipient = programs.organizer_of(request)
    mail = thunderbird(by_icalendar(request, "DECLINED"), PERSON, recipient)
    assert (await post.hand_in(mail, recipient))[0] == 250
    await answer(post, request, "ACCEPTED", stamp=LATER - timedelta(minutes=5))
    assert (await post.hand_in(mail, recipient))[0] == 250  # the very same mail is one row
    await answer(post, request, "DECLINED", stamp=LATER, shape=outlook)
    await post.stage.change(title={"en": "Another title"})
    await answer(post, request, "TENTATIVE", stamp=LATER + timedelta(minutes=5))
    assert await post.participation(registration_id) == "tentative"
    await world.administrator.post(
        f"/v1/meetings/{post.stage.meeting.id}/cancel", headers={"If-Match": "*"}
    )
    await answer(post, request, "ACCEPTED", stamp=LATER + timedelta(minutes=9))
    assert await post.outcomes() == [
        ("reply", "applied", None),
        ("reply", "ignored", "older"),
        ("reply", "ignored", "repeated"),
        ("reply", "applied", None),
        ("reply", "ignored", "meeting_over"),
    ]


async def test_nothing_that_anybody_could_have_written_changes_anything(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    to_all = "replies@example.org"
    forged = {"shape": results("dmarc=fail"), "stamp": LATER + timedelta(seconds=1)}
    vouched = {"shape": results("dmarc=pass"), "recipient": to_all}
    await answer(post, request, "DECLINED", recipient=to_all)
    await answer(post, request, "DECLINED", **forged)
    await answer(post, request, "DECLINED", sender="somebody@example.org")
    await answer(post, request, "DECLINED", attendee="crasher@example.org")
    await answer(post, request.replace(str(registration_id).encode(), b"0" * 36), "DECLINED")
    assert await post.participation(registration_id) == "needs_action"
    await answer(post, request, "DECLINED", **vouched)
    assert await post.participation(registration_id) == "declined"
    assert await post.outcomes() == [
        ("reply", "held", "unproven"),
        ("reply", "held", "forged"),
        ("reply", "held", "unknown_sender"),
        ("reply", "held", "party_crasher"),
        ("reply", "held", "not_matching"),
        ("reply", "applied", None),
    ]


async def test_another_persons_secret_address_is_no_good(post: Post) -> None:
    await post.stage.register()
    await post.stage.register()
    first, second = [request_of(mail) for mail in await post.deliver()]
    await answer(post, first, "DECLINED", recipient=programs.organizer_of(second))
    assert await post.outcomes() == [("reply", "held", "not_matching")]


async def test_a_decline_keeps_the_seat_and_tells_the_focal_point(
    post: Post, asked: tuple[UUID, bytes]
) -> None:
    registration_id, request = asked
    await answer(post, request, "DECLINED")
    (told,) = await post.deliver()
    assert str(told["To"]).endswith("<amina@example.org>")
    assert str(told["Subject"]).startswith("Person 1 décline")
    assert await post.participation(registration_id) == "declined"
    await answer(post, request, "ACCEPTED", stamp=LATER + timedelta(minutes=1))
    assert await post.deliver() == []


async def test_a_calendar_that_keeps_changing_its_mind_is_told_of_once_an_hour(
    post: Post, asked: tuple[UUID, bytes], set_clock
) -> None:
    registration_id, request = asked
    words = ["DECLINED", "ACCEPTED", "DECLINED", "ACCEPTED", "DECLINED"]
    told = 0
    for second, word in enumerate(words):
        await answer(post, request, word, stamp=LATER + timedelta(seconds=second))
        told += len(await post.deliver())
    assert (told, await post.participation(registration_id)) == (1, "declined")
    set_clock(DAY + timedelta(hours=2))
    await answer(post, request, "ACCEPTED", stamp=LATER + timedelta(minutes=1))
    await answer(post, request, "DECLINED", stamp=LATER + timedelta(minutes=2))
    assert len(await post.deliver()) == 1


async def test_a_counter_proposal_waits_for_the_organizer(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    times = {"DTSTART": LATER + timedelta(days=40), "DTEND": LATER + timedelta(days=40, hours=1)}
    await answer(post, request, "TENTATIVE", method="COUNTER", properties=times)
    organizer = await world.organizer({"id": post.stage.committee.id})
    (item,) = (await organizer.get("/v1/incoming-mails?state=held")).json()["items"]
    assert (item["kind"], item["reason"]) == ("counter", "counter_proposal")
    for invitation_id, found in ((item["invitation_id"], [item]), (registration_id, [])):
        listed = await organizer.get(f"/v1/incoming-mails?invitation_id={invitation_id}")
        assert listed.json()["items"] == found
    assert item["calendar"]["proposed_start"] == "2021-10-11T13:00:00Z"
    assert item["allowed"] == ["decline", "dismiss"]
    assert (await board(organizer, post.stage))["unread"] == 1
    declined = await organizer.post(f"/v1/incoming-mails/{item['id']}/decline")
    assert (declined.status_code, declined.json()["state"]) == (200, "dismissed")
    assert (await board(organizer, post.stage))["unread"] == 0
    (mail,) = await post.deliver()
    sent = request_of(mail).decode()
    assert "METHOD:DECLINECOUNTER" in sent
    assert f"UID:{registration_id}@example.org\r\n" in sent
    assert "SEQUENCE:0\r\n" in sent
    assert mail["To"].addresses[0].addr_spec == PERSON


async def test_a_delegation_names_the_delegate_and_changes_nothing(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    delegate = {"DELEGATED-TO": "mailto:delegate@example.org"}
    await answer(post, request, "DELEGATED", parameters=delegate)
    (item,) = (await world.administrator.get("/v1/incoming-mails")).json()["items"]
    assert (item["kind"], item["state"], item["reason"]) == ("delegation", "held", "delegated")
    assert item["calendar"]["delegate"] == "delegate@example.org"
    assert await post.participation(registration_id) == "needs_action"


async def test_an_organizer_may_vouch_for_an_answer(
    post: Post, asked: tuple[UUID, bytes], world: World
) -> None:
    registration_id, request = asked
    organizer = await world.organizer({"id": post.stage.committee.id})
    await answer(post, request, "ACCEPTED", sender="alias@example.org")
    await answer(
        post, request, "DECLINED", sender="alias@example.org", stamp=LATER + timedelta(minutes=1)
    )
    items = (await organizer.get("/v1/incoming-mails?sort=received_at")).json()["items"]
    earlier, later = (f"/v1/incoming-mails/{item['id']}" for item in items)
    assert (await organizer.post(f"{later}/apply")).json()["state"] == "accepted"
    assert await post.participation(registration_id) == "declined"
    people = f"/v1/meetings/{post.stage.meeting.id}/registrations?participation="
    for answered, found in (("declined", [str(registration_id)]), ("accepted", [])):
        listed = await organizer.get(people + answered)
        assert [each["id"] for each in listed.json()["items"]] == found
    refused = await organizer.post(f"{earlier}/apply")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (
        409,
        "reply-outdated",
    )
    assert (await organizer.post(f"{earlier}/dismiss")).json()["state"] == "dismissed"
    assert (await organizer.post(f"{later}/dismiss")).status_code == 409
    assert (await organizer.post(f"{earlier}/decline")).status_code == 409


def results(words: str) -> Callable[..., bytes]:
    """As the receiving server marks it, above what the sender claims."""

    def shape(*arguments: Any) -> bytes:
        head = f"Authentication-Results: mx.example.org; {words} header.from=example.org\r\n"
        lie = "Authentication-Results: mx.example.org; dmarc=pass\r\n"
        return (head + lie).encode() + thunderbird(*arguments)

    return shape


assert DAY < LATER
