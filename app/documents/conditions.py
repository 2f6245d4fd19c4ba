"""Which documents somebody may know of, or asks for, as conditions of selects."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy import select as sa_select
from sqlmodel import col

from app.documents.lifecycle import WITH_ENTITY, DocumentAccess, DocumentKind, DocumentStatus
from app.documents.policy import Reader
from app.documents.tables import Document, DocumentVersion
from app.panels.tables import Panel


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What a list of documents is limited to."""

    items: Collection[UUID] | None = None
    """The item asked for and those under it: their documents, and those of their panels."""
    panel: UUID | None = None
    kind: DocumentKind | None = None
    language: str | None = None
    access: DocumentAccess | None = None
    status: DocumentStatus | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.items is not None:
            found.append(or_(col(Document.item_id).in_(self.items), _on_panels_of(self.items)))
        if self.panel is not None:
            found.append(col(Document.panel_id) == self.panel)
        if self.kind is not None:
            found.append(col(Document.kind) == self.kind)
        if self.access is not None:
            found.append(col(Document.access) == self.access)
        if self.status is not None:
            found.append(col(Document.status) == self.status)
        return found


EVERYTHING = DocumentFilter()


def known_to(reader: Reader) -> ColumnElement[bool]:
    """Which documents somebody may know of, as a condition over `Document`."""
    if reader.organizes:
        return true()
    own = col(Document.handed_in_by_id).in_(reader.entities) if reader.entities else false()
    told = or_(
        col(Document.embargo_until).is_(None),
        col(Document.embargo_until) <= reader.now,
        col(Document.embargo_shows),
    )
    unfinished = (DocumentStatus.PROPOSED, DocumentStatus.RETURNED, DocumentStatus.DRAFT)
    return or_(
        and_(own, col(Document.status).in_(unfinished)),
        and_(col(Document.status) == DocumentStatus.PUBLISHED, told, _granted(reader)),
    )


def _granted(reader: Reader) -> ColumnElement[bool]:
    """What the access of a published document says."""
    ways: list[ColumnElement[bool]] = [col(Document.access) == DocumentAccess.PUBLIC]
    if reader.observes or reader.entities:
        ways.append(col(Document.access) == DocumentAccess.MEMBERS)
    shown = or_(*ways)
    if reader.hidden and not reader.observes:
        shown = and_(shown, _not_under(reader.hidden))
    if reader.entities:
        theirs = and_(
            col(Document.access) == DocumentAccess.DELEGATION,
            col(Document.entity_id).in_(reader.entities),
        )
        handed = and_(
            col(Document.access) == DocumentAccess.ORGANIZERS,
            col(Document.handed_in_by_id).in_(reader.entities),
        )
        return or_(shown, theirs, handed)
    return shown


def _not_under(hidden: Collection[UUID]) -> ColumnElement[bool]:
    return and_(
        or_(col(Document.item_id).is_(None), col(Document.item_id).not_in(hidden)),
        or_(col(Document.panel_id).is_(None), ~_on_panels_of(hidden)),
    )


def _on_panels_of(items: Collection[UUID]) -> ColumnElement[bool]:
    panels = sa_select(col(Panel.id)).where(col(Panel.item_id).in_(items))
    return col(Document.panel_id).in_(panels)


def of_document() -> ColumnElement[bool]:
    return col(Document.id) == col(DocumentVersion.document_id)


def opened_to(reader: Reader) -> ColumnElement[bool]:
    """What was published; and all of what an entity has handed in, while it is with it."""
    published = and_(
        col(DocumentVersion.published_at).is_not(None),
        col(Document.status) == DocumentStatus.PUBLISHED,
    )
    if not reader.entities:
        return published
    with_them = and_(
        col(Document.handed_in_by_id).in_(reader.entities), col(Document.status).in_(WITH_ENTITY)
    )
    return or_(published, with_them)
