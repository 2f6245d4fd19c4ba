"""Records for papers: the reference meeting, and one as large as they come."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from app import schema
from app.letters.words import LetterLanguage
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.tables import ConferenceRoom, Meeting
from app.programme.lifecycle import PaperKind
from app.programme.papers import Paper
from app.programme.records import Record, Wanted
from app.programme.writing import write
from tests.letters.papers import NAMES

assert schema.metadata.tables, "rows refer to each other"

START = datetime(2021, 10, 8, 14, tzinfo=UTC)
"""10:00 in New York."""
STAMP = datetime(2021, 9, 1, 12, tzinfo=UTC)
ZONES = ("Europe/Zurich", "Europe/Vienna", "Africa/Nairobi", "Asia/Bangkok")
TITLES = {
    "en": "6th meeting of the Coordination Committee",
    "fr": "Sixième réunion du Comité de coordination",
    "es": "Sexta reunión del Comité de Coordinación",
    "ar": "الاجتماع السادس للجنة التنسيق",
    "zh": "协调委员会第六次会议",
    "ru": "Шестое заседание Координационного комитета",
}
_OPENING = {
    "en": "Opening of the meeting",
    "fr": "Ouverture de la réunion",
    "es": "Apertura de la reunión",
    "ar": "افتتاح الاجتماع",
    "zh": "会议开幕",
    "ru": "Открытие заседания",
}
_PANEL = {
    "en": "Implications of recent developments for counter-terrorism efforts in Central Asia, "
    "Africa, and priority preventive measures",
    "fr": "Incidences des événements récents sur l’action antiterroriste en Asie centrale et en "
    "Afrique, et mesures préventives prioritaires",
    "es": "Repercusiones de los acontecimientos recientes en la lucha contra el terrorismo en "
    "Asia Central y África, y medidas preventivas prioritarias",
    "ar": "آثار التطورات الأخيرة على جهود مكافحة الإرهاب في آسيا الوسطى وأفريقيا، والتدابير "
    "الوقائية ذات الأولوية",
    "zh": "近期事态发展对中亚和非洲反恐工作的影响以及优先预防措施",
    "ru": "Последствия недавних событий для борьбы с терроризмом в Центральной Азии и Африке и "
    "первоочередные превентивные меры",
}
_NOTE = {
    "en": "The Committee will hear four panellists.\nA discussion follows.",
    "fr": "Le Comité entendra quatre intervenants.",
    "ar": "ستستمع اللجنة إلى أربعة متحدثين.",
    "zh": "委员会将听取四位嘉宾的发言。",
    "ru": "Комитет заслушает четырех участников дискуссии.",
    "es": "El Comité escuchará a cuatro panelistas.",
}
_BREAK = {
    "en": "Coffee break",
    "fr": "Pause-café",
    "es": "Pausa para el café",
    "ar": "استراحة",
    "zh": "茶歇",
    "ru": "Перерыв на кофе",
}
_BRIEFINGS = {
    "en": "Briefings by the working groups",
    "fr": "Exposés des groupes de travail",
    "es": "Exposiciones de los grupos de trabajo",
    "ar": "إحاطات الأفرقة العاملة",
    "zh": "工作组情况通报",
    "ru": "Брифинги рабочих групп",
}
_GROUP = {
    "en": "Working Group on Resource Mobilization",
    "fr": "Groupe de travail sur la mobilisation des ressources",
    "ar": "الفريق العامل المعني بتعبئة الموارد",
}


def an_item(title: Any, begin: int, length: int, **members: Any) -> dict[str, Any]:
    """An item that begins so many minutes after the meeting, as its JSON has it."""
    texts = {"en": title} if isinstance(title, str) else title
    at = START + timedelta(minutes=begin)
    usual: dict[str, Any] = {
        "id": str(uuid5(UUID(int=6), f"{texts} {begin} {members.get('number')}")),
        "number": None,
        "depth": 1,
        "kind": "discussion",
        "title": texts,
        "note": {},
        "annotation": {},
        "minutes": length,
        "access": "public",
        "starts_at": at.isoformat(),
        "ends_at": (at + timedelta(minutes=length)).isoformat(),
        "working_group": None,
        "presenter": None,
        "purpose": None,
        "openness": "closed",
        "children_run": "in_sequence",
        "room": None,
        "panel": None,
        "items": [],
    }
    return usual | members


def usual_items() -> list[dict[str, Any]]:
    people = [
        ("moderator", "Amina Rossi", "Ms.", "Director", "United Nations", 5, "confirmed"),
        ("panellist", "ليلى حداد", None, "Permanent Representative", "Kenya", 10, "confirmed"),
        ("panellist", "王小明", None, None, "Shanghai Cooperation Organization", 10, "invited"),
        ("panellist", "Zoë Álvarez", "Dr.", "Head of Service", "European Commission", 10, None),
    ]
    panellists = [
        {
            "position": place,
            "role": role,
            "name": name,
            "honorific": honorific,
            "job_title": job,
            "affiliation": affiliation,
            "minutes": minutes,
            "status": status,
            "email": f"p{place}@example.org",
            "timezone": "Asia/Tashkent",
        }
        for place, (role, name, honorific, job, affiliation, minutes, status) in enumerate(
            people, 1
        )
    ]
    group = {"handle": "resource-mobilization", "name": _GROUP}
    return [
        an_item(_OPENING, 0, 10, number="1", kind="opening", presenter="Li Wei"),
        an_item(
            {"en": "Adoption of the agenda"}, 10, 5, number="2", kind="adoption_of_agenda",
            purpose="decision",
        ),
        an_item(
            _PANEL, 15, 60, number="3", kind="panel", purpose="discussion", note=_NOTE,
            openness="webcast", room="Conference Room 4",
            panel={"title": {"en": "Recent developments"}, "panellists": panellists},
            annotation={"en": "Documentation: see the background note."},
        ),
        an_item(_BREAK, 75, 15, kind="break"),
        an_item(
            _BRIEFINGS, 90, 60, number="4", kind="discussion",
            items=[
                an_item(
                    _GROUP, 90, 20, number="4(a)", depth=2, kind="briefing", working_group=group,
                    purpose="information",
                ),
                an_item(
                    "Border management", 110, 20, number="4(b)", depth=2, kind="briefing",
                    items=[
                        an_item("First case", 110, 10, number="4(b)(i)", depth=3),
                        an_item("Second case", 120, 10, number="4(b)(ii)", depth=3),
                    ],
                ),
                an_item(
                    "Victims", 130, 0, number="4(c)", depth=2, kind="briefing",
                    standing="withdrawn",
                ),
            ],
        ),
        an_item("Other business", 150, 20, number="5", kind="other_business", addition="late"),
        an_item("Closing", 170, 10, number="6", kind="closing"),
    ]  # fmt: skip


def a_record(**members: Any) -> Record:
    """The agenda as it was issued, of the reference meeting."""
    meeting = Meeting(
        id=UUID(int=66),
        committee_id=uuid4(),
        handle="coordination-committee-6",
        number=6,
        title=members.pop("title", TITLES),
        status=members.pop("status", MeetingStatus.SCHEDULED),
        format=MeetingFormat.VIRTUAL,
        timezone="America/New_York",
        local_start=datetime(2021, 10, 8, 10),
        local_end=datetime(2021, 10, 8, 13),
        starts_at=START,
        ends_at=START + timedelta(hours=3),
        languages=["en"],
        seat_quota=5,
        contacts=[{"name": "Desk", "role": "Questions", "email": "desk@example.org"}],
        public=True,
        calendar_sequence=3,
        created_at=STAMP,
    )
    issued = {
        "meeting": {
            "title": meeting.title,
            "format": "virtual",
            "timezone": meeting.timezone,
            "starts_at": meeting.starts_at.isoformat(),
            "ends_at": meeting.ends_at.isoformat(),
        },
        "symbol": "COORDINATION-COMMITTEE-6/1/Rev.1",
        "status": "revised",
        "number": 2,
        "revision": 1,
        "issued_at": STAMP.isoformat(),
        "items": members.pop("items", None) or usual_items(),
    }
    usual: dict[str, Any] = {
        "meeting": meeting,
        "committee": NAMES,
        "agenda": issued | members.pop("agenda", {}),
        "stamp": STAMP,
    }
    return Record(**usual | members)


def a_room() -> ConferenceRoom:
    return ConferenceRoom(
        meeting_id=UUID(int=66),
        label="Main room",
        join_address="https://conference.example.org/j/6",
        passcode="462 913",
        dial_in="+1 212 555 0100, 462913#",
    )


def many_items(count: int, title: str = "Session") -> list[dict[str, Any]]:
    """So many sessions, three at a time, in parts of ten."""
    parts = []
    for first in range(0, count, 10):
        begin = first // 3 * 5
        inner = [
            an_item(
                f"{title} {first + place + 1}", begin + place // 3 * 5, 5,
                number=f"{first // 10 + 1}({chr(97 + place)})", depth=2,
                room=f"Room {place % 3 + 1}",
            )
            for place in range(min(10, count - first))
        ]  # fmt: skip
        parts.append(
            an_item(f"Part {first // 10 + 1}", begin, 20, number=str(first // 10 + 1), items=inner)
        )
    return parts


def a_paper(
    kind: PaperKind = PaperKind.AGENDA,
    language: LetterLanguage = LetterLanguage.EN,
    record: Record | None = None,
    **wanted: Any,
) -> Paper:
    return write(record or a_record(), Wanted(kind=kind, language=language, **wanted))
