"""Addresses that tell what an answer belongs to: `replies+m.TOKEN@example.org`.

The token is an id with a keyed signature, so nothing is stored, and nobody who did not get the mail
can make one. It is written in what survives every mail program: lower-case letters and digits, at
most 64 characters before the `@` (RFC 5321 section 4.5.3.1.1).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.fields import normalised_email

LONGEST_BASE = 18
"""Characters before the `@` of the address itself, so that a token has room behind it."""
_SIGNED = 10


class Use(StrEnum):
    """What mail to such an address is, and of what the token has the id."""

    ANSWER = "m"
    """Somebody answers a message."""
    BOUNCE = "b"
    """A mail server reports about a message."""
    ENTRY = "c"
    """A calendar program answers for the entry of a registration."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a good token says."""

    use: Use
    id: UUID

    @property
    def key(self) -> bytes:
        """What tells it from others."""
        return self.use.value.encode() + self.id.bytes


def tagged(base: str, use: Use, key: UUID, secret: bytes) -> str:
    """The address at which answers about this one thing arrive."""
    local, _, domain = base.rpartition("@")
    raw = key.bytes + _signature(secret, use, key)
    token = base64.b32encode(raw).decode().rstrip("=").lower()
    return f"{local}+{use.value}.{token}@{domain}"


def is_ours(base: str, address: str) -> bool:
    """Whether mail to the address is for us, with a token or without one."""
    local, _, domain = normalised_email(address).rpartition("@")
    own, _, own_domain = normalised_email(base).rpartition("@")
    return domain == own_domain and local.partition("+")[0] == own


def read_tag(base: str, address: str, secret: bytes) -> Tag | None:
    """What the address says; None without a token or with one that we did not make."""
    if not is_ours(base, address):
        return None
    said = normalised_email(address).rpartition("@")[0].partition("+")[2]
    kind, _, token = said.partition(".")
    try:
        use = Use(kind)
        raw = base64.b32decode((token + "=" * (-len(token) % 8)).encode("ascii"), casefold=True)
    except (ValueError, UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != 16 + _SIGNED:
        return None
    key = UUID(bytes=raw[:16])
    return Tag(use, key) if hmac.compare_digest(raw[16:], _signature(secret, use, key)) else None


def _signature(secret: bytes, use: Use, key: UUID) -> bytes:
    signed = b"reply\0" + use.value.encode() + key.bytes
    return hmac.digest(secret, signed, hashlib.sha256)[:_SIGNED]
