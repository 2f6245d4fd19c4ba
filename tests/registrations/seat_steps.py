"""What may happen to the seats of a meeting, as histories that hypothesis draws.

A step holds nothing but drawn numbers and words, so that drawing never depends on what the service
answered; `seat_player` finds out whom and what they mean when the step is due.
"""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

ORGANIZER = -1
INVITED = range(3)
"""The entities that have an invitation; that of the last one begins as a draft."""
UNINVITED = 3
ENTITIES = range(4)
ROLES = (
    "head_of_delegation",
    "representative",
    "alternate",
    "adviser",
    "observer",
    "support",
    "interpreter",
)
WITHOUT_SEAT = ("support", "interpreter")
FIRST_DAY_OF_MEETING = 37


@dataclass(frozen=True, slots=True)
class Approval:
    """What focal points name needs an organizer's decision."""

    all: bool = False
    roles: tuple[str, ...] = ()
    late: bool = False
    substitutes: bool = False


NO_APPROVAL = Approval()


@dataclass(frozen=True, slots=True)
class Setting:
    """How a meeting begins: days count from the first of the history."""

    capacity: int | None
    quotas: tuple[int, ...]
    opens_late: bool
    """Registration opens half a day after the first day, instead of having no beginning."""
    closes: int | None
    """Registration closes half a day after this day."""
    window: int | None = None
    """Days for which a seat is offered; None: it is given at once."""
    pools: tuple[int, ...] = ()
    """Seats of each pool."""
    shares: tuple[int | None, ...] = (None, None, None)
    """From which pool each entity takes at first; those that do have no quota but their own."""
    approval: Approval = NO_APPROVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    by: str = "organizer"
    """`organizer`, `own` focal point of the entity concerned, or a `stranger`: another one's."""


