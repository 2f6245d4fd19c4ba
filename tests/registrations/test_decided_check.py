"""`check` finds what somebody breaks of decisions, exceptions, credentials and files by hand."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.check import wrongs
from tests.registrations.approving import AFTER, EARLY, Office
from tests.world import World, post

GUARDS = (
    "ALTER TABLE registrations DROP CONSTRAINT ck_registrations_decided",
    "ALTER TABLE registration_exceptions DROP CONSTRAINT ck_registration_exceptions_used",
    "ALTER TABLE stored_files DROP CONSTRAINT ck_stored_files_content",
)
BREAKS = {
    "UPDATE registration_exceptions SET used = 2": (
        "exception {exception}: 2 are noted as used of 1, 1 came under it"
    ),
    "UPDATE registrations SET exception_id = NULL": (
        "exception {exception}: 1 are noted as used of 1, 0 came under it"
    ),
    "UPDATE registration_exceptions SET invitation_id = '{other}'": (
        "registration {registration} came under an exception for another delegation"
    ),
    "UPDATE registrations SET decision = 'rejected'": (
        "registration {registration} is pending, and the decision about it is rejected"
    ),
    "UPDATE stored_files SET content = content || ' '": (
        "file {file}: its bytes are not those that were handed in"
    ),
    "UPDATE stored_files f SET entity_id = i.entity_id FROM invitations i WHERE i.id = '{other}'": (
        "credentials {credentials}: their file is of another entity or another meeting"
    ),
    "UPDATE registrations SET status = 'withdrawn'": (
        "registration {registration} is withdrawn, and by the log pending"
    ),
}


async def test_what_is_broken_by_hand_is_found(
    world: World, session: AsyncSession, set_clock
) -> None:
    set_clock(EARLY)
    office = await Office.of(world, approval={"all": True})
    other = await world.invitation(office.meeting, await world.entity())
    set_clock(AFTER)
    granted = {"persons": 1, "until": "2021-10-08T10:00:00Z", "reason": "Visas."}
    exception = await post(office.organizer, f"{office.invited}/exceptions", granted)
    made = await office.register(0)
    handed_in = await office.focal_point.post(
        f"{office.invited}/files?name=a.pdf",
        content=b"%PDF-",
        headers={"content-type": "application/pdf"},
    )
    file_id = handed_in.json()["id"]
    await office.focal_point.put(f"{office.invited}/credentials", json={"file_id": file_id})
    assert await wrongs(session) == []
    credentials = (await session.execute(text("SELECT id FROM credentials"))).scalar_one()
    ids = {
        "exception": exception["id"],
        "registration": made["id"],
        "other": other["id"],
        "file": file_id,
        "credentials": credentials,
    }
    for guard in GUARDS:
        await session.execute(text(guard))
    for statement, sentence in BREAKS.items():
        broken = await session.begin_nested()
        await session.execute(text(statement.format_map(ids)))
        assert sentence.format_map(ids) in await wrongs(session), statement
        await broken.rollback()
