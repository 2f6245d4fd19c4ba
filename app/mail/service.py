"""What mails say for a committee: the verbs."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.committees.tables import Committee
from app.core import clock
from app.events import record
from app.mail.events import WordingChanged, WordingRemoved
from app.mail.tables import Wording
from app.mail.wording_queries import Slot
from app.mail.wordings import Spoken


async def keep_wording(
    session: AsyncSession, committee: Committee, slot: Slot, spoken: Spoken
) -> Wording:
    """The committee's own words for a kind of mail in a language; the same ones change nothing."""
    before = slot.own
    if before is not None and before.spoken == spoken:
        return before
    wording = before or Wording(
        committee_id=committee.id,
        kind=slot.kind.value,
        language=slot.language,
        subject=spoken.subject,
        paragraphs=list(spoken.paragraphs),
    )
    earlier = None if before is None else _logged(before)
    wording.subject, wording.closing = spoken.subject, spoken.closing
    wording.paragraphs, wording.changed_at = list(spoken.paragraphs), clock.now()
    session.add(wording)
    record(
        session,
        WordingChanged(
            subject_id=wording.id,
            committee_id=committee.id,
            kind=slot.kind.value,
            language=slot.language.value,
            before=earlier,
            after=_logged(wording),
        ),
    )
    await session.flush()
    return wording


async def remove_wording(session: AsyncSession, committee: Committee, wording: Wording) -> None:
    """Mails say again what the committee above says, or the service."""
    record(
        session,
        WordingRemoved(
            subject_id=wording.id,
            committee_id=committee.id,
            kind=wording.kind,
            language=wording.language.value,
            before=_logged(wording),
        ),
    )
    await session.delete(wording)
    await session.flush()


def _logged(wording: Wording) -> dict[str, object]:
    """The organizers' texts hold placeholders where mails hold personal data."""
    return {
        "subject": wording.subject,
        "paragraphs": list(wording.paragraphs),
        "closing": wording.closing,
    }
