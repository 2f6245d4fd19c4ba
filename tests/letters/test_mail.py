"""The formal letter in the mail that invites: attached, told of, or neither."""

from email.message import EmailMessage

import pytest

from app.committees.lifecycle import LetterDelivery
from app.committees.tables import Committee
from app.core.database import Database
from app.identity.lifecycle import LinkPurpose
from app.jobs.queue import Patience
from app.letters.press import print_letter
from app.letters.queries import load_record
from app.letters.words import LetterLanguage
from app.letters.writing import write
from app.mail.sending import Sender
from app.mail.transports import SmtpTransport
from tests.letters.papers import TODAY
from tests.mail.sink import sink
from tests.mail.stage import HOUSE, Stage


async def delivered(database: Database, stage: Stage) -> list[EmailMessage]:
    """All that is planned, as it came out of a mail server."""
    await stage.follow()
    async with sink() as server:
        way = SmtpTransport(host="127.0.0.1", port=server.port, security="none")
        sender = Sender(database, way, HOUSE, Patience())
        for message in await stage.messages():
            await sender.send(message.id)
        return server.parsed()


async def deliver_by(stage: Stage, delivery: LetterDelivery) -> None:
    async with stage.database.transaction() as session:
        (await session.get_one(Committee, stage.committee.id)).letter_delivery = delivery


async def test_the_letter_is_attached_in_the_readers_language(
    database: Database, stage: Stage
) -> None:
    await stage.send()
    (mail,) = await delivered(database, stage)
    assert mail.get_content_type() == "multipart/mixed"
    (attached,) = list(mail.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "letter-COORDINATION-COMMITTEE-6-L1.pdf"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "La lettre officielle d'invitation est jointe." in text.get_content()
    async with database.transaction() as session:
        record = await load_record(session, stage.invitation.id)
    same = await print_letter(write(record, LetterLanguage.FR, TODAY))
    assert attached.get_content() == same


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        (LetterDelivery.LINKED, "La lettre officielle d'invitation se lit sur cette page."),
        (LetterDelivery.NONE, None),
    ],
)
async def test_a_committee_may_have_it_otherwise(
    database: Database, stage: Stage, delivery: LetterDelivery, told: str | None
) -> None:
    await deliver_by(stage, delivery)
    await stage.send()
    (mail,) = await delivered(database, stage)
    assert mail.get_content_type() == "multipart/alternative"
    text = mail.get_body(("plain",))
    assert text is not None
    assert ("lettre officielle" in text.get_content()) is (told is not None)
    assert (told or "") in text.get_content()


async def test_a_fresh_link_comes_without_the_letter(database: Database, stage: Stage) -> None:
    await stage.send()
    await delivered(database, stage)
    (link,) = await stage.links(LinkPurpose.ANSWER_INVITATION)
    await stage.ask_for_fresh_link(link)
    (renewed,) = await delivered(database, stage)
    assert renewed.get_content_type() == "multipart/alternative"
