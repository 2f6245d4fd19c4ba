"""The difference since a moment makes of the old list the new one, whatever happened meanwhile."""

import csv
import io
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events.log import Event
from app.lists.history import COMES, COMES_NOT, NEITHER
from app.registrations.lifecycle import RegistrationRole
from tests.lists.delegations import Gathering
from tests.world import World, post

Place = tuple[str, str]
STEPS = 15


class Walk:
    """Somebody who does things at random, and keeps every list that there was."""

    def __init__(self, gathering: Gathering, seed: int) -> None:
        self.at, self.dice = gathering, random.Random(seed)  # noqa: S311  # no secret
        self.serial = 100
        self.kept: list[tuple[str, str, dict[str, Place]]] = []
        """Which list, its moment, and who stood on it."""

    async def take_free_seats(self) -> None:
        """From now on whoever is new waits until somebody leaves."""
        board = await self.at.organizer.get(f"{self.at.path}/invitations")
        for row in board.json()["items"]:
            path = f"{self.at.path}/invitations/{row['id']}"
            changed = {"seat_quota": row["seats_taken"]}
            assert (await self.at.organizer.patch(path, json=changed)).is_success

    async def promote_somebody(self) -> None:
        """Somebody waits for the one seat of an entity, and gets it."""
        body = {"entity": self.at.entities["AU"]["id"]}
        for _ in range(2):
            await self.call("POST", "", body | {"person": self.person(), "listed": "yes"})
        await self.keep("delegations")
        query = {"entity": "au", "status": "confirmed"}
        answer = await self.at.organizer.get(f"{self.at.path}/registrations", params=query)
        await self.call("POST", f"/{answer.json()['items'][0]['id']}/withdraw")
        log = await self.at.organizer.get(f"{self.at.path}/events?name=registration.promoted")
        assert log.json()["items"]
        await self.keep("delegations")

    async def step(self) -> None:
        deeds = [self.register, self.withdraw, self.substitute, self.change_role, self.agree]
        deeds += [self.register, self.substitute, self.set_rule]
        await self.dice.choice(deeds)()
        for kind in ("delegations", "participants"):
            await self.keep(kind)

    async def keep(self, kind: str) -> None:
        page = await self.at.read(kind)
        if "items" in page:
            assert page["next_cursor"] is None
            self.kept.append((kind, page["as_of"], listed(page)))
        else:
            # No list is published, and an organizer cannot read what there is not.
            assert page["type"].rpartition("/")[2] in {"chatham-house", "no-participants-list"}

    async def call(self, verb: str, path: str, body: Any = None) -> None:
        """Refusals are as good as deeds."""
        answer = await self.at.organizer.request(
            verb, f"{self.at.path}/registrations{path}", json=body
        )
        assert answer.status_code in {200, 201, 409}, answer.text

    async def register(self) -> None:
        whose = self.dice.choice(list(self.at.entities))
        body = {
            "entity": self.at.entities[whose]["id"],
            "listed": self.answer(),
            "role": self.role(),
        }
        await self.call("POST", "", body | {"person": self.person()})

    async def withdraw(self) -> None:
        await self.call("POST", f"/{await self.anybody()}/withdraw")

    async def substitute(self) -> None:
        body = {"person": self.person(), "listed": self.answer()}
        await self.call("POST", f"/{await self.anybody()}/substitute", body)

    async def change_role(self) -> None:
        await self.call("PATCH", f"/{await self.anybody()}", {"role": self.role()})

    async def agree(self) -> None:
        await self.call("PATCH", f"/{await self.anybody()}", {"listed": self.answer()})

    async def set_rule(self) -> None:
        rule = self.dice.choice(["none", "consented", "all", "all"])
        await self.at.change(participants_list=rule, chatham_house=self.dice.random() < 0.2)

    async def anybody(self) -> str:
        answer = await self.at.organizer.get(f"{self.at.path}/registrations", params={"limit": 200})
        return str(self.dice.choice(answer.json()["items"])["id"])

    def person(self) -> dict[str, str]:
        self.serial += 1
        return {"name": f"Person {self.serial}", "email": f"walk.{self.serial}@example.org"}

    def answer(self) -> str:
        return self.dice.choice(["yes", "yes", "no", "not_asked"])

    def role(self) -> str:
        return self.dice.choice(["representative", "adviser", "observer", "support"])


