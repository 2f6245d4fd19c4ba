"""Refusals about documents."""

from enum import IntEnum
from http import HTTPStatus
from typing import Any, ClassVar

from app.core.problems import AlreadyExists, Problem
from app.core.routes import refuse_as


class _Tus(IntEnum):
    """Statuses that tus 1.0 has beside those of HTTP."""

    CHECKSUM_MISMATCH = 460


class SymbolTaken(AlreadyExists):
    """Another document of the committee has this symbol; letter case does not tell them apart."""

    slug, title, status = "document-symbol-taken", "Symbol taken", HTTPStatus.CONFLICT


class ItemRestricted(Problem):
    """What hangs on a restricted agenda item, or under one, is not for everybody.

    Give the document another access, or hang it elsewhere.
    """

    slug, title, status = (
        "item-restricted",
        "The item is restricted",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


class DocumentPublished(Problem):
    """What was published never changes: add a revision or a corrigendum."""

    slug, title, status = "document-published", "Published already", HTTPStatus.CONFLICT


class NothingToPublish(Problem):
    """There is no language version that could be published, or none that is not published yet."""

    slug, title, status = "nothing-to-publish", "Nothing to publish", HTTPStatus.CONFLICT


class DocumentEmbargoed(Problem):
    """Only organizers get the document before its embargo ends; `ends_at` names the moment."""

    slug, title, status = "document-embargoed", "Under embargo", HTTPStatus.FORBIDDEN
    extension: ClassVar = {
        "ends_at": {
            "type": "string",
            "format": "date-time",
            "description": "When an embargo ends.",
        }
    }


class NotYetScanned(Problem):
    """The scanner has not said yet that the file is clean: try again after `Retry-After`."""

    slug, title, status = "not-yet-scanned", "Not scanned yet", HTTPStatus.CONFLICT

    def __init__(self, detail: str | None = None, **kwargs: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "30"}, **kwargs)


class FileInfected(Problem):
    """The scanner has found something in the file: nobody gets it. Delete it, or replace it."""

    slug, title, status = "file-infected", "The file is infected", HTTPStatus.CONFLICT


class FileRefused(Problem):
    """The file is of the kind that it is said to be, and is not taken all the same.

    It has something before its beginning or behind its end, is two kinds at once, has macros or
    names that lead out of it, unpacks to far more than it is, or is damaged. Save it again with the
    program that made it.
    """

    slug, title, status = "file-refused", "The file is refused", HTTPStatus.UNPROCESSABLE_ENTITY


class ChecksumMismatch(Problem):
    """The bytes that came are not those that the checksum is of: send them again."""

    slug, title, status = "checksum-mismatch", "Checksum mismatch", HTTPStatus.UNPROCESSABLE_ENTITY


class MeetingQuotaExceeded(Problem):
    """The meeting's documents have as many bytes as are kept for one: delete drafts, or ask the
    operator for more.
    """

    slug, title, status = "document-quota", "No room for documents", HTTPStatus.CONFLICT


class TooManyDocuments(Problem):
    """A meeting has as many documents, or a document as many revisions, languages or uploads, as
    are kept.
    """

    slug, title, status = "too-many-documents", "Too many documents", HTTPStatus.CONFLICT


class NothingToRevise(Problem):
    """Only what is published is revised, corrected or added to: before that, change it."""

    slug, title, status = "nothing-to-revise", "Nothing to revise", HTTPStatus.CONFLICT


class PlaceUnknown(Problem):
    """A document hangs on an item or a panel of its own meeting's agenda."""

    slug, title, status = "place-unknown", "No such place", HTTPStatus.UNPROCESSABLE_ENTITY


class UploadOffsetWrong(Problem):
    """The upload has another offset than `Upload-Offset` says: go on from that of this answer."""

    slug, title, status = "upload-offset-wrong", "Wrong offset", HTTPStatus.CONFLICT


class TusVersionUnknown(Problem):
    """Uploads speak tus 1.0.0: send `Tus-Resumable: 1.0.0`."""

    slug, title, status = "tus-version", "Unknown tus version", HTTPStatus.PRECONDITION_FAILED


class PartDamaged(Problem):
    """The bytes of this part are not those that `Upload-Checksum` is of; none of them was kept.

    The status is 460, as tus has it.
    """

    slug, title = "part-damaged", "Checksum mismatch"
    status = _Tus.CHECKSUM_MISMATCH  # type: ignore[assignment]  # a number that HTTP has no name for


class RangeUnsatisfiable(Problem):
    """The document has no byte in the range that was asked for; `Content-Range` tells its size."""

    slug, title, status = (
        "range-unsatisfiable",
        "Range not satisfiable",
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    )


class ArchiveTooLarge(Problem):
    """The archive would have more than 2,000 files or 4 GB: ask for one item or one language."""

    slug, title, status = "archive-too-large", "Archive too large", HTTPStatus.CONFLICT


refuse_as("uq_documents_symbol", lambda: SymbolTaken.at("/symbol", "The symbol is taken."))
