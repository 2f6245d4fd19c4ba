"""Calendars that many read stay small, whatever organizers write."""

from app.feeds.policy import MOST_WORDS
from tests.mail.stage import DAY
from tests.world import World


async def test_a_long_description_is_cut_in_a_public_calendar(world: World, set_clock) -> None:
    set_clock(DAY)
    committee = await world.committee()
    words = "word " * (MOST_WORDS // 2)
    members = {"public": True, "description": {"en": words}}
    await world.scheduled(await world.meeting(committee, **members))
    path = f"/v1/public/committees/{committee['handle']}/calendar.ics"
    answer = await world.administrator.get(path)
    (line,) = [
        each
        for each in answer.text.replace("\r\n ", "").split("\r\n")
        if each.startswith("DESCRIPTION")
    ]
    said = line.partition(":")[2]
    assert (len(said) <= MOST_WORDS, said[:5], said[-3:]) == (True, "word ", "...")
