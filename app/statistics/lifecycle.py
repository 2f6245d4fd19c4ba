"""What people are told apart by, and how they took part."""

from enum import StrEnum

from app.core.choices import Choice


class Breakdown(StrEnum):
    ENTITY = "entity"
    ROLE = "role"
    MODE = "mode"
    GENDER = "gender"
    LEVEL = "level"


class Mode(Choice):
    VIRTUAL = "virtual"
    """At a virtual meeting; at a hybrid one whoever came in by their personal link."""
    IN_PERSON = "in_person"
    """At a meeting in person."""
    UNKNOWN = "unknown"
    """At a hybrid meeting whoever did not come, or was checked in by an organizer."""


UNDISCLOSED = "undisclosed"
"""Where people did not say, or did not agree to be counted by it."""
