"""What PostgreSQL itself says of a schema, as plain values that can be compared."""

import asyncpg

OURS = r"c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'procrastinate\_%'"
OF_EXTENSION = "EXISTS (SELECT FROM pg_depend d WHERE d.objid = {} AND d.deptype = 'e')"
_STATEMENTS = {
    "tables": f"""
        SELECT c.relname, c.relkind::text FROM pg_class c
         WHERE {OURS} AND c.relkind IN ('r', 'v', 'S', 'm', 'p') AND c.relname <> 'alembic_version'
         ORDER BY 1
    """,
    "columns": f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity::text, a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE {OURS} AND c.relkind = 'r' AND c.relname <> 'alembic_version'
           AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY 1, 2
    """,
    "constraints": f"""
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         WHERE {OURS} AND c.relname <> 'alembic_version'
         ORDER BY 1, 2
    """,
    "indexes": f"""
        SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
          FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
          JOIN pg_class i ON i.oid = x.indexrelid
         WHERE {OURS} AND c.relname <> 'alembic_version'
         ORDER BY 1, 2
    """,
    "triggers": f"""
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid)
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE {OURS} AND NOT t.tgisinternal
         ORDER BY 1, 2
    """,
    "functions": rf"""
        SELECT p.proname, regexp_replace(pg_get_functiondef(p.oid), '\s+', ' ', 'g')
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'procrastinate\_%'
           AND NOT {OF_EXTENSION.format("p.oid")}
         ORDER BY 1
    """,
    "types": rf"""
        SELECT t.typname FROM pg_type t
         WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
           AND t.typname NOT LIKE 'procrastinate\_%' AND NOT {OF_EXTENSION.format("t.oid")}
         ORDER BY 1
    """,
    "sequences": """
        SELECT sequencename, data_type::text, start_value, increment_by, max_value, cycle
          FROM pg_sequences
         WHERE schemaname = 'public' AND sequencename NOT LIKE 'procrastinate%'
         ORDER BY 1
    """,
    "extensions": "SELECT extname FROM pg_extension ORDER BY 1",
}
Catalogue = dict[str, list[tuple[object, ...]]]


async def catalogue(url: str) -> Catalogue:
    """Everything that a schema is made of; the job queue's own tables are left out."""
    connection = await asyncpg.connect(url)
    try:
        return {
            kind: [tuple(row) for row in await connection.fetch(statement)]
            for kind, statement in _STATEMENTS.items()
        }
    finally:
        await connection.close()


async def names(url: str) -> list[str]:
    """Every relation, function and type of the public schema, whosever, but those of extensions."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            f"""
            SELECT c.relname AS name FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace
               AND NOT {OF_EXTENSION.format("c.oid")}
            UNION ALL
            SELECT p.proname FROM pg_proc p
             WHERE p.pronamespace = 'public'::regnamespace
               AND NOT {OF_EXTENSION.format("p.oid")}
            UNION ALL
            SELECT t.typname FROM pg_type t
             WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
               AND NOT {OF_EXTENSION.format("t.oid")}
            ORDER BY 1
            """
        )
        return [row["name"] for row in rows]
    finally:
        await connection.close()
