"""What the one who goes and the one who comes instead are told."""

import re
from dataclasses import replace
from uuid import UUID

import pytest

from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import read_link_token
from app.mail.lifecycle import OF_PANELS
from app.mail.lifecycle import MessageKind as Kind
from app.mail.policy import Present, moot
from app.mail.tables import Message
from app.meetings.lifecycle import MeetingStatus
from app.registrations.lifecycle import RegistrationStatus
from tests.mail.stage import SECRET, Stage
from tests.mail.test_letters import body, event


async def told(stage: Stage, registration_id: UUID) -> list[Message]:
    await stage.follow()
    return [m for m in await stage.messages() if m.registration_id == registration_id]


async def test_the_one_loses_the_entry_and_the_other_gets_one(stage: Stage) -> None:
    await stage.send()
    old = await stage.register("Li Wei")
    before = event(await stage.mail((await told(stage, old))[-1]))[0]
    new = await stage.substitute(old, "Ana Lima")
    goes, comes = (await told(stage, old))[-1], (await told(stage, new))[-1]
    assert (goes.kind, comes.kind) == (Kind.REGISTRATION_SUBSTITUTED, Kind.REGISTRATION_CONFIRMED)
    assert (goes.recipient, comes.recipient) == ("person1@example.org", "person2@example.org")
    gone, came = await stage.mail(goes), await stage.mail(comes)
    entry, other = event(gone)
    assert entry["UID"] == other.uid.value == before["UID"] == f"{old}@example.org"
    assert (entry["SEQUENCE"], entry["STATUS"]) == (before["SEQUENCE"] + 1, "CANCELLED")
    assert (other.sequence.value, other.status.value) == ("1", "CANCELLED")
    assert "given to a colleague" in body(gone, "plain")
    for part in (*gone.walk(), gone):
        assert "Ana Lima" not in part.as_string()
    assert "person2" not in gone.as_string()
    entry, other = event(came)
    assert entry["UID"] == other.uid.value == f"{new}@example.org"
    assert (entry["SEQUENCE"], entry["STATUS"]) == (0, "CONFIRMED")
    assert entry["ATTENDEE"] == "mailto:person2@example.org"
    assert "You take the place of a colleague." in body(came, "plain")
    assert "Li Wei" not in body(came, "plain")
    first, second = await stage.links(LinkPurpose.JOIN_MEETING)
    assert (first.resource_id, first.revoked_at is None) == (old, False)
    assert (second.resource_id, second.revoked_at) == (new, None)
    (address,) = re.findall(r"http\S+", body(came, "plain"))
    assert read_link_token(SECRET, address.partition("#")[2]) == second.id


async def test_in_the_waiting_list_there_is_no_entry_to_take_back(stage: Stage) -> None:
    await stage.send()
    old = [await stage.register() for _ in range(3)][2]
    new = await stage.substitute(old)
    goes, comes = (await told(stage, old))[-1], (await told(stage, new))[-1]
    assert (goes.kind, comes.kind) == (Kind.REGISTRATION_SUBSTITUTED, Kind.REGISTRATION_WAITING)
    gone, came = await stage.mail(goes), await stage.mail(comes)
    for mail in (gone, came):
        assert "text/calendar" not in [part.get_content_type() for part in mail.walk()]
    assert "calendar" not in body(gone, "plain")
    assert "You take the place of a colleague." in body(came, "plain")


async def test_a_seat_that_falls_free_later_is_told_as_such(stage: Stage) -> None:
    await stage.send()
    people = [await stage.register() for _ in range(3)]
    new = await stage.substitute(people[2])
    await stage.withdraw(people[0])
    mail = await stage.mail((await told(stage, new))[-1])
    assert "A seat has fallen free" in body(mail, "plain")
    assert "colleague" not in body(mail, "plain")


