"""What every import answers: a result for each row, and nothing written when one is bad."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field, ValidationError

from app.core.choices import Choice
from app.core.fields import CELLS, json_names, place_of, words_of
from app.core.headings import TableColumn
from app.core.problems import BadRequest, FieldError, Invalid, Problem, UnsupportedMediaType
from app.core.routes import Beforehand
from app.core.sheets import Row, SheetUnreadable, read_rows

CSV = "text/csv"
PASTED = ("text/tab-separated-values", "text/plain")
"""As a spreadsheet program puts cells on the clipboard; read like CSV."""
GRIDS = (CSV, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", *PASTED)
MEDIA_TYPES = (*GRIDS, "application/yaml", "application/json")
_READER = ThreadPoolExecutor(1, thread_name_prefix="imports")
"""Of all imports of the process: reading keeps a processor busy, which others need as well."""
Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")
DryRun = Annotated[bool, Query(description="Change nothing, only say what would happen.")]

IMPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A table, with the names of the members as its header.",
        "content": {
            "text/csv": {"schema": {"type": "string", "maxLength": 10_000_000}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary", "maxLength": 10_000_000}
            },
            **{
                pasted: {"schema": {"type": "string", "maxLength": 10_000_000}} for pasted in PASTED
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


def import_body(needed: str, others: str, **example: str) -> dict[str, Any]:
    """`openapi_extra` of an import whose columns may have other names than their members."""
    body = deepcopy(IMPORT_BODY)
    sent = body["requestBody"]
    sent["description"] = f"A table with {needed}; and, if wanted, {others}."
    sent["content"]["application/json"]["example"] = [example]
    for kind, between in ((CSV, ","), *((pasted, "\t") for pasted in PASTED)):
        lines = (between.join(cells) for cells in (example, example.values()))
        sent["content"][kind]["example"] = "\n".join(lines) + "\n"
    return body


class ImportMode(Choice):
    """What a refused row does to the others."""

    ALL = "all"
    """Nothing is written unless every row can be."""
    ROWS = "rows"
    """Each row stands for itself."""


ModeAsked = Annotated[ImportMode, Query(description="What a refused row does to the others.")]


class RowsRefused(Problem):
    """Rows of the table are refused, so nothing was written.

    `errors` has each of them by row and column. Mend the table, or write the other rows with
    `mode=rows`; `dry_run=true` explains every row.
    """

    slug, title, status = "rows-refused", "Rows are refused", HTTPStatus.UNPROCESSABLE_ENTITY


MemberName = Annotated[str, Field(min_length=1, max_length=100)]


class RowReport(BaseModel):
    """What became of one row of a table, or would."""

    row: int = Field(ge=1, le=1_000_000, description="Number of the row, as a person counts.")
    problem: str | None = Field(
        None,
        max_length=100,
        description="Name of the problem type of a refusal.",
        examples=["invalid"],
    )
    detail: str | None = Field(
        None,
        max_length=2000,
        description="The refusal in words.",
        examples=["value is not a valid email address"],
    )
    errors: list[FieldError] = Field(
        default_factory=list, max_length=100, description="Pointers into the row, by its columns."
    )


class TableReport(BaseModel):
    """How a table was read."""

    dry_run: bool
    mode: ImportMode
    columns: list[TableColumn] = Field(
        max_length=1000, description="What each column was read as; those of JSON and YAML too."
    )


class RowOutcome(Choice):
    """What became of a row or an item of a file, or would."""

    CREATED = "created"
    """It is new."""
    CHANGED = "changed"
    """It was there, and is different now."""
    UNCHANGED = "unchanged"
    """It was there as it is."""
    REFUSED = "refused"
    """Something is wrong with it; see `errors`."""


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
    return await uploaded(request, lambda content, kind: rows_of(content, kind, key))


async def uploaded(request: Request, make: Callable[[bytes, str], Made]) -> Made:
    """What is made of the body and its media type, in the same way as `uploaded_rows`."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(
            "Send CSV, XLSX, YAML or JSON.", headers={"Accept": ", ".join(MEDIA_TYPES)}
        )
    content = await request.body()
    if not content:
        raise BadRequest("The body is empty.")
    return await Elsewhere(request, "uploaded")(make, content, media_type)


class Elsewhere:
    """Does what keeps a processor busy in the one thread that all imports of the process share.

    Meanwhile the request holds no transaction: it is run again from its beginning, and then finds
    under the name what was made.
    """

    def __init__(self, request: Request, name: str) -> None:
        self.state, self.name = request.state, name

    async def __call__(self, work: Callable[..., Made], *arguments: Any) -> Made:
        made: Made | None = getattr(self.state, self.name, None)
        if made is not None:
            return made

        async def make_it() -> None:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(_READER, work, *arguments)
            setattr(self.state, self.name, made)

        raise Beforehand(make_it)


def rows_of(content: bytes, media_type: str, key: str, *, apart: bool = False) -> list[Row]:
    """The rows of a file; raises `Invalid` naming row and column."""
    try:
        read_as = CSV if media_type in PASTED else media_type
        return read_rows(content, read_as, key=key, apart=apart)
    except SheetUnreadable as error:
        place = [part for part in (error.row, error.column) if part is not None]
        raise Invalid.at(json_names(place), str(error)) from None


def row_model(kind: type[Model], row: Row) -> Model | list[FieldError]:
    """The row as a model, or what is wrong with its columns; empty cells count as left out."""
    values = {name: value for name, value in row.values.items() if value not in (None, "")}
    try:
        return kind.model_validate(values, context=CELLS)
    except ValidationError as error:
        return errors_of(error)


def errors_of(error: ValidationError) -> list[FieldError]:
    """What is wrong with one row of many, by pointers into it."""
    return [
        FieldError(pointer=json_names(place_of(each)), detail=words_of(each))
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


def check_rows(rows: Iterable[RowReport], mode: ImportMode) -> None:
    """All or nothing, where that is asked for: raises `RowsRefused` with every bad row."""
    refused = [row for row in rows if row.problem is not None]
    if mode is ImportMode.ROWS or not refused:
        return
    errors = [
        FieldError(pointer=f"/{row.row}{pointer}", detail=f"row {row.row}: {detail}")
        for row in refused
        for pointer, detail in _places(row)
    ]
    raise RowsRefused(
        f"{len(refused)} rows are refused; nothing was written.", errors=errors[:1000]
    )


def _places(row: RowReport) -> list[tuple[str, str]]:
    return [(error.pointer, error.detail) for error in row.errors] or [("", row.detail or "")]
