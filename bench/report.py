"""Ratios with their floors, as a file for programs and as the table of `docs/performance.md`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"
_GIB = 1024**3

Rounds = Sequence[Mapping[str, float]]
"""Rates per second, by name, of each round."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How fast something is, as a share or a multiple of what it is compared with."""

    name: str
    ratio: float
    floor: float

    @property
    def reached(self) -> bool:
        return self.ratio >= self.floor


_COMPARED = (
    (
        "registrations committed, of pgbench with the same statements",
        "registrations",
        "pgbench",
        0.35,
    ),
    ("published agenda, of bare bytes", "agenda", "bare bytes", 0.45),
    ("published agenda, times the one built of objects", "agenda", "agenda of objects", 18.0),
    ("conditional read answered 304, of bare bytes", "not modified", "bare bytes", 0.45),
    ("public meeting, of bare bytes", "meeting", "bare bytes", 0.45),
    ("calendar with all items, of the published agenda", "calendar", "agenda", 0.95),
    ("published agenda from memory, of bare bytes", "kept agenda", "kept bare bytes", 0.85),
    ("the same answered 304, of bare bytes", "kept not modified", "kept bare bytes", 0.85),
    ("public meeting from memory, of bare bytes", "kept meeting", "kept bare bytes", 0.85),
    ("calendar from memory, of bare bytes", "kept calendar", "kept bare bytes", 0.85),
)


def ratios(rounds: Rounds) -> list[Ratio]:
    """Medians of the ratios within each round, which a busy neighbour disturbs as a whole."""
    return [
        Ratio(name, round(median(rates[measured] / rates[other] for rates in rounds), 3), floor)
        for name, measured, other, floor in _COMPARED
    ]


def write_results(found: Sequence[Ratio]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(each) for each in found], indent=2) + "\n")


def write_page(rounds: Rounds, found: Sequence[Ratio], about: Sequence[str]) -> None:
    """Replace what stands between the two marks of the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    measured = "\n".join([_BEGIN, "", *_table(rounds, found), "", *about, "", _END])
    PAGE.write_text(f"{before}{measured}{after}", encoding="utf-8")


def machine() -> str:
    """Its class, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _table(rounds: Rounds, found: Sequence[Ratio]) -> list[str]:
    rates = {name: median(each[name] for each in rounds) for name in rounds[0]}
    rows = [
        f"| {each.name} | {_shown(each.ratio)} | {_shown(each.floor)} "
        f"| {rates[measured]:,.0f} | {rates[other]:,.0f} |"
        for each, (_, measured, other, _) in zip(found, _COMPARED, strict=True)
    ]
    head = "| What | Ratio | Floor | Measured per second | Compared with, per second |"
    return [head, "|---|---:|---:|---:|---:|", *rows]


def _shown(ratio: float) -> str:
    return f"{ratio:.0%}" if ratio < 2 else f"{ratio:.1f} times"
