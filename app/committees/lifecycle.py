"""How an entity stands in a committee, and how the committee's letters go out."""

from enum import StrEnum


class Standing(StrEnum):
    MEMBER = "member"
    OBSERVER = "observer"


class Office(StrEnum):
    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"


class LetterDelivery(StrEnum):
    """How the formal letter goes with the mail that invites."""

    ATTACHED = "attached"
    LINKED = "linked"
    NONE = "none"
