"""Refusals about series."""

from typing import Final

from app.core.problems import AlreadyExists
from app.core.routes import refuse_as

ONE_A_DATE: Final = "uq_meetings_series_id_series_date"

refuse_as(
    ONE_A_DATE,
    lambda: AlreadyExists("The series has a meeting for this date already."),
)
