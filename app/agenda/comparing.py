"""Two versions of an agenda, fetched and compared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.agenda import queries, views
from app.agenda.lifecycle import VersionStatus
from app.agenda.schemas import (
    ChangesOut,
    ItemChangeOut,
    ItemGlance,
    MemberChange,
    SittingChangeOut,
    SittingGlance,
    VersionName,
)
from app.agenda.telling import Telling, Told
from app.agenda.tree import WorkingAgenda
from app.agenda.version_differences import Change, Differences, Node, between, nodes
from app.agenda.words import Words
from app.core import clock
from app.core.problems import FieldError, Invalid, NotFound

NOTHING: dict[str, Any] = {"items": [], "sittings": []}


@dataclass(frozen=True, slots=True)
class Compared:
    """Both versions, and what is different; None is nothing before, or the working agenda after."""

    since: VersionName | None
    until: VersionName | None
    before: dict[str, Any]
    after: dict[str, Any]
    found: Differences

    def out(self) -> ChangesOut:
        return ChangesOut(
            since=self.since,
            until=self.until,
            meeting=_members(self.found.meeting),
            sittings=[
                SittingChangeOut(
                    id=UUID(each.id),
                    kinds=each.kinds,
                    before=_sitting(each.before),
                    after=_sitting(each.after),
                    members=_members(each.members),
                )
                for each in self.found.sittings
            ],
            items=[
                ItemChangeOut(
                    id=UUID(each.id),
                    kinds=each.kinds,
                    before=_glance(each.before),
                    after=_glance(each.after),
                    members=_members(each.members),
                )
                for each in self.found.items
            ],
        )

    def text(self, words: Words) -> str:
        telling = Telling(words, self.after, nodes(self.before) | nodes(self.after))
        return telling.text(self.found, _told(self.since), _told(self.until))


class Pair(NamedTuple):
    """The bytes of two versions in one view; of nothing before there are none."""

    before: bytes | None
    after: bytes
    issued: bool = True
    """Or else the later one is the working agenda, which has no name."""

    def compared(self) -> Compared:
        later = json.loads(self.after)
        earlier = json.loads(self.before) if self.before else {**later, **NOTHING}
        return Compared(
            _name(earlier) if self.before else None,
            _name(later) if self.issued else None,
            earlier,
            later,
            between(earlier, later),
        )


async def versions(
    session: AsyncSession, meeting_id: UUID, number: int, since: int | None, *, full: bool
) -> Pair:
    """A version with another, by default the one before it; raises `NotFound` and `Invalid`."""
    base = number - 1 if since is None else since
    found = await queries.views_of(session, meeting_id, {number, base}, full=full)
    if number not in found:
        raise NotFound
    if since is not None and since not in found:
        errors = [FieldError(pointer="query/since", detail="There is no such version.")]
        raise Invalid(errors[0].detail, errors=errors)
    return Pair(found.get(base), found[number])


async def working(session: AsyncSession, agenda: WorkingAgenda, *, full: bool) -> Pair:
    """The working agenda, as it would be issued now, with the version in force."""
    meeting_id = agenda.meeting.id
    number = await queries.latest_number(session, meeting_id)
    found = await queries.views_of(session, meeting_id, [number], full=full)
    beside = await queries.beside(session, agenda.meeting)
    name = VersionName(
        number=number + 1,
        revision=0,
        status=VersionStatus.REVISED,
        symbol="-",
        issued_at=clock.now(),
    )
    content = views.issued_body(agenda, name, beside, full=full)
    return Pair(found.get(number), content, issued=False)


def _name(issued: Mapping[str, Any]) -> VersionName:
    return VersionName.model_validate({name: issued[name] for name in VersionName.model_fields})


def _members(found: Any) -> dict[str, MemberChange]:
    changes: list[tuple[str, Change]] = list(found.items())
    return {
        name: MemberChange.model_construct(before=each.before, after=each.after)
        for name, each in changes
    }


def _glance(node: Node | None) -> ItemGlance | None:
    if node is None:
        return None
    names = ItemGlance.model_fields.keys() - {"parent_id"}
    values = {name: node.values[name] for name in names}
    return ItemGlance.model_validate(values | {"parent_id": node.parent_id})


def _sitting(node: Node | None) -> SittingGlance | None:
    if node is None:
        return None
    values = {name: node.values[name] for name in SittingGlance.model_fields}
    return SittingGlance.model_validate(values)


def _told(name: VersionName | None) -> Told | None:
    return None if name is None else Told(name.symbol, name.issued_at)
