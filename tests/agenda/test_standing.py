"""Items that come late, are withdrawn, merged and put back, and the trace that they leave."""

from typing import Any
from uuid import uuid4

import pytest

from tests.agenda.planning import Planning, item, slug


async def act(planning: Planning, item_id: str, verb: str, **body: Any) -> Any:
    """A verb over the agenda as it is."""
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{item_id}/{verb}"
    return await planning.organizer.post(path, json=body or None, headers=match)


def told(items: list[Any]) -> list[tuple[Any, ...]]:
    """Number, title, standing and start of each item, in reading order."""
    found: list[tuple[Any, ...]] = []
    for each in items:
        start = each["local_start"][11:16]
        found.append((each["number"], each["title"]["en"], each["standing"], start))
        found += told(each["items"])
    return found


async def test_withdrawn_items_keep_number_and_place_once_issued(planning: Planning) -> None:
    agenda = await planning.put(
        item("A", minutes=10),
        item("B", minutes=10, items=[item("B1", minutes=20)]),
        item("C", minutes=10),
    )
    second = agenda["items"][1]["id"]
    early = await act(planning, second, "withdraw")
    assert (early.status_code, early.json()["number"]) == (200, None)
    fresh, _ = await planning.read()
    assert [each["number"] for each in fresh["items"]] == ["1", None, "2"]
    assert (await act(planning, second, "reinstate")).json()["number"] == "2"
    await planning.issue()
    withdrawn = await act(planning, second, "withdraw")
    assert (withdrawn.status_code, withdrawn.json()["standing"]) == (200, "withdrawn")
    after, _ = await planning.read()
    assert told(after["items"]) == [
        ("1", "A", "standing", "10:00"),
        ("2", "B", "withdrawn", "10:10"),
        ("2(a)", "B1", "standing", "10:10"),
        ("3", "C", "standing", "10:10"),
    ]
    assert after["problems"] == []
    again = await act(planning, second, "withdraw")
    assert (again.status_code, slug(again)) == (409, "move-forbidden")
    assert (again.json()["state"], again.json()["allowed"]) == ("withdrawn", ["standing"])
    await planning.issue()
    version = await planning.focal_point.get(f"{planning.agenda}/versions/2")
    assert told(version.json()["items"]) == told(after["items"])
    back = await act(planning, second, "reinstate")
    assert (back.json()["standing"], back.json()["local_end"][11:16]) == ("standing", "10:40")
    agenda["revision"], agenda["symbol"] = None, None
    restored, _ = await planning.read()
    assert restored | {"revision": None, "symbol": None} == agenda


async def test_what_never_stood_in_a_version_takes_no_number_from_those_that_did(
    planning: Planning,
) -> None:
    """Not in the next version either; and it may go, as nobody was ever told of it."""
    await planning.put(item("A"))
    await planning.issue()
    never = await planning.add(title="Never")
    under = await planning.add(title="Under", parent_id=never["id"])
    await act(planning, never["id"], "withdraw")
    await planning.add(title="B")
    expected = [("1", "A"), (None, "Never"), (None, "Under"), ("2", "B")]
    for number in (2, 3):
        await planning.issue()
        version = await planning.focal_point.get(f"{planning.agenda}/versions/{number}")
        fresh, _ = await planning.read()
        for each in (version.json(), fresh):
            assert [row[:2] for row in told(each["items"])] == expected
    changes = await planning.focal_point.get(f"{planning.agenda}/versions/3/changes")
    assert changes.json()["items"] == []
    back = await act(planning, never["id"], "reinstate")
    assert (back.json()["number"], back.json()["items"][0]["number"]) == ("2", "2(a)")
    await act(planning, never["id"], "withdraw")
    for gone in (under, never):
        deleted = await planning.organizer.delete(
            f"{planning.agenda}/items/{gone['id']}", headers={"If-Match": "*"}
        )
        assert deleted.status_code == 204, deleted.text


