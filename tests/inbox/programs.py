"""Answers as calendar programs make them, from the very bytes of a REQUEST, by two libraries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import icalendar
import vobject

from tests.mail.stage import DAY

Maker = Callable[..., bytes]
LATER = DAY + timedelta(hours=1)


def by_icalendar(
    request: bytes, status: str, *, stamp: datetime = LATER, method: str = "REPLY", **members: Any
) -> bytes:
    """Keeps UID, SEQUENCE and ORGANIZER, and the one attendee with another PARTSTAT."""
    asked = icalendar.Calendar.from_ical(request)
    event = next(iter(asked.walk("VEVENT")))
    answer = icalendar.Calendar()
    answer.add("prodid", "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN")
    answer.add("version", "2.0")
    answer.add("method", method)
    said = icalendar.Event()
    for name in ("UID", "SEQUENCE", "ORGANIZER", "DTSTART", "DTEND", "SUMMARY"):
        said[name] = event[name]
    said.add("dtstamp", stamp)
    attendee = event["ATTENDEE"]
    attendee.params["PARTSTAT"] = icalendar.vText(status)
    del attendee.params["RSVP"]
    for name, value in members.get("parameters", {}).items():
        attendee.params[name] = value
    if "attendee" in members:
        attendee = icalendar.vCalAddress(f"mailto:{members['attendee']}", params=attendee.params)
    said["ATTENDEE"] = attendee
    for name, value in members.get("properties", {}).items():
        said.pop(name, None)
        said.add(name, value)
    answer.add_component(said)
    return answer.to_ical()


def by_vobject(
    request: bytes, status: str, *, stamp: datetime = LATER, method: str = "REPLY", **_: Any
) -> bytes:
    asked = vobject.readOne(request.decode())
    answer = vobject.iCalendar()
    answer.add("method").value = method
    event = answer.add("vevent")
    event.add("uid").value = asked.vevent.uid.value
    event.add("sequence").value = asked.vevent.sequence.value
    event.add("dtstamp").value = stamp.astimezone(vobject.icalendar.utc)
    event.add("dtstart").value = asked.vevent.dtstart.value
    event.add("dtend").value = asked.vevent.dtend.value
    event.add("organizer").value = asked.vevent.organizer.value
    attendee = event.add("attendee")
    attendee.value = asked.vevent.attendee.value
    attendee.params = {"PARTSTAT": [status], "CN": asked.vevent.attendee.params["CN"]}
    return answer.serialize().encode()


def organizer_of(request: bytes) -> str:
    """Where a calendar program sends its answer."""
    event = next(iter(icalendar.Calendar.from_ical(request).walk("VEVENT")))
    return str(event["ORGANIZER"]).partition(":")[2]


def thunderbird(answer: bytes, sender: str, recipient: str, method: str = "REPLY") -> bytes:
    """mixed(alternative(plain, calendar), attachment)."""
    mail = _mail(sender, recipient, "Event Invitation Reply (Accepted)")
    mail.set_content("Somebody has answered.")
    mail.add_alternative(answer.decode(), subtype="calendar", params={"method": method})
    mail.add_attachment(answer, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def outlook(answer: bytes, sender: str, recipient: str, method: str = "REPLY") -> bytes:
    """alternative(plain, calendar), the calendar in base64."""
    mail = _mail(sender, recipient, "Accepted: 6th meeting")
    mail["X-MS-Exchange-Organization-SCL"] = "-1"
    mail.set_content("")
    mail.add_alternative(
        answer.decode(), subtype="calendar", params={"method": method}, cte="base64"
    )
    return mail.as_bytes()


def gmail(answer: bytes, sender: str, recipient: str, method: str = "REPLY") -> bytes:
    """As written by a program in the person's name, which says that it is one."""
    mail = _mail(sender, recipient, "Accepted: 6th meeting")
    mail["Sender"] = "calendar-notification@example.org"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Person 1 has accepted this invitation.")
    mail.add_alternative("<p>Person 1 has accepted this invitation.</p>", subtype="html")
    mail.add_alternative(answer.decode(), subtype="calendar", params={"method": method})
    mail.add_attachment(answer, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def _mail(sender: str, recipient: str, subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = subject
    mail["Message-ID"] = "<answer@outside.example.org>"
    return mail
