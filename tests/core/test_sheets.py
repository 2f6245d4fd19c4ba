"""Files that people send are read whole or refused with the place."""

import csv
import io
import json
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.sheets import (
    MEDIA_TYPES,
    Row,
    SheetUnreadable,
    neutralise,
    read_document,
    read_rows,
)
from app.core.sheets.documents import MAX_DEPTH
from app.core.sheets.model import column_letter
from app.core.sheets.package import MAX_INFLATED, MAX_PARTS

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YAML = "application/yaml"
JSON = "application/json"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"

UNODC = [Row(2, {"abbreviation": "UNODC", "city": "Vienna"})]


def xlsx(*rows: list[Any], more: dict[str, list[list[Any]]] | None = None) -> bytes:
    """A workbook as a spreadsheet program saves it."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for title, others in (more or {}).items():
        sheet = workbook.create_sheet(title)
        for row in others:
            sheet.append(row)
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def changed(parts: dict[str, bytes | None]) -> bytes:
    """A small workbook with parts added, replaced or, for None, taken out."""
    saved = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(["a"], [1]))) as old,
        zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return saved.getvalue()


def sheet(cells: str) -> dict[str, bytes | None]:
    return {SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'.encode()}


def refused(content: bytes, media_type: str, **limits: Any) -> SheetUnreadable:
    with pytest.raises(SheetUnreadable) as refusal:
        read_rows(content, media_type, **limits)
    return refusal.value


def place(refusal: SheetUnreadable) -> tuple[int | None, str | None]:
    return refusal.row, refusal.column


# Delimited text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_every_country(delimiter: str, newline: str, encoding: str) -> None:
    lines = [["Abbreviation", "City"], ["UNODC", "Vienna"], ["ЮНОДК 🎉", "Ge,n;è\tve"]]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=newline).writerows(lines)
    assert read_rows(written.getvalue().encode(encoding), CSV) == [
        *UNODC,
        Row(3, {"abbreviation": "ЮНОДК 🎉", "city": "Ge,n;è\tve"}),
    ]


def test_utf_16_of_the_other_byte_order() -> None:
    content = "\ufeffAbbreviation;City\nUNODC;Vienna".encode("utf-16-be")
    assert read_rows(content, CSV) == UNODC


def test_quotes_in_the_header_do_not_hide_the_delimiter() -> None:
    content = b'"a, b, c";"d, e"\n1;2'
    assert read_rows(content, CSV) == [Row(2, {"a,_b,_c": "1", "d,_e": "2"})]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    content = b'a,b\n"two\nlines",1\n\n,,\nx,\n'
    assert read_rows(content, CSV) == [
        Row(2, {"a": "two\nlines", "b": "1"}),
        Row(5, {"a": "x", "b": None}),
    ]


def test_short_rows_are_filled_and_spaces_kept() -> None:
    assert read_rows(b"a,b\n x ", CSV) == [Row(2, {"a": " x ", "b": None})]


def test_parameters_of_the_type_are_no_hindrance() -> None:
    assert read_rows(b"Abbreviation,City\nUNODC,Vienna", "Text/CSV; charset=utf-8") == UNODC


def test_a_header_alone_has_no_rows() -> None:
    assert read_rows(b"a,b\n", CSV) == []


@pytest.mark.parametrize(
    ("content", "at"),
    [
        (b"", (None, None)),
        (b"a,b\n1,2,3", (2, "C")),
        (b"a,,c\n1,2,3", (1, "B")),
        (b"a,b,\n", (1, "C")),
        (b"\na,b\n", (1, None)),
        (b"Seat quota,seat-quota\n", (1, "B")),
        (b"a,b\nx,\0\n", (2, "b")),
        (b"a,\0\nx,y\n", (1, "B")),
        (b'a,b\n1,2\n"open', (3, None)),
        (b'a,b\n"x"y,2', (2, None)),
        (b"a\n\xff\xfe", (2, None)),
        ("a\nGen\u00e8ve".encode("latin-1"), (2, None)),
        ("a\nx".encode("utf-32"), (1, "A")),
        (b"\xff\xfea\0\n\0\x00\xd8", (None, None)),
    ],
)
def test_bad_csv_is_refused_with_its_place(content: bytes, at: tuple[int | None, str]) -> None:
    assert place(refused(content, CSV)) == at


def test_the_message_names_the_place() -> None:
    assert str(refused(b"a,b\nx,\0\n", CSV)) == (
        "Row 2, column b: The text holds NUL or half of a surrogate pair."
    )


# Workbooks


def test_a_workbook_of_every_kind_of_cell() -> None:
    content = xlsx(
        ["Full Name", "Seat-Quota", "Share", "Here", "On", "At", "Time", "Length"],
        [
            "Zoë 🎉",
            5,
            0.535,
            True,
            date(2021, 10, 8),
            datetime(2021, 10, 8, 10, 0, 1),
            time(10, 30),
            timedelta(hours=25, minutes=30),
        ],
        [None] * 8,
        ["x", None, None, False],
    )
    assert read_rows(content, XLSX) == [
        Row(
            2,
            {
                "full_name": "Zoë 🎉",
                "seat_quota": 5,
                "share": 0.535,
                "here": True,
                "on": "2021-10-08",
                "at": "2021-10-08T10:00:01",
                "time": "10:30:00",
                "length": "PT25H30M0S",
            },
        ),
        Row(
            4,
            {
                "full_name": "x",
                "seat_quota": None,
                "share": None,
                "here": False,
                "on": None,
                "at": None,
                "time": None,
                "length": None,
            },
        ),
    ]


def test_whole_numbers_are_whole() -> None:
    values = [row.values["n"] for row in read_rows(xlsx(["n"], [5], [5.5], [-3]), XLSX)]
    assert values == [5, 5.5, -3]
    assert [type(value) for value in values] == [int, float, int]


def test_only_the_first_sheet_is_read() -> None:
    content = xlsx(
        ["Abbreviation", "City"],
        ["UNODC", "Vienna"],
        more={"Notes": [["free", "text"] for _ in range(50)]},
    )
    assert read_rows(content, XLSX, max_rows=10) == UNODC


def test_a_formula_counts_with_its_saved_value() -> None:
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row>'
    saved = changed(sheet(f'{header}<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'))
    assert read_rows(saved, XLSX) == [Row(2, {"n": 2})]
    empty = changed(sheet(f'{header}<row r="2"><c r="A2" t="str"><f>""</f><v></v></c></row>'))
    assert read_rows(empty, XLSX) == []
    assert place(refused(xlsx(["n"], ["=1+1"]), XLSX)) == (2, "A")


def test_shared_texts_are_read() -> None:
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'
    texts = f'<sst xmlns="{MAIN}"><si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si></sst>'
    content = changed({**sheet(cells), "xl/sharedStrings.xml": texts.encode()})
    assert read_rows(content, XLSX) == [Row(2, {"a": "bc"})]


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([["a", "a "]], (1, "B")),
        ([["a", None, "c"]], (1, "B")),
        ([["a"], ["x", "y"]], (2, "B")),
        ([["a", "b"], ["x", "#REF!"]], (2, "B")),
        ([["a"], ["x" * 10_001]], (2, "a")),
        ([[None], ["a"]], (1, None)),
    ],
)
def test_bad_cells_are_refused_with_their_place(
    rows: list[list[Any]], at: tuple[int | None, str]
) -> None:
    assert place(refused(xlsx(*rows), XLSX)) == at


BAD_CELLS = {
    '<x:c r="B3" t="e"><x:f>1/0</x:f><x:v>#SPILL!</x:v></x:c>': "The cell holds an error",
    '<x:c r="B3"><x:f>A1</x:f></x:c>': "The formula was saved without",
    '<x:c r="B3" t="s"><x:v>99</x:v></x:c>': "The cell names no text",
    '<x:c r="B3" t="b"><x:v>7</x:v></x:c>': "The cell is neither true nor",
    '<x:c r="B3" t="zzz"><x:v>7</x:v></x:c>': "The cell holds something of",
    f'<x:c r="B3" t="str"><x:v>{"x" * 10_001}</x:v></x:c>': "The text is longer than",
}


@pytest.mark.parametrize("cell", BAD_CELLS)
def test_a_bad_cell_refuses_no_other_row_that_is_read_apart(cell: str) -> None:
    rows = [["a", "b"], ["é&lt;", "y"], ["z", ""], ["u", "v"]]
    cells = ["".join(f'<x:c t="str"><x:v>{text}</x:v></x:c>' for text in row) for row in rows]
    cells[2] = cells[2].replace('<x:c t="str"><x:v></x:v></x:c>', cell)
    written = "".join(f'<x:row r="{n}">{each}</x:row>' for n, each in enumerate(cells, 1))
    part = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{written}</x:sheetData></x:worksheet>'
    first, bad, last = read_rows(changed({SHEET: part.encode()}), XLSX, apart=True)
    assert (first, last) == (Row(2, {"a": "é<", "b": "y"}), Row(4, {"a": "u", "b": "v"}))
    assert (bad.number, bad.values, bad.refusal, list(bad.faults)) == (3, {"a": "z"}, None, ["b"])
    assert bad.faults["b"].startswith(BAD_CELLS[cell])


def test_a_bad_line_of_csv_refuses_no_other_that_is_read_apart() -> None:
    first, bad, last = read_rows(b'a,b\n1,2\n"x"y,2\n3,#N/A', CSV, apart=True)
    assert (first, bad.number, bad.values) == (Row(2, {"a": "1", "b": "2"}), 3, {})
    assert bad.refusal is not None
    assert last.faults == {"b": "The cell holds an error instead of a value."}
    assert place(refused(b'a,b\n1,2\n"open\n3,4', CSV, apart=True)) == (3, None)


def test_merged_cells_count_for_every_row_beside_them() -> None:
    rows: list[list[Any]] = [
        ["of", "name"],
        ["ITU", "Ann"],
        [None, "Bo"],
        [None, None],
        [None, "Cy"],
        [None, "Di"],
    ]
    workbook = openpyxl.load_workbook(io.BytesIO(xlsx(*rows)))
    workbook.active.merge_cells("A2:A5")
    workbook.save(saved := io.BytesIO())
    found = [(row.number, *row.values.values()) for row in read_rows(saved.getvalue(), XLSX)]
    assert found == [(2, "ITU", "Ann"), (3, "ITU", "Bo"), (5, "ITU", "Cy"), (6, None, "Di")]


def test_one_cell_in_the_last_corner_does_not_fill_the_memory() -> None:
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row>'
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    refusal = refused(changed(sheet(header + corner)), XLSX)
    assert place(refusal) == (1_048_576, "XFD")
    assert refusal.detail == "There are more than 10000 rows."


def test_a_format_in_the_last_corner_is_no_cell() -> None:
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row>'
    corner = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read_rows(changed(sheet(header + corner)), XLSX) == []


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A99999999999999999999"><v>1</v></c></row>',
        '<row r="-1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>+0</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_cells_without_a_proper_place_are_refused(cells: str) -> None:
    refused(changed(sheet(cells)), XLSX)


def test_a_long_text_shared_by_many_cells_is_refused() -> None:
    cells = "".join(
        f'<row r="{row}">' + f'<c t="s"><v>{row % 7}</v></c>' * 60 + "</row>"
        for row in range(1, 400)
    )
    text = "".join(f"<si><t>{str(n) * 9_000}</t></si>" for n in range(7))
    sst = f'<sst xmlns="{MAIN}">{text}</sst>'.encode()
    refusal = refused(changed({**sheet(cells), "xl/sharedStrings.xml": sst}), XLSX)
    assert refusal.detail == "The cells together hold too much text."


def test_a_zip_bomb_is_refused_before_it_inflates() -> None:
    bomb = changed({SHEET: bytes(2_000_000)})
    assert refused(bomb, XLSX).detail == "A part of the workbook inflates too much."


def test_many_parts_that_inflate_together_are_refused() -> None:
    """Each is small against what it inflates to, and the sum is not."""
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(MAX_INFLATED // 1_000_000 + 1):
            package.writestr(f"xl/{number}.xml", bytes(1_000_000))
    detail = f"The workbook inflates to more than {MAX_INFLATED} bytes."
    assert refused(saved.getvalue(), XLSX).detail == detail


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    content = changed({"xl/extra.xml": b"<a>" + b"x" * 100_000 + b"</a>"})
    size = (100_007).to_bytes(4, "little")
    assert content.count(size) == 2
    forged = content.replace(size, (7).to_bytes(4, "little"))
    assert refused(forged, XLSX).detail == "The workbook is damaged."


def test_too_many_parts_are_refused() -> None:
    content = changed({f"xl/{number}.xml": b"<a/>" for number in range(MAX_PARTS)})
    assert refused(content, XLSX).detail == f"The workbook has more than {MAX_PARTS} parts."


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused() -> None:
    content = changed({SHEET: b"<a/>", SHEET.upper(): b"<a/>"})
    assert refused(content, XLSX).detail == "The workbook has two parts of one name."


@pytest.mark.parametrize(
    "part",
    [
        {"xl/vbaProject.bin": b"macro"},
        {"xl/other/VBAPROJECT.BIN": b"macro"},
        {"xl/macrosheets/sheet1.xml": b"<a/>"},
        {
            "[Content_Types].xml": b'<Types><Override ContentType="application/'
            b'vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
        },
    ],
)
def test_macros_are_refused(part: dict[str, bytes | None]) -> None:
    detail = "The workbook has macros: save it as XLSX without them."
    assert refused(changed(part), XLSX).detail == detail


@pytest.mark.parametrize(
    "part",
    [
        {"xl/embeddings/oleObject1.bin": b"x"},
        {"xl/media/image1.png": xlsx(["nested"])},
        {"xl/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
    ],
)
def test_embedded_files_are_refused(part: dict[str, bytes | None]) -> None:
    assert refused(changed(part), XLSX).detail == "The workbook has files embedded in it."


def test_a_picture_is_no_hindrance() -> None:
    assert read_rows(changed({"xl/media/image1.png": b"\x89PNG"}), XLSX) == [Row(2, {"a": 1})]


def test_a_sheet_hidden_in_a_picture_is_not_followed() -> None:
    cells = sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')[SHEET]
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Target="media/image1.png" Type="http://schemas.openxmlformats.'
        b'org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    parts = {"xl/media/image1.png": cells, "xl/_rels/workbook.xml.rels": relations}
    assert refused(changed(parts), XLSX).detail == "The file is not a workbook that can be read."


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    detail = "A part of the workbook has a document type."
    assert refused(changed({"xl/a.xml": bomb}), XLSX).detail == detail


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abbreviation,city\nUNODC,Vienna",
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        xlsx(["a"])[:-100],
        b"MZ" + xlsx(["a"]),
        changed({"xl/workbook.xml": None}),
        changed({SHEET: None}),
        changed({SHEET: b"<worksheet>"}),
        changed({"../x.xml": b"<a/>"}),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert place(refused(content, XLSX)) == (None, None)


# Made once: a workbook holds the moment of its making, and examples must be the same every time.
WORKBOOK = xlsx(["a", "b"], ["x", date(2021, 10, 8)])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SheetUnreadable):
        read_rows(bytes(content), XLSX)


# JSON and YAML


def test_lists_of_mappings() -> None:
    rows = [{"Abbreviation": "UNODC", "names": {"en": "Office"}}, {"city": None, "n": 1.5}]
    expected = [
        Row(1, {"abbreviation": "UNODC", "names": {"en": "Office"}}),
        Row(2, {"city": None, "n": 1.5}),
    ]
    for media_type, content in ((JSON, json.dumps(rows)), (YAML, yaml.safe_dump(rows))):
        assert read_rows(content.encode(), media_type) == expected
        assert read_rows(content.encode("utf-16"), media_type) == expected
        assert read_rows(content.encode("utf-8-sig"), media_type) == expected


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_rows_under_a_key(write: Any) -> None:
    content = write({"about": "x", "entities": [{"a": 1}]}).encode()
    assert read_rows(content, YAML, key="entities") == [Row(1, {"a": 1})]
    assert read_document(content, YAML) == {"about": "x", "entities": [{"a": 1}]}
    assert place(refused(content, YAML)) == (None, None)
    assert refused(content, YAML, key="people").detail == "The file has no people."
    assert refused(content, YAML, key="about").detail == "The rows must be a list."


def test_plain_yaml_says_what_is_written() -> None:
    content = b"""
