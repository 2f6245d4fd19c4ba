"""The page of panellists: it answers, agrees to be recorded, and says what they bring."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.agenda.planning import Planning, item
from tests.pages.test_pages import address, visit
from tests.panels.post import DAY, PostOffice, token_of

__all__ = ["address"]
CANARY = "<img src=x onerror=alert(1)>"
ABOUT = {"needs": "Captions.", "languages": "en, fr", "biography": CANARY}
ROOM = "https://conference.example.org/j/6"


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
        {"press": "Open your page: Second"},
        {"press": "decline", "set": {"reason": "Too late."}},
    )
    opened, confirmed, agreed, kept, _, second, declined = page["seen"][1:]
    file = {"name": "panel.ics", "type": "text/calendar;charset=utf-8", "start": "BEGIN"}
    assert page["files"] == [file]
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
