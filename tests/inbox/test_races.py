"""Many answers at once: the latest counts, the same mail is one row; unlocked, it is not so."""

import asyncio
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.entities.tables import Person
from app.inbox import queries
from app.inbox.tables import IncomingMail
from app.meetings.tables import Meeting
from app.registrations.tables import Registration
from tests.inbox import programs
from tests.inbox.post import Post, request_of
from tests.inbox.programs import LATER, by_icalendar, thunderbird

PERSON = "person1@example.org"
STATUSES = ("ACCEPTED", "DECLINED", "TENTATIVE")


async def answers(post: Post, number: int) -> tuple[UUID, str, list[bytes]]:
    """Registration, recipient, and mails of which the last is the latest."""
    registration_id = await post.stage.register()
    (mail,) = await post.deliver()
    request = request_of(mail)
    recipient = programs.organizer_of(request)
    made = [
        thunderbird(
            by_icalendar(request, STATUSES[n % 3], stamp=LATER + timedelta(minutes=n)),
            PERSON,
            recipient,
        )
        for n in range(number)
    ]
    return registration_id, recipient, made


async def test_of_many_answers_at_once_the_latest_counts(post: Post) -> None:
    registration_id, recipient, mails = await answers(post, 12)
    random.shuffle(mails)
    codes = await asyncio.gather(*(post.hand_in(mail, recipient) for mail in mails))
    assert {code for code, _ in codes} == {250}
    assert await post.participation(registration_id) == STATUSES[11 % 3].lower()
    assert len(await post.rows()) == 12


async def test_the_same_mail_many_times_at_once_is_one_row(post: Post) -> None:
    _, recipient, (mail,) = await answers(post, 1)
    codes = await asyncio.gather(*(post.hand_in(mail, recipient) for _ in range(12)))
    assert {code for code, _ in codes} == {250}
    assert await post.outcomes() == [("reply", "applied", None)]


async def test_without_the_lock_an_older_answer_may_win(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both see that nobody has answered, and the older one writes last."""
    registration_id, recipient, (older, later) = await answers(post, 2)
    seen = asyncio.Barrier(2)
    begun, written = asyncio.Event(), asyncio.Event()

    async def find_unlocked(session: AsyncSession, wanted: UUID) -> tuple[Any, ...] | None:
        registration = await session.get_one(Registration, wanted)
        await seen.wait()
        if session.info["older"]:
            await written.wait()
        meeting = await session.get_one(Meeting, registration.meeting_id)
        return registration, meeting, await session.get_one(Person, registration.person_id)

    async def mark(session: AsyncSession, content_hash: bytes) -> IncomingMail | None:
        """The first to come is the older one."""
        session.info["older"] = not marks
        marks.append(content_hash)
        begun.set()
        statement = select(IncomingMail).where(col(IncomingMail.content_hash) == content_hash)
        return (await session.execute(statement)).scalar_one_or_none()

    marks: list[bytes] = []
    monkeypatch.setattr(queries, "find_standing", find_unlocked)
    monkeypatch.setattr(queries, "find_same", mark)
    first = asyncio.create_task(post.hand_in(older, recipient))
    await begun.wait()
    await post.hand_in(later, recipient)
    written.set()
    await first
    assert await post.participation(registration_id) == STATUSES[0].lower()
