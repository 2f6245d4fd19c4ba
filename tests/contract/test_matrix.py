"""Who may do what, for every operation of the OpenAPI document and every kind of caller."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.calls import LATER_SITTING, call, operations, parameters
from tests.contract.matrix import CALLERS, DONE, MATRIX
from tests.contract.scene import CANARY, PASSCODE, Scene

REQUEST = re.compile(r"urn:request:[^\"]+")


async def test_every_operation_has_its_row(prepared: Scene) -> None:
    assert sorted(operations(prepared.world.app.openapi())) == sorted(MATRIX)
    assert {len(row) for row in MATRIX.values()} == {len(CALLERS)}
    assert tuple(prepared.callers) == CALLERS


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_cell(prepared: Scene, caller: str) -> None:
    document = prepared.world.app.openapi()
    place = CALLERS.index(caller)
    found = {}
    for operation_id in operations(document):
        answer = await call(prepared.callers[caller], document, operation_id, prepared.here)
        found[operation_id] = judged(answer)
    assert found == {operation_id: row[place] for operation_id, row in MATRIX.items()}


async def test_a_panellists_session_is_for_their_own_places_and_nothing_else(
    prepared: Scene,
) -> None:
    document = prepared.world.app.openapi()
    found = {}
    for operation_id, (_, path, _) in operations(document).items():
        answer = await call(prepared.panellist, document, operation_id, prepared.here)
        own = path.startswith("/v1/panellists")
        public = MATRIX[operation_id][0] == DONE or MATRIX[operation_id][0] not in {401, 404}
        if judged(answer) not in ({DONE} if own else {403, 404}) and not public:
            found[operation_id] = answer.status_code
    assert found == {}


async def test_every_id_of_another_parent_is_unknown(prepared: Scene) -> None:
    """A child is sought under its own parent only, even by who may see both."""
    document = prepared.world.app.openapi()
    wrong = []
    for operation_id, (_, path, _) in operations(document).items():
        for name in parameters(path)[1:]:
            if name in {"number", "kind", "language", "year"}:
                continue
            for caller in ("administrator", "organizer", "focal_point"):
                wrong += await told_apart(prepared, caller, operation_id, name)
    assert wrong == []


async def test_every_foreign_meeting_committee_or_entity_that_is_hidden_is_unknown(
    prepared: Scene,
) -> None:
    document = prepared.world.app.openapi()
    stranger = CALLERS.index("other_organizer")
    wrong = []
    for operation_id, (_, path, _) in operations(document).items():
        if parameters(path) and MATRIX[operation_id][stranger] == 404:
            name = parameters(path)[0]
            wrong += await told_apart(prepared, "organizer", operation_id, name)
    assert wrong == []


IN_BODIES: dict[str, tuple[str, Callable[[Scene, str], Any]]] = {
    "createPanel": ("free_item", lambda _, at: {"title": {"en": "P"}, "item_id": at}),
    "createDocument": (
        "item_id",
        lambda _, at: {"kind": "other", "title": {"en": "D"}, "item_id": at},
    ),
    "changeDocument": ("p", lambda _, at: {"panel_id": at}),
    "addAgendaItem": (
        "item_id",
        lambda _, at: {"kind": "statement", "title": {"en": "I"}, "parent_id": at},
    ),
    "mergeAgendaItem": ("free_item", lambda _, at: {"into_id": at}),
    "moveAgendaItem": ("item_id", lambda _, at: {"parent_id": at, "position": 0}),
    "shiftAgenda": ("item_id", lambda _, at: {"item_id": at, "minutes": 5}),
    "swapAgendaItems": (
        "item_id",
        lambda scene, at: {"item_id": scene.here.ids["item_id"], "other_item_id": at},
    ),
    "fitAgenda": ("sitting_id", lambda _, at: {"sitting_id": at}),
    "replaceSittings": (
        "sitting_id",
        lambda _, at: {"sittings": [LATER_SITTING | {"id": at}]},
    ),
    "replaceAgenda": (
        "item_id",
        lambda _, at: {"items": [{"kind": "panel", "title": {"en": "P"}, "id": at}]},
    ),
    "replaceDeclaredConflicts": (
        "item_id",
        lambda scene, at: {
            "conflicts": [
                {"item": at, "other_item": scene.here.ids["free_item"], "priority": "must_not"}
            ]
        },
    ),
    "recordDecision": ("item_id", lambda _, at: {"title": {"en": "D"}, "item_id": at}),
    "changeDecision": ("item_id", lambda _, at: {"item_id": at}),
    "recordAction": ("decision_id", lambda _, at: {"title": {"en": "A"}, "decision_id": at}),
    "changeAction": ("decision_id", lambda _, at: {"decision_id": at}),
    "copyForm": ("m", lambda _, at: {"meeting": at}),
    "registerPerson": (
        "person_id",
        lambda scene, at: {"entity": scene.here.entity["handle"], "person_id": at},
    ),
    "registerPeople": (
        "person_id",
        lambda scene, at: [{"entity": scene.here.entity["handle"], "person_id": at}],
    ),
    "copyDelegation": (
        "m",
        lambda scene, at: {"entity": scene.here.entity["handle"], "meeting": at},
    ),
    "substituteRegistration": ("person_id", lambda _, at: {"person_id": at}),
    "registerForSeries": (
        "person_id",
        lambda scene, at: {"entity": scene.here.entity["handle"], "person_id": at},
    ),
    "cancelSeries": ("m", lambda _, at: {"from_meeting": at}),
    "nameFocalPoint": (
        "person_id",
        lambda scene, at: {"person_id": at, "committee": scene.here.ids["c"]},
    ),
    "mergePeople": ("person_id", lambda _, at: {"other": at}),
    "unmergePeople": ("person_id", lambda _, at: {"other": at}),
    "createFeed": (
        "person_id",
        lambda scene, at: {"person_id": at, "committee": scene.here.ids["c"]},
    ),
    "sendInvitations": ("invitation_id", lambda _, at: {"invitations": [at]}),
    "remindInvitations": ("invitation_id", lambda _, at: {"invitations": [at]}),
    "presentCredentials": ("file_id", lambda _, at: {"file_id": at}),
    "decideRegistrations": (
        "registration_id",
        lambda _, at: [{"registration_id": at, "decision": "approve"}],
    ),
    "checkPeopleIn": ("registration_id", lambda _, at: {"registration_ids": [at]}),
    "checkPeopleOut": ("registration_id", lambda _, at: {"registration_ids": [at]}),
}


@pytest.mark.parametrize("operation_id", IN_BODIES)
@pytest.mark.parametrize("caller", ["organizer", "administrator"])
async def test_foreign_ids_in_bodies_are_unknown(
    prepared: Scene, operation_id: str, caller: str
) -> None:
    name, body = IN_BODIES[operation_id]
    method, path, _ = operations(prepared.world.app.openapi())[operation_id]
    address = path.format_map(prepared.here.ids)
    answers = []
    for value in (prepared.elsewhere.ids[name], str(uuid4())):
        answer = await prepared.callers[caller].request(
            method, address, json=body(prepared, value), headers={"If-Match": "*"}
        )
        answers.append((answer.status_code, plain(answer).replace(value, "ID")))
    assert answers[0] == answers[1]
    assert answers[0][0] in {200, 404, 422}, answers[0]


@pytest.mark.parametrize(
    ("path", "name", "filters"),
    [
        ("/v1/audit", "organizer", {"meeting": "m", "committee": "c"}),
        ("/v1/messages", "organizer", {"meeting": "m"}),
        ("/v1/incoming-mails", "organizer", {"meeting": "m"}),
        ("/v1/meetings", "focal_point", {"committee": "c"}),
        ("/v1/meetings/{m}/documents", "focal_point", {"item": "item_id", "panel": "p"}),
        ("/v1/meetings/{m}/registrations", "focal_point", {"entity": "e"}),
        ("/v1/meetings/{m}/attendance", "focal_point", {"entity": "e"}),
    ],
)
async def test_foreign_ids_in_filters_find_nothing(
    prepared: Scene, path: str, name: str, filters: dict[str, str]
) -> None:
    client = prepared.callers[name]
    address = path.format_map(prepared.here.ids)
    for parameter, kind in filters.items():
        values = (prepared.elsewhere.ids[kind], str(uuid4()))
        answers = [await client.get(address, params={parameter: value}) for value in values]
        assert plain(answers[0]) == plain(answers[1])
        assert answers[0].status_code == answers[1].status_code


@pytest.mark.parametrize("caller", ["nobody", "elsewhere", "fellow", "other_organizer"])
async def test_nothing_of_a_delegation_reaches_others(prepared: Scene, caller: str) -> None:
    """Names, addresses and words of one entity's people, in any byte that others can fetch."""
    assert [
        operation_id
        for operation_id, answer in await fetched(prepared, caller)
        if CANARY in answer.text
    ] == []


