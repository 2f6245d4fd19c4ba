"""The only way to get a document, or a part of it, for a caller."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.saving import load_agenda
from app.agenda.tree import WorkingAgenda
from app.core import clock
from app.core.problems import NotFound, NotPermitted
from app.core.routes import Session
from app.documents import queries
from app.documents.lifecycle import WITH_ENTITY, DocumentAccess, DocumentStatus, ScanState
from app.documents.policy import Reader
from app.documents.problems import DocumentEmbargoed, FileInfected, NotYetScanned
from app.documents.queries import Stored
from app.documents.tables import Document, DocumentRevision, DocumentUpload
from app.invitations.access import own_entities
from app.meetings.access import MeetingDep, MeetingRef, MeetingView
from app.meetings.lifecycle import UNCHANGEABLE
from app.meetings.queries import find_public, lock_meeting
from app.meetings.tables import Meeting

DocumentId = Annotated[UUID, Path(description="Id of the document.")]
RevisionId = Annotated[UUID, Path(description="Id of the revision.")]
VersionId = Annotated[UUID, Path(description="Id of the language version.")]
UploadId = Annotated[UUID, Path(description="Id of the upload.")]


@dataclass(frozen=True, slots=True)
class Library:
    """The documents of a meeting, as one caller sees them."""

    meeting: Meeting
    agenda: WorkingAgenda
    reader: Reader
    public: bool = False
    """Whether everybody sees it so."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document that the caller may know of."""

    library: Library
    document: Document


async def library_for(session: Session, view: MeetingDep) -> Library:
    """For whoever may know of the meeting."""
    return await _library(session, view, view.meeting)


async def library_to_change(session: Session, view: MeetingDep) -> Library:
    """For organizers, and for entities that are invited; the meeting's row is locked."""
    meeting = await lock_meeting(session, view.meeting.id)
    library = await _library(session, view, meeting)
    if not (library.reader.organizes or library.reader.entities):
        raise NotPermitted("Only organizers and invited entities may do this.")
    return library


async def public_library(session: Session, m: MeetingRef) -> Library:
    """Of a public meeting, for everybody."""
    meeting = await find_public(session, m)
    if meeting is None:
        raise NotFound
    agenda = await load_agenda(session, meeting)
    reader = Reader(clock.now(), hidden=agenda.hidden)
    return Library(meeting, agenda, reader, public=True)


async def _library(session: AsyncSession, view: MeetingView, meeting: Meeting) -> Library:
    entities = await queries.live_entities(session, meeting.id, own_entities(view))
    agenda = await load_agenda(session, meeting)
    closed = meeting.status in UNCHANGEABLE
    reader = Reader(clock.now(), view.organizes, view.observes, entities, agenda.hidden, closed)
    return Library(meeting, agenda, reader)


async def document_for(
    session: Session, library: Annotated[Library, Depends(library_for)], document_id: DocumentId
) -> DocumentView:
    return await _document(session, library, document_id)


async def public_document_for(
    session: Session, library: Annotated[Library, Depends(public_library)], published_id: DocumentId
) -> DocumentView:
    return await _document(session, library, published_id)


async def document_to_edit(
    session: Session, view: MeetingDep, document_id: DocumentId
) -> DocumentView:
    """For organizers, and for the entity that handed it in while it is with them; meeting and
    document are locked, in this order.
    """
    meeting = await lock_meeting(session, view.meeting.id)
    library = await _library(session, view, meeting)
    found = await _document(session, library, document_id, lock=True)
    own = found.document.handed_in_by_id in library.reader.entities
    if not library.reader.organizes:
        if not own:
            raise NotPermitted("Only an organizer, or the entity that handed it in, may do this.")
        if found.document.status not in WITH_ENTITY:
            raise NotPermitted("The document is with the organizers now.")
    return found


async def document_to_decide(
    session: Session, view: MeetingDep, document_id: DocumentId
) -> DocumentView:
    """For organizers; who may not even know of the document learns nothing of it."""
    meeting = await lock_meeting(session, view.meeting.id)
    library = await _library(session, view, meeting)
    found = await _document(session, library, document_id, lock=True)
    if not library.reader.organizes:
        raise NotPermitted("Only an organizer of the committee may do this.")
    return found


async def _document(
    session: AsyncSession, library: Library, document_id: UUID, *, lock: bool = False
) -> DocumentView:
    document = await queries.find_document(
        session, library.meeting.id, document_id, library.reader, lock=lock
    )
    if document is None:
        raise NotFound
    return DocumentView(library, document)


