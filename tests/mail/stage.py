"""A meeting with an invited entity and its people, made from the inside and moved by events."""

import email
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from app.agenda import edits, versions
from app.agenda.edits import Entry
from app.agenda.saving import load_agenda
from app.agenda.schemas import ItemWrite
from app.agenda.tree import WorkingAgenda
from app.committees.tables import Committee
from app.core import clock
from app.core.database import Database
from app.core.ids import new_id
from app.entities import service as entities
from app.entities.lifecycle import FocalPointKind
from app.entities.queries import find_focal_point, list_focal_points
from app.entities.tables import Entity, Person
from app.events import record
from app.events.relay import Following, Relay
from app.identity import service as identity
from app.identity.events import LinkRenewalAsked
from app.identity.lifecycle import LinkPurpose
from app.identity.queries import find_account
from app.identity.tables import Link
from app.invitations import service as invitations
from app.invitations.tables import Invitation
from app.mail.letters import House, purpose_of, write
from app.mail.lifecycle import MessageKind, MessageState
from app.mail.listeners import FOLLOWER, Planner
from app.mail.mime import Heading, enclose
from app.mail.queries import load_case
from app.mail.tables import Message
from app.meetings import service as meetings
from app.meetings.events import MeetingCancelled, MeetingPostponed, MeetingRescheduled
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.policy import UNSAID, Telling
from app.meetings.tables import ConferenceRoom, Meeting
from app.registrations import service as registrations
from app.registrations.lifecycle import RegistrationRole
from app.registrations.substitution import substitute
from app.registrations.tables import Registration
from tests.mail.reader import READER

DAY = datetime(2021, 9, 1, 12, tzinfo=UTC)
"""When the tests' clock begins: five weeks before the meeting."""

SECRET = b"a secret of tests, long enough to be one"
HOUSE = House(
    mail_from="secretariat@example.org",
    answer_url="http://secretariat.example.org/answer",
    join_url="http://secretariat.example.org/join",
    secret=SECRET,
    opened_url="http://secretariat.example.org/v1/opened",
    url="http://secretariat.example.org",
)
AGENDA: list[dict[str, Any]] = [
    {"kind": "opening", "title": {"en": "Opening", "fr": "Ouverture"}, "minutes": 10},
    {"kind": "discussion", "title": {"en": "Canary"}, "access": "restricted", "minutes": 20},
    {"kind": "closing", "title": {"en": "Closing", "fr": "Clôture"}, "minutes": 5},
]
JOIN_ADDRESS = "https://conference.example.org/j/6?pwd=canary"
PASSCODE = "canary-4711"


