"""The formal letter of an invitation, as it goes with the mail."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.lifecycle import LetterDelivery
from app.committees.service import today_in
from app.letters.press import print_letter
from app.letters.queries import load_record
from app.letters.words import language_for
from app.letters.writing import Letter as FormalLetter
from app.letters.writing import write
from app.mail.letters import Attachment, delivery_of
from app.mail.queries import Case


async def formal_letter(session: AsyncSession, case: Case) -> FormalLetter | None:
    """The letter that the committee wants attached to this mail, if any."""
    if case.invitation is None or delivery_of(case) is not LetterDelivery.ATTACHED:
        return None
    record = await load_record(session, case.invitation.id)
    return write(record, language_for([case.message.language]), today_in(case.committee))


async def attached(formal: FormalLetter | None) -> tuple[Attachment, ...]:
    """Printed while no session is open; focal points of one entity get the same bytes."""
    if formal is None:
        return ()
    data = await print_letter(formal)
    return (Attachment(file_name=formal.file_name, media_type="application/pdf", data=data),)
