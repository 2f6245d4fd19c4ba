"""HTTP for calendars to subscribe to: secret ones, and those of committees."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.calendar.entries import PRODID
from app.calendar.files import CalendarFile
from app.calendar.writer import MeetingEntry, Method, calendar
from app.committees.access import CommitteeDep, CommitteeRef
from app.committees.queries import find_committee
from app.committees.tables import Committee
from app.core import clock
from app.core.fields import accepted_languages, in_language
from app.core.openapi import Responses, raises
from app.core.pages import Page, Paging, fetch_page
from app.core.problems import NotFound
from app.core.routes import Session, router_for
from app.entities import service as entities
from app.entities.access import DirectoryDep
from app.entities.problems import NotOfThisEntity, PersonLeft
from app.entities.tables import Entity, Person
from app.feeds import queries, service, speaker_queries
from app.feeds.access import FeedDep, FeedToRevoke, scope_for
from app.feeds.entries import Desk, entity_entries, person_entries, shared_entries
from app.feeds.policy import REFRESH
from app.feeds.problems import FeedRevoked, FeedUnknown
from app.feeds.schemas import FeedCreate, FeedMade, FeedOut, OwnFeedRequest
from app.feeds.speaker_entries import entries_of_briefing, entries_of_place
from app.feeds.tables import Feed
from app.feeds.words import feed_name
from app.identity.access import CallerDep
from app.identity.policy import Caller
from app.identity.problems import LinkSpent, LinkUnknown

router = router_for("feeds")
BASE = "/entities/{e}/feeds"
DOCUMENTED: Responses = {
    200: {
        "description": "An iCalendar object (RFC 5545) with up to 500 meetings, and in the feed"
        " that somebody made for themselves with what they speak at.",
        "content": {"text/calendar": {"schema": {"type": "string", "maxLength": 20_000_000}}},
    }
}


@router.get(BASE, operation_id="listFeeds")
async def list_feeds(session: Session, directory: DirectoryDep, paging: Paging) -> Page[FeedOut]:
    """List the secret feeds of an entity and of its people, in the order of their making.

    Their addresses were told when they were made, and are not told again.
    """
    statement = queries.list_feeds(directory.entity.id)
    order = [(col(Feed.id), False)]
    return await fetch_page(session, paging, statement, order, lambda row: FeedOut.of(row[0]))


@router.post(
    BASE,
    operation_id="createFeed",
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotOfThisEntity, PersonLeft),
)
async def create_feed(
    session: Session,
    caller: CallerDep,
    directory: DirectoryDep,
    body: FeedCreate,
    request: Request,
    response: Response,
) -> FeedMade:
    """Make a secret feed of an entity's meetings, or of those of one of its people.

    Whoever has the address reads the feed, without a token, until it is revoked. The answer tells
    the address this once.
    """
    committee_id = await scope_for(session, caller, directory.entity, body.committee)
    person_id = None
    if body.person_id is not None:
        entity = directory.entity
        person_id = (await entities.person_named(session, entity, body.person_id, None)).id
    feed = await service.create_feed(
        session,
        directory.entity.id,
        person_id,
        committee_id,
        body.label,
        created_by=caller.account_id,
    )
    response.headers["Location"] = f"/v1/entities/{directory.entity.id}/feeds/{feed.id}"
    response.headers["Cache-Control"] = "no-store"
    return _made(feed, request)


@router.get(f"{BASE}/{{feed_id}}", operation_id="getFeed")
async def get_feed(feed: FeedDep) -> FeedOut:
    """Read what is known of a feed; its address is not."""
    return FeedOut.of(feed)


@router.delete(
    f"{BASE}/{{feed_id}}", operation_id="revokeFeed", status_code=status.HTTP_204_NO_CONTENT
)
async def revoke_feed(session: Session, feed: FeedToRevoke) -> None:
    """Revoke a feed: from the next request on its address answers 410. Twice is once."""
    await service.revoke_feed(session, feed)


@router.post(
    "/feeds",
    operation_id="createOwnFeed",
    openapi_extra={"x-public": True},
    responses=raises(LinkUnknown, LinkSpent),
)
async def create_own_feed(
    session: Session, body: OwnFeedRequest, request: Request, response: Response
) -> FeedMade:
    """Get the feed of your own meetings with the personal link from your mail.

    Asking again, also with the link to another meeting, gives the same feed until it is revoked.
    """
    limiter = request.app.state.limiter
    limiter.check_guesses(request)
    try:
        feed = await service.own_feed(session, request.app.state.secret, body.token)
    except LinkUnknown:
        limiter.count_guess(request)
        raise
    response.headers["Cache-Control"] = "no-store"
    return _made(feed, request)


@router.get(
    "/feeds/{token}.ics",
    operation_id="readFeed",
    openapi_extra={"x-public": True},
    response_class=CalendarFile,
    responses=DOCUMENTED | raises(FeedUnknown, FeedRevoked),
)
async def read_feed(
    session: Session,
    token: Annotated[str, Path(min_length=1, max_length=200, description="The secret.")],
    request: Request,
) -> Response:
    """Read a secret feed: the address is all that it takes."""
    state = request.app.state
    state.limiter.check_guesses(request)
    feed_id = service.read_token(state.secret, token)
    found = await queries.find_subject(session, feed_id) if feed_id else None
    if found is None:
        state.limiter.count_guess(request)
        raise FeedUnknown("There is no such feed; its address may be cut off or mistyped.")
    feed, entity, person = found
    if feed.revoked_at is not None:
        raise FeedRevoked("This feed was revoked.")
    language = (person and person.language) or entity.language
    name = person.name if person else entity.abbreviation
    return file_of(
        await _secret_entries(session, feed, entity, person, language, desk_of(request)),
        request,
        name=feed_name(name, [language]),
        method=None if feed.own else Method.PUBLISH,
        headers={"Cache-Control": "private, max-age=300"},
    )


@router.get(
    "/public/committees/{c}/calendar.ics",
    operation_id="getPublicCommitteeCalendar",
    tags=["public"],
    openapi_extra={"x-public": True},
    response_class=CalendarFile,
    responses=DOCUMENTED | raises(NotFound),
)
async def get_public_committee_calendar(
    session: Session, c: CommitteeRef, request: Request
) -> Response:
    """Subscribe to the public meetings of a committee and its working groups, without a token.

    There is none until a first meeting was announced to the public.
    """
    committee = await find_committee(session, c)
    if committee is None or not await queries.has_public_meeting(session, committee.id):
        raise NotFound
    return await _committee_file(session, committee, None, request, "public, max-age=300")


@router.get(
    "/committees/{c}/calendar.ics",
    operation_id="getCommitteeCalendar",
    tags=["committees"],
    response_class=CalendarFile,
    responses=DOCUMENTED,
)
async def get_committee_calendar(
    session: Session, caller: CallerDep, committee: CommitteeDep, request: Request
) -> Response:
    """Read the meetings of a committee and its working groups that you may know of, as entries."""
    return await _committee_file(session, committee, caller, request, "private, max-age=300")


async def _secret_entries(
    session: AsyncSession,
    feed: Feed,
    entity: Entity,
    person: Person | None,
    language: str,
    desk: Desk,
) -> Sequence[MeetingEntry]:
    now, scope = clock.now(), feed.committee_id
    if person is not None:
        rows = await queries.meetings_of_person(session, person.id, scope, now)
        entries = person_entries(rows, person, desk, language, own=feed.own)
        return [*entries, *await _spoken(session, feed, person, desk)] if feed.own else entries
    rows = await queries.meetings_of_entity(session, entity.id, scope, now)
    names = await queries.delegations(session, entity.id, [row[0].id for row in rows])
    return entity_entries(rows, names, desk, language)


async def _spoken(
    session: AsyncSession, feed: Feed, person: Person, desk: Desk
) -> list[MeetingEntry]:
    """The slots and rehearsals of who made the feed for themselves."""
    now = clock.now()
    places = await speaker_queries.places_of(session, person, feed, now)
    briefings = await speaker_queries.briefings_of(session, person, feed, now)
    return [
        *(entry for row in places for entry in entries_of_place(row, desk.mail_from)),
        *(entry for row in briefings for entry in entries_of_briefing(row, desk.mail_from)),
    ]


async def _committee_file(
    session: AsyncSession,
    committee: Committee,
    caller: Caller | None,
    request: Request,
    caching: str,
) -> Response:
    languages = accepted_languages(request.headers.get("accept-language"))
    rows = await queries.meetings_of_committee(session, committee.id, caller, clock.now())
    return file_of(
        shared_entries(rows, desk_of(request), languages),
        request,
        name=in_language(committee.name, languages or committee.languages),
        method=Method.PUBLISH,
        headers={"Cache-Control": caching, "Vary": "Accept-Language"},
    )


def file_of(
    entries: Sequence[MeetingEntry],
    request: Request,
    *,
    name: str,
    method: Method | None,
    headers: dict[str, str],
) -> Response:
    """`method` is left out where entries name their attendee, which PUBLISH forbids."""
    body = calendar(
        entries,
        method=method,
        prodid=PRODID,
        name=name,
        refresh_interval=REFRESH,
        source=f"{request.app.state.settings.url}{request.url.path}",
    )
    disposition = {"Content-Disposition": 'attachment; filename="calendar.ics"'}
    return CalendarFile(body, headers=headers | disposition)


def _made(feed: Feed, request: Request) -> FeedMade:
    state = request.app.state
    url = f"{state.settings.url}/v1/feeds/{service.token_of(state.secret, feed.id)}.ics"
    webcal = f"webcal{url[url.index(':') :]}"
    return FeedMade(url=url, webcal=webcal, **FeedOut.of(feed).model_dump())


def desk_of(request: Request) -> Desk:
    settings = request.app.state.settings
    return Desk(
        mail_from=settings.mail_from,
        join_url=settings.join_url or f"{settings.url}/join",
        secret=request.app.state.secret,
    )
