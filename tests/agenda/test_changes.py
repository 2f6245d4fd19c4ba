"""Who comes too late learns what they have missed; and edits cost the same on a large agenda."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.lifecycle import ItemKind
from app.agenda.policy import MAX_ITEMS, AgendaCycle, PlannedItem, TooDeep, validate_tree
from app.agenda.tags import tag_of, tags_in
from app.check import wrongs
from app.meetings.tables import Meeting
from tests.agenda.planning import Planning, item, slug
from tests.statements import counted


async def patch(planning: Planning, item_id: str, match: dict[str, str], **body: Any) -> Any:
    path = f"{planning.agenda}/items/{item_id}"
    return await planning.organizer.patch(path, json=body, headers=match)


async def feed(planning: Planning, **query: Any) -> list[Any]:
    """Every page of the feed, three edits at a time."""
    found: list[Any] = []
    params = {"limit": 3} | query
    while True:
        answer = await planning.observer.get(f"{planning.agenda}/changes", params=params)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        params["cursor"] = answer.json()["next_cursor"]


async def test_a_stale_edit_is_told_what_it_missed(planning: Planning) -> None:
    agenda = await planning.put(item("A"), item("B"), item("C"))
    a, b, c = (each["id"] for each in agenda["items"])
    assert agenda["revision"] == 1
    _, match = await planning.read()
    own = await planning.organizer.get(f"{planning.agenda}/items/{b}")
    own_match = {"If-Match": own.headers["etag"]}
    first = await patch(planning, a, match, minutes=10, presenter="Canary Name")
    added = await planning.add(title="D")
    moved = await planning.organizer.post(
        f"{planning.agenda}/items/{c}/move",
        json={"position": 0},
        headers={"If-Match": (await planning.read())[1]["If-Match"]},
    )
    assert (first.status_code, moved.status_code) == (200, 200)
    missed = [
        ([], [{"item_id": a, "members": ["minutes", "presenter"]}]),
        ([added["id"]], []),
        ([], [{"item_id": c, "members": ["position"]}]),
    ]
    for late in (
        await patch(planning, b, match, minutes=5),
        await patch(planning, b, own_match, minutes=5),
        await planning.organizer.put(planning.agenda, json={"items": []}, headers=match),
        await planning.organizer.post(f"{planning.agenda}/items", json=item(), headers=match),
        await planning.organizer.delete(f"{planning.agenda}/items/{b}", headers=own_match),
    ):
        assert (late.status_code, slug(late)) == (412, "agenda-outdated")
        told = late.json()
        assert told["revision"] == 4
        assert [each["revision"] for each in told["changes"]] == [2, 3, 4]
        assert [(each["added"], each["changed"]) for each in told["changes"]] == missed
        assert "Canary" not in late.text
    me = (await planning.organizer.get("/v1/me")).json()["name"]
    assert [each["editor"] for each in told["changes"]] == [me, me, me]
    assert await feed(planning, since=1) == told["changes"]
    assert [each["revision"] for each in await feed(planning)] == [1, 2, 3, 4]
    assert await feed(planning, since=4) == []
    deleted = await planning.organizer.delete(
        f"{planning.agenda}/items/{a}", headers=(await planning.read())[1]
    )
    assert deleted.status_code == 204
    assert [each["removed"] for each in await feed(planning, since=4)] == [[a]]


async def test_an_item_that_is_as_it_was_may_be_changed(planning: Planning) -> None:
    """Others have edited other items, so the tag is old, but what it stands for is not."""
    agenda = await planning.put(item("A", minutes=5), item("B"))
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    read = await planning.organizer.get(path)
    await planning.add(title="C")
    known = {"If-None-Match": read.headers["etag"]}
    same = await planning.organizer.get(path, headers=known)
    assert (same.status_code, same.headers["etag"]) == (304, read.headers["etag"])
    changed = await planning.organizer.patch(
        path, json={"minutes": 6}, headers={"If-Match": read.headers["etag"]}
    )
    assert changed.status_code == 200
    again = await planning.organizer.get(path)
    assert (again.headers["etag"], again.content) == (changed.headers["etag"], changed.content)


@pytest.mark.parametrize("of", ["another item", "another meeting", "nobody", "a participant"])
async def test_a_tag_of_something_else_lets_nothing_pass(planning: Planning, of: str) -> None:
    agenda = await planning.put(item("A"), item("B"))
    a, b = (each["id"] for each in agenda["items"])
    await planning.issue()
    other = await Planning.of(planning.world, handle="other", committee=planning.committee)
    await other.put(item("A"), item("B"))
    tags = {
        "another item": (await planning.organizer.get(f"{planning.agenda}/items/{b}")).headers,
        "another meeting": (await other.organizer.get(other.agenda)).headers,
        "nobody": {"etag": f'"{"0" * 32}.0.{"0" * 12}.{"0" * 8}"'},
        "a participant": (await planning.focal_point.get(planning.agenda)).headers,
    }
    if of == "a participant":
        assert "." not in tags[of]["etag"]
    await planning.add(title="C")
    answer = await patch(planning, a, {"If-Match": tags[of]["etag"]}, minutes=1)
    assert (answer.status_code, slug(answer)) == (412, "precondition-failed")
    weak = (await planning.organizer.get(planning.agenda)).headers["etag"]
    answer = await patch(planning, a, {"If-Match": f"W/{weak}"}, minutes=1)
    assert answer.status_code == 412
    listed = await patch(planning, a, {"If-Match": f'"x", {weak}'}, minutes=1)
    assert listed.status_code == 200


def test_a_tag_says_what_it_was_made_of() -> None:
    one, other = UUID(int=1), UUID(int=2)
    plain = tag_of(b"{}", one, None)
    assert list(tags_in(plain.text, one)) == [plain]
    for forged in ('"x"', "W/" + plain.text, plain.text[:-1], '"' + "g" * 32 + '"', "*", ""):
        assert list(tags_in(forged, other)) == []


async def edited_at_once(planning: Planning, clients: list[httpx.AsyncClient]) -> list[Any]:
    agenda = await planning.put(item("A"))
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    return list(
        await asyncio.gather(
            *(
                client.patch(path, json={"minutes": minutes}, headers=match)
                for minutes, client in enumerate(clients, 1)
            )
        )
    )


async def test_of_many_at_once_one_wins_and_nothing_is_lost_silently(planning: Planning) -> None:
    organizers = [await planning.world.organizer(planning.committee) for _ in range(4)]
    answers = await edited_at_once(planning, organizers)
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    (won,) = (answer.json()["minutes"] for answer in answers if answer.is_success)
    for answer in answers:
        if answer.status_code == 412:
            (missed,) = answer.json()["changes"]
            assert [each["members"] for each in missed["changed"]] == [["minutes"]]
    assert (await planning.read())[0]["items"][0]["minutes"] == won
    assert [each["revision"] for each in await feed(planning)] == [1, 2]


async def test_without_the_lock_edits_would_be_lost(
    planning: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: whoever has read the same agenda passes the same check."""
    gate = asyncio.Barrier(2)

    async def unlocked(session: AsyncSession, meeting_id: UUID) -> Meeting:
        found = await session.get_one(Meeting, meeting_id)
        await gate.wait()
        return found

    organizers = [await planning.world.organizer(planning.committee) for _ in range(2)]
    agenda = await planning.put(item("A"))
    _, match = await planning.read()
    path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
    monkeypatch.setattr("app.meetings.queries.lock_meeting", unlocked)
    monkeypatch.setattr("app.agenda.saving._record", _keep_no_record)
    answers = await asyncio.gather(
        *(
            client.patch(path, json={"minutes": minutes}, headers=match)
            for minutes, client in enumerate(organizers, 1)
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]


async def _keep_no_record(*_: Any) -> None:
    """The number of a revision is a key, which would refuse the second edit in any case."""


async def test_the_check_counts_the_edits_again(planning: Planning, session: AsyncSession) -> None:
    agenda = await planning.put(item("A"), item("B"))
    other = await Planning.of(planning.world, handle="other", committee=planning.committee)
    foreign = (await other.put(item("C")))["items"][0]["id"]
    assert await wrong_agendas(session) == []
    await session.execute(text("UPDATE agenda_revisions SET revision = 3"))
    mine = agenda["items"][0]["id"]
    lost = "UPDATE agenda_items SET parent_id = :foreign WHERE id = :mine"
    await session.execute(text(lost), {"foreign": foreign, "mine": mine})
    place = f"agenda of {planning.handle}: item {mine}"
    assert await wrong_agendas(session) == [
        f"{place} lies under an item of another meeting, or went into one",
        f"agenda of {planning.handle}: its last edit has number 3, and the log has 1",
        "agenda of other: its last edit has number 3, and the log has 1",
    ]


async def wrong_agendas(session: AsyncSession) -> list[str]:
    return [wrong for wrong in await wrongs(session) if wrong.startswith("agenda")]


async def test_only_observers_follow_the_edits(planning: Planning) -> None:
    await planning.put(item())
    await planning.issue()
    path = f"{planning.agenda}/changes"
    assert (await planning.focal_point.get(path)).status_code == 403
    assert (await planning.focal_point.get(planning.agenda)).json()["revision"] is None
    for query in ("since=-1", "since=x", "since=99999999999", "sort=revision"):
        assert (await planning.organizer.get(f"{path}?{query}")).status_code == 422


async def test_moving_takes_as_many_statements_in_a_thousand_items(
    planning: Planning, app: FastAPI
) -> None:
    taken = []
    for many in (10, 1000):
        agenda = await planning.put(*(item(f"{n}") for n in range(many)))
        path = f"{planning.agenda}/items/{agenda['items'][0]['id']}"
        match = {"If-Match": (await planning.organizer.get(path)).headers["etag"]}
        with counted(app) as statements:
            moved = await planning.organizer.post(
                f"{path}/move", json={"position": many - 1}, headers=match
            )
        assert (moved.status_code, moved.json()["number"]) == (200, str(many))
        taken.append(statements)
    few, thousand = taken
    assert len(few) == len(thousand) == 14, "as docs/agenda.md says"
    assert [s for s in thousand if s.startswith("UPDATE agenda_items")] == [
        s for s in few if s.startswith("UPDATE agenda_items")
    ]
    assert len([s for s in thousand if s.startswith("UPDATE")]) == 1
    (edit,) = await feed(planning, since=3)
    assert edit["changed"] == [{"item_id": agenda["items"][0]["id"], "members": ["position"]}]


MOVES = st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7), st.integers(0, 7)), max_size=6)


