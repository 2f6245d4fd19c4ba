"""Columns by the words above them, in whatever language and spelling people write them."""

import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from app.core.bodies import strict_json
from app.core.fields import json_names
from app.core.problems import FieldError, Invalid

LEFT_OUT = "-"
"""As a member: the column is not read."""

ColumnsAsked = Annotated[
    str | None,
    Query(
        min_length=2,
        max_length=4000,
        description="What the columns mean that are not recognized by themselves, as a JSON object "
        "from the words above them to members; `-` leaves a column out.",
        examples=['{"Kontakt": "email", "Remarks": "-"}'],
    ),
]


class TableColumn(BaseModel):
    """What a column of the table was read as."""

    heading: str = Field(max_length=200, examples=["e_mail"])
    member: str | None = Field(
        max_length=100, description="Null for one that was left out.", examples=["email"]
    )


def fold(words: str) -> str:
    """The letters and digits alone: `E-Mail:` and `e_mail` are one heading, and so with accents."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in plain if c.isalnum())


YES = ("yes", "y", "true", "x", "1", "oui", "vrai", "sí", "да", "نعم", "是", "同意")
NO = ("no", "n", "false", "0", "non", "faux", "нет", "لا", "否", "不同意")


def flag_of(cell: Any) -> bool | None:
    """What a cell says that people answer with yes or no; None for anything else."""
    return _FLAGS.get(fold(str(cell))) if isinstance(cell, str | int) else None


def words_for(members: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A dictionary from folded words to the member that each stands for, its own name included."""
    return {fold(word): member for member, words in members.items() for word in (member, *words)}


def asked_columns(columns: str | None, members: Collection[str]) -> dict[str, str]:
    """The mapping that the caller gave, by folded words; raises `Invalid`."""
    if columns is None:
        return {}
    try:
        asked = strict_json(columns.encode())
    except Invalid:
        raise _refused("is no JSON object") from None
    if not isinstance(asked, dict):
        raise _refused("is no JSON object")
    allowed = {*members, LEFT_OUT}
    wrong = [words for words, member in asked.items() if member not in allowed]
    if wrong:
        names = ", ".join(sorted(allowed))
        raise _refused(f"{json.dumps(wrong[0])[:60]} is given to none of {names}")
    return {fold(words): member for words, member in asked.items()}


def understood(
    headings: Sequence[str], known: Mapping[str, str], asked: Mapping[str, str]
) -> dict[str, str | None]:
    """What each heading means: what the caller says, else what is known; None for what nobody knows
    and for what the caller leaves out by `LEFT_OUT`, which stays.
    """
    return {heading: asked.get(fold(heading)) or known.get(fold(heading)) for heading in headings}


def check_columns(meaning: Mapping[str, str | None], row: int) -> None:
    """Raises `Invalid` with every column that nobody knows, or that means what another does."""
    errors = []
    seen: set[str] = set()
    for heading, member in meaning.items():
        if member is None:
            detail = "is not recognized: say what it is with `columns`, or leave it out with `-`"
            errors.append(FieldError(pointer=json_names([row, heading]), detail=detail))
        elif member in seen:
            detail = f"is a second column for {member}"
            errors.append(FieldError(pointer=json_names([row, heading]), detail=detail))
        elif member != LEFT_OUT:
            seen.add(member)
    if errors:
        raise Invalid("The table has columns that cannot be read.", errors=errors[:100])


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=[FieldError(pointer="query/columns", detail=detail)])


_FLAGS = {fold(word): flag for words, flag in ((YES, True), (NO, False)) for word in words}
