"""The page of panellists: it answers, agrees to be recorded, and says what they bring."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.agenda.planning import Planning, item
from tests.documents.papers import PDF
from tests.pages.test_pages import address, visit
from tests.panels.post import DAY, PostOffice, token_of
from tests.world import post

__all__ = ["address"]
CANARY = "<img src=x onerror=alert(1)>"
ABOUT = {"needs": "Captions.", "languages": "en, fr", "biography": CANARY}
ROOM = "https://conference.example.org/j/6"


async def published(planning: Planning, item_id: str) -> str:
    """The symbol of a paper of the item, in French."""
    path = f"{planning.path}/documents"
    body = {"kind": "background", "title": {"en": CANARY}, "access": "members", "item_id": item_id}
    made = await post(planning.organizer, path, body)
    put = await planning.organizer.put(
        f"{path}/{made['id']}/revisions/{made['revisions'][0]['id']}/versions/fr/content",
        params={"name": "note.pdf"},
        content=PDF,
        headers={"Content-Type": "application/pdf"},
    )
    assert put.status_code == 201, put.text
    return str((await post(planning.organizer, f"{path}/{made['id']}/publish"))["symbol"])


@pytest.fixture
async def planning(world, set_clock) -> Planning:
    set_clock(DAY)
    planning = await Planning.of(world)
    room = {"label": "Main room", "join_address": ROOM}
    await planning.organizer.put(f"{planning.path}/room", json=room)
    await planning.put(item("Panel", "panel", minutes=60), item("Other", "panel", minutes=30))
    return planning


async def test_a_panellist_answers_on_the_page(planning: Planning, address: str) -> None:
    agenda, _ = await planning.read()
    people: list[Any] = []
    for each, title in zip(agenda["items"], (CANARY, "Second"), strict=True):
        panel = await planning.panel(each["id"], title={"en": title, "fr": title})
        known = {"name": "Amina Rossi", "email": "amina@example.org", "timezone": "Asia/Tokyo"}
        people.append(await planning.panellist(panel, "invite", **known))
    symbol = await published(planning, agenda["items"][0]["id"])
    async with PostOffice.of(planning) as office:
        mails = await office.deliver()
    (mail,) = [each for each in mails if "Second" not in str(each["Subject"])]
    link = f"{address}/speak#{token_of(mail)}"
    page = await visit(
        "speak",
        link,
        {"press": "open"},
        {"press": "confirm"},
        {"choose": "yes", "submit": "consent"},
        {"set": ABOUT, "submit": "about"},
        {"press": "calendar"},
        {"press": f"{symbol}: French"},
        {"press": "Open your page: Second"},
        {"press": "decline", "set": {"reason": "Too late."}},
    )
    opened, confirmed, agreed, kept, _, _, second, declined = page["seen"][1:]
    file = {"name": "panel.ics", "type": "text/calendar;charset=utf-8", "start": "BEGIN"}
    paper = {"name": "note.pdf", "type": "application/pdf", "start": "%PDF-"}
    assert page["files"] == [file, paper]
    place = opened.index("Papers to read")
    assert opened[place + 1 : place + 3] == [
        f"\u2068{CANARY}\u2069 (\u2068{symbol}\u2069)",
        "French",
    ]
    assert "Papers to read" not in second
    place = opened.index("Meeting")
    facts = dict(zip(opened[place::2], opened[place + 1 :: 2], strict=False))
    assert opened[0] == CANARY
    assert re.search(r"October 8, 2021.*11:00.*\(Asia/Tokyo\)$", facts["Your slot"])
    assert ROOM not in opened
    assert confirmed[1].startswith("Thank you: you are on the panel.")
    assert ROOM in confirmed
    assert any(line.startswith("You said so:") for line in agreed)
    assert kept[1] == "Saved."
    assert (second[0], declined[1]) == ("Second", "Your answer has been recorded.")
    assert page["links"] == []
    async with planning.world.app.state.database.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT status, needs, spoken_languages, biography, recording_consent, reason"
                " FROM panellists ORDER BY id"
            )
        )
        first, other = (tuple(row) for row in rows)
    assert first == ("confirmed", "Captions.", ["en", "fr"], {"en": CANARY}, True, None)
    assert other == ("declined", None, [], {}, None, "Too late.")
    spent = await visit("speak", link, {"press": "open"}, {"press": "renew"})
    assert spent["seen"][2][1].startswith("If the link is known")
