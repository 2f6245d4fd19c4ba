"""The story of the 6th meeting, step by step, and what must come out of it."""

import time
from datetime import UTC, datetime
from typing import Any

from app.demo import agenda, briefings, panels, papers, people
from app.demo.stage import COMMITTEE, MEETING, MEETING_PATH, Stage, expect, texts, told

DELEGATIONS = 23
REPRESENTATIVES = 95
TRIED_OUT = "CTED"
"""Whoever tries the service out as a focal point is the one named first of those that took part."""
PRESS_LINE = "95 representatives of 23 member entities"


async def walk(stage: Stage) -> str:
    """Steps 1 to 5, 7 and 8 of the main job; gives the meeting's handle."""
    stage.data = told("compact.yaml") | {"words": told("agenda.yaml")["words"]}
    began = time.monotonic()
    await set_up(stage)
    await schedule(stage)
    await build_agenda(stage)
    await invite(stage)
    await prepare(stage)
    await answer_and_register(stage)
    stage.say(f"  imported, invited and registered in {time.monotonic() - began:.1f} s")
    await run(stage)
    await account(stage)
    return MEETING


async def set_up(stage: Stage) -> None:
    """1. Committee, entities, focal points and working groups."""
    yaml_type = {"Content-Type": "application/yaml"}
    result = await stage.post(
        "/v1/entities/import", content=texts("compact.yaml").encode(), headers=yaml_type
    )
    expect("entities imported", result["created"], 43)
    committee, words = stage.data["committee"], stage.data["words"]
    await stage.post(
        "/v1/committees",
        {
            "handle": COMMITTEE,
            "name": committee["name"] | words["committee"],
            "timezone": committee["timezone"],
            "languages": ["en", "fr"],
            "default_seat_quota": 5,
            "default_longest_stretch": 120,
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
    groups = [
        group | {"parent": COMMITTEE, "name": words[group["handle"]]}
        for group in stage.data["working_groups"]
    ]
    result = await stage.post("/v1/committees/import", groups)
    expect("working groups imported", result["created"], 8)
    first, *others = sorted(
        enumerate(stage.data["entities"]), key=lambda each: each[1]["abbreviation"] != TRIED_OUT
    )
    await focal_point(stage, *first)
    await stage.together(focal_point(stage, *each) for each in others)
    stage.say("  43 entities with their focal points, 8 working groups")


async def schedule(stage: Stage) -> None:
    """2. The 6th meeting."""
    await stage.post(
        "/v1/meetings",
        {
            "committee": COMMITTEE,
            "number": 6,
            "title": {"en": stage.data["sixth_meeting"]["title"]} | stage.data["words"]["meeting"],
            "format": "virtual",
            "timezone": "America/New_York",
            "local_start": "2021-10-08T10:00:00",
            "local_end": "2021-10-08T13:00:00",
            "languages": ["en", "fr"],
            "seat_quota": 5,
            "capacity": 150,
            "briefers_due": 14,
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
    await agenda.build(stage)
    await panels.ask(stage)
    await briefings.ask(stage)
    await agenda.issue_provisional(stage)


async def prepare(stage: Stage) -> None:
    """Who speaks and who briefs answers by links; papers come in; the agenda is revised."""
    await panels.answer(stage)
    await briefings.answer(stage)
    stage.set_clock(datetime(2021, 9, 13, 13, 0, tzinfo=UTC))
    await agenda.revise(stage)
    await papers.publish(stage)


async def invite(stage: Stage) -> None:
    """4. All members in one call, one mail for each focal point."""
    stage.set_clock(datetime(2021, 9, 6, 13, 0, tzinfo=UTC))
    result = await stage.post(f"{MEETING_PATH}/invitations", {"all_members": True})
    expect("invitations", result["invited"], 43)
    sent = await stage.post(f"{MEETING_PATH}/invitations/send", {"all_drafts": True})
    expect("invitations sent", sent["sent"], 43)
    await stage.mails("answer", 43)
    stage.say("  43 invitations sent, 43 mails delivered")


async def answer_and_register(stage: Stage) -> None:
    """5. Focal points open their links, answer, and name their people."""
    stage.set_clock(datetime(2021, 9, 15, 9, 0, tzinfo=UTC))
    board = (await stage.read(f"{MEETING_PATH}/invitations?limit=200"))["items"]
    asked = {each["id"]: each["entity"]["abbreviation"] for each in board}
    others = [entity for entity in asked.values() if entity not in people.COMING]
    confirmed = waiting = 0
    for token in (await stage.mails("answer", 43)).values():
        session, headers = await stage.session(token)
        entity = asked[session["invitation_id"]]
        path = f"{MEETING_PATH}/invitations/{session['invitation_id']}"
        if entity not in people.COMING:
            await _say_no(stage, others.index(entity), path, headers)
            continue
        await stage.post(f"{path}/answer", {"answer": "accepted"}, headers=headers)
        named = people.delegation(entity)
        result = await stage.post(f"{MEETING_PATH}/registrations/bulk", named, headers=headers)
        expect("refused registrations", result["refused"], 0)
        confirmed, waiting = confirmed + result["confirmed"], waiting + result["waiting"]
        if entity == papers.HANDING_IN:
            await papers.hand_in(stage, headers)
    expect("confirmed registrations", confirmed, REPRESENTATIVES)
    expect("sixth person of an entity waiting", waiting, 1)
    stage.say("  23 entities accepted, 95 representatives registered, 1 on the waiting list")


async def _say_no(stage: Stage, place: int, path: str, headers: dict[str, str]) -> None:
    """Nine decline, three are not sure, eight say nothing."""
    if place < 9:
        body = {"answer": "declined", "note": "We wish the meeting well."}
        await stage.post(f"{path}/answer", body, headers=headers)
    elif place < 12:
        await stage.post(f"{path}/answer", {"answer": "tentative"}, headers=headers)


async def run(stage: Stage) -> None:
    """7, in short. The meeting opens, people join by their links or are checked in."""
    joining = await stage.mails("join", REPRESENTATIVES)
    stage.set_clock(datetime(2021, 10, 8, 14, 0, tzinfo=UTC))
    await stage.post(f"{MEETING_PATH}/open")
    by_link = sorted(joining.items())[:60]
    await stage.together(stage.post("/v1/check-ins", {"token": token}) for _, token in by_link)
    path = f"{MEETING_PATH}/registrations?status=confirmed&limit=200"
    confirmed = (await stage.read(path))["items"]
    expect("confirmed on the day", len(confirmed), REPRESENTATIVES)
    came = {address for address, _ in by_link}
    others = [r["id"] for r in confirmed if r["person"]["email"] not in came]
    await stage.post(f"{MEETING_PATH}/attendance/check-ins", {"registration_ids": others})
    quorum = await stage.read(f"{MEETING_PATH}/attendance/quorum")
    expect("quorum", (quorum["needed"], quorum["present"], quorum["reached"]), (22, 23, True))
    stage.set_clock(datetime(2021, 10, 8, 14, 6, tzinfo=UTC))
    await agenda.adopt(stage)
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
    await agenda.happen(stage)
    await stage.post(f"{MEETING_PATH}/adjourn")
    await papers.put(stage, papers.Press(stage), told("papers.yaml")["record"])
    report = await stage.read(f"{MEETING_PATH}/report")
    expect("press line", report["press_line"], PRESS_LINE)
    verification = await stage.read(f"{MEETING_PATH}/report/verification")
    expect("figures from the log", verification["equal"], True)
    await stage.post(f"{MEETING_PATH}/close")
    stage.say(f"  adjourned and closed: {PRESS_LINE}")


async def focal_point(stage: Stage, number: int, entity: dict[str, Any]) -> None:
    body = {"person": people.focal_point(number, entity["abbreviation"]), "kind": "principal"}
    await stage.post(f"/v1/entities/{handle(entity)}/focal-points", body)


def handle(entity: dict[str, Any]) -> str:
    return str(entity["abbreviation"]).lower()
