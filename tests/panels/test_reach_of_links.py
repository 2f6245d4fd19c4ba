"""What the session of a panellist's link reaches, and no more, whatever organizers change later."""

from collections.abc import AsyncIterator

import pytest

from tests.agenda.planning import START, Planning, item, slug
from tests.panels.post import DAY, PostOffice, token_of
from tests.world import post

WAY_IN = "https://conference.example.org/j/6?pwd=canary"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
async def planning(world, set_clock) -> Planning:
    set_clock(DAY)
    return await Planning.of(world)


@pytest.fixture
async def office(planning: Planning) -> AsyncIterator[PostOffice]:
    async with PostOffice.of(planning) as office:
        yield office


@pytest.mark.parametrize("answer", ["decline", "confirm,withdraw"])
async def test_who_has_said_no_sees_nothing_of_the_address_that_is_put_in_their_place(
    planning: Planning, office: PostOffice, answer: str
) -> None:
    """A place keeps its link after a refusal; the link opens what was asked at its address."""
    other = await Planning.of(planning.world, handle="others-1", start=START)
    room = {"label": "Main room", "join_address": WAY_IN}
    assert (await other.organizer.put(f"{other.path}/room", json=room)).is_success
    agenda = await other.put(item("Panel", "panel", minutes=60))
    theirs = await other.panel(agenda["items"][0]["id"])
    victim = await other.panellist(theirs, "invite", "confirm", email="victim@example.org")
    await office.deliver()

    agenda = await planning.put(item("Panel", "panel", minutes=60))
    panel = await planning.panel(agenda["items"][0]["id"])
    person = await planning.panellist(panel, "invite", email="accomplice@example.org")
    (mail,) = await office.deliver()
    reader = await office.session_of(mail)
    for verb in answer.split(","):
        await post(reader, f"/v1/panellists/{person['id']}/{verb}")
    assert (await reader.get(f"/v1/panellists/{person['id']}")).status_code == 200

    path = f"{planning.path}/panels/{panel['id']}/panellists/{person['id']}"
    body = {"email": "victim@example.org"}
    changed = await planning.organizer.patch(path, json=body, headers=MERGE)
    assert changed.status_code == 200
    seen = await reader.get(f"/v1/panellists/{victim['id']}")
    assert (seen.status_code, WAY_IN in seen.text) == (401, False)


async def test_a_link_that_leads_to_a_bound_place_needs_the_code_whoever_sent_it(
    planning: Planning, office: PostOffice
) -> None:
    """A page has the places of all meetings, so a forwarded link opens those that are bound too."""
    other = await Planning.of(planning.world, handle="others-1", start=START)
    path = f"/v1/committees/{other.committee['id']}"
    answer = await planning.world.administrator.patch(
        path, json={"links_bound": True}, headers=MERGE
    )
    assert answer.is_success
    for each in (other, planning):
        agenda = await each.put(item("Panel", "panel", minutes=60))
        panel = await each.panel(agenda["items"][0]["id"])
        await each.panellist(panel, "invite", email="amina@example.org")
    mails = await office.deliver()
    found = [
        await planning.organizer.post("/v1/links/exchange", json={"token": token_of(mail)})
        for mail in mails
    ]
    assert [(each.status_code, slug(each)) for each in found] == [(403, "link-code-needed")] * 2
