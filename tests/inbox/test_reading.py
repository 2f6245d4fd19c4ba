"""Mails of every kind are read within bounds; the broken ones as far as they go."""

import base64
import time
import tracemalloc
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbox import mime
from app.inbox.mime import MAX_DEPTH, MAX_PARTS, MailRefused, Part
from app.inbox.policy import Verdict
from app.inbox.reading import parsed

CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
HEAD = b"From: A <A@Example.org>\r\nSubject: Re\r\n"


def with_calendar(text: str = CALENDAR, method: str = "REPLY") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "A <A@Example.org>"
    mail.set_content("Words.")
    mail.add_alternative(text, subtype="calendar", params={"method": method})
    return mail.as_bytes()


def test_what_a_mail_says() -> None:
    found = parsed(
        HEAD + b"Message-ID: <1@example.org>\r\nIn-Reply-To: <m2@example.org>\r\n"
        b"References: <m1@example.org>\r\n <m2@example.org>\r\n\r\nYes.\r\n"
    )
    assert (found.sender, found.subject, found.text) == ("a@example.org", "Re", "Yes.")
    assert found.message_id == "<1@example.org>"
    assert found.answers == ("<m2@example.org>", "<m2@example.org>", "<m1@example.org>")
    assert (found.automatic, found.calendar, found.report) == (False, None, None)


@pytest.mark.parametrize(
    "line",
    [
        b"Auto-Submitted: auto-replied (absence)",
        b"X-Autoreply: yes",
        b"Precedence: BULK",
        b"Return-Path: <>",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ],
)
def test_programs_are_known_by_their_headers(line: bytes) -> None:
    assert parsed(HEAD + line + b"\r\n\r\nI am away.").automatic
    assert not parsed(HEAD + b"Auto-Submitted: no\r\n\r\nI am here.").automatic


@pytest.mark.parametrize(
    "mail",
    [
        b"From: a@example.org " + b"(" * 480 + b")" * 480 + b"\r\n\r\nYes.",
        HEAD + b"Content-Type: text/plain; charset*=\0''x\r\n\r\nYes.",
    ],
)
def test_what_the_standard_library_stumbles_over_is_refused(mail: bytes) -> None:
    with pytest.raises(MailRefused):
        parsed(mail)


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["mx.example.org; spf=pass; dmarc=pass header.from=example.org"], Verdict.PASSED),
        (["MX.example.org 1; dmarc=fail (p=reject)", "mx.example.org; dmarc=pass"], Verdict.FAILED),
        (["evil.example.org; dmarc=pass"], Verdict.UNKNOWN),
        (["mx.example.org; none"], Verdict.UNKNOWN),
        (["mx.example.org; spf=pass smtp.mailfrom=dmarc=pass@evil.example.org"], Verdict.UNKNOWN),
        (["mx.example.org; spf=pass smtp.mailfrom=dmarc=pass@x; dmarc=fail"], Verdict.FAILED),
        (['mx.example.org; spf=pass smtp.mailfrom="; dmarc=pass"@x; dmarc=fail'], Verdict.FAILED),
        (['mx.example.org; auth=pass smtp.auth="a\\"; dmarc=pass"; dmarc=fail'], Verdict.FAILED),
        (["mx.example.org; spf=pass (; dmarc=pass (too)); dmarc=fail"], Verdict.FAILED),
        (['mx.example.org; spf=pass (\\) "; dmarc=pass); dmarc=fail'], Verdict.FAILED),
        (["mx.example.org; xdmarc=pass; dmarc.x=pass"], Verdict.UNKNOWN),
        (["mx.example.org; dmarc=passed"], Verdict.UNKNOWN),
        (["mx.example.org; dmarc=pass; dmarc=fail"], Verdict.FAILED),
        (["mx.example.org; dmarc=pass header.from=evil.example.org"], Verdict.UNKNOWN),
        (["mx.example.org; dmarc=pass (p=none) HEADER.FROM=@Example.org."], Verdict.PASSED),
        (["mx.example.org; dmarc=pass (without end"], Verdict.UNKNOWN),
        (["mx.example.org (us) 1; DMARC / 1 = (so) pass"], Verdict.PASSED),
        ([], Verdict.UNKNOWN),
    ],
)
def test_only_the_named_server_is_believed(lines: list[str], verdict: Verdict) -> None:
    marks = "".join(f"Authentication-Results: {line}\r\n" for line in lines).encode()
    assert parsed(marks + HEAD + b"\r\nYes.", "mx.example.org").verdict is verdict
    assert parsed(marks + HEAD + b"\r\nYes.", None).verdict is Verdict.UNKNOWN


