"""Table of contents: every router under /v1, in the order of the journey."""

from app.agenda import listeners as of_agenda  # noqa: F401  # they register themselves
from app.agenda.change_endpoints import router as agenda_changes
from app.agenda.endpoints import router as agenda
from app.agenda.happening_endpoints import router as agenda_happening
from app.agenda.public import router as public_agenda
from app.agenda.public_versions import router as public_versions
from app.agenda.sitting_endpoints import router as sittings
from app.agenda.standing_endpoints import router as agenda_standing
from app.agenda.timing_endpoints import router as timing
from app.agenda.version_change_endpoints import everybody as public_agenda_changes
from app.agenda.version_change_endpoints import router as version_changes
from app.attendance.endpoints import router as attendance
from app.audit.endpoints import router as audit
from app.briefings import slots as of_briefings  # noqa: F401  # they register themselves
from app.briefings.document_endpoints import router as briefing_documents
from app.briefings.endpoints import router as briefings
from app.briefings.link_endpoints import router as briefing_links
from app.briefings.paper_endpoints import router as briefing_papers
from app.calendar.endpoints import router as calendar
from app.calendar.public import router as public_calendar
from app.committees.endpoints import router as committees
from app.credentials.endpoints import router as credentials
from app.documents.archive_endpoints import public as public_archives
from app.documents.archive_endpoints import router as document_archives
from app.documents.endpoints import router as documents
from app.documents.own_endpoints import router as own_documents
from app.documents.public import router as public_documents
from app.documents.upload_endpoints import parts as upload_parts
from app.documents.upload_endpoints import router as uploads
from app.documents.version_endpoints import router as document_versions
from app.documents.version_endpoints import streams as document_contents
from app.entities import listeners as of_entities  # noqa: F401  # they register themselves
from app.entities.endpoints import router as entities
from app.entities.people_endpoints import router as many_people
from app.exchange.conflict_endpoints import router as declared_conflicts
from app.exchange.endpoints import public as public_schedules
from app.exchange.endpoints import router as exchange
from app.feeds.endpoints import router as feeds
from app.feeds.series import router as series_feeds
from app.feeds.speaker_endpoints import router as speaker_calendars
from app.holidays.endpoints import router as holidays
from app.identity.endpoints import router as identity
from app.inbox.endpoints import router as inbox
from app.invitations import listeners as of_invitations  # noqa: F401  # they register themselves
from app.invitations.endpoints import router as invitations
from app.invitations.files import router as files
from app.invitations.links import router as invitation_links
from app.invitations.pool_endpoints import router as seat_pools
from app.letters.endpoints import router as letters
from app.lists.answer_endpoints import router as list_answers
from app.lists.change_endpoints import router as list_changes
from app.lists.endpoints import router as lists
from app.lists.public import router as public_lists
from app.mail.endpoints import router as mail
from app.mail.preview_endpoints import router as previews
from app.mail.wording_endpoints import router as wordings
from app.meetings import listeners as of_meetings  # noqa: F401  # they register themselves
from app.meetings.endpoints import router as meetings
from app.meetings.public import finished as public_meeting
from app.meetings.public import router as public_meetings
from app.meetings.verbs import router as meeting_verbs
from app.outcomes.endpoints import router as outcomes
from app.panels import listeners as of_panels  # noqa: F401  # they register themselves
from app.panels import telling as of_conflicts  # noqa: F401  # as above
from app.panels.conflict_endpoints import router as conflicts
from app.panels.endpoints import router as panels
from app.panels.move_endpoints import router as panel_moves
from app.panels.own_endpoints import router as own_places
from app.panels.rehearsal_endpoints import router as rehearsals
from app.people.endpoints import router as people
from app.privacy.endpoints import router as privacy
from app.programme.endpoints import router as programme
from app.programme.public import router as public_programme
from app.questions.endpoints import router as questions
from app.registrations import listeners as of_registrations  # noqa: F401  # they register themselves
from app.registrations.answer_endpoints import router as answers
from app.registrations.approval_endpoints import router as approvals
from app.registrations.endpoints import crowded as crowded_registrations
from app.registrations.endpoints import router as registrations
from app.registrations.exception_endpoints import router as exceptions
from app.registrations.many_endpoints import router as many_registrations
from app.registrations.needs_endpoints import router as needs
from app.registrations.seat_endpoints import router as seats
from app.reminders.digest_endpoints import router as digests
from app.reminders.endpoints import router as reminders
from app.series.endpoints import router as series
from app.statistics import listeners as of_statistics  # noqa: F401  # they register themselves
from app.statistics.endpoints import router as statistics

