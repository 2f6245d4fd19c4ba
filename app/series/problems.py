"""Refusals about series."""

from app.core.problems import AlreadyExists
from app.core.routes import refuse_as

refuse_as(
    "uq_meetings_series_id_series_date",
    lambda: AlreadyExists("The series has a meeting for this date already."),
)
