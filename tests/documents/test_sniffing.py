"""Files are what they are said to be, and nothing besides: polyglots, bombs, macros are refused."""

import hashlib
import io
import struct
import tempfile
import time
import tracemalloc
import zipfile
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.problems import Problem
from app.documents import kinds, packages, sniffing
from app.documents.kinds import KINDS, Kind, safe_name
from app.documents.sniffing import END_OF_ZIP
from tests.documents.papers import (
    CSV,
    DOCX,
    GOOD,
    JPEG,
    MP4,
    PDF,
    PNG,
    TEXT,
    TYPES,
    chunk,
    open_document,
    package,
)

HTML = b"<!doctype html><script>alert(1)</script>"


def file_of(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
    file.write(content)
    file.flush()
    return file


def judged(content: bytes, kind: Kind) -> str:
    """`taken`, or the refusal's slug."""
    with file_of(content) as file:
        try:
            assert sniffing.check(file, kind.media_type) is kind
        except Problem as refusal:
            return refusal.slug
    return "taken"


def test_every_kind_is_taken_as_itself_and_as_no_other() -> None:
    alike = {(kinds.TEXT, kinds.CSV), (kinds.CSV, kinds.TEXT)}
    found = {
        (content_kind, said): judged(content, said)
        for content_kind, content in GOOD.items()
        for said in KINDS.values()
    }
    taken = {pair for pair, outcome in found.items() if outcome == "taken"}
    assert taken == {(kind, kind) for kind in GOOD} | alike
    assert set(found.values()) == {"taken", "unsupported-media-type", "file-refused"}


@pytest.mark.parametrize("said", ["text/html", "image/svg+xml", "application/zip", "", "x" * 99])
def test_other_kinds_are_not_taken_at_all(said: str) -> None:
    with pytest.raises(Problem) as refused:
        sniffing.kind_of(said)
    assert refused.value.slug == "unsupported-media-type"


def patched(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


def entry(name: str, content: bytes = b"x" * 50) -> bytes:
    return package({"[Content_Types].xml": TYPES, "word/document.xml": b"<d/>", name: content})


def lying(times: int) -> bytes:
    """A member that inflates to more than the archive says of it."""
    content = entry("word/media/a.txt", b"\0" * 100_000)
    said = struct.pack("<L", 100_000)
    return patched(content, said, struct.pack("<L", 100_000 // times))


def overlapping() -> bytes:
    """Two names for one place, as bombs have it that are small."""
    good = entry("word/media/a.txt")
    directory = good.index(b"PK\x01\x02")
    last = good.rindex(b"PK\x01\x02")
    end = good.index(b"PK\x05\x06")
    twin = good[last:end].replace(b"a.txt", b"b.txt")
    fields = list(struct.unpack("<4s4H2LH", good[end:]))
    fields[3] = fields[4] = 4
    fields[5] = end - directory + len(twin)
    return good[:end] + twin + struct.pack("<4s4H2LH", *fields)


def many(number: int) -> bytes:
    return package(
        {"[Content_Types].xml": TYPES, "word/document.xml": b""}
        | {f"word/{n}.xml": b"" for n in range(number)},
        zipfile.ZIP_STORED,
    )


def typed(types: bytes, **more: bytes) -> bytes:
    return package({"[Content_Types].xml": types, "word/document.xml": b""} | more)


def linked(target: bytes) -> bytes:
    """With a member that is a symbolic link."""
    file = io.BytesIO(entry("word/a.xml"))
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
    return file.getvalue()


def unpackable() -> bytes:
    """The list of types, which is read first, cannot be inflated."""
    place = DOCX.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    return DOCX[:place] + bytes(255 - each for each in DOCX[place : place + 4]) + DOCX[place + 4 :]


def commented(archive: bytes, comment: bytes) -> bytes:
    return archive[:-2] + struct.pack("<H", len(comment)) + comment


def inside(archive: bytes, behind: int) -> bytes:
    """An archive whose comment is what stands behind it, so that programs open it."""
    return archive[:-2] + struct.pack("<H", behind)


ZIP = package({"evil.html": HTML})
MACRO = b'<Override ContentType="application/vnd.ms-word.document.macro%snabled.main+xml"/>'
ZIP64_END = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 12)
END_OF_PNG = chunk(b"IEND", b"")
BAD: dict[str, tuple[Kind, bytes]] = {
    "nothing": (kinds.PDF, b""),
    "a page called PDF": (kinds.PDF, HTML),
    "a PDF behind a page": (kinds.PDF, HTML + PDF),
    "a PDF that begins like a page": (kinds.PDF, b"%PDF-1.7\n" + HTML + PDF[9:]),
    "a PDF without an end": (kinds.PDF, PDF[:-7]),
    "a PDF with something behind": (kinds.PDF, PDF + HTML),
    "a PDF with an archive behind": (kinds.PDF, PDF + ZIP),
    "a PDF with an archive in its end": (kinds.PDF, PDF + ZIP + b"%%EOF"),
    "a picture with an archive behind": (kinds.PNG, PNG + ZIP),
    "a picture that is cut": (kinds.PNG, PNG[:-5]),
    "a picture of its beginning alone": (kinds.PNG, PNG[:8]),
    "a photograph with an archive behind": (kinds.JPEG, JPEG + ZIP),
    "a photograph with a page behind": (kinds.JPEG, JPEG + HTML),
    "a photograph that is cut": (kinds.JPEG, JPEG[:-2]),
    "a film with something behind": (kinds.MP4, MP4 + ZIP),
    "a film of another brand": (kinds.MP4, MP4.replace(b"isom", b"evil").replace(b"mp42", b"evil")),
    "a page called text": (kinds.TEXT, b"\n " + HTML),
    "a PDF called text": (kinds.TEXT, PDF),
    "bytes called text": (kinds.TEXT, b"abc\x00def"),
    "UTF-16 called CSV": (kinds.CSV, "a,b\n".encode("utf-16")),
    "Latin-1 called CSV": (kinds.CSV, "é,b\n".encode("latin-1")),
    "control characters far behind": (kinds.TEXT, b"a" * 2_000_000 + b"\x1b[31m"),
    "an archive called Word": (kinds.DOCX, ZIP),
    "Excel called Word": (kinds.DOCX, GOOD[kinds.XLSX]),
    "two kinds in one": (kinds.DOCX, package({
        "[Content_Types].xml": TYPES, "word/document.xml": b"", "xl/workbook.xml": b""
    })),
    "something before the archive": (kinds.DOCX, b"PK\x03\x04" + DOCX),
    "something behind the archive": (kinds.DOCX, DOCX + b"<html>"),
    "macros": (kinds.DOCX, entry("word/vbaProject.bin")),
    "macros by their type": (kinds.DOCX, package({
        "[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml",
        "word/document.xml": b"",
    })),
    "macros by their type, of an archive": (kinds.DOCX, typed(b"<T>" + MACRO % b"E" + b"</T>")),
    "macros by their type, written out": (kinds.DOCX, typed(b"<T>" + MACRO % b"&#69;" + b"</T>")),
    "macros by their type, in UTF-16": (
        kinds.DOCX, typed((b"<T>" + MACRO % b"E" + b"</T>").decode().encode("utf-16"))
    ),
    "macros under another name": (kinds.DOCX, typed(
        b'<T><Override ContentType="application/vnd.ms-office.vbaProject"/></T>', m=b"x"
    )),
    "types with entities": (kinds.DOCX, typed(b"<!DOCTYPE T [<!ENTITY a 'b'>]><T/>")),
    "types in an unknown encoding": (kinds.DOCX, typed(b"<?xml version='1.0' encoding='x'?><T/>")),
    "a link to another file": (kinds.DOCX, linked(b"/etc/passwd")),
    "a page in the archive's comment": (kinds.DOCX, commented(DOCX, HTML)),
    "a program whose name ends in a dot": (kinds.DOCX, entry("word/embeddings/run.exe.")),
    "a picture with an archive inside": (kinds.PNG, (
        PNG[: -len(END_OF_PNG)] + chunk(b"zIPs", inside(ZIP, 16)) + END_OF_PNG
    )),
    "a picture with a large archive inside": (kinds.PNG, (
        PNG[: -len(END_OF_PNG)] + chunk(b"zIPs", ZIP + ZIP64_END) + END_OF_PNG
    )),
    "a photograph with an archive inside": (kinds.JPEG, (
        JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(ZIP) + 2) + inside(ZIP, len(JPEG) - 2)
        + JPEG[2:]
    )),
    "a film with an archive inside": (kinds.MP4, (
        MP4 + struct.pack(">I4s", len(ZIP) + 8, b"free") + ZIP
    )),
    "a program": (kinds.DOCX, entry("word/embeddings/run.EXE")),
    "macros of OpenDocument": (kinds.ODT, package(
        {"mimetype": kinds.ODT.media_type.encode(), "Basic/Standard/m.xml": b"x"}, first="mimetype"
    )),
    "OpenDocument of another kind": (kinds.ODT, open_document(kinds.ODS)),
    "a name that climbs": (kinds.DOCX, entry("../../etc/passwd")),
    "an absolute name": (kinds.DOCX, entry("/etc/passwd")),
    "a name of Windows": (kinds.DOCX, entry("C:\\evil.xml")),
    "two of one name": (kinds.DOCX, entry("WORD/DOCUMENT.XML")),
    "far too much": (kinds.DOCX, entry("word/media/zeros", b"\0" * 5_000_000)),
    "more than it says": (kinds.DOCX, lying(10)),
    "less than it says": (kinds.DOCX, patched(
        entry("word/a.xml", b"\0" * 99_999), struct.pack("<L", 99_999), struct.pack("<L", 100_001)
    )),
    "an archive of nothing": (kinds.ODT, (
        b"PK\x03\x04" + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 4, 0)
    )),
    "a list of types that cannot be unpacked": (kinds.DOCX, unpackable()),
    "a list of types that ends too early": (kinds.DOCX, patched(
        DOCX, struct.pack("<L", len(TYPES)), struct.pack("<L", len(TYPES) + 999)
    )),
    "two of one name but for how its letters are made": (kinds.DOCX, package({
        "[Content_Types].xml": TYPES, "word/document.xml": b"",
        "word/caf\u00e9.xml": b"", "word/cafe\u0301.xml": b"",
    })),
    "members over each other": (kinds.DOCX, overlapping()),
    "too many members": (kinds.DOCX, many(packages.MOST_MEMBERS)),
    "another method": (kinds.DOCX, package(
        {"[Content_Types].xml": TYPES, "word/document.xml": b"a" * 99}, zipfile.ZIP_BZIP2
    )),
}  # fmt: skip


def test_bytes_that_end_an_archive_by_chance_are_no_archive() -> None:
    by_chance = struct.pack("<4s4H2LH", b"PK\x05\x06", 1, 2, 3, 4, 5, 6, 7)
    picture = PNG[: -len(END_OF_PNG)] + chunk(b"tEXt", by_chance) + END_OF_PNG
    assert judged(picture, kinds.PNG) == "taken"


@pytest.mark.parametrize("what", BAD)
def test_what_is_two_things_at_once_or_more_than_it_seems_is_refused(what: str) -> None:
    kind, content = BAD[what]
    assert judged(content, kind) in {"file-refused", "unsupported-media-type"}


def test_looking_at_a_file_costs_no_more_than_reading_it() -> None:
    """Markers of a photograph that nothing follows, and ends of archives that are none."""
    size = 8_000_000
    fill, alone = b"\xff" * size, b"\xff\xd0" * (size // 2)
    ends = b"x" * size + END_OF_ZIP * (sniffing.TAIL // len(END_OF_ZIP))
    began = time.process_time()
    outcomes = [
        judged(JPEG[:2] + fill + JPEG[2:], kinds.JPEG),
        judged(JPEG[:2] + alone + JPEG[2:], kinds.JPEG),
        judged(PDF + ends + b"%%EOF", kinds.PDF),
    ]
    spent = time.process_time() - began
    began = time.process_time()
    for _ in range(3):
        hashlib.sha256(fill).digest()
    assert outcomes == ["taken", "file-refused", "taken"]
    assert spent < 20 * (time.process_time() - began)


def test_a_bomb_is_refused_without_unpacking_it_into_memory() -> None:
    """Of a file that would be 400 MB: first by what it says, then by what it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", b"<d/>")
        with archive.open("word/bomb.xml", "w") as member:
            for _ in range(40):
                member.write(b"\0" * 1_000_000)
    honest = file.getvalue()
    lies = patched(honest, struct.pack("<L", 40_000_000), struct.pack("<L", 900_000))
    tracemalloc.start()
    try:
        outcomes = [judged(each, kinds.DOCX) for each in (honest, lies)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert outcomes == ["file-refused", "file-refused"]
    assert peak < 3_000_000


@given(st.binary(max_size=400), st.sampled_from(list(GOOD)), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_damage_never_surprises(noise: bytes, kind: Kind, place: int) -> None:
    """Whatever is written over a good file, it is taken or refused in words."""
    good = GOOD[kind]
    place %= len(good)
    broken = good[:place] + noise + good[place + len(noise) // 2 :]
    assert judged(broken, kind) in {"taken", "file-refused", "unsupported-media-type"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc_passwd.pdf"),
        ("C:\\temp\\x.pdf", "C__temp_x.pdf"),
        ("note\u202efdp.exe", "notefdp.exe.pdf"),
        ("con.pdf", "_con.pdf"),
        ("...", "document.pdf"),
        ("بيان.PDF", "بيان.PDF"),
        ("e\u0301.pdf", "é.pdf"),
        ("a" * 500, "a" * 190 + ".pdf"),
        ("con .pdf", "_con.pdf"),
        ("con" + " " * 300 + "x.pdf", "_con.pdf"),
        ("COM¹", "_COM¹.pdf"),
        ("声" * 199, "声" * 78 + ".pdf"),
        ("x" + "e\u0301\u0323" * 90, "x" + "\u1eb9\u0301" * 46 + ".pdf"),
        ("\u0301" * 199, "document.pdf"),
    ],
)
def test_names_lead_nowhere_and_end_as_their_kind_does(name: str, safe: str) -> None:
    assert safe_name(name, kinds.PDF) == safe


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = safe_name(name, kinds.CSV)
    assert safe.lower().endswith(".csv")
    assert 5 <= len(safe) <= 200
    assert len(safe.encode()) <= 255
    assert not set('/\\:*?"<>|\r\n\0') & set(safe)
    assert not safe.startswith((".", " "))
    assert safe_name(safe, kinds.CSV) == safe


def test_text_in_every_script_is_text() -> None:
    assert judged(TEXT * 60_000, kinds.TEXT) == "taken"  # read in pieces that cut characters
    assert judged(b"\xef\xbb\xbf" + CSV, kinds.CSV) == "taken"
