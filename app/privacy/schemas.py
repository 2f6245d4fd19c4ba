"""Purposes, ends, holds and what is held, as they cross the wire."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.fields import InstantField, Paragraphs, Schema
from app.core.fields import RetentionDays as Days
from app.privacy.lifecycle import AnonymizationObstacle, Kept, Seen
from app.privacy.service import Anonymization
from app.privacy.tables import LegalHold


class PrivacyFieldOut(Schema):
    """A field that may hold personal data."""

    table: str = Field(max_length=100, examples=["people"])
    field: str = Field(max_length=100, examples=["email"])
    purpose: str = Field(max_length=500, examples=["Where invitations, entries and links go."])
    seen: Seen
    kept: Kept
    exported: bool = Field(description="Whether an export of what is held about a person has it.")


class PrivacyFieldsOut(Schema):
    """Every field that may hold personal data, for what, who sees it, and until when."""

    retention_days: Days = Field(
        description="Days after the end of a meeting, where neither it nor its committee says "
        "otherwise."
    )
    answers_hours: int = Field(
        ge=1, le=720, description="Hours for which answers are kept to be repeated.", examples=[48]
    )
    unmatched_days: int = Field(
        ge=1,
        le=36_500,
        description="Days for which mails that belong to no meeting are kept.",
        examples=[90],
    )
    fields: list[PrivacyFieldOut] = Field(max_length=1000)


class LegalHoldWrite(Schema):
    """Why nothing may be erased."""

    reason: Paragraphs = Field(
        min_length=1,
        description="Stays in the log.",
        examples=["Inquiry 2022/14 of the Office of Internal Oversight."],
    )


class LegalHoldOut(Schema):
    """Whether erasure is held up."""

    held: bool
    reason: str | None = Field(max_length=10_000)
    placed_at: InstantField | None
    placed_by: UUID | None = Field(description="The account that placed it, or last said why.")

    @classmethod
    def of_hold(cls, hold: LegalHold | None) -> Self:
        return cls(
            held=hold is not None,
            reason=hold.reason if hold else None,
            placed_at=hold.created_at if hold else None,
            placed_by=hold.placed_by if hold else None,
        )


class ErasedRows(Schema):
    """Rows of one table."""

    table: str = Field(max_length=100, examples=["messages"])
    rows: int = Field(ge=0, le=10_000_000, examples=[3])


class AnonymizationOut(Schema):
    """What was erased, or would be."""

    dry_run: bool
    anonymized_at: InstantField | None = Field(description="Null while the person is not.")
    obstacles: list[AnonymizationObstacle] = Field(
        max_length=10, description="What stands in the way."
    )
    erased: list[ErasedRows] = Field(
        max_length=100, description="Rows that were emptied or deleted, or would be."
    )

    @classmethod
    def of_result(cls, found: Anonymization, *, dry_run: bool) -> Self:
        return cls(
            dry_run=dry_run,
            anonymized_at=found.anonymized_at,
            obstacles=found.obstacles,
            erased=[ErasedRows(table=name, rows=rows) for name, rows in found.erased.items()],
        )


class HeldTable(Schema):
    """What one table has about the person."""

    table: str = Field(max_length=100, examples=["people"])
    purposes: dict[str, str] = Field(
        max_length=100, description="Of the fields that say something about the person."
    )
    rows: list[dict[str, Any]] = Field(max_length=10_000)


class HeldDataOut(Schema):
    """Everything that is held about a person: their own rows, and the log's entries about them."""

    person_id: UUID
    as_of: InstantField
    tables: list[HeldTable] = Field(max_length=200)
    log: list[dict[str, Any]] = Field(
        max_length=10_000, description="Entries of the log about their registrations; ids only."
    )
