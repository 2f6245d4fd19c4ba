"""How presence is known and what it means for an entity."""

from enum import StrEnum


class CheckInSource(StrEnum):
    LINK = "link"
    ORGANIZER = "organizer"


class EntityAttendance(StrEnum):
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"
    UNACCOUNTED = "unaccounted"


class RecordOutcome(StrEnum):
    """What recording somebody's presence came to."""

    RECORDED = "recorded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
