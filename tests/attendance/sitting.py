"""A meeting with members, observers and guests, which tests people and let come and go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.events import CheckedOut
from app.core import clock
from app.entities.tables import Person
from app.events import Actor, record
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.identity.tables import Link
from app.identity.tokens import link_token
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.queries import lock_meeting
from app.meetings.tables import ConferenceRoom, Meeting
from app.registrations import service as registrations
from app.registrations.lifecycle import RegistrationRole
from app.registrations.queries import lock_registration
from tests.world import World, post

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
"""10:00 in New York."""
ROOM = {
    "label": "Main room",
    "join_address": "https://conference.example.org/j/6",
    "passcode": "canary-4711",
    "dial_in": "+1 000 000 0000",
}
Clock = Callable[[datetime], None]


@dataclass
class Sitting:
    """The clock stands at the start of the meeting, which is scheduled."""

    world: World
    set_clock: Clock
    committee: dict[str, Any]
    id: UUID
    invitations: dict[str, UUID] = field(default_factory=dict)
    organizer: httpx.AsyncClient = field(init=False)
    observer: httpx.AsyncClient = field(init=False)

    @classmethod
    async def called(cls, world: World, set_clock: Clock, handle: str = "meeting-6") -> Self:
        set_clock(START)
        committee = await world.committee()
        async with world.app.state.database.transaction() as session:
            meeting = Meeting(
                committee_id=UUID(committee["id"]),
                handle=handle,
                number=6,
                title={"en": "6th meeting", "fr": "6e réunion"},
                status=MeetingStatus.SCHEDULED,
                format=MeetingFormat.VIRTUAL,
                timezone="America/New_York",
                local_start=datetime(2021, 10, 8, 10),
                local_end=datetime(2021, 10, 8, 13),
                starts_at=START,
                ends_at=START + timedelta(hours=3),
                languages=["en"],
                seat_quota=100,
            )
            session.add(meeting)
            await session.flush()
            session.add(ConferenceRoom(meeting_id=meeting.id, **ROOM))
        sitting = cls(world, set_clock, committee, meeting.id)
        sitting.organizer = await world.organizer(committee)
        sitting.observer = await world.observer(committee)
        return sitting

    @property
    def path(self) -> str:
        return f"/v1/meetings/{self.id}"

    async def member(self, standing: str = "member", **members: Any) -> dict[str, Any]:
        """An entity of the committee, without an invitation."""
        entity = await self.world.entity(**members)
        await self.world.membership(self.committee, entity, standing)
        return entity

    async def invite(
        self, entity: dict[str, Any], status: InvitationStatus = InvitationStatus.SENT
    ) -> dict[str, Any]:
        async with self.world.app.state.database.transaction() as session:
            invitation = Invitation(
                meeting_id=self.id,
                entity_id=UUID(entity["id"]),
                status=status,
                seat_quota=100,
                sent_at=clock.now(),
            )
            session.add(invitation)
        self.invitations[entity["id"]] = invitation.id
        return entity

    async def register(
        self,
        entity: dict[str, Any],
        role: RegistrationRole = RegistrationRole.REPRESENTATIVE,
        name: str | None = None,
        person_id: UUID | None = None,
    ) -> UUID:
        """Register somebody new, or somebody who was registered before."""
        number = self.world.next()
        async with self.world.app.state.database.transaction() as session:
            if person_id is None:
                person = Person(
                    entity_id=UUID(entity["id"]),
                    name=name or f"Representative {number}",
                    email=f"representative{number}@example.org",
                )
                session.add(person)
                await session.flush()
                person_id = person.id
            meeting, invitation = await registrations.lock_seats(
                session, self.id, self.invitations[entity["id"]]
            )
            made = await registrations.register(session, meeting, invitation, person_id, role)
        return made.id

    async def withdraw(self, entity: dict[str, Any], registration_id: UUID) -> UUID:
        """Withdraw somebody; gives the person."""
        async with self.world.app.state.database.transaction() as session:
            meeting, invitation = await registrations.lock_seats(
                session, self.id, self.invitations[entity["id"]]
            )
            registration = await lock_registration(session, registration_id)
            assert registration is not None
            await registrations.withdraw(session, meeting, invitation, registration)
        return registration.person_id

    async def change_role(
        self, entity: dict[str, Any], registration_id: UUID, role: RegistrationRole
    ) -> None:
        async with self.world.app.state.database.transaction() as session:
            meeting, invitation = await registrations.lock_seats(
                session, self.id, self.invitations[entity["id"]]
            )
            registration = await lock_registration(session, registration_id)
            assert registration is not None
            await registrations.change_role(
                session, meeting, invitation, registration, role, for_organizer=True
            )

    async def becomes(self, status: MeetingStatus) -> None:
        """Set the status and the instant that goes with it."""
        async with self.world.app.state.database.transaction() as session:
            meeting = await lock_meeting(session, self.id)
            meeting.status = status
            match status:
                case MeetingStatus.IN_SESSION:
                    meeting.opened_at = meeting.opened_at or clock.now()
                case MeetingStatus.ADJOURNED:
                    meeting.adjourned_at = clock.now()
                case MeetingStatus.CLOSED:
                    meeting.closed_at = clock.now()
                case _:
                    pass

    async def link(self, registration_id: UUID, *, revoked: bool = False) -> str:
        """The token of a personal link, as the mail has it."""
        async with self.world.app.state.database.transaction() as session:
            registration = await lock_registration(session, registration_id)
            assert registration is not None
            link: Link = identity.create_link(
                session,
                LinkPurpose.JOIN_MEETING,
                registration_id,
                registration.person_id,
                START + timedelta(days=30),
            )
            link.revoked_at = clock.now() if revoked else None
        return link_token(self.world.app.state.secret, link.id)

    async def check_in(self, *registrations_: UUID) -> dict[str, Any]:
        body = {"registration_ids": [str(each) for each in registrations_]}
        result: dict[str, Any] = await post(
            self.organizer, f"{self.path}/attendance/check-ins", body
        )
        return result

    async def check_out(self, *registrations_: UUID) -> dict[str, Any]:
        body = {"registration_ids": [str(each) for each in registrations_]}
        result: dict[str, Any] = await post(
            self.organizer, f"{self.path}/attendance/check-outs", body
        )
        return result

    async def record_check_out(
        self, session: AsyncSession, registration_id: UUID, account_id: UUID
    ) -> None:
        """Let the log tell that an account checked somebody out."""
        registration = await lock_registration(session, registration_id)
        assert registration is not None
        session.info["actor"] = Actor("account", account_id)
        record(
            session,
            CheckedOut(
                subject_id=uuid4(),
                meeting_id=self.id,
                committee_id=UUID(self.committee["id"]),
                entity_id=registration.entity_id,
                registration_id=registration_id,
                person_id=registration.person_id,
            ),
        )
        await session.flush()

    async def get(self, path: str, client: httpx.AsyncClient | None = None) -> Any:
        """A part of the meeting's resource; anything but success fails the test."""
        answer = await (client or self.organizer).get(self.path + path)
        assert answer.is_success, answer.text
        return answer.json()


def slug(answer: httpx.Response) -> str:
    """Name of the problem that an answer is."""
    return str(answer.json()["type"]).rpartition("/")[2]
