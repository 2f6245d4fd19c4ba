"""The order of symbols as people read them, which the database keeps."""

from typing import Any

from sqlalchemy import func
from sqlmodel import col

from app.core.tables import SortKey
from app.documents.tables import Document

NUMBERED = """
CREATE FUNCTION numbered(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(
               CASE WHEN part[1] ~ '^[0-9]'
                    THEN lpad(length(ltrim(part[1], '0'))::text, 4, '0') || ltrim(part[1], '0')
                    ELSE part[1] END,
               '' ORDER BY place), '')
      FROM regexp_matches(lower(words), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS found(part, place)
$$
"""
"""A key by which `A/9` comes before `A/10`: each number has the count of its digits before it."""

BY_SYMBOL: Any = func.numbered(col(Document.symbol), type_=SortKey).collate("C")
