"""From the bytes of a mail to what it says: who answers what. Pure, bounded, never surprised."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import getaddresses

from app.calendar.reader import MAX_OCTETS, CalendarObject, Unreadable, read
from app.calendar.writer import plain
from app.core.fields import ascii_domain, normalised_email
from app.inbox.authentication import verdict_of
from app.inbox.mime import MAX_VALUE, MailRefused, Part, raw_values, unquoted, value_of
from app.inbox.policy import Verdict

EXCERPT = 10_000
MAX_REFERENCES = 50
MAX_REPORTED = 50
REPORT_OCTETS = 64_000
CALENDAR_TYPES = ("text/calendar", "application/ics")

_MESSAGE_ID = re.compile(r"<[^<>\s]{3,400}>")
_ABOUT = re.compile(r"^message-id:\s*(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_BY_PROGRAMS = frozenset({"bulk", "auto_reply", "junk", "list"})
_READERS = ThreadPoolExecutor(2, thread_name_prefix="mails")
"""Of the process: reading keeps a processor busy, which others need as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a report says of one recipient (RFC 3464)."""

    recipient: str
    action: str
    status: str
    diagnosis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A delivery report, with the Message-ID of the mail that it is about."""

    deliveries: tuple[Delivery, ...]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A mail, as far as it matters here."""

    digest: bytes
    size: int
    sender: str
    """The address in From, in the form in which addresses are compared."""
    recipients: tuple[str, ...]
    """Of the headers, for where no envelope tells."""
    subject: str
    message_id: str
    answers: tuple[str, ...]
    """Message-IDs that it refers to, the nearest first."""
    automatic: bool
    report: Report | None
    calendar: CalendarObject | None
    contradicts: bool
    """The method beside the calendar object is another than the one in it (RFC 6047 2.4)."""
    verdict: Verdict
    text: str


async def read_mail(data: bytes, *, authserv_id: str | None = None) -> Incoming:
    """Read it in a thread; raises `MailRefused`."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_READERS, parsed, data, authserv_id)


def parsed(data: bytes, authserv_id: str | None = None) -> Incoming:
    """Raises `MailRefused` for what is over the bounds or cannot be read, and nothing else.

    Whatever else the standard library stumbles over would be stumbled over the next time as well,
    so its sender is not to try again.
    """
    try:
        return _parsed(data, authserv_id)
    except MailRefused:
        raise
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise MailRefused("It cannot be read.") from error


def _parsed(data: bytes, authserv_id: str | None) -> Incoming:
    mail = Part.read(data)
    report = _report(mail)
    calendar, contradicts = _calendar(mail) if report is None else (None, False)
    header = mail.header
    sender = _sender(mail)
    results = raw_values(header, "authentication-results")
    return Incoming(
        digest=hashlib.sha256(data).digest(),
        size=len(data),
        sender=sender,
        recipients=tuple(_recipients(mail)),
        subject=plain(value_of(header, "subject"))[:500],
        message_id="".join(_MESSAGE_ID.findall(value_of(header, "message-id"))[:1]),
        answers=tuple(_answers(mail)),
        automatic=_is_automatic(mail),
        report=report,
        calendar=calendar,
        contradicts=contradicts,
        verdict=verdict_of(results, authserv_id, sender),
        text=_text(mail),
    )


def _sender(mail: Part) -> str:
    """The one address of the one From; of several, nobody could say whose word it is.

    It is read before anything is decoded, as what is decoded may look like another address.
    """
    values = raw_values(mail.header, "from")
    if len(values) != 1 or (unquoted(values[0][:1000]) or "").count("@") != 1:
        return ""
    named = getaddresses([values[0][:1000]])
    found = [address for _, address in named if "@" in address]
    return plain(comparable(found[0]))[:254] if len(found) == 1 else ""


def comparable(address: str) -> str:
    """The form in which addresses are compared, whichever way their domain is written."""
    try:
        return ascii_domain(address)
    except UnicodeError:
        return normalised_email(address)


