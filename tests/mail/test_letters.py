"""What mails say, read by other parsers than the writer's."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import icalendar
import pytest
import vobject
from sqlalchemy import update
from sqlmodel import col

from app.core.database import Database
from app.entities.tables import Entity, Person
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import read_link_token
from app.mail.plainness import JOINER
from app.mail.words import words_for
from app.meetings.tables import Meeting
from tests.mail.stage import JOIN_ADDRESS, PASSCODE, SECRET, Stage

NASTY = [
    "Robert'); DROP TABLE people;--",
    "<script>alert(1)</script><a href='http://evil.example.org'>x</a>",
    "http://evil.example.org",
    "{{ 7 * 7 }}{% raw %} ${7*7} %s {0}",
    'Ünï "Quoted" \\ ; , : e\u0301\u202eabc',
    "ليلى حسن",
    "a\u2028Bcc: victim@example.org\u0085X: y",
    "N" * 190,
]


LINK = r"://|www\.|\w@\w|\w\.[a-z]{2,}"
"""What mail programs make links of."""


class Page(HTMLParser):
    """The words, links and elements of an HTML part, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str | None] = []
        self.elements: set[str] = set()
        self.place = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.place = tag
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += [data.strip()] if data.strip() and self.place != "style" else []


def body(mail: Any, kind: str) -> str:
    return str(mail.get_body((kind,)).get_content())


def event(mail: Any) -> tuple[Any, Any]:
    """The calendar part, read by icalendar, and the same by vobject."""
    (part,) = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    text = part.get_content()
    (attached,) = [p for p in mail.walk() if p.get_content_type() == "application/ics"]
    assert attached.get_content().decode().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    calendar = icalendar.Calendar.from_ical(text)
    assert part.get_param("method") == calendar["METHOD"]
    assert part.get_content_charset() == "utf-8"
    (found,) = calendar.walk("VEVENT")
    return found, vobject.readOne(text).vevent


async def test_an_invitation_says_all_that_an_answer_needs(stage: Stage) -> None:
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    mail = await stage.mail(message)
    assert (mail["Subject"], mail["Content-Language"], mail["Auto-Submitted"]) == (
        "Invitation : 6e réunion du comité",
        "fr",
        "auto-generated",
    )
    assert mail["From"] == "Comité de coordination <secretariat@example.org>"
    assert mail["To"] == "Amina Rossi <amina@example.org>"
    assert mail["Reply-To"] == "committee@example.org"
    assert mail["Message-ID"] == message.message_id
    assert mail["References"] is None
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text = body(mail, "plain")
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    (address,) = re.findall(r"http\S+", text)
    page, _, token = address.partition("#")
    assert (page, read_link_token(SECRET, token)) == (
        "http://secretariat.example.org/answer",
        link.id,
    )
    assert Page(body(mail, "html")).links == [address]
    facts = dict(line.split(" : ", 1) for line in text.splitlines() if re.match(r"\w.* : \w", line))
    assert facts.pop("Ce lien vous est personnel") == "merci de ne pas le transmettre."
    ending = "Ce message a été envoyé automatiquement au nom de"
    assert facts.pop(ending) == "Comité de coordination."
    assert facts == {
        "Comité": "Comité de coordination",
        "Réunion": "6e réunion du comité",
        "Date et heure": "vendredi 8 octobre 2021, 10:00–13:00, America/New_York (UTC-04:00)",
        "Dans votre fuseau horaire": "vendredi 8 octobre 2021, 19:00–22:00, "
        "Asia/Tashkent (UTC+05:00)",
        "Lieu": "Réunion virtuelle",
        "Sièges": "2",
        "Réponse attendue avant le": "mercredi 6 octobre 2021, 18:00, America/New_York (UTC-04:00)",
    }


async def test_a_confirmation_brings_the_entry_and_the_personal_link(stage: Stage) -> None:
    await stage.send()
    registration_id = await stage.register("Li Wei")
    await stage.follow()
    mail = await stage.mail((await stage.messages())[1])
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (link,) = await stage.links(LinkPurpose.JOIN_MEETING)
    (address,) = re.findall(r"http\S+", body(mail, "plain"))
    assert read_link_token(SECRET, address.partition("#")[2]) == link.id
    entry, other = event(mail)
    assert entry["UID"] == other.uid.value == f"{registration_id}@example.org"
    assert entry["DTSTART"].dt.astimezone(UTC) == datetime(2021, 10, 8, 14, tzinfo=UTC)
    assert other.dtstart.value.astimezone(UTC) == datetime(2021, 10, 8, 14, tzinfo=UTC)
    assert (entry["SEQUENCE"], entry["STATUS"]) == (0, "CONFIRMED")
    assert (entry["ATTENDEE"], entry["ATTENDEE"].params["CN"]) == (
        "mailto:person1@example.org",
        "Li Wei",
    )
    assert entry["ORGANIZER"] == "mailto:secretariat@example.org"
    assert entry["CONFERENCE"] == entry["LOCATION"] == address
    assert address in entry["DESCRIPTION"]


