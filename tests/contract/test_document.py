"""The document says as much as a generated client needs: formats, headers, what is always there."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from app.core.fields import Schema
from app.exchange.reading import read_file
from app.exchange.schedule_reading import Setting
from app.registrations.delegate_rows import DelegateRow
from tests.world import World


def described(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Operations by id."""
    return {
        operation["operationId"]: operation
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
    }


def members(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Members of all schemas, by `Schema.member`."""
    return {
        f"{name}.{member}": schema
        for name, whole in app.openapi()["components"]["schemas"].items()
        for member, schema in whole.get("properties", {}).items()
    }


async def test_every_instant_is_one_also_where_it_may_be_null(app: FastAPI) -> None:
    instants = {
        name: schema
        for name, schema in members(app).items()
        if name.endswith(("_at", "_after", "_before"))
        and not name.endswith(("days_before", "hours_before"))
    }
    assert len(instants) > 60
    formats = {
        name: [part.get("format") for part in schema.get("anyOf", [schema]) if "format" in part]
        for name, schema in instants.items()
    }
    assert {name: found for name, found in formats.items() if found != ["date-time"]} == {}


async def test_an_id_is_called_one(app: FastAPI) -> None:
    """Members that take a handle too are called after the thing; an actor after the act."""
    ids = {
        name.partition(".")[2]
        for name, schema in members(app).items()
        if any(part.get("format") == "uuid" for part in schema.get("anyOf", [schema]))
    }
    others = {name for name in ids if name != "id" and not name.endswith("_id")}
    assert others == {"account", "created_by", "given_by", "guid", "other", "placed_by"}
    assert {name for name in members(app) if name.endswith((".duration", ".length"))} == set()


async def test_no_format_is_empty(app: FastAPI) -> None:
    assert '"format": ""' not in str(app.openapi()).replace("'", '"')


async def test_no_two_schemas_share_a_name(app: FastAPI) -> None:
    """Of two classes with one name the document makes names of modules, which change."""
    schemas = app.openapi()["components"]["schemas"]
    assert [name for name in schemas if "__" in name] == []


async def test_answers_have_every_member(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    answers = {name for name in schemas if name.endswith(("Out", "Out_", "Result", "Row"))}
    assert len(answers) > 60
    assert {"RowResult", "InvitationResult", "Page_MeetingOut_", "BulkRow"} < answers
    incomplete = {
        name: sorted(schemas[name]["properties"].keys() - set(schemas[name].get("required", [])))
        for name in answers
    }
    assert {name: left for name, left in incomplete.items() if left} == {}
    assert schemas["ProblemDocument"]["required"] == [
        "type",
        "title",
        "status",
        "detail",
        "instance",
    ]


async def test_a_needed_header_is_a_required_one(app: FastAPI) -> None:
    required = {}
    for name, operation in described(app).items():
        if "428" in operation["responses"]:
            found = {each["name"]: each["required"] for each in operation["parameters"]}
            required[name] = found["If-Match"]
    assert required == {
        "changeMeeting": True,
        "deleteMeeting": True,
        "putConferenceRoom": False,
        "deleteConferenceRoom": True,
        "putRehearsal": False,
        "deleteRehearsal": True,
        "putWording": False,
        "deleteWording": True,
        "replaceForm": True,
        "replaceAgenda": True,
        "changeAgendaItem": True,
        "deleteAgendaItem": True,
        "moveAgendaItem": True,
        "replaceDeclaredConflicts": True,
        "replaceSittings": True,
        "changeSitting": True,
        "deleteSitting": True,
        "fitAgenda": True,
        "shiftAgenda": True,
        "swapAgendaItems": True,
        "withdrawAgendaItem": True,
        "reinstateAgendaItem": True,
        "mergeAgendaItem": True,
        "changeSeries": True,
        "deleteSeries": True,
    }


_MAY_REPLACE = {"putConferenceRoom", "putRehearsal", "putWording"}


async def test_headers_are_those_that_are_sent(world: World, app: FastAPI) -> None:
    answers = described(app)
    limited = {"RateLimit-Policy", "RateLimit"}
    page = set(answers["listMeetings"]["responses"]["200"]["headers"])
    assert page == {"X-Request-ID", "ETag", "Link"} | limited
    made = {
        name: set(operation["responses"]["201"]["headers"])
        for name, operation in answers.items()
        if "201" in operation["responses"] and not name.startswith("put")
    }
    assert len(made) == 28
    common = {"X-Request-ID", "ETag", "Location"} | limited
    telling = {"addAgendaItem", "addSitting", "createPanel", "addPanellist", "replacePanellist"}
    """They say what people's times bring into conflict."""
    assert {name for name, names in made.items() if "Conflicts" in names} == telling
    moves = {"rescheduleMeeting", "rescheduleSeries", "changeMeeting"}
    assert all("Conflicts" in answers[name]["responses"]["200"]["headers"] for name in moves)
    assert "Conflicts" not in answers["deleteMeeting"]["responses"]["204"]["headers"]
    tus = {"Tus-Resumable", "Upload-Expires"}
    again = {"Idempotency-Replayed"}
    assert made.pop("startDocumentUpload") == common | tus | again
    told = {name: names - {"Conflicts"} for name, names in made.items()}
    assert {name: names for name, names in told.items() if names != common | again} == {}
    for _ in range(2):
        await world.entity()
    listed = await world.administrator.get("/v1/entities?limit=1")
    assert {name.lower() for name in page - limited} <= set(listed.headers)
    body = {"abbreviation": "MADE", "name": {"en": "Made"}}
    created = await world.administrator.post("/v1/entities", json=body)
    assert {name.lower() for name in common - limited} <= set(created.headers)


async def test_headers_of_files_are_named(app: FastAPI) -> None:
    """Without them nobody could go on with an upload or a download who has only the document."""
    answers = described(app)
    named = {"Content-Disposition", "Content-Language"}
    files = {
        ("appendDocumentUpload", "204"): {"Tus-Resumable", "Upload-Expires", "Upload-Offset"},
        ("appendDocumentUpload", "409"): {"Tus-Resumable", "Upload-Offset"},
        ("endDocumentUpload", "204"): {"Tus-Resumable"},
        ("getDocumentContent", "200"): {"Accept-Ranges", "ETag"} | named,
        ("getDocumentContent", "206"): {"Accept-Ranges", "Content-Range", "ETag"} | named,
        ("getDocumentContent", "416"): {"Content-Range"},
        ("getPublicDocumentContent", "206"): {"Accept-Ranges", "Content-Range", "ETag"} | named,
        ("getPublicAgendaFile", "200"): {"ETag"} | named,
        ("getPublicAgendaVersion", "200"): {"Content-Language", "ETag"},
        ("getDocumentUpload", "200"): {
            *("Tus-Resumable", "Upload-Expires", "Upload-Length", "Upload-Offset", "ETag"),
        },
        ("putDocumentContent", "200"): {"ETag", "Location"},
        ("putDocumentContent", "201"): {"ETag", "Location"},
    }
    every = {"X-Request-ID", "RateLimit-Policy", "RateLimit"}
    found = {(o, s): set(answers[o]["responses"][s]["headers"]) - every for o, s in files}
    assert found == files


async def test_who_comes_too_late_for_an_agenda_is_told_of_it(app: FastAPI) -> None:
    """Every operation over the tag of an agenda may be refused with what was missed."""
    late = {
        name
        for name, operation in described(app).items()
        if {"agenda"} == set(operation["tags"])
        and any(each["name"] == "If-Match" for each in operation["parameters"])
        and "`agenda-outdated`" not in operation["responses"]["412"]["description"]
    }
    assert late == {"replaceDeclaredConflicts"}  # which have a tag of their own


async def test_a_row_of_a_table_may_have_any_member(app: FastAPI) -> None:
    content = described(app)["importEntities"]["requestBody"]["content"]["application/json"]
    assert content["schema"]["items"] == {"type": "object", "additionalProperties": True}


async def test_an_import_of_people_names_its_members(app: FastAPI) -> None:
    body = described(app)["importRegistrations"]["requestBody"]
    assert body["description"] == (
        "A table with `name`, or `first_name` and `last_name`, and `email`; and, if wanted, "
        "`honorific`, `job_title`, `language`, `rank`, `at_headquarters`, `role`, `entity`, "
        "`listed`, and a column for each question of the meeting's form, called by its id."
    )
    [row] = body["content"]["application/json"]["example"]
    assert DelegateRow.model_validate(row).role == "adviser"


async def test_a_member_of_one_refusal_is_in_the_document(app: FastAPI) -> None:
    """Those that many have stand in `ProblemDocument` itself."""
    schemas = app.openapi()["components"]["schemas"]
    properties = schemas["ProblemDocument"]["properties"]
    assert properties["possible_duplicates"]["items"] == {
        "$ref": "#/components/schemas/PossibleDuplicate"
    }
    assert set(schemas["PossibleDuplicate"]["required"]) == set(
        schemas["PossibleDuplicate"]["properties"]
    )


async def test_errors_point_at_members_and_speak_for_themselves(world: World) -> None:
    body = {
        "committee": "nowhere",
        "title": {"xx1": ""},
        "local_start": "soon",
        "local_end": "2031-01-01T00:00:00",
        "timezone": "EST",
    }
    refused = await world.administrator.post("/v1/meetings", json=body)
    found = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
    assert sorted(found) == ["/local_start", "/timezone", "/title/xx1"]
    assert found["/timezone"].startswith("'EST' is not an IANA time zone name")
    assert found["/local_start"].startswith("is a wall time such as")
    rows = [{"abbreviation": "A", "name_en": "A", "timezone": "Mars"}]
    table = await world.administrator.post("/v1/entities/import", json=rows)
    assert [error["detail"][:13] for error in table.json()["errors"]] == ["row 1: 'Mars'"]
    cursor = await world.administrator.get("/v1/meetings?cursor=made-up")
    assert [error["pointer"] for error in cursor.json()["errors"]] == ["query/cursor"]


def _schemas(of: type[Schema]) -> Iterator[tuple[str, type[Schema]]]:
    for kind in of.__subclasses__():
        yield kind.__name__, kind
        yield from _schemas(kind)


def _shown(content: dict[str, Any], schemas: dict[str, Any]) -> tuple[str, list[Any]]:
    """Of a JSON body, its schema and the examples that pages show of it."""
    said = content["schema"]
    name = said.get("anyOf", [said])[0].get("$ref", "").rpartition("/")[2]
    return name, schemas.get(name, {}).get("examples", [])


async def test_bodies_are_shown_that_work(app: FastAPI) -> None:
    """Of an agenda and all that belongs to it: `/docs` fills in what can be sent."""
    schemas, kinds = app.openapi()["components"]["schemas"], dict(_schemas(Schema))
    bare, shown = set(), 0
    for name, operation in described(app).items():
        content = operation.get("requestBody", {}).get("content", {})
        ours = {"agenda", "panels", "briefings", "documents"} & set(operation["tags"])
        for media_type in {"application/json", "application/merge-patch+json"} & content.keys():
            if ours and "example" not in content[media_type]:
                kind, examples = _shown(content[media_type], schemas)
                if not examples:
                    bare.add(name)
                for example in examples:
                    kinds[kind].model_validate_json(json.dumps(example))
                    shown += 1
    assert (bare, shown > 30) == (set(), True)
    files = described(app)["importAgenda"]["requestBody"]["content"]
    setting = Setting("America/New_York", "en", "Main room")
    for media_type, each in files.items():
        if (example := each.get("example")) is not None:
            text = json.dumps(example) if media_type == "application/json" else example
            lines = read_file(text.encode(), media_type, setting).lines
            assert [line.errors for line in lines] == [[]] * len(lines), media_type
