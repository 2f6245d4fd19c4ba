"""Seats that are offered: held for a time, accepted in it, and given to the next after it."""

import asyncio
import email
import email.policy
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import text

from app.check import wrongs
from app.core.fields import UN_LANGUAGES
from app.mail.mime import Envelope
from app.registrations import offers
from tests.mail.calendars import Outbox, Worker
from tests.mail.stage import DAY, HOUSE
from tests.meetings.board import pointers, refusal
from tests.world import World, named, post

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
"""10:00 in New York."""
HOUR = timedelta(hours=1)
MINUTES = timedelta(minutes=10)
"""The clock runs on while a test runs, but not for so long."""


@dataclass
class Post(Outbox):
    """Keeps what mails say too, by address."""

    letters: list[tuple[str, str, str]] = field(default_factory=list)

    async def send(self, envelope: Envelope) -> None:
        mail = email.message_from_bytes(envelope.data, policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        words = " ".join(str(body.get_content()).split())
        self.letters.append((mail["To"].addresses[0].addr_spec, mail["Subject"], words))
        await super().send(envelope)

    def taken(self) -> list[tuple[str, str, str]]:
        letters, self.letters = sorted(self.letters), []
        return letters


@dataclass
class Line:
    """A meeting with one seat for an entity in Tashkent, and a line of people behind it."""

    world: World
    meeting: dict[str, Any]
    invitation: dict[str, Any]
    focal_point: httpx.AsyncClient
    ids: list[str]

    @classmethod
    async def of(cls, world: World, waiting: int = 3, **meeting: Any) -> Self:
        committee = await world.committee()
        made = await world.scheduled(
            await world.meeting(committee, **{"offer_window": 60} | meeting)
        )
        entity = await world.entity(timezone="Asia/Tashkent")
        invitation = await world.invitation(made, entity, seat_quota=1)
        line = cls(world, made, invitation, await world.focal_point_of(entity), [])
        for number in range(waiting + 1):
            registered = await post(line.focal_point, line.path, named(number))
            line.ids.append(registered["id"])
        return line

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.meeting['id']}/registrations"

    async def call(self, number: int, verb: str, body: Any = None) -> httpx.Response:
        path = f"{self.path}/{self.ids[number]}/{verb}"
        return await (
            self.focal_point.post(path, json=body) if body else self.focal_point.post(path)
        )

    async def standing(self) -> list[str]:
        items = (await self.world.administrator.get(self.path)).json()["items"]
        known = {each["id"]: each["status"] for each in items}
        return [known[each] for each in self.ids]

    async def end_of_offer(self, number: int) -> datetime:
        held = (await self.focal_point.get(f"{self.path}/{self.ids[number]}")).json()
        return datetime.fromisoformat(held["offer_ends_at"])

    async def patch(self, **members: Any) -> httpx.Response:
        path = f"/v1/meetings/{self.meeting['id']}"
        etag = (await self.world.administrator.get(path)).headers["etag"]
        client = self.world.administrator
        return await client.patch(path, json=members, headers={"If-Match": etag})

    async def look(self) -> None:
        await offers.look(self.world.app.state.database)

    async def is_sound(self) -> bool:
        async with self.world.app.state.database.transaction() as session:
            return await wrongs(session) == []


async def walked(client: httpx.AsyncClient, address: str) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    while address:
        page = await client.get(address)
        found += [each["id"] for each in page.json()["items"]]
        address = page.links.get("next", {}).get("url", "")
    return found


@pytest.fixture(autouse=True)
def five_weeks_before(set_clock) -> None:
    set_clock(DAY)


async def test_a_freed_seat_is_held_until_it_is_accepted(world: World, set_clock) -> None:
    line = await Line.of(world)
    await line.call(0, "withdraw")
    assert await line.standing() == ["withdrawn", "offered", "waiting", "waiting"]
    held = (await line.focal_point.get(f"{line.path}/{line.ids[1]}")).json()
    ends = datetime.fromisoformat(held["offer_ends_at"])
    assert DAY + HOUR < ends < DAY + HOUR + MINUTES
    assert held["allowed"] == ["accept_offer", "withdraw"]
    set_clock(ends - MINUTES)
    accepted = (await line.call(1, "accept-offer")).json()
    assert (accepted["status"], accepted["offer_ends_at"]) == ("confirmed", None)
    refused = await line.call(1, "accept-offer")
    assert refusal(refused) == (409, "move-forbidden")
    assert refused.json()["allowed"] == ["withdraw", "substitute"]
    set_clock(ends)
    await line.look()
    assert await line.standing() == ["withdrawn", "confirmed", "waiting", "waiting"]
    assert await line.is_sound()


