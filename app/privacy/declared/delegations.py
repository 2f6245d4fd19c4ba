"""Who is asked and who comes: `app.invitations`, `app.registrations` and those that count them."""

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

_OF_INVITATION = "invitation_id IN (SELECT i.id FROM invitations i WHERE i.meeting_id = :meeting)"

TABLES = (
    Declared(
        table="seat_pools",
        plain=plain("id created_at meeting_id name seats seats_taken for_observers"),
    ),
    Declared(
        table="invitations",
        of_meeting="meeting_id = :meeting",
        personal={
            "answer_note": Personal(
                "What the entity said with its answer.", Seen.ENTITY, Kept.MEETING, "NULL"
            ),
        },
        plain=plain(
            "id created_at meeting_id entity_id status seat_quota pool_id seats_taken sent_at"
            " letter_number reminded_at answered_at withdrawn_at"
        ),
    ),
    Declared(
        table="registrations",
        of_people="person_id = ANY(:people)",
        of_meeting="meeting_id = :meeting",
        personal={
            "needs": Personal(
                "For interpretation and accessibility.", Seen.ENTITY, Kept.MEETING, "NULL"
            ),
            "decision_reason": Personal(
                "Why an organizer decided so, for the entity.", Seen.ENTITY, Kept.MEETING, "NULL"
            ),
            "name_key": Personal(
                "To sort lists by name.", Seen.NOBODY, Kept.PERSON, "'anonymized'"
            ),
        },
        plain=plain(
            "id created_at meeting_id invitation_id entity_id person_id role status takes_seat"
            " queue_number calendar_sequence confirmed_at withdrawn_at substituted_at"
            " predecessor_id successor_id participation replied_sequence replied_stamp"
            " line_number offer_ends_at pending_since pending_because decision decided_at"
            " decided_by exception_id answers_missing listed"
        ),
    ),
    Declared(
        table="registration_exceptions",
        of_meeting=_OF_INVITATION,
        personal={
            "reason": Personal(
                "Why somebody may be registered late.", Seen.ENTITY, Kept.MEETING, "'Erased.'"
            ),
        },
        plain=plain(
            "id created_at invitation_id persons used until granted_by revoked_at revoked_by"
        ),
    ),
    Declared(
        table="credentials",
        of_meeting=_OF_INVITATION,
        personal={
            "reference": Personal(
                "Under what a letter about the delegation is filed.",
                Seen.ENTITY,
                Kept.MEETING,
                "'Erased.'",
            ),
            "reason": Personal(
                "Why credentials were given back.",
                Seen.ENTITY,
                Kept.MEETING,
                "CASE WHEN status = 'returned' THEN 'Erased.' END",
            ),
        },
        settled={"file_id": "NULL"},
        plain=plain(
            "id created_at invitation_id status file_id presented_at presented_by presenter_id"
            " looked_at looked_at_by"
        ),
    ),
    Declared(table="form_versions", plain=plain("id created_at meeting_id number questions")),
    Declared(
        table="answers",
        of_people="registration_id = ANY(:registrations)",
        entity_reads="NOT EXISTS (SELECT FROM form_versions f"
        " CROSS JOIN jsonb_array_elements(f.questions) AS q (question)"
        " WHERE f.meeting_id = t.meeting_id AND f.number = t.form_version"
        " AND question ->> 'id' = t.question_id AND question ->> 'visible_to' = 'organizers')",
        of_meeting="meeting_id = :meeting",
        deleted=True,
        personal={
            "value": Personal(
                "What was asked for the meeting; each question says for what and how long.",
                Seen.ENTITY,
                Kept.MEETING,
            ),
        },
        plain=plain(
            "id created_at registration_id meeting_id form_version question_id given_for"
            " actor_kind actor_id file_id replaced_at"
        ),
    ),
    Declared(
        table="stored_files",
        of_people="id = ANY(:files)",
        of_meeting="meeting_id = :meeting",
        deleted=True,
        personal={
            "name": Personal(
                "What an entity calls a file that it hands in.", Seen.ENTITY, Kept.MEETING
            ),
            "content": Personal(
                "A file that answers a question, or credentials.",
                Seen.ENTITY,
                Kept.MEETING,
                withheld=True,
            ),
            "sha256": Personal("To know the file again.", Seen.ENTITY, Kept.MEETING, withheld=True),
        },
        plain=plain("id created_at meeting_id entity_id media_type size"),
    ),
    Declared(
        table="attendance",
        of_people="registration_id = ANY(:registrations)",
        plain=plain("id created_at meeting_id registration_id joined_at left_at source"),
    ),
    Declared(
        table="counted_registrations",
        of_people="registration_id = ANY(:registrations)",
        personal={
            "gender": Personal(
                "For figures of a meeting that was held, with consent when it was.",
                Seen.NOBODY,
                Kept.RECORD,
            ),
            "level": Personal(
                "For figures of a meeting that was held, with consent when it was.",
                Seen.NOBODY,
                Kept.RECORD,
            ),
        },
        plain=plain("registration_id meeting_id counted_at"),
    ),
    Declared(
        table="feeds",
        of_people="person_id = ANY(:people)",
        deleted=True,
        personal={
            "label": Personal("To tell feeds apart.", Seen.ENTITY, Kept.PERSON),
        },
        plain=plain(
            "id created_at kind entity_id person_id committee_id own created_by revoked_at"
        ),
    ),
)