@settings(
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
async def test_moving_there_and_back_changes_nothing(planning: Planning, moves: Any) -> None:
    """Against the database: whatever was moved, the ids are the same, and the way back is exact."""
    agenda, match = await planning.read()
    if not agenda["items"]:
        await planning.put(
            item("A", items=[item("A1"), item("A2", items=[item("A2a")])]),
            item("B", "break"),
            item("C", items=[item("C1")]),
            item("D"),
        )
    for which, parent, position in moves:
        before, match = await planning.read()
        flat = flattened(before["items"])
        moved = flat[which]
        under = None if parent < 0 else flat[parent]["id"]
        path = f"{planning.agenda}/items/{moved['id']}/move"
        body = {"parent_id": under, "position": position}
        there = await planning.organizer.post(path, json=body, headers=match)
        if there.status_code == 422:
            assert slug(there) in {"item-under-itself", "position-unknown"}
            assert (await planning.read())[0] == before
            continue
        between, match = await planning.read()
        assert {e["id"] for e in flattened(between["items"])} == {e["id"] for e in flat}
        home = {"parent_id": moved["parent_id"], "position": place_of(before, moved["id"])}
        back = await planning.organizer.post(path, json=home, headers=match)
        assert back.status_code == 200, back.text
        after, match = await planning.read()
        assert bare(after) == bare(before)
        again = await planning.organizer.post(path, json=body, headers=match)
        assert again.status_code == 200


VERBS = st.sampled_from(["add", "rename", "move", "withdraw", "reinstate", "merge", "delete"])
ACTS = st.lists(st.tuples(VERBS, st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=10)


@settings(
    deadline=None,
    max_examples=4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS, issued=st.booleans())
async def test_the_feed_tells_what_any_edits_have_done(
    planning: Planning, acts: Any, issued: bool
) -> None:
    """Whatever is done in which order: ids, numbers, traces and the count of edits hold."""
    for n in range(2):
        await planning.add(title=f"Item {n}")
    if issued and (await planning.read())[0]["symbol"] is None:
        await planning.issue()
    before, _ = await planning.read()
    ids = {each["id"] for each in flattened(before["items"])}
    for verb, which, other in acts:
        agenda, match = await planning.read()
        flat = flattened(agenda["items"])
        one, two = flat[which % len(flat)], flat[other % len(flat)]
        answer = await acted(planning, verb, one["id"], two["id"], match)
        after, _ = await planning.read()
        if answer.is_success:
            assert after["revision"] == agenda["revision"] + (after["items"] != agenda["items"])
        else:
            assert answer.status_code in {409, 422}, answer.text
            assert after == agenda
        if len(flattened(after["items"])) < 2:
            break
        sound(after)
    for edit in await feed(planning, since=before["revision"]):
        assert not ids & set(edit["added"])
        assert {each["item_id"] for each in edit["changed"]} <= ids
        ids = (ids | set(edit["added"])) - set(edit["removed"])
    last, _ = await planning.read()
    assert {each["id"] for each in flattened(last["items"])} == ids


async def acted(
    planning: Planning, verb: str, one: str, two: str, match: dict[str, str]
) -> httpx.Response:
    client, path = planning.organizer, f"{planning.agenda}/items"
    match verb:
        case "add":
            return await client.post(path, json=item("New", parent_id=one), headers=match)
        case "rename":
            title = {"title": {"en": f"As {two}"}}
            return await client.patch(f"{path}/{one}", json=title, headers=match)
        case "move":
            place = {"parent_id": two, "position": 0}
            return await client.post(f"{path}/{one}/move", json=place, headers=match)
        case "merge":
            return await client.post(f"{path}/{one}/merge", json={"into_id": two}, headers=match)
        case "delete":
            return await client.delete(f"{path}/{one}", headers=match)
        case _:
            return await client.post(f"{path}/{one}/{verb}", headers=match)


def sound(agenda: Any) -> None:
    """Numbers name one item each, and whoever follows what was merged comes to an end."""
    flat = flattened(agenda["items"])
    numbers = [each["number"] for each in flat if each["number"] is not None]
    assert len(set(numbers)) == len(numbers)
    into = {each["id"]: each["merged_into_id"] for each in flat}
    for item_id in into:
        at, steps = item_id, 0
        while (further := into[at]) is not None:
            at, steps = further, steps + 1
            assert steps <= len(into)


def flattened(items: list[Any]) -> list[Any]:
    return [each for one in items for each in (one, *flattened(one["items"]))]


def place_of(agenda: Any, item_id: str) -> int:
    """Among its siblings."""
    every = [agenda["items"], *(each["items"] for each in flattened(agenda["items"]))]
    (siblings,) = (each for each in every if item_id in {one["id"] for one in each})
    return [one["id"] for one in siblings].index(item_id)


def bare(agenda: Any) -> list[Any]:
    """All of it but the positions, which may have holes."""
    return [
        {k: v for k, v in each.items() if k not in {"position", "items"}}
        for each in flattened(agenda["items"])
    ]


async def test_bad_trees_are_refused_in_bounded_time(planning: Planning) -> None:
    deep: dict[str, Any] = item("leaf")
    for _ in range(99):
        deep = item("above", items=[deep])
    _, match = await planning.read()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"items": [deep]}, "invalid"),
        (
            {"items": [item(items=[item()]) for _ in range(501)]},
            "agenda-too-large",
        ),
        ({"items": [item() for _ in range(1001)]}, "invalid"),
    ]
    for body, name in cases:
        answer = await planning.organizer.put(planning.agenda, json=body, headers=match)
        assert (answer.status_code, slug(answer)) == (422, name)
    brackets = '{"items": ' + "[" * 50_000 + "]" * 50_000 + "}"
    answer = await planning.organizer.put(
        planning.agenda, content=brackets, headers=match | {"Content-Type": "application/json"}
    )
    assert (answer.status_code, slug(answer)) == (422, "invalid")


def chain(length: int, *, closed: bool = False) -> list[PlannedItem]:
    """Each under the one before; the first under the last, where the chain is closed."""
    first = UUID(int=length) if closed else None
    return [
        PlannedItem(UUID(int=n), first if n == 1 else UUID(int=n - 1), 0, ItemKind.STATEMENT, None)
        for n in range(1, length + 1)
    ]


def test_long_chains_and_circles_are_looked_at_once() -> None:
    with pytest.raises(TooDeep):
        validate_tree(chain(MAX_ITEMS))
    with pytest.raises(AgendaCycle):
        validate_tree(chain(MAX_ITEMS, closed=True))
    validate_tree(chain(10))
