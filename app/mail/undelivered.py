"""How a mail fails to go out, and how that is told."""

from aiosmtplib.errors import SMTPResponseException

from app.calendar.writer import plain
from app.mail.answers import Reach

ERROR_LENGTH = 300


class Undelivered(Exception):
    """The mail did not go out, as far as is known; it may be tried again."""

    def __init__(self, words: str, reach: Reach = Reach.MAIL) -> None:
        self.reach = reach
        """Which other mails had better wait too."""
        super().__init__(words)


class Refused(Undelivered):
    """The mail will never be taken as it is."""


class Bounced(Undelivered):
    """The recipient refused it; `hard` where the address takes no mail at all."""

    def __init__(self, words: str, *, hard: bool) -> None:
        self.hard = hard
        super().__init__(words)


def shown(error: Exception) -> str:
    """What an organizer is told; servers may answer with anything."""
    if isinstance(error, SMTPResponseException):
        words = f"{error.code} {error.message}"
    else:
        words = str(error) or type(error).__name__
    return plain(words)[:ERROR_LENGTH]
