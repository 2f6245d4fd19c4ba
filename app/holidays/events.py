"""Facts about official holidays."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class HolidaysReplaced(Event):
    """The list of one year is another one now; days as ISO 8601 dates."""

    name: ClassVar[str] = "holidays.replaced"
    duty_station: str
    year: int
    added: list[str]
    removed: list[str]


def subject_of(duty_station: str) -> UUID:
    """The id under which the log speaks of a duty station, which has no row of its own."""
    return uuid5(NAMESPACE_URL, f"urn:secretariat:duty-station:{duty_station}")
