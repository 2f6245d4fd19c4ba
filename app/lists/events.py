"""Facts about lists."""

from dataclasses import dataclass
from typing import ClassVar

from app.events import Event


@dataclass(frozen=True, kw_only=True)
class ParticipantsPublished(Event):
    """Others may read the list of participants from now on."""

    name: ClassVar[str] = "participants.published"


@dataclass(frozen=True, kw_only=True)
class ParticipantsUnpublished(Event):
    """Nobody but the organizers reads the list any more."""

    name: ClassVar[str] = "participants.unpublished"
