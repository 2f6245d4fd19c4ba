"""What the worker does for documents: scans, finishes, lets expire, and collects what is left over.

Each step is a few short transactions, and whatever takes long happens between them. Any number of
workers may do it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from app.core import clock
from app.core.database import Database, is_unavailable
from app.core.problems import Problem
from app.documents import queries, uploads
from app.documents.events import VersionScanned
from app.documents.finishing import Finisher
from app.documents.lifecycle import ScanState
from app.documents.scanning import Scanner
from app.documents.service import about
from app.documents.storage import DOCUMENTS, UPLOADS, Storage, StoreFailed
from app.events import record

PAUSE = 5.0
COLLECTING_PAUSE = 3600.0
LEASE = timedelta(minutes=15)
"""For which a worker that scans keeps the others away; if it is killed, another takes over."""
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(hours=1)
"""Between two questions about a file of which the scanner did not know."""
GRACE = timedelta(hours=1)
"""Between the writing of an object and the commit of its row there are seconds."""
BATCH = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caretaker:
    database: Database
    storage: Storage
    spools: Path
    scanner: Scanner | None = None

    async def look(self) -> bool:
        """Expire and finish uploads, then scan one file; True where there may be more."""
        await self.expire()
        await self.finish()
        return await self.scan_next()

    async def scan_next(self) -> bool:
        if self.scanner is None:
            return False
        claimed = await self._claim()
        if claimed is None:
            return False
        version_id, key, size = claimed
        try:
            outcome = await self.scanner.scan(await self.storage.read(key, 0, size))
        except StoreFailed as error:
            log.warning("a document cannot be read", version=str(version_id), exc_info=error)
            outcome = ScanState.FAILED
        await self._note(version_id, outcome)
        return True

    async def _claim(self) -> tuple[UUID, str, int] | None:
        async with self.database.transaction() as session:
            found = await queries.claim_unscanned(session, clock.now())
            if found is None:
                return None
            version = found.version
            version.scan_due_at = clock.now() + LEASE
            version.scan_tries += 1
            return version.id, version.storage_key, version.size

    async def _note(self, version_id: UUID, outcome: ScanState) -> None:
        async with self.database.transaction() as session:
            found = await queries.lock_version(session, version_id)
            if found is None:
                return
            version, document = found
            if outcome is not version.scan:
                fact = VersionScanned(version_id=version.id, outcome=outcome, **about(document))
                record(session, fact)
            version.scan, version.scanned_at = outcome, clock.now()
            rest = FIRST_REST * 2 ** min(version.scan_tries - 1, 10)
            version.scan_due_at = clock.now() + min(rest, LONGEST_REST)

    async def expire(self) -> None:
        async with self.database.transaction() as session:
            for upload, document in await queries.lock_expired_uploads(session, clock.now(), BATCH):
                if upload.version_id is None:
                    await uploads.end(session, document, upload, "expired")
                else:
                    await session.delete(upload)

    async def finish(self) -> None:
        """Uploads whose process was killed before it could make a document of them; one that fails
        hinders no other.
        """
        async with self.database.transaction() as session:
            found = await queries.whole_uploads(session, BATCH)
        finisher = Finisher(self.database, self.storage, self.spools)
        for upload_id in found:
            try:
                await finisher.finish(upload_id)
            except Problem as refusal:
                log.info("an upload ended", upload=str(upload_id), why=refusal.slug)
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.exception("an upload cannot be finished", upload=str(upload_id))

    async def collect(self) -> bool:
        """Delete objects to which nothing refers any more, or never did.

        A key is written once and never taken again, so that what has no row now never gets one; and
        what was written just now is left alone, as its row may be on its way.
        """
        collected = 0
        oldest = datetime.now(UTC) - GRACE  # by the clock of the store
        for prefix in (DOCUMENTS, UPLOADS):
            async for batch in self.storage.list(prefix):
                keys = [each.key for each in batch if each.changed_at <= oldest]
                async with self.database.transaction() as session:
                    known = await queries.known_keys(session, keys) if keys else set()
                for key in keys:
                    if key not in known:
                        await self.storage.delete(key)
                        collected += 1
        self.storage.sweep(oldest)
        if collected:
            log.info("bytes without a document deleted", objects=collected)
        return False
