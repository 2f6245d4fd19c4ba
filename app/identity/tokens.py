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
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != 36:
        return None
    link_id = UUID(bytes=raw[:16])
    return link_id if hmac.compare_digest(raw[16:], _signature(secret, link_id)) else None


def _signature(secret: bytes, link_id: UUID) -> bytes:
    return hmac.digest(secret, b"link\0" + link_id.bytes, hashlib.sha256)[:20]
