"""What a panellist reads and says on their page, as it crosses the wire."""

from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from app.core.fields import (
    Flag,
    Handle,
    InstantField,
    Language,
    LocalizedLine,
    LocalizedText,
    Minutes,
    Paragraphs,
    Schema,
    ShortLine,
    WallTimeField,
    WebAddress,
    ZoneName,
    example,
)
from app.core.zones import to_local
from app.meetings.lifecycle import UNCHANGEABLE, MeetingStatus
from app.meetings.tables import ConferenceRoom, Meeting
from app.panels.lifecycle import PANELLIST, PanellistStatus, PanellistVerb, PanelRole
from app.panels.own_queries import OwnPlace
from app.panels.rehearsal_schemas import RehearsalOut
from app.panels.schemas import Biography, SpokenLanguages
from app.panels.slots import Slot, kept_slot
from app.panels.tables import Panel, Panellist, Rehearsal


class OwnPlaceWrite(Schema):
    """What panellists correct and add about themselves."""

    name: ShortLine = Field(examples=["Amina Rossi"])
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    affiliation: ShortLine | None = None
    city: ShortLine | None = None
    timezone: ZoneName
    language: Language | None = None
    biography: Biography = Field(default_factory=dict)
    spoken_languages: SpokenLanguages = Field(default_factory=list)
    equipment: Paragraphs | None = None
    needs: Paragraphs | None = None


class OwnPlacePatch(Schema):
    """Members as in `OwnPlaceOut`; null takes away what you can be without."""

    model_config = example(
        biography={"en": "Amina Rossi leads the Example Institute."},
        spoken_languages=["en", "fr"],
        timezone="Asia/Tashkent",
    )

    name: ShortLine | None = None
    honorific: ShortLine | None = None
    job_title: ShortLine | None = None
    affiliation: ShortLine | None = None
    city: ShortLine | None = None
    timezone: ZoneName | None = None
    language: Language | None = None
    biography: dict[str, str | None] | None = Field(None, max_length=20)
    spoken_languages: SpokenLanguages | None = None
    equipment: Paragraphs | None = None
    needs: Paragraphs | None = None


class OwnPlaceReason(Schema):
    model_config = example(reason="I am travelling on that day.")

    reason: Paragraphs | None = Field(
        None, description="For the organizers alone.", examples=["I am travelling on that day."]
    )


class OwnPlaceConsent(Schema):
    """An explicit answer: there is no default."""

    model_config = example(agreed=True)

    agreed: Flag = Field(description="Whether what you say may be recorded.")


class OwnPlaceTimes(Schema):
    """When the panel is on, on the clocks of the reader's own zone."""

    starts_at: InstantField
    ends_at: InstantField
    local_start: WallTimeField = Field(description="By the clocks of `timezone`.")
    local_end: WallTimeField = Field(description="By the clocks of `timezone`.")
    timezone: ZoneName = Field(description="The reader's own.")

    @classmethod
    def shown(cls, slot: Slot | None, zone: str) -> Self | None:
        if slot is None:
            return None
        start, end = slot
        return cls(
            starts_at=start,
            ends_at=end,
            local_start=to_local(start, zone),
            local_end=to_local(end, zone),
            timezone=zone,
        )


class OwnPlaceLine(Schema):
    """One of the reader's places, as a list has it."""

    id: UUID
    status: PanellistStatus
    role: PanelRole
    meeting: Handle
    meeting_title: LocalizedLine
    panel_title: LocalizedLine
    times: OwnPlaceTimes | None

    @classmethod
    def shown(cls, person: Panellist, panel: Panel, meeting: Meeting) -> Self:
        return cls(
            id=person.id,
            status=person.status,
            role=person.role,
            meeting=meeting.handle,
            meeting_title=meeting.title,
            panel_title=panel.title,
            times=OwnPlaceTimes.shown(kept_slot(panel), person.timezone),
        )


class OwnPlaceColleague(Schema):
    """Somebody else on the panel."""

    role: PanelRole
    name: ShortLine
    honorific: ShortLine | None
    job_title: ShortLine | None
    affiliation: ShortLine | None
    minutes: Minutes | None


