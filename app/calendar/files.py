"""Calendar files as answers."""

from fastapi import Response


class CalendarFile(Response):
    """An iCalendar object (RFC 5545)."""

    media_type = "text/calendar"
