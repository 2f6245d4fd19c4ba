"""Who calls: `app.identity`, and answers that are kept to be repeated: `app.core`."""

from app.privacy.declared.model import Declared, Personal, plain
from app.privacy.lifecycle import Kept, Seen

TABLES = (
    Declared(
        table="accounts",
        of_people="id = ANY(:accounts)",
        personal={
            "name": Personal(
                "To say who did what, in the log and in lists of rights.",
                Seen.ADMINISTRATORS,
                Kept.PERSON,
                "'Anonymized'",
            ),
            "email": Personal(
                "To know who signs in, and to write to organizers.",
                Seen.ADMINISTRATORS,
                Kept.PERSON,
                "NULL",
            ),
            "issuer": Personal(
                "The provider that vouches for the account.",
                Seen.ADMINISTRATORS,
                Kept.PERSON,
                "NULL",
            ),
            "subject": Personal(
                "Who the account is at that provider.", Seen.ADMINISTRATORS, Kept.PERSON, "NULL"
            ),
        },
        settled={"disabled_at": "coalesce(disabled_at, :now)"},
        plain=plain("id created_at kind disabled_at"),
    ),
    Declared(
        table="grants",
        of_people="account_id = ANY(:accounts)",
        plain=plain("id created_at account_id role committee_id entity_id revoked_at"),
    ),
    Declared(
        table="tokens",
        of_people="account_id = ANY(:accounts) OR link_id = ANY(:links)",
        of_meeting="link_id IN (SELECT l.id FROM links l WHERE l.resource_id IN ("
        "SELECT i.id FROM invitations i WHERE i.meeting_id = :meeting UNION ALL"
        " SELECT r.id FROM registrations r WHERE r.meeting_id = :meeting UNION ALL"
        " SELECT x.id FROM panellists x JOIN panels p ON p.id = x.panel_id"
        " WHERE p.meeting_id = :meeting))",
        deleted=True,
        personal={
            "name": Personal("To recognize a token in a list.", Seen.ADMINISTRATORS, Kept.PERSON),
            "token_hash": Personal(
                "To recognize its holder.", Seen.NOBODY, Kept.PERSON, withheld=True
            ),
            "hint": Personal(
                "Its first characters, to recognize it.",
                Seen.ADMINISTRATORS,
                Kept.PERSON,
                withheld=True,
            ),
        },
        plain=plain("id created_at account_id link_id scopes expires_at revoked_at created_by"),
    ),
    Declared(
        table="links",
        of_people="id = ANY(:links)",
        of_meeting="resource_id IN ("
        "SELECT i.id FROM invitations i WHERE i.meeting_id = :meeting UNION ALL"
        " SELECT r.id FROM registrations r WHERE r.meeting_id = :meeting UNION ALL"
        " SELECT x.id FROM panellists x JOIN panels p ON p.id = x.panel_id"
        " WHERE p.meeting_id = :meeting)",
        deleted=True,
        plain=plain(
            "id created_at purpose resource_id person_id expires_at used_at revoked_at"
            " code_asked_at code_tries codes_asked"
        ),
    ),
    Declared(
        table="idempotency_keys",
        of_people="mentions && :ids",
        personal={
            "answer": Personal(
                "To give the same answer to a request that is repeated; encrypted.",
                Seen.NOBODY,
                Kept.HOURS,
                "''",
                withheld=True,
            ),
            "scope": Personal(
                "A hash of who asked for what.", Seen.NOBODY, Kept.HOURS, withheld=True
            ),
            "fingerprint": Personal(
                "A hash of what was sent.", Seen.NOBODY, Kept.HOURS, withheld=True
            ),
        },
        plain=plain("status created_at mentions"),
    ),
    Declared(
        table="digest_choices",
        of_people="account_id = ANY(:accounts)",
        plain=plain("id created_at account_id committee_id"),
    ),
)
