"""What each command does to the database, and what it says when it cannot."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import Server
from tests.world import World

ENTITIES = """\
handle,abbreviation,name_en,category
wto,WTO,World Trade Organization,specialized
wfp,WFP,World Food Programme,programme
"""
COMMITTEES = """\
committees:
  - {handle: coordination, name: {en: Coordination Committee}, timezone: America/New_York}
  - {handle: victims, parent: coordination, number: 3, name: {en: Victims}, chair: wfp}
"""


async def test_a_token_is_made_listed_and_revoked(run: Run, world: World) -> None:
    committee = await world.committee(handle="coordination")
    made = run("token", "create", "--role", "organizer", "--committee", "coordination",
               "--name", "Board", "--days", "3")  # fmt: skip
    assert made.returncode == 0, made.stderr
    client = await world.client(made.stdout.strip())
    me = (await client.get("/v1/me")).json()
    assert me["name"] == "Board"
    assert me["roles"] == [
        {"role": "organizer", "committee_id": committee["id"], "entity_id": None}
    ]

    listed = run("token", "list").stdout
    (line,) = [line for line in listed.splitlines() if "Board" in line]
    token_id, begins, *_ = re.findall(r"[^\s│|]+", line)
    assert "organizer coordination" in line
    assert made.stdout.startswith(begins)
    assert made.stdout.strip() not in listed

    assert run("token", "revoke", token_id).returncode == 0
    assert (await client.get("/v1/me")).status_code == 401


async def test_a_read_only_token_changes_nothing(run: Run, world: World) -> None:
    made = run("token", "create", "--role", "administrator", "--read-only")
    client = await world.client(made.stdout.strip())
    body = {"abbreviation": "WTO", "name": {"en": "World Trade Organization"}}
    assert (await client.get("/v1/entities")).status_code == 200
    assert (await client.post("/v1/entities", json=body)).status_code == 403


def test_a_token_for_nothing_is_refused_in_words(run: Run) -> None:
    unknown = run("token", "create", "--role", "organizer", "--committee", "no-such")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "Error: Not found: There is no committee no-such.\n"
    scopeless = run("token", "create", "--role", "focal_point")
    assert (scopeless.returncode, scopeless.stdout) == (1, "")


async def test_tables_are_imported_or_only_tried(run: Run, world: World, tmp_path: Path) -> None:
    entities, committees = tmp_path / "entities.csv", tmp_path / "committees.yaml"
    entities.write_text(ENTITIES)
    committees.write_text(COMMITTEES)

    tried = run("entities", "import", entities, "--dry-run")
    assert tried.stdout == "Would be: 2 created, 0 changed, 0 unchanged, 0 refused\n"
    assert (await world.administrator.get("/v1/entities")).json()["items"] == []

    done = run("entities", "import", entities)
    assert done.stdout == "2 created, 0 changed, 0 unchanged, 0 refused\n", done.stderr
    again = run("entities", "import", entities)
    assert again.stdout == "0 created, 0 changed, 2 unchanged, 0 refused\n"

    done = run("committees", "import", committees)
    assert done.stdout == "2 created, 0 changed, 0 unchanged, 0 refused\n", done.stderr
    found = (await world.administrator.get("/v1/committees")).json()["items"]
    assert sorted(each["handle"] for each in found) == ["coordination", "victims"]


async def test_one_bad_row_and_nothing_is_written(run: Run, world: World, tmp_path: Path) -> None:
    table = tmp_path / "entities.csv"
    table.write_text(ENTITIES + "x,,Nameless,\n")
    refused = run("entities", "import", table)
    assert refused.returncode == 1
    assert "row 4" in refused.stderr
    assert (await world.administrator.get("/v1/entities")).json()["items"] == []
    other = tmp_path / "entities.doc"
    other.write_text("")
    assert "the name of a table ends in .csv" in run("entities", "import", other).stderr


def test_a_sound_database_passes_the_check(run: Run) -> None:
    done = run("check")
    assert (done.stdout, done.returncode) == ("✓ The database is as it should be.\n", 0)


def test_the_document_of_the_api_is_written(run: Run, tmp_path: Path) -> None:
    written = tmp_path / "deep" / "openapi.json"
    done = run("openapi", "--output", written)
    assert done.returncode == 0, done.stderr
    document = json.loads(written.read_text())
    assert document["openapi"] == "3.1.0"
    assert not (tmp_path / "data").exists(), "no secret is made for it"


def test_what_is_missing_is_said_in_a_line(run: Run, tmp_path: Path) -> None:
    nowhere = run("check", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("Error: ")
    assert "Traceback" not in nowhere.stderr
    wrong = run("check", SECRETARIAT_PORT="many")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("Error: port: ")


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("soon", "SECRETARIAT_CLOCK is `real` or `file:PATH`"),
        ("file:FOLDER/none", "SECRETARIAT_CLOCK names a file that shows no instant: "),
        ("file:FOLDER/words", "SECRETARIAT_CLOCK names a file that shows no instant: "),
        ("file:FOLDER/local", "SECRETARIAT_CLOCK names a file whose instant lacks its offset"),
    ],
)
def test_a_wrong_clock_is_said_in_a_line(run: Run, tmp_path: Path, clock: str, told: str) -> None:
    (tmp_path / "words").write_text("soon")
    (tmp_path / "local").write_text("2021-10-08T10:00:00")
    wrong = run("check", SECRETARIAT_CLOCK=clock.replace("FOLDER", str(tmp_path)))
    assert wrong.returncode == 1
    assert wrong.stderr.startswith(f"Error: {told}")


async def test_a_database_without_a_schema_is_told_in_words(
    run: Run, plain_server: Server, tmp_path: Path
) -> None:
    url = await plain_server.create()
    for command in (["check"], ["token", "list"], ["token", "create", "--role", "administrator"]):
        empty = run(*command, DATABASE_URL=url)
        assert empty.returncode == 1
        assert empty.stderr == (
            "Error: The database has no schema, or that of another release: "
            "run `python -m app migrate`.\n"
        )


async def test_the_database_address_may_have_parameters(run: Run, plain_server: Server) -> None:
    url = await plain_server.create() + "?sslmode=disable&application_name=ours"
    assert run("migrate", DATABASE_URL=url).returncode == 0
    sound = run("check", DATABASE_URL=url)
    assert sound.returncode == 0, sound.stderr
