"""Keeping an issued version: its bytes in both views, and in every language of it."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.languages import in_one_language, languages_of, missing_in
from app.agenda.schemas import VersionLanguage, VersionName
from app.agenda.tables import AgendaVersion, AgendaVersionLanguage
from app.core.preconditions import etag_of


async def store(
    session: AsyncSession, meeting_id: UUID, version: VersionName, *, full: bytes, public: bytes
) -> tuple[AgendaVersion, list[VersionLanguage]]:
    """The row, and the languages that the version can be read in."""
    row = AgendaVersion(
        meeting_id=meeting_id,
        **version.model_dump(),
        public_body=public,
        public_etag=etag_of(public),
        full_body=full,
        full_etag=etag_of(full),
    )
    session.add(row)
    await session.flush()
    views = {"full": json.loads(full), "public": json.loads(public)}
    languages = languages_of(views["full"])
    rows = [_row(row.id, place, each, views) for place, each in enumerate(languages)]
    await session.execute(insert(AgendaVersionLanguage), rows)
    return row, [_told(each["language"], each["full_missing"]) for each in rows]


def renamed(content: bytes, version: VersionName) -> bytes:
    """The same agenda as another version."""
    return dumped(json.loads(content) | version.model_dump(mode="json"))


def dumped(issued: dict[str, Any]) -> bytes:
    """As pydantic writes it."""
    return json.dumps(issued, ensure_ascii=False, separators=(",", ":")).encode()


def _row(
    version_id: UUID, place: int, language: str, views: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    row: dict[str, Any] = {"version_id": version_id, "language": language, "place": place}
    for view, issued in views.items():
        content = dumped(in_one_language(issued, language))
        row[f"{view}_body"], row[f"{view}_etag"] = content, etag_of(content)
        row[f"{view}_missing"] = missing_in(issued, language)
    return row


def _told(language: str, missing: int) -> VersionLanguage:
    return VersionLanguage(language=language, complete=not missing, missing=missing)