async def test_at_its_end_an_offer_is_over_whoever_has_looked(world: World, set_clock) -> None:
    line = await Line.of(world)
    await line.call(0, "withdraw")
    set_clock(await line.end_of_offer(1))
    assert refusal(await line.call(1, "accept-offer")) == (410, "offer-ended")
    assert await line.standing() == ["withdrawn", "offered", "waiting", "waiting"]
    await asyncio.gather(*(line.look() for _ in range(4)))
    assert await line.standing() == ["withdrawn", "expired", "offered", "waiting"]
    assert refusal(await line.call(1, "accept-offer")) == (410, "offer-ended")
    async with line.world.app.state.database.transaction() as session:
        count = text("SELECT count(*) FROM events WHERE name = 'registration.offer_expired'")
        assert (await session.execute(count)).scalar_one() == 1
    assert await line.is_sound()


async def test_declining_offers_the_seat_to_the_next_at_once(world: World) -> None:
    line = await Line.of(world)
    await line.call(0, "withdraw")
    await line.call(1, "withdraw")
    assert await line.standing() == ["withdrawn", "withdrawn", "offered", "waiting"]
    frozen = await line.call(2, "substitute", named(9))
    assert refusal(frozen) == (409, "move-forbidden")
    assert frozen.json()["allowed"] == ["accept_offer", "withdraw"], "nobody expires by a call"
    changed = await line.focal_point.patch(
        f"{line.path}/{line.ids[2]}", json={"role": "interpreter"}
    )
    assert (changed.json()["status"], changed.json()["role"]) == ("confirmed", "interpreter")
    assert await line.standing() == ["withdrawn", "withdrawn", "confirmed", "offered"]
    assert await line.is_sound()


async def test_where_an_offer_would_reach_into_the_meeting_the_seat_is_given(
    world: World, set_clock
) -> None:
    line = await Line.of(world)
    set_clock(START - HOUR - MINUTES)
    await line.call(0, "withdraw")
    assert await line.standing() == ["withdrawn", "offered", "waiting", "waiting"]
    set_clock(START - HOUR)
    await line.call(1, "withdraw")
    assert await line.standing() == ["withdrawn", "withdrawn", "confirmed", "waiting"]


@pytest.mark.parametrize("moves", [["cancel"], ["open", "adjourn"]])
async def test_a_meeting_that_is_over_offers_nothing(world: World, moves: list[str]) -> None:
    line = await Line.of(world)
    await line.call(0, "withdraw")
    for move in moves:
        await post(world.administrator, f"/v1/meetings/{line.meeting['id']}/{move}")
    assert await line.standing() == ["withdrawn", "waiting", "waiting", "waiting"]
    assert refusal(await line.call(1, "accept-offer")) == (409, "registration-closed")
    await line.look()
    assert await line.is_sound()


async def test_of_many_who_accept_at_the_end_none_or_all_are_in_time(
    world: World, set_clock
) -> None:
    """Accepting and expiring meet: either the person has the seat, or the next is offered it."""
    line = await Line.of(world)
    await line.call(0, "withdraw")
    ends = await line.end_of_offer(1)
    set_clock(ends - MINUTES)
    accepting = asyncio.gather(*(line.call(1, "accept-offer") for _ in range(6)), line.look())
    await asyncio.sleep(0)
    set_clock(ends)
    answers = [each for each in await accepting if each is not None]
    await line.look()
    told = Counter(answer.status_code for answer in answers)
    outcomes = {
        ("confirmed", "waiting"): Counter({200: 1, 409: 5}),
        ("expired", "offered"): Counter({410: 6}),
    }
    _, first, second, _ = await line.standing()
    assert told == outcomes[first, second]
    assert await line.is_sound()


async def test_organizers_change_the_order_and_the_log_keeps_it(world: World) -> None:
    line = await Line.of(world)
    path = f"{line.path}/{line.ids[3]}/move"
    assert refusal(await line.focal_point.post(path, json={"position": 1})) == (
        403,
        "not-permitted",
    )
    moved = await post(world.administrator, path, {"position": 1})
    places = ("waiting_position", "waiting_in_meeting", "waiting_in_pool")
    assert [moved[place] for place in places] == [1, 1, None]
    waits = f"{line.path}?status=waiting&limit=2&sort="
    orders = {"line": [3, 1, 2], "-line": [2, 1, 3], "arrival": [1, 2, 3]}
    assert {sort: await walked(line.focal_point, waits + sort) for sort in orders} == {
        sort: [line.ids[number] for number in numbers] for sort, numbers in orders.items()
    }
    no_pool = await world.administrator.post(path, json={"position": 1, "line": "pool"})
    assert (refusal(no_pool), pointers(no_pool)) == ((422, "invalid"), ["/line"])
    await line.call(0, "withdraw")
    assert await line.standing() == ["withdrawn", "waiting", "waiting", "offered"]
    log = await world.administrator.get("/v1/audit?name=registration.moved")
    (entry,) = log.json()["items"]
    assert {n: entry["data"][n] for n in ("line", "before", "after")} == {
        "line": "meeting",
        "before": 3,
        "after": 1,
    }
    seated = await world.administrator.post(f"{line.path}/{line.ids[3]}/move", json={"position": 2})
    assert refusal(seated) == (409, "move-forbidden")
    assert seated.json()["allowed"] == ["accept_offer", "withdraw"]


