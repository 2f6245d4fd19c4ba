"""What the database itself keeps right of the directory, whoever writes to it."""

FOLDED = """
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        replace(replace(replace(replace(
            translate(
                normalize(lower(words), NFKD),
                E'\\u0142\\u00f8\\u0111\\u00f0\\u0131\\u0127\\u0167\\u2010\\u2011\\u2013-'
                '''\\u2018\\u2019\\u02bc\\u0060\\u00b4',
                'loddiht    '
            ), E'\\u00df', 'ss'), E'\\u00e6', 'ae'), E'\\u0153', 'oe'), E'\\u00fe', 'th'),
        E'[\\u0300-\\u036f\\u0640\\u064b-\\u065f\\u0670]', '', 'g')
$$
"""
"""Without letter case, accents, apostrophes and vowel signs, hyphens as spaces: as people search.

Every letter of the second text becomes the one at its place in the third, the last ones nothing.
"""

SEARCHABLE = """
CREATE FUNCTION people_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := folded(
        NEW.name || E'\\n' || NEW.email || E'\\n' || array_to_string(NEW.addresses, E'\\n'));
    RETURN NEW;
END $$
"""

ADDRESSES = """
CREATE FUNCTION people_addresses_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known text[] := '{}';
BEGIN
    IF TG_OP = 'INSERT' AND NEW.merged_into IS NULL AND NEW.addresses = '{}' THEN
        INSERT INTO person_addresses (entity_id, address, person_id)
        VALUES (NEW.entity_id, NEW.email, NEW.id);
        RETURN NULL;
    END IF;
    IF NEW.merged_into IS NULL THEN
        known := NEW.addresses || NEW.email;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM person_addresses WHERE person_id = NEW.id AND address <> ALL (known);
    END IF;
    INSERT INTO person_addresses (entity_id, address, person_id)
    SELECT DISTINCT NEW.entity_id, fresh.address, NEW.id
      FROM unnest(known) AS fresh (address)
     WHERE NOT EXISTS (
        SELECT FROM person_addresses own
         WHERE own.person_id = NEW.id AND own.address = fresh.address);
    RETURN NULL;
END $$
"""

DIRECTORY = (
    FOLDED,
    SEARCHABLE,
    ADDRESSES,
    """
    CREATE TRIGGER people_searchable BEFORE INSERT OR UPDATE OF name, email, addresses ON people
    FOR EACH ROW EXECUTE FUNCTION people_searchable()
    """,
    """
    CREATE TRIGGER people_addresses_kept
    AFTER INSERT OR UPDATE OF email, addresses, merged_into ON people
    FOR EACH ROW EXECUTE FUNCTION people_addresses_kept()
    """,
)
