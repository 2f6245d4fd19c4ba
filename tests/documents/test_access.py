"""Who sees which document: by access, by place, by who handed it in; and nobody anything else's."""

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.agenda.saving import load_agenda
from app.core import clock
from app.core.problems import NotFound
from app.documents import service
from app.documents.finishing import Finisher
from app.documents.lifecycle import DocumentAccess, DocumentKind
from app.documents.receiving import spool_folder
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tokens import link_token
from app.meetings.queries import find_meeting
from tests.contract.scene import UPLOAD
from tests.documents.desk import Desk, versions
from tests.documents.papers import PDF
from tests.meetings.board import refusal
from tests.world import post

CANARY = "canary-of-the-document"


async def seen(who: httpx.AsyncClient, path: str, **query: str) -> list[str]:
    answer = await who.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [each["symbol"] for each in answer.json()["items"]]


async def test_access_and_place_say_who_sees_a_document(desk: Desk) -> None:
    entity = desk.entity["id"]
    restricted, panel_item = desk.items[3]["id"], desk.items[3]
    panel = await post(
        desk.organizer,
        f"/v1/meetings/{desk.meeting['id']}/panels",
        {"title": {"en": "Panel"}, "item_id": panel_item["id"]},
    )
    await desk.published(symbol="A", access="public", item_id=desk.items[0]["id"])
    await desk.published(symbol="B", access="members")
    await desk.published(symbol="C", access="delegation", entity_id=entity)
    await desk.published(symbol="D", access="organizers")
    await desk.published(symbol="E", access="members", item_id=restricted)
    await desk.published(symbol="F", access="members", panel_id=panel["id"])
    await desk.published(symbol="G", access="delegation", entity_id=entity, item_id=restricted)
    await desk.document(symbol="H", access="public")
    taken = await desk.published(symbol="I", access="public")
    await post(desk.organizer, f"{desk.path}/{taken['id']}/withdraw")
    lists = {
        "organizer": await seen(desk.organizer, desk.path),
        "observer": await seen(desk.observer, desk.path),
        "focal_point": await seen(desk.focal_point, desk.path),
        "fellow": await seen(desk.fellow, desk.path),
        "public": await seen(desk.anonymous, desk.public),
    }
    assert lists == {
        "organizer": list("ABCDEFGHI"),
        "observer": list("ABEF"),
        "focal_point": list("ABCG"),
        "fellow": ["A"],
        "public": ["A"],
    }
    for body in ({"item_id": restricted}, {"panel_id": panel["id"]}):
        wanted = {"kind": "report", "title": {"en": "X"}, "access": "public"} | body
        answer = await desk.organizer.post(desk.path, json=wanted)
        assert refusal(answer) == (422, "item-restricted")
    path = f"/v1/meetings/{desk.meeting['id']}/agenda/items/{desk.items[0]['id']}"
    for access, expected in (("restricted", []), ("public", ["A"])):
        hidden = await desk.organizer.patch(
            path, json={"access": access}, headers={"If-Match": "*"}
        )
        assert hidden.is_success, hidden.text
        assert await seen(desk.anonymous, desk.public) == expected
    public = await desk.anonymous.get(desk.public)
    assert public.headers["cache-control"] == "public, no-cache"
    again = {"If-None-Match": public.headers["etag"]}
    assert (await desk.anonymous.get(desk.public, headers=again)).status_code == 304
    assert await seen(desk.organizer, desk.path, item=desk.items[3]["id"]) == ["E", "F", "G"]
    assert await seen(desk.focal_point, desk.path, item=restricted) == []
    assert await seen(desk.organizer, desk.path, panel=panel["id"]) == ["F"]
    assert await seen(desk.organizer, desk.path, access="organizers") == ["D"]
    assert await seen(desk.organizer, desk.path, status="withdrawn", language="fr") == ["I"]
    assert await seen(desk.organizer, desk.path, kind="report") == []


