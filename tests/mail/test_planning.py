"""Who is told what, once, because of which fact."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.core.database import Database
from app.identity.lifecycle import LinkPurpose
from app.mail.lifecycle import MessageKind as Kind
from app.registrations import service as registrations
from app.registrations.lifecycle import RegistrationRole
from tests.mail.stage import DAY, Stage

FOCAL_POINT = "amina@example.org"


async def test_every_focal_point_gets_an_invitation_and_a_link_of_their_own(stage: Stage) -> None:
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    assert (message.kind, message.recipient, message.language) == (
        Kind.INVITATION,
        FOCAL_POINT,
        "fr",
    )
    assert message.message_id == f"<{message.id}@example.org>"
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert (link.resource_id, link.person_id) == (stage.invitation.id, stage.focal_point.id)
    assert link.expires_at == stage.meeting.registration_closes_at


async def test_following_again_plans_nothing_twice(stage: Stage, database: Database) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    before = await stage.messages()
    async with database.transaction() as session:
        await session.execute(text("UPDATE followers SET sequence = 0"))
    await stage.follow()
    assert await stage.messages() == before
    assert len(await stage.links(LinkPurpose.ANSWER_INVITATION)) == 1
    assert len(await stage.links(LinkPurpose.JOIN_MEETING)) == 1


async def test_a_registration_is_told_by_its_place(stage: Stage) -> None:
    await stage.send()
    first, _, third = [await stage.register() for _ in range(3)]
    await stage.follow()
    assert (await stage.planned())[1:] == [
        (Kind.REGISTRATION_CONFIRMED, "person1@example.org"),
        (Kind.REGISTRATION_CONFIRMED, "person2@example.org"),
        (Kind.REGISTRATION_WAITING, "person3@example.org"),
    ]
    await stage.withdraw(first)
    await stage.follow()
    assert (await stage.planned())[4:] == [
        (Kind.REGISTRATION_WITHDRAWN, "person1@example.org"),
        (Kind.REGISTRATION_CONFIRMED, "person3@example.org"),
    ]
    live = [
        link.resource_id
        for link in await stage.links(LinkPurpose.JOIN_MEETING)
        if link.revoked_at is None
    ]
    assert (len(live), live[-1]) == (2, third)


async def test_a_new_date_is_told_to_everybody_concerned_once(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    await stage.reschedule(days=7)
    await stage.follow()
    assert (await stage.planned())[2:] == [
        (Kind.MEETING_CHANGED, "person1@example.org"),
        (Kind.MEETING_CHANGED, FOCAL_POINT),
    ]
    (link,) = await stage.links(LinkPurpose.JOIN_MEETING)
    assert link.expires_at == stage.meeting.ends_at + timedelta(days=8)


async def test_a_focal_point_who_is_registered_too_hears_once(stage: Stage) -> None:
    await stage.send()
    async with stage.scene() as (session, meeting, invitation):
        await registrations.register(
            session, meeting, invitation, stage.focal_point.id, RegistrationRole.REPRESENTATIVE
        )
    await stage.cancel()
    await stage.follow()
    assert (await stage.planned())[2:] == [(Kind.MEETING_CANCELLED, FOCAL_POINT)]
    assert (await stage.messages())[-1].registration_id is not None


async def test_a_withdrawn_invitation_takes_its_links_along(stage: Stage) -> None:
    await stage.send()
    await stage.follow()
    await stage.withdraw_invitation()
    await stage.follow()
    assert await stage.planned() == [
        (Kind.INVITATION, FOCAL_POINT),
        (Kind.INVITATION_WITHDRAWN, FOCAL_POINT),
    ]
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert link.revoked_at is not None


async def test_a_draft_that_is_withdrawn_is_told_to_nobody(stage: Stage) -> None:
    await stage.withdraw_invitation()
    await stage.follow()
    assert await stage.planned() == []


async def test_a_fresh_link_comes_once_a_minute_however_often_it_is_asked_for(
    stage: Stage, set_clock
) -> None:
    await stage.send()
    await stage.follow()
    (old,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    for minute in (0, 0, 2):
        set_clock(DAY + timedelta(minutes=10 + minute))
        await stage.ask_for_fresh_link(old)
        await stage.follow()
    assert await stage.planned() == [
        (Kind.INVITATION, FOCAL_POINT),
        (Kind.LINK_RENEWED, FOCAL_POINT),
        (Kind.LINK_RENEWED, FOCAL_POINT),
    ]
    assert len(await stage.links(LinkPurpose.ANSWER_INVITATION)) == 3


async def test_behind_the_deadline_a_fresh_link_works_until_the_end(
    stage: Stage, set_clock
) -> None:
    await stage.send()
    await stage.follow()
    (old,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    set_clock(datetime(2021, 10, 7, 9, tzinfo=UTC))
    await stage.ask_for_fresh_link(old)
    await stage.follow()
    assert (await stage.links(LinkPurpose.ANSWER_INVITATION))[1].expires_at == stage.meeting.ends_at
