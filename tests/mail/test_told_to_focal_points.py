"""What focal points are told of credentials that are returned, and of late registration."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.database import Database
from app.core.fields import UN_LANGUAGES
from app.credentials import service as credentials
from app.credentials.lifecycle import CredentialsStatus
from app.entities.tables import Person
from app.events import Actor
from app.identity import service as identity
from app.identity.lifecycle import AccountKind, LinkPurpose
from app.identity.tokens import read_link_token
from app.invitations.lifecycle import InvitationStatus
from app.mail.letters import purpose_of
from app.mail.lifecycle import MessageKind as Kind
from app.mail.lifecycle import MessageState
from app.mail.policy import Present, moot
from app.mail.queries import load_case
from app.mail.sending import _present
from app.mail.tables import Message
from app.meetings.lifecycle import MeetingStatus
from app.registrations import exceptions, rule_queries
from app.registrations.tables import RegistrationException
from tests.mail.sink import sink
from tests.mail.stage import SECRET, Stage
from tests.mail.test_letters import body
from tests.mail.test_sending import now, sender, through
from tests.world import World

WHY = "The second page is missing."
LATE = datetime(2021, 10, 7, 12, tzinfo=UTC)
"""After the deadline."""


@pytest.fixture
async def desk(stage: Stage) -> UUID:
    """The account of an organizer of the stage's meeting, whose invitation was sent and told."""
    async with stage.database.transaction() as session:
        account = await identity.create_account(session, AccountKind.PERSON, "Ana Lima")
    await stage.send()
    await stage.follow()
    return account.id


async def present(stage: Stage, desk: UUID) -> None:
    async with stage.scene() as (session, meeting, invitation):
        session.info["actor"] = Actor("account", desk)
        await credentials.present(session, meeting, invitation, None, "Note verbale 117/2021")


async def give_back(stage: Stage, desk: UUID, why: str = WHY) -> None:
    async with stage.scene() as (session, meeting, invitation):
        await credentials.give_back(session, meeting, invitation, desk, why)


async def grant(stage: Stage, desk: UUID, until: datetime = LATE, persons: int = 2) -> UUID:
    async with stage.scene() as (session, meeting, invitation):
        why = "Visas came late."
        made = await exceptions.grant(session, meeting, invitation, persons, until, why, desk)
    return made.id


async def told(stage: Stage, kind: Kind) -> list[Message]:
    await stage.follow()
    return [message for message in await stage.messages() if message.kind is kind]


async def why_not(stage: Stage, message: Message) -> str | None:
    """Why the message would not be sent now."""
    async with stage.database.transaction() as session:
        held = await session.get_one(Message, message.id)
        return moot(held.kind, _present(await load_case(session, held, purpose_of(held.kind))))


async def read(stage: Stage, language: str) -> None:
    """Let the focal point read another language."""
    async with stage.database.transaction() as session:
        (await session.get_one(Person, stage.focal_point.id)).language = language


async def test_focal_points_are_told_once_why_with_a_link(stage: Stage, desk: UUID) -> None:
    await read(stage, "en")
    await present(stage, desk)
    await give_back(stage, desk)
    await stage.follow()
    (message,) = await told(stage, Kind.CREDENTIALS_RETURNED)
    assert (message.recipient, message.invitation_id) == ("amina@example.org", stage.invitation.id)
    mail = await stage.mail(message)
    text = body(mail, "plain")
    assert mail["Subject"] == "Credentials returned: 6th meeting of the committee"
    assert f"Message from the organizers:\n  {WHY}\n" in text
    _, fresh = await stage.links(LinkPurpose.ANSWER_INVITATION)
    token = text.split("/answer#")[1].split()[0]
    assert (read_link_token(SECRET, token), fresh.expires_at) == (fresh.id, stage.meeting.ends_at)
    assert await why_not(stage, message) is None


