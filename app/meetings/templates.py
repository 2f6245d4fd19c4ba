"""Meetings that follow a template: what it says of each, and giving drafts other times."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core.fields import Seats
from app.core.patches import changes, checked
from app.meetings import policy, service
from app.meetings.calendars import with_deadline
from app.meetings.policy import Fault, Times
from app.meetings.schemas import Languages, MeetingSettings, MeetingWrite, committee_defaults
from app.meetings.schemas import MeetingSettingsPatch as TemplatePatch
from app.meetings.schemas import RoomWrite as Room
from app.meetings.tables import Meeting

__all__ = [
    "MeetingTemplate",
    "Room",
    "TemplatePatch",
    "members_of",
    "retime_draft",
    "template_faults",
    "with_defaults",
]


AnyTemplate = TypeVar("AnyTemplate", bound="MeetingTemplate")


class MeetingTemplate(MeetingSettings):
    """What all meetings that follow it have in common; their times come with each."""

    languages: Languages | None = Field(None, description="By default the committee's.")
    seat_quota: Seats | None = Field(
        None, description="Seats of each entity that is invited; by default the committee's."
    )


def with_defaults(template: AnyTemplate, committee: Committee) -> AnyTemplate:
    """What holds for delegations stays from then on as the committee has it when this begins."""
    said = template.model_dump() | committee_defaults(committee, template.model_fields_set)
    return type(template).model_validate(said)


def template_faults(template: MeetingTemplate, committee: Committee) -> list[Fault]:
    languages = template.languages or committee.languages
    return policy.language_faults(template.title, languages)


async def members_of(
    session: AsyncSession,
    committee: Committee,
    template: MeetingTemplate,
    times: Times,
    title: Mapping[str, str],
) -> dict[str, Any]:
    """The columns of a meeting at these times; raises `Invalid` where there can be none."""
    defaults = {"languages": committee.languages, "seat_quota": committee.default_seat_quota}
    said = template.model_dump(mode="json", include=set(MeetingWrite.model_fields))
    said |= {name: value for name, value in defaults.items() if said[name] is None}
    said |= {"title": dict(title)} | _as_said(times)
    wanted = checked(MeetingWrite, said).model_dump()
    members, _ = service.settled(await with_deadline(session, committee.id, wanted))
    return members


async def retime_draft(session: AsyncSession, meeting: Meeting, times: Times) -> None:
    """Other times for a meeting that is in no calendar yet; a deadline that is a rule follows.

    Raises `Invalid` where the deadline does not fit them.
    """
    before = MeetingWrite.of_meeting(meeting)
    after = checked(MeetingWrite, before.model_dump(mode="json") | _as_said(times))
    wanted = await with_deadline(session, meeting.committee_id, after.model_dump())
    members, settled = service.settled(wanted)
    closes_at = members["registration_closes_at"]
    differing = changes(before, after.with_offsets(settled).closing_at(closes_at))
    await service.change_meeting(session, meeting, members, differing)


def _as_said(times: Times) -> dict[str, Any]:
    """As a caller would say them; both offsets, so that nothing is left in doubt."""
    return {
        "timezone": times.timezone,
        "local_start": times.local_start.isoformat(),
        "local_end": times.local_end.isoformat(),
        "start_offset": times.start_offset,
        "end_offset": times.end_offset,
    }
