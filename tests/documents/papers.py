"""Files of all kinds, good and bad, made here."""

import io
import struct
import zipfile
import zlib

from app.documents import kinds

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
JPEG = (
    b"\xff\xd8"
    b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    b"\x12\xff\x00\x34\xff\xd0\x56"
    b"\xff\xd9"
)
MP4 = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"mp42") + struct.pack(">I4s", 8, b"mdat")
TEXT = "Déclaration — بيان — 声明\n".encode()
CSV = "country,délégués\nFR,3\n".encode()
TYPES = b'<?xml version="1.0"?><Types><Default ContentType="application/xml"/></Types>'


def package(
    members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, first: str | None = None
) -> bytes:
    """A ZIP archive; `first` is stored as it is, as OpenDocument wants its type."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            kept = zipfile.ZIP_STORED if name == first else method
            archive.writestr(zipfile.ZipInfo(name), content, kept)
    return file.getvalue()


def office(member: str = "word/document.xml", **more: bytes) -> bytes:
    others = {name.replace("__", "/"): content for name, content in more.items()}
    return package({"[Content_Types].xml": TYPES, member: b"<document/>"} | others)


def open_document(kind: kinds.Kind) -> bytes:
    members = {"mimetype": kind.media_type.encode(), "content.xml": b"<office/>"}
    return package(members, first="mimetype")


DOCX, XLSX, PPTX = office(), office("xl/workbook.xml"), office("ppt/presentation.xml")
GOOD = {
    kinds.PDF: PDF,
    kinds.PNG: PNG,
    kinds.JPEG: JPEG,
    kinds.MP4: MP4,
    kinds.TEXT: TEXT,
    kinds.CSV: CSV,
    kinds.DOCX: DOCX,
    kinds.XLSX: XLSX,
    kinds.PPTX: PPTX,
    **{kind: open_document(kind) for kind in kinds.OPEN_DOCUMENT.values()},
}