async def test_it_goes_out_once_and_not_at_all_once_it_is_mended(
    stage: Stage, desk: UUID, database: Database
) -> None:
    async with sink() as server:
        post = sender(database, through(server))
        await present(stage, desk)
        await give_back(stage, desk)
        (message,) = await told(stage, Kind.CREDENTIALS_RETURNED)
        await post.send(message.id)
        await post.send(message.id)
        (mail,) = server.parsed()
        assert (mail["To"], WHY in body(mail, "plain")) == ("Amina Rossi <amina@example.org>", True)
        await present(stage, desk)
        await give_back(stage, desk)
        _, again = await told(stage, Kind.CREDENTIALS_RETURNED)
        await present(stage, desk)
        await post.send(again.id)
        assert len(server.parsed()) == 1
    assert await now(database, again) == (
        MessageState.SUPPRESSED,
        0,
        "The credentials are presented.",
    )


async def test_what_is_wrong_now_is_told_and_nothing_once_it_is_mended(
    stage: Stage, desk: UUID
) -> None:
    await present(stage, desk)
    await give_back(stage, desk)
    await present(stage, desk)
    (first,) = await told(stage, Kind.CREDENTIALS_RETURNED)
    assert await why_not(stage, first) == "The credentials are presented."
    await give_back(stage, desk, "It is not signed.")
    first, second = await told(stage, Kind.CREDENTIALS_RETURNED)
    assert await why_not(stage, first) == "Another message says it."
    assert await why_not(stage, second) is None
    text = body(await stage.mail(second), "plain")
    assert ("It is not signed." in text, WHY in text) == (True, False)
    async with stage.scene() as (session, meeting, invitation):
        await credentials.check(session, meeting, invitation, desk)
    assert await why_not(stage, second) == "The credentials are checked."


async def test_whoever_acts_no_longer_and_whoever_never_heard_is_told_nothing(
    stage: Stage,
) -> None:
    async with stage.database.transaction() as session:
        desk = (await identity.create_account(session, AccountKind.PERSON, "Ana Lima")).id
    await present(stage, desk)
    await give_back(stage, desk)
    await grant(stage, desk)
    await stage.follow()
    assert await stage.planned() == []
    await stage.send()
    await grant(stage, desk)
    (message,) = await told(stage, Kind.EXCEPTION_GRANTED)
    async with stage.end_focal_point():
        pass
    assert await why_not(stage, message) == "The link has expired."


async def test_they_are_told_how_many_may_come_late_and_until_when(
    stage: Stage, desk: UUID
) -> None:
    await read(stage, "en")
    granted = await grant(stage, desk)
    other = await grant(stage, desk, LATE + timedelta(hours=1), 1)
    first, second = await told(stage, Kind.EXCEPTION_GRANTED)
    text = body(await stage.mail(first), "plain")
    facts = re.findall(r"(?:Late registrations|Taken until): .*", text)
    assert facts == [
        "Late registrations: 2",
        "Taken until: Thursday 7 October 2021, 17:00, Asia/Tashkent (UTC+05:00)",
    ]
    assert "Late registrations: 1\n" in body(await stage.mail(second), "plain")
    _, until, longer = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert (until.expires_at, longer.expires_at) == (LATE, LATE + timedelta(hours=1))
    async with stage.scene() as (session, meeting, invitation):
        found = await rule_queries.find_exception(session, invitation.id, granted)
        assert found is not None, "it was just granted"
        await exceptions.revoke(session, meeting, invitation, found, desk)
    over = "The exception lets nobody in any more."
    assert [await why_not(stage, first), await why_not(stage, second)] == [over, None]
    await revoking_is_told_to_those_who_heard(stage, first)
    async with stage.database.transaction() as session:
        (await session.get_one(RegistrationException, other)).used = 1
    assert await why_not(stage, second) == over


async def revoking_is_told_to_those_who_heard(stage: Stage, granted: Message) -> None:
    (revoked,) = await told(stage, Kind.EXCEPTION_REVOKED)
    assert await why_not(stage, revoked) == "Nobody was told of the exception."
    async with stage.database.transaction() as session:
        (await session.get_one(Message, granted.id)).attempts = 1
    assert await why_not(stage, revoked) is None
    mail = await stage.mail(revoked)
    assert mail["Subject"] == "Late registration ended: 6th meeting of the committee"
    assert "/answer#" not in body(mail, "plain")


