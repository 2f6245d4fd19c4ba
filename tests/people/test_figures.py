"""Two entries that become one are one for the figures, also for those that the log gives."""

from uuid import UUID

from app.privacy import queries
from tests.people.directory import Directory
from tests.world import post


async def test_who_came_and_was_named_again_under_another_entry_is_one(
    directory: Directory,
) -> None:
    kept, other = await directory.person(), await directory.person()
    path = f"/v1/meetings/{directory.meetings[0]['id']}"
    came = await directory.register(kept, role="adviser")
    await post(directory.administrator, f"{path}/open")
    body = {"registration_ids": [came["id"]]}
    checked = await post(directory.administrator, f"{path}/attendance/check-ins", body)
    assert checked["recorded"] == 1
    await post(directory.administrator, f"{path}/registrations/{came['id']}/withdraw")
    await directory.register(other)
    assert (await directory.do("merge", kept, other=other["id"])).status_code == 200
    for verb in ("unmerge", "merge"):
        found = await directory.administrator.get(f"{path}/statistics/verification")
        assert (found.json()["equal"], found.json()["counted"]["by_role"][3]["key"]) == (
            True,
            "adviser",
        )
        assert (await directory.do(verb, kept, other=other["id"])).status_code == 200
        report = await directory.administrator.get(f"{path}/report/verification")
        assert report.json()["equal"] is True
    await gone_for_good(directory, path, kept["id"], other["id"])


async def gone_for_good(directory: Directory, path: str, kept: str, other: str) -> None:
    """What nobody can tell apart any more is not taken apart."""
    await post(directory.administrator, f"{path}/adjourn", {})
    done = await directory.administrator.post(f"{directory.people}/{kept}/anonymize")
    assert done.json()["anonymized_at"] is not None, done.text
    apart = await directory.administrator.post(
        f"{directory.people}/{kept}/unmerge", json={"other": other}
    )
    assert (apart.status_code, apart.json()["type"].rpartition("/")[2]) == (409, "merge-stands")
    found = await directory.administrator.get(f"{path}/statistics/verification")
    assert found.json()["equal"] is True


async def test_nobody_is_merged_out_of_a_legal_hold(directory: Directory) -> None:
    kept, held = await directory.person(), await directory.person()
    named = await directory.register(held)
    hold = f"{directory.people}/{held['id']}/legal-hold"
    placed = await directory.administrator.put(hold, json={"reason": "A case."})
    assert placed.status_code == 200, placed.text
    assert (await directory.do("merge", kept, other=held["id"])).status_code == 200
    async with directory.world.app.state.database.transaction() as session:
        found = await queries.list_held_registrations(session, UUID(named["meeting_id"]))
        assert found == [UUID(named["id"])]
        assert set(await queries.list_held_people(session)) == {
            UUID(kept["id"]),
            UUID(held["id"]),
        }
