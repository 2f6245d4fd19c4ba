"""Connections to a mail server: kept, replaced, encrypted, and let go of."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.mail.answers import Reach
from app.mail.mime import Envelope
from app.mail.smtp import SmtpTransport
from app.mail.undelivered import Bounced, Refused, Undelivered
from tests.mail.sink import Sink, sink
from tests.waiting import until


@pytest.fixture
async def mail_server() -> AsyncIterator[Sink]:
    async with sink() as server:
        yield server


@asynccontextmanager
async def through(server: Sink, **members: Any) -> AsyncIterator[SmtpTransport]:
    options: dict[str, Any] = {"security": "none", "timeout": 2.0} | members
    transport = SmtpTransport(host="127.0.0.1", port=server.port, **options)
    try:
        yield transport
    finally:
        await transport.close()


def envelope(recipient: str = "amina@example.org") -> Envelope:
    return Envelope(
        key=uuid4(),
        sender="secretariat@example.org",
        recipient=recipient,
        international=not recipient.isascii(),
        data=b"Subject: x\r\n\r\n.\r\ny\r\n",
    )


async def test_mails_share_a_connection(mail_server: Sink) -> None:
    async with through(mail_server) as transport:
        for _ in range(5):
            await transport.send(envelope())
        assert (mail_server.connections, mail_server.resets, len(mail_server.mails)) == (1, 4, 5)
        await asyncio.gather(*(transport.send(envelope()) for _ in range(3)))
    assert (mail_server.connections, len(mail_server.mails)) == (3, 8)


async def test_a_refusal_costs_no_connection(mail_server: Sink) -> None:
    mail_server.at_recipient = ["550 5.1.1 gone", "552 5.2.2 full"]
    async with through(mail_server) as transport:
        with pytest.raises(Bounced) as gone:
            await transport.send(envelope())
        with pytest.raises(Undelivered):
            await transport.send(envelope())
        await transport.send(envelope())
        assert gone.value.hard
    assert (mail_server.connections, len(mail_server.mails)) == (1, 1)


async def test_421_ends_the_connection(mail_server: Sink) -> None:
    mail_server.at_recipient = ["421 4.3.2 closing"]
    mail_server.at_data = ["421 4.3.2 closing"]
    async with through(mail_server) as transport:
        for _ in range(2):
            with pytest.raises(Undelivered) as closing:
                await transport.send(envelope())
            assert closing.value.reach is Reach.DOMAIN
        await transport.send(envelope())
    assert mail_server.connections == 3


async def test_a_kept_connection_that_has_gone_is_replaced_unseen(mail_server: Sink) -> None:
    async with through(mail_server) as transport:
        await transport.send(envelope())
        mail_server.hang_up()
        await transport.send(envelope())
    assert (mail_server.connections, len(mail_server.mails)) == (2, 2)


async def test_what_may_have_been_taken_is_not_repeated_unseen(mail_server: Sink) -> None:
    async with through(mail_server) as transport:
        await transport.send(envelope())
        mail_server.at_data = ["drop"]
        with pytest.raises(Undelivered) as dropped:
            await transport.send(envelope())
    assert (len(mail_server.mails), dropped.value.reach) == (2, Reach.MAIL)


async def test_an_idle_connection_is_closed(mail_server: Sink) -> None:
    async with through(mail_server, idle=0.05) as transport:
        await transport.send(envelope())
        (session,) = mail_server.sessions
        await until(lambda: closed(session))
        await transport.send(envelope())
    assert mail_server.connections == 2


async def closed(session: Any) -> bool:
    return session.transport is None or session.transport.is_closing()


async def test_a_server_that_says_nothing_is_left_as_a_whole() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = SmtpTransport(host="127.0.0.1", port=port, security="none", timeout=0.1)
    with pytest.raises(Undelivered) as silence:
        await transport.send(envelope())
    transport = SmtpTransport(host="127.0.0.1", port=port, security="none", whole_timeout=0.1)
    with pytest.raises(Undelivered, match="took longer than 0.1 s") as slow:
        await transport.send(envelope())
    server.close()
    assert [error.value.reach for error in (silence, slow)] == [Reach.SERVER] * 2


async def test_a_domain_that_hangs_is_told_from_a_server_that_does(mail_server: Sink) -> None:
    mail_server.hanging = "slow.example.org"
    async with through(mail_server, timeout=0.1) as transport:
        with pytest.raises(Undelivered) as hanging:
            await transport.send(envelope("a@slow.example.org"))
    assert hanging.value.reach is Reach.DOMAIN


async def test_addresses_beyond_ascii_need_a_server_that_takes_them(mail_server: Sink) -> None:
    async with through(mail_server) as transport:
        await transport.send(envelope("амина@example.org"))
    assert len(mail_server.mails) == 1
    async with sink(enable_SMTPUTF8=False) as plain, through(plain) as transport:
        with pytest.raises(Refused, match="beyond ASCII"):
            await transport.send(envelope("амина@example.org"))
        await transport.send(envelope())
        assert (plain.connections, len(plain.mails)) == (1, 1)


def certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """A self-signed certificate for an address, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False
        )
        .sign(key, SHA256())
    )
    path = folder / f"{host}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def serving(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_only_a_server_that_is_trusted_gets_mails(security: str, tmp_path: Path) -> None:
    path, other = certificate(tmp_path), certificate(tmp_path, "127.0.0.2")
    for own in (path, other):
        context = serving(own)
        how: dict[str, Any] = {"tls": context} if security == "tls" else {"tls_context": context}
        options = how if security == "starttls" else {}
        async with sink(how.get("tls"), **options) as server:
            trusting = ssl.create_default_context(cafile=own)
            async with through(server, security=security, tls=trusting) as transport:
                if own is path:
                    await transport.send(envelope())
                    assert len(server.mails) == 1
                    continue
                with pytest.raises(Undelivered, match="certificate of 127.0.0.1 is not valid"):
                    await transport.send(envelope())
            async with through(server, security=security) as transport:
                with pytest.raises(Undelivered, match="certificate of 127.0.0.1 is not") as bad:
                    await transport.send(envelope())
            assert (server.mails, bad.value.reach) == ([], Reach.SERVER)


async def test_nothing_goes_unencrypted_where_starttls_is_asked_for(mail_server: Sink) -> None:
    async with through(mail_server, security="starttls") as transport:
        with pytest.raises(Undelivered, match="offers no STARTTLS") as stripped:
            await transport.send(envelope())
    assert (mail_server.mails, stripped.value.reach) == ([], Reach.SERVER)
