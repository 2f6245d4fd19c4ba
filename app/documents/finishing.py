"""An upload that has arrived whole becomes a language version."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from app.core.database import Database
from app.core.problems import NotFound, Problem, Unavailable
from app.documents import queries, uploads
from app.documents.policy import Reader
from app.documents.receiving import taken_in
from app.documents.spool import Spool
from app.documents.storage import Storage, StoreFailed, unavailable
from app.documents.tables import Document, DocumentUpload
from app.documents.uploads import Part
from app.documents.versions import Incoming, keep
from app.events import Actor
from app.meetings.queries import lock_meeting


class _Whole(NamedTuple):
    """An upload of which everything has arrived."""

    media_type: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Finisher:
    """Puts parts together outside of any transaction, and keeps the result in one.

    Whoever is killed in between leaves an upload that is whole, and the worker finishes it.
    """

    database: Database
    storage: Storage
    spools: Path

    async def finish(self, upload_id: UUID, actor: Actor | None = None) -> None:
        """Raises the refusal for which the upload has been ended, and `Unavailable`."""
        whole = await self._whole(upload_id)
        if whole is None:
            return
        try:
            incoming = await self._assembled(whole)
            await self._keep(upload_id, incoming, actor)
        except Unavailable:
            raise
        except Problem:
            await self._end(upload_id, actor)
            raise

    async def _whole(self, upload_id: UUID) -> _Whole | None:
        async with self.database.transaction() as session:
            upload = await session.get(DocumentUpload, upload_id)
            if upload is None:
                raise _gone()
            if upload.version_id is not None or upload.received < upload.size:
                return None
            parts = await queries.parts_of(session, upload_id)
            found = [Part(each.begins, each.size, each.storage_key) for each in parts]
            return _Whole(upload.media_type, found)

    async def _assembled(self, whole: _Whole) -> Incoming:
        with Spool(self.spools) as spool:
            try:
                for part in whole.parts:
                    await spool.take(await self.storage.read(part.storage_key, 0, part.size))
            except StoreFailed as error:
                raise unavailable() from error
            return await taken_in(self.storage, spool, whole.media_type)

    async def _keep(self, upload_id: UUID, incoming: Incoming, actor: Actor | None) -> None:
        async with self.database.transaction() as session:
            if actor is not None:
                session.info["actor"] = actor
            place = await queries.place_of_upload(session, upload_id)
            if place is None:
                raise _gone()
            meeting_id, document_id = place
            meeting = await lock_meeting(session, meeting_id)
            reader = Reader(meeting.created_at, organizes=True)
            document = await queries.find_document(
                session, meeting.id, document_id, reader, lock=True
            )
            upload = await queries.find_upload(session, document_id, upload_id, lock=True)
            if document is None or upload is None:
                raise _gone()
            if upload.version_id is not None:
                return
            revision = await queries.find_revision(session, document.id, upload.revision_id)
            if revision is None:
                raise NotFound
            version, _ = await keep(
                session, meeting, document, revision, upload.language, upload.name, incoming
            )
            upload.version_id = version.id
            for part in await queries.parts_of(session, upload_id):
                await session.delete(part)

    async def _end(self, upload_id: UUID, actor: Actor | None) -> None:
        async with self.database.transaction() as session:
            if actor is not None:
                session.info["actor"] = actor
            upload = await session.get(DocumentUpload, upload_id)
            if upload is not None and upload.version_id is None:
                document = await session.get_one(Document, upload.document_id)
                await uploads.end(session, document, upload, "refused")


def _gone() -> NotFound:
    return NotFound("The document has gone meanwhile, or was taken over.")