async def revision_to_edit(
    session: Session,
    view: Annotated[DocumentView, Depends(document_to_edit)],
    revision_id: RevisionId,
) -> DocumentRevision:
    return await _revision(session, view, revision_id)


async def revision_to_decide(
    session: Session,
    view: Annotated[DocumentView, Depends(document_to_decide)],
    revision_id: RevisionId,
) -> DocumentRevision:
    return await _revision(session, view, revision_id)


async def _revision(
    session: AsyncSession, view: DocumentView, revision_id: UUID
) -> DocumentRevision:
    revision = await queries.find_revision(session, view.document.id, revision_id)
    if revision is None:
        raise NotFound
    return revision


async def upload_for(
    session: Session, view: Annotated[DocumentView, Depends(document_to_edit)], upload_id: UploadId
) -> DocumentUpload:
    """Locked, and not expired."""
    upload = await queries.find_upload(session, view.document.id, upload_id, lock=True)
    if upload is None or upload.expires_at <= clock.now():
        raise NotFound
    return upload


async def version_for(
    session: Session,
    request: Request,
    library: Annotated[Library, Depends(library_for)],
    document_id: DocumentId,
    version_id: VersionId,
) -> Stored:
    """A language version whose bytes the caller may have now."""
    return await _version(session, request, library, document_id, version_id)


async def public_version_for(
    session: Session,
    request: Request,
    library: Annotated[Library, Depends(public_library)],
    published_id: DocumentId,
    published_version_id: VersionId,
) -> Stored:
    return await _version(session, request, library, published_id, published_version_id)


async def _version(
    session: AsyncSession, request: Request, library: Library, document_id: UUID, version_id: UUID
) -> Stored:
    found = await queries.find_version(
        session, library.meeting.id, document_id, version_id, library.reader
    )
    return readable(request, found, library.reader)


def readable(request: Request, found: Stored | None, reader: Reader) -> Stored:
    """Raises `NotFound`, and whatever keeps the reader from the bytes."""
    if found is None:
        raise NotFound
    scanned = request.app.state.settings.scanner is not None
    refusal = hindrance(found, reader, scanned=scanned)
    if refusal is not None:
        raise refusal
    return found


def hindrance(
    found: Stored, reader: Reader, *, scanned: bool
) -> FileInfected | DocumentEmbargoed | NotYetScanned | None:
    """What keeps a reader from the bytes of a language version that they may know of."""
    if found.version.scan is ScanState.INFECTED:
        return FileInfected("The scanner has found something in this file.")
    if reader.organizes:
        return None
    ends = found.document.embargo_until
    published = found.document.status is DocumentStatus.PUBLISHED
    if published and ends is not None and ends > reader.now:
        told = clock.written(ends)
        return DocumentEmbargoed(f"The embargo ends at {told}.", ends_at=told)
    if scanned and found.version.scan is not ScanState.CLEAN:
        return NotYetScanned("The scanner has not looked at this file yet.")
    return None


def check_handed_in(library: Library, access: DocumentAccess, entity_id: UUID | None) -> UUID:
    """The entity for which a focal point hands in; raises `NotPermitted`."""
    entities = library.reader.entities
    if access not in {DocumentAccess.DELEGATION, DocumentAccess.ORGANIZERS}:
        raise NotPermitted("An entity hands in for its delegation or for the organizers.")
    if entity_id is None and len(entities) == 1:
        return next(iter(entities))
    if entity_id not in entities:
        raise NotPermitted("You do not act for this entity here.")
    return entity_id


LibraryDep = Annotated[Library, Depends(library_for)]
LibraryToChange = Annotated[Library, Depends(library_to_change)]
PublicLibrary = Annotated[Library, Depends(public_library)]
DocumentDep = Annotated[DocumentView, Depends(document_for)]
DocumentToEdit = Annotated[DocumentView, Depends(document_to_edit)]
DocumentToDecide = Annotated[DocumentView, Depends(document_to_decide)]
PublicDocument = Annotated[DocumentView, Depends(public_document_for)]
RevisionToEdit = Annotated[DocumentRevision, Depends(revision_to_edit)]
RevisionToDecide = Annotated[DocumentRevision, Depends(revision_to_decide)]
UploadDep = Annotated[DocumentUpload, Depends(upload_for)]
VersionDep = Annotated[Stored, Depends(version_for)]
PublicVersion = Annotated[Stored, Depends(public_version_for)]
