"""A list takes the same SQL statements whether it shows one row or fifty: every list there is."""

from collections.abc import Mapping
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.events.relay import Following, Relay
from app.mail.listeners import FOLLOWER, Planner
from tests.contract.calls import BY_BRIEFING_LINK, operations
from tests.contract.scene import DAY, EARLY, Part
from tests.statements import counted
from tests.world import World

MANY = 50
COPIED: dict[str, dict[str, str]] = {
    "committees": {"handle": "'copy-' || n", "number": "NULL"},
    "entities": {"handle": "'copy-' || n", "abbreviation": "'COPY' || n"},
    "memberships": {"entity_id": "{entities}"},
    "people": {"email": "'copy' || n || '@example.org'", "account_id": "NULL"},
    "accounts": {"email": "NULL", "subject": "NULL", "issuer": "NULL"},
    "grants": {"committee_id": "{committees}"},
    "focal_points": {"person_id": "{people}", "grant_id": "{grants}", "kind": "'alternate'"},
    "tokens": {"token_hash": r"'\x' || md5('token' || n)"},
    "series": {},
    "meetings": {
        "handle": "'copy-' || n",
        "number": "n + 1000",
        "series_date": "date '2021-10-08' + n::int",
    },
    "agenda_items": {
        "position": "n + 100",
        "parent_id": "NULL",
        "working_group_id": "(SELECT max(i.working_group_id::text)::uuid FROM agenda_items i)",
    },
    "agenda_versions": {"number": "n + 100", "revision": "n + 100"},
    "sittings": {"begins": "n", "ends": "n + 1", "day": "20"},
    "agenda_revisions": {"revision": "n + 100"},
    "panels": {"item_id": "{agenda_items}"},
    "documents": {"symbol": "'COPY/' || n"},
    "panellists": {"position": "n", "role": "'panellist'"},
    "briefings": {
        "item_id": "{agenda_items}",
        "group_key": "md5('group' || n)::uuid",
        "briefer_key": "md5('briefer' || n)::uuid",
    },
    "form_versions": {"number": "n + 100"},
    "seat_pools": {"name": "'Copy ' || n", "for_observers": "false"},
    "invitations": {
        "entity_id": "{entities}",
        "seats_taken": "0",
        "letter_number": "n + 100",
    },
    "stored_files": {},
    "registration_exceptions": {},
    "registrations": {"person_id": "{people}", "queue_number": "n + 1000"},
    "attendance": {"registration_id": "{registrations}"},
    "decisions": {"number": "n + 100"},
    "action_items": {"number": "n + 100"},
    "links": {},
    "feeds": {},
    "events": {"sequence": "NULL"},
    "messages": {"event_id": "{messages}", "message_id": "'<' || n || '@example.org>'"},
    "suppressed_addresses": {"address": "'copy' || n || '@example.org'"},
    "incoming_mails": {"content_hash": r"'\\x' || md5('mail' || n)"},
}
"""What sets the copies of a table's row apart; `{table}` is the id of that table's copy."""

HOLIDAYS = [
    "INSERT INTO official_holidays (id, created_at, duty_station, day, name)"
    f' SELECT gen_random_uuid(), now(), {station}, {day}, \'{{"en": "Day"}}\''
    f" FROM generate_series(1, {MANY - 1}) AS n"
    for station, day in (
        ("'new-york'", "date '2021-01-01' + n::int"),
        ("'copy-' || n", "date '2021-01-01'"),
    )
]
"""Days of the part's duty station, and other stations."""

AT_LAST = {
    "listApprovals": "UPDATE registrations SET status = 'pending', pending_since = now()",
    "listBriefingDocumentsByLink": "UPDATE documents SET item_id = '{briefing_item}'"
    " WHERE id <> '{briefing_document_id}' AND access = 'public'",
}
"""Lists after all others, and what they need: that all wait for a decision, and so none is in the
lists of those who come; that the papers are the briefing's."""
HISTORY = text(
    """
    INSERT INTO registrations
    SELECT copy.*
      FROM generate_series(1, CAST(:many AS int)) AS n,
           (SELECT to_jsonb(r) AS row FROM registrations r WHERE id = :registration) AS first,
           jsonb_populate_record(NULL::registrations, row || jsonb_build_object(
               'id', md5('history' || n)::uuid, 'person_id', CAST(:person AS text),
               'queue_number', n + 5000,
               'meeting_id', CASE n WHEN CAST(:many AS int) THEN CAST(:meeting AS uuid)
                             ELSE md5('meetings' || n)::uuid END)) AS copy
    """
)
"""One person at every meeting."""

