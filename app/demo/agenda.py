"""The agenda of the story: provisional, revised, adopted, and what happened of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from app.demo.stage import MEETING_PATH, Stage, WalkFailed, expect, told

AGENDA = f"{MEETING_PATH}/agenda"
CHAIR = "Under-Secretary-General for Counter-Terrorism"
NEW_YORK = timedelta(hours=-4)
BRIEFING_MINUTES = 6
"""What an equal share of 48 minutes is."""
Tree = list[dict[str, Any]]


async def build(stage: Stage) -> None:
    """Two sittings, nine items, and the time of the briefings shared among the eight groups."""
    story = told("agenda.yaml")
    groups = [group["handle"] for group in stage.data["working_groups"]]
    await replace(stage, f"{MEETING_PATH}/sittings", {"sittings": story["sittings"]})
    await write(stage, tree(story, groups))
    shared = await stage.post(f"{MEETING_PATH}/briefings/share-time", {"minutes": 48})
    minutes = {each["minutes"] for each in shared["items"]}
    expect("equal shares", (minutes, len(shared["items"])), ({BRIEFING_MINUTES}, 8))


async def issue_provisional(stage: Stage) -> None:
    conflicts = await stage.read(f"{AGENDA}/conflicts")
    expect("conflicts", {name: found for name, found in conflicts.items() if found}, {})
    # Nobody is invited yet: the letters of invitation name it.
    version = await stage.post(f"{AGENDA}/versions", {"silent": True})
    expect("first version", version["status"], "provisional")
    stage.say("  provisional agenda issued: panel of four, eight briefings")


async def revise(stage: Stage) -> None:
    """The discussion gets its parts, a supplementary item comes, a briefing comes first: Rev.1."""
    story = told("agenda.yaml")
    change = story["rev1"]
    first = change["first_briefing"]
    groups = [group["handle"] for group in stage.data["working_groups"]]
    items = tree(story, sorted(groups, key=lambda each: each != first))
    by_key = {item["key"]: item for item in items}
    for briefing in by_key["briefings"]["items"]:
        briefing["minutes"] = BRIEFING_MINUTES
    by_key["adoption"]["annotation"] = change["annotation"]
    by_key["discussion"] |= {"minutes": None, "items": change["discussion"]}
    by_key["other"] |= {"minutes": 5, "items": change["other"]}
    await write(stage, items)
    version = await stage.post(f"{AGENDA}/versions", {"note": change["note"]})
    expect("second version", version["symbol"], "COORDINATION-COMMITTEE-6/1/Rev.1")
    changes = await stage.read(f"{AGENDA}/versions/2/changes")
    kinds = {kind for item in changes["items"] for kind in item["kinds"]}
    wanted = {"added", "moved", "renumbered", "retimed", "panellists", "changed"}
    expect("changes of every kind", wanted - kinds, set())
    stage.say(f"  Rev.1 issued: {len(changes['items'])} items changed")


async def adopt(stage: Stage) -> None:
    version = await stage.post(f"{AGENDA}/adopt", {"chair": CHAIR})
    expect("adopted", version["adoption"]["of_number"], 2)


async def happen(stage: Stage) -> None:
    """When each item was begun; the meeting is in session and its time has come."""
    for key, clock in told("agenda.yaml")["happened"]:
        at = datetime.fromisoformat(f"2021-10-08T{clock}:00") - NEW_YORK
        body = {"at": at.replace(tzinfo=UTC).isoformat()}
        await stage.post(f"{AGENDA}/items/{stage.items[key]}/start", body)


def tree(story: dict[str, Any], groups: list[str]) -> Tree:
    """All items, with the briefings of the groups in this order."""
    items: Tree = [dict(item) for item in story["items"]]
    for item in items:
        if item["key"] == "briefings":
            item["items"] = [
                {
                    "key": group,
                    "kind": "briefing",
                    "title": story["words"][group],
                    "purpose": "information",
                    "working_group": group,
                }
                for group in groups
            ]
    return items


async def write(stage: Stage, items: Tree) -> None:
    """The whole agenda; what is on it already keeps its id."""
    agenda = await replace(stage, AGENDA, {"items": [_written(stage, item) for item in items]})
    for said, item in _both(items, agenda["items"]):
        stage.items[said["key"]] = item["id"]


async def replace(stage: Stage, path: str, body: Any) -> Any:
    """PUT over the agenda as it is."""
    answer = await stage.client.get(AGENDA)
    if not answer.is_success:
        raise WalkFailed(f"GET {AGENDA}: {answer.status_code} {answer.text}")
    return await stage.call("PUT", path, body, headers={"If-Match": answer.headers["etag"]})


def _written(stage: Stage, item: dict[str, Any]) -> dict[str, Any]:
    members = {name: value for name, value in item.items() if name not in {"key", "items"}}
    if item["key"] in stage.items:
        members["id"] = stage.items[item["key"]]
    return members | {"items": [_written(stage, each) for each in item.get("items", [])]}


def _both(said: Tree, items: Tree) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each item as the story and as the service has it."""
    for each, item in zip(said, items, strict=True):
        yield each, item
        yield from _both(each.get("items", []), item["items"])
