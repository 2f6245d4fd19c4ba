"""How an entity stands in a committee, and how the committee's letters go out."""

from enum import StrEnum

from app.core.choices import Choice


class Standing(StrEnum):
    MEMBER = "member"
    OBSERVER = "observer"


class Office(StrEnum):
    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"


class LetterDelivery(Choice):
    """How the formal letter goes with the mail that invites."""

    ATTACHED = "attached"
    """As a file of that mail."""
    LINKED = "linked"
    """The mail says that the page behind its link has it."""
    NONE = "none"
    """The mail does not speak of it; it can still be read."""
