"""A list as a file: its rows are fetched quickly into a file of cells, and set from there.

The first happens in the request's transaction and takes the time of the database; the second holds
no connection. Neither has more than some rows in memory, but for a PDF, which is bounded.
"""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any, Final, cast

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.pages import Order
from app.core.preconditions import matches
from app.lists.books import write_csv, write_xlsx
from app.lists.lifecycle import MEDIA_TYPES, ListFormat
from app.lists.press import print_list
from app.lists.problems import ListTooLong
from app.lists.writing import Cells, Head, Rendering

BATCH: Final = 1000
CHUNK: Final = 65_536
_WRITER = ThreadPoolExecutor(1, thread_name_prefix="lists")
"""Of all lists of the process: writing keeps a processor busy, which others need as well."""


@dataclass(frozen=True, slots=True)
class Spool:
    """The cells of a list, one row a line."""

    head: Head
    file: IO[str]
    rows: int

    def read(self) -> Iterator[Cells]:
        self.file.seek(0)
        for line in self.file:
            yield cast("Cells", json.loads(line))


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file, which is nowhere but here."""

    head: Head
    form: ListFormat
    file: IO[bytes]
    size: int
    etag: str


async def spooled(
    session: AsyncSession,
    statement: Select[Any],
    order: Order,
    rendering: Rendering,
    *,
    at_most: int | None = None,
) -> Spool:
    """All rows as cells; raises `ListTooLong`."""
    ordered = statement.order_by(*(column for column, _ in order))
    file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  # it is kept
    try:
        head: Head | None = None
        number = 0
        found = await session.stream(ordered.execution_options(yield_per=BATCH))
        async for batch in found.partitions():
            head = head or rendering.head(batch[0].latest)
            for row in batch:
                number += 1
                file.write(json.dumps(rendering.cells(row, number, head)) + "\n")
            if at_most is not None and number > at_most:
                raise ListTooLong(f"A PDF takes {at_most} rows: ask for XLSX, or for one entity.")
    except BaseException:
        file.close()
        raise
    return Spool(head or rendering.head(None), file, number)


async def made_of(spool: Spool, form: ListFormat) -> Made:
    """The file in the form that is wanted; the cells are gone then."""
    with spool.file:
        if form is ListFormat.PDF:
            content = await print_list(spool.head, list(spool.read()))
            file = tempfile.TemporaryFile()  # noqa: SIM115  # as above
            file.write(content)
            return _finished(spool.head, form, file)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_WRITER, _written, spool, form)


def answer_with(made: Made, request: Request, *, cache: str, vary: str) -> Response:
    """The file, or 304 where the caller has it."""
    headers = {
        "ETag": made.etag,
        "Cache-Control": cache,
        "Content-Language": made.head.language.value,
        "Vary": vary,
    }
    known = request.headers.get("if-none-match")
    if known is not None and matches(known, made.etag):
        made.file.close()
        return Response(status_code=304, headers=headers)
    shown = "inline" if made.form is ListFormat.PDF else "attachment"
    name = f"{made.head.file_name}.{made.form.value}"
    headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    headers["Content-Length"] = str(made.size)
    return StreamingResponse(_chunks(made.file), media_type=MEDIA_TYPES[made.form], headers=headers)


def _written(spool: Spool, form: ListFormat) -> Made:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # as above
    write = write_csv if form is ListFormat.CSV else write_xlsx
    write(spool.head, spool.read(), file)
    return _finished(spool.head, form, file)


def _finished(head: Head, form: ListFormat, file: IO[bytes]) -> Made:
    file.seek(0)
    digest = hashlib.file_digest(cast("Any", file), "sha256").hexdigest()[:32]
    return Made(head, form, file, file.tell(), f'"{digest}"')


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
