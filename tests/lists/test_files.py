"""Lists as files: what the programs of others read in them."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from app.letters.words import LetterLanguage
from app.lists import files, telling
from app.lists.lifecycle import ListFormat
from app.lists.words import words_in
from tests.lists.delegations import NAMES, Gathering
from tests.world import World

POPPLER = shutil.which("pdftotext") is not None and shutil.which("pdfinfo") is not None
NASTY = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2",
    "＝1",
    "_x0041_ \\u0041",
    "a\u202eb",
    "e\u0301 é",
    '<b>"&amp;</b>',
    "#let x = 1; *bold* $x$",
    "👩‍🚀 한국어 ไทย हिन्दी",
    "W" * 200,
    "no character\uffff",
)


def read_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes it for another encoding without"
    assert b"\n" not in content.replace(b"\r\n", b"")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_openpyxl(content: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows()]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "inlineStr", "n"}
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    # ECMA-376 writes some characters as _x000D_, so what looks like that is written as that, too.
    return [[unescape(cell.value or "") for cell in row] for row in rows]


def read_calamine(content: bytes) -> list[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def pdf_text(content: bytes, folder: Path) -> str:
    path = folder / "list.pdf"
    path.write_bytes(content)
    found = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    )
    return found.stdout


def pdf_facts(folder: Path) -> dict[str, str]:
    found = subprocess.run(
        ["pdfinfo", str(folder / "list.pdf")], check=True, capture_output=True, text=True
    )
    return dict(line.split(":", 1) for line in found.stdout.splitlines() if ":" in line)


async def test_the_same_list_comes_as_a_type_and_by_its_suffix(gathering: Gathering) -> None:
    path = f"{gathering.path}/lists/participants"
    for suffix, media_type, shown in (
        ("csv", "text/csv; charset=utf-8", "attachment"),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
        ),
        ("pdf", "application/pdf", "inline"),
    ):
        by_suffix = await gathering.organizer.get(f"{path}.{suffix}")
        accept = {"Accept": media_type.partition(";")[0]}
        by_type = await gathering.organizer.get(path, headers=accept)
        assert by_type.content == by_suffix.content
        kept = ("content-type", "content-disposition", "cache-control", "content-language", "vary")
        name = f"participants-coordination-committee-1-en.{suffix}"
        assert {header: by_suffix.headers[header] for header in kept} == {
            "content-type": media_type,
            "content-disposition": f'{shown}; filename="{name}"',
            "cache-control": "private, no-cache",
            "content-language": "en",
            "vary": "Accept, Accept-Language",
        }
        assert int(by_suffix.headers["content-length"]) == len(by_suffix.content)
        known = {"If-None-Match": by_suffix.headers["etag"]}
        again = await gathering.organizer.get(f"{path}.{suffix}", headers=known)
        assert (again.status_code, again.content) == (304, b"")
    refused = await gathering.organizer.get(path, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert (await gathering.organizer.get(f"{path}.docx")).status_code == 422


async def test_every_script_and_every_formula_is_text_in_every_file(
    gathering: Gathering, tmp_path: Path
) -> None:
    for number, name in enumerate(NASTY, start=70):
        await gathering.register("AU", name, at=number, job_title=name)
    query: dict[str, Any] = {"entity": "au", "order": "name"}
    wanted = [row["name"] for row in (await gathering.read("delegations", **query))["items"]]
    assert set(NASTY) < set(wanted)
    in_xml = [name.replace("\uffff", "\ufffd") for name in wanted]
    book = (await gathering.file("delegations.xlsx", **query)).content
    for rows in (read_openpyxl(book), read_calamine(book)):
        assert [row[3] for row in rows[1:]] == in_xml
        assert [row[0] for row in rows[1:]] == [str(n + 1) for n in range(len(wanted))]
    table = read_csv((await gathering.file("delegations.csv", **query)).content)
    assert [row[3].removeprefix("'") for row in table[1:]] == wanted
    assert not any(cell[:1] in tuple("=+-@＝") for row in table for cell in row if cell)
    pdf = (await gathering.file("delegations.pdf", **query)).content
    if POPPLER:
        text = pdf_text(pdf, tmp_path)
        assert "#let x = 1; *bold* $x$" in text
        assert "=1+1" in text


async def test_lists_speak_six_languages(gathering: Gathering) -> None:
    for language in LetterLanguage:
        words = words_in(language)
        book = (await gathering.file("attendance.xlsx", language=language.value)).content
        sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
        assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")
        assert sheet.title == words.say("titles", "attendance")
        headings = [words.say("columns", name) for name in ("number", "abbreviation", "entity")]
        rows = read_openpyxl(book)
        assert rows[0][:3] == headings
        own = NAMES["UNDP"][language.value]
        assert {row[2] for row in rows[1:] if row[1] == "UNDP"} == {own}
        assert words.say("roles", "head_of_delegation") in {row[4] for row in rows}


@pytest.mark.skipif(not POPPLER, reason="poppler-utils, which reads the PDF, is not installed")
async def test_papers_speak_six_languages(gathering: Gathering, tmp_path: Path) -> None:
    for language in LetterLanguage:
        words = words_in(language)
        pdf = await gathering.file("attendance.pdf", language=language.value)
        text = pdf_text(pdf.content, tmp_path)
        if language != "ar":  # poppler gives Arabic in the order in which it is drawn
            assert NAMES["UNDP"][language.value] in text
            assert words.say("titles", "attendance") in text
        assert "Zoë Álvarez" in text
        assert "王小明" in text
        facts = pdf_facts(tmp_path)
        assert facts["Tagged"].strip() == "yes"
        assert facts["Title"].strip().startswith(words.say("titles", "attendance"))


async def test_all_phrases_are_there_in_all_languages() -> None:
    def paths(place: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        if isinstance(place, dict):
            return {each for name, inner in place.items() for each in paths(inner, (*path, name))}
        return {(*path, *sorted(part for part in ("{moment}", "{number}") if part in place))}

    first, *others = (paths(words_in(language)._phrases) for language in LetterLanguage)
    assert all(other == first for other in others)
    assert len(first) == 42


async def test_an_empty_list_says_so_and_a_pdf_is_bounded(
    gathering: Gathering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_csv((await gathering.file("delegations.csv", entity="nobody")).content)
    assert len(table) == 1
    pdf = (await gathering.file("delegations.pdf", entity="nobody")).content
    if POPPLER:
        assert "Nobody is on this list." in pdf_text(pdf, tmp_path)
    monkeypatch.setattr(telling, "MAX_ROWS", 5)
    answer = await gathering.organizer.get(f"{gathering.path}/lists/delegations.pdf")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/list-too-long")
    assert (await gathering.file("delegations.pdf", entity="undp")).content[:4] == b"%PDF"
    assert len(read_csv((await gathering.file("delegations.csv")).content)) == 7


async def test_no_connection_is_held_while_a_file_is_made(
    gathering: Gathering, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    really = files.made_of

    async def watched(spool: files.Spool, form: ListFormat) -> files.Made:
        held.append(world.app.state.database.engine.pool.checkedout())
        return await really(spool, form)

    monkeypatch.setattr(files, "made_of", watched)
    async with gathering.organizer.stream(
        "GET", f"{gathering.path}/lists/delegations.xlsx"
    ) as sent:
        parts = [part async for part in sent.aiter_raw()]
    assert b"".join(parts)[:2] == b"PK"
    assert held == [0]
