"""HTTP for agendas as files: out in every form, and in again."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response

from app.agenda.access import MeetingToPlan, agenda_to_edit
from app.agenda.answers import agenda_tag
from app.agenda.preconditions import accept_match
from app.agenda.problems import AgendaOutdated, ItemHasBriefing, ItemHasPanel, PersonInTwoSlots
from app.agenda.saving import load_agenda
from app.core.fields import Language, PlainNumber, accepted_languages
from app.core.imports import DryRun, Elsewhere
from app.core.openapi import Responses, raises, takes_if_match
from app.core.problems import BadRequest, NotFound, UnsupportedMediaType
from app.core.routes import Session, router_for
from app.core.uploads import disposition
from app.exchange import service
from app.exchange.conference import conference_of
from app.exchange.gathering import ROOM, issued_outline, working_outline
from app.exchange.grid import write_csv
from app.exchange.lifecycle import (
    SCHEDULE_TYPES,
    TREE_TYPES,
    AgendaImportMode,
    AgendaSuffix,
    ScheduleForm,
)
from app.exchange.outline import Outline, Reading
from app.exchange.problems import AgendaFileRefused
from app.exchange.reading import AGENDA_BODY, TAKEN_TYPES, read_file
from app.exchange.schedule_files import write_json as write_schedule_json
from app.exchange.schedule_files import write_xml
from app.exchange.schedule_reading import Setting
from app.exchange.schemas import AgendaImportResult
from app.exchange.tree import write_json, write_yaml
from app.meetings.access import MeetingDep, MeetingRef, MeetingSecrets, MeetingView
from app.meetings.problems import MeetingClosed
from app.meetings.queries import find_public
from app.meetings.tables import Meeting

router = router_for("agenda")
public = router_for("public")
BASE = "/meetings/{m}/agenda"
VERSION = BASE + "/versions/{number}"
_TEXT: Final[dict[str, Any]] = {"schema": {"type": "string", "maxLength": 100_000_000}}
_OBJECT: Final[dict[str, Any]] = {"schema": {"type": "object", "additionalProperties": True}}
AGENDA_FILE: Responses = {
    200: {
        "description": "The agenda as a tree, or as a table with a row for each item.",
        "content": {
            media_type: _OBJECT if suffix is AgendaSuffix.JSON else _TEXT
            for suffix, media_type in TREE_TYPES.items()
        },
    }
}
SCHEDULE_FILE: Responses = {
    200: {
        "description": "The agenda as the schedule of a conference.",
        "content": {
            media_type: _OBJECT if form is ScheduleForm.JSON else _TEXT
            for form, media_type in SCHEDULE_TYPES.items()
        },
    }
}
VersionNumber = Annotated[PlainNumber, Path(description="From 1.", examples=[1])]
InLanguage = Annotated[
    Language | None, Query(description="By default the reader's, or the meeting's first.")
]
Mode = Annotated[
    AgendaImportMode,
    Query(
        description="What becomes of the items that are there; must be said, so that nobody "
        "replaces an agenda by leaving a word out.",
    ),
]


@router.get(
    f"{BASE}/export.{{suffix}}",
    operation_id="exportAgenda",
    response_class=Response,
    responses=AGENDA_FILE,
)
async def export_agenda(
    session: Session, view: MeetingSecrets, suffix: AgendaSuffix, request: Request
) -> Response:
    """Read the working agenda as a file that can be taken in again, with nothing left out."""
    return _agenda_file(await _working(session, view, request), suffix)


@router.get(
    f"{BASE}/schedule.{{schedule_form}}",
    operation_id="exportSchedule",
    response_class=Response,
    responses=SCHEDULE_FILE,
)
async def export_schedule(
    session: Session,
    view: MeetingSecrets,
    schedule_form: ScheduleForm,
    request: Request,
    language: InLanguage = None,
) -> Response:
    """Read the working agenda as a frab schedule for conference programs, in one language."""
    outline = await _working(session, view, request)
    return _schedule_file(outline, schedule_form, request, language)


@router.get(
    f"{VERSION}/export.{{suffix}}",
    operation_id="exportAgendaVersion",
    response_class=Response,
    responses=AGENDA_FILE,
)
async def export_version(
    session: Session,
    view: MeetingDep,
    number: VersionNumber,
    suffix: AgendaSuffix,
    request: Request,
) -> Response:
    """Read an issued version as a file, others than observers its public view."""
    return _agenda_file(await _version(session, view, number, request), suffix)


@router.get(
    f"{VERSION}/schedule.{{schedule_form}}",
    operation_id="exportVersionSchedule",
    response_class=Response,
    responses=SCHEDULE_FILE,
)
async def export_version_schedule(
    session: Session,
    view: MeetingDep,
    number: VersionNumber,
    schedule_form: ScheduleForm,
    request: Request,
    language: InLanguage = None,
) -> Response:
    """Read an issued version as a frab schedule, others than observers its public view."""
    outline = await _version(session, view, number, request)
    return _schedule_file(outline, schedule_form, request, language)


@router.post(
    f"{BASE}/import",
    operation_id="importAgenda",
    responses=raises(
        *(AgendaFileRefused, MeetingClosed, ItemHasPanel, UnsupportedMediaType),
        *(AgendaOutdated, ItemHasBriefing, PersonInTwoSlots),
    ),
    openapi_extra={**AGENDA_BODY, **takes_if_match()},
)
async def import_agenda(
    session: Session,
    view: MeetingToPlan,
    request: Request,
    response: Response,
    *,
    mode: Mode,
    dry_run: DryRun = False,
) -> AgendaImportResult:
    """Take an agenda from a file: a tree, a table, or the schedule of a conference, all or nothing.

    A tree is JSON or YAML, a table CSV or XLSX, both as they are exported; a schedule is frab's
    `schedule.xml` or `schedule.json`. What a file does not say of an item that is known by its
    `guid` stays. Each day of a schedule becomes an item and a sitting, with an item for each
    room under it; people of new items are proposed for their panels.

    The `ETag` of the answer is that of the agenda.
    """
    meeting = view.meeting
    reading = await _uploaded(request, Setting(meeting.timezone, meeting.languages[0], ROOM))
    seen = await agenda_to_edit(session, view)
    await accept_match(session, request, seen)
    taken, agenda = await service.take_file(
        session, seen.agenda, view.committees, reading, mode, dry_run=dry_run
    )
    response.headers["ETag"] = agenda_tag(replace(seen, agenda=agenda))
    return taken


@public.get(
    "/public/meetings/{m}/schedule.{schedule_form}",
    operation_id="getPublicSchedule",
    response_class=Response,
    responses=SCHEDULE_FILE,
    openapi_extra={"x-public": True},
)
async def get_public_schedule(
    session: Session,
    m: MeetingRef,
    schedule_form: ScheduleForm,
    request: Request,
    language: InLanguage = None,
) -> Response:
    """Read the agenda in force of a public meeting as a frab schedule."""
    meeting = await find_public(session, m)
    if meeting is None:
        raise NotFound
    outline = await _issued(session, meeting, None, request, full=False)
    response = _schedule_file(outline, schedule_form, request, language)
    response.headers["Cache-Control"] = "public, no-cache"
    return response


async def _working(session: Session, view: MeetingView, request: Request) -> Outline:
    agenda = await load_agenda(session, view.meeting)
    return await working_outline(session, agenda, _address(request, view.meeting))


async def _version(session: Session, view: MeetingView, number: int, request: Request) -> Outline:
    return await _issued(session, view.meeting, number, request, full=view.observes)


async def _issued(
    session: Session, meeting: Meeting, number: int | None, request: Request, *, full: bool
) -> Outline:
    address = _address(request, meeting)
    found = await issued_outline(session, meeting, number, full=full, address=address)
    if found is None:
        raise NotFound
    return found


def _address(request: Request, meeting: Meeting) -> str:
    """Where the agenda is read by those who may."""
    base = f"{request.app.state.settings.url}/v1"
    if meeting.public:
        return f"{base}/public/meetings/{meeting.handle}/agenda"
    return f"{base}/meetings/{meeting.handle}/agenda"


def _agenda_file(outline: Outline, suffix: AgendaSuffix) -> Response:
    match suffix:
        case AgendaSuffix.JSON:
            content = write_json(outline)
        case AgendaSuffix.YAML:
            content = write_yaml(outline)
        case AgendaSuffix.CSV:
            content = write_csv(outline)
    return _file(content, TREE_TYPES[suffix], f"{outline.handle}-agenda.{suffix.value}")


def _schedule_file(
    outline: Outline, form: ScheduleForm, request: Request, language: str | None
) -> Response:
    wanted = accepted_languages(request.headers.get("accept-language"))
    conference = conference_of(outline, [language, *wanted] if language else wanted)
    write = write_xml if form is ScheduleForm.XML else write_schedule_json
    response = _file(write(conference), SCHEDULE_TYPES[form], f"schedule.{form.value}")
    response.headers["Vary"] = "Accept-Language"
    return response


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": disposition(name)}
    return Response(content, media_type=media_type, headers=headers)


async def _uploaded(request: Request, setting: Setting) -> Reading:
    """The body as lines, read while the request holds no transaction."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in TAKEN_TYPES:
        raise UnsupportedMediaType(
            "Send JSON, YAML, CSV, XLSX or XML.", headers={"Accept": ", ".join(TAKEN_TYPES)}
        )
    content = await request.body()
    if not content:
        raise BadRequest("The body is empty.")
    reading = await Elsewhere(request, "agenda_file")(read_file, content, media_type, setting)
    return reading.fresh()
