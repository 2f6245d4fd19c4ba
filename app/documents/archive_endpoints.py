"""HTTP for documents as one archive, for whom they are."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.types import Receive, Scope, Send

from app.core.fields import Language, in_language
from app.core.openapi import Responses, raises
from app.core.preconditions import etag_of, matches
from app.core.routes import Session, router_for
from app.core.uploads import disposition
from app.documents import queries
from app.documents.access import Library, LibraryDep, PublicLibrary, hindrance
from app.documents.archives import (
    MOST_BYTES,
    MOST_FILES,
    Entry,
    archive,
    archive_size,
    free_name,
    plain_name,
)
from app.documents.downloads import SAFE
from app.documents.endpoints import ItemAsked, KindAsked, PanelAsked, Wanted
from app.documents.lifecycle import DocumentStatus
from app.documents.ordering import BY_SYMBOL
from app.documents.policy import full_symbol, in_force, spoken
from app.documents.problems import ArchiveTooLarge
from app.documents.queries import Contents, Stored
from app.documents.storage import StoreFailed, unavailable
from app.documents.tables import Document
from app.documents.words import words_for

router = router_for("documents")
public = router_for("public")
_ZIP = "application/zip"
ANSWER: Responses = {
    200: {
        "description": "The archive: the files, and `index.txt` that says what they are.",
        "content": {
            _ZIP: {"schema": {"type": "string", "format": "binary", "maxLength": 4_200_000_000}}
        },
    }
}


@dataclass(frozen=True, slots=True)
class ArchiveWanted:
    """What shall be in the archive; of lists, `language` leaves documents out."""

    item: ItemAsked = None
    panel: PanelAsked = None
    kind: KindAsked = None
    language: Annotated[
        Language | None,
        Query(
            description="Each document in this language, or else in another one, which the index "
            "says; by default all languages."
        ),
    ] = None


ArchiveAsked = Annotated[ArchiveWanted, Depends()]


class ArchiveResponse(StreamingResponse):
    """Reads into the first file before the head is sent: a store that fails is still a refusal."""

    def __init__(self, pieces: AsyncIterator[bytes], **options: Any) -> None:
        super().__init__(pieces, **options)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("head"):
            self.body_iterator = _all_of([], None)
        else:
            try:
                begun = [await anext(self._pieces, b"") for _ in range(_AHEAD)]
            except StoreFailed as error:
                raise unavailable() from error
            self.body_iterator = _all_of(begun, self._pieces)
        await super().__call__(scope, receive, send)


_AHEAD = 4
"""Pieces: the index and its head, and those of the first file."""


async def _all_of(begun: list[bytes], rest: AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
    for piece in begun:
        yield piece
    if rest is not None:
        async for piece in rest:
            yield piece


@router.get(
    "/meetings/{m}/documents.zip",
    operation_id="getDocumentsArchive",
    response_class=Response,
    responses=ANSWER | raises(ArchiveTooLarge),
)
async def get_archive(
    session: Session, library: LibraryDep, asked: ArchiveAsked, request: Request
) -> Response:
    """Fetch the published documents of a meeting, an item or a panel, in one language or in all."""
    return await _archive(session, library, asked, request)


@public.get(
    "/public/meetings/{m}/documents.zip",
    operation_id="getPublicDocumentsArchive",
    response_class=Response,
    responses=ANSWER | raises(ArchiveTooLarge),
    openapi_extra={"x-public": True},
)
async def get_public_archive(
    session: Session, library: PublicLibrary, asked: ArchiveAsked, request: Request
) -> Response:
    """Fetch the public documents of a public meeting, an item or a panel as one archive."""
    return await _archive(session, library, asked, request)


async def _archive(
    session: AsyncSession, library: Library, asked: ArchiveWanted, request: Request
) -> Response:
    wanted = Wanted(asked.item, asked.panel, asked.kind)
    limits = await wanted.within(session, library, status=DocumentStatus.PUBLISHED)
    statement = queries.list_documents(library.meeting.id, library.reader, limits)
    statement = statement.order_by(BY_SYMBOL, col(Document.id))
    documents = (await session.execute(statement.limit(MOST_FILES + 1))).scalars().all()
    contents = await queries.contents_of(session, [each.id for each in documents], library.reader)
    scanned = request.app.state.settings.scanner is not None
    entries = _entries(library, documents, contents, asked.language, scanned=scanned)
    size = archive_size(entries)
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        raise ArchiveTooLarge(f"It would have {len(entries)} files and {size} bytes.")
    etag = etag_of(repr([(each.name, each.crc32, each.storage_key) for each in entries]).encode())
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = request.headers.get("if-none-match")
    if known is not None and matches(known, etag):
        return Response(status_code=304, headers=headers)
    name = "-".join(filter(None, [library.meeting.handle, "documents", asked.language])) + ".zip"
    headers |= SAFE | {"Content-Disposition": disposition(name), "Content-Length": str(size)}
    pieces = archive(entries, request.app.state.storage)
    return ArchiveResponse(pieces, headers=headers, media_type=_ZIP)


def _entries(
    library: Library,
    documents: Sequence[Document],
    contents: dict[Any, Contents],
    language: str | None,
    *,
    scanned: bool,
) -> list[Entry]:
    """By symbol, and within a document as a reader reads it; then the index before all of them.

    It is in the language that was asked for.
    """
    entries: list[Entry] = []
    words = words_for(language)
    lines = ["\t".join(words.columns)]
    taken: set[str] = set()
    for document in documents:
        for stored in _chosen(library, document, contents[document.id], language, scanned=scanned):
            version = stored.version
            symbol = full_symbol(document.symbol, stored.revision.kind, stored.revision.number)
            ending = version.name.rpartition(".")[2]
            name = free_name(f"{plain_name(symbol)}-{version.language}", ending, taken)
            changed = version.published_at or version.created_at
            entries.append(Entry(name, version.size, version.crc32, changed, version.storage_key))
            said = version.language
            if language not in {None, said}:
                said = words.instead(said, str(language))
            title = in_language(document.title, [language or version.language])
            lines.append(f"{name}\t{symbol}\t{said}\t{title}")
    changed = max((each.changed_at for each in entries), default=library.meeting.created_at)
    index = "".join(f"{line}\n" for line in lines)
    return [Entry.of_text("index.txt", index, changed), *entries]


def _chosen(
    library: Library, document: Document, found: Contents, language: str | None, *, scanned: bool
) -> Iterator[Stored]:
    """Of the revisions in force what the reader may have, in the language or in all."""
    free = partial(hindrance, reader=library.reader, scanned=scanned)
    published = [
        each for each in found.revisions if any(v.published_at for v in found.versions[each.id])
    ]
    for revision in in_force(published):
        ready = [
            each
            for each in found.versions[revision.id]
            if each.published_at and free(Stored(each, revision, document)) is None
        ]
        for version in spoken(ready, language, library.meeting.languages):
            yield Stored(version, revision, document)
