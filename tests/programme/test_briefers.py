"""Who briefs in a run of show and in drafts; nobody's address but in the first."""

from datetime import UTC, datetime
from typing import Any

from tests.briefings.conftest import Briefings
from tests.world import World


async def test_who_comes_to_brief_stands_at_the_item(world: World, set_clock: Any) -> None:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    briefings = await Briefings.of(world)
    first, _ = await briefings.ask()
    organizer = briefings.planning.organizer
    email = {"email": "amina@example.org", "timezone": "Asia/Tashkent"}
    assert (await briefings.name(first, organizer, **email)).is_success
    show = await organizer.get(f"{briefings.planning.path}/run-of-show")
    found = {item["id"]: item["speakers"] for item in show.json()["items"]}
    (briefer,) = found[briefings.items[0]]
    told = ("role", "name", "state", "at", "there", "email")
    assert [briefer[name] for name in told] == [
        *("Briefer", "Amina Rossi", "to be confirmed", "10:10"),
        *("19:10 in Tashkent", "amina@example.org"),
    ]
    assert found[briefings.items[1]] == []
    query = {"draft": "true"}
    draft = await organizer.get(f"{briefings.planning.path}/programme", params=query)
    assert "Amina Rossi" in draft.text
    assert "@example.org" not in draft.text
