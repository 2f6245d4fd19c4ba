"""Who hears of a registration that needs a decision, and of the decision."""

from uuid import UUID

import pytest

from app.committees.rules import ApprovalReason
from app.core import clock
from app.core.ids import new_id
from app.identity import service as identity
from app.identity.lifecycle import AccountKind, LinkPurpose
from app.mail.lifecycle import MessageKind as Kind
from app.mail.tables import Message
from app.registrations import approval, queries
from app.registrations.admission import Admission
from app.registrations.lifecycle import RegistrationRole
from app.reminders.digests import figures
from tests.mail.stage import Stage
from tests.mail.test_letters import body, event
from tests.mail.test_substitution import told

WHY = "The meeting is for heads of delegation."


async def ask(stage: Stage, name: str = "", **members: str) -> UUID:
    """Register a new person whose registration needs a decision."""
    async with stage.scene() as (session, meeting, invitation):
        person = await stage._somebody(session, name, members)
        role, admitted = RegistrationRole.REPRESENTATIVE, Admission([ApprovalReason.ALL])
        made = await approval.register_pending(
            session, meeting, invitation, person.id, role, admitted
        )
    return made.id


async def decide(stage: Stage, registration_id: UUID, reason: str | None = None) -> None:
    """Yes, or no for a reason."""
    async with stage.scene() as (session, meeting, invitation):
        account = await identity.create_account(session, AccountKind.PERSON, f"O {new_id()}")
        await session.flush()
        registration = await queries.lock_registration(session, registration_id)
        assert registration is not None, "it was just made"
        if reason is None:
            await approval.approve(session, meeting, invitation, registration, account.id)
        else:
            await approval.reject(session, meeting, registration, account.id, reason)


def kinds(messages: list[Message]) -> list[tuple[Kind, str]]:
    return [(message.kind, message.recipient) for message in messages]


async def test_who_is_approved_gets_the_entry_and_the_link_and_not_before(stage: Stage) -> None:
    await stage.send()
    made = await ask(stage, "Li Wei")
    (waits,) = await told(stage, made)
    mail = await stage.mail(waits)
    assert (waits.kind, waits.recipient) == (Kind.REGISTRATION_PENDING, "person1@example.org")
    assert "text/calendar" not in [part.get_content_type() for part in mail.walk()]
    assert "The organizers decide about the registration" in body(mail, "plain")
    assert await stage.links(LinkPurpose.JOIN_MEETING) == []
    await decide(stage, made)
    comes = (await told(stage, made))[-1]
    assert comes.kind is Kind.REGISTRATION_CONFIRMED
    entry, _ = event(await stage.mail(comes))
    assert (entry["UID"], entry["STATUS"], entry["SEQUENCE"]) == (
        f"{made}@example.org",
        "CONFIRMED",
        0,
    )
    (link,) = await stage.links(LinkPurpose.JOIN_MEETING)
    assert link.resource_id == made


async def test_who_is_approved_while_no_seat_is_free_hears_that_they_wait(stage: Stage) -> None:
    await stage.send()
    for _ in range(2):
        await stage.register()
    made = await ask(stage)
    await decide(stage, made)
    assert [message.kind for message in await told(stage, made)] == [
        Kind.REGISTRATION_PENDING,
        Kind.REGISTRATION_WAITING,
    ]


async def test_a_no_is_told_with_its_reason_to_the_person_and_the_focal_points(
    stage: Stage,
) -> None:
    await stage.send()
    made = await ask(stage, "Li Wei")
    await decide(stage, made, WHY)
    found = [m for m in await told(stage, made) if m.kind is Kind.REGISTRATION_REJECTED]
    assert sorted(kinds(found)) == [
        (Kind.REGISTRATION_REJECTED, "amina@example.org"),
        (Kind.REGISTRATION_REJECTED, "person1@example.org"),
    ]
    for message in found:
        mail = await stage.mail(message)
        assert WHY in body(mail, "plain")
        assert "Li Wei" in body(mail, "plain")
        assert "http" not in body(mail, "plain")
    french = next(m for m in found if m.recipient == "amina@example.org")
    assert (await stage.mail(french))["Subject"].startswith("Inscription non approuvée")


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "zh", "ru"])
async def test_it_is_told_in_six_languages(stage: Stage, language: str) -> None:
    await stage.send()
    made = await ask(stage, "Li Wei", language=language)
    await decide(stage, made, WHY)
    mine = [m for m in await told(stage, made) if m.recipient == "person1@example.org"]
    mails = [await stage.mail(message) for message in mine]
    assert [message.language for message in mine] == [language] * 2
    assert all("{{" not in body(mail, "plain") for mail in mails)
    assert "Li Wei" in body(mails[1], "plain")


async def test_the_digest_counts_who_waits_for_a_decision(stage: Stage) -> None:
    await stage.send()
    await ask(stage)
    async with stage.database.transaction() as session:
        now = clock.now()
        (found,) = await figures(session, stage.committee.id, now, now)
    assert (found.pending, found.waiting) == (1, 0)
