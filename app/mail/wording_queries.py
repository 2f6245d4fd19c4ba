"""Every select about the words of committees."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, and_, column
from sqlalchemy import select as sa_select
from sqlalchemy import values as rows_of
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.committees.tables import Committee
from app.mail.lifecycle import MailLanguage, MessageKind
from app.mail.tables import Wording


class Slot(NamedTuple):
    """A kind of mail in a language, with what the committee and its parent say."""

    kind: MessageKind
    language: MailLanguage
    own: Wording | None
    inherited: Wording | None


SLOTS: Any = (
    rows_of(column("kind", Text), column("language", Text), name="slots")
    .data([(kind.value, tag.value) for kind in MessageKind for tag in MailLanguage])
    .alias("slots")
)


def list_slots(
    committee: Committee, *, kind: MessageKind | None = None, language: MailLanguage | None = None
) -> Select[Any]:
    """Every kind in every language, whether there are words for it or not."""
    own, inherited = aliased(Wording), aliased(Wording)
    statement: Select[Any] = (
        sa_select(SLOTS.c.kind, SLOTS.c.language, own, inherited)
        .select_from(SLOTS)
        .outerjoin(own, _of(own, committee.id))
        .outerjoin(inherited, _of(inherited, committee.parent_id))
    )
    if kind is not None:
        statement = statement.where(SLOTS.c.kind == kind.value)
    if language is not None:
        statement = statement.where(SLOTS.c.language == language.value)
    return statement


def slot_of(row: Any) -> Slot:
    return Slot(MessageKind(row[0]), MailLanguage(row[1]), row[2], row[3])


async def find_slot(
    session: AsyncSession, committee: Committee, kind: MessageKind, language: MailLanguage
) -> Slot:
    statement = list_slots(committee, kind=kind, language=language)
    return slot_of((await session.execute(statement)).one())


def _of(wording: Any, committee_id: UUID | None) -> Any:
    return and_(
        col(wording.committee_id) == committee_id,
        col(wording.kind) == SLOTS.c.kind,
        col(wording.language) == SLOTS.c.language,
    )
