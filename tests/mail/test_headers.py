"""Names in the header of a mail, however long and whatever stands in them, are names alone."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from app.mail.letters import Letter
from app.mail.mime import Heading, enclose
from app.mail.plainness import as_header, value

COMMITTEE = "Committee on Economic, Social and Cultural Rights and the Implementation of the Agenda"
PIECES = ["word ", "a" * 70, "é", "中文", ", ", "; ", ":", "<", ">", "(", ")", "[", '"', "\\", "=?"]
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)


def enclosed(committee: str, reader: str) -> EmailMessage:
    letter = Letter(
        language="en",
        sender_name=as_header(value(committee)),
        subject="Invitation",
        text="Text",
        html="<p>Text</p>",
        invite=None,
    )
    heading = Heading(
        key=UUID(int=1),
        message_id="<1@example.org>",
        refers_to=None,
        sender="secretariat@example.org",
        reply_to=None,
        recipient="a.rossi@example.org",
        recipient_name=reader,
        date=datetime(2021, 9, 1, tzinfo=UTC),
    )
    return email.message_from_bytes(enclose(letter, heading).data, policy=default)


@example(COMMITTEE, COMMITTEE)
@given(NAMES, NAMES)
def test_a_name_is_never_an_address(committee: str, reader: str) -> None:
    mail = enclosed(committee, reader)
    written = dict(mail.raw_items())
    for name, address in (("From", "secretariat@example.org"), ("To", "a.rossi@example.org")):
        assert [found for _, found in getaddresses([str(written[name])])] == [address]
        assert [each.addr_spec for each in mail[name].addresses] == [address]


def test_a_long_name_with_a_comma_is_read_as_it_was_written() -> None:
    mail = enclosed(COMMITTEE, "Rossi, Amina")
    assert mail["From"].addresses[0].display_name.rstrip("\u2060") == COMMITTEE
    assert mail["To"].addresses[0].display_name == "Rossi, Amina"
