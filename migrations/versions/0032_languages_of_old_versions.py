"""Agendas that were issued before there were language versions get them, from their own bytes.

What is done here is what issuing does now. It is written out, as what that does later must not
change what this has done.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TEXTS = frozenset({"title", "note", "annotation", "name", "description"})
_BATCH = 50
_WITHOUT = sa.text(
    """
    SELECT v.id, v.full_body, v.public_body FROM agenda_versions v
     WHERE NOT EXISTS (SELECT FROM agenda_version_languages l WHERE l.version_id = v.id)
       AND v.id > :after
     ORDER BY v.id LIMIT :batch
    """
)
_KEPT = sa.text(
    """
    INSERT INTO agenda_version_languages
           (version_id, language, place, full_body, full_etag, full_missing,
            public_body, public_etag, public_missing)
    VALUES (:version_id, :language, :place, :full_body, :full_etag, :full_missing,
            :public_body, :public_etag, :public_missing)
    """
)


def upgrade() -> None:
    give_languages(op.get_bind())


def downgrade() -> None:
    """Issued versions keep their languages: nothing tells them from those of others."""


def give_languages(connection: sa.Connection) -> None:
    """To every version that has none; some at a time, as there may be thousands."""
    after = UUID(int=0)
    while versions := connection.execute(_WITHOUT, {"after": after, "batch": _BATCH}).all():
        rows = [row for version in versions for row in _rows(*version)]
        if rows:
            connection.execute(_KEPT, rows)
        after = versions[-1].id


def _rows(version_id: UUID, full: bytes, public: bytes) -> list[dict[str, Any]]:
    views = {"full": json.loads(full), "public": json.loads(public)}
    found = []
    for place, language in enumerate(_languages_of(views["full"])):
        row: dict[str, Any] = {"version_id": version_id, "language": language, "place": place}
        for view, issued in views.items():
            wanted = [language, *issued["meeting"]["languages"]]
            reduced = {name: _reduced(name, value, wanted) for name, value in issued.items()}
            text = json.dumps(reduced, ensure_ascii=False, separators=(",", ":")).encode()
            row[f"{view}_body"] = text
            row[f"{view}_etag"] = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
            known = set(_lookup([language]))
            row[f"{view}_missing"] = sum(not known & each.keys() for _, each in _texts(issued))
        found.append(row)
    return found


def _languages_of(issued: dict[str, Any]) -> list[str]:
    titles = [set(text) for name, text in _texts(issued) if name == "title"]
    common = set.intersection(*titles) if titles else set()
    return list(dict.fromkeys([*issued["meeting"]["languages"], *sorted(common)]))


def _texts(value: Any) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in _TEXTS and isinstance(inner, dict):
                if inner:
                    yield name, inner
            else:
                yield from _texts(inner)


def _reduced(name: str, value: Any, wanted: list[str]) -> Any:
    if isinstance(value, list):
        return [_reduced("", each, wanted) for each in value]
    if not isinstance(value, dict):
        return value
    if name not in _TEXTS:
        return {inner: _reduced(inner, each, wanted) for inner, each in value.items()}
    tags = (*_lookup(wanted), "en", *value)
    tag = next((each for each in tags if each in value), None)
    return {} if tag is None else {tag: value[tag]}


def _lookup(tags: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for tag in tags:
        parts = tag.split("-")
        for length in range(len(parts), 0, -1):
            found["-".join(parts[:length])] = None
    return list(found)
