"""An edit of one item as a request makes it: over what, and what is answered."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from app.agenda.access import AgendaToEdit, ItemToEdit
from app.agenda.answers import item_answer
from app.agenda.preconditions import accept_match, require_match
from app.agenda.tree import WorkingAgenda
from app.core.routes import Session


@dataclass(frozen=True, slots=True)
class ItemEdit:
    """What every edit of an item needs; the meeting's row is locked."""

    session: Session
    seen: AgendaToEdit
    item_id: ItemToEdit
    request: Request

    async def require_match(self) -> WorkingAgenda:
        """The agenda, for an edit that needs `If-Match`."""
        await require_match(self.session, self.request, self.seen, self.item_id)
        return self.seen.agenda

    async def accept_match(self) -> WorkingAgenda:
        """The agenda, for an edit that does without `If-Match` but honours it."""
        await accept_match(self.session, self.request, self.seen, self.item_id)
        return self.seen.agenda

    def answer(self, agenda: WorkingAgenda) -> Response:
        """The item as it is by then."""
        return item_answer(self.request, replace(self.seen, agenda=agenda), self.item_id)


ItemEditDep = Annotated[ItemEdit, Depends()]
