"""What reminders and digests say, and when they are not sent after all."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from app.core.database import Database
from app.inbox.lifecycle import IncomingKind, IncomingState, Way
from app.inbox.tables import IncomingMail
from app.jobs.queue import Patience
from app.mail.letters import House
from app.mail.mime import Envelope
from app.mail.sending import Sender
from app.mail.words import languages
from tests.reminders.morning import (
    ANSWER,
    ANSWER_DUE,
    ATTENDANCE,
    CLOSES,
    DELEGATION,
    ESCALATION,
    ESCALATION_DUE,
    Morning,
)
from tests.world import named, post

MORNING = datetime(2021, 9, 30, 12, tzinfo=UTC)
"""08:00 in New York, on a Thursday."""


class Outbox:
    """A way out that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def send(self, envelope: Envelope) -> None:
        self.mails.append(email.message_from_bytes(envelope.data, policy=email.policy.default))

    async def close(self) -> None:
        """There is nothing to be closed."""


def sender_of(morning: Morning, outbox: Outbox) -> Sender:
    database: Database = morning.database
    house = House(
        mail_from="secretariat@example.org",
        answer_url="https://secretariat.example.org/answer",
        join_url="https://secretariat.example.org/join",
        secret=morning.world.app.state.secret,
        url="https://secretariat.example.org",
    )
    return Sender(database, outbox, house, Patience())


async def sent(morning: Morning, kind: str) -> tuple[list[EmailMessage], list[str | None]]:
    """The mails of a kind that go out when they are sent now, and why others do not."""
    outbox = Outbox()
    sender = sender_of(morning, outbox)
    for message in await morning.messages(kind):
        await sender.send(UUID(message["id"]))
    after = await morning.messages(kind)
    return outbox.mails, [each["last_error"] for each in after if each["state"] == "suppressed"]


def text_of(mail: EmailMessage) -> str:
    """Its paragraphs as they were before they were cut into lines (RFC 3676)."""
    part = mail.get_body(("plain",))
    assert part is not None
    return re.sub(r" \r?\n", " ", part.get_content())


async def test_a_reminder_asks_for_the_answer_with_a_link(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER)
    invitation = await morning.invited()
    set_clock(ANSWER_DUE)
    path = f"{morning.path}/invitations/remind"
    await post(
        morning.world.administrator, path, {"all_unanswered": True, "note": "It closes on Friday."}
    )
    await morning.follow()
    (mail,), _ = await sent(morning, "reminder")
    text = text_of(mail)
    assert mail["Subject"] == f"Please answer: {morning.meeting['title']['en']}"
    assert invitation["entity"]["abbreviation"] in text
    assert "https://secretariat.example.org/answer#" in text
    assert "It closes on Friday." in text
    assert "Tuesday 5 October 2021, 18:00" in text
    assert mail["List-Unsubscribe"] is None, "a summons is none to be stopped"


@pytest.mark.parametrize("said", ["accepted", "declined", "tentative"])
async def test_who_answers_before_it_goes_out_is_not_reminded(
    morning: Morning, set_clock, said: str
) -> None:
    await morning.set(ANSWER)
    invitation = await morning.invited()
    set_clock(ANSWER_DUE)
    await morning.look()
    await morning.answer(invitation, said)
    assert await sent(morning, "reminder") == ([], [f"The invitation is {said}."])


async def test_nobody_is_reminded_behind_the_deadline(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER)
    await morning.invited()
    set_clock(ANSWER_DUE)
    await morning.look()
    set_clock(CLOSES)
    assert await sent(morning, "reminder") == ([], ["The deadline has passed."])


async def test_of_two_reminders_that_wait_the_later_goes_out(morning: Morning, set_clock) -> None:
    await morning.set(ANSWER, ESCALATION)
    await morning.invited()
    for moment in (ANSWER_DUE, ESCALATION_DUE):
        set_clock(moment)
        await morning.look()
    mails, reasons = await sent(morning, "reminder")
    assert (len(mails), reasons) == (1, ["Another message says it."])


async def test_a_delegation_that_was_named_is_not_asked_for(morning: Morning, set_clock) -> None:
    await morning.set(DELEGATION)
    first, second = [await morning.invited() for _ in range(2)]
    for each in (first, second):
        await morning.answer(each, "accepted")
    set_clock(datetime(2021, 10, 4, 13, tzinfo=UTC))
    await morning.look()
    body = named(1) | {"entity": first["entity"]["handle"]}
    await post(morning.world.administrator, f"{morning.path}/registrations", body)
    (mail,), reasons = await sent(morning, "delegation_reminder")
    assert reasons == ["Somebody is registered."]
    assert mail["Subject"].startswith("Please name your representatives")
    assert "https://secretariat.example.org/answer#" in text_of(mail)