def test_the_method_beside_the_object_is_the_one_in_it() -> None:
    assert [parsed(with_calendar(method=m)).contradicts for m in ("REPLY", "reply", "REQUEST")] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (b"charset=nonsense", b"caf\xc3\xa9", "café"),
        (b"charset=latin-1", b"caf\xe9", "café"),
        (b"charset=utf-8", b"caf\xe9", "caf\ufffd"),
        (b"charset=punycode", b"abc-", "abc-"),
        (b"charset*0*=x''u;charset*9999=y", b"abc", "abc"),
    ],
)
def test_broken_charsets_are_read_as_far_as_they_go(head: bytes, body: bytes, text: str) -> None:
    assert parsed(HEAD + b"Content-Type: text/plain; " + head + b"\r\n\r\n" + body).text == text


@pytest.mark.parametrize("packed", [b"WWVz", b"WW Vz\r\n", b"W-W.Vz", b"WWVzW", b"=WWVz=="])
def test_broken_base64_is_read_as_far_as_it_goes(packed: bytes) -> None:
    head = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n"
    assert parsed(head + packed).text == "Yes"


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"From: A B <A.B@Example.org>", "a.b@example.org"),
        (b"From: a@b\xc3\xbccher.example.org", "a@xn--bcher-kva.example.org"),
        (b"From: =?utf-8?q?a=40x=2Eexample=2Eorg?= <b@example.org>", "b@example.org"),
        (b'From: "a@example.org" <b@example.org>', "b@example.org"),
        (b"From: a@example.org, b@example.org", ""),
        (b"From: a@example.org\r\nFrom: b@example.org", ""),
        (b"From: nobody", ""),
        (b"From: a@example.org(<b@example.org>", ""),
        (b"From: <a@example.org>(<b@example.org>", ""),
        (b"From: b@example.org@<a@example.org>", ""),
        (b"From: a@example.org)<b@example.org>", ""),
        (b"From: A (a@example.org (too)) <b@example.org>", "b@example.org"),
        (b'From: "A \\" a@example.org" <b@example.org>', "b@example.org"),
        (b"To: a@example.org", ""),
    ],
)
def test_one_sender_or_none(head: bytes, sender: str) -> None:
    assert parsed(head + b"\r\n\r\nYes.").sender == sender


def test_a_subject_of_broken_words_is_one_line() -> None:
    words = b"Subject: =?utf-8?b?w6k=?= =?x?q?=00=0D=0A?= =?utf-8?b?!?=\r\n"
    found = parsed(b"From: a@example.org\r\n" + words + b"\r\n")
    assert found.subject.startswith("é")
    assert found.subject == found.subject.replace("\n", "").replace("\0", "")


def test_a_report_tells_of_each_recipient() -> None:
    found = parsed(report("failed", "5.1.1")).report
    assert found is not None
    assert found.about == "<m1@example.org>"
    (one,) = found.deliveries
    assert (one.recipient, one.action, one.status) == ("a@example.org", "failed", "5.1.1")
    assert one.diagnosis == "smtp; 550 5.1.1 User unknown"


