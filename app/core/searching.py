"""Finding parts of words in folded texts of any script, led by an index of pairs of characters."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal
from sqlalchemy.dialects.postgresql import ARRAY


def contains(text_of: Any, part: str) -> ColumnElement[bool]:
    """Whether the part stands in the text, which has an index on `grams(text)`.

    A single character has no pair, and every text is looked at.
    """
    pairs = {part[n : n + 2] for n in range(len(part) - 1)}
    found_by_pairs = func.grams(text_of).op("@>")(cast(sorted(pairs), ARRAY(Text)))
    return and_(found_by_pairs, stands_in(text_of, part)) if pairs else stands_in(text_of, part)


def stands_in(text_of: Any, part: str) -> ColumnElement[bool]:
    return func.strpos(text_of, literal(part)) > 0