@dataclass(frozen=True, slots=True)
class Naming:
    entity: int
    person: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Step):
    naming: Naming
    says_entity: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMany(Step):
    namings: tuple[Naming, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTable(Step):
    namings: tuple[Naming, ...]
    mode: str
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Step):
    pick: int
    verb: str
    """`approve`, `reject` or `reconsider`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideMany(Step):
    decisions: tuple[Decide, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Step):
    """So many of an entity may come late, so many days from now on."""

    entity: int
    persons: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(Step):
    """Of an exception, whichever entity's it is."""

    pick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Step):
    pick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute(Step):
    pick: int
    person: int
    role: str | None
    """None where the call says none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRole(Step):
    pick: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceed(Step):
    """Whatever is next for somebody: `seat_player` finds out what it is."""

    pick: int
    verb: str
    """For those who wait for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Step):
    """A step that may leave fewer seats than are taken: of seats below zero, so many less."""

    plan: str | int | None = None
    """Who leaves: nobody, the `latest`, or a number that says which ones are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuota(Cut):
    entity: int
    quota: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCapacity(Cut):
    capacity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePool(Cut):
    pool: int
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Cut):
    """The entity takes from this pool from now on, or from none."""

    entity: int
    pool: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWindow(Step):
    window: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Step):
    pick: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Step):
    pick: int
    line: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Step):
    """The worker comes by for offers that have ended; no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDeadline(Step):
    closes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInvitation(Step):
    entity: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvitation(Step):
    entity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawInvitation(Step):
    entity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Step):
    verb: str
    day: int
    """Of the meeting, where the verb is `reschedule`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """The clock moves on; no call."""

    days: int


@dataclass(frozen=True, slots=True)
class Together:
    """Several at once, each on a connection of its own."""

    steps: tuple[Step, ...]


AnyStep = Step | Together


@dataclass(frozen=True, slots=True)
class History:
    setting: Setting
    steps: tuple[AnyStep, ...]


BY_EITHER = st.sampled_from(["organizer"] * 6 + ["own"] * 9 + ["stranger"])
BY_ORGANIZER = st.sampled_from(["organizer"] * 15 + ["own"])
VERBS = [
    *["reschedule"] * 4,
    *["open"] * 3,
    *["postpone", "suspend", "resume", "adjourn", "close", "cancel"],
]
CAPACITIES = st.sampled_from([4, 3, 5, 2, 6, 1, 8, None, None, 0])
QUOTAS = st.sampled_from([3, 2, 4, 1, 5, 9, 0])
WINDOWS = st.sampled_from([None, 2, 1, 4, 3])
POOLS = st.sampled_from([None, 0, 0, 1])
PLANS = st.sampled_from([None, "latest", "latest", "latest", 0, 1, 3, 5])
PICKS = st.integers(0, 30)
DEADLINES = st.none() | st.integers(2, 45)
COMMON_ROLES = [*["representative"] * 5, "alternate", "support", *ROLES]
APPROVALS = [
    *[NO_APPROVAL] * 2,
    *[Approval(all=True)] * 2,
    Approval(all=True, substitutes=True),
    Approval(roles=("representative", "head_of_delegation")),
    Approval(roles=("alternate", "support"), late=True, substitutes=True),
    Approval(late=True),
]
PEOPLE = range(12)
FRESH = range(4, 12)
"""Those who are new to the directory in each history."""


def _existing(setting: Setting) -> Setting:
    """Nobody begins with a share in a pool that there is not."""
    return setting if setting.pools else replace(setting, shares=(None, None, None))


settings_of_meetings = st.builds(
    Setting,
    capacity=CAPACITIES,
    quotas=st.tuples(*(QUOTAS for _ in INVITED)),
    opens_late=st.sampled_from([*[False] * 7, True]),
    closes=st.sampled_from([None, None, 2, 3, 4, 6, 9, 20]),
    window=WINDOWS,
    pools=st.sampled_from([(), (3, 2), (2, 4), (4, 3), (1, 0)]),
    shares=st.tuples(POOLS, POOLS, POOLS),
    approval=st.sampled_from(APPROVALS),
).map(_existing)
namings = st.builds(
    Naming,
    entity=st.sampled_from([0, 1, 0, 1, 0, 1, 0, 1, *INVITED, UNINVITED]),
    person=st.sampled_from(PEOPLE),
    role=st.sampled_from(COMMON_ROLES),
)
registering = st.builds(
    Register, by=BY_EITHER, naming=namings, says_entity=st.sampled_from([True] * 9 + [False])
)
registering_many = st.builds(
    RegisterMany,
    by=BY_EITHER,
    namings=st.lists(namings, min_size=1, max_size=4).map(tuple),
    dry_run=st.sampled_from([False, False, True]),
)
importing = st.builds(
    ImportTable,
    by=BY_EITHER,
    namings=st.lists(namings, min_size=1, max_size=5).map(tuple),
    mode=st.sampled_from(["rows", "rows", "rows", "all"]),
    dry_run=st.sampled_from([False, False, False, True]),
)
deciding = st.builds(
    Decide,
    by=BY_ORGANIZER,
    pick=PICKS,
    verb=st.sampled_from(["approve", "approve", "approve", "reject", "reject"]),
)
reconsidering = st.builds(Decide, by=BY_ORGANIZER, pick=PICKS, verb=st.just("reconsider"))
deciding_many = st.builds(
    DecideMany,
    by=BY_ORGANIZER,
    decisions=st.lists(deciding, min_size=1, max_size=4).map(tuple),
    dry_run=st.sampled_from([False, False, False, True]),
)
granting = st.builds(
    Grant,
    by=BY_ORGANIZER,
    entity=st.sampled_from([0, 1, 0, 1, 2]),
    persons=st.sampled_from([1, 2, 1, 3]),
    days=st.sampled_from([3, 6, 20, 1, -1]),
)
revoking = st.builds(Revoke, by=BY_ORGANIZER, pick=PICKS)
withdrawing = st.builds(Withdraw, by=BY_EITHER, pick=PICKS)
substituting = st.builds(
    Substitute,
    by=BY_EITHER,
    pick=PICKS,
    person=st.sampled_from(PEOPLE),
    role=st.sampled_from([*[None] * 9, *COMMON_ROLES]),
)
changing_role = st.builds(ChangeRole, by=BY_EITHER, pick=PICKS, role=st.sampled_from(COMMON_ROLES))
changing_quota = st.builds(
    ChangeQuota,
    by=BY_ORGANIZER,
    entity=st.sampled_from(INVITED),
    quota=st.sampled_from([2, -1, 1, 3, -1, 5, 0, None]),
    plan=PLANS,
)
changing_capacity = st.builds(
    ChangeCapacity,
    by=BY_ORGANIZER,
    capacity=st.sampled_from([3, -1, 5, -2, -1, 7, 0, None]),
    plan=PLANS,
)
changing_pool = st.builds(
    ChangePool,
    by=BY_ORGANIZER,
    pool=st.sampled_from([0, 0, 1]),
    seats=st.sampled_from([2, -1, 3, -1, -2, 5, 0]),
    plan=PLANS,
)
sharing = st.builds(Share, by=BY_ORGANIZER, entity=st.sampled_from(INVITED), pool=POOLS, plan=PLANS)
changing_window = st.builds(ChangeWindow, by=BY_ORGANIZER, window=WINDOWS)
proceeding = st.builds(
    Proceed, by=BY_EITHER, pick=PICKS, verb=st.sampled_from(["approve", "reject", "approve"])
)
accepting = st.builds(Accept, by=BY_EITHER, pick=PICKS)
reordering = st.builds(
    Reorder,
    by=BY_ORGANIZER,
    pick=PICKS,
    line=st.sampled_from(["meeting", "entity", "pool"]),
    position=st.sampled_from([1, 2, 3, 9]),
)
looking = st.builds(Look)
changing_deadline = st.builds(ChangeDeadline, by=BY_ORGANIZER, closes=DEADLINES)
answering = st.builds(
    AnswerInvitation,
    by=BY_EITHER,
    entity=st.sampled_from(INVITED),
    answer=st.sampled_from(["accepted", "declined", "tentative"]),
)
sending = st.builds(SendInvitation, by=BY_ORGANIZER, entity=st.sampled_from([2, 2, 2, 0]))
withdrawing_invitation = st.builds(
    WithdrawInvitation, by=BY_ORGANIZER, entity=st.sampled_from(INVITED)
)
moving = st.builds(
    Move,
    by=BY_ORGANIZER,
    verb=st.sampled_from(VERBS),
    day=st.sampled_from([FIRST_DAY_OF_MEETING, 10, 30, 44]),
)
waiting = st.builds(Wait, days=st.integers(1, 6))


def _weighted(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """`one_of` would take each as often, however often it is named."""
    urn = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.sampled_from(range(len(urn))).flatmap(urn.__getitem__)


single: st.SearchStrategy[Step] = _weighted(
    (11, registering),
    (2, registering_many),
    (3, importing),
    (14, proceeding),
    (3, deciding),
    (1, reconsidering),
    (3, deciding_many),
    (3, granting),
    (1, revoking),
    (6, withdrawing),
    (5, substituting),
    (3, changing_role),
    (4, changing_quota),
    (4, changing_capacity),
    (4, changing_pool),
    (2, sharing),
    (1, changing_window),
    (2, accepting),
    (3, reordering),
    (3, looking),
    (1, changing_deadline),
    (1, answering),
    (1, sending),
    (1, withdrawing_invitation),
    (2, moving),
    (3, waiting),
)
contended: st.SearchStrategy[Step] = _weighted(
    (4, registering),
    (1, importing),
    (3, proceeding),
    (2, deciding),
    (2, withdrawing),
    (2, substituting),
    (2, accepting),
    (1, changing_role),
)


def _at_once(steps: list[Step]) -> Together:
    """A list that is registered while time passes reads the clock again and again, so it has no
    place in a serial order: it stays out where the clock moves. The clock moves once, as it is set
    and not turned. Nor has a table that is only looked at, as that takes no lock.
    """
    steps = [each for each in steps if not (isinstance(each, ImportTable) and each.dry_run)]
    waits = [step for step in steps if isinstance(step, Wait)]
    if waits:
        others = [step for step in steps if not isinstance(step, RegisterMany | Wait)]
        steps = [*others, waits[0]]
    return Together(tuple(steps))


def _lists(steps: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(steps, min_size=least, max_size=most)


together = _weighted((1, _lists(single, 2, 4)), (1, _lists(contended, 3, 5))).map(_at_once)
one_or_many = _weighted((3, single), (1, together)).map(lambda step: (step,))


def _late(entity: int, persons: int, people: list[int], role: str) -> tuple[AnyStep, ...]:
    namings = [Naming(entity, person, role) for person in people]
    return (
        Wait(days=3),
        ChangeDeadline(closes=2),
        Grant(entity=entity, persons=persons, days=2),
        Together(tuple(Register(by="own", naming=each, says_entity=True) for each in namings)),
        ChangeDeadline(closes=None),
    )


def _forgotten(pick: int, days: int) -> tuple[AnyStep, ...]:
    return Withdraw(pick=6 * pick), Wait(days=days), Look()


coming_late = st.builds(
    _late,
    st.sampled_from([0, 1]),
    st.sampled_from([2, 1]),
    st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=4, unique=True),
    st.sampled_from(["representative", "adviser", "support"]),
)
"""More than the exception is for, at once, while nobody else may come."""
forgetting = st.builds(_forgotten, PICKS, st.sampled_from([2, 4, 1]))
"""A seat falls free, and whoever is offered it does not answer."""
episodes = _weighted((20, one_or_many), (1, coming_late), (3, forgetting))
by_organizer = st.builds(
    Register,
    naming=st.builds(
        Naming, st.sampled_from([0, 1]), st.sampled_from(PEOPLE), st.just("representative")
    ),
    says_entity=st.just(True),
)
begun = st.builds(
    replace, by_organizer, by=st.sampled_from(["organizer", "organizer", "own", "own", "own"])
)
beginning = st.lists(
    begun,
    min_size=4,
    max_size=10,
    unique_by=lambda step: (step.naming.entity, step.naming.person),
)
"""Enough people that seats are taken and some wait."""


def _history(setting: Setting, begun: list[Step], rest: list[tuple[AnyStep, ...]]) -> History:
    return History(setting, (*begun, *(step for episode in rest for step in episode)))


histories = st.builds(_history, settings_of_meetings, beginning, _lists(episodes, 8, 20))
crowd = _lists(_weighted((6, by_organizer), (2, withdrawing), (1, substituting)), 5, 5).map(
    _at_once
)
crowds = st.builds(
    History,
    setting=st.builds(
        Setting,
        capacity=st.none(),
        quotas=st.tuples(st.just(1), st.just(2), st.just(0)),
        opens_late=st.just(False),
        closes=st.none(),
    ),
    steps=_lists(crowd, 2, 4).map(tuple),
)
"""Many at once for a few seats and nothing else: what the lock is for."""
everything = _weighted((9, histories), (1, crowds))
