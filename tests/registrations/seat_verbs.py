"""What the service must answer about seats; like `seat_model` without any of its code.

`answer` takes one due step, predicts the answer and changes the state as the service must.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tests.registrations import seat_decisions
from tests.registrations import seat_steps as steps
from tests.registrations.seat_model import (
    DEFAULT_QUOTA,
    HOLDING,
    LIVE,
    LIVE_INVITATIONS,
    OVER,
    Answer,
    Due,
    Model,
    Refused,
    Registration,
)
from tests.registrations.seat_steps import INVITED, ORGANIZER, WITHOUT_SEAT, Naming, Step

STATUS = {
    "not-found": 404,
    "not-permitted": 403,
    "invalid": 422,
    "precondition-failed": 412,
    "offer-ended": 410,
    "rows-refused": 422,
}
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


def answer(model: Model, due: Due) -> Answer:
    """The answer that the service must give; a refusal changes nothing."""
    before = model.copy()
    try:
        return _VERBS[type(due.step)](model, due, due.step)
    except Refused as refusal:
        model.restore(before)
        return STATUS.get(refusal.slug, 409), refusal.slug


def orders(model: Model, due: list[Due], answers: list[Answer]) -> Iterator[Model]:
    """The states after every serial order of the steps that explains the answers."""
    if not due:
        yield model
    for place, each in enumerate(due):
        after = model.copy()
        if answer(after, each) == answers[place]:
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
    old = model.to_read(due)
    was, role = old.status, step.role or old.role
    closed = due.caller != ORGANIZER and model.setting.approval.substitutes
    more = due.caller != ORGANIZER and set(model.reasons(role)) - set(model.reasons(old.role))
    if more or (closed and model.reasons(role)):
        raise Refused("approval-needed")
    model.to_change(due)
    if was not in {"pending", "confirmed", "waiting"}:
        raise Refused("move-forbidden")
    if step.person == old.person:
        raise Refused("already-registered")
    if (role in WITHOUT_SEAT) is not (old.role in WITHOUT_SEAT):
        raise Refused("seat-must-stay")
    model.check_new(old.entity, step.person, role, instead=old)
    made = Registration(due.label, old.entity, step.person, role, was, because=old.because)
    model.registrations.insert(model.registrations.index(old) + 1, made)
    model.line.insert(model.line.index(old.label) + 1, made.label)
    old.status = "substituted"
    old.sequence += 1
    ids = {"was": was, "successor_id": made.label}
    model.note("registration.substituted", old.label, role=old.role, **ids)
    model.note_arrival(made, old.label)
    return (201, *model.shown(made)[1:])


def _change_role(model: Model, due: Due, step: steps.ChangeRole) -> Answer:
    registration = model.to_read(due)
    was, entity, live = registration.role, registration.entity, registration.status in LIVE
    if live and due.caller != ORGANIZER and set(model.reasons(step.role)) - set(model.reasons(was)):
        raise Refused("approval-needed")
    model.to_change(due)
    if not live:
        raise Refused("move-forbidden")
    if step.role == was:
        return model.shown(registration)
    gains = was in WITHOUT_SEAT and step.role not in WITHOUT_SEAT
    if gains:  # to need a seat is to register for one
        model.check_open(model.invitations[entity], due.caller == ORGANIZER)
        if registration.status != "pending" and not model.has_room(entity):
            raise Refused("no-seat-free")
    others = [r for r in model.live(entity) if r is not registration]
    if step.role == "head_of_delegation" and any(r.role == step.role for r in others):
        raise Refused("head-already-named")
    held = registration.seated
    if registration.status in {"waiting", "offered"} and step.role in WITHOUT_SEAT:
        model.confirm(registration)
        model.note("registration.promoted", registration.label, role=step.role)
    registration.role = step.role
    model.count(registration, registration.seated - held)
    model.note("registration.changed", registration.label, role=step.role, was_role=was)
    model.promote()
    return model.shown(registration)


def _change_quota(model: Model, due: Due, step: steps.ChangeQuota) -> Answer:
    pool = model.invitations[step.entity].pool if step.entity in INVITED else None
    return _change_seats(model, due, step.entity, step.quota, pool)


def _share(model: Model, due: Due, step: steps.Share) -> Answer:
    quota = model.invitations[step.entity].quota
    if quota is None and step.pool is None:
        quota = DEFAULT_QUOTA
    return _change_seats(model, due, step.entity, quota, step.pool)


def _change_seats(
    model: Model, due: Due, entity: int, quota: int | None, pool: int | None
) -> Answer:
    model.check_organizer(due.caller)
    model.check_changeable()
    invitation = model.invitations[entity]
    if quota is None and pool is None:
        raise Refused("invalid")
    before, after = (invitation.quota, invitation.pool), (quota, pool)
    named = due.leaving not in {None, "latest", ()}
    if before == after and not named:
        return model.shown_invitation(entity)
    if pool is not None and pool >= len(model.pools):
        raise Refused("invalid")
    needed = max(0, invitation.taken - quota) if quota is not None else 0
    if pool is not None and pool != invitation.pool:
        joined = model.pools[pool]
        needed = max(needed, invitation.taken - (joined.seats - joined.taken))
    if needed and (model.status in OVER or due.leaving is None):
        over = quota is not None and invitation.taken > quota
        raise Refused("quota-below-taken" if over else "pool-below-taken")
    if needed or named:
        scope = [r for r in model.in_line(*HOLDING) if r.entity == entity]
        model.cut(scope, needed, due.leaving, entity, (entity, None))
    if pool != invitation.pool:
        for place, change in ((invitation.pool, -invitation.taken), (pool, invitation.taken)):
            if place is not None:
                model.pools[place].taken += change
    invitation.quota, invitation.pool = after
    names = ("seat_quota", "pool_id")
    changes = {
        n: (was, now) for n, was, now in zip(names, before, after, strict=True) if was != now
    }
    model.note("invitation.changed", entity, changes=changes)
    model.promote()
    return model.shown_invitation(entity)


def _change_pool(model: Model, due: Due, step: steps.ChangePool) -> Answer:
    model.check_organizer(due.caller)
    if step.pool >= len(model.pools):
        raise Refused("not-found")
    model.check_changeable()
    pool = model.pools[step.pool]
    needed = max(0, pool.taken - step.seats)
    if needed and (model.status in OVER or due.leaving is None):
        raise Refused("pool-below-taken")
    if needed or due.leaving not in {None, "latest", ()}:
        sharing = [e for e in INVITED if model.invitations[e].pool == step.pool]
        scope = [r for r in model.in_line(*HOLDING) if r.entity in sharing]
        model.cut(scope, needed, due.leaving, ("pool", step.pool), (None, step.pool))
    if step.seats != pool.seats:
        changes = {"seats": (pool.seats, step.seats)}
        pool.seats = step.seats
        model.note("seat_pool.changed", ("pool", step.pool), changes=changes)
        model.promote()
    return 200, pool.seats, pool.taken


def _change_capacity(model: Model, due: Due, step: steps.ChangeCapacity) -> Answer:
    _check_change(model, due)
    needed = max(0, model.taken - step.capacity) if step.capacity is not None else 0
    if needed and (model.status in OVER or due.leaving is None):
        raise Refused("capacity-below-taken")
    if needed or due.leaving not in {None, "latest", ()}:
        model.cut(model.in_line(*HOLDING), needed, due.leaving, "meeting")
    if step.capacity != model.capacity:
        changes = {"capacity": (model.capacity, step.capacity)}
        model.capacity = step.capacity
        model.note("meeting.changed", "meeting", changes=changes)
        model.promote()
    return model.shown_meeting()


def _change_window(model: Model, due: Due, step: steps.ChangeWindow) -> Answer:
    _check_change(model, due)
    if step.window != model.window:
        changes = {"offer_window": (model.window, step.window)}
        model.window = step.window
        model.note("meeting.changed", "meeting", changes=changes)
    return model.shown_meeting()


def _accept(model: Model, due: Due, step: steps.Accept) -> Answer:
    registration = model.to_change(due)
    ends = registration.offer_ends
    if ends is not None and model.today >= ends:
        raise Refused("offer-ended")
    if registration.status != "offered":
        raise Refused("move-forbidden")
    model.confirm(registration)
    model.note("registration.offer_accepted", registration.label, role=registration.role)
    return model.shown(registration)


def _reorder(model: Model, due: Due, step: steps.Reorder) -> Answer:
    """Those of the list change places among each other; everybody else keeps theirs."""
    registration = model.to_read(due)
    if due.caller != ORGANIZER:
        raise Refused("not-permitted")
    model.to_change(due)
    if registration.status != "waiting":
        raise Refused("move-forbidden")
    if step.line == "pool" and model.invitations[registration.entity].pool is None:
        raise Refused("invalid")
    labels = [r.label for r in model.lines(registration)[step.line]]
    slots = [model.line.index(label) for label in labels]
    before = labels.index(registration.label)
    labels.insert(step.position - 1, labels.pop(before))
    after = labels.index(registration.label)
    for slot, label in zip(slots, labels, strict=True):
        model.line[slot] = label
    if after != before:
        places = {"line": step.line, "before": before + 1, "after": after + 1}
        model.note("registration.moved", registration.label, role=registration.role, **places)
    return model.shown(registration)


def _look(model: Model, due: Due, step: steps.Look) -> Answer:
    model.expire()
    return ()


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
    model.check_changeable()


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
    model.note_answer(step.entity, step.answer, by_registration=False)
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
    if model.status in OVER:
        for registration in model.offers():
            model.unseat(registration)
    if step.verb == "adjourn" and model.registrations:
        model.note("statistics.settled", "meeting", registrations=len(model.registrations))
    return model.shown_meeting()


def _wait(model: Model, due: Due, step: steps.Wait) -> Answer:
    model.today += step.days
    return ()


_VERBS: dict[type[Step], Callable[[Model, Due, Any], Answer]] = {
    steps.Register: _register,
    steps.RegisterMany: _register_many,
    steps.ImportTable: seat_decisions.import_table,
    steps.Decide: seat_decisions.decide,
    steps.DecideMany: seat_decisions.decide_many,
    steps.Grant: seat_decisions.grant,
    steps.Revoke: seat_decisions.revoke,
    steps.Withdraw: _withdraw,
    steps.Substitute: _substitute,
    steps.ChangeRole: _change_role,
    steps.ChangeQuota: _change_quota,
    steps.ChangeCapacity: _change_capacity,
    steps.ChangePool: _change_pool,
    steps.Share: _share,
    steps.ChangeWindow: _change_window,
    steps.Accept: _accept,
    steps.Reorder: _reorder,
    steps.Look: _look,
    steps.ChangeDeadline: _change_deadline,
    steps.AnswerInvitation: _answer_invitation,
    steps.SendInvitation: _send_invitation,
    steps.WithdrawInvitation: _withdraw_invitation,
    steps.Move: _move,
    steps.Wait: _wait,
}
