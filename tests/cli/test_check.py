"""`check` finds nothing in a sound database, and each thing that somebody breaks by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
from tests.world import World, named, post

NEVER_CHANGE = "ALTER TABLE {} DISABLE TRIGGER ALL"
GUARDS = (
    "ALTER TABLE invitations DROP CONSTRAINT ck_invitations_seats_taken",
    "ALTER TABLE meetings DROP CONSTRAINT ck_meetings_seats_taken",
    "DROP INDEX uq_registrations_person, uq_registrations_head",
    NEVER_CHANGE.format("events"),
    NEVER_CHANGE.format("agenda_versions"),
    NEVER_CHANGE.format("agenda_version_languages"),
)


@pytest.fixture
async def delegation(world: World, set_clock: Any) -> dict[str, Any]:
    """Two confirmed and one waiting on a quota of two; one item, one issued agenda."""
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    committee, entity = await world.committee(handle="coordination"), await world.entity()
    await world.membership(committee, entity)
    meeting = await world.scheduled(await world.meeting(committee))
    path = f"/v1/meetings/{meeting['id']}"
    await world.invitation(meeting, entity, seat_quota=2)
    for number in range(3):
        body = named(number, entity=entity["handle"], role="representative")
        await post(world.administrator, f"{path}/registrations", body)
    item = {"kind": "opening", "title": {"en": "Opening"}, "minutes": 10}
    agenda = await world.administrator.get(f"{path}/agenda")
    match = {"If-Match": agenda.headers["ETag"]}
    answer = await world.administrator.post(f"{path}/agenda/items", json=item, headers=match)
    assert answer.status_code == 201, answer.text
    match = {"If-Match": (await world.administrator.get(f"{path}/agenda")).headers["ETag"]}
    answer = await world.administrator.post(f"{path}/agenda/versions", json={}, headers=match)
    assert answer.status_code == 201, answer.text
    return {"meeting": meeting, "entity": entity}


async def test_a_sound_database_has_nothing_wrong(
    delegation: dict[str, Any], session: AsyncSession
) -> None:
    assert await wrongs(session) == []


BREAKS = {
    "seats of an invitation": (
        "UPDATE invitations SET seats_taken = 1",
        "invitation of {entity} to {meeting}: 1 seats are noted as taken, 2 are",
    ),
    "seats of a meeting": (
        "UPDATE meetings SET seats_taken = 7",
        "meeting {meeting}: 7 seats are noted as taken, 2 are",
    ),
    "oversold quota": (
        "UPDATE invitations SET seat_quota = 1",
        "invitation of {entity} to {meeting}: 2 are seated on a quota of 1",
    ),
    "a letter beyond the last": (
        "UPDATE invitations SET letter_number = 7",
        "meeting {meeting}: letter number 7 stands on 1 invitations, the last is 1",
    ),
    "a letter without a number": (
        "UPDATE invitations SET letter_number = NULL",
        "invitation of {entity} to {meeting}: it was sent and lacks a letter number",
    ),
    "somebody waits for nothing": (
        "UPDATE invitations SET seat_quota = 3",
        "meeting {meeting}: registration {waiting} waits although a seat is free",
    ),
    "two heads": (
        "UPDATE registrations SET role = 'head_of_delegation'",
        "meeting {meeting}: the delegation of {entity} has 3 heads",
    ),
    "registered twice": (
        (
            "UPDATE registrations SET person_id = (SELECT min(person_id::text)::uuid"
            " FROM registrations)"
        ),
        "meeting {meeting}: person {person} has 3 live registrations",
    ),
    "somebody who is nobody": (
        (
            "UPDATE people SET merged_into = (SELECT min(id::text)::uuid FROM people)"
            " WHERE id = (SELECT person_id FROM registrations WHERE status = 'waiting')"
        ),
        "registration {waiting}: it is of somebody who was merged into another",
    ),
    "state of a registration": (
        "UPDATE registrations SET status = 'withdrawn' WHERE status = 'waiting'",
        "registration {waiting} is withdrawn, and by the log waiting",
    ),
    "a place that was taken over by nobody": (
        (
            "UPDATE registrations SET predecessor_id = (SELECT min(id::text)::uuid FROM"
            " registrations WHERE status = 'confirmed') WHERE status = 'waiting'"
        ),
        "registration {waiting}: its place is not that of registration {first}, which it took",
    ),
    "state of a meeting": (
        "UPDATE meetings SET status = 'draft'",
        "meeting {meeting} is draft, and by the log scheduled",
    ),
    "state of an invitation": (
        "UPDATE invitations SET status = 'tentative'",
        "invitation {invitation} is tentative, and by the log accepted",
    ),
    "somebody is present who should not be": (
        (
            "INSERT INTO attendance (id, created_at, meeting_id, registration_id, joined_at,"
            " source)"
            " SELECT gen_random_uuid(), now(), meeting_id, id, now(), 'organizer'"
            " FROM registrations WHERE status = 'waiting'"
        ),
        "meeting {meeting}: registration {waiting} is waiting and its holder counts as present",
    ),
    "a name to sort by": (
        "UPDATE registrations SET name_key = 'x' WHERE status = 'waiting'",
        "registration {waiting}: its name is sorted as another",
    ),
    "issued bytes": (
        "UPDATE agenda_versions SET full_body = full_body || ' '::bytea",
        "agenda of {meeting}, version 1: the full bytes are not those that were issued",
    ),
    "bytes in a language": (
        "UPDATE agenda_version_languages SET public_body = ''::bytea",
        "agenda of {meeting} version 1 in en: the bytes are not those of their tag",
    ),
    "numbers of versions": (
        "UPDATE agenda_versions SET number = 2",
        "agenda of {meeting}: version 2 stands in place 1",
    ),
    "times": (
        "UPDATE meetings SET starts_at = starts_at + interval '1 hour'",
        (
            "meeting {meeting}: its start is kept as 2021-10-08T15:00:00+00:00, but"
            " 2021-10-08T10:00:00 in America/New_York is 2021-10-08T14:00:00+00:00"
        ),
    ),
    "a gap in the log": (
        "UPDATE events SET sequence = 5 WHERE id = (SELECT min(id::text)::uuid FROM events)",
        "the log: 4 numbers up to 5 are missing",
    ),
    "a follower ahead of the log": (
        "INSERT INTO followers (name, sequence) VALUES ('mail', 9)",
        "mail follows the log at 9, which it has not reached",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
async def test_what_is_broken_by_hand_is_found(
    delegation: dict[str, Any], session: AsyncSession, broken: str
) -> None:
    statement, sentence = BREAKS[broken]
    for guard in GUARDS:
        await session.execute(text(guard))
    await session.execute(text(statement))
    names = (
        await session.execute(
            text(
                "SELECT min(id::text) FILTER (WHERE queue_number = last) AS waiting,"
                " min(id::text) FILTER (WHERE status = 'confirmed') AS first,"
                " min(person_id::text) AS person, min(invitation_id::text) AS invitation FROM"
                " (SELECT *, max(queue_number) OVER () AS last FROM registrations) AS r"
            )
        )
    ).one()
    expected = sentence.format(
        meeting=delegation["meeting"]["handle"],
        entity=delegation["entity"]["handle"],
        **names._mapping,
    )
    found = await wrongs(session)
    assert [each for each in found if each == expected] == [expected], found


async def test_an_invitation_that_nobody_was_told_of_is_found(
    world: World, session: AsyncSession, set_clock: Any
) -> None:
    set_clock(datetime(2021, 9, 1, 12, tzinfo=UTC))
    committee, entity = await world.committee(), await world.entity()
    person = {"person": {"name": "Ms Rossi", "email": "rossi@example.org"}, "kind": "principal"}
    await post(world.administrator, f"/v1/entities/{entity['id']}/focal-points", person)
    meeting = await world.scheduled(await world.meeting(committee))
    invitation = await world.invitation(meeting, entity)
    assert await wrongs(session) == [], "the worker has not come so far yet"
    await session.execute(
        text(
            "UPDATE events SET sequence = n.number FROM"
            " (SELECT id, row_number() OVER (ORDER BY id) AS number FROM events) AS n"
            " WHERE n.id = events.id"
        )
    )
    await session.execute(text("INSERT INTO followers SELECT 'mail', max(sequence) FROM events"))
    assert await wrongs(session) == [
        f"invitation {invitation['id']} was sent and nobody is written to about it"
    ]
