"""Documents as they cross the wire."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from app.core.fields import (
    Flag,
    InstantField,
    Language,
    LocalizedLine,
    Paragraphs,
    Schema,
    WrongMember,
    example,
)
from app.documents.lifecycle import (
    BY_ORGANIZERS,
    DOCUMENT,
    WITH_ENTITY,
    DocumentAccess,
    DocumentKind,
    DocumentStatus,
    DocumentVerb,
    RevisionKind,
    ScanState,
)
from app.documents.policy import Reader, full_symbol, label
from app.documents.queries import Contents
from app.documents.tables import Document, DocumentRevision, DocumentVersion

_PART = "[A-Za-z0-9(][A-Za-z0-9._()-]*( [A-Za-z0-9._()-]+)*"
SYMBOL = f"^{_PART}(/{_PART})*$"
MOST_BYTES = 10_000_000_000


Symbol = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, pattern=SYMBOL),
    Field(
        description="Unique in the committee, whatever its letter case; revisions add to it.",
        examples=["COORDINATION-COMMITTEE-6/2"],
    ),
]
ItemRef = Annotated[UUID | None, Field(description="The agenda item that it hangs on.")]
PanelRef = Annotated[UUID | None, Field(description="The panel that it hangs on, or an item.")]
EntityRef = Annotated[
    UUID | None, Field(description="Whose it is; with access `delegation` who alone reads it.")
]
EmbargoEnd = Annotated[
    InstantField | None,
    Field(description="Until then nobody but organizers gets the bytes."),
]
EmbargoShows = Annotated[
    Flag,
    Field(description="Whether others are told meanwhile that there is such a document."),
]


class _Placed(Schema):
    @model_validator(mode="after")
    def _one_place(self) -> Self:
        item, panel = getattr(self, "item_id", None), getattr(self, "panel_id", None)
        if item is not None and panel is not None:
            raise WrongMember("panel_id", "hangs on an item or on a panel, not on both")
        return self


class DocumentWrite(_Placed):
    symbol: Symbol
    kind: DocumentKind
    title: LocalizedLine
    access: DocumentAccess
    entity_id: EntityRef = None
    item_id: ItemRef = None
    panel_id: PanelRef = None
    embargo_until: EmbargoEnd = None
    embargo_shows: EmbargoShows = False


class DocumentCreate(_Placed):
    model_config = example(
        kind="concept_note", title={"en": "Concept note", "fr": "Note de cadrage"}, access="members"
    )

    symbol: Symbol | None = Field(
        None, description="By default the next free one under the meeting's handle."
    )
    kind: DocumentKind
    title: LocalizedLine
    access: DocumentAccess = DocumentAccess.ORGANIZERS
    entity_id: EntityRef = None
    item_id: ItemRef = None
    panel_id: PanelRef = None
    embargo_until: EmbargoEnd = None
    embargo_shows: EmbargoShows = False


class DocumentPatch(Schema):
    """Members as in `DocumentCreate`; null takes away what a document can be without."""

    model_config = example(title={"fr": "Note de cadrage"}, embargo_until="2021-10-08T14:00:00Z")

    symbol: Symbol | None = None
    kind: DocumentKind | None = None
    title: dict[str, str | None] | None = Field(
        None, max_length=20, examples=[{"fr": "Note de cadrage"}]
    )
    access: DocumentAccess | None = None
    entity_id: UUID | None = Field(
        None, description="Whose it is; with access `delegation` who alone reads it."
    )
    item_id: UUID | None = Field(
        None, description="The agenda item that it hangs on; null for the meeting."
    )
    panel_id: UUID | None = Field(None, description="The panel that it hangs on; null for none.")
    embargo_until: InstantField | None = Field(
        None, description="Until then nobody but organizers gets the bytes; null lifts the embargo."
    )
    embargo_shows: Flag | None = Field(
        None, description="Whether others are told meanwhile that there is such a document."
    )


class DocumentReturn(Schema):
    model_config = example(note="Please add a date.")

    note: Annotated[Paragraphs, Field(max_length=2000)] | None = Field(
        None, description="What is to be mended, for the entity.", examples=["Please add a date."]
    )


class RevisionCreate(Schema):
    model_config = example(kind="corrigendum")

    kind: RevisionKind = Field(
        RevisionKind.REVISION, description="All but `original`.", examples=["corrigendum"]
    )

    @model_validator(mode="after")
    def _no_second_original(self) -> Self:
        if self.kind is RevisionKind.ORIGINAL:
            raise WrongMember("kind", "a document has one original, with which it begins")
        return self


class LanguageVersionOut(Schema):
    """A revision in one language; at `address` are always the same bytes."""

    id: UUID
    language: Language
    name: str = Field(max_length=210, examples=["concept-note.pdf"])
    media_type: str = Field(max_length=100, examples=["application/pdf"])
    size: int | None = Field(
        ge=1,
        le=MOST_BYTES,
        description="Bytes; null while an embargo keeps the file from you.",
        examples=[48_213],
    )
    sha256: str | None = Field(
        min_length=64,
        max_length=64,
        pattern="^[0-9a-f]{64}$",
        description="Of the bytes; null as `size` is, for who has a copy could tell it by that.",
    )
    scan: ScanState
    published_at: InstantField | None = Field(
        description="Null for one that was not published yet."
    )
    address: str = Field(max_length=500, description="Path of the bytes.")


class RevisionOut(Schema):
    """The original, or what replaces it, corrects it or adds to it."""

    id: UUID
    kind: RevisionKind
    number: int = Field(ge=0, le=1000, description="0 for the original.")
    label: str | None = Field(
        max_length=20, examples=["Rev.1"], description="As the symbol ends; null for the original."
    )
    symbol: str = Field(max_length=150, examples=["COORDINATION-COMMITTEE-6/2/Rev.1"])
    published_at: InstantField | None = Field(description="Null before.")
    versions: list[LanguageVersionOut] = Field(max_length=50)

    @classmethod
    def made(
        cls,
        document: Document,
        revision: DocumentRevision,
        versions: Sequence[DocumentVersion],
        base: str,
        *,
        sealed: bool,
    ) -> Self:
        """Of what is `sealed` nothing is told by which a copy could be recognized."""
        hidden = {"size": None, "sha256": None} if sealed else {}
        return cls(
            id=revision.id,
            kind=revision.kind,
            number=revision.number,
            label=label(revision.kind, revision.number),
            symbol=full_symbol(document.symbol, revision.kind, revision.number),
            published_at=revision.published_at,
            versions=[
                LanguageVersionOut.model_validate(
                    {
                        **{name: getattr(each, name) for name in _OF_VERSION},
                        **hidden,
                        "address": f"{base}/{document.id}/versions/{each.id}/content",
                    }
                )
                for each in versions
            ],
        )


_OF_VERSION = LanguageVersionOut.model_fields.keys() - {"address"}


class PublicDocumentOut(Schema):
    """A document as everybody may see it, with all that is published of it."""

    id: UUID
    symbol: str = Field(max_length=120)
    kind: DocumentKind
    title: LocalizedLine
    item_id: UUID | None = Field(description="The agenda item that it hangs on.")
    panel_id: UUID | None = Field(description="The panel that it hangs on.")
    embargo_until: InstantField | None = Field(
        description="Until then the bytes are refused; null for no embargo."
    )
    published_at: InstantField | None
    revisions: list[RevisionOut] = Field(max_length=60, description="As they were added.")

    @classmethod
    def made(cls, document: Document, contents: Contents, reader: Reader, base: str) -> Self:
        return cls(
            **{name: getattr(document, name) for name in cls.model_fields.keys() - {"revisions"}},
            revisions=_revisions(document, contents, reader, base),
        )


class DocumentOut(Schema):
    """A document with as much of it as the caller may see."""

    id: UUID
    symbol: str = Field(max_length=120)
    kind: DocumentKind
    title: LocalizedLine
    access: DocumentAccess
    entity_id: UUID | None = Field(
        description="Whose it is; with access `delegation` who alone reads it."
    )
    handed_in_by_id: UUID | None = Field(description="The entity that handed it in.")
    item_id: UUID | None = Field(description="The agenda item that it hangs on.")
    panel_id: UUID | None = Field(description="The panel that it hangs on.")
    status: DocumentStatus
    embargo_until: InstantField | None = Field(
        description="Until then nobody but organizers gets the bytes; null for no embargo."
    )
    embargo_shows: bool = Field(
        description="Whether others are told meanwhile that there is such a document."
    )
    note: str | None = Field(
        max_length=2000, description="Why it was returned, for organizers and the entity."
    )
    restricted: bool = Field(
        description="Whether it hangs on a restricted item, so that participants do not see it "
        "whatever its access, but for the entity of access `delegation`."
    )
    created_at: InstantField
    published_at: InstantField | None = Field(description="The first time; null before.")
    revisions: list[RevisionOut] = Field(max_length=60, description="As they were added.")
    allowed: list[DocumentVerb] = Field(max_length=10, description="What you may do with it now.")

    @classmethod
    def made(
        cls, document: Document, contents: Contents, reader: Reader, panels: Mapping[UUID, UUID]
    ) -> Self:
        """`panels` are the items of panels."""
        own = document.handed_in_by_id in reader.entities
        item = panels.get(document.panel_id) if document.panel_id else document.item_id
        base = f"/v1/meetings/{document.meeting_id}/documents"
        return cls(
            **{name: getattr(document, name) for name in _OF_DOCUMENT},
            note=document.note if own or reader.organizes else None,
            restricted=item in reader.hidden,
            revisions=_revisions(document, contents, reader, base),
            allowed=_allowed(document, reader),
        )


_OF_DOCUMENT = DocumentOut.model_fields.keys() - {"note", "restricted", "revisions", "allowed"}


def _revisions(
    document: Document, contents: Contents, reader: Reader, base: str
) -> list[RevisionOut]:
    ends = document.embargo_until
    own = document.handed_in_by_id in reader.entities
    sealed = not (reader.organizes or own) and ends is not None and ends > reader.now
    return [
        RevisionOut.made(document, each, contents.versions.get(each.id, []), base, sealed=sealed)
        for each in contents.revisions
    ]


def _allowed(document: Document, reader: Reader) -> list[DocumentVerb]:
    if reader.closed:
        return []
    verbs = [DocumentVerb(verb) for verb in DOCUMENT.allowed(document.status)]
    if reader.organizes:
        return verbs
    own = document.handed_in_by_id in reader.entities and document.status in WITH_ENTITY
    return [verb for verb in verbs if own and verb not in BY_ORGANIZERS]


class UploadOut(Schema):
    """A resumable upload (tus 1.0)."""

    id: UUID
    document_id: UUID
    revision_id: UUID
    language: Language
    name: str = Field(max_length=210)
    media_type: str = Field(max_length=100)
    size: int = Field(ge=1, le=MOST_BYTES, description="Bytes of the whole file: `Upload-Length`.")
    received: int = Field(ge=0, le=MOST_BYTES, description="Bytes that have come: `Upload-Offset`.")
    expires_at: InstantField = Field(description="When it ends unless it is complete.")
    version_id: UUID | None = Field(description="What it became; null until all of it came.")


class DocumentSort(StrEnum):
    SYMBOL = "symbol"
    SYMBOL_DOWN = "-symbol"
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"
