"""Lists: keyset pages with opaque signed cursors, so that nothing is skipped or repeated."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import BadCursor, FieldError

Item = TypeVar("Item")
Found = TypeVar("Found")
Order = Sequence[tuple[Any, bool]]
"""Columns, each with whether it goes down."""
_TYPES: dict[str, Callable[[str], Any]] = {
    "s": str,
    "i": int,
    "t": datetime.fromisoformat,
    "u": UUID,
}


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(max_length=200)
    next_cursor: str | None = Field(
        None, max_length=2000, description="Pass it as `cursor` for the next page; null at the end."
    )


class PageRequest:
    """What the caller asked of a list: how many, from where; and who asks for what."""

    def __init__(
        self,
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=200, description="Items of a page.")] = 50,
        cursor: Annotated[
            str | None,
            Query(max_length=2000, min_length=1, description="`next_cursor` of the last page."),
        ] = None,
    ) -> None:
        self.request, self.response = request, response
        self.limit, self.cursor = limit, cursor

    def seal(self, values: Sequence[Any]) -> str:
        """A cursor behind the row with these sort values."""
        plain = json.dumps([_typed(value) for value in values], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(plain) + plain).decode().rstrip("=")

    def unseal(self, width: int) -> list[Any] | None:
        """The sort values behind which the page begins; raises `BadCursor`."""
        if self.cursor is None:
            return None
        try:
            padded = self.cursor.encode("ascii") + b"=" * (-len(self.cursor) % 4)
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _bad_cursor() from None
        signature, plain = sealed[:16], sealed[16:]
        if not hmac.compare_digest(signature, self._signature(plain)):
            raise _bad_cursor()
        values = [_TYPES[value[0]](value[1:]) for value in json.loads(plain)]
        if len(values) != width:
            raise _bad_cursor()
        return values

    def _signature(self, plain: bytes) -> bytes:
        query = sorted(
            (name, value)
            for name, value in self.request.query_params.multi_items()
            if name not in {"cursor", "limit"}
        )
        caller = getattr(self.request.state, "caller", None)
        about = json.dumps([self.request.url.path, query, str(getattr(caller, "key", ""))])
        key = self.request.app.state.secret
        return hmac.digest(key, b"cursor\0" + about.encode() + b"\0" + plain, hashlib.sha256)[:16]


def _bad_cursor() -> BadCursor:
    error = FieldError(pointer="query/cursor", detail="Begin again without a cursor.")
    return BadCursor(errors=[error])


Paging = Annotated[PageRequest, Depends()]


async def fetch_page(
    session: AsyncSession,
    paging: PageRequest,
    statement: Select[Any],
    order: Order,
    render: Callable[[Any], Item],
) -> Page[Item]:
    """One page of `statement`, in `order`: (column, descending) pairs, none NULL, the last unique.

    The ordering columns are added to the select behind what it has; `render` gets each row.
    """
    columns = [column for column, _ in order]
    after = paging.unseal(len(columns))
    if after is not None:
        statement = statement.where(_behind(order, after))
    ordering = [column.desc() if down else column.asc() for column, down in order]
    statement = statement.add_columns(*columns).order_by(*ordering).limit(paging.limit + 1)
    rows = (await session.execute(statement)).all()
    page = rows[: paging.limit]
    cursor = None
    if len(rows) > paging.limit:
        cursor = _next(paging, page[-1][-len(columns) :])
    return Page(items=[render(row) for row in page], next_cursor=cursor)


def page_of(
    paging: PageRequest,
    found: Sequence[Found],
    key: Callable[[Found], tuple[Any, ...]],
    width: int,
    render: Callable[[Found], Item],
) -> Page[Item]:
    """One page of what was worked out in memory, in the order of its unique `key` of this width."""
    after = paging.unseal(width)
    rest = found if after is None else [each for each in found if key(each) > tuple(after)]
    page = rest[: paging.limit]
    cursor = _next(paging, key(page[-1])) if len(rest) > paging.limit else None
    return Page(items=[render(each) for each in page], next_cursor=cursor)


def _next(paging: PageRequest, values: Sequence[Any]) -> str:
    """The cursor behind these values, which a header tells as well."""
    cursor = paging.seal(values)
    url = paging.request.url.include_query_params(cursor=cursor)
    paging.response.headers["Link"] = f'<{quote(url.path)}?{url.query}>; rel="next"'
    return cursor


def ordering(sort: StrEnum, columns: Mapping[str, Any], unique: Any) -> Order:
    """The order that a `sort` value such as `name` or `-starts_at` means."""
    name = sort.value
    down = name.startswith("-")
    return [(columns[name.removeprefix("-")], down), (unique, down)]


def _behind(order: Order, after: Sequence[Any]) -> ColumnElement[bool]:
    alternatives = []
    for place, (column, down) in enumerate(order):
        equal = [order[i][0] == after[i] for i in range(place)]
        beyond = column < after[place] if down else column > after[place]
        alternatives.append(and_(*equal, beyond))
    (first, down), value = order[0], after[0]
    bound = first <= value if down else first >= value  # which an index can begin at
    return and_(bound, or_(*alternatives))


def _typed(value: Any) -> str:
    match value:
        case datetime():
            return "t" + value.isoformat()
        case UUID():
            return "u" + str(value)
        case bool() | int():
            return "i" + str(int(value))
        case StrEnum():
            return "s" + value.value
        case _:
            return "s" + str(value)