async def test_the_canary_is_seen_by_those_who_may(prepared: Scene) -> None:
    seen = {
        operation_id
        for operation_id, answer in await fetched(prepared, "focal_point")
        if CANARY in answer.text
    }
    assert seen >= {
        "getAnswers",
        "getDocument",
        "getInvitation",
        "getRegistration",
        "listDocuments",
        "listPeople",
        "listRegistrations",
    }


@pytest.mark.parametrize("caller", [name for name in CALLERS if name != "organizer"])
async def test_the_passcode_is_shown_to_organizers_only(prepared: Scene, caller: str) -> None:
    expected = {
        "administrator": ["getConferenceRoom", "getRehearsal", "getRunOfShow", "getRunOfShowFile"],
        "reading": ["getConferenceRoom", "getRehearsal", "getRunOfShow", "getRunOfShowFile"],
        "focal_point": ["getRegistrationCalendar"],
        "link": ["getRegistrationCalendar"],
    }
    found = [
        operation_id
        for operation_id, answer in await fetched(prepared, caller)
        if PASSCODE in answer.text
    ]
    assert [each for each in found if each not in expected.get(caller, [])] == []


@pytest.mark.parametrize("caller", ["fellow", "observer"])
async def test_many_at_once_are_refused_one_by_one(prepared: Scene, caller: str) -> None:
    document = prepared.world.app.openapi()
    answer = await call(prepared.callers[caller], document, "registerPeople", prepared.here)
    assert [row["outcome"] for row in answer.json()["rows"]] == ["refused"]


