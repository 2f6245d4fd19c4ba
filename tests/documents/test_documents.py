"""A document from its draft to its publication, and what is told of it meanwhile."""

from tests.documents.desk import Desk, versions
from tests.documents.papers import PDF
from tests.meetings.board import entries, refusal
from tests.world import post


async def test_a_document_is_made_filled_published_and_read_by_whom_it_is_for(desk: Desk) -> None:
    handle = desk.meeting["handle"].upper()
    made = await desk.document(access="members", item_id=desk.items[1]["id"])
    assert (made["symbol"], made["status"], made["allowed"]) == (
        f"{handle}/2",
        "draft",
        ["publish"],
    )
    assert (await desk.document())["symbol"] == f"{handle}/3"
    publish = f"{desk.path}/{made['id']}/publish"
    assert refusal(await desk.organizer.post(publish)) == (409, "nothing-to-publish")
    first = await desk.put(made, language="fr")
    assert first.status_code == 201
    again = await desk.put(made, language="fr")
    assert (again.status_code, again.json()) == (200, first.json())
    replaced = await desk.put(made, PDF + b"%%EOF\n", language="fr", name="Note \u202efdp.exe")
    assert replaced.status_code == 200
    kept = versions(replaced.json())["fr"]
    assert kept["name"] == "Note fdp.exe.pdf"
    assert kept["id"] != versions(first.json())["fr"]["id"]
    assert refusal(await desk.focal_point.get(f"{desk.path}/{made['id']}")) == (404, "not-found")
    published = await post(desk.organizer, publish)
    assert published["revisions"][0]["published_at"] == published["published_at"]
    assert refusal(await desk.put(made, language="fr")) == (409, "document-published")
    assert refusal(await desk.organizer.post(publish)) == (409, "nothing-to-publish")
    deleted = await desk.organizer.delete(f"{desk.path}/{made['id']}")
    assert refusal(deleted) == (409, "document-published")
    for who, expected in (
        (desk.focal_point, 200),
        (desk.observer, 200),
        (desk.fellow, 404),
        (desk.organizer, 200),
    ):
        assert (await desk.read(who, made)).status_code == expected
    seen = (await desk.read(desk.focal_point, made)).json()
    assert seen == published | {"allowed": []}
    got = await desk.focal_point.get(versions(seen)["fr"]["address"])
    assert (got.status_code, got.content) == (200, PDF + b"%%EOF\n")
    added = await desk.put(made, language="es")
    assert added.status_code == 201
    assert "es" not in versions((await desk.read(desk.focal_point, made)).json())
    names = [name for name, _ in await entries(desk.world.app, desk.meeting)]
    assert [name for name in names if name.startswith("document")] == [
        "document.created",
        "document.created",
        "document.version_stored",
        "document.version_stored",
        "document.published",
        "document.version_stored",
    ]
    await post(desk.organizer, f"{desk.path.removesuffix('/documents')}/cancel")
    over = (await desk.read(desk.organizer, made)).json()
    assert (over["status"], over["allowed"]) == ("published", [])
