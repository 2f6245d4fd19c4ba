"""Follows the log and plans a mail for everybody whom a fact concerns."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.writer import Method
from app.committees.queries import committee_line
from app.core import clock
from app.core.ids import new_id
from app.entities.queries import focal_people
from app.events.tables import LogEntry
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.mail import briefing, organizing, queries, speaking
from app.mail.acts import concerned, rows_of_act
from app.mail.letters import METHODS
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.many import invitations_sent, registrations_confirmed, store
from app.mail.merging import WINDOWED
from app.mail.policy import join_link_expires_at, link_expires_at
from app.mail.queries import Addressee
from app.mail.reminding import plan_digest, plan_reminder
from app.meetings.tables import Meeting
from app.registrations.lifecycle import Participation, RegistrationStatus
from app.registrations.tables import Registration, RegistrationException

FOLLOWER = "mail"
_WITH_ENTRY = [kind for kind, method in METHODS.items() if method is Method.REQUEST]
"""Kinds that put an entry into the calendar of whoever is registered."""
RENEWAL_PAUSE = timedelta(minutes=1)
"""No more than one fresh link a person in so long, however often it is asked for."""
DECLINE_PAUSE = timedelta(hours=1)
"""Nor more than one mail about somebody who declines, however often a calendar changes its mind."""


class Planner:
    """A handler of log entries; handling one again plans nothing twice."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        """Message-IDs end in it."""

    async def __call__(self, session: AsyncSession, entry: LogEntry) -> None:
        if (several := _TOGETHER.get(entry.name)) is not None:
            await several(self, session, [entry])
        elif (listener := _LISTENERS.get(entry.name)) is not None:
            await listener(self, session, entry)
        await speaking.follow(session, entry, self._domain)
        await briefing.follow(session, entry, self._domain)
        await organizing.follow(session, entry, self._domain)

    async def together(self, session: AsyncSession, entries: Sequence[LogEntry]) -> None:
        """Runs of the facts that come in hundreds take a few statements, not a few each."""
        for name, run in groupby(entries, key=lambda entry: entry.name):
            if (several := _TOGETHER.get(name)) is not None:
                same = list(run)
                await several(self, session, same)
                for entry in {each.meeting_id: each for each in same}.values():
                    await speaking.follow(session, entry, self._domain)
                    await briefing.follow(session, entry, self._domain)
                continue
            for entry in run:
                await self(session, entry)

    async def invitation_withdrawn(self, session: AsyncSession, entry: LogEntry) -> None:
        found = await self._acting(session, entry.subject_id)
        if found is None:
            return
        meeting, addressees = found
        kind = MessageKind.INVITATION_WITHDRAWN
        await self._plan(session, entry, kind, meeting.id, addressees)

    async def link_renewal_asked(self, session: AsyncSession, entry: LogEntry) -> None:
        """To the address that the old link went to, never to one that the asker names."""
        old = await session.get(Link, entry.subject_id)
        if old is not None and old.purpose is LinkPurpose.SPEAK_ON_PANEL:
            await speaking.link_renewal_asked(session, entry, old, self._domain)
            return
        found = await queries.find_invited(session, old.resource_id) if old else None
        if old is None or old.person_id is None or found is None:
            return
        invitation, entity, meeting = found
        since = clock.now() - RENEWAL_PAUSE
        if await queries.renewed_since(session, invitation.id, old.person_id, since):
            return
        line = await committee_line(session, meeting.committee_id)
        acting = await focal_people(session, entity.id, line, lock=True)
        people = [person for person in acting if person.id == old.person_id]
        addressees = [Addressee(p, entity.language, invitation_id=invitation.id) for p in people]
        await self._invite(session, entry, MessageKind.LINK_RENEWED, meeting, addressees)

    async def link_code_asked(self, session: AsyncSession, entry: LogEntry) -> None:
        """To the address that the link went to; the code itself is made when it is sent."""
        link = await session.get(Link, entry.subject_id)
        if link is not None and link.purpose is LinkPurpose.SPEAK_ON_PANEL:
            await speaking.link_code_asked(session, entry, link, self._domain)
            return
        found = await queries.find_invited(session, link.resource_id) if link else None
        if link is None or found is None:
            return
        invitation, entity, meeting = found
        line = await committee_line(session, meeting.committee_id)
        acting = await focal_people(session, entity.id, line, lock=True)
        people = [person for person in acting if person.id == link.person_id]
        addressees = [Addressee(p, entity.language, invitation_id=invitation.id) for p in people]
        data = {"link_id": str(link.id), "code_asked_at": entry.data["asked_at"]}
        await self._plan(session, entry, MessageKind.LINK_CODE, meeting.id, addressees, data)

    async def registration_waiting(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_to_registered(session, entry, MessageKind.REGISTRATION_WAITING)

    async def registration_pending(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_to_registered(session, entry, MessageKind.REGISTRATION_PENDING)

    async def registration_rejected(self, session: AsyncSession, entry: LogEntry) -> None:
        """The person hears why, and so do the focal points, who may name somebody else."""
        kind = MessageKind.REGISTRATION_REJECTED
        found = await queries.find_registered(session, entry.subject_id)
        if found is None:
            return
        registration, addressee = found
        others = await self._focal_points(session, registration)
        known = [each for each in others if each.person.id != addressee.person.id]
        await self._plan(session, entry, kind, registration.meeting_id, [addressee, *known])

    async def _focal_points(
        self, session: AsyncSession, registration: Registration
    ) -> list[Addressee]:
        """Of the entity, about somebody of theirs."""
        invited = await queries.find_invited(session, registration.invitation_id)
        if invited is None:
            return []
        _, entity, meeting = invited
        line = await committee_line(session, meeting.committee_id)
        people = await focal_people(session, entity.id, line, lock=True)
        about = registration.id
        return [Addressee(p, entity.language, registration_id=about) for p in people]

    async def registration_withdrawn(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_to_registered(session, entry, MessageKind.REGISTRATION_WITHDRAWN)

    async def registration_substituted(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_to_registered(session, entry, MessageKind.REGISTRATION_SUBSTITUTED)

    async def registration_readdressed(self, session: AsyncSession, entry: LogEntry) -> None:
        """The new address gets entry and link anew; the old one hears that its entry goes."""
        found = await queries.find_registered(session, entry.subject_id)
        if found is None:
            return
        registration, addressee = found
        await queries.revoke_stray_links(session, registration, clock.now())
        if registration.status is RegistrationStatus.WAITING:
            await self.registration_waiting(session, entry)
        if registration.status is RegistrationStatus.OFFERED:
            kind = MessageKind.SEAT_OFFERED
            await self._plan(session, entry, kind, registration.meeting_id, [addressee])
        if registration.status is not RegistrationStatus.CONFIRMED:
            return
        old = await queries.address_of_entry(session, registration.id, _WITH_ENTRY)
        await registrations_confirmed(self, session, [entry])
        if old is not None and old != addressee.person.email:
            kind, now = MessageKind.REGISTRATION_READDRESSED, clock.now()
            row = self.row(entry, kind, registration.meeting_id, addressee, now)
            await store(session, [row | {"recipient": old}])

    async def seat_offered(self, session: AsyncSession, entry: LogEntry) -> None:
        """To the person, and to the focal points with a link by which they accept it."""
        found = await self._registered_and_asked(session, entry)
        if found is None:
            return
        meeting, registration, own, others = found
        kind = MessageKind.SEAT_OFFERED
        planned = await self._plan(session, entry, kind, meeting.id, [own, *others])
        expires_at = link_expires_at(meeting.registration_closes_at, meeting.ends_at, clock.now())
        if (ends_at := registration.offer_ends_at) is not None:
            expires_at = max(expires_at, ends_at)
        _link(session, [each for each in others if each.person.id in planned], expires_at)

    async def credentials_returned(self, session: AsyncSession, entry: LogEntry) -> None:
        """With a link that works until the end, as long as they are taken."""
        found = await self._acting(session, UUID(entry.data["invitation_id"]))
        if found is not None:
            meeting, addressees = found
            kind = MessageKind.CREDENTIALS_RETURNED
            planned = await self._plan(session, entry, kind, meeting.id, addressees)
            told = [each for each in addressees if each.person.id in planned]
            _link(session, told, meeting.ends_at)

    async def exception_granted(self, session: AsyncSession, entry: LogEntry) -> None:
        """With a link that works as long as people are let in late."""
        found = await self._acting(session, UUID(entry.data["invitation_id"]))
        if found is not None:
            meeting, addressees = found
            kind, now = MessageKind.EXCEPTION_GRANTED, clock.now()
            planned = await self._plan(session, entry, kind, meeting.id, addressees)
            told = [each for each in addressees if each.person.id in planned]
            usual = link_expires_at(meeting.registration_closes_at, meeting.ends_at, now)
            _link(session, told, max(usual, datetime.fromisoformat(entry.data["until"])))

    async def exception_revoked(self, session: AsyncSession, entry: LogEntry) -> None:
        """Where it still let somebody in, for nobody misses what was used up or over."""
        ended = await session.get(RegistrationException, entry.subject_id)
        found = await self._acting(session, UUID(entry.data["invitation_id"]))
        if found is not None and ended is not None and ended.took_places:
            meeting, addressees = found
            await self._plan(session, entry, MessageKind.EXCEPTION_REVOKED, meeting.id, addressees)

    async def _acting(
        self, session: AsyncSession, invitation_id: UUID
    ) -> tuple[Meeting, list[Addressee]] | None:
        """Who acts for an entity, about its invitation; nobody hears of one that is a draft."""
        found = await queries.find_invited(session, invitation_id)
        if found is None or found[0].sent_at is None:
            return None
        invitation, entity, meeting = found
        line = await committee_line(session, meeting.committee_id)
        people = await focal_people(session, entity.id, line, lock=True)
        return meeting, [Addressee(p, entity.language, invitation.id) for p in people]

    async def seat_lost(self, session: AsyncSession, entry: LogEntry) -> None:
        """An offer that expired, or a seat that was cut: to the person and the focal points."""
        found = await self._registered_and_asked(session, entry)
        if found is not None:
            meeting, _, own, others = found
            others = [replace(each, invitation_id=None) for each in others]
            data = {name: entry.data[name] for name in ("was",) if name in entry.data}
            kind = _LOSSES[entry.name]
            await self._plan(session, entry, kind, meeting.id, [own, *others], data)

    async def _registered_and_asked(
        self, session: AsyncSession, entry: LogEntry
    ) -> tuple[Meeting, Registration, Addressee, list[Addressee]] | None:
        """Who is registered, and who else acts for the entity, about that registration."""
        found = await queries.find_registered(session, entry.subject_id)
        invited = found and await queries.find_invited(session, found[0].invitation_id)
        if not found or not invited:
            return None
        registration, own = found
        invitation, entity, meeting = invited
        line = await committee_line(session, meeting.committee_id)
        people = await focal_people(session, entity.id, line, lock=True)
        others = [
            Addressee(p, entity.language, invitation.id, registration.id)
            for p in people
            if p.id != own.person.id
        ]
        return meeting, registration, own, others

    async def registration_replied(self, session: AsyncSession, entry: LogEntry) -> None:
        """A seat is the entity's: its focal points hear of somebody who declines."""
        if entry.data.get("participation") != Participation.DECLINED.value:
            return
        since = clock.now() - DECLINE_PAUSE
        if await queries.decline_told_since(session, entry.subject_id, since):
            return
        found = await queries.find_registered(session, entry.subject_id)
        if found is None:
            return
        kind, meeting_id = MessageKind.ATTENDEE_DECLINED, found[0].meeting_id
        addressees = await self._focal_points(session, found[0])
        await self._plan(session, entry, kind, meeting_id, addressees)

    async def counter_declined(self, session: AsyncSession, entry: LogEntry) -> None:
        found = await queries.find_registered(session, UUID(entry.data["registration_id"]))
        if found is not None:
            registration, addressee = found
            kind = MessageKind.COUNTER_DECLINED
            await self._plan(session, entry, kind, registration.meeting_id, [addressee])

    async def meeting_rescheduled(self, session: AsyncSession, entry: LogEntry) -> None:
        meeting = await session.get(Meeting, entry.subject_id)
        if meeting is None:
            return
        asked, registered = await self._write_to_all(
            session, entry, MessageKind.MEETING_CHANGED, meeting
        )
        await _move_answer_links(session, meeting, asked)
        registrations = [r.registration_id for r in registered if r.registration_id is not None]
        await identity.move_links(session, registrations, join_link_expires_at(meeting.ends_at))

    async def meeting_postponed(self, session: AsyncSession, entry: LogEntry) -> None:
        if meeting := await session.get(Meeting, entry.subject_id):
            await self._write_to_all(session, entry, MessageKind.MEETING_POSTPONED, meeting)

    async def meeting_cancelled(self, session: AsyncSession, entry: LogEntry) -> None:
        if meeting := await session.get(Meeting, entry.subject_id):
            await self._write_to_all(session, entry, MessageKind.MEETING_CANCELLED, meeting)

    async def series_rescheduled(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_of_act(session, entry, MessageKind.MEETING_CHANGED)

    async def series_cancelled(self, session: AsyncSession, entry: LogEntry) -> None:
        await self._write_of_act(session, entry, MessageKind.MEETING_CANCELLED)

    async def meeting_changed(self, session: AsyncSession, entry: LogEntry) -> None:
        """Links to answer end with the deadline, so they move with it; people are written to about
        what stands in their calendars.
        """
        meeting = await session.get(Meeting, entry.subject_id)
        if meeting is None:
            return
        if "registration_closes_at" in entry.data.get("changes", {}):
            line = await committee_line(session, meeting.committee_id)
            asked = await queries.focal_points_of_invited(session, meeting, line)
            await _move_answer_links(session, meeting, asked)
        if _is_to_be_told(entry):
            await self._write_to_all(session, entry, MessageKind.MEETING_UPDATED, meeting)

    async def agenda_issued(self, session: AsyncSession, entry: LogEntry) -> None:
        meeting = await session.get(Meeting, entry.meeting_id)
        if meeting is not None and _is_to_be_told(entry):
            await self._write_to_all(session, entry, MessageKind.AGENDA_ISSUED, meeting)

    async def room_changed(self, session: AsyncSession, entry: LogEntry) -> None:
        """Only those whose entry leads there are written to, and never where the room is."""
        if not _is_to_be_told(entry):
            return
        seated = await queries.registered_before(
            session, entry.subject_id, entry.recorded_at, [RegistrationStatus.CONFIRMED]
        )
        await self._plan(session, entry, MessageKind.MEETING_UPDATED, entry.subject_id, seated)

    async def focal_point_named(self, session: AsyncSession, entry: LogEntry) -> None:
        """Whoever begins to act for an entity gets the invitations that went out before."""
        assert entry.entity_id is not None, "a focal point acts for an entity"
        person_id = UUID(entry.data["person_id"])
        to_come = await queries.list_invitations_to_come(session, entry.entity_id, clock.now())
        for invitation, entity, meeting in to_come:
            if invitation.sent_at is None or invitation.sent_at > entry.recorded_at:
                continue
            line = await committee_line(session, meeting.committee_id)
            acting = await focal_people(session, entity.id, line, lock=True)
            if await queries.was_invited(session, invitation.id, person_id):
                continue
            addressees = [
                Addressee(person, entity.language, invitation_id=invitation.id)
                for person in acting
                if person.id == person_id
            ]
            await self._invite(session, entry, MessageKind.INVITATION, meeting, addressees)

    async def reminder_due(self, session: AsyncSession, entry: LogEntry) -> None:
        await plan_reminder(session, entry, self._domain)

    async def digest_due(self, session: AsyncSession, entry: LogEntry) -> None:
        await plan_digest(session, entry, self._domain)

    async def _invite(
        self,
        session: AsyncSession,
        entry: LogEntry,
        kind: MessageKind,
        meeting: Meeting,
        addressees: Sequence[Addressee],
    ) -> None:
        """A mail and a link of their own for each, both or neither."""
        expires_at = link_expires_at(meeting.registration_closes_at, meeting.ends_at, clock.now())
        planned = await self._plan(session, entry, kind, meeting.id, addressees)
        _link(session, [each for each in addressees if each.person.id in planned], expires_at)

    async def _write_to_registered(
        self, session: AsyncSession, entry: LogEntry, kind: MessageKind
    ) -> None:
        found = await queries.find_registered(session, entry.subject_id)
        if found is not None:
            registration, addressee = found
            await self._plan(session, entry, kind, registration.meeting_id, [addressee])

    async def _write_to_all(
        self, session: AsyncSession, entry: LogEntry, kind: MessageKind, meeting: Meeting
    ) -> tuple[list[Addressee], list[Addressee]]:
        """Those registered, and the focal points of invited entities: each person once. Of an act
        on a whole series the others hear by the act.
        """
        asked, registered, others = await concerned(session, entry, meeting)
        told = [*registered, *others]
        if entry.data.get("act") is not None:
            told = [addressee for addressee in registered if addressee.seated]
        await self._plan(session, entry, kind, meeting.id, told)
        return asked, registered

    async def _write_of_act(
        self, session: AsyncSession, entry: LogEntry, kind: MessageKind
    ) -> None:
        """Each goes out with what waits about the first of its meetings."""
        rows = await rows_of_act(self, session, entry, kind)
        now = clock.now()
        due = {m: await _due(session, kind, m, now) for m in {row["meeting_id"] for row in rows}}
        for row in rows:
            row["due_at"] = due[row["meeting_id"]](row["person_id"])
        await store(session, rows)

    async def _plan(
        self,
        session: AsyncSession,
        entry: LogEntry,
        kind: MessageKind,
        meeting_id: UUID,
        addressees: Sequence[Addressee],
        data: Mapping[str, Any] | None = None,
    ) -> set[UUID]:
        """Add a message for each person who has none of this kind because of this entry.

        Gives the ids of the people for whom one was added.
        """
        if not addressees:
            return set()
        now = clock.now()
        due = await _due(session, kind, meeting_id, now)
        rows = [self.row(entry, kind, meeting_id, each, now) for each in addressees]
        for row in rows:
            row |= {"due_at": due(row["person_id"]), "data": dict(data or {})}
        added = await store(session, rows)
        return {person_id for _, person_id in added if person_id is not None}

    def row(
        self,
        entry: LogEntry,
        kind: MessageKind,
        meeting_id: UUID,
        addressee: Addressee,
        now: datetime,
    ) -> dict[str, Any]:
        message_id = new_id()
        return {
            "id": message_id,
            "created_at": now,
            "event_id": entry.id,
            "kind": kind,
            "meeting_id": meeting_id,
            "invitation_id": addressee.invitation_id,
            "registration_id": addressee.registration_id,
            "person_id": addressee.person.id,
            "recipient": addressee.person.email,
            "language": addressee.person.language or addressee.language,
            "message_id": f"<{message_id}@{self._domain}>",
            "state": MessageState.PLANNED,
            "data": {},
            "due_at": now,
            "attempts": 0,
        }


def _link(session: AsyncSession, told: Sequence[Addressee], expires_at: datetime) -> None:
    """A link to answer for each who is told about an invitation."""
    purpose = LinkPurpose.ANSWER_INVITATION
    for each in told:
        if each.invitation_id is not None:
            identity.create_link(session, purpose, each.invitation_id, each.person.id, expires_at)


def _is_to_be_told(entry: LogEntry) -> bool:
    """A change that calendars must show, and that nobody wanted made silently."""
    return entry.data.get("calendar_sequence") is not None and not entry.data.get("silent")


async def _due(
    session: AsyncSession, kind: MessageKind, meeting_id: UUID, now: datetime
) -> Callable[[UUID], datetime]:
    """When each person's mail goes out: at once, or with what of this meeting waits for them."""
    if kind not in WINDOWED:
        return lambda _: now
    end = now + await queries.notice_window(session, meeting_id)
    waiting = await queries.waiting_until(session, meeting_id, WINDOWED, now)
    return lambda person_id: waiting.get(person_id, end)


async def _move_answer_links(
    session: AsyncSession, meeting: Meeting, asked: Sequence[Addressee]
) -> None:
    expires_at = link_expires_at(meeting.registration_closes_at, meeting.ends_at, clock.now())
    invitations = [a.invitation_id for a in asked if a.invitation_id is not None]
    await identity.move_links(session, invitations, expires_at)


_LOSSES = {
    "registration.offer_expired": MessageKind.OFFER_EXPIRED,
    "registration.unseated": MessageKind.REGISTRATION_UNSEATED,
}
_TOGETHER: Mapping[str, Callable[[Planner, AsyncSession, Sequence[LogEntry]], Awaitable[None]]] = {
    "invitation.sent": invitations_sent,
    "registration.confirmed": registrations_confirmed,
    "registration.promoted": registrations_confirmed,
    "registration.offer_accepted": registrations_confirmed,
}
_LISTENERS: Mapping[str, Callable[[Planner, AsyncSession, LogEntry], Awaitable[None]]] = {
    "invitation.withdrawn": Planner.invitation_withdrawn,
    "link.renewal_asked": Planner.link_renewal_asked,
    "link.code_asked": Planner.link_code_asked,
    "registration.waiting": Planner.registration_waiting,
    "registration.pending": Planner.registration_pending,
    "registration.rejected": Planner.registration_rejected,
    "registration.withdrawn": Planner.registration_withdrawn,
    "registration.substituted": Planner.registration_substituted,
    "registration.readdressed": Planner.registration_readdressed,
    "registration.replied": Planner.registration_replied,
    "registration.offered": Planner.seat_offered,
    "registration.offer_expired": Planner.seat_lost,
    "registration.unseated": Planner.seat_lost,
    "credentials.returned": Planner.credentials_returned,
    "registration_exception.granted": Planner.exception_granted,
    "registration_exception.revoked": Planner.exception_revoked,
    "incoming_mail.counter_declined": Planner.counter_declined,
    "focal_point.named": Planner.focal_point_named,
    "meeting.changed": Planner.meeting_changed,
    "meeting.room_changed": Planner.room_changed,
    "agenda.issued": Planner.agenda_issued,
    "meeting.rescheduled": Planner.meeting_rescheduled,
    "meeting.postponed": Planner.meeting_postponed,
    "meeting.cancelled": Planner.meeting_cancelled,
    "reminder.due": Planner.reminder_due,
    "reminder.asked": Planner.reminder_due,
    "digest.due": Planner.digest_due,
    "series.rescheduled": Planner.series_rescheduled,
    "series.cancelled": Planner.series_cancelled,
}
