"""The story of the 6th meeting, step by step, and what must come out of it."""

import asyncio
import mailbox
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import yaml

from app.demo import people

COMMITTEE = "coordination-committee"
MEETING = "coordination-committee-6"
MEETING_PATH = f"/v1/meetings/{MEETING}"
DELEGATIONS = 23
REPRESENTATIVES = 95
PRESS_LINE = "95 representatives of 23 member entities"


class WalkFailed(AssertionError):
    """Something did not come out as the story has it."""


@dataclass
class Stage:
    """Where the walk takes place: an administrator's client, the mails, and the clock."""

    client: httpx.AsyncClient
    mails: Path
    set_clock: Callable[[datetime], None]
    say: Callable[[str], None]
    data: dict[str, Any] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The JSON of a successful answer; every refusal ends the walk with its words."""
        if body is not None:
            options["json"] = body
        answer = await self.client.request(method, path, **options)
        if not answer.is_success:
            raise WalkFailed(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return await self.call("POST", path, body, **options)


async def walk(stage: Stage) -> str:
    """Steps 1 to 5 and 8 of the main job; gives the meeting's handle."""
    text = files("app.demo").joinpath("compact.yaml").read_text(encoding="utf-8")
    stage.data = yaml.safe_load(text)
    began = time.monotonic()
    await set_up(stage, text)
    await schedule(stage)
    await build_agenda(stage)
    invitations = await invite(stage)
    await answer_and_register(stage, invitations)
    stage.say(f"  imported, invited and registered in {time.monotonic() - began:.1f} s")
    await run(stage)
    await account(stage)
    return MEETING


async def set_up(stage: Stage, text: str) -> None:
    """1. Committee, entities, focal points and working groups."""
    yaml_type = {"Content-Type": "application/yaml"}
    result = await stage.post("/v1/entities/import", content=text.encode(), headers=yaml_type)
    expect("entities imported", result["created"], 43)
    committee = stage.data["committee"]
    await stage.post(
        "/v1/committees",
        {
            "handle": COMMITTEE,
            "name": committee["name"],
            "timezone": committee["timezone"],
            "languages": ["en", "fr"],
            "default_seat_quota": 5,
            "contact_email": "coordination.committee@example.org",
            "retention_days": 36_500,  # its meeting was long ago, and is there to be looked at
        },
    )
    # The public record counts all 43 in the whole of which 23 came (53.5 %): all are members here.
    members = [
        {"entity": e["abbreviation"], "standing": "member", "since": "2018-02-23"}
        for e in stage.data["entities"]
    ]
    await stage.post(f"/v1/committees/{COMMITTEE}/members/import", members)
    groups = [group | {"parent": COMMITTEE} for group in stage.data["working_groups"]]
    result = await stage.post("/v1/committees/import", groups)
    expect("working groups imported", result["created"], 8)
    for number, entity in enumerate(stage.data["entities"]):
        body = {"person": people.focal_point(number, entity["abbreviation"]), "kind": "principal"}
        await stage.post(f"/v1/entities/{handle(entity)}/focal-points", body)
    stage.say("  43 entities with their focal points, 8 working groups")


async def schedule(stage: Stage) -> None:
    """2. The 6th meeting."""
    await stage.post(
        "/v1/meetings",
        {
            "committee": COMMITTEE,
            "number": 6,
            "title": {"en": stage.data["sixth_meeting"]["title"]},
            "format": "virtual",
            "timezone": "America/New_York",
            "local_start": "2021-10-08T10:00:00",
            "local_end": "2021-10-08T13:00:00",
            "languages": ["en", "fr"],
            "seat_quota": 5,
            "capacity": 150,
            "registration_opens_at": "2021-09-06T12:00:00Z",
            "registration_closes_at": "2021-10-05T22:00:00Z",
            "contacts": [
                {
                    "name": "Committee mailbox",
                    "role": "Secretariat",
                    "email": "coordination.committee@example.org",
                },
                {
                    "name": "Public information officer",
                    "role": "Press",
                    "email": "press.officer@example.org",
                },
            ],
            "public": True,
        },
    )
    room = {
        "label": "Virtual conference room 6",
        "join_address": "https://conference.example.org/rooms/coordination-6",
        "passcode": "614-208",
    }
    await stage.call("PUT", f"{MEETING_PATH}/room", room)
    await stage.post(f"{MEETING_PATH}/schedule")
    stage.say("  6th meeting scheduled: 8 October 2021, 10:00 New York")


