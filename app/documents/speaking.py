"""The papers of those who speak and have no account: the documents of their own item and panel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.core import clock
from app.core.pages import Page, PageRequest, fetch_page, ordering
from app.documents import queries
from app.documents.access import readable
from app.documents.conditions import DocumentFilter
from app.documents.endpoints import SORTS, KindAsked, LanguageAsked
from app.documents.policy import Reader
from app.documents.queries import Stored
from app.documents.schemas import DocumentSort, PublicDocumentOut
from app.documents.tables import Document
from app.meetings.lifecycle import MeetingStatus
from app.meetings.tables import Meeting

PRIVATE = "private, no-store"


class SpeakerDocumentOut(PublicDocumentOut):
    """A document of the panel, or of the briefing, as those who speak there read it."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What somebody reads who speaks on an item, or on its panel."""

    meeting: Meeting
    item_id: UUID
    address: str
    """Path under which its documents are."""
    speaks: bool
    """Or else they were only asked once, and find nothing here."""
    reader: Reader = field(default_factory=lambda: Reader(clock.now(), observes=True))
    """A speaker reads what is for members, on a restricted item too: but of this item alone."""

    def within(self, **wanted: Any) -> DocumentFilter:
        open_ = self.speaks and self.meeting.status is not MeetingStatus.CANCELLED
        return DocumentFilter(items=frozenset({self.item_id} if open_ else ()), **wanted)


@dataclass(frozen=True, slots=True)
class PapersWanted:
    """The filters and the order of such a list."""

    kind: KindAsked = None
    language: LanguageAsked = None
    sort: DocumentSort = DocumentSort.SYMBOL


PapersAsked = Annotated[PapersWanted, Depends()]


async def papers_page(
    session: AsyncSession, shelf: Shelf, paging: PageRequest, asked: PapersWanted
) -> Page[SpeakerDocumentOut]:
    limits = shelf.within(kind=asked.kind, language=asked.language)
    statement = queries.list_documents(shelf.meeting.id, shelf.reader, limits)
    order = ordering(asked.sort, SORTS, col(Document.id))
    page: Page[Any] = await fetch_page(session, paging, statement, order, lambda row: row[0])
    items = await _shown(session, shelf, page.items)
    return Page(items=items, next_cursor=page.next_cursor)


async def paper_on(
    session: AsyncSession, request: Request, shelf: Shelf, document_id: UUID, version_id: UUID
) -> Stored:
    """A language version whose bytes they may have now; raises `NotFound` and what hinders."""
    found = await queries.find_version(
        session, shelf.meeting.id, document_id, version_id, shelf.reader, shelf.within()
    )
    return readable(request, found, shelf.reader)


async def _shown(
    session: AsyncSession, shelf: Shelf, documents: Sequence[Document]
) -> list[SpeakerDocumentOut]:
    contents = await queries.contents_of(session, [each.id for each in documents], shelf.reader)
    return [
        SpeakerDocumentOut.made(each, contents[each.id], shelf.reader, shelf.address)
        for each in documents
    ]
