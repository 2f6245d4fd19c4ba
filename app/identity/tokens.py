"""Making and reading the secrets that callers carry."""

import base64
import binascii
import hashlib
import hmac
import secrets
from uuid import UUID

PREFIX = "sec_"


def new_token() -> str:
    """A bearer token with 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token; its randomness makes a slow hash needless."""
    return hashlib.sha256(token.encode()).digest()


def link_token(secret: bytes, link_id: UUID) -> str:
    """The token of a link: its id and 160 bits of a keyed signature, so nothing need be stored."""
    return base64.urlsafe_b64encode(link_id.bytes + _signature(secret, link_id)).decode()


def read_link_token(secret: bytes, token: str) -> UUID | None:
    """The link that a token opens, or None for a forged one."""
    return _read(secret, token, b"link")


def opening_token(secret: bytes, message_id: UUID) -> str:
    """What a mail says when it is opened; nobody can make one up for another mail."""
    signature = _signature(secret, message_id, b"opened")
    return base64.urlsafe_b64encode(message_id.bytes + signature).decode()


def read_opening_token(secret: bytes, token: str) -> UUID | None:
    """The message that a token is of, or None for a forged one."""
    return _read(secret, token, b"opened")


def _read(secret: bytes, token: str, use: bytes) -> UUID | None:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != 36:
        return None
    found = UUID(bytes=raw[:16])
    return found if hmac.compare_digest(raw[16:], _signature(secret, found, use)) else None


def _signature(secret: bytes, thing: UUID, use: bytes = b"link") -> bytes:
    return hmac.digest(secret, use + b"\0" + thing.bytes, hashlib.sha256)[:20]
