"""HTTP for what is kept about people, and its end."""

from typing import Any

from fastapi import Request, status

from app.core import clock
from app.core.imports import DryRun
from app.core.openapi import raises, takes_if_match
from app.core.preconditions import accept_match
from app.core.routes import Session, router_for
from app.meetings.access import MeetingSecrets, OrganizedMeeting
from app.privacy import erasing, queries, service
from app.privacy.access import KeptPerson, PersonToAnonymize, PersonToHold, PersonToTell
from app.privacy.declared import TABLES, Declared
from app.privacy.erasing import Subject
from app.privacy.problems import AnonymizationPrevented, PersonIsAnonymous
from app.privacy.schemas import (
    AnonymizationOut,
    HeldDataOut,
    HeldTable,
    LegalHoldOut,
    LegalHoldWrite,
    PrivacyFieldOut,
    PrivacyFieldsOut,
)

router = router_for("privacy")
PERSON = "/entities/{e}/people/{person_id}"
OF_PERSON = f"{PERSON}/legal-hold"
OF_MEETING = "/meetings/{m}/legal-hold"
LONGEST_LOG = 10_000


@router.get("/privacy/fields", operation_id="listPrivacyFields", openapi_extra={"x-public": True})
async def list_fields(request: Request) -> PrivacyFieldsOut:
    """Read every field that may hold personal data: for what, who sees it, until when."""
    settings = request.app.state.settings
    return PrivacyFieldsOut(
        retention_days=settings.retention_days,
        answers_hours=settings.answers_hours,
        unmatched_days=settings.unmatched_days,
        fields=[each for declared in TABLES for each in _fields(declared)],
    )


@router.get(f"{PERSON}/held-data", operation_id="getHeldData")
async def get_held_data(session: Session, view: PersonToTell) -> HeldDataOut:
    """Read everything that is held about a person, with the purpose of each field.

    It is complete by construction: what is exported and what is erased follow from one declaration.
    The entity itself reads nothing that is another's too, such as an account by which somebody acts
    for two, and nothing that organizers alone were asked or have said.
    """
    ids = [each.id for each in await queries.lock_people(session, view.person.id)]
    for_entity = not view.caller.is_administrator
    subject = await queries.find_subject(session, ids, lone=for_entity)
    return HeldDataOut(
        person_id=view.person.id,
        as_of=clock.now(),
        tables=[
            await _held(session, each, subject, for_entity=for_entity)
            for each in TABLES
            if each.of_people is not None
        ],
        log=[row._asdict() for row in await queries.list_log(session, subject, LONGEST_LOG)],
    )


@router.post(
    f"{PERSON}/anonymize",
    operation_id="anonymizePerson",
    responses=raises(AnonymizationPrevented, PersonIsAnonymous),
)
async def anonymize_person(
    session: Session, view: PersonToAnonymize, *, dry_run: DryRun = False
) -> AnonymizationOut:
    """Erase for good all that says who somebody was; figures, seats and the log stay true.

    Not while the person is registered for a meeting that is not over, acts for the entity, or a
    legal hold forbids it; a rehearsal says what would be erased and what stands in the way.
    """
    work = service.plan if dry_run else service.anonymize
    return AnonymizationOut.of_result(await work(session, view.person), dry_run=dry_run)


@router.get(OF_PERSON, operation_id="getPersonHold")
async def get_person_hold(session: Session, view: KeptPerson) -> LegalHoldOut:
    """Read whether there is a legal hold on a person."""
    return LegalHoldOut.of_hold(await queries.find_hold(session, person_id=view.person.id))


@router.put(
    OF_PERSON,
    operation_id="putPersonHold",
    responses=raises(PersonIsAnonymous),
    openapi_extra=takes_if_match(),
)
async def put_person_hold(
    session: Session, view: PersonToHold, body: LegalHoldWrite, request: Request
) -> LegalHoldOut:
    """Place a legal hold on a person, or say otherwise why: they are not anonymized meanwhile."""
    accept_match(request, await get_person_hold(session, view))
    if view.person.anonymized_at is not None:
        raise PersonIsAnonymous("The person was anonymized: nothing is left to be held.")
    hold = await service.place_hold(
        session, body.reason, view.caller.account_id, person=view.person
    )
    return LegalHoldOut.of_hold(hold)


@router.delete(OF_PERSON, operation_id="liftPersonHold", status_code=status.HTTP_204_NO_CONTENT)
async def lift_person_hold(session: Session, view: PersonToHold) -> None:
    """Lift the legal hold on a person; that it was there, and why, stays in the log."""
    await service.lift_hold(session, person=view.person)


@router.get(OF_MEETING, operation_id="getMeetingHold")
async def get_meeting_hold(session: Session, view: MeetingSecrets) -> LegalHoldOut:
    """Read whether there is a legal hold on a meeting."""
    return LegalHoldOut.of_hold(await queries.find_hold(session, meeting_id=view.meeting.id))


@router.put(OF_MEETING, operation_id="putMeetingHold", openapi_extra=takes_if_match())
async def put_meeting_hold(
    session: Session, view: OrganizedMeeting, body: LegalHoldWrite, request: Request
) -> LegalHoldOut:
    """Place a legal hold on a meeting, or say otherwise why.

    Nothing of it is erased, and nobody who was registered for it is anonymized, until it is lifted.
    """
    accept_match(request, await get_meeting_hold(session, view))
    hold = await service.place_hold(
        session, body.reason, view.caller.account_id, meeting=view.meeting
    )
    return LegalHoldOut.of_hold(hold)


@router.delete(OF_MEETING, operation_id="liftMeetingHold", status_code=status.HTTP_204_NO_CONTENT)
async def lift_meeting_hold(session: Session, view: OrganizedMeeting) -> None:
    """Lift the legal hold on a meeting; that it was there, and why, stays in the log."""
    await service.lift_hold(session, meeting=view.meeting)


async def _held(
    session: Session, declared: Declared, subject: Subject, *, for_entity: bool
) -> HeldTable:
    rows: Any = await erasing.held(session, declared, subject, for_entity=for_entity)
    purposes = {name: each.purpose for name, each in declared.personal.items() if not each.withheld}
    return HeldTable(table=declared.table, purposes=purposes, rows=list(rows))


def _fields(declared: Declared) -> list[PrivacyFieldOut]:
    return [
        PrivacyFieldOut(
            table=declared.table,
            field=name,
            purpose=each.purpose,
            seen=each.seen,
            kept=each.kept,
            exported=declared.of_people is not None and not each.withheld,
        )
        for name, each in declared.personal.items()
    ]
