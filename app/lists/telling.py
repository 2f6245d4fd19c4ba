"""A list in the form and the language that its reader wants."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, TypeVar

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core.fields import accepted_languages, in_language
from app.core.negotiation import preferred
from app.core.pages import PageRequest, fetch_page
from app.core.routes import Beforehand
from app.letters.words import LetterLanguage, language_for
from app.lists import files, policy, queries
from app.lists.access import ListView
from app.lists.lifecycle import JSON, MEDIA_TYPES, ListFormat, ListKind, ListOrder
from app.lists.press import MAX_ROWS
from app.lists.schemas import AttendanceRow, DelegationRow, ListedEntity, ListedPerson, ListPage
from app.lists.words import words_in
from app.lists.writing import Rendering

VARY = "Accept, Accept-Language"
FORMS = {MEDIA_TYPES[form]: form for form in ListFormat}
Item = TypeVar("Item", bound=ListedPerson)
Row = Callable[[Any, Rendering], Item]


def wanted_form(request: Request) -> ListFormat | None:
    """The file that `Accept` prefers; None for JSON. Raises `NotAcceptable`."""
    return FORMS.get(preferred(request.headers.get("accept"), (JSON, *FORMS)))


async def rendering_of(session: AsyncSession, view: ListView, request: Request) -> Rendering:
    """The entities of the list in its order, and its language."""
    accepted = accepted_languages(request.headers.get("accept-language"))
    language = view.asked.language or language_for(accepted)
    first = view.meeting.protocol_order
    if first is None:
        committee = await session.get_one(Committee, view.meeting.committee_id)
        first = committee.protocol_order
    found = await queries.delegations_of(session, view.meeting)
    ordered = policy.ordered(found, view.asked.order, first, language)
    return Rendering(
        meeting=view.meeting,
        kind=view.kind,
        language=language,
        order=view.asked.order,
        delegations={each.id: each for each in ordered},
        one=await _named(session, view, _only_one(view, ordered)),
        presence=view.wanted.presence,
        addresses=view.addresses,
        latest=await queries.find_latest_change(session, view.meeting.id),
    )


async def page_of(
    session: AsyncSession,
    view: ListView,
    paging: PageRequest,
    model: type[ListPage[Item]],
    row: Row[Item],
) -> ListPage[Item]:
    """One page of the list as JSON."""
    rendering = await rendering_of(session, view, paging.request)
    statement, order = queries.listed_people(
        view.meeting, view.wanted, view.asked.order, list(rendering.delegations)
    )
    stamps = []

    def render(found: Any) -> Item:
        stamps.append(found.latest)
        return row(found, rendering)

    page = await fetch_page(session, paging, statement, order, render)
    stamp = stamps[0] if stamps else rendering.latest
    paging.response.headers["Content-Language"] = rendering.language.value
    paging.response.headers["Vary"] = VARY
    _keep_briefly(view, paging.response)
    return model(
        items=page.items,
        next_cursor=page.next_cursor,
        title=rendering.head(stamp).title[:500],
        language=rendering.language,
        as_of=stamp.astimezone(UTC),
    )


async def file_of(
    session: AsyncSession, view: ListView, request: Request, form: ListFormat
) -> Response:
    """The list as a file, made while the request holds no transaction."""
    made: files.Made | None = getattr(request.state, "made", None)
    if made is None:
        rendering = await rendering_of(session, view, request)
        statement, order = queries.listed_people(
            view.meeting, view.wanted, view.asked.order, list(rendering.delegations)
        )
        at_most = MAX_ROWS if form is ListFormat.PDF else None
        spool = await files.spooled(session, statement, order, rendering, at_most=at_most)

        async def make_it() -> None:
            request.state.made = await files.made_of(spool, form)

        raise Beforehand(make_it)
    cache = "public, max-age=60" if view.public else "private, no-cache"
    return files.answer_with(made, request, cache=cache, vary=VARY)


def person_row(row: Any, rendering: Rendering) -> ListedPerson:
    return ListedPerson(**_members(row, rendering))


def delegation_row(row: Any, rendering: Rendering) -> DelegationRow:
    told = rendering.addresses
    return DelegationRow(
        **_members(row, rendering),
        rank=row.rank if told else None,
        email=row.email if told else None,
        listed=row.listed if told else None,
    )


def attendance_row(row: Any, rendering: Rendering) -> AttendanceRow:
    return AttendanceRow(
        **_members(row, rendering),
        first_in_at=row.first_in,
        last_out_at=None if row.still else row.last_out,
        in_room=row.still,
    )


def entity_of(delegation: policy.Delegation, language: LetterLanguage) -> ListedEntity:
    return ListedEntity(
        id=delegation.id,
        handle=delegation.handle,
        abbreviation=delegation.abbreviation,
        name=in_language(dict(delegation.name), [language]),
    )


def _members(row: Any, rendering: Rendering) -> dict[str, Any]:
    words = words_in(rendering.language)
    return {
        "registration_id": row.id,
        "entity": entity_of(rendering.delegations[row.entity_id], rendering.language),
        "role": row.role,
        "role_name": words.say("roles", row.role.value),
        "name": row.name,
        "honorific": row.honorific,
        "job_title": row.job_title,
    }


def _only_one(view: ListView, delegations: Sequence[policy.Delegation]) -> policy.Delegation | None:
    """The one entity that the list is of, if the caller may see it; it stands in the title."""
    seen = [
        each
        for each in delegations
        if view.wanted.entities is None or each.id in view.wanted.entities
    ]
    if view.wanted.entity is not None:
        named = [each for each in seen if view.wanted.entity in (each.handle, str(each.id))]
        return named[0] if named else None
    return seen[0] if view.wanted.entities is not None and len(seen) == 1 else None


async def _named(
    session: AsyncSession, view: ListView, one: policy.Delegation | None
) -> policy.Delegation | None:
    """What is published names nobody who does not stand in it: no title tells who was asked."""
    if one is None or view.kind is not ListKind.PARTICIPANTS:
        return one
    wanted = replace(view.wanted, entity=str(one.id))
    statement, _ = queries.listed_people(view.meeting, wanted, ListOrder.NAME, [one.id])
    return one if await queries.count_listed(session, statement, 1) else None


def _keep_briefly(view: ListView, response: Response) -> None:
    if view.public:
        response.headers["Cache-Control"] = "public, max-age=60"
