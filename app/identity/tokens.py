"""Making and reading the secrets that callers carry."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from uuid import UUID

PREFIX = "sec_"
_LINKS = b"link"
_OPENINGS = b"opened"


def new_token() -> str:
    """A bearer token with 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is kept of a token; its randomness makes a slow hash needless."""
    return hashlib.sha256(token.encode()).digest()


def link_token(secret: bytes, link_id: UUID) -> str:
    """The token of a link."""
    return sealed(secret, _LINKS, link_id)


def read_link_token(secret: bytes, token: str) -> UUID | None:
    """The link that a token opens, or None for a forged one."""
    return read_sealed(secret, _LINKS, token)


def opening_token(secret: bytes, message_id: UUID) -> str:
    """What a mail says when it is opened; nobody can make one up for another mail."""
    return sealed(secret, _OPENINGS, message_id)


def read_opening_token(secret: bytes, token: str) -> UUID | None:
    """The message that a token is of, or None for a forged one."""
    return read_sealed(secret, _OPENINGS, token)


def link_code(secret: bytes, link_id: UUID, asked_at: datetime) -> str:
    """Six digits that prove a mailbox: nobody without the key makes them, so none are stored."""
    moment = asked_at.astimezone(UTC).isoformat(timespec="microseconds")
    about = b"code\0" + link_id.bytes + moment.encode()
    digest = hmac.digest(secret, about, hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def sealed(secret: bytes, kind: bytes, thing_id: UUID) -> str:
    """A token that opens one thing: its id and 160 bits of a keyed signature, so nothing need be
    stored; the kind is signed too, so that a token for one kind is none for another.
    """
    return base64.urlsafe_b64encode(thing_id.bytes + _signature(secret, kind, thing_id)).decode()


def read_sealed(secret: bytes, kind: bytes, token: str) -> UUID | None:
    """The thing that a token opens, or None for a forged one."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    if len(raw) != 36:
        return None
    thing_id = UUID(bytes=raw[:16])
    return thing_id if hmac.compare_digest(raw[16:], _signature(secret, kind, thing_id)) else None


def _signature(secret: bytes, kind: bytes, thing_id: UUID) -> bytes:
    return hmac.digest(secret, kind + b"\0" + thing_id.bytes, hashlib.sha256)[:20]
