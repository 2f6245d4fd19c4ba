"""A page of a large directory costs what a page costs, whatever is searched for."""

import asyncpg
import pytest

from tests.world import World

MANY = 4000
INSERT = """
    INSERT INTO people (id, created_at, entity_id, name, email, addresses)
    SELECT gen_random_uuid(), now(), $1, 'Pérson ' || md5(n::text), 'p' || n || '@example.org',
           ARRAY['q' || n || '@example.org']
      FROM generate_series(1, $2::int) AS n
"""


@pytest.mark.parametrize(
    ("words", "index"),
    [("person", "ix_people_name"), ("q3999@", "ix_people_grams"), (None, "ix_people_name")],
)
async def test_what_is_rare_is_looked_up_and_what_is_common_is_walked(
    world: World, database_url: str, words: str | None, index: str
) -> None:
    entity = await world.entity()
    path = f"/v1/entities/{entity['id']}/people"
    connection = await asyncpg.connect(database_url)
    await connection.execute(INSERT, entity["id"], MANY)
    await connection.execute("VACUUM ANALYZE people")
    query = {"search": words} if words else {}
    found = (await world.administrator.get(path, params=query)).json()
    assert len(found["items"]) == (1 if index == "ix_people_grams" else 50)
    pairs = sorted({words[n : n + 2] for n in range(len(words) - 1)}) if words else []
    narrowed = (
        f"AND grams(search_text) @> ARRAY{pairs} AND strpos(search_text, '{words}') > 0"
        if words
        else ""
    )
    plan = await connection.fetch(
        f"EXPLAIN SELECT * FROM people WHERE entity_id = '{entity['id']}'"  # noqa: S608  # only constants of this test
        f" AND merged_into IS NULL {narrowed} ORDER BY name, id LIMIT 51"
    )
    await connection.close()
    assert any(index in row[0] for row in plan), plan