async def fetched(prepared: Scene, caller: str) -> list[tuple[str, httpx.Response]]:
    """What every reading operation answers; but for the one whose address is a secret itself."""
    document = prepared.world.app.openapi()
    return [
        (operation_id, await call(prepared.callers[caller], document, operation_id, prepared.here))
        for operation_id, (method, _, _) in operations(document).items()
        if method == "GET" and operation_id != "readFeed"
    ]


async def told_apart(
    prepared: Scene, caller: str, operation_id: str, name: str
) -> list[tuple[str, str, str, str]]:
    """Where the answer for an id from elsewhere is not the one for an id that nobody has."""
    document = prepared.world.app.openapi()
    answers = []
    for value in (prepared.elsewhere.ids[name], str(uuid4())):
        answer = await call(
            prepared.callers[caller], document, operation_id, prepared.here, **{name: value}
        )
        answers.append((answer.status_code, plain(answer).replace(value, "ID")))
    foreign, unknown = answers
    refused = foreign[0] in {403, 404}
    same = foreign == unknown and refused
    return [] if same else [(caller, operation_id, str(foreign), str(unknown))]


def judged(answer: httpx.Response) -> int:
    """A success and a refusal by state come from behind the gate."""
    return DONE if answer.is_success or answer.status_code == 409 else answer.status_code


def plain(answer: httpx.Response) -> str:
    return REQUEST.sub("urn:request:", answer.text)
