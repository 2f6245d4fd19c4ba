"""Two entries of a directory that are one person become one, and two again."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.problems import Invalid
from app.entities.lifecycle import MOST_ADDRESSES, Gender, Level
from app.entities.problems import PersonMerged as MergedAlready
from app.entities.tables import Person, PersonMerge
from app.events import record
from app.identity import service as identity
from app.identity.lifecycle import LinkPurpose
from app.invitations import readdressing as invitations
from app.people import queries
from app.people.events import PersonMerged, PersonUnmerged
from app.people.problems import BothFocalPoints, BothRegistered, MergeStands, NotMerged
from app.registrations.readdressing import readdress


class MergedMember(StrEnum):
    """What may come from the other entry; everything else stays as the one kept has it."""

    NAME = "name"
    HONORIFIC = "honorific"
    JOB_TITLE = "job_title"
    EMAIL = "email"
    LANGUAGE = "language"
    LANGUAGES = "languages"
    RANK = "rank"
    LEVEL = "level"
    GENDER = "gender"
    AT_HEADQUARTERS = "at_headquarters"
    DUTY_STATION = "duty_station"


_WITH_CONSENT = frozenset({MergedMember.LEVEL, MergedMember.GENDER})
_BACK: dict[str, Any] = {
    "level": Level,
    "gender": Gender,
    "statistics_consent_at": datetime.fromisoformat,
    "account_id": UUID,
}
"""From what JSON keeps to what the column has."""


async def merge(
    session: AsyncSession, kept: Person, other: Person, take: Collection[MergedMember]
) -> PersonMerge:
    """The other entry is the kept person from now on: what hung on it follows, its addresses are
    theirs. Both are locked.

    Raises `PersonMerged`, `BothRegistered`, `BothFocalPoints`; `Invalid` with too many addresses.
    """
    await _check(session, kept, other)
    values = _after(kept, other, take)
    before = {name: _plain(getattr(kept, name)) for name in values}
    moves = values.get("email", kept.email) != kept.email
    await invitations.readdress(session, other.entity_id, other.id)
    followed = await queries.let_follow(session, other.id, kept.id)
    other.merged_into = kept.id
    await session.flush()  # their addresses are free before the one kept gets them
    for name, value in values.items():
        setattr(kept, name, value)
    made = PersonMerge(
        entity_id=kept.entity_id,
        kept_id=kept.id,
        merged_id=other.id,
        moved={name: [str(each) for each in ids] for name, ids in followed.items()},
        before=before,
        after={name: _plain(value) for name, value in values.items()},
    )
    session.add(made)
    record(
        session,
        PersonMerged(
            subject_id=kept.id,
            entity_id=kept.entity_id,
            merged_id=other.id,
            moved=_counts(made),
            taken=sorted(take),
        ),
    )
    await session.flush()
    await readdress(session, kept.id, only=None if moves else followed.get("registrations", []))
    if moves:
        await invitations.readdress(session, kept.entity_id, kept.id)
    await session.flush()
    return made


async def unmerge(session: AsyncSession, kept: Person, other: Person) -> PersonMerge:
    """Both are as they were, but for what was corrected since, and what was named since, which is
    the kept one's. Both are locked.

    Raises `NotMerged` and `MergeStands`; and through the database `PersonKnown`, where somebody
    else has one of the addresses by now.
    """
    made = await queries.lock_merge(session, kept.id, other.id)
    if made is None:
        raise NotMerged("The one was not merged into the other.")
    if other.merged_into != kept.id:
        raise MergeStands("The one kept was merged further: take that back first.")
    if kept.anonymized_at is not None:
        raise MergeStands("Nothing says any more who the two were.")
    if await queries.is_held(session, kept.id, other.id):
        raise MergeStands("There is a legal hold, which is on both of them.")
    before = kept.email
    _restore(kept, other, made)
    await session.flush()
    other.merged_into = None
    await queries.let_go_back(session, made.moved, kept.id, other.id)
    made.undone_at = clock.now()
    fact = PersonUnmerged(
        subject_id=kept.id, entity_id=kept.entity_id, merged_id=other.id, moved=_counts(made)
    )
    record(session, fact)
    await session.flush()
    await readdress(session, other.id)
    await _links_again(session, kept, other, made)
    if kept.email != before:
        await readdress(session, kept.id)
        await invitations.readdress(session, kept.entity_id, kept.id)
    await session.flush()
    return made


async def _check(session: AsyncSession, kept: Person, other: Person) -> None:
    if kept.merged_into is not None or other.merged_into is not None:
        raise MergedAlready("One of them was merged into somebody already.")
    if shared := await queries.meetings_of_both(session, kept.id, other.id):
        raise BothRegistered(f"Both are registered, or were present, at: {', '.join(shared[:20])}.")
    if await queries.share_an_office(session, kept.id, other.id):
        raise BothFocalPoints("Both are focal points for the same.")


def _after(kept: Person, other: Person, take: Collection[MergedMember]) -> dict[str, Any]:
    """The members of the one kept that the merge sets."""
    values: dict[str, Any] = {name.value: getattr(other, name.value) for name in take}
    email = values.get("email", kept.email)
    known = [kept.email, *kept.addresses, other.email, *other.addresses]
    values["addresses"] = [each for each in dict.fromkeys(known) if each != email]
    if len(values["addresses"]) > MOST_ADDRESSES:
        detail = f"Together they have more than {MOST_ADDRESSES} addresses beside the main one."
        raise Invalid.at("/other", detail)
    values["account_id"] = kept.account_id or other.account_id
    if _WITH_CONSENT & set(take):
        values["statistics_consent_at"] = kept.statistics_consent_at or other.statistics_consent_at
    return values


def _restore(kept: Person, other: Person, made: PersonMerge) -> None:
    """What the merge set goes back, unless it was corrected since; the addresses are divided."""
    for name, value in made.before.items():
        if name != "addresses" and _plain(getattr(kept, name)) == made.after[name]:
            setattr(kept, name, _BACK.get(name, _same)(value) if value is not None else None)
    theirs = {other.email, *other.addresses}
    if kept.email in theirs:
        raise MergeStands("The main address is the other person's: correct it first.")
    own_again = kept.email == made.before.get("email", kept.email)
    if own_again and kept.addresses == made.after["addresses"]:
        kept.addresses = list(made.before["addresses"])
    else:
        own = [each for each in kept.addresses if each not in theirs]
        kept.addresses = [each for each in own if each != kept.email]


async def _links_again(
    session: AsyncSession, kept: Person, other: Person, made: PersonMerge
) -> None:
    """The links to answer died with the merge: whoever acts again gets fresh ones, and those of who
    acts no longer die.
    """
    await invitations.revoke_where_nobody_acts(session, kept.entity_id, kept.id)
    moved = [UUID(each) for each in made.moved.get("links", [])]
    now, renewed = clock.now(), set()
    for link in await queries.links_among(session, moved):
        answers = link.purpose is LinkPurpose.ANSWER_INVITATION
        if answers and link.expires_at > now and link.resource_id not in renewed:
            renewed.add(link.resource_id)
            identity.send_fresh_link(session, link)


def _counts(made: PersonMerge) -> dict[str, int]:
    return {name: len(ids) for name, ids in made.moved.items()}


def _same(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case _:
            return value