- country: NO
  answer: yes
  time: 10:30
  date: 2021-10-08
  code: 007
  octal: 0o17
  big: 1_000
  n: -5
  share: 53.5
  quoted: "5"
  none: ~
  nothing:
  truth: true
  merge: <<
"""
    assert read_rows(content, YAML) == [
        Row(
            1,
            {
                "country": "NO",
                "answer": "yes",
                "time": "10:30",
                "date": "2021-10-08",
                "code": "007",
                "octal": "0o17",
                "big": "1_000",
                "n": -5,
                "share": 53.5,
                "quoted": "5",
                "none": None,
                "nothing": None,
                "truth": True,
                "merge": "<<",
            },
        )
    ]


def test_the_billion_laughs_are_refused() -> None:
    lines = ['a: &a ["lol", "lol"]']
    lines += [
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(9)
    ]
    refusal = refused("\n".join(lines).encode(), YAML)
    assert refusal.detail == "Line 1: anchors and aliases are not read."


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"- a: *x", "Line 1: anchors and aliases are not read."),
        (b"-\n  a: &x 1", "Line 2: anchors and aliases are not read."),
        (b"- a: 1\n- !!python/object/apply:os.system [ls]", "Line 2: tags are not read."),
        (b"- !!binary aGVsbG8=", "Line 1: tags are not read."),
        (b"- a: 1\n  b: 2\n  a: 3", "Line 3: the key 'a' is there twice."),
        (b"- 1: x", "Line 1: a key must be text; put it in quotes."),
        (b"- true: x", "Line 1: a key must be text; put it in quotes."),
        (b"- ? [a]\n  : x", "Line 1: a key must be text; put it in quotes."),
        (b"- a: 1\n---\n- b: 1", "The file must hold one document, not 2."),
        (b"", "The file must hold one document, not 0."),
        (b"- " + b"9" * 5_000, "Line 1: a number has too many digits."),
        (b"- a: \0", "The text has a character that YAML does not allow."),
    ],
)
def test_bad_yaml_is_refused(content: bytes, detail: str) -> None:
    assert refused(content, YAML).detail == detail


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"[" + b"[]," * 10_001, "Line 1: there are more than 10000 entries."),
        (b"--- a\n" * 10_001, "Line 10001: there are more than 10000 entries."),
        (
            (b"- [" + b"a," * 9_999 + b"]\n") * 101,
            "Line 100: there are more than 1000000 values.",
        ),
    ],
)
def test_yaml_is_read_no_further_than_any_table_goes(content: bytes, detail: str) -> None:
    """What stands behind is not even YAML."""
    assert refused(content + b"\n}", YAML).detail == detail


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'[{"a": 1, "a": 2}]', "The key 'a' is there twice."),
        (b'[{"a": NaN}]', "NaN is not a JSON number."),
        (b'[{"a": -Infinity}]', "-Infinity is not a JSON number."),
        (b"[" + b"9" * 5_000 + b"]", "A number has too many digits."),
        (b"[\n{,}]", "Line 2 is not JSON: Expecting property name enclosed in double quotes."),
        (b"", "Line 1 is not JSON: Expecting value."),
        (b"3", "The rows must be a list."),
        (b'{"a": 1}', "The rows must be a list."),
        (b"[1]", "The row must be a mapping."),
    ],
)
def test_bad_json_is_refused(content: bytes, detail: str) -> None:
    assert refused(content, JSON).detail == detail


def test_finding_a_repeated_key_takes_no_longer_than_reading() -> None:
    """Ratio in one run; looking for each key among all of them takes a thousand times as long."""
    pairs = ", ".join(f'"{n}": 1' for n in range(20_000))
    good, bad = f"[{{{pairs}}}]".encode(), f'[{{{pairs}, "x": 1, "x": 1}}]'.encode()
    reading, finding = [], []
    for _ in range(5):
        start = perf_counter()
        assert refused(good, JSON).detail == "There are more than 64 columns."
        middle = perf_counter()
        assert refused(bad, JSON).detail == "The key 'x' is there twice."
        reading.append(middle - start)
        finding.append(perf_counter() - middle)
    assert median(finding) < 20 * median(reading)


@pytest.mark.parametrize("media_type", [JSON, YAML])
@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (r'"\u0000"', "The text holds NUL or half of a surrogate pair."),
        (r'["x", {"y": "a\u0000b"}]', "The text holds NUL or half of a surrogate pair."),
        (r'{"a\u0000b": 1}', "The text holds NUL or half of a surrogate pair."),
        ("9223372036854775808", "The number does not fit in 64 bits."),
        ("1e999", "The number is too large."),
        ('"' + "x" * 10_001 + '"', "The text is longer than 10000 characters."),
    ],
)
def test_values_that_cannot_be_stored_are_refused_with_their_place(
    media_type: str, value: str, detail: str
) -> None:
    refusal = refused(f'[{{"x": 1}}, {{"Full name": {value}}}]'.encode(), media_type)
    assert (refusal.detail, *place(refusal)) == (detail, 2, "full_name")


def test_lone_surrogates_are_refused_with_their_place() -> None:
    refusal = refused(rb'[{"a": "\ud83c\udf89"}, {"a": "\ud83c"}]', JSON)
    assert place(refusal) == (2, "a")
    with pytest.raises(SheetUnreadable):
        read_document(rb'{"\udf89": 1}', JSON)
    refused(rb'- a: "\ud83c"', YAML)


@pytest.mark.parametrize("media_type", [JSON, YAML])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 3, 500, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
def test_deep_nesting_is_refused(media_type: str, depth: int, opening: str, closing: str) -> None:
    nested = f'{{"a": {opening * depth}1{closing * depth}}}'.encode()
    with pytest.raises(SheetUnreadable):
        read_document(nested, media_type)
    refused(b"[" + nested + b"]", media_type)


@pytest.mark.parametrize("media_type", [JSON, YAML])
def test_moderate_nesting_is_read(media_type: str) -> None:
    content = b'{"a": [[{"b": [1, {"c": null}]}]]}'
    assert read_document(content, media_type) == {"a": [[{"b": [1, {"c": None}]}]]}


@pytest.mark.parametrize(("content", "media_type"), [(b"[]", JSON), (b"x", YAML), (b"a,b", CSV)])
def test_a_document_is_a_mapping(content: bytes, media_type: str) -> None:
    with pytest.raises(SheetUnreadable):
        read_document(content, media_type)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab c", max_size=5), inner),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(document=st.dictionaries(st.text("abc_", min_size=1, max_size=8), json_values, max_size=5))
def test_json_comes_back_as_it_went(document: dict[str, Any]) -> None:
    assert read_document(json.dumps(document).encode(), JSON) == document


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300), media_type=st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_bytes_are_read_or_refused(content: bytes, media_type: str) -> None:
    with suppress(SheetUnreadable):
        assert all(row.number >= 1 for row in read_rows(content, media_type))


# Limits


@pytest.mark.parametrize("media_type", ["application/pdf", "", "text/plain", "text/csv+zip"])
def test_other_types_are_refused(media_type: str) -> None:
    assert place(refused(b"a,b\n1,2", media_type)) == (None, None)


def table(rows: int, columns: int) -> dict[str, bytes]:
    """One table in each format, every cell another text."""
    header = [f"c{column}" for column in range(columns)]
    cells = [[f"r{row} c{column}" for column in range(columns)] for row in range(rows)]
    mappings = [dict(zip(header, row, strict=True)) for row in cells]
    written = io.StringIO()
    csv.writer(written).writerows([header, *cells])
    return {
        CSV: written.getvalue().encode(),
        XLSX: xlsx(header, *cells),
        JSON: json.dumps(mappings).encode(),
        YAML: json.dumps(mappings, indent=0).encode(),
    }


def test_ten_thousand_rows_are_read_alike_from_every_format() -> None:
    files = table(10_000, 6)
    found = {media_type: read_rows(content, media_type) for media_type, content in files.items()}
    assert found[CSV][-1] == Row(10_001, {f"c{n}": f"r9999 c{n}" for n in range(6)})
    assert found[XLSX] == found[CSV]
    assert found[YAML] == found[JSON]
    assert [row.values for row in found[JSON]] == [row.values for row in found[CSV]]


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
def test_one_row_or_column_too_many_is_refused(media_type: str) -> None:
    content = table(5, 3)[media_type]
    assert len(read_rows(content, media_type, max_rows=5, max_columns=3)) == 5
    assert refused(content, media_type, max_rows=4).detail == "There are more than 4 rows."
    assert refused(content, media_type, max_columns=2).detail == "There are more than 2 columns."
    assert len(read_rows(content, media_type, max_cell=5)) == 5
    assert place(refused(content, media_type, max_cell=4))[1] == "c0"


def test_a_name_of_a_column_is_short() -> None:
    name = "x" * 201
    assert place(refused(f"a,{name}\n".encode(), CSV)) == (1, "B")
    assert place(refused(json.dumps([{name: 1}]).encode(), JSON)) == (1, None)
    with pytest.raises(SheetUnreadable):
        read_document(json.dumps({name: 1}).encode(), JSON)


# Cells that go out


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_no_cell_becomes_a_formula(start: str) -> None:
    assert neutralise(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("cell", ["", "a=b", "'=1", "UNODC", " =1", "1-2", "名前"])
def test_other_cells_stay(cell: str) -> None:
    assert neutralise(cell) == cell


@given(st.text(max_size=20))
def test_a_neutral_cell_stays_neutral(cell: str) -> None:
    assert neutralise(neutralise(cell)) == neutralise(cell)
    assert neutralise(cell).removeprefix("'") == cell.removeprefix("'")


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_letters(index: int, letters: str) -> None:
    assert column_letter(index) == letters
