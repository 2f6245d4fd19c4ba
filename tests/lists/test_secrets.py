"""Lists tell nothing by the way."""

from tests.lists.delegations import Gathering
from tests.questions.conftest import question


async def test_a_published_list_does_not_tell_who_was_asked(gathering: Gathering) -> None:
    world = gathering.world
    asked = await world.entity(name={"en": "Asked in secret"})
    await world.invitation(gathering.meeting, asked, sent=False)
    await gathering.organizer.post(f"{gathering.path}/lists/participants/publish")
    reader = await world.focal_point_of(gathering.entities["AU"])
    titles = [
        (await gathering.read("participants", reader, entity=handle))["title"]
        for handle in (asked["handle"], "nobody", "au")
    ]
    assert titles == [
        "List of participants",
        "List of participants",
        "List of participants: African Union (AU)",
    ]


async def test_what_organizers_were_asked_changes_no_list(gathering: Gathering) -> None:
    before = (await gathering.read("delegations"))["as_of"]
    made = await gathering.register("UNDP", "Newcomer", at=50)
    form = {"questions": [question("table", visible_to="organizers")]}
    put = await gathering.organizer.put(
        f"{gathering.path}/form", json=form, headers={"If-Match": "*"}
    )
    assert put.is_success, put.text
    path = f"{gathering.path}/registrations/{made['id']}/answers"
    assert (await gathering.organizer.put(path, json={"answers": {"table": "B4"}})).is_success
    found = await gathering.read("delegations/changes", since=before)
    assert [(each["kind"], each["name"]) for each in found["changes"]] == [("arrived", "Newcomer")]
