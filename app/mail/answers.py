"""What a mail server's answer means for a mail: pure rules over RFC 5321, RFC 3463 and RFC 5248."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})(?:\s|$)")

_ABOUT_US = frozenset({454, 530, 534, 535, 538})
"""Login or encryption is wanted, wherever in the conversation it is said."""

_SYNTAX = frozenset({500, 501, 502, 503, 504, 555})
_NO_SUCH_MAILBOX = frozenset({550, 551, 553, 556})


class Stage(StrEnum):
    """How far the conversation had come."""

    CONNECTING = "connecting"
    """Until the server has greeted, is encrypted and has let us in."""
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


class Verdict(StrEnum):
    """What is to become of the mail."""

    LATER = "later"
    REFUSED = "refused"
    """This mail is not taken, which says nothing of the address."""
    BOUNCED = "bounced"
    """The recipient did not take it; other mails may fare better."""
    NO_SUCH_ADDRESS = "no_such_address"
    """The address takes no mail."""


_SUBJECTS: Mapping[tuple[int, int | None], Verdict] = {
    (1, 7): Verdict.LATER,  # the sender's address
    (1, 8): Verdict.LATER,  # the same
    (1, None): Verdict.NO_SUCH_ADDRESS,
    (2, 1): Verdict.NO_SUCH_ADDRESS,  # disabled
    (2, 2): Verdict.LATER,  # the mailbox is full
    (2, 4): Verdict.BOUNCED,  # a list that does not work
    (4, None): Verdict.BOUNCED,  # no way to the recipient
}
"""Of permanent answers, by the subject and detail of RFC 3463; all others refuse the mail."""


class Reach(StrEnum):
    """For whom else an answer holds."""

    MAIL = "mail"
    DOMAIN = "domain"
    """All mails to the recipient's domain had better wait."""
    SERVER = "server"
    """All mails had better wait."""


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reach: Reach = Reach.MAIL


def judge(stage: Stage, code: int, text: str) -> Judgement:
    """What an answer other than success means.

    Permanent answers are believed where they speak of the recipient or the mail. Where they speak
    of the sender, the login or the server, they are the operator's to mend, and mails wait.
    """
    if stage is Stage.CONNECTING or code in _ABOUT_US:
        return Judgement(Verdict.LATER, Reach.SERVER)
    subject = enhanced(text)
    if code < 500 or (subject is not None and subject[0] == 4):
        return Judgement(Verdict.LATER, _reach(stage, code, subject))
    if stage is Stage.SENDER:
        return _of_sender(code, subject)
    return Judgement(_of_recipient(stage, code, subject))


def enhanced(text: str) -> tuple[int, int, int] | None:
    """The enhanced status code with which the text begins (RFC 2034)."""
    found = _ENHANCED.match(text.lstrip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _reach(stage: Stage, code: int, subject: tuple[int, int, int] | None) -> Reach:
    """421 closes the connection; 4.7 is policy, such as "too many mails" or greylisting."""
    if stage is Stage.SENDER:
        return Reach.SERVER
    if code == 421 or (subject is not None and subject[1] == 7):
        return Reach.DOMAIN
    return Reach.MAIL


def _of_sender(code: int, subject: tuple[int, int, int] | None) -> Judgement:
    """Of what is said behind MAIL FROM only the size is about this mail (RFC 1870)."""
    too_large = subject[1:] == (3, 4) if subject is not None else code == 552
    if too_large:
        return Judgement(Verdict.REFUSED)
    return Judgement(Verdict.LATER, Reach.SERVER)


def _of_recipient(stage: Stage, code: int, subject: tuple[int, int, int] | None) -> Verdict:
    if subject is None or subject[1] == 0:
        return _by_code(stage, code)
    exact, wide = (subject[1], subject[2]), (subject[1], None)
    return _SUBJECTS.get(exact) or _SUBJECTS.get(wide) or Verdict.REFUSED


def _by_code(stage: Stage, code: int) -> Verdict:
    """By the basic code alone, as many servers give no other."""
    if code in _SYNTAX:
        return Verdict.REFUSED
    if stage is Stage.DATA:
        return Verdict.BOUNCED if code in _NO_SUCH_MAILBOX else Verdict.REFUSED
    if code in _NO_SUCH_MAILBOX:
        return Verdict.NO_SUCH_ADDRESS
    return Verdict.LATER if code == 552 else Verdict.BOUNCED
