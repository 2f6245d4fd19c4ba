"""What the database itself keeps right of people who were anonymized, whoever writes to it."""

GUARDED = ("registrations", "focal_points", "feeds", "links")
"""Tables that name a person anew."""

ANONYMOUS = (
    """
    CREATE FUNCTION refuse_anonymized() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        since timestamptz;
    BEGIN
        SELECT anonymized_at INTO since FROM people WHERE id = NEW.person_id FOR KEY SHARE;
        IF since IS NOT NULL THEN
            RAISE EXCEPTION 'the person was anonymized'
                USING ERRCODE = 'integrity_constraint_violation',
                      CONSTRAINT = 'person_anonymized';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION stay_anonymized() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the person was anonymized'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'person_anonymized';
    END $$
    """,
    """
    CREATE TRIGGER people_stay_anonymized BEFORE UPDATE ON people
    FOR EACH ROW WHEN (OLD.anonymized_at IS NOT NULL) EXECUTE FUNCTION stay_anonymized()
    """,
    *(
        f"""
        CREATE TRIGGER {table}_of_the_living BEFORE INSERT OR UPDATE OF person_id ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_anonymized()
        """
        for table in GUARDED
    ),
)
"""The lock makes whoever names a person wait for who anonymizes the same one, and the other way
round: one of the two finds what the other did."""
