"""Committees, meetings and their record: `app.committees`, `app.meetings` and those beside them."""

from dataclasses import replace

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

_ASKED = "Who names the briefer of a working group."
_CALENDAR = "To take the slot of a briefing out of the calendar where it stands."
_SPEAKER = "To announce who speaks; part of the published record."
_BRIEFER = "email = ANY(CAST(:emails AS text[]))"
_CONTACT = "contact_email = ANY(CAST(:emails AS text[]))"
_OPENS = "What links in mails about a briefing open."


def _record(purpose: str, seen: Seen = Seen.MEETING) -> Personal:
    """What may name people and is the record itself."""
    return Personal(purpose, seen, Kept.RECORD)


def _told(purpose: str, becomes: str = "NULL") -> Personal:
    """What panellists tell the organizers alone."""
    return Personal(purpose, Seen.ORGANIZERS, Kept.MEETING, becomes)


def _office(purpose: str) -> Personal:
    return Personal(purpose, Seen.MEETING, Kept.OFFICE)


TABLES = (
    Declared(
        table="committees",
        personal={
            "contact_email": _office("Where answers to mails go, and questions."),
            "letter_signatory": _office("Who signs the formal letters."),
            "letter_signatory_title": _office("As what they sign."),
        },
        plain=plain(
            "id created_at handle name parent_id number timezone languages default_seat_quota"
            " notice_window track_opening links_bound letter_delivery retention_days duty_station"
            " working_days protocol_order agenda_numbering default_offer_window default_approval"
            " default_registration_rules default_substitution_freeze default_needs_credentials"
            " default_longest_stretch"
        ),
    ),
    Declared(
        table="memberships",
        plain=plain("id created_at committee_id entity_id standing office since until"),
    ),
    Declared(table="official_holidays", plain=plain("id created_at duty_station day name")),
    Declared(
        table="meetings",
        of_meeting="id = :meeting",
        personal={
            "contacts": Personal(
                "Whom to ask about the meeting.", Seen.PUBLIC, Kept.MEETING, "'[]'"
            ),
        },
        plain=plain(
            "id created_at committee_id handle number title description status format timezone"
            " local_start local_end starts_at ends_at languages seat_quota capacity seats_taken"
            " last_letter offer_window registration_opens_at registration_closes_at"
            " registration_deadline venue public links_bound retention_days anonymized_at"
            " calendar_sequence opened_at adjourned_at closed_at participants_published_at"
            " decent_hours briefers_due chatham_house series_id series_date needs_credentials"
            " participants_list protocol_order agenda_numbering substitution_freeze form_version"
            " needs_retention_days registration_rules approval longest_stretch"
        ),
    ),
    Declared(
        table="series",
        personal={
            "template": _office("With whom to ask, and who presents, each meeting begins."),
        },
        plain=plain(
            "id created_at committee_id name rule dates on_day_off at_clock_change timezone"
            " start_time duration"
        ),
    ),
    Declared(
        table="conference_rooms", plain=plain("meeting_id label join_address passcode dial_in")
    ),
    Declared(
        table="agenda_items",
        personal={"presenter": _record("Who presents an item; part of the published agenda.")},
        plain=plain(
            "id created_at meeting_id parent_id position kind title note duration pinned_minutes"
            " access working_group_id lead_entity_id purpose openness annotation addition standing"
            " merged_into_id first_issued sitting_id children_run flexible room actual_start"
            " actual_end"
        ),
    ),
    Declared(table="agenda_revisions", plain=plain("meeting_id revision event_id")),
    Declared(
        table="sittings",
        plain=plain("id created_at meeting_id day begins ends name longest_stretch"),
    ),
    Declared(
        table="agenda_versions",
        personal={
            "public_body": _record("The issued agenda, which never changes.", Seen.PUBLIC),
            "full_body": _record("The issued agenda, which never changes."),
        },
        plain=plain(
            "id created_at meeting_id number revision status symbol issued_at public_etag full_etag"
        ),
    ),
    Declared(
        table="agenda_version_languages",
        personal={
            "public_body": _record("The issued agenda, which never changes.", Seen.PUBLIC),
            "full_body": _record("The issued agenda, which never changes."),
        },
        plain=plain("version_id language place public_missing public_etag full_missing full_etag"),
    ),
    Declared(
        table="agenda_adoptions",
        personal={"chair": _record("Who was in the chair when the agenda was adopted.")},
        plain=plain("id created_at meeting_id version_id of_number amended adopted_at item_id"),
    ),
    Declared(
        table="public_pages",
        personal={
            "content": Personal(
                "What everybody may see of a meeting; made anew with every change.",
                Seen.PUBLIC,
                Kept.RECORD,
            )
        },
        plain=plain("meeting_id kind language place etag content_language made_by"),
    ),
    Declared(
        table="foreign_items",
        plain=plain("id created_at meeting_id item_id guid number code slug kind track subtitle"),
    ),
    Declared(
        table="declared_conflicts",
        of_meeting="meeting_id = :meeting",
        personal={
            "reason": Personal(
                "Why two things are not to be at once; it may name people.",
                Seen.ORGANIZERS,
                Kept.MEETING,
                "NULL",
            )
        },
        plain=plain(
            "id created_at meeting_id item_id other_item_id working_group_id entity_id"
            " panellist_id priority"
        ),
    ),
    Declared(
        table="panels",
        plain=plain(
            "id created_at meeting_id item_id title concept_note questions_minutes slot_starts_at"
            " slot_ends_at calendar_sequence rehearsal_sequence"
        ),
    ),
    Declared(
        table="rehearsals",
        plain=plain("panel_id starts_at ends_at timezone join_address passcode note"),
    ),
    Declared(
        table="panellists",
        of_people="email = ANY(CAST(:emails AS text[]))",
        entity_reads="false",
        of_meeting="panel_id IN (SELECT p.id FROM panels p WHERE p.meeting_id = :meeting)",
        personal={
            "name": _record(_SPEAKER),
            "honorific": _record(_SPEAKER),
            "job_title": _record(_SPEAKER),
            "affiliation": _record(_SPEAKER),
            "email": Personal("To agree with who speaks.", Seen.ORGANIZERS, Kept.MEETING, "NULL"),
            "city": Personal("To find a time for a rehearsal.", Seen.MEETING, Kept.MEETING, "NULL"),
            "biography": Personal(
                "To introduce who speaks, in their own words.", Seen.MEETING, Kept.MEETING, "'{}'"
            ),
            "spoken_languages": _told("To plan interpretation.", "'{}'"),
            "equipment": _told("To know what somebody brings."),
            "needs": _told("What somebody needs in order to take part."),
            "recording_consent": _told("Whether somebody may be recorded."),
            "recording_consent_at": _told("When they said so."),
            "reason": _told("Why somebody does not come."),
        },
        plain=plain(
            "id created_at panel_id role position status timezone minutes language invited_at"
            " answered_at replaces_id calendar_sequence has_entry"
        ),
    ),
    Declared(
        table="confirmed_slots",
        of_meeting="meeting_id = :meeting",
        personal={
            "person_key": Personal(
                "That nobody is to be in two places at once: an address, or a name.",
                Seen.NOBODY,
                Kept.MEETING,
                "id::text",
            ),
        },
        plain=plain("id created_at meeting_id item_id begins ends"),
    ),
    Declared(
        table="briefings",
        of_people=f"{_BRIEFER} OR {_CONTACT}",
        entity_reads="false",
        of_meeting="meeting_id = :meeting",
        personal={
            "contact_name": Personal(_ASKED, Seen.ORGANIZERS, Kept.MEETING, "NULL", where=_CONTACT),
            "contact_email": Personal(
                _ASKED, Seen.ORGANIZERS, Kept.MEETING, "NULL", where=_CONTACT
            ),
            "group_key": Personal(_OPENS, Seen.NOBODY, Kept.OFFICE, withheld=True),
            "name": replace(_record(_SPEAKER), where=_BRIEFER),
            "honorific": replace(_record(_SPEAKER), where=_BRIEFER),
            "job_title": replace(_record(_SPEAKER), where=_BRIEFER),
            "affiliation": replace(_record(_SPEAKER), where=_BRIEFER),
            "email": Personal(
                "To agree with who speaks.", Seen.ORGANIZERS, Kept.MEETING, "NULL", where=_BRIEFER
            ),
            "briefer_key": Personal(_OPENS, Seen.NOBODY, Kept.OFFICE, withheld=True),
        },
        plain=plain(
            "id created_at meeting_id item_id status weight contact_language asked_at reminded_at"
            " timezone language named_at answered_at slot_starts_at slot_ends_at"
        ),
    ),
    Declared(
        table="named_briefers",
        of_people="email = ANY(CAST(:emails AS text[]))",
        entity_reads="false",
        of_meeting="meeting_id = :meeting",
        personal={
            "name": Personal(_CALENDAR, Seen.ORGANIZERS, Kept.MEETING, "''"),
            "email": Personal(_CALENDAR, Seen.ORGANIZERS, Kept.MEETING, "NULL"),
        },
        plain=plain(
            "id created_at briefing_id meeting_id item_id timezone language calendar_sequence"
            " has_entry"
        ),
    ),
    Declared(
        table="documents",
        of_meeting="meeting_id = :meeting",
        personal={
            "title": _record("What a document is about; it may name people."),
            "note": Personal(
                "Why a document was returned to the entity that handed it in.",
                Seen.ENTITY,
                Kept.MEETING,
                "NULL",
            ),
        },
        plain=plain(
            "id created_at committee_id meeting_id symbol kind access entity_id handed_in_by_id"
            " working_group_id"
            " item_id panel_id status embargo_until embargo_shows published_at"
        ),
    ),
    Declared(
        table="document_revisions",
        plain=plain("id created_at document_id kind number published_at"),
    ),
    Declared(
        table="document_versions",
        personal={"name": _record("What the file of a document is called; it may name people.")},
        plain=plain(
            "id created_at document_id revision_id language media_type size sha256 crc32"
            " storage_key published_at scan scan_tries scan_due_at scanned_at"
        ),
    ),
    Declared(
        table="document_uploads",
        personal={"name": _record("What a file that is being sent is called; it goes with it.")},
        plain=plain(
            "id created_at document_id revision_id language media_type size received parts"
            " expires_at version_id"
        ),
    ),
    Declared(
        table="document_upload_parts",
        plain=plain("id created_at upload_id begins size storage_key"),
    ),
    Declared(
        table="decisions",
        personal={
            "title": _record("What was decided; it may name people."),
            "text": _record("What was decided; it may name people."),
        },
        plain=plain("id created_at meeting_id number item_id adopted_at"),
    ),
    Declared(
        table="action_items",
        personal={
            "title": _record("What is to be done; it may name people."),
            "progress_note": _record("How far it is; it may name people."),
        },
        plain=plain("id created_at meeting_id number decision_id owner_entity_id due_on status"),
    ),
    Declared(table="reminder_plans", plain=plain("id created_at committee_id meeting_id steps")),
    Declared(
        table="reminder_runs",
        plain=plain("id created_at meeting_id step_key due_at outcome reason event_id"),
    ),
    Declared(table="digest_runs", plain=plain("id created_at committee_id day")),
    Declared(
        table="events",
        personal={
            "data": Personal(
                "The log: ids and members, no names and addresses; also the reasons and notes that"
                " organizers give to be told.",
                Seen.ORGANIZERS,
                Kept.RECORD,
            )
        },
        plain=plain(
            "id sequence name recorded_at actor_kind actor_id request_id subject_id committee_id"
            " meeting_id entity_id"
        ),
    ),
    Declared(table="followers", plain=plain("name sequence")),
    Declared(
        table="legal_holds",
        of_people="person_id = ANY(:people)",
        entity_reads="false",
        personal={"reason": Personal("Why nothing may be erased.", Seen.ORGANIZERS, Kept.OFFICE)},
        plain=plain("id created_at meeting_id person_id placed_by"),
    ),
)
