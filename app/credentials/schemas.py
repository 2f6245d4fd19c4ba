"""Credentials as they cross the wire."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.core.fields import PARAGRAPHS, InstantField, Line, Schema, visible
from app.credentials.lifecycle import CREDENTIALS, CredentialsStatus, CredentialsVerb


class CredentialsWrite(Schema):
    """A file that was handed in, or what the letter is filed under; or both."""

    file_id: UUID | None = Field(None, description="Of `uploadFile`, for this invitation.")
    reference: Line | None = Field(None, examples=["Note verbale 117/2021 of 4 October 2021"])

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.file_id is None and self.reference is None:
            raise ValueError("give file_id, reference or both")
        return self


class CredentialsReturnRequest(Schema):
    """What is wrong with them."""

    reason: Annotated[
        str,
        StringConstraints(min_length=1, max_length=2000, pattern=PARAGRAPHS),
        AfterValidator(visible),
        Field(
            description="Told to the focal points by mail; stands in the log, which never changes: "
            "name nobody in it.",
            examples=["The second page is missing."],
        ),
    ]


class CredentialsFile(Schema):
    """The file; its bytes are at `getFile`."""

    id: UUID
    name: str = Field(max_length=210)
    media_type: str = Field(max_length=100)
    size: int = Field(ge=1, le=5_000_000)


class CredentialsOut(Schema):
    """The credentials of a delegation, with who and when."""

    status: CredentialsStatus
    file: CredentialsFile | None
    reference: str | None = Field(max_length=500)
    presented_at: InstantField
    presented_by: str | None = Field(
        max_length=500, description="For organizers; null for everybody else."
    )
    looked_at: InstantField | None = Field(description="When an organizer last decided.")
    looked_at_by: str | None = Field(
        max_length=500, description="For organizers; null for everybody else."
    )
    reason: str | None = Field(max_length=2000, description="Why they were returned.")
    allowed: list[CredentialsVerb] = Field(max_length=5, description="What you may do now.")


def moves(status: CredentialsStatus, *, organizes: bool) -> list[CredentialsVerb]:
    """What the state permits this caller."""
    verbs = [CredentialsVerb(verb) for verb in CREDENTIALS.allowed(status)]
    return [verb for verb in verbs if organizes or verb is CredentialsVerb.PRESENT]
