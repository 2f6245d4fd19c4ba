"""Public pages as finished bytes: made in the transaction of the change that alters them."""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy import select as sa_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.committees.tables import Committee
from app.core.preconditions import etag_of
from app.events.log import recorded
from app.meetings import queries
from app.meetings.tables import Meeting, PublicPage

FORM = 1
"""Raise it with every change of what stands in a page, so that those that are stored are made anew
after an update of the program."""
_PAGE: Final = """
    SELECT p.etag, CASE WHEN p.etag = ANY($2::text[]) THEN NULL ELSE p.content END,
           p.content_language
      FROM meetings m JOIN public_pages p ON p.meeting_id = m.id
     WHERE m.{key} = $1 AND p.kind = $3 AND p.made_by = $4
"""
_FIRST: Final = f"{_PAGE} AND p.place = 0"
_IN_LANGUAGE: Final = f"{_PAGE} ORDER BY array_position($5::text[], p.language), p.place LIMIT 1"
FIRST, IN_LANGUAGE = (
    (statement.format(key="id"), statement.format(key="handle"))
    for statement in (_FIRST, _IN_LANGUAGE)
)
"""The page of who asks for no language, and the one in the first language that there is one in;
by the meeting's id and by its handle."""


class Shown(NamedTuple):
    """A public meeting, and the committee that meets."""

    meeting: Meeting
    committee: Committee


class Page(NamedTuple):
    """Finished bytes for one meeting."""

    meeting_id: UUID
    content: bytes
    content_language: str | None
    language: str = ""
    place: int = 0


class Maker:
    """What stands in pages besides the meeting: addresses of the service."""

    def __init__(self, url: str, mail_from: str) -> None:
        self.url, self.mail_from = url, mail_from
        words = f"{FORM} {url} {mail_from}"
        self.name = hashlib.sha256(words.encode()).hexdigest()[:16]
        """Of all that pages depend on beyond the database."""

    async def before_commit(self, session: AsyncSession) -> None:
        """Make the pages of the meetings that the transaction has changed."""
        changed = {
            entry.meeting_id
            for entry in recorded(session)
            if entry.meeting_id is not None and _alters(entry.name)
        }
        if changed:
            await session.flush()
            await publish(session, self, changed)


Render = Callable[[AsyncSession, Maker, Sequence[Shown]], Awaitable[Iterable[Page]]]
_RENDER: dict[str, Render] = {}


def renders(kind: str) -> Callable[[Render], Render]:
    """Register what makes the pages of a kind, from one or more meetings in a few statements."""

    def register(render: Render) -> Render:
        _RENDER[kind] = render
        return render

    return register


async def publish(session: AsyncSession, maker: Maker, meetings: Collection[UUID]) -> None:
    """Store every page of those that are public.

    Meeting and committee are locked, so that no page is made of what another transaction is
    about to change; where one of them is locked already the pages are left for the next reader.
    """
    rows = await _locked(session, meetings)
    if not rows:
        return
    ids = [row.meeting.id for row in rows]
    await session.execute(delete(PublicPage).where(col(PublicPage.meeting_id).in_(ids)))
    values = [
        _row(kind, page, maker)
        for kind, render in _RENDER.items()
        for page in await render(session, maker, rows)
    ]
    await session.execute(insert(PublicPage).execution_options(render_nulls=True), values)


async def made(
    session: AsyncSession, maker: Maker, ref: str | UUID, kind: str, languages: Sequence[str] = ()
) -> tuple[str, bytes, str | None] | None:
    """A page that was not stored, made now, and stored with all others; None where there is none.

    Nothing is stored while somebody changes the meeting: who changes it stores.
    """
    found = await queries.find_public_with_committee(session, ref)
    if found is None:
        return None
    await publish(session, maker, [found[0].id])
    pages = await _RENDER[kind](session, maker, [Shown(*found)])
    places = {language: place for place, language in reversed(list(enumerate(languages)))}
    last = len(places)
    page = min(pages, key=lambda each: (places.get(each.language, last), each.place))
    return etag_of(page.content), page.content, page.content_language


def _alters(name: str) -> bool:
    return name.startswith("meeting.") or name == "agenda.issued"


async def _locked(session: AsyncSession, meetings: Collection[UUID]) -> list[Shown]:
    which = col(Meeting.id).in_(meetings), col(Meeting.public), queries.announced()
    locked = sa_select(col(Meeting.id)).where(*which).order_by(col(Meeting.id))
    locked = locked.with_for_update(key_share=True, skip_locked=True)
    ids = (await session.execute(locked)).scalars().all()
    if not ids:
        return []
    columns: list[Any] = [Meeting, Committee]
    statement = (
        sa_select(*columns)
        .join(Committee, col(Committee.id) == col(Meeting.committee_id))
        .where(col(Meeting.id).in_(ids))
        .order_by(col(Meeting.id))
        .with_for_update(read=True, of=Committee, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [Shown(*row) for row in (await session.execute(statement)).all()]


def _row(kind: str, page: Page, maker: Maker) -> dict[str, Any]:
    stored = page._asdict() | {"etag": etag_of(page.content), "made_by": maker.name}
    return {"kind": kind, **stored}
