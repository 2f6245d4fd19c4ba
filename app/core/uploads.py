"""Files that people send as the body of a request: a few kinds, told by their bytes, bounded."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self
from urllib.parse import quote

from fastapi import Query, Request, Response

from app.core.fields import ShortLine
from app.core.openapi import Responses
from app.core.problems import BadRequest, UnsupportedMediaType

LIMIT: Final = 5_000_000
"""Bytes of one file."""
KINDS: Final[Mapping[str, tuple[bytes, tuple[str, ...]]]] = {
    "application/pdf": (b"%PDF-", (".pdf",)),
    "image/png": (b"\x89PNG\r\n\x1a\n", (".png",)),
    "image/jpeg": (b"\xff\xd8\xff", (".jpg", ".jpeg")),
}
"""How a file of each kind begins, and how its name may end."""
_UNSAFE = re.compile(r'[/\\:*?"<>|;%]')

FileName = Annotated[
    ShortLine, Query(description="What the file is called.", examples=["note-verbale.pdf"])
]
_CONTENT: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary", "maxLength": LIMIT}}
    for media_type in KINDS
}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself; its first bytes must be those of its kind.",
        "content": _CONTENT,
    }
}
"""`openapi_extra` of an operation that takes a file."""
FILE_ANSWER: Responses = {200: {"description": "The file, to be saved.", "content": _CONTENT}}
"""`responses` of an operation that gives one."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    media_type: str
    content: bytes


class FileResponse(Response):
    """A file that is saved and never shown within a page of ours."""

    @classmethod
    def of(cls, upload: Upload) -> Self:
        headers = {
            "Content-Disposition": disposition(upload.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return cls(upload.content, media_type=upload.media_type, headers=headers)


async def uploaded_file(request: Request, name: FileName) -> Upload:
    """The body as a file; raises `UnsupportedMediaType` for what it is not, or is not taken."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body()
    if said in KINDS and not content:
        raise BadRequest("The body is empty.")
    if said not in KINDS or sniffed(content) != said:
        reason = "The bytes are of another kind." if said in KINDS else "Send PDF, PNG or JPEG."
        raise UnsupportedMediaType(reason, headers={"Accept": ", ".join(KINDS)})
    return Upload(named(name, said), said, content)


def sniffed(content: bytes) -> str | None:
    """The kind that the bytes themselves are of, whatever the sender says."""
    found = (kind for kind, (magic, _) in KINDS.items() if content.startswith(magic))
    return next(found, None)


def named(name: str, media_type: str) -> str:
    """A name that is safe to save under, and ends as its kind does."""
    kept = "".join(each for each in name if unicodedata.category(each) not in {"Cf", "Cc"})
    kept = _UNSAFE.sub("_", kept).strip(" .") or "file"
    endings = KINDS[media_type][1]
    return kept if kept.lower().endswith(endings) else f"{kept[:190]}{endings[0]}"


def disposition(name: str) -> str:
    """`Content-Disposition` of a file to be saved (RFC 6266), also for names in any script."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
