"""The panel of the story: asked by mail, answered on their own pages, one place taken over."""

from typing import Any

from app.demo import people
from app.demo.stage import MEETING_PATH, Stage, expect, told


async def ask(stage: Stage) -> None:
    """The panel with its concept note and rehearsal; everybody gets a link to their own page."""
    about = told("panel.yaml")
    english = stage.data["sixth_meeting"]["panel"]["title"]
    panel = await stage.post(
        f"{MEETING_PATH}/panels",
        {
            "item_id": stage.items["panel"],
            "title": {"en": english} | about["title"],
            "concept_note": about["concept_note"],
            "questions_minutes": about["questions_minutes"],
        },
    )
    stage.panel = panel["id"]
    path = f"{MEETING_PATH}/panels/{stage.panel}"
    await stage.call("PUT", f"{path}/rehearsal", about["rehearsal"])
    moderator = about["moderators"]["first"] | {"role": "moderator", "minutes": 5}
    speakers = stage.data["sixth_meeting"]["panel"]["speakers"]
    for person in [moderator, *people.speakers(speakers)]:
        asked = await stage.post(f"{path}/panellists", person)
        await stage.post(f"{path}/panellists/{asked['id']}/invite")


async def answer(stage: Stage) -> None:
    """The four speakers confirm; the moderator cannot come, and whoever comes instead confirms."""
    about = told("panel.yaml")
    path = f"{MEETING_PATH}/panels/{stage.panel}/panellists"
    first, then = (about["moderators"][name] for name in ("first", "then"))
    links = await stage.mails("speak", 5)
    asked = {each["email"]: each["id"] for each in (await stage.read(path))["items"]}
    other = await stage.post(f"{path}/{asked[first['email']]}/replace", then)
    asked[then["email"]] = other["id"]
    for address, said in about["said"].items():
        if address not in links:
            links = await stage.mails("speak", 6)
        await _answer(stage, links[address], asked[address], said)
    panel = await stage.read(f"{MEETING_PATH}/panels/{stage.panel}")
    expect("minutes of the panel", (panel["planned_minutes"], panel["over_minutes"]), (60, 0))
    stage.say(f"  {len(links)} people of the panel asked by mail: 5 confirmed on their page")


async def _answer(stage: Stage, token: str, place: str, said: dict[str, Any]) -> None:
    """What somebody says of themselves, that they may be recorded, and that they come."""
    _, headers = await stage.session(token)
    own = f"/v1/panellists/{place}"
    await stage.call("PATCH", own, said, headers=headers)
    await stage.call("PUT", f"{own}/recording-consent", {"agreed": True}, headers=headers)
    await stage.post(f"{own}/confirm", headers=headers)