async def test_an_issued_item_is_not_deleted_but_a_fresh_one_is(planning: Planning) -> None:
    agenda = await planning.put(item("A", items=[item("A1")]), item("B"))
    await planning.issue()
    added = await planning.add(title="C")
    whole, match = await planning.read()
    path = f"{planning.agenda}/items"
    refused = [
        await planning.organizer.delete(f"{path}/{agenda['items'][0]['id']}", headers=match),
        await planning.organizer.put(
            planning.agenda,
            json={"items": [item("A", id=agenda["items"][0]["id"]), item("B", id=added["id"])]},
            headers=match,
        ),
    ]
    assert [(each.status_code, slug(each)) for each in refused] == [(409, "item-issued")] * 2
    assert "ithdraw" in refused[0].json()["detail"]
    assert (await planning.read())[0] == whole
    gone = await planning.organizer.delete(f"{path}/{added['id']}", headers=match)
    assert gone.status_code == 204


async def test_an_item_is_merged_into_one_that_stands_and_lies_elsewhere(
    planning: Planning,
) -> None:
    agenda = await planning.put(
        item("A", items=[item("A1")]), item("B"), item("C", access="restricted"), item("D")
    )
    a, b, c, d = (each["id"] for each in agenda["items"])
    below = agenda["items"][0]["items"][0]["id"]
    merged = await act(planning, a, "merge", into_id=b)
    assert (merged.json()["standing"], merged.json()["merged_into_id"]) == ("merged", b)
    assert merged.json()["items"][0]["id"] == below
    cases = [
        (b, b, 422, "item-under-itself"),
        (b, a, 409, "item-off"),
        (b, below, 409, "item-off"),
        (b, str(uuid4()), 422, "item-unknown"),
        (a, d, 409, "move-forbidden"),
    ]
    for one, into, status, name in cases:
        answer = await act(planning, one, "merge", into_id=into)
        assert (answer.status_code, slug(answer)) == (status, name), (one, into)
    onwards = await act(planning, b, "merge", into_id=c)
    assert onwards.status_code == 200
    circle = await act(planning, c, "merge", into_id=a)
    assert (circle.status_code, slug(circle)) == (409, "item-off")
    _, match = await planning.read()
    path = f"{planning.agenda}/items"
    under = await planning.organizer.post(
        f"{path}/{c}/move", json={"parent_id": b, "position": 0}, headers=match
    )
    assert (under.status_code, slug(under)) == (422, "item-under-itself")
    taken = await planning.organizer.delete(f"{path}/{c}", headers=match)
    assert (taken.status_code, slug(taken)) == (409, "item-taken-in")
    await planning.issue()
    public = (await planning.focal_point.get(planning.agenda)).json()["items"]
    assert [(each["standing"], each["merged_into_id"]) for each in public] == [
        ("merged", b),
        ("merged", None),
        ("standing", None),
    ]
    issued = await planning.observer.get(f"{planning.agenda}/versions/1")
    assert [each["merged_into_id"] for each in issued.json()["items"]] == [b, c, None, None]
    back = await act(planning, b, "reinstate")
    assert (back.json()["standing"], back.json()["merged_into_id"]) == ("standing", None)


async def test_what_comes_after_the_first_version_is_an_addition(planning: Planning) -> None:
    early = await planning.organizer.post(
        f"{planning.agenda}/items", json=item("Too early", addition="late")
    )
    assert early.json()["errors"][0]["pointer"] == "/addition"
    first = await planning.add(title="First")
    assert first["addition"] is None
    await planning.issue()
    supplementary = await planning.add(title="Supplementary")
    late = await planning.add(title="Late", addition="late")
    told = [(each["number"], each["addition"]) for each in (supplementary, late)]
    assert told == [("2", "supplementary"), ("3", "late")]
    await planning.issue()
    _, match = await planning.read()
    path = f"{planning.agenda}/items"
    renamed = await planning.organizer.patch(
        f"{path}/{late['id']}", json={"title": {"en": "Very late"}}, headers=match
    )
    assert renamed.json()["addition"] == "late"
    _, match = await planning.read()
    never = await planning.organizer.patch(
        f"{path}/{first['id']}", json={"addition": "late"}, headers=match
    )
    assert (never.status_code, never.json()["errors"][0]["pointer"]) == (422, "/addition")
    kept = [first["id"], late["id"], supplementary["id"]]
    again = await planning.put(*(item("Again", id=each) for each in kept), item("New"))
    assert [each["addition"] for each in again["items"]] == [
        *(None, "late", "supplementary", "supplementary")
    ]


