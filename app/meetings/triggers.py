"""What the database itself keeps right of what everybody may see, whoever changes it.

Pages that a change makes untrue are deleted with it. Before the commit of a change of anything
public its transaction takes a lock that no holder of a lease on public reads (`core.leases`) lets
it have, and counts the change.
"""

LOCK = 7_316_529_881
"""Of public reads, as the whole application knows it."""

TAKE_LEASE = f"""
CREATE FUNCTION take_public_lease(milliseconds integer) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('idle_in_transaction_session_timeout', milliseconds::text, true);
    IF NOT pg_try_advisory_xact_lock_shared({LOCK}) THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public_changes);
END $$
"""  # noqa: S608  # with a number of ours
"""The number of changes so far, looked at under the lock; NULL while somebody changes something."""

WAIT_FOR_LEASES = f"""
CREATE FUNCTION wait_for_public_leases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('secretariat.public_change', true)
       IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM pg_advisory_xact_lock({LOCK});
        PERFORM nextval('public_changes');
        PERFORM set_config('secretariat.public_change', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$
"""
"""Once a transaction, at its end: the lock is held no longer than the commit takes."""

FORGET_PAGES = """
CREATE FUNCTION forget_public_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'meetings' THEN
            DELETE FROM public_pages WHERE meeting_id = NEW.id;
        WHEN 'committees' THEN
            DELETE FROM public_pages p USING meetings m
             WHERE m.id = p.meeting_id AND m.committee_id = NEW.id;
        ELSE
            DELETE FROM public_pages WHERE meeting_id = NEW.meeting_id;
    END CASE;
    RETURN NULL;
END $$
"""

SHOWN = (
    "committee_id, handle, number, series_id, status, title, description, format, timezone,"
    " local_start, local_end, starts_at, ends_at, languages, venue, contacts, chatham_house,"
    " public, calendar_sequence, created_at"
)
"""The columns of a meeting that everybody may see, or that say whether they may."""

_IS_PUBLIC = "({row}.public AND {row}.status <> 'draft')"
_WAS_OR_IS = f"{_IS_PUBLIC.format(row='OLD')} OR {_IS_PUBLIC.format(row='NEW')}"


def _forgets(name: str, when: str, condition: str = "") -> str:
    return f"""
    CREATE TRIGGER {name} AFTER {when} FOR EACH ROW {condition}
    EXECUTE FUNCTION forget_public_pages()
    """


def _waits(name: str, when: str, condition: str = "") -> str:
    return f"""
    CREATE CONSTRAINT TRIGGER {name} AFTER {when} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW {condition} EXECUTE FUNCTION wait_for_public_leases()
    """


PUBLIC = (
    TAKE_LEASE,
    WAIT_FOR_LEASES,
    FORGET_PAGES,
    _forgets("meetings_pages", f"UPDATE OF {SHOWN} ON meetings"),
    _forgets("committees_pages", "UPDATE OF handle, name ON committees"),
    _forgets("agenda_versions_pages", "INSERT ON agenda_versions"),
    _forgets("events_pages", "INSERT ON events", "WHEN (NEW.name LIKE 'meeting.%%')"),
    _waits("meetings_leases", f"UPDATE OF {SHOWN} ON meetings", f"WHEN ({_WAS_OR_IS})"),
    _waits("meetings_gone_leases", "DELETE ON meetings", f"WHEN {_IS_PUBLIC.format(row='(OLD)')}"),
    _waits("committees_leases", "UPDATE OF handle, name ON committees"),
    _waits("agenda_versions_leases", "INSERT ON agenda_versions"),
    _waits("public_pages_leases", "UPDATE OR DELETE ON public_pages"),
)
