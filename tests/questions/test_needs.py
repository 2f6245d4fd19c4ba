"""Interpretation and accessibility: said with the name, seen by few, counted for organizers."""

from tests.questions.conftest import Asking
from tests.world import World, named, post


async def test_needs_are_said_changed_and_seen_by_those_whom_they_concern(
    asking: Asking, world: World
) -> None:
    said = {"interpretation": ["fr", "AR"], "captioning": True, "other": "Large print."}
    made = await asking.register(1, needs=said)
    needs = {
        "speaks": [],
        "interpretation": ["fr", "ar"],
        "sign_language": None,
        "captioning": True,
        "other": "Large print.",
    }
    assert made["needs"] == needs
    path = f"{asking.path}/registrations/{made['id']}"
    observer = await world.observer({"id": asking.meeting["committee_id"]})
    assert (await observer.get(path)).json()["needs"] is None
    assert (await asking.organizer.get(path)).json()["needs"] == needs
    patch = {"needs": {"other": None, "sign_language": "ils"}}
    changed = await asking.focal_point.patch(path, json=patch)
    assert changed.json()["needs"] == needs | {"other": None, "sign_language": "ils"}
    same = await asking.focal_point.patch(path, json=patch)
    assert same.json() == changed.json()
    gone = await asking.focal_point.patch(path, json={"needs": None})
    assert gone.json()["needs"] is None
    log = f"{asking.path}/events?name=registration.needs_stated"
    told = [each["data"]["members"] for each in (await asking.organizer.get(log)).json()["items"]]
    assert told == [
        ["captioning", "interpretation", "other"],
        ["other", "sign_language"],
        ["captioning", "interpretation", "sign_language"],
    ]
    body = named(2, needs={"speaks": ["es"]})
    successor = await post(asking.focal_point, f"{path}/substitute", body)
    assert successor["needs"]["speaks"] == ["es"]


async def test_needs_of_those_who_come_are_counted(asking: Asking) -> None:
    await asking.register(1, needs={"interpretation": ["fr", "fr"], "captioning": True})
    await asking.register(2, needs={"interpretation": ["es", "fr"], "speaks": ["es"]})
    await asking.register(3, needs={"sign_language": "ils", "other": "A ramp."})
    await asking.register(4, needs={"captioning": False})
    left = await asking.register(5, needs={"interpretation": ["ru"]})
    await post(asking.focal_point, f"{asking.path}/registrations/{left['id']}/withdraw")
    counts = (await asking.organizer.get(f"{asking.path}/registrations/needs")).json()
    assert counts == {
        "people": 3,
        "speaks": [{"language": "es", "people": 1}],
        "interpretation": [{"language": "fr", "people": 2}, {"language": "es", "people": 1}],
        "sign_language": [{"language": "ils", "people": 1}],
        "captioning": 1,
        "other": 1,
    }