async def test_there_and_back_again_gives_another_entry(stage: Stage) -> None:
    await stage.send()
    first = await stage.register()
    second = await stage.substitute(first)
    third = await stage.substitute(second, person_id=(await told(stage, first))[0].person_id)
    kinds = [
        [m.kind for m in await told(stage, registration_id)]
        for registration_id in (first, second, third)
    ]
    both = [Kind.REGISTRATION_CONFIRMED, Kind.REGISTRATION_SUBSTITUTED]
    assert kinds == [both, both, both[:1]]
    entry, _ = event(await stage.mail((await told(stage, third))[0]))
    assert (entry["UID"], entry["STATUS"]) == (f"{third}@example.org", "CONFIRMED")
    entry, _ = event(await stage.mail((await told(stage, first))[1]))
    assert (entry["UID"], entry["STATUS"]) == (f"{first}@example.org", "CANCELLED")


async def test_of_a_chain_each_gets_a_cancel_and_the_last_a_request_and_the_only_link(
    stage: Stage,
) -> None:
    await stage.send()
    chain = [await stage.register("Li Wei")]
    await stage.follow()
    for name in ("Ana Lima", "Omar Haddad", "Eve Adams"):
        chain.append(await stage.substitute(chain[-1], name))
        await stage.follow()
    for registration_id in chain[:-1]:
        messages = await told(stage, registration_id)
        entries = [event(await stage.mail(each))[0] for each in messages[1:]]
        assert [(each["STATUS"], each["SEQUENCE"]) for each in entries] == [("CANCELLED", 1)]
    (last,) = await told(stage, chain[-1])
    entry, _ = event(await stage.mail(last))
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 0)
    links = await stage.links(LinkPurpose.JOIN_MEETING)
    assert [(link.resource_id, link.revoked_at is None) for link in links] == [
        (registration_id, registration_id == chain[-1]) for registration_id in chain
    ]


async def test_whoever_was_substituted_hears_no_more_of_the_meeting(stage: Stage) -> None:
    await stage.send()
    old = await stage.register()
    await stage.reschedule(days=7)
    await stage.follow()
    new = await stage.substitute(old)
    await stage.reschedule(days=7)
    await stage.cancel()
    assert [m.kind for m in await told(stage, old)] == [
        Kind.REGISTRATION_CONFIRMED,
        Kind.MEETING_CHANGED,
        Kind.REGISTRATION_SUBSTITUTED,
    ]
    assert [m.kind for m in await told(stage, new)] == [
        Kind.REGISTRATION_CONFIRMED,
        Kind.MEETING_CHANGED,
        Kind.MEETING_CANCELLED,
    ]


async def test_it_is_told_in_french(stage: Stage) -> None:
    await stage.send()
    old = await stage.register(language="fr")
    new = await stage.substitute(old, language="fr")
    gone = await stage.mail((await told(stage, old))[-1])
    came = await stage.mail((await told(stage, new))[-1])
    assert gone["Subject"].startswith("Place cédée à un ou une collègue : ")
    assert "Vous prenez la place d'un ou d'une collègue." in body(came, "plain")


@pytest.mark.parametrize("kind", Kind)
def test_what_is_still_true_for_whoever_was_substituted(kind: Kind) -> None:
    present = Present(
        meeting=MeetingStatus.SCHEDULED,
        stale=False,
        registration=RegistrationStatus.SUBSTITUTED,
    )
    still = {
        Kind.REGISTRATION_SUBSTITUTED,
        Kind.REGISTRATION_WITHDRAWN,
        Kind.REGISTRATION_READDRESSED,
    }
    to_others = OF_PANELS | {Kind.INVITATION, Kind.LINK_RENEWED, Kind.INVITATION_WITHDRAWN}
    to_others |= {Kind.BRIEFER_WITHDRAWN, Kind.BRIEFER_ENTRY_DROPPED}
    about_people = set(Kind) - to_others
    if kind in about_people:
        assert (moot(kind, present) is None) is (kind in still)


def test_a_confirmation_is_true_as_long_as_its_link_is_good() -> None:
    """A seat that was lost and won again has another link, and another mail that brings it."""
    state = RegistrationStatus.CONFIRMED
    good = Present(
        meeting=MeetingStatus.SCHEDULED, stale=False, registration=state, link_alive=True
    )
    assert moot(Kind.REGISTRATION_CONFIRMED, good) is None
    assert moot(Kind.REGISTRATION_CONFIRMED, replace(good, link_alive=False)) is not None
    assert moot(Kind.REGISTRATION_CONFIRMED, replace(good, own=False)) is not None