def _recipients(mail: Part) -> Iterator[str]:
    """Where it was delivered to, then to whom it was written."""
    for name in ("delivered-to", "x-original-to", "envelope-to", "to", "cc"):
        for value in mail.header.get_all(name, [])[:20]:
            for word in re.split(r"[\s,;<>\"]+", str(value)[:MAX_VALUE]):
                if "@" in word:
                    yield normalised_email(word)[:254]


def _answers(mail: Part) -> Iterator[str]:
    yield from _MESSAGE_ID.findall(str(mail.header.get("in-reply-to", ""))[:MAX_VALUE])[:5]
    references = _MESSAGE_ID.findall(str(mail.header.get("references", ""))[-4 * MAX_VALUE :])
    yield from reversed(references[-MAX_REFERENCES:])


def _is_automatic(mail: Part) -> bool:
    """By RFC 3834, and by what programs wrote before it."""
    header = mail.header
    submitted = value_of(header, "auto-submitted").partition(";")[0].strip().lower()
    precedence = value_of(header, "precedence").lower()
    path = str(header.get("return-path", "")).strip()
    return (
        submitted not in {"", "no"}
        or "x-autoreply" in header
        or "x-autorespond" in header
        or precedence in _BY_PROGRAMS
        or path == "<>"
        or mail.type == "multipart/report"
    )


def _calendar(mail: Part) -> tuple[CalendarObject | None, bool]:
    """The first calendar part; a mail holds one object, perhaps in two wrappings (RFC 6047)."""
    leaves = list(mail.leaves())
    parts = [leaf for kind in CALENDAR_TYPES for leaf in leaves if leaf.type == kind]
    if not parts:
        return None, False
    part = parts[0]
    charset = part.parameter("charset")
    content = part.content(MAX_OCTETS + 1)
    if charset.lower() not in {"", "utf-8", "us-ascii"}:
        content = part.text(MAX_OCTETS // 2).encode("utf-8", "replace")
    try:
        found = read(content)
    except Unreadable as error:
        raise MailRefused(f"Its calendar object cannot be read: {error}") from error
    if any(event.recurs for event in found.events):
        raise MailRefused("Its calendar object recurs, and the meetings here do not.")
    said = part.parameter("method").upper()
    return found, bool(said) and said != found.method


def _report(mail: Part) -> Report | None:
    if mail.type != "multipart/report" or mail.parameter("report-type").lower() != (
        "delivery-status"
    ):
        return None
    deliveries: list[Delivery] = []
    about = ""
    for part in mail.parts:
        match part.type:
            case "message/delivery-status" | "message/global-delivery-status":
                deliveries += _deliveries(part)
            case "message/rfc822" | "text/rfc822-headers" | "message/global-headers":
                head = part.content(REPORT_OCTETS).decode("utf-8", "replace")
                found = _ABOUT.search(head)
                about = about or (found[1] if found else "")
            case _:
                continue
    return Report(deliveries=tuple(deliveries[:MAX_REPORTED]), about=about)


def _deliveries(part: Part) -> Iterator[Delivery]:
    """Groups of fields, of which the first is about the mail and the others about recipients."""
    groups = part.content(REPORT_OCTETS).decode("utf-8", "replace").split("\n\n", MAX_REPORTED + 1)
    for group in groups[: MAX_REPORTED + 1]:
        unfolded = re.sub(r"\n[ \t]+", " ", group)
        fields = {
            name.strip().lower(): plain(value)
            for name, colon, value in (line.partition(":") for line in unfolded.split("\n")[:100])
            if colon
        }
        recipient = fields.get("final-recipient") or fields.get("original-recipient")
        if recipient is None:
            continue
        yield Delivery(
            recipient=normalised_email(recipient.partition(";")[2] or recipient)[:254],
            action=fields.get("action", "").lower()[:40],
            status=fields.get("status", "").split(" ")[0][:20],
            diagnosis=fields.get("diagnostic-code", "")[:300],
        )


def _text(mail: Part) -> str:
    """The first plain text, or else nothing: markup is not worth the trouble."""
    for leaf in mail.leaves():
        if leaf.type == "text/plain" and "attachment" not in (
            leaf.header.get_content_disposition() or ""
        ):
            return plain(leaf.text(EXCERPT), multiline=True)[:EXCERPT]
    return ""
