"""Answers to the questions of meetings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from app.core.tables import Instant, Json, Row, one_of, values


class AnswerSide(StrEnum):
    """For whom an answer was given."""

    ENTITY = "entity"
    ORGANIZER = "organizer"


class Answer(Row, table=True):
    """What was answered about a registration, `created_at` being when, to a version of the form.

    There is one answer to a question at a time. One that is given instead takes its place; only of
    consents the old one stays, with `replaced_at`, to prove what was agreed to and until when.
    """

    __tablename__ = "answers"
    __table_args__ = (
        one_of("given_for", AnswerSide),
        ForeignKeyConstraint(
            ["meeting_id", "form_version"],
            ["form_versions.meeting_id", "form_versions.number"],
            name="fk_answers_form_version",
        ),
        Index(
            "uq_answers_question",
            "registration_id",
            "question_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_answers_form_version", "meeting_id", "form_version"),
    )

    registration_id: UUID = Field(foreign_key="registrations.id", index=True)
    meeting_id: UUID
    form_version: int
    question_id: str = Field(sa_type=Text)
    value: Any = Field(sa_type=Json)
    given_for: AnswerSide = Field(sa_type=values(AnswerSide))
    actor_kind: str = Field(sa_type=Text)
    actor_id: UUID | None = None
    """Who gave it, as in the log."""
    file_id: UUID | None = Field(default=None, foreign_key="stored_files.id", index=True)
    """The file that is the answer; it can be deleted no more."""
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)