async def test_offers_and_lost_seats_are_told_to_the_person_and_the_focal_point(
    world: World, set_clock
) -> None:
    line = await Line.of(world, waiting=2)
    directory = f"/v1/entities/{line.invitation['entity']['id']}"
    focal = await world.person(line.invitation["entity"], name="Focal", email="focal@example.org")
    await post(world.administrator, f"{directory}/focal-points", {"person_id": focal["id"]})
    letters = Post()
    worker = Worker(world.app.state.database, letters)
    await follow(worker)
    letters.taken()
    await line.call(0, "withdraw")
    await follow(worker)
    offered = {to: words for to, subject, words in letters.taken() if "offered" in subject}
    assert sorted(offered) == ["delegate1@example.org", "focal@example.org"]
    local = (await line.end_of_offer(1)).astimezone(ZoneInfo("Asia/Tashkent"))
    ends = f"Wednesday 1 September 2021, {local:%H:%M}, Asia/Tashkent (UTC+05:00)"
    assert all(f"Held until: {ends}" in words for words in offered.values())
    assert f"{HOUSE.answer_url}#" in offered["focal@example.org"]
    assert "#" not in offered["delegate1@example.org"]
    set_clock(await line.end_of_offer(1))
    await line.look()
    await follow(worker)
    subjects = {(to, subject.split(":")[0]) for to, subject, _ in letters.taken()}
    assert subjects == {
        ("delegate1@example.org", "The offer of a seat has ended"),
        ("focal@example.org", "The offer of a seat has ended"),
        ("delegate2@example.org", "A seat is offered"),
        ("focal@example.org", "A seat is offered"),
    }
    assert (await line.call(2, "accept-offer")).is_success
    await follow(worker)
    assert (await line.patch(capacity=0, move_to_waiting=[line.ids[2]])).is_success
    await follow(worker)
    ((to, _, words), (also, _, others)) = [
        letter for letter in letters.taken() if "waiting list" in letter[1]
    ]
    assert (to, also) == ("delegate2@example.org", "focal@example.org")
    assert ("removes the entry" in words, "removes the entry" in others) == (True, False)
    assert (await line.patch(capacity=1, offer_window=None)).is_success
    await follow(worker)
    entries = letters.entries[f"{line.ids[2]}@{HOUSE.domain}"]
    assert [(entry.method, entry.sequence) for entry in entries] == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 2),
    ]
    assert await line.is_sound()


async def test_a_link_in_the_offer_accepts_it_without_an_account(world: World) -> None:
    line = await Line.of(world, waiting=1)
    directory = f"/v1/entities/{line.invitation['entity']['id']}"
    focal = await world.person(line.invitation["entity"], name="Focal", email="focal@example.org")
    await post(world.administrator, f"{directory}/focal-points", {"person_id": focal["id"]})
    letters = Post()
    worker = Worker(world.app.state.database, letters)
    await follow(worker)
    letters.taken()
    await line.call(0, "withdraw")
    await follow(worker)
    (words,) = [words for to, _, words in letters.taken() if to == "focal@example.org"]
    token = words.partition(f"{HOUSE.answer_url}#")[2].split()[0]
    session = await post(world.administrator, "/v1/links/exchange", {"token": token})
    holder = await world.client(session["token"])
    accepted = await holder.post(f"{line.path}/{line.ids[1]}/accept-offer")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "confirmed")


@pytest.mark.parametrize("kind", ["seat_offered", "offer_expired", "registration_unseated"])
async def test_they_are_written_in_six_languages(world: World, kind: str) -> None:
    line = await Line.of(world)
    await line.call(0, "withdraw")
    path = f"/v1/meetings/{line.meeting['id']}/previews"
    subjects = set()
    for language in UN_LANGUAGES:
        body = {"kind": kind, "language": language}
        subjects.add((await post(world.administrator, path, body))["subject"].split(":")[0])
    assert len(subjects) == 6


async def follow(worker: Worker) -> None:
    while await worker.work():
        pass