BASES = {
    "committees": "c",
    "entities": "e",
    "memberships": "membership_id",
    "people": "person_id",
    "accounts": "account_id",
    "grants": "grant_id",
    "focal_points": "focal_point_id",
    "tokens": "token_id",
    "series": "series_id",
    "meetings": "m",
    "agenda_items": "item_id",
    "sittings": "sitting_id",
    "panels": "p",
    "documents": "published_id",
    "panellists": "x",
    "briefings": "b",
    "seat_pools": "pool_id",
    "invitations": "invitation_id",
    "stored_files": "file_id",
    "registration_exceptions": "exception_id",
    "registrations": "registration_id",
    "links": "link_id",
    "feeds": "feed_id",
    "attendance": "attendance_id",
    "decisions": "decision_id",
    "action_items": "action_id",
    "messages": "message_id",
    "suppressed_addresses": "address_id",
}
"""Which row is copied: the one of the part; of other tables any of the meeting."""


@pytest.fixture
async def crowded(world: World, set_clock) -> Part:
    """A part of the world in which there is more than enough of everything."""
    set_clock(EARLY)
    part = await Part.made(world)
    set_clock(DAY)
    await part.open()
    relay = Relay(world.app.state.database, [Following(FOLLOWER, Planner("example.org"))])
    while await relay.advance():
        pass
    async with world.app.state.database.transaction() as session:
        for table, members in COPIED.items():
            base = part.ids.get(BASES.get(table, ""))
            which = f"id = '{base}'" if base else f"meeting_id = '{part.ids['m']}'"
            await session.execute(text(copying(table, members, which)))
        of_one = {
            "many": MANY,
            "registration": UUID(part.ids["registration_id"]),
            "person": part.ids["person_id"],
            "meeting": UUID(part.ids["m"]),
        }
        await session.execute(HISTORY, of_one)
        for holiday in HOLIDAYS:
            await session.execute(text(holiday))
        await session.execute(text("UPDATE registrations SET listed = 'yes'"))
    return part


def copying(table: str, members: Mapping[str, str], which: str) -> str:
    """SQL that copies the row of a table, with other ids."""
    ids = {name: f"md5('{name}' || n)::uuid" for name in COPIED}
    apart = {"id": ids[table]} | {name: sql.format_map(ids) for name, sql in members.items()}
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in apart.items())
    return (
        f"INSERT INTO {table} SELECT copy.* FROM generate_series(1, {MANY - 1}) AS n,"
        f" (SELECT to_jsonb(t) AS row FROM {table} AS t WHERE {which} LIMIT 1) AS first,"
        f" jsonb_populate_record(NULL::{table}, row || jsonb_build_object({pairs})) AS copy"
    )


async def test_every_list_takes_as_many_statements_for_one_row_as_for_fifty(
    crowded: Part, world: World, app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    lists = {
        name: path.format_map(crowded.ids)
        for name, (method, path, described) in operations(app.openapi()).items()
        if method == "GET" and "Page_" in str(described["responses"]["200"].get("content", ""))
    }
    assert len(lists) == 53
    panellist = await world.client(await crowded.panellist_session())
    shown = {}
    differing = {}
    for name, path in sorted(lists.items(), key=lambda each: each[0] in AT_LAST):
        if name in AT_LAST:
            async with world.app.state.database.transaction() as session:
                await session.execute(text(AT_LAST[name].format_map(crowded.ids)))
        client = anonymous if path.startswith("/v1/public") else world.administrator
        client = panellist if path.startswith("/v1/panellists") else client
        link = {"Briefing-Link": crowded.secrets["briefing_link"]}
        headers = link if name in BY_BRIEFING_LINK else {}
        taken = []
        for limit in (1, MANY):
            with counted(app) as statements:
                query = {"limit": str(limit)}
                if name == "listTokens":
                    query["account"] = crowded.ids["account_id"]
                answer = await client.get(path, params=query, headers=headers)
            assert answer.status_code == 200, (name, answer.text)
            taken.append((len(answer.json()["items"]), len(statements)))
        shown[name] = [rows for rows, _ in taken]
        if taken[0][1] != taken[1][1]:
            differing[name] = taken
    others = {"listEarlierDelegations": [1, MANY - 1]}  # the part's own meeting is none of them
    assert shown == dict.fromkeys(lists, [1, MANY]) | others
    assert differing == {}