async def build_agenda(stage: Stage) -> None:
    """3. Opening, statement, panel, briefings, closing; issued as the provisional agenda."""
    answer = await stage.client.get(f"{MEETING_PATH}/agenda")
    agenda = await stage.call(
        "PUT",
        f"{MEETING_PATH}/agenda",
        {"items": agenda_items(stage.data)},
        headers={"If-Match": answer.headers["etag"]},
    )
    panel_item = next(item for item in agenda["items"] if item["kind"] == "panel")
    panel = await stage.post(
        f"{MEETING_PATH}/panels",
        {
            "item_id": panel_item["id"],
            "title": {"en": stage.data["sixth_meeting"]["panel"]["title"]},
            "concept_note": {"en": "What the developments mean for neighbours and for Africa."},
        },
    )
    await ask_panellists(stage, panel["id"])
    conflicts = await stage.call("GET", f"{MEETING_PATH}/agenda/conflicts")
    expect("conflicts", (conflicts["problems"], conflicts["bookings"]), ([], []))
    version = await stage.post(f"{MEETING_PATH}/agenda/versions", {})
    expect("first version", version["status"], "provisional")
    stage.say("  provisional agenda issued: panel of four, eight briefings")


async def ask_panellists(stage: Stage, panel_id: str) -> None:
    """By mail, and they confirm on their page; who has no address is asked by telephone."""
    path = f"{MEETING_PATH}/panels/{panel_id}/panellists"
    asked = {}
    for speaker in people.panel(stage.data["sixth_meeting"]["panel"]["speakers"]):
        panellist = await stage.post(path, speaker)
        await stage.post(f"{path}/{panellist['id']}/invite")
        if panellist["email"] is None:
            await stage.post(f"{path}/{panellist['id']}/confirm")
        else:
            asked[panellist["email"]] = panellist["id"]
    for address, token in (await mails_of(stage, "speak", len(asked))).items():
        session = await stage.post("/v1/links/exchange", {"token": token})
        headers = {"Authorization": f"Bearer {session['token']}"}
        own = f"/v1/panellists/{asked[address]}"
        await stage.call("PUT", f"{own}/recording-consent", {"agreed": True}, headers=headers)
        await stage.post(f"{own}/confirm", headers=headers)
    stage.say(f"  {len(asked)} people of the panel asked by mail, and confirmed on their page")


