"""How long what is kept, who sees it, and what stands in the way of erasing it."""

from app.core.choices import Choice


class Kept(Choice):
    """Until when a field is kept."""

    PERSON = "person"
    """Until the last meeting that the person was registered for has reached the end of its
    retention, or the person is anonymized on request."""
    MEETING = "meeting"
    """Until the meeting that it belongs to has reached the end of its retention; what is about a
    person who is anonymized before goes with that."""
    RECORD = "record"
    """For good: it is part of the record of a meeting, or of the log."""
    OFFICE = "office"
    """Until whoever keeps it changes or removes it."""
    HOURS = "hours"
    """As long as a request may be repeated, see `SECRETARIAT_ANSWERS_HOURS`."""


class Seen(Choice):
    """By whom a field may be read."""

    ENTITY = "entity"
    """The entity's focal points, the organizers of its committees, administrators."""
    PARTICIPANTS = "participants"
    """The same, and observers of the committee."""
    ORGANIZERS = "organizers"
    """Organizers of the committee, administrators."""
    ADMINISTRATORS = "administrators"
    """Administrators, and whoever it is about."""
    MEETING = "meeting"
    """Whoever may know of the meeting."""
    PUBLIC = "public"
    """Everybody, where the meeting is public."""
    NOBODY = "nobody"
    """The service alone."""


class AnonymizationObstacle(Choice):
    """Why a person cannot be anonymized now."""

    PERSON_HELD = "person_held"
    """There is a legal hold on the person."""
    MEETING_HELD = "meeting_held"
    """There is a legal hold on a meeting that the person was registered for."""
    REGISTERED = "registered"
    """The person is registered for a meeting that is not over: withdraw that first."""
    FOCAL_POINT = "focal_point"
    """The person acts for the entity: end that first."""
    MERGED = "merged"
    """The person was merged into another one: that one is to be anonymized."""