@dataclass
class Stage:
    """Verbs as the API would do them, each in a transaction of its own."""

    database: Database
    committee: Committee
    entity: Entity
    meeting: Meeting
    invitation: Invitation
    focal_point: Person
    serial: int = 0
    relay: Relay = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, [Following(FOLLOWER, Planner(HOUSE.domain))])

    @classmethod
    async def set(cls, database: Database, **meeting: Any) -> Self:
        """Two seats for one entity in Tashkent, whose focal point reads French."""
        async with database.transaction() as session:
            committee = Committee(
                handle="coordination-committee",
                name={"en": "Coordination Committee", "fr": "Comité de coordination"},
                timezone="America/New_York",
                notice_window=0,
                contact_email="committee@example.org",
            )
            entity = Entity(
                handle="unodc",
                abbreviation="UNODC",
                name={"en": "Office on Drugs and Crime", "fr": "Office contre la drogue"},
                timezone="Asia/Tashkent",
            )
            session.add_all([committee, entity])
            await session.flush()
            held = a_meeting(committee, **meeting)
            session.add(held)
            await session.flush()
            person = await _person(session, entity, "Amina Rossi", "amina@example.org", "fr")
            await entities.name_focal_point(
                session, entity, person, FocalPointKind.PRINCIPAL, committee.id
            )
            session.add(
                ConferenceRoom(
                    meeting_id=held.id, label="Room", join_address=JOIN_ADDRESS, passcode=PASSCODE
                )
            )
            (invitation,) = await invitations.invite(session, held, [entity.id], 2)
        return cls(database, committee, entity, held, invitation, person)

    @asynccontextmanager
    async def scene(self) -> AsyncIterator[tuple[AsyncSession, Meeting, Invitation]]:
        """A transaction with meeting and invitation locked."""
        async with self.database.transaction() as session:
            meeting, invitation = await registrations.lock_seats(
                session, self.meeting.id, self.invitation.id
            )
            yield session, meeting, invitation

    async def send(self) -> None:
        async with self.scene() as (session, meeting, invitation):
            await invitations.send(session, meeting, invitation)

    async def withdraw_invitation(self) -> None:
        async with self.scene() as (session, meeting, invitation):
            await invitations.withdraw(session, meeting, invitation)

    async def register(self, name: str = "", **members: Any) -> UUID:
        """Register a new person who reads English; gives the registration's id."""
        async with self.scene() as (session, meeting, invitation):
            person = await self._somebody(session, name, members)
            registered = await registrations.register(
                session, meeting, invitation, person.id, RegistrationRole.REPRESENTATIVE
            )
        return registered.id

    async def substitute(
        self, old: UUID, name: str = "", person_id: UUID | None = None, **members: Any
    ) -> UUID:
        """Let a new person, or one who is known, come instead; gives the registration's id."""
        async with self.scene() as (session, meeting, _):
            if person_id is None:
                person_id = (await self._somebody(session, name, members)).id
            registration = await session.get_one(Registration, old)
            made = await substitute(session, meeting, registration, person_id, None)
        return made.id

    async def _somebody(self, session: AsyncSession, name: str, members: dict[str, Any]) -> Person:
        self.serial += 1
        email = f"person{self.serial}@example.org"
        person = await _person(session, self.entity, name or f"Person {self.serial}", email)
        for member, value in members.items():
            setattr(person, member, value)
        await session.flush()
        return person

    async def withdraw(self, registration_id: UUID) -> None:
        async with self.scene() as (session, meeting, invitation):
            registration = await session.get_one(Registration, registration_id)
            await registrations.withdraw(session, meeting, invitation, registration)

    async def change(self, told: Telling = UNSAID, **members: Any) -> None:
        """Other members of the meeting, as `PATCH` would set them."""
        async with self.scene() as (session, meeting, _):
            changes = {
                name: {"before": getattr(meeting, name), "after": value}
                for name, value in members.items()
            }
            whole = {"capacity": meeting.capacity} | members
            await meetings.change_meeting(session, meeting, whole, changes, told)

    async def reschedule(self, note: str | None = None, **shift: int) -> None:
        async with self.scene() as (session, meeting, _):
            before = meeting.status
            meeting.status = MeetingStatus.SCHEDULED
            meeting.calendar_sequence += 1
            for name in ("local_start", "local_end", "starts_at", "ends_at"):
                setattr(meeting, name, getattr(meeting, name) + timedelta(**shift))
            about = self._moved(meeting, before)
            record(session, MeetingRescheduled(changes={}, note=note, **about))

    async def change_room(self, **members: Any) -> None:
        """Another conference room, as `PUT` would set it."""
        async with self.scene() as (session, meeting, _):
            room = await session.get_one(ConferenceRoom, meeting.id)
            await meetings.keep_room(session, meeting, room, members)

    async def issue_agenda(self, told: Telling = UNSAID) -> None:
        """A new version of an agenda with three items, the second of them restricted."""
        async with self.database.transaction() as session:
            meeting = await session.get_one(Meeting, self.meeting.id, with_for_update=True)
            known = await load_agenda(session, meeting)
            if not known.states:
                known = await self._put(session, known, AGENDA)
            await versions.issue(session, known, None, None, told)

    async def edit_agenda(self, *items: dict[str, Any]) -> None:
        """These instead of the items that there are, place for place."""
        async with self.database.transaction() as session:
            meeting = await session.get_one(Meeting, self.meeting.id, with_for_update=True)
            await self._put(session, await load_agenda(session, meeting), items)

    async def _put(
        self, session: AsyncSession, known: WorkingAgenda, items: Sequence[dict[str, Any]]
    ) -> WorkingAgenda:
        there = [placed.state.id for placed in known.read(full=True)]
        ids = [*there, *(new_id() for _ in items)]
        entries = [
            Entry(item_id, None, place, ItemWrite.model_validate(said))
            for place, (item_id, said) in enumerate(zip(ids, items, strict=False))
        ]
        return await edits.replace_agenda(session, known, (self.committee.id,), entries)

    async def becomes(self, status: MeetingStatus) -> None:
        """Set the status alone; the log says nothing of it."""
        async with self.scene() as (_, meeting, _):
            meeting.status = status

    async def postpone(self, note: str | None = None) -> None:
        await self._move(MeetingStatus.POSTPONED, MeetingPostponed, note)

    async def cancel(self, note: str | None = None) -> None:
        await self._move(MeetingStatus.CANCELLED, MeetingCancelled, note)

    @asynccontextmanager
    async def end_focal_point(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which the focal point ceases to act, committed at the end."""
        async with self.database.transaction() as session:
            rows = await session.execute(list_focal_points(self.entity.id))
            found = await find_focal_point(session, self.entity.id, rows.one()[0].id)
            assert found is not None, "the stage has one"
            await entities.end_focal_point(session, found[0])
            yield session

    @asynccontextmanager
    async def disable_account(self) -> AsyncIterator[AsyncSession]:
        """The transaction in which the focal point's account is disabled."""
        async with self.database.transaction() as session:
            person = await session.get_one(Person, self.focal_point.id)
            assert person.account_id is not None, "a focal point has an account"
            account = await find_account(session, person.account_id, lock=True)
            assert account is not None, "a person's account is there"
            await identity.change_account(
                session, account, account.name, disabled=True, changed=["disabled"]
            )
            yield session

    async def ask_for_fresh_link(self, link: Link) -> None:
        async with self.database.transaction() as session:
            record(
                session,
                LinkRenewalAsked(
                    subject_id=link.id,
                    purpose=link.purpose,
                    resource_id=link.resource_id,
                    person_id=link.person_id,
                ),
            )

    async def follow(self) -> None:
        """Let the log be relayed and followed to its end."""
        while await self.relay.advance():
            pass

    async def messages(self) -> list[Message]:
        async with self.database.transaction() as session:
            statement = select(Message).order_by(col(Message.id))
            return list((await session.execute(statement)).scalars())

    async def let_changes_wait(self, seconds: int) -> None:
        """For each other, from now on; at first they do not."""
        async with self.database.transaction() as session:
            committee = await session.get_one(Committee, self.committee.id)
            committee.notice_window = seconds

    async def delivered(self) -> int:
        """Let everything that was planned so far have gone out; how much that is."""
        await self.follow()
        now = clock.now()
        async with self.database.transaction() as session:
            for message in (await session.execute(select(Message))).scalars():
                message.state, message.attempts = MessageState.SENT, 1
                message.attempted_at = message.sent_at = now
        return len(await self.messages())

    async def planned(self) -> list[tuple[MessageKind, str]]:
        """Kind and recipient of every message, in the order of planning."""
        return [(message.kind, message.recipient) for message in await self.messages()]

    async def mail(self, message: Message) -> EmailMessage:
        """What the message is when it is sent now, read by the standard library's own parser."""
        async with self.database.transaction() as session:
            held = await session.get_one(Message, message.id)
            case = await load_case(session, held, purpose_of(held.kind))
        heading = Heading(
            key=held.id,
            message_id=held.message_id,
            refers_to=case.first_message_id,
            sender=HOUSE.mail_from,
            reply_to=case.committee.contact_email,
            recipient=held.recipient,
            recipient_name=case.name,
            date=clock.now(),
        )
        data = enclose(write(case, HOUSE), heading).data
        return email.message_from_bytes(data, policy=READER)

    async def links(self, purpose: LinkPurpose) -> list[Link]:
        async with self.database.transaction() as session:
            statement = select(Link).where(col(Link.purpose) == purpose).order_by(col(Link.id))
            return list((await session.execute(statement)).scalars())

    async def _move(self, status: MeetingStatus, event: Any, note: str | None) -> None:
        async with self.scene() as (session, meeting, _):
            before, meeting.status = meeting.status, status
            meeting.calendar_sequence += 1
            record(session, event(note=note, **self._moved(meeting, before)))

    def _moved(self, meeting: Meeting, before: MeetingStatus) -> dict[str, Any]:
        return {
            "subject_id": meeting.id,
            "meeting_id": meeting.id,
            "committee_id": meeting.committee_id,
            "before": before,
            "after": meeting.status,
            "calendar_sequence": meeting.calendar_sequence,
        }


def a_meeting(committee: Committee, **members: Any) -> Meeting:
    """The reference meeting: 8 October 2021, 10:00 to 13:00 in New York."""
    local = datetime(2021, 10, 8, 10)
    starts_at = local.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    usual: dict[str, Any] = {
        "committee_id": committee.id,
        "handle": "coordination-committee-6",
        "number": 6,
        "title": {"en": "6th meeting of the committee", "fr": "6e réunion du comité"},
        "status": MeetingStatus.SCHEDULED,
        "format": MeetingFormat.VIRTUAL,
        "timezone": "America/New_York",
        "local_start": local,
        "local_end": local + timedelta(hours=3),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "languages": ["en", "fr"],
        "seat_quota": 5,
        "registration_closes_at": datetime(2021, 10, 6, 22, tzinfo=UTC),
        "public": True,
    }
    return Meeting(**usual | members)


async def _person(
    session: AsyncSession, entity: Entity, name: str, email: str, language: str | None = None
) -> Person:
    members = {"name": name, "email": email, "language": language}
    return await entities.add_person(
        session, entity, {"honorific": None, "job_title": None} | members
    )


__all__ = ["DAY", "HOUSE", "JOIN_ADDRESS", "PASSCODE", "Stage", "a_meeting"]