async def test_what_an_entity_hands_in_waits_for_an_organizer(desk: Desk) -> None:
    handed = await desk.document(
        desk.focal_point, title={"en": CANARY}, access="delegation", kind="statement"
    )
    assert (handed["status"], handed["handed_in_by_id"]) == ("proposed", desk.entity["id"])
    put = await desk.put(handed, who=desk.focal_point, name=f"{CANARY}.pdf")
    assert put.status_code == 201
    path = f"{desk.path}/{handed['id']}"
    assert refusal(await desk.focal_point.post(f"{path}/publish")) == (403, "not-permitted")
    assert refusal(await desk.organizer.post(f"{path}/publish")) == (409, "move-forbidden")
    for body in ({"access": "public"}, {"item_id": desk.items[0]["id"]}, {"symbol": "MINE"}):
        answer = await desk.focal_point.patch(path, json=body)
        assert refusal(answer) == (403, "not-permitted"), body
    note = {"note": "A date is missing."}
    returned = await post(desk.organizer, f"{path}/return", note)
    assert (returned["status"], returned["note"]) == ("returned", note["note"])
    own = (await desk.read(desk.focal_point, handed)).json()
    assert (own["note"], own["allowed"]) == (note["note"], ["propose"])
    changed = await desk.focal_point.patch(path, json={"title": {"en": f"New {CANARY}"}})
    assert changed.status_code == 200
    proposed = await post(desk.focal_point, f"{path}/propose")
    assert (proposed["status"], proposed["note"]) == ("proposed", None)
    address = versions(proposed)["en"]["address"]
    assert (await desk.focal_point.get(address)).content == PDF
    uploads = f"{path}/revisions/{handed['revisions'][0]['id']}/uploads"
    sending = (await desk.focal_point.post(uploads, headers=UPLOAD)).headers["location"]
    await post(desk.organizer, f"{path}/accept")
    assert refusal(await desk.organizer.get(sending)) == (404, "not-found")
    state = desk.world.app.state
    finisher = Finisher(state.database, state.storage, spool_folder(state.settings))
    with pytest.raises(NotFound):  # whose last bytes came just before is told so
        await finisher.finish(UUID(sending.rpartition("/")[2]))
    late = await desk.put(handed, who=desk.focal_point)
    assert refusal(late) == (403, "not-permitted")
    assert refusal(await desk.focal_point.get(address)) == (404, "not-found")
    for who in (desk.fellow, desk.observer, desk.anonymous):
        for each in (desk.path, desk.public, path, address, f"{desk.path}.zip"):
            assert CANARY not in (await who.get(each)).text
    await post(desk.organizer, f"{path}/publish")
    assert (await desk.focal_point.get(address)).content == PDF
    assert refusal(await desk.observer.get(address)) == (404, "not-found")


async def test_an_entity_hands_in_for_itself_and_for_no_place_that_it_was_not_asked(
    desk: Desk,
) -> None:
    wanted: dict[str, Any] = {"kind": "statement", "title": {"en": "X"}, "access": "delegation"}
    other = await desk.world.entity()
    for body in (
        {"entity_id": other["id"]},
        {"access": "public"},
        {"access": "members"},
        {"item_id": desk.items[0]["id"]},
        {"symbol": "MINE"},
        {"embargo_until": "2030-01-01T00:00:00Z"},
    ):
        answer = await desk.focal_point.post(desk.path, json=wanted | body)
        assert refusal(answer) == (403, "not-permitted"), body
    assert refusal(await desk.fellow.post(desk.path, json=wanted)) == (403, "not-permitted")
    assert refusal(await desk.observer.post(desk.path, json=wanted)) == (403, "not-permitted")
    async with desk.world.app.state.database.transaction() as session:
        meeting = await find_meeting(session, desk.meeting_id)
        assert meeting is not None
        agenda = await load_agenda(session, meeting)
        asked = await service.hand_in(
            session,
            agenda,
            UUID(desk.entity["id"]),
            {
                "kind": DocumentKind.PRESENTATION,
                "title": {"en": "Paper"},
                "access": DocumentAccess.MEMBERS,
                "item_id": next(iter(agenda.states)),
            },
        )
        assert asked.item_id is not None
    mine = await desk.read(desk.focal_point, {"id": str(asked.id)})
    assert mine.json()["status"] == "proposed"


