"""Calendar files as answers."""

from typing import Final

from fastapi import Response

from app.core.openapi import Responses


class CalendarFile(Response):
    """An iCalendar object (RFC 5545)."""

    media_type = "text/calendar"


DOCUMENTED: Final[Responses] = {
    200: {
        "description": "An iCalendar object (RFC 5545).",
        "content": {"text/calendar": {"schema": {"type": "string", "maxLength": 10_000_000}}},
    }
}
