"""Mails that go out and come in: `app.mail`, `app.inbox`."""

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

_NAMING = (
    "EXISTS (SELECT FROM unnest(CAST(:emails AS text[])) AS each (address) WHERE"
    " strpos(lower(concat(sender, ' ', subject, ' ', excerpt, ' ', details)), each.address) > 0)"
)


def _received(purpose: str, becomes: str = "''") -> Personal:
    return Personal(purpose, Seen.ORGANIZERS, Kept.MEETING, becomes)


TABLES = (
    Declared(
        table="messages",
        of_people="person_id = ANY(:people) OR account_id = ANY(:accounts)"
        " OR (person_id IS NULL AND account_id IS NULL"
        " AND lower(recipient) = ANY(CAST(:emails AS text[])))",
        of_meeting="meeting_id = :meeting",
        personal={
            "recipient": Personal("Where a mail goes.", Seen.ORGANIZERS, Kept.MEETING, "''"),
            "data": Personal(
                "What a mail says beyond what stands elsewhere, such as a note.",
                Seen.ORGANIZERS,
                Kept.MEETING,
                "'{}'",
            ),
            "last_error": Personal(
                "What the mail server said, often with the address.",
                Seen.ORGANIZERS,
                Kept.MEETING,
                "NULL",
            ),
        },
        settled={"state": "CASE WHEN state = 'sent' THEN state ELSE 'suppressed' END"},
        plain=plain(
            "id created_at event_id kind meeting_id invitation_id registration_id person_id"
            " account_id panellist_id briefing_id language message_id state due_at attempts"
            " attempted_at sent_at opened_at"
        ),
    ),
    Declared(
        table="suppressed_addresses",
        of_people="address = ANY(CAST(:emails AS text[]))",
        deleted=True,
        personal={
            "address": Personal(
                "So that nothing goes where nothing is taken.", Seen.ORGANIZERS, Kept.PERSON
            ),
            "reason": Personal("What its server said.", Seen.ORGANIZERS, Kept.PERSON),
        },
        plain=plain("id created_at since message_id lifted_at"),
    ),
    Declared(
        table="incoming_mails",
        of_people="registration_id = ANY(:registrations)"
        " OR lower(sender) = ANY(CAST(:emails AS text[]))"
        " OR answers_message_id IN (SELECT s.id FROM messages s WHERE s.person_id = ANY(:people))",
        mentions=_NAMING,
        of_meeting="meeting_id = :meeting",
        personal={
            "sender": _received("Who wrote."),
            "subject": _received("To recognize a mail."),
            "message_id": _received("To look a mail up elsewhere; named by its program."),
            "excerpt": _received("To read what people answer."),
            "details": _received("What a calendar or a report says.", "'{}'"),
        },
        settled={"state": "CASE WHEN state IN ('held', 'filed') THEN 'dismissed' ELSE state END"},
        plain=plain(
            "id created_at received_at via content_hash kind state reason meeting_id invitation_id"
            " registration_id answers_message_id size"
        ),
    ),
    Declared(table="resting_domains", plain=plain("domain until strikes")),
    Declared(
        table="wordings",
        personal={
            "closing": Personal(
                "How mails of a committee end; it may name who signs.", Seen.MEETING, Kept.OFFICE
            ),
        },
        plain=plain("id created_at committee_id kind language subject paragraphs changed_at"),
    ),
)
