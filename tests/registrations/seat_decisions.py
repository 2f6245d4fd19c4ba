"""What the service must answer where organizers decide, let somebody in late, or a table comes;
like `seat_model` without any of its code.
"""

from tests.registrations import seat_steps as steps
from tests.registrations.seat_model import (
    LIVE,
    LIVE_INVITATIONS,
    OVER,
    Answer,
    Due,
    Exceptional,
    Model,
    Refused,
    Registration,
)
from tests.registrations.seat_steps import ORGANIZER, UNINVITED, Naming

REASON = "The meeting is for others."


def decide(model: Model, due: Due, step: steps.Decide) -> Answer:
    model.check_organizer(due.caller)
    registration = model.find(due.target)
    _decide(model, registration, step.verb)
    return model.shown(registration)


def decide_many(model: Model, due: Due, step: steps.DecideMany) -> Answer:
    model.check_organizer(due.caller)
    before = model.copy()
    rows: list[tuple[str, str | None]] = []
    for target, each in zip(due.targets, step.decisions, strict=True):
        try:
            registration = model.find(target)
            _decide(model, registration, each.verb)
        except Refused as refusal:
            rows.append(("refused", refusal.slug))
        else:
            rows.append((registration.status, None))
    if step.dry_run:
        model.restore(before)
    return 200, tuple(rows)


def _decide(model: Model, registration: Registration, verb: str) -> None:
    if model.status in OVER:
        raise Refused("registration-closed")
    if verb == "reconsider":
        _reconsider(model, registration)
        return
    decided, live = registration.decision, registration.status in LIVE
    if decided and registration.status != "pending" and (live or decided == "rejected"):
        raise Refused("already-decided")
    if registration.status != "pending":
        raise Refused("move-forbidden")
    label, role = registration.label, registration.role
    if verb == "reject":
        registration.status, registration.decision = "rejected", "rejected"
        model.note("registration.rejected", label, role=role, note=REASON)
        return
    registration.status = model.seat_decision(registration.entity, role)
    registration.decision = "approved"
    if registration.seated:
        model.count(registration, 1)
    model.note("registration.approved", label, role=role)
    model.note_arrival(registration)


def _reconsider(model: Model, registration: Registration) -> None:
    """In its old place in the order of arrival."""
    if model.invitations[registration.entity].status not in LIVE_INVITATIONS:
        raise Refused("not-invited")
    if registration.status != "rejected":
        raise Refused("move-forbidden")
    model.check_new(registration.entity, registration.person, registration.role)
    registration.status, registration.decision = "pending", None
    model.note_arrival(registration, reconsidered=True)


def grant(model: Model, due: Due, step: steps.Grant) -> Answer:
    model.check_organizer(due.caller)
    if model.status in OVER:
        raise Refused("registration-closed")
    if model.invitations[step.entity].status == "withdrawn":
        raise Refused("not-invited")
    if due.until < model.today:
        raise Refused("invalid")
    made = Exceptional(due.label, step.entity, step.persons, due.until)
    model.exceptions.append(made)
    told = {"persons": made.persons, "until": made.until, "reason": REASON}
    model.note("registration_exception.granted", made.label, **told)
    return 201, made.persons, made.used


def revoke(model: Model, due: Due, step: steps.Revoke) -> Answer:
    """Used up or ended ones too; nobody comes under it any more."""
    model.check_organizer(due.caller)
    for exception in model.exceptions:
        if exception.label == due.target:
            break
    else:
        raise Refused("not-found")
    if exception.revoked:
        raise Refused("exception-over")
    exception.revoked = True
    model.note("registration_exception.revoked", exception.label, used=exception.used)
    return 200, exception.persons, exception.used


def import_table(model: Model, due: Due, step: steps.ImportTable) -> Answer:
    """Like one by one, but that who is there already is no refusal."""
    if not model.sees_meeting(due.caller):
        raise Refused("not-found")
    before = model.copy()
    table = _Table(model, due)
    rows = tuple(table.row(place, naming) for place, naming in enumerate(step.namings))
    if step.dry_run:
        model.restore(before)
    elif step.mode == "all" and any(problem for _, problem in rows):
        raise Refused("rows-refused")
    return 200, rows


class _Table:
    """A table while its rows are read, the first of each person before others."""

    def __init__(self, model: Model, due: Due) -> None:
        self.model, self.due = model, due
        self.first: dict[tuple[int, int], str] = {}
        """By entity and person, the role of those who were not refused."""

    def row(self, place: int, naming: Naming) -> tuple[str, str | None]:
        try:
            return self._outcome(place, naming), None
        except Refused as refusal:
            return "refused", refusal.slug

    def _outcome(self, place: int, naming: Naming) -> str:
        model, due, entity = self.model, self.due, naming.entity
        if due.caller == ORGANIZER and entity == UNINVITED:
            raise Refused("not-invited")
        if due.caller not in {ORGANIZER, entity}:
            raise Refused("not-found")
        before = self.first.get((entity, naming.person))
        if before is not None:
            if before != naming.role:
                raise Refused("already-registered")
            return "already_there"
        outcome = "already_there"
        if all(r.person != naming.person for r in model.live(entity)):
            heads = [r for r in model.live(entity) if r.role == "head_of_delegation"]
            if naming.role == "head_of_delegation" and heads:
                raise Refused("head-already-named")
            outcome = model.enroll(due, naming, (*due.label, place)).status
        self.first[entity, naming.person] = naming.role
        return outcome
