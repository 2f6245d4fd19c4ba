"""Signing mails as their domain's own (DKIM: RFC 6376, RFC 8301, RFC 8463)."""

import base64
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

SIGNED = (
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-language",
    b"auto-submitted",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
"""What nobody on the way may change; each as often as it is there."""

OVERSIGNED = b"from"
"""Named once more than it is there, so that a second one added on the way breaks the signature."""

SMALLEST_KEY = 1024
"""Bits; verifiers take no shorter RSA key (RFC 8301)."""

_SPACE = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_WIDTH = 72
_TXT_LENGTH = 255
"""Bytes that one string of a TXT record holds."""

Key = RSAPrivateKey | Ed25519PrivateKey
Field = tuple[bytes, bytes]


class KeyUnusable(ValueError):
    """The file holds no key that mails can be signed with."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A domain's key, and the selector under which its public half is found in the DNS."""

    domain: str
    selector: str
    key: Key

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    def sign(self, mail: bytes, moment: datetime) -> bytes:
        """The same mail with a signature in front; it must not be changed any more."""
        head, _, body = mail.partition(b"\r\n\r\n")
        fields = fields_of(head)
        names = _names(fields)
        unsigned = self._unsigned(names, body_hash(body), moment)
        signed = [*chosen(fields, names), (b"DKIM-Signature", unsigned)]
        signature = base64.b64encode(self._signature(canonical_head(signed)))
        return b"DKIM-Signature:" + unsigned + _wrapped(signature) + b"\r\n" + mail

    def record(self) -> str:
        """The DNS record to publish, as a zone file has it."""
        text = f"v=DKIM1; k={'rsa' if self.algorithm.startswith('rsa') else 'ed25519'}; p="
        text += base64.b64encode(self._public()).decode()
        parts = [text[at : at + _TXT_LENGTH] for at in range(0, len(text), _TXT_LENGTH)]
        strings = " ".join(f'"{part}"' for part in parts)
        return f"{self.selector}._domainkey.{self.domain}. IN TXT ( {strings} )"

    def _unsigned(self, names: Sequence[bytes], body: bytes, moment: datetime) -> bytes:
        """The header without its signature, which comes last."""
        lines = [
            f" v=1; a={self.algorithm}; c=relaxed/relaxed;".encode(),
            f" d={self.domain}; s={self.selector}; t={int(moment.timestamp())};".encode(),
            *_lines_of_names(names),
            b" bh=" + body + b";",
            b" b=",
        ]
        return b"\r\n".join(lines)

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(sha256(data).digest())

    def _public(self) -> bytes:
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_signer(domain: str, selector: str, path: Path) -> Signer:
    """The signer with the key of a PEM file. Raises `KeyUnusable`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"The DKIM key {path} cannot be read: {error}") from None
    if isinstance(key, RSAPrivateKey):
        if key.key_size < SMALLEST_KEY:
            raise KeyUnusable(f"The DKIM key {path} has less than {SMALLEST_KEY} bits.")
        return Signer(domain, selector, key)
    if isinstance(key, Ed25519PrivateKey):
        return Signer(domain, selector, key)
    raise KeyUnusable(f"The DKIM key {path} is neither RSA nor Ed25519.")


def fields_of(head: bytes) -> list[Field]:
    """Name and value of each header, folded as it stands there."""
    unfolded: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and unfolded:
            unfolded[-1] += b"\r\n" + line
        elif line:
            unfolded.append(line)
    return [(name, value) for name, _, value in (each.partition(b":") for each in unfolded)]


def chosen(fields: Iterable[Field], names: Iterable[bytes]) -> list[Field]:
    """The headers that a list of names stands for: of several with one name the last ones first.

    A name for which there is none left stands for nothing (RFC 6376 section 5.4.2).
    """
    left: dict[bytes, list[Field]] = {}
    for name, value in fields:
        left.setdefault(name.strip().lower(), []).append((name, value))
    return [left[name].pop() for name in names if left.get(name)]


def canonical_head(fields: Iterable[Field]) -> bytes:
    """Relaxed: names in lower case, unfolded, runs of blanks as one (section 3.4.2)."""
    return b"\r\n".join(
        name.strip().lower() + b":" + _SPACE.sub(b" ", _FOLD.sub(b"", value)).strip()
        for name, value in fields
    )


def canonical_body(body: bytes) -> bytes:
    """Relaxed: runs of blanks as one, none at ends of lines, no empty lines at the end (3.4.4)."""
    lines = [_SPACE.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def body_hash(body: bytes) -> bytes:
    return base64.b64encode(sha256(canonical_body(body)).digest())


def _names(fields: Iterable[Field]) -> list[bytes]:
    """What the signature covers, in the order of `SIGNED`."""
    there = Counter(name.strip().lower() for name, _ in fields)
    there[OVERSIGNED] += 1
    return [name for name in SIGNED for _ in range(there[name])]


def _lines_of_names(names: Sequence[bytes]) -> list[bytes]:
    """`h=`, broken behind colons."""
    lines = [b" h="]
    for place, name in enumerate(names):
        part = name + (b":" if place < len(names) - 1 else b";")
        if len(lines[-1]) + len(part) > _WIDTH:
            lines.append(b"  ")
        lines[-1] += part
    return lines


def _wrapped(signature: bytes) -> bytes:
    parts = [signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)]
    return b"\r\n  ".join(parts)
