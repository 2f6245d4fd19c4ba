"""Letters as MIME (RFC 5322, RFC 2045 and following, RFC 6047 for calendar parts)."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from app.core.fields import ascii_domain
from app.mail.flowed import flow
from app.mail.letters import Letter
from app.mail.plainness import JOINER, shown

POLICY = SMTP.clone(cte_type="7bit")
"""Seven bits, so that every server on the way can take it."""

_SPECIALS = frozenset('()<>[]:;@\\,."')
"""What a name must be quoted for (RFC 5322 section 3.2.3)."""
_UNFOLDED = 60
"""Characters that fit into the first line of a header."""

ATTACHED = "meeting.ics"
"""The calendar object as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A mail ready to go: what the transport needs to know, and the bytes."""

    key: UUID
    sender: str
    recipient: str
    international: bool
    """The address itself is not ASCII, so the server must know SMTPUTF8 (RFC 6531)."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands in the header beside what the letter says."""

    key: UUID
    message_id: str
    refers_to: str | None
    sender: str
    reply_to: str | None
    return_path: str | None = None
    """Where mail servers report to; None where to the sender."""
    recipient: str
    recipient_name: str
    date: datetime
    unsubscribe: str | None = None
    """Where one click ends such mails (RFC 8058)."""


def enclose(letter: Letter, heading: Heading) -> Envelope:
    """The letter in its envelope.

    With a calendar object: mixed(alternative(plain, html, calendar), attachment), the layout that
    the calendar programs of all makers read.
    """
    recipient = ascii_domain(heading.recipient)
    international = not recipient.isascii()
    message = EmailMessage(policy=POLICY.clone(utf8=True) if international else POLICY)
    _write_header(message, letter, heading, recipient)
    message.set_content(flow(letter.text), params={"format": "flowed", "delsp": "no"})
    message.add_alternative(letter.html, subtype="html")
    if letter.invite is not None:
        method = letter.invite.method.value
        message.add_alternative(
            letter.invite.body.decode(), subtype="calendar", params={"method": method}
        )
        message.add_attachment(
            letter.invite.body, maintype="application", subtype="ics", filename=ATTACHED
        )
    for each in letter.attachments:
        maintype, _, subtype = each.media_type.partition("/")
        message.add_attachment(
            each.data, maintype=maintype, subtype=subtype, filename=each.file_name
        )
    message["Content-Language"] = letter.language
    return Envelope(
        key=heading.key,
        sender=heading.return_path or heading.sender,
        recipient=recipient,
        international=international,
        data=message.as_bytes(),
    )


def _write_header(message: EmailMessage, letter: Letter, heading: Heading, recipient: str) -> None:
    message["From"] = _named(letter.sender_name, heading.sender)
    message["To"] = _named(shown(heading.recipient_name), recipient)
    if heading.reply_to is not None:
        message["Reply-To"] = _named("", ascii_domain(heading.reply_to))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(heading.date)
    message["Message-ID"] = heading.message_id
    if heading.refers_to is not None:
        message["In-Reply-To"] = heading.refers_to
        message["References"] = heading.refers_to
    message["Auto-Submitted"] = "auto-generated"
    if heading.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{heading.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _named(name: str, address: str) -> Address:
    """The standard library forgets the quotes of a name that it folds, so that a comma in it would
    begin another address; what is not ASCII it encodes as a whole.
    """
    local, _, domain = address.rpartition("@")
    folded = len(name) + len(address) > _UNFOLDED and not _SPECIALS.isdisjoint(name)
    return Address(name + JOINER if folded and name.isascii() else name, local, domain)
