"""The briefings of the story: each group names its briefer by a link, and hands in its paper."""

from typing import Any

from app.demo import people
from app.demo.papers import Press, file_of
from app.demo.stage import MEETING_PATH, Stage, expect, told

LINKS = "/v1/briefing-links"
OFFICE = {"en": "Chair of the working group", "fr": "Présidence du groupe de travail"}


async def ask(stage: Stage) -> None:
    """The office of each chair, by mail."""
    contacts = [
        {"item_id": stage.items[group["handle"]], "contact": _contact(group)}
        for group in stage.data["working_groups"]
    ]
    await stage.post(f"{MEETING_PATH}/briefings", {"ask": contacts})


async def answer(stage: Stage) -> None:
    """The groups name somebody of a delegation that will come, and those confirm."""
    story, press = told("papers.yaml"), Press(stage)
    links = await stage.mails("briefing", 8)
    for group in stage.data["working_groups"]:
        handle, token = group["handle"], links[_contact(group)["email"]]
        briefer = _briefer(*story["briefers"][handle])
        await stage.post(f"{LINKS}/name", {"token": token, "briefer": briefer})
        file = file_of(press, group["name"]["en"], story["groups"][handle], "en")
        await stage.put(f"{LINKS}/papers/en", file, {"Briefing-Link": token})
    for address, token in (await stage.mails("briefing", 16)).items():
        if address not in links:
            await stage.post(f"{LINKS}/answer", {"token": token, "answer": "confirm"})
    glance = await stage.read(f"{MEETING_PATH}/briefings")
    expect("complete briefings", glance["counts"]["complete"], 8)
    stage.say("  8 working groups have named their briefers and sent papers, by their links")


def _contact(group: dict[str, Any]) -> dict[str, str]:
    chair = group["chair"]
    language = people.language(chair)
    return {
        "name": f"{OFFICE[language]} ({chair})",
        "email": f"chair.{group['handle']}@{chair.lower()}.example.org",
        "language": language,
    }


def _briefer(entity: str, place: int, zone: str) -> dict[str, str]:
    person = people.delegate(entity, place)
    return person | {"affiliation": entity, "timezone": zone}
