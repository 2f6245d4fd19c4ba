"""What is held is for those whom it concerns, and is not kept beyond its end."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity import service as identity
from app.identity.lifecycle import AccountKind, Role
from tests.files.test_files import PDF, PDF_TYPE
from tests.meetings.board import refusal
from tests.questions.conftest import Asking, asking, question
from tests.registrations.tables import path_of
from tests.world import World, named, post

__all__ = ["asking"]


async def test_the_entity_reads_nothing_that_is_anothers_or_the_organizers(
    asking: Asking,
) -> None:
    world, other = asking.world, await asking.world.entity()
    await asking.ask(question("diet"), question("table", visible_to="organizers"))
    made = await asking.register(1)
    answers = {"diet": "finch of its own", "table": "finch of organizers"}
    answered = await asking.put(made, answers, asking.organizer)
    assert answered.is_success, answered.text
    twin = await world.person(other, email=made["person"]["email"])
    for entity, person_id in ((asking.entity, made["person"]["id"]), (other, twin["id"])):
        office = {"person_id": person_id}
        await post(world.administrator, f"/v1/entities/{entity['id']}/focal-points", office)
    path = f"/v1/entities/{asking.entity['id']}/people/{made['person']['id']}"
    hold = await world.administrator.put(f"{path}/legal-hold", json={"reason": "finch of a case"})
    assert hold.is_success, hold.text
    own = (await asking.focal_point.get(f"{path}/held-data")).text
    everything = (await world.administrator.get(f"{path}/held-data")).text
    words = ("finch of its own", "finch of organizers", "finch of a case", other["id"])
    assert [word in own for word in words] == [True, False, False, False]
    assert [word in everything for word in words] == [True, True, True, True]


async def test_a_hold_is_lifted_by_whoever_placed_it(world: World) -> None:
    committees, entity = [await world.committee(), await world.committee()], await world.entity()
    for committee in committees:
        await world.membership(committee, entity)
    one, other = [await world.organizer(committee) for committee in committees]
    person = await world.person(entity)
    path = f"/v1/entities/{entity['id']}/people/{person['id']}/legal-hold"
    assert (await one.put(path, json={"reason": "A case."})).is_success
    assert refusal(await other.delete(path)) == (403, "not-permitted")
    assert refusal(await other.put(path, json={"reason": "Mine."})) == (403, "not-permitted")
    assert (await one.get(path)).json()["reason"] == "A case."
    assert (await one.delete(path)).status_code == 204


async def test_who_organizes_elsewhere_holds_and_erases_nobody_of_an_entity_they_act_for(
    world: World,
) -> None:
    committee, entity = await world.committee(), await world.entity()
    person = await world.person(entity)
    async with world.app.state.database.transaction() as session:
        account = await identity.create_account(session, AccountKind.PERSON, "Both")
    await world.token(Role.ORGANIZER, committee_id=committee["id"], account_id=account.id)
    both = await world.caller(Role.FOCAL_POINT, entity_id=entity["id"], account_id=account.id)
    path = f"/v1/entities/{entity['id']}/people/{person['id']}"
    for call in (
        both.get(f"{path}/legal-hold"),
        both.delete(f"{path}/legal-hold"),
        both.post(f"{path}/anonymize"),
    ):
        assert refusal(await call) == (403, "not-permitted")


async def test_a_file_that_is_an_answer_no_more_is_kept_no_more(asking: Asking) -> None:
    await asking.ask(question("passport", "file"), question("second", "file"))
    made = await asking.register(1)
    first, then = [await hand_in(asking, f"{n}.pdf") for n in range(2)]
    for answers in (
        {"passport": first},
        {"passport": then, "second": first},
        {"passport": then},
    ):
        assert (await asking.put(made, answers)).is_success
        assert set(await files(asking)) == {first, then} & set(answers.values()) | {then}
    assert (await asking.put(made, {})).is_success
    assert await files(asking) == []


async def hand_in(asking: Asking, name: str) -> str:
    path = f"{asking.path}/invitations/{asking.invitation['id']}/files"
    made = await asking.focal_point.post(path, params={"name": name}, content=PDF, headers=PDF_TYPE)
    return str(made.json()["id"])


async def files(asking: Asking) -> list[str]:
    path = f"{asking.path}/invitations/{asking.invitation['id']}/files"
    return [each["id"] for each in (await asking.focal_point.get(path)).json()["items"]]


@pytest.mark.parametrize("end", ["status = 'closed', closed_at = now()", "anonymized_at = now()"])
async def test_nothing_is_handed_in_after_the_end(asking: Asking, end: str) -> None:
    async with asking.world.app.state.database.transaction() as session:
        statement = f"UPDATE meetings SET {end} WHERE id = :id"  # noqa: S608  # constants
        await session.execute(text(statement), {"id": asking.meeting["id"]})
    path = f"{asking.path}/invitations/{asking.invitation['id']}/files"
    late = await asking.focal_point.post(
        path, params={"name": "late.pdf"}, content=PDF, headers=PDF_TYPE
    )
    assert refusal(late) == (409, "meeting-closed")
    contacts = [{"name": "Somebody", "email": "somebody@example.org"}]
    changed = await asking.organizer.patch(
        asking.path, json={"contacts": contacts}, headers={"If-Match": "*"}
    )
    assert refusal(changed) == (409, "meeting-closed")
    letter = {"reference": "Note verbale 117"}
    path = f"{asking.path}/invitations/{asking.invitation['id']}/credentials"
    assert refusal(await asking.focal_point.put(path, json=letter)) == (409, "meeting-closed")


async def test_whoever_was_anonymized_is_not_brought_back(world: World) -> None:
    committee, entity = await world.committee(), await world.entity()
    members: dict[str, Any] = {
        "local_start": "2030-10-08T10:00:00",
        "local_end": "2030-10-08T13:00:00",
    }
    earlier = await world.scheduled(await world.meeting(committee))
    meeting = await world.scheduled(
        await world.meeting(committee, **members, approval={"all": True})
    )
    for each in (earlier, meeting):
        await world.invitation(each, entity)
    focal_point = await world.focal_point_of(entity)
    then = await post(world.administrator, path_of(earlier), named(1, entity=entity["handle"]))
    made = await post(focal_point, path_of(meeting), {"person_id": then["person"]["id"]})
    path = f"{path_of(meeting)}/{made['id']}"
    await post(world.administrator, f"{path}/reject", {"reason": "Not this time."})
    person = f"/v1/entities/{entity['id']}/people/{UUID(then['person']['id'])}"
    async with world.app.state.database.transaction() as session:
        await session.execute(
            text("UPDATE meetings SET ends_at = starts_at + interval '1 hour' WHERE id = :id"),
            {"id": earlier["id"]},
        )
    assert (await world.administrator.post(f"{person}/anonymize")).json()["anonymized_at"]
    again = await world.administrator.post(f"{path}/reconsider")
    assert refusal(again) == (409, "person-left")
    body = {"meeting": earlier["handle"], "entity": entity["handle"]}
    for query in ("dry_run=true", "mode=rows"):
        copied = await post(world.administrator, f"{path_of(meeting)}/copy?{query}", body)
        assert copied["rows"] == []


async def test_a_merge_is_not_taken_back_while_there_is_a_hold(world: World) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/people"
    kept, other = await world.person(entity), await world.person(entity)
    body = {"other": other["id"]}
    await post(world.administrator, f"{path}/{kept['id']}/merge", body)
    hold = f"{path}/{kept['id']}/legal-hold"
    placed = await world.administrator.put(hold, json={"reason": "A case"})
    assert placed.is_success, placed.text
    refused = await world.administrator.post(f"{path}/{kept['id']}/unmerge", json=body)
    assert refusal(refused) == (409, "merge-stands")
    assert (await world.administrator.delete(hold)).status_code == 204
    await post(world.administrator, f"{path}/{kept['id']}/unmerge", body)