async def test_the_room_is_in_no_mail(stage: Stage) -> None:
    await stage.send()
    await stage.register()
    await stage.follow()
    await stage.reschedule(days=1)
    await stage.follow()
    for message in await stage.messages():
        mail = await stage.mail(message)
        parts = [p.get_content() for p in mail.walk() if not p.is_multipart()]
        said = " ".join(p if isinstance(p, str) else p.decode() for p in parts)
        assert [secret in said for secret in (JOIN_ADDRESS, "canary", PASSCODE)] == [False] * 3


async def test_entries_follow_the_meeting_under_one_uid(stage: Stage) -> None:
    await stage.send()
    registration_id = await stage.register()
    await stage.follow()
    seen = [event(await stage.mail((await stage.messages())[1]))[0]]
    for move in (stage.postpone, stage.reschedule, stage.cancel):
        await (move(days=14) if move == stage.reschedule else move())
        await stage.follow()
        own = [m for m in await stage.messages() if m.registration_id == registration_id]
        seen.append(event(await stage.mail(own[-1]))[0])
    assert {entry["UID"] for entry in seen} == {f"{registration_id}@example.org"}
    assert [(int(entry["SEQUENCE"]), str(entry["STATUS"])) for entry in seen] == [
        (0, "CONFIRMED"),
        (1, "TENTATIVE"),
        (2, "CONFIRMED"),
        (3, "CANCELLED"),
    ]
    assert [entry["DTSTART"].dt.day for entry in seen] == [8, 8, 22, 22]


async def test_who_leaves_gets_a_cancel_and_who_waited_none(stage: Stage) -> None:
    await stage.send()
    people = [await stage.register() for _ in range(3)]
    await stage.withdraw(people[2])
    await stage.withdraw(people[0])
    await stage.follow()
    last = {m.registration_id: m for m in await stage.messages()}
    waited = await stage.mail(last[people[2]])
    assert [p.get_content_type() for p in waited.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    entry, _ = event(await stage.mail(last[people[0]]))
    assert (entry["UID"], int(entry["SEQUENCE"]), entry["STATUS"]) == (
        f"{people[0]}@example.org",
        1,
        "CANCELLED",
    )


async def test_later_mails_refer_to_the_first_one(stage: Stage, database: Database) -> None:
    await stage.send()
    await stage.follow()
    await stage.reschedule(days=1)
    await stage.follow()
    first, second = await stage.messages()
    async with database.transaction() as session:
        first.attempts = 1
        await session.merge(first)
    mail = await stage.mail(second)
    assert (mail["In-Reply-To"], mail["References"]) == (first.message_id, first.message_id)


@pytest.mark.parametrize("nasty", NASTY)
async def test_names_and_titles_are_text_and_nothing_else(
    stage: Stage, database: Database, nasty: str
) -> None:
    await stage.send()
    await stage.register(nasty, honorific=nasty)
    async with database.transaction() as session:
        title = {"en": nasty, "fr": nasty}
        await session.execute(update(Meeting).values(title=title, venue=nasty, format="hybrid"))
        await session.execute(update(Entity).values(name=title))
        await session.execute(
            update(Person).where(col(Person.id) == stage.focal_point.id).values(name=nasty)
        )
    await stage.follow()
    for message in await stage.messages():
        mail = await stage.mail(message)
        assert [name for name in mail if name in {"Bcc", "X"}] == []
        assert len(mail.get_all("To", [])) == 1
        assert mail["To"].addresses[0].addr_spec == message.recipient
        page = Page(body(mail, "html"))
        assert page.elements & {"script", "img", "iframe", "link", "form"} == set()
        assert {str(link).partition("#")[0] for link in page.links} <= {
            "http://secretariat.example.org/answer",
            "http://secretariat.example.org/join",
        }
        shown = " ".join(re.split(r"[\s\u2028\u0085]+", nasty.replace("\u202e", "")))
        for said in (" ".join(page.words), body(mail, "plain"), str(mail["Subject"])):
            assert "\u202e" not in said
            assert shown in " ".join(said.replace(JOINER, "").split())
        assert re.findall(LINK, " ".join(page.words)) == []
        rest = [line for line in body(mail, "plain").splitlines() if line not in page.links]
        assert re.findall(LINK, "\n".join(rest)) == []


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        ("bücher.example.org", "xn--bcher-kva.example.org"),
        ("straße.example.org", "xn--strae-oqa.example.org"),  # not strasse, which is another's
    ],
)
async def test_a_mail_to_an_international_address(stage: Stage, domain: str, asked: str) -> None:
    await stage.send()
    await stage.register(email=f"jürgen@{domain}")
    await stage.follow()
    mail = await stage.mail((await stage.messages())[1])
    written = str(mail["To"]).encode("utf-8", "surrogateescape").decode()
    assert written == f"Person 1 <jürgen@{asked}>"


def test_a_language_falls_back_to_its_wider_one_then_to_english() -> None:
    assert [words_for(tag).language for tag in ("fr-CA", "fr", "zh-Hant-TW", "de")] == [
        "fr",
        "fr",
        "zh",
        "en",
    ]
    assert words_for("fr").day(datetime(2021, 10, 1)) == "vendredi 1er octobre 2021"