def listed(page: dict[str, Any]) -> dict[str, Place]:
    return {row["registration_id"]: (row["entity"]["id"], row["role"]) for row in page["items"]}


def made_to(old: dict[str, Place], changes: list[dict[str, Any]]) -> dict[str, Place]:
    """As the document of the API tells its readers to do it."""
    new = dict(old)
    for change in changes:
        off = (change["replaced"] or change)["registration_id"]
        new.pop(off, None)
        if change["kind"] != "left":
            new[change["registration_id"]] = (change["entity"]["id"], change["role"])
    return new


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_happens_the_difference_leads_from_every_old_list_to_the_new(
    gathering: Gathering, seed: int
) -> None:
    walk = Walk(gathering, seed)
    await walk.take_free_seats()
    for _ in range(STEPS):
        await walk.step()
    await walk.promote_somebody()
    await gathering.change(participants_list="all", chatham_house=False)
    for kind in ("delegations", "participants"):
        now = listed(await gathering.read(kind))
        for moment, old in [kept[1:] for kept in walk.kept if kept[0] == kind]:
            found = await gathering.read(f"{kind}/changes", since=moment)
            assert made_to(old, found["changes"]) == now, (kind, moment)
            assert found["until"] >= moment
    assert len(walk.kept) > STEPS


async def test_everything_that_can_be_recorded_of_a_registration_is_known_here() -> None:
    """A new fact must say whether somebody comes after it."""
    names = {name for name in Event.registry if name.startswith("registration.")}
    assert names <= COMES | COMES_NOT | NEITHER
    assert not COMES & COMES_NOT
    assert not (COMES | COMES_NOT) & NEITHER


async def test_who_came_who_left_who_was_substituted_and_whose_role_changed(
    gathering: Gathering,
) -> None:
    before = (await gathering.read("delegations"))["as_of"]
    path = f"{gathering.path}/registrations"
    ids = {name: each["id"] for name, each in gathering.registrations.items()}
    new = {"name": "Nora Neu", "email": "nora@example.org"}
    second = {"name": "Sam Second", "email": "sam@example.org"}
    third = {"name": "Tess Third", "email": "tess@example.org"}
    await post(gathering.organizer, path, {"person": new, "entity": gathering.entities["AU"]["id"]})
    await post(gathering.organizer, f"{path}/{ids['Amina Okafor']}/withdraw")
    made = await post(
        gathering.organizer, f"{path}/{ids['Zoë Álvarez']}/substitute", {"person": second}
    )
    made = await post(gathering.organizer, f"{path}/{made['id']}/substitute", {"person": third})
    await gathering.organizer.patch(f"{path}/{ids['王小明']}", json={"role": "alternate"})
    found = await gathering.read("delegations/changes", since=before)
    shown = [
        (
            each["kind"],
            each["entity"]["abbreviation"],
            each["name"],
            each["was_role"],
            each["role"],
            each["replaced"] and each["replaced"]["name"],
        )
        for each in found["changes"]
    ]
    assert shown == [
        ("arrived", "AU", "Nora Neu", None, "representative", None),
        ("left", "AU", "Amina Okafor", None, "observer", None),
        (
            "substituted",
            "UNDP",
            "Tess Third",
            "head_of_delegation",
            "head_of_delegation",
            "Zoë Álvarez",
        ),
        ("role_changed", "UNDP", "王小明", "representative", "alternate", None),
    ]
    since_then = await gathering.read("delegations/changes", since=found["until"])
    assert since_then["changes"] == []
    assert since_then["until"] == found["until"]


