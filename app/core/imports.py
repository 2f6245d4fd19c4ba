"""What every import answers: a result for each row, and nothing written when one is bad."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field, ValidationError

from app.core.fields import CELLS, json_names, place_of, words_of
from app.core.problems import BadRequest, FieldError, Invalid, UnsupportedMediaType
from app.core.routes import Beforehand
from app.core.sheets import Row, SheetUnreadable, read_rows

MEDIA_TYPES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/yaml",
    "application/json",
)
_READER = ThreadPoolExecutor(1, thread_name_prefix="imports")
"""Of all imports of the process: reading keeps a processor busy, which others need as well."""
Model = TypeVar("Model", bound=BaseModel)
DryRun = Annotated[bool, Query(description="Change nothing, only say what would happen.")]

IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "description": "A table, with the names of the members as its header.",
        "content": {
            "text/csv": {"schema": {"type": "string", "maxLength": 10_000_000}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary", "maxLength": 10_000_000}
            },
            "application/yaml": {"schema": {"type": "string", "maxLength": 10_000_000}},
            "application/json": {
                "schema": {
                    "type": "array",
                    "maxItems": 10_000,
                    "items": {"type": "object", "additionalProperties": True},
                }
            },
        },
    }
}
"""`openapi_extra` of an import."""


class RowOutcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RowResult(BaseModel):
    """What became of one row."""

    row: int = Field(ge=1, le=1_000_000, description="Number of the row, as a person counts.")
    outcome: RowOutcome
    handle: str | None = Field(None, max_length=80)
    errors: list[FieldError] = Field(default_factory=list, max_length=100)


class ImportResult(BaseModel):
    """What an import did, or would do."""

    dry_run: bool
    created: int = Field(ge=0, le=100_000)
    changed: int = Field(ge=0, le=100_000)
    unchanged: int = Field(ge=0, le=100_000)
    refused: int = Field(ge=0, le=100_000)
    rows: list[RowResult] = Field(max_length=10_000)


async def uploaded_rows(request: Request, key: str) -> list[Row]:
    """The rows of the body; `key` names the list where YAML or JSON has it within a mapping.

    They are read while the request holds no transaction, after it was found to be permitted.
    """
    read: list[Row] | None = getattr(request.state, "rows", None)
    if read is not None:
        return read
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(
            "Send CSV, XLSX, YAML or JSON.", headers={"Accept": ", ".join(MEDIA_TYPES)}
        )
    content = await request.body()
    if not content:
        raise BadRequest("The body is empty.")

    async def read_them() -> None:
        loop = asyncio.get_running_loop()
        request.state.rows = await loop.run_in_executor(_READER, rows_of, content, media_type, key)

    raise Beforehand(read_them)


def rows_of(content: bytes, media_type: str, key: str) -> list[Row]:
    """The rows of a file; raises `Invalid` naming row and column."""
    try:
        return read_rows(content, media_type, key=key)
    except SheetUnreadable as error:
        raise Invalid.at("", str(error)) from None


def row_model(kind: type[Model], row: Row) -> Model | list[FieldError]:
    """The row as a model, or what is wrong with its columns; empty cells count as left out."""
    values = {name: value for name, value in row.values.items() if value not in (None, "")}
    try:
        return kind.model_validate(values, context=CELLS)
    except ValidationError as error:
        return [
            FieldError(pointer=json_names(place_of(each["loc"])), detail=words_of(each))
            for each in error.errors(include_url=False, include_input=False)
        ]


def summary(rows: Sequence[RowResult], *, dry_run: bool) -> ImportResult:
    counts = {outcome: sum(row.outcome is outcome for row in rows) for outcome in RowOutcome}
    return ImportResult(
        dry_run=dry_run,
        rows=list(rows),
        **{outcome.value: count for outcome, count in counts.items()},
    )


def refuse_if_any(rows: Sequence[RowResult]) -> None:
    """All or nothing: raises `Invalid` with every bad row, by number and column."""
    errors = [
        FieldError(pointer=f"/{row.row}{error.pointer}", detail=f"row {row.row}: {error.detail}")
        for row in rows
        for error in row.errors
    ]
    if errors:
        raise Invalid(
            f"{len(errors)} places of the table are refused; nothing was written.",
            errors=errors[:1000],
        )
