"""Pure rules of briefings: sharing time fairly, until when somebody is named, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from app.briefings.lifecycle import BriefingLacking, BriefingStatus

LONGEST = 1440
"""Minutes of one item."""
_LACKS = {
    None: BriefingLacking.ASKING,
    BriefingStatus.ASKED: BriefingLacking.BRIEFER,
    BriefingStatus.NAMED: BriefingLacking.ANSWER,
    BriefingStatus.DECLINED: BriefingLacking.BRIEFER,
}


@dataclass(frozen=True, slots=True)
class Share:
    """An item that time is shared to; `kept` minutes are its own, whatever the others get."""

    item_id: UUID
    before: int
    weight: int = 1
    kept: int | None = None


class CannotShare(ValueError):
    """The minutes do not suffice, or nobody is there to have them."""


def shared(total: int, shares: Sequence[Share]) -> dict[UUID, int]:
    """Whole minutes for each by its weight, which make up the total exactly.

    Those with the largest remainders get the minutes that are left over by rounding down, of equal
    ones the earlier in the order: so of equal weights none has two minutes more than another, and
    the same question has the same answer. Raises `CannotShare`.
    """
    kept = sum(share.kept for share in shares if share.kept is not None)
    free = [share for share in shares if share.kept is None]
    rest = total - kept
    if rest < len(free) or (rest and not free):
        raise CannotShare(f"{total} minutes cannot be shared: {kept} are kept, for {len(free)}.")
    found = dict(zip([each.item_id for each in free], _portions(rest, free), strict=True))
    return _bounded({share.item_id: found.get(share.item_id, share.kept or 0) for share in shares})


def given_back(minutes: int, giver: UUID, shares: Sequence[Share]) -> dict[UUID, int]:
    """What each has once one gives so many of its minutes to the others, by their weights; what
    is left over by rounding goes to those that have the least for their weight.

    Raises `CannotShare` where it has not so many, or where there are no others.
    """
    before = {share.item_id: share.before for share in shares}
    others = [share for share in shares if share.item_id != giver]
    if minutes > before[giver] or not others:
        raise CannotShare(
            f"{minutes} of {before[giver]} minutes cannot go to {len(others)} others."
        )
    others.sort(key=lambda share: Fraction(share.before, share.weight))
    gains = dict(zip([each.item_id for each in others], _portions(minutes, others), strict=True))
    return _bounded({i: had + gains.get(i, -minutes) for i, had in before.items()})


def lacking(
    status: BriefingStatus | None, minutes: int | None, papers: int
) -> list[BriefingLacking]:
    """What is missing of a briefing."""
    found = [_LACKS[status]] if status is not BriefingStatus.CONFIRMED else []
    if not minutes:
        found.append(BriefingLacking.MINUTES)
    if not papers and status is not BriefingStatus.DECLINED:
        found.append(BriefingLacking.PAPERS)
    return found


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes, negative where the end comes first."""
    return (end - start) // timedelta(minutes=1)


def _portions(total: int, shares: Sequence[Share]) -> list[int]:
    """By the method of the largest remainder."""
    weights = sum(share.weight for share in shares)
    exact = [Fraction(total * share.weight, weights) for share in shares]
    portions = [int(each) for each in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (portions[i] - exact[i], i))
    for index in by_remainder[: total - sum(portions)]:
        portions[index] += 1
    return portions


def _bounded(minutes: dict[UUID, int]) -> dict[UUID, int]:
    if max(minutes.values(), default=0) > LONGEST:
        raise CannotShare(f"An item lasts {LONGEST} minutes at most.")
    return minutes