async def test_the_changes_as_a_table_and_in_words(gathering: Gathering) -> None:
    since = "2021-09-01T11:00:00Z"
    table = await gathering.file("delegations/changes.csv", since=since, language="fr")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == [
        "Modification",
        "Sigle",
        "Entité",
        "Nom",
        "Fonction",
        "Qualité",
        "Qualité antérieure",
        "En remplacement de",
    ]
    assert [row[:4] for row in rows[1:3]] == [
        ["Nouveau nom", "INTERPOL", "Interpol", '\'=HYPERLINK("http://x")'],
        ["Nouveau nom", "INTERPOL", "Interpol", "Иван Ёлкин"],
    ]
    words = await gathering.file("delegations/changes.txt", since=since)
    assert words.headers["content-type"] == "text/plain; charset=utf-8"
    assert words.text.splitlines()[:5] == [
        "Changes since 2021-09-01 11:00:00 UTC",
        "",
        "African Union (AU)",
        "- New: Amina Okafor, Observer, Observer",
        "",
    ]
    later = await gathering.read("delegations/changes", since="2031-01-01T00:00:00Z")
    assert [error["pointer"] for error in later["errors"]] == ["query/since"]


async def test_a_name_that_was_taken_back_is_not_told_again(
    gathering: Gathering, world: World
) -> None:
    await post(gathering.organizer, f"{gathering.path}/lists/participants/publish")
    before = (await gathering.read("participants"))["as_of"]
    taken_back = gathering.registrations["Amina Okafor"]["id"]
    path = f"{gathering.path}/registrations/{taken_back}"
    await gathering.organizer.patch(path, json={"listed": "no"})
    reader = await world.focal_point_of(gathering.entities["UNDP"])
    found = await gathering.read("participants/changes", reader, since=before)
    assert [(each["kind"], each["registration_id"]) for each in found["changes"]] == [
        ("left", taken_back)
    ]
    assert "Amina" not in str(found)
    own = await gathering.read("delegations/changes", reader, since="2021-09-01T11:00:00Z")
    assert {each["entity"]["abbreviation"] for each in own["changes"]} == {"UNDP"}
    assert {RegistrationRole(each["role"]) for each in own["changes"]} == {
        RegistrationRole.HEAD_OF_DELEGATION,
        RegistrationRole.REPRESENTATIVE,
        RegistrationRole.ADVISER,
    }


async def test_whoever_was_anonymized_stands_on_no_list_and_leaves_every_copy(
    gathering: Gathering, set_clock: Any
) -> None:
    await post(gathering.organizer, f"{gathering.path}/lists/participants/publish")
    kinds = ("delegations", "participants", "attendance", "name-plates")
    before = {kind: await gathering.read(kind) for kind in kinds}
    gone = gathering.registrations["Amina Okafor"]
    set_clock(datetime(2021, 12, 1, 12, tzinfo=UTC))
    path = f"/v1/entities/{gathering.entities['AU']['id']}/people/{gone['person']['id']}"
    await post(gathering.world.administrator, f"{path}/anonymize")
    after = {kind: await gathering.read(kind) for kind in kinds}
    for kind in kinds:
        left = {row["registration_id"] for row in after[kind]["items"]}
        assert {row["registration_id"] for row in before[kind]["items"]} - left == {gone["id"]}
    for kind in kinds[:2]:
        for copy in (before[kind], after[kind]):
            found = await gathering.read(f"{kind}/changes", since=copy["as_of"])
            assert made_to(listed(copy), found["changes"]) == listed(after[kind])
            (change,) = found["changes"]
            assert (change["kind"], change["name"], change["job_title"]) == ("left", None, None)
        for suffix in ("csv", "xlsx"):
            told = await gathering.file(f"{kind}.{suffix}")
            assert b"nonymized" not in told.content
        words = await gathering.file(f"{kind}/changes.txt", since=copy["as_of"])
        assert "nonymized" not in words.text
