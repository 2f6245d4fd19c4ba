"""Every column is declared."""

from app.privacy.declared import TABLES
from app.privacy.lifecycle import Kept
from app.schema import metadata


def test_every_column_of_every_table_is_declared_once() -> None:
    declared = {each.table: each for each in TABLES}
    assert len(declared) == len(TABLES)
    assert sorted(declared) == sorted(metadata.tables)
    for name, table in metadata.tables.items():
        known = declared[name]
        assert known.plain.isdisjoint(known.personal), name
        assert sorted(known.plain | set(known.personal)) == sorted(table.columns.keys()), name
        assert known.settled.keys() <= known.plain, name


def test_what_has_an_end_is_erased_by_somebody() -> None:
    for each in TABLES:
        for name, column in each.personal.items():
            where = f"{each.table}.{name}"
            ends = column.kept in {Kept.PERSON, Kept.MEETING}
            assert not ends or each.deleted or column.becomes is not None, where
            assert column.kept is not Kept.PERSON or each.of_people, where
            assert column.kept is not Kept.MEETING or each.of_meeting, where


def test_what_is_said_is_said_in_sentences() -> None:
    for each in TABLES:
        for column in each.personal.values():
            assert column.purpose[0].isupper(), column.purpose
            assert column.purpose.endswith("."), column.purpose
