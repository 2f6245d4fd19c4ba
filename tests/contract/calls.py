"""One good call of every operation of the OpenAPI document, over a prepared part of the world."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

from tests.contract.scene import QUESTION, UPLOAD, Part

Document = Mapping[str, Any]
Body = Callable[[Part], Any]
TITLE = {"title": {"en": "New words"}}
TIMES = {"local_start": "2021-11-08T10:00:00", "local_end": "2021-11-08T13:00:00"}
SITTING = {"local_start": "2021-10-08T10:00:00", "local_end": "2021-10-08T13:00:00"}
LATER_SITTING = {"local_start": "2021-10-08T14:00:00", "local_end": "2021-10-08T15:00:00"}
SERIES = {
    "name": {"en": "Series"},
    "rule": {"frequency": "monthly", "starts_on": "2021-10-08"},
    "start_time": "10:00",
    "minutes": 180,
} | {"template": TITLE}
STEP = {"before": {"working_days": 5}, "time": "09:00", "about": "answer", "to": "alternate"}
SHEET = "abbreviation,name_en\nIMPORTED,Imported\n"


def operations(document: Document) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation, by its id."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, described in document["paths"].items()
        for method, operation in described.items()
    }


def parameters(path: str) -> list[str]:
    """Names of the parameters in a path, from the left."""
    return [part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")]


async def call(
    client: httpx.AsyncClient,
    document: Document,
    operation_id: str,
    part: Part,
    **exchanged: str,
) -> httpx.Response:
    """Call the operation on what the part has; `exchanged` are other values for path parameters."""
    method, path, described = operations(document)[operation_id]
    content: dict[str, Any] = {}
    headers = {"If-Match": "*"} | HEADERS.get(operation_id, {})
    if operation_id in BY_BRIEFING_LINK:
        headers["Briefing-Link"] = part.secrets["briefing_link"]
    query = dict(QUERIES.get(operation_id, {}))
    if "requestBody" in described:
        if operation_id in SHEETS:
            content = {"content": SHEETS[operation_id](part)}
            headers["Content-Type"] = "text/csv"
        elif operation_id in MAILS:
            content = {"content": MAILS[operation_id]}
            headers["Content-Type"] = "message/rfc822"
        elif operation_id in PARTS:
            content = {"content": PARTS[operation_id]}
            headers["Content-Type"] = "application/offset+octet-stream"
        elif operation_id in FILES:
            content = {"content": FILES[operation_id]}
            query["name"] = "new.pdf"
            headers["Content-Type"] = "application/pdf"
        else:
            content = {"json": BODIES[operation_id](part)}
    address = path.format_map(part.ids | {"slug": "not-found"} | exchanged)
    return await client.request(method, address, params=query, headers=headers, **content)


BY_BRIEFING_LINK = frozenset(
    {
        "putBriefingPaperByLink",
        "getBriefingCalendar",
        "listBriefingDocumentsByLink",
        "getBriefingDocumentContentByLink",
    }
)
"""They have the token in a header."""


def new_handle() -> str:
    return f"new-{uuid4().hex}"


def _link(part: Part) -> Any:
    return {"token": part.secrets["answer_link"]}


def _registration(part: Part) -> dict[str, Any]:
    person = {"name": "New", "email": f"{new_handle()}@example.org"}
    return {"person": person, "entity": part.entity["handle"]}


def _person(_: Part) -> dict[str, Any]:
    return {"name": "New", "email": f"{new_handle()}@example.org"}


def _presence(part: Part) -> dict[str, Any]:
    return {"registration_ids": [part.ids["registration_id"]]}


BODIES: dict[str, Body] = {
    "createToken": lambda _: {
        "name": "t",
        "scopes": ["read"],
        "expires_at": "2021-12-01T00:00:00Z",
    },
    "createAccount": lambda _: {"name": "New"},
    "changeAccount": lambda _: {"name": "New words"},
    "grantRole": lambda _: {"role": "observer"},
    "exchangeLink": _link,
    "renewLink": _link,
    "createCommittee": lambda _: {"handle": new_handle(), "name": {"en": "New"}},
    "changeCommittee": lambda _: {"name": {"en": "New words"}},
    "addMember": lambda part: {"entity": part.stranger["handle"]},
    "changeMember": lambda _: {"standing": "observer"},
    "createEntity": lambda _: {"abbreviation": "NEW", "name": {"en": "New"}},
    "changeEntity": lambda _: {"name": {"en": "New words"}},
    "addPerson": _person,
    "changePerson": lambda _: {"name": "New words"},
    "mergePeople": lambda part: {"other": part.ids["twin"], "take": ["job_title"]},
    "unmergePeople": lambda part: {"other": part.ids["twin"]},
    "leaveEntity": lambda _: {"withdraw": True},
    "movePerson": lambda part: {"entity": part.stranger["handle"], "withdraw": True},
    "nameFocalPoint": lambda part: {
        "person_id": part.ids["person_id"],
        "kind": "alternate",
        "committee": part.ids["c"],
    },
    "createMeeting": lambda part: TITLE | TIMES | {"committee": part.committee["id"]},
    "changeMeeting": lambda _: TITLE,
    "putConferenceRoom": lambda _: {
        "label": "New",
        "join_address": "https://conference.example.org/j/7",
    },
    "putWording": lambda _: {"subject": "Please come to {meeting}", "paragraphs": ["Do."]},
    "previewMail": lambda _: {"kind": "invitation"},
    "rescheduleMeeting": lambda _: TIMES,
    "createSeries": lambda _: SERIES,
    "changeSeries": lambda _: {"name": {"en": "New words"}},
    "makeSeriesMeetings": lambda _: {"count": 1},
    "rescheduleSeries": lambda _: {"shift_days": 1},
    "registerForSeries": _registration,
    **dict.fromkeys(
        (
            "scheduleMeeting",
            "postponeMeeting",
            "cancelMeeting",
            "openMeeting",
            "suspendMeeting",
            "resumeMeeting",
            "adjournMeeting",
            "closeMeeting",
            "scheduleSeries",
            "cancelSeries",
        ),
        lambda _: {"note": "A word."},
    ),
    "replaceAgenda": lambda part: {
        "items": [{"kind": "panel", "title": {"en": "New"}, "id": part.ids["item_id"]}]
    },
    "addAgendaItem": lambda _: TITLE | {"kind": "statement"},
    "changeAgendaItem": lambda _: TITLE,
    "moveAgendaItem": lambda _: {"position": 0},
    "fitAgenda": lambda _: {},
    "shiftAgenda": lambda part: {"item_id": part.ids["item_id"], "minutes": 5},
    "swapAgendaItems": lambda part: {
        "item_id": part.ids["item_id"],
        "other_item_id": part.ids["free_item"],
    },
    **dict.fromkeys(("startAgendaItem", "endAgendaItem"), lambda _: {}),
    "replaceSittings": lambda part: {"sittings": [SITTING | {"id": part.ids["sitting_id"]}]},
    "addSitting": lambda _: LATER_SITTING,
    "changeSitting": lambda _: {"name": {"en": "New words"}},
    "mergeAgendaItem": lambda part: {"into_id": part.ids["free_item"]},
    "issueAgenda": lambda _: {},
    "adoptAgenda": lambda _: {},
    "replaceDeclaredConflicts": lambda part: {
        "conflicts": [
            {
                "item": part.ids["item_id"],
                "other_item": part.ids["free_item"],
                "priority": "should_not",
            }
        ]
    },
    "createPanel": lambda part: TITLE | {"item_id": part.ids["free_item"]},
    "changePanel": lambda _: TITLE,
    "addPanellist": lambda _: {"name": "New"},
    "changePanellist": lambda _: {"name": "New words"},
    "replacePanellist": lambda _: {"name": "New"},
    "putRehearsal": lambda _: {
        "starts_at": "2021-10-07T14:00:00Z",
        "ends_at": "2021-10-07T15:00:00Z",
    },
    "changeOwnPlace": lambda _: {"name": "New words"},
    "declineOwnPlace": lambda _: {"reason": "A word."},
    "withdrawOwnPlace": lambda _: {"reason": "A word."},
    "putOwnRecordingConsent": lambda _: {"agreed": True},
    "askForBriefers": lambda _: {},
    "shareBriefingTime": lambda _: {"minutes": 20},
    "changeBriefing": lambda _: {"weight": 2},
    "nameBriefer": lambda _: {"name": "Somebody"},
    "giveBriefingTimeBack": lambda _: {"minutes": 1, "to_others": False},
    "openBriefingLink": lambda part: {"token": part.secrets["briefing_link"]},
    "nameBrieferByLink": lambda part: {
        "token": part.secrets["briefing_link"],
        "briefer": {"name": "Somebody"},
    },
    "answerBriefingByLink": lambda part: {
        "token": part.secrets["briefing_link"],
        "answer": "decline",
    },
    "inviteEntities": lambda part: {"entities": [part.stranger["handle"]]},
    "sendInvitations": lambda part: {"invitations": [part.ids["invitation_id"]]},
    "changeInvitation": lambda _: {"seat_quota": 40},
    "createSeatPool": lambda _: {"name": new_handle(), "seats": 3},
    "changeSeatPool": lambda _: {"seats": 80},
    "addToSeatPool": lambda part: {"invitations": [part.ids["invitation_id"]]},
    "moveRegistration": lambda _: {"position": 1},
    "remindInvitations": lambda part: {"invitations": [part.ids["invitation_id"]]},
    "remindInvitation": lambda _: {"note": "A word.", "force": True},
    "putCommitteeReminderSteps": lambda _: {"steps": [STEP]},
    "putMeetingReminderSteps": lambda _: {"steps": [STEP]},
    "putHolidays": lambda _: {"holidays": [{"day": "2021-01-01", "name": {"en": "New Year"}}]},
    "answerInvitation": lambda _: {"answer": "accepted"},
    "replaceForm": lambda _: {"questions": [QUESTION, QUESTION | {"id": "more"}]},
    "copyForm": lambda part: {"meeting": part.ids["other_meeting"]},
    "putAnswers": lambda _: {"answers": {"wish": "Another one."}},
    "registerPerson": _registration,
    "registerPeople": lambda part: [_registration(part)],
    "copyDelegation": lambda part: {"meeting": part.ids["m"], "entity": part.entity["handle"]},
    "changeRegistration": lambda _: {"role": "support"},
    "substituteRegistration": lambda part: {"person": _person(part)},
    "rejectRegistration": lambda _: {"reason": "A word."},
    "decideRegistrations": lambda part: [
        {"registration_id": part.ids["registration_id"], "decision": "approve"}
    ],
    "presentCredentials": lambda part: {"file_id": part.ids["file_id"]},
    "returnCredentials": lambda _: {"reason": "A word."},
    "grantException": lambda _: {
        "persons": 2,
        "until": "2021-12-01T00:00:00Z",
        "reason": "A word.",
    },
    "checkPeopleIn": _presence,
    "checkPeopleOut": _presence,
    "checkIn": lambda part: {"token": part.secrets["join_link"]},
    "createFeed": lambda part: {"person_id": part.ids["person_id"], "committee": part.ids["c"]},
    "createOwnFeed": lambda part: {"token": part.secrets["join_link"]},
    **dict.fromkeys(("putPersonHold", "putMeetingHold"), lambda _: {"reason": "An inquiry."}),
    "createDocument": lambda part: {
        **TITLE,
        "kind": "statement",
        "access": "delegation",
        "entity_id": part.entity["id"],
    },
    "changeDocument": lambda _: TITLE,
    "returnDocument": lambda _: {"note": "Please add a date."},
    "addDocumentRevision": lambda _: {"kind": "corrigendum"},
    "recordDecision": lambda _: TITLE,
    "changeDecision": lambda _: TITLE,
    "recordAction": lambda _: TITLE,
    "changeAction": lambda _: {"status": "done"},
}
"""JSON bodies that the operations take."""

SHEETS: dict[str, Body] = {
    "importEntities": lambda _: SHEET,
    "importCommittees": lambda _: "handle,name_en\nimported,Imported\n",
    "importMembers": lambda part: f"entity,since\n{part.stranger['handle']},2020-01-01\n",
    "importAgenda": lambda _: "kind,title_en\ndiscussion,New\n",
    "importDeclaredConflicts": lambda part: (
        f"item,other_item,priority\n{part.ids['item_id']},{part.ids['free_item']},must_not\n"
    ),
    "importPeople": lambda _: f"name,email\nNew,{new_handle()}@example.org\n",
    "importRegistrations": lambda part: (
        f"name,email,entity\nNew,{new_handle()}@example.org,{part.entity['handle']}\n"
    ),
}
"""CSV bodies that the imports take."""

_CHANGES = ("getDelegationChanges", "getParticipantChanges")
QUERIES = dict.fromkeys(
    [*_CHANGES, *(f"{name}File" for name in _CHANGES)], {"since": "2021-09-01T00:00:00Z"}
) | dict.fromkeys(("importAgenda", "importDeclaredConflicts"), {"mode": "append"})
"""Query parameters that must be there, or had better be."""

MAILS = {"deliverMail": b"From: a@example.org\r\nSubject: New\r\n\r\nWords.\r\n"}
"""Raw mails."""

FILES = dict.fromkeys(
    ("uploadFile", "putDocumentContent", "putBriefingPaper", "putBriefingPaperByLink"),
    b"%PDF-1.7\n%%EOF\n",
)
"""Files as bodies."""

PARTS = {"appendDocumentUpload": b"%PDF-1.7\n"}
"""Bytes of an upload."""

_TUS = {"Tus-Resumable": "1.0.0"}
HEADERS: dict[str, dict[str, str]] = {
    "startDocumentUpload": UPLOAD,
    "appendDocumentUpload": _TUS | {"Upload-Offset": "0"},
    "endDocumentUpload": _TUS,
}
"""Headers that must be there."""