def agenda_items(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Ten to thirteen hours, to the minute."""
    briefings = [
        {
            "kind": "briefing",
            "title": {"en": group["name"]["en"]},
            "minutes": 6,
            "working_group": group["handle"],
        }
        for group in data["working_groups"]
    ]
    items: list[tuple[str, str, int | None]] = [
        ("opening", "Opening of the meeting", 5),
        ("adoption_of_agenda", "Adoption of the agenda", 5),
        ("statement", "Statement by the Chair: outcomes of the second Counter-Terrorism Week", 15),
        ("panel", f"Panel: {data['sixth_meeting']['panel']['title']}", 60),
        ("break", "Break", 10),
        ("discussion", "Discussion: emerging challenges, partnerships, work in the field", 22),
        ("briefing", "Briefings by the working groups", None),
        ("other_business", "Other business", 10),
        ("closing", "Closing of the meeting", 5),
    ]
    agenda: list[dict[str, Any]] = [
        {"kind": kind, "title": {"en": title}, "minutes": minutes} for kind, title, minutes in items
    ]
    agenda[6]["items"] = briefings
    return agenda


async def invite(stage: Stage) -> list[dict[str, Any]]:
    """4. All members in one call, one mail for each focal point."""
    stage.set_clock(datetime(2021, 9, 6, 13, 0, tzinfo=UTC))
    result = await stage.post(f"{MEETING_PATH}/invitations", {"all_members": True})
    expect("invitations", result["invited"], 43)
    sent = await stage.post(f"{MEETING_PATH}/invitations/send", {"all_drafts": True})
    expect("invitations sent", sent["sent"], 43)
    await mails_of(stage, "answer", 43)
    board = await stage.call("GET", f"{MEETING_PATH}/invitations?limit=200")
    stage.say("  43 invitations sent, 43 mails delivered")
    return list(board["items"])


async def answer_and_register(stage: Stage, invitations: list[dict[str, Any]]) -> None:
    """5. Focal points open their links, answer, and name their people."""
    stage.set_clock(datetime(2021, 9, 15, 9, 0, tzinfo=UTC))
    links = await mails_of(stage, "answer", 43)
    coming = {i["id"]: n for n, i in enumerate(invitations[:DELEGATIONS])}
    confirmed = waiting = 0
    for token in links.values():
        session = await stage.post("/v1/links/exchange", {"token": token})
        headers = {"Authorization": f"Bearer {session['token']}"}
        place = coming.get(session["invitation_id"])
        path = f"{MEETING_PATH}/invitations/{session['invitation_id']}"
        if place is None:
            await _say_no(stage, invitations, session["invitation_id"], path, headers)
            continue
        invitation = await stage.call("GET", path, headers=headers)
        await stage.post(f"{path}/answer", {"answer": "accepted"}, headers=headers)
        named = people.delegation(place, invitation["entity"]["abbreviation"])
        result = await stage.post(f"{MEETING_PATH}/registrations/bulk", named, headers=headers)
        expect("refused registrations", result["refused"], 0)
        confirmed, waiting = confirmed + result["confirmed"], waiting + result["waiting"]
    expect("confirmed registrations", confirmed, REPRESENTATIVES)
    expect("sixth person of an entity waiting", waiting, 1)
    stage.say("  23 entities accepted, 95 representatives registered, 1 on the waiting list")


async def _say_no(
    stage: Stage,
    invitations: list[dict[str, Any]],
    invitation_id: str,
    path: str,
    headers: dict[str, str],
) -> None:
    """Nine decline, three are not sure, eight say nothing."""
    place = [i["id"] for i in invitations].index(invitation_id) - DELEGATIONS
    if place < 9:
        body = {"answer": "declined", "note": "We wish the meeting well."}
        await stage.post(f"{path}/answer", body, headers=headers)
    elif place < 12:
        await stage.post(f"{path}/answer", {"answer": "tentative"}, headers=headers)


async def run(stage: Stage) -> None:
    """7, in short. The meeting opens, people join by their links or are checked in."""
    joining = await mails_of(stage, "join", REPRESENTATIVES)
    stage.set_clock(datetime(2021, 10, 8, 14, 0, tzinfo=UTC))
    await stage.post(f"{MEETING_PATH}/open")
    by_link = sorted(joining.items())[:60]
    for _, token in by_link:
        await stage.post("/v1/check-ins", {"token": token})
    path = f"{MEETING_PATH}/registrations?status=confirmed&limit=200"
    confirmed = (await stage.call("GET", path))["items"]
    expect("confirmed on the day", len(confirmed), REPRESENTATIVES)
    came = {address for address, _ in by_link}
    others = [r["id"] for r in confirmed if r["person"]["email"] not in came]
    await stage.post(f"{MEETING_PATH}/attendance/check-ins", {"registration_ids": others})
    quorum = await stage.call("GET", f"{MEETING_PATH}/attendance/quorum")
    expect("quorum", (quorum["needed"], quorum["present"], quorum["reached"]), (22, 23, True))
    stage.say("  meeting opened: 60 joined by link, 35 checked in, quorum of 22 reached")


async def account(stage: Stage) -> None:
    """8. It adjourns, and the figures come from the record."""
    stage.set_clock(datetime(2021, 10, 8, 16, 50, tzinfo=UTC))
    decision = {"title": {"en": "The committee takes note of the briefings of its working groups"}}
    await stage.post(f"{MEETING_PATH}/decisions", decision)
    await stage.post(
        f"{MEETING_PATH}/actions",
        {
            "title": {"en": "Circulate the chair's summary"},
            "owner_entity": "unoct",
            "due_on": "2021-10-29",
        },
    )
    stage.set_clock(datetime(2021, 10, 8, 17, 0, tzinfo=UTC))
    await stage.post(f"{MEETING_PATH}/adjourn")
    report = await stage.call("GET", f"{MEETING_PATH}/report")
    expect("press line", report["press_line"], PRESS_LINE)
    verification = await stage.call("GET", f"{MEETING_PATH}/report/verification")
    expect("figures from the log", verification["equal"], True)
    await stage.post(f"{MEETING_PATH}/close")
    stage.say(f"  adjourned and closed: {PRESS_LINE}")


async def mails_of(stage: Stage, page: str, number: int) -> dict[str, str]:
    """Tokens of the links to a page, by recipient, once so many mails have been delivered."""
    deadline = time.monotonic() + 60
    while True:
        tokens = await asyncio.to_thread(_read_tokens, stage.mails, page)
        if len(tokens) >= number:
            return tokens
        if time.monotonic() > deadline:
            raise WalkFailed(f"only {len(tokens)} of {number} mails with a link to /{page}")
        await asyncio.sleep(0.1)


def _read_tokens(folder: Path, page: str) -> dict[str, str]:
    if not all((folder / part).is_dir() for part in ("tmp", "new", "cur")):
        return {}  # the worker is still making it
    tokens: dict[str, str] = {}
    maildir = mailbox.Maildir(folder, create=False)
    for key in maildir.iterkeys():
        mail = message_from_bytes(maildir.get_bytes(key), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        found = re.search(rf"/{page}#([A-Za-z0-9_=-]+)", body.get_content() if body else "")
        if found:
            tokens[str(mail["to"].addresses[0].addr_spec)] = found.group(1)
    return tokens


def handle(entity: dict[str, Any]) -> str:
    return str(entity["abbreviation"]).lower()


def expect(what: str, found: object, wanted: object) -> None:
    """End the walk when the story comes out differently."""
    if found != wanted:
        raise WalkFailed(f"{what}: {found!r} instead of {wanted!r}")