class OwnPlaceRoom(Schema):
    """The way into the conference, once the reader has confirmed."""

    label: ShortLine
    join_address: WebAddress
    passcode: ShortLine | None
    dial_in: Paragraphs | None


class OwnPlaceContact(Schema):
    name: ShortLine | None
    role: ShortLine | None
    email: str | None = Field(max_length=254)


class OwnPlaceOut(OwnPlaceWrite):
    """A reader's place on a panel; what is secret comes once they have confirmed."""

    id: UUID
    status: PanellistStatus
    allowed: list[PanellistVerb] = Field(max_length=5, description="What you may do now.")
    role: PanelRole
    minutes: Minutes | None = Field(description="Minutes to speak; null where nobody has said.")
    recording_consent: bool | None = Field(description="Null while you have not said.")
    recording_consent_at: InstantField | None
    committee_name: LocalizedLine
    meeting: Handle
    meeting_title: LocalizedLine
    meeting_status: MeetingStatus
    meeting_timezone: ZoneName
    contacts: list[OwnPlaceContact] = Field(max_length=50)
    panel_title: LocalizedLine
    concept_note: LocalizedText
    questions_minutes: Minutes | None = Field(
        description="Minutes for questions of the whole panel."
    )
    times: OwnPlaceTimes | None = Field(
        description="Null while the agenda gives the panel no time."
    )
    room: ShortLine | None = Field(description="Where on the spot, or the venue.")
    conference: OwnPlaceRoom | None = Field(description="Null until you have confirmed.")
    rehearsal: RehearsalOut | None = Field(
        description="Its secrets are null until you have confirmed."
    )
    others: list[OwnPlaceColleague] = Field(max_length=50)
    documents: str = Field(
        max_length=200,
        description="Path of the list of papers that you may read: those of your panel and its "
        "item.",
        examples=["/v1/panellists/018f2a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b/documents"],
    )

    @classmethod
    def shown(cls, found: OwnPlace) -> Self:
        person, meeting, panel = found.person, found.meeting, found.panel
        confirmed = person.status is PanellistStatus.CONFIRMED
        own: dict[str, Any] = {name: getattr(person, name) for name in _OWN}
        return cls(
            allowed=_allowed(person.status, meeting.status),
            committee_name=found.committee.name,
            meeting=meeting.handle,
            meeting_title=meeting.title,
            meeting_status=meeting.status,
            meeting_timezone=meeting.timezone,
            contacts=[_contact(each) for each in meeting.contacts[:50]],
            panel_title=panel.title,
            concept_note=panel.concept_note,
            questions_minutes=panel.questions_minutes,
            times=OwnPlaceTimes.shown(kept_slot(panel), person.timezone),
            room=found.item_room or meeting.venue,
            conference=_conference(found.room) if confirmed else None,
            rehearsal=_rehearsal(found.rehearsal, person.timezone, secret=not confirmed),
            others=[OwnPlaceColleague.of(each) for each in found.others],
            documents=f"/v1/panellists/{person.id}/documents",
            **own,
        )


class OwnPlaceSort(StrEnum):
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"


OWN_VERBS = (PanellistVerb.CONFIRM, PanellistVerb.DECLINE, PanellistVerb.WITHDRAW)
_OWN = (
    *OwnPlaceWrite.model_fields,
    "id",
    "status",
    "role",
    "minutes",
    "recording_consent",
    "recording_consent_at",
)


def _allowed(status: PanellistStatus, meeting: MeetingStatus) -> list[PanellistVerb]:
    """Nothing once nothing of the meeting changes any more."""
    if meeting in UNCHANGEABLE:
        return []
    return [verb for verb in OWN_VERBS if verb in PANELLIST.allowed(status)]


def _conference(room: ConferenceRoom | None) -> OwnPlaceRoom | None:
    return None if room is None else OwnPlaceRoom.of(room)


def _rehearsal(rehearsal: Rehearsal | None, zone: str, *, secret: bool) -> RehearsalOut | None:
    if rehearsal is None:
        return None
    shown = RehearsalOut.shown(rehearsal, zone)
    return shown.model_copy(update={"join_address": None, "passcode": None}) if secret else shown


def _contact(contact: dict[str, Any]) -> OwnPlaceContact:
    return OwnPlaceContact(**{name: contact.get(name) for name in OwnPlaceContact.model_fields})