async def test_a_link_is_good_for_its_own_delegation(desk: Desk) -> None:
    person = await desk.world.person(desk.entity)
    invitations = f"/v1/meetings/{desk.meeting['id']}/invitations"
    invitation = (await desk.organizer.get(invitations)).json()["items"][0]
    async with desk.world.app.state.database.transaction() as session:
        link = identity.create_link(
            session,
            LinkPurpose.ANSWER_INVITATION,
            UUID(invitation["id"]),
            UUID(person["id"]),
            clock.now() + timedelta(days=3),
        )
    token = link_token(desk.world.app.state.secret, link.id)
    holder = await desk.world.client(
        (await post(desk.anonymous, "/v1/links/exchange", {"token": token}))["token"]
    )
    await desk.published(symbol="A", access="members")
    await desk.published(symbol="B", access="organizers")
    handed = await desk.document(holder, access="delegation")
    assert (await desk.put(handed, who=holder)).status_code == 201
    assert await seen(holder, desk.path) == ["A", handed["symbol"]]
    await post(desk.organizer, f"{invitations}/{invitation['id']}/withdraw")
    assert await seen(desk.focal_point, desk.path) == []


async def test_symbols_are_the_committees_own(desk: Desk) -> None:
    first = await desk.document(symbol="CEB/2021/5")
    twin = {"kind": "report", "title": {"en": "X"}, "symbol": "ceb/2021/5"}
    assert refusal(await desk.organizer.post(desk.path, json=twin)) == (
        409,
        "document-symbol-taken",
    )
    for symbol in ("", "/x", "x/", "a//b", "../x", "a/../b", "x\n", "é", "x" * 121, " x"):
        answer = await desk.organizer.post(desk.path, json=twin | {"symbol": symbol})
        assert refusal(answer) == (422, "invalid"), symbol
    path = f"{desk.path}/{first['id']}"
    stale = await desk.organizer.patch(path, json={"kind": "list"}, headers={"If-Match": '"x"'})
    assert refusal(stale) == (412, "precondition-failed")
    changed = await desk.organizer.patch(path, json={"symbol": "CEB/2021/6", "title": {"fr": None}})
    assert changed.json()["title"] == {"en": "Concept note"}
    assert (await desk.put(first)).status_code == 201
    await post(desk.organizer, f"{path}/publish")
    late = await desk.organizer.patch(path, json={"symbol": "CEB/2021/7"})
    assert refusal(late) == (409, "document-published")


async def test_revisions_follow_each_other_and_what_is_published_stays(desk: Desk) -> None:
    document = await desk.document(access="members")
    path = f"{desk.path}/{document['id']}"
    early = await desk.organizer.post(f"{path}/revisions", json={})
    assert refusal(early) == (409, "nothing-to-revise")
    for language in ("fr", "en"):
        document = (await desk.put(document, language=language)).json()
    assert list(versions(document)) == ["en", "fr"]
    await post(desk.organizer, f"{path}/publish")
    for kind, label in (
        ("revision", "Rev.1"),
        ("corrigendum", "Corr.1"),
        ("revision", "Rev.2"),
        ("addendum", "Add.1"),
    ):
        document = await post(desk.organizer, f"{path}/revisions", {"kind": kind})
        assert document["revisions"][-1]["label"] == label
    assert document["revisions"][1]["symbol"] == f"{document['symbol']}/Rev.1"
    ids = [each["id"] for each in document["revisions"]]
    gap = await desk.organizer.delete(f"{path}/revisions/{ids[1]}")
    assert refusal(gap) == (409, "still-in-use")
    match = {"If-Match": (await desk.organizer.get(path)).headers["etag"]}
    deleted = await desk.organizer.delete(f"{path}/revisions/{ids[3]}", headers=match)
    assert deleted.status_code == 204
    for stale in (f"{path}/revisions/{ids[1]}", f"{path}/revisions/{ids[0]}/versions/en"):
        late = await desk.organizer.delete(stale, headers=match)
        assert refusal(late) == (412, "precondition-failed")
    await desk.put(document, PDF + b"1\n%%EOF", revision=1)
    known = (await desk.read(desk.focal_point, document)).json()
    assert [each["label"] for each in known["revisions"]] == [None]
    await post(desk.organizer, f"{path}/publish")
    known = (await desk.read(desk.focal_point, document)).json()
    assert [each["label"] for each in known["revisions"]] == [None, "Rev.1"]
    gone = await desk.organizer.delete(f"{path}/revisions/{ids[1]}")
    assert refusal(gone) == (409, "document-published")
    version = f"{path}/revisions/{ids[0]}/versions/en"
    assert refusal(await desk.organizer.delete(version)) == (409, "document-published")
    assert (await desk.focal_point.get(versions(known)["en"]["address"])).content == PDF


