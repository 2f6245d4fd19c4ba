"""What mails say in the words of a committee."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col, select

from app.committees.tables import Committee
from app.events.tables import LogEntry
from app.mail.letters import placeholders_of
from app.mail.lifecycle import MailLanguage, MessageKind
from app.mail.plainness import JOINER
from app.mail.standard import standard
from app.mail.wordings import Spoken, faults, fill, speak
from app.meetings.tables import Meeting
from tests.mail.stage import DAY, Stage
from tests.mail.test_letters import Page, body
from tests.world import World

KNOWN = ["meeting", "name"]
WORDS = {
    "subject": "Please come: {meeting}",
    "paragraphs": ["The Chair invites {entity} for {when}.", "Answer by {deadline}."],
    "closing": "The Secretariat of {committee}",
}


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


def path_of(stage: Stage, rest: str = "/invitation/fr") -> str:
    return f"/v1/committees/{stage.committee.handle}/wordings{rest}"


async def source(client: httpx.AsyncClient, path: str) -> tuple[str, str]:
    found = (await client.get(path)).json()
    return found["source"], found["subject"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Dear {name}, {{so}} }} it is", None),
        ("No placeholders: 100 %", None),
        ("{nobody}", "There is no placeholder {nobody} here: there are {meeting}, {name}."),
        ("{ name }", "A brace stands alone: write {{ for one. Placeholders are {meeting}, {name}."),
        ("name}", "A brace stands alone: write }} for one. Placeholders are {meeting}, {name}."),
        ("{name", "A brace stands alone: write {{ for one. Placeholders are {meeting}, {name}."),
        ("{name!r}", "A brace stands alone: write {{ for one. Placeholders are {meeting}, {name}."),
        ("{name.x}", "A brace stands alone: write {{ for one. Placeholders are {meeting}, {name}."),
        ("{}", "A brace stands alone: write {{ for one. Placeholders are {meeting}, {name}."),
    ],
)
def test_placeholders_are_names_in_braces_and_nothing_more(text: str, fault: str | None) -> None:
    assert faults(text, KNOWN) == fault


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["{", "}", "{{", "}}", "{name}", "a", "é", " "])).map("".join))
def test_what_has_no_fault_can_be_filled(text: str) -> None:
    if faults(text, KNOWN) is None:
        said = fill(text, {"name": "X"})
        assert said == text.strip(" ").format(name="X"), "as Python's own format has it"


def test_what_names_something_that_there_is_not_gives_way() -> None:
    plain = Spoken(subject="S", paragraphs=["P"], closing="C")
    own = Spoken(subject="{name}", paragraphs=["{meeting}", "{name}"], closing="{name}")
    said = speak(own, plain, {"meeting": "M", "name": ""})
    assert said == Spoken(subject="S", paragraphs=["M"], closing="C")
    assert speak(own, plain, {}).paragraphs == ["P"]


@pytest.mark.parametrize("language", MailLanguage)
def test_the_standard_words_of_every_kind_can_be_saved_as_they_are(language: MailLanguage) -> None:
    for kind in MessageKind:
        words, known = standard(kind, language), placeholders_of(kind)
        texts = [words.subject, *words.paragraphs, words.closing or ""]
        assert [faults(text, known) for text in texts] == [None] * len(texts), kind
        assert (len(words.subject) <= 500, max(map(len, words.paragraphs)) <= 2000) == (True, True)


async def test_words_are_set_inherited_and_removed(stage: Stage, world: World) -> None:
    organizer = await world.organizer({"id": stage.committee.id})
    group = await world.committee(parent=stage.committee.handle)
    path = path_of(stage)
    below = f"/v1/committees/{group['handle']}/wordings/invitation/fr"
    first = await organizer.get(path)
    assert first.json() == {
        "kind": "invitation",
        "language": "fr",
        "source": "standard",
        "subject": "Invitation : {meeting}",
        "paragraphs": list(standard(MessageKind.INVITATION, MailLanguage.FRENCH).paragraphs),
        "closing": "Ce message a été envoyé automatiquement au nom de : {committee}.",
        "placeholders": [
            "meeting",
            "committee",
            "entity",
            "name",
            "when",
            "deadline",
            "seats",
            "contact",
        ],
        "changed_at": None,
    }
    tag = {"If-Match": first.headers["etag"]}
    made = await organizer.put(path, json=WORDS, headers=tag)
    assert (made.status_code, made.json()["source"]) == (201, "own")
    assert (await organizer.get(path)).json() == made.json()
    assert await source(world.administrator, below) == ("inherited", WORDS["subject"])
    own = await world.administrator.put(below, json=WORDS | {"subject": "Ours"})
    assert own.status_code == 201
    assert await source(world.administrator, below) == ("own", "Ours")
    removed = await world.administrator.delete(below, headers={"If-Match": own.headers["etag"]})
    assert removed.status_code == 204
    assert await source(world.administrator, below) == ("inherited", WORDS["subject"])
    again = await organizer.put(path, json=WORDS, headers={"If-Match": made.headers["etag"]})
    assert (again.status_code, again.json()) == (200, made.json())
    await organizer.delete(path, headers={"If-Match": made.headers["etag"]})
    assert await source(organizer, path) == ("standard", "Invitation : {meeting}")
    async with stage.database.transaction() as session:
        entries = await session.execute(
            select(LogEntry).where(col(LogEntry.name).startswith("wording.")).order_by("id")
        )
        logged = [(entry.name, entry.data) for entry in entries.scalars()]
    about = {"kind": "invitation", "language": "fr"}
    ours = WORDS | {"subject": "Ours"}
    assert logged == [
        ("wording.changed", about | {"before": None, "after": WORDS}),
        ("wording.changed", about | {"before": None, "after": ours}),
        ("wording.removed", about | {"before": ours}),
        ("wording.removed", about | {"before": WORDS}),
    ]


async def test_replacing_needs_the_tag_of_what_was_read(stage: Stage, world: World) -> None:
    organizer = await world.organizer({"id": stage.committee.id})
    path = path_of(stage)
    assert (await organizer.put(path, json=WORDS, headers={"If-Match": '"x"'})).status_code == 412
    assert (await organizer.delete(path, headers={"If-Match": "*"})).status_code == 404
    made = await organizer.put(path, json=WORDS)
    assert made.status_code == 201
    other = WORDS | {"subject": "Other"}
    new = {"If-None-Match": "*"}
    assert [
        (await organizer.put(path, json=other)).status_code,
        (await organizer.put(path, json=other, headers=new)).status_code,
        (await organizer.delete(path)).status_code,
    ] == [428, 412, 428]
    tag = {"If-Match": made.headers["etag"]}
    both = await asyncio.gather(
        organizer.put(path, json=other, headers=tag),
        organizer.put(path, json=WORDS | {"subject": "Third"}, headers=tag),
    )
    assert sorted(answer.status_code for answer in both) == [200, 412]


async def test_bad_placeholders_are_told_with_their_places(stage: Stage, world: World) -> None:
    organizer = await world.organizer({"id": stage.committee.id})
    bad = {"subject": "{what}", "paragraphs": ["Fine", "{deadline"], "closing": "{{ 7 * 7 }"}
    refused = await organizer.put(path_of(stage), json=bad)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/closing",
        "/paragraphs/1",
        "/subject",
    ]
    seats = {"subject": "{seats}", "paragraphs": ["Come."]}
    answer = await organizer.put(path_of(stage, "/meeting_cancelled/fr"), json=seats)
    assert answer.json()["errors"] == [
        {
            "pointer": "/subject",
            "detail": "There is no placeholder {seats} here: there are {meeting}, {committee}, "
            "{entity}, {name}, {when}, {contact}.",
        }
    ]
    for paragraphs in ([], ["x"] * 11, ["x" * 2001], [" "], ["a\nb"]):
        body = {"subject": "S", "paragraphs": paragraphs}
        assert (await organizer.put(path_of(stage), json=body)).status_code == 422
    for rest in ("/nothing/fr", "/invitation/de"):
        assert (await organizer.get(path_of(stage, rest))).status_code == 422


async def test_words_about_a_code_must_name_it(stage: Stage, world: World) -> None:
    """One that only looks like it, in doubled braces, does not count."""
    path = path_of(stage, "/link_code/fr")
    body = {"subject": "{code}", "paragraphs": ["{{code}}", "Come in."]}
    refused = await world.administrator.put(path, json=body)
    assert refused.json()["errors"] == [
        {"pointer": "/paragraphs", "detail": "One must name {code}."}
    ]
    kept = await world.administrator.put(path, json=body | {"paragraphs": ["{code}"]})
    assert kept.status_code == 201


async def test_the_list_has_every_kind_in_every_language(stage: Stage, world: World) -> None:
    observer = await world.observer({"id": stage.committee.id})
    await world.administrator.put(path_of(stage), json=WORDS)
    items: list[dict[str, Any]] = []
    query = "?limit=25"
    while query:
        page = (await observer.get(path_of(stage, query))).json()
        items += page["items"]
        query = f"?limit=25&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    slots = [(item["kind"], item["language"]) for item in items]
    assert sorted(slots) == sorted(
        (k.value, tag.value) for k in MessageKind for tag in MailLanguage
    )
    assert [slot for slot, i in zip(slots, items, strict=True) if i["source"] != "standard"] == [
        ("invitation", "fr")
    ]
    some = (await observer.get(path_of(stage, "?kind=invitation&language=fr"))).json()["items"]
    assert some == [(await observer.get(path_of(stage))).json()]


async def test_mails_say_it_and_everything_else_stays(stage: Stage, world: World) -> None:
    words = {
        "subject": "Venez : {meeting} {{ 7 * 7 }}",
        "paragraphs": [
            "{{% raw %}} <b>{entity}</b>, voir https://evil.example, le {when}.",
            "Avant le {deadline}. {contact}",
        ],
        "closing": "Le secrétariat : {committee}",
    }
    made = await world.administrator.put(path_of(stage), json=words)
    assert made.status_code == 201, made.text
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    mail = await stage.mail(message)
    assert mail["Subject"] == "Venez : 6e réunion du comité { 7 * 7 }"
    text = body(mail, "plain")
    lines = text.replace(JOINER, "").splitlines()
    assert lines[:5] == [
        "Bonjour Amina Rossi,",
        "",
        (
            "{% raw %} <b>Office contre la drogue (UNODC)</b>, voir https://evil.example, le "
            "vendredi 8 octobre 2021, 10:00–13:00, America/New_York (UTC-04:00)."
        ),
        "",
        "Comité : Comité de coordination",
    ], "the meeting has no contact, so the paragraph that names one is left out"
    assert lines[-1] == "Le secrétariat : Comité de coordination"
    assert "https://evil" not in text
    page = Page(body(mail, "html"))
    assert page.elements & {"b"} == set()
    assert len(page.links) == 1


async def test_a_working_group_says_what_its_committee_says(stage: Stage, world: World) -> None:
    group = await world.committee(parent=stage.committee.handle)
    async with stage.database.transaction() as session:
        row = (
            await session.execute(select(Committee).where(col(Committee.handle) == group["handle"]))
        ).scalar_one()
        await session.execute(update(Meeting).values(committee_id=row.id))
    await world.administrator.put(path_of(stage), json=WORDS)
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    assert (await stage.mail(message))["Subject"] == "Please come: 6e réunion du comité"
    own = f"/v1/committees/{group['handle']}/wordings/invitation/fr"
    await world.administrator.put(own, json=WORDS | {"subject": "Ours: {meeting}"})
    assert (await stage.mail(message))["Subject"] == "Ours: 6e réunion du comité"


async def test_another_language_keeps_the_standard_words(stage: Stage, world: World) -> None:
    await world.administrator.put(path_of(stage, "/invitation/es"), json=WORDS)
    await stage.send()
    await stage.follow()
    (message,) = await stage.messages()
    assert (await stage.mail(message))["Subject"] == "Invitation : 6e réunion du comité"