def report(
    action: str, status: str, about: str = "<m1@example.org>", recipient: str = "a@example.org"
) -> bytes:
    """As Postfix writes it (RFC 3464)."""
    return (
        "From: MAILER-DAEMON@example.org\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\r\n\r\n'
        "--=_b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n"
        "--=_b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp;\r\n 550 5.1.1 User unknown\r\n\r\n"
        f"--=_b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Hi\r\nMessage-ID: {about}\r\n"
        "\r\nHello.\r\n\r\n--=_b--\r\n"
    ).encode()


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return HEAD + opening + b"\r\nYes."


def many(parts: int) -> bytes:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return head + b"--b\r\n\r\nx\r\n" * parts + b"--b--\r\n"


BOMBS = {
    "ten thousand parts": many(10_000),
    "a thousand deep": nested(1_000),
    "deep, each with parts": nested(MAX_DEPTH + 1),
    "a header without end": HEAD + b"X: y\r\n" * 200_000,
    "one long header": HEAD + b"Content-Type: text/plain" + b";a=b" * 60_000 + b"\r\n\r\n",
    "no mail": b"\0" * 1_000_000,
    "nothing": b"",
    "a calendar of a megabyte": with_calendar("BEGIN:VCALENDAR\r\n" * 70_000),
    "recurrence without end": with_calendar(
        CALENDAR.replace("UID", "RRULE:FREQ=SECONDLY;COUNT=99999999\r\nUID")
    ),
    "no calendar": with_calendar("BEGIN:VCALENDAR\r\nBEGIN:VCALENDAR\r\n"),
}


def test_a_report_of_spaces_is_read_at_once() -> None:
    """Many parts of 64 kB each: what takes the square of its length would take minutes."""
    status = (
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Final-Recipient: rfc822; a@example.org\nDiagnostic-Code: x" + b" " * 63_900 + b"y\n\r\n"
    )
    kind = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    began = time.perf_counter()
    report = parsed(HEAD + kind + 10 * status + b"--b--\r\n").report
    assert time.perf_counter() - began < 2
    assert report is not None
    assert len(report.deliveries) == 10


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_over_the_bounds_is_refused_with_little_work(name: str) -> None:
    """Counted in headers that are parsed, and in the memory that it takes."""
    tracemalloc.start()
    counting = patch.object(mime, "message_from_bytes", wraps=message_from_bytes)
    with counting as parse, pytest.raises(MailRefused):
        parsed(BOMBS[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert parse.call_count <= MAX_DEPTH + 1
    assert peak < 4 * len(BOMBS[name]) + 4_000_000


def test_as_many_and_as_deep_as_allowed_are_read() -> None:
    assert len(list(Part.read(many(MAX_PARTS - 1)).leaves())) == MAX_PARTS - 1
    assert parsed(nested(MAX_DEPTH)).text == "Yes."


@given(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
                b"Content-Type: text/calendar; method=REPLY\r\n",
                b"Content-Type: message/delivery-status\r\n",
                b'Content-Type: multipart/mixed; boundary="b"\r\n',
                b"Content-Type: multipart/mixed; boundary*0*=''b; boundary*1=\xff\r\n",
                b"Content-Transfer-Encoding: base64\r\n",
                b"Content-Transfer-Encoding: quoted-printable\r\n",
                b"Subject: =?utf-8?q?=\xff?=\r\n",
                b'From: "\xff" <@>\r\n',
                b"\r\n--b\r\n",
                b"\r\n--b--\r\n",
                b"\r\n",
                base64.b64encode(CALENDAR.encode()),
                CALENDAR.encode(),
            ]
        )
        | st.binary(max_size=20),
        max_size=20,
    ).map(b"".join),
)
def test_any_bytes_are_read_or_refused(data: bytes, pieces: bytes) -> None:
    for mail in (data, HEAD + data, HEAD + pieces, pieces):
        try:
            found = parsed(mail, "mx")
        except MailRefused:
            continue
        assert len(found.text) <= 10_000
        assert "\0" not in found.text + found.subject + found.sender