async def test_what_a_document_hangs_on_stays_and_a_draft_goes_with_its_documents(
    desk: Desk,
) -> None:
    items = f"/v1/meetings/{desk.meeting['id']}/agenda/items"
    fresh = {"kind": "discussion", "title": {"en": "Not issued yet"}, "minutes": 5}
    item = (await post(desk.organizer, items, fresh))["id"]
    await desk.document(item_id=item)
    kept = await desk.organizer.delete(f"{items}/{item}", headers={"If-Match": "*"})
    assert refusal(kept) == (409, "still-in-use")
    draft = await desk.world.meeting(desk.committee)
    base = f"/v1/meetings/{draft['id']}"
    body = {"kind": "panel", "title": {"en": "Item"}, "minutes": 10}
    place = await post(desk.organizer, f"{base}/agenda/items", body)
    wanted = {"kind": "report", "title": {"en": "Report"}, "item_id": place["id"]}
    await post(desk.organizer, f"{base}/documents", wanted)
    gone = await desk.organizer.delete(base, headers={"If-Match": "*"})
    assert gone.status_code == 204, gone.text


async def test_an_item_is_asked_for_by_its_number_on_the_agenda_that_the_reader_sees(
    desk: Desk,
) -> None:
    """An item is put first that is not issued: everybody else's numbers stay, and the rest move."""
    ids = [each["id"] for each in desk.items]
    for symbol, item_id, access in zip(
        "ABCD", ids, ("public", "public", "members", "members"), strict=True
    ):
        await desk.published(symbol=symbol, item_id=item_id, access=access)
    path = f"/v1/meetings/{desk.meeting['id']}"
    first = {"kind": "opening", "title": {"en": "First"}, "position": 0}
    await post(desk.organizer, f"{path}/agenda/items", first)
    found = {
        (name, number): await seen(who, where, item=number)
        for name, who, where, number in (
            ("public", desk.anonymous, desk.public, "2"),
            ("public", desk.anonymous, desk.public, ids[1]),
            ("member", desk.focal_point, desk.path, "2"),
            ("member", desk.focal_point, desk.path, " 3 (A). "),
            ("observer", desk.observer, desk.path, "4"),
            ("organizer", desk.organizer, desk.path, "3"),
        )
    }
    assert list(found.values()) == [["B"], ["B"], ["A"], ["C"], ["D"], ["B", "C"]]
    got = await desk.focal_point.get(f"{desk.path}.zip", params={"item": "3", "language": "fr"})
    names = zipfile.ZipFile(io.BytesIO(got.content)).namelist()
    assert names == ["index.txt", "B-fr.pdf", "C-fr.pdf"]
    match = {"If-Match": "*"}
    numbering = [{"numerals": "arabic"}, {"numerals": "arabic", "repeats_parent": False}]
    changed = await desk.organizer.patch(path, json={"agenda_numbering": numbering}, headers=match)
    assert changed.is_success, changed.text
    other = await desk.world.scheduled(await desk.world.meeting(desk.committee, public=True))
    unissued = f"/v1/public/meetings/{other['id']}/documents"
    for who, where, number, said in (
        (desk.anonymous, desk.public, "4", "No item"),  # it is restricted
        (desk.focal_point, desk.path, "4", "No item"),
        (desk.organizer, f"{desk.path}.zip", "9", "No item"),
        (desk.organizer, f"{desk.path}.zip", "1", "2 items"),
        (desk.anonymous, unissued, "1", "No item"),
    ):
        answer = await who.get(where, params={"item": number})
        assert (answer.status_code, refusal(answer)[1]) == (422, "invalid"), (where, number)
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["detail"].startswith(said)) == ("query/item", True), number
