"""The laws of timetables on thousands of random agendas, and how long timing takes.

`python -m tests.agenda.timetable_campaign [AGENDAS]`.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from app.agenda.clockwork import SittingTimes
from app.agenda.lifecycle import ItemKind
from app.agenda.policy import PlannedItem
from app.agenda.timetable import timetable
from tests.agenda import laws
from tests.agenda.outlines import MINUTE, START, after, item

AGENDAS = 20_000
TIMES = 15


def play(seed: int) -> None:
    """Every law, on one agenda."""
    dice = random.Random(seed)
    agenda = laws.random_agenda(seed, most=dice.choice([4, 8, 16, 40]))
    laws.it_is_what_the_plain_way_finds(agenda)
    laws.the_order_of_the_rows_does_not_matter(agenda)
    laws.pins_hold_and_times_go_forward(agenda)
    laws.what_is_gone_causes_no_problem(agenda)
    laws.flexible_items_share_fairly_and_cause_nothing(agenda)
    laws.nothing_begun_is_as_planned(agenda)
    laws.fitting_sums_exactly(agenda, fill=dice.random() < 0.5)
    laws.what_is_projected_can_still_be(agenda, dice.randint(0, 9), dice.randint(0, 400))
    laws.swapping_twice_changes_nothing(agenda, dice.randint(0, 99), dice.randint(0, 99))
    laws.shifting_there_and_back_changes_no_time(
        agenda, dice.randint(0, 99), dice.randint(-90, 90) or 5
    )
    minutes = [dice.randint(1, 90) for _ in range(dice.randint(1, 30))]
    available = dice.randint(len(minutes), 2 * sum(minutes) + len(minutes))
    line = [item(n, minutes=length) for n, length in enumerate(minutes)]
    laws.one_line_fits(line, available, fill=dice.random() < 0.5)
    laws.parts_have_their_sum(minutes, available)


def thousand() -> list[PlannedItem]:
    """A hundred headings with nine items each; every fiftieth is pinned."""
    return [
        item(
            n,
            None if n % 10 == 1 else n - ((n - 1) % 10),
            None if n % 10 == 1 else 5,
            at=None if n % 50 else n * 5,
        )
        for n in range(1, 1001)
    ]


def conference() -> tuple[list[PlannedItem], list[SittingTimes]]:
    """770 events on two days, in 27 rooms at once, with flexible ones and breaks."""
    items: list[PlannedItem] = []
    sittings = [
        SittingTimes(UUID(int=9000 + n), after(begin), after(begin + 240), 120)
        for n, begin in enumerate((0, 300, 1440, 1740))
    ]
    number = 0
    for nth, sitting in enumerate(sittings):
        number += 1
        head = number
        items.append(item(head, None, 0, in_parallel=True, sitting_id=sitting.id))
        for room in range(27):
            number += 1
            track = number
            items.append(item(track, head, None, room=f"Room {room}"))
            for talk in range(6):
                number += 1
                kind = ItemKind.BREAK if talk == 3 else ItemKind.PANEL
                flexible = talk == 5
                items.append(
                    item(
                        number,
                        track,
                        None if flexible else 30,
                        kind,
                        flexible=flexible,
                        room=f"Room {room}",
                        at=_minutes(sitting) if talk == 0 and nth % 2 else None,
                    )
                )
    items += [item(number + n, minutes=0) for n in range(1, 771 - len(items))]
    return items, sittings


def _minutes(sitting: SittingTimes) -> int:
    return round((sitting.begins_at - START) / MINUTE)


def quickest(run: Callable[[], object]) -> float:
    """Milliseconds of the processor, in the quickest of several runs."""
    found = []
    for _ in range(TIMES):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found) * 1000


def main() -> None:
    agendas = int(sys.argv[1]) if len(sys.argv) > 1 else AGENDAS
    for seed in range(agendas):
        try:
            play(seed)
        except BaseException:
            print(f"The agenda with the seed {seed} breaks a law.", file=sys.stderr)  # noqa: T201
            raise
    print(f"{agendas} agendas keep every law.")  # noqa: T201
    items, end = thousand(), START + timedelta(days=5)
    one = quickest(lambda: timetable(items, START, end, longest_stretch=180))
    events, sittings = conference()
    many = quickest(lambda: timetable(events, START, after(2000), sittings))
    print(f"1,000 items are timed in {one:.1f} ms, {len(events)} events in {many:.1f} ms.")  # noqa: T201


if __name__ == "__main__":
    main()
