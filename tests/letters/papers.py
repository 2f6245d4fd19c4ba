"""Records for letters, and what the tools of others read in a PDF."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from app import schema
from app.committees.tables import Committee
from app.entities.tables import Entity
from app.invitations.lifecycle import InvitationStatus
from app.invitations.tables import Invitation
from app.letters.writing import Record
from app.meetings.lifecycle import MeetingFormat, MeetingStatus
from app.meetings.tables import Meeting

assert schema.metadata.tables, "rows refer to each other"

TODAY = date(2021, 8, 30)
SENT_AT = datetime(2021, 9, 1, 2, tzinfo=UTC)
"""Still 31 August in New York."""
POPPLER = shutil.which("pdftotext") is not None and shutil.which("pdfinfo") is not None

NAMES = {
    "en": "Coordination Committee",
    "fr": "Comité de coordination",
    "es": "Comité de Coordinación",
    "ar": "لجنة التنسيق",
    "zh": "协调委员会",
    "ru": "Координационный комитет",
}
ENTITIES = {
    "en": "United Nations Office on Drugs and Crime",
    "fr": "Office des Nations Unies contre la drogue et le crime",
    "es": "Oficina de las Naciones Unidas contra la Droga y el Delito",
    "ar": "مكتب الأمم المتحدة المعني بالمخدرات والجريمة",
    "zh": "联合国毒品和犯罪问题办公室",
    "ru": "Управление Организации Объединенных Наций по наркотикам и преступности",
}


def a_record(
    *,
    committee: dict[str, Any] | None = None,
    meeting: dict[str, Any] | None = None,
    entity: dict[str, Any] | None = None,
    invitation: dict[str, Any] | None = None,
    **members: Any,
) -> Record:
    """Letter 12 of the reference meeting; any member of any row may be another."""
    body = _row(
        Committee,
        {
            "handle": "coordination-committee",
            "name": NAMES,
            "timezone": "America/New_York",
            "letter_signatory": "Helen Okoye",
            "letter_signatory_title": {"en": "Secretary of the Committee"},
        },
        committee,
    )
    held = _row(
        Meeting,
        {
            "committee_id": body.id,
            "handle": "coordination-committee-6",
            "number": 6,
            "title": {"en": "6th meeting"},
            "status": MeetingStatus.SCHEDULED,
            "format": MeetingFormat.VIRTUAL,
            "timezone": "America/New_York",
            "local_start": datetime(2021, 10, 8, 10),
            "local_end": datetime(2021, 10, 8, 13),
            "starts_at": datetime(2021, 10, 8, 14, tzinfo=UTC),
            "ends_at": datetime(2021, 10, 8, 17, tzinfo=UTC),
            "languages": ["en"],
            "seat_quota": 5,
            "registration_closes_at": datetime(2021, 10, 6, 22, tzinfo=UTC),
            "contacts": [{"name": "Desk", "role": "Questions", "email": "desk@example.org"}],
        },
        meeting,
    )
    asked = _row(
        Entity,
        {
            "id": uuid4(),
            "handle": "unodc",
            "abbreviation": "UNODC",
            "name": ENTITIES,
            "city": "Vienna",
            "timezone": "Europe/Vienna",
        },
        entity,
    )
    invited = _row(
        Invitation,
        {
            "meeting_id": held.id,
            "entity_id": asked.id,
            "status": InvitationStatus.SENT,
            "seat_quota": 4,
            "sent_at": SENT_AT,
            "letter_number": 12,
        },
        invitation,
    )
    whole: dict[str, Any] = {"agenda": "COORDINATION-COMMITTEE/6/Rev.1", "changed_at": SENT_AT}
    rows: dict[str, Any] = {
        "committee": body,
        "meeting": held,
        "entity": asked,
        "invitation": invited,
    }
    return Record(**rows | whole | members)


Kind = TypeVar("Kind")


def _row(kind: type[Kind], usual: dict[str, Any], others: dict[str, Any] | None) -> Kind:
    return kind(**usual | (others or {}))


def text_of(pdf: bytes, folder: Path, *options: str) -> str:
    """What poppler reads, with every space alike."""
    return re.sub(r"\s+", " ", _asked("pdftotext", pdf, folder, *options, "-"))


def pages_of(pdf: bytes, folder: Path) -> int:
    return int(re.findall(r"Pages:\s+(\d+)", _asked("pdfinfo", pdf, folder))[0])


def structure_of(pdf: bytes, folder: Path) -> list[str]:
    """The tags, from the outside to the inside, as poppler lists them."""
    listed = _asked("pdfinfo", pdf, folder, before=("-struct",)).splitlines()
    return [line.split()[0] for line in listed if line.strip()]


Box = tuple[float, float, float]


def words_of(pdf: bytes, folder: Path) -> list[Box]:
    """Left end, top and right end of every word, in points."""
    listed = _asked("pdftotext", pdf, folder, "-", before=("-bbox",))
    found = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)"', listed)
    return [(float(left), float(top), float(right)) for left, top, right in found]


def _asked(tool: str, pdf: bytes, folder: Path, *after: str, before: tuple[str, ...] = ()) -> str:
    file = folder / "letter.pdf"
    file.write_bytes(pdf)
    done = subprocess.run([tool, *before, str(file), *after], check=True, capture_output=True)
    return done.stdout.decode(errors="replace")
