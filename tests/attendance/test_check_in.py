"""Joining by the personal link."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.attendance import queries
from app.attendance.tables import Attendance
from app.core import clock
from app.core.limits import Limiter
from app.events.tables import LogEntry
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.identity.tokens import link_token
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from app.meetings.tables import ConferenceRoom, Meeting
from app.registrations.tables import Registration
from tests.attendance.sitting import ROOM, START, Sitting, slug

S = MeetingStatus


async def join(anonymous: httpx.AsyncClient, token: str) -> httpx.Response:
    return await anonymous.post("/v1/check-ins", json={"token": token})


@pytest.fixture
async def guest(sitting: Sitting) -> tuple[UUID, str]:
    """A registered person with a personal link."""
    entity = await sitting.invite(await sitting.member())
    registration_id = await sitting.register(entity, name="Amina Rossi")
    return registration_id, await sitting.link(registration_id)


async def test_a_link_checks_in_once_and_tells_where_to_go(
    sitting: Sitting, guest, anonymous, session
) -> None:
    registration_id, token = guest
    await sitting.becomes(S.IN_SESSION)
    first = await join(anonymous, token)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    body = first.json()
    checked_in_at = body.pop("checked_in_at")
    assert datetime.fromisoformat(checked_in_at) - START < timedelta(minutes=5)
    assert body == {
        "meeting": {
            "handle": "meeting-6",
            "title": {"en": "6th meeting", "fr": "6e réunion"},
            "status": "in_session",
            "starts_at": "2021-10-08T14:00:00Z",
            "ends_at": "2021-10-08T17:00:00Z",
        },
        "name": "Amina Rossi",
        **ROOM,
    }
    again = await join(anonymous, token)
    assert again.json()["checked_in_at"] == checked_in_at
    (interval,) = (await session.execute(select(Attendance))).scalars().all()
    assert (interval.registration_id, interval.left_at) == (registration_id, None)
    named = select(LogEntry).where(col(LogEntry.name) == "attendance.checked_in")
    (fact,) = (await session.execute(named)).scalars().all()
    assert (fact.actor_kind, str(fact.actor_id)) == ("link", fact.data["person_id"])
    assert (fact.subject_id, fact.data["source"]) == (interval.id, "link")
    assert set(fact.data) == {"registration_id", "person_id", "source"}


async def test_many_uses_at_once_give_one_interval(
    sitting: Sitting, guest, anonymous, session
) -> None:
    _, token = guest
    await sitting.becomes(S.SUSPENDED)
    answers = await asyncio.gather(*(join(anonymous, token) for _ in range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["checked_in_at"] for answer in answers}) == 1
    assert len((await session.execute(select(Attendance))).all()) == 1


async def test_two_links_of_one_registration_at_once_give_one_interval(
    sitting: Sitting, guest, anonymous, session
) -> None:
    registration_id, first = guest
    tokens = [first, *[await sitting.link(registration_id) for _ in range(5)]]
    await sitting.becomes(S.IN_SESSION)
    answers = await asyncio.gather(*(join(anonymous, token) for token in tokens * 3))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["checked_in_at"] for answer in answers}) == 1
    assert len((await session.execute(select(Attendance))).all()) == 1


async def test_the_room_is_shown_from_an_hour_before(
    sitting: Sitting, guest, anonymous, session, set_clock
) -> None:
    _, token = guest
    set_clock(START - timedelta(minutes=61))
    early = await join(anonymous, token)
    assert (early.status_code, slug(early)) == (409, "too-early")
    assert early.json()["detail"] == "The room is shown from 2021-10-08T13:00:00Z."
    set_clock(START - timedelta(minutes=60))
    shown = await join(anonymous, token)
    assert (shown.status_code, shown.json()["checked_in_at"]) == (200, None)
    assert shown.json()["passcode"] == ROOM["passcode"]
    assert (await session.execute(select(Attendance))).all() == []


@pytest.mark.parametrize("status", [S.ADJOURNED, S.CLOSED, S.CANCELLED])
async def test_nobody_joins_a_meeting_that_is_over(
    sitting: Sitting, guest, anonymous, status
) -> None:
    _, token = guest
    await sitting.becomes(status)
    answer = await join(anonymous, token)
    assert (answer.status_code, slug(answer)) == (410, "meeting-over")
    assert answer.json()["state"] == status.value


async def test_a_postponed_meeting_has_no_time_yet(sitting: Sitting, guest, anonymous) -> None:
    _, token = guest
    await sitting.becomes(S.POSTPONED)
    answer = await join(anonymous, token)
    assert (answer.status_code, slug(answer)) == (409, "too-early")


async def test_revoked_expired_and_unknown_links_show_nothing(
    sitting: Sitting, guest, anonymous, set_clock, app
) -> None:
    registration_id, token = guest
    await sitting.becomes(S.IN_SESSION)
    revoked = await join(anonymous, await sitting.link(registration_id, revoked=True))
    assert (revoked.status_code, slug(revoked)) == (410, "link-spent")
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    for bad in (forged, "x", "ü" * 20, link_token(app.state.secret, uuid4())):
        unknown = await join(anonymous, bad)
        assert (unknown.status_code, slug(unknown)) == (404, "link-unknown")
    set_clock(START + timedelta(days=31))
    expired = await join(anonymous, token)
    assert (expired.status_code, slug(expired)) == (410, "link-spent")


async def test_a_link_for_answering_opens_no_room(sitting: Sitting, guest, anonymous, app) -> None:
    entity = await sitting.invite(await sitting.member())
    person = await sitting.world.person(entity)
    await sitting.becomes(S.IN_SESSION)
    async with app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            sitting.invitations[entity["id"]],
            UUID(person["id"]),
            clock.now() + timedelta(days=1),
        )
    answer = await join(anonymous, link_token(app.state.secret, link.id))
    assert (answer.status_code, slug(answer)) == (404, "link-unknown")


async def test_whoever_was_withdrawn_does_not_get_in(sitting: Sitting, anonymous) -> None:
    entity = await sitting.invite(await sitting.member())
    registration_id = await sitting.register(entity)
    token = await sitting.link(registration_id)
    await sitting.withdraw(entity, registration_id)
    await sitting.becomes(S.IN_SESSION)
    answer = await join(anonymous, token)
    assert (answer.status_code, slug(answer)) == (410, "link-spent")
    left_over = await join(anonymous, await sitting.link(registration_id))
    assert (left_over.status_code, slug(left_over)) == (409, "registration-not-confirmed")
    assert left_over.json()["state"] == "withdrawn"


async def test_guessing_is_limited(sitting: Sitting, guest, anonymous, app) -> None:
    _, token = guest
    await sitting.becomes(S.IN_SESSION)
    app.state.limiter = Limiter("off", "3/minute", ())
    answers = [await join(anonymous, f"guess{n}") for n in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert (await join(anonymous, token)).status_code == 429


async def test_a_meeting_without_a_room_is_joined_all_the_same(
    sitting: Sitting, guest, anonymous, session
) -> None:
    _, token = guest
    async with sitting.world.app.state.database.transaction() as own:
        await own.delete(await own.get(ConferenceRoom, sitting.id))
    await sitting.becomes(S.IN_SESSION)
    body = (await join(anonymous, token)).json()
    assert (body["join_address"], body["passcode"]) == (None, None)
    assert body["checked_in_at"] is not None


async def test_joining_and_adjourning_at_once_leaves_nobody_behind(
    sitting: Sitting, anonymous, session
) -> None:
    entity = await sitting.invite(await sitting.member())
    tokens = [await sitting.link(await sitting.register(entity)) for _ in range(12)]
    await sitting.becomes(S.IN_SESSION)
    joining = asyncio.gather(*(join(anonymous, token) for token in tokens))
    await sitting.becomes(S.ADJOURNED)
    answers = await joining
    assert {answer.status_code for answer in answers} <= {200, 410}
    let_in = sum(answer.status_code == 200 for answer in answers)
    intervals = (await session.execute(select(Attendance))).scalars().all()
    assert len(intervals) == let_in
    (adjourned_at,) = (await session.execute(select(col(Meeting.adjourned_at)))).scalars()
    assert all(interval.joined_at <= adjourned_at for interval in intervals)


@pytest.mark.parametrize("guarded", [True, False])
async def test_joining_waits_for_an_adjournment_under_way(
    sitting: Sitting, guest, anonymous, session, monkeypatch, guarded
) -> None:
    """With the lock switched off, somebody joins a meeting that is being adjourned."""
    _, token = guest
    await sitting.becomes(S.IN_SESSION)
    if not guarded:
        monkeypatch.setattr(queries, "share_meeting_of_link", unlocked)
    (await lock_meeting(session, sitting.id)).status = S.ADJOURNED
    await session.flush()
    joining = asyncio.create_task(join(anonymous, token))
    await settled(sitting, joining)
    assert joining.done() is not guarded
    await session.commit()
    answer = await joining
    assert answer.status_code == (410 if guarded else 200)


async def unlocked(session: AsyncSession, link_id: UUID) -> Meeting | None:
    """What the guard does, without its lock."""
    statement = (
        select(Meeting)
        .join(Registration, col(Registration.meeting_id) == col(Meeting.id))
        .join(Link, col(Link.resource_id) == col(Registration.id))
        .where(col(Link.id) == link_id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def settled(sitting: Sitting, task: asyncio.Task[httpx.Response]) -> None:
    """Until the request is answered or waits for a lock; at most ten seconds."""
    waiting = text(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    async with asyncio.timeout(10):
        while not task.done():
            async with sitting.world.app.state.database.transaction() as session:
                if (await session.execute(waiting)).scalar_one():
                    return
