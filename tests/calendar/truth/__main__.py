"""Every case of the campaign; the last line counts cases, parsers and what was wrong.

A case is wrong for a parser when one of its objects is. `make calendar-truth` runs this.
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests import node
from tests.calendar.truth.judge import Wrong, cases, judge
from tests.calendar.truth.readers import available
from tests.calendar.truth.sittings import Sitting, sittings
from tests.calendar.truth.zones import chosen

PROCESSES = 2
ZONES_AT_ONCE = 10


def main() -> int:
    node.install()
    readers = [reader.name for reader in available()]
    say(f"parsers: {', '.join(readers)}")
    if "libical" not in readers:
        say("libical is not installed (libical3): it is neither asked nor counted")
    held = [sitting for zone in chosen() for sitting in sittings(zone)]
    seen, wrong = 0, set[tuple[Sitting, str]]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for part, found in zip(parts(held), pool.map(judged, parts(held)), strict=True):
            for each in found:
                say(str(each))
            seen += len(part)
            wrong |= {(each.sitting, each.reader) for each in found}
            say(f"{seen} of {len(held)} cases, to {part[-1].zone}: {len(wrong)} wrong")
    say(f"{seen} cases x {len(readers)} parsers, {len(wrong)} wrong")
    return 1 if wrong else 0


def judged(held: Sequence[Sitting]) -> list[Wrong]:
    return judge(cases(held), available())


def parts(held: Sequence[Sitting]) -> Iterator[Sequence[Sitting]]:
    size = ZONES_AT_ONCE * 6
    return (held[start : start + size] for start in range(0, len(held), size))


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
