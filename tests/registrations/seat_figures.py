"""How often each thing happened in histories of seats, so that rare ones are seen to be rare."""

from collections import Counter

from tests.registrations import seat_steps as steps
from tests.registrations.seat_model import Answer, Due, Model

_TOLD = {
    "registration_exception.granted": "exceptions granted",
    "registration_exception.revoked": "exceptions revoked",
    "registration_exception.used": "let in late",
    "meeting.cancelled": "meetings cancelled",
    "meeting.adjourned": "meetings adjourned",
    "invitation.withdrawn": "invitations withdrawn",
    "seats.cut": "cuts",
}


def figures(before: int, model: Model, due: list[Due], answers: list[Answer]) -> Counter[str]:
    """Of a step after which the model is so, and before which it had so many registrations."""
    count: Counter[str] = Counter()
    for name, _, data in model.log:
        domain, _, word = name.partition(".")
        if name in _TOLD:
            count[_TOLD[name]] += 1
        elif domain == "registration":
            count["reconsidered" if data.get("reconsidered") else word.replace("_", " ")] += 1
    count["registered"] = len(model.registrations) - before - count["substituted"]
    for each, (status, *rest) in zip(due, (answer or (0,) for answer in answers), strict=True):
        count["calls refused"] += status >= 400
        if isinstance(each.step, steps.ImportTable) and status == 200 and not each.step.dry_run:
            count["rows imported"] += sum(problem is None for _, problem in rest[0])
    count["several at once"] = len(due) > 1
    waiting = [model.invitations[each.entity].pool for each in model.in_line("waiting")]
    full = [n for n, pool in enumerate(model.pools) if 0 < pool.seats == pool.taken]
    count["full pools waited for"] = sum(pool in waiting for pool in full)
    return count


def told(count: Counter[str]) -> str:
    """The most frequent first."""
    return ", ".join(f"{word} {number}" for word, number in count.most_common() if number)
