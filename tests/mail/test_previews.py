"""Mails before they are sent."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.fields import UN_LANGUAGES
from app.mail.letters import purpose_of, write
from app.mail.lifecycle import MessageKind
from app.mail.queries import load_case
from tests.mail.stage import DAY, HOUSE, Stage
from tests.world import World, post

TABLES = ("messages", "links", "events", "wordings", "invitations", "registrations")
TOKEN = re.compile(r"#[\w-]{20,}")


@pytest.fixture
async def stage(app: FastAPI, set_clock) -> Stage:
    set_clock(DAY)
    return await Stage.set(app.state.database)


@pytest.fixture
async def organizer(stage: Stage, world: World) -> httpx.AsyncClient:
    return await world.organizer({"id": stage.committee.id})


async def preview(
    stage: Stage, client: httpx.AsyncClient, kind: str, **members: Any
) -> dict[str, Any]:
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    answer = await client.post(path, json={"kind": kind, **members})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows(stage: Stage) -> list[int]:
    async with stage.database.transaction() as session:
        counts = [
            await session.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608  # our names
            for table in TABLES
        ]
        return [count.scalar_one() for count in counts]


async def test_an_invitation_is_seen_before_it_is_sent(
    stage: Stage, organizer: httpx.AsyncClient
) -> None:
    before = await rows(stage)
    seen = await preview(stage, organizer, "invitation")
    assert await rows(stage) == before
    assert seen["subject"] == "Invitation : 6e réunion du comité"
    assert seen["recipient"] == {"name": "Amina Rossi", "email": "amina@example.org"}
    assert (seen["language"], seen["calendar"]) == ("fr", None)
    assert seen["attachments"] == [f"letter-{stage.committee.handle.upper()}-6-draft.pdf"]
    assert "/answer#…" in seen["text"]
    assert "/answer#…" in seen["html"]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (MessageKind.INVITATION, None),
        (MessageKind.REGISTRATION_CONFIRMED, None),
        (MessageKind.MEETING_CHANGED, "reschedule"),
        (MessageKind.MEETING_CANCELLED, "cancel"),
    ],
)
async def test_what_is_seen_is_what_is_sent(
    stage: Stage, organizer: httpx.AsyncClient, kind: MessageKind, change: str | None
) -> None:
    await stage.send()
    await stage.register("Li Wei")
    await stage.follow()
    if change:
        await getattr(stage, change)(
            note="The room is needed.", **({"days": 1} if change == "reschedule" else {})
        )
        await stage.follow()
    message = next(m for m in await stage.messages() if m.kind is kind)
    async with stage.database.transaction() as session:
        case = await load_case(session, message, purpose_of(kind))
    sent = write(case, HOUSE)
    about = {
        "invitation_id": message.invitation_id and str(message.invitation_id),
        "registration_id": message.registration_id and str(message.registration_id),
        "person_id": str(message.person_id),
    }
    seen = await preview(
        stage, organizer, kind.value, note="The room is needed." if change else None, **about
    )

    def compared(text: str) -> str:
        return re.sub(r"http://[\w.:-]+/", "http://here/", TOKEN.sub("#…", text))

    assert compared(seen["text"]) == compared(sent.text)
    assert compared(seen["html"]) == compared(sent.html)
    assert seen["subject"] == sent.subject
    assert (seen["calendar"] is None) == (sent.invite is None)
    letter = f"letter-{stage.committee.handle.upper()}-6-L1.pdf"
    assert seen["attachments"] == [letter if kind is MessageKind.INVITATION else "meeting.ics"]
    assert TOKEN.findall(str(seen)) == []


async def test_the_likeliest_reader_is_chosen(stage: Stage, organizer: httpx.AsyncClient) -> None:
    await stage.send()
    people = [await stage.register(f"Person {n}") for n in range(3)]
    await stage.withdraw(people[0])
    chosen = {
        kind: (await preview(stage, organizer, kind))["recipient"]["name"]
        for kind in (
            "invitation",
            "invitation_withdrawn",
            "registration_confirmed",
            "registration_withdrawn",
            "meeting_updated",
        )
    }
    assert chosen == {
        "invitation": "Amina Rossi",
        "invitation_withdrawn": "Amina Rossi",
        "registration_confirmed": "Person 1",
        "registration_withdrawn": "Person 0",
        "meeting_updated": "Person 1",
    }
    named = await preview(stage, organizer, "meeting_updated", person_id=str(stage.focal_point.id))
    assert (named["recipient"]["name"], named["calendar"]) == ("Amina Rossi", None)
    seated = await preview(stage, organizer, "meeting_updated")
    assert "METHOD:REQUEST" in seated["calendar"]


async def test_a_focal_point_is_told_who_declines(
    stage: Stage, organizer: httpx.AsyncClient
) -> None:
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    nobody = await organizer.post(path, json={"kind": "attendee_declined"})
    assert (nobody.status_code, nobody.json()["detail"]) == (
        409,
        "Nobody is both registered and invited yet.",
    )
    await stage.send()
    declining = await stage.register("Li Wei")
    seen = await preview(stage, organizer, "attendee_declined", language="en")
    assert seen["recipient"]["name"] == "Amina Rossi"
    assert seen["subject"] == "Li Wei declines: 6th meeting of the committee"
    named = await preview(
        stage, organizer, "attendee_declined", language="en", registration_id=str(declining)
    )
    assert named == seen


async def test_words_that_are_not_saved_and_a_note_are_shown(
    stage: Stage, organizer: httpx.AsyncClient
) -> None:
    draft = {"subject": "Come: {meeting}", "paragraphs": ["{name}: come."]}
    seen = await preview(
        stage, organizer, "meeting_changed", language="en", wording=draft, note="One\nTwo"
    )
    assert seen["subject"] == "Come: 6th meeting of the committee"
    assert "\n\nAmina Rossi: come.\n\nMessage from the organizers:\n  One\n  Two\n" in seen["text"]
    draft["paragraphs"] = ["Come.", "{nobody}"]
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    refused = await organizer.post(path, json={"kind": "invitation", "wording": draft})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/wording/paragraphs/1"]


async def on_a_panel(stage: Stage, organizer: httpx.AsyncClient) -> str:
    """Somebody in Tashkent who comes; the id."""
    path = f"/v1/meetings/{stage.meeting.handle}"
    item = {"kind": "panel", "title": {"en": "Panel"}, "minutes": 60}
    made = await post(organizer, f"{path}/agenda/items", item)
    panel = await post(
        organizer, f"{path}/panels", {"item_id": made["id"], "title": {"en": "Recent developments"}}
    )
    people = f"{path}/panels/{panel['id']}/panellists"
    known = {"name": "Li Wei", "email": "li@example.org", "timezone": "Asia/Tashkent"}
    person = await post(organizer, people, known)
    for verb in ("invite", "confirm"):
        await post(organizer, f"{people}/{person['id']}/{verb}")
    return str(person["id"])


async def test_a_mail_to_a_panellist_is_seen_as_they_will(
    stage: Stage, organizer: httpx.AsyncClient
) -> None:
    person = await on_a_panel(stage, organizer)
    seen = await preview(stage, organizer, "panel_confirmed", panellist_id=person)
    assert seen["recipient"] == {"name": "Li Wei", "email": "li@example.org"}
    assert "19:00–20:00, Asia/Tashkent" in seen["text"]
    assert "/speak#…" in seen["text"]
    assert "DTSTART;TZID=Asia/Tashkent:20211008T190000" in seen["calendar"]
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    for kind, name in (("panel_near", "person_id"), ("invitation", "panellist_id")):
        refused = await organizer.post(path, json={"kind": kind, name: person})
        assert refused.status_code == 422


async def test_every_kind_is_seen_in_every_language(
    stage: Stage, organizer: httpx.AsyncClient
) -> None:
    await stage.send()
    await stage.register()
    await on_a_panel(stage, organizer)
    directions = set()
    for kind in MessageKind:
        for language in UN_LANGUAGES:
            seen = await preview(stage, organizer, kind.value, language=language)
            assert seen["language"] == language
            directions.add((language, seen["html"].split("dir=")[1][:5]))
    assert directions == {(tag, '"rtl"' if tag == "ar" else '"ltr"') for tag in UN_LANGUAGES}


async def test_nobody_and_strangers(
    stage: Stage, organizer: httpx.AsyncClient, world: World
) -> None:
    path = f"/v1/meetings/{stage.meeting.handle}/previews"
    nobody = await organizer.post(path, json={"kind": "registration_confirmed"})
    assert (nobody.status_code, nobody.json()["type"].rpartition("/")[2]) == (
        409,
        "nobody-to-write-to",
    )
    stranger = await world.person(await world.entity())
    for name, value in (
        ("person_id", stranger["id"]),
        ("invitation_id", str(uuid4())),
        ("registration_id", str(uuid4())),
    ):
        answer = await organizer.post(path, json={"kind": "invitation", name: value})
        assert answer.status_code == 422
    observer = await world.observer({"id": stage.committee.id})
    assert (await observer.post(path, json={"kind": "invitation"})).status_code == 403


async def test_names_without_end_are_no_mail(stage: Stage, world: World) -> None:
    """What a placeholder stands for may be long, and may be named again and again."""
    organizer = await world.organizer({"id": stage.committee.id})
    path = f"/v1/meetings/{stage.meeting.handle}"
    known = await world.administrator.get(path)
    title = {"en": "<&.a" * 125}
    changed = await world.administrator.patch(
        path, json={"title": title}, headers={"If-Match": known.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    wording = {
        "subject": "{meeting}" * 55,
        "paragraphs": ["{meeting}" * 220] * 9 + ["Of {committee}."],
        "closing": "{meeting}" * 55,
    }
    seen = await preview(stage, organizer, "invitation", wording=wording, language="en")
    assert len(seen["subject"]) < 2000
    assert len(seen["text"]) < 100_000
    assert "Of Coordination Committee." in seen["text"]
