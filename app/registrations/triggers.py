"""What the database itself keeps right of lists, whoever writes to it."""

GRAMS = """
CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(words, n, 2)), '{}')
      FROM generate_series(1, length(words) - 1) AS n
$$
"""
"""All pairs of neighbouring characters: by them an index finds what stands in a text, in every
script, where the trigrams of PostgreSQL know letters of the database's locale only.
"""

NAMES = (
    """
    CREATE FUNCTION keep_name_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT folded(name) INTO NEW.name_key FROM people WHERE id = NEW.person_id FOR SHARE;
        NEW.name_key := coalesce(NEW.name_key, '');
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION follow_name() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE registrations SET name_key = folded(NEW.name) WHERE person_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER registrations_name_key BEFORE INSERT OR UPDATE OF person_id ON registrations
    FOR EACH ROW EXECUTE FUNCTION keep_name_key()
    """,
    """
    CREATE TRIGGER people_name_followed AFTER UPDATE OF name ON people
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION follow_name()
    """,
)
"""A registration has the name of its person as lists are sorted by it. Whoever is registered while
their name changes waits for the change, or it for them: FOR SHARE lets neither overlook the other.
"""
