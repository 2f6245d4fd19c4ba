"""Signatures of mails, checked by a reader of our own that shares no code with the signer."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)

from app.calendar.writer import Method
from app.mail.dkim import Key, KeyUnusable, Signer, canonical_body, read_signer
from app.mail.letters import Invite, Letter
from app.mail.mime import Heading, enclose
from tests import node

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
KEYS: dict[str, Key] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}


def mail(recipient: str = "amina@example.org") -> bytes:
    letter = Letter(
        language="fr",
        sender_name="Comité  des données",
        subject="Invitation : " + "une très longue réunion " * 12 + "会议",
        text="Bonjour  \n\n.\n tout\tle  monde \n\n\n",
        html="<p>é</p>\n",
        invite=Invite(method=Method.REQUEST, body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    )
    heading = Heading(
        key=uuid4(),
        message_id="<one@example.org>",
        refers_to="<first@example.org>",
        sender="secretariat@example.org",
        reply_to="committee@example.org",
        recipient=recipient,
        recipient_name="Амина Росси",
        date=MOMENT,
    )
    return enclose(letter, heading).data


def unfolded(value: str) -> str:
    return re.sub(r"[ \t]+", " ", re.sub(r"\r\n(?=[ \t])", "", value)).strip()


def is_good(signed: bytes, record: str) -> bool:
    """RFC 6376 section 6.1, for relaxed/relaxed, over latin-1 so that bytes stay bytes."""
    head, _, body = signed.decode("latin-1").partition("\r\n\r\n")
    headers = re.findall(r"([!-9;-~]+)[ \t]*:((?:[^\r]|\r\n[ \t])*)(?:\r\n|\Z)", head)
    assert headers[0][0] == "DKIM-Signature"
    signature = headers[0][1]
    tags = {
        part.partition("=")[0].strip(): re.sub(r"\s", "", part.partition("=")[2])
        for part in signature.split(";")
    }
    assert (tags["v"], tags["c"], tags["d"], tags["s"]) == (
        "1",
        "relaxed/relaxed",
        "example.org",
        "s1",
    )
    lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in body.split("\r\n")]
    text = re.sub(r"(\r\n)*\Z", "", "\r\n".join(lines))
    digest = hashlib.sha256((text + "\r\n").encode("latin-1") if text else b"").digest()
    if base64.b64encode(digest).decode() != tags["bh"]:
        return False
    rest = list(headers[1:])
    covered = ""
    for name in tags["h"].split(":"):
        for place in reversed(range(len(rest))):
            if rest[place][0].lower() == name:
                covered += f"{name}:{unfolded(rest.pop(place)[1])}\r\n"
                break
    covered += "dkim-signature:" + unfolded(re.sub(r"(?<=\bb=)[^;]*\Z", "", signature))
    return verifies(tags, covered.encode("latin-1"), record)


def verifies(tags: dict[str, str], data: bytes, record: str) -> bool:
    published = base64.b64decode("".join(re.findall('"([^"]*)"', record)).partition("p=")[2])
    signature = base64.b64decode(tags["b"])
    try:
        if tags["a"] == "rsa-sha256":
            key = load_der_public_key(published)
            assert isinstance(key, rsa.RSAPublicKey)
            key.verify(signature, data, padding.PKCS1v15(), SHA256())
        else:
            assert tags["a"] == "ed25519-sha256"
            public = ed25519.Ed25519PublicKey.from_public_bytes(published)
            public.verify(signature, hashlib.sha256(data).digest())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("recipient", ["amina@example.org", "амина@example.org"])
def test_a_signature_is_good_and_leaves_the_mail_as_it_was(kind: str, recipient: str) -> None:
    signer = Signer("example.org", "s1", KEYS[kind])
    plain = mail(recipient)
    signed = signer.sign(plain, MOMENT)
    assert signed.endswith(plain)
    assert is_good(signed, signer.record())
    header = signed.removesuffix(plain).decode("ascii")
    assert max(len(line) for line in header.split("\r\n")) <= 78
    assert f"t={int(MOMENT.timestamp())};" in header


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(
    ("before", "after", "good"),
    [
        ("Subject: ", "Subject:  ", True),
        ('charset="utf-8"\r\n', 'charset="utf-8" \t\r\n', True),
        ("Subject: ", "Subject: Re: ", False),
        ("Message-ID: <one", "Message-ID: <two", False),
        ('method="REQUEST"', 'method="CANCEL"', False),
        ("Reply-To: committee", "Reply-To: somebody", False),
        ("Auto-Submitted: auto-generated\r\n", "", False),
        ("From: ", "From: evil@example.org\r\nFrom: ", False),
    ],
)
def test_what_is_changed_on_the_way_is_noticed(
    kind: str, before: str, after: str, good: bool
) -> None:
    signer = Signer("example.org", "s1", KEYS[kind])
    signed = signer.sign(mail(), MOMENT)
    changed = signed.replace(before.encode(), after.encode(), 1)
    assert changed != signed
    assert is_good(changed, signer.record()) is good


def test_a_reader_of_another_maker_agrees() -> None:
    """mailauth: what is as it was signed passes, what was changed does not."""
    cases, expected = [], []
    for kind, key in KEYS.items():
        signer = Signer("example.org", "s1", key)
        for recipient in ("amina@example.org", "амина@example.org"):
            signed = signer.sign(mail(recipient), MOMENT)
            second = signed.replace(b"From: ", b"From: evil@example.org\r\nFrom: ", 1)
            for each, result in ((signed, "pass"), (second, "fail")):
                cases.append(as_published(each, signer))
                expected.append([[result, "example.org", f"{kind}-sha256"]])
    assert node.run("dkim.mjs", cases) == expected


def as_published(signed: bytes, signer: Signer) -> dict[str, Any]:
    record = signer.record()
    return {
        "mail": base64.b64encode(signed).decode(),
        "name": record.partition(". IN TXT")[0],
        "record": re.findall('"([^"]*)"', record),
    }


def test_a_stranger_can_sign_for_nobody() -> None:
    ours = Signer("example.org", "s1", KEYS["rsa"])
    theirs = Signer("example.org", "s1", rsa.generate_private_key(65537, 2048))
    assert not is_good(theirs.sign(mail(), MOMENT), ours.record())


def test_bodies_of_nothing_are_one() -> None:
    assert canonical_body(b"") == canonical_body(b"\r\n \t\r\n") == b""
    assert canonical_body(b"a \t b\t\r\n\r\n \r\n") == b"a b\r\n"
    assert canonical_body(b"a") == b"a\r\n"


def test_keys_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    def kept(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    def pem(key: Key | ec.EllipticCurvePrivateKey) -> bytes:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    refused = [
        tmp_path / "nowhere",
        kept("text", b"no key"),
        kept("curve", pem(ec.generate_private_key(ec.SECP256R1()))),
    ]
    for path in refused:
        with pytest.raises(KeyUnusable):
            read_signer("example.org", "s1", path)
    good = kept("good", pem(KEYS["rsa"]))
    assert read_signer("example.org", "s1", good).algorithm == "rsa-sha256"


def test_the_record_fits_the_dns() -> None:
    record = Signer("example.org", "s1", KEYS["rsa"]).record()
    assert record.startswith('s1._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=')
    assert max(len(part) for part in re.findall('"([^"]*)"', record)) <= 255