async def test_nobody_is_told_that_an_exception_of_no_use_was_revoked(
    stage: Stage, desk: UUID
) -> None:
    used = await grant(stage, desk, LATE, 1)
    async with stage.scene() as (session, meeting, invitation):
        assert await exceptions.use(session, meeting, invitation, LATE - timedelta(days=1))
    async with stage.scene() as (session, meeting, invitation):
        found = await rule_queries.find_exception(session, invitation.id, used)
        assert found is not None, "it was just granted"
        await exceptions.revoke(session, meeting, invitation, found, desk)
    assert await told(stage, Kind.EXCEPTION_REVOKED) == []


@pytest.mark.parametrize("language", UN_LANGUAGES)
async def test_it_is_told_in_six_languages(stage: Stage, desk: UUID, language: str) -> None:
    await read(stage, language)
    await present(stage, desk)
    await give_back(stage, desk)
    await grant(stage, desk)
    (returned,) = await told(stage, Kind.CREDENTIALS_RETURNED)
    (late,) = await told(stage, Kind.EXCEPTION_GRANTED)
    mails = [await stage.mail(message) for message in (returned, late)]
    assert [message.language for message in (returned, late)] == [language] * 2
    assert all("/answer#" in body(mail, "plain") for mail in mails)
    assert all("{{" not in body(mail, "plain") for mail in mails)
    assert WHY in body(mails[0], "plain")
    assert len({mail["Subject"] for mail in mails}) == 2


def test_when_they_have_lost_their_meaning() -> None:
    returned = Present(
        meeting=MeetingStatus.SCHEDULED,
        stale=False,
        link_alive=True,
        invitation=InvitationStatus.ACCEPTED,
        credentials=CredentialsStatus.RETURNED,
        exception_left=True,
    )
    for kind in (Kind.CREDENTIALS_RETURNED, Kind.EXCEPTION_GRANTED):
        gone = replace(returned, invitation=InvitationStatus.WITHDRAWN)
        assert moot(kind, returned) is None
        assert moot(kind, gone) == "The invitation was withdrawn."
        for status in (MeetingStatus.ADJOURNED, MeetingStatus.CLOSED, MeetingStatus.CANCELLED):
            over = replace(returned, meeting=status)
            assert moot(kind, over) == f"The meeting is {status.value}."
        assert moot(kind, replace(returned, link_alive=False)) == "The link has expired."


async def test_a_plan_says_whom_before_it_is_done(stage: Stage, world: World, desk: UUID) -> None:
    await present(stage, desk)
    organizer = await world.organizer({"id": stage.committee.id})
    path = f"/v1/meetings/{stage.meeting.handle}/invitations/{stage.invitation.id}"
    late = {"persons": 1, "until": LATE.isoformat(), "reason": WHY}
    for suffix, told_of, asked in (
        ("credentials/return", "credentials_returned", {"reason": WHY}),
        ("exceptions", "exception_granted", late),
    ):
        answer = await organizer.post(f"{path}/{suffix}?plan=true", json=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["kinds"] == {told_of: 1}
        assert [each["name"] for each in answer.json()["notices"]] == ["Amina Rossi"]
    assert (await organizer.get(f"{path}/credentials")).json()["status"] == "presented"


async def test_both_are_seen_before_they_are_sent(stage: Stage, world: World, desk: UUID) -> None:
    await grant(stage, desk)
    organizer = await world.organizer({"id": stage.committee.id})
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    wanted = {"kind": "exception_granted", "language": "en"}
    seen = (await organizer.post(path, json=wanted)).json()
    assert seen["recipient"]["name"] == "Amina Rossi"
    assert ("Late registrations: 2" in seen["text"], "/answer#…" in seen["text"]) == (True, True)
    wanted = {"kind": "credentials_returned", "language": "en", "note": WHY}
    assert WHY in (await organizer.post(path, json=wanted)).json()["text"]
