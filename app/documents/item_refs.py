"""The item that somebody asks for: by its id, or by its number as they see the agenda."""

import json
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda.queries import latest_number, views_of
from app.agenda.version_differences import nodes
from app.core.problems import FieldError, Invalid
from app.documents.access import Library

Numbered = Iterable[tuple[UUID, str | None]]


async def find_item(session: AsyncSession, library: Library, ref: str) -> UUID:
    """The id as it is said, whether there is such an item or not; raises `Invalid` for a number
    that no item has, or more than one.
    """
    try:
        return UUID(ref)
    except ValueError:
        return _numbered(ref, await _numbers(session, library))


async def _numbers(session: AsyncSession, library: Library) -> Numbered:
    """Everybody goes by the agenda in force, others by the one that is worked on, which
    participants see once it has been issued.
    """
    agenda, reader, meeting_id = library.agenda, library.reader, library.meeting.id
    if reader.organizes or reader.observes:
        return agenda.numbers.items()
    latest = await latest_number(session, meeting_id)
    if not library.public:
        shown = agenda.numbers.items() if latest else ()
        return ((each, number) for each, number in shown if each not in agenda.hidden)
    found = await views_of(session, meeting_id, [latest], full=False)
    issued = nodes(json.loads(found[latest])) if latest else {}
    return ((UUID(each), node.values["number"]) for each, node in issued.items())


def _numbered(ref: str, items: Numbered) -> UUID:
    """One that is written just so comes before those that differ in spaces and letter case."""
    known = [(item_id, number) for item_id, number in items if number is not None]
    found = [item_id for item_id, number in known if number == ref]
    found = found or [item_id for item_id, number in known if _plain(number) == _plain(ref)]
    if len(found) == 1:
        return found[0]
    said = f"{len(found)} items have this number" if found else "No item has this number"
    detail = f"{said} on the agenda as you see it: say the id of the item."
    raise Invalid(detail, errors=[FieldError(pointer="query/item", detail=detail)])


def _plain(number: str) -> str:
    return "".join(number.split()).rstrip(".").casefold()
