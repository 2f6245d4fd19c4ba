"""Mails taken apart within bounds (RFC 5322, RFC 2045 and following).

The standard library's parser sees blocks of headers only, each of them short: what is large, deep
or endless is found before, by counting. Broken encodings are read as far as they go.
"""

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value
from typing import Self

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_HEADER_OCTETS = 256_000
MAX_HEADER_LINES = 5_000
MAX_BOUNDARY = 70
"""RFC 2046 section 5.1.1."""
MAX_VALUE = 4_000
"""Characters of a header's value that are looked at."""

_HEADER = re.compile(rb"(From [^\n]{0,500}\n)?[!-9;-~]{1,200}[ \t]*:")
_BLANK = re.compile(rb"\n[ \t]*\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "raw_unicode_escape", "unicode-escape", "undefined"}
)
"""Codecs that Python has beside charsets; some take a long time."""
_PIECE = re.compile(r'\\.|[()"]|[^\\()"]+', re.DOTALL)
"""Of a header whose value has comments and quoted words."""
_SPACES = re.compile(r"[\x00-\x20\x7f]+")


class MailRefused(ValueError):
    """The mail is over a bound, or is no mail at all."""


@dataclass(slots=True)
class Budget:
    """What one mail may still have."""

    parts: int = MAX_PARTS
    header_octets: int = MAX_HEADER_OCTETS
    header_lines: int = MAX_HEADER_LINES

    def take_part(self) -> None:
        self.parts -= 1
        if self.parts < 0:
            raise MailRefused(f"A mail may have {MAX_PARTS} parts.")

    def take_header(self, block: bytes) -> None:
        self.header_octets -= len(block)
        self.header_lines -= block.count(b"\n")
        if self.header_octets < 0 or self.header_lines < 0:
            raise MailRefused("A mail may have headers of 256 kB in 5,000 lines.")


@dataclass(frozen=True, slots=True)
class Part:
    """A header with what follows it; the parts of a multipart are parts of its own."""

    header: "Message[str, str]"
    body: memoryview
    """A window on the mail, so that parts within parts cost no memory."""
    parts: tuple["Part", ...] = field(default=())

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The whole mail; raises `MailRefused`."""
        lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
        if not _HEADER.match(lines):
            raise MailRefused("It does not begin like a mail.")
        try:
            return cls._part(memoryview(lines), Budget(), 0)
        except (LookupError, TypeError, UnicodeError) as error:
            raise MailRefused("Its headers cannot be read.") from error

    @classmethod
    def _part(cls, lines: memoryview, budget: Budget, depth: int) -> Self:
        budget.take_part()
        block, body = _split(lines)
        budget.take_header(block)
        header = message_from_bytes(block, policy=compat32)
        if len(str(header.get("content-type", ""))) > MAX_VALUE:
            raise MailRefused("A Content-Type is too long.")
        boundary = _boundary(header)
        if boundary is None:
            return cls(header, body)
        if depth >= MAX_DEPTH:
            raise MailRefused(f"Parts may lie {MAX_DEPTH} deep.")
        between = _between(body, boundary, budget)
        return cls(header, body, tuple(cls._part(part, budget, depth + 1) for part in between))

    @property
    def type(self) -> str:
        return self.header.get_content_type()

    def parameter(self, name: str) -> str:
        """Of the Content-Type."""
        return str(collapse_rfc2231_value(self.header.get_param(name) or ""))[:200]

    def leaves(self) -> Iterator["Part"]:
        """The parts without parts, in their order; what is forwarded within is not opened."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def content(self, octets: int) -> bytes:
        """So many octets of the body without its transfer encoding, as far as it can be undone."""
        match str(self.header.get("content-transfer-encoding", "")).strip().lower():
            case "base64":
                return _from_base64(bytes(self.body[: 2 * octets]))[:octets]
            case "quoted-printable":
                return quopri.decodestring(bytes(self.body[: 4 * octets]))[:octets]
            case _:
                return bytes(self.body[:octets])

    def text(self, length: int) -> str:
        """The first characters of the content, in whatever charset it claims to be."""
        return decoded(self.content(4 * length), self.parameter("charset"))[:length]


def value_of(header: "Message[str, str]", name: str) -> str:
    """One line of text: encoded words decoded, breaks and control characters as spaces."""
    raw = "".join(raw_values(header, name)[:1])
    try:
        words = decode_header(raw)
    except (HeaderParseError, ValueError):
        words = [(raw, None)]
    text = "".join(w if isinstance(w, str) else decoded(w, charset or "") for w, charset in words)
    return _SPACES.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def raw_values(header: "Message[str, str]", name: str) -> list[str]:
    """Each such header as it stands, without any decoding but that of UTF-8 (RFC 6532)."""
    return [
        value[:MAX_VALUE].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for key, value in header.raw_items()
        if key.lower() == name
    ]


def unquoted(value: str) -> str | None:
    """What is neither in quotes nor in a comment (RFC 5322 section 3.2); None where one of them
    has no end, or a comment no beginning.
    """
    text, depth, quoted = "", 0, False
    for piece in _PIECE.findall(value):
        if quoted:
            quoted = piece != '"'
        elif piece in {"(", ")"}:
            depth += 1 if piece == "(" else -1
            text += " "
        elif not depth:
            quoted = piece == '"'
            text += piece
        if depth < 0:
            return None
    return None if quoted or depth else text


def decoded(raw: bytes, charset: str) -> str:
    """In the charset that is named, or in UTF-8 where there is no such charset."""
    try:
        name = codecs.lookup(charset[:40] or "utf-8").name
        return raw.decode("utf-8" if name in _NO_CHARSETS else name, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _split(lines: memoryview) -> tuple[bytes, memoryview]:
    """Header and body; where nothing separates them, all is header, and soon too much of it."""
    if bytes(lines[:1]) == b"\n":
        return b"", lines[1:]
    found = _BLANK.search(lines, 0, MAX_HEADER_OCTETS + 2)
    if found is None:
        return bytes(lines[: MAX_HEADER_OCTETS + 1]), lines[len(lines) :]
    return bytes(lines[: found.start() + 1]), lines[found.end() :]


def _boundary(header: "Message[str, str]") -> bytes | None:
    if header.get_content_maintype() != "multipart":
        return None
    raw = str(header.get_boundary("")).encode("ascii", "replace")
    return raw if 0 < len(raw) <= MAX_BOUNDARY else None


def _between(body: memoryview, boundary: bytes, budget: Budget) -> list[memoryview]:
    """What stands between the delimiters; a mail that ends too early ends its last part."""
    delimiter = re.compile(rb"(?:\A|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\n|\Z)")
    parts: list[memoryview] = []
    start = None
    for found in delimiter.finditer(body):
        if start is not None:
            parts.append(body[start : max(start, found.start())])
            if len(parts) > budget.parts:
                raise MailRefused(f"A mail may have {MAX_PARTS} parts.")
        start = None if found[1] else min(found.end() + 1, len(body))
        if found[1]:
            break
    if start is not None:
        parts.append(body[start:])
    return parts


def _from_base64(packed: bytes) -> bytes:
    """Whatever is no letter of it is passed over, and an end that was lost is made up for."""
    packed = _NOT_BASE64.sub(b"", packed)
    whole = len(packed) // 4 * 4
    rest = packed[whole:]
    if len(rest) > 1:  # a single letter holds no octet
        packed, whole = packed + b"=" * (4 - len(rest)), whole + 4
    return binascii.a2b_base64(packed[:whole])
