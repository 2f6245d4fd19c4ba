"""What the service must keep about seats, said again without database, HTTP or any of its code.

`seat_verbs` says what it must answer.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from tests.registrations import seat_steps as steps
from tests.registrations.seat_steps import (
    INVITED,
    ORGANIZER,
    UNINVITED,
    WITHOUT_SEAT,
    Naming,
    Setting,
    Step,
)

Label = tuple[int, ...]
"""Which step of the history made a registration: step, place among those at once, row."""
Answer = tuple[Any, ...]
Fact = tuple[str, Any, Any]
"""Name, subject and data of an entry of the log."""
Leaving = str | tuple[Label, ...] | None
"""Who leaves a seat: the `latest`, those named, or nobody by plan."""

LIVE = ("pending", "confirmed", "waiting", "offered")
HOLDING = ("confirmed", "offered")
LIVE_INVITATIONS = ("sent", "accepted", "declined", "tentative")
OVER = ("adjourned", "closed", "cancelled")
DEFAULT_QUOTA = 5


class Refused(Exception):
    """The name of the problem that the service must answer with."""

    @property
    def slug(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Due:
    """A step at the moment of its call: who calls, about what, having read which meeting."""

    step: Step
    label: Label
    caller: int
    """An entity, whose focal point calls, or `ORGANIZER`."""
    target: Label | None = None
    read: tuple[Any, ...] | None = None
    etag: str = ""
    leaving: Leaving = None
    targets: tuple[Label | None, ...] = ()
    """Of the decisions of a list."""
    until: int = 0
    """The last day of an exception that is granted."""


@dataclass(slots=True)
class Pool:
    seats: int
    taken: int = 0


@dataclass(slots=True)
class Invitation:
    status: str
    quota: int | None
    pool: int | None = None
    taken: int = 0
    was_sent: bool = True


@dataclass(slots=True)
class Registration:
    label: Label
    entity: int
    person: int
    role: str
    status: str
    sequence: int = 0
    offer_ends: int | None = None
    turn: int = 0
    """Of all offers: those of one day end one after the other, as they were made."""
    because: tuple[str, ...] = ()
    """Why it needs, or needed, a decision."""
    decision: str | None = None

    @property
    def needs_seat(self) -> bool:
        return self.role not in WITHOUT_SEAT

    @property
    def seated(self) -> bool:
        return self.status in HOLDING and self.needs_seat


@dataclass(slots=True)
class Exceptional:
    """An exception that lets so many in late."""

    label: Label
    entity: int
    persons: int
    until: int
    used: int = 0
    revoked: bool = False


@dataclass
class Model:
    setting: Setting
    status: str = "scheduled"
    day: int = steps.FIRST_DAY_OF_MEETING
    sequence: int = 0
    today: int = 0
    taken: int = 0
    capacity: int | None = field(init=False)
    closes: int | None = field(init=False)
    window: int | None = field(init=False)
    pools: list[Pool] = field(init=False)
    invitations: list[Invitation] = field(init=False)
    registrations: list[Registration] = field(default_factory=list)
    """By arrival; a substitute stands right behind whom it replaced."""
    line: list[Label] = field(default_factory=list)
    """The same in the order in which seats are given."""
    exceptions: list[Exceptional] = field(default_factory=list)
    log: list[Fact] = field(default_factory=list)
    turns: int = 0

    def __post_init__(self) -> None:
        setting = self.setting
        self.capacity, self.closes, self.window = setting.capacity, setting.closes, setting.window
        self.pools = [Pool(seats) for seats in setting.pools]
        self.invitations = [
            Invitation("sent", quota, pool)
            for quota, pool in zip(setting.quotas, setting.shares, strict=True)
        ]
        self.invitations[-1].status, self.invitations[-1].was_sent = "draft", False

    def copy(self) -> "Model":
        other = copy(self)
        other.pools = [copy(each) for each in self.pools]
        other.invitations = [copy(each) for each in self.invitations]
        other.registrations = [copy(each) for each in self.registrations]
        other.exceptions = [copy(each) for each in self.exceptions]
        other.line, other.log = list(self.line), list(self.log)
        return other

    def restore(self, other: "Model") -> None:
        self.__dict__.update(other.copy().__dict__)

    def representation(self) -> tuple[Any, ...]:
        """What decides the entity tag of the meeting."""
        return self.status, self.capacity, self.window, self.day, self.closes, self.sequence

    def sees_meeting(self, caller: int) -> bool:
        return caller == ORGANIZER or (caller in INVITED and self.invitations[caller].was_sent)

    def find(self, label: Label | None) -> Registration:
        for registration in self.registrations:
            if registration.label == label:
                return registration
        raise Refused("not-found")

    def in_line(self, *statuses: str) -> list[Registration]:
        """Those in one of the states, in the order in which seats are given."""
        known = {registration.label: registration for registration in self.registrations}
        return [known[label] for label in self.line if known[label].status in statuses]

    def lines(self, registration: Registration) -> dict[str, list[Registration]]:
        """Those who wait in each list that the registration waits in."""
        waiting, pool = self.in_line("waiting"), self.invitations[registration.entity].pool
        return {
            "entity": [r for r in waiting if r.entity == registration.entity],
            "meeting": waiting,
            "pool": [
                r for r in waiting if pool is not None and self.invitations[r.entity].pool == pool
            ],
        }

    def places(self, registration: Registration) -> list[int | None]:
        """In the waiting lists of entity, meeting and pool, from 1."""
        if registration.status != "waiting":
            return [None, None, None]
        lines = self.lines(registration).values()
        return [line.index(registration) + 1 if line else None for line in lines]

    def waiting(self, entity: int) -> list[Registration]:
        return [r for r in self.registrations if (r.entity, r.status) == (entity, "waiting")]

    def live(self, entity: int) -> list[Registration]:
        return [r for r in self.registrations if r.entity == entity and r.status in LIVE]

    def has_room(self, entity: int) -> bool:
        invitation = self.invitations[entity]
        limits: list[tuple[int, int | None]] = [
            (self.taken, self.capacity),
            (invitation.taken, invitation.quota),
        ]
        if invitation.pool is not None:
            pool = self.pools[invitation.pool]
            limits.append((pool.taken, pool.seats))
        return all(limit is None or taken < limit for taken, limit in limits)

    def note(self, name: str, subject: Any, **data: Any) -> None:
        self.log.append((name, subject, data))

    def count(self, registration: Registration, change: int) -> None:
        invitation = self.invitations[registration.entity]
        invitation.taken += change
        self.taken += change
        if invitation.pool is not None:
            self.pools[invitation.pool].taken += change

    def promote(self) -> None:
        """Every free seat goes to the first in the line who can take it, or is offered to them."""
        while self.status not in OVER:
            able = [
                r
                for r in self.in_line("waiting")
                if self.invitations[r.entity].status in LIVE_INVITATIONS and self.has_room(r.entity)
            ]
            if not able:
                return
            self.give(able[0])

    def give(self, registration: Registration) -> None:
        """Offered as long as the whole time of an offer fits in before the meeting."""
        label, role = registration.label, registration.role
        if self.window is not None and self.today + self.window <= self.day:
            registration.status = "offered"
            registration.offer_ends = self.today + self.window
            self.turns += 1
            registration.turn = self.turns
            self.note("registration.offered", label, role=role, ends_at=registration.offer_ends)
        else:
            self.confirm(registration)
            self.note("registration.promoted", label, role=role)
        self.count(registration, 1)

    def confirm(self, registration: Registration) -> None:
        registration.status, registration.offer_ends = "confirmed", None
        if registration.sequence:  # its entry was taken back before
            registration.sequence += 1

    def unseat(self, registration: Registration) -> None:
        was = registration.status
        self.count(registration, -1)
        registration.status, registration.offer_ends = "waiting", None
        registration.sequence += was == "confirmed"
        self.note("registration.unseated", registration.label, role=registration.role, was=was)

    def expire(self) -> None:
        """What the worker does when it comes by."""
        ended = [r for r in self.offers() if (r.offer_ends or 0) <= self.today]
        for registration in ended:
            self.count(registration, -1)
            registration.status = "expired"
            self.note("registration.offer_expired", registration.label, role=registration.role)
        if ended:
            self.promote()

    def offers(self) -> list[Registration]:
        """By their ends."""
        return sorted(self.in_line("offered"), key=lambda r: (r.offer_ends or 0, r.turn))

    def cut(
        self,
        scope: Sequence[Registration],
        needed: int,
        leaving: Leaving,
        subject: Any,
        about: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Some of the scope, which is in the order of the line, lose their seats."""
        invitation, pool = about
        named = None if leaving == "latest" else list(leaving or ())
        ids = {"invitation_id": invitation, "pool_id": pool}
        self.note("seats.cut", subject, needed=needed, leaving=named, **ids)
        holders = [r for r in scope if r.seated]
        if named is None:
            offered = [r for r in holders if r.status == "offered"]
            seated = [r for r in holders if r.status == "confirmed"]
            going = [*reversed(offered), *reversed(seated)][:needed]
        else:
            going = [r for r in reversed(holders) if r.label in named]
        if len(going) != needed or (named is not None and len(named) != needed):
            raise Refused("plan-does-not-fit")
        for registration in going:
            self.unseat(registration)

    def enroll(self, due: Due, naming: Naming, label: Label) -> Registration:
        """Seat or queue one person, or raise the refusal."""
        entity = naming.entity
        organizes = due.caller == ORGANIZER
        if entity == UNINVITED:
            raise Refused("not-invited" if organizes else "not-found")
        invitation = self.invitations[entity]
        if not organizes and (due.caller != entity or invitation.status == "draft"):
            raise Refused("not-found")
        exception = self.check_time(invitation, entity, organizes)
        self.check_new(entity, naming.person, naming.role)
        if exception is not None:
            exception.used += 1
            self.note("registration_exception.used", exception.label, used=exception.used)
        because = () if organizes else self.reasons(naming.role, late=self.has_closed())
        status = "pending" if because else self.seat_decision(entity, naming.role)
        made = Registration(label, entity, naming.person, naming.role, status, because=because)
        self.registrations.append(made)
        self.line.append(label)
        if made.seated:
            self.count(made, 1)
        self.note_arrival(made)
        if invitation.status != "accepted":
            self.note_answer(entity, "accepted", by_registration=True)
        return made

    def check_time(
        self, invitation: Invitation, entity: int, organizes: bool
    ) -> Exceptional | None:
        """The exception under which somebody may still come, where only one lets them."""
        try:
            self.check_open(invitation, organizes)
        except Refused as refusal:
            exception = self.exception(entity)
            if exception is None or refusal.slug != "registration-closed" or self.status in OVER:
                raise
            return exception
        return None

    def exception(self, entity: int) -> Exceptional | None:
        """Of those that have a place left, the one that ends first."""
        usable = [
            each
            for each in self.exceptions
            if each.entity == entity
            and not each.revoked
            and each.used < each.persons
            and self.today <= each.until
        ]
        return min(usable, key=lambda each: each.until, default=None)

    def check_new(
        self, entity: int, person: int, role: str, instead: Registration | None = None
    ) -> None:
        """Nobody is registered twice, and there is one head; the older index speaks first."""
        others = [r for r in self.live(entity) if r is not instead]
        if any(r.person == person for r in others):
            raise Refused("already-registered")
        if role == "head_of_delegation" and any(r.role == role for r in others):
            raise Refused("head-already-named")

    def reasons(self, role: str, *, late: bool = False) -> tuple[str, ...]:
        """Why somebody whom a focal point names needs a decision."""
        approval = self.setting.approval
        holds = {
            "all": approval.all,
            "role": role in approval.roles,
            "late": approval.late and late,
        }
        return tuple(reason for reason, does in holds.items() if does)

    def seat_decision(self, entity: int, role: str) -> str:
        return "confirmed" if role in WITHOUT_SEAT or self.has_room(entity) else "waiting"

    def note_arrival(
        self, registration: Registration, predecessor: Label | None = None, **more: Any
    ) -> None:
        """Of what it becomes, with a place of its own or somebody else's."""
        r = registration
        if r.status == "pending":
            more = {"because": list(r.because), "reconsidered": False} | more
        self.note(
            f"registration.{r.status}", r.label, role=r.role, predecessor_id=predecessor, **more
        )

    def check_open(self, invitation: Invitation, organizes: bool) -> None:
        if self.status in OVER:
            raise Refused("registration-closed")
        if self.status == "postponed":
            raise Refused("registration-not-open")
        if invitation.status not in LIVE_INVITATIONS:
            raise Refused("not-invited")
        if not organizes and self.setting.opens_late and self.today <= 1:
            raise Refused("registration-not-open")
        if not organizes and self.has_closed():
            raise Refused("registration-closed")

    def has_closed(self) -> bool:
        return self.closes is not None and self.today > self.closes

    def note_answer(self, entity: int, answer: str, *, by_registration: bool) -> None:
        invitation = self.invitations[entity]
        self.note(
            "invitation.answered",
            entity,
            was=invitation.status,
            answer=answer,
            by_registration=by_registration,
        )
        invitation.status = answer

    def take_out(self, registration: Registration) -> None:
        was = registration.status
        if registration.seated:
            self.count(registration, -1)
        registration.status, registration.offer_ends = "withdrawn", None
        registration.sequence += 1
        self.note("registration.withdrawn", registration.label, role=registration.role, was=was)

    def shown(self, registration: Registration) -> Answer:
        r = registration
        return (200, r.status, r.role, *self.places(r), r.offer_ends)

    def shown_invitation(self, entity: int) -> Answer:
        invitation = self.invitations[entity]
        counts = (invitation.quota, invitation.taken, len(self.waiting(entity)))
        pool = None if invitation.pool is None else self.pools[invitation.pool].taken
        return (200, invitation.status, *counts, pool)

    def shown_meeting(self) -> Answer:
        return 200, self.status, self.capacity, self.sequence

    def to_change(self, due: Due) -> Registration:
        """The registration, for organizers and its own entity while the meeting is not over."""
        registration = self.to_read(due)
        if self.status in OVER:
            raise Refused("registration-closed")
        return registration

    def to_read(self, due: Due) -> Registration:
        if not self.sees_meeting(due.caller):
            raise Refused("not-found")
        registration = self.find(due.target)
        if due.caller not in {ORGANIZER, registration.entity}:
            raise Refused("not-found")
        return registration

    def check_organizer(self, caller: int) -> None:
        if not self.sees_meeting(caller):
            raise Refused("not-found")
        if caller != ORGANIZER:
            raise Refused("not-permitted")

    def check_changeable(self) -> None:
        if self.status in {"closed", "cancelled"}:
            raise Refused("meeting-closed")