async def test_an_entity_leads_on_an_item(planning: Planning) -> None:
    entity = await planning.world.entity(handle="unodc", abbreviation="UNODC")
    named = {name: entity[name] for name in ("id", "handle", "abbreviation", "name")}
    added = await planning.add(lead_entity="unodc", presenter="Li Wei")
    assert added["lead_entity"] == named
    by_id = await planning.add(lead_entity=entity["id"])
    assert by_id["lead_entity"] == named
    for ref in ("nobody", str(uuid4())):
        refused = await planning.organizer.post(
            f"{planning.agenda}/items", json=item(lead_entity=ref)
        )
        assert refused.json()["errors"][0]["pointer"] == "/lead_entity"
    await planning.issue()
    version = await planning.focal_point.get(f"{planning.agenda}/versions/1")
    issued = [each["lead_entity"] for each in version.json()["items"]]
    assert issued == [{name: value for name, value in named.items() if name != "id"}] * 2
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{added['id']}"
    without = await planning.organizer.patch(path, json={"lead_entity": None}, headers=match)
    assert (without.json()["lead_entity"], without.json()["presenter"]) == (None, "Li Wei")
    gone = await planning.world.administrator.delete(f"/v1/entities/{entity['id']}")
    assert gone.status_code == 409


@pytest.mark.parametrize("own", [None, "decimal"])
async def test_a_meeting_numbers_as_its_committee_unless_it_says_otherwise(
    planning: Planning, own: str | None
) -> None:
    committee = f"/v1/committees/{planning.committee['id']}"
    levels = [
        {"numerals": "upper_letters"},
        {"numerals": "arabic", "dot": True},
        {"numerals": "lower_letters", "dot": True, "brackets": "both"},
    ]
    await planning.put(item("A", items=[item("A1", items=[item("A1a")])]))
    before, match = await planning.read()
    assert before["items"][0]["items"][0]["items"][0]["number"] == "1(a)(i)"
    patched = await planning.world.administrator.patch(committee, json={"agenda_numbering": levels})
    assert [each["brackets"] for each in patched.json()["agenda_numbering"]] == [
        *("none", "none", "both")
    ]
    if own is not None:
        etag = {"If-Match": (await planning.organizer.get(planning.path)).headers["etag"]}
        answer = await planning.organizer.patch(
            planning.path, json={"agenda_numbering": own}, headers=etag
        )
        assert answer.json()["agenda_numbering"] == own
    after, _ = await planning.read()
    number = after["items"][0]["items"][0]["items"][0]["number"]
    assert number == ("1.1.1" if own else "A.1.(a)")
    stale = await planning.organizer.put(planning.agenda, json={"items": []}, headers=match)
    assert (stale.status_code, slug(stale)) == (412, "precondition-failed")
    for bad, pointers in (
        ([], [""]),
        ([{"numerals": "arabic"}], [""]),
        ("house", [""]),
        ([{"numerals": "arabic", "dots": True}], ["/0/dots"]),
    ):
        refused = await planning.world.administrator.patch(
            committee, json={"agenda_numbering": bad}
        )
        assert refused.status_code == 422, bad
        told = [each["pointer"] for each in refused.json()["errors"]]
        assert told == [f"/agenda_numbering{pointer}" for pointer in pointers]
