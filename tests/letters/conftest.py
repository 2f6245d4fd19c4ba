"""The stage of the mails, for the letters that go with them."""

from tests.mail.conftest import database, stage

__all__ = ["database", "stage"]
