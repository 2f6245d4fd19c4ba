"""Entities and their directory: `app.entities`."""

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

NAMED = "'Anonymized'"
ADDRESS = "id || '@anonymized.example.org'"
"""Where no mail ever goes; the directory needs one that nobody else has."""
SEARCHED = rf"'anonymized' || E'\n' || {ADDRESS} || E'\n'"
"""As the trigger writes it."""


def _told(purpose: str, becomes: str = "NULL") -> Personal:
    return Personal(purpose, Seen.ENTITY, Kept.PERSON, becomes)


TABLES = (
    Declared(
        table="entities",
        plain=plain("id created_at handle abbreviation name category city timezone language"),
    ),
    Declared(
        table="person_addresses",
        of_people="person_id = ANY(:people)",
        deleted=True,
        personal={
            "address": _told("So that no two people of a directory have the same address.", ""),
        },
        plain=plain("entity_id person_id"),
    ),
    Declared(
        table="people",
        of_people="id = ANY(:people)",
        personal={
            "name": Personal(
                "To name, write to and let in who represents an entity.",
                Seen.PARTICIPANTS,
                Kept.PERSON,
                NAMED,
            ),
            "honorific": _told("To address the person in mails and lists."),
            "job_title": _told("To say as what somebody comes."),
            "email": _told("Where invitations, entries and links go.", ADDRESS),
            "addresses": _told("To recognize somebody who is named by another address.", "'{}'"),
            "language": _told("In which the person is written to."),
            "languages": _told("For interpretation.", "'{}'"),
            "rank": _told("For the order of lists and for who may be named."),
            "level": _told("For figures, with consent only."),
            "gender": _told("For figures, with consent only."),
            "statistics_consent_at": _told("Since when level and gender may be kept."),
            "at_headquarters": _told("For who may be named."),
            "duty_station": _told("Where the person works."),
            "left_on": _told("So that nobody is invited who has left."),
            "moved_to": Personal(
                "So that the history of who changes entities is not lost.",
                Seen.NOBODY,
                Kept.PERSON,
                "NULL",
                withheld=True,
            ),
            "account_id": _told("What the person signs in with."),
            "search_text": _told("To find people by name or address.", SEARCHED),
        },
        settled={"anonymized_at": ":now"},
        plain=plain("id created_at entity_id merged_into anonymized_at"),
    ),
    Declared(
        table="person_merges",
        of_people="kept_id = ANY(:people) OR merged_id = ANY(:people)",
        personal={
            "before": _told("To take a merge back: the members that it changed.", "'{}'"),
            "after": _told("To take a merge back: what it made of them.", "'{}'"),
        },
        plain=plain("id created_at entity_id kept_id merged_id moved undone_at"),
    ),
    Declared(
        table="focal_points",
        of_people="person_id = ANY(:people)",
        plain=plain("id created_at entity_id person_id committee_id kind grant_id ended_at"),
    ),
)
