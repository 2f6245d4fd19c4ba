"""Reads the objects of many sittings with all readers, and says what each got wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.calendar.truth.objects import Emitted, emitted
from tests.calendar.truth.reading import Reader, Reading, Unreadable, with_private_names
from tests.calendar.truth.sittings import Sitting


@dataclass(frozen=True, slots=True)
class Wrong:
    """One object that one reader does not read as it is meant."""

    sitting: Sitting
    label: str
    reader: str
    truth: Reading
    got: Reading | Unreadable

    def __str__(self) -> str:
        held = self.sitting
        case = f"{held.zone}, {held.start} to {held.end} ({held.about})"
        return f"{case}: {self.label} by {self.reader}\n  meant {self.truth}\n  read  {self.got}"


def cases(sittings: Sequence[Sitting]) -> list[tuple[Sitting, Emitted]]:
    """The objects of each sitting; its feed has the next two as well and one half way around, which
    is of another zone where there are several.
    """
    many = len(sittings)
    found = []
    for number, sitting in enumerate(sittings):
        places = {(number + step) % many for step in (1, 2, many // 2)} - {number}
        others = [sittings[place] for place in sorted(places)]
        found += [(sitting, each) for each in emitted(sitting, others)]
    return found


def judge(objects: Sequence[tuple[Sitting, Emitted]], readers: Sequence[Reader]) -> list[Wrong]:
    """What the readers get wrong of objects that they cannot know by the names of zones."""
    bodies = [with_private_names(each.body) for _, each in objects]
    return [
        Wrong(sitting, each.label, reader.name, each.truth, got)
        for reader in readers
        for (sitting, each), got in zip(objects, reader.read(bodies), strict=True)
        if got != each.truth
    ]
