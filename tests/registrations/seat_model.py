"""What the service must answer and keep, said again without database, HTTP or any of its code.

`Model.answer` takes one due step, predicts the answer and changes the state as the service must.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from tests.registrations import seat_steps as steps
from tests.registrations.seat_steps import INVITED, ORGANIZER, UNINVITED, Naming, Setting, Step

Label = tuple[int, ...]
"""Which step of the history made a registration: step, place among those at once, row."""
Answer = tuple[Any, ...]
Fact = tuple[str, Any, Any]
"""Name, subject and data of an entry of the log."""

STATUS = {"not-found": 404, "not-permitted": 403, "invalid": 422, "precondition-failed": 412}
LIVE = ("confirmed", "waiting")
LIVE_INVITATIONS = ("sent", "accepted", "declined", "tentative")
OVER = ("adjourned", "closed", "cancelled")
MOVES = {
    "postpone": {"scheduled": "postponed"},
    "reschedule": {"scheduled": "scheduled", "postponed": "scheduled"},
    "cancel": {"scheduled": "cancelled", "postponed": "cancelled"},
    "open": {"scheduled": "in_session"},
    "suspend": {"in_session": "suspended"},
    "resume": {"suspended": "in_session"},
    "adjourn": {"in_session": "adjourned", "suspended": "adjourned"},
    "close": {"adjourned": "closed"},
}
FACT_OF = {
    "postpone": "meeting.postponed",
    "reschedule": "meeting.rescheduled",
    "cancel": "meeting.cancelled",
    "open": "meeting.opened",
    "suspend": "meeting.suspended",
    "resume": "meeting.resumed",
    "adjourn": "meeting.adjourned",
    "close": "meeting.closed",
}


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


@dataclass(slots=True)
class Invitation:
    status: str
    quota: int
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

    @property
    def seated(self) -> bool:
        return self.status == "confirmed" and self.role != "support"


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
    invitations: list[Invitation] = field(init=False)
    registrations: list[Registration] = field(default_factory=list)
    log: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.capacity, self.closes = self.setting.capacity, self.setting.closes
        self.invitations = [Invitation("sent", quota) for quota in self.setting.quotas]
        self.invitations[-1] = Invitation("draft", self.setting.quotas[-1], was_sent=False)

    def copy(self) -> "Model":
        other = copy(self)
        other.invitations = [copy(each) for each in self.invitations]
        other.registrations = [copy(each) for each in self.registrations]
        other.log = list(self.log)
        return other

    def restore(self, other: "Model") -> None:
        self.__dict__.update(other.copy().__dict__)

    def representation(self) -> tuple[Any, ...]:
        """What decides the entity tag of the meeting."""
        return self.status, self.capacity, self.day, self.closes, self.sequence

    def answer(self, due: Due) -> Answer:
        """The answer that the service must give; a refusal changes nothing."""
        before = self.copy()
        try:
            return _VERBS[type(due.step)](self, due, due.step)
        except Refused as refusal:
            self.restore(before)
            return STATUS.get(refusal.slug, 409), refusal.slug

    def sees_meeting(self, caller: int) -> bool:
        return caller == ORGANIZER or (caller in INVITED and self.invitations[caller].was_sent)

    def find(self, label: Label | None) -> Registration:
        for registration in self.registrations:
            if registration.label == label:
                return registration
        raise Refused("not-found")

    def place(self, registration: Registration) -> int | None:
        """In the waiting list of the entity, from 1."""
        if registration.status != "waiting":
            return None
        return self.waiting(registration.entity).index(registration) + 1

    def waiting(self, entity: int) -> list[Registration]:
        return [r for r in self.registrations if (r.entity, r.status) == (entity, "waiting")]

    def live(self, entity: int) -> list[Registration]:
        return [r for r in self.registrations if r.entity == entity and r.status in LIVE]

    def has_room(self, entity: int) -> bool:
        invitation = self.invitations[entity]
        in_meeting = self.capacity is None or self.taken < self.capacity
        return in_meeting and invitation.taken < invitation.quota

    def note(self, name: str, subject: Any, **data: Any) -> None:
        self.log.append((name, subject, data))

    def count(self, registration: Registration, change: int) -> None:
        self.invitations[registration.entity].taken += change
        self.taken += change

    def promote(self) -> None:
        """Every free seat goes to the first, by arrival in the meeting, who can take it."""
        while self.status not in OVER:
            able = [
                r
                for r in self.registrations
                if r.status == "waiting"
                and self.invitations[r.entity].status in LIVE_INVITATIONS
                and self.has_room(r.entity)
            ]
            if not able:
                return
            able[0].status = "confirmed"
            self.count(able[0], 1)
            self.note("registration.promoted", able[0].label, role=able[0].role)

    def enroll(self, due: Due, naming: Naming, label: Label) -> Registration:
        """Seat or queue one person, or raise the refusal."""
        entity = naming.entity
        organizes = due.caller == ORGANIZER
        if entity == UNINVITED:
            raise Refused("not-invited" if organizes else "not-found")
        invitation = self.invitations[entity]
        if not organizes and (due.caller != entity or invitation.status == "draft"):
            raise Refused("not-found")
        self.check_open(invitation, organizes)
        heads = [r for r in self.live(entity) if r.role == "head_of_delegation"]
        if naming.role == "head_of_delegation" and heads:
            raise Refused("head-already-named")  # the older index speaks first
        if any(r.person == naming.person for r in self.live(entity)):
            raise Refused("already-registered")
        seated = naming.role == "support" or self.has_room(entity)
        status = "confirmed" if seated else "waiting"
        made = Registration(label, entity, naming.person, naming.role, status)
        self.registrations.append(made)
        if made.seated:
            self.count(made, 1)
        self.note(f"registration.{status}", label, role=naming.role, predecessor_id=None)
        if invitation.status != "accepted":
            self._note_answer(entity, "accepted", by_registration=True)
        return made

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

    def _note_answer(self, entity: int, answer: str, *, by_registration: bool) -> None:
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
        registration.status = "withdrawn"
        registration.sequence += 1
        self.note("registration.withdrawn", registration.label, role=registration.role, was=was)

    def shown(self, registration: Registration) -> Answer:
        return 200, registration.status, registration.role, self.place(registration)

    def shown_invitation(self, entity: int) -> Answer:
        invitation = self.invitations[entity]
        counts = (invitation.quota, invitation.taken, len(self.waiting(entity)))
        return (200, invitation.status, *counts)

    def shown_meeting(self) -> Answer:
        return 200, self.status, self.capacity, self.sequence

    def to_change(self, due: Due) -> Registration:
        """The registration, for organizers and its own entity while the meeting is not over."""
        if not self.sees_meeting(due.caller):
            raise Refused("not-found")
        registration = self.find(due.target)
        if due.caller not in {ORGANIZER, registration.entity}:
            raise Refused("not-found")
        if self.status in OVER:
            raise Refused("registration-closed")
        return registration

    def check_organizer(self, caller: int) -> None:
        if not self.sees_meeting(caller):
            raise Refused("not-found")
        if caller != ORGANIZER:
            raise Refused("not-permitted")


def orders(model: Model, due: list[Due], answers: list[Answer]) -> Iterator[Model]:
    """The states after every serial order of the steps that explains the answers."""
    if not due:
        yield model
    for place, each in enumerate(due):
        after = model.copy()
        if after.answer(each) == answers[place]:
            rest = due[:place] + due[place + 1 :]
            yield from orders(after, rest, answers[:place] + answers[place + 1 :])


def _register(model: Model, due: Due, step: steps.Register) -> Answer:
    if not model.sees_meeting(due.caller):
        raise Refused("not-found")
    entity = step.naming.entity
    if not step.says_entity:
        if due.caller == ORGANIZER:
            raise Refused("invalid")
        entity = due.caller
    naming = Naming(entity, step.naming.person, step.naming.role)
    made = model.enroll(due, naming, due.label)
    return (201, *model.shown(made)[1:])


def _register_many(model: Model, due: Due, step: steps.RegisterMany) -> Answer:
    if not model.sees_meeting(due.caller):
        raise Refused("not-found")
    before = model.copy()
    rows: list[tuple[str, str | None]] = []
    for place, naming in enumerate(step.namings):
        try:
            made = model.enroll(due, naming, (*due.label, place))
        except Refused as refusal:
            rows.append(("refused", refusal.slug))
        else:
            rows.append((made.status, None))
    if step.dry_run:
        model.restore(before)
    return 200, tuple(rows)


def _withdraw(model: Model, due: Due, step: steps.Withdraw) -> Answer:
    registration = model.to_change(due)
    if registration.status not in LIVE:
        raise Refused("move-forbidden")
    model.take_out(registration)
    model.promote()
    return model.shown(registration)


def _substitute(model: Model, due: Due, step: steps.Substitute) -> Answer:
    """No counter changes and nobody is promoted; the successor stands right behind in the list."""
    old = model.to_change(due)
    was, role = old.status, step.role or old.role
    if was not in LIVE:
        raise Refused("move-forbidden")
    if step.person == old.person:
        raise Refused("already-registered")
    if (role == "support") is not (old.role == "support"):
        raise Refused("seat-must-stay")
    others = [r for r in model.live(old.entity) if r is not old]
    if role == "head_of_delegation" and any(r.role == role for r in others):
        raise Refused("head-already-named")
    if any(r.person == step.person for r in others):
        raise Refused("already-registered")
    made = Registration(due.label, old.entity, step.person, role, was)
    model.registrations.insert(model.registrations.index(old) + 1, made)
    old.status = "substituted"
    old.sequence += 1
    ids = {"was": was, "successor_id": made.label}
    model.note("registration.substituted", old.label, role=old.role, **ids)
    model.note(f"registration.{was}", made.label, role=role, predecessor_id=old.label)
    return (201, *model.shown(made)[1:])


def _change_role(model: Model, due: Due, step: steps.ChangeRole) -> Answer:
    registration = model.to_change(due)
    if registration.status not in LIVE:
        raise Refused("move-forbidden")
    was, entity = registration.role, registration.entity
    if step.role == was:
        return model.shown(registration)
    if was == "support":  # to need a seat is to register for one
        model.check_open(model.invitations[entity], due.caller == ORGANIZER)
    if registration.status == "confirmed" and was == "support" and not model.has_room(entity):
        raise Refused("no-seat-free")
    others = [r for r in model.live(entity) if r is not registration]
    if step.role == "head_of_delegation" and any(r.role == step.role for r in others):
        raise Refused("head-already-named")
    held = registration.seated
    if registration.status == "waiting" and step.role == "support":
        registration.status = "confirmed"
        model.note("registration.promoted", registration.label, role="support")
    registration.role = step.role
    model.count(registration, registration.seated - held)
    model.note("registration.changed", registration.label, role=step.role, was_role=was)
    model.promote()
    return model.shown(registration)


def _change_quota(model: Model, due: Due, step: steps.ChangeQuota) -> Answer:
    model.check_organizer(due.caller)
    invitation = model.invitations[step.entity]
    if model.status in {"closed", "cancelled"}:
        raise Refused("meeting-closed")
    if step.quota < invitation.taken:
        raise Refused("quota-below-taken")
    if step.quota != invitation.quota:
        changes = {"seat_quota": (invitation.quota, step.quota)}
        invitation.quota = step.quota
        model.note("invitation.changed", step.entity, changes=changes)
        model.promote()
    return model.shown_invitation(step.entity)


def _change_capacity(model: Model, due: Due, step: steps.ChangeCapacity) -> Answer:
    _check_change(model, due)
    if step.capacity is not None and step.capacity < model.taken:
        raise Refused("capacity-below-taken")
    if step.capacity != model.capacity:
        changes = {"capacity": (model.capacity, step.capacity)}
        model.capacity = step.capacity
        model.note("meeting.changed", "meeting", changes=changes)
        model.promote()
    return model.shown_meeting()


def _change_deadline(model: Model, due: Due, step: steps.ChangeDeadline) -> Answer:
    _check_change(model, due, closes=step.closes)
    if step.closes != model.closes:
        changes = {"registration_closes_at": (model.closes, step.closes)}
        model.closes = step.closes
        model.note("meeting.changed", "meeting", changes=changes)
    return model.shown_meeting()


def _check_change(model: Model, due: Due, closes: int | None = None) -> None:
    model.check_organizer(due.caller)
    if due.read != model.representation():
        raise Refused("precondition-failed")
    if closes is not None and closes >= model.day:
        raise Refused("invalid")
    if model.status in {"closed", "cancelled"}:
        raise Refused("meeting-closed")


def _answer_invitation(model: Model, due: Due, step: steps.AnswerInvitation) -> Answer:
    invitation = model.invitations[step.entity]
    if not model.sees_meeting(due.caller) or due.caller not in {ORGANIZER, step.entity}:
        raise Refused("not-found")
    if model.status in OVER or (due.caller != ORGANIZER and model.has_closed()):
        raise Refused("answers-closed")
    if invitation.status not in LIVE_INVITATIONS:
        raise Refused("move-forbidden")
    if step.answer == "declined" and model.live(step.entity):
        raise Refused("delegation-registered")
    model._note_answer(step.entity, step.answer, by_registration=False)
    return model.shown_invitation(step.entity)


def _send_invitation(model: Model, due: Due, step: steps.SendInvitation) -> Answer:
    model.check_organizer(due.caller)
    invitation = model.invitations[step.entity]
    if model.status == "postponed" or model.status in OVER:
        raise Refused("meeting-not-announced")
    if invitation.status != "draft":
        raise Refused("move-forbidden")
    invitation.status, invitation.was_sent = "sent", True
    letters = sum(each.was_sent for each in model.invitations)
    model.note("invitation.sent", step.entity, letter_number=letters)
    return model.shown_invitation(step.entity)


def _withdraw_invitation(model: Model, due: Due, step: steps.WithdrawInvitation) -> Answer:
    model.check_organizer(due.caller)
    invitation = model.invitations[step.entity]
    if model.status in OVER:
        raise Refused("meeting-closed")
    if invitation.status == "withdrawn":
        raise Refused("move-forbidden")
    model.note("invitation.withdrawn", step.entity, was=invitation.status)
    invitation.status = "withdrawn"
    for registration in model.live(step.entity):
        model.take_out(registration)
    model.promote()
    return model.shown_invitation(step.entity)


def _move(model: Model, due: Due, step: steps.Move) -> Answer:
    model.check_organizer(due.caller)
    if model.status not in MOVES[step.verb]:
        raise Refused("move-forbidden")
    if step.verb == "reschedule":
        if model.closes is not None and model.closes >= step.day:
            raise Refused("invalid")
        model.day = step.day
    before, model.status = model.status, MOVES[step.verb][model.status]
    model.sequence += step.verb in {"postpone", "reschedule", "cancel"}
    told = {"before": before, "after": model.status, "calendar_sequence": model.sequence}
    model.note(FACT_OF[step.verb], "meeting", **told)
    return model.shown_meeting()


def _wait(model: Model, due: Due, step: steps.Wait) -> Answer:
    model.today += step.days
    return ()


_VERBS: dict[type[Step], Callable[[Model, Due, Any], Answer]] = {
    steps.Register: _register,
    steps.RegisterMany: _register_many,
    steps.Withdraw: _withdraw,
    steps.Substitute: _substitute,
    steps.ChangeRole: _change_role,
    steps.ChangeQuota: _change_quota,
    steps.ChangeCapacity: _change_capacity,
    steps.ChangeDeadline: _change_deadline,
    steps.AnswerInvitation: _answer_invitation,
    steps.SendInvitation: _send_invitation,
    steps.WithdrawInvitation: _withdraw_invitation,
    steps.Move: _move,
    steps.Wait: _wait,
}
