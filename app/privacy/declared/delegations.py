"""Who is asked and who comes: `app.invitations`, `app.registrations` and those that count them."""

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

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
        plain=plain(
            "id created_at meeting_id invitation_id entity_id person_id role status takes_seat"
            " queue_number calendar_sequence confirmed_at withdrawn_at substituted_at"
            " predecessor_id successor_id participation replied_sequence replied_stamp"
            " line_number offer_ends_at"
        ),
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
