"""How an entity stands in a committee."""

from enum import StrEnum


class Standing(StrEnum):
    MEMBER = "member"
    OBSERVER = "observer"


class Office(StrEnum):
    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
