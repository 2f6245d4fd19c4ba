"""Who stands on which list, in which order, and who may read it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.lists.delegations import Gathering
from tests.world import World, named, post

PUBLISH = "lists/participants/publish"


def slug(answer: Any) -> str:
    return str(answer["type"].rpartition("/")[2])


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["items"]]


async def test_only_who_agreed_stands_in_the_list_of_participants(gathering: Gathering) -> None:
    assert names(await gathering.read("participants")) == [
        "Amina Okafor",
        '=HYPERLINK("http://x")',
        "Zoë Álvarez",
        "王小明",
    ]
    await gathering.change(participants_list="all")
    everybody = names(await gathering.read("participants"))
    assert "Иван Ёлкин" in everybody
    assert "محمد علي" not in everybody, "who refused is never named"
    await gathering.change(participants_list="none")
    assert slug(await gathering.read("participants")) == "no-participants-list"


async def test_nobody_reads_it_before_it_is_published(gathering: Gathering, world: World) -> None:
    member = await world.focal_point_of(gathering.entities["AU"])
    anybody = await world.client(None)
    public = f"/v1/public/meetings/{gathering.meeting['id']}/participants"
    assert slug(await gathering.read("participants", member)) == "list-not-published"
    assert (await anybody.get(public)).status_code == 404
    made = await post(gathering.organizer, f"{gathering.path}/{PUBLISH}")
    again = await post(gathering.organizer, f"{gathering.path}/{PUBLISH}")
    assert made == again != {"participants_published_at": None}
    assert len(names(await gathering.read("participants", member))) == 4
    assert (await anybody.get(public)).status_code == 404, "the meeting is not public"
    await gathering.change(public=True)
    shown = await anybody.get(public)
    assert shown.headers["cache-control"] == "public, max-age=60"
    assert names(shown.json()) == names(await gathering.read("participants"))
    await post(gathering.organizer, f"{gathering.path}/lists/participants/unpublish")
    assert slug(await gathering.read("participants", member)) == "list-not-published"
    assert (await anybody.get(f"{public}.pdf")).status_code == 404
    log = await gathering.organizer.get(f"{gathering.path}/events?name=participants.published")
    assert len(log.json()["items"]) == 1


async def test_under_the_chatham_house_rule_there_is_no_list_for_anybody(
    gathering: Gathering, world: World
) -> None:
    await post(gathering.organizer, f"{gathering.path}/{PUBLISH}")
    await gathering.change(chatham_house=True, public=True)
    member = await world.focal_point_of(gathering.entities["UNDP"])
    for client in (gathering.organizer, member):
        for name in ("participants", "participants.pdf"):
            assert slug(await gathering.read(name, client)) == "chatham-house"
        changed = await gathering.read("participants/changes", client, since="2021-09-01T00:00:00Z")
        assert slug(changed) == "chatham-house"
    refused = await gathering.organizer.post(f"{gathering.path}/{PUBLISH}")
    assert slug(refused.json()) == "chatham-house"
    anybody = await world.client(None)
    public = f"/v1/public/meetings/{gathering.meeting['id']}"
    assert (await anybody.get(f"{public}/participants")).status_code == 404
    assert (await anybody.get(public)).json()["chatham_house"] is True
    assert len(names(await gathering.read("delegations", member))) == 3, "the own ones, still"
    assert len(names(await gathering.read("name-plates"))) == 6, "somebody has to set the table"


async def test_an_entity_has_its_own_delegation_and_nobody_elses(
    gathering: Gathering, world: World
) -> None:
    focal_point = await world.focal_point_of(gathering.entities["UNDP"])
    own = await gathering.read("delegations", focal_point, language="fr")
    assert own["title"] == "Délégation: Programme des Nations Unies pour le développement (UNDP)"
    assert [(row["role_name"], row["email"], row["listed"]) for row in own["items"]] == [
        ("Chef de délégation", "person.0@example.org", "yes"),
        ("Représentant(e)", "person.1@example.org", "yes"),
        ("Conseiller/Conseillère", "person.2@example.org", "no"),
    ]
    for other in ("interpol", gathering.entities["AU"]["id"], "unknown"):
        found = await gathering.read("delegations", focal_point, entity=other)
        assert (found["items"], found["title"]) == ([], "List of delegations")
    observer = await world.observer(gathering.committee)
    watched = await gathering.read("delegations", observer)
    assert len(watched["items"]) == 6
    assert {(row["email"], row["rank"], row["listed"]) for row in watched["items"]} == {
        (None, None, None)
    }


async def test_no_file_for_an_entity_has_a_byte_of_another(
    gathering: Gathering, world: World
) -> None:
    """The same bytes whoever else is registered."""
    focal_point = await world.focal_point_of(gathering.entities["AU"])
    stamp = "SELECT max(recorded_at) FROM events"
    kinds = ("csv", "xlsx", "pdf")
    before = [await gathering.file(f"delegations.{kind}", focal_point) for kind in kinds]
    async with world.app.state.database.transaction() as session:
        moment = (await session.execute(text(stamp))).scalar_one()
        await session.execute(
            text("UPDATE people SET name = 'Canary', job_title = 'Canary' WHERE entity_id <> :own"),
            {"own": gathering.entities["AU"]["id"]},
        )
        assert (await session.execute(text(stamp))).scalar_one() == moment
    after = [await gathering.file(f"delegations.{kind}", focal_point) for kind in kinds]
    assert [each.content for each in after] == [each.content for each in before]
    assert [each.headers["etag"] for each in after] == [each.headers["etag"] for each in before]


async def test_lists_stand_by_entity_by_protocol_or_by_name(gathering: Gathering) -> None:
    async def order(**query: Any) -> list[str]:
        page = await gathering.read("delegations", **query)
        return [f"{row['entity']['abbreviation']} {row['name']}" for row in page["items"]]

    undp = ["UNDP Zoë Álvarez", "UNDP 王小明", "UNDP محمد علي"]
    interpol = ['INTERPOL =HYPERLINK("http://x")', "INTERPOL Иван Ёлкин"]
    au = ["AU Amina Okafor"]
    assert await order() == au + interpol + undp
    assert await order(order="protocol") == undp + interpol + au
    assert await order(order="name") == [interpol[0], *au, undp[0], interpol[1], undp[2], undp[1]]
    organizer = gathering.world.administrator
    path = f"/v1/committees/{gathering.committee['id']}"
    answer = await organizer.patch(path, json={"protocol_order": ["au", "interpol"]})
    assert answer.json()["protocol_order"] == ["au", "interpol"]
    assert await order(order="protocol") == au + interpol + undp
    await gathering.change(protocol_order=["interpol"])
    assert await order(order="protocol") == interpol + undp + au
    await gathering.change(protocol_order=None)
    assert await order(order="protocol") == au + interpol + undp
    unknown = await organizer.patch(path, json={"protocol_order": ["au", "nowhere"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/protocol_order")
    twice = await organizer.patch(path, json={"protocol_order": ["au", "au"]})
    assert twice.status_code == 422


async def test_within_a_delegation_the_more_senior_stand_before(
    gathering: Gathering, session: AsyncSession
) -> None:
    ranks = {"D-1": None, "P-4": None, "D-2": None, "x": "head", "99999999999": None, "P5": None}
    for number, (rank, level) in enumerate(ranks.items(), start=50):
        made = await gathering.register("AU", f"Person {number}", at=number)
        await session.execute(
            text(
                "UPDATE people SET rank = :rank, level = :level,"
                " statistics_consent_at = now() WHERE id = :id"
            ),
            {"rank": rank, "level": level, "id": made["person"]["id"]},
        )
    await session.commit()
    page = await gathering.read("delegations", entity="au")
    assert [row["rank"] for row in page["items"]] == [
        "x",
        "D-2",
        "D-1",
        "P5",
        "P-4",
        "99999999999",
        None,
    ]


async def test_consent_is_given_by_the_entity_and_kept_with_its_moment(
    gathering: Gathering, world: World
) -> None:
    focal_point = await world.focal_point_of(gathering.entities["AU"])
    made = gathering.registrations["Amina Okafor"]
    path = f"{gathering.path}/registrations/{made['id']}"
    assert made["listed"] == "yes"
    taken_back = await focal_point.patch(path, json={"listed": None})
    assert taken_back.json()["listed"] == "not_asked"
    refused = await focal_point.patch(path, json={"listed": "no", "role": "adviser"})
    assert (refused.json()["listed"], refused.json()["role"]) == ("no", "adviser")
    assert (await focal_point.patch(path, json={"listed": "maybe"})).status_code == 422
    await post(focal_point, f"{path}/substitute", named(9))
    board = await focal_point.get(f"{gathering.path}/registrations")
    assert [row["listed"] for row in board.json()["items"]] == ["no", "not_asked"]
    log = await gathering.organizer.get(f"{gathering.path}/events?name=registration.listed")
    said = [(e["data"]["was"], e["data"]["listed"]) for e in log.json()["items"]]
    assert said[-2:] == [("yes", "not_asked"), ("not_asked", "no")]
    many = await post(
        gathering.organizer,
        f"{gathering.path}/registrations/bulk",
        [named(20, entity="au", listed="yes"), named(21, entity="au")],
    )
    assert many["confirmed"] == 2
    board = await gathering.organizer.get(f"{gathering.path}/registrations?entity=au")
    assert [row["listed"] for row in board.json()["items"]] == [
        "no",
        "not_asked",
        "yes",
        "not_asked",
    ]


async def test_an_attendance_sheet_tells_who_was_there(
    gathering: Gathering, set_clock: Any
) -> None:
    set_clock(datetime(2021, 10, 8, 14, 0, 30, tzinfo=UTC))
    await post(gathering.organizer, f"{gathering.path}/open")
    body = {"registration_ids": [gathering.registrations["Zoë Álvarez"]["id"]]}
    await post(gathering.organizer, f"{gathering.path}/attendance/check-ins", body)
    page = await gathering.read("attendance", presence="true", entity="undp")
    there = {row["name"]: (row["first_in_at"], row["in_room"]) for row in page["items"]}
    assert there["王小明"] == (None, False)
    assert there["Zoë Álvarez"][1] is True
    assert str(there["Zoë Álvarez"][0]).startswith("2021-10-08T14:00:3")
    set_clock(datetime(2021, 10, 8, 16, 59, 30, tzinfo=UTC))
    await post(gathering.organizer, f"{gathering.path}/adjourn")
    page = await gathering.read("attendance", presence="true", entity="undp")
    left = {row["name"]: (row["last_out_at"] or "")[:17] for row in page["items"]}
    assert left == {"Zoë Álvarez": "2021-10-08T16:59:", "王小明": "", "محمد علي": ""}


async def test_pages_of_a_list_lose_and_repeat_nothing(gathering: Gathering) -> None:
    for order in ("entity", "protocol", "name"):
        whole = names(await gathering.read("delegations", order=order))
        found: list[str] = []
        query: dict[str, Any] = {"limit": 1, "order": order}
        while True:
            page = await gathering.read("delegations", **query)
            found += names(page)
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert found == whole
    wrong = await gathering.read("delegations", cursor=query["cursor"], order="entity", limit=1)
    assert slug(wrong) == "bad-cursor"
