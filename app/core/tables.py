"""What every table shares: names of constraints, column types, identity and revision."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import CheckConstraint, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core import clock
from app.core.ids import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Instant: Any = DateTime(timezone=True)
"""An instant; PostgreSQL keeps it in UTC."""

WallTime: Any = DateTime(timezone=False)
"""What clocks on the wall show in the zone that stands beside it."""

Json: Any = JSONB(none_as_null=True)
TextList: Any = ARRAY(Text)
NumberList: Any = ARRAY(Integer)
SortKey: Any = Text(collation="C")
"""A text in the order of its code points, whatever the locale of the database."""


def nothing() -> list[Any]:
    """An empty list, as a default: of `list` itself pydantic reads the signature for every row,
    which takes longer than all else that a row needs.
    """
    return []


class Values(TypeDecorator[StrEnum]):
    """A `StrEnum` kept as its value in a text column; `one_of` adds the CHECK."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        members: dict[str | None, StrEnum | None] = {member.value: member for member in kind}
        self._read = (members | {None: None}).__getitem__

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Looked up without any call of Python, as there may be thousands of rows."""
        return self._read


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """CHECK that a text column holds a value of the enumeration (named after the column)."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def values(kind: type[StrEnum]) -> Any:
    """Column type for a `StrEnum`, as SQLModel's `sa_type`."""
    return Values(kind)


class Row(SQLModel):
    """A row with its own identity and the instant when it was made."""

    # Tables do not validate (schemas do), so their own types may be any.
    model_config: ClassVar[Any] = ConfigDict(arbitrary_types_allowed=True)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=clock.now, sa_type=Instant)