async def test_who_has_a_seat_is_reminded_with_the_link_to_join(
    morning: Morning, set_clock
) -> None:
    await morning.set(ATTENDANCE)
    invitation = await morning.invited()
    for number in (1, 2):
        body = named(number) | {"entity": invitation["entity"]["handle"]}
        made = await post(morning.world.administrator, f"{morning.path}/registrations", body)
    await morning.follow()
    set_clock(datetime(2021, 10, 7, 14, tzinfo=UTC))
    await morning.look()
    gone = f"{morning.path}/registrations/{made['id']}/withdraw"
    await post(morning.world.administrator, gone)
    (mail,), reasons = await sent(morning, "attendance_reminder")
    assert reasons == ["The registration is withdrawn."]
    assert mail["To"].addresses[0].addr_spec == "delegate1@example.org"
    assert "https://secretariat.example.org/join#" in text_of(mail)


async def test_a_meeting_that_has_begun_needs_no_reminder(morning: Morning, set_clock) -> None:
    await morning.set(ATTENDANCE)
    invitation = await morning.invited()
    body = named(1) | {"entity": invitation["entity"]["handle"]}
    await post(morning.world.administrator, f"{morning.path}/registrations", body)
    set_clock(datetime(2021, 10, 7, 14, tzinfo=UTC))
    await morning.look()
    set_clock(datetime(2021, 10, 8, 14, tzinfo=UTC))
    assert await sent(morning, "attendance_reminder") == ([], ["The meeting has begun."])


async def organizer(morning: Morning, committee: dict[str, Any], name: str) -> dict[str, Any]:
    """An account with an address that organizes the committee."""
    administrator = morning.world.administrator
    body = {"name": name, "email": f"{name.lower()}@example.org"}
    account = await post(administrator, "/v1/accounts", body)
    grant = {"role": "organizer", "committee": committee["id"]}
    granted = await post(administrator, f"/v1/accounts/{account['id']}/grants", grant)
    return dict(account) | {"grant": granted["id"]}


async def held_mail(morning: Morning, invitation: dict[str, Any]) -> None:
    """One that came in and waits for an organizer."""
    async with morning.database.transaction() as session:
        session.add(
            IncomingMail(
                via=Way.API,
                content_hash=b"hash",
                sender="somebody@example.org",
                subject="A question",
                message_id="",
                kind=IncomingKind.ANSWER,
                state=IncomingState.FILED,
                meeting_id=UUID(morning.meeting["id"]),
                invitation_id=UUID(invitation["id"]),
                size=1,
            )
        )


async def test_every_morning_organizers_read_how_the_answers_stand(
    morning: Morning, set_clock
) -> None:
    await morning.set(capacity=30)
    await organizer(morning, morning.committee, "Mira")
    await organizer(morning, morning.committee, "Noor")
    await morning.world.organizer(morning.committee)
    await organizer(morning, await morning.world.committee(), "Elsewhere")
    accepted, declined, silent = [await morning.invited() for _ in range(3)]
    await morning.follow()
    set_clock(MORNING - timedelta(hours=2))
    await held_mail(morning, silent)
    await morning.answer(accepted, "accepted")
    await morning.answer(declined, "declined")
    await morning.look()
    assert await morning.planned("digest") == []
    for moment in (MORNING, MORNING + timedelta(hours=1), MORNING - timedelta(hours=1), MORNING):
        set_clock(moment)
        await morning.look()
    assert await morning.planned("digest") == ["mira@example.org", "noor@example.org"]
    (mail, _), _ = await sent(morning, "digest")
    lines = text_of(mail).splitlines()
    name, title = morning.committee["name"]["en"], morning.meeting["title"]["en"]
    zone = "America/New_York (UTC-04:00)"
    abbreviations = [each["entity"]["abbreviation"] for each in (accepted, declined)]
    assert mail["Subject"] == f"How the answers stand: {name}"
    assert [line for line in lines if line][2:9] == [
        f"{title}: Friday 8 October 2021, 10:00, {zone}",
        f"Answers are taken until Tuesday 5 October 2021, 18:00, {zone}. Days left: 5.",
        "Accepted: 1. Tentative: 0. Declined: 1. Not answered: 1.",
        "Seats taken: 0 of 30. Waiting: 0.",
        "Mails that came in and wait for you: 1.",
        f"New answers: {abbreviations[0]} (accepted), {abbreviations[1]} (declined).",
        "Stop this digest:",
    ]
    set_clock(MORNING + timedelta(days=1))
    await morning.look()
    newest, _ = await sent(morning, "digest")
    assert "New answers" not in text_of(newest[0])
    assert len(await morning.planned("digest")) == 4


