"""Every table of the service, so that migrations and checks see the whole."""

from sqlalchemy import DDL, event
from sqlmodel import SQLModel

import app.agenda.tables
import app.attendance.tables
import app.briefings.tables
import app.committees.tables
import app.core.idempotency
import app.credentials.tables
import app.documents.tables
import app.entities.tables
import app.events.tables
import app.exchange.tables
import app.feeds.tables
import app.files.tables
import app.holidays.tables
import app.identity.tables
import app.inbox.tables
import app.invitations.tables
import app.mail.tables
import app.meetings.tables
import app.outcomes.tables
import app.panels.confirmed_tables
import app.panels.tables
import app.privacy.tables
import app.questions.tables
import app.registrations.answer_tables
import app.registrations.tables
import app.reminders.tables
import app.series.tables
import app.statistics.tables  # noqa: F401  # imported for the tables that they define
from app.documents.ordering import NUMBERED
from app.entities.triggers import DIRECTORY
from app.meetings.triggers import PUBLIC
from app.privacy.triggers import ANONYMOUS
from app.registrations.triggers import GRAMS, NAMES

metadata = SQLModel.metadata

FOUNDATIONS = tuple(
    DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    for statement in (
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        GRAMS,
        NUMBERED,
    )
)
GUARDS = tuple(
    DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    for statement in (
        *DIRECTORY,
        *NAMES,
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of %% never change', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE FUNCTION only_number_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
               AND to_jsonb(OLD) - 'sequence' = to_jsonb(NEW) - 'sequence' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the log never changes'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER events_append_only BEFORE UPDATE ON events
        FOR EACH ROW EXECUTE FUNCTION only_number_once()
        """,
        """
        CREATE TRIGGER events_never_deleted BEFORE DELETE ON events
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        """
        CREATE TRIGGER agenda_versions_immutable BEFORE UPDATE OR DELETE ON agenda_versions
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        """
        CREATE TRIGGER agenda_version_languages_immutable
        BEFORE UPDATE OR DELETE ON agenda_version_languages
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        """
        CREATE TRIGGER agenda_adoptions_immutable BEFORE UPDATE OR DELETE ON agenda_adoptions
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        """
        CREATE FUNCTION keep_published_document() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.published_at IS NOT NULL
               AND to_jsonb(OLD) - '{scan,scan_tries,scan_due_at,scanned_at}'::text[]
                <> to_jsonb(NEW) - '{scan,scan_tries,scan_due_at,scanned_at}'::text[] THEN
                RAISE EXCEPTION 'a published document never changes'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER document_versions_immutable BEFORE UPDATE ON document_versions
        FOR EACH ROW EXECUTE FUNCTION keep_published_document()
        """,
        """
        CREATE TRIGGER form_versions_immutable BEFORE UPDATE ON form_versions
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        """
        CREATE TRIGGER counted_registrations_immutable
        BEFORE UPDATE OR DELETE ON counted_registrations
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
        """,
        *ANONYMOUS,
        *PUBLIC,
    )
)

for foundation in FOUNDATIONS:
    event.listen(metadata, "before_create", foundation)
for guard in GUARDS:
    event.listen(metadata, "after_create", guard)
