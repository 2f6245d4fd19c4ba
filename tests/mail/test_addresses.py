"""Somebody's address is corrected: entry and link go to the new one, the old one loses both."""

from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.entities import service as entities
from app.entities.queries import find_person
from app.entities.tables import Person
from app.identity.lifecycle import LinkPurpose
from app.invitations import listeners as _of_invitations  # noqa: F401  # they register themselves
from app.mail.lifecycle import MessageKind as Kind
from app.mail.policy import Present, moot
from app.mail.tables import Message
from app.meetings.lifecycle import MeetingStatus
from app.registrations import listeners as _of_registrations  # noqa: F401  # as above
from app.registrations.tables import Registration
from tests.mail.stage import DAY, Stage
from tests.mail.test_letters import body, event

NEW = "right@example.org"


async def correct(stage: Stage, person_id: UUID, **members: Any) -> None:
    async with stage.database.transaction() as session:
        person = await find_person(session, stage.entity.id, person_id, lock=True)
        assert person is not None, "it was registered"
        said = {"email": person.email} | members
        await entities.change_person(session, person, said, sorted(members))


async def somebody(stage: Stage) -> tuple[UUID, Registration]:
    """Registered, and written to."""
    registration_id = await stage.register("Li Wei")
    assert await stage.delivered() > 0
    async with stage.database.transaction() as session:
        registration = await session.get_one(Registration, registration_id)
    return registration_id, registration


async def test_the_new_address_gets_the_entry_and_the_old_one_a_cancel(stage: Stage) -> None:
    await stage.send()
    registration_id, registration = await somebody(stage)
    told = len(await stage.messages())
    await correct(stage, registration.person_id, email=NEW)
    await stage.follow()
    comes, goes = (await stage.messages())[told:]
    assert [(m.kind, m.recipient) for m in (comes, goes)] == [
        (Kind.REGISTRATION_CONFIRMED, NEW),
        (Kind.REGISTRATION_READDRESSED, "person1@example.org"),
    ]
    came, gone = await stage.mail(comes), await stage.mail(goes)
    entry, _ = event(came)
    taken_back, other = event(gone)
    assert entry["UID"] == taken_back["UID"] == f"{registration_id}@example.org"
    assert (entry["SEQUENCE"], taken_back["SEQUENCE"], other.sequence.value) == (2, 1, "1")
    assert (entry["STATUS"], taken_back["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert entry["ATTENDEE"] == f"mailto:{NEW}"
    assert taken_back["ATTENDEE"] == "mailto:person1@example.org"
    assert NEW not in gone.as_string(), "the old address may be a stranger's"
    assert "another address" in body(gone, "plain")
    old, fresh = await stage.links(LinkPurpose.JOIN_MEETING)
    assert (old.revoked_at is None, fresh.revoked_at, fresh.resource_id) == (
        False,
        None,
        registration_id,
    )


async def test_mails_to_focal_points_about_somebody_are_no_entries_of_theirs(
    stage: Stage,
) -> None:
    await stage.send()
    registration_id, registration = await somebody(stage)
    async with stage.database.transaction() as session:
        held = await session.get_one(Message, (await stage.messages())[-1].id)
        told = held.model_copy(
            update={
                "id": new_id(),
                "event_id": new_id(),
                "kind": Kind.ATTENDEE_DECLINED,
                "person_id": stage.focal_point.id,
                "recipient": stage.focal_point.email,
                "message_id": "<declined@example.org>",
            }
        )
        session.add(Message(**told.model_dump()))
    await correct(stage, registration.person_id, email=NEW)
    await stage.follow()
    assert (await stage.planned())[-1] == (Kind.REGISTRATION_READDRESSED, "person1@example.org")
    assert registration.id == registration_id


async def test_a_corrected_name_is_no_other_address(stage: Stage) -> None:
    await stage.send()
    _, registration = await somebody(stage)
    told = await stage.planned()
    await correct(stage, registration.person_id, name="Li Wei Ming")
    await stage.follow()
    assert await stage.planned() == told


async def test_who_was_not_written_to_yet_loses_no_entry(stage: Stage) -> None:
    await stage.send()
    registration_id = await stage.register()
    async with stage.database.transaction() as session:
        registration = await session.get_one(Registration, registration_id)
    await correct(stage, registration.person_id, email=NEW)
    await stage.follow()
    kinds = [kind for kind, _ in await stage.planned()]
    assert Kind.REGISTRATION_READDRESSED not in kinds
    links = await stage.links(LinkPurpose.JOIN_MEETING)
    assert [link.revoked_at for link in links] == [None]


async def test_meetings_that_are_over_stay_as_they_were(stage: Stage) -> None:
    await stage.send()
    registration_id, registration = await somebody(stage)
    await stage.becomes(MeetingStatus.ADJOURNED)
    told = await stage.planned()
    await correct(stage, registration.person_id, email=NEW)
    await stage.follow()
    assert await stage.planned() == told
    async with stage.database.transaction() as session:
        assert (await session.get_one(Registration, registration_id)).calendar_sequence == 0


async def test_a_focal_point_gets_a_fresh_link_at_the_new_address(stage: Stage) -> None:
    await stage.send()
    await stage.delivered()
    await correct(stage, stage.focal_point.id, email=NEW)
    await stage.follow()
    assert (await stage.planned())[-1] == (Kind.LINK_RENEWED, NEW)
    old, fresh = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert (old.revoked_at is None, fresh.revoked_at) == (False, None)


async def test_whoever_has_left_is_told_only_what_takes_entries_back(stage: Stage) -> None:
    present = Present(meeting=MeetingStatus.SCHEDULED, stale=False, left=True, participation=None)
    told = {kind for kind in Kind if moot(kind, present) != "The person has left the entity."}
    assert told == {
        Kind.REGISTRATION_WITHDRAWN,
        Kind.REGISTRATION_SUBSTITUTED,
        Kind.REGISTRATION_READDRESSED,
        Kind.REGISTRATION_UNSEATED,
        Kind.MEETING_CANCELLED,
    }


async def test_the_address_of_before_is_good_again(stage: Stage) -> None:
    """Nothing is taken back where mails go after all."""
    await stage.send()
    _, registration = await somebody(stage)
    await correct(stage, registration.person_id, email=NEW)
    await correct(stage, registration.person_id, email="person1@example.org")
    await stage.follow()
    planned = (await stage.planned())[2:]
    assert planned == [(Kind.REGISTRATION_CONFIRMED, "person1@example.org")] * 2
    async with stage.database.transaction() as session:
        person = await session.get_one(Person, registration.person_id)
    assert person.created_at >= DAY