async def test_on_days_off_and_with_nothing_open_there_is_no_digest(
    morning: Morning, set_clock
) -> None:
    await morning.set()
    await organizer(morning, morning.committee, "Mira")
    invitation = await morning.invited()
    set_clock(datetime(2021, 10, 2, 13, tzinfo=UTC))
    await morning.look()
    listed = {"holidays": [{"day": "2021-10-01", "name": {"en": "Day"}}]}
    await morning.world.administrator.put("/v1/duty-stations/here/holidays/2021", json=listed)
    committee = f"/v1/committees/{morning.committee['id']}"
    await morning.world.administrator.patch(committee, json={"duty_station": "here"})
    set_clock(datetime(2021, 10, 1, 13, tzinfo=UTC))
    await morning.look()
    assert await morning.planned("digest") == []
    set_clock(datetime(2021, 9, 29, 13, tzinfo=UTC))
    await morning.answer(invitation, "accepted")
    set_clock(MORNING + timedelta(hours=1, minutes=1))
    await morning.look()
    assert await morning.planned("digest") == [], "answered more than a day ago, nothing is open"


async def test_a_digest_covers_the_working_groups(morning: Morning, set_clock) -> None:
    await morning.set()
    group = await morning.world.committee(parent=morning.committee["handle"], number=1)
    await organizer(morning, morning.committee, "Mira")
    morning.meeting = await morning.world.meeting(group)
    await morning.world.scheduled(morning.meeting)
    await morning.invited()
    set_clock(MORNING)
    await morning.look()
    (mail,), _ = await sent(morning, "digest")
    assert mail["Subject"] == f"How the answers stand: {morning.committee['name']['en']}"
    assert morning.meeting["title"]["en"] in text_of(mail)


async def test_one_click_stops_the_digest(morning: Morning, set_clock, anonymous) -> None:
    await morning.set()
    account = await organizer(morning, morning.committee, "Mira")
    await morning.invited()
    set_clock(MORNING)
    await morning.look()
    (mail,), _ = await sent(morning, "digest")
    address = mail["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://secretariat.example.org/v1/digests/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text_of(mail)
    path = address.removeprefix("https://secretariat.example.org")
    token = await morning.world.token(account_id=UUID(account["id"]))
    client = await morning.world.client(token)
    choice = f"/v1/me/digests/{morning.committee['handle']}"
    page = await anonymous.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert '<form method="post"' in page.text
    assert (await client.get(choice)).json()["wanted"] is True, "looking changes nothing"
    for _ in range(2):
        clicked = await anonymous.post(path, data={"List-Unsubscribe": "One-Click"})
        assert clicked.status_code == 200, clicked.text
    assert (await client.get(choice)).json()["wanted"] is False
    set_clock(MORNING + timedelta(days=1))
    await morning.look()
    assert len(await morning.planned("digest")) == 1
    assert (await client.put(choice)).json()["wanted"] is True
    assert (await client.delete(choice)).json()["wanted"] is False
    forged = path[:-2] + ("AA" if path[-2:] != "AA" else "BB")
    assert (await anonymous.post(forged)).status_code == 404


async def test_who_organizes_no_more_gets_no_digest_that_waited(
    morning: Morning, set_clock
) -> None:
    await morning.set()
    account = await organizer(morning, morning.committee, "Mira")
    await morning.invited()
    set_clock(MORNING)
    await morning.look()
    grant = f"/v1/accounts/{account['id']}/grants/{account['grant']}"
    assert (await morning.world.administrator.delete(grant)).is_success
    mails, reasons = await sent(morning, "digest")
    assert (mails, reasons) == ([], ["Its reader wants no digests, or organizes no more."])


@pytest.mark.parametrize("language", sorted(languages()))
async def test_they_are_written_in_every_language(
    morning: Morning, set_clock, language: str
) -> None:
    await morning.set(ANSWER, ATTENDANCE, capacity=0)
    path = f"/v1/committees/{morning.committee['id']}"
    await morning.world.administrator.patch(path, json={"languages": [language]})
    await organizer(morning, morning.committee, "Mira")
    entity = await morning.world.entity(language=language)
    person = {"person": {"name": "Ana", "email": "ana@example.org"}}
    await post(morning.world.administrator, f"/v1/entities/{entity['id']}/focal-points", person)
    await morning.world.invitation(morning.meeting, entity)
    await morning.invited()
    set_clock(ANSWER_DUE - timedelta(minutes=59))
    await morning.look()
    set_clock(ANSWER_DUE)
    await morning.look()
    for kind, number in (("reminder", 2), ("digest", 1)):
        mails, reasons = await sent(morning, kind)
        assert (len(mails), reasons) == (number, [])
        assert language in {mail["Content-Language"] for mail in mails}
