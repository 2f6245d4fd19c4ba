"""Documents as one caller sees them, in few statements."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.documents import queries
from app.documents.access import Library
from app.documents.schemas import DocumentOut, PublicDocumentOut
from app.documents.tables import Document


async def documents_out(
    session: AsyncSession, library: Library, documents: Sequence[Document]
) -> list[DocumentOut]:
    ids = [each.id for each in documents]
    contents = await queries.contents_of(session, ids, library.reader)
    panels = {each.panel_id for each in documents if each.panel_id is not None}
    items = await queries.panel_items(session, panels)
    return [DocumentOut.made(each, contents[each.id], library.reader, items) for each in documents]


async def document_out(session: AsyncSession, library: Library, document: Document) -> DocumentOut:
    (out,) = await documents_out(session, library, [document])
    return out


async def public_documents_out(
    session: AsyncSession, library: Library, documents: Sequence[Document]
) -> list[PublicDocumentOut]:
    contents = await queries.contents_of(session, [each.id for each in documents], library.reader)
    base = f"/v1/public/meetings/{library.meeting.id}/documents"
    return [
        PublicDocumentOut.made(each, contents[each.id], library.reader, base) for each in documents
    ]