TAGS = [
    {"name": "identity", "description": "Who am I, tokens, accounts, roles, links from mails."},
    {
        "name": "committees",
        "description": "Standing bodies, working groups, dated membership; official holidays.",
    },
    {"name": "entities", "description": "Organizations, their people and focal points."},
    {"name": "meetings", "description": "A meeting and its life."},
    {"name": "series", "description": "Recurring meetings of a committee, from a template."},
    {"name": "agenda", "description": "Items, computed timetable, issued versions."},
    {"name": "panels", "description": "Panels, moderators and panellists."},
    {"name": "programme", "description": "Agenda, programme and run of show as papers."},
    {
        "name": "documents",
        "description": "Symbols, revisions and language versions, who reads them, and their bytes.",
    },
    {"name": "briefings", "description": "Who briefs for each working group, and for how long."},
    {"name": "invitations", "description": "Who is asked, with what seats, and what they said."},
    {"name": "registrations", "description": "Delegations and the waiting list."},
    {"name": "questions", "description": "What a meeting asks of those who are registered."},
    {"name": "lists", "description": "Delegations, participants, the door, and what changed."},
    {"name": "reminders", "description": "Reminders, by plan and by hand, and digests."},
    {"name": "attendance", "description": "Check-in, presence by entity, quorum."},
    {
        "name": "statistics",
        "description": "Figures by entity, role, mode, gender and level, and over meetings.",
    },
    {"name": "outcomes", "description": "Decisions, action items and the report."},
    {"name": "feeds", "description": "Calendars to subscribe to, at secret addresses."},
    {"name": "mails", "description": "Their words, their delivery, and the mails that come in."},
    {"name": "privacy", "description": "What is kept about people, its end, export, holds."},
    {"name": "log", "description": "Every change."},
    {"name": "public", "description": "What everybody may see, without a token."},
    {"name": "operations", "description": "Health and metrics."},
]

PARTS = (
    public_agenda,
    public_meeting,
    public_calendar,
    identity,
    committees,
    holidays,
    many_people,
    entities,
    meetings,
    meeting_verbs,
    agenda,
    sittings,
    timing,
    agenda_happening,
    agenda_standing,
    version_changes,
    agenda_changes,
    conflicts,
    panels,
    panel_moves,
    rehearsals,
    own_places,
    own_documents,
    exchange,
    declared_conflicts,
    public_schedules,
    programme,
    documents,
    document_versions,
    document_contents,
    uploads,
    upload_parts,
    document_archives,
    briefings,
    briefing_links,
    briefing_papers,
    briefing_documents,
    invitations,
    invitation_links,
    seat_pools,
    files,
    letters,
    questions,
    needs,  # before registrations: its path would be read as that of one of them
    registrations,
    crowded_registrations,
    seats,
    credentials,
    many_registrations,
    approvals,
    exceptions,
    answers,
    lists,
    list_answers,
    list_changes,
    series,
    reminders,
    digests,
    attendance,
    outcomes,
    statistics,
    audit,
    calendar,
    feeds,
    people,
    series_feeds,
    speaker_calendars,
    mail,
    wordings,
    previews,
    inbox,
    privacy,
    public_meetings,
    public_lists,
    public_versions,
    public_agenda_changes,
    public_programme,
    public_documents,
    public_archives,
)
ROUTES = [route for part in PARTS for route in part.routes]
