"""Who briefs in a run of show, in drafts and as issued; nobody's address but in the first."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.briefings.conftest import Briefings
from tests.world import World, post


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


async def test_issued_papers_show_sittings_and_who_is_to_be_confirmed(
    world: World, set_clock: Any, anonymous: httpx.AsyncClient
) -> None:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    briefings = await Briefings.of(world)
    planning, organizer = briefings.planning, briefings.planning.organizer
    first, _ = await briefings.ask()
    assert (await briefings.name(first, organizer, email="amina@example.org")).is_success
    hours = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}
    await post(organizer, f"{planning.path}/sittings", {"name": {"en": "Morning"}} | hours)
    await planning.issue()
    path = f"/v1/committees/{planning.committee['handle']}"
    match = {"If-Match": (await organizer.get(path)).headers["etag"]}
    renamed = {"name": {"en": "Quite another"}}
    assert (await world.administrator.patch(path, json=renamed, headers=match)).is_success
    issued = (await anonymous.get(planning.public)).json()
    named = {"honorific": None, "job_title": None, "affiliation": None, "status": "invited"}
    found = {item["id"]: item["briefer"] for item in issued["items"]}
    assert {key: each for key, each in found.items() if each} == {
        briefings.items[0]: {"name": "Amina Rossi"} | named
    }
    assert [(each["name"], each["local_end"]) for each in issued["sittings"]] == [
        ({"en": "Morning"}, hours["local_end"])
    ]
    address = planning.public.removesuffix("/agenda")
    paper = (await anonymous.get(f"{address}/programme")).json()
    assert paper["committee_name"] == planning.committee["name"]["en"]
    people = [speaker for item in paper["items"] for speaker in item["speakers"]]
    assert [(each["name"], each["state"]) for each in people] == [
        ("Amina Rossi", "to be confirmed")
    ]
    page = await anonymous.get(f"{address}/programme.html")
    assert "Morning" in page.text
    assert "Quite another" not in page.text
