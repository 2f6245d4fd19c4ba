"""The progress of an action item, and when the record of a meeting is written."""

from enum import StrEnum

from app.meetings.lifecycle import UNDER_WAY, MeetingStatus


class ActionStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


RECORDABLE = UNDER_WAY | {MeetingStatus.ADJOURNED}
"""The meeting was opened and its record is not complete."""
